/** @file np's reductions: over one axis, several, or all. */

import type { Optional } from "../arguments.ts";
import { parseReduction, reductions, type ReductionName, type ReductionOptions } from "../ops/reduce.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

type SumArguments = Optional<["axis", "dtype", "out", "keepdims", "initial", "where"], ReductionOptions>;
type MeanOptions = Omit<ReductionOptions, "initial" | "promoteIntegers">;
type ExtremumOptions = Omit<ReductionOptions, "dtype" | "promoteIntegers">;

function reduce(name: ReductionName, a: ArrayLike, rest: readonly unknown[]): NDArray {
  const operation = `np.${name}`;
  const operand = read(a, operation, "a");
  return give(reductions[name](operand, parseReduction(name, rest, (value, argument) => read(value, operation, argument))));
}

/**
 * Sum of the elements. Bools count, and integers of 8 and 16 bits are summed in 32.
 *
 * @throws LW3006 for an axis that the array does not have.
 * @example np.sum(x, 0); np.sum(x, { axis: [0, 1], keepdims: true })
 */
export const sum = (a: ArrayLike, ...rest: SumArguments): NDArray => reduce("sum", a, rest);

/** Mean of the elements; integers give float32. NaN for no elements. */
export const mean = (a: ArrayLike, ...rest: Optional<["axis", "dtype", "out", "keepdims"], MeanOptions>): NDArray => reduce("mean", a, rest);

/** The largest element; NaN where one is NaN. @throws LW3018 for no elements and no `initial`. */
export const max = (a: ArrayLike, ...rest: Optional<["axis", "out", "keepdims", "initial", "where"], ExtremumOptions>): NDArray => reduce("max", a, rest);

/** The smallest element; NaN where one is NaN. @throws LW3018 for no elements and no `initial`. */
export const min = (a: ArrayLike, ...rest: Optional<["axis", "out", "keepdims", "initial", "where"], ExtremumOptions>): NDArray => reduce("min", a, rest);

/** The same as `max`. */
export const amax = max;
/** The same as `min`. */
export const amin = min;
