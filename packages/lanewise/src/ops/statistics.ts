/** @file Statistics on values: variance and what follows from it, spread, counts, averages, and reductions that skip NaN. */

import { at } from "@lanewise/compiler/base/assert";
import { isInexact, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { equalShapes, formatShape } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType, div, scalarLike, sub } from "@lanewise/compiler/primitives/arith";
import { not } from "@lanewise/compiler/primitives/bits";
import { gt, ne } from "@lanewise/compiler/primitives/compare";
import { transpose } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { sqrt, square } from "@lanewise/compiler/primitives/unary";
import { booleanArgument, parseOptional, refuseOut } from "../arguments.ts";
import { badArgument, incompatibleShapes } from "../errors.ts";
import type { ArrayLike, Axis } from "../types.ts";
import { reductionAxes } from "./axes.ts";
import { resolveOptionalDType } from "./dtypes.ts";
import { broadcastTo, multiply, replaceNaN, trueDivide, where as select } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { convertOperand, inexactType, numberLiteral, promoteInexact } from "./operands.ts";
import { all, computationType, mean, max, min, prod, requireMask, sum, type ReductionArguments } from "./reduce.ts";

/** How many elements are reduced at each place of the result, as a number of `dtype`. */
function countOf(operation: string, x: Value, given: ReductionArguments, dtype: DType): Value {
  const { axis, keepdims, where = null } = given;
  if (where !== null) return sum(broadcastTo(where, x.aval.shape), { axis, keepdims, dtype }, operation);
  const axes = reductionAxes(operation, axis, x.aval.shape.length);
  return scalarLiteral(axes.reduce((product, reduced) => product * at(x.aval.shape, reduced), 1), dtype);
}

// Variance -------------------------------------------------------------------------------------------------------------

export interface VarianceArguments extends ReductionArguments {
  /** What is subtracted from the number of elements in the divisor. */
  readonly correction: number;
  /** The mean, where it is known: of a shape that broadcasts with the array. */
  readonly mean?: Value | null;
}

/** What users may give beside the operand of var and std. */
export interface VarianceOptions {
  readonly axis?: Axis;
  readonly dtype?: DType | null;
  readonly out?: null;
  /** What is subtracted from the number of elements in the divisor; 0 by default. */
  readonly ddof?: number;
  readonly keepdims?: boolean;
  readonly where?: ArrayLike | null;
  /** The mean, where it is known, with the reduced axes kept. */
  readonly mean?: ArrayLike | null;
  /** The array API's name of ddof. */
  readonly correction?: number | null;
}

/** The optional arguments of var and std; `lift` makes values of those that are arrays. */
export function parseVariance(operation: string, rest: readonly unknown[], lift: (operand: ArrayLike, argument: string) => Value): VarianceArguments {
  const given = parseOptional<VarianceOptions>({
    operation, positional: ["axis", "dtype", "out", "ddof", "keepdims"], named: ["where", "mean", "correction"],
  }, rest);
  refuseOut(operation, given.out);
  const { ddof = 0, correction = null } = given;
  if (typeof (correction ?? ddof) !== "number" || (correction !== null && ddof !== 0)) {
    raise(badArgument, {
      operation, argument: "ddof", expected: "a number, under one of the names ddof and correction", got: `ddof ${String(ddof)} and correction ${String(correction)}`,
      fix: "give one of the two",
    });
  }
  const valueOf = (operand: ArrayLike | null | undefined, argument: string): Value | null =>
    operand === undefined || operand === null ? null : lift(operand, argument);
  return {
    axis: given.axis, dtype: resolveOptionalDType(operation, given.dtype), keepdims: booleanArgument(operation, "keepdims", given.keepdims),
    where: requireMask(operation, valueOf(given.where, "where")), mean: valueOf(given.mean, "mean"), correction: correction ?? ddof,
  };
}

/** The mean of the squared distances from the mean; NaN where the divisor is not positive. A call of `_var` in the jaxpr. */
export function variance(x: Value, given: VarianceArguments, operation = "np.var"): Value {
  requireFloat(operation, given.dtype ?? null);
  reductionAxes(operation, given.axis, x.aval.shape.length);
  const { where = null, mean: knownMean = null } = given;
  const { axis, keepdims, dtype } = given;
  return callVariance(axis, keepdims, dtype, [x, knownMean, correctionLiteral(given.correction), where], operation);
}

/** The operands of a variance; null where there is none. */
type VarianceOperands = readonly [x: Value, mean: Value | null, correction: Value, where: Value | null];

