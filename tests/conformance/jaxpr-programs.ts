/** @file The twins of the programs in jaxprs.py, by the same names: functions with the specs of their arguments. */

import {
  customJvp, customVjp, grad, jit, jvp, lax, linearize, numpy as np, random, valueAndGrad, vjp, vmap, type NDArray,
} from "lanewise";

const [x, m, w, b, i] = ["f32[3]", "f32[2,3]", "f32[3,4]", "f32[4]", "i32[3]"];
const number = "f32[]";
const { slice } = np;

const customDot = (u: NDArray, v: NDArray): NDArray => np.dot(u, v).pow(2);
const linearLayer = (weights: NDArray, biases: NDArray, inputs: NDArray): NDArray => np.dot(inputs, weights).add(biases);

function mlpLoss(params: [NDArray, NDArray][], inputs: NDArray, targets: NDArray): NDArray {
  let hidden = inputs;
  for (const [weights, biases] of params.slice(0, -1)) hidden = np.tanh(np.dot(hidden, weights).add(biases));
  const [weights, biases] = params.at(-1) as [NDArray, NDArray];
  return np.mean(np.dot(hidden, weights).add(biases).sub(targets).pow(2));
}

const dot = (u: NDArray, v: NDArray): NDArray => np.dot(u, v);
const matrixVector = vmap(dot, [0, null], 0);
const sinTimes = (v: NDArray): NDArray => np.sin(v).mul(v);

const [image, kernel, k] = ["f32[1,2,6,6]", "f32[3,2,3,3]", "i32[]"];
const conv = (u: NDArray, v: NDArray): NDArray => lax.convGeneralDilated(u, v, [2, 1], "SAME");
const pairSums = (u: NDArray): NDArray => lax.reduceWindow(u, 0, lax.add, [1, 2], [1, 1], "VALID");

const scaled = customJvp(function scaled(u: NDArray): NDArray {
  return np.sin(u).mul(2);
}, {
  jvp: function scaled_jvp([u]: [NDArray], [t]: [NDArray]): [NDArray, NDArray] {
    return [scaled(u) as NDArray, np.cos(u).mul(t)];
  },
});

const clipped = customVjp(function clipped(u: NDArray): NDArray {
  return u.mul(1);
}, {
  fwd: function clipped_fwd(u: NDArray): [NDArray, NDArray] {
    return [clipped(u) as NDArray, u];
  },
  bwd: function clipped_bwd(u: NDArray, ct: NDArray): [NDArray] {
    return [ct.mul(np.cos(u))];
  },
});

const double = jit((u: NDArray) => u.mul(2));

type Program = readonly [run: (...args: never[]) => unknown, specs: readonly unknown[]];

