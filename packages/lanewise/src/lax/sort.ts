/** @file lax's sorts. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import * as primitive from "@lanewise/compiler/primitives/sort";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveAxis } from "../ops/axes.ts";
import type { ArrayLike, NDArray } from "../types.ts";

export interface SortOptions {
  /** The axis to sort along, by default the last one. */
  readonly dimension?: number;
  /** Every sort is stable, whatever this says. */
  readonly isStable?: boolean;
  /** How many of the operands are compared, from the first one on; 1 by default. */
  readonly numKeys?: number;
}

type SortRest = Optional<["dimension", "isStable", "numKeys"], SortOptions>;

function sorted(operation: string, operands: readonly Value[], { dimension = -1, isStable, numKeys = 1 }: SortOptions): readonly Value[] {
  if (operands.length === 0) {
    raise(badArgument, { operation, argument: "operand", expected: "at least one operand", got: "an empty list", fix: "give an array, or a list of arrays" });
  }
  const axis = resolveAxis(operation, dimension, at(operands, 0).aval.shape.length, "dimension");
  return primitive.sort(operands, axis, { isStable: booleanArgument(operation, "isStable", isStable, true), numKeys });
}

/**
 * Sorts along one axis, ascending. A list is several operands of one shape: the first `numKeys` are compared, all are
 * reordered, and a list comes back. -0 equals 0, NaN is the largest, equal elements keep their order.
 *
 * @throws LW3006 for a bad axis, LW1401 for operands of different shapes, LW1404 for a bad numKeys
 * @example lax.sort(x); const [keys, values] = lax.sort([k, v], { numKeys: 1 })
 */
export function sort(operand: readonly ArrayLike[], ...rest: SortRest): readonly NDArray[];
export function sort(operand: ArrayLike, ...rest: SortRest): NDArray;
export function sort(operand: ArrayLike, ...rest: SortRest): NDArray | readonly NDArray[] {
  const operation = "lax.sort";
  const options = parseOptional<SortOptions>({ operation, positional: ["dimension", "isStable", "numKeys"] }, rest);
  if (!Array.isArray(operand)) return give(at(sorted(operation, [read(operand, operation, "operand")], options), 0));
  const operands = (operand as readonly ArrayLike[]).map((one, index) => read(one, operation, `operand[${index}]`));
  return sorted(operation, operands, options).map((value) => give(value));
}

/** The keys in ascending order, and the values in the order of their keys. @throws as `sort` */
export function sortKeyVal(keys: ArrayLike, values: ArrayLike, ...rest: Optional<["dimension", "isStable"], Omit<SortOptions, "numKeys">>): readonly [keys: NDArray, values: NDArray] {
  const operation = "lax.sortKeyVal";
  const options = parseOptional<SortOptions>({ operation, positional: ["dimension", "isStable"] }, rest);
  const [first, second] = sorted(operation, [read(keys, operation, "keys"), read(values, operation, "values")], options) as readonly [Value, Value];
  return [give(first), give(second)];
}

/**
 * The k largest elements along an axis (the last one), the largest first, and their places as int32. NaN is the largest, 0
 * is above -0, equal elements keep their order.
 *
 * @throws LW3006 for a bad axis, LW1404 for a k that is not in [0, extent]
 * @example const [values, places] = lax.topK(x, 3)
 */
export function topK(operand: ArrayLike, k: number, options: { readonly axis?: number } = {}): readonly [values: NDArray, places: NDArray<"int32">] {
  const operation = "lax.topK";
  const { axis = -1 } = parseOptional<{ axis?: number }>({ operation, positional: [], named: ["axis"] }, [options]);
  const value = read(operand, operation, "operand");
  if (typeof k !== "number") raise(badArgument, { operation, argument: "k", expected: "an integer", got: describeArgument(k), fix: "give how many elements to take" });
  const [values, places] = primitive.topK(value, k, resolveAxis(operation, axis, value.aval.shape.length));
  return [give(values), give<"int32">(places)];
}