function callVariance(axis: Axis | undefined, keepdims: boolean, dtype: DType | null | undefined, operands: VarianceOperands, operation: string): Value {
  const given = operands.map((operand) => operand !== null);
  return namedCall1("_var", { axis, keepdims, dtype, given }, operands.filter((operand) => operand !== null), (args) => {
    const [array, center, correction, mask] = operandsFrom(args, given);
    return varianceOf(array, { axis, keepdims, dtype, where: mask, mean: center }, correction, operation);
  });
}

/** The arguments of a call at the places of the operands that were given. */
function operandsFrom(args: readonly Value[], given: readonly boolean[]): VarianceOperands {
  let next = 0;
  return given.map((isGiven) => (isGiven ? at(args, next++) : null)) as unknown as VarianceOperands;
}

/** An integer as one, so that programs differ only where the correction is a fraction. */
function correctionLiteral(correction: number): Value {
  return scalarLiteral(correction, Number.isInteger(correction) ? "int32" : "float32", true);
}

function varianceOf(x: Value, given: Omit<VarianceArguments, "correction">, correction: Value, operation: string): Value {
  const resultType = given.dtype ?? inexactType(x.aval).dtype;
  const dtype = computationType(resultType);
  const { axis, keepdims, where = null } = given;
  const operand = convertOperand(operation, x, dtype);
  const center = given.mean === null || given.mean === undefined
    ? mean(operand, { axis, dtype, keepdims: true, where }, operation) : convertOperand(operation, given.mean, dtype);
  const squares = square(sub(operand, center));
  const divisor = sub(countOf(operation, operand, { axis, keepdims, where }, dtype), convertElementType(correction, dtype));
  const total = sum(squares, { axis, dtype, keepdims, where }, operation);
  const result = convertOperand(operation, div(total, divisor), resultType);
  return select(gt(divisor, scalarLike(divisor, 0)), result, numberLiteral(Number.NaN));
}

/** Throws for a dtype that is no float. */
export function requireFloat(operation: string, dtype: DType | null): void {
  if (dtype === null || isInexact(dtype)) return;
  raise(badArgument, { operation, argument: "dtype", expected: "a float dtype", got: dtype, fix: "convert the result with astype" });
}

/** The root of the variance. A call of `_std` in the jaxpr. */
export function std(x: Value, given: VarianceArguments): Value {
  const { where = null, mean: knownMean = null, axis, keepdims, dtype } = given;
  requireFloat("np.std", dtype ?? null);
  reductionAxes("np.std", axis, x.aval.shape.length);
  const operands = [x, knownMean, correctionLiteral(given.correction), where];
  const isGiven = operands.map((operand) => operand !== null);
  return namedCall1("_std", { axis, keepdims, dtype, isGiven }, operands.filter((operand) => operand !== null), (args) =>
    sqrt(callVariance(axis, keepdims, dtype, operandsFrom(args, isGiven), "np.std")));
}

// Spread, counts, averages ---------------------------------------------------------------------------------------------

/** The largest less the smallest element. A call of `_ptp` in the jaxpr. */
export function ptp(x: Value, given: ReductionArguments): Value {
  const { axis, keepdims } = given;
  reductionAxes("np.ptp", axis, x.aval.shape.length);
  return namedCall1("_ptp", { axis, keepdims }, [x], ([operand]) =>
    sub(max(operand as Value, { axis, keepdims }, "np.ptp"), min(operand as Value, { axis, keepdims }, "np.ptp")));
}

/** How many elements are not 0, as int32. A call of `count_nonzero` in the jaxpr. */
export function countNonzero(x: Value, given: ReductionArguments): Value {
  const { axis, keepdims } = given;
  reductionAxes("np.countNonzero", axis, x.aval.shape.length);
  return namedCall1("count_nonzero", { axis, keepdims }, [x], ([operand]) => {
    const array = operand as Value;
    return sum(ne(array, scalarLike(array, 0)), { axis, keepdims, dtype: "int32" }, "np.countNonzero");
  });
}

