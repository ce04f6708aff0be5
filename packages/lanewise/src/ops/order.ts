/** @file Order on values: sort, argsort, lexsort, argmax, argmin. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { equalShapes, formatShape, range, sizeOf } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { scalarLike } from "@lanewise/compiler/primitives/arith";
import { ne } from "@lanewise/compiler/primitives/compare";
import * as reduce from "@lanewise/compiler/primitives/reduce";
import * as primitive from "@lanewise/compiler/primitives/sort";
import { iota } from "@lanewise/compiler/primitives/structural";
import { rev } from "@lanewise/compiler/primitives/structural-rev";
import { booleanArgument, parseOptional, refuseOut } from "../arguments.ts";
import { emptyReduction, incompatibleShapes } from "../errors.ts";
import { resolveAxis } from "./axes.ts";
import { replaceNaN, where } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { all, keepAxes } from "./reduce.ts";
import { ravel } from "./shape.ts";

export interface SortArguments {
  /** Null sorts all elements as one row. */
  readonly axis: number | null;
  readonly stable: boolean;
  readonly descending: boolean;
}

/** What users may give beside the array that is sorted. */
export interface SortOptions {
  /** The axis to sort along, by default the last one; null sorts all elements as one row. */
  readonly axis?: number | null;
  /** Every sort is stable, whatever this says. */
  readonly stable?: boolean;
  readonly descending?: boolean;
}

/** The optional arguments of sort and argsort. */
export function parseSort(operation: string, rest: readonly unknown[]): SortArguments {
  const { axis = -1, stable, descending } = parseOptional<SortOptions>({ operation, positional: ["axis"], named: ["stable", "descending"] }, rest);
  return { axis, stable: booleanArgument(operation, "stable", stable, true), descending: booleanArgument(operation, "descending", descending) };
}

/** What users may give beside the operand of argmax and argmin. */
export interface ArgReduceOptions {
  readonly axis?: number | null;
  readonly out?: null;
  readonly keepdims?: boolean;
}

/** The optional arguments of argmax and argmin; without an axis all elements are one row. */
export function parseArgReduce(operation: string, rest: readonly unknown[]): readonly [axis: number | null, keepdims: boolean] {
  const { axis = null, out, keepdims } = parseOptional<ArgReduceOptions>({ operation, positional: ["axis", "out", "keepdims"] }, rest);
  refuseOut(operation, out);
  return [axis, booleanArgument(operation, "keepdims", keepdims)];
}

/** The array that is sorted and the axis along which. */
function rowsOf(operation: string, x: Value, axis: number | null): readonly [Value, number] {
  return axis === null ? [ravel(x), 0] : [x, resolveAxis(operation, axis, x.aval.shape.length)];
}

/** The elements in ascending or descending order along an axis. A call of `sort` in the jaxpr. */
export function sort(x: Value, given: SortArguments): Value {
  if (given.axis !== null) resolveAxis("np.sort", given.axis, x.aval.shape.length);
  return namedCall1("sort", given, [x], ([operand]) => {
    const [rows, dimension] = rowsOf("np.sort", operand as Value, given.axis);
    const sorted = at(primitive.sort([rows], dimension, { isStable: given.stable }), 0);
    return given.descending ? rev(sorted, [dimension]) : sorted;
  });
}

/** The places that the elements of the sorted array come from, as int32. A call of `argsort` in the jaxpr. */
export function argsort(x: Value, given: SortArguments): Value {
  if (given.axis !== null) resolveAxis("np.argsort", given.axis, x.aval.shape.length);
  return namedCall1("argsort", given, [x], ([operand]) => {
    const [rows, dimension] = rowsOf("np.argsort", operand as Value, given.axis);
    const places = iota("int32", rows.aval.shape, dimension);
    // Read backwards before and after, equal elements keep their order in descending order too.
    const turned = given.descending ? [rev(rows, [dimension]), rev(places, [dimension])] : [rows, places];
    const sorted = at(primitive.sort(turned, dimension, { isStable: given.stable }), 1);
    return given.descending ? rev(sorted, [dimension]) : sorted;
  });
}

/** The order by several keys of one shape, the last one first. A call of `lexsort` in the jaxpr. */
export function lexsort(keys: readonly Value[], axis: number): Value {
  const operation = "np.lexsort";
  const { shape } = at(keys, 0).aval;
  const other = keys.find((key) => !equalShapes(key.aval.shape, shape));
  if (other !== undefined) {
    raise(incompatibleShapes, {
      operation, argument: "keys", expected: "keys of one shape", got: `${formatShape(shape)} and ${formatShape(other.aval.shape)}`, fix: "broadcast the keys to one shape",
    });
  }
  const dimension = resolveAxis(operation, axis, shape.length);
  return namedCall1("lexsort", { dimension }, keys, (operands) =>
    at(primitive.sort([...operands.toReversed(), iota("int32", shape, dimension)], dimension, { numKeys: operands.length }), -1));
}

function argReduce(operation: string, find: (operand: Value, axis: number) => Value, x: Value, axis: number | null, keepdims: boolean): Value {
  const { shape } = x.aval;
  const axes = axis === null ? range(shape.length) : [resolveAxis(operation, axis, shape.length)];
  if (sizeOf(axes.map((kept) => at(shape, kept))) === 0) {
    raise(emptyReduction, {
      operation, expected: "at least one element along the axis", got: `shape ${formatShape(shape)}${axis === null ? "" : ` along axis ${axis}`}`,
      fix: "check that the array is not empty first",
    });
  }
  const [rows, dimension] = rowsOf(operation, x, axis);
  const places = find(rows, dimension);
  return keepdims ? keepAxes(places, shape, axes) : places;
}

/** The place of the largest element along an axis, or in the raveled array. */
export const argmax = (x: Value, axis: number | null, keepdims: boolean): Value => argReduce("np.argmax", reduce.argmax, x, axis, keepdims);
/** The place of the smallest element. */
export const argmin = (x: Value, axis: number | null, keepdims: boolean): Value => argReduce("np.argmin", reduce.argmin, x, axis, keepdims);

function nanArgReduce(find: typeof argmax, replacement: number, x: Value, axis: number | null, keepdims: boolean): Value {
  if (!isFloat(x.aval.dtype)) return find(x, axis, keepdims);
  const isNaN = ne(x, x);
  const places = find(replaceNaN(x, replacement, isNaN), axis, keepdims);
  return where(all(isNaN, { axis, keepdims }), scalarLike(places, -1), places);
}

/** As argmax, without NaN; -1 where there is nothing else. */
export const nanargmax = (x: Value, axis: number | null, keepdims: boolean): Value => nanArgReduce(argmax, -Infinity, x, axis, keepdims);
/** As argmin, without NaN; -1 where there is nothing else. */
export const nanargmin = (x: Value, axis: number | null, keepdims: boolean): Value => nanArgReduce(argmin, Infinity, x, axis, keepdims);
