/** @file The places of elements that are not 0. */

import { range, sizeOf, stridesOf } from "@lanewise/compiler/base/shape";
import { at } from "@lanewise/compiler/base/assert";
import { aval as makeAval, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType, div, sub } from "@lanewise/compiler/primitives/arith";
import { rem } from "@lanewise/compiler/primitives/arith-rounding";
import { lt } from "@lanewise/compiler/primitives/compare";
import { cumsum } from "@lanewise/compiler/primitives/cumulative";
import { fullOf } from "@lanewise/compiler/primitives/linear";
import { iota } from "@lanewise/compiler/primitives/structural";
import { asCondition, where } from "./elementwise.ts";
import { updateIndexed } from "./index-update.ts";
import { defaultMode } from "./index.ts";
import { namedCall } from "./named-call.ts";
import { sum } from "./reduce.ts";
import { ravel } from "./shape.ts";

/** How many elements are not 0. */
export function countNonzero(x: Value): Value {
  return sum(convertElementType(asCondition(x), "int32"), { axis: null, keepdims: false });
}

/**
 * The places of the first `size` elements that are not 0, in row-major order: one vector per axis. Where there are fewer, the
 * rest are the fill values, one per axis. Each such element is written to its turn among them, which a sum of prefixes gives.
 */
export function nonzero(x: Value, size: number, fill: readonly number[]): readonly Value[] {
  const { shape } = x.aval;
  if (sizeOf(shape) === 0 || size === 0) return fill.map((value) => fullOf(value, makeAval([size], "int32")));
  return namedCall("nonzero", { size, fill }, [x], ([operand]) => {
    const isHit = ravel(asCondition(operand as Value));
    const turns = sub(cumsum(convertElementType(isHit, "int32"), 0), scalarLiteral(1, "int32"));
    const places = where(isHit, turns, scalarLiteral(size, "int32"));
    const target = { x: fullOf(0, makeAval([size], "int32")), index: [places], lift: (value: unknown) => value as Value, options: { ...defaultMode, mode: "fillOrDrop" as const } };
    const flat = updateIndexed("set", target, iota("int32", [sizeOf(shape)], 0));
    const isFilled = lt(iota("int32", [size], 0), countNonzero(operand as Value));
    const strides = stridesOf(shape);
    return range(shape.length).map((axis) => {
      const quotient = div(flat, scalarLiteral(at(strides, axis), "int32"));
      const place = axis === 0 ? quotient : rem(quotient, scalarLiteral(at(shape, axis), "int32"));
      return where(isFilled, place, scalarLiteral(at(fill, axis), "int32"));
    });
  });
}
