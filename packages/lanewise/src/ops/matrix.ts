/** @file Diagonals, triangles and other matrices by the places of their elements. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, scalarLike } from "@lanewise/compiler/primitives/arith";
import { ge } from "@lanewise/compiler/primitives/compare";
import { transpose } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { iota, slice } from "@lanewise/compiler/primitives/structural";
import { badArgument, badAxis } from "../errors.ts";
import { resolveAxis, resolveShape } from "./axes.ts";
import { eye } from "./create.ts";
import { where } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { padConstant } from "./pad.ts";

/**
 * The elements where the place along axis2 is that along axis1 plus `offset`: they lie one row and one element apart, so they are
 * a strided slice of the rows behind each other. Their axis is the last of the result.
 */
export function diagonal(operation: string, x: Value, offset: number, axis1: number, axis2: number): Value {
  const { shape } = x.aval;
  if (shape.length < 2) {
    raise(badArgument, { operation, argument: "a", expected: "an array of at least two axes", got: `shape ${formatShape(shape)}`, fix: "use np.diag for a vector" });
  }
  const [first, second] = [resolveAxis(operation, axis1, shape.length, "axis1"), resolveAxis(operation, axis2, shape.length, "axis2")];
  if (first === second) raise(badAxis, { operation, argument: "axis2", expected: "another axis than axis1", got: String(axis2), fix: "name two axes" });
  const rest = range(shape.length).filter((axis) => axis !== first && axis !== second);
  const kept = rest.map((axis) => at(shape, axis));
  const [rows, columns] = [at(shape, first), at(shape, second)];
  const count = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
  const behind = reshape(transpose(x, [...rest, first, second]), [...kept, rows * columns]);
  const start = count === 0 ? 0 : offset >= 0 ? offset : -offset * columns;
  const limit = count === 0 ? 0 : start + (count - 1) * (columns + 1) + 1;
  return slice(behind, [...kept.map(() => 0), start], [...kept, limit], [...kept.map(() => 1), columns + 1]);
}

/** Whether the column is at most the row plus `k`. */
function isInLowerTriangle(rows: number, columns: number, k: number): Value {
  const shape = [rows, columns];
  // A diagonal further away than the matrix is large is as good as one just outside.
  const near = Math.min(Math.max(k, -rows), columns);
  return ge(add(iota("int32", shape, 0), scalarLiteral(near, "int32")), iota("int32", shape, 1));
}

export function tri(rows: number, columns: number, k: number, dtype: DType): Value {
  return namedCall1("tri", { rows, columns, k, dtype }, [], () => convertElementType(isInLowerTriangle(rows, columns, k), dtype));
}

/** The part of each matrix below its diagonal `k`, or from it on upwards; 0 elsewhere. A call in the jaxpr. */
export function triangle(name: "tril" | "triu", x: Value, k: number): Value {
  const { shape } = x.aval;
  const operation = `np.${name}`;
  if (shape.length < 2) {
    raise(badArgument, { operation, argument: "m", expected: "an array of at least two axes", got: `shape ${formatShape(shape)}`, fix: "add axes with np.expandDims" });
  }
  return namedCall1(name, k, [x], ([operand]) => {
    const array = operand as Value;
    const zero = scalarLike(array, 0);
    const isLower = isInLowerTriangle(at(shape, -2), at(shape, -1), name === "tril" ? k : k - 1);
    return name === "tril" ? where(isLower, array, zero) : where(isLower, zero, array);
  });
}

/** The matrix with this vector on its diagonal `k`, 0 elsewhere. A call in the jaxpr. */
export function diagonalMatrix(operation: string, v: Value, k: number): Value {
  const size = at(v.aval.shape, 0) + Math.abs(k);
  resolveShape(operation, [size, size], "k");
  return namedCall1("diag", k, [v], ([vector]) => {
    const array = vector as Value;
    const row = padConstant(array, [[Math.max(0, k), Math.max(0, -k)]], scalarLike(array, 0));
    return where(eye(size, size, k, "bool"), row, scalarLike(row, 0));
  });
}
