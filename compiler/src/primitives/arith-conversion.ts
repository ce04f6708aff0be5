/** @file What a conversion makes of an element: values of small dtypes are held in 32 bits, in the range of the dtype. */

import { byteSize, integerRange, type DType } from "../base/dtype.ts";
import { isFloatValue } from "../base/scalar-ops.ts";
import type { Emitter } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { roundToHalf } from "../kernel/half-floats.ts";
import type { Expr, ValueDType } from "../kernel/types.ts";
import { refuseParameter } from "./define.ts";

/**
 * A named value converted to what an array of this dtype holds. To small integers floats saturate (NaN is 0) and integers
 * wrap; to half floats numbers are rounded.
 */
export function convertExpr(value: Expr, dtype: DType, emitter: Emitter): Expr {
  switch (dtype) {
    case "int8": case "int16": return toSmallInteger(value, dtype, "int32");
    case "uint8": case "uint16": return toSmallInteger(value, dtype, "uint32");
    case "float16": case "bfloat16":
      return roundToHalf(emitter.let(k.convert(value, "float32")), dtype, (part, hint) => emitter.let(part, hint));
    case "float32": case "float64": case "int32": case "uint32": case "bool": return k.convert(value, dtype);
    default: return refuseParameter("convert_element_type", "a dtype of numbers or bool", dtype);
  }
}

function toSmallInteger(value: Expr, dtype: DType, held: ValueDType): Expr {
  const limits = integerRange(dtype);
  if (isFloatValue(value.type.dtype) && limits !== null) {
    const [lowest, highest] = limits;
    return k.min(k.max(k.convert(value, held), lowest), highest);
  }
  const unused = 32 - 8 * byteSize(dtype);
  return k.op(held === "int32" ? "shiftRightArithmetic" : "shiftRightLogical", k.op("shiftLeft", k.convert(value, held), unused), unused);
}
