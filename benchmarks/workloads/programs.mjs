/** @file How fast are whole small programs: scans, sorts, distances, simulations, random numbers? */

import { sampled } from "../harness/check.mjs";
import { uniform } from "../harness/data.mjs";
import { erf, exactErf, exp } from "./math.mjs";

const million = 1 << 20;

/** @type {import("./index.mjs").Workload[]} */
const prefixes = [
  {
    name: "cumsum_1M", says: "cumulative sum", bytes: 8 * million, tolerance: 1e-5,
    inputs: () => ({ x: uniform([million], 0, 1) }),
    loop: (x) => {
      const out = new Float32Array(x.length);
      let sum = 0;
      for (let i = 0; i < x.length; i += 4) {
        const a = x[i];
        const b = a + x[i + 1];
        const c = b + x[i + 2];
        const d = c + x[i + 3];
        out[i] = sum + a;
        out[i + 1] = sum + b;
        out[i + 2] = sum + c;
        out[i + 3] = sum + d;
        sum += d;
      }
      return out;
    },
    lanewise: ({ numpy: np }) => (x) => np.cumsum(x),
    jax: ({ numpy: np }) => (x) => np.cumsum(x),
    tf: (tf) => (x) => tf.cumsum(x),
    error: sampled((inputs) => {
      let sum = 0;
      const sums = (inputs.x ?? new Float64Array()).map((value) => (sum += value));
      return (index) => Number(sums[index]);
    }),
  },
  {
    name: "cumsum_rows_1024", says: "cumulative sums along the rows of [1024, 1024]", bytes: 8 * million, tolerance: 1e-5,
    inputs: () => ({ x: uniform([1024, 1024], 0, 1) }),
    loop: (x) => {
      const out = new Float32Array(x.length);
      for (let row = 0; row < x.length; row += 1024) {
        let sum = 0;
        for (let i = row; i < row + 1024; i += 4) {
          const a = x[i];
          const b = a + x[i + 1];
          const c = b + x[i + 2];
          const d = c + x[i + 3];
          out[i] = sum + a;
          out[i + 1] = sum + b;
          out[i + 2] = sum + c;
          out[i + 3] = sum + d;
          sum += d;
        }
      }
      return out;
    },
    lanewise: ({ numpy: np }) => (x) => np.cumsum(x, 1),
    jax: ({ numpy: np }) => (x) => np.cumsum(x, 1),
    tf: (tf) => (x) => tf.cumsum(x, 1),
    error: sampled((inputs) => (index) => (inputs.x ?? new Float64Array()).subarray(index & ~1023, index + 1).reduce((sum, value) => sum + value, 0)),
  },
  {
    name: "sort_1M", says: "sort of 2^20 numbers", bytes: 8 * million, tolerance: 0,
    inputs: () => ({ x: uniform([million]) }),
    loop: radixSort,
    lanewise: ({ numpy: np }) => (x) => np.sort(x),
    jax: ({ numpy: np }) => (x) => np.sort(x),
    // tfjs has no sort; its topk of all elements gives them the other way round.
    tf: (tf) => (x) => tf.topk(x, million).values,
    error: (inputs, outputs, form) => sampled(() => {
      const sorted = (inputs.x ?? new Float64Array()).slice().sort();
      return (index) => Number(sorted[form === "tf" ? million - 1 - index : index]);
    })(inputs, outputs, form),
  },
];

