/** @file Calls of np: positionals in JAX's order, then options; wrong calls throw and say what is wrong. */
import { numpy as np } from "lanewise";
import { describe, expect, it } from "vitest";
import { messageOf } from "../../support/failures.ts";

const matrix = np.array([[1, 2, 3], [4, 5, 6]]);
/** Calls that the types refuse, as plain JavaScript may make them. */
const loose = np as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

describe("optional arguments", () => {
  it("may stand by position, by name, or both", () => {
    const expected = [[6], [15]];
    expect(np.sum(matrix, 1, null, null, true).toArraySync()).toEqual(expected);
    expect(np.sum(matrix, 1, { keepdims: true }).toArraySync()).toEqual(expected);
    expect(np.sum(matrix, { keepdims: true, axis: 1 }).toArraySync()).toEqual(expected);
    expect(np.sum(matrix, undefined, { axis: 1, keepdims: true }).toArraySync()).toEqual(expected);
    expect(np.max(matrix, 0).toArraySync()).toEqual([4, 5, 6]);
    expect(np.stack([matrix, matrix], { axis: -1 }).shape).toEqual([2, 3, 2]);
    expect(np.transpose(matrix, { axes: [1, 0] }).shape).toEqual([3, 2]);
  });

  it("may be named once, by their names, before nothing else", () => {
    expect(messageOf(() => loose["sum"]?.(matrix, 0, { axis: 1 }))).toContain("[LW3007] np.sum");
    expect(messageOf(() => loose["sum"]?.(matrix, { axes: 0 }))).toContain("axes");
    expect(messageOf(() => loose["sum"]?.(matrix, { axis: 0 }, null, true))).toContain("the options object last");
    expect(messageOf(() => loose["sum"]?.(matrix, 0, null, null, true, 0, null, 7))).toContain("at most 6");
    expect(messageOf(() => loose["dot"]?.(matrix, matrix.T, 3))).toContain("at most 0");
    expect(messageOf(() => loose["max"]?.(matrix, { dtype: "int32" }))).toContain("dtype");
    expect(messageOf(() => loose["concatenate"]?.([matrix], { dim: 0 }))).toContain("dim");
    expect(messageOf(() => matrix.sum(0, { axis: 1 }))).toContain("again by name");
  });

  it("have the types that they should", () => {
    expect(messageOf(() => loose["sum"]?.(matrix, { keepdims: 1 }))).toContain("(argument keepdims)");
    expect(messageOf(() => loose["sum"]?.(matrix, "0"))).toContain("[LW3006]");
    expect(messageOf(() => loose["sum"]?.(matrix, { dtype: "float" }))).toContain('"float"');
    expect(messageOf(() => loose["sum"]?.(matrix, { out: matrix }))).toContain("immutable");
    expect(messageOf(() => loose["zeros"]?.("3"))).toContain("[LW3007] np.zeros");
    expect(messageOf(() => loose["zeros"]?.([2, -1]))).toContain("[2, -1]");
    expect(messageOf(() => loose["zeros"]?.([2.5]))).toContain("2.5");
    expect(messageOf(() => loose["concatenate"]?.(3))).toContain("a list of arrays");
    expect(messageOf(() => loose["array"]?.([1], { device: "wasm" }))).toContain("[LW3010]");
    expect(messageOf(() => loose["array"]?.([1], { device: "gpu" }))).toContain("[LW3014]");
    expect(messageOf(() => loose["dot"]?.(matrix, matrix.T, { precision: "best" }))).toContain('the string "best"');
  });
});

describe("axes", () => {
  it("lie in [-ndim, ndim) and are distinct", () => {
    expect(messageOf(() => np.sum(matrix, 2))).toContain("[-2, 2)");
    expect(messageOf(() => np.sum(matrix, -3))).toContain("-3");
    expect(messageOf(() => np.sum(matrix, [0, -2]))).toContain("each axis once");
    expect(messageOf(() => np.sum(np.float32(1), 0))).toContain("the array has none");
    expect(messageOf(() => np.sum(matrix, 0.5))).toContain("0.5");
    expect(messageOf(() => np.squeeze(matrix, 0))).toContain("extent is 2");
    expect(messageOf(() => np.transpose(matrix, [0]))).toContain("each of the 2 axes");
    expect(messageOf(() => np.expandDims(matrix, 4))).toContain("[LW3006] np.expandDims");
    expect(messageOf(() => np.moveaxis(matrix, [0, 1], 0))).toContain("2 sources and 1 destinations");
  });
});

