/** @file How fast are products of matrices and vectors, in every layout? */

import { sampled } from "../harness/check.mjs";
import { uniform } from "../harness/data.mjs";
import { exactGelu, gelu } from "./math.mjs";

/** @typedef {Float32Array | Float64Array} Floats */

/**
 * `out[i, j] = epilogue(sum over k of a[i, k] * b[k, j], j)` by hand: both operands packed in float64 panels of four, sixteen
 * accumulators. Strides say where an element of either operand lies.
 * @param {Floats} a @param {Floats} b @param {Floats} out @param {number} m @param {number} n @param {number} k
 * @param {{ aRow: number, aStep: number, bStep: number, bColumn: number, aStart?: number, bStart?: number, outStart?: number }} strides
 * @param {((value: number, column: number) => number) | null} [epilogue]
 */
export function multiply(a, b, out, m, n, k, { aRow, aStep, bStep, bColumn, aStart = 0, bStart = 0, outStart = 0 }, epilogue = null) {
  const rows = m + 3 & ~3;
  const columns = n + 3 & ~3;
  const left = pack(a, rows, m, k, aRow, aStep, aStart);
  const right = pack(b, columns, n, k, bColumn, bStep, bStart);
  const tile = new Float64Array(16);
  for (let j = 0; j < columns; j += 4) {
    for (let i = 0; i < rows; i += 4) {
      let c00 = 0;
      let c01 = 0;
      let c02 = 0;
      let c03 = 0;
      let c10 = 0;
      let c11 = 0;
      let c12 = 0;
      let c13 = 0;
      let c20 = 0;
      let c21 = 0;
      let c22 = 0;
      let c23 = 0;
      let c30 = 0;
      let c31 = 0;
      let c32 = 0;
      let c33 = 0;
      const end = (i + 4) * k;
      for (let p = i * k, q = j * k; p < end; p += 4, q += 4) {
        const b0 = right[q];
        const b1 = right[q + 1];
        const b2 = right[q + 2];
        const b3 = right[q + 3];
        const a0 = left[p];
        c00 += a0 * b0;
        c01 += a0 * b1;
        c02 += a0 * b2;
        c03 += a0 * b3;
        const a1 = left[p + 1];
        c10 += a1 * b0;
        c11 += a1 * b1;
        c12 += a1 * b2;
        c13 += a1 * b3;
        const a2 = left[p + 2];
        c20 += a2 * b0;
        c21 += a2 * b1;
        c22 += a2 * b2;
        c23 += a2 * b3;
        const a3 = left[p + 3];
        c30 += a3 * b0;
        c31 += a3 * b1;
        c32 += a3 * b2;
        c33 += a3 * b3;
      }
      const place = outStart + i * n + j;
      if (epilogue === null && i + 4 <= m && j + 4 <= n) {
        out[place] = c00;
        out[place + 1] = c01;
        out[place + 2] = c02;
        out[place + 3] = c03;
        out[place + n] = c10;
        out[place + n + 1] = c11;
        out[place + n + 2] = c12;
        out[place + n + 3] = c13;
        out[place + 2 * n] = c20;
        out[place + 2 * n + 1] = c21;
        out[place + 2 * n + 2] = c22;
        out[place + 2 * n + 3] = c23;
        out[place + 3 * n] = c30;
        out[place + 3 * n + 1] = c31;
        out[place + 3 * n + 2] = c32;
        out[place + 3 * n + 3] = c33;
        continue;
      }
      tile.set([c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33]);
      for (let p = 0; p < Math.min(4, m - i); p++) {
        for (let q = 0; q < Math.min(4, n - j); q++) {
          const value = tile[p * 4 + q];
          out[place + p * n + q] = epilogue === null ? value : epilogue(value, j + q);
        }
      }
    }
  }
  return out;
}