/** Three passes over 11 bits each, on keys that are in the order of the floats. */
function radixSort(/** @type {Float32Array} */ x) {
  const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
  let keys = new Uint32Array(x.length);
  let other = new Uint32Array(x.length);
  const counts = new Int32Array(3 * 2048);
  for (let i = 0; i < x.length; i++) {
    const key = bits[i] ^ (bits[i] >> 31 | 0x80000000);
    keys[i] = key;
    counts[key & 2047]++;
    counts[2048 + (key >>> 11 & 2047)]++;
    counts[4096 + (key >>> 22)]++;
  }
  for (let pass = 0; pass < 3; pass++) {
    let start = 0;
    for (let digit = pass * 2048; digit < (pass + 1) * 2048; digit++) {
      const count = counts[digit];
      counts[digit] = start;
      start += count;
    }
    const shift = pass * 11;
    const base = pass * 2048;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      other[counts[base + (key >>> shift & 2047)]++] = key;
    }
    [keys, other] = [other, keys];
  }
  const out = new Uint32Array(other.buffer);
  for (let i = 0; i < keys.length; i++) out[i] = keys[i] ^ (~keys[i] >> 31 | 0x80000000);
  return new Float32Array(out.buffer);
}

// Distances and forces ------------------------------------------------------------------------------------------------------

const bodies = 1024;

