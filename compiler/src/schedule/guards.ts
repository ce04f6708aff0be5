/**
 * @file Guards: conditions on loop indices around what a fold takes in, as where a window meets the edge of an array. They go
 * from the loop of folds into the bounds of loops, so that no element is tested: the parallel loops that a register tile would
 * block are cut where the conditions begin and cease to hold, and the loops of folds run over what is left.
 */

import { at, InternalError } from "../base/assert.ts";
import { affineSum, rangeOfSum, sumToExpr, type AffineSum } from "../kernel/affine.ts";
import { add, and, int, max, min, ref, scalarType, sub } from "../kernel/build.ts";
import { foldStart } from "../kernel/folds.ts";
import type { Range } from "../kernel/range.ts";
import type { AssignStmt, Expr, ForStmt, IfStmt, Kernel, Stmt } from "../kernel/types.ts";
import { exprsOf, forEachExpr, forEachStmt, mapBodiesOf, mentionsAny, substitute, substituteIn, withBody } from "../kernel/walk.ts";
import { foldOf } from "./running-sums.ts";
import { extentOf, perfectNest, withNest, type Nest } from "./nest.ts";

// Folds under their guard -----------------------------------------------------------------------------------------------

/**
 * The kernel with folds of `condition ? value : nothing` as folds of the value where the condition holds. Nothing is what the
 * fold starts with.
 */
export function foldUnderGuards(kernel: Kernel): Kernel {
  const uses = new Map<string, number>();
  forEachStmt(kernel.body, (statement) => {
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        if (node.kind === "ref") uses.set(node.name, (uses.get(node.name) ?? 0) + 1);
      });
    }
  });
  const inBody = (body: readonly Stmt[]): readonly Stmt[] => {
    const inner = body.map((statement) => mapBodiesOf(statement, inBody));
    const position = inner.findIndex((statement) => statement.kind === "if" && statement.otherwise.length > 0);
    const guard = inner[position];
    return guard?.kind === "if" ? underGuard(inner, guard, position, uses) ?? inner : inner;
  };
  return withBody(kernel, inBody(kernel.body));
}

/** The body with the folds of what the branch chooses moved into it; null where something else uses that, too. */
function underGuard(body: readonly Stmt[], guard: IfStmt, position: number, uses: ReadonlyMap<string, number>): readonly Stmt[] | null {
  const then = guard.then.filter((statement) => statement.kind === "assign");
  const otherwise = guard.otherwise.filter((statement) => statement.kind === "assign");
  if (otherwise.length !== guard.otherwise.length || then.length !== otherwise.length) return null;
  const replaced = new Map<Stmt, AssignStmt>();
  for (const nothing of otherwise) {
    const chosen = then.find(({ name }) => name === nothing.name);
    const fold = body.slice(position + 1).find((statement): statement is AssignStmt => {
      const step = statement.kind === "assign" ? foldOf(statement.name, statement.value) : null;
      return step !== null && step.value.kind === "ref" && step.value.name === nothing.name;
    });
    if (chosen === undefined || fold === undefined || uses.get(nothing.name) !== 1) return null;
    const { op: name = "add" } = foldOf(fold.name, fold.value) ?? {};
    const start = foldStart(name, fold.value.type.dtype);
    if (nothing.value.kind !== "const" || start.kind !== "const" || nothing.value.value !== start.value) return null;
    replaced.set(chosen, { ...fold, value: substitute(fold.value, new Map([[nothing.name, chosen.value]])) });
    replaced.set(fold, fold);
  }
  const names = new Set(otherwise.map(({ name }) => name));
  const then2 = guard.then.map((statement) => replaced.get(statement) ?? statement);
  return body.flatMap((statement): readonly Stmt[] => {
    if (statement === guard) return [{ ...guard, then: then2, otherwise: [] }];
    const isGone = replaced.has(statement) || (statement.kind === "var" && names.has(statement.name));
    return isGone ? [] : [statement];
  });
}

// Conditions as bounds --------------------------------------------------------------------------------------------------

/** The conditions that all must hold. */
export function conjuncts(condition: Expr): readonly Expr[] {
  if (condition.kind === "op" && condition.op === "and") return condition.args.flatMap(conjuncts);
  return [condition];
}

/** A comparison of indices as a sum that is at least 0; null for other conditions. */
export function asBound(condition: Expr): AffineSum | null {
  if (condition.kind !== "op" || condition.args.length !== 2) return null;
  const [left, right] = [at(condition.args, 0), at(condition.args, 1)];
  if (left.type.dtype !== "int32") return null;
  switch (condition.op) {
    case "ge": return affineSum(sub(left, right));
    case "gt": return affineSum(sub(sub(left, right), int(1)));
    case "le": return affineSum(sub(right, left));
    case "lt": return affineSum(sub(sub(right, left), int(1)));
    default: return null;
  }
}

function coefficientOf({ terms }: AffineSum, index: string): number {
  return terms.find(({ factor }) => factor.kind === "ref" && factor.name === index)?.coefficient ?? 0;
}

