/**
 * @file The float pow for targets whose own, as JavaScript's Math.pow, differs from IEEE 754 in one thing: pow(1, b) is 1
 * for every b, NaN and infinities included, and pow(-1, b) for infinite b.
 */

import { at } from "../base/assert.ts";
import { isFloatValue } from "../base/scalar-ops.ts";
import { and, constant, eq, op, or, select } from "../kernel/expressions.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { rewriteExprs } from "./rewrite.ts";

export function correctPowerOfOne(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op" || expr.op !== "pow" || !isFloatValue(expr.type.dtype)) return expr;
    if (isRight(at(expr.args, 0), at(expr.args, 1))) return expr;
    const base = before.name(at(expr.args, 0), "base");
    const exponent = before.name(at(expr.args, 1), "exponent");
    const isInfinite = eq(op("abs", exponent), Infinity);
    const isOne = or(eq(base, 1), and(eq(base, -1), isInfinite));
    return select(isOne, constant(1, expr.type.dtype, expr.type.width), op("pow", base, exponent));
  });
}

/** Whether a constant shows that the special cases do not arise. */
function isRight(base: Expr, exponent: Expr): boolean {
  if (exponent.kind === "const") return Number.isFinite(exponent.value);
  return base.kind === "const" && Math.abs(base.value) !== 1;
}
