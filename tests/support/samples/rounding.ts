/** @file Samples of the bits of integers, and of rounding, signs and bounds. */

import type * as clamp from "@lanewise/compiler/primitives/arith-clamp";
import type * as rounding from "@lanewise/compiler/primitives/arith-rounding";
import type * as bits from "@lanewise/compiler/primitives/bits";
import type * as bitcast from "@lanewise/compiler/primitives/bits-bitcast";
import { bool, call, calls, f32, i32, u32, values, type FamilySamples } from "./types.ts";

const [lowest, highest, allBits] = [-2147483648, 2147483647, 4294967295];

const logical = calls(
  [i32([4]), i32([4])], [u32([4]), u32([])], [bool([4]), bool([4])], [i32([2, 1]), i32([1, 3])], [i32([0]), i32([0])],
  [values([3], "int32", [lowest, highest, -1]), values([3], "int32", [-1, lowest, 0])], [values([2], "uint8", [255, 15]), values([2], "uint8", [170, 255])],
);
const amounts = [0, 1, 31, 32, -1, 5, 7, 3];
const shifts = calls(
  [i32([4]), i32([4], 0, 9)], [u32([4]), u32([], 0, 9)], [i32([2, 1]), i32([1, 3], 0, 40)], [i32([0]), i32([0])],
  [values([8], "int32", [1, -1, 1, -1, -8, lowest, highest, lowest]), values([8], "int32", amounts)],
  [values([3], "uint32", [1, allBits, 0x80000000]), values([3], "uint32", [31, 4, 32])],
  [values([8], "int8", [1, -1, -128, 127, 5, -128, 3, 1]), values([8], "int8", [1, 1, 1, 7, 8, 31, -1, 32])],
  [values([4], "uint8", [1, 255, 128, 127]), values([4], "uint8", [7, 1, 1, 8])],
  [values([3], "int16", [-1, -32768, 300]), values([3], "int16", [4, 15, 16])],
);
const counts = calls(
  [i32([4])], [u32([2, 3])], [i32([])], [i32([0])], [values([4], "int32", [0, -1, lowest, highest])], [values([2], "uint32", [0, allBits])],
  [values([4], "int8", [0, -1, -128, 5])], [values([2], "uint16", [0, 65535])],
);

export const bitsSamples: FamilySamples<typeof bits> = {
  andP: logical, orP: logical, xorP: logical,
  notP: calls([i32([4])], [u32([])], [bool([4])], [i32([0])], [values([2], "int32", [lowest, -1])], [values([2], "uint8", [0, 170])]),
  shiftLeftP: shifts, shiftRightArithmeticP: shifts, shiftRightLogicalP: shifts,
  populationCountP: counts, clzP: counts,
};

export const bitsBitcastSamples: FamilySamples<typeof bitcast> = {
  bitcastConvertTypeP: [
    call("float to int", [values([5], "float32", [1, -0, Infinity, -1.5, 1e-45])], { newDType: "int32" }),
    call("int to float", [values([3], "int32", [1065353216, lowest, 1])], { newDType: "float32" }),
    call("signed to unsigned", [i32([2, 3])], { newDType: "uint32" }),
    call("a scalar", [f32([])], { newDType: "uint32" }),
    call("to bytes", [values([2], "uint32", [0x04030201, allBits])], { newDType: "uint8" }),
    call("to halves", [values([2, 1], "int32", [-1, 0x7fff8000])], { newDType: "int16" }),
    call("from bytes", [values([2, 4], "uint8", [1, 2, 3, 4, 0, 0, 128, 63])], { newDType: "float32" }),
    call("from signed bytes", [values([2, 2], "int8", [-1, -128, 1, 0])], { newDType: "uint16" }),
    call("to itself", [f32([3])], { newDType: "float32" }),
    call("empty", [u32([0, 2])], { newDType: "int32" }),
  ],
};

