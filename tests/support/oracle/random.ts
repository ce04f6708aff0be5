/**
 * @file Threefry-2x32 and what JAX makes of it, one key and one element at a time. In the oracle an array of keys has one
 * number for each key: the double whose bits are the key's words.
 */

import { at } from "@lanewise/compiler/base/assert";
import type { Aval, Params } from "@lanewise/compiler/ir/types";
import type { RandomBitsParams, SplitKeyParams } from "@lanewise/compiler/primitives/random";
import * as n from "./number.ts";
import { indices, readBroadcast, tabulate, type Tensor } from "./tensor.ts";

export type Words = readonly [number, number];

export function keyOfWords(words: Words): number {
  return at(Array.from(new Float64Array(Uint32Array.from(words).buffer)), 0);
}

export function wordsOfKey(key: number): Words {
  const [first, second] = new Uint32Array(Float64Array.of(key).buffer) as unknown as readonly [number, number];
  return [first, second];
}

/** The five groups of four rounds, as the paper has them; sums are taken modulo 2^32. */
export function threefry([k0, k1]: Words, [x0, x1]: Words): Words {
  const modulus = 2 ** 32;
  const sum = (...terms: readonly number[]): number => terms.reduce((total, term) => (total + term) % modulus, 0);
  const turn = (value: number, places: number): number => ((value << places) | (value >>> (32 - places))) >>> 0;
  const schedule = [k0, k1, (k0 ^ k1 ^ 0x1bd11bda) >>> 0];
  let [a, b] = [sum(x0, k0), sum(x1, k1)];
  for (let round = 0; round < 20; round++) {
    a = sum(a, b);
    b = (turn(b, at([13, 15, 26, 6, 17, 29, 16, 24], round % 8)) ^ a) >>> 0;
    if (round % 4 !== 3) continue;
    const group = (round + 1) / 4;
    a = sum(a, at(schedule, group % 3));
    b = sum(b, at(schedule, (group + 1) % 3), group);
  }
  return [a, b];
}

const xor = ([a, b]: Words): number => (a ^ b) >>> 0;

/** A result of `made` per key: the keys' axes, then those of `shape`. */
function perKey(keys: Tensor, shape: readonly number[], made: (key: Words, count: number) => number): n.Num[] {
  const count = [...indices(shape)].length;
  return keys.data.flatMap((key) => Array.from({ length: count }, (_, index) => made(wordsOfKey(n.real(key)), index)));
}

function hashed(inputs: readonly Tensor[], [out]: readonly Aval[], of: (words: Words) => number): Tensor {
  const { shape, dtype } = out as Aval;
  return tabulate(shape, dtype, (index) => {
    const [k0, k1, x0, x1] = inputs.map((input) => n.real(readBroadcast(input, index))) as [number, number, number, number];
    return of(threefry([k0, k1], [x0, x1]));
  });
}

export const randomOracles = {
  threefry2x32: (inputs: readonly Tensor[], _params: Params, outs: readonly Aval[]) => [hashed(inputs, outs, ([first]) => first), hashed(inputs, outs, ([, second]) => second)],
  threefry2x32_xor: (inputs: readonly Tensor[], _params: Params, outs: readonly Aval[]) => [hashed(inputs, outs, xor)],
  random_seed: ([seeds]: readonly Tensor[], _params: Params, outs: readonly Aval[]) =>
    [{ ...(seeds as Tensor), dtype: at(outs, 0).dtype, data: (seeds as Tensor).data.map((seed) => keyOfWords([0, n.real(seed) >>> 0])) }],
  random_wrap: ([words]: readonly Tensor[], _params: Params, [out]: readonly Aval[]) => {
    const { data } = words as Tensor;
    return [{ ...(out as Aval), data: Array.from({ length: data.length / 2 }, (_, key) => keyOfWords([n.real(at(data, 2 * key)), n.real(at(data, 2 * key + 1))])) }];
  },
  random_unwrap: ([keys]: readonly Tensor[], _params: Params, [out]: readonly Aval[]) =>
    [{ ...(out as Aval), data: (keys as Tensor).data.flatMap((key) => [...wordsOfKey(n.real(key))]) }],
  random_split: ([keys]: readonly Tensor[], { shape }: SplitKeyParams, [out]: readonly Aval[]) =>
    [{ ...(out as Aval), data: perKey(keys as Tensor, shape, (key, count) => keyOfWords(threefry(key, [0, count]))) }],
  random_fold_in: ([keys, data]: readonly Tensor[], _params: Params, [out]: readonly Aval[]) =>
    [tabulate((out as Aval).shape, (out as Aval).dtype, (index) =>
      keyOfWords(threefry(wordsOfKey(n.real(readBroadcast(keys as Tensor, index))), [0, n.real(readBroadcast(data as Tensor, index))])))],
  random_bits: ([keys]: readonly Tensor[], { bitWidth, shape }: RandomBitsParams, [out]: readonly Aval[]) =>
    [{ ...(out as Aval), data: perKey(keys as Tensor, shape, (key, count) => xor(threefry(key, [0, count])) % 2 ** bitWidth) }],
};
