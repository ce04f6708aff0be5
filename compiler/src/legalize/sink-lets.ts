/**
 * @file Puts what a Let names next to its first use, in the order in which uses need it, so that few values live at a time:
 * for drivers that keep to the order of a shader.
 */

import type { Kernel, LetStmt, Stmt } from "../kernel/types.ts";
import { exprsOf, forEachExpr, forEachStmt, mapBodiesOf, mentionsAny, withBody } from "../kernel/walk.ts";

export function sinkLets(kernel: Kernel): Kernel {
  return withBody(kernel, sunk(kernel.body));
}

function sunk(body: readonly Stmt[]): readonly Stmt[] {
  const result: Stmt[] = [];
  const pending = new Map<string, LetStmt>();
  const place = (statement: LetStmt): void => {
    pending.delete(statement.name);
    need(statement);
    result.push(statement);
  };
  const need = (statement: Stmt): void => {
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        const declared = node.kind === "ref" ? pending.get(node.name) : undefined;
        if (declared !== undefined) place(declared);
      });
    }
  };
  for (const statement of body) {
    if (statement.kind === "let") {
      pending.set(statement.name, statement);
      continue;
    }
    forEachStmt([statement], need);
    const assigned = assignedIn(statement);
    if (assigned.size > 0) {
      for (const waiting of pending.values()) if (mentionsAny(waiting.value, assigned)) place(waiting);
    }
    // The names of a while's `before` are known in its body, too.
    result.push(statement.kind === "while" ? statement : mapBodiesOf(statement, sunk));
  }
  return result;
}

/** Variables that change in a statement, or in those inside it. */
function assignedIn(statement: Stmt): ReadonlySet<string> {
  const names = new Set<string>();
  forEachStmt([statement], (inner) => {
    if (inner.kind === "assign") names.add(inner.name);
  });
  return names;
}
