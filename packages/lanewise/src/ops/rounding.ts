/** @file A JavaScript number as the nearest value of a dtype. */

import { assertNever } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { fromBfloat16Bits, roundToFloat16, toBfloat16Bits } from "@lanewise/compiler/base/float-bits";

/** The value that an array of `dtype` holds for `value`: floats round, integers truncate and must be in range. */
export function roundToDType(dtype: DType, value: number): number {
  switch (dtype) {
    case "float64": return value;
    case "float32": case "complex64": return Math.fround(value);
    case "float16": return roundToFloat16(value);
    case "bfloat16": return fromBfloat16Bits(toBfloat16Bits(Math.fround(value)));
    // Adding 0 turns -0 into 0, which integers do not tell apart.
    case "int32": case "int16": case "int8": case "uint32": case "uint16": case "uint8": return Math.trunc(value) + 0;
    case "bool": return value === 0 ? 0 : 1;
    case "float0": case "key<fry>": return value;
    default: return assertNever(dtype, "dtype");
  }
}
