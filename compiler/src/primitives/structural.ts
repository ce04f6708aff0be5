/** @file Primitives that place elements: slice and pad, concatenate and split (each other's transpose), iota. */

import { at } from "../base/assert.ts";
import { isFloat, isInteger, type DType } from "../base/dtype.ts";
import { formatShape, sizeOf } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Aval, Emitter, Params, ParsedParam, Primitive, Tangent, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind, bind1 } from "../trace/stack.ts";
import { scalarLike, selectN } from "./arith.ts";
import {
  batchedAxis, definePrimitive, knownValue, linearAval, mapCotangent, movement, nonDifferentiable, notLinear, printed, refuseParameter,
  requireExtents,
} from "./define.ts";
import { allWeak, commonDType } from "./elementwise.ts";
import { batchFirst, broadcastInDim, fullOf, instantiate, reduceSum } from "./linear.ts";
import { formatTuple, parseDType, parseItems, parseNumber, parseNumbers } from "./params.ts";

// slice ----------------------------------------------------------------------------------------------------------------

export interface SliceParams extends Params {
  readonly startIndices: readonly number[];
  readonly limitIndices: readonly number[];
  /** Null: every stride is 1. */
  readonly strides: readonly number[] | null;
}

function strideOf(params: SliceParams, axis: number): number {
  return params.strides === null ? 1 : at(params.strides, axis);
}

export const sliceP: Primitive<SliceParams> = definePrimitive<SliceParams>({
  name: "slice",
  abstractEval: (inAvals, params) => {
    const inAval = at(inAvals, 0);
    const rank = inAval.shape.length;
    const { startIndices: starts, limitIndices: limits, strides } = params;
    const valid = starts.length === rank && limits.length === rank && (strides === null || strides.length === rank) &&
      inAval.shape.every((extent, axis) => {
        const [start, limit, stride] = [at(starts, axis), at(limits, axis), strideOf(params, axis)];
        return [start, limit, stride].every(Number.isInteger) && start >= 0 && start <= limit && limit <= extent && stride > 0;
      });
    if (!valid) {
      refuseParameter(
        "slice", `0 <= start <= limit <= extent and a positive stride for each axis of ${formatShape(inAval.shape)}`,
        `start ${formatShape(starts)}, limit ${formatShape(limits)}, strides ${strides === null ? "none" : formatShape(strides)}`,
      );
    }
    const shape = starts.map((start, axis) => Math.ceil((at(limits, axis) - start) / strideOf(params, axis)));
    return [makeAval(shape, inAval.dtype, inAval.weakType)];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = bind1(sliceP, operands, params);
    const tangent = at(tangents, 0);
    return { primals: [primal], tangents: [isZero(tangent) ? zero(makeAval(primal.aval.shape, tangent.aval.dtype)) : bind1(sliceP, [tangent], params)] };
  },
  // Elements that were not taken get no cotangent: pad with zeros, the stride as interior padding.
  transpose: (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) => pad(ct, scalarLike(ct, 0), operandAval.shape.map((extent, axis) => {
      const [start, taken, stride] = [at(params.startIndices, axis), at(ct.aval.shape, axis), strideOf(params, axis)];
      const reached = taken === 0 ? start : start + 1 + (taken - 1) * stride;
      return [start, extent - reached, stride - 1];
    })))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, params) => {
    const axis = batchedAxis(axes);
    const operand = at(operands, 0);
    const insert = (items: readonly number[], item: number): number[] => [...items.slice(0, axis), item, ...items.slice(axis)];
    return {
      outputs: [bind1(sliceP, [operand], {
        startIndices: insert(params.startIndices, 0), limitIndices: insert(params.limitIndices, at(operand.aval.shape, axis)),
        strides: params.strides === null ? null : insert(params.strides, 1),
      })],
      axes: [axis],
    };
  },
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { params }) =>
      read(0, index.map((place, axis) => k.add(k.mul(place, strideOf(params, axis)), at(params.startIndices, axis)))),
  },
  simplify: (eqn) => {
    const operand = at(eqn.inputs, 0);
    const whole = sizeOf(at(eqn.outVars, 0).aval.shape) === sizeOf(operand.aval.shape) && sizeOf(operand.aval.shape) > 0;
    return whole ? [operand] : null;
  },
  subJaxprs: "none",
  inlinable: "never",
  printParams: (params) => [
    printed("limit_indices", formatTuple(params.limitIndices)), printed("start_indices", formatTuple(params.startIndices)),
    printed("strides", params.strides === null ? "None" : formatTuple(params.strides)),
  ],
  parseParams: (params) => ({
    startIndices: parseNumbers(params.get("start_indices")), limitIndices: parseNumbers(params.get("limit_indices")),
    strides: params.get("strides") === null ? null : parseNumbers(params.get("strides")),
  }),
  inPlace: "none",
  facts: movement,
});

