/** @file The elements of sample inputs, from a seed. */

import { allocateHost, isFloat, type HostArray } from "@lanewise/compiler/base/dtype";
import { sizeOf } from "@lanewise/compiler/base/shape";
import type { SampleInput } from "./types.ts";

/** A small generator with a seed (mulberry32), so that every run sees the same numbers. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Host elements of an input: its values, or random ones, rounded to what the dtype holds. */
export function elementsOf(input: SampleInput, random: () => number): HostArray {
  // A key is one number to the oracle, whose bits are its words.
  const array = allocateHost(input.dtype === "key<fry>" ? "float64" : input.dtype, sizeOf(input.shape));
  const { low = 0, high = 1 } = input;
  for (let index = 0; index < array.length; index++) {
    const drawn = low + (high - low) * random();
    array[index] = input.values?.[index] ?? (isFloat(input.dtype) ? drawn : Math.floor(drawn));
  }
  return array;
}
