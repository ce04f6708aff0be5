/**
 * @file Independent iterations on a grid: each in an invocation of its own, neighbours on neighbours, or several neighbours in
 * an invocation as vectors where memory is read and written in whole vectors.
 */

import { at } from "../base/assert.ts";
import { byteSize } from "../base/dtype.ts";
import { affineSum } from "../kernel/affine.ts";
import { add, div, int, lt, mul, ref, rem, scalarType } from "../kernel/build.ts";
import type { Expr, ForStmt, Kernel, RefExpr, Stmt } from "../kernel/types.ts";
import { forEachAccess, vectorWidth } from "../kernel/vectors.ts";
import { definitionsIn, forEachExprIn, forEachStmt, freshNames, substituteIn } from "../kernel/walk.ts";
import type { GridTuning } from "../target.ts";
import { extentOf, withNest, type Nest } from "./nest.ts";
import { vectorize } from "./vectorize.ts";

/** Operations of an iteration up to which an invocation has more than one vector: a long text compiles slowly. */
const lightBody = 40;

/** The kernel with its parallel loops dealt to invocations; four or more iterations of the innermost loop to each where that is possible. */
export function dealToInvocations(kernel: Kernel, nest: Nest, { workgroup, elements, invocations }: GridTuning): Kernel {
  const isBusy = (iterationsOf(nest) ?? 0) / elements >= invocations;
  const isLight = elements > vectorWidth && isBusy && operationsIn(nest.body) <= lightBody && kernel.buffers.every(({ dtype }) => byteSize(dtype) === 4);
  return (isLight ? inVectors(kernel, nest, workgroup, elements) : null) ?? inVectors(kernel, nest, workgroup, vectorWidth) ?? oneEach(kernel, nest, workgroup);
}

/** So many times the invocations that keep a device busy are worth another launch for the few elements that fill no vector. */
const worthTwo = 64;

/**
 * One long loop whose extent is no whole number of vectors, as a kernel of vectors and one of what is left; null for others. Rows of
 * such an extent would begin between vectors.
 */
export function splitTail(kernel: Kernel, { loops, body }: Nest, { elements, invocations }: GridTuning): readonly Kernel[] | null {
  const [loop] = loops;
  const extent = loop === undefined ? null : extentOf(loop);
  if (loop === undefined || loops.length > 1 || extent === null || extent % elements === 0 || extent < worthTwo * invocations) return null;
  if (!movesInVectors(body, loop.index, definitionsIn(kernel.body))) return null;
  const left = extent % elements;
  const behind = substituteIn(body, new Map([[loop.index, add(indexName(loop.index), extent - left)]]));
  return [
    withNest(kernel, { loops: [{ ...loop, end: int(extent - left) }], body }),
    withNest({ ...kernel, name: `${kernel.name}_tail` }, { loops: [{ ...loop, end: int(left) }], body: behind }),
  ];
}

function operationsIn(body: readonly Stmt[]): number {
  let count = 0;
  forEachExprIn(body, ({ kind }) => { count += kind === "op" ? 1 : 0; });
  return count;
}

/** Every iteration in an invocation of its own. */
function oneEach(kernel: Kernel, nest: Nest, workgroup: number): Kernel {
  const total = iterationsOf(nest);
  if (total === null || nest.loops.length === 0) return kernel;
  const fresh = freshNames(kernel);
  const iteration = indexName(fresh("iteration"));
  return overInvocations(kernel, total, Math.min(workgroup, total), iteration, fresh, [...indicesOf(nest, iteration), ...nest.body]);
}

/** Several iterations of the innermost loop in an invocation; null where vectors would not be whole and aligned in memory. */
function inVectors(kernel: Kernel, nest: Nest, workgroup: number, width: number): Kernel | null {
  const inner = nest.loops.at(-1);
  const extent = inner === undefined ? null : extentOf(inner);
  const total = iterationsOf(nest);
  if (inner === undefined || extent === null || total === null || extent % width !== 0 || !movesInVectors(nest.body, inner.index, definitionsIn(kernel.body))) return null;
  const fresh = freshNames(kernel);
  const [block, element, iteration] = [indexName(fresh(inner.index)), indexName(fresh(inner.index)), indexName(fresh("iteration"))];
  const place = add(mul(block, width), element);
  const body = substituteIn(nest.body, new Map([[inner.index, place]]));
  const vector: ForStmt = { kind: "for", loop: "simd", index: element.name, begin: int(0), end: int(width), step: 1, body };
  const blocks: Nest = { loops: [...nest.loops.slice(0, -1), { ...inner, index: block.name, end: int(extent / width) }], body: [vector] };
  const count = total / width;
  const { kernel: made, notes } = vectorize(
    overInvocations(kernel, count, Math.min(workgroup, count), iteration, fresh, [...indicesOf(blocks, iteration), ...blocks.body]), width,
  );
  return notes.length > 0 ? null : made;
}

