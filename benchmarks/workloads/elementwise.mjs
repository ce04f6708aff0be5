/** @file How fast are chains of elementwise operations, cheap and dear? */

import { sampled } from "../harness/check.mjs";
import { uniform } from "../harness/data.mjs";
import { sin, tanh } from "./math.mjs";

const million = 1 << 20;

/** @type {(inputs: Record<string, Float64Array>, name: string) => Float64Array} */
const given = (inputs, name) => inputs[name] ?? new Float64Array();

/** @type {import("./index.mjs").Workload[]} */
export const elementwise = [
  {
    name: "ew_cheap_4M", says: "(x*x + 1)*x", bytes: 32 * million, tolerance: 1e-6,
    inputs: () => ({ x: uniform([4 * million]) }),
    loop: (x) => {
      const out = new Float32Array(x.length);
      for (let i = 0; i < 4194304; i += 4) {
        const a = x[i];
        const b = x[i + 1];
        const c = x[i + 2];
        const d = x[i + 3];
        out[i] = (a * a + 1) * a;
        out[i + 1] = (b * b + 1) * b;
        out[i + 2] = (c * c + 1) * c;
        out[i + 3] = (d * d + 1) * d;
      }
      return out;
    },
    lanewise: () => (x) => x.mul(x).add(1).mul(x),
    jax: () => (x) => x.ref.mul(x.ref).add(1).mul(x),
    tf: (tf) => (x) => tf.mul(tf.add(tf.mul(x, x), 1), x),
    error: sampled((inputs) => (index) => (Number(inputs.x?.[index]) ** 2 + 1) * Number(inputs.x?.[index])),
  },
  {
    name: "ew_trans_4M", says: "tanh(x*x + 1)*sin(x)", bytes: 32 * million, tolerance: 4e-6,
    inputs: () => ({ x: uniform([4 * million], -3, 3) }),
    loop: (x) => {
      const out = new Float32Array(x.length);
      for (let i = 0; i < 4194304; i++) {
        const v = x[i];
        out[i] = tanh(v * v + 1) * sin(v);
      }
      return out;
    },
    lanewise: ({ numpy: np }) => (x) => np.tanh(x.mul(x).add(1)).mul(np.sin(x)),
    jax: ({ numpy: np }) => (x) => np.tanh(x.ref.mul(x.ref).add(1)).mul(np.sin(x)),
    tf: (tf) => (x) => tf.mul(tf.tanh(tf.add(tf.mul(x, x), 1)), tf.sin(x)),
    error: sampled((inputs) => (index) => {
      const v = Number(inputs.x?.[index]);
      return Math.tanh(v * v + 1) * Math.sin(v);
    }, { scale: 0.1 }),
  },
  {
    name: "ew_chain32_1M", says: "x*1.01 + 0.5, sixteen times", bytes: 8 * million, tolerance: 1e-5,
    inputs: () => ({ x: uniform([million]) }),
    loop: (x) => {
      const out = new Float32Array(x.length);
      for (let i = 0; i < 1048576; i += 2) {
        let v = x[i];
        let w = x[i + 1];
        for (let step = 0; step < 16; step++) {
          v = v * 1.01 + 0.5;
          w = w * 1.01 + 0.5;
        }
        out[i] = v;
        out[i + 1] = w;
      }
      return out;
    },
    lanewise: () => (x) => {
      for (let step = 0; step < 16; step++) x = x.mul(1.01).add(0.5);
      return x;
    },
    jax: () => (x) => {
      for (let step = 0; step < 16; step++) x = x.mul(1.01).add(0.5);
      return x;
    },
    tf: (tf) => (x) => {
      for (let step = 0; step < 16; step++) x = tf.add(tf.mul(x, 1.01), 0.5);
      return x;
    },
    error: sampled((inputs) => (index) => {
      let v = Number(inputs.x?.[index]);
      for (let step = 0; step < 16; step++) v = v * 1.01 + 0.5;
      return v;
    }),
  },
  {
    name: "outer_2048", says: "x[:, None]*y + 1", bytes: 16 * million, tolerance: 1e-6,
    inputs: () => ({ x: uniform([2048]), y: uniform([2048], -1, 1, 2) }),
    loop: (x, y) => {
      const out = new Float32Array(2048 * 2048);
      for (let i = 0; i < 2048; i++) {
        const v = x[i];
        const row = i * 2048;
        for (let j = 0; j < 2048; j += 4) {
          out[row + j] = v * y[j] + 1;
          out[row + j + 1] = v * y[j + 1] + 1;
          out[row + j + 2] = v * y[j + 2] + 1;
          out[row + j + 3] = v * y[j + 3] + 1;
        }
      }
      return out;
    },
    lanewise: () => (x, y) => x.reshape(2048, 1).mul(y).add(1),
    jax: () => (x, y) => x.reshape([2048, 1]).mul(y).add(1),
    tf: (tf) => (x, y) => tf.add(tf.mul(tf.reshape(x, [2048, 1]), y), 1),
    error: sampled((inputs) => (index) => Number(inputs.x?.[index >> 11]) * Number(inputs.y?.[index & 2047]) + 1, { scale: 1 }),
  },
  {
    name: "transpose_add_2048", says: "(x.T + x)*2", bytes: 32 * million, tolerance: 1e-6,
    inputs: () => ({ x: uniform([2048, 2048]) }),
    loop: (x) => {
      const out = new Float32Array(2048 * 2048);
      for (let rows = 0; rows < 2048; rows += 32) {
        for (let columns = 0; columns < 2048; columns += 32) {
          for (let i = rows; i < rows + 32; i++) {
            for (let j = columns; j < columns + 32; j++) out[i * 2048 + j] = (x[j * 2048 + i] + x[i * 2048 + j]) * 2;
          }
        }
      }
      return out;
    },
    lanewise: () => (x) => x.T.add(x).mul(2),
    jax: ({ numpy: np }) => (x) => np.transpose(x.ref).add(x).mul(2),
    tf: (tf) => (x) => tf.mul(tf.add(tf.transpose(x), x), 2),
    error: sampled((inputs) => (index) => 2 * (Number(inputs.x?.[index]) + Number(inputs.x?.[(index & 2047) * 2048 + (index >> 11)])), { scale: 1 }),
  },
  {
    name: "dispatch_tiny", says: "x*2 + 1 of 8 numbers: what a call costs", tolerance: 1e-6,
    inputs: () => ({ x: uniform([8]) }),
    loop: (x) => {
      const out = new Float32Array(8);
      for (let i = 0; i < 8; i++) out[i] = x[i] * 2 + 1;
      return out;
    },
    lanewise: () => (x) => x.mul(2).add(1),
    jax: () => (x) => x.mul(2).add(1),
    tf: (tf) => (x) => tf.add(tf.mul(x, 2), 1),
    error: sampled((inputs) => (index) => given(inputs, "x")[index] * 2 + 1),
  },
];