/** @type {import("./index.mjs").Workload[]} */
const pairs = [
  {
    name: "pairdist_512_64", says: "vmap(vmap(distance)) of 512 and 512 points in 64 dimensions", flops: 3 * 512 * 512 * 64, tolerance: 1e-5,
    inputs: () => ({ x: uniform([512, 64]), y: uniform([512, 64], -1, 1, 2) }),
    loop: (x, y) => {
      const out = new Float32Array(512 * 512);
      for (let i = 0; i < 512; i += 4) {
        for (let j = 0; j < 512; j += 4) {
          let s00 = 0;
          let s01 = 0;
          let s02 = 0;
          let s03 = 0;
          let s10 = 0;
          let s11 = 0;
          let s12 = 0;
          let s13 = 0;
          let s20 = 0;
          let s21 = 0;
          let s22 = 0;
          let s23 = 0;
          let s30 = 0;
          let s31 = 0;
          let s32 = 0;
          let s33 = 0;
          for (let p = i * 64, q = j * 64, end = p + 64; p < end; p++, q++) {
            const q0 = y[q];
            const q1 = y[q + 64];
            const q2 = y[q + 128];
            const q3 = y[q + 192];
            const p0 = x[p];
            s00 += (p0 - q0) * (p0 - q0);
            s01 += (p0 - q1) * (p0 - q1);
            s02 += (p0 - q2) * (p0 - q2);
            s03 += (p0 - q3) * (p0 - q3);
            const p1 = x[p + 64];
            s10 += (p1 - q0) * (p1 - q0);
            s11 += (p1 - q1) * (p1 - q1);
            s12 += (p1 - q2) * (p1 - q2);
            s13 += (p1 - q3) * (p1 - q3);
            const p2 = x[p + 128];
            s20 += (p2 - q0) * (p2 - q0);
            s21 += (p2 - q1) * (p2 - q1);
            s22 += (p2 - q2) * (p2 - q2);
            s23 += (p2 - q3) * (p2 - q3);
            const p3 = x[p + 192];
            s30 += (p3 - q0) * (p3 - q0);
            s31 += (p3 - q1) * (p3 - q1);
            s32 += (p3 - q2) * (p3 - q2);
            s33 += (p3 - q3) * (p3 - q3);
          }
          const at = i * 512 + j;
          out[at] = Math.sqrt(s00);
          out[at + 1] = Math.sqrt(s01);
          out[at + 2] = Math.sqrt(s02);
          out[at + 3] = Math.sqrt(s03);
          out[at + 512] = Math.sqrt(s10);
          out[at + 513] = Math.sqrt(s11);
          out[at + 514] = Math.sqrt(s12);
          out[at + 515] = Math.sqrt(s13);
          out[at + 1024] = Math.sqrt(s20);
          out[at + 1025] = Math.sqrt(s21);
          out[at + 1026] = Math.sqrt(s22);
          out[at + 1027] = Math.sqrt(s23);
          out[at + 1536] = Math.sqrt(s30);
          out[at + 1537] = Math.sqrt(s31);
          out[at + 1538] = Math.sqrt(s32);
          out[at + 1539] = Math.sqrt(s33);
        }
      }
      return out;
    },
    lanewise: ({ numpy: np, vmap }) => {
      const distance = (/** @type {any} */ p, /** @type {any} */ q) => np.sqrt(np.sum(np.square(p.sub(q))));
      return vmap(vmap(distance, [null, 0]), [0, null]);
    },
    jax: ({ numpy: np, vmap }) => {
      const distance = (/** @type {any} */ p, /** @type {any} */ q) => np.sqrt(np.sum(np.square(p.sub(q))));
      return vmap(vmap(distance, [null, 0]), [0, null]);
    },
    tf: (tf) => (x, y) => tf.sqrt(tf.sum(tf.square(tf.sub(tf.expandDims(x, 1), tf.expandDims(y, 0))), 2)),
    error: sampled((inputs) => (index) => {
      let sum = 0;
      for (let p = 0; p < 64; p++) sum += (Number(inputs.x?.[(index >> 9) * 64 + p]) - Number(inputs.y?.[(index & 511) * 64 + p])) ** 2;
      return Math.sqrt(sum);
    }),
  },
  {
    name: "nbody_grad_1024", says: "gradient of sum 1/sqrt(r^2 + 0.01) over all pairs of 1024 bodies", flops: 18 * bodies * bodies, tolerance: 1e-4,
    inputs: () => ({ x: uniform([bodies, 3]) }),
    loop: (x) => {
      const out = new Float32Array(bodies * 3);
      for (let i = 0; i < bodies * 3; i += 3) {
        const px = x[i];
        const py = x[i + 1];
        const pz = x[i + 2];
        let fx = 0;
        let fy = 0;
        let fz = 0;
        for (let j = 0; j < bodies * 3; j += 3) {
          const dx = px - x[j];
          const dy = py - x[j + 1];
          const dz = pz - x[j + 2];
          const square = dx * dx + dy * dy + dz * dz + 0.01;
          const weight = 1 / (square * Math.sqrt(square));
          fx += dx * weight;
          fy += dy * weight;
          fz += dz * weight;
        }
        out[i] = -2 * fx;
        out[i + 1] = -2 * fy;
        out[i + 2] = -2 * fz;
      }
      return out;
    },
    lanewise: ({ numpy: np, lax, grad }) => grad((/** @type {any} */ x) => {
      const between = x.reshape(bodies, 1, 3).sub(x.reshape(1, bodies, 3));
      return np.sum(lax.rsqrt(np.sum(np.square(between), -1).add(0.01)));
    }),
    jax: ({ numpy: np, grad }) => grad((/** @type {any} */ x) => {
      const between = x.ref.reshape([bodies, 1, 3]).sub(x.reshape([1, bodies, 3]));
      return np.sum(np.reciprocal(np.sqrt(np.sum(np.square(between), -1).add(0.01))));
    }),
    tf: (tf) => tf.grad((x) => {
      const between = tf.sub(tf.reshape(x, [bodies, 1, 3]), tf.reshape(x, [1, bodies, 3]));
      return tf.sum(tf.rsqrt(tf.add(tf.sum(tf.square(between), -1), 0.01)));
    }),
    error: sampled(({ x = new Float64Array() }) => (index) => {
      const body = index - index % 3;
      let sum = 0;
      for (let j = 0; j < bodies * 3; j += 3) {
        const square = [0, 1, 2].reduce((total, axis) => total + (Number(x[body + axis]) - Number(x[j + axis])) ** 2, 0.01);
        sum += (Number(x[index]) - Number(x[j + index % 3])) / (square * Math.sqrt(square));
      }
      return -2 * sum;
    }, { scale: 100 }),
  },
];

// Formulas --------------------------------------------------------------------------------------------------------------------

const iterations = 100;
/** The plane as two arrays of coordinates. */
const plane = () => ({
  re: { shape: [512, 512], data: Float32Array.from({ length: 512 * 512 }, (_, place) => -2 + 2.5 * (place & 511) / 512) },
  im: { shape: [512, 512], data: Float32Array.from({ length: 512 * 512 }, (_, place) => -1.25 + 2.5 * (place >> 9) / 512) },
});

