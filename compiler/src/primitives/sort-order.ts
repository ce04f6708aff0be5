/**
 * @file Kernels that find the order of the elements of each row: a merge sort, and for long rows of one 32-bit key a radix
 * sort. Both are stable. Rows are independent; each works in memory of its own.
 *
 * The order of row r is a run of places in the scratch buffer 0, from `r * stride + offset` on.
 */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { Aval, RoutinePlan, RoutineStep } from "../ir/types.ts";
import { KernelBuilder } from "../kernel/build.ts";
import * as k from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";
import type { Expr, RefExpr } from "../kernel/types.ts";
import { rowStart, type Rows } from "./reduce-kernel.ts";
import { countsBefore } from "./sort-digits.ts";
import { hasIntegerKey, integerKey, sortKeyOf, unsignedOrder, type KeyOrder } from "./sort-keys.ts";

export interface RowOrder {
  readonly scratch: RoutinePlan["scratch"];
  readonly step: RoutineStep;
  readonly stride: number;
  readonly offset: number;
}

/** Rows from this extent on are sorted by digits; from the second one on by digits whose counters need memory of their own. */
const shortestForDigits = 64;
const shortestForWideDigits = 16384;

/** Bits of a digit where rows of this operand are sorted by digits; null where they are merged. */
export function digitBitsOf(operand: Aval, { extent }: Rows): 8 | 11 | null {
  if (!hasIntegerKey(operand.dtype) || extent < shortestForDigits) return null;
  return extent >= shortestForWideDigits ? 11 : 8;
}

/** The order of rows by the operands given, the first one first. They are the inputs 0, 1, ... of the equation. */
export function orderRows(keys: readonly Aval[], rows: Rows, order: KeyOrder): RowOrder {
  const first = at(keys, 0);
  if (keys.length > 1 || !hasIntegerKey(first.dtype)) return mergeByComparison(keys, rows, order);
  const digitBits = digitBitsOf(first, rows);
  return digitBits === null ? mergeIntegers(first, rows, order) : sortDigits(first, rows, order, digitBits);
}

// Merge sort -----------------------------------------------------------------------------------------------------------

/** The two sides of a row's scratch memory: each pass reads one and writes the other. */
interface Sides {
  readonly source: Expr;
  readonly target: Expr;
}

/** What a merge does with elements, by their position in scratch memory. */
interface Merge {
  /** The keys of the element there; evaluated once per comparison. */
  readonly keys: (position: Expr) => readonly Expr[];
  readonly less: (a: readonly Expr[], b: readonly Expr[]) => Expr;
  /** Moves an element whose keys are at hand. */
  readonly move: (from: Expr, to: Expr, keys: readonly Expr[]) => void;
}

/** How often the sorted runs must double to fill a row. */
function passesFor(extent: number): number {
  let passes = 0;
  while (2 ** passes < extent) passes++;
  return passes;
}

/** Merges runs of 1, 2, 4, ... elements; the result lies on side `passes % 2`. */
function emitMergeSort(builder: KernelBuilder, extent: number, base: Expr, merge: Merge): void {
  builder.for("serial", 0, passesFor(extent), 1, (pass) => {
    const width = builder.let(k.op("shiftLeft", k.int(1), pass), "width");
    const side = builder.let(k.mul(k.and(pass, 1), extent), "side");
    const sides: Sides = { source: builder.let(k.add(base, side), "source"), target: builder.let(k.sub(k.add(base, extent), side), "target") };
    const pairs = k.add(k.div(k.int(extent - 1), k.mul(width, 2)), 1);
    builder.for("serial", 0, pairs, 1, (pair) => {
      const begin = builder.let(k.mul(k.mul(pair, width), 2), "begin");
      const middle = builder.let(k.min(k.add(begin, width), extent), "middle");
      const end = builder.let(k.min(k.add(middle, width), extent), "end");
      emitMerge(builder, sides, [begin, middle, end], merge);
    }, "pair");
  }, "pass");
}

