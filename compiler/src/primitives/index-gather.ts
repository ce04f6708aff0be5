/**
 * @file Reading at computed places and adding there: gather, scatter_add and scatter_sub, which are each other's transpose;
 * and what all scatters share.
 *
 * An index vector (the last axis of the indices) says where in the operand a slice begins.
 */

import { at } from "../base/assert.ts";
import { integerRange, isFloat, type DType } from "../base/dtype.ts";
import { range } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Aval, BatchResult, JvpRule, NoRule, Params, Primitive, Tangent, TransposeOperand, TransposeRule, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { constantOf } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { addP, numeric, subP } from "./arith.ts";
import { arithmetic, definePrimitive, linearAval, mapCotangent, printed, requireDType, type NoParams } from "./define.ts";
import { allInBounds, clampedPosition, position } from "./index-bounds.ts";
import {
  batchAxes, gatherOfScatter, parseFillValue, parseGatherDimensions, parseMode, parseScatterDimensions, printFillValue, printFlag,
  printGatherDimensions, printMode, printScatterDimensions, scatterOfGather, sliceSizesOf, windowAxes,
  type FillValue, type GatherDimensionNumbers, type GatherScatterMode, type ScatterDimensionNumbers,
} from "./index-dimensions.ts";
import type { ScatterParams } from "./index-scatter-axes.ts";
import { planGridScatter } from "./index-scatter-grid.ts";
import { planScatter } from "./index-scatter-kernel.ts";
import { gatherShape, scatterAval } from "./index-shapes.ts";
import { requireScalarUpdate, updateJaxpr } from "./index-update.ts";
import { batchFirst, fullOf, instantiate, moveAxis, neg } from "./linear.ts";
import { formatTuple, parseNumbers } from "./params.ts";

export type { ScatterParams } from "./index-scatter-axes.ts";

/** Axis numbers after an axis has been put in front. */
function behindOne(axes: readonly number[]): number[] {
  return axes.map((axis) => axis + 1);
}

// gather ---------------------------------------------------------------------------------------------------------------

export interface GatherParams extends Params {
  readonly dimensionNumbers: GatherDimensionNumbers;
  readonly fillValue: FillValue;
  readonly indicesAreSorted: boolean;
  readonly mode: GatherScatterMode;
  readonly sliceSizes: readonly number[];
  readonly uniqueIndices: boolean;
}

export const gatherP: Primitive<GatherParams> = definePrimitive<GatherParams>({
  name: "gather",
  abstractEval: (inAvals, params) => {
    const [operand, indices] = inAvals as readonly [Aval, Aval];
    return [makeAval(gatherShape(operand, indices, params), operand.dtype, operand.weakType)];
  },
  effects: "pure",
  // Linear in the operand; the fill value is a constant.
  jvp: ([operand, indices], [tangent], params) => {
    const primal = bind1(gatherP, [operand as Value, indices as Value], params);
    const dx = tangent as Tangent;
    const fillValue = params.mode === "fillOrDrop" ? 0 : null;
    if (isZero(dx)) return { primals: [primal], tangents: [zero(makeAval(primal.aval.shape, dx.aval.dtype, dx.aval.weakType))] };
    return { primals: [primal], tangents: [bind1(gatherP, [dx, indices as Value], { ...params, fillValue })] };
  },
  // An element that was read several times gets the sum of the cotangents.
  transpose: (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null, null];
    const indices = operands[1] as TransposeOperand & { readonly kind: "known" };
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) => {
      const zeros = fullOf(0, makeAval(operandAval.shape, ct.aval.dtype));
      const { mode, indicesAreSorted, uniqueIndices } = params;
      return scatterAdd(zeros, indices.value, ct, scatterOfGather(params.dimensionNumbers), { mode, indicesAreSorted, uniqueIndices });
    }), null];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, params) => batchGather(operands, axes, params),
  lower: {
    kind: "indexMap",
    emit: (emitter, index, read, { params, inAvals, outAval }) => {
      const { dimensionNumbers: dimensions, sliceSizes, mode } = params;
      const { shape } = at(inAvals, 0);
      const batch = batchAxes(dimensions.offsetDims, index.length).map((axis) => at(index, axis));
      const components = dimensions.startIndexMap.map((_, place): Expr => read(1, [...batch, k.int(place)]));
      const uppers = dimensions.startIndexMap.map((axis) => at(shape, axis) - at(sliceSizes, axis));
      const window = windowAxes(dimensions, shape.length);
      const element = (starts: readonly Expr[]): Expr => read(0, range(shape.length).map((axis) => {
        const batching = dimensions.operandBatchingDims.indexOf(axis);
        if (batching >= 0) return at(batch, at(dimensions.startIndicesBatchingDims, batching));
        const [component, place] = [dimensions.startIndexMap.indexOf(axis), window.indexOf(axis)];
        const start = component < 0 ? k.int(0) : at(starts, component);
        return place < 0 ? start : k.add(start, at(index, at(dimensions.offsetDims, place)));
      }));
      const isInside = mode === "fillOrDrop" ? allInBounds(components, uppers) : null;
      if (isInside === null) return element(components.map((component, place) => clampedPosition(component, at(uppers, place))));
      return emitter.branch(isInside, () => element(components.map(position)), () => constantOf(Number(params.fillValue), outAval.dtype));
    },
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: (params) => [
    printGatherDimensions(params.dimensionNumbers), printFillValue(params.fillValue), printFlag("indices_are_sorted", params.indicesAreSorted),
    printMode(params.mode), printed("slice_sizes", formatTuple(params.sliceSizes)), printFlag("unique_indices", params.uniqueIndices),
  ],
  parseParams: (params) => ({
    dimensionNumbers: parseGatherDimensions(params.get("dimension_numbers")), fillValue: parseFillValue(params.get("fill_value")),
    indicesAreSorted: params.get("indices_are_sorted") === true, mode: parseMode(params.get("mode")),
    sliceSizes: parseNumbers(params.get("slice_sizes")), uniqueIndices: params.get("unique_indices") === true,
  }),
  inPlace: "none",
  facts: arithmetic,
});