/** @type {import("./index.mjs").Workload[]} */
const formulas = [
  {
    name: "mandelbrot_100", says: "100 iterations written out, on [512, 512]", flops: 9 * iterations * 512 * 512, tolerance: 0.1,
    inputs: plane,
    loop: (re, im) => {
      const out = new Float32Array(re.length);
      for (let i = 0; i < re.length; i++) {
        const a = re[i];
        const b = im[i];
        let x = 0;
        let y = 0;
        let count = 0;
        for (let step = 0; step < iterations; step++) {
          const xx = x * x;
          const yy = y * y;
          count += xx + yy <= 4 ? 1 : 0;
          y = 2 * x * y + b;
          x = xx - yy + a;
        }
        out[i] = count;
      }
      return out;
    },
    lanewise: ({ numpy: np }) => (re, im) => {
      let [x, y, count] = [np.zerosLike(re), np.zerosLike(im), np.zerosLike(re)];
      for (let step = 0; step < iterations; step++) {
        const [xx, yy] = [x.mul(x), y.mul(y)];
        count = count.add(np.where(xx.add(yy).lessEqual(4), 1, 0));
        [x, y] = [xx.sub(yy).add(re), x.mul(y).mul(2).add(im)];
      }
      return count;
    },
    jax: ({ numpy: np }) => (re, im) => {
      let [x, y, count] = [np.zerosLike(re), np.zerosLike(im), np.zerosLike(re)];
      for (let step = 0; step < iterations; step++) {
        const [xx, yy] = [x.ref.mul(x.ref), y.ref.mul(y.ref)];
        count = count.add(np.where(xx.ref.add(yy.ref).lessEqual(4), 1, 0));
        [x, y] = [xx.sub(yy).add(re.ref), x.mul(y).mul(2).add(im.ref)];
      }
      return count;
    },
    tf: (tf) => (re, im) => {
      let [x, y, count] = [tf.zerosLike(re), tf.zerosLike(im), tf.zerosLike(re)];
      for (let step = 0; step < iterations; step++) {
        const [xx, yy] = [tf.mul(x, x), tf.mul(y, y)];
        count = tf.add(count, tf.cast(tf.lessEqual(tf.add(xx, yy), 4), "float32"));
        [x, y] = [tf.add(tf.sub(xx, yy), re), tf.add(tf.mul(tf.mul(x, y), 2), im)];
      }
      return count;
    },
    // A point near the border may leave one step earlier or later, or much later: what counts is that nearly all agree.
    error: (inputs, outputs) => {
      let wrong = 0;
      for (let place = 0; place < 512 * 512; place += 97) {
        const [a, b] = [Number(inputs.re?.[place]), Number(inputs.im?.[place])];
        let [x, y, count] = [0, 0, 0];
        for (let step = 0; step < iterations; step++) {
          if (x * x + y * y <= 4) count++;
          [x, y] = [x * x - y * y + a, 2 * x * y + b];
        }
        if (Math.abs(count - Number(outputs[0]?.[place])) > 1) wrong++;
      }
      return wrong / (512 * 512 / 97);
    },
  },
  {
    name: "black_scholes_1M", says: "prices of 2^20 call options", bytes: 16 * million, tolerance: 1e-5,
    inputs: () => ({ spot: uniform([million], 80, 120), strike: uniform([million], 80, 120, 2), years: uniform([million], 0.2, 2, 3) }),
    loop: (spot, strike, years) => {
      const out = new Float32Array(million);
      for (let i = 0; i < million; i++) {
        const s = spot[i];
        const k = strike[i];
        const t = years[i];
        const deviation = 0.2 * Math.sqrt(t);
        const d1 = (Math.log(s / k) + 0.05 * t) / deviation;
        out[i] = s * 0.5 * (1 + erf(d1 * 0.7071067811865476)) - k * exp(-0.03 * t) * 0.5 * (1 + erf((d1 - deviation) * 0.7071067811865476));
      }
      return out;
    },
    lanewise: ({ numpy: np, lax }) => (spot, strike, years) => {
      const cumulative = (/** @type {any} */ x) => lax.erf(x.mul(Math.SQRT1_2)).add(1).mul(0.5);
      const deviation = np.sqrt(years).mul(0.2);
      const d1 = np.log(spot.div(strike)).add(years.mul(0.05)).div(deviation);
      return spot.mul(cumulative(d1)).sub(strike.mul(np.exp(years.mul(-0.03))).mul(cumulative(d1.sub(deviation))));
    },
    jax: ({ numpy: np, lax }) => (spot, strike, years) => {
      const cumulative = (/** @type {any} */ x) => lax.erf(x.mul(Math.SQRT1_2)).add(1).mul(0.5);
      const deviation = np.sqrt(years.ref).mul(0.2);
      const d1 = np.log(spot.ref.div(strike.ref)).add(years.ref.mul(0.05)).div(deviation.ref);
      return spot.mul(cumulative(d1.ref)).sub(strike.mul(np.exp(years.mul(-0.03))).mul(cumulative(d1.sub(deviation))));
    },
    tf: (tf) => (spot, strike, years) => {
      const cumulative = (/** @type {any} */ x) => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
      const deviation = tf.mul(tf.sqrt(years), 0.2);
      const d1 = tf.div(tf.add(tf.log(tf.div(spot, strike)), tf.mul(years, 0.05)), deviation);
      return tf.sub(tf.mul(spot, cumulative(d1)), tf.mul(tf.mul(strike, tf.exp(tf.mul(years, -0.03))), cumulative(tf.sub(d1, deviation))));
    },
    error: sampled((inputs) => (index) => {
      const [s, k, t] = [Number(inputs.spot?.[index]), Number(inputs.strike?.[index]), Number(inputs.years?.[index])];
      const deviation = 0.2 * Math.sqrt(t);
      const d1 = (Math.log(s / k) + 0.05 * t) / deviation;
      const cumulative = (/** @type {number} */ x) => (1 + exactErf(x * Math.SQRT1_2)) / 2;
      return s * cumulative(d1) - k * Math.exp(-0.03 * t) * cumulative(d1 - deviation);
    }, { scale: 10 }),
  },
];

