/** @file np's comparisons of whole arrays. */

import { broadcastShapes, equalShapes } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { equal } from "./elementwise.ts";
import { isnan, logicalAnd, logicalOr } from "./functions.ts";
import { give, read } from "./operand.ts";
import { all } from "./reductions.ts";

/** Whether two arrays have one shape and equal elements: a 0-d bool. With `equalNan` NaN equals NaN. @example np.arrayEqual([1, 2], [1, 2]) // true */
export function arrayEqual(a1: ArrayLike, a2: ArrayLike, ...rest: Optional<["equalNan"], { readonly equalNan?: boolean }>): NDArray<"bool"> {
  const operation = "np.arrayEqual";
  const equalNaN = booleanArgument(operation, "equalNan", parseOptional<{ equalNan?: boolean }>({ operation, positional: ["equalNan"] }, rest).equalNan);
  const [left, right] = [read(a1, operation, "a1"), read(a2, operation, "a2")];
  if (!equalShapes(left.aval.shape, right.aval.shape)) return give<"bool">(scalarLiteral(0, "bool"));
  const [first, second] = [give(left), give(right)];
  const isEqual = equal(first, second);
  return all(equalNaN ? logicalOr(isEqual, logicalAnd(isnan(first), isnan(second))) : isEqual);
}

/** Whether two arrays broadcast and all their elements are equal then: a 0-d bool. @example np.arrayEquiv([1, 1], 1) // true */
export function arrayEquiv(a1: ArrayLike, a2: ArrayLike): NDArray<"bool"> {
  const [left, right] = [read(a1, "np.arrayEquiv", "a1"), read(a2, "np.arrayEquiv", "a2")];
  if (broadcastShapes([left.aval.shape, right.aval.shape]) === null) return give<"bool">(scalarLiteral(0, "bool"));
  return all(equal(give(left), give(right)));
}
