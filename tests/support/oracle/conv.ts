/** @file What a convolution means: both arrays spread out with zeros, then a window that steps over the input. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import type { Aval } from "@lanewise/compiler/ir/types";
import type { ConvParams } from "@lanewise/compiler/primitives/conv-dimensions";
import * as n from "./number.ts";
import type { Num } from "./number.ts";
import { indices, read, tabulate, type Tensor } from "./tensor.ts";

/** The tensor with its axes in the order of `spec`. */
function inOrder(tensor: Tensor, spec: readonly number[]): Tensor {
  return tabulate(spec.map((axis) => at(tensor.shape, axis)), tensor.dtype, (index) => read(tensor, tensor.shape.map((_, axis) => at(index, spec.indexOf(axis)))));
}

/** Zeros between the elements of the spatial axes, before them and after them; negative counts remove what is there. */
function spread(tensor: Tensor, dilation: readonly number[], padding: readonly (readonly number[])[]): Tensor {
  const low = (dimension: number): number => at(at(padding, dimension), 0);
  const shape = tensor.shape.map((extent, axis) => {
    if (axis < 2) return extent;
    const between = extent === 0 ? 0 : 1 + (extent - 1) * at(dilation, axis - 2);
    return between + low(axis - 2) + at(at(padding, axis - 2), 1);
  });
  return tabulate(shape, tensor.dtype, (index) => {
    const source = index.map((place, axis) => (axis < 2 ? place : (place - low(axis - 2)) / at(dilation, axis - 2)));
    const isElement = source.every((place, axis) => Number.isInteger(place) && place >= 0 && place < at(tensor.shape, axis));
    return isElement ? read(tensor, source) : 0;
  });
}

function wrapped(dtype: DType, value: Num): Num {
  if (dtype.startsWith("float")) return value;
  return dtype === "int8" ? (n.real(value) << 24) >> 24 : dtype === "uint32" ? n.real(value) >>> 0 : n.real(value) | 0;
}

function ones(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.map(() => 1) };
}

function convolution([left, right]: readonly Tensor[], params: ConvParams, outs: readonly Aval[]): readonly Tensor[] {
  const { lhsSpec, rhsSpec, outSpec } = params.dimensionNumbers;
  const { shape, dtype } = at(outs, 0);
  const none = params.rhsDilation.map(() => [0, 0]);
  const input = spread(inOrder(left as Tensor, lhsSpec), params.lhsDilation, params.padding);
  const window = spread(inOrder(right as Tensor, rhsSpec), params.rhsDilation, none);
  // Padding and holes are no elements: nothing is multiplied by them, not even NaN.
  const [inInput, inWindow] = [
    spread(ones(inOrder(left as Tensor, lhsSpec)), params.lhsDilation, params.padding), spread(ones(inOrder(right as Tensor, rhsSpec)), params.rhsDilation, none),
  ];
  const [outFeatures, inFeatures] = [at(window.shape, 0), at(window.shape, 1)];
  const examples = params.batchGroupCount === 0 ? 0 : at(input.shape, 0) / params.batchGroupCount;
  const multiply = (x: Num, y: Num): Num => (dtype.startsWith("float") ? n.mul(x, y) : Math.imul(n.real(x), n.real(y)));
  return [tabulate(shape, dtype, (index) => {
    const [example, feature, ...places] = outSpec.map((axis) => at(index, axis)) as [number, number, ...number[]];
    const group = (count: number): number => Math.floor(feature / (outFeatures / count));
    const firstFeature = group(params.featureGroupCount) * inFeatures;
    const firstExample = group(params.batchGroupCount) * examples;
    let sum: Num = 0;
    for (const [inFeature, ...offsets] of indices(window.shape.slice(1)) as Generator<[number, ...number[]]>) {
      const position = offsets.map((offset, dimension) => at(places, dimension) * at(params.windowStrides, dimension) + offset);
      const [from, weight] = [[firstExample + example, firstFeature + inFeature, ...position], [feature, inFeature, ...offsets]];
      if (read(inInput, from) === 0 || read(inWindow, weight) === 0) continue;
      sum = n.add(sum, multiply(read(input, from), read(window, weight)));
    }
    return wrapped(dtype, sum);
  })];
}

export const convOracles = { conv_general_dilated: convolution };
