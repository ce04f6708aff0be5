/**
 * @file Functions of np, lax, nn and random with their twins in numpy-further.py, whose results JAX gave. A name with a comma is
 * a variant of another one, which runs where time is no matter.
 */

import { grad, lax, nn, numpy as np, random, slice, type NDArray } from "lanewise";
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
const queries = make([2, 3, 4, 2], "float32", 2);
const keys = make([2, 5, 2, 2], "float32", 3);
const key = random.key(7);
const factors = [2 ** 31 - 1, -(2 ** 31), 65537, -3, 123456789, -987654321];

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
  // Sets and partitions
  "unique": [(a) => np.unique(a, true, true, true, { size: 5 }) as NDArray[], i],
  "unique, filled": [(a) => np.unique(a, { size: 9, fillValue: -7, returnCounts: true }), m],
  "unique, fewer": [(a) => np.unique(a, { size: 2 }), m],
  "unique with NaN": [(a) => np.unique(np.sqrt(a), { returnInverse: true, size: 4 }), t],
  "unique, NaN apart": [(a) => np.unique(np.sqrt(a), { equalNan: false, size: 8 }), m],
  "unique of rows": [(a) => np.unique(a.get([0, 1, 0, 1, 1]), { axis: 0, returnIndex: true, returnCounts: true, size: 3 }), i],
  "unique, columns": [(a) => np.unique(a, { axis: 1, size: 2, returnInverse: true }), i],
  "uniqueAll": [(a) => Object.values(np.uniqueAll(a, { size: 6, fillValue: 0 })), i1],
  "union1d": [(a, b) => np.union1d(a, b, { size: 12 }), i, i1],
  "setdiff1d": [(a, b) => np.setdiff1d(a, b, { size: 4 }), i1, i],
  "setdiff1d, filled": [(a, b) => np.setdiff1d(a, b.get(0), true, { size: 8, fillValue: 9 }), i1, i],
  "setxor1d": [(a, b) => np.setxor1d(a, b.get(0), { size: 8 }), i1, i],
  "setxor1d, filled": [(a, b) => np.setxor1d(a, b, { size: 9, fillValue: -3, assumeUnique: true }), i1, i],
  "intersect1d": [(a, b) => np.intersect1d(a, b, { size: 5 }), i1, i],
  "intersect1d, places": [(a, b) => np.intersect1d(a, b, { returnIndices: true, size: 7, fillValue: -1 }), i1, i],
  "intersect1d, unique": [(a, b) => np.intersect1d(a, b, { assumeUnique: true, returnIndices: true, size: 3 }), i1, i],
  "partition": [(a) => np.partition(a, 2), w],
  "partition of columns": [(a) => np.partition(a, -1, { axis: 0 }), i],
  "partition of unsigned": [(a) => np.partition(a, 1), make([5], "int32", 2).astype("uint32")],
  "argpartition": [(a) => np.argpartition(a, 1, 1), t],
  "partition, derivative": [derivative((a) => np.partition(a, 2)), w],
  // Insertion
  "insert": [(a, b) => np.insert(a, 1, b), m, v],
  "insert rows": [(a, b) => np.insert(a, [0, 2, 0], b, { axis: 0 }), m, v],
  "insert a column": [(a, b) => np.insert(a, -1, b.get(slice(null, 2)), 1), m, v],
  "insert before a slice": [(a) => np.insert(a, slice(1, 5, 2), 7), i1],
  "delete": [(a) => np.delete(a, 1), m],
  "delete a column": [(a) => np.delete(a, -1, { axis: 1 }), m],
  "delete several": [(a) => np.delete(a, [0, 3, 3], 0), w],
  "delete a slice": [(a) => np.delete(a, slice(null, null, 2)), w],
  "delete bools": [(a) => np.delete(a, [true, false], 0), m],
  "delete traced": [(a) => np.delete(a, np.abs(np.arange(2).sub(3)), { assumeUniqueIndices: true }), w],
  "fillDiagonal": [(a, b) => np.fillDiagonal(a, b, { inplace: false }), q, np.array([7, 8])],
  "put": [(a) => np.put(a, [0, -1, 9], [7, 8], { inplace: false }), i],
  "put, wrapping": [(a) => np.put(a, [7, 2], 5, { mode: "wrap", inplace: false }), m],
  "put, clipped": [(a) => np.put(a, [7, 2], 5, "clip", { inplace: false }), m],
  "place": [(a, b) => np.place(a, a.greater(0), b, { inplace: false }), m, v],
  "block": [(a, b) => np.block([[a, b], [np.zeros([1, 3]), 5]]), m, make([2, 1])],
  "block of vectors": [(a, b) => np.block([a, b, a]), v, w],
  "block of three axes": [(a) => np.block([[[a]], [[a]]]), t],
  "resize": [(a) => np.resize(a, [3, 5]), m],
  "resize to fewer": [(a) => np.resize(a, 2), m],
  "rollaxis": [(a) => np.rollaxis(a, 2), t],
  "rollaxis, start": [(a) => np.rollaxis(a, 0, -1), t],
  "matrixTranspose": [(a) => np.matrixTranspose(a), t],
  // Functions of functions
  "applyAlongAxis": [(a) => np.applyAlongAxis((row) => np.sort(row), 1, a), t],
  "applyAlongAxis, a matrix": [(a) => np.applyAlongAxis((row, k) => np.outer(row, row).get(slice(k as number)), 0, a, 1), m],
  "applyOverAxes": [(a) => np.applyOverAxes(np.sum, a, [0, 2]), t],
  "fromfunction": [() => np.fromfunction((a, b) => a.mul(3).add(b), [2, 3], { dtype: "int32" })],
  "piecewise": [(a) => np.piecewise(a, [a.less(0), a.greater(0.5), a.greater(1)], [(x) => x.neg(), 2, (x) => x.mul(x)]), t],
  "piecewise, otherwise": [(a) => np.piecewise(a, [a.less(0)], [(x, k) => x.mul(k as number), (x, k) => x.add(k as number)], 3), i],
  "derivative of piecewise": [derivative((a) => np.piecewise(a, [a.less(0)], [(x) => x.mul(x), (x) => x.mul(3)])), m],
  "choose": [(a, b) => np.choose(a, [b, b.mul(2), np.zeros(3)], { mode: "clip" }), i, v],
  "choose, wrapping": [(a, b) => np.choose(a, [b, b.mul(2)], null, "wrap"), i, v],
  "vectorize": [(a, b) => np.vectorize<NDArray[]>((x, y) => [x.add(y), x.mul(y)])(a, b), m, v],
  "vectorize, signature": [(a, b) => np.vectorize((x, y) => np.matmul(x, y), { signature: "(n,m),(m)->(n)" })(a, b), t, v],
  "vectorize, excluded": [(a, b) => np.vectorize((x, k) => k.matmul(x).sum(), { excluded: [1], signature: "(n)->()" })(a, b), m, q],
  "arrayEqual": [(a, b) => [np.arrayEqual(a, a), np.arrayEqual(a, b)], m, v],
  "arrayEqual with NaN": [(a) => [np.arrayEqual(np.sqrt(a), np.sqrt(a)), np.arrayEqual(np.sqrt(a), np.sqrt(a), true)], m],
  "arrayEquiv": [(a) => [np.arrayEquiv(a, np.expandDims(a, 0)), np.arrayEquiv(a, np.ones(5))], m],
  // Attention and other functions of nn
  "attention": [(a, b) => nn.dotProductAttention(a, b, b.mul(2)), queries, keys],
  "attention, causal": [(a, b) => nn.dotProductAttention(a, b, b, { isCausal: true, scale: 0.3 }), queries.get(0), keys.get(0)],
  "attention, bias and mask": [(a, b, c) => nn.dotProductAttention(a, b, b, c, c.greater(-1)), queries, keys, make([2, 4, 3, 5], "float32", 5)],
  "attention, lengths": [(a, b) => nn.dotProductAttention(a, b, b, {
    querySeqLengths: np.array([2, 3], "int32"), keyValueSeqLengths: np.array([4, 1], "int32"), returnResidual: true,
  }), queries, keys],
  "attention, window": [(a, b) => nn.dotProductAttention(a, b, b, { mask: make([1, 1, 3, 5], "bool"), localWindowSize: [1, 2] }), queries, keys],
  "derivative of attention": [derivative((a) => nn.dotProductAttention(a, a, a, { isCausal: true })), queries],
  "log1mexp": [(a) => nn.log1mexp(np.abs(a).add(0.01)), m],
  "derivative of log1mexp": [derivative((a) => nn.log1mexp(np.abs(a).add(0.25))), m],
  "logmeanexp": [(a) => [nn.logmeanexp(a), nn.logmeanexp(a, 1, { keepdims: true, where: a.greater(-1) })], m],
  "sparsePlus": [(a) => nn.sparsePlus(a), t],
  "derivative of sparsePlus": [derivative((a) => nn.sparsePlus(a)), t],
  "sparseSigmoid": [(a) => nn.sparseSigmoid(a), t],
  // Distributions
  "lognormal": [() => [random.lognormal(key, 0.5, [3]), random.lognormal(key)]],
  "maxwell": [() => random.maxwell(key, [2, 2])],
  "doubleSidedMaxwell": [(a) => random.doubleSidedMaxwell(key, a, 2, [2]), v],
  "pareto": [(a) => random.pareto(key, np.abs(a).add(1)), v],
  "rayleigh": [() => random.rayleigh(key, 2, { shape: [3] })],
  "weibullMin": [() => random.weibullMin(key, 2, 3, [3])],
  "triangular": [() => random.triangular(key, -1, 0.5, 2, [4])],
  "wald": [() => random.wald(key, 2, [4])],
  "geometric": [(a) => random.geometric(key, np.abs(a).div(3), [2, 3]), v],
  "multivariateNormal": [(a) => random.multivariateNormal(key, a, [[2, 1, 0], [1, 2, 0.5], [0, 0.5, 1]], [2]), v],
  "derivative of wald": [derivative((a) => random.wald(key, a.add(2))), v],
  // Without NaN
  "nanvar": [(a) => [np.nanvar(np.sqrt(a)), np.nanvar(np.sqrt(a), 1, { ddof: 1, keepdims: true }), np.nanvar(np.sqrt(a), 2, { where: a.less(0.6) })], t],
  "nanstd": [(a) => [np.nanstd(np.sqrt(a), { axis: 0 }), np.nanstd(a.greater(0))], m],
  "derivative of nanvar": [derivative((a) => np.nanvar(np.where(a.greater(1), NaN, a), { axis: 1 })), m],
  "nanquantile": [(a, b) => np.nanquantile(np.sqrt(a), b, { axis: 1 }), t, np.array([0.25, 0.8])],
  "nanquantile, kept": [(a) => np.nanquantile(np.sqrt(a), 0.3, [0, 2], { keepdims: true, method: "lower" }), t],
  "nanpercentile": [(a) => np.nanpercentile(np.sqrt(a), 75, { keepdims: true }), t],
  "nanmedian": [(a) => [np.nanmedian(np.sqrt(a)), np.nanmedian(np.sqrt(a), { axis: 0 })], m],
  // Integers and parts of floats
  "gcd": [(a, b) => np.gcd(a.mul(6), b), i, np.array([4, 9, 0], "int32")],
  "gcd, Fibonacci's numbers": [(a) => np.gcd(a, 1134903170), np.array([1836311903], "int32")],
  "lcm": [(a, b) => np.lcm(a, b), i, np.array([4, 6, 0], "int32")],
  "packbits": [(a) => [np.packbits(a), np.packbits(a, 0, { bitorder: "little" })], make([3, 11], "int32")],
  "unpackbits": [(a) => [np.unpackbits(a, { count: 13 }), np.unpackbits(a, 1, { bitorder: "little" }), np.unpackbits(a, { count: 60 })], make([2, 3], "uint8")],
  "frexp": [(a) => np.frexp(a.mul(np.array([0, 1e-3, 1e20]))), t],
  "frexp of others": [() => np.frexp([Infinity, -Infinity, 1, -1, 3e38])],
  "frexp of half floats": [(a) => np.frexp(a), make([5], "float16")],
  "derivative of frexp": [derivative((a) => np.frexp(a)[0]), w.add(3)],
  "ldexp": [(a, b) => np.ldexp(a, b), m, i3],
  "ldexp, far": [() => np.ldexp([1.5, 1, 1e30, 1e-30, 0], [127, 200, -140, 150, 5])],
  "spacing": [(a) => np.spacing(a.mul(1000)), m],
  "i0": [(a) => np.i0(a.mul(9)), t],
  "derivative of i0": [derivative((a) => np.i0(a)), t],
  // Windows and polynomials
  "bartlett": [() => [np.bartlett(5), np.bartlett(1)]],
  "blackman": [() => np.blackman(6)],
  "hamming": [() => np.hamming(6)],
  "hanning": [() => np.hanning(6)],
  "kaiser": [() => np.kaiser(6, 5)],
  "polyadd": [(a, b) => [np.polyadd(a, b), np.polyadd(b, a)], v, w],
  "polysub": [(a, b) => np.polysub(a, b), i1, v],
  "polymul": [(a, b) => np.polymul(a, b), v, w],
  "polydiv": [(a, b) => np.polydiv(a, b), w, v],
  "polydiv by a longer": [(a, b) => np.polydiv(a, b), v, w],
  "polyder": [(a) => [np.polyder(a), np.polyder(a, 2), np.polyder(a, { m: 0 })], w],
  "polyint": [(a) => [np.polyint(a), np.polyint(a, 2, [3, 4]), np.polyint(a, { m: 3, k: 2 })], v],
  "poly": [(a) => [np.poly(a), np.poly([])], v],
  // Products and histograms
  "vecdot": [(a, b) => [np.vecdot(a, b), np.vecdot(a, a, { axis: 0 })], t, v],
  "matvec": [(a, b) => np.matvec(a, b), t, v],
  "vecmat": [(a, b) => np.vecmat(a, b), make([4, 2]), t],
  "histogramdd": [(a) => np.histogramdd(a, 3).flat(), make([9, 2])],
  "histogramdd, density": [(a, b) => np.histogramdd(a, [2, [-1.5, 0, 1.5]], [[-1, 1], null], b, { density: true }).flat(), make([9, 2]), make([9], "float32", 5).add(2)],
  "histogram2d": [(a) => np.histogram2d(a, a.mul(2), [2, 3]), w],
  "histogram2d, edges": [(a) => np.histogram2d(a, a, [-1, 0, 0.5, 1]), w],
  // lax
  "lax.full": [(a) => [lax.full([2], 7, "int32"), lax.fullLike(a, 3), lax.fullLike(a, 2, "float16", [2])], i],
  "lax.tile": [(a) => lax.tile(a, [2, 1]), m],
  "lax.collapse": [(a) => [lax.collapse(a, 1), lax.collapse(a, 0, 2), lax.collapse(a, -2, { stopDimension: -1 })], t],
  "lax.broadcastToRank": [(a) => lax.broadcastToRank(a, 3), m],
  "lax.broadcastLike": [(a, b) => lax.broadcastLike(a, b), v, m],
  "lax.approxMaxK": [(a) => lax.approxMaxK(a, 2), t],
  "lax.approxMinK": [(a) => lax.approxMinK(np.swapaxes(a, 1, 2), 1, { recallTarget: 0.9 }), t],
  "lax.mulhi": [() => lax.mulhi(np.array(factors, "int32"), np.array(factors.toReversed(), "int32"))],
  "lax.mulhi, unsigned": [() => lax.mulhi(np.array(factors, "int32").astype("uint32"), np.array(factors.toReversed(), "int32").astype("uint32"))],
  "lax.mulhi, small": [() => lax.mulhi(np.array([-1, 1, 126, -128], "int8"), np.array([1, 127, 127, 127], "int8"))],
  "lax.optimizationBarrier": [(a) => lax.optimizationBarrier([a, a]), m],
  "lax.convGeneralDilatedPatches": [(a) => lax.convGeneralDilatedPatches(a, [2, 2], [1, 2], "SAME"), make([1, 2, 3, 4])],
  "lax.convGeneralDilatedPatches, features last": [(a) => lax.convGeneralDilatedPatches(a, [2], [1], [[1, 0]], { rhsDilation: [2], dimensionNumbers: ["NHC", "HIO", "NHC"] }), make([1, 5, 2])],
  "lax.scatterApply": [(a) => lax.scatterApply(a, [[0], [2]], (x) => x.mul(2), { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] }, { updateShape: [2] }), w],
  "lax.besselI0e": [(a) => [lax.besselI0e(a.mul(9)), lax.besselI1e(a.mul(9))], t],
  "derivative of lax.besselI1e": [derivative((a) => lax.besselI1e(a)), t],
};
