/**
 * @file Reads an index as users write it: integers, slices, new axes, "...", arrays of places and masks, each with the
 * axis that it consumes. Masks must have values; they become arrays of places.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { isTypedArray } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { equalShapes, formatShape, range, sizeOf, stridesOf } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { concretization } from "@lanewise/compiler/trace/errors";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { isTracer } from "@lanewise/compiler/trace/tracer";
import { describeArgument } from "../arguments.ts";
import { badIndex } from "../errors.ts";
import type { Slice } from "../types.ts";

/** One part of an index. `axis` is the operand's axis that it consumes. */
export type Entry =
  | { readonly kind: "newAxis" }
  | { readonly kind: "ellipsis"; readonly axes: readonly number[] }
  | { readonly kind: "integer"; readonly axis: number; readonly place: number }
  | SliceEntry
  | { readonly kind: "array"; readonly axis: number; readonly places: Value }
  /** A single bool: an axis of extent 1 or 0 in the result. */
  | { readonly kind: "bool"; readonly value: boolean };

/** `size` places from `start` on by `step`, which is not 0; the places lie inside the axis. */
export interface SliceEntry {
  readonly kind: "slice";
  readonly axis: number;
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly size: number;
}

/** What reading an index needs from outside. */
export interface IndexReader {
  /** As the user wrote it: `x.get`. */
  readonly operation: string;
  /** Reads an array as the functions of np read theirs. */
  readonly lift: (operand: unknown, argument: string) => Value;
  /** Whether an integer out of range throws; otherwise the mode says what it means. */
  readonly checksRange: boolean;
}

export function isSlice(entry: unknown): entry is Slice {
  return typeof entry === "object" && entry !== null && (entry as { kind?: unknown }).kind === "slice";
}

/** An entry before its axis is known. */
type Raw =
  | { readonly kind: "newAxis" | "ellipsis" }
  | { readonly kind: "integer"; readonly place: number }
  | { readonly kind: "slice"; readonly slice: Slice }
  | { readonly kind: "array"; readonly places: Value; readonly host: Int32Array | null }
  | { readonly kind: "mask"; readonly shape: readonly number[]; readonly holds: ArrayLike<number | boolean> };

/** The entries of an index of an array of this shape, in the order in which they stand. */
export function readEntries(index: readonly unknown[], shape: readonly number[], reader: IndexReader): Entry[] {
  const { operation } = reader;
  const raw = index.map((entry, place) => readRaw(entry, place, reader));
  const consumed = raw.reduce((sum, entry) => sum + consumedBy(entry), 0);
  if (consumed > shape.length) refuseCount(operation, consumed, shape);
  if (raw.filter(({ kind }) => kind === "ellipsis").length > 1) {
    raise(badIndex, { operation, expected: '"..." once at most', got: "it stands twice", fix: "write whole axes as slice()" });
  }
  let axis = 0;
  return raw.flatMap((entry) => {
    const first = axis;
    axis += entry.kind === "ellipsis" ? shape.length - consumed : consumedBy(entry);
    return placeEntry(entry, first, axis, shape, reader);
  });
}

function consumedBy(entry: Raw): number {
  switch (entry.kind) {
    case "newAxis": case "ellipsis": return 0;
    case "mask": return entry.shape.length;
    default: return 1;
  }
}

function readRaw(entry: unknown, place: number, reader: IndexReader): Raw {
  if (entry === null) return { kind: "newAxis" };
  if (entry === "...") return { kind: "ellipsis" };
  if (typeof entry === "boolean") return { kind: "mask", shape: [], holds: [entry] };
  if (typeof entry === "bigint" || (typeof entry === "number" && Number.isInteger(entry))) return { kind: "integer", place: Number(entry) };
  if (isSlice(entry)) return { kind: "slice", slice: entry };
  if (Array.isArray(entry)) return readList(entry, place, reader);
  if (typeof entry === "object") return readArray(reader.lift(entry, `index ${place}`), isTypedArray(entry) ? Int32Array.from(entry, Number) : null, place, reader);
  return raise(badIndex, {
    operation: reader.operation, argument: `index ${place}`, expected: 'an integer, slice(start, stop, step), null, "...", or an array of integers or bools',
    got: describeArgument(entry), fix: "correct the index",
  });
}

