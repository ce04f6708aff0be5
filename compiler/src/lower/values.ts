/** @file How values of the graph's dtypes are held while a kernel computes with them. */

import { InternalError } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { fromBfloat16Bits, roundToFloat16, toBfloat16Bits } from "../base/float-bits.ts";
import type { Eqn, Literal } from "../ir/types.ts";
import { and, constant, op, valueDTypeOf } from "../kernel/build.ts";
import type { Expr, StorageDType, ValueDType } from "../kernel/types.ts";

/** The dtype as memory holds it; an InternalError for one that has no storage of its own. */
export function storageType(dtype: DType): StorageDType {
  if (dtype === "float0" || dtype === "key<fry>" || dtype === "complex64") throw new InternalError(`${dtype} has no storage of its own`);
  return dtype;
}

export function valueType(dtype: DType): ValueDType {
  return valueDTypeOf(storageType(dtype));
}

/** The number of a literal: a float is the nearest value of its dtype. */
export function literalValue({ value, aval: { dtype } }: Literal): Expr {
  return constant(dtype === "float16" ? roundToFloat16(value) : dtype === "bfloat16" ? fromBfloat16Bits(toBfloat16Bits(value)) : value, valueType(dtype));
}

/**
 * The result of an equation brought back into the range of a dtype that is narrower than what a kernel computes with.
 * Moved values are in range already.
 */
export function narrowed(value: Expr, dtype: DType, eqn: Eqn): Expr {
  if (eqn.primitive.lower.kind === "indexMap" && eqn.inputs.length > 0) return value;
  return wrapped(value, dtype);
}

/** A 32-bit integer wrapped to the width of `dtype`; any other value as it is. */
export function wrapped(value: Expr, dtype: DType): Expr {
  const signed = (unused: number): Expr => op("shiftRightArithmetic", op("shiftLeft", value, constant(unused, "int32")), constant(unused, "int32"));
  switch (dtype) {
    case "int8": return signed(24);
    case "int16": return signed(16);
    case "uint8": return and(value, constant(0xff, "uint32"));
    case "uint16": return and(value, constant(0xffff, "uint32"));
    default: return value;
  }
}
