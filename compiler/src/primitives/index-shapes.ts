/** @file The shapes of gather and scatter: what their dimension numbers must satisfy, each condition with its facts. */

import { at } from "../base/assert.ts";
import { integerRange, isFloat, isInteger } from "../base/dtype.ts";
import { equalShapes, formatShape, sizeOf, withAxis } from "../base/shape.ts";
import type { Aval } from "../ir/types.ts";
import { describeAval } from "../trace/stack.ts";
import { refuseParameter, requireDType } from "./define.ts";
import { commonDType } from "./elementwise.ts";
import {
  batchAxes, gatherOfScatter, windowAxes, type FillValue, type GatherDimensionNumbers, type GatherScatterMode, type ScatterDimensionNumbers,
} from "./index-dimensions.ts";

/** The names under which a mistake is reported: a scatter's dimension numbers have names of their own. */
interface Names {
  readonly operation: string;
  readonly windowDims: string;
  readonly collapsedDims: string;
  readonly indexMap: string;
  readonly indicesBatchingDims: string;
}

const gatherNames: Names = {
  operation: "gather", windowDims: "offsetDims", collapsedDims: "collapsedSliceDims", indexMap: "startIndexMap",
  indicesBatchingDims: "startIndicesBatchingDims",
};

function scatterNames(operation: string): Names {
  return {
    operation, windowDims: "updateWindowDims", collapsedDims: "insertedWindowDims", indexMap: "scatterDimsToOperandDims",
    indicesBatchingDims: "scatterIndicesBatchingDims",
  };
}

function areDistinctAxes(axes: readonly number[], rank: number): boolean {
  return axes.every((axis, place) => Number.isInteger(axis) && axis >= 0 && axis < rank && axes.indexOf(axis) === place);
}

function areIncreasing(axes: readonly number[]): boolean {
  return axes.every((axis, place) => place === 0 || axis > at(axes, place - 1));
}

/** Checks what gather and scatter have in common; `windowRank` is the rank of the result or of the updates. */
function checkDimensions(names: Names, dimensions: GatherDimensionNumbers, operand: Aval, indices: Aval, windowRank: number): void {
  const { operation, windowDims, collapsedDims, indexMap, indicesBatchingDims } = names;
  const { offsetDims, collapsedSliceDims, startIndexMap, operandBatchingDims, startIndicesBatchingDims } = dimensions;
  const rank = operand.shape.length;
  requireDType(operation, indices, isInteger, "indices of an integer dtype");
  if (indices.shape.length === 0) {
    refuseParameter(operation, "indices whose last axis holds the components of an index", "0-d indices", "give the indices an axis of extent 1 at the end");
  }
  const check = (name: string, axes: readonly number[], limit: number, ordered: boolean): void => {
    if (areDistinctAxes(axes, limit) && (!ordered || areIncreasing(axes))) return;
    refuseParameter(operation, `${name} of distinct axes in [0, ${limit})${ordered ? ", in increasing order" : ""}`, formatShape(axes));
  };
  check(windowDims, offsetDims, windowRank, true);
  check(collapsedDims, collapsedSliceDims, rank, true);
  check(indexMap, startIndexMap, rank, false);
  check("operandBatchingDims", operandBatchingDims, rank, true);
  check(indicesBatchingDims, startIndicesBatchingDims, indices.shape.length - 1, false);
  const components = at(indices.shape, -1);
  if (startIndexMap.length !== components) {
    refuseParameter(operation, `an ${indexMap} of ${components} axes, one per component of the indices of shape ${formatShape(indices.shape)}`, formatShape(startIndexMap));
  }
  for (const [name, axes] of [[collapsedDims, collapsedSliceDims], [indexMap, startIndexMap]] as const) {
    if (axes.some((axis) => operandBatchingDims.includes(axis))) {
      refuseParameter(operation, `${name} and operandBatchingDims without a common axis`, `${formatShape(axes)} and ${formatShape(operandBatchingDims)}`);
    }
  }
  const operandBatch = operandBatchingDims.map((axis) => at(operand.shape, axis));
  const indicesBatch = startIndicesBatchingDims.map((axis) => at(indices.shape, axis));
  if (!equalShapes(operandBatch, indicesBatch)) {
    refuseParameter(
      operation, `equal extents along operandBatchingDims ${formatShape(operandBatchingDims)} and ${indicesBatchingDims} ${formatShape(startIndicesBatchingDims)}`,
      `${formatShape(operandBatch)} and ${formatShape(indicesBatch)}`,
    );
  }
  const counted = offsetDims.length + collapsedSliceDims.length + operandBatchingDims.length;
  if (counted !== rank) {
    refuseParameter(
      operation, `every axis of the operand of shape ${formatShape(operand.shape)} in ${windowDims}, ${collapsedDims} or operandBatchingDims`,
      `${offsetDims.length}, ${collapsedSliceDims.length} and ${operandBatchingDims.length} axes`,
    );
  }
}