/** Merges two neighbouring runs; of equal elements that of the left run comes first. */
function emitMerge(builder: KernelBuilder, { source, target }: Sides, [begin, middle, end]: readonly [Expr, Expr, Expr], merge: Merge): void {
  const left = builder.var(begin, "left");
  const right = builder.var(middle, "right");
  const to = builder.var(k.add(target, begin), "to");
  const advance = (variable: RefExpr, by: Expr | number): void => builder.assign(variable, k.add(variable, by));
  builder.while(() => k.and(k.lt(left, middle), k.lt(right, end)), () => {
    const [leftKeys, rightKeys] = [merge.keys(k.add(source, left)), merge.keys(k.add(source, right))];
    const isRight = builder.let(merge.less(rightKeys, leftKeys), "isRight");
    merge.move(
      builder.let(k.add(source, k.select(isRight, right, left)), "from"), to,
      leftKeys.map((key, place) => k.select(isRight, at(rightKeys, place), key)),
    );
    const step = builder.let(k.convert(isRight, "int32"), "step");
    advance(right, step);
    advance(left, k.sub(1, step));
    advance(to, 1);
  });
  const isLeftOver = builder.let(k.lt(left, middle), "isLeftOver");
  const from = builder.let(k.select(isLeftOver, left, right), "from");
  const shift = builder.let(k.sub(to, from), "shift");
  builder.for("serial", from, builder.let(k.select(isLeftOver, middle, end), "until"), 1, (place) => {
    const position = builder.let(k.add(source, place), "position");
    merge.move(position, k.add(shift, place), merge.keys(position));
  }, "place");
}

/** One 32-bit key per element, which moves along with the element's place. */
function mergeIntegers(operand: Aval, rows: Rows, order: KeyOrder): RowOrder {
  const { extent, count } = rows;
  const builder = new KernelBuilder("merge_sort");
  const from = builder.buffer("operand", { dtype: storageOf(operand.dtype), length: sizeOf(operand.shape), access: "read" });
  const places = builder.buffer("places", { dtype: "int32", length: 2 * count * extent, access: "readWrite" });
  const keys = builder.buffer("keys", { dtype: "int32", length: 2 * count * extent, access: "readWrite" });
  builder.for("grid", 0, count, 1, (row) => {
    const [start, base] = [builder.let(rowStart(row, rows), "start"), builder.let(k.mul(row, 2 * extent), "base")];
    builder.for("serial", 0, extent, 1, (place) => {
      const element = builder.load(from, k.add(start, k.mul(place, rows.stride)), { hint: "element" });
      builder.store(keys, k.add(base, place), integerKey(builder, element, order));
      builder.store(places, k.add(base, place), place);
    }, "place");
    emitMergeSort(builder, extent, base, {
      keys: (position) => [builder.load(keys, position, { hint: "key" })],
      less: (a, b) => k.lt(at(a, 0), at(b, 0)),
      move: (position, to, [key]) => {
        builder.store(keys, to, key as Expr);
        builder.store(places, to, builder.load(places, position, { hint: "moved" }));
      },
    });
  }, "row");
  return rowOrder(builder, rows, [{ from: "input", index: 0 }], [{ dtype: "int32", length: 2 * count * extent }], passesFor(extent));
}

/** Any keys: the operands are read where they are, through the places sorted so far. */
function mergeByComparison(operands: readonly Aval[], rows: Rows, order: KeyOrder): RowOrder {
  const { extent, count } = rows;
  const builder = new KernelBuilder("merge_sort_by_comparison");
  const buffers = operands.map(({ dtype, shape }) => builder.buffer("operand", { dtype: storageOf(dtype), length: sizeOf(shape), access: "read" }));
  const places = builder.buffer("places", { dtype: "int32", length: 2 * count * extent, access: "readWrite" });
  const sortKeys = operands.map(({ dtype }) => sortKeyOf(dtype, order));
  builder.for("grid", 0, count, 1, (row) => {
    const [start, base] = [builder.let(rowStart(row, rows), "start"), builder.let(k.mul(row, 2 * extent), "base")];
    builder.for("serial", 0, extent, 1, (place) => builder.store(places, k.add(base, place), place), "place");
    emitMergeSort(builder, extent, base, {
      keys: (position) => {
        const element = builder.let(k.add(start, k.mul(builder.load(places, position, { hint: "place" }), rows.stride)), "element");
        return sortKeys.map((key, which) => key.of(builder, builder.load(at(buffers, which), element, { hint: "value" })));
      },
      // a < b by the first key, or equal there and a < b by the next ones.
      less: (a, b) => sortKeys.reduceRight<Expr | null>((rest, key, which) => {
        const [left, right] = [at(a, which), at(b, which)];
        return rest === null ? key.less(left, right) : k.or(key.less(left, right), k.and(key.equal(left, right), rest));
      }, null) ?? k.boolean(false),
      move: (position, to) => builder.store(places, to, builder.load(places, position, { hint: "moved" })),
    });
  }, "row");
  return rowOrder(builder, rows, operands.map((_, index) => ({ from: "input", index })), [], passesFor(extent));
}

