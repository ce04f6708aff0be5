/**
 * @file The recipes for targets that run a grid of workgroups. Which one a kernel gets follows from its loops and from how its
 * loads move with them, never from what it was made of.
 */

import { at } from "../base/assert.ts";
import { add, div, int, lt, mul, ref, rem, scalarType } from "../kernel/build.ts";
import { simplifyKernel } from "../kernel/simplify.ts";
import type { Expr, Kernel, Stmt } from "../kernel/types.ts";
import { freshNames } from "../kernel/walk.ts";
import type { Capabilities } from "../target.ts";
import { collapseLoops } from "./collapse.ts";
import { extentOf, parallelNest, type Nest } from "./nest.ts";
import { singleStep, type Scheduled } from "./scheduled.ts";

/** Invocations per workgroup where nothing speaks for another number. */
const workgroupSize = 64;

export function scheduleForGrid(kernel: Kernel, _capabilities: Capabilities): Scheduled {
  const simple = simplifyKernel(collapseLoops(kernel));
  return singleStep(oneInvocationEach(simple, parallelNest(simple)));
}

/** Every iteration of the parallel loops in an invocation of its own; neighbours work on neighbours. */
function oneInvocationEach(kernel: Kernel, nest: Nest): Kernel {
  const extents = nest.loops.map(extentOf);
  if (extents.length === 0 || extents.includes(null)) return kernel;
  const total = extents.reduce<number>((product, extent) => product * (extent ?? 1), 1);
  const fresh = freshNames(kernel);
  const named = (hint: string): Expr & { readonly kind: "ref" } => ref(fresh(hint), scalarType("int32"));
  const [group, lane, iteration] = [named("group"), named("lane"), named("iteration")];
  const workgroup = Math.min(workgroupSize, total);
  const body: readonly Stmt[] = [...indices(nest, iteration), ...nest.body];
  const isWhole = total % workgroup === 0;
  return {
    ...kernel,
    workgroup,
    body: [loop("grid", group, Math.ceil(total / workgroup), [loop("local", lane, workgroup, [
      { kind: "let", name: iteration.name, value: add(mul(group, workgroup), lane) },
      ...(isWhole ? body : [{ kind: "if", condition: lt(iteration, total), then: body, otherwise: [] } satisfies Stmt]),
    ])])],
  };
}

function loop(kind: "grid" | "local", index: Expr & { readonly kind: "ref" }, count: number, body: readonly Stmt[]): Stmt {
  return { kind: "for", loop: kind, index: index.name, begin: int(0), end: int(count), step: 1, body };
}

/** The indices of the loops, from the number of the iteration in row-major order. */
function indices(nest: Nest, iteration: Expr): readonly Stmt[] {
  let stride = 1;
  const lets: Stmt[] = [];
  for (let depth = nest.loops.length - 1; depth >= 0; depth--) {
    const { index } = at(nest.loops, depth);
    const extent = extentOf(at(nest.loops, depth)) ?? 1;
    const position = div(iteration, stride);
    lets.unshift({ kind: "let", name: index, value: depth === 0 ? position : rem(position, extent) });
    stride *= extent;
  }
  return lets;
}
