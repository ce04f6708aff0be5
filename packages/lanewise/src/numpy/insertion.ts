/** @file np's functions that put elements into an array, take them out, and overwrite them. */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveAxis } from "../ops/axes.ts";
import { isSlice } from "../ops/index-entries.ts";
import { convertOperand } from "../ops/operands.ts";
import { requireIntegers } from "../ops/take.ts";
import type { ArrayLike, NDArray, Slice } from "../types.ts";
import { valueOf } from "./composed.ts";
import { diagIndices } from "./coordinates.ts";
import { arange, ones, zeros } from "./create.ts";
import { add, clip, greaterEqual, less, subtract } from "./elementwise.ts";
import { mod } from "./functions.ts";
import { flatnonzero, where } from "./nonzero.ts";
import { elementsNow } from "./now.ts";
import { give, read } from "./operand.ts";
import { argsort, sort } from "./ordering.ts";
import { readPlaces } from "./places.ts";
import { any, sum } from "./reductions.ts";
import { take } from "./indexing.ts";
import { broadcastTo, expandDims, moveaxis, ravel, reshape } from "./shapes.ts";
import { slice } from "./slice.ts";

/** Places along an axis: integers, or the part that a slice names. */
export type Places = ArrayLike | Slice;

/** The array whose axis is meant, and that axis; without one the raveled array. */
function alongAxis(operation: string, arr: ArrayLike, axis: number | null | undefined): readonly [array: NDArray, axis: number] {
  const array = give(read(arr, operation, "arr"));
  return axis === null || axis === undefined ? [ravel(array), 0] : [array, resolveAxis(operation, axis, array.ndim)];
}

type AxisRest = Optional<["axis"], { readonly axis?: number | null }>;

/** Negative places counted from the end, and places outside moved to the nearest end. */
function settled(places: NDArray, extent: number): NDArray {
  return clip(where(less(places, 0), add(places, extent), places), 0, extent);
}

/**
 * The array with values before these places of an axis; without one, of the raveled array. Places are those before anything is
 * put in.
 *
 * @throws LW3006, LW3008 for places that are no integers, LW3007 for places of several axes, LW3005 for values that do not fit
 * @example np.insert([1, 2, 3], 1, 9) // [1, 9, 2, 3]
 */
export function insert(arr: ArrayLike, obj: Places, values: ArrayLike, ...rest: AxisRest): NDArray {
  const operation = "np.insert";
  const [array, axis] = alongAxis(operation, arr, parseOptional<{ axis?: number | null }>({ operation, positional: ["axis"] }, rest).axis);
  const extent = at(array.shape, axis);
  const given = isSlice(obj) ? valueOf(arange(extent).get(obj)) : readPlaces(obj, operation, "obj");
  const { shape } = given.aval;
  if (shape.length > 1) raise(badArgument, { operation, argument: "obj", expected: "an integer, a vector of them, or slice(...)", got: `shape ${formatShape(shape)}`, fix: "ravel it" });
  if (shape[0] !== 0) requireIntegers(operation, given, "obj");
  const places = shape[0] === 0 ? zeros([0], "int32") : ravel(give(given));
  const filled = give(convertOperand(operation, read(values, operation, "values"), array.dtype));
  const widened = reshape(filled, [...new Array<number>(Math.max(0, array.ndim - filled.ndim)).fill(1), ...filled.shape]);
  const inserted = shape.length === 0 ? moveaxis(widened, 0, axis) : widened;
  const count = places.size === 1 ? at(inserted.shape, axis) : places.size;
  const before = settled(broadcastTo(places, [count]), extent);
  // Where the k-th of them in order lies in the result: behind k others.
  const targets = before.at(argsort(before)).add(arange(count));
  const others = flatnonzero(ones([extent + count], "bool").at(targets).set(false), { size: extent });
  const whole = range(axis).map(() => slice());
  const out = zeros(array.shape.map((length, other) => (other === axis ? extent + count : length)), array.dtype);
  return out.at(...whole, targets).set(inserted).at(...whole, others).set(array);
}

export interface DeleteOptions {
  readonly axis?: number | null;
  /** Promises that no place occurs twice, so that places may be traced. */
  readonly assumeUniqueIndices?: boolean;
}

/**
 * The array without these places of an axis; without one, of the raveled array. A vector of bools names the places where it holds.
 *
 * @throws LW3006, LW3007 for places that are traced, unless they are promised to be different; for places outside
 * @example np.delete([1, 2, 3], 1) // [1, 3]
 */
