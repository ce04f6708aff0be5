/**
 * @file Equations that change nothing, one or more for each primitive with a `simplify` slot: what its rule must find. And
 * equations that look alike and change something: what it must leave alone.
 */

import { isFloat, type DType } from "@lanewise/compiler/base/dtype";
import { range, sizeOf } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Aval, Value } from "@lanewise/compiler/ir/types";
import { addP, convertElementTypeP, divP, integerPowP, mulP, selectNP, subP } from "@lanewise/compiler/primitives/arith";
import { bitcastConvertTypeP } from "@lanewise/compiler/primitives/bits-bitcast";
import { noParams } from "@lanewise/compiler/primitives/define";
import { dynamicSliceP } from "@lanewise/compiler/primitives/index-dynamic-slice";
import { broadcastInDimP, reduceSumP, transposeP } from "@lanewise/compiler/primitives/linear";
import { reshape, reshapeP, squeezeP } from "@lanewise/compiler/primitives/linear-reshape";
import { reduceAndP, reduceMaxP, reduceMinP, reduceOrP, reduceProdP, reduceXorP } from "@lanewise/compiler/primitives/reduce";
import { sortP } from "@lanewise/compiler/primitives/sort";
import { concatenateP, padP, sliceP, splitP } from "@lanewise/compiler/primitives/structural";
import { revP } from "@lanewise/compiler/primitives/structural-rev";
import { bind1 } from "@lanewise/compiler/trace/stack";
import { stopGradientP } from "@lanewise/compiler/primitives/unary-stop-gradient";

export interface UnaryEquation {
  readonly accepts: (aval: Aval) => boolean;
  readonly apply: (x: Value) => Value;
}

// The oracle does not wrap narrower integers.
const isWord = (dtype: DType): boolean => dtype === "int32" || dtype === "uint32";
const numbers = ({ dtype }: Aval): boolean => isFloat(dtype) || isWord(dtype);
const integers = ({ dtype }: Aval): boolean => isWord(dtype);
const notFloats = ({ dtype }: Aval): boolean => !isFloat(dtype);
const all = (): boolean => true;
const withAxes = ({ shape }: Aval): boolean => shape.length > 0;
const scalar = (x: Value, value: number): Value => scalarLiteral(value, x.aval.dtype);

export const neutralEquations: readonly UnaryEquation[] = [
  { accepts: integers, apply: (x) => bind1(addP, [x, scalar(x, 0)], noParams) },
  { accepts: integers, apply: (x) => bind1(addP, [scalar(x, 0), x], noParams) },
  { accepts: numbers, apply: (x) => bind1(subP, [x, scalar(x, 0)], noParams) },
  { accepts: numbers, apply: (x) => bind1(mulP, [x, scalar(x, 1)], noParams) },
  { accepts: numbers, apply: (x) => bind1(mulP, [scalar(x, 1), x], noParams) },
  { accepts: numbers, apply: (x) => bind1(divP, [x, scalar(x, 1)], noParams) },
  { accepts: numbers, apply: (x) => bind1(integerPowP, [x], { y: 1 }) },
  { accepts: ({ dtype }) => isFloat(dtype) || isWord(dtype) || dtype === "bool", apply: (x) => bind1(convertElementTypeP, [x], { newDType: x.aval.dtype, weakType: false }) },
  { accepts: numbers, apply: (x) => bind1(bitcastConvertTypeP, [x], { newDType: x.aval.dtype }) },
  { accepts: all, apply: (x) => bind1(selectNP, [scalarLiteral(0, "int32"), x], noParams) },
  { accepts: all, apply: (x) => bind1(broadcastInDimP, [x], { shape: x.aval.shape, broadcastDimensions: range(x.aval.shape.length) }) },
  { accepts: all, apply: (x) => bind1(transposeP, [x], { permutation: range(x.aval.shape.length) }) },
  { accepts: all, apply: (x) => bind1(reshapeP, [x], { newSizes: x.aval.shape }) },
  { accepts: all, apply: (x) => bind1(squeezeP, [x], { dimensions: [] }) },
  { accepts: all, apply: (x) => bind1(sliceP, [x], { startIndices: x.aval.shape.map(() => 0), limitIndices: x.aval.shape, strides: null }) },
  { accepts: all, apply: (x) => bind1(padP, [x, scalar(x, 0)], { paddingConfig: x.aval.shape.map(() => [0, 0, 0] as const) }) },
  { accepts: withAxes, apply: (x) => bind1(concatenateP, [x], { dimension: 0 }) },
  { accepts: withAxes, apply: (x) => bind1(splitP, [x], { axis: 0, sizes: [x.aval.shape[0] ?? 0] }) },
  { accepts: numbers, apply: (x) => bind1(reduceSumP, [x], { axes: [] }) },
  ...[reduceMaxP, reduceMinP].map((primitive) => ({ accepts: all, apply: (x: Value) => bind1(primitive, [x], { axes: [] }) })),
  { accepts: numbers, apply: (x) => bind1(reduceProdP, [x], { axes: [] }) },
  ...[reduceAndP, reduceOrP, reduceXorP].map((primitive) => ({ accepts: notFloats, apply: (x: Value) => bind1(primitive, [x], { axes: [] }) })),
  { accepts: all, apply: (x) => bind1(stopGradientP, [x], noParams) },
  { accepts: all, apply: (x) => bind1(sortP, [reshape(x, [sizeOf(x.aval.shape), 1])], { dimension: 1, isStable: true, numKeys: 1 }) },
  { accepts: all, apply: (x) => bind1(revP, [reshape(x, [1, ...x.aval.shape])], { dimensions: [0] }) },
  { accepts: all, apply: (x) => bind1(dynamicSliceP, [x, ...x.aval.shape.map(() => scalarLiteral(0, "int32"))], { sliceSizes: x.aval.shape }) },
];