/** Panels of four rows (or columns), element after element of the sum; zeros beyond the edge. */
function pack(/** @type {Floats} */ from, /** @type {number} */ padded, /** @type {number} */ count, /** @type {number} */ k, /** @type {number} */ across, /** @type {number} */ along, /** @type {number} */ start) {
  const packed = new Float64Array(padded * k);
  for (let i = 0; i < padded; i += 4) {
    const lanes = Math.min(4, count - i);
    if (lanes === 4) {
      for (let p = 0, to = i * k, place = start + i * across; p < k; p++, to += 4, place += along) {
        packed[to] = from[place];
        packed[to + 1] = from[place + across];
        packed[to + 2] = from[place + 2 * across];
        packed[to + 3] = from[place + 3 * across];
      }
    } else {
      for (let p = 0; p < k; p++) for (let lane = 0; lane < lanes; lane++) packed[i * k + p * 4 + lane] = from[start + (i + lane) * across + p * along];
    }
  }
  return packed;
}

/** Four rows of a matrix [2048, 2048] at a time against one vector. @type {(a: Floats, v: Floats) => Float32Array} */
function matrixVector(a, v) {
  const out = new Float32Array(2048);
  for (let i = 0; i < 2048; i += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    const start = i * 2048;
    for (let j = 0; j < 2048; j++) {
      const w = v[j];
      const place = start + j;
      s0 += a[place] * w;
      s1 += a[place + 2048] * w;
      s2 += a[place + 4096] * w;
      s3 += a[place + 6144] * w;
    }
    out[i] = s0;
    out[i + 1] = s1;
    out[i + 2] = s2;
    out[i + 3] = s3;
  }
  return out;
}

/** Four rows of a matrix [2048, 2048] at a time, a sum per column. @type {(v: Floats, a: Floats) => Float32Array} */
function vectorMatrix(v, a) {
  const sums = new Float64Array(2048);
  for (let i = 0; i < 2048; i += 4) {
    const w0 = v[i];
    const w1 = v[i + 1];
    const w2 = v[i + 2];
    const w3 = v[i + 3];
    const start = i * 2048;
    for (let j = 0; j < 2048; j++) {
      const place = start + j;
      sums[j] += w0 * a[place] + w1 * a[place + 2048] + (w2 * a[place + 4096] + w3 * a[place + 6144]);
    }
  }
  return new Float32Array(sums);
}

/** Four rows of the matrix at a time, a sum per column. @type {(v: Floats, a: Floats, k: number, n: number) => Float64Array} */
export function columnSums(v, a, k, n) {
  const sums = new Float64Array(n);
  for (let i = 0; i < k; i += 4) {
    const w0 = v[i];
    const w1 = v[i + 1];
    const w2 = v[i + 2];
    const w3 = v[i + 3];
    const start = i * n;
    for (let j = 0; j < n; j++) {
      const place = start + j;
      sums[j] += w0 * a[place] + w1 * a[place + n] + (w2 * a[place + 2 * n] + w3 * a[place + 3 * n]);
    }
  }
  return sums;
}

/** @type {(name: string, says: string, m: number, k: number, n: number) => import("./index.mjs").Workload} */
function product(name, says, m, k, n) {
  return {
    name, says, flops: 2 * m * k * n, tolerance: 2e-6,
    inputs: () => ({ a: uniform([m, k]), b: uniform([k, n], -1, 1, 2) }),
    loop: (a, b) => multiply(a, b, new Float32Array(m * n), m, n, k, { aRow: k, aStep: 1, bStep: n, bColumn: 1 }),
    lanewise: ({ numpy: np }) => (a, b) => np.matmul(a, b),
    jax: ({ numpy: np }) => (a, b) => np.matmul(a, b),
    tf: (tf) => (a, b) => tf.matMul(a, b),
    error: productError(m, k, n, (i, p) => i * k + p, (p, j) => p * n + j),
  };
}

/** @typedef {(first: number, second: number) => number} Place */

