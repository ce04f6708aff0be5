/** @file np's functions that move elements: reshaping, reordering, joining, splitting, padding. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { range } from "@lanewise/compiler/base/shape";
import { describeArgument, parseOptional, refuseOut, type Optional } from "../arguments.ts";
import { badArgument, notAvailable } from "../errors.ts";
import * as ops from "../ops/shape.ts";
import type { ArrayLike, Axis, DType, NDArray } from "../types.ts";
import { joined, readList } from "./lists.ts";
import { give, read } from "./operand.ts";

type Order = "C";

function requireRowMajor(operation: string, order: unknown): void {
  if (order === undefined || order === "C") return;
  raise(notAvailable, { operation, argument: "order", expected: '"C", the row-major order', got: describeArgument(order), fix: "transpose before and after" });
}

/** The same elements in row-major order in another shape; one extent may be -1. @throws LW3007 where the sizes differ. */
export function reshape(a: ArrayLike, shape: number | readonly number[], ...rest: Optional<["order"], { readonly order?: Order }>): NDArray {
  const { order } = parseOptional<{ order?: Order }>({ operation: "np.reshape", positional: ["order"] }, rest);
  requireRowMajor("np.reshape", order);
  return give(ops.reshape(read(a, "np.reshape", "a"), typeof shape === "number" ? [shape] : shape));
}

/** All elements along one axis. */
export function ravel(a: ArrayLike, ...rest: Optional<["order"], { readonly order?: Order }>): NDArray {
  const { order } = parseOptional<{ order?: Order }>({ operation: "np.ravel", positional: ["order"] }, rest);
  requireRowMajor("np.ravel", order);
  return give(ops.ravel(read(a, "np.ravel", "a")));
}

/** Axes in another order; reversed where none is given. */
export function transpose(a: ArrayLike, ...rest: Optional<["axes"], { readonly axes?: readonly number[] | null }>): NDArray {
  const { axes = null } = parseOptional<{ axes?: readonly number[] | null }>({ operation: "np.transpose", positional: ["axes"] }, rest);
  return give(ops.transpose(read(a, "np.transpose", "a"), axes));
}

/** Moves axes to other places; the others keep their order. */
export const moveaxis = (a: ArrayLike, source: number | readonly number[], destination: number | readonly number[]): NDArray =>
  give(ops.moveaxis(read(a, "np.moveaxis", "a"), source, destination));

/** Exchanges two axes. */
export const swapaxes = (a: ArrayLike, axis1: number, axis2: number): NDArray => give(ops.swapaxes(read(a, "np.swapaxes", "a"), axis1, axis2));

/** Removes axes of extent 1: those given, or all. @throws LW3006 for a given axis of another extent. */
export function squeeze(a: ArrayLike, ...rest: Optional<["axis"], { readonly axis?: Axis }>): NDArray {
  const { axis } = parseOptional<{ axis?: Axis }>({ operation: "np.squeeze", positional: ["axis"] }, rest);
  return give(ops.squeeze(read(a, "np.squeeze", "a"), axis));
}

/** New axes of extent 1 at these places of the result. */
export const expandDims = (a: ArrayLike, axis: number | readonly number[]): NDArray => give(ops.expandDims(read(a, "np.expandDims", "a"), axis));

/** Repeated along axes of extent 1 and new leading axes. @throws LW3005 where the shape does not broadcast. */
export const broadcastTo = (array: ArrayLike, shape: number | readonly number[]): NDArray =>
  give(ops.broadcastTo(read(array, "np.broadcastTo", "array"), shape));

export interface JoinOptions<A> {
  readonly axis?: A;
  readonly out?: null;
  readonly dtype?: DType | null;
}

/** Arrays joined along an axis that they have; null ravels them first. @example np.concatenate([a, b], { axis: 1 }) */
export function concatenate(arrays: readonly ArrayLike[] | NDArray, ...rest: Optional<["axis", "dtype"], Omit<JoinOptions<number | null>, "out">>): NDArray {
  const operation = "np.concatenate";
  const { axis = 0, dtype } = parseOptional<JoinOptions<number | null>>({ operation, positional: ["axis", "dtype"] }, rest);
  return joined(operation, ops.concatenate(readList(operation, arrays), axis), dtype);
}

/** Arrays of one shape joined along a new axis. @example np.stack([a, b], -1) */
export function stack(arrays: readonly ArrayLike[] | NDArray, ...rest: Optional<["axis", "out", "dtype"], JoinOptions<number>>): NDArray {
  const operation = "np.stack";
  const { axis = 0, out, dtype } = parseOptional<JoinOptions<number>>({ operation, positional: ["axis", "out", "dtype"] }, rest);
  refuseOut(operation, out);
  return joined(operation, ops.stack(readList(operation, arrays), axis), dtype);
}

/** Parts of an axis: so many equal ones, or cut before these positions. */
export function split(ary: ArrayLike, indicesOrSections: number | readonly number[], ...rest: Optional<["axis"], { readonly axis?: number }>): NDArray[] {
  const { axis = 0 } = parseOptional<{ axis?: number }>({ operation: "np.split", positional: ["axis"] }, rest);
  return ops.split(read(ary, "np.split", "ary"), indicesOrSections, axis).map((part) => give(part));
}

/** One width for all sides, `[before, after]` for all axes, or a pair per axis. */
export type PadWidth = number | readonly [number, number] | readonly (readonly [number, number] | readonly [number])[];

export interface PadOptions {
  readonly mode?: "constant";
  readonly constantValues?: ArrayLike;
}

/** Constant padding around the array. @example np.pad(x, [[1, 1], [0, 2]], { constantValues: 5 }) */
export function pad(array: ArrayLike, padWidth: PadWidth, ...rest: Optional<["mode"], PadOptions>): NDArray {
  const operation = "np.pad";
  const { mode = "constant", constantValues = 0 } = parseOptional<PadOptions>({ operation, positional: ["mode"], named: ["constantValues"] }, rest);
  if (mode !== "constant") {
    raise(notAvailable, { operation, argument: "mode", expected: '"constant", the only mode of this version', got: describeArgument(mode), fix: "leave mode out" });
  }
  const operand = read(array, operation, "array");
  const constant = read(constantValues, operation, "constantValues");
  if (constant.aval.shape.length > 0) {
    raise(notAvailable, { operation, argument: "constantValues", expected: "one number for all sides", got: "an array", fix: "pad side by side" });
  }
  return give(ops.pad(operand, padWidths(operation, padWidth, operand.aval.shape.length), constant));
}

function padWidths(operation: string, width: unknown, rank: number): [number, number][] {
  const pair = (entry: unknown): [number, number] => {
    const [before, after = before] = Array.isArray(entry) ? (entry as readonly unknown[]) : [entry];
    if (isWidth(before) && isWidth(after) && !(Array.isArray(entry) && entry.length > 2)) return [before, after];
    return raise(badArgument, {
      operation, argument: "padWidth", expected: "integers that are not negative: n, [before, after], or one pair per axis", got: describeArgument(entry), fix: "correct the widths",
    });
  };
  const perAxis = Array.isArray(width) && width.some(Array.isArray) ? (width as readonly unknown[]).map(pair) : [pair(width)];
  if (perAxis.length === rank) return perAxis;
  if (perAxis.length === 1) return range(rank).map(() => at(perAxis, 0));
  return raise(badArgument, {
    operation, argument: "padWidth", expected: `one pair for all axes, or one for each of the ${rank}`, got: `${perAxis.length} pairs`, fix: "give a pair per axis",
  });
}

function isWidth(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
