/** @file `lax.linalg`: factorisations and triangular systems as JAX's lax.linalg has them. Nothing is promoted. */

import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import { give, read } from "../numpy/operand.ts";
import * as ops from "../ops/linalg.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { readTogether } from "./operand.ts";

export interface CholeskyOptions {
  /** Takes the mean of the matrix and its transpose first (the default); otherwise only the lower triangle is read. */
  readonly symmetrizeInput?: boolean;
}

/**
 * The lower triangular L with x = L L^T, for each of the matrices of shape (..., n, n) in float32 or float64. A matrix that
 * is not positive definite gives NaN in its lower triangle.
 *
 * @throws LW3005 for matrices that are not square, LW1403 for other dtypes
 * @example lax.linalg.cholesky(np.array([[4, 2], [2, 3]])) // [[2, 0], [1, 1.4142135]]
 */
export function cholesky(x: ArrayLike, ...rest: Optional<[], CholeskyOptions>): NDArray {
  const operation = "lax.linalg.cholesky";
  const { symmetrizeInput } = parseOptional<CholeskyOptions>({ operation, positional: [], named: ["symmetrizeInput"] }, rest);
  return give(ops.cholesky(operation, read(x, operation, "x"), booleanArgument(operation, "symmetrizeInput", symmetrizeInput, true)));
}

export interface TriangularSolveOptions {
  /** Solves op(a) x = b, otherwise (the default) x op(a) = b. */
  readonly leftSide?: boolean;
  /** Which triangle of a is read; the upper one by default. */
  readonly lower?: boolean;
  /** op(a) is the transpose of a. */
  readonly transposeA?: boolean;
  /** op(a) is conjugated, which changes nothing for real numbers. */
  readonly conjugateA?: boolean;
  /** The diagonal of a counts as ones and is not read. */
  readonly unitDiagonal?: boolean;
}

/**
 * Solves triangular systems: a of shape (..., n, n), b of shape (..., n, k) on the left side and (..., k, n) on the other, or
 * with one axis less for a single column or row. The result has the shape and dtype of b. A zero on the diagonal divides.
 *
 * @throws LW1401 where shapes do not fit, LW1402 for different dtypes, LW1403 for dtypes that are no floats
 * @example lax.linalg.triangularSolve(np.array([[2, 0], [1, 1]]), np.array([2, 3]), { leftSide: true, lower: true }) // [1, 2]
 */
export function triangularSolve(a: ArrayLike, b: ArrayLike, ...rest: Optional<[], TriangularSolveOptions>): NDArray {
  const operation = "lax.linalg.triangularSolve";
  const given = parseOptional<TriangularSolveOptions>({ operation, positional: [], named: ["leftSide", "lower", "transposeA", "conjugateA", "unitDiagonal"] }, rest);
  const flag = (name: keyof TriangularSolveOptions): boolean => booleanArgument(operation, name, given[name]);
  const [matrix, right] = readTogether(operation, [a, b], ["a", "b"]) as [Value, Value];
  // Checked, though it changes nothing.
  flag("conjugateA");
  return give(ops.triangularSolve(matrix, right, {
    leftSide: flag("leftSide"), lower: flag("lower"), transposeA: flag("transposeA"), unitDiagonal: flag("unitDiagonal"),
  }));
}