/** `operand[start:limit:stride]` along every axis. */
export function slice(operand: Value, startIndices: readonly number[], limitIndices: readonly number[], strides: readonly number[] | null = null): Value {
  return bind1(sliceP, [operand], { startIndices, limitIndices, strides: strides?.every((stride) => stride === 1) === true ? null : strides });
}

// pad ------------------------------------------------------------------------------------------------------------------

/** Per axis: elements before, after (negative: removed) and between. */
export type PaddingConfig = readonly (readonly number[])[];

export interface PadParams extends Params {
  readonly paddingConfig: PaddingConfig;
}

function paddingOf(config: PaddingConfig, axis: number): readonly [low: number, high: number, interior: number] {
  const entry = at(config, axis);
  return [at(entry, 0), at(entry, 1), at(entry, 2)];
}

export const padP: Primitive<PadParams> = definePrimitive<PadParams>({
  name: "pad",
  abstractEval: (inAvals, { paddingConfig }) => {
    const [operand, value] = inAvals as readonly [Aval, Aval];
    commonDType("pad", inAvals);
    if (value.shape.length > 0) refuseParameter("pad", "a scalar padding value", `a value of shape ${formatShape(value.shape)}`);
    const valid = paddingConfig.length === operand.shape.length && paddingConfig.every((entry) => entry.length === 3 && entry.every(Number.isInteger) && at(entry, 2) >= 0);
    const shape = !valid ? [] : operand.shape.map((extent, axis) => {
      const [low, high, interior] = paddingOf(paddingConfig, axis);
      return extent + low + high + Math.max(0, extent - 1) * interior;
    });
    if (!valid || shape.some((extent) => extent < 0 || extent >= 2 ** 31)) {
      refuseParameter(
        "pad", `[low, high, interior] integers with interior >= 0 and a result from 0 to 2^31 - 1 for each axis of ${formatShape(operand.shape)}`,
        `paddingConfig (${paddingConfig.map(formatShape).join(", ")})`,
      );
    }
    return [makeAval(shape, operand.dtype, allWeak(inAvals))];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = bind1(padP, operands, params);
    const tangent = tangents.every(isZero)
      ? zero(makeAval(primal.aval.shape, at(tangents, 0).aval.dtype, primal.aval.weakType))
      : bind1(padP, tangents.map(instantiate), params);
    return { primals: [primal], tangents: [tangent] };
  },
  // The operand's cotangent is what lies at its places; the padding value's is the sum over all other places.
  transpose: (cotangents, operands, { paddingConfig }) => {
    const [operandAval, valueAval] = [linearAval(operands, 0), linearAval(operands, 1)];
    const cotangent = at(cotangents, 0);
    const { shape } = operandAval ?? knownValue(operands, 0).aval;
    return [
      operandAval === null ? null : mapCotangent(cotangent, operandAval, (ct) => unpad(ct, paddingConfig)),
      valueAval === null ? null : mapCotangent(cotangent, valueAval, (ct) => {
        const isPadding = pad(fullOf(0, makeAval(shape, "bool")), fullOf(1, makeAval([], "bool")), paddingConfig);
        return reduceSum(selectN(isPadding, [fullOf(0, ct.aval), ct]), ct.aval.shape.map((_, axis) => axis));
      }),
    ];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, { paddingConfig }) => {
    const [operand, value] = operands as readonly [Value, Value];
    const [operandAxis, valueAxis] = axes as readonly [number | null, number | null];
    if (valueAxis === null && operandAxis !== null) {
      const config = [...paddingConfig.slice(0, operandAxis), [0, 0, 0], ...paddingConfig.slice(operandAxis)];
      return { outputs: [pad(operand, value, config)], axes: [operandAxis] };
    }
    // One padding value per example: pad with zeros, then put each example's value where the padding is.
    const inFront = batchFirst(operand, operandAxis, frame.size);
    const config = [[0, 0, 0], ...paddingConfig];
    const padded = pad(inFront, scalarLike(inFront, 0), config);
    const isPadding = pad(fullOf(0, makeAval(inFront.aval.shape, "bool")), fullOf(1, makeAval([], "bool")), config);
    return { outputs: [selectN(isPadding, [padded, broadcastInDim(value, padded.aval.shape, [0])])], axes: [0] };
  },
  lower: {
    kind: "indexMap",
    emit: (emitter, index, read, { params, inAvals }) => {
      const { shape } = at(inAvals, 0);
      const conditions: Expr[] = [];
      const source = index.map((place, axis) => {
        const [low, high, interior] = paddingOf(params.paddingConfig, axis);
        const offset = k.sub(place, low);
        if (low > 0) conditions.push(k.ge(offset, 0));
        if (high > 0) conditions.push(k.lt(offset, (at(shape, axis) - 1) * (interior + 1) + 1));
        if (interior === 0) return offset;
        conditions.push(k.eq(k.rem(offset, interior + 1), 0));
        return k.div(offset, interior + 1);
      });
      if (sizeOf(shape) === 0) return read(1, []);
      if (conditions.length === 0) return read(0, source);
      return emitter.branch(conditions.reduce((all, condition) => k.and(all, condition)), () => read(0, source), () => read(1, []));
    },
  },
  simplify: (eqn) => (eqn.params.paddingConfig.every((entry) => entry.every((item) => item === 0)) ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ paddingConfig }) => [printed("padding_config", formatTuple(paddingConfig.map((entry) => formatTuple(entry))))],
  parseParams: (params) => ({ paddingConfig: parseItems(params.get("padding_config")).map((entry: ParsedParam) => parseNumbers(entry)) }),
  inPlace: "none",
  facts: movement,
});

