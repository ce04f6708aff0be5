/** @file lax's products of matrices beside dotGeneral. */

import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { parseOptional, type Optional } from "../arguments.ts";
import { incompatibleShapes } from "../errors.ts";
import { give } from "../numpy/operand.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { resolvePrecision, type PrecisionLike } from "../ops/precision.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { readTogether } from "./operand.ts";

export interface DotOptions {
  /** JAX's precision, kept in the jaxpr. */
  readonly precision?: PrecisionLike;
  /** The dtype of the sums and of the result. */
  readonly preferredElementType?: DType | null;
}

/**
 * The product of vectors or matrices: the last axis of lhs with the first of rhs.
 *
 * @throws LW3005 for other ranks than 1 and 2, and where these extents differ; LW1402 where the dtypes do
 * @example lax.dot(np.ones([2, 3]), np.ones([3])) // shape (2,)
 */
export function dot(lhs: ArrayLike, rhs: ArrayLike, ...rest: Optional<["precision", "preferredElementType"], DotOptions>): NDArray {
  const operation = "lax.dot";
  const { precision, preferredElementType } = parseOptional<DotOptions>({ operation, positional: ["precision", "preferredElementType"] }, rest);
  const [left, right] = readTogether(operation, [lhs, rhs], ["lhs", "rhs"]) as [Value, Value];
  const [first, second] = [left.aval.shape, right.aval.shape];
  const isSimple = [first, second].every((shape) => shape.length === 1 || shape.length === 2) && first.at(-1) === second[0];
  if (!isSimple) {
    raise(incompatibleShapes, {
      operation, expected: "vectors or matrices, the last axis of lhs of the extent of the first axis of rhs",
      got: `lhs of shape ${formatShape(first)} and rhs of shape ${formatShape(second)}`, fix: "transpose an argument, or use lax.dotGeneral",
    });
  }
  return give(dotGeneral(left, right, { contractLeft: [first.length - 1], contractRight: [0], batchLeft: [], batchRight: [] }, {
    precision: resolvePrecision(operation, precision), preferredElementType: resolveOptionalDType(operation, preferredElementType),
  }));
}

/**
 * The matrix products of two batches: shapes (..., m, k) and (..., k, n) with the same leading axes.
 *
 * @throws LW3005 for fewer than two axes or different ranks; LW1401 where extents differ; LW1402 where the dtypes do
 * @example lax.batchMatmul(np.ones([5, 2, 3]), np.ones([5, 3, 4])) // shape (5, 2, 4)
 */
export function batchMatmul(lhs: ArrayLike, rhs: ArrayLike, ...rest: Optional<["precision"], Pick<DotOptions, "precision">>): NDArray {
  const operation = "lax.batchMatmul";
  const { precision } = parseOptional<Pick<DotOptions, "precision">>({ operation, positional: ["precision"] }, rest);
  const [left, right] = readTogether(operation, [lhs, rhs], ["lhs", "rhs"]) as [Value, Value];
  const rank = left.aval.shape.length;
  if (rank < 2 || right.aval.shape.length !== rank) {
    raise(incompatibleShapes, {
      operation, expected: "two arrays of one rank, at least 2", got: `lhs of shape ${formatShape(left.aval.shape)} and rhs of shape ${formatShape(right.aval.shape)}`,
      fix: "use np.matmul, which broadcasts leading axes",
    });
  }
  const batch = range(rank - 2);
  return give(dotGeneral(left, right, { contractLeft: [rank - 1], contractRight: [rank - 2], batchLeft: batch, batchRight: batch }, { precision: resolvePrecision(operation, precision) }));
}
