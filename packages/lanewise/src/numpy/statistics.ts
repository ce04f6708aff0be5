/** @file np's statistics: variance, spread, quantiles, averages, counts, and reductions that skip NaN. */

import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import * as quantiles from "../ops/quantile.ts";
import { parseReduction, type ReductionArguments, type ReductionName, type ReductionOptions } from "../ops/reduce.ts";
import * as ops from "../ops/statistics.ts";
import type { ArrayLike, Axis, NDArray } from "../types.ts";
import { give, read, readOptional } from "./operand.ts";
import { axisArguments, quantileArguments, type AxisOptions, type QuantileOptions, type QuantileRest } from "./statistics-arguments.ts";

export type { QuantileOptions } from "./statistics-arguments.ts";

export type VarianceRest = Optional<["axis", "dtype", "out", "ddof", "keepdims"], ops.VarianceOptions>;

function variance(name: "var" | "std", a: ArrayLike, rest: readonly unknown[]): NDArray {
  const operation = `np.${name}`;
  const operand = read(a, operation, "a");
  const given = ops.parseVariance(operation, rest, (value, argument) => read(value, operation, argument));
  return give(name === "var" ? ops.variance(operand, given) : ops.std(operand, given));
}

const var_ = (a: ArrayLike, ...rest: VarianceRest): NDArray => variance("var", a, rest);
export {
  /**
   * The variance: the mean of the squared distances from the mean. Integers give float32. NaN where no more than `ddof`
   * elements are left.
   *
   * @throws LW3006, LW3007 for a dtype that is no float or a mask that is no bool
   * @example np.var(x, 0, { ddof: 1 })
   */
  var_ as var,
};

/** The standard deviation: the root of the variance, with its options. @example np.std(x, { axis: -1, keepdims: true }) */
export const std = (a: ArrayLike, ...rest: VarianceRest): NDArray => variance("std", a, rest);

/** The largest less the smallest element. @throws LW3006, LW3018 for no elements */
export function ptp(a: ArrayLike, ...rest: Optional<["axis", "out", "keepdims"], AxisOptions>): NDArray {
  const given = parseOptional<AxisOptions>({ operation: "np.ptp", positional: ["axis", "out", "keepdims"] }, rest);
  return give(ops.ptp(read(a, "np.ptp", "a"), axisArguments("np.ptp", given)));
}

/** How many elements are not 0, as int32. @throws LW3006 */
export function countNonzero(a: ArrayLike, ...rest: Optional<["axis", "keepdims"], AxisOptions>): NDArray<"int32"> {
  const given = parseOptional<AxisOptions>({ operation: "np.countNonzero", positional: ["axis", "keepdims"] }, rest);
  return give(ops.countNonzero(read(a, "np.countNonzero", "a"), axisArguments("np.countNonzero", given)));
}

export interface AverageOptions {
  readonly axis?: Axis;
  /** Of the array's shape, or one per place of `axis`. */
  readonly weights?: ArrayLike | null;
  /** Gives the sum of the weights beside the average. */
  readonly returned?: boolean;
  readonly keepdims?: boolean;
}

/**
 * The mean, with weights where they are given. With `returned` the pair of the average and the sum of its weights.
 *
 * @throws LW3006, LW3005 for weights that do not fit
 * @example np.average(x, 0, [1, 2, 1]); const [mean, total] = np.average(x, { weights, returned: true })
 */
export function average(a: ArrayLike, options: AverageOptions & { readonly returned: true }): readonly [average: NDArray, weights: NDArray];
export function average(a: ArrayLike, ...rest: Optional<["axis", "weights", "returned", "keepdims"], AverageOptions>): NDArray;
export function average(a: ArrayLike, ...rest: readonly unknown[]): NDArray | readonly [NDArray, NDArray] {
  const operation = "np.average";
  const given = parseOptional<AverageOptions>({ operation, positional: ["axis", "weights", "returned", "keepdims"] }, rest);
  const weights = readOptional(given.weights, operation, "weights");
  const [mean, total] = ops.average(read(a, operation, "a"), weights, { axis: given.axis, keepdims: booleanArgument(operation, "keepdims", given.keepdims) });
  return booleanArgument(operation, "returned", given.returned) ? [give(mean), give(total())] : give(mean);
}

