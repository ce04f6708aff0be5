/**
 * @file One statement per operation: nested operands get names, so that printed code is never deeply nested (WGSL compilers
 * refuse that), and the end of a loop is a value that the loop cannot change.
 */

import { ref } from "../kernel/expressions.ts";
import type { Expr, Kernel, Stmt } from "../kernel/types.ts";
import { forEachStmt, freshNames, mapOperands, mapStmts, withBody } from "../kernel/walk.ts";
import { rewriteExprs } from "./rewrite.ts";

/**
 * Every expression is at most one operation on constants, scalars and names; the end of a loop is one of these and no
 * variable.
 */
export function nameOperations(kernel: Kernel): Kernel {
  const named = rewriteExprs(kernel, (expr, before) => mapOperands(expr, (operand) => (
    expr.kind === "shuffle" && isArrangement(operand) ? operand : before.name(operand, "v")
  )));
  return nameLoopEnds(named);
}

/** What only says which elements a vector has: it is printed with the shuffle that it stands in. */
function isArrangement({ kind }: Expr): boolean {
  return kind === "splat" || kind === "shuffle";
}

function nameLoopEnds(kernel: Kernel): Kernel {
  const variables = new Set<string>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "var") variables.add(statement.name);
  });
  const fresh = freshNames(kernel);
  const body = mapStmts(kernel.body, (statement) => {
    if (statement.kind !== "for") return statement;
    const { end } = statement;
    const isFixed = end.kind === "const" || end.kind === "scalar" || (end.kind === "ref" && !variables.has(end.name));
    if (isFixed) return statement;
    const name = fresh("end");
    const declaration: Stmt = { kind: "let", name, value: end };
    return [declaration, { ...statement, end: ref(name, end.type) }];
  });
  return withBody(kernel, body);
}
