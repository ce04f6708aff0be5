/** @file How many workgroups a printed kernel needs, from the values of its scalar parameters. */

import { evaluateOnHost } from "../../artifact/dispatch.ts";
import type { HostExpr } from "../../artifact/types.ts";
import { assertNever, InternalError } from "../../base/assert.ts";
import type { Expr } from "../../kernel/types.ts";

/** Scalar parameters by name. */
export type ScalarValues = Readonly<Record<string, number>>;

/** @param workgroups `WgslKernel.workgroups` */
export function countWorkgroups(workgroups: Expr, values: ScalarValues): number {
  return Math.max(0, evaluateOnHost(hostExpr(workgroups), new Map(Object.entries(values))));
}

/** The same as a host computes it: a number where no scalar decides, which the runtime gets otherwise. */
export function launchWorkgroups(workgroups: Expr): number | HostExpr {
  const expr = hostExpr(workgroups);
  return hasScalar(expr) ? expr : countWorkgroups(workgroups, {});
}

/** An expression over constants and scalar parameters. */
function hostExpr(expr: Expr): HostExpr {
  const type = { dtype: expr.type.dtype };
  switch (expr.kind) {
    case "const": return { kind: "const", type, value: expr.value };
    case "scalar": return { kind: "scalar", type, name: expr.name };
    case "op": return { kind: "op", type, op: expr.op, args: expr.args.map(hostExpr) };
    case "convert": case "bitcast": return { kind: expr.kind, type, value: hostExpr(expr.value) };
    case "ref": case "splat": case "shuffle": case "extract": case "simdReduce":
      throw new InternalError(`a host cannot evaluate a ${expr.kind}`);
    default: return assertNever(expr, "expression");
  }
}

function hasScalar(expr: HostExpr): boolean {
  switch (expr.kind) {
    case "const": return false;
    case "scalar": return true;
    case "op": return expr.args.some(hasScalar);
    case "convert": case "bitcast": return hasScalar(expr.value);
  }
}
