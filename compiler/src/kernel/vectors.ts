/** @file Vectors of 4 as GPUs have them: memory that holds them whole, and vectors made of scalars. */

import { at, invariant } from "../base/assert.ts";
import { constant, shuffle, splat } from "./expressions.ts";
import type { Expr, Kernel, LoadStmt, Stmt, StoreStmt } from "./types.ts";
import { forEachStmt } from "./walk.ts";

export const vectorWidth = 4;

/** Buffers and arrays of which only vectors are loaded and stored. */
export function vectorMemory(kernel: Kernel): ReadonlySet<string> {
  const vectors = new Set<string>();
  const scalars = new Set<string>();
  forEachAccess(kernel.body, (access) => (accessWidth(access) === 1 ? scalars : vectors).add(access.buffer));
  for (const name of scalars) vectors.delete(name);
  return vectors;
}

export type Access = LoadStmt | StoreStmt;

export function forEachAccess(body: readonly Stmt[], visit: (access: Access) => void): void {
  forEachStmt(body, (statement) => {
    if (statement.kind === "load" || statement.kind === "store") visit(statement);
  });
}

export function accessWidth(access: Access): number {
  return access.kind === "load" ? access.type.width : access.value.type.width;
}

/** A vector of four scalars. */
export function compose(elements: readonly Expr[]): Expr {
  invariant(elements.length === vectorWidth, `a vector of ${elements.length} elements`);
  const pair = (first: number): Expr => shuffle(splat(at(elements, first), 2), splat(at(elements, first + 1), 2), [0, 2]);
  return shuffle(pair(0), pair(2), [0, 1, 2, 3]);
}

/**
 * What an element of a shuffle is, however many shuffles and splats it went through. Null for an element of a name, which is
 * given as the name and its lane.
 */
export function elementSource(expr: Expr, lane: number): { readonly value: Expr; readonly lane: number | null } {
  if (expr.kind === "splat") return { value: expr.value, lane: null };
  if (expr.kind === "const") return { value: constant(expr.value, expr.type.dtype), lane: null };
  if (expr.kind !== "shuffle") return { value: expr, lane };
  const picked = at(expr.lanes, lane);
  const { width } = expr.a.type;
  return picked < width ? elementSource(expr.a, picked) : elementSource(expr.b, picked - width);
}

