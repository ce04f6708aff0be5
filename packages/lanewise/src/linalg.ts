/** @file The namespace `linalg`: linear algebra with the arguments of NumPy and SciPy, which promotes dtypes. */

import { raise } from "@lanewise/compiler/base/errors";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "./arguments.ts";
import { badArgument } from "./errors.ts";
import { give, read } from "./numpy/operand.ts";
import * as ops from "./ops/linalg.ts";
import type { ArrayLike, NDArray } from "./types.ts";

export interface CholeskyOptions {
  /** Gives the upper triangular U with a = U^T U instead of the lower triangular L with a = L L^T. */
  readonly upper?: boolean;
  /** Takes the mean of the matrix and its transpose first (the default); otherwise only the lower triangle is read. */
  readonly symmetrizeInput?: boolean;
}

/**
 * The Cholesky factor of each of the symmetric positive definite matrices of shape (..., n, n); integers become floats. A
 * matrix that is not positive definite gives NaN.
 *
 * @throws LW3005 for matrices that are not square, LW1403 for float16 and bfloat16
 * @example np.linalg.cholesky(np.array([[4, 2], [2, 3]])) // [[2, 0], [1, 1.4142135]]
 */
export function cholesky(a: ArrayLike, ...rest: Optional<[], CholeskyOptions>): NDArray {
  const operation = "np.linalg.cholesky";
  const { upper, symmetrizeInput } = parseOptional<CholeskyOptions>({ operation, positional: [], named: ["upper", "symmetrizeInput"] }, rest);
  return give(ops.choleskyOfAny(
    operation, read(a, operation, "a"), booleanArgument(operation, "upper", upper), booleanArgument(operation, "symmetrizeInput", symmetrizeInput, true),
  ));
}

/** Which system is solved: a x = b (0, "N") or a^T x = b (1, "T"; 2 and "C" conjugate, which changes nothing here). */
export type Transposition = 0 | 1 | 2 | "N" | "T" | "C";

export interface SolveTriangularOptions {
  readonly trans?: Transposition;
  /** Reads the lower triangle; the upper one by default. */
  readonly lower?: boolean;
  /** The diagonal counts as ones and is not read. */
  readonly unitDiagonal?: boolean;
}

/**
 * Solves a x = b for a triangular a of shape (..., n, n); b has shape (n,) or (..., n, k). Leading axes broadcast, and integers
 * become floats. A zero on the diagonal divides.
 *
 * @throws LW3005 where shapes do not fit, LW3007 for another `trans`
 * @example linalg.solveTriangular(np.array([[2, 0], [1, 1]]), np.array([2, 3]), { lower: true }) // [1, 2]
 */
export function solveTriangular(a: ArrayLike, b: ArrayLike, ...rest: Optional<["trans", "lower", "unitDiagonal"], SolveTriangularOptions>): NDArray {
  const operation = "linalg.solveTriangular";
  const { trans = 0, lower, unitDiagonal } = parseOptional<SolveTriangularOptions>({ operation, positional: ["trans", "lower", "unitDiagonal"] }, rest);
  return give(ops.solveTriangular(operation, read(a, operation, "a"), read(b, operation, "b"), {
    transposeA: isTransposed(operation, trans), lower: booleanArgument(operation, "lower", lower), unitDiagonal: booleanArgument(operation, "unitDiagonal", unitDiagonal),
  }));
}

function isTransposed(operation: string, trans: unknown): boolean {
  if (trans === 0 || trans === "N") return false;
  if (trans === 1 || trans === "T" || trans === 2 || trans === "C") return true;
  return raise(badArgument, { operation, argument: "trans", expected: '0, 1, 2, "N", "T" or "C"', got: describeArgument(trans), fix: 'give "T" for the transpose' });
}
