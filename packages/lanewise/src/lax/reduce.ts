/** @file lax's reductions and contractions. */

import { raise } from "@lanewise/compiler/base/errors";
import type { DType } from "@lanewise/compiler/base/dtype";
import { aval } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import * as contract from "@lanewise/compiler/primitives/contract";
import * as linear from "@lanewise/compiler/primitives/linear";
import * as reduce from "@lanewise/compiler/primitives/reduce";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveAxes, resolveInteger } from "../ops/axes.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { highest, lowest } from "../ops/reduce.ts";
import { resolvePrecision, type PrecisionLike } from "../ops/precision.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { readTogether } from "./operand.ts";

type Reduction = (operand: ArrayLike, axes: readonly number[]) => NDArray;

function reduction(name: string, apply: (operand: Value, axes: readonly number[]) => Value): Reduction {
  return (operand, axes) => {
    const value = read(operand, `lax.${name}`, "operand");
    return give(apply(value, resolveAxes(`lax.${name}`, axes, value.aval.shape.length, "axes")));
  };
}

/** The sum over `axes`. */
export const reduceSum: Reduction = reduction("reduceSum", linear.reduceSum);
/** The product over `axes`; 1 for an empty axis. */
export const reduceProd: Reduction = reduction("reduceProd", reduce.reduceProd);
/** The largest over `axes`; NaN where one is NaN, the least value of the dtype for an empty axis. */
export const reduceMax: Reduction = reduction("reduceMax", orIdentity(lowest, reduce.reduceMax));
/** The smallest over `axes`; NaN where one is NaN, the greatest value of the dtype for an empty axis. */
export const reduceMin: Reduction = reduction("reduceMin", orIdentity(highest, reduce.reduceMin));
/** Whether all bools over `axes` hold; of integers, bit by bit. @throws LW1403 for floats: this and the next two */
export const reduceAnd: Reduction = reduction("reduceAnd", reduce.reduceAnd);
/** Whether any bool over `axes` holds; of integers, bit by bit. */
export const reduceOr: Reduction = reduction("reduceOr", reduce.reduceOr);
/** Whether an odd number of bools over `axes` hold; of integers, bit by bit. */
export const reduceXor: Reduction = reduction("reduceXor", reduce.reduceXor);

/** A reduction, and its identity where there is nothing to reduce. */
function orIdentity(identity: (dtype: DType) => number, apply: (operand: Value, axes: readonly number[]) => Value): (operand: Value, axes: readonly number[]) => Value {
  return (operand, axes) => {
    const { shape, dtype } = operand.aval;
    if (axes.every((axis) => shape[axis] !== 0)) return apply(operand, axes);
    return linear.fullOf(identity(dtype), aval(shape.filter((_, axis) => !axes.includes(axis)), dtype));
  };
}

type ArgReduction = (operand: ArrayLike, axis: number, indexDtype?: "int32" | "uint32") => NDArray<"int32">;

/** The place of the largest element along an axis: of the first NaN, else of the first of equal ones. @throws LW1404 for an empty axis and a bad one */
export const argmax: ArgReduction = (operand, axis, indexDtype = "int32") => give(reduce.argmax(read(operand, "lax.argmax", "operand"), resolveInteger("lax.argmax", axis, "axis"), indexDtype));
/** The place of the smallest element along an axis. @throws LW1404 */
export const argmin: ArgReduction = (operand, axis, indexDtype = "int32") => give(reduce.argmin(read(operand, "lax.argmin", "operand"), resolveInteger("lax.argmin", axis, "axis"), indexDtype));

/** `[[left contracting, right contracting], [left batch, right batch]]`, as in JAX. */
export type DotDimensionNumbers = readonly [
  contract: readonly [left: readonly number[], right: readonly number[]], batch: readonly [left: readonly number[], right: readonly number[]],
];

export interface DotGeneralOptions {
  readonly precision?: PrecisionLike;
  /** The dtype of the sums and of the result. */
  readonly preferredElementType?: DType | null;
}

/**
 * Sums of products over the contracting axes. Result axes: batch, then the rest of lhs, then the rest of rhs.
 *
 * @throws LW1401 where extents differ, LW1402, LW1404
 */
export const dotGeneral = (lhs: ArrayLike, rhs: ArrayLike, dimensionNumbers: DotDimensionNumbers, ...rest: Optional<["precision", "preferredElementType"], DotGeneralOptions>): NDArray => {
  const { precision, preferredElementType } = parseOptional<DotGeneralOptions>({ operation: "lax.dotGeneral", positional: ["precision", "preferredElementType"] }, rest);
  const isPair = (value: unknown): value is readonly [unknown, unknown] => Array.isArray(value) && value.length === 2;
  const isAxes = (value: unknown): boolean => Array.isArray(value) && value.every((axis) => Number.isInteger(axis));
  if (!isPair(dimensionNumbers) || !(dimensionNumbers as readonly unknown[]).every((pair) => isPair(pair) && pair.every(isAxes))) {
    raise(badArgument, {
      operation: "lax.dotGeneral", argument: "dimensionNumbers", expected: "[[contracting of lhs, of rhs], [batch of lhs, of rhs]], each a list of axes",
      got: describeArgument(dimensionNumbers), fix: "for a matrix product: [[[1], [0]], [[], []]]",
    });
  }
  const [left, right] = readTogether("lax.dotGeneral", [lhs, rhs], ["lhs", "rhs"]) as [Value, Value];
  const [[contractLeft, contractRight], [batchLeft, batchRight]] = dimensionNumbers;
  return give(contract.dotGeneral(left, right, { contractLeft, contractRight, batchLeft, batchRight }, {
    precision: resolvePrecision("lax.dotGeneral", precision), preferredElementType: resolveOptionalDType("lax.dotGeneral", preferredElementType),
  }));
};