describe("shapes that do not fit", () => {
  it("name the function and both shapes", () => {
    const dot = messageOf(() => np.dot(matrix, matrix));
    expect(dot).toContain("[LW3005] np.dot");
    expect(dot).toContain("a of shape (2, 3) and b of shape (2, 3)");
    expect(dot).toContain("transpose b: b.T");
    expect(messageOf(() => matrix.dot(matrix))).toContain("a of shape (2, 3) and b of shape (2, 3)");
    expect(messageOf(() => np.matmul(matrix, np.ones(2)))).toContain("a of shape (2, 3) and b of shape (2,)");
    expect(messageOf(() => np.matmul(np.ones([2, 1, 3]), np.ones([4, 5, 1, 1])))).toContain("np.matmul");
    expect(messageOf(() => np.matmul(np.ones([2, 3, 3]), np.ones([5, 3, 3])))).toContain("batch axes");
    expect(messageOf(() => np.matmul(matrix, 2))).toContain("at least one axis");
    expect(messageOf(() => np.add(matrix, np.ones(2)))).toContain("x1 of shape (2, 3) and x2 of shape (2,)");
    expect(messageOf(() => np.where(np.ones(2), matrix, 0))).toContain("condition of shape (2,)");
    expect(messageOf(() => np.inner(matrix, np.ones(2)))).toContain("[LW3005] np.inner");
    expect(messageOf(() => np.vdot(matrix, np.ones(2)))).toContain("[LW3005] np.vdot");
    expect(messageOf(() => np.tensordot(matrix, matrix, 1))).toContain("extents 3 and 2");
    expect(messageOf(() => np.tensordot(matrix, matrix, 3))).toContain("[0, 2]");
    expect(messageOf(() => np.tensordot(matrix, matrix, [[0], [0, 1]]))).toContain("pair each axis");
    expect(messageOf(() => np.broadcastTo(matrix, [3, 2]))).toContain("(3, 2)");
    expect(messageOf(() => np.concatenate([matrix, np.ones([3, 2])]))).toContain("arrays[1]");
    expect(messageOf(() => np.stack([matrix, np.ones(3)]))).toContain("arrays[1]");
    expect(messageOf(() => np.concatenate([]))).toContain("an empty list");
    expect(messageOf(() => np.concatenate([1, 2]))).toContain("np.stack");
    expect(messageOf(() => matrix.reshape(4, -1))).toContain("(4, -1)");
    expect(messageOf(() => matrix.reshape(-1, -1))).toContain("at most one may be -1");
    expect(messageOf(() => np.zeros([0, 2]).reshape(0, -1))).toContain("[LW3007]");
    expect(messageOf(() => np.split(matrix, 2, 1))).toContain("divides the extent 3");
    expect(messageOf(() => np.pad(matrix, [[1, 1], [1, 1], [1, 1]]))).toContain("3 pairs");
    expect(messageOf(() => np.linspace(np.ones(2), np.ones(3)))).toContain("np.linspace");
  });
});

describe("what has no value", () => {
  it("throws", () => {
    expect(messageOf(() => np.max(np.zeros([0])))).toContain("[LW3018] np.max");
    expect(messageOf(() => np.min(np.zeros([2, 0]), 1))).toContain("(2, 0)");
    expect(np.max(np.zeros([2, 0]), 0).shape).toEqual([0]);
    expect(np.max(np.zeros([0]), { initial: 3 }).itemSync()).toBe(3);
    expect(messageOf(() => np.max(matrix, { where: matrix.greater(1) }))).toContain("initial");
    expect(np.sum(np.zeros([0])).itemSync()).toBe(0);
    expect(np.mean(np.zeros([0])).itemSync()).toBeNaN();
    expect(messageOf(() => np.array([1, 2], "int32").pow(-1))).toContain("non-negative");
    expect(messageOf(() => loose["where"]?.(matrix, 1))).toContain("(argument y)");
  });
});

describe("values without a golden", () => {
  it("splits, pads and counts", () => {
    expect(np.split(matrix, 3, 1).map((part) => part.toArraySync())).toEqual([[[1], [4]], [[2], [5]], [[3], [6]]]);
    expect(np.split(matrix, [1], { axis: 1 }).map(({ shape }) => shape)).toEqual([[2, 1], [2, 2]]);
    expect(np.split(np.arange(5), [2, 2, 9]).map((part) => part.toArraySync())).toEqual([[0, 1], [], [2, 3, 4], []]);
    expect(np.pad([1, 2], 1).toArraySync()).toEqual([0, 1, 2, 0]);
    expect(np.pad(matrix, [[0, 1], [1, 0]], { constantValues: 9 }).toArraySync()).toEqual([[9, 1, 2, 3], [9, 4, 5, 6], [9, 9, 9, 9]]);
    expect(np.pad(np.array([1n]), [2, 0], { constantValues: 7 }).toArraySync()).toEqual([7, 7, 1]);
    expect(np.linspace(0, 1, 5).toArraySync()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(np.linspace(0, 1, 4, false).toArraySync()).toEqual([0, 0.25, 0.5, 0.75]);
    expect(np.linspace([0, 10], [1, 20], 3).toArraySync()).toEqual([[0, 10], [0.5, 15], [1, 20]]);
    expect(np.linspace([0, 10], [1, 20], { num: 3, axis: 1 }).toArraySync()).toEqual([[0, 0.5, 1], [10, 15, 20]]);
    expect(np.linspace(0, 1, 5, { retstep: true })[1].itemSync()).toBe(0.25);
    expect([np.linspace(3, 4, 1).toArraySync(), np.linspace(3, 4, 0).toArraySync()]).toEqual([[3], []]);
    expect(np.arange(0, 1, 0.25).toArraySync()).toEqual([0, 0.25, 0.5, 0.75]);
    expect([np.arange(3).dtype, np.arange(3, { dtype: "float32" }).dtype, np.arange(0.5).dtype]).toEqual(["int32", "float32", "float32"]);
    expect(np.arange(5, 2).shape).toEqual([0]);
    expect(np.eye(2, 3, -1).toArraySync()).toEqual([[0, 0, 0], [1, 0, 0]]);
    expect(np.identity(2, "int32").toArraySync()).toEqual([[1, 0], [0, 1]]);
    expect(np.full([2], [1, 2]).toArraySync()).toEqual([1, 2]);
    expect(np.full([2, 2], 7n).dtype).toBe("int32");
    expect(np.onesLike([[1, 2]], { dtype: "bool" }).toArraySync()).toEqual([[true, true]]);
    expect(np.zerosLike(matrix, null, [3]).toArraySync()).toEqual([0, 0, 0]);
  });
});
