/** @file Programs over np with their twins in tests/conformance/numpy-programs.py, whose jaxprs and results JAX gave. */
import { readFileSync } from "node:fs";
import { numpy as np } from "lanewise";
import type { ArrayLike, DType, NDArray } from "lanewise";

export interface Golden {
  readonly jaxpr: string;
  readonly results: readonly { readonly dtype: DType; readonly shape: readonly number[]; readonly elements: readonly string[] }[];
}

export const goldens = JSON.parse(
  readFileSync(new URL("../conformance/numpy-programs.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Golden>>;

/** The same numbers as `make` in numpy-programs.py. */
export function make(shape: readonly number[], dtype: DType = "float32", seed = 0): NDArray {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length: size }, (_, index) => {
    const count = (index * 7 + seed * 3) % 11;
    if (dtype === "bool") return count % 3 === 0 ? 1 : 0;
    if (dtype.startsWith("float")) return (count - 5) / 4;
    return dtype.startsWith("u") ? count : count - 5;
  });
  return np.array(nest(values, shape), dtype);
}

function nest(values: readonly number[], [extent, ...rest]: readonly number[]): ArrayLike {
  if (extent === undefined) return values[0] ?? 0;
  const step = values.length / extent;
  return Array.from({ length: extent }, (_, index) => nest(values.slice(index * step, (index + 1) * step), rest));
}

const m = make([2, 3]);
const v = make([3], "float32", 2);
const s = np.float32(2);
const t = make([4, 2, 3], "float32", 3);
const i = make([2, 3], "int32");
const u = make([3], "uint32");
const b = make([2, 3], "bool");
const one = make([1, 2, 1]);

export type NumpyProgram = readonly [run: (...args: NDArray[]) => unknown, ...args: readonly unknown[]];

export const numpyPrograms: Readonly<Record<string, NumpyProgram>> = {
  "add ranks": [(a, c) => a.add(c), m, v],
  "add ranks reversed": [(a, c) => a.add(c), v, m],
  "add scalar array": [(a, c) => a.add(c), m, s],
  "add size 1": [(a, c) => a.add(c), m, make([1, 3], "float32", 4)],
  "add three ranks": [(a, c) => np.maximum(a, c), make([1], "float32", 4), t],
  "add number": [(a) => a.add(1), m],
  "add int float": [(a, c) => a.add(c), i, m],
  "add int number": [(a) => a.add(1), i],
  "add int fraction": [(a) => a.add(1.5), i],
  "add weak strong": [(a, c) => a.add(c), 3, m],
  "add weak int": [(a, c) => a.add(c), 3, i],
  "mul weak": [(a) => a.mul(a).add(1), 3],
  "mul uint int": [(a, c) => a.mul(c), u, make([3], "int32", 5)],
  "sub number": [(a) => np.subtract(1, a), m],
  "div int number": [(a) => a.div(2), i],
  "div int": [(a) => a.div(a), i],
  "div bool": [(a) => a.div(a), b],
  "exp int": [np.exp, i],
  "sqrt": [np.sqrt, m],
  "neg": [(a) => a.neg(), m],
  "pow 2": [(a) => a.pow(2), m],
  "pow 0": [(a) => a.pow(0), m],
  "pow 1": [(a) => a.pow(1), m],
  "pow -1": [(a) => a.pow(-1), m],
  "pow int": [(a) => a.pow(3), i],
  "pow bool": [(a) => np.power(a, 2), b],
  "pow fraction": [(a) => a.pow(2.5), m],
  "pow int fraction": [(a) => a.pow(2.5), i],
  "pow array": [(a, c) => a.pow(c), m, v],
  "pow weak": [(a) => a.pow(2.5), 3],
  "maximum number": [(a) => np.maximum(a, 0), m],
  "equal": [(a, c) => a.equal(c), m, v],
  "greater number": [(a) => a.greater(0), m],
  "less bool": [(a) => a.less(a), b],
  "where": [(c, a, d) => np.where(c, a, d), b, m, v],
  "where number": [(c, a) => np.where(c, a, 0), b, m],
  "where int": [(c, a) => np.where(c, a, 0), b, i],
  "where fraction": [(c, a) => np.where(c, a, 0.5), b, i],
  "where numbers": [(c) => np.where(c, 1, 0), b],
  "where float condition": [(c, a) => np.where(c, a, 1), m, m],
  "where scalar condition": [(c, a) => np.where(c, a, 0), true, m],
  "where ranks": [(c, a, d) => np.where(c, a, d), np.array([true, false, true]), make([2, 1], "float32", 6), m],
  "clip": [(a) => np.clip(a, 0.5, 1.5), m],
  "clip int": [(a) => a.clip(0, 1), i],
  "clip int fraction": [(a) => np.clip(a, 0.5, 1.5), i],
  "clip array": [(a, c) => np.clip(a, c), m, v],
  "sum": [(a) => np.sum(a), m],
  "sum axis": [(a) => np.sum(a, -1), m],
  "sum axes": [(a) => np.sum(a, { axis: [0, -1] }), t],
  "sum axes reversed": [(a) => np.sum(a, [2, 0]), t],
  "sum keepdims": [(a) => a.sum(1, { keepdims: true }), m],
  "sum all keepdims": [(a) => a.sum({ keepdims: true }), m],
  "sum no axes": [(a) => np.sum(a, []), m],
  "sum scalar": [(a) => np.sum(a), s],
  "sum bool": [(a) => np.sum(a), b],
  "sum dtype": [(a) => np.sum(a, null, "int32"), m],
  "sum half": [(a) => np.sum(a), make([2, 3], "float16")],
  "sum int8": [(a) => np.sum(a), make([2, 3], "int8")],
  "sum initial": [(a) => np.sum(a, { initial: 2 }), m],
  "sum where": [(a, c) => np.sum(a, { where: c }), m, b],
  "mean": [(a) => np.mean(a), m],
  "mean axis": [(a) => np.mean(a, 0), m],
  "mean int keepdims": [(a) => np.mean(a, 1, { keepdims: true }), i],
  "mean bool": [(a) => np.mean(a), b],
  "mean half": [(a) => np.mean(a), make([2, 3], "float16")],
  "mean weak": [(a) => np.mean(a), 3],
  "mean where": [(a, c) => np.mean(a, { where: c }), m, b],
  "max": [(a) => np.max(a, 0, { keepdims: true }), m],
  "max bool": [(a) => a.max(), b],
  "max initial": [(a) => np.max(a, { initial: 3 }), m],
  "max where": [(a, c) => np.max(a, { where: c, initial: 0 }), m, b],
  "min": [(a) => np.min(a), m],
  "dot vectors": [(a, c) => np.dot(a, c), v, v],
  "dot matrix vector": [(a, c) => np.dot(a, c), m, v],
  "dot matrices": [(a) => a.dot(a.T), m],
  "dot batch": [(a, c) => np.dot(a, c), t, make([5, 3, 6], "float32", 6)],
  "dot scalar": [(a, c) => np.dot(a, c), s, m],
  "dot int": [(a) => np.dot(a, a.T), i],
  "dot weak": [(a, c) => np.dot(a, c), 3, 2],
  "matmul": [(a) => a.matmul(a.T), m],
  "matmul vectors": [(a, c) => np.matmul(a, c), v, v],
  "matmul vector matrix": [(a, c) => np.matmul(a, c.T), v, m],
  "matmul batch": [(a, c) => np.matmul(a, c), t, make([4, 3, 5], "float32", 6)],
  "matmul batch matrix": [(a, c) => np.matmul(a, c), t, make([3, 5], "float32", 6)],
  "matmul broadcast": [(a, c) => np.matmul(a, c), t, make([7, 1, 3, 5], "float32", 6)],
  "matmul broadcast one": [(a, c) => np.matmul(a, c), make([1, 2, 3], "float32", 6), make([7, 3, 5], "float32", 6)],
  "matmul ones": [(a, c) => np.matmul(a, c), make([1, 2, 3], "float32", 6), make([1, 3, 5], "float32", 6)],
  "matmul vector batch": [(a, c) => np.matmul(a, c), make([2], "float32", 6), t],
  "vdot": [(a, c) => np.vdot(a, c), m, m],
  "inner": [(a, c) => np.inner(a, c), t, m],
  "inner scalar": [(a, c) => np.inner(a, c), s, m],
  "outer": [np.outer, v, m],
  "tensordot": [(a, c) => np.tensordot(a, c, 1), m, make([3, 4], "float32", 6)],
  "tensordot default": [(a, c) => np.tensordot(a, c), t, make([2, 3, 4], "float32", 6)],
  "tensordot axes": [(a, c) => np.tensordot(a, c, [[1], [0]]), t, make([2, 3, 4], "float32", 6)],
  "reshape": [(a) => np.reshape(a, [3, 2]), m],
  "reshape open": [(a) => a.reshape(-1), m],
  "reshape same": [(a) => a.reshape(2, 3), m],
  "ravel": [(a) => np.ravel(a), m],
  "transpose": [(a) => np.transpose(a), t],
  "transpose axes": [(a) => a.transpose(1, 0, 2), t],
  "moveaxis": [(a) => np.moveaxis(a, 0, -1), t],
  "moveaxis several": [(a) => np.moveaxis(a, [0, 1], [1, 2]), t],
  "swapaxes": [(a) => np.swapaxes(a, 0, -1), t],
  "squeeze": [(a) => np.squeeze(a), one],
  "squeeze axis": [(a) => a.squeeze(-1), one],
  "expandDims": [(a) => np.expandDims(a, 1), m],
  "expandDims several": [(a) => np.expandDims(a, [0, -1]), m],
  "broadcastTo": [(a) => np.broadcastTo(a, [2, 3]), v],
  "broadcastTo one": [(a) => np.broadcastTo(a, [4, 2, 3]), make([2, 1], "float32", 6)],
  "broadcastTo same": [(a) => np.broadcastTo(a, [3]), v],
  "concatenate": [(a, c) => np.concatenate([a, c], { axis: -1 }), m, i],
  "concatenate one": [(a) => np.concatenate([a]), m],
  "get": [(a) => a.get(0), m],
  "get negative": [(a) => a[-1], m],
  "get two": [(a) => a.get(0, 1), m],
  "get column": [(a) => a.get(np.slice(null), 1), m],
  "get slice": [(a) => a.get(np.slice(1, null)), m],
  "get step": [(a) => a.get("...", np.slice(null, null, 2)), m],
  "get new axis": [(a) => a.get("...", null), m],
  "get ellipsis": [(a) => a.get("...", 0), t],
  "get mixed": [(a) => a.at(np.slice(1, 2), 0, null).get(), t],
  "get all": [(a) => a.get(np.slice(null)), t],
  "iterate": [(a) => [...a], m],
  "astype": [(a) => a.astype("int32"), m],
  "astype same": [(a) => a.astype("float32"), m],
  "astype weak": [(a) => np.float32(a), 3],
  "zeros": [() => np.zeros([2, 3])],
  "ones int": [() => np.ones(3, { dtype: "int32" })],
  "zeros scalar": [() => np.zeros([])],
  "full": [(a) => np.full([2], a), s],
  "zerosLike": [(a) => np.zerosLike(a), i],
  "fullLike": [(a) => np.fullLike(a, 2.5), m],
  "fullLike weak": [(a) => np.fullLike(m, a), 3],
  "arange": [() => np.arange(5)],
  "arange step": [() => np.arange(1, 5, 2)],
  "arange down": [() => np.arange(5, 0, { step: -2 })],
  "arange float": [() => np.arange(1, 2.5)],
  "eye": [() => np.eye(2, 3, { k: 1 })],
  "array rows": [(a) => np.asarray([a, a]), v],
  "array mixed": [(a) => np.array([[a, 1], [2, a]]), s],
  "closed over": [(a) => a.add(v), m],
  "scalar closed over": [(a) => a.add(3), m],
};
