/**
 * @file Moves out of loops what is the same in every iteration, and names places in memory that several accesses share: the
 * address arithmetic that a programmer would write once.
 */

import { at } from "../base/assert.ts";
import { affineSum, exprKey, sumToExpr, type AffineSum } from "../kernel/affine.ts";
import { add, int, ref } from "../kernel/build.ts";
import {
  declaredName, exprsOf, forEachExpr, forEachStmt, freshNames, mapBodiesOf, mapExprsOf, mapOperands, mentionsAny, storesIn, substituteIn, withBody,
} from "../kernel/walk.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "../kernel/types.ts";

/** The kernel with that done. Loads leave only loops that surely run, so that none runs that did not run before. */
export function hoistInvariants(kernel: Kernel, fresh: (name: string) => string = freshNames(kernel)): Kernel {
  const written = storesIn(kernel.body);
  const inBody = (body: readonly Stmt[]): readonly Stmt[] => body.flatMap((statement) => {
    const inner = mapBodiesOf(statement, inBody);
    return inner.kind === "for" ? hoisted(inner, written, fresh) : [inner];
  });
  const moved = withBody(kernel, inBody(kernel.body));
  const variables = new Set<string>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "var") variables.add(statement.name);
  });
  const merged = mergeEqual(moved.body, { variables, written }, new Map());
  return withBody(moved, namePlaces(merged, { variables, fresh }));
}

interface MergeContext {
  readonly variables: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
}

/** Of int32 Lets of the same value, and of loads of the same element, one in sight of the other, the first serves for both. */
function mergeEqual(body: readonly Stmt[], context: MergeContext, outer: ReadonlyMap<string, Expr>): readonly Stmt[] {
  const known = new Map(outer);
  const renamed = new Map<string, Expr>();
  const result: Stmt[] = [];
  for (const original of body) {
    const statement = renamed.size === 0 ? original : at(substituteIn([original], renamed), 0);
    const key = mergeKey(statement, context);
    if (key === null || (statement.kind !== "let" && statement.kind !== "load")) {
      result.push(mapBodiesOf(statement, (inner) => mergeEqual(inner, context, known)));
      continue;
    }
    const same = known.get(key);
    if (same === undefined) {
      known.set(key, ref(statement.name, statement.kind === "load" ? statement.type : statement.value.type));
      result.push(statement);
    } else {
      renamed.set(statement.name, same);
    }
  }
  return result;
}

/** What equal statements share; null for a statement that stays as it is. */
function mergeKey(statement: Stmt, { variables, written }: MergeContext): string | null {
  if (statement.kind === "let") {
    return statement.value.type.dtype === "int32" && !mentionsAny(statement.value, variables) ? exprKey(statement.value) : null;
  }
  if (statement.kind !== "load" || statement.mask !== null || statement.index.type.width !== 1 || written.has(statement.buffer) || mentionsAny(statement.index, variables)) return null;
  const place = affineSum(statement.index);
  return `${statement.buffer}[${termsKey(place)}+${place.constant}]${statement.type.dtype}x${statement.type.width}`;
}

/** A text that two sums share whose terms are equal. */
function termsKey({ terms }: AffineSum): string {
  return terms.map(({ factor, coefficient }) => `${coefficient}*${exprKey(factor)}`).sort().join("+");
}

interface NamingContext {
  readonly variables: ReadonlySet<string>;
  readonly fresh: (name: string) => string;
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
  const surelyRuns = runs(loop);
  const front: Stmt[] = [];
  const rest: Stmt[] = [];
  for (const statement of loop.body) {
    const movable = statement.kind === "let"
      || (surelyRuns && statement.kind === "load" && statement.mask === null && !written.has(statement.buffer));
    if (movable && !exprsOf(statement).some((expr) => mentionsAny(expr, varying))) {
      varying.delete(statement.name);
      front.push(statement);
    } else {
      rest.push(statement);
    }
  }
  const parts = new InvariantParts(varying, fresh);
  const body = mapOwnExprs(rest, (expr) => parts.named(expr));
  return [...front, ...parts.lets, { ...loop, body }];
}

