/** @file Variables that a decided branch has left behind: assigned once and read after that, they become names of their values. */

import { forEachExprIn, forEachStmt, mapBodiesOf, withBody } from "../kernel/walk.ts";
import type { Kernel, Stmt, VarStmt } from "../kernel/types.ts";

export function settleVariables(kernel: Kernel): Kernel {
  return withBody(kernel, settled(kernel.body));
}

function settled(body: readonly Stmt[]): readonly Stmt[] {
  const names = new Set(body.flatMap((statement) => (statement.kind === "var" && isSettled(statement, body) ? [statement.name] : [])));
  const inner = body.map((statement) => mapBodiesOf(statement, settled));
  if (names.size === 0) return inner.every((statement, place) => statement === body[place]) ? body : inner;
  return inner.flatMap((statement): readonly Stmt[] => {
    if (statement.kind === "var" && names.has(statement.name)) return [];
    if (statement.kind === "assign" && names.has(statement.name)) return [{ kind: "let", name: statement.name, value: statement.value }];
    return [statement];
  });
}

/** Whether a variable is assigned once, beside its declaration, and nothing reads it up to there. */
function isSettled(variable: VarStmt, body: readonly Stmt[]): boolean {
  let assignments = 0;
  forEachStmt(body, (statement) => {
    if (statement.kind === "assign" && statement.name === variable.name) assignments += 1;
  });
  const assigned = body.findIndex((statement) => statement.kind === "assign" && statement.name === variable.name);
  if (assignments !== 1 || assigned < 0) return false;
  let isReadBefore = false;
  forEachExprIn(body.slice(body.indexOf(variable) + 1, assigned + 1), (node) => {
    if (node.kind === "ref") isReadBefore ||= node.name === variable.name;
  });
  return !isReadBefore;
}
