/**
 * @file float32 to int32 and uint32 for targets whose own conversion gives some integer or other for what is out of range:
 * truncation toward zero, clamped, and 0 for NaN (`base/scalar-ops.ts`).
 */

import { and, bitcast, constant, convert, gt, lt, op, select } from "../kernel/expressions.ts";
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
  // The conversion of what is not in range gives some number, which is not taken.
  const nearest = dtype === "int32"
    ? op("xor", op("shiftRightArithmetic", bits, 31), magnitudeMask)
    : select(lt(bits, 0), number(0), number(4294967295));
  const inRange = dtype === "int32" ? lt(magnitude, int32LimitBits) : lt(bitcast(bits, "uint32"), uint32LimitBits);
  return select(gt(magnitude, infinityBits), number(0), select(inRange, convert(float, dtype), nearest));
}