export const jaxprPrograms: Readonly<Record<string, Program>> = {
  "affine": [(v: NDArray) => v.mul(2).add(1), [x]],
  "customDot": [customDot, [x, x]],
  "vmap(customDot)": [vmap(customDot), [m, m]],
  "jit(vmap(customDot))": [jit(vmap(customDot)), [m, m]],
  "matrixVector": [matrixVector, [m, x]],
  "matrixMatrix": [vmap(matrixVector, [null, 1], 1), [m, w]],
  "linearLayer": [vmap(linearLayer, [null, null, 0]), [w, b, "f32[5,3]"]],
  "rankPromotion": [(u: NDArray, v: NDArray) => u.add(v), [x, m]],
  "integerAndFloat": [(u: NDArray, v: NDArray) => u.add(v), [i, x]],
  "integerTimesNumber": [(u: NDArray) => u.mul(3), [i]],
  "mean": [(u: NDArray) => np.mean(u), [m]],
  "maxOverAxis": [(u: NDArray) => np.max(u, { axis: 1 }), [m]],
  "transposeAndReshape": [(u: NDArray) => u.T.reshape(-1), [m]],
  "slices": [(u: NDArray) => u.get(slice(1)).mul(u.get(slice(0, -1))), [x]],
  "padAndConcatenate": [(u: NDArray) => np.concatenate([lax.pad(u, 0, [[1, 1, 0]]), u]), [x]],
  "elementwise": [
    (u: NDArray) => [
      u.sub(1), u.div(2), u.neg(), np.exp(u), np.log(u), np.sqrt(u), np.cos(u), u.pow(2.5), u.pow(3), np.maximum(u, 0), np.minimum(u, u),
    ],
    [x],
  ],
  "comparisons": [(u: NDArray, v: NDArray) => [u.less(v), u.greaterEqual(v), u.notEqual(v), u.equal(1)], [x, x]],
  "convert": [(u: NDArray) => u.astype("int32"), [x]],
  "select": [(u: NDArray) => lax.selectN(u.greater(0), u, u.mul(2)), [x]],
  "grad(sin(x)*x)": [grad(sinTimes), [number]],
  "jit(grad(sin(x)*x))": [jit(grad((v: NDArray) => np.sin(v).mul(v))), [number]],
  "vmap(grad(sin(x)*x))": [vmap(grad(sinTimes)), [x]],
  "grad(jit(sin(x)*x))": [grad(jit((v: NDArray) => np.sin(v).mul(v))), [number]],
  "grad(sum(tanh**2))": [grad((v: NDArray) => np.sum(np.tanh(v).pow(2))), [x]],
  "grad(swish)": [grad((v: NDArray) => v.div(np.add(1, np.exp(v.neg())))), [number]],
  "grad(max)": [grad((v: NDArray) => np.max(v)), [x]],
  "grad(relu)": [grad((v: NDArray) => np.sum(np.maximum(v, 0))), [x]],
  "grad(grad(x**3))": [grad(grad((v: NDArray) => v.pow(3))), [number]],
  "grad(slices)": [grad((v: NDArray) => np.sum(v.get(slice(1)).mul(v.get(slice(0, -1))))), [x]],
  "grad(broadcast)": [grad((v: NDArray) => np.sum(np.broadcastTo(v, [4, 3]).pow(2))), [x]],
  "jvp": [(u: NDArray, t: NDArray) => jvp((v: NDArray) => v.pow(2).add(np.exp(v).mul(3)), [u], [t]), [number, number]],
  "linearize(sin)": [(u: NDArray) => linearize((v: NDArray) => np.sin(v), [u])[1](u), [x]],
  "valueAndGrad(mlp)": [
    (p: [NDArray, NDArray][], u: NDArray, v: NDArray) => valueAndGrad(mlpLoss)(p, u, v),
    [[[w, b], ["f32[4,2]", "f32[2]"]], "f32[5,3]", "f32[5,2]"],
  ],
  "jitOfJit": [jit((u: NDArray) => jit((v: NDArray) => np.sin(v).mul(2))(u)), [x]],
  "reductions": [(u: NDArray) => [np.sum(u, 0), np.prod(u, 1), np.min(u), np.max(u, [0, 1])], [m]],
  "argmax": [(u: NDArray) => [lax.argmax(u, 1, "int32"), lax.argmin(u, 0, "int32")], [m]],
  "grad(prod)": [grad((u: NDArray) => np.prod(u)), [x]],
  "jvp(max)": [(u: NDArray, t: NDArray) => jvp((v: NDArray) => np.max(v), [u], [t]), [x, x]],
  "vmap(sum)": [vmap((u: NDArray) => np.sum(u)), [m]],
  "cumulative": [(u: NDArray) => [lax.cumsum(u), lax.cumprod(u, { reverse: true }), lax.cummax(u), lax.cummin(u), lax.cumlogsumexp(u)], [x]],
  "grad(cumsum)": [grad((u: NDArray) => np.sum(lax.cumsum(u))), [x]],
  "vmap(cumsum)": [vmap((u: NDArray) => lax.cumsum(u)), [m]],
  "reduceWindow": [pairSums, [m]],
  "grad(reduceWindow)": [grad((u: NDArray) => np.sum(pairSums(u))), [m]],
  "sort": [(u: NDArray, v: NDArray) => [lax.sort(u), lax.sort([u, v], { numKeys: 1 })], [x, i]],
  "vmap(sort)": [vmap((u: NDArray) => lax.sort(u)), [m]],
  "topK": [(u: NDArray) => lax.topK(u, 2), [m]],
  "dynamicSlice": [(u: NDArray, start: NDArray) => lax.dynamicSlice(u, [start], [2]), [x, k]],
  "dynamicUpdateSlice": [(u: NDArray, start: NDArray) => lax.dynamicUpdateSlice(u, u.get(slice(null, 2)), [start]), [x, k]],
  "grad(dynamicSlice)": [grad((u: NDArray, start: NDArray) => np.sum(lax.dynamicSlice(u, [start], [2]))), [x, k]],
  "vmap(dynamicSlice)": [vmap((u: NDArray, start: NDArray) => lax.dynamicSlice(u, [start], [2])), ["f32[3,3]", i]],
  "indexing": [(u: NDArray, places: NDArray) => u.get(places), [x, i]],
  "grad(indexing)": [grad((u: NDArray, places: NDArray) => np.sum(u.get(places))), [x, i]],
  "indexedUpdate": [(u: NDArray, places: NDArray) => u.at(places).add(1), [x, i]],
  "conv": [conv, [image, kernel]],
  "grad(conv)": [grad((u: NDArray, v: NDArray) => np.sum(conv(u, v)), [0, 1]), [image, kernel]],
  "vmap(conv)": [vmap(conv, [0, null]), ["f32[4,1,2,6,6]", kernel]],
  "dotGeneral": [(u: NDArray, v: NDArray) => lax.dotGeneral(u, v, [[[2], [1]], [[0], [0]]]), ["f32[5,2,3]", "f32[5,3,4]"]],
  "vjp(dot)": [(u: NDArray, v: NDArray, ct: NDArray) => vjp(dot, [u, v])[1](ct), [m, w, "f32[2,4]"]],
  "random": [(key: NDArray) => [random.bits(key, [2]), random.split(key), random.foldIn(key, 3)], ["key<fry>[]"]],
  "vmap(bits)": [vmap((key: NDArray) => random.bits(key, [2])), ["key<fry>[3]"]],
  "key": [(seed: NDArray) => random.keyData(random.key(seed)), [k]],
  "cholesky": [(u: NDArray) => lax.linalg.cholesky(u, { symmetrizeInput: false }), ["f32[3,3]"]],
  "triangularSolve": [(u: NDArray, v: NDArray) => lax.linalg.triangularSolve(u, v, { leftSide: false, lower: true, transposeA: true }), ["f32[3,3]", m]],
  "grad(triangularSolve)": [grad((v: NDArray, u: NDArray) => np.sum(lax.linalg.triangularSolve(u, v, { leftSide: false, lower: true }))), [m, "f32[3,3]"]],
  "customJvp": [scaled, [x]],
  "jvp(customJvp)": [(u: NDArray, t: NDArray) => jvp(scaled, [u], [t]), [x, x]],
  "vmap(customJvp)": [vmap(scaled), [m]],
  "grad(customJvp)": [grad((u: NDArray) => np.sum(scaled(u))), [x]],
  "customVjp": [clipped, [x]],
  "vmap(customVjp)": [vmap(clipped), [m]],
  "grad(customVjp)": [grad((u: NDArray) => np.sum(clipped(u))), [x]],
  "nestedJitTwice": [jit((u: NDArray) => double(u).add(double(u))), [x]],
  "vmap(jit)": [vmap(jit((u: NDArray) => np.sum(u).mul(u))), [m]],
  "vmap(grad(jit))": [vmap(grad(jit((u: NDArray) => np.sum(u.mul(u))))), [m]],
  "jvp(jit)": [(u: NDArray, t: NDArray) => jvp(jit(function sin(v: NDArray) { return np.sin(v); }), [u], [t]), [x, x]],
  "stopGradient": [grad((u: NDArray) => u.mul(lax.stopGradient(u))), [number]],
  "movement": [
    (u: NDArray) => [lax.rev(u, [1]), lax.expandDims(u, [0]), lax.squeeze(u.get(slice(null, 1)), [0]), lax.broadcastInDim(u, [4, 2, 3], [1, 2]), lax.iota("int32", 4)],
    [m],
  ],
  "bits": [
    (u: NDArray) => [
      np.bitwiseAnd(u, 3), np.bitwiseOr(u, u), np.bitwiseNot(u), lax.shiftLeft(u, u), lax.shiftRightLogical(u, u), lax.populationCount(u), lax.clz(u),
      lax.bitcastConvertType(u, "float32"),
    ],
    [i],
  ],
  "special": [
    (u: NDArray) => [lax.erf(u), lax.lgamma(u), lax.digamma(u), lax.erfInv(u), lax.atan2(u, u), lax.nextafter(u, u), lax.clamp(0, u, 1)],
    [x],
  ],
};
