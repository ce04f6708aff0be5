/**
 * @file Reading by position. Static integers and slices are a slice, a traced integer among them a dynamic slice, and every
 * other index a gather, as in JAX.
 */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { range } from "@lanewise/compiler/base/shape";
import { aval as makeAval, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType } from "@lanewise/compiler/primitives/arith";
import { dynamicSlice } from "@lanewise/compiler/primitives/index-dynamic-slice";
import type { FillValue, GatherScatterMode } from "@lanewise/compiler/primitives/index-dimensions";
import { gather } from "@lanewise/compiler/primitives/index-gather";
import { broadcastInDim, fullOf } from "@lanewise/compiler/primitives/linear";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { slice, sliceP } from "@lanewise/compiler/primitives/structural";
import { rev } from "@lanewise/compiler/primitives/structural-rev";
import { bind1, currentTrace } from "@lanewise/compiler/trace/stack";
import { describeArgument } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import type { IndexedUpdateOptions } from "../types.ts";
import { expandEntries, fromStart, readEntries, refuseCount, refusePlace, type Entry, type IndexReader, type SliceEntry } from "./index-entries.ts";
import { gatherIndex, normalizePlaces } from "./index-gather.ts";

/** How an index is applied, after the options of a call have been checked. */
export interface IndexMode {
  /** Null where the user leaves it to the operation. */
  readonly mode: GatherScatterMode | null;
  readonly fillValue: FillValue;
  readonly indicesAreSorted: boolean;
  readonly uniqueIndices: boolean;
}

export const defaultMode: IndexMode = { mode: null, fillValue: null, indicesAreSorted: false, uniqueIndices: false };

const modes: Readonly<Record<string, GatherScatterMode>> = {
  fill: "fillOrDrop", drop: "fillOrDrop", clip: "clip", promiseInBounds: "promiseInBounds",
};

/** A mode by the name that users give it; null where there is none. */
export function readMode(operation: string, mode: unknown): GatherScatterMode | null {
  if (mode === undefined || mode === null) return null;
  const known = typeof mode === "string" && Object.hasOwn(modes, mode) ? modes[mode] : undefined;
  if (known !== undefined) return known;
  return raise(badArgument, { operation, argument: "mode", expected: `one of ${Object.keys(modes).join(", ")}`, got: describeArgument(mode), fix: 'use "fill" or "clip"' });
}

/** The options of `x.at(...)`, checked. */
export function readIndexMode(operation: string, options: unknown = {}): IndexMode {
  const known = ["mode", "fillValue", "indicesAreSorted", "uniqueIndices"];
  const given = (typeof options === "object" && options !== null ? options : {}) as IndexedUpdateOptions;
  const wrong = typeof options !== "object" || options === null ? describeArgument(options) : Object.keys(options).find((name) => !known.includes(name));
  if (wrong !== undefined) {
    raise(badArgument, { operation, argument: "options", expected: `an object with ${known.join(", ")}`, got: wrong, fix: "correct the name or leave it out" });
  }
  const { fillValue = null, indicesAreSorted = false, uniqueIndices = false } = given;
  if (fillValue !== null && typeof fillValue !== "number" && typeof fillValue !== "boolean") {
    raise(badArgument, { operation, argument: "fillValue", expected: "a number or boolean", got: describeArgument(fillValue), fix: "fill with one value" });
  }
  return { mode: readMode(operation, given.mode), fillValue, indicesAreSorted, uniqueIndices };
}

/** `x[index]`. */
export function getIndexed(x: Value, index: readonly unknown[], lift: IndexReader["lift"], options: IndexMode = defaultMode, operation = "x.get"): Value {
  const entries = readEntries(index, x.aval.shape, { operation, lift, checksRange: options.mode === null });
  if (options.mode !== "fillOrDrop") {
    const whole = asSlice(x, entries);
    if (whole !== null) return whole;
    const dynamic = asDynamicSlice(x, entries);
    if (dynamic !== null) return dynamic;
  }
  return asGather(operation, x, entries, options);
}

// Slices ---------------------------------------------------------------------------------------------------------------

/** What a basic index does after the slice itself. */
function finish(sliced: Value, entries: readonly Entry[]): Value {
  const reversed: number[] = [];
  const dropped: number[] = [];
  const newAxes: number[] = [];
  let rank = 0;
  for (const entry of entries) {
    if (entry.kind === "newAxis") newAxes.push(rank++);
    else if (entry.kind !== "slice") dropped.push((entry as { readonly axis: number }).axis);
    else {
      if (entry.step < 0) reversed.push(entry.axis);
      rank++;
    }
  }
  const ordered = reversed.length === 0 ? sliced : rev(sliced, reversed);
  return withNewAxes(squeeze(ordered, dropped), newAxes);
}

/** Axes of extent 1 at these places of the result. */
export function withNewAxes(value: Value, newAxes: readonly number[]): Value {
  if (newAxes.length === 0) return value;
  const rank = value.aval.shape.length + newAxes.length;
  const old = range(rank).filter((axis) => !newAxes.includes(axis));
  return broadcastInDim(value, range(rank).map((axis) => (newAxes.includes(axis) ? 1 : at(value.aval.shape, old.indexOf(axis)))), old);
}

/** The bounds of a slice that reads these places forward. */
function forward({ start, stop, step }: SliceEntry, extent: number): readonly [start: number, limit: number, stride: number] {
  if (step > 0) return [start, Math.max(start, stop), step];
  const first = Math.min(extent, stop + 1 + (Math.abs(start - stop - 1) % -step));
  return [first, Math.max(first, start + 1), -step];
}