/** A nested list that is regular: its shape and leaves; null otherwise. */
function regularList(list: readonly unknown[]): { readonly shape: readonly number[]; readonly leaves: readonly unknown[] } | null {
  const shape: number[] = [];
  for (let row: unknown = list; Array.isArray(row); row = (row as readonly unknown[])[0]) shape.push(row.length);
  const leaves = list.flat(shape.length - 1) as readonly unknown[];
  return leaves.length === sizeOf(shape) && !leaves.some(Array.isArray) ? { shape, leaves } : null;
}

/** A nested list of integers as an array of int32, with its elements; null for any other list. */
export function readIntegers(list: readonly unknown[], lift: (operand: unknown) => Value): { readonly places: Value; readonly host: Int32Array } | null {
  const regular = regularList(list);
  const isInteger = (leaf: unknown): boolean => typeof leaf === "bigint" || (typeof leaf === "number" && Number.isInteger(leaf));
  if (regular === null || !regular.leaves.every(isInteger)) return null;
  const host = Int32Array.from(regular.leaves, Number);
  return { places: reshape(lift(host), regular.shape), host };
}

/** A nested list: all integers or all bools. With arrays among its elements it is read as an array. */
function readList(list: readonly unknown[], place: number, reader: IndexReader): Raw {
  const regular = regularList(list);
  if (regular !== null && regular.leaves.length > 0 && regular.leaves.every((leaf) => typeof leaf === "boolean")) {
    return { kind: "mask", shape: regular.shape, holds: regular.leaves };
  }
  const lift = (operand: unknown): Value => reader.lift(operand, `index ${place}`);
  const integers = readIntegers(list, lift);
  return integers === null ? readArray(lift(list), null, place, reader) : { kind: "array", ...integers };
}

function readArray(value: Value, host: Int32Array | null, place: number, { operation }: IndexReader): Raw {
  const { dtype, shape } = value.aval;
  if (isInteger(dtype)) return { kind: "array", places: value, host };
  if (dtype !== "bool") {
    return raise(badIndex, {
      operation, argument: `index ${place}`, expected: "integers or bools", got: describeAval(value.aval), fix: 'convert the array with astype("int32")',
    });
  }
  if (isTracer(value)) {
    return raise(concretization, {
      operation, argument: `index ${place}`, expected: "a mask that has values: the result's shape depends on them",
      got: `a traced ${describeAval(value.aval)} in ${value.trace.functionName}: ${value.trace.describeOrigin(value)}`,
      fix: "use np.where(mask, x, 0), which keeps the shape; or compute the mask outside",
    });
  }
  return { kind: "mask", shape, holds: (value as unknown as { dataSync(): Uint8Array }).dataSync() };
}

function placeEntry(entry: Raw, first: number, end: number, shape: readonly number[], reader: IndexReader): readonly Entry[] {
  switch (entry.kind) {
    case "newAxis": return [{ kind: "newAxis" }];
    case "ellipsis": return [{ kind: "ellipsis", axes: range(end - first).map((axis) => first + axis) }];
    case "slice": return [placedSlice(entry.slice, first, at(shape, first), reader.operation)];
    case "integer":
      if (reader.checksRange) checkRange([entry.place], first, shape, reader.operation);
      return [{ kind: "integer", axis: first, place: entry.place }];
    case "array":
      if (reader.checksRange && entry.host !== null) checkRange(entry.host, first, shape, reader.operation);
      return [{ kind: "array", axis: first, places: entry.places }];
    case "mask":
      if (entry.shape.length === 0) return [{ kind: "bool", value: Boolean(at(entry.holds, 0)) }];
      return placesOfMask(entry, first, shape.slice(first, end), reader);
  }
}

