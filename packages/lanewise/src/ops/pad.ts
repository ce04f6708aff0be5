/** @file Padding in every mode: each axis in turn, from slices of what is there already. All are calls of `_pad` in a jaxpr. */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { scalarLike, sub, mul } from "@lanewise/compiler/primitives/arith";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { concatenate, pad as padWith, slice } from "@lanewise/compiler/primitives/structural";
import { rev } from "@lanewise/compiler/primitives/structural-rev";
import { badArgument } from "../errors.ts";
import { linspace } from "./create.ts";
import { floor, round } from "./functions.ts";
import { sliceAlong } from "./index.ts";
import { namedCall1 } from "./named-call.ts";
import { convertOperand, inexactType, settleNumbers } from "./operands.ts";
import { median } from "./quantile.ts";
import { max, mean, min } from "./reduce.ts";
import { broadcastTo, squeeze } from "./shape.ts";

/** `[before, after]` per axis. */
export type PadWidths = readonly (readonly [number, number])[];

/** Lengths that a statistic is taken over, per axis; null is all. */
export type StatLengths = PadWidths | null;

const operation = "np.pad";
const statistics = { maximum: max, minimum: min, mean, median } as const;

export type StatisticMode = keyof typeof statistics;


/** Constant padding: one value for all sides, or per axis `[before, after]`, which broadcast. */
export function padConstant(x: Value, widths: PadWidths, constant: Value): Value {
  const args = [x, at(settleNumbers(operation, [x, constant]), 1)];
  return namedCall1("_pad", widths, args, ([operand, value]) => {
    const array = convertOperand(operation, operand as Value, x.aval.dtype);
    const values = convertOperand(operation, value as Value, x.aval.dtype);
    const rank = array.aval.shape.length;
    const { shape } = values.aval;
    if (shape.length === 0) return padWith(array, values, widths.map(([before, after]) => [before, after, 0]));
    if (shape.length === 1 && shape[0] === 1) return padWith(array, squeeze(values, 0), widths.map(([before, after]) => [before, after, 0]));
    const pairs = broadcastTo(values, [rank, 2]);
    return widths.reduce((padded, sides, axis) => sides.reduce((inner, width, side) => {
      if (width === 0) return inner;
      const element = squeeze(slice(pairs, [axis, side], [axis + 1, side + 1]), null);
      return padWith(inner, element, widths.map((_, other) => (other !== axis ? [0, 0, 0] : side === 0 ? [width, 0, 0] : [0, width, 0])));
    }, padded), array);
  });
}

/** Each axis in turn: `side` makes what goes before it and behind it, or null for nothing. */
function padAxes(statics: unknown, args: readonly Value[], widths: PadWidths, side: (x: Value, axis: number, which: "before" | "after", width: number) => Value | null): Value {
  return namedCall1("_pad", statics, args, ([operand]) => widths.reduce((x, [before, after], axis) => {
    const parts = [before === 0 ? null : side(x, axis, "before", before), x, after === 0 ? null : side(x, axis, "after", after)].filter((part) => part !== null);
    return parts.length === 1 ? x : concatenate(parts, axis);
  }, operand as Value));
}

const extentOf = (x: Value, axis: number): number => at(x.aval.shape, axis);

function spread(part: Value, axis: number, width: number): Value {
  const { shape } = part.aval;
  return broadcastInDim(part, shape.map((extent, other) => (other === axis ? width : extent)), shape.map((_, other) => other));
}

/** The element at an end of the axis, with the axis. */
function edgeOf(x: Value, axis: number, which: "before" | "after"): Value {
  const last = extentOf(x, axis) - 1;
  return which === "before" ? sliceAlong(x, 0, 1, 1, axis) : sliceAlong(x, last, last + 1, 1, axis);
}

function requireElements(x: Value, widths: PadWidths, mode: string): void {
  const empty = widths.findIndex(([before, after], axis) => extentOf(x, axis) === 0 && before + after > 0);
  if (empty < 0) return;
  raise(badArgument, {
    operation, argument: "mode", expected: `elements along axis ${empty}, which mode "${mode}" repeats`, got: `shape ${formatShape(x.aval.shape)}`, fix: 'use mode "constant"',
  });
}

/** Zeros. */
export function padEmpty(x: Value, widths: PadWidths): Value {
  return padConstant(x, widths, scalarLike(x, 0));
}

/** The elements at the ends, repeated. */
export function padEdge(x: Value, widths: PadWidths): Value {
  requireElements(x, widths, "edge");
  return padAxes({ mode: "edge", widths }, [x], widths, (operand, axis, which, width) => spread(edgeOf(operand, axis, which), axis, width));
}

