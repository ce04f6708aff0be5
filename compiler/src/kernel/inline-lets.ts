/**
 * @file Puts Lets in the place of their uses: those that only rename a constant, a parameter or an unchanging name
 * everywhere; others where they are used once, in the loop body that they stand in, with no Assign in between to a
 * variable that they read. Expressions read no memory, so that stores and barriers in between do not matter.
 */

import { assertNever } from "../base/assert.ts";
import type { Expr, LetStmt, Stmt } from "./types.ts";
import { exprsOf, forEachExpr, forEachStmt, mapStmts, substitute, substituteIn } from "./walk.ts";

/** Larger values keep their name: deeply nested expressions are slow in some shader compilers, and hard to read. */
const maxInlinedNodes = 16;

/** The statements with Lets inlined; the same list where there is none to inline. */
export function inlineLets(body: readonly Stmt[]): readonly Stmt[] {
  const variables = new Set<string>();
  forEachStmt(body, (statement) => {
    if (statement.kind === "var") variables.add(statement.name);
  });
  const renamings = new Map<string, Expr>();
  const search = new InlineSearch(body, variables);
  search.visitBody(body, body);

  forEachStmt(body, (statement) => {
    if (statement.kind !== "let") return;
    if (isRenaming(statement, variables) || search.inlined.has(statement.name)) {
      renamings.set(statement.name, substitute(statement.value, renamings));
    }
  });
  if (renamings.size === 0) return body;
  const kept = mapStmts(body, (statement) => (statement.kind === "let" && renamings.has(statement.name) ? [] : statement));
  return substituteIn(kept, renamings);
}

function isRenaming({ value }: LetStmt, variables: ReadonlySet<string>): boolean {
  return value.kind === "const" || value.kind === "scalar" || (value.kind === "ref" && !variables.has(value.name));
}

/** A Let whose use may still come. */
interface Candidate {
  /** The body of the innermost loop around it. */
  readonly loopBody: readonly Stmt[];
  /** Variables that it reads, itself or through Lets that are inlined into it. */
  readonly reads: ReadonlySet<string>;
  readonly nodes: number;
}

/** Walks statements in the order in which they run and finds the Lets to inline. */
class InlineSearch {
  readonly inlined = new Set<string>();
  readonly #useCounts = new Map<string, number>();
  readonly #variables: ReadonlySet<string>;
  readonly #candidates = new Map<string, Candidate>();

  constructor(body: readonly Stmt[], variables: ReadonlySet<string>) {
    this.#variables = variables;
    forEachStmt(body, (statement) => {
      for (const expr of exprsOf(statement)) {
        forEachExpr(expr, (node) => {
          if (node.kind === "ref") this.#useCounts.set(node.name, (this.#useCounts.get(node.name) ?? 0) + 1);
        });
      }
    });
  }

  visitBody(body: readonly Stmt[], loopBody: readonly Stmt[]): void {
    for (const statement of body) this.#visit(statement, loopBody);
  }

  #visit(statement: Stmt, loopBody: readonly Stmt[]): void {
    switch (statement.kind) {
      case "while":
        // What `before` names lives until the end of one round, as what the body names does.
        this.visitBody(statement.before, statement.body);
        this.#use(statement.condition, statement.body);
        return this.visitBody(statement.body, statement.body);
      case "for":
        this.#useAll(statement, loopBody);
        return this.visitBody(statement.body, statement.body);
      case "if":
        this.#useAll(statement, loopBody);
        this.visitBody(statement.then, loopBody);
        return this.visitBody(statement.otherwise, loopBody);
      case "assign":
        this.#useAll(statement, loopBody);
        for (const [name, { reads }] of this.#candidates) if (reads.has(statement.name)) this.#candidates.delete(name);
        return;
      case "let": {
        // A renaming goes everywhere; what it names is looked at again when the renaming is gone.
        if (isRenaming(statement, this.#variables)) return;
        const { reads, nodes } = this.#use(statement.value, loopBody);
        if (this.#useCounts.get(statement.name) === 1 && nodes <= maxInlinedNodes) {
          this.#candidates.set(statement.name, { loopBody, reads, nodes });
        }
        return;
      }
      case "var": case "load": case "store": case "barrier": case "subgroup": return this.#useAll(statement, loopBody);
      default: return assertNever(statement, "statement");
    }
  }

  #useAll(statement: Stmt, loopBody: readonly Stmt[]): void {
    for (const expr of exprsOf(statement)) this.#use(expr, loopBody);
  }

  /** Inlines what may be inlined into the expression; gives the variables and the size that it then has. */
  #use(expr: Expr, loopBody: readonly Stmt[]): { reads: ReadonlySet<string>; nodes: number } {
    const reads = new Set<string>();
    let nodes = 0;
    forEachExpr(expr, (node) => {
      nodes += 1;
      if (node.kind !== "ref") return;
      if (this.#variables.has(node.name)) reads.add(node.name);
      const candidate = this.#candidates.get(node.name);
      if (candidate === undefined || candidate.loopBody !== loopBody) return;
      this.inlined.add(node.name);
      for (const name of candidate.reads) reads.add(name);
      nodes += candidate.nodes - 1;
    });
    return { reads, nodes };
  }
}
