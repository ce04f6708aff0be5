/** @file Operands of a form that random numbers lack, made of a sample's input by the same function on both sides. */

import { assertNever, at } from "@lanewise/compiler/base/assert";
import { numpy as np, type NDArray } from "lanewise";
import { shifted, symmetrized } from "../oracle/linalg.ts";
import type { Tensor } from "../oracle/tensor.ts";
import type { SampleForm } from "./types.ts";

/** What outweighs the other elements of small matrices in [-1, 1). */
const shift = 3;

export function formInOracle(form: SampleForm | undefined, tensor: Tensor): Tensor {
  switch (form) {
    case undefined: return tensor;
    case "dominantDiagonal": return shifted(tensor, shift);
    case "positiveDefinite": return shifted(symmetrized(tensor), shift);
    default: return assertNever(form, "form");
  }
}

export function formOnDevice(form: SampleForm | undefined, array: NDArray): NDArray {
  const shifts = (): NDArray => np.multiply(np.eye(at(array.shape, -1), { dtype: array.dtype }), shift);
  switch (form) {
    case undefined: return array;
    case "dominantDiagonal": return np.add(array, shifts());
    case "positiveDefinite": return np.add(np.multiply(np.add(array, np.swapaxes(array, -1, -2)), 0.5), shifts());
    default: return assertNever(form, "form");
  }
}
