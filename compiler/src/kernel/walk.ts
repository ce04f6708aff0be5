/**
 * @file Traversals of kernels: the one place that knows which fields of an expression or statement hold others. The
 * mapping functions return the node they were given where nothing below it changed.
 */

import { assertNever, at } from "../base/assert.ts";
import type { Expr, Kernel, LoopKind, Stmt } from "./types.ts";

/** The operands of an expression, in order. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "const": case "ref": case "scalar": return [];
    case "op": return expr.args;
    case "convert": case "bitcast": case "splat": case "extract": case "simdReduce": return [expr.value];
    case "shuffle": return [expr.a, expr.b];
    default: return assertNever(expr, "expression");
  }
}

/** The array with every element mapped; the array itself where every element stayed. */
export function mapSame<T>(items: readonly T[], map: (item: T, position: number) => T): readonly T[] {
  let mapped: T[] | null = null;
  for (let position = 0; position < items.length; position++) {
    const item = at(items, position);
    const replaced = map(item, position);
    if (replaced === item) continue;
    mapped ??= items.slice();
    mapped[position] = replaced;
  }
  return mapped ?? items;
}

/** The expression with its operands replaced, one level deep. */
export function mapOperands(expr: Expr, map: (operand: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "const": case "ref": case "scalar": return expr;
    case "op": {
      const args = mapSame(expr.args, map);
      return args === expr.args ? expr : { ...expr, args };
    }
    case "convert": case "bitcast": case "splat": case "extract": case "simdReduce": {
      const value = map(expr.value);
      return value === expr.value ? expr : { ...expr, value };
    }
    case "shuffle": {
      const a = map(expr.a);
      const b = map(expr.b);
      return a === expr.a && b === expr.b ? expr : { ...expr, a, b };
    }
    default: return assertNever(expr, "expression");
  }
}

/** The expression rewritten bottom up: `rewrite` sees each node after its operands. */
export function mapExpr(expr: Expr, rewrite: (expr: Expr) => Expr): Expr {
  if (expr.kind === "ref" || expr.kind === "const" || expr.kind === "scalar") return rewrite(expr);
  const below = (operand: Expr): Expr => rewrite(operand.kind === "ref" || operand.kind === "const" ? operand : mapOperands(operand, below));
  return rewrite(mapOperands(expr, below));
}

/** Visits an expression and everything in it, outermost first. */
export function forEachExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  // Written out, and without a list of the operands: half of all work on kernels comes by here.
  switch (expr.kind) {
    case "const": case "ref": case "scalar": return;
    case "op": {
      for (const arg of expr.args) forEachExpr(arg, visit);
      return;
    }
    case "convert": case "bitcast": case "splat": case "extract": case "simdReduce": return forEachExpr(expr.value, visit);
    case "shuffle":
      forEachExpr(expr.a, visit);
      return forEachExpr(expr.b, visit);
    default: return assertNever(expr, "expression");
  }
}

/** The expressions that a statement holds itself; those of the statements in its bodies are not among them. */
export function exprsOf(statement: Stmt): readonly Expr[] {
  switch (statement.kind) {
    case "let": case "assign": return [statement.value];
    case "var": return [statement.init];
    case "load": return statement.mask === null ? [statement.index] : [statement.index, statement.mask];
    case "store": {
      const { index, value, mask } = statement;
      return mask === null ? [index, value] : [index, value, mask];
    }
    case "for": return [statement.begin, statement.end];
    case "while": case "if": return [statement.condition];
    case "barrier": case "subgroup": return [];
    default: return assertNever(statement, "statement");
  }
}

const noBodies: readonly (readonly Stmt[])[] = [];

/** The statement lists in a statement, in the order in which they run. */
export function bodiesOf(statement: Stmt): readonly (readonly Stmt[])[] {
  switch (statement.kind) {
    case "let": case "var": case "assign": case "load": case "store": case "barrier": case "subgroup": return noBodies;
    case "for": return [statement.body];
    case "while": return [statement.before, statement.body];
    case "if": return [statement.then, statement.otherwise];
    default: return assertNever(statement, "statement");
  }
}

