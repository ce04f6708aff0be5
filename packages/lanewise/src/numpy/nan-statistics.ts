/** @file np's variances and quantiles that skip NaN. */

import { parseOptional, type Optional } from "../arguments.ts";
import * as ops from "../ops/nan-statistics.ts";
import { parseVariance } from "../ops/statistics.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";
import type { VarianceRest } from "./statistics.ts";
import { axisArguments, quantileArguments, type QuantileOptions, type QuantileRest } from "./statistics-arguments.ts";

/** The variance of the elements that are not NaN; NaN where no more than `ddof` are. @throws LW3006, LW3007 as var @example np.nanvar([1, NaN, 3]) // 1 */
export const nanvar = (a: ArrayLike, ...rest: VarianceRest): NDArray =>
  give(ops.nanvar(read(a, "np.nanvar", "a"), parseVariance("np.nanvar", rest, (value, argument) => read(value, "np.nanvar", argument))));

/** The standard deviation of the elements that are not NaN. @throws LW3006, LW3007 as var */
export const nanstd = (a: ArrayLike, ...rest: VarianceRest): NDArray =>
  give(ops.nanstd(read(a, "np.nanstd", "a"), parseVariance("np.nanstd", rest, (value, argument) => read(value, "np.nanstd", argument))));

/** Quantiles of the elements that are not NaN; NaN where all are. @throws as quantile @example np.nanquantile([1, NaN, 3], 0.5) // 2 */
export const nanquantile = (a: ArrayLike, q: ArrayLike, ...rest: QuantileRest): NDArray =>
  give(ops.nanquantile(read(a, "np.nanquantile", "a"), read(q, "np.nanquantile", "q"), quantileArguments("np.nanquantile", rest)));

/** `nanquantile` for fractions in percent. @throws as quantile */
export const nanpercentile = (a: ArrayLike, q: ArrayLike, ...rest: QuantileRest): NDArray =>
  give(ops.nanpercentile(read(a, "np.nanpercentile", "a"), read(q, "np.nanpercentile", "q"), quantileArguments("np.nanpercentile", rest)));

/** The middle one of the elements that are not NaN, or the mean of the two in the middle. @throws LW3006, LW3018 */
export function nanmedian(a: ArrayLike, ...rest: Optional<["axis", "out"], Omit<QuantileOptions, "method">>): NDArray {
  const operation = "np.nanmedian";
  const given = parseOptional<QuantileOptions>({ operation, positional: ["axis", "out"], named: ["keepdims"] }, rest);
  return give(ops.nanmedian(read(a, operation, "a"), { axis: given.axis, keepdims: axisArguments(operation, given).keepdims }));
}