const floats = ({ dtype }: Aval): boolean => isFloat(dtype);
const full = ({ shape }: Aval): boolean => (shape[0] ?? 0) > 1;

export const nearlyNeutralEquations: readonly UnaryEquation[] = [
  { accepts: integers, apply: (x) => bind1(addP, [x, scalar(x, 1)], noParams) },
  { accepts: numbers, apply: (x) => bind1(subP, [scalar(x, 0), x], noParams) },
  { accepts: numbers, apply: (x) => bind1(mulP, [scalar(x, 0), x], noParams) },
  { accepts: floats, apply: (x) => bind1(divP, [scalar(x, 1), x], noParams) },
  { accepts: numbers, apply: (x) => bind1(integerPowP, [x], { y: 0 }) },
  { accepts: floats, apply: (x) => bind1(integerPowP, [x], { y: -1 }) },
  { accepts: floats, apply: (x) => bind1(convertElementTypeP, [x], { newDType: "bool", weakType: false }) },
  { accepts: ({ dtype }) => dtype === "int32", apply: (x) => bind1(bitcastConvertTypeP, [x], { newDType: "uint32" as const }) },
  { accepts: integers, apply: (x) => bind1(selectNP, [scalarLiteral(0, "bool"), x, bind1(addP, [x, scalar(x, 1)], noParams)], noParams) },
  { accepts: full, apply: (x) => bind1(transposeP, [x], { permutation: range(x.aval.shape.length).toReversed() }) },
  { accepts: full, apply: (x) => bind1(reshapeP, [x], { newSizes: [...x.aval.shape, 1] }) },
  { accepts: full, apply: (x) => bind1(broadcastInDimP, [x], { shape: [1, ...x.aval.shape], broadcastDimensions: x.aval.shape.map((_, axis) => axis + 1) }) },
  { accepts: full, apply: (x) => bind1(sliceP, [x], { startIndices: x.aval.shape.map((_, axis) => (axis === 0 ? 1 : 0)), limitIndices: x.aval.shape, strides: null }) },
  { accepts: full, apply: (x) => bind1(padP, [x, scalar(x, 0)], { paddingConfig: x.aval.shape.map((_, axis) => [axis === 0 ? 1 : 0, 0, 0] as const) }) },
  { accepts: full, apply: (x) => bind1(concatenateP, [x, x], { dimension: 0 }) },
  { accepts: full, apply: (x) => bind1(reduceMaxP, [x], { axes: [0] }) },
  { accepts: full, apply: (x) => bind1(sortP, [x], { dimension: 0, isStable: true, numKeys: 1 }) },
  { accepts: full, apply: (x) => bind1(revP, [x], { dimensions: [0] }) },
  { accepts: full, apply: (x) => bind1(dynamicSliceP, [x, ...x.aval.shape.map(() => scalarLiteral(0, "int32"))], { sliceSizes: x.aval.shape.map((extent, axis) => (axis === 0 ? 1 : extent)) }) },
];
