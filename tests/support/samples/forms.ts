/** @file Operands of a form that random numbers lack, made of a sample's input by the same function on both sides. */

import { assertNever, at } from "@lanewise/compiler/base/assert";
import { range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, mul, scalarLike } from "@lanewise/compiler/primitives/arith";
import { eq } from "@lanewise/compiler/primitives/compare";
import { broadcastInDim, transpose } from "@lanewise/compiler/primitives/linear";
import { iota } from "@lanewise/compiler/primitives/structural";
import { shifted, symmetrized } from "../oracle/linalg.ts";
import type { Tensor } from "../oracle/tensor.ts";
import type { Sample, SampleForm } from "./types.ts";

/** What outweighs the other elements of small matrices in [-1, 1). */
const shift = 3;

/** The inputs of a sample as the oracle of its primitive gets them. */
export function operandsInOracle({ inputs }: Sample<unknown>, tensors: readonly Tensor[]): Tensor[] {
  return tensors.map((tensor, index) => formInOracle(inputs[index]?.form, tensor));
}

/** The inputs of a sample as its primitive gets them. */
export function operandsOf({ inputs }: Sample<unknown>, values: readonly Value[]): Value[] {
  return values.map((value, index) => formOf(inputs[index]?.form, value));
}

function formInOracle(form: SampleForm | undefined, tensor: Tensor): Tensor {
  switch (form) {
    case undefined: return tensor;
    case "dominantDiagonal": return shifted(tensor, shift);
    case "positiveDefinite": return shifted(symmetrized(tensor), shift);
    default: return assertNever(form, "form");
  }
}

function formOf(form: SampleForm | undefined, value: Value): Value {
  switch (form) {
    case undefined: return value;
    case "dominantDiagonal": return shiftDiagonal(value);
    case "positiveDefinite": return shiftDiagonal(symmetrize(value));
    default: return assertNever(form, "form");
  }
}

function symmetrize(value: Value): Value {
  const axes = range(value.aval.shape.length);
  const turned = transpose(value, [...axes.slice(0, -2), at(axes, -1), at(axes, -2)]);
  const sum = add(value, turned);
  return mul(sum, scalarLike(sum, 0.5));
}

function shiftDiagonal(value: Value): Value {
  const { shape, dtype } = value.aval;
  const matrix = shape.slice(-2);
  const diagonal = convertElementType(eq(iota("int32", matrix, 0), iota("int32", matrix, 1)), dtype);
  const shifts = mul(diagonal, scalarLike(diagonal, shift));
  return add(value, broadcastInDim(shifts, shape, [shape.length - 2, shape.length - 1]));
}
