/**
 * @file Vectors in memory for targets whose arrays hold either scalars or vectors of 4. Memory that is only accessed in whole,
 * aligned vectors stays so; any other access of a vector becomes one of each element.
 */

import { InternalError } from "../base/assert.ts";
import { affineSum, sumToExpr } from "../kernel/affine.ts";
import { add, extract, int, mul, op, ref, scalarType } from "../kernel/expressions.ts";
import type { Expr, Kernel, LoadStmt, SimdReduceExpr, Stmt, StoreStmt } from "../kernel/types.ts";
import { accessWidth, compose, forEachAccess, vectorMemory, vectorWidth } from "../kernel/vectors.ts";
import { definitionsIn, forEachExprIn, forEachStmt, freshNames, mapStmts, withBody } from "../kernel/walk.ts";
import { rewriteExprs } from "./rewrite.ts";

/** Whether all vectors of the kernel have 4 elements. */
export function hasOnlyVectorsOf4(kernel: Kernel): boolean {
  return [...widthsIn(kernel)].every((width) => width === 1 || width === vectorWidth);
}

/** Whether some have more. */
export function hasVectorsBeyond4(kernel: Kernel): boolean {
  return [...widthsIn(kernel)].some((width) => width > vectorWidth);
}

function widthsIn(kernel: Kernel): ReadonlySet<number> {
  const widths = new Set<number>();
  forEachExprIn(kernel.body, ({ type }) => void widths.add(type.width));
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "load" || statement.kind === "var") widths.add(statement.type.width);
  });
  return widths;
}

/** The kernel with every other access of a vector element by element. */
export function splitVectorAccesses(kernel: Kernel): Kernel {
  const whole = alignedMemory(kernel);
  const fresh = freshNames(kernel);
  return withBody(kernel, mapStmts(kernel.body, (statement) => {
    if ((statement.kind !== "load" && statement.kind !== "store") || accessWidth(statement) === 1 || whole.has(statement.buffer)) return statement;
    return statement.kind === "load" ? loadEach(statement, fresh) : storeEach(statement, fresh);
  }));
}

/** Memory that can be an array of vectors: every access is whole, unmasked, and at a multiple of 4. */
function alignedMemory(kernel: Kernel): ReadonlySet<string> {
  const definitions = definitionsIn(kernel.body);
  // A buffer may end in a part of a vector, which no whole access reaches; an array is declared as vectors.
  const filled = new Set([
    ...kernel.buffers.filter(({ length }) => length.kind === "const" && length.value >= vectorWidth).map(({ name }) => name),
    ...kernel.arrays.filter(({ length }) => length % vectorWidth === 0).map(({ name }) => name),
  ]);
  const aligned = new Set(vectorMemory(kernel));
  forEachAccess(kernel.body, (access) => {
    const isWhole = access.mask === null && access.index.type.width === 1;
    if (!isWhole || !filled.has(access.buffer) || quarter(access.index, definitions) === null) aligned.delete(access.buffer);
  });
  return aligned;
}

/** The expression by 4, where it is a multiple of it whatever its names are; else null. */
function quarter(index: Expr, definitions: ReadonlyMap<string, Expr>): Expr | null {
  for (let depth = 0; depth < 8; depth++) {
    const { terms, constant: offset } = affineSum(index, (name) => definitions.get(name) ?? null, depth);
    if (offset % vectorWidth !== 0 || terms.some(({ coefficient }) => coefficient % vectorWidth !== 0)) continue;
    const divided = terms.map(({ factor, coefficient }) => ({ factor, coefficient: coefficient / vectorWidth }));
    return sumToExpr({ terms: divided, constant: offset / vectorWidth }, 1);
  }
  return null;
}

function loadEach(load: LoadStmt, fresh: (name: string) => string): readonly Stmt[] {
  const type = scalarType(load.type.dtype);
  const names = Array.from({ length: vectorWidth }, () => fresh(load.name));
  const loads = names.map((name, lane): Stmt => ({ ...load, name, type, index: elementIndex(load.index, lane), mask: laneOf(load.mask, lane) }));
  return [...loads, { kind: "let", name: load.name, value: compose(names.map((name) => ref(name, type))) }];
}

function storeEach(store: StoreStmt, fresh: (name: string) => string): readonly Stmt[] {
  const name = fresh("stored");
  const value = ref(name, store.value.type);
  const stores = Array.from({ length: vectorWidth }, (_, lane): Stmt => (
    { ...store, index: elementIndex(store.index, lane), value: extract(value, lane), mask: laneOf(store.mask, lane) }
  ));
  return [{ kind: "let", name, value: store.value }, ...stores];
}

function elementIndex(index: Expr, lane: number): Expr {
  return index.type.width === 1 ? add(index, int(lane)) : extract(index, lane);
}

function laneOf(mask: Expr | null, lane: number): Expr | null {
  return mask === null ? null : extract(mask, lane);
}

/** The kernel with sums, products and extremes of a vector's elements as operations on two of them at a time. */
export function expandSimdReduce(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "simdReduce" || expr.op === "any" || expr.op === "all") return expr;
    return pairwise(expr.op, before.name(expr.value, "vector"));
  });
}

function pairwise(name: Exclude<SimdReduceExpr["op"], "any" | "all">, value: Expr): Expr {
  const of = (a: number, b: number): Expr => op(name, extract(value, a), extract(value, b));
  return op(name, of(0, 2), of(1, 3));
}

/** The kernel with the place of every whole vector as `4 * name` or a constant, which is what a printer needs to see. */
export function countVectors(kernel: Kernel): Kernel {
  const vectors = vectorMemory(kernel);
  if (vectors.size === 0) return kernel;
  const definitions = definitionsIn(kernel.body);
  const fresh = freshNames(kernel);
  return withBody(kernel, mapStmts(kernel.body, (statement): Stmt | readonly Stmt[] => {
    if ((statement.kind !== "load" && statement.kind !== "store") || !vectors.has(statement.buffer)) return statement;
    const place = quarter(statement.index, definitions);
    if (place === null) throw new InternalError(`${kernel.name} accesses ${statement.buffer} between vectors`);
    if (place.kind === "const" || place.kind === "ref") return { ...statement, index: mul(place, vectorWidth) };
    const name = fresh("place");
    return [{ kind: "let", name, value: place }, { ...statement, index: mul(ref(name, place.type), vectorWidth) }];
  }));
}
