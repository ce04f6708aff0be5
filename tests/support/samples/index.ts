/** @file Samples of the family index: gather and the scatters, dynamic_slice and dynamic_update_slice. */

import type { GatherDimensionNumbers, GatherScatterMode, ScatterDimensionNumbers } from "@lanewise/compiler/primitives/index-dimensions";
import { addP, maxP, minP, mulP, subP } from "@lanewise/compiler/primitives/arith";
import type { DType } from "@lanewise/compiler/base/dtype";
import type { Primitive } from "@lanewise/compiler/ir/types";
import type * as dynamic from "@lanewise/compiler/primitives/index-dynamic-slice";
import type * as gathers from "@lanewise/compiler/primitives/index-gather";
import type { GatherParams, ScatterParams } from "@lanewise/compiler/primitives/index-gather";
import type * as scatters from "@lanewise/compiler/primitives/index-scatter";
import { updateJaxpr } from "@lanewise/compiler/primitives/index-update";
import { bool, call, f32, i32, u32, values, type FamilySamples, type Sample, type SampleInput } from "./types.ts";

/** int32 indices. */
const at = (shape: readonly number[], elements: readonly number[], dtype: DType = "int32"): SampleInput => values(shape, dtype, elements);

function gatherOf(
  offsetDims: readonly number[], collapsedSliceDims: readonly number[], startIndexMap: readonly number[], sliceSizes: readonly number[],
  options: Partial<GatherParams> & { readonly batching?: readonly [readonly number[], readonly number[]] } = {},
): GatherParams {
  const { batching: [operandBatchingDims, startIndicesBatchingDims] = [[], []], ...rest } = options;
  const dimensionNumbers: GatherDimensionNumbers = { offsetDims, collapsedSliceDims, startIndexMap, operandBatchingDims, startIndicesBatchingDims };
  return { dimensionNumbers, fillValue: null, indicesAreSorted: false, mode: "promiseInBounds", sliceSizes, uniqueIndices: false, ...rest };
}

const rows = gatherOf([1], [0], [0], [1, 2]);
const fill = (fillValue: number | boolean): Partial<GatherParams> => ({ mode: "fillOrDrop", fillValue });

export const indexGatherSamples: FamilySamples<typeof gathers> = {
  gatherP: [
    call("rows", [f32([3, 2]), at([2, 1], [2, 0])], rows),
    call("repeated rows", [f32([3, 2]), at([3, 1], [1, 1, 0])], rows),
    call("elements", [f32([3, 4]), at([2, 2], [0, 3, 2, 1])], gatherOf([], [0, 1], [0, 1], [1, 1])),
    call("components in another order", [f32([3, 4]), at([2, 2], [3, 0, 1, 2])], gatherOf([], [0, 1], [1, 0], [1, 1])),
    call("windows, clipped", [f32([5]), at([4, 1], [-1, 4, 1, 7])], gatherOf([1], [], [0], [3], { mode: "clip" })),
    call("windows, filled", [f32([5]), at([4, 1], [-1, 2, 3, 0])], gatherOf([1], [], [0], [3], fill(0.5))),
    call("rows, filled with NaN", [f32([3, 2]), at([2, 1], [3, 1])], gatherOf([1], [0], [0], [1, 2], fill(Number.NaN))),
    call("slices in front of the indices", [f32([2, 3, 2]), at([2, 2, 1], [0, 2, 1, 1])], gatherOf([0, 3], [1], [1], [2, 1, 2])),
    call("part of an axis", [f32([3, 4]), at([2, 2], [0, 1, 2, 0])], gatherOf([1], [0], [0, 1], [1, 3])),
    call("batching dims", [f32([2, 3, 2]), at([2, 2, 1], [0, 2, 1, 1])], gatherOf([2], [1], [1], [1, 1, 2], { batching: [[0], [0]] })),
    call("batching dims in another order", [f32([3, 2, 2]), at([2, 3, 1], [0, 1, 1, 0, 0, 1])], gatherOf([], [1], [1], [1, 1, 1], { batching: [[0, 2], [1, 0]] })),
    call("no component", [f32([2]), at([3, 0], [])], gatherOf([1], [], [], [2])),
    call("no index", [f32([3, 2]), at([0, 1], [])], rows),
    call("an empty slice", [f32([3, 2]), at([2, 1], [0, 1])], gatherOf([1], [0], [0], [1, 0])),
    call("a scalar", [f32([]), at([0], [])], gatherOf([], [], [], [])),
    call("integers, filled", [i32([3]), at([3, 1], [0, 3, -1])], gatherOf([], [0], [0], [1], fill(-2147483648))),
    call("unsigned numbers, filled", [u32([3]), at([2, 1], [3, 0])], gatherOf([], [0], [0], [1], fill(4294967295))),
    call("bools, filled", [bool([3]), at([3, 1], [0, 3, 1])], gatherOf([], [0], [0], [1], fill(true))),
    call("unsigned indices, clipped", [f32([3]), at([3, 1], [0, 4294967295, 2], "uint32")], gatherOf([], [0], [0], [1], { mode: "clip" })),
    call("unsigned indices, filled", [f32([3]), at([3, 1], [0, 4294967295, 2], "uint32")], gatherOf([], [0], [0], [1], fill(9))),
    call("indices of 8 bits", [f32([3]), at([3, 1], [0, -128, 127], "int8")], gatherOf([], [0], [0], [1], { mode: "clip", uniqueIndices: true, indicesAreSorted: true })),
    call("special values", [values([6], "float32", [Number.NaN, Infinity, -Infinity, -0, 3.4e38, 1e-40]), at([6, 1], [5, 4, 3, 2, 1, 0])], gatherOf([], [0], [0], [1])),
  ],
  scatterAddP: scatterSamples(addP, { repeats: true }),
  scatterSubP: scatterSamples(subP, { repeats: true }),
};

