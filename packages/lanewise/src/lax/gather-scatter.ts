/** @file lax.gather and the scatters: JAX's dimension numbers as objects, whose batching dims may be left out. */

import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import type { FillValue, GatherScatterMode } from "@lanewise/compiler/primitives/index-dimensions";
import * as gathers from "@lanewise/compiler/primitives/index-gather";
import * as scatters from "@lanewise/compiler/primitives/index-scatter";
import { booleanArgument, describeArgument, parseOptional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { readPlaces } from "../numpy/places.ts";
import { resolveShape } from "../ops/axes.ts";
import { traceScalar } from "../ops/index-update.ts";
import { readMode } from "../ops/index.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { readTogether } from "./operand.ts";

/** How the axes of operand, indices and result belong together. The last axis of the indices is the index vector. */
export interface GatherDimensionNumbers {
  /** Axes of the result that run over a slice, increasing. */
  readonly offsetDims: readonly number[];
  /** Axes of the operand, of slice size 1, that the result does not have, increasing. */
  readonly collapsedSliceDims: readonly number[];
  /** For each component of an index vector the axis of the operand that it is a place on. */
  readonly startIndexMap: readonly number[];
  /** Axes of the operand, increasing, that go along with `startIndicesBatchingDims` of the indices. */
  readonly operandBatchingDims?: readonly number[];
  readonly startIndicesBatchingDims?: readonly number[];
}

export interface ScatterDimensionNumbers {
  /** Axes of the updates that run over a window, increasing. */
  readonly updateWindowDims: readonly number[];
  /** Axes of the operand that the window does not have, increasing. */
  readonly insertedWindowDims: readonly number[];
  /** For each component of an index vector the axis of the operand that it is a place on. */
  readonly scatterDimsToOperandDims: readonly number[];
  readonly operandBatchingDims?: readonly number[];
  readonly scatterIndicesBatchingDims?: readonly number[];
}

/** "fill" and "drop" are one mode, as are their JAX namesakes. */
export type IndexModeName = "fill" | "drop" | "clip" | "promiseInBounds";

export interface ScatterOptions {
  readonly indicesAreSorted?: boolean;
  readonly uniqueIndices?: boolean;
  readonly mode?: IndexModeName | null;
}

export interface GatherOptions extends ScatterOptions {
  readonly fillValue?: number | boolean | null;
}

/** Dimension numbers with every list there. */
function readDimensions<Name extends string>(operation: string, given: unknown, names: readonly Name[]): Record<Name, readonly number[]> {
  const isObject = typeof given === "object" && given !== null;
  const unknownName = isObject ? Object.keys(given).find((name) => !(names as readonly string[]).includes(name)) : undefined;
  if (!isObject || unknownName !== undefined) {
    raise(badArgument, {
      operation, argument: "dimensionNumbers", expected: `an object with ${names.join(", ")}`, got: unknownName ?? describeArgument(given), fix: "name each list of axes",
    });
  }
  const lists: Partial<Record<Name, readonly number[]>> = {};
  for (const name of names) {
    const axes = (given as Readonly<Record<string, unknown>>)[name] ?? (name.endsWith("atchingDims") ? [] : undefined);
    if (!Array.isArray(axes) || !axes.every((axis) => typeof axis === "number")) {
      return raise(badArgument, { operation, argument: `dimensionNumbers.${name}`, expected: "a list of axes", got: describeArgument(axes), fix: "give a list, empty where there are none" });
    }
    lists[name] = axes;
  }
  return lists as Record<Name, readonly number[]>;
}

interface CheckedOptions {
  readonly indicesAreSorted: boolean;
  readonly uniqueIndices: boolean;
  readonly mode?: GatherScatterMode;
  readonly fillValue: FillValue;
}

function readOptions(operation: string, options: GatherOptions | undefined, names: readonly (keyof GatherOptions)[]): CheckedOptions {
  const given = parseOptional<GatherOptions>({ operation, positional: [], named: names }, options === undefined ? [] : [options]);
  const mode = readMode(operation, given.mode);
  return {
    indicesAreSorted: booleanArgument(operation, "indicesAreSorted", given.indicesAreSorted), uniqueIndices: booleanArgument(operation, "uniqueIndices", given.uniqueIndices),
    ...(mode === null ? {} : { mode }), fillValue: given.fillValue ?? null,
  };
}

/**
 * Slices of the operand, one per index vector. np indexing, `x.at(...)` and np.take are easier to use.
 *
 * @param sliceSizes the extents of a slice, one per axis of the operand
 * @throws LW1404 for dimension numbers or sizes that do not fit
 * @example lax.gather(x, indices, { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] }, [1, 3]) // rows
 */
export function gather(operand: ArrayLike, startIndices: ArrayLike, dimensionNumbers: GatherDimensionNumbers, sliceSizes: readonly number[], options?: GatherOptions): NDArray {
  const operation = "lax.gather";
  const dimensions = readDimensions(operation, dimensionNumbers, ["offsetDims", "collapsedSliceDims", "startIndexMap", "operandBatchingDims", "startIndicesBatchingDims"]);
  return give(gathers.gather(
    read(operand, operation, "operand"), readPlaces(startIndices, operation, "startIndices"), dimensions, resolveShape(operation, sliceSizes, "sliceSizes"),
    readOptions(operation, options, ["indicesAreSorted", "uniqueIndices", "mode", "fillValue"]),
  ));
}

type ScatterFunction = (
  operand: ArrayLike, scatterIndices: ArrayLike, updates: ArrayLike, dimensionNumbers: ScatterDimensionNumbers, options?: ScatterOptions,
) => NDArray;

function scatterFunction(name: string, apply: typeof scatters.scatter): ScatterFunction {
  const operation = `lax.${name}`;
  return (operand, scatterIndices, updates, dimensionNumbers, options) => {
    const dimensions = readDimensions(operation, dimensionNumbers, ["updateWindowDims", "insertedWindowDims", "scatterDimsToOperandDims", "operandBatchingDims", "scatterIndicesBatchingDims"]);
    const [value, given] = readTogether(operation, [operand, updates], ["operand", "updates"]) as [Value, Value];
    return give(apply(value, readPlaces(scatterIndices, operation, "scatterIndices"), given, dimensions, readOptions(operation, options, ["indicesAreSorted", "uniqueIndices", "mode"])));
  };
}

/** Each update put at its place; where places repeat, the last one stays. Outside the operand it is dropped. @throws LW1402, LW1404 */
export const scatter: ScatterFunction = scatterFunction("scatter", scatters.scatter);
/** Each update added at its place; repeated places add up. @throws LW1402, LW1404 */
export const scatterAdd: ScatterFunction = scatterFunction("scatterAdd", gathers.scatterAdd);
/** Each update subtracted at its place. @throws LW1402, LW1404 */
export const scatterSub: ScatterFunction = scatterFunction("scatterSub", gathers.scatterSub);
/** The element at each place multiplied by its update. A derivative in the updates needs `uniqueIndices`. @throws LW1402, LW1404 */
export const scatterMul: ScatterFunction = scatterFunction("scatterMul", scatters.scatterMul);
/** The smaller of the element at each place and its update. @throws LW1402, LW1404 */
export const scatterMin: ScatterFunction = scatterFunction("scatterMin", scatters.scatterMin);
/** The larger of the element at each place and its update. @throws LW1402, LW1404 */
export const scatterMax: ScatterFunction = scatterFunction("scatterMax", scatters.scatterMax);

export interface ScatterApplyOptions extends ScatterOptions {
  /** The shape that updates would have: the places of the indices, and the window. */
  readonly updateShape?: readonly number[];
}

/**
 * A function of one element applied to the elements at these places, as often as each is named. It has no derivative: `x.at(...).apply`
 * is easier to use.
 *
 * @throws LW3007 for a function that changes the dtype, LW1402, LW1404
 * @example lax.scatterApply(x, indices, (v) => v.mul(2), dimensionNumbers, { updateShape: [3] })
 */
export function scatterApply(operand: ArrayLike, scatterIndices: ArrayLike, func: (element: NDArray) => ArrayLike, dimensionNumbers: ScatterDimensionNumbers, options: ScatterApplyOptions = {}): NDArray {
  const operation = "lax.scatterApply";
  const { updateShape = [], ...others } = options;
  const dimensions = readDimensions(operation, dimensionNumbers, ["updateWindowDims", "insertedWindowDims", "scatterDimsToOperandDims", "operandBatchingDims", "scatterIndicesBatchingDims"]);
  if (typeof func !== "function") raise(badArgument, { operation, argument: "func", expected: "a function of one element", got: describeArgument(func), fix: "give a function" });
  const value = read(operand, operation, "operand");
  const update = traceScalar(operation, value.aval.dtype, (element) => read(func(give(element)), operation, "func"));
  return give(scatters.scatterApply(
    value, readPlaces(scatterIndices, operation, "scatterIndices"), update, resolveShape(operation, updateShape, "updateShape"), dimensions,
    readOptions(operation, others, ["indicesAreSorted", "uniqueIndices", "mode"]),
  ));
}
