/**
 * @file Rows of keys in order on a grid: bitonic merging of keys with the places that they came from, which decide between equal
 * keys, so that the order is stable. Blocks are sorted in workgroup memory; longer merges go through global memory, a kernel for
 * each distance of partners. The distances are scalar parameters, so that all steps share three kernels.
 */

import { at } from "../base/assert.ts";
import type { RoutineStep } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";

/** Elements that a workgroup sorts in its memory, two for each invocation. */
const largestBlock = 256;

/** The extent of a row that can be sorted: a power of two. */
export function powerFor(extent: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, extent)));
}

/** What brings rows of places (scratch array 0) and of their int32 keys (the arrays behind) into the order of the keys. */
export function orderingSteps(count: number, stride: number, keys: number): readonly RoutineStep[] {
  const block = Math.min(largestBlock, stride);
  const sort: GridSort = { count, stride, block, keys };
  const steps: RoutineStep[] = [blockStep(sort, "sort", block)];
  for (let size = 2 * block; size <= stride; size *= 2) {
    for (let distance = size / 2; distance >= block; distance /= 2) steps.push(pairsStep(sort, size, distance));
    steps.push(blockStep(sort, "merge", size));
  }
  return steps;
}

interface GridSort {
  /** Rows. */
  readonly count: number;
  /** The extent of a row as a power of two. */
  readonly stride: number;
  readonly block: number;
  readonly keys: number;
}

/** So many scratch arrays, as the buffers of a step. */
export const allOf = (count: number): RoutineStep["buffers"] => Array.from({ length: count }, (_, index) => ({ from: "scratch" as const, index }));

/** The place and the keys of one element. */
type Entry = readonly Expr[];

/** Whether `a` stands before `b`: by the keys, then by the place. */
function isBefore(a: Entry, b: Entry): Expr {
  const [keys, others] = [a.slice(1), b.slice(1)];
  const byPlace = k.lt(at(a, 0), at(b, 0));
  return keys.reduceRight<Expr>((rest, key, number) => (
    k.or(k.lt(key, at(others, number)), k.and(k.eq(key, at(others, number)), rest))
  ), byPlace);
}

/** Exchanges the entries at two places of some arrays where they are not in the order wanted. */
function exchange(builder: KernelBuilder, arrays: readonly string[], first: Expr, second: Expr, isAscending: Expr): void {
  const load = (place: Expr, hint: string): Entry => arrays.map((array) => builder.load(array, place, { hint }));
  const [left, right] = [load(first, "left"), load(second, "right")];
  builder.if(k.op("eq", builder.let(isBefore(right, left), "isBehind"), isAscending), () => arrays.forEach((array, number) => {
    builder.store(array, first, at(right, number));
    builder.store(array, second, at(left, number));
  }));
}

function entryBuffers(builder: KernelBuilder, { count, stride, keys }: GridSort): readonly string[] {
  return Array.from({ length: keys + 1 }, (_, number) => (
    builder.buffer(number === 0 ? "places" : "keys", { dtype: "int32", length: count * stride, access: "readWrite" })
  ));
}

/** Partners at a distance through global memory. */
function pairsStep(sort: GridSort, size: number, distance: number): RoutineStep {
  const builder = new KernelBuilder("merge_pairs");
  const [sizeOf, distanceOf] = [builder.scalar("size", "int32"), builder.scalar("distance", "int32")];
  const buffers = entryBuffers(builder, sort);
  const pairs = (sort.count * sort.stride) / 2;
  builder.for("grid", 0, pairs, 1, (pair) => {
    const low = builder.let(k.and(pair, k.sub(distanceOf, 1)), "low");
    const first = builder.let(k.add(k.mul(k.sub(pair, low), 2), low), "first");
    const place = k.op("and", first, k.int(sort.stride - 1));
    const isAscending = builder.let(k.eq(k.and(place, sizeOf), 0), "isAscending");
    exchange(builder, buffers, first, k.add(first, distanceOf), isAscending);
  }, "pair");
  return { kernel: builder.build(), buffers: allOf(1 + sort.keys), scalars: [size, distance], extent: pairs };
}

/** A block sorted in workgroup memory, or the last distances of a merge of `size` elements. */
function blockStep(sort: GridSort, what: "sort" | "merge", size: number): RoutineStep {
  const { block, count, stride, keys } = sort;
  const builder = new KernelBuilder(`${what}_blocks`);
  const sizeOf = what === "merge" ? builder.scalar("size", "int32") : null;
  const buffers = entryBuffers(builder, sort);
  const arrays = buffers.map(() => builder.array("entries", { space: "workgroup", dtype: "int32", length: block }));
  const lanes = block / 2;
  const groups = (count * stride) / block;
  builder.for("grid", 0, groups, 1, (group) => {
    const move = (from: readonly string[], to: readonly string[], toBlock: boolean): void => builder.for("local", 0, lanes, 1, (lane) => {
      for (const half of [0, lanes]) {
        const inBlock = k.add(lane, half);
        const global = builder.let(k.add(k.mul(group, block), inBlock), "position");
        from.forEach((array, number) => builder.store(at(to, number), toBlock ? inBlock : global, builder.load(array, toBlock ? global : inBlock)));
      }
    }, "lane");
    move(buffers, arrays, true);
    builder.barrier();
    /** Distances from half of `from` down to 1; `sizeAt` says which way an element sorts. */
    const distances = (levels: Expr, sizeAt: Expr): void => builder.for("serial", 0, levels, 1, (level) => {
      const distance = builder.let(k.op("shiftLeft", k.int(1), k.sub(k.sub(levels, 1), level)), "distance");
      builder.for("local", 0, lanes, 1, (lane) => {
        const low = builder.let(k.and(lane, k.sub(distance, 1)), "low");
        const first = builder.let(k.add(k.mul(k.sub(lane, low), 2), low), "first");
        const place = k.and(k.add(k.mul(group, block), first), stride - 1);
        exchange(builder, arrays, first, k.add(first, distance), builder.let(k.eq(k.and(place, sizeAt), 0), "isAscending"));
      }, "lane");
      builder.barrier();
    }, "level");
    const depth = Math.log2(block);
    if (sizeOf !== null) distances(k.int(depth), sizeOf);
    else builder.for("serial", 1, depth + 1, 1, (levels) => distances(levels, builder.let(k.op("shiftLeft", k.int(1), levels), "size")), "levels");
    move(arrays, buffers, false);
  }, "group");
  return { kernel: builder.build({ workgroup: lanes }), buffers: allOf(1 + keys), scalars: sizeOf === null ? [] : [size], extent: groups };
}
