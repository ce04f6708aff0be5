/** @file lax's functions that move elements: broadcasts, reshapes, slices, padding. Axes are exact, as in JAX. */

import type { DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import * as linear from "@lanewise/compiler/primitives/linear";
import * as reshapes from "@lanewise/compiler/primitives/linear-reshape";
import * as structural from "@lanewise/compiler/primitives/structural";
import { describeArgument } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveAxes, resolveAxis, resolveInteger, resolveIntegers, resolveShape } from "../ops/axes.ts";
import { resolveDType } from "../ops/dtypes.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { readListTogether, readTogether } from "./operand.ts";

/** Broadcasts: operand axis i becomes axis `broadcastDimensions[i]` of the result. @throws LW1404 */
export const broadcastInDim = (operand: ArrayLike, shape: readonly number[], broadcastDimensions: readonly number[]): NDArray =>
  give(linear.broadcastInDim(read(operand, "lax.broadcastInDim", "operand"), resolveShape("lax.broadcastInDim", shape), resolveIntegers("lax.broadcastInDim", broadcastDimensions, "broadcastDimensions")));

/** New axes of these sizes in front. */
export const broadcast = (operand: ArrayLike, sizes: readonly number[]): NDArray => {
  const value = read(operand, "lax.broadcast", "operand");
  const added = resolveShape("lax.broadcast", sizes, "sizes");
  return give(linear.broadcastInDim(value, [...added, ...value.aval.shape], range(value.aval.shape.length).map((axis) => axis + added.length)));
};

/** The same elements in row-major order under another shape. @throws LW1401 */
export const reshape = (operand: ArrayLike, newSizes: readonly number[]): NDArray =>
  give(reshapes.reshape(read(operand, "lax.reshape", "operand"), resolveShape("lax.reshape", newSizes, "newSizes")));

/** Result axis i is operand axis `permutation[i]`. @throws LW1404 */
export const transpose = (operand: ArrayLike, permutation: readonly number[]): NDArray =>
  give(linear.transpose(read(operand, "lax.transpose", "operand"), resolveIntegers("lax.transpose", permutation, "permutation")));

/** Removes axes of extent 1. @throws LW1404 */
export const squeeze = (operand: ArrayLike, dimensions: readonly number[]): NDArray => {
  const value = read(operand, "lax.squeeze", "operand");
  return give(reshapes.squeeze(value, resolveAxes("lax.squeeze", dimensions, value.aval.shape.length, "dimensions")));
};

/** Inserts axes of extent 1 at these places of the result. */
export const expandDims = (operand: ArrayLike, dimensions: readonly number[]): NDArray => {
  const value = read(operand, "lax.expandDims", "operand");
  const places = resolveIntegers("lax.expandDims", dimensions, "dimensions");
  const rank = value.aval.shape.length + places.length;
  const added = resolveAxes("lax.expandDims", places, rank, "dimensions");
  const kept = range(rank).filter((axis) => !added.includes(axis));
  let next = 0;
  return give(linear.broadcastInDim(value, range(rank).map((axis) => (added.includes(axis) ? 1 : (value.aval.shape[next++] ?? 1))), kept));
};

/** `operand[start:limit:stride]` along every axis. @throws LW1404 */
export const slice = (operand: ArrayLike, startIndices: readonly number[], limitIndices: readonly number[], strides: readonly number[] | null = null): NDArray => {
  const integers = (given: unknown, argument: string): number[] => resolveIntegers("lax.slice", given, argument);
  const value = read(operand, "lax.slice", "operand");
  return give(structural.slice(value, integers(startIndices, "startIndices"), integers(limitIndices, "limitIndices"), strides === null ? null : integers(strides, "strides")));
};

/**
 * Adds `paddingValue` around and between the elements.
 *
 * @param paddingConfig `[low, high, interior]` per axis; negative low and high remove elements
 * @throws LW1404
 * @example lax.pad(np.ones([2]), 0, [[1, 0, 1]]) // [0, 1, 0, 1]
 */
export const pad = (operand: ArrayLike, paddingValue: ArrayLike, paddingConfig: readonly (readonly [low: number, high: number, interior: number])[]): NDArray => {
  const [value, padding] = readTogether("lax.pad", [operand, paddingValue], ["operand", "paddingValue"]) as [Value, Value];
  if (!Array.isArray(paddingConfig)) {
    raise(badArgument, {
      operation: "lax.pad", argument: "paddingConfig", expected: "[low, high, interior] for each axis", got: describeArgument(paddingConfig), fix: "lax.pad(x, 0, [[1, 1, 0]])",
    });
  }
  return give(structural.pad(value, padding, paddingConfig.map((entry, axis) => resolveIntegers("lax.pad", entry, `paddingConfig[${axis}]`))));
};

/** Joins arrays along an axis. @throws LW1402, LW1404 */
export const concatenate = (operands: readonly ArrayLike[], dimension: number): NDArray =>
  give(structural.concatenate(readListTogether("lax.concatenate", operands), resolveInteger("lax.concatenate", dimension, "dimension")));

/** 0, 1, 2, ... of this dtype. */
export const iota = <D extends DType>(dtype: D, size: number): NDArray<D> => broadcastedIota(dtype, [size], 0);

/** 0, 1, 2, ... along one axis of a shape. */
export const broadcastedIota = <D extends DType>(dtype: D, shape: readonly number[], dimension: number): NDArray<D> => {
  const extents = resolveShape("lax.broadcastedIota", shape);
  return give<D>(structural.iota(resolveDType("lax.broadcastedIota", dtype), extents, resolveAxis("lax.broadcastedIota", dimension, extents.length, "dimension")));
};