// Random numbers ----------------------------------------------------------------------------------------------------------------

/** How far mean and variance are from what they should be. */
function momentsError(/** @type {number} */ mean, /** @type {number} */ variance) {
  return (/** @type {unknown} */ _inputs, /** @type {readonly import("../harness/check.mjs").Output[]} */ [output = new Float32Array()]) => {
    let [sum, squares] = [0, 0];
    for (const value of output) {
      sum += value;
      squares += value * value;
    }
    const found = sum / output.length;
    return Math.max(Math.abs(found - mean), Math.abs(squares / output.length - found * found - variance));
  };
}

/** 32 random bits for a counter under the key (0, 7): threefry2x32, twenty rounds, both words together. @type {(counter: number) => number} */
function threefry(counter) {
  const k1 = 7;
  const k2 = 0x1BD11BDA ^ k1;
  let a = 0;
  let b = counter + k1 | 0;
  a = a + b | 0; b = (b << 13 | b >>> 19) ^ a;
  a = a + b | 0; b = (b << 15 | b >>> 17) ^ a;
  a = a + b | 0; b = (b << 26 | b >>> 6) ^ a;
  a = a + b | 0; b = (b << 6 | b >>> 26) ^ a;
  a = a + k1 | 0; b = b + k2 + 1 | 0;
  a = a + b | 0; b = (b << 17 | b >>> 15) ^ a;
  a = a + b | 0; b = (b << 29 | b >>> 3) ^ a;
  a = a + b | 0; b = (b << 16 | b >>> 16) ^ a;
  a = a + b | 0; b = (b << 24 | b >>> 8) ^ a;
  a = a + k2 | 0; b = b + 2 | 0;
  a = a + b | 0; b = (b << 13 | b >>> 19) ^ a;
  a = a + b | 0; b = (b << 15 | b >>> 17) ^ a;
  a = a + b | 0; b = (b << 26 | b >>> 6) ^ a;
  a = a + b | 0; b = (b << 6 | b >>> 26) ^ a;
  b = b + k1 + 3 | 0;
  a = a + b | 0; b = (b << 17 | b >>> 15) ^ a;
  a = a + b | 0; b = (b << 29 | b >>> 3) ^ a;
  a = a + b | 0; b = (b << 16 | b >>> 16) ^ a;
  a = a + b | 0; b = (b << 24 | b >>> 8) ^ a;
  a = a + k1 | 0; b = b + k2 + 4 | 0;
  a = a + b | 0; b = (b << 13 | b >>> 19) ^ a;
  a = a + b | 0; b = (b << 15 | b >>> 17) ^ a;
  a = a + b | 0; b = (b << 26 | b >>> 6) ^ a;
  a = a + b | 0; b = (b << 6 | b >>> 26) ^ a;
  return (a + k2 | 0) ^ (b + 5 | 0);
}

