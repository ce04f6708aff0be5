/** @file How many workgroups a printed kernel needs, from the values of its scalar parameters. */

import { assertNever, at, InternalError, required } from "../../base/assert.ts";
import { bitcastReference, convertReference, scalarOps } from "../../base/scalar-ops.ts";
import type { Expr } from "../../kernel/types.ts";

/** Scalar parameters by name. */
export type ScalarValues = Readonly<Record<string, number>>;

/** @param workgroups `WgslKernel.workgroups` */
export function countWorkgroups(workgroups: Expr, values: ScalarValues): number {
  return Math.max(0, evaluate(workgroups, values));
}

/** An expression over constants and scalar parameters. */
function evaluate(expr: Expr, values: ScalarValues): number {
  const { dtype } = expr.type;
  switch (expr.kind) {
    case "const": return expr.value;
    case "scalar": return required(values[expr.name], `scalar ${expr.name}`);
    case "op": return scalarOps[expr.op].reference(at(expr.args, -1).type.dtype, ...expr.args.map((arg) => evaluate(arg, values)));
    case "convert": return convertReference(expr.value.type.dtype, dtype, evaluate(expr.value, values));
    case "bitcast": return bitcastReference(expr.value.type.dtype, dtype, evaluate(expr.value, values));
    case "ref": case "splat": case "shuffle": case "extract": case "simdReduce":
      throw new InternalError(`a host cannot evaluate a ${expr.kind}`);
    default: return assertNever(expr, "expression");
  }
}
