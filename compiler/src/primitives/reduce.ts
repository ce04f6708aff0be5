/** @file Reductions other than the sum: products, extrema, bitwise ones, and the places of extrema. */

import { at } from "../base/assert.ts";
import { isFloat, isInteger, tangentDType, type DType } from "../base/dtype.ts";
import { formatShape, range, withAxis } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Aval, FoldLowering, Primitive, ReduceOp, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { foldStart } from "../kernel/folds.ts";
import { valueOf } from "../kernel/storage.ts";
import type { Expr, ValueDType } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { convertElementType, div, mul, mulP, numeric } from "./arith.ts";
import { eq } from "./compare.ts";
import { arithmetic, batchedAxis, definePrimitive, noParams, nonDifferentiable, notLinear, printed, refuseParameter, requireDType } from "./define.ts";
import { fullOf, reduceSum, reducedAval, reducerBatch, transposeP, type AxesParams } from "./linear.ts";
import { reshape, reshapeP, squeezeP } from "./linear-reshape.ts";
import { formatTuple, parseDType, parseNumbers } from "./params.ts";
import { padDual, pushForward, sliceDual, type Dual } from "./reduce-duals.ts";

interface ReducerDefinition extends Pick<Primitive<AxesParams>, "name" | "abstractEval" | "jvp" | "transpose"> {
  readonly op: ReduceOp;
}

/** A reduction over axes: one operation, and the same axes under every transform. */
function defineReducer({ op, ...definition }: ReducerDefinition): Primitive<AxesParams> {
  const primitive: Primitive<AxesParams> = definePrimitive<AxesParams>({
    ...definition,
    effects: "pure",
    partialEval: "plain",
    dce: "plain",
    batch: reducerBatch(() => primitive),
    lower: { kind: "reduction", op, axes: (params) => params.axes },
    simplify: (eqn) => (eqn.params.axes.length === 0 ? [at(eqn.inputs, 0)] : null),
    subJaxprs: "none",
    inlinable: "never",
    printParams: ({ axes }) => [printed("axes", formatTuple(axes))],
    parseParams: (params) => ({ axes: parseNumbers(params.get("axes")) }),
    inPlace: "none",
    facts: arithmetic,
  });
  return primitive;
}

// reduce_max, reduce_min -----------------------------------------------------------------------------------------------

function defineChoice(name: "reduce_max" | "reduce_min", op: "max" | "min"): Primitive<AxesParams> {
  const primitive: Primitive<AxesParams> = defineReducer({
    name, op,
    abstractEval: (inAvals, { axes }) => {
      const inAval = at(inAvals, 0);
      requireDType(name, inAval, (dtype) => isFloat(dtype) || isInteger(dtype) || dtype === "bool", "numbers or bools");
      if (axes.some((axis) => inAval.shape[axis] === 0)) {
        refuseParameter(name, "at least one element along each reduced axis", `shape (${inAval.shape.join(", ")}) over axes ${formatTuple(axes)}`, "give an initial value, or do not reduce an empty axis");
      }
      return [reducedAval(name, inAval, axes)];
    },
    // The tangent is the mean of the tangents at the places that hold the result.
    jvp: (operands, tangents, params) => {
      const [x, dx] = [at(operands, 0), at(tangents, 0)];
      const primal = bind1(primitive, [x], params);
      if (isZero(dx)) return { primals: [primal], tangents: [zero(makeAval(primal.aval.shape, dx.aval.dtype, dx.aval.weakType))] };
      const kept = x.aval.shape.map((extent, axis) => (params.axes.includes(axis) ? 1 : extent));
      const places = convertElementType(eq(x, reshape(primal, kept)), dx.aval.dtype);
      const counts = reduceSum(places, params.axes, true);
      return { primals: [primal], tangents: [div(reduceSum(mul(dx, places), params.axes, true), counts)] };
    },
    transpose: notLinear(`${name} is not linear`),
  });
  return primitive;
}

export const reduceMaxP: Primitive<AxesParams> = defineChoice("reduce_max", "max");
export const reduceMinP: Primitive<AxesParams> = defineChoice("reduce_min", "min");

/** The largest element over `axes`; NaN where one is NaN. */
export const reduceMax = (operand: Value, axes: readonly number[]): Value => bind1(reduceMaxP, [operand], { axes });
/** The smallest element over `axes`; NaN where one is NaN. */
export const reduceMin = (operand: Value, axes: readonly number[]): Value => bind1(reduceMinP, [operand], { axes });

// reduce_prod ----------------------------------------------------------------------------------------------------------

