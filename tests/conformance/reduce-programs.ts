/** @file The twins of the programs in reduce-programs.py, by the same names: functions with their arguments. */

import { grad, hessian, jvp, lax, numpy as np, vjp, vmap, type ArrayLike, type DType, type NDArray } from "lanewise";

/** The same numbers as `make` in reduce-programs.py. */
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

const floats = (...values: readonly number[]): NDArray => np.array(values);

const m = make([2, 3]);
const t = make([2, 3, 4], "float32", 3);
const v = make([5], "float32", 2);
const w = make([8], "float32", 4);
const n = make([2, 3], "int32");
const u = make([5], "uint32", 1);
const i8 = make([2, 3], "int8");
const b = make([2, 3], "bool");
const image = make([4, 6], "float32", 5);
const zeros = floats(0, 2, 3);
const ties = floats(1, 1, 1, 1, 0, 2, 2, 1);
const special = floats(0, -0, -Infinity, 1, Infinity, 2, NaN, 3);
const mask = np.greater(m, 0) as unknown as NDArray;
const key = np.array([2, 0, 1, 0, 2], "int32");

type Run = (...args: NDArray[]) => unknown;
type One = (a: NDArray) => NDArray;

/** Results of f and the cotangents of its arguments, for cotangents that are the results. */
const pull = (f: Run): Run => (...args) => {
  const [out, pullback] = vjp(f, args);
  return [out, ...(pullback(out as never) as NDArray[])].flat();
};

const push = (f: Run): Run => (...args) => jvp(f, args, args).flat();
const reduceWindow = lax.reduceWindow as (...args: readonly unknown[]) => NDArray;
const window = (...rest: readonly unknown[]): One => (a) => reduceWindow(a, ...rest);
const total = (f: One): One => (a) => np.sum(f(a).pow(2));
const gradOf = (f: One): One => grad(f) as unknown as One;
const { slice } = np;

export type ReduceProgram = readonly [run: Run, ...args: readonly NDArray[]];

