/**
 * @file The linear primitives that every transform is made of: sums of cotangents, negation, broadcasts and their
 * transpose the sum, and the reorderings of axes. First of the families, because rules of all others bind them.
 */

import { at } from "../base/assert.ts";
import { isFloat, isInteger } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { equalShapes, formatShape, range, withAxis } from "../base/shape.ts";
import { aval as makeAval, isZero, scalarLiteral } from "../ir/build.ts";
import type { Aval, BatchRule, Params, Primitive, Tangent, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { bind1, describeAval } from "../trace/stack.ts";
import {
  arithmetic, batchedAxis, commutativeArithmetic, definePrimitive, linearAval, mapCotangent, mapTangent, movement, noParams, parseNoParams, printed,
  refuseParameter, requireDType, requireExtents, type NoParams,
} from "./define.ts";
import { shapeMismatch } from "./errors.ts";
import { formatTuple, parseNumbers } from "./params.ts";

// broadcast_in_dim -----------------------------------------------------------------------------------------------------

export interface BroadcastParams extends Params {
  readonly shape: readonly number[];
  /** For each operand axis the result axis that it becomes; strictly increasing. */
  readonly broadcastDimensions: readonly number[];
}

export const broadcastInDimP: Primitive<BroadcastParams> = definePrimitive<BroadcastParams>({
  name: "broadcast_in_dim",
  abstractEval: (inAvals, params) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    requireExtents("broadcast_in_dim", "shape", params.shape);
    const fits = params.broadcastDimensions.length === shape.length && params.broadcastDimensions.every((target, axis) =>
      target > (params.broadcastDimensions[axis - 1] ?? -1) && target < params.shape.length &&
      (shape[axis] === 1 || shape[axis] === params.shape[target]));
    if (!fits) {
      refuseParameter(
        "broadcast_in_dim", `each axis of ${formatShape(shape)} mapped to an axis of ${formatShape(params.shape)} of its extent, in increasing order`,
        `broadcastDimensions ${formatShape(params.broadcastDimensions)}`,
      );
    }
    return [makeAval(params.shape, dtype, weakType)];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => ({
    primals: [bind1(broadcastInDimP, [at(operands, 0)], params)],
    tangents: [mapTangent(at(tangents, 0), params.shape, (t) => bind1(broadcastInDimP, [t], params))],
  }),
  // y[..., i, ...] = x[i] for every index of the other axes, so the cotangent of x is the sum over them.
  transpose: (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) => {
      const kept = params.broadcastDimensions.filter((_, axis) => operandAval.shape[axis] !== 1 );
      const summed = reduceSum(ct, range(params.shape.length).filter((axis) => !kept.includes(axis)));
      return expandTo(summed, operandAval.shape);
    })];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const front = moveAxis(at(operands, 0), batchedAxis(axes), 0);
    return {
      outputs: [broadcastInDim(front, [frame.size, ...params.shape], [0, ...params.broadcastDimensions.map((dimension) => dimension + 1)])],
      axes: [0],
    };
  },
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { params, inAvals }) =>
      read(0, at(inAvals, 0).shape.map((extent, axis) => (extent === 1 ? k.int(0) : at(index, at(params.broadcastDimensions, axis))))),
  },
  simplify: (eqn) => {
    const operand = at(eqn.inputs, 0);
    return equalShapes(operand.aval.shape, eqn.params.shape) ? [operand] : null;
  },
  subJaxprs: "none",
  inlinable: "never",
  printParams: (params) =>
    params.broadcastDimensions.length === 0 ? [] : [printed("broadcast_dimensions", formatTuple(params.broadcastDimensions))],
  parseParams: (params, { outAvals }) => ({
    shape: at(outAvals, 0).shape, broadcastDimensions: parseNumbers(params.get("broadcast_dimensions") ?? []),
  }),
  inPlace: "none",
  facts: movement,
});

/** Broadcasts; `broadcastDimensions[i]` is the result axis of operand axis i. */
export function broadcastInDim(operand: Value, shape: readonly number[], broadcastDimensions: readonly number[]): Value {
  return bind1(broadcastInDimP, [operand], { shape, broadcastDimensions });
}

/** A number in every element. */
export function fullOf(value: number, ofAval: Aval): Value {
  const scalar = scalarLiteral(value, ofAval.dtype, ofAval.weakType);
  return ofAval.shape.length === 0 ? scalar : broadcastInDim(scalar, ofAval.shape, []);
}

