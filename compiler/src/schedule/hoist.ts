/**
 * @file Moves out of loops what is the same in every iteration, and names places in memory that several accesses share: the
 * address arithmetic that a programmer would write once.
 */

import { affineSum, exprKey, sumToExpr, type AffineSum } from "../kernel/affine.ts";
import { add, int, ref } from "../kernel/build.ts";
import { declaredName, exprsOf, forEachExpr, forEachStmt, freshNames, mapBodiesOf, mapExprsOf, mapOperands, withBody } from "../kernel/walk.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "../kernel/types.ts";
import { writtenMemory } from "./nest.ts";

/** Loops whose bodies are moved from run at least once. */
export function hoistInvariants(kernel: Kernel): Kernel {
  const fresh = freshNames(kernel);
  const written = writtenMemory(kernel);
  const inBody = (body: readonly Stmt[]): readonly Stmt[] => body.flatMap((statement) => {
    const inner = mapBodiesOf(statement, inBody);
    return inner.kind === "for" && runs(inner) ? hoisted(inner, written, fresh) : [inner];
  });
  const moved = withBody(kernel, inBody(kernel.body));
  return withBody(moved, namePlaces(moved.body, fresh));
}

function runs(loop: ForStmt): boolean {
  return loop.begin.kind === "const" && loop.end.kind === "const" && loop.begin.value < loop.end.value;
}

/** What can go in front of the loop, then the loop. */
function hoisted(loop: ForStmt, written: ReadonlySet<string>, fresh: (name: string) => string): readonly Stmt[] {
  const varying = new Set([loop.index]);
  forEachStmt(loop.body, (statement) => {
    const name = statement.kind === "assign" ? statement.name : declaredName(statement);
    if (name !== null) varying.add(name);
  });
  const front: Stmt[] = [];
  const rest: Stmt[] = [];
  for (const statement of loop.body) {
    const movable = statement.kind === "let" || (statement.kind === "load" && statement.mask === null && !written.has(statement.buffer));
    if (movable && !exprsOf(statement).some((expr) => mentionsAny(expr, varying))) {
      varying.delete(statement.name);
      front.push(statement);
    } else {
      rest.push(statement);
    }
  }
  const shared = new Map<string, Expr>();
  const invariantParts = (expr: Expr): Expr => splitSums(expr, (sum) => {
    const invariant = sum.terms.filter(({ factor }) => !mentionsAny(factor, varying));
    if (invariant.length === sum.terms.length || !isWorthNaming(invariant)) return null;
    const part = sumToExpr({ terms: invariant, constant: 0 }, 1);
    const key = exprKey(part);
    let name = shared.get(key);
    if (name === undefined) {
      const made = fresh("at");
      front.push({ kind: "let", name: made, value: part });
      name = ref(made, part.type);
      shared.set(key, name);
    }
    const others = sum.terms.filter(({ factor }) => mentionsAny(factor, varying));
    return sumToExpr({ terms: [{ factor: name, coefficient: 1 }, ...others], constant: sum.constant }, 1);
  });
  const body = mapOwnExprs(rest, invariantParts);
  return [...front, { ...loop, body }];
}

/** Two terms, or a multiplication. */
function isWorthNaming(terms: AffineSum["terms"]): boolean {
  return terms.length > 1 || terms.some(({ coefficient }) => coefficient !== 1);
}

/** The statements with the expressions mapped that run once per iteration: inner loops keep theirs, they were hoisted from. */
function mapOwnExprs(body: readonly Stmt[], map: (expr: Expr) => Expr): readonly Stmt[] {
  return body.map((statement) => {
    const mapped = mapExprsOf(statement, map);
    if (mapped.kind === "for" || mapped.kind === "while") return mapped;
    return mapBodiesOf(mapped, (inner) => mapOwnExprs(inner, map));
  });
}

/** The expression with its int32 sums replaced, outermost first, where `replace` gives something. */
function splitSums(expr: Expr, replace: (sum: AffineSum) => Expr | null): Expr {
  const isSum = expr.kind === "op" && expr.type.dtype === "int32" && expr.type.width === 1 && (expr.op === "add" || expr.op === "sub");
  const replaced = isSum ? replace(affineSum(expr)) : null;
  return replaced ?? mapOperands(expr, (operand) => splitSums(operand, replace));
}

function mentionsAny(expr: Expr, names: ReadonlySet<string>): boolean {
  let found = false;
  forEachExpr(expr, (node) => {
    if (node.kind === "ref") found ||= names.has(node.name);
  });
  return found;
}

/** Places that several loads and stores of one body share, up to a constant, get a name in front of the first of them. */
function namePlaces(body: readonly Stmt[], fresh: (name: string) => string): readonly Stmt[] {
  const uses = new Map<string, number>();
  for (const statement of body) {
    if (statement.kind !== "load" && statement.kind !== "store") continue;
    const key = placeKey(statement.index);
    if (key !== null) uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  const names = new Map<string, Expr>();
  return body.flatMap((statement): readonly Stmt[] => {
    if (statement.kind !== "load" && statement.kind !== "store") return [mapBodiesOf(statement, (inner) => namePlaces(inner, fresh))];
    const key = placeKey(statement.index);
    if (key === null || (uses.get(key) ?? 0) < 2) return [statement];
    const sum = affineSum(statement.index);
    const known = names.get(key);
    if (known !== undefined) return [{ ...statement, index: add(known, int(sum.constant)) }];
    const value = sumToExpr({ terms: sum.terms, constant: 0 }, 1);
    const name = fresh("at");
    const place = ref(name, value.type);
    names.set(key, place);
    return [{ kind: "let", name, value }, { ...statement, index: add(place, int(sum.constant)) }];
  });
}

/** What accesses share that differ by a constant; null for a place that is not worth a name, or that a variable decides. */
function placeKey(index: Expr): string | null {
  if (index.type.width !== 1) return null;
  const { terms } = affineSum(index);
  return isWorthNaming(terms) ? terms.map(({ factor, coefficient }) => `${coefficient}*${exprKey(factor)}`).sort().join("+") : null;
}
