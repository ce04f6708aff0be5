/** @file What scheduling looks at first: the parallel loops of a kernel, the loops inside, and how loads move with them. */

import { affineSum, type AffineSum } from "../kernel/affine.ts";
import { forEachExpr, forEachStmt, withBody } from "../kernel/walk.ts";
import type { Expr, ForStmt, Kernel, LoadStmt, Stmt } from "../kernel/types.ts";

/** The parallel loops of a kernel, outermost first, and what they run. */
export interface Nest {
  readonly loops: readonly ForStmt[];
  readonly body: readonly Stmt[];
}

/** The nest of grid and simd loops that is all of the kernel's body; without loops where the kernel has none outside. */
export function parallelNest(kernel: Kernel): Nest {
  const loops: ForStmt[] = [];
  let { body } = kernel;
  for (let [only] = body; body.length === 1 && only?.kind === "for" && isParallel(only); [only] = body) {
    loops.push(only);
    body = only.body;
  }
  return { loops, body };
}

function isParallel(loop: ForStmt): boolean {
  return loop.loop === "grid" || loop.loop === "simd";
}

/** The kernel with these loops around `body`: the outermost a grid loop, the others as they are. */
export function withNest(kernel: Kernel, { loops, body }: Nest): Kernel {
  return withBody(kernel, loops.reduceRight<readonly Stmt[]>((inner, loop, depth) => [
    { ...loop, loop: depth === 0 ? "grid" : loop.loop === "grid" ? "simd" : loop.loop, body: inner },
  ], body));
}

/** The loops around `body`, inside a kernel's grid loop. */
export function loopsAround({ loops, body }: Nest): readonly Stmt[] {
  return loops.reduceRight<readonly Stmt[]>((inner, loop) => [{ ...loop, loop: loop.loop === "grid" ? "simd" : loop.loop, body: inner }], body);
}

/** Iterations of a loop that runs from 0 by 1 to a constant; null for others. */
export function extentOf(loop: ForStmt): number | null {
  const { begin, end, step } = loop;
  return begin.kind === "const" && begin.value === 0 && step === 1 && end.kind === "const" ? end.value : null;
}

/**
 * The end of a loop by 1 that begins at 0 or later and ends at a constant or earlier: an extent cut by `guards.ts`. Infinity
 * for an extent that is given at run time, null for others.
 */
export function limitOf(loop: ForStmt): number | null {
  const begin = extremeConstant(loop.begin, "max");
  if (tripsOf(loop) === Infinity) return Infinity;
  return begin !== null && begin >= 0 && loop.step === 1 ? extremeConstant(loop.end, "min") : null;
}

function extremeConstant(expr: Expr, name: "min" | "max"): number | null {
  if (expr.kind === "const") return expr.value;
  if (expr.kind !== "op" || expr.op !== name) return null;
  const constants = expr.args.map((arg) => extremeConstant(arg, name)).filter((value) => value !== null);
  return constants.length === 0 ? null : Math[name](...constants);
}

/** The same, and as many as may be for a loop that runs from 0 by 1 to an extent that is given at run time. */
export function tripsOf(loop: ForStmt): number | null {
  const { begin, end, step } = loop;
  return begin.kind === "const" && begin.value === 0 && step === 1 && end.kind === "scalar" ? Infinity : extentOf(loop);
}

/** Where a kernel has no extent to tell, it stops at the one that it is given. */
const anyExtent = 2 ** 31 - 1;

/** Iterations of the outermost grid loop: what a driver splits; 1 without one. */
export function gridExtent(kernel: Kernel): number {
  for (const statement of kernel.body) {
    if (statement.kind === "for" && statement.loop === "grid") return tripsOf(statement) === Infinity ? anyExtent : extentOf(statement) ?? 1;
  }
  return 1;
}

/** A loop and the loops that are all of its body, outermost first. */
export function perfectNest(loop: ForStmt): readonly ForStmt[] {
  const loops = [loop];
  for (let [only] = loop.body, length = loop.body.length; length === 1 && only?.kind === "for"; length = only.body.length, [only] = only.body) loops.push(only);
  return loops;
}

/** The loop with another one, inside it, in the place of `old`. */
export function replaceLoop(around: ForStmt, old: ForStmt, made: ForStmt): ForStmt {
  return around === old ? made : { ...around, body: around.body.map((statement) => (statement.kind === "for" ? replaceLoop(statement, old, made) : statement)) };
}

/** How the place of a load moves with the loops around it. */
export interface LoadPattern {
  readonly load: LoadStmt;
  /** Places moved for one step of the loop with this index; null where the step is not the same everywhere. */
  stride(index: string): number | null;
  /** Whether the place or anything that it is computed from depends on the loop. */
  dependsOn(index: string): boolean;
}

/** The pattern of a load; `definitions` gives what names stand for. */
export function loadPattern(load: LoadStmt, definitions: ReadonlyMap<string, Expr>): LoadPattern {
  const sum = affineSum(load.index, (name) => definitions.get(name) ?? null);
  return {
    load,
    stride: (index) => strideIn(sum, index),
    dependsOn: (index) => sum.terms.some(({ factor }) => mentions(factor, index, definitions)),
  };
}

function strideIn(sum: AffineSum, index: string): number | null {
  let stride = 0;
  for (const { factor, coefficient } of sum.terms) {
    if (factor.kind === "ref" && factor.name === index) stride += coefficient;
    else if (mentions(factor, index, new Map())) return null;
  }
  return stride;
}

function mentions(expr: Expr, name: string, definitions: ReadonlyMap<string, Expr>): boolean {
  let found = false;
  forEachExpr(expr, (node) => {
    if (node.kind !== "ref") return;
    const meaning = definitions.get(node.name);
    found ||= node.name === name || (meaning !== undefined && mentions(meaning, name, definitions));
  });
  return found;
}

/** Loads of buffers anywhere in the statements. */
export function loadsIn(body: readonly Stmt[]): readonly LoadStmt[] {
  const loads: LoadStmt[] = [];
  forEachStmt(body, (statement) => {
    if (statement.kind === "load") loads.push(statement);
  });
  return loads;
}
