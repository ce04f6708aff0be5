/** @file Programs whose kernels are looked at: what fuses, how much memory they move, and the code that they become. */

import { grad, jit, lax, nn, numpy as np, vmap, valueAndGrad } from "lanewise";
import type { NDArray } from "lanewise";

export interface FusionProgram {
  readonly name: string;
  /** The program, lowered for arguments of certain shapes. */
  readonly lower: () => Pick<ReturnType<ReturnType<typeof jit>["lower"]>, "cost" | "text">;
  /** Kernels of the fusion plan. */
  readonly kernels: number;
  /** Kernels run on js, where operands of products are packed first and windows are cut at the edges. */
  readonly dispatches: number;
  /** Elements of 4 bytes that those read and write, and that arguments, results and temporaries hold together. */
  readonly read: number;
  readonly written: number;
  readonly peak: number;
}

// Row-wise --------------------------------------------------------------------------------------------------------------

const [rows, columns] = [64, 128];
const table = rows * columns;
const x = `f32[${rows},${columns}]`;

function layerNorm(a: NDArray, axis: number): NDArray {
  const centered = a.sub(np.mean(a, axis, { keepdims: true }));
  return centered.div(np.sqrt(np.var(a, axis, { keepdims: true }).add(1e-5)));
}

const rmsNorm = (a: NDArray, axis: number): NDArray => a.div(np.sqrt(np.mean(a.mul(a), axis, { keepdims: true }).add(1e-6)));

/** One kernel that reads the table once and writes a table, or a number for each row. */
function rowWise(name: string, f: (a: NDArray) => unknown, written: number): FusionProgram {
  return { name, lower: () => jit(f).lower(x), kernels: 1, dispatches: 1, read: table, written, peak: table + written };
}

const rowPrograms: readonly FusionProgram[] = [
  rowWise("(x * x + 1) * x", (a) => a.mul(a).add(1).mul(a), table),
  rowWise("softmax over the last axis", (a) => nn.softmax(a), table),
  rowWise("softmax over the first axis", (a) => nn.softmax(a, 0), table),
  rowWise("log-softmax over the last axis", (a) => nn.logSoftmax(a), table),
  rowWise("log-softmax over the first axis", (a) => nn.logSoftmax(a, 0), table),
  rowWise("logsumexp over the last axis", (a) => nn.logsumexp(a, 1), rows),
  rowWise("logsumexp over the first axis", (a) => nn.logsumexp(a, 0), columns),
  rowWise("layernorm over the last axis", (a) => layerNorm(a, 1), table),
  rowWise("layernorm over the first axis", (a) => layerNorm(a, 0), table),
  rowWise("RMS norm over the last axis", (a) => rmsNorm(a, 1), table),
  rowWise("RMS norm over the first axis", (a) => rmsNorm(a, 0), table),
  rowWise("mean and variance", (a) => [np.mean(a, 1), np.var(a, 1)], 2 * rows),
];

// All pairs -------------------------------------------------------------------------------------------------------------

const points = 100;

function distances(a: NDArray, b: NDArray): NDArray {
  const distance = (p: NDArray, q: NDArray): NDArray => np.sqrt(np.sum(np.square(p.sub(q))));
  return vmap(vmap(distance, [null, 0]), [0, null])(a, b);
}

/** The force on every body of the masses: the table of pairs never exists. */
function forces(positions: NDArray, masses: NDArray): NDArray {
  const force = (here: NDArray, there: NDArray, mass: NDArray): NDArray => {
    const d = there.sub(here);
    const square = np.sum(d.mul(d)).add(1e-3);
    return d.mul(mass).div(square.mul(np.sqrt(square)));
  };
  return vmap((here: NDArray) => np.sum(vmap(force, [null, 0, 0])(here, positions, masses), 0))(positions);
}

function energy(positions: NDArray, masses: NDArray): NDArray {
  const part = (here: NDArray, m: NDArray, there: NDArray, n: NDArray): NDArray => {
    const d = there.sub(here);
    return m.mul(n).div(np.sqrt(np.sum(d.mul(d)).add(1e-3)));
  };
  return np.sum(vmap(vmap(part, [null, null, 0, 0]), [0, 0, null, null])(positions, masses, positions, masses));
}

const bodies = [`f32[${points},3]`, `f32[${points}]`] as const;

const pairPrograms: readonly FusionProgram[] = [
  {
    name: "distances of all pairs", lower: () => jit(distances).lower(`f32[${points},8]`, `f32[${points},8]`),
    // Both lists of points are packed: read, written as doubles, read again.
    kernels: 1, dispatches: 3, read: 6 * points * 8, written: 4 * points * 8 + points * points, peak: 6 * points * 8 + points * points,
  },
  {
    name: "n-body force", lower: () => jit(forces).lower(...bodies),
    kernels: 1, dispatches: 1, read: 4 * points, written: 3 * points, peak: 7 * points,
  },
  {
    // A body is one of the pair, and the other: both sums have the same terms and are one.
    name: "gradient of the n-body energy", lower: () => jit(grad(energy)).lower(...bodies),
    kernels: 1, dispatches: 1, read: 4 * points, written: 3 * points, peak: 7 * points,
  },
  {
    name: "customDot, batched", lower: () => jit(vmap((a: NDArray, b: NDArray) => np.square(np.sum(a.mul(b))))).lower(x, x),
    kernels: 1, dispatches: 1, read: 2 * table, written: rows, peak: 2 * table + rows,
  },
];