/** The guard that is all of the innermost loop's body; null where there is none. */
function guardOf(folds: readonly ForStmt[]): IfStmt | null {
  const { body } = at(folds, -1);
  const [only] = body;
  return body.length === 1 && only?.kind === "if" && only.otherwise.length === 0 ? only : null;
}

// Loops of folds --------------------------------------------------------------------------------------------------------

/** The kernel with conditions on the indices of serial loops, each loop all of the one around it, as bounds of these loops. */
export function clampLoops(kernel: Kernel): Kernel {
  const inBody = (body: readonly Stmt[]): readonly Stmt[] => body.map((statement) => (
    statement.kind === "for" && statement.loop === "serial" ? clamped(statement) ?? mapBodiesOf(statement, inBody) : mapBodiesOf(statement, inBody)
  ));
  return withBody(kernel, inBody(kernel.body));
}

function clamped(loop: ForStmt): ForStmt | null {
  const folds = perfectNest(loop);
  const guard = guardOf(folds);
  if (guard === null || folds.some((fold) => fold.loop !== "serial" || extentOf(fold) === null)) return null;
  const bounded = folds.map((fold) => ({ ...fold }));
  const left: Expr[] = [];
  for (const condition of conjuncts(guard.condition)) {
    const bound = asBound(condition);
    const place = bound === null ? -1 : folds.findLastIndex(({ index }) => mentions(bound, index));
    const fold = bounded[place];
    const coefficient = bound === null || fold === undefined ? 0 : coefficientOf(bound, fold.index);
    if (bound === null || fold === undefined || Math.abs(coefficient) !== 1) {
      left.push(condition);
      continue;
    }
    const others = bound.terms.filter(({ factor }) => factor.kind !== "ref" || factor.name !== fold.index);
    if (coefficient === 1) {
      bounded[place] = { ...fold, begin: max(fold.begin, sumOf(others.map((term) => ({ ...term, coefficient: -term.coefficient })), -bound.constant)) };
    } else {
      bounded[place] = { ...fold, end: min(fold.end, sumOf(others, bound.constant + 1)) };
    }
  }
  const body = left.length === 0 ? guard.then : [{ ...guard, condition: left.reduce((all, condition) => and(all, condition)) }];
  const [outermost] = bounded.reduceRight<readonly Stmt[]>((inside, fold) => [{ ...fold, body: inside }], body);
  if (outermost?.kind !== "for") throw new InternalError("a nest of loops came apart");
  return outermost;
}

/** Terms with a factor of -1 are taken off. */
function sumOf(terms: AffineSum["terms"], constant: number): Expr {
  const taken = terms.filter(({ coefficient }) => coefficient === -1);
  const rest = sumToExpr({ terms: terms.filter(({ coefficient }) => coefficient !== -1), constant }, 1);
  return taken.reduce((sum, { factor }) => sub(sum, factor), rest);
}

function mentions({ terms }: AffineSum, index: string): boolean {
  return terms.some(({ factor }) => mentionsAny(factor, new Set([index])));
}

// Parallel loops --------------------------------------------------------------------------------------------------------

/** An inside narrower than this, or than half of the loop, is not worth kernels for the edges. */
const leastInside = 8;

/**
 * The kernel cut along the parallel loop at this depth: what is before, inside and behind the iterations for which every
 * condition on the loop's index holds, whatever the other indices are. Null where there is nothing to cut.
 */
export function cutAtGuards(kernel: Kernel, nest: Nest, folds: readonly ForStmt[], depth: number): readonly Kernel[] | null {
  const guard = guardOf(folds);
  const loop = at(nest.loops, depth);
  const extent = extentOf(loop);
  if (guard === null || extent === null) return null;
  const ranges = new Map<string, Range>();
  for (const { index, end } of [...nest.loops, ...folds]) if (end.kind === "const") ranges.set(index, { low: 0, high: end.value - 1 });
  let [begin, end] = [0, extent];
  for (const condition of conjuncts(guard.condition)) {
    const bound = asBound(condition);
    const coefficient = bound === null ? 0 : coefficientOf(bound, loop.index);
    if (bound === null || coefficient === 0) continue;
    const others = { ...bound, terms: bound.terms.filter(({ factor }) => factor.kind !== "ref" || factor.name !== loop.index) };
    const { low } = rangeOfSum(others, ranges);
    if (coefficient > 0) begin = Math.max(begin, Math.ceil(-low / coefficient));
    else end = Math.min(end, Math.floor(low / -coefficient) + 1);
  }
  if ((begin === 0 && end === extent) || end - begin < Math.max(leastInside, extent / 2)) return null;
  return [[begin, end], [0, begin], [end, extent]].flatMap(([from = 0, to = 0]) => (from === to ? [] : [segment(kernel, nest, depth, from, to)]));
}

/** The kernel for some iterations of one parallel loop. */
export function segment(kernel: Kernel, nest: Nest, depth: number, begin: number, end: number): Kernel {
  const loops = nest.loops.map((loop, position) => (position === depth ? { ...loop, end: int(end - begin) } : loop));
  const { index } = at(loops, depth);
  const body = substituteIn(nest.body, new Map([[index, add(ref(index, scalarType("int32")), int(begin))]]));
  return withNest(kernel, { loops, body });
}
