/** @file Convolutions of any number of spatial dimensions: strides, paddings, both dilations, groups, every layout. */

import { at } from "../base/assert.ts";
import { isFloat, isInteger, type DType } from "../base/dtype.ts";
import { range, sizeOf, withAxis, withoutAxis } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Aval, BatchResult, Primitive, Tangent, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { convertElementType } from "./arith.ts";
import { checkPreferredElementType } from "./contract.ts";
import { definePrimitive, knownValue, linearAval, mapCotangent, requireDType } from "./define.ts";
import { allWeak, commonDType } from "./elementwise.ts";
import {
  convShape, lhsTransposePadding, parseConvParams, perGroup, printConvParams, rhsTransposePadding, spatialAxes, type ConvDimensionNumbers, type ConvParams,
} from "./conv-dimensions.ts";
import { windowFold } from "./conv-window.ts";
import { addTangents, transpose } from "./linear.ts";
import { reshape } from "./linear-reshape.ts";
import { rev } from "./structural-rev.ts";

export const convGeneralDilatedP: Primitive<ConvParams> = definePrimitive<ConvParams>({
  name: "conv_general_dilated",
  abstractEval: (inAvals, params) => {
    const [lhs, rhs] = [at(inAvals, 0), at(inAvals, 1)];
    const dtype = commonDType("conv_general_dilated", inAvals);
    requireDType("conv_general_dilated", lhs, (candidate) => isFloat(candidate) || isInteger(candidate), "numbers");
    checkPreferredElementType("conv_general_dilated", dtype, params.preferredElementType);
    return [makeAval(convShape(lhs.shape, rhs.shape, params), params.preferredElementType ?? dtype, allWeak(inAvals))];
  },
  effects: "pure",
  // d(x * w) = dx * w + x * dw
  jvp: (primals, tangents, params) => {
    const primal = bind1(convGeneralDilatedP, primals, params);
    const [x, w, dx, dw] = [at(primals, 0), at(primals, 1), at(tangents, 0), at(tangents, 1)];
    const none = zero(makeAval(primal.aval.shape, primal.aval.dtype, primal.aval.weakType));
    return {
      primals: [primal],
      tangents: [addTangents(isZero(dx) ? none : bind1(convGeneralDilatedP, [dx, w], params), isZero(dw) ? none : bind1(convGeneralDilatedP, [x, dw], params))],
    };
  },
  transpose: (cotangents, operands, params) => {
    const [lhs, rhs] = [linearAval(operands, 0), linearAval(operands, 1)];
    const cotangent = at(cotangents, 0);
    return [
      lhs === null ? null : mapCotangent(cotangent, lhs, (ct) => transposeLhs(ct, lhs, knownValue(operands, 1), params)),
      rhs === null ? null : transposeRhs(cotangent, knownValue(operands, 0), rhs, params),
    ];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const [lhs, rhs] = [at(operands, 0), at(operands, 1)];
    const [lhsAxis, rhsAxis] = [at(axes, 0), at(axes, 1)];
    if (lhsAxis !== null && rhsAxis !== null) return batchBoth(frame.size, lhs, lhsAxis, rhs, rhsAxis, params);
    if (lhsAxis !== null) return batchLhs(frame.size, lhs, lhsAxis, rhs, params);
    if (rhsAxis !== null) return batchRhs(frame.size, lhs, rhs, rhsAxis, params);
    return { outputs: [bind1(convGeneralDilatedP, operands, params)], axes: [null] };
  },
  lower: windowFold,
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: printConvParams,
  parseParams: parseConvParams,
  inPlace: "none",
  facts: { cost: 2, commutative: false },
});

export interface ConvOptions {
  readonly lhsDilation?: readonly number[];
  readonly rhsDilation?: readonly number[];
  /** Batch, feature and spatial axes in this order everywhere by default. */
  readonly dimensionNumbers?: ConvDimensionNumbers;
  readonly featureGroupCount?: number;
  readonly batchGroupCount?: number;
  readonly precision?: string | null;
  readonly preferredElementType?: DType | null;
}

