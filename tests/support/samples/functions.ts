/** @file Samples of the families unary, power and contract. */

import type * as contract from "@lanewise/compiler/primitives/contract";
import type * as power from "@lanewise/compiler/primitives/power";
import type * as unary from "@lanewise/compiler/primitives/unary";
import { call, calls, f32, i32, values, type FamilySamples } from "./types.ts";

const special = values([7], "float32", [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, 88.8]);
const everywhere = calls([f32([2, 3])], [f32([])], [f32([0])], [special]);
const positive = calls([f32([2, 3], 0.1, 3)], [f32([], 0.1, 3)], [special]);

export const unarySamples: FamilySamples<typeof unary> = {
  expP: everywhere, sinP: calls([f32([2, 3])], [f32([])]), cosP: calls([f32([2, 3])], [f32([])]), tanhP: everywhere, logP: positive, sqrtP: positive,
};

export const powerSamples: FamilySamples<typeof power> = {
  powP: calls([f32([3], 0.2, 2), f32([3])], [f32([3], 0.2, 2), f32([])], [f32([], 0.2, 2), f32([2])], [f32([2, 1], 0.2, 2), f32([1, 2])]),
};

const dot = { precision: null, preferredElementType: "float32" } as const;

export const contractSamples: FamilySamples<typeof contract> = {
  dotGeneralP: [
    call("vectors", [f32([3]), f32([3])], { contractLeft: [0], contractRight: [0], batchLeft: [], batchRight: [], ...dot }),
    call("matrices", [f32([2, 3]), f32([3, 2])], { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [], ...dot }),
    call("transposed operands", [f32([3, 2]), f32([2, 3])], { contractLeft: [0], contractRight: [1], batchLeft: [], batchRight: [], ...dot }),
    call("batched", [f32([2, 2, 3]), f32([2, 3, 2])], { contractLeft: [2], contractRight: [1], batchLeft: [0], batchRight: [0], ...dot }),
    call("batch in the middle", [f32([3, 2, 2]), f32([2, 3, 2])], { contractLeft: [0], contractRight: [1], batchLeft: [1], batchRight: [2], ...dot }),
    call("two contracting axes", [f32([2, 3, 2]), f32([3, 2])], { contractLeft: [1, 0], contractRight: [0, 1], batchLeft: [], batchRight: [], ...dot }),
    call("outer product", [f32([2]), f32([3])], { contractLeft: [], contractRight: [], batchLeft: [], batchRight: [], ...dot }),
    call("an empty contraction", [f32([2, 0]), f32([0, 2])], { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [], ...dot }),
    call("integers", [i32([2, 3]), i32([3])], { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [], precision: null, preferredElementType: "int32" }),
  ],
};
