/** @file The order of rows on a grid: integer keys of the elements, and the places that they came from, brought into order. */

import { at } from "../base/assert.ts";
import type { Aval, RoutinePlan, RoutineStep } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";
import { allOf, orderingSteps, powerFor } from "./index-order.ts";
import { rowsAlong, rowStart, type Rows } from "./reduce-kernel.ts";
import { integerKey, type KeyOrder } from "./sort-keys.ts";

/** Where the order of rows is found: scratch array 0 holds the places of row `r` from `r * stride` on. */
export interface GridOrder {
  readonly scratch: RoutinePlan["scratch"];
  readonly steps: readonly RoutineStep[];
  readonly stride: number;
  readonly offset: number;
}

/** The order of rows by several operands, the first one first. Every dtype but float64. */
export function gridOrder(operands: readonly Aval[], dimension: number, order: KeyOrder): GridOrder {
  const rows = rowsAlong(at(operands, 0).shape, dimension);
  const stride = powerFor(rows.extent);
  const keys = keysStep(operands, rows, stride, order);
  const steps = [keys, ...orderingSteps(rows.count, stride, operands.length)];
  const length = rows.count * stride;
  const scratch = [{ dtype: "int32" as const, length }, ...operands.map(() => ({ dtype: "int32" as const, length }))];
  return { scratch, steps, stride, offset: 0 };
}

/** Keys and places; behind the end of a row, the largest key with places that come last. */
function keysStep(operands: readonly Aval[], rows: Rows, stride: number, order: KeyOrder): RoutineStep {
  const builder = new KernelBuilder("sort_keys");
  const length = rows.count * rows.extent;
  const from = operands.map(({ dtype }) => builder.buffer("operand", { dtype: storageOf(dtype), length, access: "read" }));
  const places = builder.buffer("places", { dtype: "int32", length: rows.count * stride, access: "write" });
  const keys = operands.map(() => builder.buffer("keys", { dtype: "int32", length: rows.count * stride, access: "write" }));
  builder.for("grid", 0, rows.count * stride, 1, (index) => {
    const place = builder.let(k.rem(index, stride), "place");
    builder.store(places, index, place);
    builder.if(k.lt(place, rows.extent), () => {
      const position = builder.let(k.add(rowStart(k.div(index, stride), rows), k.mul(place, rows.stride)), "position");
      from.forEach((buffer, number) => builder.store(at(keys, number), index, integerKey(builder, builder.load(buffer, position, { hint: "element" }), order)));
    }, () => keys.forEach((buffer) => builder.store(buffer, index, k.int(2147483647))));
  }, "index");
  const inputs = operands.map((_, index) => ({ from: "input" as const, index }));
  return { kernel: builder.build(), buffers: [...inputs, ...allOf(1 + operands.length)], extent: rows.count * stride };
}
