/**
 * @file Shifts for targets that read only the lower five bits of the amount: from 32 on, nothing of the value is left
 * (`base/scalar-ops.ts`). Amounts that are known to be below 32 need no guard. And shifts as products, for targets that shift
 * the elements of a vector one by one.
 */

import { at } from "../base/assert.ts";
import { bitcast, constant, lt, min, op, select } from "../kernel/expressions.ts";
import { analyzeRanges, rangeOf } from "../kernel/range.ts";
import type { Kernel } from "../kernel/types.ts";
import { rewriteExprs } from "./rewrite.ts";

export function guardShifts(kernel: Kernel): Kernel {
  const ranges = analyzeRanges(kernel);
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op") return expr;
    const { op: name } = expr;
    if (name !== "shiftLeft" && name !== "shiftRightLogical" && name !== "shiftRightArithmetic") return expr;
    const value = at(expr.args, 0);
    const amount = at(expr.args, 1);
    const { dtype, width } = expr.type;
    const { low, high } = rangeOf(amount, ranges);
    if (low >= 0 && high < 32) return expr;
    if (name === "shiftRightArithmetic") return op(name, value, bitcast(min(bitcast(amount, "uint32"), 31), dtype));
    const places = before.name(amount, "places");
    return select(lt(bitcast(places, "uint32"), 32), op(name, value, places), constant(0, dtype, width));
  });
}

/** The kernel with shifts to the left by constants as products; they wrap alike. */
export function shiftByProducts(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr) => {
    if (expr.kind !== "op" || expr.op !== "shiftLeft") return expr;
    const amount = at(expr.args, 1);
    if (amount.kind !== "const") return expr;
    const { dtype, width } = expr.type;
    const factor = dtype === "int32" ? (1 << amount.value) : (1 << amount.value) >>> 0;
    return op("mul", at(expr.args, 0), constant(factor, dtype, width));
  });
}
