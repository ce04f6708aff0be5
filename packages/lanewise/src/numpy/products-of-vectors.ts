/** @file np's products of vectors and matrices over leading axes that broadcast, and the array API's other names. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { parseOptional, type Optional } from "../arguments.ts";
import { incompatibleShapes } from "../errors.ts";
import { resolveAxis } from "../ops/axes.ts";
import { matmul, vdot, type ContractionOptions } from "../ops/contract.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { resolvePrecision } from "../ops/precision.ts";
import { moveaxis } from "../ops/shape.ts";
import { vectorize1 } from "../ops/vectorize.ts";
import { namedCall1 } from "../ops/named-call.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";
import type { ProductOptions } from "./products.ts";

function extentAlong(operation: string, argument: string, { aval: { shape } }: Value, fromEnd: number): number {
  const extent = shape[shape.length - fromEnd];
  return extent ?? raise(incompatibleShapes, { operation, argument, expected: `at least ${fromEnd} axes`, got: `shape ${formatShape(shape)}`, fix: "give an array of more axes" });
}

function requireSame(operation: string, x1: Value, x2: Value, first: number, second: number): void {
  if (first === second) return;
  raise(incompatibleShapes, { operation, expected: "equal extents along the axes that are multiplied", got: `shapes ${formatShape(x1.aval.shape)} and ${formatShape(x2.aval.shape)}`, fix: "reshape an argument" });
}

export interface VecdotOptions extends ProductOptions {
  readonly axis?: number;
}

/** Sums of products along an axis (the last) of both; the other axes broadcast. @throws LW3005, LW3006 @example np.vecdot([[1, 2], [3, 4]], [1, 1]) // [3, 7] */
export function vecdot(x1: ArrayLike, x2: ArrayLike, ...rest: Optional<[], VecdotOptions>): NDArray {
  const operation = "np.vecdot";
  const { axis = -1, precision, preferredElementType } = parseOptional<VecdotOptions>({ operation, positional: [], named: ["axis", "precision", "preferredElementType"] }, rest);
  const options: ContractionOptions = { precision: resolvePrecision(operation, precision), preferredElementType: resolveOptionalDType(operation, preferredElementType) };
  const [left, right] = [read(x1, operation, "x1"), read(x2, operation, "x2")].map((value) => moveaxis(value, resolveAxis(operation, axis, value.aval.shape.length), -1)) as [Value, Value];
  requireSame(operation, left, right, at(left.aval.shape, -1), at(right.aval.shape, -1));
  return give(vectorize1(operation, [left, right], [1, 1], ([first, second]) => vdot(first as Value, second as Value, options)));
}

/** Matrices times vectors: the last axis of both; the axes in front broadcast. @throws LW3005 @example np.matvec(matrices, v) */
export function matvec(x1: ArrayLike, x2: ArrayLike): NDArray {
  const operation = "np.matvec";
  const [left, right] = [read(x1, operation, "x1"), read(x2, operation, "x2")];
  extentAlong(operation, "x1", left, 2);
  requireSame(operation, left, right, extentAlong(operation, "x1", left, 1), extentAlong(operation, "x2", right, 1));
  return give(namedCall1("matvec", null, [left, right], (args) => vectorize1(operation, args, [2, 1], ([matrix, vector]) => matmul(matrix as Value, vector as Value))));
}

/** Vectors times matrices: the last axis of the one with the last but one of the other; the axes in front broadcast. @throws LW3005 */
export function vecmat(x1: ArrayLike, x2: ArrayLike): NDArray {
  const operation = "np.vecmat";
  const [left, right] = [read(x1, operation, "x1"), read(x2, operation, "x2")];
  requireSame(operation, left, right, extentAlong(operation, "x1", left, 1), extentAlong(operation, "x2", right, 2));
  return give(namedCall1("vecmat", null, [left, right], (args) => vectorize1(operation, args, [1, 2], ([vector, matrix]) => matmul(vector as Value, matrix as Value))));
}