/** The array that a Zero stands for; any other tangent as it is. */
export function instantiate(tangent: Tangent): Value {
  return isZero(tangent) ? fullOf(0, tangent.aval) : tangent;
}

/** Puts axes of extent 1 back, as JAX's expand_dims does. */
function expandTo(value: Value, shape: readonly number[]): Value {
  if (equalShapes(value.aval.shape, shape)) return value;
  return broadcastInDim(value, shape, range(shape.length).filter((axis) => shape[axis] !== 1));
}

// reduce_sum -----------------------------------------------------------------------------------------------------------

export interface AxesParams extends Params {
  readonly axes: readonly number[];
}

/** The aval of a reduction over `axes`; throws for axes that do not fit. */
export function reducedAval(name: string, operand: Aval, axes: readonly number[]): Aval {
  const bad = axes.some((axis, place) => !Number.isInteger(axis) || axis < 0 || axis >= operand.shape.length || axes.indexOf(axis) !== place);
  if (bad) refuseParameter(name, `distinct axes in [0, ${operand.shape.length})`, formatShape(axes));
  return makeAval(operand.shape.filter((_, axis) => !axes.includes(axis)), operand.dtype, operand.weakType);
}

/** The batch rule of every reduction over axes: reduce the same axes, one further where the batch axis comes before. */
export function reducerBatch(primitive: () => Primitive<AxesParams>): BatchRule<AxesParams> {
  return (_frame, operands, axes, params) => {
    const batchAxis = batchedAxis(axes);
    const reducedAxes = params.axes.map((reduced) => (reduced < batchAxis ? reduced : reduced + 1));
    return {
      outputs: [bind1(primitive(), [at(operands, 0)], { ...params, axes: reducedAxes })],
      axes: [batchAxis - reducedAxes.filter((reduced) => reduced < batchAxis).length],
    };
  };
}

export const reduceSumP: Primitive<AxesParams> = definePrimitive<AxesParams>({
  name: "reduce_sum",
  abstractEval: (inAvals, params) => {
    const inAval = at(inAvals, 0);
    requireDType("reduce_sum", inAval, (dtype) => isFloat(dtype) || isInteger(dtype), "numbers");
    return [reducedAval("reduce_sum", inAval, params.axes)];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = reduceSum(at(operands, 0), params.axes, true);
    return { primals: [primal], tangents: [mapTangent(at(tangents, 0), primal.aval.shape, (t) => reduceSum(t, params.axes, true))] };
  },
  // y = sum_i x[i], so every x[i] gets the cotangent of y.
  transpose: (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) =>
      broadcastInDim(ct, operandAval.shape, range(operandAval.shape.length).filter((axis) => !params.axes.includes(axis))))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: reducerBatch(() => reduceSumP),
  lower: { kind: "reduction", op: "add", axes: (params) => params.axes },
  simplify: (eqn) => (eqn.params.axes.length === 0 ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: (params) => [printed("axes", formatTuple(params.axes)), printed("out_sharding", "None")],
  parseParams: (params) => ({ axes: parseNumbers(params.get("axes")) }),
  inPlace: "none",
  facts: arithmetic,
});

/** Sum over `axes`. Without axes the operand itself, unless `always` asks for the equation. */
export function reduceSum(operand: Value, axes: readonly number[], always = false): Value {
  return axes.length === 0 && !always ? operand : bind1(reduceSumP, [operand], { axes });
}

// transpose ------------------------------------------------------------------------------------------------------------

export interface TransposeParams extends Params {
  readonly permutation: readonly number[];
}

export const transposeP: Primitive<TransposeParams> = definePrimitive<TransposeParams>({
  name: "transpose",
  abstractEval: (inAvals, { permutation }) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    if (permutation.length !== shape.length || range(shape.length).some((axis) => !permutation.includes(axis))) {
      refuseParameter("transpose", `a permutation of the ${shape.length} axes of ${formatShape(shape)}`, formatShape(permutation));
    }
    return [makeAval(permutation.map((axis) => at(shape, axis)), dtype, weakType)];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = bind1(transposeP, [at(operands, 0)], params);
    return { primals: [primal], tangents: [mapTangent(at(tangents, 0), primal.aval.shape, (t) => bind1(transposeP, [t], params))] };
  },
  // A permutation of elements is transposed by its inverse.
  transpose: (cotangents, operands, { permutation }) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) =>
      bind1(transposeP, [ct], { permutation: range(permutation.length).map((axis) => permutation.indexOf(axis)) }))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, { permutation }) => {
    const batchAxis = batchedAxis(axes);
    const moved = [batchAxis, ...permutation.map((source) => (source < batchAxis ? source : source + 1))];
    return { outputs: [bind1(transposeP, [at(operands, 0)], { permutation: moved })], axes: [0] };
  },
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { params }) => read(0, range(index.length).map((axis) => at(index, params.permutation.indexOf(axis)))),
  },
  simplify: (eqn) => (eqn.params.permutation.every((source, axis) => source === axis) ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ permutation }) => [printed("permutation", formatTuple(permutation))],
  parseParams: (params) => ({ permutation: parseNumbers(params.get("permutation")) }),
  inPlace: "none",
  facts: movement,
});

