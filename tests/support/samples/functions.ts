/** @file Samples of the families unary, power and contract. */

import type * as contract from "@lanewise/compiler/primitives/contract";
import type * as power from "@lanewise/compiler/primitives/power";
import type * as unary from "@lanewise/compiler/primitives/unary";
import type * as unarySpecial from "@lanewise/compiler/primitives/unary-special";
import { call, calls, f32, i32, u32, values, type FamilySamples } from "./types.ts";

const special = values([7], "float32", [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, 88.8]);
const everywhere = calls([f32([2, 3])], [f32([])], [f32([0])], [special]);
const positive = calls([f32([2, 3], 0.1, 3)], [f32([], 0.1, 3)], [special]);

/** Numbers between -1 and 1, their ends, and numbers beyond. */
const insideOne = calls([f32([2, 3], -0.9, 0.9)], [f32([], -0.9, 0.9)], [f32([0])], [values([8], "float32", [Number.NaN, 1, -1, 0, -0, 1e-40, 1.5, -Infinity])]);

export const unarySamples: FamilySamples<typeof unary> = {
  expP: everywhere, exp2P: everywhere, expm1P: everywhere, logP: positive, log1pP: calls([f32([2, 3], -0.9, 3)], [f32([], -0.9, 3)], [special]),
  logisticP: calls([f32([2, 3])], [f32([])], [f32([0])], [special], [values([2], "float32", [-100, 100])]),
  sinP: calls([f32([2, 3])], [f32([])], [special]), cosP: calls([f32([2, 3])], [f32([])], [special]), tanP: calls([f32([2, 3], -1.4, 1.4)], [f32([], -1, 1)], [special]),
  asinP: insideOne, acosP: insideOne, atanP: everywhere, atanhP: insideOne,
  sinhP: everywhere, coshP: everywhere, tanhP: everywhere, asinhP: everywhere, acoshP: calls([f32([2, 3], 1.1, 4)], [f32([], 1.1, 4)], [f32([0])], [special]),
  sqrtP: positive, rsqrtP: positive, cbrtP: calls([f32([2, 3], 0.1, 3)], [f32([], -3, -0.1)], [special], [values([2], "float32", [27, -8])]),
  squareP: calls([f32([2, 3])], [f32([])], [special], [i32([3])], [values([2], "int32", [65537, -2147483648])], [values([2], "uint32", [65537, 4294967295])]),
};

const specialPositions = values([8], "float32", [Number.NaN, Infinity, -Infinity, 0, -0, -1, -20.5, 1e-30]);

export const unarySpecialSamples: FamilySamples<typeof unarySpecial> = {
  erfP: everywhere, erfcP: everywhere, erfInvP: insideOne,
  lgammaP: calls([f32([2, 3], 0.2, 6)], [f32([], -2.9, -2.1)], [f32([0])], [specialPositions]),
  digammaP: calls([f32([2, 3], 0.2, 6)], [f32([], -2.9, -2.1)], [f32([0])], [values([7], "float32", [Number.NaN, Infinity, -Infinity, 0, -0, -1, -20.5])]),
  polygammaP: [
    { name: "trigamma", inputs: [values([], "float32", [1]), f32([2, 2], 0.3, 4)], params: {} },
    { name: "several orders", inputs: [values([4], "float32", [0, 1, 2, 3]), f32([4], 0.5, 3)], params: {} },
    { name: "edges", inputs: [values([7], "float32", [1, 1, 2, 1, 1.5, -1, 2]), values([7], "float32", [Number.NaN, -1, -2, -20.5, 1, 1, -0.5])], params: {} },
  ],
  zetaP: calls(
    [f32([3], 1.5, 4), f32([3], 0.5, 5)], [values([8], "float32", [1, 0.5, 2, 3, 2, 3, 1.5, 30]), values([8], "float32", [2, 2, -1, -1, -2.5, -2.5, -2.5, 0.5])],
    [f32([2, 1], 2, 4), f32([1, 2], 0.5, 5)],
  ),
};

export const powerSamples: FamilySamples<typeof power> = {
  powP: calls(
    [f32([3], 0.2, 2), f32([3])], [f32([3], 0.2, 2), f32([])], [f32([], 0.2, 2), f32([2])], [f32([2, 1], 0.2, 2), f32([1, 2])],
    [f32([3], -2, 2), i32([3], -3, 4)], [f32([3], 0.5, 2), i32([], 2, 4)], [f32([2], 0.5, 2), values([2], "int32", [0, 1])], [f32([2, 1], 0.5, 2), u32([1, 2], 0, 5)],
    [values([6], "float32", [0, -0, 1, -1, Infinity, -8]), values([6], "float32", [0, -3, 2, Infinity, -1, 0.5])],
  ),
  atan2P: calls(
    [f32([3], 0.2, 2), f32([3], -2, -0.2)], [f32([2, 3], 0.2, 2), f32([], 0.2, 2)], [f32([2, 1], -2, -0.2), f32([1, 2], 0.2, 2)], [f32([0]), f32([0])],
    [values([8], "float32", [0, -0, 0, -0, 1, Infinity, Infinity, Number.NaN]), values([8], "float32", [0, 0, -0, -0, 0, Infinity, -Infinity, 1])],
  ),
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
