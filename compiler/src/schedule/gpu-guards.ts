/**
 * @file Folds of what a guard lets through, as where a window meets the edge of an array, as folds of everything: what the
 * guard keeps away is read as 0 by masked loads. So products keep their tiles at edges, and the loops that the guard does not
 * mention go inside, where its masks are computed once.
 */

import { at } from "../base/assert.ts";
import { select } from "../kernel/build.ts";
import { foldStart } from "../kernel/folds.ts";
import type { Expr, ForStmt, IfStmt, Kernel, Stmt } from "../kernel/types.ts";
import { mapStmts, mentionsAny, withBody } from "../kernel/walk.ts";
import { foldOf } from "./running-sums.ts";
import { foldUnderGuards } from "./guards.ts";
import { extentOf, parallelNest, perfectNest } from "./nest.ts";
import { insideBuffer } from "./tile.ts";

/** Loops with so many iterations together are worth being inside those that a guard mentions. */
const leastInside = 8;

/** The kernel with the guard of its one loop of folds as masks; null where there is no such guard. */
export function maskGuards(kernel: Kernel): Kernel | null {
  const under = foldUnderGuards(kernel);
  const nest = parallelNest(under);
  const loops = nest.body.filter((statement): statement is ForStmt => statement.kind === "for");
  const [loop] = loops;
  if (loop === undefined || loops.length > 1) return null;
  const folds = perfectNest(loop);
  const [guard, ...rest] = at(folds, -1).body;
  if (guard?.kind !== "if" || guard.otherwise.length > 0 || rest.length > 0 || folds.some((fold) => fold.loop !== "serial" || extentOf(fold) === null)) return null;
  const isInside = insideBuffer(under, [...nest.loops, ...folds]);
  const body = masked(guard, isInside);
  if (body === null) return null;
  const [outermost] = inOrder(folds, guard.condition).reduceRight<readonly Stmt[]>((inner, fold) => [{ ...fold, body: inner }], body);
  return outermost === undefined ? null : withBody(under, mapStmts(under.body, (statement) => (statement === loop ? outermost : statement)));
}

/** The loops that the guard mentions around the others, where these are worth it. */
function inOrder(folds: readonly ForStmt[], condition: Expr): readonly ForStmt[] {
  const isMentioned = ({ index }: ForStmt): boolean => mentionsAny(condition, new Set([index]));
  const inside = folds.filter((fold) => !isMentioned(fold));
  const trips = inside.reduce((product, fold) => product * (extentOf(fold) ?? 1), 1);
  return trips < leastInside ? folds : [...folds.filter(isMentioned), ...inside];
}

/** The statements of the guard without it; null where they do more than fold. */
function masked({ condition, then }: IfStmt, isInside: (load: Extract<Stmt, { kind: "load" }>) => boolean): readonly Stmt[] | null {
  const loads = then.filter((statement) => statement.kind === "load");
  const guarded = new Set(loads.filter((load) => !isInside(load)));
  const [first] = loads;
  if (first === undefined || then.some(({ kind }) => kind !== "load" && kind !== "let" && kind !== "assign")) return null;
  if (guarded.size === 0) guarded.add(first);
  const zeros = new Set([...guarded].map(({ name }) => name));
  const result: Stmt[] = [];
  for (const statement of then) {
    if (statement.kind === "load") {
      result.push(guarded.has(statement) ? { ...statement, mask: condition } : statement);
    } else if (statement.kind === "assign") {
      const step = foldOf(statement.name, statement.value);
      if (step === null) return null;
      const isNothing = step.op === "add" && isZero(step.value, zeros);
      const value = isNothing ? step.value : select(condition, step.value, foldStart(step.op, step.value.type.dtype));
      result.push(isNothing || statement.value.kind !== "op" ? statement : { ...statement, value: { ...statement.value, args: statement.value.args.map((arg) => (arg === step.value ? value : arg)) } });
    } else {
      if (statement.kind === "let" && isZero(statement.value, zeros)) zeros.add(statement.name);
      result.push(statement);
    }
  }
  return result;
}

/** Whether a value is 0 where the names are. */
function isZero(value: Expr, zeros: ReadonlySet<string>): boolean {
  if (value.kind === "ref") return zeros.has(value.name);
  if (value.kind === "convert") return isZero(value.value, zeros);
  return value.kind === "op" && value.op === "mul" && value.args.some((arg) => isZero(arg, zeros));
}
