/** @file Samples of the families reduce, cumulative and sort. */

import type * as cumulative from "@lanewise/compiler/primitives/cumulative";
import type * as reduce from "@lanewise/compiler/primitives/reduce";
import type * as reduceWindow from "@lanewise/compiler/primitives/reduce-window";
import type * as sort from "@lanewise/compiler/primitives/sort";
import { bool, call, f32, i32, u32, values, type FamilySamples } from "./types.ts";

const bits = values([2, 3], "int32", [-1, 0, 6, 2147483647, -2147483648, 12]);
const words = values([4], "uint32", [4294967295, 5, 2147483648, 0]);

const bitwise = [
  call("bools", [bool([2, 3])], { axes: [1] }), call("all bools", [bool([2, 3])], { axes: [0, 1] }), call("no bools", [bool([0, 2])], { axes: [0] }),
  call("integers", [bits], { axes: [0] }), call("unsigned", [words], { axes: [0] }), call("no axes", [bits], { axes: [] }),
  call("one", [bool([1])], { axes: [0] }),
] as const;

const places = [
  call("rows", [f32([2, 3])], { axes: [1], indexDType: "int32" as const }), call("columns", [f32([3, 2])], { axes: [0], indexDType: "int32" as const }),
  call("middle", [f32([2, 3, 2])], { axes: [1], indexDType: "uint32" as const }), call("one", [f32([1])], { axes: [0], indexDType: "int32" as const }),
  call("NaN", [values([4], "float32", [1, Number.NaN, 3, Number.NaN])], { axes: [0], indexDType: "int32" as const }),
  call("ties", [values([4], "float32", [1, 3, 3, 1])], { axes: [0], indexDType: "int32" as const }),
  call("zeros", [values([4], "float32", [0, -0, 0, -0])], { axes: [0], indexDType: "int32" as const }),
  call("infinities", [values([2, 2], "float32", [-Infinity, -Infinity, Infinity, Infinity])], { axes: [1], indexDType: "int32" as const }),
  call("integers", [values([4], "int32", [-2147483648, 5, 2147483647, 2147483647])], { axes: [0], indexDType: "int32" as const }),
  call("unsigned", [words], { axes: [0], indexDType: "int32" as const }), call("bools", [bool([5])], { axes: [0], indexDType: "int32" as const }),
  call("no rows", [f32([0, 2])], { axes: [1], indexDType: "int32" as const }),
] as const;

export const reduceSamples: FamilySamples<typeof reduce> = {
  reduceMaxP: [
    call("rows", [f32([2, 3])], { axes: [1] }), call("columns", [f32([3, 2])], { axes: [0] }), call("all", [f32([2, 3])], { axes: [0, 1] }),
    call("ties", [values([4], "float32", [1, 3, 3, 2])], { axes: [0] }), call("NaN", [values([3], "float32", [1, Number.NaN, 2])], { axes: [0] }),
    call("integers", [i32([2, 3])], { axes: [0] }), call("bools", [bool([2, 3])], { axes: [0] }),
  ],
  reduceMinP: [
    call("rows", [f32([2, 3])], { axes: [1] }), call("middle", [f32([2, 3, 2])], { axes: [1] }), call("integers", [i32([4])], { axes: [0] }),
    call("bools", [bool([2, 3])], { axes: [1] }),
  ],
  reduceProdP: [
    call("rows", [f32([2, 3])], { axes: [1] }), call("columns", [f32([4, 2])], { axes: [0] }), call("all", [f32([2, 3])], { axes: [0, 1] }),
    call("outer axes", [f32([2, 2, 3])], { axes: [0, 2] }), call("no axes", [f32([3])], { axes: [] }), call("one", [f32([1])], { axes: [0] }),
    call("an empty axis", [f32([2, 0])], { axes: [1] }), call("zeros", [values([3], "float32", [0, 2, 3])], { axes: [0] }),
    call("two zeros", [values([3], "float32", [0, -0, 3])], { axes: [0] }), call("infinities", [values([3], "float32", [Infinity, -2, 0])], { axes: [0] }),
    call("overflow", [values([3], "int32", [65536, 65537, -3])], { axes: [0] }), call("unsigned", [words], { axes: [0] }),
  ],
  reduceAndP: bitwise, reduceOrP: bitwise, reduceXorP: bitwise,
  argmaxP: places, argminP: places,
};

const plain = { baseDilation: [1], padding: [[0, 0]], windowDilation: [1], windowDimensions: [2], windowStrides: [1] };
const image = { baseDilation: [1, 1], padding: [[0, 0], [0, 0]], windowDilation: [1, 1], windowDimensions: [2, 2], windowStrides: [2, 2] };