/** Adds `value` around and between the elements; negative counts remove elements. */
export function pad(operand: Value, value: Value, paddingConfig: PaddingConfig): Value {
  return bind1(padP, [operand, value], { paddingConfig });
}

/** The elements that `pad` placed, zero where it had removed them. */
function unpad(padded: Value, config: PaddingConfig): Value {
  const cropped = pad(padded, scalarLike(padded, 0), config.map((entry) => [-at(entry, 0), -at(entry, 1), 0]));
  return bind1(sliceP, [cropped], { startIndices: config.map(() => 0), limitIndices: cropped.aval.shape, strides: config.map((entry) => at(entry, 2) + 1) });
}

// concatenate ----------------------------------------------------------------------------------------------------------

/** Where each part begins along the axis. */
function offsetsOf(extents: readonly number[]): number[] {
  let offset = 0;
  return extents.map((extent) => {
    const start = offset;
    offset += extent;
    return start;
  });
}

/** The read of the operand that `place` belongs to; halving keeps the tests per element logarithmic in their number. */
export function chooseOperand(emitter: Emitter, place: Expr, offsets: readonly number[], from: (operand: number) => Expr): Expr {
  const choose = (first: number, end: number): Expr => {
    if (end - first === 1) return from(first);
    const middle = (first + end) >> 1;
    return emitter.branch(k.lt(place, at(offsets, middle)), () => choose(first, middle), () => choose(middle, end));
  };
  return choose(0, offsets.length);
}

