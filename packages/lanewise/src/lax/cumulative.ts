/** @file lax's prefix reductions. Each keeps the dtype of its operand; np.cumsum and np.cumprod convert bools. */

import type { Value } from "@lanewise/compiler/ir/types";
import * as cumulative from "@lanewise/compiler/primitives/cumulative";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveInteger } from "../ops/axes.ts";
import type { ArrayLike, NDArray } from "../types.ts";

export interface CumulativeOptions {
  /** 0 by default; not negative, as in JAX. */
  readonly axis?: number;
  /** Whether each place gets the result of the elements from it on, instead of those up to it. */
  readonly reverse?: boolean;
}

type Prefix = (operand: ArrayLike, ...rest: Optional<["axis", "reverse"], CumulativeOptions>) => NDArray;

function prefix(name: string, apply: (operand: Value, axis: number, reverse: boolean) => Value): Prefix {
  const operation = `lax.${name}`;
  return (operand, ...rest) => {
    const { axis = 0, reverse } = parseOptional<CumulativeOptions>({ operation, positional: ["axis", "reverse"] }, rest);
    return give(apply(read(operand, operation, "operand"), resolveInteger(operation, axis, "axis"), booleanArgument(operation, "reverse", reverse)));
  };
}

/**
 * Sums up to each place of an axis. Integers wrap.
 *
 * @throws LW1404 for an axis that the operand does not have, LW1403 for bools
 * @example lax.cumsum(np.array([1, 2, 3])) // [1, 3, 6]; lax.cumsum(x, 1, { reverse: true })
 */
export const cumsum: Prefix = prefix("cumsum", cumulative.cumsum);
/** Products up to each place. @throws LW1404, LW1403 */
export const cumprod: Prefix = prefix("cumprod", cumulative.cumprod);
/** The largest element up to each place; NaN from the first NaN on. @throws LW1404, LW1403 */
export const cummax: Prefix = prefix("cummax", cumulative.cummax);
/** The smallest element up to each place; NaN from the first NaN on. @throws LW1404, LW1403 */
export const cummin: Prefix = prefix("cummin", cumulative.cummin);
/** log(sum(exp(x))) up to each place, without overflow on the way. @throws LW1404, LW1403 for integers */
export const cumlogsumexp: Prefix = prefix("cumlogsumexp", cumulative.cumlogsumexp);