/** The step of a finished kernel, whose buffers are the inputs, the places and the other scratch memory. */
function rowOrder(
  builder: KernelBuilder, { count, extent }: Rows, inputs: RoutineStep["buffers"], others: RoutinePlan["scratch"], passes: number,
): RowOrder {
  return {
    scratch: [{ dtype: "int32", length: 2 * count * extent }, ...others],
    step: {
      kernel: builder.build(), extent: count,
      buffers: [...inputs, { from: "scratch", index: 0 }, ...others.map((_, index) => ({ from: "scratch", index: index + 1 } as const))],
    },
    stride: 2 * extent,
    offset: passes % 2 === 0 ? 0 : extent,
  };
}

// Radix sort -----------------------------------------------------------------------------------------------------------

/** Digit by digit, the least significant first. The digits of all passes are counted at once. */
function sortDigits(operand: Aval, rows: Rows, order: KeyOrder, digitBits: 8 | 11): RowOrder {
  const { extent, count } = rows;
  const isWide = digitBits === 11;
  const digits = 2 ** digitBits;
  const passes = Math.ceil(32 / digitBits);
  const builder = new KernelBuilder("radix_sort");
  const from = builder.buffer("operand", { dtype: storageOf(operand.dtype), length: sizeOf(operand.shape), access: "read" });
  const places = builder.buffer("places", { dtype: "int32", length: 2 * count * extent, access: "readWrite" });
  const keys = builder.buffer("keys", { dtype: "int32", length: 2 * count * extent, access: "readWrite" });
  const counters = isWide
    ? builder.buffer("counters", { dtype: "int32", length: count * passes * digits, access: "readWrite" })
    : builder.array("counters", { space: "local", dtype: "int32", length: passes * digits });
  /** The counter of a key in a pass. */
  const counterOf = (first: Expr, key: Expr, pass: Expr): Expr => {
    const digit = k.and(k.op("shiftRightLogical", key, k.mul(pass, digitBits)), digits - 1);
    return builder.let(k.add(k.add(first, k.mul(pass, digits)), digit), "counter");
  };
  builder.for("grid", 0, count, 1, (row) => {
    const [start, base] = [builder.let(rowStart(row, rows), "start"), builder.let(k.mul(row, 2 * extent), "base")];
    const first = isWide ? builder.let(k.mul(row, passes * digits), "first") : k.int(0);
    builder.for("serial", 0, passes * digits, 1, (digit) => builder.store(counters, k.add(first, digit), k.int(0)), "digit");
    builder.for("serial", 0, extent, 1, (place) => {
      const element = builder.load(from, k.add(start, k.mul(place, rows.stride)), { hint: "element" });
      const key = builder.let(unsignedOrder(integerKey(builder, element, order)), "key");
      builder.store(keys, k.add(base, place), key);
      builder.store(places, k.add(base, place), place);
      for (let pass = 0; pass < passes; pass++) {
        const counter = counterOf(first, key, k.int(pass));
        builder.store(counters, counter, k.add(builder.load(counters, counter, { hint: "count" }), 1));
      }
    }, "place");
    countsBefore(builder, counters, first, passes, digits);
    builder.for("serial", 0, passes, 1, (pass) => {
      const side = builder.let(k.mul(k.and(pass, 1), extent), "side");
      const [source, target] = [builder.let(k.add(base, side), "source"), builder.let(k.sub(k.add(base, extent), side), "target")];
      builder.for("serial", 0, extent, 1, (place) => {
        const position = builder.let(k.add(source, place), "position");
        const key = builder.load(keys, position, { hint: "key" });
        const counter = counterOf(first, key, pass);
        const free = builder.load(counters, counter, { hint: "free" });
        builder.store(counters, counter, k.add(free, 1));
        const to = builder.let(k.add(target, free), "to");
        builder.store(keys, to, key);
        builder.store(places, to, builder.load(places, position, { hint: "moved" }));
      }, "place");
    }, "pass");
  }, "row");
  const memory = { dtype: "int32", length: 2 * count * extent } as const;
  const others = isWide ? [memory, { dtype: "int32", length: count * passes * digits } as const] : [memory];
  return rowOrder(builder, rows, [{ from: "input", index: 0 }], others, passes);
}
