/** @file Samples of the family conv. */

import { range } from "@lanewise/compiler/base/shape";
import type * as family from "@lanewise/compiler/primitives/conv";
import type { ConvParams } from "@lanewise/compiler/primitives/conv-dimensions";
import { call, f32, i32, u32, values, type FamilySamples, type SampleInput } from "./types.ts";

/** Params of `dimensions` spatial dimensions, plain where nothing is said. */
export function convParams(dimensions: number, given: Partial<ConvParams> = {}): ConvParams {
  const ones = range(dimensions).map(() => 1);
  const axes = range(dimensions + 2);
  return {
    windowStrides: ones, padding: ones.map(() => [0, 0]), lhsDilation: ones, rhsDilation: ones, dimensionNumbers: { lhsSpec: axes, rhsSpec: axes, outSpec: axes },
    featureGroupCount: 1, batchGroupCount: 1, precision: null, preferredElementType: null, ...given,
  };
}

const bytes = (shape: readonly number[]): SampleInput => ({ shape, dtype: "int8", low: -100, high: 100 });

export const convSamples: FamilySamples<typeof family> = {
  convGeneralDilatedP: [
    call("one dimension", [f32([1, 2, 4]), f32([2, 2, 2])], convParams(1)),
    call("two dimensions", [f32([1, 1, 3, 3]), f32([2, 1, 2, 2])], convParams(2)),
    call("no dimension", [f32([2, 3]), f32([2, 3])], convParams(0)),
    call("strided and padded", [f32([1, 1, 5]), f32([2, 1, 2])], convParams(1, { windowStrides: [2], padding: [[1, 2]] })),
    call("cropped", [f32([1, 1, 5]), f32([1, 1, 2])], convParams(1, { padding: [[-1, -1]] })),
    call("padded on one side and cropped on the other", [f32([1, 1, 4]), f32([1, 1, 2])], convParams(1, { windowStrides: [2], padding: [[2, -1]] })),
    call("dilated input", [f32([1, 1, 3]), f32([1, 1, 2])], convParams(1, { lhsDilation: [2], padding: [[1, 0]] })),
    call("dilated window", [f32([1, 1, 5]), f32([1, 1, 2])], convParams(1, { rhsDilation: [3], windowStrides: [2], padding: [[1, 1]] })),
    call("both dilated", [f32([1, 1, 3]), f32([1, 1, 2])], convParams(1, { lhsDilation: [3], rhsDilation: [2], windowStrides: [2], padding: [[1, 1]] })),
    call("two dimensions that differ", [f32([1, 1, 3, 2]), f32([1, 1, 1, 2])], convParams(2, { windowStrides: [2, 1], padding: [[0, 1], [1, 0]], lhsDilation: [1, 2], rhsDilation: [2, 1] })),
    call("groups of features", [f32([1, 4, 3]), f32([2, 2, 2])], convParams(1, { featureGroupCount: 2 })),
    call("each feature by itself", [f32([1, 2, 3]), f32([4, 1, 2])], convParams(1, { featureGroupCount: 2, padding: [[1, 0]] })),
    call("groups of the batch", [f32([4, 1, 3]), f32([2, 1, 2])], convParams(1, { batchGroupCount: 2 })),
    call("features last", [f32([1, 3, 2]), f32([2, 2, 2])], convParams(1, { dimensionNumbers: { lhsSpec: [0, 2, 1], rhsSpec: [2, 1, 0], outSpec: [0, 2, 1] } })),
    call("every array in an order of its own", [f32([2, 1, 3, 2]), f32([2, 1, 1, 2])], convParams(2, {
      dimensionNumbers: { lhsSpec: [1, 3, 0, 2], rhsSpec: [2, 0, 1, 3], outSpec: [3, 1, 2, 0] }, padding: [[0, 1], [1, 0]],
    })),
    call("a window wider than the input", [f32([1, 1, 2]), f32([1, 1, 3])], convParams(1)),
    call("an empty batch", [f32([0, 1, 3]), f32([1, 1, 2])], convParams(1)),
    call("no features", [f32([1, 0, 3]), f32([2, 0, 2])], convParams(1)),
    call("no output features", [f32([1, 1, 3]), f32([0, 1, 2])], convParams(1)),
    call("nothing but padding", [f32([1, 1, 0]), f32([1, 1, 2])], convParams(1, { padding: [[1, 2]] })),
    call("special values", [values([1, 1, 6], "float32", [Number.NaN, Infinity, -Infinity, 0, -0, 1]), values([1, 1, 1], "float32", [2])], convParams(1)),
    call("integers", [i32([1, 2, 3]), i32([2, 2, 2])], convParams(1, { padding: [[1, 1]] })),
    call("integers that wrap", [values([1, 1, 3], "int32", [2147483647, -2147483648, 65536]), values([1, 1, 2], "int32", [2, 65536])], convParams(1)),
    call("unsigned integers", [u32([1, 1, 3]), u32([1, 1, 2])], convParams(1)),
    call("bytes that wrap", [bytes([1, 1, 4]), bytes([1, 1, 3])], convParams(1)),
    call("bytes in 32 bits", [bytes([1, 1, 4]), bytes([1, 1, 3])], convParams(1, { preferredElementType: "int32" })),
    call("in full precision", [f32([1, 1, 4]), f32([1, 1, 3])], convParams(1, { preferredElementType: "float32", precision: "(Precision.HIGHEST, Precision.HIGHEST)" })),
  ],
};
