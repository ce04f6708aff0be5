/** @file np's reductions: over one axis, several, or all. */

import type { Optional } from "../arguments.ts";
import { parseReduction, reductions, type ReductionName, type ReductionOptions } from "../ops/reduce.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

type SumArguments = Optional<["axis", "dtype", "out", "keepdims", "initial", "where"], ReductionOptions>;
type MeanOptions = Omit<ReductionOptions, "initial" | "promoteIntegers">;
type ExtremumOptions = Omit<ReductionOptions, "dtype" | "promoteIntegers">;

type TruthOptions = Omit<ReductionOptions, "dtype" | "initial" | "promoteIntegers">;

function reduce<D extends DType>(name: ReductionName, a: ArrayLike, rest: readonly unknown[]): NDArray<D> {
  const operation = `np.${name}`;
  const operand = read(a, operation, "a");
  return give<D>(reductions[name](operand, parseReduction(name, rest, (value, argument) => read(value, operation, argument))));
}

/**
 * Sum of the elements. Bools count, and integers of 8 and 16 bits are summed in 32.
 *
 * @throws LW3006 for an axis that the array does not have.
 * @example np.sum(x, 0); np.sum(x, { axis: [0, 1], keepdims: true })
 */
export const sum = (a: ArrayLike, ...rest: SumArguments): NDArray => reduce("sum", a, rest);

/** Product of the elements; 1 for none. Bools count as 0 and 1, integers of 8 and 16 bits are multiplied in 32. @example np.prod(x, -1) */
export const prod = (a: ArrayLike, ...rest: SumArguments): NDArray => reduce("prod", a, rest);

/** Mean of the elements; integers give float32. NaN for no elements. */
export const mean = (a: ArrayLike, ...rest: Optional<["axis", "dtype", "out", "keepdims"], MeanOptions>): NDArray => reduce("mean", a, rest);

/** The largest element; NaN where one is NaN. @throws LW3018 for no elements and no `initial`. */
export const max = (a: ArrayLike, ...rest: Optional<["axis", "out", "keepdims", "initial", "where"], ExtremumOptions>): NDArray => reduce("max", a, rest);

/** The smallest element; NaN where one is NaN. @throws LW3018 for no elements and no `initial`. */
export const min = (a: ArrayLike, ...rest: Optional<["axis", "out", "keepdims", "initial", "where"], ExtremumOptions>): NDArray => reduce("min", a, rest);

/** Whether all elements are true, or not 0; true for none. @example np.all(np.greater(x, 0), 1) */
export const all = (a: ArrayLike, ...rest: Optional<["axis", "out", "keepdims"], TruthOptions>): NDArray<"bool"> => reduce("all", a, rest);

/** Whether any element is true, or not 0; false for none. */
export const any = (a: ArrayLike, ...rest: Optional<["axis", "out", "keepdims"], TruthOptions>): NDArray<"bool"> => reduce("any", a, rest);

/** The same as `max`. */
export const amax = max;
/** The same as `min`. */
export const amin = min;