/**
 * Whether four iterations of the loop with this index can be vectors: whatever they load and store is one place, or neighbours
 * that begin at a multiple of 4. Branches are better taken one by one.
 */
export function movesInVectors(body: readonly Stmt[], index: string, definitions: ReadonlyMap<string, Expr>): boolean {
  let moves = true;
  let wide = false;
  forEachStmt(body, (statement) => {
    if (statement.kind === "if" || statement.kind === "while" || statement.kind === "barrier") moves = false;
  });
  forEachAccess(body, (access) => {
    const { terms, constant } = affineSum(access.index, (name) => definitions.get(name) ?? null);
    const own = terms.find(({ factor }) => factor.kind === "ref" && factor.name === index);
    const others = terms.filter((term) => term !== own);
    const isShared = own === undefined && !others.some(({ factor }) => dependsOn(factor, index, definitions));
    const isWhole = own?.coefficient === 1 && constant % vectorWidth === 0
      && others.every(({ factor, coefficient }) => coefficient % vectorWidth === 0 && !dependsOn(factor, index, definitions));
    const isSharedMask = access.mask === null || !dependsOn(access.mask, index, definitions);
    moves &&= (access.mask === null && isWhole) || (isShared && isSharedMask && access.kind === "load");
    wide ||= isWhole;
  });
  return moves && wide;
}

function dependsOn(expr: Expr, index: string, definitions: ReadonlyMap<string, Expr>): boolean {
  if (expr.kind === "ref") {
    const meaning = definitions.get(expr.name);
    return expr.name === index || (meaning !== undefined && dependsOn(meaning, index, definitions));
  }
  return expr.kind === "op" ? expr.args.some((arg) => dependsOn(arg, index, definitions)) : expr.kind !== "const" && expr.kind !== "scalar";
}

// ---------------------------------------------------------------------------------------------------------------------

export function indexName(name: string): RefExpr {
  return ref(name, scalarType("int32"));
}

/** How often the body of a nest runs; null where the bounds are not constants. */
export function iterationsOf({ loops }: Nest): number | null {
  return loops.reduce<number | null>((product, loop) => {
    const extent = extentOf(loop);
    return product === null || extent === null ? null : product * extent;
  }, 1);
}

/** The indices of the loops, from the number of the iteration in row-major order. */
export function indicesOf({ loops }: Nest, iteration: Expr): readonly Stmt[] {
  let stride = 1;
  const lets: Stmt[] = [];
  for (let depth = loops.length - 1; depth >= 0; depth--) {
    const { index } = at(loops, depth);
    const extent = extentOf(at(loops, depth)) ?? 1;
    const position = div(iteration, stride);
    lets.unshift({ kind: "let", name: index, value: depth === 0 ? position : rem(position, extent) });
    stride *= extent;
  }
  return lets;
}

/** `total` invocations of the body, in workgroups; the number of each is `iteration`. */
export function overInvocations(
  kernel: Kernel, total: number, workgroup: number, iteration: RefExpr, fresh: (name: string) => string, body: readonly Stmt[],
): Kernel {
  const [group, lane] = [indexName(fresh("group")), indexName(fresh("lane"))];
  const own: Stmt = { kind: "let", name: iteration.name, value: add(mul(group, workgroup), lane) };
  const guarded: readonly Stmt[] = total % workgroup === 0 ? body : [{ kind: "if", condition: lt(iteration, total), then: body, otherwise: [] }];
  const local = countedLoop("local", lane.name, int(workgroup), [own, ...guarded]);
  return { ...kernel, workgroup, body: [countedLoop("grid", group.name, int(Math.ceil(total / workgroup)), [local])] };
}

export function countedLoop(loop: ForStmt["loop"], index: string, end: Expr, body: readonly Stmt[]): ForStmt {
  return { kind: "for", loop, index, begin: int(0), end, step: 1, body };
}
