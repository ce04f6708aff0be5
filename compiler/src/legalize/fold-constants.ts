/**
 * @file Evaluates what has only constant operands, by the reference functions of the scalar table, and drops selects and
 * bool operations that a constant decides. For targets that refuse constant expressions which overflow or divide by zero.
 */

import { assertNever, at } from "../base/assert.ts";
import { bitcastReference, convertReference, scalarOps } from "../base/scalar-ops.ts";
import { constant } from "../kernel/expressions.ts";
import type { ConstExpr, Expr, Kernel, OpExpr } from "../kernel/types.ts";
import { mapExprsIn, withBody } from "../kernel/walk.ts";

/** The kernel without operations on constants alone. Shuffles and folds of vectors stay. */
export function foldConstants(kernel: Kernel): Kernel {
  return withBody(kernel, mapExprsIn(kernel.body, folded));
}

function folded(expr: Expr): Expr {
  const { dtype, width } = expr.type;
  switch (expr.kind) {
    case "op": {
      const constants = expr.args.filter(isConstant);
      if (constants.length < expr.args.length) return decided(expr);
      const operandDType = at(expr.args, -1).type.dtype;
      const value = scalarOps[expr.op].reference(operandDType, ...constants.map(({ value: each }) => each));
      return constant(value, dtype, width);
    }
    case "convert":
      if (!isConstant(expr.value)) return expr;
      return constant(convertReference(expr.value.type.dtype, dtype, expr.value.value), dtype, width);
    case "bitcast":
      if (!isConstant(expr.value)) return expr;
      return constant(bitcastReference(expr.value.type.dtype, dtype, expr.value.value), dtype, width);
    case "const": case "ref": case "scalar": case "splat": case "shuffle": case "extract": case "simdReduce": return expr;
    default: return assertNever(expr, "expression");
  }
}

function isConstant(expr: Expr): expr is ConstExpr {
  return expr.kind === "const";
}

/** The operand that a constant bool picks, where there is one. */
function decided(expr: OpExpr): Expr {
  const a = at(expr.args, 0);
  const b = expr.args[1] ?? a;
  if (expr.op === "select") {
    if (!isConstant(a)) return expr;
    return a.value === 0 ? at(expr.args, 2) : b;
  }
  if (expr.type.dtype !== "bool" || (expr.op !== "and" && expr.op !== "or")) return expr;
  const known = isConstant(a) ? a : b;
  if (!isConstant(known)) return expr;
  const other = known === a ? b : a;
  const keepsOther = (known.value === 1) === (expr.op === "and");
  return keepsOther ? other : known;
}