/** A slice, where everything is known; null otherwise. */
function asSlice(x: Value, entries: readonly Entry[]): Value | null {
  const { shape } = x.aval;
  const starts: number[] = [];
  const limits: number[] = [];
  const strides: number[] = [];
  const expanded = expandEntries(entries, shape);
  for (const entry of expanded) {
    if (entry.kind === "newAxis") continue;
    if (entry.kind === "array" || entry.kind === "bool") return null;
    const extent = at(shape, entry.axis);
    const [start, limit, stride] = entry.kind === "slice" ? forward(entry, extent) : placeInside(entry.place, extent);
    if (limit > extent) return null;
    starts.push(start);
    limits.push(limit);
    strides.push(stride);
  }
  const isDense = strides.every((stride) => stride === 1);
  if (isDense && starts.every((start, axis) => start === 0 && limits[axis] === shape[axis])) return finish(x, expanded);
  // Outside of traces the place is an argument of the program, which then serves every slice of this size.
  const sliced = isDense && currentTrace() === null
    ? dynamicSlice(x, starts.map((start) => scalarLiteral(start, "int32")), limits.map((limit, axis) => limit - at(starts, axis)))
    : slice(x, starts, limits, strides);
  return finish(sliced, expanded);
}

/** One place, clipped to the axis where its range was not checked. */
function placeInside(place: number, extent: number): readonly [start: number, limit: number, stride: number] {
  const start = Math.min(Math.max(fromStart(place, extent), 0), Math.max(extent - 1, 0));
  return [start, start + 1, 1];
}

/** A dynamic slice, where scalars alone are unknown and slices go step by step; null otherwise. */
function asDynamicSlice(x: Value, entries: readonly Entry[]): Value | null {
  const { shape } = x.aval;
  const starts: Value[] = [];
  const sizes: number[] = [];
  const expanded = expandEntries(entries, shape);
  for (const entry of expanded) {
    if (entry.kind === "newAxis") continue;
    if (entry.kind === "bool" || (entry.kind === "array" && entry.places.aval.shape.length > 0)) return null;
    if (entry.kind === "slice") {
      if (Math.abs(entry.step) !== 1) return null;
      starts.push(scalarLiteral(forward(entry, at(shape, entry.axis))[0], "int32"));
      sizes.push(entry.size);
    } else {
      if (shape[entry.axis] === 0) return null;
      starts.push(entry.kind === "array" ? entry.places : scalarLiteral(entry.place, "int32"));
      sizes.push(1);
    }
  }
  const placed = starts.map((start, axis) => normalizePlaces(starts.length > 1 ? convertElementType(start, "int32") : start, at(shape, axis)));
  return finish(dynamicSlice(x, placed, sizes), expanded);
}

// Gather ---------------------------------------------------------------------------------------------------------------

function asGather(operation: string, x: Value, entries: readonly Entry[], options: IndexMode): Value {
  const index = gatherIndex(operation, entries, x.aval.shape);
  const operand = withNewAxes(x, index.boolAxes);
  if (index.shape.includes(0)) return fullOf(0, makeAval(index.shape, x.aval.dtype, x.aval.weakType));
  // Without a component there is nothing to look up.
  const gathered = index.indices.aval.shape.includes(0) ? operand : gather(operand, index.indices, index.dimensions, index.sliceSizes, {
    uniqueIndices: options.uniqueIndices || index.isUniqueAndSorted, indicesAreSorted: options.indicesAreSorted || index.isUniqueAndSorted,
    ...(options.mode === null ? {} : { mode: options.mode, fillValue: options.fillValue }),
  });
  return withNewAxes(index.reversed.length === 0 ? gathered : rev(gathered, index.reversed), index.newAxes);
}

// Rows -----------------------------------------------------------------------------------------------------------------

/**
 * Where the elements that integers alone pick begin, in row-major order; null for any other index.
 *
 * @throws LW3008 for too many integers and for one out of range.
 */
export function leadingOffset(shape: readonly number[], index: readonly unknown[]): number | null {
  let offset = 0;
  for (let axis = 0; axis < index.length; axis++) {
    const entry = index[axis];
    if (typeof entry !== "bigint" && !Number.isInteger(entry)) return null;
    const extent = shape[axis] ?? refuseCount("x.get", index.length, shape);
    const place = Number(entry);
    if (!(place >= -extent && place < extent)) refusePlace("x.get", place, axis, shape);
    offset = offset * extent + fromStart(place, extent);
  }
  for (let axis = index.length; axis < shape.length; axis++) offset *= at(shape, axis);
  return offset;
}

/** `x[start:limit:stride]` along one axis, with strides written out as JAX's slice_in_dim has them. */
export function sliceAlong(x: Value, start: number, limit: number, stride: number, axis: number): Value {
  const along = (value: number, otherwise: (extent: number) => number): number[] => x.aval.shape.map((extent, other) => (other === axis ? value : otherwise(extent)));
  return bind1(sliceP, [x], { startIndices: along(start, () => 0), limitIndices: along(limit, (extent) => extent), strides: along(stride, () => 1) });
}

/** Row `index` of axis 0, as iteration takes it. */
export function rowOf(x: Value, index: number): Value {
  return squeeze(sliceAlong(x, index, index + 1, 1, 0), [0]);
}