function scatterOf(
  update: Primitive<Record<string, never>> | null, updateWindowDims: readonly number[], insertedWindowDims: readonly number[], scatterDimsToOperandDims: readonly number[],
  options: { readonly mode?: GatherScatterMode; readonly uniqueIndices?: boolean; readonly dtype?: DType; readonly batching?: readonly [readonly number[], readonly number[]] } = {},
): ScatterParams {
  const { mode = "fillOrDrop", uniqueIndices = false, dtype = "float32", batching: [operandBatchingDims, scatterIndicesBatchingDims] = [[], []] } = options;
  const dimensionNumbers: ScatterDimensionNumbers = { updateWindowDims, insertedWindowDims, scatterDimsToOperandDims, operandBatchingDims, scatterIndicesBatchingDims };
  return { dimensionNumbers, indicesAreSorted: false, mode, uniqueIndices, updateConsts: [], updateJaxpr: update === null ? null : updateJaxpr(update, dtype) };
}

/** Samples of any scatter; where a float may be updated twice, some derivatives do not exist. */
function scatterSamples(
  update: Primitive<Record<string, never>> | null, { repeats }: { readonly repeats: boolean },
): readonly [Sample<ScatterParams>, ...Sample<ScatterParams>[]] {
  const unique = !repeats;
  const of = (
    windowDims: readonly number[], inserted: readonly number[], map: readonly number[], options: NonNullable<Parameters<typeof scatterOf>[4]> = {},
  ): ScatterParams => scatterOf(update, windowDims, inserted, map, { uniqueIndices: unique, ...options });
  const twice: readonly Sample<ScatterParams>[] = !repeats ? [] : [
    call("repeated elements", [f32([3]), at([4, 1], [1, 1, 0, 1]), f32([4])], of([], [0], [0])),
    call("repeated rows", [f32([3, 2]), at([3, 1], [2, 0, 2]), f32([3, 2])], of([1], [0], [0])),
    call("overlapping windows", [f32([5]), at([2, 1], [0, 1]), f32([2, 3])], of([1], [], [0])),
  ];
  return [
    call("elements", [f32([3]), at([2, 1], [2, 0]), f32([2])], of([], [0], [0])),
    ...twice,
    call("out of bounds, dropped", [f32([3]), at([4, 1], [-1, 1, 3, 100]), f32([4])], of([], [0], [0])),
    call("out of bounds, promised not to be", [i32([3]), at([3, 1], [-1, 1, 3]), i32([3])], of([], [0], [0], { mode: "promiseInBounds", dtype: "int32" })),
    call("out of bounds, clipped", [f32([4]), at([2, 1], [-5, 9]), f32([2])], of([], [0], [0], { mode: "clip" })),
    call("a window half outside", [f32([4, 2]), at([2, 1], [3, 0]), f32([2, 2, 2])], of([1, 2], [], [0])),
    call("points", [f32([2, 3]), at([2, 2], [1, 2, 0, 0]), f32([2])], of([], [0, 1], [0, 1])),
    call("components in another order", [f32([2, 3]), at([2, 2], [2, 1, 0, 0]), f32([2])], of([], [0, 1], [1, 0])),
    call("columns", [f32([2, 3]), at([2, 1], [2, 0]), f32([2, 2])], of([0], [1], [1])),
    call("part of an axis", [f32([2, 4]), at([1, 2], [1, 2]), f32([1, 2])], of([1], [0], [0, 1])),
    call("batching dims", [f32([2, 3, 2]), at([2, 1, 1], [2, 0]), f32([2, 1, 2])], of([2], [1], [1], { batching: [[0], [0]] })),
    call("batching dims in another order", [f32([2, 2, 3]), at([3, 2, 1], [0, 1, 1, 0, 0, 1]), f32([3, 2])], of([], [1], [1], { batching: [[0, 2], [1, 0]] })),
    call("no component", [f32([2]), at([1, 0], []), f32([1, 2])], of([1], [], [])),
    call("no update", [f32([3]), at([0, 1], []), f32([0])], of([], [0], [0])),
    call("an empty operand", [f32([0, 2]), at([2, 1], [0, 1]), f32([2, 2])], of([1], [0], [0])),
    call("a scalar", [f32([]), at([0], []), f32([])], of([], [], [])),
    call("integers that repeat", [i32([3]), at([3, 1], [1, 1, 0]), i32([3])], of([], [0], [0], { dtype: "int32", uniqueIndices: false })),
    call("integers that wrap", [values([2], "int32", [2147483647, -2147483648]), at([2, 1], [0, 1]), values([2], "int32", [2, -1])], of([], [0], [0], { dtype: "int32" })),
    call("unsigned numbers", [u32([3]), at([2, 1], [1, 2], "uint32"), u32([2])], of([], [0], [0], { dtype: "uint32" })),
    call("unsigned indices, clipped", [i32([3]), at([2, 1], [4294967295, 0], "uint32"), i32([2])], of([], [0], [0], { dtype: "int32", mode: "clip" })),
    call("special values", [values([4], "float32", [Number.NaN, Infinity, -0, 1]), at([4, 1], [0, 1, 2, 3]), values([4], "float32", [1, -Infinity, -0, Number.NaN])], of([], [0], [0])),
  ];
}