// Quantiles ------------------------------------------------------------------------------------------------------------

/**
 * The elements below which a fraction `q` of all lies: q is a number in [0, 1] or a vector of them, whose axis then comes
 * first. NaN where there is a NaN.
 *
 * @throws LW3006, LW3018 for no elements, LW3007 for a method that does not exist and for q of more axes
 * @example np.quantile(x, 0.9); np.quantile(x, [0.25, 0.75], 0)
 */
export const quantile = (a: ArrayLike, q: ArrayLike, ...rest: QuantileRest): NDArray =>
  give(quantiles.quantile(read(a, "np.quantile", "a"), read(q, "np.quantile", "q"), quantileArguments("np.quantile", rest)));

/** Quantiles for fractions in percent. @example np.percentile(x, 90) */
export const percentile = (a: ArrayLike, q: ArrayLike, ...rest: QuantileRest): NDArray =>
  give(quantiles.percentile(read(a, "np.percentile", "a"), read(q, "np.percentile", "q"), quantileArguments("np.percentile", rest)));

/** The middle element, or the mean of the two in the middle; NaN where there is a NaN. @throws LW3006, LW3018 */
export function median(a: ArrayLike, ...rest: Optional<["axis", "out"], Omit<QuantileOptions, "method">>): NDArray {
  const operation = "np.median";
  const given = parseOptional<QuantileOptions>({ operation, positional: ["axis", "out"], named: ["keepdims"] }, rest);
  return give(quantiles.median(read(a, operation, "a"), { axis: given.axis, keepdims: axisArguments(operation, given).keepdims }));
}

// Without NaN ----------------------------------------------------------------------------------------------------------

type SumRest = Optional<["axis", "dtype", "out", "keepdims", "initial", "where"], Omit<ReductionOptions, "promoteIntegers">>;
type ExtremumRest = Optional<["axis", "out", "keepdims", "initial", "where"], Omit<ReductionOptions, "dtype" | "promoteIntegers">>;

type Reduce = (x: Value, given: ReductionArguments) => Value;

function withoutNaN(name: string, apply: Reduce, like: ReductionName, a: ArrayLike, rest: readonly unknown[]): NDArray {
  const operation = `np.${name}`;
  return give(apply(read(a, operation, "a"), parseReduction(like, rest, (value, argument) => read(value, operation, argument), operation)));
}

/** Sum of the elements that are not NaN. */
export const nansum = (a: ArrayLike, ...rest: SumRest): NDArray => withoutNaN("nansum", ops.nansum, "sum", a, rest);
/** Product of the elements that are not NaN. */
export const nanprod = (a: ArrayLike, ...rest: SumRest): NDArray => withoutNaN("nanprod", ops.nanprod, "prod", a, rest);
/** The largest of the elements that are not NaN; NaN where all are. @throws LW3018 for no elements and no `initial` */
export const nanmax = (a: ArrayLike, ...rest: ExtremumRest): NDArray => withoutNaN("nanmax", ops.nanmax, "max", a, rest);
/** The smallest of the elements that are not NaN; NaN where all are. @throws LW3018 for no elements and no `initial` */
export const nanmin = (a: ArrayLike, ...rest: ExtremumRest): NDArray => withoutNaN("nanmin", ops.nanmin, "min", a, rest);
/** The mean of the elements that are not NaN; NaN where all are. */
export const nanmean = (a: ArrayLike, ...rest: Optional<["axis", "dtype", "out", "keepdims"], Omit<ReductionOptions, "initial" | "promoteIntegers">>): NDArray =>
  withoutNaN("nanmean", ops.nanmean, "mean", a, rest);
