/** @file How values of every dtype are held: in memory, and in a register while a kernel computes with them. */

import { InternalError } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { fromBfloat16Bits, roundToFloat16, toBfloat16Bits } from "../base/float-bits.ts";
import { and, constant, op, valueDTypeOf } from "./expressions.ts";
import type { Expr, StorageDType, ValueDType } from "./types.ts";

/** The dtype as memory holds it; an InternalError for one that has no storage of its own. */
export function storageOf(dtype: DType): StorageDType {
  if (dtype === "float0" || dtype === "key<fry>" || dtype === "complex64") throw new InternalError(`${dtype} has no storage of its own`);
  return dtype;
}

/** The dtype as a kernel computes with it. */
export function valueOf(dtype: DType): ValueDType {
  return valueDTypeOf(storageOf(dtype));
}

/** A number as a constant of the dtype: a float is the nearest value of its dtype. */
export function constantOf(value: number, dtype: DType): Expr {
  return constant(dtype === "float16" ? roundToFloat16(value) : dtype === "bfloat16" ? fromBfloat16Bits(toBfloat16Bits(value)) : value, valueOf(dtype));
}

/** A 32-bit integer wrapped to the width of `dtype`, as a load would give it after a store; any other value as it is. */
export function wrapped(value: Expr, dtype: DType): Expr {
  const signed = (unused: number): Expr => op("shiftRightArithmetic", op("shiftLeft", value, unused), unused);
  switch (dtype) {
    case "int8": return signed(24);
    case "int16": return signed(16);
    case "uint8": return and(value, 0xff);
    case "uint16": return and(value, 0xffff);
    default: return value;
  }
}
