/**
 * @file What the kernels of every scatter share: which loops there are and how they move through the three arrays, where an
 * index vector sends its update, and what the place then holds.
 */

import { at } from "../base/assert.ts";
import { range, sizeOf, stridesOf } from "../base/shape.ts";
import type { Aval, Jaxpr, Params, RoutineContext, RoutinePlan } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { KernelBuilder } from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";
import type { BufferParam, Expr } from "../kernel/types.ts";
import { allInBounds, clampedPosition, position } from "./index-bounds.ts";
import { copyStep } from "./index-copy.ts";
import { batchAxes, gatherOfScatter, sliceSizesOf, windowAxes, type GatherScatterMode, type ScatterDimensionNumbers } from "./index-dimensions.ts";
import { emitScalarJaxpr } from "./index-update.ts";

export interface ScatterParams extends Params {
  readonly dimensionNumbers: ScatterDimensionNumbers;
  readonly indicesAreSorted: boolean;
  readonly mode: GatherScatterMode;
  readonly uniqueIndices: boolean;
  /** Always none: it is here because JAX prints it. */
  readonly updateConsts: readonly never[];
  /** The new element from the old one and the update; null takes the update. */
  readonly updateJaxpr: Jaxpr | null;
}

/** A scatter and the types of its three arrays. */
export interface Scatter {
  readonly params: ScatterParams;
  readonly operand: Aval;
  readonly indices: Aval;
  readonly updates: Aval;
}

/** The copy of the operand, and behind it what `plan` makes of a scatter that has something to do. */
export function planUpdates({ params, inAvals, outAvals }: RoutineContext<ScatterParams>, plan: (scatter: Scatter) => RoutinePlan): RoutinePlan {
  const [operand, indices, updates] = [at(inAvals, 0), at(inAvals, 1), at(inAvals, 2)];
  if (sizeOf(at(outAvals, 0).shape) === 0) return { scratch: [], steps: [] };
  const copy = copyStep("scatter_copy", 0, operand);
  if (sizeOf(updates.shape) === 0) return { scratch: [], steps: [copy] };
  const { scratch, steps } = plan({ params, operand, indices, updates });
  return { scratch, steps: [copy, ...steps] };
}

// Axes -----------------------------------------------------------------------------------------------------------------

/** The extent of a loop, and the strides with which it moves through the three arrays. */
export interface Axis {
  readonly extent: number;
  readonly operand: number;
  readonly indices: number;
  readonly updates: number;
}

/** Offsets into the three arrays. */
export interface Offsets {
  readonly operand: Expr;
  readonly indices: Expr;
  readonly updates: Expr;
}

export interface ScatterAxes {
  /** Positions that never meet. */
  readonly batches: readonly Axis[];
  /** One position per index vector. */
  readonly vectors: readonly Axis[];
  /** The axes of an update, each with the axis of the operand that it runs along. */
  readonly windows: readonly (readonly [operandAxis: number, axis: Axis])[];
}

export function scatterAxes({ params, operand, indices, updates }: Scatter): ScatterAxes {
  const { dimensionNumbers: dimensions } = params;
  const { updateWindowDims, operandBatchingDims, scatterIndicesBatchingDims } = dimensions;
  const strides = { operand: stridesOf(operand.shape), indices: stridesOf(indices.shape), updates: stridesOf(updates.shape) };
  const batches: Axis[] = [];
  const vectors: Axis[] = [];
  batchAxes(updateWindowDims, updates.shape.length).forEach((updatesAxis, indicesAxis) => {
    const batching = scatterIndicesBatchingDims.indexOf(indicesAxis);
    (batching < 0 ? vectors : batches).push({
      extent: at(updates.shape, updatesAxis), operand: batching < 0 ? 0 : at(strides.operand, at(operandBatchingDims, batching)),
      indices: at(strides.indices, indicesAxis), updates: at(strides.updates, updatesAxis),
    });
  });
  const windows = windowAxes(gatherOfScatter(dimensions), operand.shape.length).map((operandAxis, place) => {
    const updatesAxis = at(updateWindowDims, place);
    return [operandAxis, {
      extent: at(updates.shape, updatesAxis), operand: at(strides.operand, operandAxis), indices: 0, updates: at(strides.updates, updatesAxis),
    }] as const;
  });
  return { batches, vectors, windows };
}

