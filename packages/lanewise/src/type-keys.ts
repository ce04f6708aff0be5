/** @file Types of values as parts of cache keys: hashed and compared by hand, because every eager operation does both. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { mixHash } from "@lanewise/compiler/base/hash";
import type { Aval, Value } from "@lanewise/compiler/ir/types";

const dtypeCodes: Readonly<Record<DType, number>> = {
  bool: 1, int8: 2, int16: 3, int32: 4, uint8: 5, uint16: 6, uint32: 7, bfloat16: 8, float16: 9, float32: 10, float64: 11,
  complex64: 12, float0: 13, "key<fry>": 14,
};

/** A hash of the values' dtypes, weakness and shapes. */
export function hashTypes(values: readonly Value[], seed: number): number {
  let hash = seed;
  for (let index = 0; index < values.length; index++) {
    const { shape, dtype, weakType } = at(values, index).aval;
    hash = mixHash(hash, dtypeCodes[dtype] * 64 + shape.length * 2 + (weakType ? 1 : 0));
    for (let axis = 0; axis < shape.length; axis++) hash = mixHash(hash, at(shape, axis));
  }
  return hash;
}

/** Whether the values have these types, weakness included. */
export function sameTypes(avals: readonly Aval[], values: readonly Value[]): boolean {
  if (avals.length !== values.length) return false;
  for (let index = 0; index < values.length; index++) {
    if (!sameAval(at(avals, index), at(values, index).aval)) return false;
  }
  return true;
}

function sameAval(left: Aval, right: Aval): boolean {
  if (left === right) return true;
  if (left.dtype !== right.dtype || left.weakType !== right.weakType || left.shape.length !== right.shape.length) return false;
  for (let axis = 0; axis < left.shape.length; axis++) if (left.shape[axis] !== right.shape[axis]) return false;
  return true;
}
