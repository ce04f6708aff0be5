/** @file The plans of sort and top_k: the order of each row, then every operand taken in this order. */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { Aval, Params, RoutineContext, RoutinePlan, RoutineStep } from "../ir/types.ts";
import { KernelBuilder } from "../kernel/build.ts";
import * as k from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";
import { rowsAlong, rowStart, type Rows } from "./reduce-kernel.ts";
import { planElementSort } from "./sort-elements.ts";
import { gridOrder } from "./sort-grid.ts";
import { integerKey, hasIntegerKey, type KeyOrder } from "./sort-keys.ts";
import { digitBitsOf, orderRows, type RowOrder } from "./sort-order.ts";

export interface SortParams extends Params {
  readonly dimension: number;
  readonly isStable: boolean;
  /** Operands that are compared, the first one first; all are reordered. */
  readonly numKeys: number;
}

export interface TopKParams extends Params {
  readonly axis: number;
  readonly k: number;
}

const empty: RoutinePlan = { scratch: [], steps: [] };

export function planSort({ params, inAvals }: RoutineContext<SortParams>): RoutinePlan {
  const { shape } = at(inAvals, 0);
  if (sizeOf(shape) === 0) return empty;
  const rows = rowsAlong(shape, params.dimension);
  const ascending: KeyOrder = { descending: false, zerosEqual: true };
  const digitBits = digitBitsOf(at(inAvals, 0), rows);
  if (inAvals.length === 1 && digitBits !== null) return planElementSort(at(inAvals, 0), rows, ascending, digitBits);
  const order = orderRows(inAvals.slice(0, params.numKeys), rows, ascending);
  return { scratch: order.scratch, steps: [order.step, ...inAvals.map((operand, index) => takeStep(operand, index, rows, rows.extent, order))] };
}

/** The same on a grid, the rows' order by bitonic merging. */
export function planGridSort({ params, inAvals }: RoutineContext<SortParams>): RoutinePlan {
  if (sizeOf(at(inAvals, 0).shape) === 0) return empty;
  const rows = rowsAlong(at(inAvals, 0).shape, params.dimension);
  const order = gridOrder(inAvals.slice(0, params.numKeys), params.dimension, { descending: false, zerosEqual: true });
  return { scratch: order.scratch, steps: [...order.steps, ...inAvals.map((operand, index) => takeStep(operand, index, rows, rows.extent, order))] };
}

export function planGridTopK({ params, inAvals }: RoutineContext<TopKParams>): RoutinePlan {
  const operand = at(inAvals, 0);
  if (sizeOf(operand.shape) === 0 || params.k === 0) return empty;
  const rows = rowsAlong(operand.shape, params.axis);
  const order = gridOrder([operand], params.axis, { descending: true, zerosEqual: false });
  return { scratch: order.scratch, steps: [...order.steps, takeStep(operand, 0, rows, params.k, order), placesStep(rows, params.k, order)] };
}

/** Up to this many largest elements are kept in a list while the row is read once. */
const longestList = 16;

export function planTopK({ params, inAvals }: RoutineContext<TopKParams>): RoutinePlan {
  const operand = at(inAvals, 0);
  const rows = rowsAlong(operand.shape, params.axis);
  if (sizeOf(operand.shape) === 0 || params.k === 0) return empty;
  const isList = params.k <= longestList && hasIntegerKey(operand.dtype);
  const order = isList ? listLargest(operand, rows, params.k) : orderRows([operand], rows, { descending: true, zerosEqual: false });
  return { scratch: order.scratch, steps: [order.step, takeStep(operand, 0, rows, params.k, order), placesStep(rows, params.k, order)] };
}

/** Loops over the elements that are taken: their row and their place in it. All are independent. */
function forEachTaken(builder: KernelBuilder, { count: rowCount }: Rows, taken: number, body: (row: Expr, place: Expr) => void): number {
  const places = (row: Expr): void => builder.for("grid", 0, taken, 1, (place) => body(row, place), "place");
  if (rowCount === 1) {
    places(k.int(0));
    return taken;
  }
  builder.for("grid", 0, rowCount, 1, (row) => places(row), "row");
  return rowCount;
}

/** Where the places of each row stand in order. */
type OrderedPlaces = Pick<RowOrder, "scratch" | "stride" | "offset">;

