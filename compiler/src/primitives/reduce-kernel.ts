/** @file How the kernels of reductions, windows, prefixes and sorts address rows. */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";

/** The rows of an array along one axis: everything before the axis times everything behind it. */
export interface Rows {
  readonly count: number;
  /** Elements of a row, and how far apart they lie. */
  readonly extent: number;
  readonly stride: number;
}

export function rowsAlong(shape: readonly number[], axis: number): Rows {
  const stride = sizeOf(shape.slice(axis + 1));
  return { count: sizeOf(shape.slice(0, axis)) * stride, extent: at(shape, axis), stride };
}

/** Where the first element of a row lies. */
export function rowStart(row: Expr, { stride, extent }: Rows): Expr {
  if (stride === 1) return k.mul(row, extent);
  return k.add(k.mul(k.div(row, stride), stride * extent), k.rem(row, stride));
}
