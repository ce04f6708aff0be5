/** @file Samples of the family random. */

import type * as family from "@lanewise/compiler/primitives/random";
import { call, calls, u32, values, type FamilySamples, type SampleInput } from "./types.ts";

/** Keys with bits all over; in the oracle a key is the double of its bits. */
const keys = (shape: readonly number[]): SampleInput => ({ shape, dtype: "key<fry>", low: -1e12, high: 1e12 });
const words = (shape: readonly number[]): SampleInput => u32(shape, 0, 2 ** 32);
const extremes = values([2, 2], "uint32", [0, 0xffffffff, 0x80000000, 0x7fffffff]);
const word = words([]);

export const randomSamples: FamilySamples<typeof family> = {
  threefry2x32P: calls([word, word, word, word], [words([3]), words([3]), words([3]), words([3])], [word, word, words([2, 3]), words([2, 3])], [words([2, 1]), words([2, 1]), words([1, 3]), words([1, 3])], [extremes, extremes, extremes, extremes], [word, word, words([0]), words([0])]),
  threefry2x32XorP: calls([word, word, word, word], [words([2, 1]), words([2, 1]), word, words([1, 3])], [extremes, extremes, extremes, extremes], [word, word, words([0, 2]), words([0, 2])]),
  randomSeedP: [
    call("int32", [values([4], "int32", [0, -1, 2147483647, -2147483648])], { impl: "fry" }), call("uint32", [values([], "uint32", [0xffffffff])], { impl: "fry" }),
    call("int8", [values([2], "int8", [-1, 5])], { impl: "fry" }), call("none", [values([0], "int32", [])], { impl: "fry" }),
  ],
  randomWrapP: [call("one", [words([2])], { impl: "fry" }), call("several", [words([2, 3, 2])], { impl: "fry" }), call("none", [words([0, 2])], { impl: "fry" })],
  randomUnwrapP: calls([keys([])], [keys([2, 3])], [keys([0])]),
  randomSplitP: [
    call("one key in two", [keys([])], { shape: [2] }), call("a matrix", [keys([])], { shape: [2, 3] }), call("as one", [keys([])], { shape: [] }),
    call("several", [keys([3])], { shape: [2] }), call("in none", [keys([2])], { shape: [0] }), call("none", [keys([0])], { shape: [2] }),
  ],
  randomFoldInP: calls([keys([]), word], [keys([3]), words([3])], [keys([]), words([2])], [keys([2, 1]), words([1, 3])], [keys([0]), word]),
  randomBitsP: [
    call("32", [keys([])], { bitWidth: 32, shape: [3] }), call("16", [keys([])], { bitWidth: 16, shape: [2, 3] }), call("8", [keys([])], { bitWidth: 8, shape: [5] }),
    call("one", [keys([])], { bitWidth: 32, shape: [] }), call("none", [keys([])], { bitWidth: 32, shape: [0, 2] }),
    call("several keys", [keys([2, 2])], { bitWidth: 32, shape: [2] }), call("one of each key", [keys([3])], { bitWidth: 8, shape: [] }),
  ],
};