/** The params of a gather that its shape depends on. */
export interface GatherShapeParams {
  readonly dimensionNumbers: GatherDimensionNumbers;
  readonly sliceSizes: readonly number[];
  readonly mode: GatherScatterMode;
  readonly fillValue: FillValue;
}

/** The shape of a gather's result. */
export function gatherShape(operand: Aval, indices: Aval, { dimensionNumbers, sliceSizes, mode, fillValue }: GatherShapeParams): number[] {
  const { offsetDims, collapsedSliceDims, operandBatchingDims } = dimensionNumbers;
  const resultRank = offsetDims.length + Math.max(0, indices.shape.length - 1);
  checkDimensions(gatherNames, dimensionNumbers, operand, indices, resultRank);
  // Slices of no index are never taken, so that they may be larger than the operand.
  const taken = sizeOf(indices.shape.slice(0, -1)) > 0;
  const fits = sliceSizes.length === operand.shape.length && sliceSizes.every((size, axis) =>
    Number.isInteger(size) && size >= 0 && (!taken || size <= at(operand.shape, axis)));
  if (!fits) refuseParameter("gather", `sliceSizes within the operand's shape ${formatShape(operand.shape)}, one per axis`, formatShape(sliceSizes));
  if (collapsedSliceDims.some((axis) => sliceSizes[axis] !== 1) || operandBatchingDims.some((axis) => at(sliceSizes, axis) > 1)) {
    refuseParameter(
      "gather", `slice sizes of 1 along collapsedSliceDims ${formatShape(collapsedSliceDims)}, of 0 or 1 along operandBatchingDims ${formatShape(operandBatchingDims)}`,
      formatShape(sliceSizes),
    );
  }
  checkFillValue(operand, mode, fillValue);
  const slice = windowAxes(dimensionNumbers, operand.shape.length).map((axis) => at(sliceSizes, axis));
  // Slice axes are increasing, so that each finds its place when those before it are in theirs.
  return offsetDims.reduce<number[]>((shape, axis, place) => withAxis(shape, axis, at(slice, place)), indices.shape.slice(0, -1));
}

function checkFillValue(operand: Aval, mode: GatherScatterMode, value: FillValue): void {
  if (mode !== "fillOrDrop") {
    if (value !== null) refuseParameter("gather", `no fill value in the mode ${mode}`, String(value), "leave the fill value out, or use the mode fill");
    return;
  }
  const limits = integerRange(operand.dtype);
  const number = Number(value);
  const fits = value !== null && (isFloat(operand.dtype) || (limits === null ? number === 0 || number === 1
    : Number.isInteger(number) && number >= limits[0] && number <= limits[1]));
  if (!fits) refuseParameter("gather", `a fill value of ${operand.dtype}`, String(value), "choose a number that the dtype holds");
}

/** The result of a scatter, which has the operand's type. */
export function scatterAval(operation: string, [operand, indices, updates]: readonly [Aval, Aval, Aval], dimensions: ScatterDimensionNumbers): Aval {
  const gather = gatherOfScatter(dimensions);
  commonDType(operation, [operand, updates]);
  const batch = indices.shape.slice(0, -1);
  const expectedRank = batch.length + gather.offsetDims.length;
  checkDimensions(scatterNames(operation), gather, operand, indices, expectedRank);
  const { updateWindowDims } = dimensions;
  const window = windowAxes(gather, operand.shape.length);
  const fits = updates.shape.length === expectedRank
    && equalShapes(batchAxes(updateWindowDims, expectedRank).map((axis) => at(updates.shape, axis)), batch)
    && updateWindowDims.every((axis, place) => at(updates.shape, axis) <= at(operand.shape, at(window, place)));
  if (!fits) {
    const limits = window.map((axis) => at(operand.shape, axis));
    refuseParameter(
      operation, `updates of rank ${expectedRank}: extents ${formatShape(batch)} as the indices, and within ${formatShape(limits)} along updateWindowDims ${formatShape(updateWindowDims)}`,
      describeAval(updates), "reshape or broadcast the updates",
    );
  }
  return operand;
}
