/**
 * @file Rewriting expressions where the new form needs statements of its own: a value that is used twice gets a name, a
 * loop its variables. They go in front of the statement that holds the expression.
 */

import { ref } from "../kernel/expressions.ts";
import type { Expr, Kernel, Stmt } from "../kernel/types.ts";
import { exprsOf, freshNames, mapBodiesOf, mapExpr, mapExprsOf, withBody } from "../kernel/walk.ts";

/** The place in front of the statement whose expression is being rewritten. */
export interface StatementsBefore {
  /** A name for a value that is used more than once; constants, scalars and names stay as they are. */
  name(value: Expr, hint: string): Expr;
  /** A name that the kernel does not use. */
  fresh(hint: string): string;
  emit(statement: Stmt): void;
}

export type ExprRewrite = (expr: Expr, before: StatementsBefore) => Expr;

/** The kernel with every expression rewritten bottom up; the kernel itself where nothing changed. */
export function rewriteExprs(kernel: Kernel, rewrite: ExprRewrite): Kernel {
  let fresh: ((hint: string) => string) | null = null;
  const freshName = (hint: string): string => (fresh ??= freshNames(kernel))(hint);
  const rewritten = (statement: Stmt): { statement: Stmt; before: readonly Stmt[] } => {
    const emitted: Stmt[] = [];
    const before: StatementsBefore = {
      fresh: freshName,
      emit: (extra) => void emitted.push(extra),
      name: (value, hint) => {
        if (value.kind === "const" || value.kind === "scalar" || value.kind === "ref") return value;
        const name = freshName(hint);
        emitted.push({ kind: "let", name, value });
        return ref(name, value.type);
      },
    };
    return {
      statement: mapExprsOf(statement, (expr) => mapExpr(expr, (node) => rewrite(node, before))),
      before: emitted,
    };
  };
  const inBody = (body: readonly Stmt[]): readonly Stmt[] => {
    let changed = false;
    const result: Stmt[] = [];
    for (const original of body) {
      const withBodies = mapBodiesOf(original, inBody);
      if (exprsOf(withBodies).length === 0) {
        changed ||= withBodies !== original;
        result.push(withBodies);
        continue;
      }
      const { statement, before } = rewritten(withBodies);
      changed ||= statement !== original || before.length > 0;
      // The condition of a while is computed again in each round, after what its `before` names.
      if (statement.kind === "while" && before.length > 0) {
        result.push({ ...statement, before: [...statement.before, ...before] });
      } else {
        result.push(...before, statement);
      }
    }
    return changed ? result : body;
  };
  return withBody(kernel, inBody(kernel.body));
}
