/**
 * @file What gather and scatter share: JAX's dimension numbers and modes, how they print and parse, and which part of an
 * index places an element where.
 */

import { at, InternalError } from "../base/assert.ts";
import { formatPython, type PythonValue } from "../ir/format-python.ts";
import { parsedFloat, parsePythonCall } from "../ir/parse-python.ts";
import type { Params, ParsedParam, PrintedParam } from "../ir/types.ts";
import { printed } from "./define.ts";
import { describeParsed, formatTuple, parseNumbers } from "./params.ts";

/** How the axes of operand, indices and result of a gather belong together; the last axis of the indices is their vector. */
export interface GatherDimensionNumbers extends Params {
  /** Result axes that run over a slice, increasing. */
  readonly offsetDims: readonly number[];
  /** Operand axes of slice size 1 that the result does not have, increasing. */
  readonly collapsedSliceDims: readonly number[];
  /** For each component of an index vector, the operand axis that it is a position on. */
  readonly startIndexMap: readonly number[];
  /** Operand axes, increasing, that go along with the axes `startIndicesBatchingDims` of the indices. */
  readonly operandBatchingDims: readonly number[];
  readonly startIndicesBatchingDims: readonly number[];
}

/** The same for a scatter, whose updates have the shape that the gather's result has. */
export interface ScatterDimensionNumbers extends Params {
  readonly updateWindowDims: readonly number[];
  readonly insertedWindowDims: readonly number[];
  readonly scatterDimsToOperandDims: readonly number[];
  readonly operandBatchingDims: readonly number[];
  readonly scatterIndicesBatchingDims: readonly number[];
}

/**
 * What happens to an index that is out of bounds. `clip`: it becomes the nearest one at which the whole slice lies inside.
 * `fillOrDrop`: a gather gives the fill value, a scatter does nothing. `promiseInBounds`: the user promises that there is
 * none; if there is, a gather clips and a scatter drops, as JAX does on CPUs.
 */
export type GatherScatterMode = "clip" | "fillOrDrop" | "promiseInBounds";

const modeNames: Readonly<Record<GatherScatterMode, string>> = {
  clip: "GatherScatterMode.CLIP",
  fillOrDrop: "GatherScatterMode.FILL_OR_DROP",
  promiseInBounds: "GatherScatterMode.PROMISE_IN_BOUNDS",
};

/** The gather that reads where a scatter of these dimension numbers writes. */
export function gatherOfScatter(dimensions: ScatterDimensionNumbers): GatherDimensionNumbers {
  return {
    offsetDims: dimensions.updateWindowDims, collapsedSliceDims: dimensions.insertedWindowDims,
    startIndexMap: dimensions.scatterDimsToOperandDims, operandBatchingDims: dimensions.operandBatchingDims,
    startIndicesBatchingDims: dimensions.scatterIndicesBatchingDims,
  };
}

/** The scatter that writes where a gather of these dimension numbers reads. */
export function scatterOfGather(dimensions: GatherDimensionNumbers): ScatterDimensionNumbers {
  return {
    updateWindowDims: dimensions.offsetDims, insertedWindowDims: dimensions.collapsedSliceDims,
    scatterDimsToOperandDims: dimensions.startIndexMap, operandBatchingDims: dimensions.operandBatchingDims,
    scatterIndicesBatchingDims: dimensions.startIndicesBatchingDims,
  };
}

/** The operand axes that a slice keeps, in order: axis number i of the slice is result axis `offsetDims[i]`. */
export function windowAxes(dimensions: GatherDimensionNumbers, operandRank: number): number[] {
  const axes: number[] = [];
  for (let axis = 0; axis < operandRank; axis++) {
    if (!dimensions.collapsedSliceDims.includes(axis) && !dimensions.operandBatchingDims.includes(axis)) axes.push(axis);
  }
  return axes;
}

/** The result axes that run over the indices, in order. */
export function batchAxes(offsetDims: readonly number[], resultRank: number): number[] {
  const axes: number[] = [];
  for (let axis = 0; axis < resultRank; axis++) if (!offsetDims.includes(axis)) axes.push(axis);
  return axes;
}