/** The statement with its own expressions replaced; bodies stay. */
export function mapExprsOf(statement: Stmt, map: (expr: Expr) => Expr): Stmt {
  switch (statement.kind) {
    case "let": case "assign": {
      const value = map(statement.value);
      return value === statement.value ? statement : { ...statement, value };
    }
    case "var": {
      const init = map(statement.init);
      return init === statement.init ? statement : { ...statement, init };
    }
    case "load": {
      const index = map(statement.index);
      const mask = statement.mask === null ? null : map(statement.mask);
      return index === statement.index && mask === statement.mask ? statement : { ...statement, index, mask };
    }
    case "store": {
      const index = map(statement.index);
      const value = map(statement.value);
      const mask = statement.mask === null ? null : map(statement.mask);
      return index === statement.index && value === statement.value && mask === statement.mask ? statement : { ...statement, index, value, mask };
    }
    case "for": {
      const begin = map(statement.begin);
      const end = map(statement.end);
      return begin === statement.begin && end === statement.end ? statement : { ...statement, begin, end };
    }
    case "while": case "if": {
      const condition = map(statement.condition);
      return condition === statement.condition ? statement : { ...statement, condition };
    }
    case "barrier": case "subgroup": return statement;
    default: return assertNever(statement, "statement");
  }
}

/** The statement with its bodies replaced; its own expressions stay. */
export function mapBodiesOf(statement: Stmt, map: (body: readonly Stmt[]) => readonly Stmt[]): Stmt {
  switch (statement.kind) {
    case "let": case "var": case "assign": case "load": case "store": case "barrier": case "subgroup": return statement;
    case "for": {
      const body = map(statement.body);
      return body === statement.body ? statement : { ...statement, body };
    }
    case "while": {
      const before = map(statement.before);
      const body = map(statement.body);
      return before === statement.before && body === statement.body ? statement : { ...statement, before, body };
    }
    case "if": {
      const then = map(statement.then);
      const otherwise = map(statement.otherwise);
      return then === statement.then && otherwise === statement.otherwise ? statement : { ...statement, then, otherwise };
    }
    default: return assertNever(statement, "statement");
  }
}

/** Visits every statement, a loop before its body. */
export function forEachStmt(body: readonly Stmt[], visit: (statement: Stmt) => void): void {
  for (const statement of body) {
    visit(statement);
    for (const inner of bodiesOf(statement)) forEachStmt(inner, visit);
  }
}

/** Whether a loop of this kind stands anywhere in the statements. */
export function hasLoop(body: readonly Stmt[], kind: LoopKind): boolean {
  let found = false;
  forEachStmt(body, (statement) => {
    found ||= statement.kind === "for" && statement.loop === kind;
  });
  return found;
}

/** Visits every expression of every statement, operands included. */
export function forEachExprIn(body: readonly Stmt[], visit: (expr: Expr) => void): void {
  forEachStmt(body, (statement) => {
    for (const expr of exprsOf(statement)) forEachExpr(expr, visit);
  });
}

/** Statements rewritten bottom up; one may become several or none. */
export function mapStmts(body: readonly Stmt[], rewrite: (statement: Stmt) => Stmt | readonly Stmt[]): readonly Stmt[] {
  // What stayed is copied only once something has changed.
  let result: Stmt[] | null = null;
  const inBody = (inner: readonly Stmt[]): readonly Stmt[] => mapStmts(inner, rewrite);
  for (let position = 0; position < body.length; position++) {
    const statement = at(body, position);
    const replaced = rewrite(mapBodiesOf(statement, inBody));
    if (replaced !== statement) result ??= body.slice(0, position);
    if (result === null) continue;
    if (isStmtList(replaced)) result.push(...replaced);
    else result.push(replaced);
  }
  return result ?? body;
}

function isStmtList(value: Stmt | readonly Stmt[]): value is readonly Stmt[] {
  return Array.isArray(value);
}

/** Every expression of every statement rewritten bottom up. */
export function mapExprsIn(body: readonly Stmt[], rewrite: (expr: Expr) => Expr): readonly Stmt[] {
  return mapStmts(body, (statement) => mapExprsOf(statement, (expr) => mapExpr(expr, rewrite)));
}

/** The kernel with another body; the kernel itself where the body is the same. */
export function withBody(kernel: Kernel, body: readonly Stmt[]): Kernel {
  return body === kernel.body ? kernel : { ...kernel, body };
}

