/** @file Elements of host arrays as JavaScript values: half floats are kept as bits, bools as 0 and 1. */

import { at, InternalError } from "@lanewise/compiler/base/assert";
import { allocateHost, type DType, type HostArray } from "@lanewise/compiler/base/dtype";
import { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from "@lanewise/compiler/base/float-bits";
import type { Nested } from "../types.ts";

/** The number that a word of a host array of this dtype stands for. */
export function decodeElement(dtype: DType, word: number): number {
  if (dtype === "float16") return fromFloat16Bits(word);
  if (dtype === "bfloat16") return fromBfloat16Bits(word);
  return word;
}

/** The word of a host array that stands for a number of this dtype. Integers must be in range already. */
export function encodeElement(dtype: DType, value: number): number {
  if (dtype === "float16") return toFloat16Bits(value);
  if (dtype === "bfloat16") return toBfloat16Bits(value);
  return value;
}

/** A host array with every element the same. */
export function filledHost(dtype: DType, length: number, value: number): HostArray {
  const host = allocateHost(dtype, length);
  const word = encodeElement(dtype, value);
  if (word !== 0 || Object.is(word, -0)) host.fill(word);
  return host;
}

/** What `data()` gives for a host array, which the caller gives away: half floats become float32. */
export function userData(dtype: DType, host: HostArray): HostArray {
  if (dtype !== "float16" && dtype !== "bfloat16") return host;
  return Float32Array.from(host, (word) => decodeElement(dtype, word));
}

/** One element as a user gets it. */
export function userElement(dtype: DType, word: number): number | boolean {
  return dtype === "bool" ? word !== 0 : decodeElement(dtype, word);
}

/** Nested arrays of the elements; a bare element for a 0-d array. */
export function nestElements(dtype: DType, host: HostArray, shape: readonly number[]): Nested<number | boolean> {
  if (dtype === "complex64" || dtype === "key<fry>" || dtype === "float0") throw new InternalError(`elements of ${dtype} are no numbers`);
  let next = 0;
  const nest = (axis: number): Nested<number | boolean> => {
    if (axis === shape.length) return userElement(dtype, at(host, next++));
    return Array.from({ length: at(shape, axis) }, () => nest(axis + 1));
  };
  return nest(0);
}