/** The first `taken` elements of each row in its order, of the operand that is input and output number `index`. */
function takeStep(operand: Aval, index: number, rows: Rows, taken: number, order: OrderedPlaces): RoutineStep {
  const dtype = storageOf(operand.dtype);
  const builder = new KernelBuilder("take_in_order");
  const from = builder.buffer("operand", { dtype, length: rows.count * rows.extent, access: "read" });
  const places = builder.buffer("places", { dtype: "int32", length: at(order.scratch, 0).length, access: "read" });
  const to = builder.buffer("out", { dtype, length: rows.count * taken, access: "write" });
  const extent = forEachTaken(builder, rows, taken, (row, place) => {
    const source = builder.load(places, k.add(k.add(k.mul(row, order.stride), order.offset), place), { hint: "source" });
    const value = builder.load(from, k.add(rowStart(row, rows), k.mul(source, rows.stride)), { hint: "value" });
    builder.store(to, k.add(rowStart(row, { ...rows, extent: taken }), k.mul(place, rows.stride)), value);
  });
  return { kernel: builder.build(), buffers: [{ from: "input", index }, { from: "scratch", index: 0 }, { from: "output", index }], extent };
}

/** Where the elements that are taken came from, as output 1. */
function placesStep(rows: Rows, taken: number, order: OrderedPlaces): RoutineStep {
  const builder = new KernelBuilder("places_in_order");
  const places = builder.buffer("places", { dtype: "int32", length: at(order.scratch, 0).length, access: "read" });
  const to = builder.buffer("out", { dtype: "int32", length: rows.count * taken, access: "write" });
  const extent = forEachTaken(builder, rows, taken, (row, place) => {
    const source = builder.load(places, k.add(k.add(k.mul(row, order.stride), order.offset), place), { hint: "source" });
    builder.store(to, k.add(rowStart(row, { ...rows, extent: taken }), k.mul(place, rows.stride)), source);
  });
  return { kernel: builder.build(), buffers: [{ from: "scratch", index: 0 }, { from: "output", index: 1 }], extent };
}

/** The places of the largest elements of each row, by insertion into a short sorted list. */
function listLargest(operand: Aval, rows: Rows, wanted: number): RowOrder {
  const { count, extent } = rows;
  const builder = new KernelBuilder("list_largest");
  const from = builder.buffer("operand", { dtype: storageOf(operand.dtype), length: count * extent, access: "read" });
  const places = builder.buffer("places", { dtype: "int32", length: count * wanted, access: "readWrite" });
  const keys = builder.buffer("keys", { dtype: "int32", length: count * wanted, access: "readWrite" });
  builder.for("grid", 0, count, 1, (row) => {
    const [start, base] = [builder.let(rowStart(row, rows), "start"), builder.let(k.mul(row, wanted), "base")];
    const last = builder.let(k.add(base, wanted - 1), "last");
    const smallest = builder.var(k.int(-2147483648), "smallest");
    builder.for("serial", 0, extent, 1, (place) => {
      const element = builder.load(from, k.add(start, k.mul(place, rows.stride)), { hint: "element" });
      const key = integerKey(builder, element, { descending: false, zerosEqual: false });
      builder.if(k.or(k.lt(place, wanted), k.gt(key, smallest)), () => {
        // The list is full or not: what falls out is its last element.
        const free = builder.var(k.min(k.add(base, place), last), "free");
        const isOpen = builder.var(k.boolean(true), "isOpen");
        builder.while(() => k.and(isOpen, k.gt(free, base)), () => {
          const before = builder.let(k.sub(free, 1), "before");
          const keyBefore = builder.load(keys, before, { hint: "keyBefore" });
          builder.if(k.lt(keyBefore, key), () => {
            builder.store(keys, free, keyBefore);
            builder.store(places, free, builder.load(places, before, { hint: "moved" }));
            builder.assign(free, before);
          }, () => builder.assign(isOpen, k.boolean(false)));
        });
        builder.store(keys, free, key);
        builder.store(places, free, place);
        builder.if(k.ge(place, wanted - 1), () => builder.assign(smallest, builder.load(keys, last, { hint: "least" })));
      });
    }, "place");
  }, "row");
  return {
    scratch: [{ dtype: "int32", length: count * wanted }, { dtype: "int32", length: count * wanted }],
    step: {
      kernel: builder.build(), extent: count,
      buffers: [{ from: "input", index: 0 }, { from: "scratch", index: 0 }, { from: "scratch", index: 1 }],
    },
    stride: wanted,
    offset: 0,
  };
}
