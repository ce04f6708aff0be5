/**
 * @file Moves what is the same in every iteration of a loop in front of it, because WebAssembly engines do not: Lets, and
 * parts of other expressions, which get a name. Expressions have no effects, so that it does no harm where a loop does not
 * run. Indices of loads and stores stay whole: code generation splits them into a pointer and an offset.
 */

import { exprKey } from "../kernel/affine.ts";
import { ref } from "../kernel/expressions.ts";
import type { Expr, ForStmt, Kernel, LetStmt, Stmt, WhileStmt } from "../kernel/types.ts";
import {
  declaredName, exprsOf, forEachExpr, forEachStmt, freshNames, mapBodiesOf, mapExprsOf, mapOperands, mapStmts, withBody,
} from "../kernel/walk.ts";

type Loop = ForStmt | WhileStmt;

export function hoistInvariants(kernel: Kernel): Kernel {
  const fresh = freshNames(kernel);
  const inBody = (body: readonly Stmt[]): readonly Stmt[] => {
    let changed = false;
    const result: Stmt[] = [];
    for (const statement of body) {
      const inner = mapBodiesOf(statement, inBody);
      const hoisted = inner.kind === "for" || inner.kind === "while" ? outOfLoop(inner, fresh) : [inner];
      changed ||= hoisted.length > 1 || hoisted[0] !== statement;
      result.push(...hoisted);
    }
    return changed ? result : body;
  };
  return withBody(kernel, inBody(kernel.body));
}

/** The Lets that leave the loop, then the loop. Inner loops have been through this before. */
function outOfLoop(loop: Loop, fresh: (hint: string) => string): readonly Stmt[] {
  const varying = new Set<string>();
  forEachStmt([loop], (statement) => {
    const name = statement.kind === "assign" ? statement.name : declaredName(statement);
    if (name !== null) varying.add(name);
  });
  const isInvariant = (expr: Expr): boolean => {
    let invariant = true;
    forEachExpr(expr, (node) => {
      if (node.kind === "ref" && varying.has(node.name)) invariant = false;
    });
    return invariant;
  };

  const moved: LetStmt[] = [];
  const kept = mapBodiesOf(loop, (body) => mapStmts(body, (statement) => {
    if (statement.kind !== "let" || !isInvariant(statement.value)) return statement;
    moved.push(statement);
    varying.delete(statement.name);
    return [];
  }));

  const names = new Map(moved.map(({ name, value }) => [exprKey(value), name]));
  const named = (expr: Expr): Expr => {
    if (expr.kind === "const" || expr.kind === "ref" || expr.kind === "scalar") return expr;
    if (!isInvariant(expr)) return mapOperands(expr, named);
    const key = exprKey(expr);
    const known = names.get(key) ?? fresh("shared");
    if (!names.has(key)) {
      names.set(key, known);
      moved.push({ kind: "let", name: known, value: expr });
    }
    return ref(known, expr.type);
  };
  const hoisted = mapBodiesOf(kept, (body) => mapStmts(body, (statement) => nameParts(statement, named)));
  const whole = hoisted.kind === "while" ? mapExprsOf(hoisted, named) : hoisted;
  return [...moved, whole];
}

/** Every expression of a statement but the index of a scalar or contiguous access. */
function nameParts(statement: Stmt, named: (expr: Expr) => Expr): Stmt {
  const isAccess = statement.kind === "load" || statement.kind === "store";
  const index = isAccess && statement.index.type.width === 1 ? statement.index : null;
  return exprsOf(statement).length === 0 ? statement : mapExprsOf(statement, (expr) => (expr === index ? expr : named(expr)));
}
