/**
 * @file Folds with few results: a first kernel folds chunks of the loop, a second one what the chunks gave. Chunks follow from
 * shapes alone, so the order of a sum is the same on every run.
 */

import { at } from "../base/assert.ts";
import { add, int, min, mul, ref, sub } from "../kernel/build.ts";
import { foldStep } from "../kernel/folds.ts";
import type { BufferParam, Expr, ForStmt, Kernel, Stmt } from "../kernel/types.ts";
import { vectorWidth } from "../kernel/vectors.ts";
import { forEachStmt, freshNames, substituteIn } from "../kernel/walk.ts";
import { countedLoop, indexName, iterationsOf } from "./gpu-map.ts";
import type { RowProgram } from "./gpu-rows.ts";
import { extentOf, perfectNest, withNest, type Nest } from "./nest.ts";
import type { ScheduledBuffer } from "./scheduled.ts";

export interface SplitFold {
  readonly first: SplitKernel;
  readonly second: SplitKernel;
  readonly scratch: readonly { readonly dtype: BufferParam["dtype"]; readonly length: number }[];
}

export interface SplitKernel {
  readonly kernel: Kernel;
  readonly buffers: readonly ScheduledBuffer[];
}

/** The one loop of folds, its longest part chunked; null where there is not just one, or where it stores on its way. */
export function splitFold(kernel: Kernel, { nest, loops }: RowProgram, chunks: number): SplitFold | null {
  const [loop] = loops;
  const total = iterationsOf(nest);
  if (loop === undefined || loops.length > 1 || loop.accumulators.length === 0 || total === null || stores([loop.statement])) return null;
  const longest = perfectNest(loop.statement).filter((each) => each.loop === "serial")
    .reduce((best, each) => ((extentOf(each) ?? 0) > (extentOf(best) ?? 0) ? each : best));
  const trips = extentOf(longest);
  if (trips === null) return null;
  const size = chunkSize(trips, chunks);
  const count = Math.ceil(trips / size);
  if (count < 2) return null;

  const fresh = freshNames(kernel);
  const [chunk, part] = [indexName(fresh("chunk")), indexName(fresh("part"))];
  const place = nest.loops.reduce<Expr>((sum, each) => add(mul(sum, extentOf(each) ?? 1), ref(each.index, chunk.type)), int(0));
  const partials = loop.accumulators.map(({ type: { dtype } }): BufferParam => (
    { name: fresh("partial"), dtype: dtype === "float16" ? "float32" : dtype, length: int(count * total), access: "write", aliasGroup: null }
  ));

  const inChunk: ForStmt = { ...longest, end: trips % size === 0 ? int(size) : min(sub(int(trips), mul(chunk, size)), int(size)) };
  const shifted = { ...inChunk, body: substituteIn(longest.body, new Map([[longest.index, add(mul(chunk, size), ref(longest.index, chunk.type))]])) };
  const before = nest.body.slice(0, nest.body.indexOf(loop.statement));
  const behind = nest.body.slice(nest.body.indexOf(loop.statement) + 1);
  const storePartials = partials.map(({ name }, number): Stmt => {
    const { name: accumulator, type } = at(loop.accumulators, number);
    return { kind: "store", buffer: name, index: add(mul(chunk, total), place), value: ref(accumulator, type), mask: null };
  });
  const chunked: Nest = {
    loops: [countedLoop("grid", chunk.name, int(count), []), ...nest.loops.map((each): ForStmt => ({ ...each, loop: "simd" }))],
    body: [...before, replaced(loop.statement, longest, shifted), ...storePartials],
  };

  const together = loop.accumulators.flatMap(({ name, type, op }, number): readonly Stmt[] => {
    const held = ref(fresh("held"), type);
    return [
      { kind: "load", name: held.name, type, buffer: at(partials, number).name, index: add(mul(part, total), place), mask: null },
      { kind: "assign", name, value: foldStep(op, ref(name, type), held) },
    ];
  });
  const second: Nest = { loops: nest.loops, body: [...before, countedLoop("serial", part.name, int(count), together), ...behind] };

  return {
    first: bound({ ...kernel, name: `${kernel.name}_chunks`, buffers: [...kernel.buffers, ...partials] }, chunked, kernel),
    second: bound({ ...kernel, buffers: [...kernel.buffers, ...partials.map((each): BufferParam => ({ ...each, access: "read" }))] }, second, kernel),
    scratch: partials.map(({ dtype }) => ({ dtype, length: count * total })),
  };
}

/** About an even share, in whole vectors; one that leaves no smaller chunk at the end where there is one of about that size. */
function chunkSize(trips: number, chunks: number): number {
  const unit = trips % vectorWidth === 0 ? vectorWidth : 1;
  const even = Math.ceil(trips / chunks / unit) * unit;
  for (let size = even; size < 2 * even && size < trips; size += unit) if (trips % size === 0) return size;
  return even;
}

function stores(body: readonly Stmt[]): boolean {
  let found = false;
  forEachStmt(body, ({ kind }) => { found ||= kind === "store"; });
  return found;
}

function replaced(around: ForStmt, old: ForStmt, made: ForStmt): ForStmt {
  return around === old ? made : { ...around, body: around.body.map((statement) => (statement.kind === "for" ? replaced(statement, old, made) : statement)) };
}

/** The kernel around a nest, with the buffers that it uses and what each of them is. */
function bound(kernel: Kernel, nest: Nest, original: Kernel): SplitKernel {
  const nested: Kernel = nest.loops.length === 0 ? { ...kernel, body: nest.body } : withNest(kernel, nest);
  const used = new Set<string>();
  forEachStmt(nested.body, (statement) => {
    if (statement.kind === "load" || statement.kind === "store") used.add(statement.buffer);
  });
  const kept = kernel.buffers.map((buffer, position) => ({ buffer, position })).filter(({ buffer }) => used.has(buffer.name));
  const known = original.buffers.length;
  return {
    kernel: { ...nested, buffers: kept.map(({ buffer }) => buffer) },
    buffers: kept.map(({ position }): ScheduledBuffer => (position < known ? { kind: "buffer", buffer: position } : { kind: "scratch", scratch: position - known })),
  };
}