// Networks --------------------------------------------------------------------------------------------------------------

interface Layer {
  readonly w: NDArray;
  readonly b: NDArray;
}

const forward = (layers: readonly Layer[], input: NDArray): NDArray => layers.reduce((h, { w, b }) => np.tanh(h.matmul(w).add(b)), input);

const attention = (q: NDArray, k: NDArray, v: NDArray): NDArray => np.matmul(nn.softmax(np.matmul(q, k.transpose([0, 2, 1])).div(4)), v);

const layers = [{ w: "f32[32,48]", b: "f32[48]" }, { w: "f32[48,24]", b: "f32[24]" }];
const networkPrograms: readonly FusionProgram[] = [
  {
    name: "MLP, forward", lower: () => jit(forward).lower(layers, "f32[20,32]"),
    kernels: 2, dispatches: 5, read: 11016, written: 8096, peak: 9192,
  },
  {
    name: "MLP, backward", lower: () => jit(grad((p: readonly Layer[], input: NDArray) => np.sum(forward(p, input)))).lower(layers, "f32[20,32]"),
    kernels: 7, dispatches: 15, read: 25128, written: 18856, peak: 11472,
  },
  {
    name: "attention", lower: () => jit(attention).lower("f32[2,64,16]", "f32[2,64,16]", "f32[2,64,16]"),
    kernels: 1, dispatches: 1, read: 3 * 2 * 64 * 16, written: 2 * 64 * 16, peak: 4 * 2 * 64 * 16,
  },
  {
    name: "embedding and positions", lower: () => jit((t: NDArray, i: NDArray, p: NDArray) => np.take(t, i, 0).add(p)).lower("f32[1000,16]", "i32[32]", "f32[32,16]"),
    kernels: 1, dispatches: 1, read: 16000 + 32 + 512, written: 512, peak: 16000 + 32 + 2 * 512,
  },
  {
    name: "convolution, bias and relu",
    lower: () => jit((image: NDArray, w: NDArray, b: NDArray) => nn.relu(lax.convGeneralDilated(image, w, [1, 1], "SAME").add(b.reshape([1, -1, 1, 1])))).lower("f32[1,4,12,12]", "f32[8,4,3,3]", "f32[8]"),
    // The image's inside and its edges, each a kernel that counts the whole arrays.
    kernels: 1, dispatches: 8, read: 6680, written: 8640, peak: 2600,
  },
];

// Chains ----------------------------------------------------------------------------------------------------------------

const normal = (a: NDArray): NDArray => lax.erf(a.div(Math.SQRT2)).add(1).mul(0.5);

function blackScholes(spot: NDArray, strike: NDArray, time: NDArray, rate: NDArray, volatility: NDArray): NDArray {
  const spread = volatility.mul(np.sqrt(time));
  const d1 = np.log(spot.div(strike)).add(rate.add(volatility.mul(volatility).mul(0.5)).mul(time)).div(spread);
  return spot.mul(normal(d1)).sub(strike.mul(np.exp(np.negative(rate).mul(time))).mul(normal(d1.sub(spread))));
}

const options = ["f32[1000]", "f32[1000]", "f32[1000]", "f32[1000]", "f32[1000]"] as const;

const chainPrograms: readonly FusionProgram[] = [
  { name: "Black-Scholes", lower: () => jit(vmap(blackScholes)).lower(...options), kernels: 1, dispatches: 1, read: 5000, written: 1000, peak: 6000 },
  {
    name: "Black-Scholes and its gradient", lower: () => jit(vmap(valueAndGrad(blackScholes, [0, 1, 2, 3, 4]))).lower(...options),
    kernels: 1, dispatches: 1, read: 5000, written: 6000, peak: 11000,
  },
  { name: "cumulative sum of a chain", lower: () => jit((a: NDArray) => np.cumsum(a.mul(a).add(1))).lower("f32[1000]"), kernels: 1, dispatches: 1, read: 1000, written: 1000, peak: 2000 },
  rowWise("cumulative sum of a chain, over the last axis, and behind it", (a) => np.cumsum(np.exp(a), 1).mul(a), table),
  rowWise("cumulative sum of a chain, over the first axis", (a) => np.cumsum(a.mul(a).add(1), 0).div(2), table),
  rowWise("cumulative maximum from the end", (a) => lax.cummax(a.mul(2), 1, true).add(a), table),
  rowWise("cumulative sum of a softmax", (a) => np.cumsum(nn.softmax(a), 1), table),
  {
    name: "broadcast, slice, pad, concatenate and reverse",
    lower: () => jit((a: NDArray, b: NDArray) => {
      const joined = np.concatenate([a.get(0).reshape([1, -1]), b]);
      return np.flip(np.pad(joined, [[1, 1], [0, 0]]), 0).mul(np.broadcastTo(a.get(1), [8, 8]));
    }).lower("f32[4,8]", "f32[5,8]"),
    kernels: 1, dispatches: 1, read: 32 + 40, written: 64, peak: 32 + 40 + 64,
  },
];

export const fusionPrograms: readonly FusionProgram[] = [...rowPrograms, ...pairPrograms, ...networkPrograms, ...chainPrograms];