export const indexScatterSamples: FamilySamples<typeof scatters> = {
  scatterP: [
    ...scatterSamples(null, { repeats: true }),
    call("elements, unique", [f32([3]), at([2, 1], [2, 0]), f32([2])], scatterOf(null, [], [0], [0], { uniqueIndices: true })),
    call("rows, unique and one out of bounds", [f32([3, 2]), at([2, 1], [1, 5]), f32([2, 2])], scatterOf(null, [1], [0], [0], { uniqueIndices: true })),
    call("a window, unique and clipped", [f32([4]), at([1, 1], [3]), f32([1, 2])], scatterOf(null, [1], [], [0], { uniqueIndices: true, mode: "clip" })),
  ],
  scatterMulP: scatterSamples(mulP, { repeats: false }),
  scatterMinP: scatterSamples(minP, { repeats: true }),
  scatterMaxP: scatterSamples(maxP, { repeats: true }),
};

export const indexDynamicSliceSamples: FamilySamples<typeof dynamic> = {
  dynamicSliceP: [
    call("vector", [f32([5]), at([], [1])], { sliceSizes: [3] }),
    call("matrix", [f32([3, 4]), at([], [1]), at([], [2])], { sliceSizes: [2, 2] }),
    call("moved inside", [f32([3, 4]), at([], [-1]), at([], [3])], { sliceSizes: [2, 2] }),
    call("whole axes", [f32([3, 4]), at([], [5]), at([], [-5])], { sliceSizes: [3, 4] }),
    call("one element", [f32([3]), at([], [2])], { sliceSizes: [1] }),
    call("nothing", [f32([3]), at([], [1])], { sliceSizes: [0] }),
    call("a scalar", [f32([])], { sliceSizes: [] }),
    call("integers", [i32([4]), at([], [2])], { sliceSizes: [2] }),
    call("unsigned start", [f32([4]), at([], [4294967295], "uint32")], { sliceSizes: [2] }),
    call("start of 8 bits", [f32([4]), at([], [-3], "int8")], { sliceSizes: [2] }),
  ],
  dynamicUpdateSliceP: [
    call("vector", [f32([5]), f32([2]), at([], [1])], {}),
    call("matrix", [f32([3, 4]), f32([2, 2]), at([], [1]), at([], [2])], {}),
    call("moved inside", [f32([3, 4]), f32([2, 2]), at([], [-1]), at([], [3])], {}),
    call("all of it", [f32([2, 3]), f32([2, 3]), at([], [1]), at([], [0])], {}),
    call("nothing", [f32([3]), f32([0]), at([], [1])], {}),
    call("a scalar", [f32([]), f32([])], {}),
    call("integers", [i32([4]), i32([1]), at([], [3])], {}),
    call("unsigned start", [f32([4]), f32([2]), at([], [4294967295], "uint32")], {}),
  ],
};
