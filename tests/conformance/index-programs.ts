/** @file The twins of the programs in index-programs.py, by the same names: functions with their arguments. */

import { grad, jvp, lax, numpy as np, slice, vjp, vmap, type ArrayLike, type DType, type NDArray } from "lanewise";

/** The same numbers as `make` in index-programs.py. */
function make(shape: readonly number[], dtype: DType = "float32", seed = 0): NDArray {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length: size }, (_, index) => {
    const count = (index * 7 + seed * 3) % 11;
    if (dtype === "bool") return count % 3 === 0 ? 1 : 0;
    if (dtype.startsWith("float")) return (count - 5) / 4;
    return dtype.startsWith("u") ? count : count - 5;
  });
  return np.array(values, dtype).reshape(shape);
}

const ints = (values: ArrayLike, dtype: DType = "int32"): NDArray => np.array(values, dtype);

const m = make([2, 3]);
const t = make([2, 3, 4], "float32", 3);
const v = make([5], "float32", 2);
const n = make([2, 3], "int32");
const u8 = make([4], "uint8");
const b = make([2, 3], "bool");
const i = ints([1, 0]);
const j = ints([-1, 2]);
const far = ints([-9, 1, 7]);
const k = np.int32(1);
const rows = make([2, 3], "float32", 5);
const batch = make([4, 2, 3], "float32", 1);
const more = make([3, 3], "float32", 4);
const all = slice();

type Run = (...args: NDArray[]) => unknown;

/** Results of f and the cotangents of its arguments, for cotangents that are the results. */
const pull = (f: Run): Run => (...args) => {
  const [out, pullback] = vjp(f, args);
  return [out, ...(pullback(out as never) as NDArray[])].flat();
};

const push = (f: Run): Run => (...args) => jvp(f, args, args).flat();