/** Relative to the size of a sum of so many products of numbers in [-1, 1). */
function productError(/** @type {number} */ m, /** @type {number} */ k, /** @type {number} */ n, /** @type {Place} */ left, /** @type {Place} */ right, finish = (/** @type {number} */ sum, /** @type {number} */ _column) => sum) {
  return sampled((inputs) => (index) => {
    const batch = Math.floor(index / (m * n));
    const i = Math.floor(index / n) % m;
    const j = index % n;
    let sum = 0;
    for (let p = 0; p < k; p++) sum += Number(inputs.a?.[batch * m * k + left(i, p)]) * Number(inputs.b?.[batch * k * n + right(p, j)]);
    return finish(sum, j);
  }, { scale: Math.sqrt(k) / 3 });
}

/** @type {import("./index.mjs").Workload[]} */
export const products = [
  product("matmul_64", "[64, 64] @ [64, 64]", 64, 64, 64),
  product("matmul_256", "[256, 256] @ [256, 256]", 256, 256, 256),
  product("matmul_512", "[512, 512] @ [512, 512]", 512, 512, 512),
  product("matmul_1024", "[1024, 1024] @ [1024, 1024]", 1024, 1024, 1024),
  product("matmul_2048", "[2048, 2048] @ [2048, 2048]", 2048, 2048, 2048),
  product("matmul_odd_509", "[509, 509] @ [509, 509]", 509, 509, 509),
  {
    ...product("matmul_nt_512", "a @ b.T", 512, 512, 512),
    loop: (a, b) => multiply(a, b, new Float32Array(512 * 512), 512, 512, 512, { aRow: 512, aStep: 1, bStep: 1, bColumn: 512 }),
    lanewise: ({ numpy: np }) => (a, b) => np.matmul(a, b.T),
    jax: ({ numpy: np }) => (a, b) => np.matmul(a, np.transpose(b)),
    tf: (tf) => (a, b) => tf.matMul(a, b, false, true),
    error: productError(512, 512, 512, (i, p) => i * 512 + p, (p, j) => j * 512 + p),
  },
  {
    ...product("matmul_tn_512", "a.T @ b", 512, 512, 512),
    loop: (a, b) => multiply(a, b, new Float32Array(512 * 512), 512, 512, 512, { aRow: 1, aStep: 512, bStep: 512, bColumn: 1 }),
    lanewise: ({ numpy: np }) => (a, b) => np.matmul(a.T, b),
    jax: ({ numpy: np }) => (a, b) => np.matmul(np.transpose(a), b),
    tf: (tf) => (a, b) => tf.matMul(a, b, true, false),
    error: productError(512, 512, 512, (i, p) => p * 512 + i, (p, j) => p * 512 + j),
  },
  {
    name: "bmm_64x128", says: "64 products of [128, 128]", flops: 2 * 64 * 128 ** 3, tolerance: 2e-6,
    inputs: () => ({ a: uniform([64, 128, 128]), b: uniform([64, 128, 128], -1, 1, 2) }),
    loop: (a, b) => {
      const out = new Float32Array(64 * 128 * 128);
      for (let batch = 0; batch < 64; batch++) {
        const start = batch * 128 * 128;
        multiply(a, b, out, 128, 128, 128, { aRow: 128, aStep: 1, bStep: 128, bColumn: 1, aStart: start, bStart: start, outStart: start });
      }
      return out;
    },
    lanewise: ({ numpy: np }) => (a, b) => np.matmul(a, b),
    jax: ({ numpy: np }) => (a, b) => np.matmul(a, b),
    tf: (tf) => (a, b) => tf.matMul(a, b),
    error: productError(128, 128, 128, (i, p) => i * 128 + p, (p, j) => p * 128 + j),
  },
  {
    ...product("matmul_bias_gelu_512", "gelu(a @ b + bias)", 512, 512, 512), tolerance: 4e-6,
    inputs: () => ({ a: uniform([512, 512], -0.1, 0.1), b: uniform([512, 512], -1, 1, 2), bias: uniform([512], -1, 1, 3) }),
    loop: (a, b, bias) => multiply(a, b, new Float32Array(512 * 512), 512, 512, 512, { aRow: 512, aStep: 1, bStep: 512, bColumn: 1 }, (value, column) => gelu(value + bias[column])),
    lanewise: ({ numpy: np, nn }) => (a, b, bias) => nn.gelu(np.matmul(a, b).add(bias)),
    jax: ({ numpy: np, nn }) => (a, b, bias) => nn.gelu(np.matmul(a, b).add(bias)),
    tf: (tf) => (a, b, bias) => {
      const x = tf.add(tf.matMul(a, b), bias);
      const inner = tf.mul(tf.add(x, tf.mul(tf.mul(x, tf.mul(x, x)), 0.044715)), 0.7978845608028654);
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
    },
    error: sampled((inputs) => (index) => {
      let sum = Number(inputs.bias?.[index & 511]);
      for (let p = 0; p < 512; p++) sum += Number(inputs.a?.[(index >> 9) * 512 + p]) * Number(inputs.b?.[p * 512 + (index & 511)]);
      return exactGelu(sum);
    }, { scale: 0.5 }),
  },
  product("matmul_skinny", "[2048, 64] @ [64, 2048]", 2048, 64, 2048),
  product("matmul_tall", "[2048, 2048] @ [2048, 64]", 2048, 2048, 64),
  {
    name: "matvec_2048", says: "[2048, 2048] @ [2048]", bytes: 16 << 20, tolerance: 2e-6,
    inputs: () => ({ a: uniform([2048, 2048]), b: uniform([2048], -1, 1, 2) }),
    loop: matrixVector,
    lanewise: ({ numpy: np }) => (a, v) => np.matmul(a, v),
    jax: ({ numpy: np }) => (a, v) => np.matmul(a, v),
    tf: (tf) => (a, v) => tf.matMul(a, tf.reshape(v, [2048, 1])),
    error: productError(2048, 2048, 1, (i, p) => i * 2048 + p, (p) => p),
  },
  {
    name: "vecmat_2048", says: "[2048] @ [2048, 2048]", bytes: 16 << 20, tolerance: 2e-6,
    inputs: () => ({ a: uniform([2048]), b: uniform([2048, 2048], -1, 1, 2) }),
    loop: vectorMatrix,
    lanewise: ({ numpy: np }) => (v, a) => np.matmul(v, a),
    jax: ({ numpy: np }) => (v, a) => np.matmul(v, a),
    tf: (tf) => (v, a) => tf.matMul(tf.reshape(v, [1, 2048]), a),
    error: productError(1, 2048, 2048, (_, p) => p, (p, j) => p * 2048 + j),
  },
  ...[100, 1000, 5000, 10000].map(batchedDot),
];

