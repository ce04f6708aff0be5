/**
 * @file float32 to int32 and uint32 for targets whose own conversion is defined only for numbers in range: truncation
 * toward zero, clamped, and 0 for NaN (`base/scalar-ops.ts`).
 */

import { and, bitcast, constant, convert, le, lt, select } from "../kernel/expressions.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import type { StatementsBefore } from "./rewrite.ts";
import { rewriteExprs } from "./rewrite.ts";

const magnitudeMask = 0x7fffffff;
const infinityBits = 0x7f800000;
/** The bits of 2^31 and 2^32, the first magnitudes that do not fit. */
const int32LimitBits = 0x4f000000;
const uint32LimitBits = 0x4f800000;

export function clampFloatToInteger(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "convert" || expr.value.type.dtype !== "float32") return expr;
    const { dtype } = expr.type;
    return dtype === "int32" || dtype === "uint32" ? clamped(expr.value, dtype, before) : expr;
  });
}

function clamped(value: Expr, dtype: "int32" | "uint32", before: StatementsBefore): Expr {
  const { width } = value.type;
  const number = (each: number): Expr => constant(each, dtype, width);
  const float = before.name(value, "float");
  const bits = before.name(bitcast(float, "int32"), "bits");
  const magnitude = before.name(and(bits, magnitudeMask), "magnitude");
  const isNegative = before.name(lt(bits, 0), "isNegative");
  const fits = before.name(lt(magnitude, dtype === "int32" ? int32LimitBits : uint32LimitBits), "fits");
  // Only a number in range is converted; for uint32, what is below 0 counts as out of range.
  const convertible = dtype === "int32" ? fits : select(isNegative, constant(0, "bool", width), fits);
  const converted = convert(select(convertible, float, constant(0, "float32", width)), dtype);
  const nearest = dtype === "int32"
    ? select(isNegative, number(-2147483648), number(2147483647))
    : select(isNegative, number(0), number(4294967295));
  const saturated = select(convertible, converted, nearest);
  return select(le(magnitude, infinityBits), saturated, number(0));
}
