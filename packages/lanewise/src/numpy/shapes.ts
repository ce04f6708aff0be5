/** @file np's functions that move elements: reshaping, reordering, joining, splitting, padding. */

import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeArgument, parseOptional, refuseOut, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import * as ops from "../ops/shape.ts";
import type { ArrayLike, Axis, DType, NDArray } from "../types.ts";
import { readList } from "./lists.ts";
import { give, giveAs, read } from "./operand.ts";

/** Which axis runs fastest: the last ("C") or the first ("F"). */
export type Order = "C" | "F";

function isColumnMajor(operation: string, order: unknown = "C"): boolean {
  if (order === "C" || order === "F") return order === "F";
  return raise(badArgument, { operation, argument: "order", expected: '"C", rows first, or "F", columns first', got: describeArgument(order), fix: "choose one" });
}

/** The elements in another shape, taken and laid out with the first axis running fastest. */
function reshapeColumns(a: Value, shape: readonly number[]): Value {
  return ops.transpose(ops.reshape(ops.transpose(a, null), shape.toReversed()), null);
}

/** The same elements in another shape, in row-major order unless `order` is "F"; one extent may be -1. @throws LW3007 where the sizes differ. */
export function reshape(a: ArrayLike, shape: number | readonly number[], ...rest: Optional<["order"], { readonly order?: Order }>): NDArray {
  const { order } = parseOptional<{ order?: Order }>({ operation: "np.reshape", positional: ["order"] }, rest);
  const [value, extents] = [read(a, "np.reshape", "a"), Array.isArray(shape) ? shape : [shape]];
  return give(isColumnMajor("np.reshape", order) ? reshapeColumns(value, extents) : ops.reshape(value, extents));
}

/** All elements along one axis: the last axis runs fastest, or with order "F" the first. */
export function ravel(a: ArrayLike, ...rest: Optional<["order"], { readonly order?: Order }>): NDArray {
  const { order } = parseOptional<{ order?: Order }>({ operation: "np.ravel", positional: ["order"] }, rest);
  const value = read(a, "np.ravel", "a");
  return give(ops.ravel(isColumnMajor("np.ravel", order) ? ops.transpose(value, null) : value));
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
  return giveAs(operation, ops.concatenate(readList(operation, arrays), axis), dtype);
}

/** Arrays of one shape joined along a new axis. @example np.stack([a, b], -1) */
export function stack(arrays: readonly ArrayLike[] | NDArray, ...rest: Optional<["axis", "out", "dtype"], JoinOptions<number>>): NDArray {
  const operation = "np.stack";
  const { axis = 0, out, dtype } = parseOptional<JoinOptions<number>>({ operation, positional: ["axis", "out", "dtype"] }, rest);
  refuseOut(operation, out);
  return giveAs(operation, ops.stack(readList(operation, arrays), axis), dtype);
}

/** Parts of an axis: so many equal ones, or cut before these positions. */
export function split(ary: ArrayLike, indicesOrSections: number | readonly number[], ...rest: Optional<["axis"], { readonly axis?: number }>): NDArray[] {
  const { axis = 0 } = parseOptional<{ axis?: number }>({ operation: "np.split", positional: ["axis"] }, rest);
  return ops.split(read(ary, "np.split", "ary"), indicesOrSections, axis).map((part) => give(part));
}