/** The slice sizes of the gather that undoes a scatter of updates of this shape. */
export function sliceSizesOf(dimensions: ScatterDimensionNumbers, operandRank: number, updatesShape: readonly number[]): number[] {
  const axes = windowAxes(gatherOfScatter(dimensions), operandRank);
  return Array.from({ length: operandRank }, (_, axis) => {
    const place = axes.indexOf(axis);
    return place < 0 ? 1 : at(updatesShape, at(dimensions.updateWindowDims, place));
  });
}

// Text -----------------------------------------------------------------------------------------------------------------

function call(name: string, values: readonly (readonly [string, readonly number[]])[]): string {
  return `${name}(${values.map(([key, items]) => `${key}=${formatTuple(items)}`).join(", ")})`;
}

export function printGatherDimensions(dimensions: GatherDimensionNumbers): PrintedParam {
  return printed("dimension_numbers", call("GatherDimensionNumbers", [
    ["offset_dims", dimensions.offsetDims], ["collapsed_slice_dims", dimensions.collapsedSliceDims],
    ["start_index_map", dimensions.startIndexMap], ["operand_batching_dims", dimensions.operandBatchingDims],
    ["start_indices_batching_dims", dimensions.startIndicesBatchingDims],
  ]));
}

export function printScatterDimensions(dimensions: ScatterDimensionNumbers): PrintedParam {
  return printed("dimension_numbers", call("ScatterDimensionNumbers", [
    ["update_window_dims", dimensions.updateWindowDims], ["inserted_window_dims", dimensions.insertedWindowDims],
    ["scatter_dims_to_operand_dims", dimensions.scatterDimsToOperandDims], ["operand_batching_dims", dimensions.operandBatchingDims],
    ["scatter_indices_batching_dims", dimensions.scatterIndicesBatchingDims],
  ]));
}

function parseCall(param: ParsedParam | undefined): (name: string) => number[] {
  const parsed = typeof param === "string" ? parsePythonCall(param) : null;
  if (parsed === null) throw new InternalError(`expected dimension numbers in the printed params, got ${describeParsed(param)}`);
  return (name) => parseNumbers(parsed.values.get(name));
}

export function parseGatherDimensions(param: ParsedParam | undefined): GatherDimensionNumbers {
  const numbers = parseCall(param);
  return {
    offsetDims: numbers("offset_dims"), collapsedSliceDims: numbers("collapsed_slice_dims"), startIndexMap: numbers("start_index_map"),
    operandBatchingDims: numbers("operand_batching_dims"), startIndicesBatchingDims: numbers("start_indices_batching_dims"),
  };
}

export function parseScatterDimensions(param: ParsedParam | undefined): ScatterDimensionNumbers {
  const numbers = parseCall(param);
  return {
    updateWindowDims: numbers("update_window_dims"), insertedWindowDims: numbers("inserted_window_dims"),
    scatterDimsToOperandDims: numbers("scatter_dims_to_operand_dims"), operandBatchingDims: numbers("operand_batching_dims"),
    scatterIndicesBatchingDims: numbers("scatter_indices_batching_dims"),
  };
}

export function printMode(mode: GatherScatterMode): PrintedParam {
  return printed("mode", modeNames[mode]);
}

export function parseMode(param: ParsedParam | undefined): GatherScatterMode {
  const found = (Object.keys(modeNames) as GatherScatterMode[]).find((mode) => modeNames[mode] === param);
  if (found === undefined) throw new InternalError(`expected a GatherScatterMode in the printed params, got ${describeParsed(param)}`);
  return found;
}

export function printFlag(name: string, value: boolean): PrintedParam {
  return printed(name, formatPython(value));
}

/** A fill value: a number, a bool, or null where the mode needs none. */
export type FillValue = number | boolean | null;

export function printFillValue(value: FillValue): PrintedParam {
  return printed("fill_value", formatPython(value satisfies PythonValue));
}

export function parseFillValue(param: ParsedParam | undefined): FillValue {
  if (param === null || typeof param === "boolean") return param;
  const number = parsedFloat(param);
  if (number === null) throw new InternalError(`expected a fill value in the printed params, got ${describeParsed(param)}`);
  return number;
}
