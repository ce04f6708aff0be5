/** @file Elements taken by arrays of places along one axis: take, takeAlongAxis, putAlongAxis. */

import { at } from "@lanewise/compiler/base/assert";
import { integerRange, isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { broadcastShapes, formatShape, range, sizeOf } from "@lanewise/compiler/base/shape";
import { aval as makeAval, isScalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, scalarLike } from "@lanewise/compiler/primitives/arith";
import { lt } from "@lanewise/compiler/primitives/compare";
import type { FillValue, GatherScatterMode } from "@lanewise/compiler/primitives/index-dimensions";
import { gather } from "@lanewise/compiler/primitives/index-gather";
import { broadcastInDim, fullOf } from "@lanewise/compiler/primitives/linear";
import { reshape, squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { iota } from "@lanewise/compiler/primitives/structural";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { describeArgument } from "../arguments.ts";
import { badArgument, badIndex, incompatibleShapes } from "../errors.ts";
import { resolveAxis } from "./axes.ts";
import { mod } from "./division.ts";
import { where } from "./elementwise.ts";
import { readIntegers } from "./index-entries.ts";
import { normalizePlaces } from "./index-gather.ts";
import { updateIndexed } from "./index-update.ts";
import { readMode, type IndexMode } from "./index.ts";
import { namedCall1 } from "./named-call.ts";
import { literalAs } from "./operands.ts";

export interface TakeOptions {
  readonly axis: number | null;
  /** "fill" (the default), "clip" or "wrap"; takeAlongAxis has "promiseInBounds" too, and no "wrap". */
  readonly mode: unknown;
  readonly fillValue: FillValue;
  readonly uniqueIndices: boolean;
  readonly indicesAreSorted: boolean;
}

/** Places as a value: JS numbers and nested lists count as integers where all of them are; the rest is for `take` to refuse. */
export function placesFrom(operand: unknown, operation: string, lift: (operand: unknown) => Value): Value {
  if (Array.isArray(operand)) {
    const integers = readIntegers(operand, lift);
    if (integers !== null) return integers.places;
  }
  const value = lift(operand);
  return isScalarLiteral(value) && Number.isInteger(operand) ? literalAs(operation, value, "int32", true) : value;
}

export function requireIntegers(operation: string, places: Value, argument = "indices"): void {
  if (isInteger(places.aval.dtype)) return;
  raise(badIndex, { operation, argument, expected: "integers", got: describeAval(places.aval), fix: 'convert them with astype("int32")' });
}

/** All of an array along one axis, where no axis is given. */
function raveled(x: Value, axis: number | null): Value {
  return axis === null ? reshape(x, [sizeOf(x.aval.shape)]) : x;
}

export const defaultTake: TakeOptions = { axis: null, mode: null, fillValue: null, uniqueIndices: false, indicesAreSorted: false };

/** Slices of `x` at these places of an axis, in the shape of the indices. A call of `_take` in the jaxpr. */
export function take(x: Value, indices: Value, options: TakeOptions, operation = "np.take"): Value {
  requireIntegers(operation, indices);
  const { axis, mode, fillValue, uniqueIndices, indicesAreSorted } = options;
  if (mode !== undefined && mode !== null && mode !== "fill" && mode !== "clip" && mode !== "wrap") {
    raise(badArgument, { operation, argument: "mode", expected: "fill, clip or wrap", got: describeArgument(mode), fix: 'use "fill" or "clip"' });
  }
  const place = axis === null ? 0 : resolveAxis(operation, axis, x.aval.shape.length);
  if (sizeOf(indices.aval.shape) > 0 && at(raveledShape(x, axis), place) === 0) {
    raise(badIndex, { operation, argument: "indices", expected: "no index, because the axis is empty", got: describeAval(indices.aval), fix: "take from an axis with elements" });
  }
  return namedCall1("_take", { ...options, place }, [x, indices], ([array, given]) => {
    const operand = raveled(array as Value, axis);
    const { shape } = operand.aval;
    const extent = at(shape, place);
    const { places, gatherMode } = placesFor(given as Value, extent, mode);
    const indexShape = places.aval.shape;
    if (extent === 0) return operand;
    if (indexShape.includes(0)) return fullOf(0, makeAval([...shape.slice(0, place), ...indexShape, ...shape.slice(place + 1)], operand.aval.dtype));
    const vectors = broadcastInDim(places, [...indexShape, 1], range(indexShape.length));
    const behind = range(shape.length - place - 1).map((other) => other + place + indexShape.length);
    return gather(operand, vectors, {
      offsetDims: [...range(place), ...behind], collapsedSliceDims: [place], startIndexMap: [place], operandBatchingDims: [], startIndicesBatchingDims: [],
    }, shape.map((full, other) => (other === place ? 1 : full)), { mode: gatherMode, fillValue, uniqueIndices, indicesAreSorted });
  });
}

function raveledShape(x: Value, axis: number | null): readonly number[] {
  return axis === null ? [sizeOf(x.aval.shape)] : x.aval.shape;
}

function placesFor(indices: Value, extent: number, mode: unknown): { readonly places: Value; readonly gatherMode: GatherScatterMode } {
  switch (mode) {
    case "clip": return { places: indices, gatherMode: "clip" };
    case "wrap": return { places: mod(indices, scalarLike(indices, Math.max(extent, 1))), gatherMode: "promiseInBounds" };
    default: {
      const limits = integerRange(indices.aval.dtype);
      const wide = limits !== null && extent > limits[1] ? convertElementType(indices, "int32") : indices;
      return { places: where(lt(wide, scalarLike(wide, 0)), add(wide, scalarLike(wide, extent)), wide), gatherMode: "fillOrDrop" };
    }
  }
}

/** For each place of the indices the element at that place of the axis, the other axes going along. A call in the jaxpr. */
export function takeAlongAxis(x: Value, indices: Value, options: Omit<TakeOptions, "uniqueIndices" | "indicesAreSorted">): Value {
  const operation = "np.takeAlongAxis";
  requireIntegers(operation, indices);
  const mode = readMode(operation, options.mode) ?? "fillOrDrop";
  const shape = raveledShape(x, options.axis);
  const indexShape = indices.aval.shape;
  if (indexShape.length !== shape.length) {
    raise(incompatibleShapes, {
      operation, argument: "indices", expected: options.axis === null ? "one axis, because axis is null" : `${shape.length} axes, as the array`,
      got: `shape ${formatShape(indexShape)}`, fix: "reshape the indices",
    });
  }
  const axis = options.axis === null ? 0 : resolveAxis(operation, options.axis, shape.length);
  const outShape = broadcastShapes([indexShape, shape.map((extent, other) => (other === axis ? 1 : extent))]);
  if (outShape === null) {
    raise(incompatibleShapes, {
      operation, argument: "indices", expected: `a shape that broadcasts with ${formatShape(shape)} but for axis ${axis}`, got: formatShape(indexShape), fix: "reshape the indices",
    });
  }
  const statics = { axis: options.axis === null ? null : axis, mode, fillValue: options.fillValue };
  return namedCall1("take_along_axis", statics, [x, indices], ([array, given]) => {
    const operand = raveled(array as Value, options.axis);
    const extent = at(shape, axis);
    if (extent === 0) return fullOf(0, makeAval(outShape, operand.aval.dtype));
    const places = convertElementType(given as Value, "int32");
    return gatherAlong(operand, mode === "promiseInBounds" ? places : normalizePlaces(places, extent), axis, outShape, { mode, fillValue: options.fillValue });
  });
}

/** The gather of takeAlongAxis: axes on which both have elements go along as batching axes, so that no index repeats them. */
function gatherAlong(
  operand: Value, places: Value, axis: number, outShape: readonly number[], options: { readonly mode: GatherScatterMode; readonly fillValue: FillValue },
): Value {
  const { shape } = operand.aval;
  const indexShape = places.aval.shape;
  const kept = range(shape.length).filter((other) => other === axis || at(indexShape, other) !== 1);
  const vectors = reshape(places, [...kept.map((other) => at(outShape, other)), 1]);
  const sliceSizes: number[] = [];
  const offsetDims: number[] = [];
  const map: number[] = [];
  const operandBatchingDims: number[] = [];
  const startIndicesBatchingDims: number[] = [];
  const squeezed: number[] = [];
  let operandAxis = 0;
  let indexAxis = 0;
  for (const other of range(shape.length)) {
    const extent = at(shape, other);
    if (other === axis) {
      sliceSizes.push(1);
      map.push(operandAxis++);
      indexAxis++;
    } else if (at(indexShape, other) === 1) {
      offsetDims.push(other);
      sliceSizes.push(extent);
      operandAxis++;
    } else if (extent === 1) {
      squeezed.push(other);
      indexAxis++;
    } else {
      sliceSizes.push(Math.min(extent, 1));
      operandBatchingDims.push(operandAxis++);
      startIndicesBatchingDims.push(indexAxis++);
    }
  }
  const dimensions = { offsetDims, collapsedSliceDims: map, startIndexMap: map, operandBatchingDims, startIndicesBatchingDims };
  return gather(squeeze(operand, squeezed), vectors, dimensions, sliceSizes, options);
}

/** A new array with `values` at the places that takeAlongAxis would read. A call in the jaxpr. */
export function putAlongAxis(x: Value, indices: Value, values: Value, axis: number | null, mode: unknown): Value {
  const operation = "np.putAlongAxis";
  requireIntegers(operation, indices);
  const shape = raveledShape(x, axis);
  const options: IndexMode = { mode: readMode(operation, mode), fillValue: null, indicesAreSorted: false, uniqueIndices: false };
  if (indices.aval.shape.length !== shape.length) {
    raise(incompatibleShapes, { operation, argument: "indices", expected: `${shape.length} axes, as the array`, got: `shape ${formatShape(indices.aval.shape)}`, fix: "reshape the indices" });
  }
  const place = axis === null ? 0 : resolveAxis(operation, axis, shape.length);
  return namedCall1("put_along_axis", { axis: axis === null ? null : place, mode: options.mode }, [x, indices, values], ([array, given, new_]) => {
    const operand = raveled(array as Value, axis);
    const grid = range(shape.length).map((other) => {
      if (other === place) return given as Value;
      const along = iota("int32", [at(shape, other)], 0);
      return broadcastInDim(along, range(shape.length).map((entry) => (entry === other ? at(shape, other) : 1)), [other]);
    });
    const updated = updateIndexed("set", { x: operand, index: grid, lift: (entry) => entry as Value, options }, new_ as Value);
    return reshape(updated, (array as Value).aval.shape);
  });
}
