/** @file The geometry of windows that slide over an array: params, shapes, and which elements a window holds. */

import { at } from "../base/assert.ts";
import { formatShape, withAxis } from "../base/shape.ts";
import type { Params, ParsedParam, PrintedParam } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { printed, refuseParameter } from "./define.ts";
import { formatTuple, parseItems, parseNumbers } from "./params.ts";

/** One entry per axis in each; padding is [low, high], negative where elements are removed. */
export interface WindowParams extends Params {
  /** Gaps between neighbours of the operand: 1 is none. */
  readonly baseDilation: readonly number[];
  readonly padding: readonly (readonly number[])[];
  /** Gaps between neighbours of the window: 1 is none. */
  readonly windowDilation: readonly number[];
  readonly windowDimensions: readonly number[];
  readonly windowStrides: readonly number[];
}

/** The extent after gaps have been put between the elements. */
export function dilated(extent: number, dilation: number): number {
  return extent === 0 ? 0 : 1 + dilation * (extent - 1);
}

/** Padding before and behind an axis. */
export function paddingOf({ padding }: Pick<WindowParams, "padding">, axis: number): readonly [low: number, high: number] {
  return [at(at(padding, axis), 0), at(at(padding, axis), 1)];
}

/** The shape of a windowed reduction; throws for params that do not fit the operand. */
export function windowedShape(name: string, shape: readonly number[], params: WindowParams): number[] {
  const perAxis = { windowDimensions: params.windowDimensions, windowStrides: params.windowStrides, baseDilation: params.baseDilation, windowDilation: params.windowDilation };
  for (const [param, values] of Object.entries(perAxis)) {
    if (values.length !== shape.length || values.some((value) => !Number.isInteger(value) || value < 1)) {
      refuseParameter(name, `${param} with a positive integer for each axis of ${formatShape(shape)}`, formatShape(values));
    }
  }
  if (params.padding.length !== shape.length || params.padding.some((pair) => pair.length !== 2 || !pair.every(Number.isInteger))) {
    refuseParameter(name, `padding with [low, high] for each axis of ${formatShape(shape)}`, `(${params.padding.map(formatShape).join(", ")})`);
  }
  return shape.map((extent, axis) => {
    const [low, high] = paddingOf(params, axis);
    const padded = dilated(extent, at(params.baseDilation, axis)) + low + high;
    const window = dilated(at(params.windowDimensions, axis), at(params.windowDilation, axis));
    return Math.max(0, Math.floor((padded - window) / at(params.windowStrides, axis)) + 1);
  });
}

/** The same windows with one more axis at `axis`, along which nothing moves. */
export function withBatchAxis(params: WindowParams, axis: number): WindowParams {
  return {
    baseDilation: withAxis(params.baseDilation, axis, 1), padding: withAxis(params.padding, axis, [0, 0]),
    windowDilation: withAxis(params.windowDilation, axis, 1), windowDimensions: withAxis(params.windowDimensions, axis, 1),
    windowStrides: withAxis(params.windowStrides, axis, 1),
  };
}

/** One element of a window: where it lies in the operand, and whether it lies there; null where it always does. */
export interface WindowElement {
  readonly index: readonly Expr[];
  readonly isInside: Expr | null;
}

/** Element `inner` of window `outer`. The operand has this shape and is not empty. */
export function windowElement(shape: readonly number[], params: WindowParams, outer: readonly Expr[], inner: readonly Expr[]): WindowElement {
  const conditions: Expr[] = [];
  const counts = windowedShape("reduce_window", shape, params);
  const index = shape.map((extent, axis) => {
    const [low] = paddingOf(params, axis);
    const [window, stride] = [at(params.windowDimensions, axis), at(params.windowStrides, axis)];
    const [base, gap] = [at(params.baseDilation, axis), at(params.windowDilation, axis)];
    const place = k.sub(k.add(k.mul(at(outer, axis), stride), k.mul(at(inner, axis), gap)), low);
    const last = (at(counts, axis) - 1) * stride + (window - 1) * gap - low;
    if (low > 0) conditions.push(k.ge(place, 0));
    if (last >= dilated(extent, base)) conditions.push(k.lt(place, dilated(extent, base)));
    if (base === 1) return place;
    conditions.push(k.eq(k.rem(place, base), 0));
    return k.div(place, base);
  });
  return { index, isInside: conditions.length === 0 ? null : conditions.reduce((all, condition) => k.and(all, condition)) };
}

export function printWindow(params: WindowParams): PrintedParam[] {
  return [
    printed("base_dilation", formatTuple(params.baseDilation)), printPadding(params.padding), printed("window_dilation", formatTuple(params.windowDilation)),
    printed("window_dimensions", formatTuple(params.windowDimensions)), printed("window_strides", formatTuple(params.windowStrides)),
  ];
}

export function printPadding(padding: WindowParams["padding"]): PrintedParam {
  return printed("padding", formatTuple(padding.map((pair) => formatTuple(pair))));
}

export function parsePadding(param: ParsedParam | undefined): number[][] {
  return parseItems(param).map((pair) => parseNumbers(pair));
}

export function parseWindow(params: ReadonlyMap<string, ParsedParam>): WindowParams {
  return {
    baseDilation: parseNumbers(params.get("base_dilation")), padding: parsePadding(params.get("padding")),
    windowDilation: parseNumbers(params.get("window_dilation")), windowDimensions: parseNumbers(params.get("window_dimensions")),
    windowStrides: parseNumbers(params.get("window_strides")),
  };
}