/** The whole array, over and over. */
export function padWrap(x: Value, widths: PadWidths): Value {
  requireElements(x, widths, "wrap");
  return padAxes({ mode: "wrap", widths }, [x], widths, (operand, axis, which, width) => {
    const extent = extentOf(operand, axis);
    const whole = Array.from({ length: Math.floor(width / extent) }, () => operand);
    const rest = width % extent;
    const part = rest === 0 ? [] : [which === "before" ? sliceAlong(operand, extent - rest, extent, 1, axis) : sliceAlong(operand, 0, rest, 1, axis)];
    const parts = which === "before" ? [...part, ...whole] : [...whole, ...part];
    return parts.length === 1 ? at(parts, 0) : concatenate(parts, axis);
  });
}

/**
 * The array mirrored at its ends: "symmetric" repeats the element at the end, "reflect" does not. An odd reflection mirrors
 * the values at the end's value too. Padding wider than the array mirrors what is already padded.
 */
export function padMirrored(x: Value, widths: PadWidths, mode: "reflect" | "symmetric", isOdd: boolean): Value {
  requireElements(x, widths, mode);
  return namedCall1("_pad", { mode, isOdd, widths }, [x], ([operand]) => widths.reduce((array, [before, after], axis) => {
    const extent = extentOf(array, axis);
    return mirrored(mirrored(array, axis, extent, before, "before", mode, isOdd), axis, extent, after, "after", mode, isOdd);
  }, operand as Value));
}

function mirrored(array: Value, axis: number, extent: number, width: number, which: "before" | "after", mode: "reflect" | "symmetric", isOdd: boolean): Value {
  const skipped = mode === "reflect" && extent > 1 ? 1 : 0;
  let [padded, edge] = [array, edgeOf(array, axis, which)];
  for (let left = width; left > 0;) {
    const count = Math.min(left, extent - skipped);
    left -= count;
    const last = extentOf(padded, axis) - skipped;
    const image = rev(which === "before" ? sliceAlong(padded, skipped, skipped + count, 1, axis) : sliceAlong(padded, last - count, last, 1, axis), [axis]);
    const part = isOdd ? sub(mul(scalarLike(edge, 2), spread(edge, axis, count)), image) : image;
    if (isOdd && extent > 1) edge = edgeOf(part, axis, which);
    padded = concatenate(which === "before" ? [part, padded] : [padded, part], axis);
  }
  return padded;
}

/** From the element at each end in even steps towards the end values, of which one is behind the last step. */
export function padLinearRamp(x: Value, widths: PadWidths, ends: readonly (readonly [Value, Value])[]): Value {
  requireElements(x, widths, "linearRamp");
  const args = settleNumbers(operation, [x, ...ends.flat()]);
  return namedCall1("_pad", { mode: "linearRamp", widths }, args, ([operand, ...values]) => widths.reduce((array, [before, after], axis) => {
    const { dtype } = inexactType(array.aval);
    const ramp = (which: "before" | "after", num: number): Value => {
      const [numbers] = linspace(at(values, 2 * axis + (which === "before" ? 0 : 1)), squeeze(edgeOf(array, axis, which), axis), { num, axis, endpoint: false, dtype });
      return isInteger(array.aval.dtype) ? floor(numbers) : numbers;
    };
    const parts = [before === 0 ? [] : [ramp("before", before)], [array], after === 0 ? [] : [rev(ramp("after", after), [axis])]].flat();
    return parts.length === 1 ? array : concatenate(parts.map((part) => convertOperand(operation, part, array.aval.dtype, array.aval.weakType)), axis);
  }, operand as Value));
}

/** A statistic of the elements at each end, so many or all. */
export function padStatistic(x: Value, widths: PadWidths, mode: StatisticMode, lengths: StatLengths): Value {
  requireElements(x, widths, mode);
  return padAxes({ mode, widths, lengths }, [x], widths, (array, axis, which, width) => {
    const extent = extentOf(array, axis);
    const length = lengths === null ? extent : Math.min(extent, at(at(lengths, axis), which === "before" ? 0 : 1));
    const part = which === "before" ? sliceAlong(array, 0, length, 1, axis) : sliceAlong(array, extent - length, extent, 1, axis);
    const value = statistics[mode](part, { axis, keepdims: true });
    const whole = isInteger(array.aval.dtype) ? round("round", value, 0) : value;
    return spread(convertOperand(operation, whole, array.aval.dtype, array.aval.weakType), axis, width);
  });
}