function deleteOf(arr: ArrayLike, obj: Places, ...rest: Optional<["axis"], DeleteOptions>): NDArray {
  const operation = "np.delete";
  const { axis: asked, assumeUniqueIndices } = parseOptional<DeleteOptions>({ operation, positional: ["axis"], named: ["assumeUniqueIndices"] }, rest);
  const [array, axis] = alongAxis(operation, arr, asked);
  const extent = at(array.shape, axis);
  const isUnique = booleanArgument(operation, "assumeUniqueIndices", assumeUniqueIndices);
  const given = isSlice(obj) ? valueOf(arange(extent).get(obj)) : readPlaces(obj, operation, "obj");
  if (given.aval.dtype === "bool" ? given.aval.shape.join() !== String(extent) : !isInteger(given.aval.dtype) && given.aval.shape[0] !== 0) {
    raise(badArgument, { operation, argument: "obj", expected: `integers, or ${extent} bools`, got: describeArgument(obj), fix: "name the places to leave out" });
  }
  if ((isUnique || isSlice(obj)) && isInteger(given.aval.dtype)) return withoutUnique(array, ravel(give(given)), axis);
  const elements = elementsNow(operation, "obj", given, "give { assumeUniqueIndices: true } where no place occurs twice");
  const left = new Set(given.aval.dtype === "bool" ? range(extent).filter((place) => elements[place] !== 0) : elements.map((place) => resolveAxis(operation, place, extent, "obj")));
  return take(array, Int32Array.from(range(extent).filter((place) => !left.has(place))), axis);
}
export { deleteOf as delete };

/** The places that are left are moved by as many as come before them. */
function withoutUnique(array: NDArray, places: NDArray, axis: number): NDArray {
  const extent = at(array.shape, axis);
  const moved = subtract(sort(settled(places, extent)), arange(places.size));
  const kept = arange(Math.max(0, extent - places.size));
  const behind = sum(greaterEqual(expandDims(kept, 0), expandDims(moved, 1)), 0);
  return take(array, add(kept, behind), axis);
}

// Overwriting ----------------------------------------------------------------------------------------------------------

interface InplaceOption {
  /** False: arrays are immutable, and a new one is given. JAX asks for it, so that nobody expects otherwise. */
  readonly inplace: false;
}

function refuseInplace(operation: string, inplace: unknown): void {
  if (inplace === false) return;
  raise(badArgument, { operation, argument: "inplace", expected: "false: arrays are immutable, and the result is a new one", got: describeArgument(inplace), fix: "give { inplace: false } and use the result" });
}

/** As many values as asked for, from the front again where they end. */
function repeated(values: NDArray, count: number): NDArray {
  return take(ravel(values), Int32Array.from(range(count).map((place) => place % values.size)));
}

function requireValues(operation: string, argument: string, values: Value): void {
  if (!values.aval.shape.includes(0)) return;
  raise(badArgument, { operation, argument, expected: "at least one value", got: `shape ${formatShape(values.aval.shape)}`, fix: "check that there are values first" });
}

/** The array with a value, or values one after the other, on its diagonal. @throws LW3007 for a vector, unequal extents of more than two axes, and without `inplace: false` @example np.fillDiagonal(x, 1, { inplace: false }) */
export function fillDiagonal(a: ArrayLike, val: ArrayLike, ...rest: Optional<["wrap"], { readonly wrap?: false } & InplaceOption>): NDArray {
  const operation = "np.fillDiagonal";
  const { wrap, inplace } = parseOptional<{ wrap?: false; inplace?: false }>({ operation, positional: ["wrap"], named: ["inplace"] }, rest);
  refuseInplace(operation, inplace);
  if (booleanArgument(operation, "wrap", wrap)) raise(badArgument, { operation, argument: "wrap", expected: "false", got: "true", fix: "fill the parts of the array one by one" });
  const [array, value] = [give(read(a, operation, "a")), readPlaces(val, operation, "val")];
  if (array.ndim < 2 || (array.ndim > 2 && array.shape.some((extent) => extent !== array.shape[0]))) {
    raise(badArgument, { operation, argument: "a", expected: "a matrix, or an array of axes of one extent", got: `shape ${formatShape(array.shape)}`, fix: "take a square part" });
  }
  requireValues(operation, "val", value);
  const count = Math.min(...array.shape);
  return array.at(...diagIndices(count, array.ndim)).set(value.aval.shape.length === 0 ? give(value) : repeated(give(value), count));
}

