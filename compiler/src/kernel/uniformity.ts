/**
 * @file How far each name of a kernel may differ: one value for the whole dispatch, one per workgroup, or one per
 * invocation. A barrier may stand only under control flow that all invocations of a workgroup take alike.
 *
 * - Constants and scalar parameters are one per program, a grid index one per workgroup, a local index one per lane.
 * - An expression differs as far as what it refers to; a loop index as far as the loop's bounds.
 * - A load from a buffer that is only read, or from a constant table, differs as far as its index and mask. Any other
 *   load may differ per lane: another invocation can write between two lanes' reads, and WGSL assumes that it does.
 * - A variable differs as far as its initial value, every value assigned to it, and the control flow around each Assign.
 */

import { assertNever } from "../base/assert.ts";
import { bodiesOf, forEachExpr } from "./walk.ts";
import type { Expr, ForStmt, Kernel, Stmt, Uniformity } from "./types.ts";

const order: readonly Uniformity[] = ["program", "workgroup", "lane"];

/** The wider of two uniformities: the one that may differ more. */
export function joinUniformity(a: Uniformity, b: Uniformity): Uniformity {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

/** The uniformity of an expression, from that of the names in it. A name that is not in the map counts as lane. */
export function uniformityOfExpr(expr: Expr, names: ReadonlyMap<string, Uniformity>): Uniformity {
  let result: Uniformity = "program";
  forEachExpr(expr, (node) => {
    if (node.kind === "ref") result = joinUniformity(result, names.get(node.name) ?? "lane");
  });
  return result;
}

/** The uniformity of every name that statements of the kernel declare. */
export function analyzeUniformity(kernel: Kernel): ReadonlyMap<string, Uniformity> {
  const stable = stableMemory(kernel);
  const names = new Map<string, Uniformity>();
  // What is assigned later can widen what was read before, round a loop: repeat until nothing widens.
  let changed = true;
  const widen = (name: string, uniformity: Uniformity): void => {
    const before = names.get(name);
    const after = before === undefined ? uniformity : joinUniformity(before, uniformity);
    if (after === before) return;
    names.set(name, after);
    changed = true;
  };

  const visit = (body: readonly Stmt[], control: Uniformity): void => {
    for (const statement of body) visitStmt(statement, control);
  };
  const visitStmt = (statement: Stmt, control: Uniformity): void => {
    switch (statement.kind) {
      case "let": return widen(statement.name, uniformityOfExpr(statement.value, names));
      case "var": return widen(statement.name, uniformityOfExpr(statement.init, names));
      case "assign":
        return widen(statement.name, joinUniformity(control, uniformityOfExpr(statement.value, names)));
      case "load": {
        const index = uniformityOfExpr(statement.index, names);
        const mask = statement.mask === null ? "program" : uniformityOfExpr(statement.mask, names);
        return widen(statement.name, stable.has(statement.buffer) ? joinUniformity(index, mask) : "lane");
      }
      case "for": {
        const bounds = boundsUniformity(statement, names);
        widen(statement.index, indexUniformity(statement, bounds));
        return visit(statement.body, joinUniformity(control, bounds));
      }
      case "while": {
        visit(statement.before, control);
        // The second round of `before` runs only where the condition held.
        const repeated = joinUniformity(control, uniformityOfExpr(statement.condition, names));
        visit(statement.before, repeated);
        return visit(statement.body, repeated);
      }
      case "if": {
        const inside = joinUniformity(control, uniformityOfExpr(statement.condition, names));
        for (const inner of bodiesOf(statement)) visit(inner, inside);
        return;
      }
      case "store": case "barrier": case "subgroup": return;
      default: return assertNever(statement, "statement");
    }
  };
  while (changed) {
    changed = false;
    visit(kernel.body, "program");
  }
  return names;
}

/** How far the trip count of a loop may differ. */
export function boundsUniformity(loop: ForStmt, names: ReadonlyMap<string, Uniformity>): Uniformity {
  return joinUniformity(uniformityOfExpr(loop.begin, names), uniformityOfExpr(loop.end, names));
}

function indexUniformity(loop: ForStmt, bounds: Uniformity): Uniformity {
  switch (loop.loop) {
    case "grid": return joinUniformity(bounds, "workgroup");
    case "local": return "lane";
    case "serial": case "simd": case "unrolled": return bounds;
    default: return assertNever(loop.loop, "loop kind");
  }
}

/** Buffers that are only read, aliases included, and constant tables: no statement of the kernel can change them. */
export function stableMemory(kernel: Kernel): ReadonlySet<string> {
  const changing = kernel.buffers.filter(({ access }) => access !== "read");
  const changingGroups = new Set(changing.map(({ aliasGroup }) => aliasGroup));
  const stable = kernel.buffers.filter(({ access, aliasGroup }) =>
    access === "read" && (aliasGroup === null || !changingGroups.has(aliasGroup)));
  const tables = kernel.arrays.filter(({ space }) => space === "constant");
  return new Set([...stable, ...tables].map(({ name }) => name));
}
