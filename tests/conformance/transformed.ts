/** @file What the comparisons with JAX compute on this side, as the Python beside them does. */
import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { numpy as np, vjp, type NDArray } from "lanewise";

export type Run = (...args: NDArray[]) => NDArray[];

/** Cotangents of the float inputs for cotangents cos(k), cos(k + 1), ... of float result k. */
export function gradientsOf(run: Run, inputs: readonly NDArray[]): NDArray[] {
  const places = inputs.flatMap((input, index) => (isFloat(input.dtype) ? [index] : []));
  const ofFloats: Run = (...floats) => run(...inputs.map((input, index) => (places.includes(index) ? at(floats, places.indexOf(index)) : input))).filter(({ dtype }) => isFloat(dtype));
  const [outs, pull] = vjp(ofFloats, places.map((place) => at(inputs, place)));
  const cotangents = (outs as NDArray[]).map((out, index) =>
    np.array(Float64Array.from({ length: out.size }, (_, place) => Math.fround(Math.cos(place + index)))).reshape(out.shape).astype(out.dtype));
  return pull(cotangents) as NDArray[];
}

/** The same results for a batch of two: the inputs, and the inputs with every float halved. */
export function batched(inputs: readonly NDArray[]): NDArray[] {
  return inputs.map((input) => np.stack([input, isFloat(input.dtype) ? input.mul(0.5) : input]));
}