/**
 * A batch of operands is one more axis of each slice. A batch of indices is one more axis of the indices, for which nothing
 * is known of order and repetition. Both together are one more pair of batching axes.
 */
export function batchGather(operands: readonly Value[], axes: readonly (number | null)[], params: GatherParams): BatchResult {
  const [operandAxis, indicesAxis] = axes as readonly [number | null, number | null];
  const { dimensionNumbers: dimensions, sliceSizes } = params;
  const operand = operandAxis === null ? at(operands, 0) : moveAxis(at(operands, 0), operandAxis, 0);
  const indices = indicesAxis === null ? at(operands, 1) : moveAxis(at(operands, 1), indicesAxis, 0);
  const offsetDims = behindOne(dimensions.offsetDims);
  if (operandAxis === null) {
    const moved = { ...dimensions, offsetDims, startIndicesBatchingDims: behindOne(dimensions.startIndicesBatchingDims) };
    return { outputs: [bind1(gatherP, [operand, indices], { ...params, dimensionNumbers: moved, indicesAreSorted: false, uniqueIndices: false })], axes: [0] };
  }
  const moved: GatherDimensionNumbers = {
    ...dimensions, collapsedSliceDims: behindOne(dimensions.collapsedSliceDims), startIndexMap: behindOne(dimensions.startIndexMap),
    operandBatchingDims: behindOne(dimensions.operandBatchingDims),
  };
  const size = at(operand.aval.shape, 0);
  if (indicesAxis === null) {
    const dimensionNumbers = { ...moved, offsetDims: [0, ...offsetDims] };
    return { outputs: [bind1(gatherP, [operand, indices], { ...params, dimensionNumbers, sliceSizes: [size, ...sliceSizes] })], axes: [0] };
  }
  const dimensionNumbers: GatherDimensionNumbers = {
    ...moved, offsetDims, operandBatchingDims: [0, ...moved.operandBatchingDims],
    startIndicesBatchingDims: [0, ...behindOne(dimensions.startIndicesBatchingDims)],
  };
  return { outputs: [bind1(gatherP, [operand, indices], { ...params, dimensionNumbers, sliceSizes: [Math.min(size, 1), ...sliceSizes] })], axes: [0] };
}

/** Promises about the indices, and what happens where one is out of bounds. */
export interface IndexOptions {
  readonly indicesAreSorted?: boolean;
  readonly uniqueIndices?: boolean;
  readonly mode?: GatherScatterMode;
}

export interface GatherOptions extends IndexOptions {
  /** For the mode `fillOrDrop`; null is NaN for floats, the smallest integer, the largest unsigned one, true for bools. */
  readonly fillValue?: FillValue;
}

/** What stands for an element that is not there, where the caller does not say. */
function defaultFill(dtype: DType): FillValue {
  if (isFloat(dtype) || dtype === "complex64") return Number.NaN;
  const limits = integerRange(dtype);
  if (limits === null) return true;
  return limits[0] === 0 ? limits[1] : limits[0];
}