const windows = [
  call("pairs", [f32([4])], plain),
  call("strided with padding", [f32([5])], { ...plain, padding: [[1, 2]], windowDimensions: [3], windowStrides: [2] }),
  call("negative padding", [f32([5])], { ...plain, padding: [[-1, -1]] }),
  call("dilated windows", [f32([6])], { ...plain, windowDilation: [2], padding: [[1, 0]] }),
  call("dilated operand", [f32([4])], { ...plain, baseDilation: [2], padding: [[0, 1]], windowDimensions: [3] }),
  call("pooling", [f32([4, 4])], image),
  call("overlapping", [f32([3, 4])], { ...image, padding: [[1, 1], [0, 1]], windowDimensions: [3, 2], windowStrides: [1, 2] }),
  call("larger than the operand", [f32([2])], { ...plain, windowDimensions: [5] }),
  call("nothing but padding", [f32([0])], { ...plain, padding: [[1, 2]] }),
  call("one", [f32([1])], { ...plain, windowDimensions: [1] }),
  call("no axes", [f32([])], { baseDilation: [], padding: [], windowDilation: [], windowDimensions: [], windowStrides: [] }),
  call("special", [values([6], "float32", [1, Number.NaN, 2, -Infinity, -Infinity, Infinity])], plain),
  call("integers", [values([4], "int32", [2147483647, 1, -2147483648, -1])], { ...plain, padding: [[1, 0]] }),
  call("unsigned", [u32([4])], { ...plain, padding: [[2, 0]] }),
] as const;

const flags = call("bools", [bool([5])], { ...plain, padding: [[0, 2]] });

export const reduceWindowSamples: FamilySamples<typeof reduceWindow> = {
  reduceWindowSumP: windows, reduceWindowMaxP: [...windows, flags], reduceWindowMinP: [...windows, flags],
  selectAndGatherAddP: [
    call("pairs", [f32([4]), f32([4])], { ...plain, selectPrim: "ge" }), call("smallest", [f32([4]), f32([4])], { ...plain, selectPrim: "le" }),
    call("padding", [f32([5]), f32([5])], { ...plain, padding: [[3, 1]], windowStrides: [2], selectPrim: "ge" }),
    call("dilated", [f32([5]), f32([5])], { ...plain, baseDilation: [2], windowDilation: [3], selectPrim: "ge" }),
    call("overlapping", [f32([3, 4]), f32([3, 4])], { ...image, windowStrides: [1, 1], selectPrim: "ge" }),
    call("ties", [values([4], "float32", [1, 2, 3, 4]), values([4], "float32", [5, 5, 5, 5])], { ...plain, selectPrim: "ge" }),
    call("special", [values([5], "float32", [1, 2, 3, 4, 5]), values([5], "float32", [-Infinity, -Infinity, Number.NaN, Number.NaN, 7])], { ...plain, selectPrim: "ge" }),
    call("empty", [f32([0]), f32([0])], { ...plain, padding: [[1, 1]], selectPrim: "le" }),
  ],
  selectAndScatterAddP: [
    call("pairs", [f32([3]), f32([4])], { padding: [[0, 0]], windowDilation: [1], windowDimensions: [2], windowStrides: [1], selectPrim: "ge" }),
    call("smallest", [f32([2]), f32([4])], { padding: [[0, 0]], windowDilation: [1], windowDimensions: [2], windowStrides: [2], selectPrim: "le" }),
    call("padding", [f32([4]), f32([5])], { padding: [[3, 1]], windowDilation: [1], windowDimensions: [2], windowStrides: [2], selectPrim: "ge" }),
    call("negative padding", [f32([2]), f32([5])], { padding: [[-1, -1]], windowDilation: [1], windowDimensions: [2], windowStrides: [1], selectPrim: "ge" }),
    call("dilated", [f32([3]), f32([5])], { padding: [[1, 0]], windowDilation: [3], windowDimensions: [2], windowStrides: [1], selectPrim: "ge" }),
    call("overlapping", [f32([2, 3]), f32([3, 4])], { padding: [[0, 0], [0, 0]], windowDilation: [1, 1], windowDimensions: [2, 2], windowStrides: [1, 1], selectPrim: "ge" }),
    call("gaps between windows", [f32([2]), f32([6])], { padding: [[0, 0]], windowDilation: [1], windowDimensions: [1], windowStrides: [4], selectPrim: "ge" }),
    call("no windows", [f32([0]), f32([2])], { padding: [[0, 0]], windowDilation: [1], windowDimensions: [3], windowStrides: [1], selectPrim: "ge" }),
    call("empty", [f32([1]), f32([0])], { padding: [[1, 1]], windowDilation: [1], windowDimensions: [2], windowStrides: [1], selectPrim: "ge" }),
    call("ties and NaN", [values([4], "float32", [1, 2, 4, 8]), values([5], "float32", [5, 5, Number.NaN, Number.NaN, 5])], {
      padding: [[0, 0]], windowDilation: [1], windowDimensions: [2], windowStrides: [1], selectPrim: "ge",
    }),
  ],
};

