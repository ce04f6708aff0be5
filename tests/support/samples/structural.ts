/** @file Samples of the family structural. */

import type * as family from "@lanewise/compiler/primitives/structural";
import type * as revFamily from "@lanewise/compiler/primitives/structural-rev";
import type * as stackFamily from "@lanewise/compiler/primitives/structural-stack";
import type * as stopGradientFamily from "@lanewise/compiler/primitives/unary-stop-gradient";
import { call, calls, f32, i32, type FamilySamples } from "./types.ts";

export const structuralSamples: FamilySamples<typeof family> = {
  sliceP: [
    call("vector", [f32([5])], { startIndices: [1], limitIndices: [4], strides: null }),
    call("matrix", [f32([3, 4])], { startIndices: [1, 0], limitIndices: [3, 2], strides: null }),
    call("strided", [f32([7])], { startIndices: [1], limitIndices: [7], strides: [2] }),
    call("strided short of the end", [f32([3, 5])], { startIndices: [0, 0], limitIndices: [3, 4], strides: [2, 3] }),
    call("empty", [f32([3])], { startIndices: [2], limitIndices: [2], strides: null }),
    call("integers", [i32([4])], { startIndices: [1], limitIndices: [3], strides: null }),
  ],
  padP: [
    call("both sides", [f32([3]), f32([])], { paddingConfig: [[1, 2, 0]] }),
    call("interior", [f32([3]), f32([])], { paddingConfig: [[0, 1, 2]] }),
    call("negative", [f32([5]), f32([])], { paddingConfig: [[-1, -2, 0]] }),
    call("negative and interior", [f32([4]), f32([])], { paddingConfig: [[-1, 2, 1]] }),
    call("matrix", [f32([2, 2]), f32([])], { paddingConfig: [[1, 0, 0], [0, 1, 1]] }),
    call("an empty operand", [f32([0]), f32([])], { paddingConfig: [[1, 2, 1]] }),
    call("integers", [i32([2]), i32([])], { paddingConfig: [[1, 1, 0]] }),
  ],
  concatenateP: [
    call("vectors", [f32([2]), f32([3])], { dimension: 0 }),
    call("three columns", [f32([2, 1]), f32([2, 2]), f32([2, 1])], { dimension: 1 }),
    call("one", [f32([2, 2])], { dimension: 0 }),
    call("with an empty one", [f32([0]), f32([2])], { dimension: 0 }),
    call("integers", [i32([2]), i32([1])], { dimension: 0 }),
  ],
  splitP: [
    call("vector", [f32([5])], { axis: 0, sizes: [2, 3] }),
    call("columns", [f32([2, 4])], { axis: 1, sizes: [1, 2, 1] }),
    call("with an empty part", [f32([2, 2])], { axis: 0, sizes: [0, 2] }),
    call("one part", [f32([3])], { axis: 0, sizes: [3] }),
    call("integers", [i32([4])], { axis: 0, sizes: [1, 3] }),
  ],
  iotaP: [
    call("vector", [], { dimension: 0, dtype: "int32", shape: [4] }),
    call("columns", [], { dimension: 1, dtype: "float32", shape: [2, 3] }),
    call("unsigned", [], { dimension: 0, dtype: "uint32", shape: [2, 2] }),
  ],
};

export const structuralStackSamples: FamilySamples<typeof stackFamily> = {
  stackP: [
    call("vectors", [f32([3]), f32([3])], { axis: 0 }),
    call("columns", [f32([2]), f32([2]), f32([2])], { axis: 1 }),
    call("in the middle", [f32([2, 3]), f32([2, 3])], { axis: 1 }),
    call("scalars", [f32([]), f32([])], { axis: 0 }),
    call("one", [f32([2])], { axis: 0 }),
    call("empty ones", [f32([0]), f32([0])], { axis: 1 }),
    call("integers", [i32([2]), i32([2])], { axis: 0 }),
  ],
  unstackP: [
    call("rows", [f32([2, 3])], { axis: 0 }),
    call("columns", [f32([2, 3])], { axis: 1 }),
    call("a vector", [f32([3])], { axis: 0 }),
    call("integers", [i32([2, 2])], { axis: 1 }),
  ],
};

export const structuralRevSamples: FamilySamples<typeof revFamily> = {
  revP: [
    call("vector", [f32([4])], { dimensions: [0] }),
    call("columns", [f32([2, 3])], { dimensions: [1] }),
    call("both axes", [f32([2, 3])], { dimensions: [1, 0] }),
    call("no axis", [f32([3])], { dimensions: [] }),
    call("empty", [f32([0, 2])], { dimensions: [0] }),
    call("integers", [i32([3])], { dimensions: [0] }),
  ],
};

export const stopGradientSamples: FamilySamples<typeof stopGradientFamily> = { stopGradientP: calls([f32([2, 3])], [f32([])], [i32([2])]) };