export function countOf(axes: readonly Axis[]): number {
  return axes.reduce((product, { extent }) => product * extent, 1);
}

/** Where the position with this number, in row-major order, lies in the three arrays. */
export function offsetsAt(axes: readonly Axis[], number: Expr): Offsets {
  const strides = stridesOf(axes.map(({ extent }) => extent));
  const zeros: Offsets = { operand: k.int(0), indices: k.int(0), updates: k.int(0) };
  return axes.reduce((sum, axis, place) => {
    if (axis.extent === 1) return sum;
    const quotient = k.div(number, at(strides, place));
    return moved(sum, axis, place === 0 ? quotient : k.rem(quotient, axis.extent));
  }, zeros);
}

/** Further along an axis by so many positions. */
export function moved(offsets: Offsets, axis: Axis, index: Expr): Offsets {
  return sumOf(offsets, { operand: k.mul(index, axis.operand), indices: k.mul(index, axis.indices), updates: k.mul(index, axis.updates) });
}

export function sumOf(a: Offsets, b: Offsets): Offsets {
  return { operand: k.add(a.operand, b.operand), indices: k.add(a.indices, b.indices), updates: k.add(a.updates, b.updates) };
}

export function named(builder: KernelBuilder, { operand, indices, updates }: Offsets): Offsets {
  return { operand: builder.let(operand, "to"), indices: builder.let(indices, "index"), updates: builder.let(updates, "from") };
}

// Updates --------------------------------------------------------------------------------------------------------------

/** Declares an array of a scatter; gives the name of its buffer. */
export function declare(builder: KernelBuilder, name: string, { dtype, shape }: Aval, access: BufferParam["access"]): string {
  return builder.buffer(name, { dtype: storageOf(dtype), length: sizeOf(shape), access });
}

/** The place in the operand of the first element of an update, and whether the update is inside; null where it always is. */
export function destination(builder: KernelBuilder, { params, operand, updates }: Scatter, indices: string, own: Offsets): { readonly isInside: Expr | null; readonly place: Expr } {
  const { dimensionNumbers: dimensions, mode } = params;
  const sizes = sliceSizesOf(dimensions, operand.shape.length, updates.shape);
  const strides = stridesOf(operand.shape);
  const axes = dimensions.scatterDimsToOperandDims;
  const uppers = axes.map((axis) => at(operand.shape, axis) - at(sizes, axis));
  const components = range(axes.length).map((which): Expr => builder.load(indices, k.add(own.indices, which), { hint: "component" }));
  const starts = components.map((component, which) => (mode === "clip" ? clampedPosition(component, at(uppers, which)) : position(component)));
  const place = starts.reduce((sum, start, which) => k.add(sum, k.mul(start, at(strides, at(axes, which)))), own.operand);
  return { isInside: mode === "clip" ? null : allInBounds(components, uppers), place };
}

/** What a place holds after an update. */
export function combined(builder: KernelBuilder, { params: { updateJaxpr } }: Scatter, old: () => Expr, update: Expr): Expr {
  return updateJaxpr === null ? update : at(emitScalarJaxpr(builder, updateJaxpr, [old(), update]), 0);
}

/** Brings one element of an update to its place. */
export function storeCombined(builder: KernelBuilder, scatter: Scatter, [updates, from]: readonly [string, Expr], [out, to]: readonly [string, Expr]): void {
  const update = builder.load(updates, from, { hint: "update" });
  builder.store(out, to, combined(builder, scatter, () => builder.load(out, to, { hint: "old" }), update));
}