export interface PutOptions {
  /** What places outside do: move to the nearest element, or go round. Without a mode negative ones count from the end first. */
  readonly mode?: "clip" | "wrap" | null;
}

/** The array with values, one after the other, at these places of its raveled elements. @throws LW3008, LW3007 without `inplace: false` @example np.put(x, [0, -1], 9, { inplace: false }) */
export function put(a: ArrayLike, ind: ArrayLike, v: ArrayLike, ...rest: Optional<["mode"], PutOptions & InplaceOption>): NDArray {
  const operation = "np.put";
  const { mode = null, inplace } = parseOptional<PutOptions & { inplace?: false }>({ operation, positional: ["mode"], named: ["inplace"] }, rest);
  refuseInplace(operation, inplace);
  if (mode !== null && mode !== "clip" && mode !== "wrap") raise(badArgument, { operation, argument: "mode", expected: "clip, wrap or null", got: describeArgument(mode), fix: "choose one" });
  const [array, given, value] = [give(read(a, operation, "a")), readPlaces(ind, operation, "ind"), give(readPlaces(v, operation, "v"))];
  requireIntegers(operation, given, "ind");
  const places = ravel(give(given));
  if (array.size === 0 || places.size === 0 || value.size === 0) return array;
  const within = mode === "wrap" ? mod(places, array.size) : clip(mode === "clip" ? places : settled(places, array.size), 0, array.size - 1);
  return reshape(ravel(array).at(within).set(repeated(value, places.size)), array.shape);
}

/** The array with values, one after the other, where the mask, of the same size, holds. @throws LW3007 for another size, no values, and without `inplace: false` @example np.place(x, x.less(0), 0, { inplace: false }) */
export function place(arr: ArrayLike, mask: ArrayLike, vals: ArrayLike, ...rest: Optional<[], InplaceOption>): NDArray {
  const operation = "np.place";
  refuseInplace(operation, parseOptional<{ inplace?: false }>({ operation, positional: [], named: ["inplace"] }, rest).inplace);
  const [array, condition, values] = [give(read(arr, operation, "arr")), give(read(mask, operation, "mask")), readPlaces(vals, operation, "vals")];
  if (array.size !== condition.size) raise(badArgument, { operation, argument: "mask", expected: `${array.size} elements, as the array`, got: `${condition.size}`, fix: "give a condition per element" });
  requireValues(operation, "vals", values);
  if (array.size === 0) return array;
  const places = flatnonzero(condition, { size: array.size, fillValue: array.size });
  return reshape(ravel(array).at(places).set(repeated(give(values), array.size), { mode: "drop" }), array.shape);
}

export interface TrimZerosOptions {
  /** Which ends are trimmed: "f" the front, "b" the back, "fb" both. */
  readonly trim?: "f" | "b" | "fb" | "bf";
  /** The axes that are trimmed; all by default. */
  readonly axis?: number | readonly number[] | null;
}

/**
 * The array without the zeros, or slices of zeros, at the ends of its axes.
 *
 * @throws LW3006, LW3007 for another trim, for a traced array and one on a GPU: the extent depends on its elements
 * @example np.trimZeros([0, 1, 0, 2, 0]) // [1, 0, 2]
 */
export function trimZeros(filt: ArrayLike, ...rest: Optional<["trim", "axis"], TrimZerosOptions>): NDArray {
  const operation = "np.trimZeros";
  const { trim = "fb", axis } = parseOptional<TrimZerosOptions>({ operation, positional: ["trim", "axis"] }, rest);
  if (!["f", "b", "fb", "bf"].includes(trim)) raise(badArgument, { operation, argument: "trim", expected: '"f", "b" or "fb"', got: describeArgument(trim), fix: "choose one" });
  const array = give(read(filt, operation, "filt"));
  const chosen: readonly unknown[] = axis === null || axis === undefined ? range(array.ndim) : Array.isArray(axis) ? axis : [axis];
  const axes = chosen.map((one) => resolveAxis(operation, one, array.ndim));
  return array.get(...range(array.ndim).map((which) => {
    if (!axes.includes(which)) return slice();
    const holds = elementsNow(operation, "filt", valueOf(any(array, range(array.ndim).filter((other) => other !== which))), "trim before the function is traced");
    const [first, last] = [holds.indexOf(1), holds.lastIndexOf(1)];
    if (first < 0) return slice(0, 0);
    return slice(trim.includes("f") ? first : 0, trim.includes("b") ? last + 1 : null);
  }));
}
