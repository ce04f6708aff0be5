/** @file np's functions that read and write by places, and those that reorder or repeat elements. */

import { raise } from "@lanewise/compiler/base/errors";
import type { FillValue } from "@lanewise/compiler/primitives/index-dimensions";
import { unstack as takeRows } from "@lanewise/compiler/primitives/structural-stack";
import { booleanArgument, describeArgument, parseOptional, refuseOut, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveAxis } from "../ops/axes.ts";
import * as reorder from "../ops/reorder.ts";
import * as shapes from "../ops/shape.ts";
import * as ops from "../ops/take.ts";
import type { ArrayLike, Axis, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";
import { readPlaces } from "./places.ts";

function fillOf(operation: string, fillValue: unknown): FillValue {
  if (fillValue === undefined || fillValue === null) return null;
  if (typeof fillValue === "number" || typeof fillValue === "boolean") return fillValue;
  return raise(badArgument, { operation, argument: "fillValue", expected: "a number or boolean", got: describeArgument(fillValue), fix: "fill with one value" });
}

export interface TakeOptions {
  readonly axis?: number | null;
  readonly out?: null;
  readonly mode?: "fill" | "clip" | "wrap";
  readonly uniqueIndices?: boolean;
  readonly indicesAreSorted?: boolean;
  readonly fillValue?: number | boolean | null;
}

/**
 * Slices at these places of an axis, in the shape of the indices; without an axis from the raveled array. Negative places
 * count from the end. Outside, "fill" (the default) gives `fillValue`: NaN for floats, the smallest integer, the largest
 * unsigned one, true for bools; "clip" gives the nearest, "wrap" goes round.
 *
 * @throws LW3008 for indices that are no integers, LW3006 for a bad axis
 * @example np.take(np.array([[1, 2], [3, 4]]), [1, 0], 0) // [[3, 4], [1, 2]]
 */
export function take(a: ArrayLike, indices: ArrayLike, ...rest: Optional<["axis", "out", "mode", "uniqueIndices", "indicesAreSorted", "fillValue"], TakeOptions>): NDArray {
  const operation = "np.take";
  const options = parseOptional<TakeOptions>({ operation, positional: ["axis", "out", "mode", "uniqueIndices", "indicesAreSorted", "fillValue"] }, rest);
  refuseOut(operation, options.out);
  return give(ops.take(read(a, operation, "a"), readPlaces(indices, operation), {
    axis: options.axis ?? null, mode: options.mode, fillValue: fillOf(operation, options.fillValue),
    uniqueIndices: booleanArgument(operation, "uniqueIndices", options.uniqueIndices), indicesAreSorted: booleanArgument(operation, "indicesAreSorted", options.indicesAreSorted),
  }));
}

export interface AlongAxisOptions {
  readonly axis?: number | null;
  readonly mode?: "fill" | "clip" | "promiseInBounds";
  readonly fillValue?: number | boolean | null;
}

/**
 * For each place of `indices` the element at that place of the axis (by default the last one), where the other axes go along
 * and broadcast. What argsort and argmax give are such places.
 *
 * @throws LW3008 for indices that are no integers, LW3005 where shapes do not fit
 * @example np.takeAlongAxis(x, np.argsort(x), -1)
 */
export function takeAlongAxis(arr: ArrayLike, indices: ArrayLike, ...rest: Optional<["axis", "mode", "fillValue"], AlongAxisOptions>): NDArray {
  const operation = "np.takeAlongAxis";
  const { axis = -1, mode, fillValue } = parseOptional<AlongAxisOptions>({ operation, positional: ["axis", "mode", "fillValue"] }, rest);
  return give(ops.takeAlongAxis(read(arr, operation, "arr"), readPlaces(indices, operation), { axis, mode, fillValue: fillOf(operation, fillValue) }));
}

/**
 * A new array with `values` at the places that takeAlongAxis would read; those outside are dropped.
 *
 * @throws LW3008, LW3005 as takeAlongAxis
 * @example np.putAlongAxis(x, [[0], [1]], 9, 1)
 */
export function putAlongAxis(arr: ArrayLike, indices: ArrayLike, values: ArrayLike, axis: number | null, options: { readonly mode?: "drop" | "clip" | "promiseInBounds" } = {}): NDArray {
  const operation = "np.putAlongAxis";
  return give(ops.putAlongAxis(read(arr, operation, "arr"), readPlaces(indices, operation), read(values, operation, "values"), axis, options.mode));
}

/** The elements in reverse order along these axes; all where none is given. @throws LW3006 @example np.flip([1, 2, 3]) // [3, 2, 1] */
export function flip(m: ArrayLike, ...rest: Optional<["axis"], { readonly axis?: Axis }>): NDArray {
  const { axis } = parseOptional<{ axis?: Axis }>({ operation: "np.flip", positional: ["axis"] }, rest);
  return give(reorder.flip(read(m, "np.flip", "m"), axis));
}

/** Columns in reverse order: axis 1. @throws LW3006 for fewer than two axes */
export const fliplr = (m: ArrayLike): NDArray => give(reorder.flip(read(m, "np.fliplr", "m"), 1, "np.fliplr"));

/** Rows in reverse order: axis 0. @throws LW3006 for a 0-d array */
export const flipud = (m: ArrayLike): NDArray => give(reorder.flip(read(m, "np.flipud", "m"), 0, "np.flipud"));

/**
 * The elements moved along axes, those that fall off one end coming back at the other; without an axis along the raveled
 * array. The shift may be traced.
 *
 * @throws LW3006 for a bad axis, LW3007 for as many shifts as do not fit the axes
 * @example np.roll([1, 2, 3], 1) // [3, 1, 2]
 */
export function roll(a: ArrayLike, shift: ArrayLike, ...rest: Optional<["axis"], { readonly axis?: Axis }>): NDArray {
  const operation = "np.roll";
  const { axis } = parseOptional<{ axis?: Axis }>({ operation, positional: ["axis"] }, rest);
  const isStatic = typeof shift === "number" && Number.isInteger(shift) || Array.isArray(shift);
  return give(reorder.roll(read(a, operation, "a"), isStatic ? (shift as number | readonly number[]) : readPlaces(shift, operation, "shift"), axis));
}

/**
 * Each element so many times, one after the other, or each as often as a list says; without an axis along the raveled array.
 *
 * @throws LW3007 for counts that are no static integers or do not fit the axis
 * @example np.repeat([1, 2], 2) // [1, 1, 2, 2]
 * @example np.repeat([1, 2], [1, 3]) // [1, 2, 2, 2]
 */
export function repeat(a: ArrayLike, repeats: number | readonly number[], ...rest: Optional<["axis"], { readonly axis?: number | null }>): NDArray {
  const operation = "np.repeat";
  const { axis } = parseOptional<{ axis?: number | null }>({ operation, positional: ["axis"] }, rest);
  return give(reorder.repeat(read(a, operation, "a"), repeats, axis, (places) => read(places, operation, "repeats")));
}

/** The slices of an array along an axis, without that axis. @throws LW3006 @example const [x, y] = np.unstack(points, 1) */
export function unstack(x: ArrayLike, ...rest: Optional<["axis"], { readonly axis?: number }>): NDArray[] {
  const { axis = 0 } = parseOptional<{ axis?: number }>({ operation: "np.unstack", positional: ["axis"] }, rest);
  const value = read(x, "np.unstack", "x");
  return takeRows(value, resolveAxis("np.unstack", axis, value.aval.shape.length)).map((row) => give(row));
}

function splitAlong(operation: string, ary: ArrayLike, parts: number | readonly number[], axis: number, uneven: boolean): NDArray[] {
  return shapes.split(read(ary, operation, "ary"), parts, axis, operation, uneven).map((part) => give(part));
}

/** As `split`, but the parts need not be equal: the first ones are longer by 1. @example np.arraySplit(np.arange(5), 2) // [0, 1, 2], [3, 4] */
export function arraySplit(ary: ArrayLike, indicesOrSections: number | readonly number[], ...rest: Optional<["axis"], { readonly axis?: number }>): NDArray[] {
  const { axis = 0 } = parseOptional<{ axis?: number }>({ operation: "np.arraySplit", positional: ["axis"] }, rest);
  return splitAlong("np.arraySplit", ary, indicesOrSections, axis, true);
}

/** `split` along axis 0. */
export const vsplit = (ary: ArrayLike, indicesOrSections: number | readonly number[]): NDArray[] => splitAlong("np.vsplit", ary, indicesOrSections, 0, false);
/** `split` along axis 1. */
export const hsplit = (ary: ArrayLike, indicesOrSections: number | readonly number[]): NDArray[] => splitAlong("np.hsplit", ary, indicesOrSections, 1, false);
/** `split` along axis 2. */
export const dsplit = (ary: ArrayLike, indicesOrSections: number | readonly number[]): NDArray[] => splitAlong("np.dsplit", ary, indicesOrSections, 2, false);
