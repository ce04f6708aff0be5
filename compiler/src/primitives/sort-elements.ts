/**
 * @file A radix sort of rows that carries nothing but the elements: what a sort of one operand comes to. Keys are computed again
 * from the elements in every pass, which is cheaper than moving them. Stable, so that -0 and 0 keep their order.
 */

import { at, InternalError } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { Aval, RoutinePlan } from "../ir/types.ts";
import { KernelBuilder } from "../kernel/build.ts";
import * as k from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";
import { rowStart, type Rows } from "./reduce-kernel.ts";
import { countsBefore } from "./sort-digits.ts";
import { integerKey, unsignedOrder, type KeyOrder } from "./sort-keys.ts";

/** Where the elements of a row lie between two passes. */
interface Place {
  readonly buffer: string;
  readonly position: (place: Expr) => Expr;
}

/** The plan: digit by digit, the least significant first; the digits of all passes are counted at once. */
export function planElementSort(operand: Aval, rows: Rows, order: KeyOrder, digitBits: number): RoutinePlan {
  const { extent, count, stride } = rows;
  const digits = 2 ** digitBits;
  const passes = Math.ceil(32 / digitBits);
  const dtype = storageOf(operand.dtype);
  const builder = new KernelBuilder("radix_sort_elements");
  const from = builder.buffer("operand", { dtype, length: sizeOf(operand.shape), access: "read" });
  const out = builder.buffer("out", { dtype, length: sizeOf(operand.shape), access: "readWrite" });
  const between = builder.buffer("between", { dtype, length: count * extent, access: "readWrite" });
  const counters = builder.buffer("counters", { dtype: "int32", length: count * passes * digits, access: "readWrite" });
  builder.for("grid", 0, count, 1, (row) => {
    const start = builder.let(rowStart(row, rows), "start");
    const [base, first] = [builder.let(k.mul(row, extent), "base"), builder.let(k.mul(row, passes * digits), "first")];
    const inRow = (place: Expr): Expr => k.add(start, k.mul(place, stride));
    const places: readonly Place[] = [{ buffer: out, position: inRow }, { buffer: between, position: (place) => k.add(base, place) }];
    /** The last pass writes the result. */
    const placeAfter = (pass: number): Place => (pass < 0 ? { buffer: from, position: inRow } : at(places, (passes - 1 - pass) % 2));
    const keyOf = (element: Expr): Expr => builder.let(unsignedOrder(integerKey(builder, element, order)), "key");
    const counterOf = (key: Expr, pass: number): Expr => {
      const digit = k.and(k.op("shiftRightLogical", key, k.int(pass * digitBits)), digits - 1);
      return builder.let(k.add(k.add(first, pass * digits), digit), "counter");
    };

    builder.for("serial", 0, passes * digits, 1, (digit) => builder.store(counters, k.add(first, digit), k.int(0)), "digit");
    builder.for("serial", 0, extent, 1, (place) => {
      const key = keyOf(builder.load(from, inRow(place), { hint: "element" }));
      for (let pass = 0; pass < passes; pass++) {
        const counter = counterOf(key, pass);
        builder.store(counters, counter, k.add(builder.load(counters, counter, { hint: "count" }), 1));
      }
    }, "place");
    countsBefore(builder, counters, first, passes, digits);
    for (let pass = 0; pass < passes; pass++) {
      const [source, target] = [placeAfter(pass - 1), placeAfter(pass)];
      if (source.buffer === target.buffer) throw new InternalError("a pass of a sort onto itself");
      builder.for("serial", 0, extent, 1, (place) => {
        const element = builder.load(source.buffer, source.position(place), { hint: "element" });
        const counter = counterOf(keyOf(element), pass);
        const free = builder.load(counters, counter, { hint: "free" });
        builder.store(counters, counter, k.add(free, 1));
        builder.store(target.buffer, target.position(free), element);
      }, "place");
    }
  }, "row");
  return {
    scratch: [{ dtype: operand.dtype, length: count * extent }, { dtype: "int32", length: count * passes * digits }],
    steps: [{
      kernel: builder.build(), extent: count,
      buffers: [{ from: "input", index: 0 }, { from: "output", index: 0 }, { from: "scratch", index: 0 }, { from: "scratch", index: 1 }],
    }],
  };
}
