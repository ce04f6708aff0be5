/**
 * @file Which names in the body of a simd loop differ between its iterations, and where control flow does. A name varies if
 * its value comes from the loop's index or another varying name, or if it is assigned where iterations part ways.
 */

import { assertNever } from "../base/assert.ts";
import { affineSum } from "../kernel/affine.ts";
import type { Expr, ForStmt, IfStmt, Stmt, WhileStmt } from "../kernel/types.ts";
import { forEachExpr, forEachStmt } from "../kernel/walk.ts";

/** A branch or loop whose condition or bounds vary. */
export type DivergentStmt = ForStmt | WhileStmt | IfStmt;

export interface LaneVariance {
  readonly varying: ReadonlySet<string>;
  readonly divergent: ReadonlySet<DivergentStmt>;
  varies(expr: Expr): boolean;
  /**
   * By how much an int32 expression grows from one iteration to the next, where that is known now. 0 for an expression
   * that does not vary; null where the step differs or is not known.
   */
  stride(expr: Expr): number | null;
}

export function analyzeLaneVariance(loop: ForStmt): LaneVariance {
  const varying = new Set<string>([loop.index]);
  const divergent = new Set<DivergentStmt>();
  const definitions = stableDefinitionsIn(loop.body);
  const varies = (expr: Expr): boolean => {
    let found = false;
    forEachExpr(expr, (node) => {
      found ||= node.kind === "ref" && varying.has(node.name);
    });
    return found;
  };
  const spread = new VarianceSpread(varying, divergent, varies);
  for (let known = -1; known !== varying.size + divergent.size;) {
    known = varying.size + divergent.size;
    spread.visit(loop.body, 0);
  }
  return {
    varying, divergent, varies,
    stride: (expr) => {
      if (!varies(expr)) return 0;
      const { terms } = affineSum(expr, (name) => (varying.has(name) ? definitions.get(name) ?? null : null));
      let perIteration = 0;
      for (const { factor, coefficient } of terms) {
        if (factor.kind === "ref" && factor.name === loop.index) perIteration = coefficient * loop.step;
        else if (varies(factor)) return null;
      }
      return perIteration;
    },
  };
}

/** What Lets stand for, as long as no variable is part of it: such a value is the same wherever the name is seen. */
function stableDefinitionsIn(body: readonly Stmt[]): ReadonlyMap<string, Expr> {
  const definitions = new Map<string, Expr>();
  const unstable = new Set<string>();
  forEachStmt(body, (statement) => {
    if (statement.kind === "var") unstable.add(statement.name);
    if (statement.kind !== "let") return;
    let stable = true;
    forEachExpr(statement.value, (node) => {
      if (node.kind === "ref" && unstable.has(node.name)) stable = false;
    });
    if (stable) definitions.set(statement.name, statement.value);
  });
  return definitions;
}

/** One pass over the body; repeated until nothing new is found. */
class VarianceSpread {
  readonly #varying: Set<string>;
  readonly #divergent: Set<DivergentStmt>;
  readonly #varies: (expr: Expr) => boolean;
  /** How many divergent statements are around the declaration of a variable. */
  readonly #depths = new Map<string, number>();

  constructor(varying: Set<string>, divergent: Set<DivergentStmt>, varies: (expr: Expr) => boolean) {
    this.#varying = varying;
    this.#divergent = divergent;
    this.#varies = varies;
  }

  visit(body: readonly Stmt[], depth: number): void {
    for (const statement of body) this.#statement(statement, depth);
  }

  #statement(statement: Stmt, depth: number): void {
    switch (statement.kind) {
      case "let":
        if (this.#varies(statement.value)) this.#varying.add(statement.name);
        return;
      case "var":
        this.#depths.set(statement.name, depth);
        if (this.#varies(statement.init)) this.#varying.add(statement.name);
        return;
      case "assign": {
        const isPartial = depth > (this.#depths.get(statement.name) ?? 0);
        if (isPartial || this.#varies(statement.value)) this.#varying.add(statement.name);
        return;
      }
      case "load":
        if (this.#varies(statement.index) || (statement.mask !== null && this.#varies(statement.mask))) this.#varying.add(statement.name);
        return;
      case "for": {
        const parts = this.#varies(statement.begin) || this.#varies(statement.end);
        if (parts) this.#varying.add(statement.index);
        return this.#inside(statement, [statement.body], parts, depth);
      }
      case "while": return this.#inside(statement, [statement.before, statement.body], this.#varies(statement.condition), depth);
      case "if": return this.#inside(statement, [statement.then, statement.otherwise], this.#varies(statement.condition), depth);
      case "store": case "barrier": case "subgroup": return;
      default: return assertNever(statement, "statement");
    }
  }

  #inside(statement: DivergentStmt, bodies: readonly (readonly Stmt[])[], parts: boolean, depth: number): void {
    if (parts) this.#divergent.add(statement);
    for (const body of bodies) this.visit(body, parts ? depth + 1 : depth);
  }
}