/** @type {(n: number) => import("./index.mjs").Workload} */
function batchedDot(n) {
  return {
    name: `vmap_dot_${n}`, says: `vmap((x, y) => dot(x, y)**2) on [${n}, ${n}]`, bytes: 8 * n * n, tolerance: 1e-5,
    inputs: () => ({ a: uniform([n, n]), b: uniform([n, n], -1, 1, 2) }),
    loop: (x, y) => {
      const out = new Float32Array(n);
      for (let i = 0; i < n; i++) {
        let a = 0;
        let b = 0;
        let c = 0;
        let d = 0;
        const end = (i + 1) * n;
        for (let j = i * n; j < end; j += 4) {
          a += x[j] * y[j];
          b += x[j + 1] * y[j + 1];
          c += x[j + 2] * y[j + 2];
          d += x[j + 3] * y[j + 3];
        }
        const sum = a + b + c + d;
        out[i] = sum * sum;
      }
      return out;
    },
    lanewise: ({ numpy: np, vmap }) => vmap((/** @type {any} */ x, /** @type {any} */ y) => np.dot(x, y).pow(2)),
    jax: ({ numpy: np, vmap }) => vmap((/** @type {any} */ x, /** @type {any} */ y) => np.square(np.dot(x, y))),
    tf: (tf) => (x, y) => tf.square(tf.sum(tf.mul(x, y), 1)),
    error: sampled((inputs) => (index) => {
      let sum = 0;
      for (let p = 0; p < n; p++) sum += Number(inputs.a?.[index * n + p]) * Number(inputs.b?.[index * n + p]);
      return sum * sum;
    }, { scale: n / 9 }),
  };
}
