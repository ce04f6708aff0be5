/** @file Mistakes in indices, in the params of gather, scatter and the slices, and in the functions that use them: each throws with its facts. */

import { config, grad, jit, lax, numpy as np, slice, vmap, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import { failureOf } from "../support/failures.ts";

const m = np.arange(6).astype("float32").reshape([2, 3]);
const x = np.arange(4).astype("float32");
const rows = { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] };
const rowUpdates = { updateWindowDims: [1], insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
const at = (...places: number[]): NDArray => np.array(places.map((place) => [place]), "int32");
const any = (value: unknown): never => value as never;

/** What it throws: the code, and facts that the message holds. */
type Case = readonly [name: string, run: () => unknown, code: string, ...facts: readonly string[]];

const indexing: readonly Case[] = [
  ["an integer too large", () => m.get(2), "LW3008", "[-2, 2)", "(2, 3)", "2"],
  ["an integer too small", () => m.get(0, -4), "LW3008", "axis 1", "[-3, 3)", "-4"],
  ["an integer too large in an update", () => m.at(2).set(1), "LW3008", "x.at(...).set", "[-2, 2)"],
  ["a place in a list out of range", () => m.get([0, 2]), "LW3008", "[-2, 2)", "2"],
  ["a place in a typed array out of range", () => m.at(Int32Array.of(0, -3)).add(1), "LW3008", "-3"],
  ["too many indices", () => m.get(0, 0, 0), "LW3008", "at most 2", "3 indices"],
  ["a mask that covers too many axes", () => m.get(0, np.array([[true], [false]])), "LW3008", "at most 2", "3 indices"],
  ["two ellipses", () => m.get("...", 0, "..."), "LW3008", "once at most"],
  ["a fraction", () => m.get(0.5), "LW3008", "an integer", "0.5"],
  ["a string", () => m.get(any("0")), "LW3008", '"0"'],
  ["undefined", () => m.get(any(undefined)), "LW3008", "undefined"],
  ["an array of floats", () => m.get(np.array([0, 1])), "LW3008", "integers or bools", "f32[2]", 'astype("int32")'],
  ["a list of fractions", () => m.get([0.5]), "LW3008", "integers or bools"],
  ["a step of 0", () => x.get(slice(null, null, 0)), "LW3008", "not 0"],
  ["a slice with a fraction", () => x.get(slice(0.5)), "LW3008", "integers", "0.5"],
  ["a slice with a traced bound", () => jit((i: NDArray) => x.get(slice(any(i))))(np.int32(1)), "LW3008", "lax.dynamicSliceInDim"],
  ["a mask of another shape", () => x.get([true, false]), "LW3008", "(4,)", "(2,)"],
  ["a traced mask", () => jit((a: NDArray) => a.get(a.greater(0)))(x), "LW1302", "bool[4]", "np.where"],
  ["a traced mask in an update", () => jit((a: NDArray) => a.at(a.greater(0)).set(0))(x), "LW1302", "bool[4]"],
  ["arrays that do not broadcast", () => m.get([0, 1], [0, 1, 2]), "LW3008", "(2,) and (3,)"],
  ["an index into an empty axis", () => jit((i: NDArray) => np.zeros([0, 2]).get(i))(np.int32(0)), "LW3008", "(0, 2)"],
  ["a value that does not broadcast", () => m.at(0).set([1, 2]), "LW3008", "(3,)", "(2,)"],
  ["a value of more axes", () => m.at(0, 0).set([1]), "LW3008", "()", "(1,)"],
  ["no value", () => m.at(0).set(any(undefined)), "LW3007", "value", "nothing"],
  ["a fraction into integers", () => np.arange(3).at(0).set(1.5), "LW3007", "int32", "1.5"],
  ["floats into integers", () => np.arange(3).at(0).add(np.float32(1)), "LW3007", "int32", "f32[]"],
  ["a number into bools", () => np.array([true]).at(0).set(2), "LW3007", "bool", "2"],
  ["integers into bools", () => np.array([true]).at(0).set(np.int32(1)), "LW3007", "bool", "i32[]"],
  ["a sum of bools", () => np.array([true]).at(0).add(true), "LW1403", "scatter-add", "numbers", "bool[1]"],
  ["an unknown mode", () => x.at(0).get({ mode: any("wrap") }), "LW3007", "fill, drop, clip, promiseInBounds", '"wrap"'],
  ["an unknown option", () => x.at(0).set(1, any({ modes: "clip" })), "LW3007", "modes"],
  ["options that are no object", () => x.at(0).set(1, any("clip")), "LW3007", '"clip"'],
  ["a fill value that is an array", () => x.at(0).get({ mode: "fill", fillValue: any([1]) }), "LW3007", "fillValue"],
  ["a fill value that the dtype does not hold", () => np.arange(3).at(9).get({ mode: "fill", fillValue: 0.5 }), "LW1404", "int32", "0.5"],
  ["apply without a function", () => x.at(0).apply(any(1)), "LW3007", "a function of one element"],
  ["apply with another dtype", () => np.arange(3).at(0).apply((v) => v.div(2)), "LW3007", "int32", "f32[]"],
  ["apply with a function of arrays", () => x.at(0).apply((v) => np.sum(np.stack([v, v]))), "LW1404", "stack"],
  ["apply with an array closed over", () => x.at(0).apply((v) => v.mul(x.get(slice(0, 1)).reshape([]))), "LW1404", "closes over"],
  ["the derivative of apply", () => grad((a: NDArray) => np.sum(a.at(0).apply((v) => np.sin(v))))(x), "LW1404", "x.at(i).set(f(x.get(i)))"],
  ["the derivative of a product whose places may repeat", () => grad((v: NDArray) => np.sum(m.at([0, 0]).multiply(v)))(m), "LW1404", "uniqueIndices"],
];

const functions: readonly Case[] = [
  ["take by floats", () => np.take(m, np.array([0.5])), "LW3008", "integers", "f32[1]"],
  ["take along a bad axis", () => np.take(m, [0], 2), "LW3006", "[-2, 2)", "2"],
  ["take with an unknown mode", () => np.take(m, [0], { mode: any("raise") }), "LW3007", "fill, clip or wrap"],
  ["take from an empty axis", () => np.take(np.zeros([0]), [0], 0), "LW3008", "the axis is empty"],
  ["takeAlongAxis of another rank", () => np.takeAlongAxis(m, [0, 1], 1), "LW3005", "2 axes", "(2,)"],
  ["takeAlongAxis that does not broadcast", () => np.takeAlongAxis(m, [[0], [0], [0]], 1), "LW3005", "(2, 3)", "(3, 1)"],
  ["takeAlongAxis by floats", () => np.takeAlongAxis(m, m, 1), "LW3008", "f32[2,3]"],
  ["putAlongAxis of another rank", () => np.putAlongAxis(m, [0], 1, 1), "LW3005", "2 axes"],
  ["flip of a bad axis", () => np.flip(x, 1), "LW3006", "1"],
  ["fliplr of a vector", () => np.fliplr(x), "LW3006", "np.fliplr"],
  ["roll by a fraction", () => np.roll(x, 0.5, 0), "LW3008", "f32"],
  ["roll by too many shifts", () => np.roll(m, [1, 2, 3], [0, 1]), "LW3007", "one per axis"],
  ["split into unequal parts", () => np.split(x, 3), "LW3007", "divides the extent 4", "3"],
  ["split at unordered positions", () => np.split(x, [3, 1]), "LW3007", "increasing order"],
  ["arraySplit into no parts", () => np.arraySplit(x, 0), "LW3007", "at least 1"],
  ["repeat by a fraction", () => np.repeat(x, 0.5), "LW3007", "0.5"],
  ["repeat by too few counts", () => np.repeat(x, [1, 2]), "LW3007", "4 along axis 0", "2 counts"],
  ["unstack of a scalar", () => np.unstack(np.float32(1)), "LW3006", "np.unstack"],
  ["stack of shapes that differ", () => np.stack([x, m]), "LW3005", "(4,)", "(2, 3)"],
];

const lower: readonly Case[] = [
  ["dynamicSlice beyond the array", () => lax.dynamicSlice(m, [0, 0], [3, 1]), "LW1404", "(2, 3)", "(3, 1)"],
  ["dynamicSlice with too few starts", () => lax.dynamicSlice(m, [0], [1, 1]), "LW3007", "2 start indices", "1"],
  ["dynamicSlice from a fraction", () => lax.dynamicSlice(m, [0.5, 0], [1, 1]), "LW3008", "an integer", "0.5"],
  ["dynamicSlice from floats", () => lax.dynamicSlice(m, [np.float32(0), np.float32(0)], [1, 1]), "LW1402", "one integer dtype", "f32[]"],
  ["dynamicSlice from two dtypes", () => lax.dynamicSlice(m, [np.array(0, "int8"), np.int32(0)], [1, 1]), "LW1402", "i8[], i32[]"],
  ["dynamicSlice from an array", () => lax.dynamicSlice(m, [np.int32(0), np.array([0], "int32")], [1, 1]), "LW1404", "scalar start indices", "i32[1]"],
  ["dynamicSlice from before the start", () => lax.dynamicSlice(m, [-1, 0], [1, 1], { allowNegativeIndices: false }), "LW3008", "not negative", "-1"],
  ["dynamicUpdateSlice by something larger", () => lax.dynamicUpdateSlice(m, np.zeros([3, 3]), [0, 0]), "LW1404", "(2, 3)", "(3, 3)"],
  ["dynamicUpdateSlice of another rank", () => lax.dynamicUpdateSlice(m, x, [0, 0]), "LW1404", "the operand's rank", "(4,)"],
  ["dynamicUpdateSlice of another dtype", () => lax.dynamicUpdateSlice(m, np.zeros([1, 1], "int32"), [0, 0]), "LW1402", "f32[2,3]", "i32[1,1]"],
  ["indexInDim out of range", () => lax.indexInDim(m, 3, 1), "LW3008", "[-3, 3)", "3"],
  ["sliceInDim out of range", () => lax.sliceInDim(m, 0, 5, 1, 1), "LW1404", "(2, 3)", "(2, 5)"],
  ["rev of an axis twice", () => lax.rev(m, [0, 0]), "LW3006", "each axis once"],
  ["rev of a bad axis", () => lax.rev(m, [5]), "LW3006", "[-2, 2)", "5"],
  ["split whose sizes do not sum", () => lax.split(m, [1, 1], 1), "LW1404", "sum to 3", "(1, 1)"],
  ["stack of shapes that differ", () => lax.stack([x, m]), "LW1404", "(4,)", "(2, 3)"],
  ["stack of dtypes that differ", () => lax.stack([x, np.arange(4)]), "LW1402", "f32[4] and i32[4]"],
  ["stack of nothing", () => lax.stack([]), "LW1404", "at least one"],
  ["gather by floats", () => lax.gather(m, np.zeros([1, 1]), rows, [1, 3]), "LW1403", "integer dtype", "f32[1,1]"],
  ["gather by 0-d indices", () => lax.gather(m, 0, rows, [1, 3]), "LW1404", "last axis", "0-d"],
  ["gather with slices too large", () => lax.gather(m, at(0), rows, [1, 4]), "LW1404", "(2, 3)", "(1, 4)"],
  ["gather with too few sizes", () => lax.gather(m, at(0), rows, [1]), "LW1404", "one per axis", "(1,)"],
  ["gather that collapses a slice of 2", () => lax.gather(m, at(0), rows, [2, 3]), "LW1404", "slice sizes of 1", "(2, 3)"],
  ["gather with unordered offset dims", () => lax.gather(m, at(0), { ...rows, offsetDims: [1, 0], collapsedSliceDims: [] }, [1, 3]), "LW1404", "offsetDims", "increasing order", "(1, 0)"],
  ["gather with an offset dim out of range", () => lax.gather(m, at(0), { ...rows, offsetDims: [2] }, [1, 3]), "LW1404", "offsetDims", "[0, 2)", "(2,)"],
  ["gather with collapsed dims out of range", () => lax.gather(m, at(0), { ...rows, collapsedSliceDims: [2] }, [1, 3]), "LW1404", "collapsedSliceDims", "(2,)"],
  ["gather with a start index map too long", () => lax.gather(m, at(0), { ...rows, startIndexMap: [0, 1] }, [1, 3]), "LW1404", "startIndexMap of 1 axes", "(0, 1)"],
  ["gather with a start index map twice", () => lax.gather(m, np.zeros([1, 2], "int32"), { ...rows, startIndexMap: [0, 0] }, [1, 3]), "LW1404", "startIndexMap of distinct axes", "(0, 0)"],
  ["gather with dims both collapsed and batching", () => lax.gather(m, at(0, 1), { ...rows, operandBatchingDims: [0], startIndicesBatchingDims: [0] }, [1, 3]), "LW1404", "without a common axis"],
  ["gather with batching extents that differ", () => lax.gather(m, at(0), { offsetDims: [], collapsedSliceDims: [1], startIndexMap: [1], operandBatchingDims: [0], startIndicesBatchingDims: [0] }, [1, 1]), "LW1404", "(2,) and (1,)"],
  ["gather with the vector as a batching dim", () => lax.gather(m, at(0, 1), { offsetDims: [], collapsedSliceDims: [1], startIndexMap: [1], operandBatchingDims: [0], startIndicesBatchingDims: [1] }, [1, 1]), "LW1404", "startIndicesBatchingDims", "[0, 1)"],
  ["gather that forgets an axis", () => lax.gather(m, at(0), { offsetDims: [], collapsedSliceDims: [0], startIndexMap: [0] }, [1, 3]), "LW1404", "every axis of the operand", "0, 1 and 0 axes"],
  ["gather with an unknown list", () => lax.gather(m, at(0), any({ ...rows, offsets: [] }), [1, 3]), "LW3007", "offsets"],
  ["gather without a list", () => lax.gather(m, at(0), any({ offsetDims: [1] }), [1, 3]), "LW3007", "collapsedSliceDims", "undefined"],
  ["gather with an unknown mode", () => lax.gather(m, at(0), rows, [1, 3], { mode: any("wrap") }), "LW3007", "wrap"],
  ["scatter of another dtype", () => lax.scatter(m, at(0), np.zeros([1, 3], "int32"), rowUpdates), "LW1402", "f32[2,3]", "i32[1,3]"],
  ["scatter of updates of another rank", () => lax.scatter(m, at(0), x, rowUpdates), "LW1404", "rank 2", "f32[4]"],
  ["scatter of too many updates", () => lax.scatterAdd(m, at(0), np.zeros([2, 3]), rowUpdates), "LW1404", "(1,)", "f32[2,3]"],
  ["scatter of windows too large", () => lax.scatterAdd(m, at(0), np.zeros([1, 4]), rowUpdates), "LW1404", "(3,)", "f32[1,4]"],
  ["scatter with bad inserted dims", () => lax.scatterMul(m, at(0), np.zeros([1, 3]), { ...rowUpdates, insertedWindowDims: [5] }), "LW1404", "insertedWindowDims", "(5,)"],
  ["scatterAdd of bools", () => lax.scatterAdd(np.array([true]), at(0), np.array([[true]]), { ...rowUpdates, updateWindowDims: [1], insertedWindowDims: [] }), "LW1403", "numbers", "bool[1]"],
];

describe.each([["indexing", indexing], ["functions of np", functions], ["functions of lax", lower]] as const)("%s", (_group, cases) => {
  test.each(cases.map(([name, run, code, ...facts]) => ({ name, run, code, facts })))("$name", ({ run, code, facts }) => {
    const error = failureOf(run);
    expect(error.code, error.message).toBe(code);
    for (const fact of facts) expect(error.message).toContain(fact);
    expect(error.details.fix).not.toBe("");
  });
});

test("a traced index out of range follows the mode and does not throw", () => {
  const far = np.array([7, -9], "int32");
  const read = (mode?: "fill" | "clip"): number[] => [...jit((i: NDArray) => x.at(i).get(mode === undefined ? {} : { mode }))(far).dataSync()];
  expect(read()).toEqual([3, 0]);
  expect(read("clip")).toEqual([3, 0]);
  expect(read("fill")).toEqual([NaN, NaN]);
  expect([...jit((i: NDArray) => x.at(i).set(9))(far).dataSync()]).toEqual([0, 1, 2, 3]);
  expect([...vmap((i: NDArray) => x.get(i))(far).dataSync()]).toEqual([3, 0]);
});

test("errors are the same with every stage verified", () => {
  expect(failureOf(() => config.with({ verify: true }, () => jit((a: NDArray) => a.at(9).set(1))(x))).code).toBe("LW3008");
});

test("indices of any integer dtype into an empty axis write nothing", () => {
  for (const dtype of ["int32", "uint32"] as const) {
    for (const mode of ["clip", "fill"] as const) {
      const dimensions = { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
      expect(lax.scatter(np.zeros([0]), np.array([[1]], dtype), np.ones([1]), dimensions, { mode }).shape).toEqual([0]);
    }
  }
});
