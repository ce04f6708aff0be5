/** @file nn beyond the goldens: masks, axes, options, shapes of one-hot arrays, derivatives at kinks, and what is refused. */

import { grad, jit, nn, numpy as np, vmap, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";

const list = (array: NDArray): number[] => [...array.dataSync()].map(Number);

test("softmax does not overflow, and takes axes, all of them, and a mask", () => {
  const x = np.array([[1000, 1000], [0, -1000]]);
  expect(list(nn.softmax(x))).toEqual([0.5, 0.5, 1, 0]);
  expect(list(nn.softmax(x, 0))).toEqual([1, 1, 0, 0]);
  expect(list(nn.softmax(x, { axis: null }))).toEqual([0.5, 0.5, 0, 0]);
  expect(list(nn.softmax(np.zeros([2, 3]), { where: np.array([[true, true, false], [false, true, false]]) }))).toEqual([0.5, 0.5, 0, 0, 1, 0]);
  expect(list(nn.softmax(np.array([1, 1], "int32")))).toEqual([0.5, 0.5]);
});

test("logSoftmax and logsumexp do not underflow", () => {
  expect(list(nn.logSoftmax([0, 1000]))).toEqual([-1000, 0]);
  expect(list(nn.logSoftmax([0, 0, 5], { where: np.array([true, true, false]) }))).toEqual([-Math.LN2, -Math.LN2, -Infinity].map(Math.fround));
  expect(nn.logsumexp([-1000, -1000]).itemSync()).toBe(Math.fround(-1000 + Math.LN2));
  expect(nn.logsumexp([-Infinity, -Infinity]).itemSync()).toBe(-Infinity);
  expect(nn.logsumexp([0, 0], { b: [3, -1] }).itemSync()).toBe(Math.fround(Math.log(2)));
  expect(nn.logsumexp([0, 0], { b: [1, -3] }).itemSync()).toBeNaN();
  expect(nn.logsumexp(np.zeros([2, 3]), 1, { keepdims: true }).shape).toEqual([2, 1]);
  expect(list(nn.logsumexp(np.zeros([2, 3]), { axis: 1, where: np.array([[true, true, true], [true, false, false]]) }))).toEqual([Math.fround(Math.log(3)), 0]);
});

test("standardize", () => {
  const x = np.array([[1, 2, 3], [4, 4, 10]]);
  for (const algorithm of ["fast", "stable"] as const) {
    const rows = nn.standardize(x, { algorithm, epsilon: 0 });
    expect(Math.abs(np.mean(rows, 1).dataSync()[1] ?? 1)).toBeLessThan(1e-6);
    expect(np.allclose(np.var(rows, 1), [1, 1], { rtol: 1e-5 }).itemSync()).toBe(true);
  }
  expect(list(nn.standardize([2, 4], { mean: 1, variance: 4, epsilon: 0 }))).toEqual([0.5, 1.5]);
});

test("oneHot", () => {
  const x = np.array([0, 2, 5, -1], "int32");
  expect(list(nn.oneHot(x, 3))).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const columns = nn.oneHot(np.array([1, 0], "int32"), 3, { dtype: "int32", axis: 0 });
  expect([columns.dtype, columns.shape, list(columns)]).toEqual(["int32", [3, 2], [0, 1, 1, 0, 0, 0]]);
  expect(nn.oneHot(np.array(1, "int32"), 2).shape).toEqual([2]);
  expect(list(vmap((c: NDArray) => nn.oneHot(c, 2))(np.array([1, 0], "int32")))).toEqual([0, 1, 1, 0]);
});

describe("derivatives", () => {
  const slope = (f: (x: NDArray) => NDArray, x: number): unknown => grad((y: NDArray) => f(y))(x as unknown as NDArray).itemSync();

  test("at kinks are JAX's", () => {
    expect([slope(nn.relu, 0), slope(nn.relu, 1), slope(nn.relu, -1)]).toEqual([0, 1, 0]);
    expect([slope(nn.relu6, 0), slope(nn.relu6, 6), slope(nn.relu6, 3)]).toEqual([0, 0, 1]);
    expect([slope(nn.leakyRelu, 0), slope(nn.leakyRelu, -1)]).toEqual([1, Math.fround(0.01)]);
  });

  test("of large arguments are finite", () => {
    for (const f of [nn.elu, nn.softplus, nn.silu, nn.gelu, nn.logSigmoid, nn.mish, nn.celu, nn.selu]) {
      for (const x of [-1000, 1000]) expect(Number.isFinite(slope((y) => f(y), x)), `${f.name} ${x}`).toBe(true);
    }
  });

  test("of softmax under jit and vmap", () => {
    const f = (x: NDArray): NDArray => np.sum(np.multiply(nn.softmax(x), np.arange(3)));
    const rows = np.array([[0, 0, 0], [1, 2, 3]]);
    const got = jit(vmap(grad(f)))(rows) as unknown as NDArray;
    const expected = [...rows.toArraySync() as number[][]].flatMap((row) => {
      const e = row.map(Math.exp);
      const p = e.map((value) => value / e.reduce((sum, other) => sum + other, 0));
      const average = p.reduce((sum, value, index) => sum + value * index, 0);
      return p.map((value, index) => value * (index - average));
    });
    list(got).forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 6));
  });
});

test("options and what is refused", () => {
  expect(list(nn.elu([-1], 2))).toEqual([Math.fround(2 * Math.expm1(-1))]);
  expect(list(nn.leakyRelu([-1], { negativeSlope: 0.5 }))).toEqual([-0.5]);
  expect(list(nn.glu([1, 2, 0, 0]))).toEqual([0.5, 1]);
  expect(nn.gelu([1], { approximate: false }).itemSync()).toBeCloseTo(0.8413447460685429, 6);
  expect(() => nn.glu([1, 2, 3])).toThrow(/LW3007.*divides the extent 3/s);
  expect(() => nn.softmax([1], 1)).toThrow(/LW3006.*nn\.softmax/s);
  expect(() => nn.softmax([1], { where: np.array([1]) })).toThrow(/nn\.softmax.*bool/s);
  expect(() => nn.oneHot(np.array([0], "int32"), 1.5)).toThrow(/LW3007.*numClasses/s);
  expect(() => nn.standardize([1], { algorithm: "slow" as "fast" })).toThrow(/LW3007.*algorithm/s);
});
