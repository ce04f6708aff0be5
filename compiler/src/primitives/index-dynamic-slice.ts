/**
 * @file Slices that begin at a computed place, and their update; each other's transpose. A start is moved so that the whole
 * slice lies inside. Batches of them are gathers and scatters.
 */

import { at } from "../base/assert.ts";
import { isInteger } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { formatShape, range } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Aval, Params, Primitive, Tangent, TransposeOperand, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1, describeAval } from "../trace/stack.ts";
import {
  definePrimitive, knownValue, linearAval, mapCotangent, movement, noParams, parseNoParams, printed, refuseParameter, type NoParams,
} from "./define.ts";
import { allWeak, commonDType } from "./elementwise.ts";
import { dtypeMismatch } from "./errors.ts";
import { clampedPosition } from "./index-bounds.ts";
import { batchGather, batchScatter } from "./index-gather.ts";
import { scatterP } from "./index-scatter.ts";
import { batchFirst, broadcastInDim, fullOf, instantiate, moveAxis } from "./linear.ts";
import { formatTuple, parseNumbers } from "./params.ts";
import { concatenate } from "./structural.ts";

/** Throws unless there is one scalar start per axis, all of one integer dtype. */
function checkStarts(operation: string, operand: Aval, starts: readonly Aval[]): void {
  const rank = operand.shape.length;
  if (starts.length !== rank || starts.some((start) => start.shape.length > 0)) {
    refuseParameter(operation, `${rank} scalar start indices, one per axis of ${describeAval(operand)}`, starts.map(describeAval).join(", ") || "none");
  }
  const [first] = starts;
  if (first === undefined || (isInteger(first.dtype) && starts.every((start) => start.dtype === first.dtype))) return;
  raise(dtypeMismatch, {
    operation, expected: "start indices of one integer dtype", got: starts.map(describeAval).join(", "), fix: 'convert the indices with astype("int32")',
  });
}

/** The starts of one batch as index vectors, with the batch axis in front where one of them has one. */
function stackStarts(size: number, starts: readonly Value[], axes: readonly (number | null)[]): { readonly indices: Value; readonly axis: number | null } {
  const isBatched = axes.some((axis) => axis !== null);
  const shape = isBatched ? [size, 1] : [1];
  const columns = starts.map((start, index) => broadcastInDim(start, shape, at(axes, index) === null ? [] : [0]));
  return { indices: columns.length === 1 ? at(columns, 0) : concatenate(columns, isBatched ? 1 : 0), axis: isBatched ? 0 : null };
}

/** Where each axis of a slice of these sizes begins, as the kernel reads it. */
function startsInBounds(shape: readonly number[], sizes: readonly number[], read: (axis: number) => Expr): Expr[] {
  return shape.map((extent, axis) => (extent === at(sizes, axis) ? k.int(0) : clampedPosition(read(axis), extent - at(sizes, axis))));
}

function startsOf(operands: readonly TransposeOperand[], first: number): Value[] {
  return operands.slice(first).map((_, place) => knownValue(operands, first + place));
}

// dynamic_slice --------------------------------------------------------------------------------------------------------

export interface DynamicSliceParams extends Params {
  readonly sliceSizes: readonly number[];
}

export const dynamicSliceP: Primitive<DynamicSliceParams> = definePrimitive<DynamicSliceParams>({
  name: "dynamic_slice",
  abstractEval: (inAvals, { sliceSizes }) => {
    const [operand, ...starts] = inAvals as readonly [Aval, ...Aval[]];
    checkStarts("dynamic_slice", operand, starts);
    const fits = sliceSizes.length === operand.shape.length
      && sliceSizes.every((size, axis) => Number.isInteger(size) && size >= 0 && size <= at(operand.shape, axis));
    if (!fits) refuseParameter("dynamic_slice", `sliceSizes within the operand's shape ${formatShape(operand.shape)}, one per axis`, formatShape(sliceSizes));
    return [makeAval(sliceSizes, operand.dtype, operand.weakType)];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const starts = operands.slice(1);
    const tangent = at(tangents, 0);
    const outTangent = isZero(tangent) ? zero(makeAval(params.sliceSizes, tangent.aval.dtype, tangent.aval.weakType)) : bind1(dynamicSliceP, [tangent, ...starts], params);
    return { primals: [bind1(dynamicSliceP, operands, params)], tangents: [outTangent] };
  },
  // The cotangent at its place among zeros.
  transpose: (cotangents, operands) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return operands.map(() => null);
    const cotangent = mapCotangent(at(cotangents, 0), operandAval, (ct) =>
      bind1(dynamicUpdateSliceP, [fullOf(0, makeAval(operandAval.shape, operandAval.dtype)), ct, ...startsOf(operands, 1)], noParams));
    return [cotangent, ...operands.slice(1).map(() => null)];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, { sliceSizes }) => {
    const rank = sliceSizes.length;
    if (rank === 0) return { outputs: [at(operands, 0)], axes: [at(axes, 0)] };
    const { indices, axis } = stackStarts(frame.size, operands.slice(1), axes.slice(1));
    return batchGather([at(operands, 0), indices], [at(axes, 0), axis], {
      dimensionNumbers: { offsetDims: range(rank), collapsedSliceDims: [], startIndexMap: range(rank), operandBatchingDims: [], startIndicesBatchingDims: [] },
      fillValue: null, indicesAreSorted: true, mode: "clip", sliceSizes, uniqueIndices: true,
    });
  },
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { inAvals, params }) => {
      const starts = startsInBounds(at(inAvals, 0).shape, params.sliceSizes, (axis) => read(axis + 1, []));
      return read(0, index.map((place, axis) => k.add(at(starts, axis), place)));
    },
  },
  simplify: (eqn) => (eqn.params.sliceSizes.every((size, axis) => size === at(eqn.inputs, 0).aval.shape[axis]) ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ sliceSizes }) => [printed("slice_sizes", formatTuple(sliceSizes))],
  parseParams: (params) => ({ sliceSizes: parseNumbers(params.get("slice_sizes")) }),
  inPlace: "none",
  facts: movement,
});