export function checkAxis(operation: string, axis: number, rank: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank) refuseParameter(operation, `an axis in [0, ${rank})`, String(axis));
}

export interface ConcatenateParams extends Params {
  readonly dimension: number;
}

export const concatenateP: Primitive<ConcatenateParams> = definePrimitive<ConcatenateParams>({
  name: "concatenate",
  abstractEval: (inAvals, { dimension }) => {
    const first = inAvals[0];
    if (first === undefined) return refuseParameter("concatenate", "at least one operand", "none");
    const dtype = commonDType("concatenate", inAvals);
    checkAxis("concatenate", dimension, first.shape.length);
    const differs = inAvals.find((other) => other.shape.length !== first.shape.length || other.shape.some((extent, axis) => axis !== dimension && extent !== first.shape[axis]));
    if (differs !== undefined) {
      refuseParameter("concatenate", `operands that agree with ${formatShape(first.shape)} except along axis ${dimension}`, formatShape(differs.shape), "reshape or pad the operand");
    }
    const total = inAvals.reduce((sum, other) => sum + at(other.shape, dimension), 0);
    return [makeAval(first.shape.map((extent, axis) => (axis === dimension ? total : extent)), dtype, allWeak(inAvals))];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = bind1(concatenateP, operands, params);
    const tangent = tangents.every(isZero)
      ? zero(makeAval(primal.aval.shape, at(tangents, 0).aval.dtype, primal.aval.weakType))
      : bind1(concatenateP, tangents.map(instantiate), params);
    return { primals: [primal], tangents: [tangent] };
  },
  // Each operand gets its part of the cotangent back.
  transpose: (cotangents, operands, { dimension }) => {
    const cotangent = at(cotangents, 0);
    const avals = operands.map((operand) => (operand.kind === "linear" ? operand.aval : operand.value.aval));
    const parts = isZero(cotangent) ? [] : split(cotangent, avals.map(({ shape }) => at(shape, dimension)), dimension);
    return operands.map((operand, index) => (operand.kind === "known" ? null : isZero(cotangent) ? zero(operand.aval) : at(parts, index)));
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, { dimension }) => ({
    outputs: [concatenate(operands.map((operand, index) => batchFirst(operand, at(axes, index), frame.size)), dimension + 1)],
    axes: [0],
  }),
  lower: {
    kind: "indexMap",
    emit: (emitter, index, read, { params, inAvals }) => {
      const offsets = offsetsOf(inAvals.map(({ shape }) => at(shape, params.dimension)));
      return chooseOperand(emitter, at(index, params.dimension), offsets, (operand) =>
        read(operand, index.map((entry, axis) => (axis === params.dimension ? k.sub(entry, at(offsets, operand)) : entry))));
    },
    pieces: ({ dimension }) => dimension,
  },
  simplify: (eqn) => (eqn.inputs.length === 1 ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ dimension }) => [printed("dimension", String(dimension))],
  parseParams: (params) => ({ dimension: parseNumber(params.get("dimension")) }),
  inPlace: "none",
  facts: movement,
});

/** Joins arrays along an axis. */
export function concatenate(operands: readonly Value[], dimension: number): Value {
  return bind1(concatenateP, operands, { dimension });
}

// split ----------------------------------------------------------------------------------------------------------------

export interface SplitParams extends Params {
  readonly axis: number;
  readonly sizes: readonly number[];
}