/** Slices of the operand, one per index vector. The mode is `promiseInBounds` where none is given. */
export function gather(
  operand: Value, indices: Value, dimensionNumbers: GatherDimensionNumbers, sliceSizes: readonly number[], options: GatherOptions = {},
): Value {
  const { indicesAreSorted = false, uniqueIndices = false, mode = "promiseInBounds", fillValue = null } = options;
  return bind1(gatherP, [operand, indices], {
    dimensionNumbers, fillValue: mode === "fillOrDrop" ? fillValue ?? defaultFill(operand.aval.dtype) : null, indicesAreSorted, mode, sliceSizes, uniqueIndices,
  });
}

// What scatters share --------------------------------------------------------------------------------------------------

export interface ScatterDefinition {
  readonly name: string;
  /** What combines the old element with the update; null takes the update, or what the params hold. */
  readonly update: Primitive<NoParams> | null;
  readonly accepts: (dtype: DType) => boolean;
  readonly expected: string;
  readonly jvp: JvpRule<ScatterParams> | NoRule;
  readonly transpose: TransposeRule<ScatterParams> | NoRule;
}

/** A primitive of operand, indices and updates that combines each update with the element at its place. */
export function defineScatter(definition: ScatterDefinition): Primitive<ScatterParams> {
  const { name, update } = definition;
  const primitive: Primitive<ScatterParams> = definePrimitive<ScatterParams>({
    name,
    abstractEval: (inAvals, params) => {
      const [operand, indices, updates] = inAvals as readonly [Aval, Aval, Aval];
      requireDType(name, operand, definition.accepts, definition.expected);
      if (params.updateJaxpr !== null) requireScalarUpdate(name, params.updateJaxpr, operand.dtype);
      return [scatterAval(name, [operand, indices, updates], params.dimensionNumbers)];
    },
    effects: "pure",
    jvp: definition.jvp,
    transpose: definition.transpose,
    partialEval: "plain",
    dce: "plain",
    batch: (frame, operands, axes, params) => batchScatter(primitive, frame.size, operands, axes, params),
    lower: { kind: "routine", variants: [{ name: "by place", needs: "workgroup", build: planGridScatter }, { name: "in order", needs: "serial", build: planScatter }] },
    simplify: "none",
    subJaxprs: ({ updateJaxpr: jaxpr }) => (jaxpr === null ? [] : [jaxpr]),
    inlinable: "never",
    printParams: (params) => [
      printScatterDimensions(params.dimensionNumbers), printFlag("indices_are_sorted", params.indicesAreSorted), printMode(params.mode),
      printFlag("unique_indices", params.uniqueIndices), printed("update_consts", formatTuple(params.updateConsts)),
      params.updateJaxpr === null ? printed("update_jaxpr", "None") : { name: "update_jaxpr", value: { kind: "jaxpr", jaxpr: params.updateJaxpr, name: "jaxpr" } },
    ],
    parseParams: (params, { inAvals }) => {
      const jaxpr = params.get("update_jaxpr");
      return {
        dimensionNumbers: parseScatterDimensions(params.get("dimension_numbers")), indicesAreSorted: params.get("indices_are_sorted") === true,
        mode: parseMode(params.get("mode")), uniqueIndices: params.get("unique_indices") === true, updateConsts: [],
        updateJaxpr: update !== null ? updateJaxpr(update, at(inAvals, 0).dtype) : typeof jaxpr === "object" && jaxpr !== null && "eqns" in jaxpr ? jaxpr : null,
      };
    },
    inPlace: [0],
    facts: arithmetic,
  });
  return primitive;
}

/** Binds a scatter with all its params. */
export function bindScatter(
  primitive: Primitive<ScatterParams>, { update, accepts }: Pick<ScatterDefinition, "update" | "accepts">, operands: ScatterOperands,
  dimensionNumbers: ScatterDimensionNumbers, { indicesAreSorted = false, uniqueIndices = false, mode = "fillOrDrop" }: IndexOptions,
): Value {
  const { dtype } = operands[0].aval;
  // A dtype that the scatter does not take is refused by the scatter, before its function of two scalars would be.
  const jaxpr = update === null || !accepts(dtype) ? null : updateJaxpr(update, dtype);
  return bind1(primitive, operands, { dimensionNumbers, indicesAreSorted, mode, uniqueIndices, updateConsts: [], updateJaxpr: jaxpr });
}

export type ScatterOperands = readonly [operand: Value, indices: Value, updates: Value];

