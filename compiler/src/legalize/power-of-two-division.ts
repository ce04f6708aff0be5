/**
 * @file Division and remainder by a power of two as a shift and a mask, where a range shows that the dividend is not
 * negative: engines have to reckon with negative ones.
 */

import { at } from "../base/assert.ts";
import { and, constant, op } from "../kernel/expressions.ts";
import { analyzeRanges, rangeOf } from "../kernel/range.ts";
import type { Kernel } from "../kernel/types.ts";
import { mapExprsIn, withBody } from "../kernel/walk.ts";

export function shiftForPowersOfTwo(kernel: Kernel): Kernel {
  const ranges = analyzeRanges(kernel);
  return withBody(kernel, mapExprsIn(kernel.body, (expr) => {
    if (expr.kind !== "op" || (expr.op !== "div" && expr.op !== "rem") || expr.type.dtype !== "int32") return expr;
    const dividend = at(expr.args, 0);
    const divisor = at(expr.args, 1);
    const places = divisor.kind === "const" ? Math.log2(divisor.value) : NaN;
    if (!Number.isInteger(places) || rangeOf(dividend, ranges).low < 0) return expr;
    if (expr.op === "rem") return and(dividend, 2 ** places - 1);
    return op("shiftRightLogical", dividend, constant(places, "int32", expr.type.width));
  }));
}
