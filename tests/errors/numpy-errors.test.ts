/** @file Bad arguments of the larger functions of np, lax, nn and random: the code, and the fact that says what was wrong. */

import { jit, lax, nn, numpy as np, random, type NDArray } from "lanewise";
import { expect, test } from "vitest";
import { failureOf } from "../support/failures.ts";

const m = np.ones([2, 3]);
const v = np.ones([3]);
const untyped = np as unknown as Readonly<Record<string, (...args: readonly unknown[]) => NDArray>>;
const call = (name: string, ...args: readonly unknown[]) => (): unknown => untyped[name]?.(...args);

const untypedAttention = nn.dotProductAttention as unknown as (...args: readonly unknown[]) => NDArray;

test.each<[string, () => unknown, string, string]>([
  ["einsum: too few operands", call("einsum", "ij,jk->ik", m), "LW3007", "has 2"],
  ["einsum: an output of its own", call("einsum", "ij->ijk", m), "LW3007", 'k in "ijk"'],
  ["einsum: an output twice", call("einsum", "ij->iij", m), "LW3007", '"iij"'],
  ["einsum: too few labels", call("einsum", "i->i", m), "LW3007", "(2, 3)"],
  ["einsum: two extents", call("einsum", "ij,ij", m, m.T), "LW3005", "2 and 3"],
  ["einsum: no letter", call("einsum", "i1", m), "LW3007", '"1" in "i1"'],
  ["einsum: two arrows", call("einsum", "ij->ji->ij", m), "LW3007", "at most one ->"],
  ["einsum: two ellipses", call("einsum", "...i...", m), "LW3007", "one ellipsis"],
  ["einsum: no notation", call("einsum", m, m), "LW3007", "a string"],
  ["einsum: an unknown option", call("einsum", "ij", m, { order: 1 }), "LW3007", "one named order"],
  ["cross: four components", call("cross", np.ones([4]), v), "LW3005", "(4,)"],
  ["tile: negative", call("tile", m, -1), "LW3007", "-1"],
  ["vstack: rows of two lengths", call("vstack", [v, np.ones([2])]), "LW3005", "arrays[1]"],
  ["hstack: no arrays", call("hstack", []), "LW3007", "empty list"],
  ["tril of a vector", call("tril", v), "LW3007", "(3,)"],
  ["tri of a fraction", call("tri", 2, { k: 0.5 }), "LW3007", "0.5"],
  ["diag of three axes", call("diag", np.ones([2, 2, 2])), "LW3007", "np.diagonal"],
  ["diagonal of one axis twice", call("diagonal", m, 0, 1, 1), "LW3006", "another axis"],
  ["meshgrid of a matrix", call("meshgrid", v, m), "LW3007", "xi[1]"],
  ["meshgrid in another order", call("meshgrid", v, { indexing: "yx" }), "LW3007", "yx"],
  ["broadcastShapes that do not", call("broadcastShapes", [2], [3]), "LW3005", "(2,) and (3,)"],
  ["rot90 in one axis", call("rot90", m, 1, [0, 0]), "LW3006", "[0, 0]"],
  ["searchsorted in a matrix", call("searchsorted", m, 1), "LW3007", "(2, 3)"],
  ["searchsorted on no side", call("searchsorted", v, 1, "up"), "LW3007", "up"],
  ["interp with a missing value", call("interp", 1, [1, 2], [1]), "LW3007", "2 points and 1 values"],
  ["select of no bools", call("select", [m], [m]), "LW3007", "condlist[0]"],
  ["select of two and one", call("select", [m.greater(0), m.less(0)], [m]), "LW3007", "a list of 2 and a list of 1"],
  ["bincount of floats", call("bincount", v), "LW3008", "f32[3]"],
  ["bincount under jit", () => jit((x: NDArray) => np.bincount(x))(np.array([0, 5], "int32")), "LW3007", "{ length: n }"],
  ["bincount with too few weights", call("bincount", np.array([0, 5], "int32"), v), "LW3007", "(3,)"],
  ["histogram of no bins", call("histogram", v, 0), "LW3007", "0"],
  ["convolve with nothing", call("convolve", v, []), "LW3007", "none"],
  ["correlate in another mode", call("correlate", v, v, "half"), "LW3007", "half"],
  ["polyval of a number", call("polyval", 1, v), "LW3007", "0-d"],
  ["trapezoid of nothing", call("trapezoid", np.zeros([0])), "LW3007", "(0,)"],
  ["geomspace of a negative number of numbers", call("geomspace", 1, 2, -3), "LW3007", "-3"],
  ["pad in no mode", call("pad", v, 1, "around"), "LW3007", "around"],
  ["pad with an option of another mode", call("pad", v, 1, { mode: "edge", constantValues: 1 }), "LW3007", "constantValues"],
  ["pad by a negative width", call("pad", v, -1, "edge"), "LW3007", "-1"],
  ["pad one axis by a pair and one by a number", call("pad", m, [[1, 2], [3]]), "LW3007", "a list of 1"],
  ["pad by a fraction", call("pad", v, [[0.5, 1]]), "LW3007", "a list of 2"],
  ["pad an empty axis by its edge", call("pad", np.zeros([0]), 1, "edge"), "LW3007", "(0,)"],
  ["pad with constants of another shape", call("pad", m, 1, { constantValues: [1, 2, 3] }), "LW3005", "(3,)"],
  ["pad with a statistic of nothing", call("pad", v, 1, { mode: "mean", statLength: 0 }), "LW3007", "statLength"],
  ["pad mirrored strangely", call("pad", v, 1, { mode: "reflect", reflectType: "both" }), "LW3007", "both"],
  ["reshape in another order", call("reshape", m, [3, 2], "K"), "LW3007", "K"],
  ["nonzero of a number", call("nonzero", 1), "LW3007", "0-d"],
  ["nonzero under jit", () => jit((x: NDArray) => np.nonzero(x))(v), "LW3007", "{ size: n }"],
  ["nonzero of a negative size", call("nonzero", v, { size: -1 }), "LW3007", "-1"],
  ["nonzero with fill values of another rank", call("nonzero", m, { fillValue: [1] }), "LW3007", "2 axes"],
  ["where with x alone", call("where", v, v), "LW3007", "one of x and y"],
  ["where with x, y and a size", call("where", v, v, v, { size: 2 }), "LW3007", "both"],
  ["unravelIndex of floats", call("unravelIndex", v, [2, 2]), "LW3008", "f32[3]"],
  ["ravelMultiIndex with too few coordinates", call("ravelMultiIndex", [[1]], [2, 2]), "LW3007", "a list of 1"],
  ["ravelMultiIndex outside", call("ravelMultiIndex", [[1], [2]], [2, 2]), "LW3007", "got:      2"],
  ["ravelMultiIndex under jit", () => jit((x: NDArray) => np.ravelMultiIndex([x], [2]))(np.int32(1)), "LW3007", "a traced array"],
  ["ravelMultiIndex in too small a dtype", call("ravelMultiIndex", [[1]], [1000], { dtype: "int8" }), "LW3007", "999"],
  ["trilIndices of a fraction", call("trilIndices", 2.5), "LW3007", "2.5"],
  ["diagIndicesFrom of unequal extents", call("diagIndicesFrom", m), "LW3007", "(2, 3)"],
  ["maskIndices without a function", call("maskIndices", 2, 1), "LW3007", "number 1"],
  ["ix_ of a matrix", call("ix_", m), "LW3007", "args[0]"],
  ["gradient of one sample", call("gradient", [1]), "LW3007", "1 along axis 0"],
  ["gradient with too many distances", call("gradient", v, 1, 2), "LW3007", "2"],
  ["gradient with places that are too few", call("gradient", v, [1, 2]), "LW3007", "(2,)"],
  ["cumulativeSum without an axis", call("cumulativeSum", m), "LW3007", "name the axis"],
  ["cov of three axes", call("cov", np.ones([2, 2, 2])), "LW3007", "(2, 2, 2)"],
  ["cov with too few weights", call("cov", m, { aweights: [1] }), "LW3007", "3 weights"],
  ["cov with frequencies that are no integers", call("cov", m, { fweights: v }), "LW3007", "aweights"],
  ["corrcoef in integers", call("corrcoef", m, { dtype: "int32" }), "LW3007", "int32"],
  ["resultType of nothing", call("resultType"), "LW3007", "nothing"],
  ["promoteTypes of no dtype", call("promoteTypes", "int32", "text"), "LW3004", "text"],
  ["canCast by no rule", call("canCast", "int32", "int8", "maybe"), "LW3007", "maybe"],
  ["isdtype of no kind", call("isdtype", "int32", "whole"), "LW3007", "whole"],
  ["unique under jit", () => jit((x: NDArray) => np.unique(x))(v), "LW3007", "{ size: n }"],
  ["unique of a negative size", call("unique", v, { size: -1 }), "LW3007", "-1"],
  ["unique of nothing, to a size", call("unique", [], { size: 2 }), "LW3007", "fillValue"],
  ["unique along no axis", call("unique", m, { axis: 2 }), "LW3006", "got:      2"],
  ["unique with a word for a truth", call("unique", m, "yes"), "LW3007", "returnIndex"],
  ["intersect1d under jit", () => jit((x: NDArray) => np.intersect1d(x, x))(v), "LW3007", "{ size: n }"],
  ["partition at no place", call("partition", v, 3), "LW3006", "kth"],
  ["insert at a fraction", call("insert", v, 0.5, 1), "LW3008", "f32"],
  ["insert at places of two axes", call("insert", v, [[0]], 1), "LW3007", "(1, 1)"],
  ["delete outside", call("delete", v, 3), "LW3006", "got:      3"],
  ["delete by too few bools", call("delete", v, [true]), "LW3007", "3 bools"],
  ["delete under jit", () => jit((place: NDArray) => np.delete(v, place))(np.int32(1)), "LW3007", "assumeUniqueIndices"],
  ["fillDiagonal in place", call("fillDiagonal", m, 1), "LW3007", "inplace: false"],
  ["fillDiagonal of a vector", call("fillDiagonal", v, 1, { inplace: false }), "LW3007", "(3,)"],
  ["put in another mode", call("put", v, 1, 1, { mode: "raise", inplace: false }), "LW3007", "raise"],
  ["place by too short a mask", call("place", v, [true], 1, { inplace: false }), "LW3007", "3 elements"],
  ["place without values", call("place", v, v, [], { inplace: false }), "LW3007", "(0,)"],
  ["trimZeros under jit", () => jit((x: NDArray) => np.trimZeros(x))(v), "LW3007", "traced"],
  ["trimZeros at another end", call("trimZeros", v, "x"), "LW3007", '"x"'],
  ["block of an empty list", call("block", [[m], []]), "LW3007", "arrays[1]"],
  ["block of lists of two depths", call("block", [[m], m]), "LW3007", "different depths"],
  ["resize to a negative extent", call("resize", v, -1), "LW3007", "-1"],
  ["rollaxis to no place", call("rollaxis", m, 0, 3), "LW3006", "got:      3"],
  ["matrixTranspose of a vector", call("matrixTranspose", v), "LW3007", "(3,)"],
  ["applyAlongAxis without a function", call("applyAlongAxis", 1, 0, v), "LW3007", "func1d"],
  ["applyOverAxes of a function that reduces more", call("applyOverAxes", (x: NDArray) => x.sum(), m, [0]), "LW3007", "0 axes"],
  ["piecewise with too few functions", call("piecewise", v, [v.less(0), v.greater(1)], [1]), "LW3007", "2 functions"],
  ["choose outside", call("choose", np.array([2], "int32"), [v, v]), "LW3007", "got:      2"],
  ["choose by floats", call("choose", [0.5], [v]), "LW3007", "f32[1]"],
  ["vectorize without a function", call("vectorize", 3), "LW3007", "pyfunc"],
  ["vectorize by no signature", call("vectorize", () => 1, { signature: "n->m" }), "LW3007", "n->m"],
  ["vectorize of two extents", () => np.vectorize((a, b) => a.add(b), { signature: "(n),(n)->(n)" })(v, [1, 2]), "LW3005", "extent 3 along n"],
  ["vectorize with too few axes", () => np.vectorize((a) => a, { signature: "(n,m)->(n)" })(v), "LW3005", "(n,m)"],
  ["vectorize with a result of other axes", () => np.vectorize((a) => a, { signature: "(n)->()" })(v), "LW3005", "pyfunc"],
  ["attention with keys of another size", () => nn.dotProductAttention(np.ones([1, 2, 1, 3]), np.ones([1, 2, 1, 4]), np.ones([1, 2, 1, 4])), "LW3005", "(1, 2, 1, 3)"],
  ["attention with too few heads", () => nn.dotProductAttention(np.ones([1, 2, 3, 4]), np.ones([1, 2, 2, 4]), np.ones([1, 2, 2, 4])), "LW3005", "got:      3"],
  ["attention of two dtypes", () => nn.dotProductAttention(np.ones([2, 1, 4]), np.ones([2, 1, 4], "float16"), np.ones([2, 1, 4])), "LW3007", "float16"],
  ["attention with a mask of floats", () => nn.dotProductAttention(np.ones([2, 1, 4]), np.ones([2, 1, 4]), np.ones([2, 1, 4]), { mask: np.ones([2, 2]) }), "LW3007", "mask"],
  ["attention with an unknown option", () => untypedAttention(np.ones([2, 1, 4]), np.ones([2, 1, 4]), np.ones([2, 1, 4]), { causal: true }), "LW3007", "one named causal"],
  ["attention with no window", () => untypedAttention(np.ones([2, 1, 4]), np.ones([2, 1, 4]), np.ones([2, 1, 4]), { localWindowSize: "far" }), "LW3007", "far"],
  ["logmeanexp along no axis", () => nn.logmeanexp(v, 1), "LW3006", "got:      1"],
  ["pareto in a shape that does not hold its parameter", () => random.pareto(random.key(0), v, [2]), "LW3005", "(3,)"],
  ["rayleigh in integers", () => random.rayleigh(random.key(0), 1, [2], "int32"), "LW3004", "int32"],
  ["geometric in floats", () => random.geometric(random.key(0), 0.5, [2], "float32"), "LW3007", "float32"],
  ["lognormal without a key", () => random.lognormal(v, 1), "LW3007", "random.key"],
  ["multivariateNormal of two sizes", () => random.multivariateNormal(random.key(0), v, np.eye(2)), "LW3005", "(2, 2)"],
  ["multivariateNormal by another method", () => random.multivariateNormal(random.key(0), v, np.eye(3), { method: "svd" as "cholesky" }), "LW3007", "svd"],
  ["nanquantile of nothing", call("nanquantile", [], 0.5), "LW3018", "(0,)"],
  ["nanmedian along no axis", call("nanmedian", v, 1), "LW3006", "got:      1"],
  ["nanvar in integers", call("nanvar", v, { dtype: "int32" }), "LW3007", "int32"],
  ["gcd of floats", call("gcd", v, v), "LW3007", "f32[3]"],
  ["packbits of floats", call("packbits", [0.5]), "LW3007", "f32[1]"],
  ["packbits in another order", call("packbits", [1], { bitorder: "mixed" }), "LW3007", "mixed"],
  ["unpackbits of int32", call("unpackbits", np.array([1], "int32")), "LW3007", "i32[1]"],
  ["ldexp by floats", call("ldexp", v, [0.5]), "LW3007", "np.exp2"],
  ["hamming of a fraction", call("hamming", 2.5), "LW3007", "2.5"],
  ["polyadd of a matrix", call("polyadd", m, v), "LW3007", "a1"],
  ["polydiv by nothing", call("polydiv", v, []), "LW3007", "none"],
  ["polymul without leading zeros under jit", () => jit((x: NDArray) => np.polymul(x, x, { trimLeadingZeros: true }))(v), "LW3007", "traced"],
  ["polyder of a negative order", call("polyder", v, -1), "LW3007", "-1"],
  ["polyint with too many constants", call("polyint", v, 1, [1, 2]), "LW3007", "(2,)"],
  ["poly of a matrix", call("poly", np.eye(2)), "LW3007", "eigenvalues"],
  ["vecdot of two extents", call("vecdot", v, [1, 2]), "LW3005", "(2,)"],
  ["matvec of a vector", call("matvec", v, v), "LW3005", "x1"],
  ["histogramdd of a vector", call("histogramdd", v), "LW3007", "(3,)"],
  ["histogramdd with too few bins", call("histogramdd", m, [2]), "LW3007", "a list of 1"],
  ["histogram2d of two lengths", call("histogram2d", v, [1]), "LW3007", "(1,)"],
  ["lax.full of an array", () => lax.full([2], [1, 2]), "LW3007", "(2,)"],
  ["lax.tile by too few counts", () => lax.tile(m, [2]), "LW3007", "a list of 1"],
  ["lax.collapse backwards", () => lax.collapse(m, 1, 0), "LW3007", "got:      0"],
  ["lax.broadcastToRank of more axes", () => lax.broadcastToRank(m, 1), "LW3007", "got:      1"],
  ["lax.mulhi of floats", () => lax.mulhi(v, v), "LW3007", "f32[3]"],
  ["lax.mulhi of two dtypes", () => lax.mulhi(np.int32(1), np.uint32(1)), "LW1402", "i32"],
  ["lax.approxMaxK of too many", () => lax.approxMaxK(v, 4), "LW1404", "4"],
  ["lax.approxMaxK along no axis", () => lax.approxMaxK(v, 1, 1), "LW3006", "reductionDimension"],
  ["lax.scatterApply without a function", () => lax.scatterApply(v, [[0]], 1 as unknown as () => NDArray, { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] }), "LW3007", "func"],
  ["compress by a matrix", call("compress", m, m), "LW3007", "(2, 3)"],
])("%s", (_, run, code, fact) => {
  const failure = failureOf(run);
  expect(failure.code).toBe(code);
  expect(failure.message).toContain(fact);
});

