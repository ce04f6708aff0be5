/**
 * @file Indices of loads and stores in terms of what stays the same in the innermost loop: a name that sums up a part that
 * changes and a part that does not is replaced by its definition, so that code generation adds the second part to the
 * buffer's address in front of the loop.
 */

import { affineSum, sumToExpr, type AffineSum } from "../kernel/affine.ts";
import type { Expr, ForStmt, Kernel, Stmt, WhileStmt } from "../kernel/types.ts";
import { declaredName, forEachExpr, forEachStmt, mapBodiesOf, withBody } from "../kernel/walk.ts";

export function expandIndices(kernel: Kernel): Kernel {
  const definitions = stableDefinitions(kernel);
  const define = (name: string): Expr | null => definitions.get(name) ?? null;
  const inBody = (body: readonly Stmt[], varying: ReadonlySet<string> | null): readonly Stmt[] => {
    let changed = false;
    const result = body.map((statement) => {
      const inner = statement.kind === "for" || statement.kind === "while" ? namesChangedBy(statement) : varying;
      const withBodies = mapBodiesOf(statement, (nested) => inBody(nested, inner));
      const expanded = varying === null ? withBodies : expandAccess(withBodies, varying, define);
      changed ||= expanded !== statement;
      return expanded;
    });
    return changed ? result : body;
  };
  return withBody(kernel, inBody(kernel.body, null));
}

/** What Lets stand for, but those that a variable is part of. */
function stableDefinitions(kernel: Kernel): ReadonlyMap<string, Expr> {
  const variables = new Set<string>();
  const definitions = new Map<string, Expr>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "var") variables.add(statement.name);
    if (statement.kind !== "let" || statement.value.type.dtype !== "int32" || statement.value.type.width !== 1) return;
    let stable = true;
    forEachExpr(statement.value, (node) => {
      if (node.kind === "ref" && variables.has(node.name)) stable = false;
    });
    if (stable) definitions.set(statement.name, statement.value);
  });
  return definitions;
}

function namesChangedBy(loop: ForStmt | WhileStmt): ReadonlySet<string> {
  const names = new Set<string>();
  forEachStmt([loop], (statement) => {
    const name = statement.kind === "assign" ? statement.name : declaredName(statement);
    if (name !== null) names.add(name);
  });
  return names;
}

function expandAccess(statement: Stmt, varying: ReadonlySet<string>, define: (name: string) => Expr | null): Stmt {
  if ((statement.kind !== "load" && statement.kind !== "store") || statement.index.type.width !== 1) return statement;
  const asIs = affineSum(statement.index);
  const expanded = affineSum(statement.index, (name) => (varying.has(name) ? define(name) : null));
  const changing = { asIs: countVarying(asIs, varying), expanded: countVarying(expanded, varying) };
  const fixed = { asIs: asIs.terms.length - changing.asIs, expanded: expanded.terms.length - changing.expanded };
  const pays = fixed.expanded > fixed.asIs && changing.expanded <= changing.asIs;
  return pays ? { ...statement, index: sumToExpr(expanded, 1) } : statement;
}

/** How many terms differ between iterations of the loop. */
function countVarying(sum: AffineSum, varying: ReadonlySet<string>): number {
  return sum.terms.filter(({ factor }) => {
    let changes = false;
    forEachExpr(factor, (node) => {
      changes ||= node.kind === "ref" && varying.has(node.name);
    });
    return changes;
  }).length;
}