const rowGather = { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] };
const rowScatter = { updateWindowDims: [1], insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
const column = (p: NDArray): NDArray => p.get(all, null);
const unique = { uniqueIndices: true } as const;
const [row, part, strip] = [rows.get(0), rows.get(slice(0, 1), slice(0, 2)), rows.get(all, slice(0, 1))] as const;

export type IndexProgram = readonly [run: Run, ...args: readonly NDArray[]];

export const indexPrograms: Readonly<Record<string, IndexProgram>> = {
  "get traced": [(a, p) => a.get(p), m, k],
  "get two traced": [(a, p) => a.get(p, p), m, k],
  "get traced column": [(a, p) => a.get(all, p), m, k],
  "get traced beside a slice": [(a, p) => a.get(slice(0, 1), p), m, k],
  "get traced, reversed": [(a, p) => a.get(p, slice(null, null, -1)), m, k],
  "get traced, strided": [(a, p) => a.get(p, slice(null, null, 2)), m, k],
  "get traced of 8 bits": [(a, p) => a.get(p), m, np.array(-1, "int8")],
  "get traced of a vector": [(a, p) => a.get(p), v, np.array(-2, "int8")],
  "get traced unsigned": [(a, p) => a.get(p), m, np.array(1, "uint32")],
  "get traced, new axis": [(a, p) => a.get(null, p, "...", null), t, k],
  "get rows": [(a, p) => a.get(p), m, i],
  "get rows negative": [(a, p) => a.get(p), m, ints([-1, -2, 0])],
  "get rows unsigned": [(a, p) => a.get(p), m, ints([1, 0], "uint32")],
  "get rows of 8 bits": [(a, p) => a.get(p), m, ints([1, -1], "int8")],
  "get columns": [(a, p) => a.get(all, p), m, j],
  "get points": [(a, p, q) => a.get(p, q), m, i, j],
  "get apart": [(a, p, q) => a.get(p, all, q), t, i, j],
  "get together": [(a, p, q) => a.get(all, p, q), t, i, j],
  "get integer and array apart": [(a, p) => a.get(0, all, p), t, j],
  "get integer and array together": [(a, p) => a.get(all, 0, p), t, j],
  "get scalar and array": [(a, p, q) => a.get(p, q), m, k, j],
  "get ellipsis and arrays": [(a, p, q) => a.get(p, "...", q), t, i, j],
  "get outer": [(a, p, q) => a.get(p.get(all, null), q.get(null, all)), m, i, j],
  "get matrix of places": [(a, p) => a.get(p), m, ints([[0, 1], [1, 1]])],
  "get slice and array": [(a, p) => a.get(slice(1), p), m, j],
  "get stride and array": [(a, p) => a.get(slice(null, null, 2), p), m, j],
  "get reverse and array": [(a, p) => a.get(slice(null, null, -1), p), m, j],
  "get new axis and array": [(a, p) => a.get(null, p), m, i],
  "get array, new axis, array": [(a, p, q) => a.get(p, null, q), m, i, j],
  "get reversed": [(a) => a.get(slice(null, null, -1)), m],
  "get reversed strided": [(a) => a.get(all, slice(null, null, -2)), m],
  "get reversed part": [(a) => a.get(all, slice(2, 0, -1)), m],
  "get strided from the end": [(a) => a.get(slice(4, 0, -3)), v],
  "get nothing": [(a) => a.get(all, slice(3, 1)), m],
  "get far bounds": [(a) => a.get(all, slice(-10, 10)), m],
  "get far, dropped by default": [(a, p) => a.get(p), m, far],
  "get far, filled": [(a, p) => a.at(p).get({ mode: "fill" }), m, far],
  "get far, filled with 3": [(a, p) => a.at(p).get({ mode: "fill", fillValue: 3 }), m, far],
  "get far, filled with half": [(a, p) => a.at(p).get({ mode: "fill", fillValue: 0.5 }), m, far],
  "get far, clipped": [(a, p) => a.at(p).get({ mode: "clip" }), m, far],
  "get far integers, filled": [(a, p) => a.at(p).get({ mode: "fill" }), n, far],
  "get far unsigned, filled": [(a, p) => a.at(p).get({ mode: "fill" }), u8, far],
  "get far bools, filled": [(a, p) => a.at(p).get({ mode: "fill" }), b, far],
  "get known, filled": [(a) => a.at(1).get({ mode: "fill" }), m],
  "get known far, filled": [(a) => a.at(5).get({ mode: "fill" }), m],
  "get known far, clipped": [(a) => a.at(5, -9).get({ mode: "clip" }), m],
  "get promises": [(a, p) => a.at(p).get({ uniqueIndices: true, indicesAreSorted: true }), m, i],
  "set rows": [(a, p) => a.at(p).set(5), m, i],
  "set rows to rows": [(a, p, r) => a.at(p).set(r), m, i, rows],
  "set twice": [(a, p, r) => a.at(p).set(r), m, ints([1, 1]), rows],
  "set far": [(a, p) => a.at(p).set(9), m, far],
  "set far, clipped": [(a, p) => a.at(p).set(9, { mode: "clip" }), m, far],
  "set known": [(a) => a.at(0).set(5), m],
  "set known element": [(a) => a.at(1, -1).set(5), m],
  "set slice": [(a) => a.at(all, slice(1)).set(5), m],
  "set strided": [(a, r) => a.at(all, slice(null, null, 2)).set(r.get(all, slice(null, 2))), m, rows],
  "set reversed": [(a, r) => a.at(slice(null, null, -1)).set(r), m, rows],
  "set new axis": [(a, r) => a.at(null, 0).set(r.get(slice(null, 1))), m, rows],
  "set traced": [(a, p) => a.at(p).set(1), m, k],
  "set traced column": [(a, p) => a.at(all, p).add(1), m, k],
  "set traced element": [(a, p) => a.at(p, p).add(1), m, k],
  "set integers": [(a) => a.at(0).add(2), n],
  "set half": [(a, r) => a.at(0).set(r.get(0).astype("float16")), m, rows],
  "add": [(a, p, r) => a.at(p).add(r), m, ints([1, 1]), rows],
  "subtract": [(a, p, r) => a.at(p).subtract(r), m, ints([1, 1]), rows],
  "multiply": [(a, p, r) => a.at(p).multiply(r), m, ints([1, 1]), rows],
  "divide": [(a, p) => a.at(p).divide(5), m, i],
  "power": [(a, p) => a.at(p).power(2), m, i],
  "min": [(a, p, r) => a.at(p).min(r), m, ints([1, 1]), rows],
  "max": [(a, p, r) => a.at(p).max(r), m, ints([1, 1]), rows],
  "max of integers": [(a, p) => a.at(p).max(0), n, i],
  "max of bools": [(a, p) => a.at(p).max(true), b, i],
  "apply": [(a, p) => a.at(p).apply((x) => x.mul(x).add(1)), m, ints([1, 1])],
  "set points": [(a, p, q) => a.at(p, q).set(7), m, i, j],
  "set apart": [(a, p, q) => a.at(p, all, q).add(1), t, i, j],
  "set unique": [(a, p, r) => a.at(p).set(r, unique), m, i, rows],
  "take": [(a, p) => np.take(a, p, 1), m, j],
  "take raveled": [(a, p) => np.take(a, p), m, far],
  "take clipped": [(a, p) => np.take(a, p, { axis: 0, mode: "clip" }), m, far],
  "take one": [(a) => np.take(a, 1, 0), m],
  "take along axis": [(a, p) => np.takeAlongAxis(a, p, 1), m, ints([[0, 2], [-1, 1]])],
  "take along axis, broadcast": [(a, p) => np.takeAlongAxis(a, p, 0), m, ints([[1]])],
  "take along raveled": [(a, p) => np.takeAlongAxis(a, p, null), m, j],
  "take along unsigned": [(a, p) => np.takeAlongAxis(a, p, 0), m, ints([[0, 1, 1]], "uint8")],
  "take along one column": [(a, p) => np.takeAlongAxis(a.get(all, slice(null, 1)), p, 0), m, ints([[0, 1, 1]])],
  "take along, promised": [(a, p) => np.takeAlongAxis(a, p, { axis: 0, mode: "promiseInBounds" }), m, ints([[0, 1, 1]])],
  "roll": [(a) => np.roll(a, 1, 1), m],
  "roll both": [(a) => np.roll(a, [1, -2], [0, 1]), m],
  "roll raveled": [(a) => np.roll(a, -1), m],
  "roll by nothing": [(a) => np.roll(a, 0, 1), m],
  "flip": [(a) => np.flip(a), m],
  "flip axis": [(a) => np.flip(a, -1), m],
  "flip rows": [(a) => np.flipud(a), m],
  "flip columns": [(a) => np.fliplr(a), m],
  "split": [(a) => np.split(a, 3, 1), m],
  "split at": [(a) => np.split(a, [1], 1), m],
  "array_split": [(a) => np.arraySplit(a, 2, 1), m],
  "stack": [(a, c) => np.stack([a, c], 1), m, rows],
  "stack one": [(a) => np.stack([a]), m],
  "stack dtypes": [(a, c) => np.stack([a, c], -1), m, n],
  "unstack": [(a) => np.unstack(a, 1), m],
  "repeat": [(a) => np.repeat(a, 2, 1), m],
  "repeat raveled": [(a) => np.repeat(a, 3), m],
  "dynamic slice": [(a, p) => lax.dynamicSlice(a, [p, 0], [1, 2]), m, k],
  "dynamic slice moved": [(a, p) => lax.dynamicSlice(a, [p, -1], [1, 2]), m, np.int32(7)],
  "dynamic slice in dim": [(a, p) => lax.dynamicSliceInDim(a, p, 2, 1), m, k],
  "dynamic index in dim": [(a, p) => lax.dynamicIndexInDim(a, p, 1, false), m, k],
  "dynamic index in dim, kept": [(a, p) => lax.dynamicIndexInDim(a, p), m, k],
  "dynamic update slice": [(a, r, p) => lax.dynamicUpdateSlice(a, r, [p, 0]), m, part, k],
  "dynamic update slice in dim": [(a, r, p) => lax.dynamicUpdateSliceInDim(a, r, p, 1), m, strip, k],
  "dynamic update index in dim": [(a, r, p) => lax.dynamicUpdateIndexInDim(a, r, p, 0), m, row, k],
  "slice in dim": [(a) => lax.sliceInDim(a, -2, null, 1, 1), m],
  "index in dim": [(a) => lax.indexInDim(a, -1, 1, false), m],
  "rev": [(a) => lax.rev(a, [0, 1]), m],
  "lax split": [(a) => lax.split(a, [1, 2], 1), m],
  "stop gradient": [(a) => lax.stopGradient(a), m],
  "gather": [(a, p) => lax.gather(a, column(p), rowGather, [1, 3], { mode: "fill" }), m, far],
  "gather batched": [
    (a, p) => lax.gather(a, p, { offsetDims: [], collapsedSliceDims: [1], startIndexMap: [1], operandBatchingDims: [0], startIndicesBatchingDims: [0] }, [1, 1]),
    m, ints([[[0], [2]], [[2], [1]]]),
  ],
  "scatter_add": [(a, p, r) => lax.scatterAdd(a, column(p), r, rowScatter), m, ints([1, 1]), rows],
  "scatter_mul clipped": [(a, p, r) => lax.scatterMul(a, column(p), r, rowScatter, { mode: "clip" }), m, ints([5, 1]), rows],
  "jvp get": [push((a) => a?.get(i)), m],
  "jvp get filled": [push((a) => a?.at(far).get({ mode: "fill", fillValue: 3 })), m],
  "jvp set": [push((a, r) => a?.at(i).set(r as NDArray)), m, rows],
  "jvp set unique": [push((r) => m.at(i).set(r as NDArray, unique)), rows],
  "jvp add": [push((r) => m.at(i).add(r as NDArray)), rows],
  "jvp multiply": [push((a, r) => a?.at(i).multiply(r as NDArray, unique)), m, rows],
  "jvp max": [push((a, r) => a?.at(i).max(r as NDArray)), m, rows],
  "jvp dynamic update slice": [push((a, r) => lax.dynamicUpdateSlice(a as NDArray, r as NDArray, [0, 1])), m, part],
  "vjp get": [(a, p) => pull((x) => x?.get(p))(a), m, ints([1, 1])],
  "vjp take": [(a, p) => pull((x) => np.take(x as NDArray, p, 1))(a), m, ints([1, 0])],
  "vjp set": [(a, p, r) => pull((x, y) => x?.at(p).set(y as NDArray))(a, r), m, ints([1, 1]), rows],
  "vjp set unique": [(a, p, r) => pull((x, y) => x?.at(p).set(y as NDArray, unique))(a, r), m, i, rows],
  "vjp add": [(a, p, r) => pull((x, y) => x?.at(p).add(y as NDArray))(a, r), m, far, more],
  "vjp multiply": [(a, p, r) => pull((x, y) => x?.at(p).multiply(y as NDArray, unique))(a, r), m, i, rows],
  "vjp min": [(a, p, r) => pull((x, y) => x?.at(p).min(y as NDArray))(a, r), m, ints([1, 1]), rows],
  "vjp max": [(a, p, r) => pull((x, y) => x?.at(p).max(y as NDArray))(a, r), m, far, more],
  "vjp max tied": [(a, p) => pull((x, y) => x?.at(p).max(y as NDArray))(a, a), m, i],
  "vjp dynamic slice": [(a, p) => pull((x) => lax.dynamicSlice(x as NDArray, [p, 0], [1, 2]))(a), m, k],
  "vjp dynamic update slice": [(a, r, p) => pull((x, y) => lax.dynamicUpdateSlice(x as NDArray, y as NDArray, [p, 0]))(a, r), m, part, k],
  "vjp stack": [pull((a, c) => np.stack([a as NDArray, c as NDArray], 1)), m, rows],
  "vjp concatenate": [pull((a, c) => np.concatenate([a as NDArray, c as NDArray])), m, rows],
  "vjp split": [pull((a) => np.split(a as NDArray, 3, 1)[1]), m],
  "vjp unstack": [pull((a) => np.unstack(a as NDArray, 1)[1]), m],
  "vjp rev": [pull((a) => lax.rev(a as NDArray, [1])), m],
  "vjp stop gradient": [pull((a) => lax.stopGradient(a as NDArray).mul(a as NDArray)), m],
  "grad of grad": [grad((a: NDArray) => np.sum(grad((x: NDArray) => np.sum(x.get([0, 0, 1]).pow(3)))(a))) as Run, m],
  "vmap get": [vmap((a: NDArray) => a.get(i)) as Run, batch],
  "vmap get of places": [(a, p) => vmap((q: NDArray) => a.get(q))(p), m, ints([[0, 1], [1, 1]])],
  "vmap get of both": [vmap((a: NDArray, p: NDArray) => a.get(p), [1, 0]) as Run, t, ints([[0, 1], [1, 1], [0, 0]])],
  "vmap vmap get": [vmap(vmap((a: NDArray, p: NDArray) => a.get(p))) as Run, make([2, 2, 3, 2], "float32", 1), ints([[[0, 2], [1, 1]], [[0, 0], [2, 1]]])],
  "vmap get traced": [(a, p) => vmap((q: NDArray) => a.get(q))(p), m, ints([1, 0, 1])],
  "vmap set": [vmap((a: NDArray) => a.at(i).set(rows)) as Run, batch],
  "vmap add of values": [vmap((r: NDArray) => m.at(i).add(r)) as Run, batch],
  "vmap add of places": [vmap((a: NDArray, p: NDArray, r: NDArray) => a.at(p).add(r), [null, 0, null]) as Run, m, ints([[0, 1], [1, 1]]), rows],
  "vmap dynamic slice": [vmap((a: NDArray, p: NDArray) => lax.dynamicSlice(a, [p, 0], [1, 2]), [0, null]) as Run, batch, k],
  "vmap dynamic slice of places": [(a, p) => vmap((q: NDArray) => lax.dynamicSlice(a, [q, 0], [1, 2]))(p), m, ints([0, 1, 7])],
  "vmap dynamic slice of both": [vmap((a: NDArray, p: NDArray) => lax.dynamicSlice(a, [p, 0], [1, 2])) as Run, batch, ints([0, 1, 7, 0])],
  "vmap dynamic update slice": [vmap((a: NDArray, p: NDArray) => lax.dynamicUpdateSlice(a, part, [p, 0]), [0, null]) as Run, batch, k],
  "vmap dynamic update slice of places": [(p) => vmap((q: NDArray) => lax.dynamicUpdateSlice(m, part, [q, 0]))(p), ints([0, 1, 7])],
  "vmap stack": [vmap((a: NDArray, c: NDArray) => np.stack([a, c]), [0, null]) as Run, m, v.get(slice(0, 3))],
  "vmap stack together": [vmap((a: NDArray, c: NDArray) => np.stack([a, c], 1), [1, 1]) as Run, batch, batch],
  "vmap split": [vmap((a: NDArray) => np.split(a, 3)) as Run, m],
  "vmap unstack": [vmap((a: NDArray) => np.unstack(a), 1) as Run, m],
  "vmap rev": [vmap((a: NDArray) => lax.rev(a, [0]), 1) as Run, m],
  "vmap grad get": [vmap(grad((a: NDArray, p: NDArray) => np.sum(a.get(p).pow(2))), [null, 0]) as Run, m, ints([1, 0])],
};