test("results are as long as there are places", () => {
  const x = np.array([[0, 5], [7, 0]]);
  expect(np.nonzero(x).map((place) => place.toArraySync())).toEqual([[0, 1], [1, 0]]);
  expect(np.argwhere(x).toArraySync()).toEqual([[0, 1], [1, 0]]);
  expect(np.flatnonzero(np.zeros([3])).shape).toEqual([0]);
  expect(np.where(x.greater(6)).map((place) => place.toArraySync())).toEqual([[1], [0]]);
  expect(np.compress([true, false, true], [1, 2, 3]).toArraySync()).toEqual([1, 3]);
  expect(np.compress([false, true, true], x, 0).toArraySync()).toEqual([[7, 0]]);
  expect(np.extract(x.greater(0), x).toArraySync()).toEqual([5, 7]);
  expect(np.bincount(np.array([0, 2, 2, -4], "int32")).toArraySync()).toEqual([2, 0, 2]);
});

test("sets are as long as there are elements", () => {
  expect(np.unique([3, 1, 3]).toArraySync()).toEqual([1, 3]);
  expect(np.unique([3, 1, 3], { returnCounts: true }).map((part) => part.toArraySync())).toEqual([[1, 3], [1, 2]]);
  expect(np.unique([]).shape).toEqual([0]);
  expect(np.unique(np.ones([2, 0]), { axis: 0, returnCounts: true }).map(({ shape }) => shape)).toEqual([[1, 0], [1]]);
  expect(np.intersect1d([1, 2, 3], [3, 2, 4], { returnIndices: true }).map((part) => part.toArraySync())).toEqual([[2, 3], [1, 2], [1, 0]]);
  expect(np.setxor1d([1, 2], [2, 3]).toArraySync()).toEqual([1, 3]);
  expect(np.setdiff1d([1, 2, 3, 3], [2]).toArraySync()).toEqual([1, 3]);
  expect(np.setdiff1d([], [2]).shape).toEqual([0]);
  expect(np.trimZeros([[0, 0], [0, 1]]).toArraySync()).toEqual([[1]]);
  expect(np.trimZeros([0, 0]).shape).toEqual([0]);
  expect(np.trimZeros([0, 1, 0], "f").toArraySync()).toEqual([1, 0]);
});