const special = values([8], "float32", [0, -0, -Infinity, 1, Infinity, 2, Number.NaN, 3]);

const prefixes = [
  call("vector", [f32([5])], { axis: 0, reverse: false }), call("backwards", [f32([5])], { axis: 0, reverse: true }),
  call("rows", [f32([2, 3])], { axis: 1, reverse: false }), call("columns", [f32([4, 2])], { axis: 0, reverse: true }),
  call("middle", [f32([2, 3, 2])], { axis: 1, reverse: false }), call("one", [f32([1])], { axis: 0, reverse: false }), call("none", [f32([0])], { axis: 0, reverse: false }),
  call("no rows", [f32([0, 3])], { axis: 1, reverse: false }), call("two", [f32([2])], { axis: 0, reverse: true }),
  call("special", [special], { axis: 0, reverse: false }), call("special backwards", [special], { axis: 0, reverse: true }),
] as const;
const integerPrefixes = [
  ...prefixes, call("integers", [values([4], "int32", [2147483647, 3, -2147483648, -1])], { axis: 0, reverse: false }),
  call("unsigned", [words], { axis: 0, reverse: true }),
] as const;

export const cumulativeSamples: FamilySamples<typeof cumulative> = {
  cumsumP: [...integerPrefixes, call("several blocks", [values([70], "float32", Array.from({ length: 70 }, (_, place) => (place * 7) % 11 - 4))], { axis: 0, reverse: false })],
  cumprodP: integerPrefixes, cummaxP: integerPrefixes, cumminP: integerPrefixes, cumlogsumexpP: prefixes,
};

const zerosAndNaN = values([9], "float32", [Number.NaN, 0, -0, 1, -Infinity, Infinity, -1, -0, Number.NaN]);

export const sortSamples: FamilySamples<typeof sort> = {
  sortP: [
    call("vector", [f32([7])], { dimension: 0, isStable: true, numKeys: 1 }), call("rows", [f32([2, 4])], { dimension: 1, isStable: true, numKeys: 1 }),
    call("columns", [f32([4, 2])], { dimension: 0, isStable: true, numKeys: 1 }), call("middle", [f32([2, 3, 2])], { dimension: 1, isStable: false, numKeys: 1 }),
    call("with a payload", [f32([5]), f32([5])], { dimension: 0, isStable: true, numKeys: 1 }),
    call("two keys", [values([2, 4], "int32", [1, 0, 1, 0, 2, 2, 1, 1]), f32([2, 4]), i32([2, 4])], { dimension: 1, isStable: true, numKeys: 2 }),
    call("one", [f32([1])], { dimension: 0, isStable: true, numKeys: 1 }), call("none", [f32([0]), f32([0])], { dimension: 0, isStable: true, numKeys: 1 }),
    call("no rows", [f32([0, 3])], { dimension: 1, isStable: true, numKeys: 1 }),
    call("zeros and NaN", [zerosAndNaN, values([9], "int32", [0, 1, 2, 3, 4, 5, 6, 7, 8])], { dimension: 0, isStable: true, numKeys: 1 }),
    call("integers", [values([6], "int32", [0, 2147483647, -1, -2147483648, 5, -1])], { dimension: 0, isStable: true, numKeys: 1 }),
    call("unsigned", [words], { dimension: 0, isStable: true, numKeys: 1 }),
    call("bools", [bool([6]), i32([6])], { dimension: 0, isStable: true, numKeys: 1 }),
  ],
  topKP: [
    call("rows", [f32([2, 5])], { axis: 1, k: 3 }), call("columns", [f32([4, 2])], { axis: 0, k: 2 }), call("all", [f32([3])], { axis: 0, k: 3 }),
    call("none", [f32([3])], { axis: 0, k: 0 }), call("of nothing", [f32([0])], { axis: 0, k: 0 }), call("zeros and NaN", [zerosAndNaN], { axis: 0, k: 9 }),
    call("integers", [values([5], "int32", [3, -2147483648, 3, 2147483647, 3])], { axis: 0, k: 4 }), call("unsigned", [words], { axis: 0, k: 2 }),
    call("bools", [bool([6])], { axis: 0, k: 4 }), call("more than a list holds", [f32([40])], { axis: 0, k: 20 }),
  ],
};