/** A slice of these sizes that begins at the scalars `starts`, moved to lie inside the operand. */
export function dynamicSlice(operand: Value, starts: readonly Value[], sliceSizes: readonly number[]): Value {
  return bind1(dynamicSliceP, [operand, ...starts], { sliceSizes });
}

// dynamic_update_slice -------------------------------------------------------------------------------------------------

export const dynamicUpdateSliceP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "dynamic_update_slice",
  abstractEval: (inAvals) => {
    const [operand, update, ...starts] = inAvals as readonly [Aval, Aval, ...Aval[]];
    commonDType("dynamic_update_slice", [operand, update]);
    checkStarts("dynamic_update_slice", operand, starts);
    const fits = update.shape.length === operand.shape.length && update.shape.every((extent, axis) => extent <= at(operand.shape, axis));
    if (!fits) refuseParameter("dynamic_update_slice", `an update of the operand's rank within its shape ${formatShape(operand.shape)}`, formatShape(update.shape), "slice or reshape the update");
    return [makeAval(operand.shape, operand.dtype, allWeak([operand, update]))];
  },
  effects: "pure",
  jvp: (operands, tangents) => {
    const primal = bind1(dynamicUpdateSliceP, operands, noParams);
    const [operandTangent, updateTangent] = tangents as readonly [Tangent, Tangent, ...Tangent[]];
    if (isZero(operandTangent) && isZero(updateTangent)) return { primals: [primal], tangents: [operandTangent] };
    return { primals: [primal], tangents: [bind1(dynamicUpdateSliceP, [instantiate(operandTangent), instantiate(updateTangent), ...operands.slice(2)], noParams)] };
  },
  // The operand gets the cotangent with zeros where the update lies, the update gets what lies there.
  transpose: (cotangents, operands) => {
    const cotangent = at(cotangents, 0);
    const starts = startsOf(operands, 2);
    const [operandAval, updateAval] = [linearAval(operands, 0), linearAval(operands, 1)];
    const update = at(operands, 1);
    const { shape } = update.kind === "linear" ? update.aval : update.value.aval;
    const zeros = isZero(cotangent) ? null : fullOf(0, makeAval(shape, cotangent.aval.dtype));
    return [
      operandAval === null ? null : mapCotangent(cotangent, operandAval, (ct) => bind1(dynamicUpdateSliceP, [ct, zeros ?? ct, ...starts], noParams)),
      updateAval === null ? null : mapCotangent(cotangent, updateAval, (ct) => bind1(dynamicSliceP, [ct, ...starts], { sliceSizes: shape })),
      ...starts.map(() => null),
    ];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes) => {
    const [operand, update, ...starts] = operands as readonly [Value, Value, ...Value[]];
    const [operandAxis = null, updateAxis = null] = axes;
    const rank = operand.aval.shape.length - (operandAxis === null ? 0 : 1);
    // Of scalars, the update is the whole result.
    if (rank === 0) return updateAxis === null ? { outputs: [batchFirst(update, null, frame.size)], axes: [0] } : { outputs: [moveAxis(update, updateAxis, 0)], axes: [0] };
    const { indices, axis } = stackStarts(frame.size, starts, axes.slice(2));
    return batchScatter(scatterP, frame.size, [operand, indices, update], [operandAxis, axis, updateAxis], {
      dimensionNumbers: { updateWindowDims: range(rank), insertedWindowDims: [], scatterDimsToOperandDims: range(rank), operandBatchingDims: [], scatterIndicesBatchingDims: [] },
      indicesAreSorted: true, mode: "clip", uniqueIndices: true, updateConsts: [], updateJaxpr: null,
    });
  },
  lower: {
    kind: "indexMap",
    emit: (emitter, index, read, { inAvals }) => {
      const [operand, update] = inAvals as readonly [Aval, Aval, ...Aval[]];
      if (update.shape.includes(0)) return read(0, index);
      const starts = startsInBounds(operand.shape, update.shape, (axis) => read(axis + 2, []));
      const places = index.map((place, axis) => k.sub(place, at(starts, axis)));
      const conditions = places.flatMap((place, axis) => {
        const extent = at(update.shape, axis);
        return extent === at(operand.shape, axis) ? [] : [k.ge(place, 0), k.lt(place, extent)];
      });
      const [first, ...rest] = conditions;
      if (first === undefined) return read(1, places);
      return emitter.branch(rest.reduce((all, condition) => k.and(all, condition), first), () => read(1, places), () => read(0, index));
    },
    update: (index, read, { inAvals }) => {
      const starts = startsInBounds(at(inAvals, 0).shape, at(inAvals, 1).shape, (axis) => read(axis + 2, []));
      return index.map((place, axis) => k.add(at(starts, axis), place));
    },
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: [0],
  facts: movement,
});

/** The operand with `update` in place of the slice that begins at the scalars `starts`, moved to lie inside. */
export function dynamicUpdateSlice(operand: Value, update: Value, starts: readonly Value[]): Value {
  return bind1(dynamicUpdateSliceP, [operand, update, ...starts], noParams);
}
