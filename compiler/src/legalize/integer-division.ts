/**
 * @file Integer division for targets that know nothing of dividing by zero: x / 0 has all bits set and x rem 0 is x
 * (`base/scalar-ops.ts`). Divisors that are known not to be 0 or -1 need no guard.
 */

import { at } from "../base/assert.ts";
import { isIntegerValue } from "../base/scalar-ops.ts";
import { and, constant, eq, op, or, select } from "../kernel/expressions.ts";
import { analyzeRanges, rangeOf } from "../kernel/range.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import type { StatementsBefore } from "./rewrite.ts";
import { rewriteExprs } from "./rewrite.ts";

export interface DivisionTarget {
  /** Whether dividing by 0, and -2147483648 by -1, stops the program: then neither is ever divided. */
  readonly traps: boolean;
}

export function guardIntegerDivision(kernel: Kernel, target: DivisionTarget): Kernel {
  const ranges = analyzeRanges(kernel);
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op" || (expr.op !== "div" && expr.op !== "rem") || !isIntegerValue(expr.type.dtype)) return expr;
    const dividend = at(expr.args, 0);
    const divisor = at(expr.args, 1);
    const { low, high } = rangeOf(divisor, ranges);
    return low > 0 || high < -1 ? expr : guarded(expr.op, dividend, divisor, target, before);
  });
}

function guarded(name: "div" | "rem", dividend: Expr, divisor: Expr, target: DivisionTarget, before: StatementsBefore): Expr {
  const a = before.name(dividend, "dividend");
  const b = before.name(divisor, "divisor");
  const { dtype, width } = a.type;
  const number = (value: number): Expr => constant(value, dtype, width);
  const byZero = eq(b, 0);
  const whenZero = name === "div" ? number(dtype === "int32" ? -1 : 0xffffffff) : a;
  if (!target.traps) return select(byZero, whenZero, op(name, a, b));
  if (dtype === "uint32") return select(byZero, whenZero, op(name, a, select(byZero, number(1), b)));
  // Dividing by 1 gives what the wrapping quotient -2147483648 / -1 is, and the remainder 0.
  const overflows = and(eq(a, -2147483648), eq(b, -1));
  return select(byZero, whenZero, op(name, a, select(or(byZero, overflows), number(1), b)));
}
