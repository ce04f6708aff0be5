/** @file Reading by position: integers, slices, new axes and "..." as slice, squeeze and broadcast_in_dim. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { broadcastInDim, squeeze } from "@lanewise/compiler/primitives/linear";
import { slice, sliceP } from "@lanewise/compiler/primitives/structural";
import { bind1 } from "@lanewise/compiler/trace/stack";
import { describeArgument } from "../arguments.ts";
import { badIndex, notAvailable } from "../errors.ts";
import type { Slice } from "../types.ts";

/** One axis of the operand after the index has been read: what is taken of it, and whether it stays. */
interface Taken {
  readonly start: number;
  readonly limit: number;
  readonly stride: number;
  readonly isKept: boolean;
}

/** `x[index]` for static indices. */
export function getIndexed(x: Value, index: readonly unknown[]): Value {
  const { shape } = x.aval;
  const full = expandEllipsis(index, shape);
  const taken: Taken[] = [];
  const newAxes: number[] = [];
  let rank = 0;
  for (const entry of full) {
    if (entry === null) {
      newAxes.push(rank++);
      continue;
    }
    const axis = taken.length;
    const part = typeof entry === "number" || typeof entry === "bigint"
      ? position(Number(entry), at(shape, axis), axis, shape) : sliceBounds(entry as Slice, at(shape, axis));
    taken.push(part);
    if (part.isKept) rank++;
  }
  const sliced = takeParts(x, taken);
  const squeezed = squeeze(sliced, range(taken.length).filter((axis) => !at(taken, axis).isKept));
  if (newAxes.length === 0) return squeezed;
  const old = range(rank).filter((place) => !newAxes.includes(place));
  return broadcastInDim(squeezed, range(rank).map((place) => (newAxes.includes(place) ? 1 : at(squeezed.aval.shape, old.indexOf(place)))), old);
}

function takeParts(x: Value, taken: readonly Taken[]): Value {
  const { shape } = x.aval;
  const isWhole = taken.every(({ start, limit, stride }, axis) => start === 0 && limit === shape[axis] && stride === 1);
  if (isWhole) return x;
  return slice(x, taken.map(({ start }) => start), taken.map(({ limit }) => limit), taken.map(({ stride }) => stride));
}

/** The index with "..." and missing entries at the end written out as whole axes. */
function expandEllipsis(index: readonly unknown[], shape: readonly number[]): unknown[] {
  index.forEach((entry, place) => checkEntry(entry, place));
  const consumed = index.filter((entry) => entry !== null && entry !== "...").length;
  if (consumed > shape.length) refuseCount(consumed, shape);
  const dots = index.indexOf("...");
  if (dots !== index.lastIndexOf("...")) {
    raise(badIndex, { operation: "x.get", expected: '"..." once at most', got: "it stands twice", fix: "write whole axes as slice(null)" });
  }
  const rest = new Array<unknown>(shape.length - consumed).fill(wholeAxis);
  return dots < 0 ? [...index, ...rest] : [...index.slice(0, dots), ...rest, ...index.slice(dots + 1)];
}

function refuseCount(count: number, shape: readonly number[]): never {
  return raise(badIndex, {
    operation: "x.get", expected: `at most ${shape.length} indices for an array of shape ${formatShape(shape)}`, got: `${count} indices`,
    fix: "leave indices out, or add axes with null",
  });
}

const wholeAxis: Slice = { kind: "slice", start: null, stop: null, step: null };

function isSlice(entry: unknown): entry is Slice {
  return typeof entry === "object" && entry !== null && (entry as { kind?: unknown }).kind === "slice";
}

function checkEntry(entry: unknown, place: number): void {
  if (entry === null || entry === "..." || isSlice(entry)) return;
  if (typeof entry === "bigint" || (typeof entry === "number" && Number.isInteger(entry))) return;
  if (typeof entry === "object") {
    raise(notAvailable, {
      operation: "x.get", argument: `index ${place}`, expected: "an integer, slice(...), null or \"...\": this version does not index by arrays",
      got: "an array or object", fix: "use slices and integers, or np.where with a mask",
    });
  }
  raise(badIndex, {
    operation: "x.get", argument: `index ${place}`, expected: 'an integer, slice(start, stop, step), null or "..."', got: describeArgument(entry), fix: "correct the index",
  });
}

function position(index: number, extent: number, axis: number, shape: readonly number[]): Taken {
  const start = index < 0 ? index + extent : index;
  if (start < 0 || start >= extent) {
    raise(badIndex, {
      operation: "x.get", argument: `index for axis ${axis}`, expected: `an integer in [${-extent}, ${extent}) for shape ${formatShape(shape)}`,
      got: String(index), fix: "stay inside the array",
    });
  }
  return { start, limit: start + 1, stride: 1, isKept: false };
}

/** Python's reading of `start:stop:step` over an axis of this extent. */
function sliceBounds({ start, stop, step }: Slice, extent: number): Taken {
  const stride = step ?? 1;
  if (!Number.isInteger(stride) || stride === 0 || [start, stop].some((bound) => bound !== null && !Number.isInteger(bound))) {
    raise(badIndex, { operation: "x.get", expected: "slice(...) of integers with a step that is not 0", got: `slice(${start}, ${stop}, ${step})`, fix: "correct the slice" });
  }
  if (stride < 0) {
    raise(notAvailable, { operation: "x.get", expected: "a positive step: this version cannot reverse", got: `slice(${start}, ${stop}, ${step})`, fix: "slice forward" });
  }
  const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + extent : bound, 0), extent);
  const first = start === null ? 0 : clamp(start);
  const limit = stop === null ? extent : clamp(stop);
  return { start: first, limit: Math.max(first, limit), stride, isKept: true };
}

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
    const extent = shape[axis] ?? refuseCount(index.length, shape);
    offset = offset * extent + position(Number(entry), extent, axis, shape).start;
  }
  for (let axis = index.length; axis < shape.length; axis++) offset *= at(shape, axis);
  return offset;
}

/** Row `index` of axis 0, as iteration takes it. */
export function rowOf(x: Value, index: number): Value {
  const rest = x.aval.shape.slice(1);
  const row = bind1(sliceP, [x], {
    startIndices: [index, ...rest.map(() => 0)], limitIndices: [index + 1, ...rest], strides: x.aval.shape.map(() => 1),
  });
  return squeeze(row, [0]);
}
