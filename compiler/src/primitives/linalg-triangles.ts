/** @file Triangles of matrices and products of batches of them, as JAX's rules for linear algebra build them. */

import { at } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { range } from "../base/shape.ts";
import { scalarLiteral } from "../ir/build.ts";
import type { Value } from "../ir/types.ts";
import { add, convertElementType, selectN } from "./arith.ts";
import { eq, ge } from "./compare.ts";
import { dotGeneral } from "./contract.ts";
import { broadcastInDim, fullOf, transpose } from "./linear.ts";
import { iota } from "./structural.ts";

/** Rows and columns of the last two axes. */
export function matrixShape(shape: readonly number[]): readonly [rows: number, columns: number] {
  return [at(shape, -2), at(shape, -1)];
}

/** A matrix in front of which there are axes of a batch. */
function overBatch(matrix: Value, batch: readonly number[]): Value {
  if (batch.length === 0) return matrix;
  return broadcastInDim(matrix, [...batch, ...matrix.aval.shape], [batch.length, batch.length + 1]);
}

/** Where `row + offset >= column`. */
function isOnOrBelow(shape: readonly [number, number], offset: number): Value {
  const rows = add(iota("int32", shape, 0), scalarLiteral(offset, "int32"));
  return ge(rows, iota("int32", shape, 1));
}

/** The elements on and below a diagonal (0 the main one, negative below it), zero elsewhere. */
export function lowerTriangle(matrix: Value, diagonal = 0): Value {
  const { shape } = matrix.aval;
  const mask = isOnOrBelow(matrixShape(shape), diagonal);
  return selectN(overBatch(mask, shape.slice(0, -2)), inOrder(() => matrix, () => fullOf(0, matrix.aval)));
}

/** The elements on and above a diagonal (0 the main one, positive above it), zero elsewhere. */
export function upperTriangle(matrix: Value, diagonal = 0): Value {
  const { shape } = matrix.aval;
  const mask = isOnOrBelow(matrixShape(shape), diagonal - 1);
  return selectN(overBatch(mask, shape.slice(0, -2)), inOrder(() => fullOf(0, matrix.aval), () => matrix));
}

/** `[whenFalse, whenTrue]`, made in the order true, false. */
function inOrder(whenTrue: () => Value, whenFalse: () => Value): [Value, Value] {
  const yes = whenTrue();
  return [whenFalse(), yes];
}

/** 1 on the diagonal, 0 elsewhere. */
export function identityMatrix(dtype: DType, size: number): Value {
  const shape = [size, size];
  const rows = add(iota("int32", shape, 0), scalarLiteral(0, "int32"));
  return convertElementType(eq(rows, iota("int32", shape, 1)), dtype);
}

/** The last two axes exchanged. */
export function matrixTranspose(matrix: Value): Value {
  const rank = matrix.aval.shape.length;
  return transpose(matrix, [...range(rank - 2), rank - 1, rank - 2]);
}

/** Rows of extent 1 in front, so that the value broadcasts along a batch; JAX's expand_dims. */
export function behindOnes(value: Value, count: number): Value {
  if (count === 0) return value;
  const { shape } = value.aval;
  return broadcastInDim(value, [...new Array<number>(count).fill(1), ...shape], range(shape.length).map((axis) => axis + count));
}

/** JAX asks for products in full precision in its rules. */
const fullPrecision = "(Precision.HIGHEST, Precision.HIGHEST)";

/** The matrix products of two batches of equal shape. */
export function matrixProduct(left: Value, right: Value): Value {
  const rank = left.aval.shape.length;
  const batch = range(rank - 2);
  return dotGeneral(left, right, { contractLeft: [rank - 1], contractRight: [rank - 2], batchLeft: batch, batchRight: batch }, { precision: fullPrecision });
}