/** Reorders axes: result axis i is operand axis `permutation[i]`. The identity binds nothing. */
export function transpose(operand: Value, permutation: readonly number[]): Value {
  return permutation.every((source, axis) => source === axis) ? operand : bind1(transposeP, [operand], { permutation });
}

/** Moves one axis to another place, keeping the order of the rest. */
export function moveAxis(operand: Value, from: number, to: number): Value {
  if (from === to) return operand;
  const others = range(operand.aval.shape.length).filter((axis) => axis !== from);
  return transpose(operand, withAxis(others, to, from));
}

/** The value with its batch axis first; broadcast to `size` where it has none. */
export function batchFirst(value: Value, axis: number | null, size: number): Value {
  if (axis !== null) return moveAxis(value, axis, 0);
  const { shape } = value.aval;
  return broadcastInDim(value, [size, ...shape], range(shape.length).map((dimension) => dimension + 1));
}

// add_any --------------------------------------------------------------------------------------------------------------

export const addAnyP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "add_any",
  abstractEval: (inAvals) => {
    const [left, right] = inAvals as readonly [Aval, Aval];
    if (!equalShapes(left.shape, right.shape) || left.dtype !== right.dtype) {
      raise(shapeMismatch, {
        operation: "add_any", expected: `two values of one type, as ${describeAval(left)}`, got: describeAval(right),
        fix: "a custom derivative rule must give cotangents of the primals' shapes and dtypes",
      });
    }
    return [makeAval(left.shape, left.dtype, left.weakType && right.weakType)];
  },
  effects: "pure",
  jvp: (primals, tangents) => ({
    primals: [bind1(addAnyP, primals, noParams)],
    tangents: [addTangents(at(tangents, 0), at(tangents, 1))],
  }),
  transpose: (cotangents, operands) => operands.map((operand) => (operand.kind === "linear" ? (at(cotangents, 0)) : null)),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes) => {
    const [left, right] = axes as readonly [number | null, number | null];
    if (left === right) return { outputs: [bind1(addAnyP, operands, noParams)], axes: [left] };
    return { outputs: [bind1(addAnyP, operands.map((operand, index) => batchFirst(operand, at(axes, index), frame.size)), noParams)], axes: [0] };
  },
  lower: { kind: "scalar", emit: (_emitter, operands) => k.add(at(operands, 0), at(operands, 1)) },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: [0, 1],
  facts: commutativeArithmetic,
});

/** The sum of two tangents or cotangents of one type. */
export function addTangents(left: Tangent, right: Tangent): Tangent {
  if (isZero(left)) return right;
  if (isZero(right)) return left;
  return bind1(addAnyP, [left, right], noParams);
}

// neg ------------------------------------------------------------------------------------------------------------------

export const negP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "neg",
  abstractEval: (inAvals) => {
    const inAval = at(inAvals, 0);
    requireDType("neg", inAval, (dtype) => isFloat(dtype) || isInteger(dtype), "numbers");
    return [inAval];
  },
  effects: "pure",
  jvp: (operands, tangents) => {
    const primal = neg(at(operands, 0));
    return { primals: [primal], tangents: [mapTangent(at(tangents, 0), primal.aval.shape, neg)] };
  },
  transpose: (cotangents, operands) => {
    const operandAval = linearAval(operands, 0);
    return operandAval === null ? [null] : [mapCotangent(at(cotangents, 0), operandAval, neg)];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes) => ({ outputs: [bind1(negP, operands, noParams)], axes }),
  lower: { kind: "scalar", emit: (_emitter, operands) => k.neg(at(operands, 0)) },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: [0],
  facts: arithmetic,
});

/** Negation; unsigned integers wrap. */
export function neg(operand: Value): Value {
  return bind1(negP, [operand], noParams);
}
