/** @file How fast are sums, and chains of row-wise operations around sums? */

import { sampled } from "../harness/check.mjs";
import { uniform } from "../harness/data.mjs";
import { exp } from "./math.mjs";

const million = 1 << 20;
/** One row of a matrix in float64. */
const row = (/** @type {Record<string, Float64Array>} */ inputs, /** @type {number} */ number, /** @type {number} */ length) =>
  (inputs.x ?? new Float64Array()).subarray(number * length, (number + 1) * length);
const total = (/** @type {Float64Array} */ numbers) => numbers.reduce((sum, number) => sum + number, 0);
const largest = (/** @type {Float64Array} */ numbers) => numbers.reduce((most, number) => Math.max(most, number), -Infinity);

/** @type {import("./index.mjs").Workload[]} */
export const reductions = [
  {
    name: "reduce_full_4M", says: "sum(x*x)", bytes: 16 * million, tolerance: 1e-5,
    inputs: () => ({ x: uniform([4 * million]) }),
    loop: (x) => {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let i = 0; i < 4194304; i += 4) {
        const p = x[i];
        const q = x[i + 1];
        const r = x[i + 2];
        const s = x[i + 3];
        a += p * p;
        b += q * q;
        c += r * r;
        d += s * s;
      }
      return Float32Array.of(a + b + (c + d));
    },
    lanewise: ({ numpy: np }) => (x) => np.sum(x.mul(x)),
    jax: ({ numpy: np }) => (x) => np.sum(x.ref.mul(x)),
    tf: (tf) => (x) => tf.sum(tf.mul(x, x)),
    error: sampled((inputs) => () => (inputs.x ?? []).reduce((sum, v) => sum + v * v, 0)),
  },
  {
    name: "reduce_row_2048", says: "sum(x, 1)", bytes: 16 * million, tolerance: 1e-5,
    inputs: () => ({ x: uniform([2048, 2048], 0, 1) }),
    loop: (x) => {
      const out = new Float32Array(2048);
      for (let i = 0; i < 2048; i++) {
        let a = 0;
        let b = 0;
        let c = 0;
        let d = 0;
        const end = (i + 1) * 2048;
        for (let j = i * 2048; j < end; j += 8) {
          a += x[j] + x[j + 4];
          b += x[j + 1] + x[j + 5];
          c += x[j + 2] + x[j + 6];
          d += x[j + 3] + x[j + 7];
        }
        out[i] = a + b + c + d;
      }
      return out;
    },
    lanewise: ({ numpy: np }) => (x) => np.sum(x, 1),
    jax: ({ numpy: np }) => (x) => np.sum(x, 1),
    tf: (tf) => (x) => tf.sum(x, 1),
    error: sampled((inputs) => (index) => total(row(inputs, index, 2048))),
  },
  {
    name: "reduce_col_2048", says: "sum(x, 0)", bytes: 16 * million, tolerance: 1e-5,
    inputs: () => ({ x: uniform([2048, 2048], 0, 1) }),
    loop: (x) => {
      const sums = new Float64Array(2048);
      for (let i = 0; i < 2048; i += 4) {
        const start = i * 2048;
        for (let j = 0; j < 2048; j++) {
          const place = start + j;
          sums[j] += x[place] + x[place + 2048] + (x[place + 4096] + x[place + 6144]);
        }
      }
      return new Float32Array(sums);
    },
    lanewise: ({ numpy: np }) => (x) => np.sum(x, 0),
    jax: ({ numpy: np }) => (x) => np.sum(x, 0),
    tf: (tf) => (x) => tf.sum(x, 0),
    error: sampled((inputs) => (index) => {
      let sum = 0;
      for (let i = 0; i < 2048; i++) sum += Number(inputs.x?.[i * 2048 + index]);
      return sum;
    }),
  },
  {
    name: "softmax_1024", says: "softmax over the last axis of [1024, 1024]", bytes: 8 * million, tolerance: 2e-6,
    inputs: () => ({ x: uniform([1024, 1024], -4, 4) }),
    loop: (x) => {
      const out = new Float32Array(x.length);
      for (let i = 0; i < 1024; i++) {
        const start = i * 1024;
        const end = (i + 1) * 1024;
        let a = -Infinity;
        let b = -Infinity;
        let c = -Infinity;
        let d = -Infinity;
        for (let j = start; j < end; j += 4) {
          a = x[j] > a ? x[j] : a;
          b = x[j + 1] > b ? x[j + 1] : b;
          c = x[j + 2] > c ? x[j + 2] : c;
          d = x[j + 3] > d ? x[j + 3] : d;
        }
        const most = Math.max(Math.max(a, b), Math.max(c, d));
        let sum = 0;
        for (let j = start; j < end; j++) {
          const value = exp(x[j] - most);
          out[j] = value;
          sum += value;
        }
        const scale = 1 / sum;
        for (let j = start; j < end; j += 4) {
          out[j] *= scale;
          out[j + 1] *= scale;
          out[j + 2] *= scale;
          out[j + 3] *= scale;
        }
      }
      return out;
    },
    lanewise: ({ nn }) => (x) => nn.softmax(x, -1),
    jax: ({ nn }) => (x) => nn.softmax(x, -1),
    tf: (tf) => (x) => tf.softmax(x, -1),
    error: sampled((inputs) => (index) => {
      const values = row(inputs, index >> 10, 1024);
      const most = largest(values);
      return Math.exp(Number(values[index & 1023]) - most) / total(values.map((value) => Math.exp(value - most)));
    }),
  },
  {
    name: "layernorm_1024", says: "(x - mean)/sqrt(var + 1e-5) over the last axis", bytes: 8 * million, tolerance: 1e-5,
    inputs: () => ({ x: uniform([1024, 1024], -1, 3) }),
    loop: (x) => {
      const out = new Float32Array(x.length);
      for (let i = 0; i < 1024; i++) {
        const start = i * 1024;
        const end = (i + 1) * 1024;
        let a = 0;
        let b = 0;
        let c = 0;
        let d = 0;
        for (let j = start; j < end; j += 4) {
          a += x[j];
          b += x[j + 1];
          c += x[j + 2];
          d += x[j + 3];
        }
        const mean = (a + b + c + d) / 1024;
        a = 0;
        b = 0;
        c = 0;
        d = 0;
        for (let j = start; j < end; j += 4) {
          const p = x[j] - mean;
          const q = x[j + 1] - mean;
          const r = x[j + 2] - mean;
          const s = x[j + 3] - mean;
          a += p * p;
          b += q * q;
          c += r * r;
          d += s * s;
        }
        const scale = 1 / Math.sqrt((a + b + c + d) / 1024 + 1e-5);
        for (let j = start; j < end; j += 4) {
          out[j] = (x[j] - mean) * scale;
          out[j + 1] = (x[j + 1] - mean) * scale;
          out[j + 2] = (x[j + 2] - mean) * scale;
          out[j + 3] = (x[j + 3] - mean) * scale;
        }
      }
      return out;
    },
    lanewise: ({ numpy: np }) => (x) => {
      const centred = x.sub(np.mean(x, -1, { keepdims: true }));
      return centred.div(np.sqrt(np.mean(centred.mul(centred), -1, { keepdims: true }).add(1e-5)));
    },
    jax: ({ numpy: np }) => (x) => {
      const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
      return centred.ref.div(np.sqrt(np.mean(centred.ref.mul(centred), -1, { keepdims: true }).add(1e-5)));
    },
    tf: (tf) => (x) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.mul(centred, centred), -1, true), 1e-5)));
    },
    error: sampled((inputs) => (index) => {
      const values = row(inputs, index >> 10, 1024);
      const mean = total(values) / 1024;
      return (Number(values[index & 1023]) - mean) / Math.sqrt(total(values.map((value) => (value - mean) ** 2)) / 1024 + 1e-5);
    }, { scale: 0.1 }),
  },
  {
    name: "logsumexp_1024", says: "log(sum(exp(x))) over the last axis", bytes: 4 * million, tolerance: 2e-6,
    inputs: () => ({ x: uniform([1024, 1024], -4, 4) }),
    loop: (x) => {
      const out = new Float32Array(1024);
      for (let i = 0; i < 1024; i++) {
        const start = i * 1024;
        const end = (i + 1) * 1024;
        let a = -Infinity;
        let b = -Infinity;
        let c = -Infinity;
        let d = -Infinity;
        for (let j = start; j < end; j += 4) {
          a = x[j] > a ? x[j] : a;
          b = x[j + 1] > b ? x[j + 1] : b;
          c = x[j + 2] > c ? x[j + 2] : c;
          d = x[j + 3] > d ? x[j + 3] : d;
        }
        const most = Math.max(Math.max(a, b), Math.max(c, d));
        let sum = 0;
        for (let j = start; j < end; j++) sum += exp(x[j] - most);
        out[i] = most + Math.log(sum);
      }
      return out;
    },
    lanewise: ({ nn }) => (x) => nn.logsumexp(x, -1),
    jax: ({ nn }) => (x) => nn.logsumexp(x, -1),
    tf: (tf) => (x) => tf.logSumExp(x, -1),
    error: sampled((inputs) => (index) => Math.log(total(row(inputs, index, 1024).map(Math.exp)))),
  },
];
