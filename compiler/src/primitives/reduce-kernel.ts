/** @file How the kernels of reductions, windows, prefixes and sorts hold elements and address rows. */

import { at, InternalError } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import * as k from "../kernel/build.ts";
import type { Expr, StorageDType, ValueDType } from "../kernel/types.ts";

/** The dtype as memory holds it. */
export function storageOf(dtype: DType): StorageDType {
  if (dtype === "float0" || dtype === "key<fry>" || dtype === "complex64") throw new InternalError(`${dtype} has no storage of its own`);
  return dtype;
}

/** The dtype as a kernel computes with it. */
export function valueOf(dtype: DType): ValueDType {
  return k.valueDTypeOf(storageOf(dtype));
}

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