/** The expression with references replaced by name. */
export function substitute(expr: Expr, replacements: ReadonlyMap<string, Expr>): Expr {
  return mapExpr(expr, (node) => (node.kind === "ref" ? replacements.get(node.name) ?? node : node));
}

/** The expression with names replaced by what they stand for, until none of the definitions is left. */
export function resolved(expr: Expr, definitions: ReadonlyMap<string, Expr>): Expr {
  let current = expr;
  for (let next = substitute(current, definitions); next !== current; next = substitute(current, definitions)) current = next;
  return current;
}

/** The statements with references replaced by name; declarations keep their names. */
export function substituteIn(body: readonly Stmt[], replacements: ReadonlyMap<string, Expr>): readonly Stmt[] {
  return mapExprsIn(body, (node) => (node.kind === "ref" ? replacements.get(node.name) ?? node : node));
}

/** Whether the expression reads one of the names. */
export function mentionsAny(expr: Expr, names: ReadonlySet<string>): boolean {
  let found = false;
  forEachExpr(expr, (node) => {
    if (node.kind === "ref") found ||= names.has(node.name);
  });
  return found;
}

/** What every Let in the statements stands for. */
export function definitionsIn(body: readonly Stmt[]): ReadonlyMap<string, Expr> {
  const definitions = new Map<string, Expr>();
  forEachStmt(body, (statement) => {
    if (statement.kind === "let") definitions.set(statement.name, statement.value);
  });
  return definitions;
}

/** Buffers and arrays that the statements write. */
export function storesIn(body: readonly Stmt[]): ReadonlySet<string> {
  const stored = new Set<string>();
  forEachStmt(body, (statement) => {
    if (statement.kind === "store") stored.add(statement.buffer);
    else if (statement.kind === "subgroup") stored.add(statement.array);
  });
  return stored;
}

/** The name that a statement declares for what follows it, or a loop for its body; null where it declares none. */
export function declaredName(statement: Stmt): string | null {
  switch (statement.kind) {
    case "let": case "var": case "load": return statement.name;
    case "for": return statement.index;
    case "assign": case "store": case "while": case "if": case "barrier": case "subgroup": return null;
    default: return assertNever(statement, "statement");
  }
}

/**
 * A copy of statements in which every name that they declare is new, so that a body can stand in a kernel twice. An
 * Assign to a variable declared outside keeps its target.
 */
export function renameDeclarations(body: readonly Stmt[], rename: (name: string) => string): readonly Stmt[] {
  const names = new Map<string, string>();
  forEachStmt(body, (statement) => {
    const name = declaredName(statement);
    if (name !== null) names.set(name, rename(name));
  });
  const renamedTarget = <T extends { readonly name: string }>(statement: T): T => ({
    ...statement, name: names.get(statement.name) ?? statement.name,
  });
  const renamed = mapStmts(body, (statement) => {
    switch (statement.kind) {
      case "let": case "var": case "load": case "assign": return renamedTarget(statement);
      case "for": return { ...statement, index: names.get(statement.index) ?? statement.index };
      case "store": case "while": case "if": case "barrier": case "subgroup": return statement;
      default: return assertNever(statement, "statement");
    }
  });
  return mapExprsIn(renamed, (node) => (node.kind === "ref" ? { ...node, name: names.get(node.name) ?? node.name } : node));
}

/** Every name that the kernel uses. */
export function namesIn(kernel: Kernel): Set<string> {
  const names = new Set<string>();
  for (const parameter of [...kernel.buffers, ...kernel.scalars, ...kernel.arrays]) names.add(parameter.name);
  forEachStmt(kernel.body, (statement) => {
    const name = declaredName(statement);
    if (name !== null) names.add(name);
  });
  return names;
}

/** Makes names that the kernel does not use, each the given one with a number. */
export function freshNames(kernel: Kernel): (name: string) => string {
  const taken = namesIn(kernel);
  const counters = new Map<string, number>();
  return (name) => {
    const stem = name.replace(/[0-9]+$/, "");
    let count = counters.get(stem) ?? 0;
    while (taken.has(`${stem}${count}`)) count += 1;
    counters.set(stem, count + 1);
    taken.add(`${stem}${count}`);
    return `${stem}${count}`;
  };
}
