/** @file The twins of the programs in jaxprs.py, by the same names: functions with the specs of their arguments. */

import { grad, jit, jvp, lax, linearize, numpy as np, valueAndGrad, vmap, type NDArray } from "lanewise";

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
};