export const splitP: Primitive<SplitParams> = definePrimitive<SplitParams>({
  name: "split",
  abstractEval: (inAvals, { axis, sizes }) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    checkAxis("split", axis, shape.length);
    const valid = sizes.every((size) => Number.isInteger(size) && size >= 0) && sizes.reduce((sum, size) => sum + size, 0) === shape[axis];
    if (!valid) {
      refuseParameter("split", `sizes that are not negative and sum to ${at(shape, axis)}, the extent of axis ${axis} of ${formatShape(shape)}`, formatShape(sizes));
    }
    return sizes.map((size) => makeAval(shape.map((extent, other) => (other === axis ? size : extent)), dtype, weakType));
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primals = bind(splitP, operands, params);
    return { primals, tangents: tangentsOfParts(primals, at(tangents, 0), (tangent) => bind(splitP, [tangent], params)) };
  },
  // The parts of the cotangent joined, zeros where there is none.
  transpose: (cotangents, operands, { axis }) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [cotangents.every(isZero) ? zero(operandAval) : concatenate(cotangents.map(instantiate), axis)];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, { axis, sizes }) => {
    const batchAxis = batchedAxis(axes);
    return { outputs: split(at(operands, 0), sizes, axis < batchAxis ? axis : axis + 1), axes: sizes.map(() => batchAxis) };
  },
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { params, outIndex }) => {
      const offset = at(offsetsOf(params.sizes), outIndex);
      return read(0, index.map((place, axis) => (axis === params.axis ? k.add(place, offset) : place)));
    },
    pieces: ({ axis }) => axis,
  },
  simplify: (eqn) => (eqn.params.sizes.length === 1 ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ axis, sizes }) => [printed("axis", String(axis)), printed("sizes", formatTuple(sizes))],
  parseParams: (params) => ({ axis: parseNumber(params.get("axis")), sizes: parseNumbers(params.get("sizes")) }),
  inPlace: "none",
  facts: movement,
});

/** Parts of these sizes along an axis. */
export function split(operand: Value, sizes: readonly number[], axis: number): readonly Value[] {
  return bind(splitP, [operand], { axis, sizes });
}

/** The tangents of what an array was taken apart into. */
export function tangentsOfParts(primals: readonly Value[], tangent: Tangent, apart: (tangent: Value) => readonly Value[]): readonly Tangent[] {
  if (!isZero(tangent)) return apart(tangent);
  return primals.map(({ aval }) => zero(makeAval(aval.shape, tangent.aval.dtype, tangent.aval.weakType)));
}

// iota -----------------------------------------------------------------------------------------------------------------

export interface IotaParams extends Params {
  readonly dimension: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export const iotaP: Primitive<IotaParams> = definePrimitive<IotaParams>({
  name: "iota",
  abstractEval: (_inAvals, { dimension, dtype, shape }) => {
    if (!isInteger(dtype) && !isFloat(dtype)) refuseParameter("iota", "a dtype of numbers", dtype);
    if (!Number.isInteger(dimension) || dimension < 0 || dimension >= shape.length) {
      refuseParameter("iota", `an axis in [0, ${shape.length})`, String(dimension));
    }
    requireExtents("iota", "shape", shape);
    return [makeAval(shape, dtype)];
  },
  effects: "pure",
  jvp: nonDifferentiable("iota has no operand"),
  transpose: notLinear("iota has no operand"),
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, _axes, params) => ({ outputs: [bind1(iotaP, operands, params)], axes: [null] }),
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, _read, { params }) => {
      const place = at(index, params.dimension);
      return isFloat(params.dtype) ? k.convert(place, params.dtype === "float64" ? "float64" : "float32") : params.dtype.startsWith("u") ? k.convert(place, "uint32") : place;
    },
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ dimension, dtype, shape }) => [
    printed("dimension", String(dimension)), printed("dtype", dtype), printed("shape", formatTuple(shape)), printed("sharding", "None"),
  ],
  parseParams: (params) => ({ dimension: parseNumber(params.get("dimension")), dtype: parseDType(params.get("dtype")), shape: parseNumbers(params.get("shape")) }),
  inPlace: "none",
  facts: movement,
});

/** 0, 1, 2, ... along one axis. */
export function iota(dtype: DType, shape: readonly number[], dimension: number): Value {
  return bind1(iotaP, [], { dimension, dtype, shape });
}