export const reducePrograms: Readonly<Record<string, ReduceProgram>> = {
  // lax: reductions
  "reduce prod": [(a) => lax.reduceProd(a, [1]), m],
  "reduce prod of all": [(a) => lax.reduceProd(a, [0, 2]), t],
  "reduce prod of integers": [(a) => lax.reduceProd(a, [0]), n],
  "reduce prod of nothing": [(a) => lax.reduceProd(a, [0]), make([0, 2])],
  "reduce max of nothing": [(a) => lax.reduceMax(a, [0]), make([0, 2])],
  "reduce min of nothing": [(a) => lax.reduceMin(a, [0]), make([0, 2], "int32")],
  "reduce and": [(a) => lax.reduceAnd(a, [1]), b],
  "reduce or": [(a) => lax.reduceOr(a, [0]), b],
  "reduce xor": [(a) => lax.reduceXor(a, [0, 1]), b],
  "reduce and of integers": [(a) => lax.reduceAnd(a, [1]), n],
  "reduce or of unsigned": [(a) => lax.reduceOr(a, [0]), u],
  "reduce xor of integers": [(a) => lax.reduceXor(a, [0]), n],
  "reduce by add": [(a) => lax.reduce(a, 0, lax.add, [0]), m],
  "reduce by max": [(a) => lax.reduce(a, -Infinity, (x, y) => np.maximum(x, y), [1]), m],
  "reduce by mul from 2": [(a) => lax.reduce(a, 2, "mul", [0, 1]), m],
  "argmax": [(a) => lax.argmax(a, 1), m],
  "argmin": [(a) => lax.argmin(a, 0), m],
  "argmax unsigned": [(a) => lax.argmax(a, 0, "uint32"), u],
  "argmax of NaN": [(a) => lax.argmax(a, 0), special],
  "argmin of NaN": [(a) => lax.argmin(a, 0), special],
  "argmax of ties": [(a) => lax.argmax(a, 0), ties],
  "argmin of zeros": [(a) => lax.argmin(a, 0), floats(0, -0)],
  "argmax of bools": [(a) => lax.argmax(a, 1), b],
  "jvp reduce prod": [push((a) => lax.reduceProd(a, [0])), v],
  "jvp reduce prod of rows": [push((a) => lax.reduceProd(a, [0])), m],
  "vjp reduce prod": [pull((a) => lax.reduceProd(a, [0])), v],
  "vjp reduce prod of a zero": [pull((a) => lax.reduceProd(a, [0]).add(1)), zeros],
  "vjp reduce prod of two zeros": [pull((a) => lax.reduceProd(a, [0]).add(1)), floats(0, 2, 0)],
  "hessian of reduce prod at zeros": [hessian((a: NDArray) => lax.reduceProd(a, [0])) as unknown as Run, floats(0, 2, 0)],
  "vmap reduce prod": [vmap((a) => lax.reduceProd(a, [0]), 1), m],
  "vmap argmax": [vmap((a) => lax.argmax(a, 0), 1), m],
  // Windows
  "window sum": [window(0, lax.add, [2]), v],
  "window sum same": [window(0, lax.add, [3], [2], "SAME"), v],
  "window sum same lower": [window(0, lax.add, [2], [2], "SAME_LOWER"), v],
  "window sum padded": [window(0, lax.add, [2, 2], [1, 2], [[1, 0], [-1, 2]]), image],
  "window sum dilated": [window(0, lax.add, [2], [1], { padding: [[0, 0]], baseDilation: [2], windowDilation: [3] }), v],
  "window sum from 1": [window(1, lax.add, [2], [1], [[1, 1]]), v],
  "window sum of integers": [window(0, "add", [2]), make([5], "int32")],
  "window max": [window(-Infinity, lax.max, [2, 2], [2, 2]), image],
  "window max padded": [window(-Infinity, lax.max, [3], [1], [[2, 2]]), v],
  "window max from -1": [window(-0.5, lax.max, [2]), v],
  "window max of NaN": [window(-Infinity, lax.max, [2]), special],
  "window max of integers": [window(-2147483648, lax.max, [2]), make([5], "int32")],
  "window min": [window(Infinity, lax.min, [2], [1], [[1, 1]]), v],
  "window min of NaN": [window(Infinity, lax.min, [2]), special],
  "window product": [window(1, lax.mul, [3], [2], [[1, 1]]), v],
  "window product dilated": [window(1, lax.mul, [2], [1], [[0, 1]], [2], [2]), v],
  "jvp window sum": [push(window(0, lax.add, [2])), v],
  "vjp window sum": [pull(window(0, lax.add, [2, 2], [1, 2], [[1, 0], [-1, 2]])), image],
  "vjp window sum dilated": [pull(window(0, lax.add, [2], [2], [[1, 1]], [2], [3])), v],
  "jvp window max": [push(window(-Infinity, lax.max, [2], [2], "SAME")), v],
  "vjp window max": [pull(window(-Infinity, lax.max, [2, 2], [2, 2])), image],
  "vjp window max overlapping": [pull(window(-Infinity, lax.max, [3], [1], "SAME")), v],
  "vjp window max of ties": [pull(window(-Infinity, lax.max, [2])), ties],
  "vjp window min": [pull(window(Infinity, lax.min, [2], [1], [[1, 1]])), v],
  "vjp window max of gaps": [pull(window(-Infinity, lax.max, [2], [2], "SAME", [2])), v],
  "grad of grad of window max": [gradOf(total(gradOf(total(window(-Infinity, lax.max, [2]))))), v],
  "vmap window max": [vmap(window(-Infinity, lax.max, [2], [2])), m],
  "vmap vjp window max": [vmap(pull(window(-Infinity, lax.max, [2]))), m],
  // Prefixes
  "cumsum": [(a) => lax.cumsum(a, 1), m],
  "cumsum reverse": [(a) => lax.cumsum(a, 0, { reverse: true }), m],
  "cumsum of integers": [(a) => lax.cumsum(a, 0), n],
  "cumsum of special": [(a) => lax.cumsum(a), special],
  "cumprod": [(a) => lax.cumprod(a), v],
  "cumprod of special": [(a) => lax.cumprod(a), special],
  "cummax": [(a) => lax.cummax(a, 1), m],
  "cummax of special": [(a) => lax.cummax(a), special],
  "cummin": [(a) => lax.cummin(a, { reverse: true }), v],
  "cummin of special": [(a) => lax.cummin(a), special],
  "cumlogsumexp": [(a) => lax.cumlogsumexp(a, 1), m],
  "cumlogsumexp of special": [(a) => lax.cumlogsumexp(a), special],
  "cumlogsumexp of large": [(a) => lax.cumlogsumexp(a), floats(1000, 1001, -1000, 999)],
  "jvp cumsum": [push((a) => lax.cumsum(a, 1, true)), m],
  "vjp cumsum": [pull((a) => lax.cumsum(a, 1)), m],
  "jvp cumprod": [push((a) => lax.cumprod(a)), v],
  "jvp cumprod reverse": [push((a) => lax.cumprod(a, { reverse: true })), w],
  "vjp cumprod of a zero": [pull((a) => lax.cumprod(a).add(1)), zeros],
  "vjp cumprod of ties": [pull((a) => lax.cumprod(a)), ties],
  "jvp cummax": [push((a) => lax.cummax(a, 0)), w],
  "vjp cummax of ties": [pull((a) => lax.cummax(a)), ties],
  "vjp cummin of ties": [pull((a) => lax.cummin(a, { reverse: true })), ties],
  "vjp cumlogsumexp": [pull((a) => lax.cumlogsumexp(a)), w],
  "vjp cumlogsumexp of ties": [pull((a) => lax.cumlogsumexp(a)), ties],
  "vjp cumlogsumexp reverse": [pull((a) => lax.cumlogsumexp(a, 1, true)), m],
  "grad of grad of cumlogsumexp": [gradOf(total(gradOf(total((a) => lax.cumlogsumexp(a))))), ties],
  "third derivative of cumlogsumexp": [
    gradOf((a) => np.sum((hessian((x: NDArray) => lax.cumlogsumexp(x).get(1)) as unknown as One)(a).pow(2))), floats(1, 1),
  ],
  "grad of grad of cumprod": [gradOf(total(gradOf(total((a) => lax.cumprod(a))))), zeros],
  "vmap cumsum": [vmap((a) => lax.cumsum(a), 1), m],
  "vmap vjp cumprod": [vmap(pull((a) => lax.cumprod(a))), m],
  // Sorts
  "sort": [(a) => lax.sort(a), m],
  "sort axis": [(a) => lax.sort(a, 0), m],
  "sort special": [(a) => lax.sort(a), special],
  "sort unsigned": [(a) => lax.sort(a), u],
  "sort bools": [(a) => lax.sort(a), b],
  "sort two": [(a, c) => lax.sort([a, c]), key, v],
  "sort by two": [(a, c) => lax.sort([a, c], { numKeys: 2 }), key, v],
  "sort unstable": [(a) => lax.sort(a, { isStable: false }), v],
  "sort key val": [(a, c) => lax.sortKeyVal(a, c), key, v],
  "sort zeros": [(a, c) => lax.sortKeyVal(a, c), floats(0, -0, 0, -0), np.arange(4)],
  "jvp sort": [push((a) => lax.sort(a)), m],
  "vjp sort": [pull((a) => lax.sort(a).pow(2)), v],
  "vjp sort of ties": [pull((a) => lax.sort(a).mul(np.arange(8, { dtype: "float32" }))), ties],
  "vjp sort two": [pull((a, c) => (lax.sort([a, c])[1] as NDArray).mul(a)), v, make([5], "float32", 1)],
  "grad of grad of sort": [gradOf(total(gradOf((a) => np.sum(lax.sort(a).pow(3).mul(np.arange(5, { dtype: "float32" })))))), v],
  "vmap sort": [vmap((a) => lax.sort(a), 1), m],
  "vmap sort one of two": [vmap((a: NDArray, c: NDArray) => lax.sort([a, c]), [0, null]) as unknown as Run, m, v.get(slice(null, 3))],
  "vmap vjp sort": [vmap(pull((a) => lax.sort(a))), m],
  "top k": [(a) => lax.topK(a, 2), m],
  "top k axis": [(a) => lax.topK(a, 1, { axis: 0 }), m],
  "top k of special": [(a) => lax.topK(a, 8), special],
  "top k of integers": [(a) => lax.topK(a, 3), n],
  "top k of bools": [(a) => lax.topK(a, 2), b],
  "top k none": [(a) => lax.topK(a, 0), m],
  "jvp top k": [push((a) => lax.topK(a, 2)[0]), m],
  "vjp top k": [pull((a) => lax.topK(a, 3)[0].pow(2)), v],
  "vmap top k": [vmap((a) => lax.topK(a, 1) as unknown as NDArray[], 1), m],
  // numpy: reductions
  "np prod": [(a) => np.prod(a), m],
  "np prod axes": [(a) => np.prod(a, [0, 2], { keepdims: true }), t],
  "np prod of bools": [(a) => a.prod(1), b],
  "np prod of 8 bits": [(a) => np.prod(a), i8],
  "np prod where": [(a, c) => np.prod(a, 0, { where: c as ArrayLike, initial: 2 }), m, mask],
  "np all": [(a) => np.all(a), m],
  "np all keepdims": [(a) => a.all(1, { keepdims: true }), b],
  "np all where": [(a, c) => np.all(a, 1, { where: c as ArrayLike }), b, mask],
  "np any": [(a) => a.any({ axis: 0 }), n],
  "np any where": [(a, c) => np.any(a, { where: c as ArrayLike }), b, mask],
  "np var": [(a) => np.var(a, 0), m],
  "np var of integers": [(a) => np.var(a), n],
  "np var ddof": [(a) => a.var(1, { ddof: 1, keepdims: true }), m],
  "np var where": [(a, c) => np.var(a, 1, { where: c as ArrayLike }), m, mask],
  "np var of one": [(a) => np.var(a, { ddof: 1 }), floats(3)],
  "np var known mean": [(a) => np.var(a, 1, { mean: np.mean(a, 1, { keepdims: true }) }), m],
  "np std": [(a) => np.std(a, 0, { ddof: 1 }), m],
  "np std correction": [(a) => np.std(a, { correction: 0.5 }), m],
  "np std of integers": [(a) => a.std(1), n],
  "np ptp": [(a) => np.ptp(a, 0), m],
  "np ptp keepdims": [(a) => np.ptp(a, { keepdims: true }), m],
  "np count nonzero": [(a) => np.countNonzero(a), m],
  "np count nonzero axis": [(a) => np.countNonzero(a, 1, { keepdims: true }), b],
  "np average": [(a) => np.average(a, 0), m],
  "np average weights": [(a, c) => np.average(a, 1, c), m, floats(1, 2, 3)],
  "np average of all": [(a, c) => np.average(a, { weights: c as ArrayLike, returned: true }), m, mask.astype("float32")],
  "np nansum": [(a) => np.nansum(a), special],
  "np nansum of integers": [(a) => np.nansum(a, 0), n],
  "np nanprod": [(a) => np.nanprod(a.get(slice(3, null))), special],
  "np nanmax": [(a) => np.nanmax(a), special],
  "np nanmax of NaN": [(a) => np.nanmax(a.div(a).mul(NaN), 1), m],
  "np nanmin": [(a) => np.nanmin(a), special],
  "np nanmean": [(a) => np.nanmean(a.get(slice(5, null))), special],
  "np argmax": [(a) => np.argmax(a), m],
  "np argmax axis": [(a) => a.argmax(-1), m],
  "np argmin keepdims": [(a) => np.argmin(a, 0, { keepdims: true }), m],
  "np argmax all keepdims": [(a) => a.argmax({ keepdims: true }), t],
  "np argmax of a scalar": [(a) => np.argmax(a), np.float32(3)],
  "np median": [(a) => np.median(a), m],
  "np median axis": [(a) => np.median(a, 1, { keepdims: true }), m],
  "np median axes": [(a) => np.median(a, [0, 2]), t],
  "np median of integers": [(a) => np.median(a), n],
  "np median of NaN": [(a) => np.median(a), special],
  "np quantile": [(a) => np.quantile(a, 0.3125, 1), m],
  "np quantile several": [(a, q) => np.quantile(a, q as ArrayLike, 0), t, floats(0, 0.375, 1)],
  "np quantile keepdims": [(a, q) => np.quantile(a, q as ArrayLike, 1, { keepdims: true }), t, floats(0.25, 0.5)],
  "np quantile lower": [(a) => np.quantile(a, 0.3125, { method: "lower" }), v],
  "np quantile higher": [(a) => np.quantile(a, 0.3125, { method: "higher" }), v],
  "np quantile nearest": [(a) => np.quantile(a, 0.3125, { method: "nearest" }), v],
  "np percentile": [(a) => np.percentile(a, 80, 1), m],
  "np grad of median": [gradOf((a) => np.median(a).mul(2)), v],
  "np grad of var": [gradOf((a) => np.var(a)), v],
  "np grad of std": [gradOf((a) => np.std(a)), v],
  "np vmap of var": [vmap((a) => np.var(a)), m],
  "np grad of nansum": [gradOf((a) => np.nansum(a.mul(a))), floats(1, NaN, 3)],
  // numpy: prefixes and sorts
  "np cumsum": [(a) => np.cumsum(a), m],
  "np cumsum axis": [(a) => a.cumsum(-1), n],
  "np cumsum of bools": [(a) => np.cumsum(a, 1), b],
  "np cumsum of 8 bits": [(a) => np.cumsum(a, 1), i8],
  "np cumsum dtype": [(a) => np.cumsum(a, 1, "float32"), n],
  "np cumsum to bool": [(a) => np.cumsum(a, 1, { dtype: "bool" }), n],
  "np cumprod": [(a) => a.cumprod({ axis: 1 }), m],
  "np cumprod of all": [(a) => np.cumprod(a), t],
  "np diff": [(a) => np.diff(a), m],
  "np diff twice": [(a) => np.diff(a, 2, 0), image],
  "np diff ends": [(a, c) => np.diff(a, { prepend: 0, append: c as ArrayLike }), m, m],
  "np diff of bools": [(a) => np.diff(a, { axis: 0 }), b],
  "np sort": [(a) => np.sort(a), m],
  "np sort all": [(a) => np.sort(a, null), m],
  "np sort descending": [(a) => np.sort(a, 0, { descending: true }), m],
  "np argsort": [(a) => np.argsort(a), m],
  "np argsort of ties": [(a) => np.argsort(a), ties],
  "np argsort descending": [(a) => np.argsort(a, { descending: true }), ties],
  "np argsort all": [(a) => np.argsort(a, null), m],
  "np argsort unstable": [(a) => np.argsort(a, { stable: false }), m],
  "np lexsort": [(a, c) => np.lexsort([a, c] as never), v, key],
  "np grad of sort": [gradOf((a) => np.sum(np.sort(a).mul(np.arange(5, { dtype: "float32" })))), v],
};
