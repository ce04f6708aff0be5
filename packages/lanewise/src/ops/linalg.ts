/** @file Linear algebra on values: cholesky and triangular systems, with JAX's forms of arguments. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import * as linalg from "@lanewise/compiler/primitives/linalg";
import { matrixTranspose } from "@lanewise/compiler/primitives/linalg-triangles";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { incompatibleShapes } from "../errors.ts";
import { add, trueDivide } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { numberLiteral, promoteInexact } from "./operands.ts";
import { vectorize1 } from "./vectorize.ts";

function requireSquare(operation: string, argument: string, { aval: { shape } }: Value): void {
  if (shape.length >= 2 && shape.at(-1) === shape.at(-2)) return;
  raise(incompatibleShapes, {
    operation, argument, expected: "square matrices in the last two axes: shape (..., n, n)", got: `shape ${formatShape(shape)}`, fix: "check which array was given",
  });
}

// Cholesky -------------------------------------------------------------------------------------------------------------

/** The lower triangular factor; of the mean of the matrix and its transpose, or of the lower triangle as it is. */
export function cholesky(operation: string, matrix: Value, symmetrizeInput: boolean): Value {
  requireSquare(operation, "x", matrix);
  return linalg.cholesky(symmetrizeInput ? trueDivide(add(matrix, matrixTranspose(matrix)), numberLiteral(2)) : matrix);
}

/** NumPy's form: any dtype of numbers, and the upper triangular factor on demand. A call of `cholesky` in the jaxpr. */
export function choleskyOfAny(operation: string, matrix: Value, upper: boolean, symmetrizeInput: boolean): Value {
  requireSquare(operation, "a", matrix);
  return namedCall1("cholesky", { upper, symmetrizeInput }, [matrix], ([a]) => {
    const lower = cholesky(operation, at(promoteInexact(operation, [a as Value]), 0), symmetrizeInput);
    return upper ? matrixTranspose(lower) : lower;
  });
}

// Triangular systems ---------------------------------------------------------------------------------------------------

/** One system per leading index; a right-hand side with one axis less is one column, or one row. */
export function triangularSolve(a: Value, b: Value, options: linalg.TriangularSolveOptions): Value {
  const { shape } = b.aval;
  if (shape.length !== a.aval.shape.length - 1) return linalg.triangularSolve(a, b, options);
  const rank = shape.length + 1;
  const axis = options.leftSide ? rank - 1 : rank - 2;
  const kept = range(rank).filter((other) => other !== axis);
  const column = broadcastInDim(b, range(rank).map((place) => (place === axis ? 1 : at(shape, kept.indexOf(place)))), kept);
  return squeeze(linalg.triangularSolve(a, column, options), [axis]);
}

/** SciPy's form: op(a) x = b, leading axes broadcast. A call of `_solve_triangular` in the jaxpr. */
export function solveTriangular(operation: string, a: Value, b: Value, options: Omit<linalg.TriangularSolveOptions, "leftSide">): Value {
  requireSquare(operation, "a", a);
  const [matrix, right] = [a.aval.shape, b.aval.shape];
  const isVector = right.length === 1;
  if (right[isVector ? 0 : right.length - 2] !== matrix.at(-1)) {
    raise(incompatibleShapes, {
      operation, argument: "b", expected: `shape (${matrix.at(-1)},) or (..., ${matrix.at(-1)}, k) for a of shape ${formatShape(matrix)}`,
      got: `shape ${formatShape(right)}`, fix: "reshape b: solutions are columns",
    });
  }
  return namedCall1("_solve_triangular", { ...options }, [a, b], (args) => vectorize1(
    operation, promoteInexact(operation, args), [2, isVector ? 1 : 2], ([x, y]) => triangularSolve(x as Value, y as Value, { ...options, leftSide: true }),
  ));
}