test("empty arrays compute", () => {
  expect(np.einsum("ij,ij->j", np.zeros([0, 3]), np.zeros([0, 3])).toArraySync()).toEqual([0, 0, 0]);
  expect(np.searchsorted(np.zeros([0]), v).toArraySync()).toEqual([0, 0, 0]);
  expect(np.histogram(np.zeros([0]), 2)[0].toArraySync()).toEqual([0, 0]);
  expect(np.isin(v, []).toArraySync()).toEqual([false, false, false]);
  expect(np.bincount(np.array([], "int32"), { minlength: 2 }).toArraySync()).toEqual([0, 0]);
  expect(np.trapezoid([5]).itemSync()).toBe(0);
  expect(np.digitize(v, []).toArraySync()).toEqual([0, 0, 0]);
});

test("questions about dtypes", () => {
  expect(np.promoteTypes("int32", "float16")).toBe("float16");
  expect(np.resultType(np.int32(2), "uint8", 1.5)).toBe("float32");
  expect(np.canCast("int16", "float32")).toBe(true);
  expect(np.canCast("int32", "float32")).toBe(false);
  expect(np.canCast("float32", "float16", "same_kind")).toBe(true);
  expect(np.canCast("int32", "uint32", { casting: "same_kind" })).toBe(false);
  expect(np.isdtype("uint8", ["bool", "integral"])).toBe(true);
  expect(np.isdtype("float16", "float32")).toBe(false);
  expect(np.issubdtype("int8", "unsignedInteger")).toBe(false);
  expect([np.isscalar(np.int32(1)), np.isscalar(v), np.iterable(v), np.iterable(1), np.iscomplexobj(v)]).toEqual([true, false, true, false, false]);
  expect(np.astype(v, "int8").dtype).toBe("int8");
});
