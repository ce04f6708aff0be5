/** @file lax's slices at computed places, gather and scatter, and what reorders or takes arrays apart. */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import { isScalarLiteral, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import * as dynamic from "@lanewise/compiler/primitives/index-dynamic-slice";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { split as takeApart } from "@lanewise/compiler/primitives/structural";
import * as reversal from "@lanewise/compiler/primitives/structural-rev";
import * as stacks from "@lanewise/compiler/primitives/structural-stack";
import { stopGradient as stop } from "@lanewise/compiler/primitives/unary-stop-gradient";
import { map } from "@lanewise/compiler/tree/map";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { publish } from "../array/ndarray.ts";
import { badArgument, badIndex } from "../errors.ts";
import { ensureInstalled } from "../install.ts";
import { give, read } from "../numpy/operand.ts";
import { readPlaces } from "../numpy/places.ts";
import { resolveAxes, resolveAxis, resolveInteger, resolveIntegers, resolveShape } from "../ops/axes.ts";
import { fromStart } from "../ops/index-entries.ts";
import { normalizePlaces } from "../ops/index-gather.ts";
import { sliceAlong } from "../ops/index.ts";
import { namedCall1 } from "../ops/named-call.ts";
import type { ArrayLike, NDArray, WayOut } from "../types.ts";
import { readListTogether, readTogether } from "./operand.ts";

// Slices at computed places --------------------------------------------------------------------------------------------

export interface NegativeOptions {
  /** Whether a negative start counts from the end; true by default. */
  readonly allowNegativeIndices?: boolean;
}

/** Start indices, one per axis: known ones as literals of the dtype of the others, negative ones counted from the start. */
function readStarts(operation: string, starts: unknown, shape: readonly number[], allowNegative: boolean): Value[] {
  const list = Array.isArray(starts) ? (starts as readonly unknown[]) : unpackStarts(operation, starts);
  if (list.length !== shape.length) {
    raise(badArgument, {
      operation, argument: "startIndices", expected: `${shape.length} start indices, one per axis of ${formatShape(shape)}`, got: String(list.length), fix: "give one start per axis",
    });
  }
  const values = list.map((start, axis) => readPlaces(start, operation, `startIndices[${axis}]`));
  const dtype: DType = values.find((value) => !isScalarLiteral(value))?.aval.dtype ?? "int32";
  return values.map((value, axis) => {
    if (isScalarLiteral(value)) return knownStart(operation, value.value, at(shape, axis), isInteger(dtype) ? dtype : "int32", axis, allowNegative);
    return allowNegative ? normalizePlaces(value, at(shape, axis)) : value;
  });
}

function knownStart(operation: string, start: number, extent: number, dtype: DType, axis: number, allowNegative: boolean): Value {
  if (!Number.isInteger(start) || (start < 0 && !allowNegative)) {
    raise(badIndex, {
      operation, argument: `startIndices[${axis}]`, expected: allowNegative ? "an integer" : "an integer that is not negative", got: String(start),
      fix: allowNegative ? "give an integer" : "leave allowNegativeIndices out",
    });
  }
  return scalarLiteral(fromStart(start, extent), dtype);
}

/** Start indices in one array. */
function unpackStarts(operation: string, starts: unknown): readonly Value[] {
  const value = readPlaces(starts, operation, "startIndices");
  if (value.aval.shape.length === 1) return stacks.unstack(value, 0);
  return raise(badArgument, { operation, argument: "startIndices", expected: "a list of scalars or an array of one axis", got: `shape ${formatShape(value.aval.shape)}`, fix: "give a list" });
}

function allowsNegative(operation: string, rest: readonly unknown[]): boolean {
  const { allowNegativeIndices } = parseOptional<NegativeOptions>({ operation, positional: [], named: ["allowNegativeIndices"] }, rest);
  return booleanArgument(operation, "allowNegativeIndices", allowNegativeIndices, true);
}

/**
 * A slice of static sizes that begins where `startIndices` say, moved to lie inside the array.
 *
 * @throws LW1402 for starts of different dtypes, LW1404 for sizes beyond the array
 * @example lax.dynamicSlice(x, [i, 0], [1, 3])
 */
export function dynamicSlice(operand: ArrayLike, startIndices: readonly ArrayLike[] | NDArray, sliceSizes: readonly number[], ...rest: [options?: NegativeOptions]): NDArray {
  const operation = "lax.dynamicSlice";
  const value = read(operand, operation, "operand");
  const starts = readStarts(operation, startIndices, value.aval.shape, allowsNegative(operation, rest));
  return give(dynamic.dynamicSlice(value, starts, resolveShape(operation, sliceSizes, "sliceSizes")));
}

/**
 * The array with `update` in place of the slice that begins where `startIndices` say, moved to lie inside.
 *
 * @throws LW1402 where dtypes differ, LW1404 for an update larger than the array
 * @example lax.dynamicUpdateSlice(x, row, [i, 0])
 */
export function dynamicUpdateSlice(operand: ArrayLike, update: ArrayLike, startIndices: readonly ArrayLike[] | NDArray, ...rest: [options?: NegativeOptions]): NDArray {
  const operation = "lax.dynamicUpdateSlice";
  const [value, part] = readTogether(operation, [operand, update], ["operand", "update"]) as [Value, Value];
  return give(dynamic.dynamicUpdateSlice(value, part, readStarts(operation, startIndices, value.aval.shape, allowsNegative(operation, rest))));
}

/** Starts that are 0 but for one axis. */
function startsInDim(operation: string, start: Value, shape: readonly number[], axis: number, allowNegative: boolean): Value[] {
  const dtype = isInteger(start.aval.dtype) ? start.aval.dtype : "int32";
  return shape.map((extent, other) => {
    if (other !== axis) return scalarLiteral(0, dtype);
    if (isScalarLiteral(start)) return knownStart(operation, start.value, extent, dtype, other, allowNegative);
    return allowNegative ? normalizePlaces(start, extent) : start;
  });
}

/** `dynamicSlice` along one axis. @example lax.dynamicSliceInDim(x, i, 2, 1) */
export function dynamicSliceInDim(
  operand: ArrayLike, startIndex: ArrayLike, sliceSize: number, ...rest: Optional<["axis"], NegativeOptions & { readonly axis?: number }>
): NDArray {
  const operation = "lax.dynamicSliceInDim";
  const { axis = 0, allowNegativeIndices } = parseOptional<NegativeOptions & { axis?: number }>({ operation, positional: ["axis"], named: ["allowNegativeIndices"] }, rest);
  const value = read(operand, operation, "operand");
  const { shape } = value.aval;
  const place = resolveAxis(operation, axis, shape.length);
  const [size] = resolveShape(operation, sliceSize, "sliceSize");
  const starts = startsInDim(operation, readPlaces(startIndex, operation, "startIndex"), shape, place, booleanArgument(operation, "allowNegativeIndices", allowNegativeIndices, true));
  return give(dynamic.dynamicSlice(value, starts, shape.map((extent, other) => (other === place ? size ?? 0 : extent))));
}

/**
 * The slice at one place of an axis; with `keepdims: false` without the axis. A call of `dynamic_index_in_dim` in the jaxpr.
 *
 * @example lax.dynamicIndexInDim(x, i, 0, false) // x[i] for a traced i
 */
export function dynamicIndexInDim(
  operand: ArrayLike, index: ArrayLike, ...rest: Optional<["axis", "keepdims"], NegativeOptions & { readonly axis?: number; readonly keepdims?: boolean }>
): NDArray {
  const operation = "lax.dynamicIndexInDim";
  const { axis = 0, keepdims, allowNegativeIndices } = parseOptional<NegativeOptions & { axis?: number; keepdims?: boolean }>(
    { operation, positional: ["axis", "keepdims"], named: ["allowNegativeIndices"] }, rest);
  const value = read(operand, operation, "operand");
  const place = resolveAxis(operation, axis, value.aval.shape.length);
  const keeps = booleanArgument(operation, "keepdims", keepdims, true);
  const allows = booleanArgument(operation, "allowNegativeIndices", allowNegativeIndices, true);
  return give(namedCall1("dynamic_index_in_dim", { place, keeps, allows }, [value, readPlaces(index, operation, "index")], (args) => {
    const [array, start] = args as readonly [Value, Value];
    const { shape } = array.aval;
    const taken = dynamic.dynamicSlice(array, startsInDim(operation, start, shape, place, allows), shape.map((extent, other) => (other === place ? 1 : extent)));
    return keeps ? taken : squeeze(taken, [place]);
  }));
}

/** `dynamicUpdateSlice` along one axis. @example lax.dynamicUpdateSliceInDim(cache, keys, position, 1) */
export function dynamicUpdateSliceInDim(operand: ArrayLike, update: ArrayLike, startIndex: ArrayLike, axis: number, ...rest: [options?: NegativeOptions]): NDArray {
  const operation = "lax.dynamicUpdateSliceInDim";
  const [value, part] = readTogether(operation, [operand, update], ["operand", "update"]) as [Value, Value];
  const place = resolveAxis(operation, axis, value.aval.shape.length);
  return give(updateInDim(operation, value, part, readPlaces(startIndex, operation, "startIndex"), place, allowsNegative(operation, rest)));
}

function updateInDim(operation: string, value: Value, part: Value, start: Value, axis: number, allowNegative: boolean): Value {
  return dynamic.dynamicUpdateSlice(value, part, startsInDim(operation, start, value.aval.shape, axis, allowNegative));
}

/**
 * The array with `update` at one place of an axis, which the update may lack. A call of `dynamic_update_index_in_dim` in the
 * jaxpr.
 *
 * @example lax.dynamicUpdateIndexInDim(x, row, i, 0)
 */
export function dynamicUpdateIndexInDim(operand: ArrayLike, update: ArrayLike, index: ArrayLike, axis: number, ...rest: [options?: NegativeOptions]): NDArray {
  const operation = "lax.dynamicUpdateIndexInDim";
  const [value, part] = readTogether(operation, [operand, update], ["operand", "update"]) as [Value, Value];
  const rank = value.aval.shape.length;
  const place = resolveAxis(operation, axis, rank);
  const allows = allowsNegative(operation, rest);
  return give(namedCall1("dynamic_update_index_in_dim", { place, allows }, [value, part, readPlaces(index, operation, "index")], (args) => {
    const [array, given, start] = args as readonly [Value, Value, Value];
    const { shape } = given.aval;
    const whole = shape.length === rank ? given : broadcastInDim(given, [...shape.slice(0, place), 1, ...shape.slice(place)], range(rank).filter((other) => other !== place));
    return updateInDim(operation, array, whole, start, place, allows);
  }));
}

// Slices at known places -----------------------------------------------------------------------------------------------

/**
 * `operand[start:limit:stride]` along one axis; null leaves a bound out, negative bounds count from the end.
 *
 * @throws LW1404 for bounds outside the array
 * @example lax.sliceInDim(x, 1, null, 2) // x[1::2]
 */
export function sliceInDim(
  operand: ArrayLike, startIndex: number | null, limitIndex: number | null, ...rest: Optional<["stride", "axis"], { readonly stride?: number; readonly axis?: number }>
): NDArray {
  const operation = "lax.sliceInDim";
  const { stride = 1, axis = 0 } = parseOptional<{ stride?: number; axis?: number }>({ operation, positional: ["stride", "axis"] }, rest);
  const value = read(operand, operation, "operand");
  const place = resolveAxis(operation, axis, value.aval.shape.length);
  const extent = at(value.aval.shape, place);
  const bound = (given: unknown, argument: string): number => fromStart(resolveInteger(operation, given, argument), extent);
  const [start, limit] = [bound(startIndex ?? 0, "startIndex"), bound(limitIndex ?? extent, "limitIndex")];
  return give(sliceAlong(value, start, limit, resolveInteger(operation, stride, "stride"), place));
}

/** The slice at one known place of an axis; with `keepdims: false` without the axis. @throws LW3008 for a place outside the axis */
export function indexInDim(operand: ArrayLike, index: number, ...rest: Optional<["axis", "keepdims"], { readonly axis?: number; readonly keepdims?: boolean }>): NDArray {
  const operation = "lax.indexInDim";
  const { axis = 0, keepdims } = parseOptional<{ axis?: number; keepdims?: boolean }>({ operation, positional: ["axis", "keepdims"] }, rest);
  const value = read(operand, operation, "operand");
  const place = resolveAxis(operation, axis, value.aval.shape.length);
  const extent = at(value.aval.shape, place);
  const start = fromStart(resolveInteger(operation, index, "index"), extent);
  if (start < 0 || start >= extent) {
    raise(badIndex, { operation, argument: "index", expected: `an integer in [${-extent}, ${extent})`, got: describeArgument(index), fix: "stay inside the axis" });
  }
  const taken = sliceAlong(value, start, start + 1, 1, place);
  return give(booleanArgument(operation, "keepdims", keepdims, true) ? taken : squeeze(taken, [place]));
}

// Order and parts ------------------------------------------------------------------------------------------------------

/** The elements in reverse order along these axes. @throws LW1404 */
export const rev = (operand: ArrayLike, dimensions: readonly number[]): NDArray => {
  const value = read(operand, "lax.rev", "operand");
  return give(reversal.rev(value, resolveAxes("lax.rev", dimensions, value.aval.shape.length, "dimensions")));
};

/** Parts of these sizes along an axis. @throws LW1404 where the sizes do not sum to the extent @example lax.split(x, [1, 2], 1) */
export function split(operand: ArrayLike, sizes: readonly number[], ...rest: Optional<["axis"], { readonly axis?: number }>): NDArray[] {
  const { axis = 0 } = parseOptional<{ axis?: number }>({ operation: "lax.split", positional: ["axis"] }, rest);
  const value = read(operand, "lax.split", "operand");
  return takeApart(value, resolveIntegers("lax.split", sizes, "sizes"), resolveAxis("lax.split", axis, value.aval.shape.length)).map((part) => give(part));
}

/** Arrays of one shape and dtype joined along a new axis. @throws LW1402, LW1404 */
export function stack(operands: readonly ArrayLike[], ...rest: Optional<["axis"], { readonly axis?: number }>): NDArray {
  const { axis = 0 } = parseOptional<{ axis?: number }>({ operation: "lax.stack", positional: ["axis"] }, rest);
  const values = readListTogether("lax.stack", operands);
  return give(stacks.stack(values, resolveAxis("lax.stack", axis, (values[0]?.aval.shape.length ?? 0) + 1)));
}

/** The slices of an array along an axis, without that axis. */
export function unstack(x: ArrayLike, ...rest: Optional<["axis"], { readonly axis?: number }>): NDArray[] {
  const { axis = 0 } = parseOptional<{ axis?: number }>({ operation: "lax.unstack", positional: ["axis"] }, rest);
  const value = read(x, "lax.unstack", "x");
  return stacks.unstack(value, resolveAxis("lax.unstack", axis, value.aval.shape.length)).map((row) => give(row));
}

/** The same arrays, which every derivative takes for constants. Takes a tree. @example x.sub(lax.stopGradient(np.max(x))) */
export function stopGradient<T>(x: T): WayOut<T> {
  ensureInstalled();
  return map((leaf: unknown) => publish(stop(read(leaf, "lax.stopGradient", "x"))), x) as WayOut<T>;
}
