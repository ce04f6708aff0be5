/** @file The linear primitives that change nothing but the shape: the elements stay as they are, in row-major order. */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { equalShapes, formatShape, range, sizeOf } from "../base/shape.ts";
import { aval as makeAval } from "../ir/build.ts";
import type { Params, Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { batchedAxis, definePrimitive, linearAval, mapCotangent, mapTangent, movement, printed, refuseParameter } from "./define.ts";
import { shapeMismatch } from "./errors.ts";
import { broadcastInDim, moveAxis } from "./linear.ts";
import { formatTuple, parseNumbers } from "./params.ts";

// reshape --------------------------------------------------------------------------------------------------------------

export interface ReshapeParams extends Params {
  readonly newSizes: readonly number[];
}

export const reshapeP: Primitive<ReshapeParams> = definePrimitive<ReshapeParams>({
  name: "reshape",
  abstractEval: (inAvals, { newSizes }) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    if (newSizes.some((extent) => !Number.isInteger(extent) || extent < 0) || sizeOf(newSizes) !== sizeOf(shape)) {
      raise(shapeMismatch, {
        operation: "reshape", expected: `a shape of ${sizeOf(shape)} elements, as ${formatShape(shape)} has`,
        got: `${formatShape(newSizes)} of ${sizeOf(newSizes)} elements`, fix: "choose extents whose product is the same",
      });
    }
    return [makeAval(newSizes, dtype, weakType)];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => ({
    primals: [bind1(reshapeP, [at(operands, 0)], params)],
    tangents: [mapTangent(at(tangents, 0), params.newSizes, (t) => bind1(reshapeP, [t], params))],
  }),
  transpose: (cotangents, operands) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) => bind1(reshapeP, [ct], { newSizes: operandAval.shape }))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, { newSizes }) => ({
    outputs: [bind1(reshapeP, [moveAxis(at(operands, 0), batchedAxis(axes), 0)], { newSizes: [frame.size, ...newSizes] })],
    axes: [0],
  }),
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { inAvals, outAval }) => read(0, reshapeIndex(index, outAval.shape, at(inAvals, 0).shape)),
  },
  simplify: (eqn) => (equalShapes(at(eqn.inputs, 0).aval.shape, eqn.params.newSizes) ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ newSizes }) => [printed("dimensions", "None"), printed("new_sizes", formatTuple(newSizes)), printed("sharding", "None")],
  parseParams: (params) => ({ newSizes: parseNumbers(params.get("new_sizes")) }),
  inPlace: [0],
  facts: movement,
});

/** The same elements in row-major order under another shape. */
export function reshape(operand: Value, newSizes: readonly number[]): Value {
  return equalShapes(operand.aval.shape, newSizes) ? operand : bind1(reshapeP, [operand], { newSizes });
}

/** The index into `to` of the element at `index` of `from`, matched group by group so that equal extents cost nothing. */
function reshapeIndex(index: readonly Expr[], from: readonly number[], to: readonly number[]): Expr[] {
  if (sizeOf(from) === 0) return to.map(() => k.int(0));
  const result: Expr[] = new Array<Expr>(to.length).fill(k.int(0));
  let fromAxis = 0;
  let toAxis = 0;
  while (toAxis < to.length) {
    // The smallest runs of axes on both sides that hold equally many elements.
    let fromEnd = fromAxis;
    let toEnd = toAxis + 1;
    let fromCount = 1;
    let toCount = at(to, toAxis);
    while (fromCount !== toCount) {
      if (fromCount < toCount) fromCount *= at(from, fromEnd++);
      else toCount *= at(to, toEnd++);
    }
    let flat: Expr = k.int(0);
    for (let axis = fromAxis; axis < fromEnd; axis++) flat = k.add(k.mul(flat, at(from, axis)), at(index, axis));
    for (let axis = toEnd - 1; axis >= toAxis; axis--) {
      const extent = at(to, axis);
      result[axis] = axis === toAxis ? flat : extent === 1 ? k.int(0) : k.rem(flat, extent);
      flat = k.div(flat, extent);
    }
    fromAxis = fromEnd;
    toAxis = toEnd;
  }
  return result;
}

// squeeze --------------------------------------------------------------------------------------------------------------

export interface SqueezeParams extends Params {
  readonly dimensions: readonly number[];
}

export const squeezeP: Primitive<SqueezeParams> = definePrimitive<SqueezeParams>({
  name: "squeeze",
  abstractEval: (inAvals, { dimensions }) => {
    const inAval = at(inAvals, 0);
    if (dimensions.some((axis, place) => inAval.shape[axis] !== 1 || dimensions.indexOf(axis) !== place)) {
      refuseParameter("squeeze", `distinct axes of extent 1 of ${formatShape(inAval.shape)}`, formatShape(dimensions));
    }
    return [makeAval(inAval.shape.filter((_, axis) => !dimensions.includes(axis)), inAval.dtype, inAval.weakType)];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = bind1(squeezeP, [at(operands, 0)], params);
    return { primals: [primal], tangents: [mapTangent(at(tangents, 0), primal.aval.shape, (t) => bind1(squeezeP, [t], params))] };
  },
  transpose: (cotangents, operands, { dimensions }) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    const { shape } = operandAval;
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) =>
      (dimensions.length === 0 ? ct : broadcastInDim(ct, shape, range(shape.length).filter((axis) => !dimensions.includes(axis)))))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, { dimensions }) => ({
    outputs: [bind1(squeezeP, [moveAxis(at(operands, 0), batchedAxis(axes), 0)], { dimensions: dimensions.map((dimension) => dimension + 1) })],
    axes: [0],
  }),
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { params, inAvals }) => {
      let next = 0;
      return read(0, at(inAvals, 0).shape.map((_, axis) => (params.dimensions.includes(axis) ? k.int(0) : at(index, next++))));
    },
  },
  simplify: (eqn) => (eqn.params.dimensions.length === 0 ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ dimensions }) => [printed("dimensions", formatTuple(dimensions))],
  parseParams: (params) => ({ dimensions: parseNumbers(params.get("dimensions")) }),
  inPlace: [0],
  facts: movement,
});

/** Removes axes of extent 1. */
export function squeeze(operand: Value, dimensions: readonly number[]): Value {
  return dimensions.length === 0 ? operand : bind1(squeezeP, [operand], { dimensions });
}