export const reduceProdP: Primitive<AxesParams> = defineReducer({
  name: "reduce_prod", op: "mul",
  abstractEval: (inAvals, { axes }) => {
    const inAval = at(inAvals, 0);
    requireDType("reduce_prod", inAval, numeric, "numbers");
    return [reducedAval("reduce_prod", inAval, axes)];
  },
  jvp: (operands, tangents, { axes }) => {
    const product = productTree({ primal: at(operands, 0), tangent: at(tangents, 0) }, axes);
    return { primals: [product.primal], tangents: [product.tangent] };
  },
  transpose: notLinear("a product of elements is not linear"),
});

/** The product of the elements over `axes`; 1 where there are none. */
export const reduceProd = (operand: Value, axes: readonly number[]): Value => bind1(reduceProdP, [operand], { axes });

/**
 * A product with its tangent, as a tree of pairwise products: nothing is divided, so elements that are 0 have the right
 * derivative, and the number of equations grows with the logarithm of the number of factors.
 */
function productTree(operand: Dual, axes: readonly number[]): Dual {
  const { shape } = operand.primal.aval;
  const kept = range(shape.length).filter((axis) => !axes.includes(axis));
  const keptShape = kept.map((axis) => at(shape, axis));
  const permutation = [...axes, ...kept];
  const inFront = permutation.every((source, axis) => source === axis) ? operand : pushForward(transposeP, [operand], { permutation });
  const count = axes.reduce((product, axis) => product * at(shape, axis), 1);
  let factors = axes.length === 1 ? inFront : pushForward(reshapeP, [inFront], { newSizes: [count, ...keptShape] });
  for (let rest = count; rest > 1; rest = Math.ceil(rest / 2)) {
    const half = Math.ceil(rest / 2);
    const left = sliceDual(factors, 0, 0, half);
    const right = sliceDual(factors, 0, half, rest);
    factors = pushForward(mulP, [left, rest % 2 === 0 ? right : padDual(right, 0, 1, [0, 1, 0])], noParams);
  }
  if (count > 0) return pushForward(squeezeP, [factors], { dimensions: [0] });
  const { dtype, weakType } = operand.primal.aval;
  return { primal: fullOf(1, makeAval(keptShape, dtype, weakType)), tangent: zero(makeAval(keptShape, tangentDType(dtype), weakType)) };
}

// reduce_and, reduce_or, reduce_xor ------------------------------------------------------------------------------------

function defineBitwise(name: "reduce_and" | "reduce_or" | "reduce_xor", op: "and" | "or" | "xor"): Primitive<AxesParams> {
  const primitive: Primitive<AxesParams> = defineReducer({
    name, op,
    abstractEval: (inAvals, { axes }) => {
      const inAval = at(inAvals, 0);
      requireDType(name, inAval, (dtype) => dtype === "bool" || isInteger(dtype), "bools or integers");
      const { shape, dtype } = reducedAval(name, inAval, axes);
      return [makeAval(shape, dtype)];
    },
    jvp: nonDifferentiable("its operand is bool or integer"),
    transpose: notLinear(`${name} is not linear`),
  });
  return primitive;
}

export const reduceAndP: Primitive<AxesParams> = defineBitwise("reduce_and", "and");
export const reduceOrP: Primitive<AxesParams> = defineBitwise("reduce_or", "or");
export const reduceXorP: Primitive<AxesParams> = defineBitwise("reduce_xor", "xor");

/** Whether all elements over `axes` hold; of integers, bit by bit. */
export const reduceAnd = (operand: Value, axes: readonly number[]): Value => bind1(reduceAndP, [operand], { axes });
/** Whether any element over `axes` holds; of integers, bit by bit. */
export const reduceOr = (operand: Value, axes: readonly number[]): Value => bind1(reduceOrP, [operand], { axes });
/** Whether an odd number of elements over `axes` hold; of integers, bit by bit. */
export const reduceXor = (operand: Value, axes: readonly number[]): Value => bind1(reduceXorP, [operand], { axes });

// argmax, argmin -------------------------------------------------------------------------------------------------------

export interface ArgReduceParams extends AxesParams {
  readonly indexDType: DType;
}

/** Throws unless there is one axis, with something along it, and a dtype that holds a place. */
function checkArgReduce(name: string, { shape }: Aval, { axes, indexDType }: ArgReduceParams): void {
  const [axis] = axes;
  if (axes.length !== 1 || axis === undefined || !Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    return refuseParameter(name, `one axis in [0, ${shape.length}) of shape ${formatShape(shape)}`, `axes ${formatTuple(axes)}`);
  }
  if (shape[axis] === 0) refuseParameter(name, "at least one element along the axis", `shape ${formatShape(shape)} over axis ${axis}`, "check that the array is not empty first");
  if (indexDType !== "int32" && indexDType !== "uint32") refuseParameter(name, "int32 or uint32 as the dtype of the index", indexDType, "convert the result with astype");
}