const special = [Number.NaN, Infinity, -Infinity, 0, -0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999997, -0.3, 8388609, 1e-40];
const edges = values([special.length], "float32", special);
const places = calls([f32([2, 3], -9, 9)], [f32([], -9, 9)], [f32([0])], [edges]);

export const roundingSamples: FamilySamples<typeof rounding> = {
  signP: calls([f32([2, 3])], [f32([])], [f32([0])], [edges], [i32([3])], [values([3], "uint32", [0, 1, allBits])], [values([2], "int32", [lowest, 0])]),
  absP: calls([f32([2, 3])], [f32([])], [f32([0])], [edges], [i32([3])], [values([2], "int32", [lowest, -1])], [values([2], "int8", [-128, 127])]),
  floorP: places, ceilP: places,
  roundP: [
    call("away from zero", [f32([2, 3], -9, 9)], { roundingMethod: 0 }), call("to even", [f32([2, 3], -9, 9)], { roundingMethod: 1 }),
    call("edges away from zero", [edges], { roundingMethod: 0 }), call("edges to even", [edges], { roundingMethod: 1 }), call("empty", [f32([0])], { roundingMethod: 1 }),
  ],
  remP: calls(
    [f32([3], 3, 9), f32([3], 1.1, 2)], [f32([3], -9, -3), f32([], 1.1, 2)], [f32([2, 1], 3, 9), f32([1, 2], -2, -1.1)], [f32([0]), f32([0])],
    [values([7], "float32", [5, -5, 5, Infinity, 1, 0, -0]), values([7], "float32", [3, 3, 0, 1, Infinity, 1, 1])],
    [values([6], "int32", [7, -7, 7, lowest, 3, 0]), values([6], "int32", [2, 2, -2, -1, 0, 5])], [u32([3]), u32([3], 1, 9)],
  ),
  nextafterP: calls(
    [f32([3]), f32([3])], [f32([2, 1]), f32([1, 2])], [f32([0]), f32([0])],
    [values([8], "float32", [0, 0, 1, 1, -1, Infinity, 3.4028234663852886e38, 1e-45]), values([8], "float32", [1, -1, 2, 0, -Infinity, 0, Infinity, -1])],
    [values([3], "float32", [Number.NaN, 1, 2]), values([3], "float32", [1, Number.NaN, 2])],
  ),
  reducePrecisionP: [
    call("to float16", [f32([2, 3], -300, 300)], { exponentBits: 5, mantissaBits: 10 }),
    // The cotangent is reduced as a whole, which the oracle's sum over basis tangents does not see: chosen values.
    call("to bfloat16", [values([3], "float32", [1 / 3, -0.1, 1.7])], { exponentBits: 8, mantissaBits: 7 }),
    call("nothing to do", [f32([3])], { exponentBits: 11, mantissaBits: 52 }),
    call("edges", [values([9], "float32", [0, -0, 65519, 65520, 1e-5, -6e-8, Number.NaN, -Infinity, 1 + 2 ** -11])], { exponentBits: 5, mantissaBits: 10 }),
    call("no mantissa", [values([4], "float32", [1 / 3, 1.5, 1000, -3])], { exponentBits: 3, mantissaBits: 0 }),
  ],
};

export const clampSamples: FamilySamples<typeof clamp> = {
  clampP: calls(
    [f32([], -1, -0.5), f32([2, 3]), f32([], 0.5, 1)], [f32([3], -1, -0.5), f32([3]), f32([3], 0.5, 1)], [f32([2, 3], -1, -0.5), f32([2, 3]), f32([], 0.5, 1)],
    [f32([], -1, -0.5), f32([]), f32([], 0.5, 1)], [f32([]), f32([0]), f32([])], [i32([]), i32([4]), i32([])],
    [values([4], "float32", [0, Number.NaN, 3, 0]), values([4], "float32", [Number.NaN, 1, 2, -0]), values([4], "float32", [1, 2, 1, 1])],
    [values([], "bool", [0]), bool([3]), values([], "bool", [1])],
  ),
};