/** The mean with weights, and the sum of the weights that it was divided by, which is made only where it is asked for. */
export function average(x: Value, weights: Value | null, given: ReductionArguments): readonly [average: Value, total: () => Value] {
  const operation = "np.average";
  const { axis, keepdims } = given;
  if (weights === null) {
    const [operand] = promoteInexact(operation, [x]) as [Value];
    const result = mean(operand, { axis, keepdims }, operation);
    return [result, () => broadcastTo(countOf(operation, operand, { axis, keepdims }, result.aval.dtype), result.aval.shape)];
  }
  const [operand, weight] = promoteInexact(operation, [x, weightsLike(operation, x, weights, given)]) as [Value, Value];
  const total = sum(weight, { axis, keepdims }, operation);
  const result = trueDivide(sum(multiply(operand, weight), { axis, keepdims }, operation), total);
  return [result, () => broadcastTo(total, result.aval.shape)];
}

/** Weights of the array's rank: as they are, or from the extents of the axes that are averaged over, in their order. */
function weightsLike(operation: string, x: Value, weights: Value, { axis }: ReductionArguments): Value {
  const { shape } = x.aval;
  if (equalShapes(shape, weights.aval.shape)) return weights;
  const axes = axis === null || axis === undefined ? [] : reductionAxes(operation, axis, shape.length);
  const wanted = axes.map((reduced) => at(shape, reduced));
  if (axes.length === 0 || !equalShapes(wanted, weights.aval.shape)) {
    raise(incompatibleShapes, {
      operation, argument: "weights", expected: `weights of shape ${formatShape(shape)}${axes.length === 0 ? "" : ` or ${formatShape(wanted)}`}`,
      got: formatShape(weights.aval.shape), fix: "give one weight per element, or an axis and one weight per place of it",
    });
  }
  const inOrder = [...axes].sort((a, b) => a - b);
  return reshape(transpose(weights, inOrder.map((sorted) => axes.indexOf(sorted))), shape.map((extent, other) => (axes.includes(other) ? extent : 1)));
}

// Without NaN ----------------------------------------------------------------------------------------------------------

export const isNaN = (x: Value): Value => ne(x, x);

/** A reduction in which NaN is replaced by what changes nothing; `nanForAll` gives NaN where there was nothing else. */
function withoutNaN(
  name: string, x: Value, given: ReductionArguments, neutral: number, reduce: (x: Value, given: ReductionArguments) => Value, nanForAll: boolean,
): Value {
  const { axis, keepdims, dtype, initial = null, where = null } = given;
  reductionAxes(`np.${name}`, axis, x.aval.shape.length);
  const args = [x, ...[initial, where].filter((value) => value !== null)];
  const statics = { axis, keepdims, dtype, initial: initial !== null, mask: where !== null };
  return namedCall1(name, statics, args, ([operand, ...others]) => {
    const array = operand as Value;
    const rest: ReductionArguments = { axis, keepdims, dtype, initial: initial === null ? null : at(others, 0), where: where === null ? null : at(others, -1) };
    if (!isInexact(array.aval.dtype)) return reduce(array, rest);
    const result = reduce(replaceNaN(array, neutral), rest);
    return nanForAll ? select(all(isNaN(array), { axis, keepdims }), scalarLike(array, Number.NaN), result) : result;
  });
}

export const nansum = (x: Value, given: ReductionArguments): Value => withoutNaN("nansum", x, given, 0, (operand, rest) => sum(operand, rest, "np.nansum"), false);
export const nanprod = (x: Value, given: ReductionArguments): Value => withoutNaN("nanprod", x, given, 1, (operand, rest) => prod(operand, rest, "np.nanprod"), false);
export const nanmax = (x: Value, given: ReductionArguments): Value => withoutNaN("nanmax", x, given, -Infinity, (operand, rest) => max(operand, rest, "np.nanmax"), given.initial === undefined || given.initial === null);
export const nanmin = (x: Value, given: ReductionArguments): Value => withoutNaN("nanmin", x, given, Infinity, (operand, rest) => min(operand, rest, "np.nanmin"), given.initial === undefined || given.initial === null);

/** The mean of what is not NaN; NaN where there is nothing. */
export function nanmean(x: Value, given: ReductionArguments): Value {
  const operation = "np.nanmean";
  const { axis, keepdims, dtype = null, where = null } = given;
  reductionAxes(operation, axis, x.aval.shape.length);
  return namedCall1("nanmean", { axis, keepdims, dtype, mask: where !== null }, where === null ? [x] : [x, where], ([operand, mask = null]) => {
    const array = operand as Value;
    if (!isInexact(array.aval.dtype)) return mean(array, { axis, keepdims, dtype, where: mask }, operation);
    const rest: ReductionArguments = { axis, keepdims, dtype: dtype ?? array.aval.dtype, where: mask };
    const count = sum(not(isNaN(array)), rest, operation);
    return div(nansum(array, rest), count);
  });
}