/** Slides the weights over the input; every result is a sum of products. */
export function convGeneralDilated(
  lhs: Value, rhs: Value, windowStrides: readonly number[], padding: readonly (readonly number[])[], options: ConvOptions = {},
): Value {
  const rank = lhs.aval.shape.length;
  const ones = new Array<number>(Math.max(rank - 2, 0)).fill(1);
  const { lhsDilation = ones, rhsDilation = ones, featureGroupCount = 1, batchGroupCount = 1, precision = null, preferredElementType = null } = options;
  const dimensionNumbers = options.dimensionNumbers ?? { lhsSpec: range(rank), rhsSpec: range(rank), outSpec: range(rank) };
  return bind1(convGeneralDilatedP, [lhs, rhs], {
    windowStrides, padding, lhsDilation, rhsDilation, dimensionNumbers, featureGroupCount, batchGroupCount, precision, preferredElementType,
  });
}

// Reshapes of one axis -------------------------------------------------------------------------------------------------

/** Merges the axis `from` into the axis that is `into` once `from` has gone, as its slower part. */
function mergeAxis(value: Value, from: number, into: number): Value {
  const { shape } = value.aval;
  const others = withoutAxis(range(shape.length), from);
  const merged = withoutAxis(shape, from).map((extent, axis) => (axis === into ? extent * at(shape, from) : extent));
  return reshape(transpose(value, withAxis(others, into, from)), merged);
}

/** Splits an axis into one of extent `count` and, behind it, one of extent `rest`. */
function splitAxis(value: Value, axis: number, count: number, rest: number): Value {
  const { shape } = value.aval;
  return reshape(value, [...shape.slice(0, axis), count, rest, ...shape.slice(axis + 1)]);
}

/** Splits groups off an axis. */
function splitGroups(value: Value, axis: number, groups: number): Value {
  return splitAxis(value, axis, groups, perGroup(at(value.aval.shape, axis), groups));
}

function swapped(spec: readonly number[]): readonly number[] {
  return [at(spec, 1), at(spec, 0), ...spatialAxes(spec)];
}

/** Groups of either kind; 1 where there are none. */
function groupsOf({ featureGroupCount, batchGroupCount }: ConvParams): number {
  return featureGroupCount === 1 ? batchGroupCount : featureGroupCount;
}

// Transposes -----------------------------------------------------------------------------------------------------------

/**
 * The cotangent of the input: the cotangent of the result, dilated by the strides, convolved with the reversed weights, whose
 * input and output features have changed places. In groups the output features that belong to a group become the input
 * features of that group.
 */
function transposeLhs(ct: Value, lhs: Aval, rhs: Value, params: ConvParams): Value {
  const { dimensionNumbers: { lhsSpec, rhsSpec, outSpec }, batchGroupCount } = params;
  const groups = groupsOf(params);
  const grouped = groups === 1 ? rhs : mergeAxis(splitGroups(rhs, at(rhsSpec, 0), groups), at(rhsSpec, 0), at(rhsSpec, 1));
  const reversed = rev(grouped, spatialAxes(rhsSpec));
  const result = bind1(convGeneralDilatedP, [ct, convertElementType(reversed, ct.aval.dtype, reversed.aval.weakType)], {
    ...params, windowStrides: params.lhsDilation, lhsDilation: params.windowStrides,
    padding: lhsTransposePadding(lhs.shape, rhs.aval.shape, ct.aval.shape, params),
    dimensionNumbers: { lhsSpec: outSpec, rhsSpec: swapped(rhsSpec), outSpec: lhsSpec }, featureGroupCount: groups, batchGroupCount: 1,
  });
  const converted = convertElementType(result, lhs.dtype, result.aval.weakType);
  if (batchGroupCount === 1) return converted;
  return mergeAxis(splitGroups(converted, at(lhsSpec, 1), batchGroupCount), at(lhsSpec, 1), at(lhsSpec, 0));
}

/**
 * The cotangent of the weights: the input convolved with the cotangent of the result as a window, strides and dilation of the
 * window exchanged. Features act as the batch, so groups of features become groups of the batch and the other way round.
 */
function transposeRhs(cotangent: Tangent, lhs: Value, rhs: Aval, params: ConvParams): Tangent {
  // A cotangent without elements would be a window without elements.
  if (isZero(cotangent) || sizeOf(cotangent.aval.shape) === 0) return zero(rhs);
  const { dimensionNumbers: { lhsSpec, rhsSpec, outSpec } } = params;
  const { shape, dtype } = cotangent.aval;
  const result = bind1(convGeneralDilatedP, [convertElementType(lhs, dtype, lhs.aval.weakType), cotangent], {
    ...params, windowStrides: params.rhsDilation, rhsDilation: params.windowStrides,
    padding: rhsTransposePadding(lhs.aval.shape, rhs.shape, shape, params),
    dimensionNumbers: { lhsSpec: swapped(lhsSpec), rhsSpec: swapped(outSpec), outSpec: swapped(rhsSpec) },
    featureGroupCount: params.batchGroupCount, batchGroupCount: params.featureGroupCount,
  });
  return convertElementType(result, rhs.dtype, result.aval.weakType);
}

