/** @file Reductions on values over some axes or all: sum, prod, mean, max, min, all, any. */

import { at } from "@lanewise/compiler/base/assert";
import { dtypeClass, integerRange, isInexact, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import { isScalarLiteral, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, div, max as maxOf, min as minOf, mul } from "@lanewise/compiler/primitives/arith";
import { broadcastInDim, reduceSum } from "@lanewise/compiler/primitives/linear";
import { reduceAnd, reduceMax, reduceMin, reduceOr, reduceProd } from "@lanewise/compiler/primitives/reduce";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { badArgument, emptyReduction } from "../errors.ts";
import { booleanArgument, parseOptional, refuseOut, type Signature } from "../arguments.ts";
import type { ArrayLike, Axis, ReduceOptions } from "../types.ts";
import { reductionAxes } from "./axes.ts";
import { resolveOptionalDType } from "./dtypes.ts";
import { broadcastTo, where as select } from "./elementwise.ts";
import { convertOperand, inexactType } from "./operands.ts";

/** What a reduction takes beside its operand. */
export interface ReductionArguments {
  readonly axis: Axis | undefined;
  readonly dtype?: DType | null;
  readonly keepdims: boolean;
  readonly initial?: Value | null;
  readonly where?: Value | null;
  /** Whether a sum widens small integers; it does unless this is false. */
  readonly widens?: boolean;
}

/** What users may give beside the operand; each function takes some of it. */
export interface ReductionOptions extends ReduceOptions {
  readonly out?: null;
  /** Whether a sum of small integers is widened to 32 bits, as it is by default. */
  readonly promoteIntegers?: boolean;
}

export type ReductionName = "sum" | "prod" | "mean" | "max" | "min" | "all" | "any";

/** How each takes its optional arguments: JAX's order. */
const reductionSignatures = {
  sum: { operation: "np.sum", positional: ["axis", "dtype", "out", "keepdims", "initial", "where"], named: ["promoteIntegers"] },
  prod: { operation: "np.prod", positional: ["axis", "dtype", "out", "keepdims", "initial", "where"], named: ["promoteIntegers"] },
  mean: { operation: "np.mean", positional: ["axis", "dtype", "out", "keepdims"], named: ["where"] },
  max: { operation: "np.max", positional: ["axis", "out", "keepdims", "initial", "where"] },
  min: { operation: "np.min", positional: ["axis", "out", "keepdims", "initial", "where"] },
  all: { operation: "np.all", positional: ["axis", "out", "keepdims"], named: ["where"] },
  any: { operation: "np.any", positional: ["axis", "out", "keepdims"], named: ["where"] },
} as const satisfies Readonly<Record<ReductionName, Signature<ReductionOptions>>>;

/** The optional arguments of a reduction; `lift` makes values of those that are arrays. */
export function parseReduction(
  name: ReductionName, rest: readonly unknown[], lift: (operand: ArrayLike, argument: string) => Value, operation: string = reductionSignatures[name].operation,
): ReductionArguments {
  const given = parseOptional<ReductionOptions>({ ...reductionSignatures[name], operation }, rest);
  refuseOut(operation, given.out);
  const valueOf = (operand: ArrayLike | null | undefined, argument: string): Value | null =>
    operand === undefined || operand === null ? null : lift(operand, argument);
  return {
    axis: given.axis, dtype: resolveOptionalDType(operation, given.dtype), keepdims: booleanArgument(operation, "keepdims", given.keepdims),
    initial: valueOf(given.initial, "initial"), where: requireMask(operation, valueOf(given.where, "where")),
    widens: booleanArgument(operation, "promoteIntegers", given.promoteIntegers, true),
  };
}

/** A mask of bools, or none. */
export function requireMask(operation: string, mask: Value | null): Value | null {
  if (mask === null || mask.aval.dtype === "bool") return mask;
  return raise(badArgument, {
    operation, argument: "where", expected: "an array of bools", got: describeAval(mask.aval), fix: "compare: { where: np.greater(x, 0) }",
  });
}

/** The reductions by name. */
export const reductions: Readonly<Record<ReductionName, (x: Value, given: ReductionArguments) => Value>> = { sum, prod, mean, max, min, all, any };

/** Sums of half floats are computed in float32. */
export function computationType(dtype: DType): DType {
  return dtype === "float16" || dtype === "bfloat16" ? "float32" : dtype;
}

/** The dtype of a sum: small integers and bools widen to 32 bits. */
function sumType(dtype: DType): DType {
  switch (dtypeClass(dtype)) {
    case "bool": case "signed": return "int32";
    case "unsigned": return "uint32";
    default: return dtype;
  }
}

/** Sum over the axes. Bools count. */
export function sum(x: Value, given: ReductionArguments, operation = "np.sum"): Value {
  return reduceNumbers(operation, x, given, { identity: () => 0, reduce: (value, axes) => reduceSum(value, axes, true), combine: add });
}

/** Product over the axes. Bools count as 0 and 1. */
export function prod(x: Value, given: ReductionArguments, operation = "np.prod"): Value {
  return reduceNumbers(operation, x, given, { identity: () => 1, reduce: reduceProd, combine: mul });
}

function reduceNumbers(operation: string, x: Value, given: ReductionArguments, reducer: Reducer): Value {
  const operand = x.aval.dtype === "bool" ? convertOperand(operation, x, "int32") : x;
  const resultType = given.dtype ?? (given.widens === false ? operand.aval.dtype : sumType(operand.aval.dtype));
  return reduceWith(operation, operand, given, resultType, computationType(resultType), reducer);
}

/** Mean over the axes, in a float dtype. */
export function mean(x: Value, given: ReductionArguments, operation = "np.mean"): Value {
  const resultType = given.dtype ?? inexactType(x.aval).dtype;
  const dtype = given.dtype ?? computationType(resultType);
  if (!isInexact(resultType)) {
    raise(badArgument, { operation, argument: "dtype", expected: "a float dtype", got: resultType, fix: "use np.sum and divide for integer results" });
  }
  const axes = reductionAxes(operation, given.axis, x.aval.shape.length);
  const count = given.where === null || given.where === undefined
    ? scalarLiteral(axes.reduce((product, axis) => product * at(x.aval.shape, axis), 1), dtype)
    : sum(broadcastTo(given.where, x.aval.shape), { axis: given.axis, keepdims: given.keepdims, dtype }, operation);
  return convertOperand(operation, div(sum(x, { ...given, dtype }, operation), count), resultType);
}

/** The largest element over the axes; NaN where one is NaN. */
export function max(x: Value, given: ReductionArguments, operation = "np.max"): Value {
  return reduceWith(operation, x, given, x.aval.dtype, x.aval.dtype, { identity: lowest, isUsual: false, reduce: reduceMax, combine: maxOf });
}

/** The smallest element over the axes; NaN where one is NaN. */
export function min(x: Value, given: ReductionArguments, operation = "np.min"): Value {
  return reduceWith(operation, x, given, x.aval.dtype, x.aval.dtype, { identity: highest, isUsual: false, reduce: reduceMin, combine: minOf });
}

/** Whether all elements over the axes hold: are not 0. */
export function all(x: Value, given: ReductionArguments): Value {
  return reduceWith("np.all", asBools(x), given, "bool", "bool", { identity: () => 1, reduce: reduceAnd, combine: minOf });
}

/** Whether any element over the axes holds: is not 0. */
export function any(x: Value, given: ReductionArguments): Value {
  return reduceWith("np.any", asBools(x), given, "bool", "bool", { identity: () => 0, reduce: reduceOr, combine: maxOf });
}

function asBools(x: Value): Value {
  return isScalarLiteral(x) ? convertOperand("np.all", x, "bool") : convertElementType(x, "bool");
}

/** What a largest element is compared with first. */
export function lowest(dtype: DType): number {
  return dtype === "bool" ? 0 : (integerRange(dtype)?.[0] ?? -Infinity);
}

/** What a smallest element is compared with first. */
export function highest(dtype: DType): number {
  return dtype === "bool" ? 1 : (integerRange(dtype)?.[1] ?? Infinity);
}

interface Reducer {
  readonly identity: (dtype: DType) => number;
  /** Whether the identity is the result for no elements; otherwise that takes an initial value. It is, unless this is false. */
  readonly isUsual?: false;
  readonly reduce: (operand: Value, axes: readonly number[]) => Value;
  readonly combine: (left: Value, right: Value) => Value;
}

function reduceWith(operation: string, x: Value, given: ReductionArguments, resultType: DType, dtype: DType, reducer: Reducer): Value {
  const { shape } = x.aval;
  const axes = reductionAxes(operation, given.axis, shape.length);
  const { where = null, initial = null } = given;
  const hasIdentity = reducer.isUsual !== false;
  if (initial === null && !hasIdentity) requireElements(operation, shape, axes, where !== null);
  const operand = convertOperand(operation, x, dtype);
  const identity = scalarLiteral(reducer.identity(dtype), dtype);
  const masked = where === null ? operand : select(where, operand, identity);
  // Nothing to reduce, and an initial value to start from: the primitive refuses, the result is the initial value.
  const isEmpty = !hasIdentity && axes.some((axis) => shape[axis] === 0);
  const reduced = isEmpty ? fullOf(identity, shape.filter((_, axis) => !axes.includes(axis))) : reducer.reduce(masked, axes);
  const combined = initial === null ? reduced : reducer.combine(scalarInitial(operation, initial, dtype), reduced);
  return convertOperand(operation, given.keepdims ? keepAxes(combined, shape, axes) : combined, resultType);
}

function fullOf(scalar: Value, shape: readonly number[]): Value {
  return broadcastInDim(scalar, shape, []);
}

/** Puts the reduced axes back with extent 1. */
export function keepAxes(value: Value, shape: readonly number[], axes: readonly number[]): Value {
  if (axes.length === 0) return value;
  const kept = range(shape.length).filter((axis) => !axes.includes(axis));
  return broadcastInDim(value, shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)), kept);
}

function scalarInitial(operation: string, initial: Value, dtype: DType): Value {
  if (initial.aval.shape.length > 0) {
    raise(badArgument, {
      operation, argument: "initial", expected: "a scalar", got: `an array of shape ${formatShape(initial.aval.shape)}`, fix: "give one number",
    });
  }
  return convertOperand(operation, initial, dtype);
}

function requireElements(operation: string, shape: readonly number[], axes: readonly number[], isMasked: boolean): void {
  if (isMasked) {
    raise(emptyReduction, {
      operation, argument: "where", expected: "an initial value beside a mask, for places where nothing is chosen", got: "a mask alone", fix: "give `initial`",
    });
  }
  if (axes.some((axis) => shape[axis] === 0)) {
    raise(emptyReduction, {
      operation, expected: "at least one element along each reduced axis", got: `shape ${formatShape(shape)} over axes ${formatShape(axes)}`,
      fix: "give `initial`, or do not reduce an empty axis",
    });
  }
}

