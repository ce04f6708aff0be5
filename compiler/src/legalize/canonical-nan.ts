/**
 * @file The bits of a NaN as 0x7fc00000, whichever NaN the hardware computed: for targets on which a NaN has many bit
 * patterns that a bitcast would show. Comes before rewrites that read the bits of floats themselves.
 */

import { and, bitcast, constant, gt, select } from "../kernel/expressions.ts";
import type { Kernel } from "../kernel/types.ts";
import { rewriteExprs } from "./rewrite.ts";

const magnitudeMask = 0x7fffffff;
const infinityBits = 0x7f800000;
const quietNaNBits = 0x7fc00000;

export function canonicalizeNaNBits(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "bitcast" || expr.value.type.dtype !== "float32") return expr;
    const { dtype, width } = expr.type;
    const bits = before.name(bitcast(expr.value, dtype), "bits");
    return select(gt(and(bits, magnitudeMask), infinityBits), constant(quietNaNBits, dtype, width), bits);
  });
}