/** The parts of expressions that are the same in every iteration, each named once. */
class InvariantParts {
  readonly lets: Stmt[] = [];
  readonly #varying: ReadonlySet<string>;
  readonly #fresh: (name: string) => string;
  readonly #names = new Map<string, Expr>();

  constructor(varying: ReadonlySet<string>, fresh: (name: string) => string) {
    this.#varying = varying;
    this.#fresh = fresh;
  }

  /** The expression with its invariant parts as names: whole operations, and the terms of a sum of places taken together. */
  named(expr: Expr): Expr {
    if (expr.kind === "const" || expr.kind === "ref" || expr.kind === "scalar" || expr.type.width !== 1) return expr;
    const isInvariant = !mentionsAny(expr, this.#varying);
    if (isIntegerSum(expr)) {
      const sum = affineSum(expr);
      const invariant = sum.terms.filter(({ factor }) => !mentionsAny(factor, this.#varying));
      if (isWorthNaming(invariant)) {
        const others = sum.terms.filter(({ factor }) => mentionsAny(factor, this.#varying));
        const name = this.#name(sumToExpr({ terms: invariant, constant: 0 }, 1), "at");
        return sumToExpr({ terms: [{ factor: name, coefficient: 1 }, ...others], constant: sum.constant }, 1);
      }
      return isInvariant ? expr : mapOperands(expr, (operand) => this.named(operand));
    }
    return isInvariant && mentionsName(expr) && !isWidening(expr) ? this.#name(expr, "v") : mapOperands(expr, (operand) => this.named(operand));
  }

  #name(value: Expr, hint: string): Expr {
    const key = exprKey(value);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh(hint);
    const named = ref(name, value.type);
    this.#names.set(key, named);
    this.lets.push({ kind: "let", name, value });
    return named;
  }
}

/** float32 as float64, where it is computed so anyway. */
function isWidening(expr: Expr): boolean {
  return expr.kind === "convert" && expr.value.kind === "ref" && expr.type.dtype === "float64" && expr.value.type.dtype === "float32";
}

function isIntegerSum(expr: Expr): boolean {
  return expr.kind === "op" && expr.type.dtype === "int32"
    && (expr.op === "add" || expr.op === "sub" || (expr.op === "mul" && expr.args[1]?.kind === "const"));
}

function mentionsName(expr: Expr): boolean {
  let found = false;
  forEachExpr(expr, (node) => {
    found ||= node.kind === "ref" || node.kind === "scalar";
  });
  return found;
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

/** Places that several loads and stores of one body share, up to a constant, get a name in front of the first of them. */
function namePlaces(body: readonly Stmt[], context: NamingContext): readonly Stmt[] {
  const uses = new Map<string, number>();
  for (const statement of body) {
    if (statement.kind !== "load" && statement.kind !== "store") continue;
    const key = placeKey(statement.index, context);
    if (key !== null) uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  const names = new Map<string, Expr>();
  return body.flatMap((statement): readonly Stmt[] => {
    if (statement.kind !== "load" && statement.kind !== "store") return [mapBodiesOf(statement, (inner) => namePlaces(inner, context))];
    const key = placeKey(statement.index, context);
    if (key === null || (uses.get(key) ?? 0) < 2) return [statement];
    const sum = affineSum(statement.index);
    const known = names.get(key);
    if (known !== undefined) return [{ ...statement, index: add(known, int(sum.constant)) }];
    const value = sumToExpr({ terms: sum.terms, constant: 0 }, 1);
    const name = context.fresh("at");
    const place = ref(name, value.type);
    names.set(key, place);
    return [{ kind: "let", name, value }, { ...statement, index: add(place, int(sum.constant)) }];
  });
}

/** What accesses share that differ by a constant; null for a place that is not worth a name, or that a variable decides. */
function placeKey(index: Expr, { variables }: NamingContext): string | null {
  if (index.type.width !== 1 || mentionsAny(index, variables)) return null;
  const sum = affineSum(index);
  return isWorthNaming(sum.terms) ? termsKey(sum) : null;
}
