/** @file What one iteration of a loop folds into a variable, and the variables that a loop adds to while it reads them. */

import { at } from "../base/assert.ts";
import { isFoldOp, type FoldOp } from "../kernel/folds.ts";
import type { AssignStmt, Expr, ForStmt } from "../kernel/types.ts";
import { declaredName, forEachStmt, mentionsAny } from "../kernel/walk.ts";

/** `op(name, value)` or `op(value, name)` taken apart. */
export function foldOf(name: string, value: Expr): { readonly op: FoldOp; readonly value: Expr } | null {
  if (value.kind !== "op" || value.args.length !== 2 || !isFoldOp(value.op)) return null;
  const [left, right] = [at(value.args, 0), at(value.args, 1)];
  if (left.kind === "ref" && left.name === name) return { op: value.op, value: right };
  return right.kind === "ref" && right.name === name ? { op: value.op, value: left } : null;
}

/** Variables that a loop adds to, once in each iteration and without a condition, whatever else it reads them for. */
export function runningSumsOf(loop: ForStmt): ReadonlyMap<string, AssignStmt> {
  const sums = new Map<string, AssignStmt>();
  const assigned = new Map<string, number>();
  forEachStmt(loop.body, (statement) => {
    if (statement.kind === "assign") assigned.set(statement.name, (assigned.get(statement.name) ?? 0) + 1);
  });
  const declared = new Set(loop.body.map(declaredName));
  for (const statement of loop.body) {
    if (statement.kind !== "assign" || assigned.get(statement.name) !== 1 || declared.has(statement.name)) continue;
    const step = foldOf(statement.name, statement.value);
    if (step?.op === "add" && !mentionsAny(step.value, new Set([statement.name]))) sums.set(statement.name, statement);
  }
  return sums;
}