/** Integers that are known now must lie on their axis. */
function checkRange(places: ArrayLike<number>, axis: number, shape: readonly number[], operation: string): void {
  const extent = at(shape, axis);
  for (let index = 0; index < places.length; index++) {
    const place = at(places, index);
    if (!(place >= -extent && place < extent)) refusePlace(operation, place, axis, shape);
  }
}

export function refusePlace(operation: string, place: number, axis: number, shape: readonly number[]): never {
  const extent = at(shape, axis);
  return raise(badIndex, {
    operation, argument: `index for axis ${axis}`, expected: `an integer in [${-extent}, ${extent}) for shape ${formatShape(shape)}`,
    got: String(place), fix: 'stay inside the array, or say what is meant with a mode: x.at(i).get({ mode: "fill" })',
  });
}

export function refuseCount(operation: string, count: number, shape: readonly number[]): never {
  return raise(badIndex, {
    operation, expected: `at most ${shape.length} indices for an array of shape ${formatShape(shape)}`, got: `${count} indices`,
    fix: "leave indices out, or add axes with null",
  });
}

/** The places that a mask holds, one array per axis. */
function placesOfMask(mask: Raw & { readonly kind: "mask" }, axis: number, covered: readonly number[], reader: IndexReader): Entry[] {
  if (!equalShapes(mask.shape, covered)) {
    raise(badIndex, {
      operation: reader.operation, argument: `index for axis ${axis}`, expected: `a mask of shape ${formatShape(covered)}, as the axes that it covers`,
      got: `shape ${formatShape(mask.shape)}`, fix: "compute the mask from the array itself",
    });
  }
  const held = range(sizeOf(mask.shape)).filter((flat) => Boolean(at(mask.holds, flat)));
  const strides = stridesOf(mask.shape);
  return mask.shape.map((extent, inner) => ({
    kind: "array", axis: axis + inner,
    places: reader.lift(Int32Array.from(held, (flat) => Math.floor(flat / at(strides, inner)) % extent), `index for axis ${axis + inner}`),
  }));
}

/** Python's reading of `start:stop:step` over an axis of this extent. */
function placedSlice({ start, stop, step }: Slice, axis: number, extent: number, operation: string): SliceEntry {
  const stride = step ?? 1;
  if (!Number.isInteger(stride) || stride === 0 || [start, stop].some((bound) => bound !== null && !Number.isInteger(bound))) {
    raise(badIndex, {
      operation, expected: "slice(...) of integers with a step that is not 0", got: `slice(${[start, stop, step].map(describeArgument).join(", ")})`,
      fix: "give static integers; for a traced start use lax.dynamicSliceInDim",
    });
  }
  const [lowest, highest] = stride > 0 ? [0, extent] : [-1, extent - 1];
  const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + extent : bound, lowest), highest);
  const first = start === null ? (stride > 0 ? lowest : highest) : clamp(start);
  const last = stop === null ? (stride > 0 ? highest : lowest) : clamp(stop);
  return { kind: "slice", axis, start: first, stop: last, step: stride, size: Math.max(0, Math.ceil((last - first) / stride)) };
}

/** Whether a slice takes all of its axis in order. */
export function isWhole({ start, step, size }: SliceEntry, extent: number): boolean {
  return start === 0 && step === 1 && size === extent;
}

/** The entries with "..." and missing ones at the end written out as whole axes. */
export function expandEntries(entries: readonly Entry[], shape: readonly number[]): Exclude<Entry, { readonly kind: "ellipsis" }>[] {
  const whole = (axis: number): SliceEntry => ({ kind: "slice", axis, start: 0, stop: at(shape, axis), step: 1, size: at(shape, axis) });
  const expanded = entries.flatMap((entry) => (entry.kind === "ellipsis" ? entry.axes.map(whole) : [entry]));
  const consumed = expanded.filter((entry) => "axis" in entry).length;
  return [...expanded, ...range(shape.length - consumed).map((place) => whole(consumed + place))];
}

/** An index that may count from the end, as one from the start: `select(i < 0, i + extent, i)`; unsigned ones do not. */
export function fromStart(place: number, extent: number): number {
  return place < 0 ? place + extent : place;
}
