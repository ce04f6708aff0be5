/**
 * @file Typed keys as words: what each operation on keys is on arrays of uint32 with one more axis of extent 2 behind. These
 * are JAX's partitionable forms, in which element i of a result hashes the 64-bit number i.
 */

import { at } from "../base/assert.ts";
import { formatShape, range, sizeOf } from "../base/shape.ts";
import { scalarLiteral } from "../ir/build.ts";
import type { Value } from "../ir/types.ts";
import { convertElementType } from "./arith.ts";
import { refuseParameter } from "./define.ts";
import { broadcastInDim } from "./linear.ts";
import { reshape, squeeze } from "./linear-reshape.ts";
import { threefry2x32, threefry2x32Xor } from "./random-threefry.ts";
import { concatenate, iota, slice } from "./structural.ts";

/** The upper half of every counter, of which there are fewer than 2^31. */
const upperHalf = scalarLiteral(0, "uint32");

/** The two words of each key. */
function wordsOf(keys: Value): readonly [Value, Value] {
  const shape = keys.aval.shape.slice(0, -1);
  const word = (place: number): Value =>
    squeeze(slice(keys, [...shape.map(() => 0), place], [...shape, place + 1]), [shape.length]);
  return [word(0), word(1)];
}

/** Keys of two words each. */
function keysOf(words: readonly Value[]): Value {
  const columns = words.map((word) => {
    const { shape } = word.aval;
    return broadcastInDim(word, [...shape, 1], range(shape.length));
  });
  return concatenate(columns, at(columns, 0).aval.shape.length - 1);
}

/** The value with axes of extent 1 behind it; a scalar stays one. */
function withAxesBehind(value: Value, count: number): Value {
  const { shape } = value.aval;
  return shape.length === 0 || count === 0 ? value : broadcastInDim(value, [...shape, ...new Array<number>(count).fill(1)], range(shape.length));
}

/** The words of every key, and the numbers of the elements of a shape, so that they broadcast to one element of it per key. */
function keysAndCounters(keys: Value, shape: readonly number[]): readonly [k1: Value, k2: Value, x1: Value, x2: Value] {
  const [k1, k2] = wordsOf(keys).map((word) => withAxesBehind(word, shape.length)) as [Value, Value];
  if (shape.length === 0) return [k1, k2, upperHalf, upperHalf];
  if (sizeOf(shape) >= 2 ** 31) refuseParameter("random bits", "fewer than 2^31 elements for each key", formatShape(shape), "split the key and make parts");
  const keyRank = keys.aval.shape.length - 1;
  const counters = reshape(iota("uint32", [sizeOf(shape)], 0), shape);
  return [k1, k2, upperHalf, keyRank === 0 ? counters : broadcastInDim(counters, [...new Array<number>(keyRank).fill(1), ...shape], range(shape.length).map((axis) => axis + keyRank))];
}

/** The key (0, seed) of each seed: a seed of 32 bits has no upper word. */
export function seedWords(seeds: Value): Value {
  const lower = convertElementType(seeds, "uint32");
  const { shape } = lower.aval;
  return keysOf([shape.length === 0 ? upperHalf : broadcastInDim(upperHalf, shape, []), lower]);
}

/** New keys, `shape` of them for each key: the hashes of 0, 1, 2, ... */
export function splitWords(keys: Value, shape: readonly number[]): Value {
  return keysOf(threefry2x32(...keysAndCounters(keys, shape)));
}

/** The hash of (0, data) under each key. */
export function foldInWords(keys: Value, data: Value): Value {
  const [k1, k2] = wordsOf(keys);
  return keysOf(threefry2x32(k1, k2, upperHalf, data));
}

/** Random bits of 8, 16 or 32, `shape` of them for each key. */
export function bitsOfWords(keys: Value, bitWidth: 8 | 16 | 32, shape: readonly number[]): Value {
  return convertElementType(threefry2x32Xor(...keysAndCounters(keys, shape)), `uint${bitWidth}`);
}
