/**
 * @file The float64 remainder, exactly, by long division: the divisor is doubled up to the dividend and halved back, and
 * subtracted wherever it goes. Every doubling, halving and difference on the way is exact.
 */

import { at } from "../base/assert.ts";
import { add, and, constant, eq, ge, le, lt, mul, neg, op, or, select, simdReduce, sub } from "../kernel/expressions.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { CodeWriter, KernelTables } from "./code-writer.ts";
import { rewriteExprs } from "./rewrite.ts";

export function expandFloat64Remainder(kernel: Kernel): Kernel {
  const tables = new KernelTables(kernel);
  return rewriteExprs(kernel, (expr, before) =>
    expr.kind === "op" && expr.op === "rem" && expr.type.dtype === "float64"
      ? remainder(at(expr.args, 0), at(expr.args, 1), new CodeWriter(before, tables))
      : expr);
}

function remainder(a: Expr, b: Expr, code: CodeWriter): Expr {
  const number = (value: number): Expr => constant(value, "float64", a.type.width);
  const dividend = code.name(a, "dividend");
  const left = code.name(op("abs", dividend), "left");
  const right = code.name(op("abs", b), "right");
  const isSmaller = code.name(lt(left, right), "isSmaller");
  const isNumber = and(op("isFinite", left), ge(right, 0));
  const isNaN = code.name(or(op("not", isNumber), eq(right, 0)), "isNaN");
  const isTrivial = code.name(or(isNaN, isSmaller), "isTrivial");

  // Where the result is known, dividing 0 by 1 keeps the loops harmless.
  const divisor = code.name(select(isTrivial, number(1), right), "divisor");
  const rest = code.variable(select(isTrivial, number(0), left), "rest");
  const multiple = code.variable(divisor, "multiple");
  const fits = le(multiple, sub(rest, multiple));
  code.while(simdReduce("any", fits), (inner) => inner.assign(multiple, select(fits, add(multiple, multiple), multiple)));
  const isDividing = ge(multiple, divisor);
  code.while(simdReduce("any", isDividing), (inner) => {
    inner.assign(rest, select(and(isDividing, ge(rest, multiple)), sub(rest, multiple), rest));
    inner.assign(multiple, select(isDividing, mul(multiple, number(0.5)), multiple));
  });
  const signed = select(lt(dividend, 0), neg(rest), rest);
  return select(isNaN, number(NaN), select(isSmaller, dividend, signed));
}
