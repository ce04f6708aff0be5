/** @file The first step of routines that change an array in place: the result begins as an operand. */

import { sizeOf } from "../base/shape.ts";
import type { Aval, RoutineStep } from "../ir/types.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";

/** Copies input `index` to the first output; where that one takes the input's memory, this changes nothing. */
export function copyStep(name: string, index: number, { shape, dtype }: Aval): RoutineStep {
  const length = sizeOf(shape);
  const builder = new KernelBuilder(name);
  const from = builder.buffer("operand", { dtype: storageOf(dtype), length, access: "read", aliasGroup: 0 });
  const to = builder.buffer("out", { dtype: storageOf(dtype), length, access: "write", aliasGroup: 0 });
  builder.for("grid", 0, length, 1, (place) => builder.store(to, place, builder.load(from, place)));
  return { kernel: builder.build(), buffers: [{ from: "input", index }, { from: "output", index: 0 }], extent: length, isCopy: true };
}
