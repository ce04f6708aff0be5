/** @file Sort keys: elements as signed integers whose order is the order of the elements, where 32 bits hold them. */

import type { DType } from "../base/dtype.ts";
import type { KernelBuilder } from "../kernel/build.ts";
import * as k from "../kernel/build.ts";
import { valueOf } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";

/**
 * Ascending or descending; NaN is the largest. `zerosEqual`: -0 and 0 are one key, as in sort; otherwise -0 is below 0, as in
 * top_k.
 */
export interface KeyOrder {
  readonly descending: boolean;
  readonly zerosEqual: boolean;
}

/** The comparison of elements that a sort uses for one of its operands. */
export interface SortKey {
  /** What is compared in place of an element. */
  readonly of: (builder: KernelBuilder, element: Expr) => Expr;
  readonly less: (a: Expr, b: Expr) => Expr;
  readonly equal: (a: Expr, b: Expr) => Expr;
}

/** Whether the elements are sorted by integer keys. */
export function hasIntegerKey(dtype: DType): boolean {
  return valueOf(dtype) !== "float64";
}

export function sortKeyOf(dtype: DType, order: KeyOrder): SortKey {
  if (hasIntegerKey(dtype)) return { of: (builder, element) => integerKey(builder, element, order), less: k.lt, equal: k.eq };
  const isNaN = (value: Expr): Expr => k.op("isNaN", value);
  const below = (a: Expr, b: Expr): Expr => (order.zerosEqual ? k.lt(a, b) : k.or(k.lt(a, b), isNegativeZeroBeside(a, b)));
  const ascending = (a: Expr, b: Expr): Expr => k.or(below(a, b), k.and(isNaN(b), k.not(isNaN(a))));
  return {
    of: (_builder, element) => element,
    less: (a, b) => (order.descending ? ascending(b, a) : ascending(a, b)),
    equal: (a, b) => k.or(k.eq(a, b), k.and(isNaN(a), isNaN(b))),
  };
}

/** Whether a is -0 and b is 0: only then do equal numbers have different reciprocals. */
function isNegativeZeroBeside(a: Expr, b: Expr): Expr {
  return k.and(k.eq(a, b), k.lt(k.div(1, a), k.div(1, b)));
}

const magnitudeBits = 0x7fffffff;
const infinityBits = 0x7f800000;
const signBit = 0x80000000;

/** An int32 that is less where the element sorts before. Floats are taken by their bits, which no target rounds or flushes. */
export function integerKey(builder: KernelBuilder, element: Expr, { descending, zerosEqual }: KeyOrder): Expr {
  const ascending = ascendingKey(builder, element, zerosEqual);
  return builder.let(descending ? k.not(ascending) : ascending, "key");
}

function ascendingKey(builder: KernelBuilder, element: Expr, zerosEqual: boolean): Expr {
  switch (element.type.dtype) {
    case "bool": return k.convert(element, "int32");
    case "uint32": return k.bitcast(k.op("xor", element, signBit), "int32");
    case "int32": return element;
    default: {
      const bits = builder.let(k.bitcast(element, "int32"), "bits");
      const magnitude = builder.let(k.and(bits, magnitudeBits), "magnitude");
      // Of negative numbers the larger magnitude sorts first.
      const signed = k.op("xor", bits, k.and(k.op("shiftRightArithmetic", bits, 31), magnitudeBits));
      const settled = zerosEqual ? k.select(k.eq(magnitude, 0), 0, signed) : signed;
      return k.select(k.gt(magnitude, infinityBits), magnitudeBits, settled);
    }
  }
}

/** A key whose bits, read as unsigned, are in order: what a radix sort takes digits of. */
export function unsignedOrder(key: Expr): Expr {
  return k.op("xor", key, -signBit);
}