/** The inverse of the error function, as Giles approximated it. @type {(x: number) => number} */
function inverseErf(x) {
  let w = -Math.log((1 - x) * (1 + x));
  if (w < 5) {
    w -= 2.5;
    return x * ((((((((2.81022636e-08 * w + 3.43273939e-07) * w - 3.5233877e-06) * w - 4.39150654e-06) * w + 0.00021858087) * w - 0.00125372503) * w - 0.00417768164) * w + 0.246640727) * w + 1.50140941);
  }
  w = Math.sqrt(w) - 3;
  return x * ((((((((-0.000200214257 * w + 0.000100950558) * w + 0.00134934322) * w - 0.00367342844) * w + 0.00573950773) * w - 0.0076224613) * w + 0.00943887047) * w + 1.00167406) * w + 2.83297682);
}

/** @type {import("./index.mjs").Workload[]} */
const random = [
  {
    name: "random_uniform_1M", says: "2^20 uniform numbers", bytes: 4 * million, tolerance: 2e-3,
    inputs: () => ({}),
    loop: () => {
      const out = new Float32Array(1048576);
      for (let i = 0; i < 1048576; i += 2) {
        out[i] = (threefry(i) >>> 9) * 1.1920928955078125e-7;
        out[i + 1] = (threefry(i + 1) >>> 9) * 1.1920928955078125e-7;
      }
      return out;
    },
    lanewise: (lanewise) => () => lanewise.random.uniform(lanewise.random.key(7), [million]),
    jax: (jax) => () => jax.random.uniform(jax.random.key(7), [million]),
    tf: (tf) => () => tf.randomUniform([million]),
    error: momentsError(0.5, 1 / 12),
  },
  {
    name: "random_normal_1M", says: "2^20 normal numbers", bytes: 4 * million, tolerance: 5e-3,
    inputs: () => ({}),
    loop: () => {
      const out = new Float32Array(million);
      for (let i = 0; i < million; i++) {
        const uniformly = (threefry(i) >>> 9) * 2 ** -22 - 0.99999994;
        out[i] = 1.4142135623730951 * inverseErf(uniformly);
      }
      return out;
    },
    lanewise: (lanewise) => () => lanewise.random.normal(lanewise.random.key(7), [million]),
    jax: (jax) => () => jax.random.normal(jax.random.key(7), [million]),
    tf: (tf) => () => tf.randomNormal([million]),
    error: momentsError(0, 1),
  },
];

/** @type {import("./index.mjs").Workload[]} */
export const programs = [...prefixes, ...pairs, ...formulas, ...random];
