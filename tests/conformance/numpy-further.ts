/** @file Functions of np with their twins in numpy-further.py, whose results JAX gave. */

import { grad, numpy as np, type NDArray } from "lanewise";
import { make } from "../support/numpy-programs.ts";
import type { NumpyFunctions } from "./numpy-functions.ts";

const m = make([2, 3]);
const v = make([3], "float32", 2);
const w = make([7], "float32", 4);
const t = make([4, 2, 3], "float32", 3);
const q = make([3, 3], "float32", 1);
const i = make([2, 3], "int32");
const i1 = make([6], "int32", 2);
const i3 = make([3], "int32", 2);

/** The gradient of the sum of the squares of a function's result. */
function derivative(f: (x: NDArray) => NDArray | NDArray[]): (x: NDArray) => NDArray {
  return grad((x: NDArray) => np.sum(np.square(f(x) as NDArray)));
}

export const furtherFunctions: NumpyFunctions = {
  // Coordinates
  "unravelIndex": [(a) => np.unravelIndex(a, [2, 3]), i1],
  "unravelIndex, one axis": [(a) => np.unravelIndex(a, 4), i],
  "ravelMultiIndex": [(a, b) => np.ravelMultiIndex([a, b], [2, 3], { mode: "clip" }), i1, i1],
  "ravelMultiIndex, columns": [(a) => np.ravelMultiIndex([a, a], [2, 3], { mode: "wrap", order: "F" }), i],
  "ravelMultiIndex, as it stands": [(a) => np.ravelMultiIndex([a, a], [2, 3], "ignore", { dtype: "int16" }), i],
  "trilIndices": [() => np.trilIndices(3, -1, 4)],
  "triuIndices": [() => np.triuIndices(3, { k: -1 })],
  "trilIndicesFrom": [(a) => np.trilIndicesFrom(a), m],
  "triuIndicesFrom": [(a) => np.triuIndicesFrom(a, 1), m],
  "diagIndices": [() => np.diagIndices(3, 3)],
  "diagIndicesFrom": [(a) => np.diagIndicesFrom(a), q],
  "maskIndices": [() => np.maskIndices(3, np.triu, 1, { size: 4 })],
  "ix_": [(a, b) => np.ix_(a, b), v, i1],
  // Differences
  "gradient": [(a) => np.gradient(a) as NDArray, w],
  "gradient of two axes": [(a) => np.gradient(a, 2), q],
  "gradient, places": [(a, b) => np.gradient(a, b, 0.5, { axis: [2, 0] }), t, np.array([0, 1, 3])],
  "gradient of integers": [(a) => np.gradient(a, { axis: 1 }), i],
  "derivative of gradient": [derivative((a) => np.gradient(a)), w],
  "ediff1d": [(a) => np.ediff1d(a), m],
  "ediff1d of integers": [(a, b) => np.ediff1d(a, b, 7), i, v],
  "unwrap": [(a) => np.unwrap(a.mul(4)), m],
  "unwrap, period": [(a) => np.unwrap(a, 2, { axis: 0, period: 5 }), i],
  "cumulativeSum": [(a) => np.cumulativeSum(a, { axis: 1, includeInitial: true }), i],
  "cumulativeProd": [(a) => np.cumulativeProd(a, { dtype: "float32" }), i1],
  // Covariances
  "cov": [(a) => np.cov(a), q],
  "cov of one variable": [(a) => np.cov(a, { bias: true }), w],
  "cov of two": [(a, b) => np.cov(a, b, { rowvar: false }), q, m.T],
  "cov, weights": [(a, b) => np.cov(a, { fweights: np.abs(b).add(1), aweights: np.abs(a.get(0)) }), q, i3],
  "cov, frequencies": [(a, b) => np.cov(a, { fweights: b, ddof: 2 }), q, i3],
  "derivative of cov": [derivative((a) => np.cov(a)), q],
  "corrcoef": [(a) => np.corrcoef(a), t.get(0)],
  "corrcoef of two": [(a, b) => np.corrcoef(a, b), w, np.square(w)],
  // Reals
  "angle": [(a) => np.angle(a), m],
  "angle of integers, degrees": [(a) => np.angle(a, true), i],
  "real": [(a) => np.real(a), i],
  "imag": [(a) => np.imag(a), m],
  "isreal": [(a) => np.isreal(a), m],
  "iscomplex": [(a) => np.iscomplex(a), m],
};