function defineArgReduce(name: "argmax" | "argmin", op: "max" | "min"): Primitive<ArgReduceParams> {
  const primitive: Primitive<ArgReduceParams> = definePrimitive<ArgReduceParams>({
    name,
    abstractEval: (inAvals, params) => {
      const inAval = at(inAvals, 0);
      requireDType(name, inAval, (dtype) => numeric(dtype) || dtype === "bool", "numbers or bools");
      checkArgReduce(name, inAval, params);
      return [makeAval(inAval.shape.filter((_, axis) => !params.axes.includes(axis)), params.indexDType)];
    },
    effects: "pure",
    // The result is a place, so its tangent is zero.
    jvp: (operands, _tangents, params) => {
      const primal = bind1(primitive, operands, params);
      return { primals: [primal], tangents: [zero(makeAval(primal.aval.shape, tangentDType(primal.aval.dtype)))] };
    },
    transpose: notLinear("its result is a place"),
    partialEval: "plain",
    dce: "plain",
    batch: (_frame, operands, axes, params) => {
      const batchAxis = batchedAxis(axes);
      const axis = at(params.axes, 0);
      const moved = { ...params, axes: [axis < batchAxis ? axis : axis + 1] };
      return { outputs: [bind1(primitive, operands, moved)], axes: [axis < batchAxis ? batchAxis - 1 : batchAxis] };
    },
    lower: placeOfExtremum(op),
    simplify: "none",
    subJaxprs: "none",
    inlinable: "never",
    printParams: ({ axes, indexDType }) => [printed("axes", formatTuple(axes)), printed("index_dtype", indexDType)],
    parseParams: (params) => ({ axes: parseNumbers(params.get("axes")), indexDType: parseDType(params.get("index_dtype")) }),
    inPlace: "none",
    facts: arithmetic,
  });
  return primitive;
}

/** Comparisons have no bools, so these are compared as 0 and 1. */
function comparedType(dtype: DType): ValueDType {
  const value = valueOf(dtype);
  return value === "bool" ? "int32" : value;
}

/** Whether a value takes the place of the best one so far: the first NaN wins, otherwise the first of equal ones stays. */
export function takesOver(value: Expr, best: Expr, op: "max" | "min"): Expr {
  const better = k.op(op === "max" ? "gt" : "lt", value, best);
  const { dtype } = value.type;
  if (dtype === "int32" || dtype === "uint32") return better;
  return k.or(better, k.and(k.op("isNaN", value), k.not(k.op("isNaN", best))));
}

function placeOfExtremum(op: "max" | "min"): FoldLowering<ArgReduceParams> {
  return {
    kind: "fold",
    extents: ({ axes }, inAvals) => [at(at(inAvals, 0).shape, at(axes, 0))],
    states: ({ inAvals }) => [{ role: "other", init: foldStart(op, comparedType(at(inAvals, 0).dtype)) }, { role: "other", init: k.int(0) }],
    step: (emitter, outIndex, foldIndex, states, read, { params, inAvals }) => {
      const [best, bestPlace] = states as readonly [Expr, Expr];
      const place = at(foldIndex, 0);
      const element = read(0, withAxis(outIndex, at(params.axes, 0), place));
      const value = emitter.let(valueOf(at(inAvals, 0).dtype) === "bool" ? k.convert(element, "int32") : element);
      const taken = emitter.let(takesOver(value, best, op));
      return [k.select(taken, value, best), k.select(taken, place, bestPlace)];
    },
    finish: (_emitter, states, { params }) => [k.convert(at(states, 1), params.indexDType === "uint32" ? "uint32" : "int32")],
  };
}

export const argmaxP: Primitive<ArgReduceParams> = defineArgReduce("argmax", "max");
export const argminP: Primitive<ArgReduceParams> = defineArgReduce("argmin", "min");

/** The place of the largest element along `axis`: of the first NaN, else of the first of equal ones. */
export const argmax = (operand: Value, axis: number, indexDType: DType = "int32"): Value => bind1(argmaxP, [operand], { axes: [axis], indexDType });
/** The place of the smallest element along `axis`: of the first NaN, else of the first of equal ones. */
export const argmin = (operand: Value, axis: number, indexDType: DType = "int32"): Value => bind1(argminP, [operand], { axes: [axis], indexDType });