// Batch rules ----------------------------------------------------------------------------------------------------------

/** The shape of the result for one example. */
function exampleShape(lhs: Value, lhsAxis: number | null, rhs: Value, rhsAxis: number | null, params: ConvParams): number[] {
  const [left, right] = [lhs.aval.shape, rhs.aval.shape];
  return convShape(lhsAxis === null ? left : withoutAxis(left, lhsAxis), rhsAxis === null ? right : withoutAxis(right, rhsAxis), params);
}

/** Examples become groups: of features, or of the batch where the batch is in groups already. */
function batchBoth(size: number, lhs: Value, lhsAxis: number, rhs: Value, rhsAxis: number, params: ConvParams): BatchResult {
  const { dimensionNumbers: { lhsSpec, rhsSpec, outSpec }, featureGroupCount, batchGroupCount } = params;
  const inBatch = batchGroupCount !== 1;
  const mergedLhs = mergeAxis(lhs, lhsAxis, at(lhsSpec, inBatch ? 0 : 1));
  const mergedRhs = mergeAxis(rhs, rhsAxis, at(rhsSpec, 0));
  const output = bind1(convGeneralDilatedP, [mergedLhs, mergedRhs], {
    ...params, featureGroupCount: inBatch ? featureGroupCount : featureGroupCount * size, batchGroupCount: inBatch ? batchGroupCount * size : batchGroupCount,
  });
  const place = at(outSpec, 1);
  return { outputs: [reshape(output, withAxis(exampleShape(lhs, lhsAxis, rhs, rhsAxis, params), place, size))], axes: [place] };
}

/** Examples of the input join its batch; inside each group where the batch is in groups. */
function batchLhs(size: number, lhs: Value, lhsAxis: number, rhs: Value, params: ConvParams): BatchResult {
  const { dimensionNumbers: { lhsSpec, outSpec }, batchGroupCount } = params;
  const place = at(lhsSpec, 0);
  const merged = batchGroupCount === 1 ? mergeAxis(lhs, lhsAxis, place) : mergeInGroups(lhs, lhsAxis, place, batchGroupCount);
  const output = bind1(convGeneralDilatedP, [merged, rhs], params);
  const outPlace = at(outSpec, 0);
  return { outputs: [reshape(output, withAxis(exampleShape(lhs, lhsAxis, rhs, null, params), outPlace, size))], axes: [outPlace] };
}

/** Examples of the weights join the output features; inside each group where there are groups. */
function batchRhs(size: number, lhs: Value, rhs: Value, rhsAxis: number, params: ConvParams): BatchResult {
  const { dimensionNumbers: { rhsSpec, outSpec } } = params;
  const groups = groupsOf(params);
  const [place, outPlace] = [at(rhsSpec, 0), at(outSpec, 1)];
  if (groups === 1) {
    const output = bind1(convGeneralDilatedP, [lhs, mergeAxis(rhs, rhsAxis, place)], params);
    return { outputs: [reshape(output, withAxis(exampleShape(lhs, null, rhs, rhsAxis, params), outPlace, size))], axes: [outPlace] };
  }
  const output = bind1(convGeneralDilatedP, [lhs, mergeInGroups(rhs, rhsAxis, place, groups)], params);
  // (groups, size, features of a group) become (size, groups and their features).
  const features = perGroup(at(withoutAxis(rhs.aval.shape, rhsAxis), place), groups);
  const apart = splitAxis(splitAxis(output, outPlace, groups, size * features), outPlace + 1, size, features);
  return { outputs: [mergeAxis(apart, outPlace, outPlace + 1)], axes: [outPlace] };
}

/** Merges a batch axis into the axis `place` of an example, behind the groups that are the slowest part of that axis. */
function mergeInGroups(value: Value, batchAxis: number, place: number, groups: number): Value {
  const apart = splitGroups(value, place + (batchAxis <= place ? 1 : 0), groups);
  const joined = mergeAxis(apart, batchAxis + (place < batchAxis ? 1 : 0), place + 1);
  return mergeAxis(joined, place, place);
}
