/**
 * @file The float64 remainder, exactly, by long division: the divisor is doubled up to the dividend and halved back, and
 * subtracted wherever it goes. Every doubling, halving and difference on the way is exact.
 */

import { at } from "../base/assert.ts";
import { add, and, constant, eq, ge, le, lt, mul, neg, op, or, ref, select, simdReduce, sub } from "../kernel/expressions.ts";
import type { Expr, Kernel, RefExpr, Stmt } from "../kernel/types.ts";
import type { StatementsBefore } from "./rewrite.ts";
import { rewriteExprs } from "./rewrite.ts";

export function expandFloat64Remainder(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) =>
    expr.kind === "op" && expr.op === "rem" && expr.type.dtype === "float64"
      ? remainder(at(expr.args, 0), at(expr.args, 1), before)
      : expr);
}

function remainder(a: Expr, b: Expr, before: StatementsBefore): Expr {
  const number = (value: number): Expr => constant(value, "float64", a.type.width);
  const dividend = before.name(a, "dividend");
  const left = before.name(op("abs", dividend), "left");
  const right = before.name(op("abs", b), "right");
  const isSmaller = before.name(lt(left, right), "isSmaller");
  const isNumber = and(op("isFinite", left), ge(right, 0));
  const isNaN = before.name(or(op("not", isNumber), eq(right, 0)), "isNaN");
  const isTrivial = before.name(or(isNaN, isSmaller), "isTrivial");

  // Where the result is known, dividing 0 by 1 keeps the loops harmless.
  const divisor = before.name(select(isTrivial, number(1), right), "divisor");
  const rest = variable("rest", select(isTrivial, number(0), left), before);
  const multiple = variable("multiple", divisor, before);
  const fits = le(multiple, sub(rest, multiple));
  before.emit({
    kind: "while", before: [], condition: simdReduce("any", fits),
    body: [assign(multiple, select(fits, add(multiple, multiple), multiple))],
  });
  const isDividing = ge(multiple, divisor);
  before.emit({
    kind: "while", before: [], condition: simdReduce("any", isDividing),
    body: [
      assign(rest, select(and(isDividing, ge(rest, multiple)), sub(rest, multiple), rest)),
      assign(multiple, select(isDividing, mul(multiple, number(0.5)), multiple)),
    ],
  });
  const signed = select(lt(dividend, 0), neg(rest), rest);
  return select(isNaN, number(NaN), select(isSmaller, dividend, signed));
}

function variable(hint: string, init: Expr, before: StatementsBefore): RefExpr {
  const name = before.fresh(hint);
  before.emit({ kind: "var", name, type: init.type, init });
  return ref(name, init.type);
}

function assign({ name }: RefExpr, value: Expr): Stmt {
  return { kind: "assign", name, value };
}
