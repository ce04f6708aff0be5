/** @file The loops of the blocked kernels: how many rows make a block, and rows side by side that share what all of them read. */

import { at } from "../base/assert.ts";
import { range } from "../base/shape.ts";
import * as k from "../kernel/build.ts";
import type { KernelBuilder } from "../kernel/build.ts";
import type { Expr, RefExpr, ValueDType } from "../kernel/types.ts";

/** Rows that a kernel finishes before the others take them in. */
export const blockSize = 32;

/** Rows that are computed side by side: sums that do not wait for each other. */
const tileSize = 4;

/** Runs a body for several indices at a time, then for those that are left one by one. */
export function inTiles(builder: KernelBuilder, begin: Expr, end: Expr, body: (indices: readonly Expr[]) => void): void {
  const whole = builder.let(k.add(begin, k.mul(k.div(k.sub(end, begin), tileSize), tileSize)), "whole");
  builder.for("serial", begin, whole, tileSize, (first) => body(range(tileSize).map((offset) => k.add(first, offset))), "tile");
  builder.for("serial", whole, end, 1, (index) => body([index]), "row");
}

/** Sums over one loop from `first` to `end`, one for each of the terms that `termsAt` gives. */
export function sums(
  builder: KernelBuilder, dtype: ValueDType, count: number, first: Expr, end: Expr, termsAt: (index: Expr) => readonly Expr[],
): readonly Expr[] {
  const totals = range(count).map((): RefExpr => builder.var(k.constant(0, dtype), "sum"));
  builder.for("serial", first, end, 1, (index) => {
    const terms = termsAt(index);
    totals.forEach((total, place) => builder.assign(total, k.add(total, at(terms, place))));
  }, "p");
  return totals;
}
