/**
 * @file Which loads print as `x[i]` at their use instead of as a const: those with one use, in the same body, that only
 * statements without effect separate from it. Shorter code, and fewer registers for the engine.
 */

import type { Kernel, Stmt } from "../../kernel/types.ts";
import { exprsOf, forEachExpr, forEachExprIn } from "../../kernel/walk.ts";

/** How often each name is used in the kernel. */
export function useCountsOf(kernel: Kernel): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  forEachExprIn(kernel.body, (expr) => {
    if (expr.kind === "ref") counts.set(expr.name, (counts.get(expr.name) ?? 0) + 1);
  });
  return counts;
}

/** The names of the loads of this body (not of bodies in it) to print at their use. */
export function loadsToInline(body: readonly Stmt[], useCounts: ReadonlyMap<string, number>): ReadonlySet<string> {
  const inlined = new Set<string>();
  /** Loads with nothing but statements without effect since. */
  let pending = new Set<string>();
  for (const statement of body) {
    // The condition of a while is computed many times.
    if (statement.kind !== "while") {
      for (const name of namesUsedBy(statement)) {
        if (pending.has(name)) inlined.add(name);
      }
    }
    const hasEffect = statement.kind !== "load" && statement.kind !== "let" && statement.kind !== "var";
    if (hasEffect) pending = new Set();
    if (statement.kind === "load" && useCounts.get(statement.name) === 1) pending.add(statement.name);
  }
  return inlined;
}

/** Names in the statement's own expressions. */
function namesUsedBy(statement: Stmt): ReadonlySet<string> {
  const names = new Set<string>();
  for (const expr of exprsOf(statement)) {
    forEachExpr(expr, (node) => {
      if (node.kind === "ref") names.add(node.name);
    });
  }
  return names;
}