/** Operand and updates get the batch axis in front; indices that have one too make it a pair of batching axes. */
export function batchScatter(
  primitive: Primitive<ScatterParams>, size: number, operands: readonly Value[], axes: readonly (number | null)[], params: ScatterParams,
): BatchResult {
  const dimensions = params.dimensionNumbers;
  const indicesAxis = at(axes, 1);
  const operand = batchFirst(at(operands, 0), at(axes, 0), size);
  const updates = batchFirst(at(operands, 2), at(axes, 2), size);
  const moved: ScatterDimensionNumbers = {
    ...dimensions, updateWindowDims: behindOne(dimensions.updateWindowDims), insertedWindowDims: behindOne(dimensions.insertedWindowDims),
    scatterDimsToOperandDims: behindOne(dimensions.scatterDimsToOperandDims), operandBatchingDims: behindOne(dimensions.operandBatchingDims),
  };
  if (indicesAxis === null) {
    const dimensionNumbers = { ...moved, updateWindowDims: [0, ...moved.updateWindowDims] };
    return { outputs: [bind1(primitive, [operand, at(operands, 1), updates], { ...params, dimensionNumbers })], axes: [0] };
  }
  const indices = batchFirst(at(operands, 1), indicesAxis, size);
  const dimensionNumbers: ScatterDimensionNumbers = {
    ...moved, operandBatchingDims: [0, ...moved.operandBatchingDims], scatterIndicesBatchingDims: [0, ...behindOne(dimensions.scatterIndicesBatchingDims)],
  };
  return { outputs: [bind1(primitive, [operand, indices, updates], { ...params, dimensionNumbers })], axes: [0] };
}

/** What a scatter of updates of this shape would read: the cotangent of its updates. Nothing lies in an empty operand. */
export function gatherUpdates(ct: Value, indices: Value, updatesShape: readonly number[], params: ScatterParams): Value {
  const { dimensionNumbers, mode } = params;
  if (ct.aval.shape.includes(0)) return fullOf(0, makeAval(updatesShape, ct.aval.dtype));
  const sliceSizes = sliceSizesOf(dimensionNumbers, ct.aval.shape.length, updatesShape);
  return gather(ct, indices, gatherOfScatter(dimensionNumbers), sliceSizes, { mode, fillValue: 0 });
}

/** The jvp of a scatter that is linear in operand and updates together. */
function linearScatterJvp(primitive: () => Primitive<ScatterParams>): JvpRule<ScatterParams> {
  return (primals, tangents, params) => {
    const [operand, indices, updates] = primals as readonly [Value, Value, Value];
    const [operandTangent, , updatesTangent] = tangents as readonly [Tangent, Tangent, Tangent];
    const primal = bind1(primitive(), [operand, indices, updates], params);
    if (isZero(operandTangent) && isZero(updatesTangent)) return { primals: [primal], tangents: [operandTangent] };
    return { primals: [primal], tangents: [bind1(primitive(), [instantiate(operandTangent), indices, instantiate(updatesTangent)], params)] };
  };
}

// scatter_add, scatter_sub ---------------------------------------------------------------------------------------------

/** The operand's cotangent is the result's; each update's is what lies at its place, with its sign. */
function sumTranspose(sign: (cotangent: Value) => Value): TransposeRule<ScatterParams> {
  return (cotangents, operands, params) => {
    const cotangent = at(cotangents, 0);
    const [operandAval, updatesAval] = [linearAval(operands, 0), linearAval(operands, 2)];
    const indices = operands[1] as TransposeOperand & { readonly kind: "known" };
    return [
      operandAval === null ? null : mapCotangent(cotangent, operandAval, (ct) => ct),
      null,
      updatesAval === null ? null : mapCotangent(cotangent, updatesAval, (ct) => sign(gatherUpdates(ct, indices.value, updatesAval.shape, params))),
    ];
  };
}

const sum = { update: addP, accepts: numeric, expected: "numbers" } as const;
const difference = { update: subP, accepts: numeric, expected: "numbers" } as const;

export const scatterAddP: Primitive<ScatterParams> = defineScatter({
  ...sum, name: "scatter-add", jvp: linearScatterJvp(() => scatterAddP), transpose: sumTranspose((ct) => ct),
});

export const scatterSubP: Primitive<ScatterParams> = defineScatter({
  ...difference, name: "scatter-sub", jvp: linearScatterJvp(() => scatterSubP), transpose: sumTranspose(neg),
});

/** Adds each update to the element at its place; equal places add up. Out of bounds is dropped unless the mode says otherwise. */
export function scatterAdd(operand: Value, indices: Value, updates: Value, dimensions: ScatterDimensionNumbers, options: IndexOptions = {}): Value {
  return bindScatter(scatterAddP, sum, [operand, indices, updates], dimensions, options);
}

/** Subtracts each update from the element at its place. */
export function scatterSub(operand: Value, indices: Value, updates: Value, dimensions: ScatterDimensionNumbers, options: IndexOptions = {}): Value {
  return bindScatter(scatterSubP, difference, [operand, indices, updates], dimensions, options);
}
