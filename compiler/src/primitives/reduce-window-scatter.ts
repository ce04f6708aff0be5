/**
 * @file The kernels of select_and_scatter_add. The first writes down the place of each window's extremum; in the second
 * each element sums the windows that chose it, so that no two threads write to one place.
 */

import { at } from "../base/assert.ts";
import { sizeOf, stridesOf } from "../base/shape.ts";
import type { Aval, Params, RoutineContext, RoutinePlan, RoutineStep } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { foldStart } from "../kernel/folds.ts";
import { storageOf, valueOf } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";
import { takesOver } from "./reduce.ts";
import { paddingOf, windowElement } from "./reduce-window-shapes.ts";

/** The comparison that holds between the element that a window chooses and the others. */
export type SelectPrimitive = "ge" | "le";

export interface SelectAndScatterParams extends Params {
  readonly padding: readonly (readonly number[])[];
  readonly selectPrim: SelectPrimitive;
  readonly windowDilation: readonly number[];
  readonly windowDimensions: readonly number[];
  readonly windowStrides: readonly number[];
}

/** Inputs: one source element per window, and the operand in which the windows choose. */
export function planSelectAndScatter({ params, inAvals }: RoutineContext<SelectAndScatterParams>): RoutinePlan {
  const [source, operand] = inAvals as readonly [Aval, Aval];
  if (sizeOf(operand.shape) === 0) return { scratch: [], steps: [] };
  const windows = sizeOf(source.shape);
  const sum = sumStep(source, operand, params);
  return windows === 0
    ? { scratch: [], steps: [zeroStep(operand)] }
    : { scratch: [{ dtype: "int32", length: windows }], steps: [chooseStep(source, operand, params), sum] };
}

/** The index along each axis of element number `flat`. */
function indexOf(builder: KernelBuilder, flat: Expr, shape: readonly number[]): Expr[] {
  const strides = stridesOf(shape);
  return shape.map((extent, axis) => {
    if (extent === 1) return k.int(0);
    const quotient = k.div(flat, at(strides, axis));
    return builder.let(axis === 0 ? quotient : k.rem(quotient, extent), "place");
  });
}

function positionOf(index: readonly Expr[], shape: readonly number[]): Expr {
  const strides = stridesOf(shape);
  return index.reduce((sum, place, axis) => k.add(sum, k.mul(place, at(strides, axis))), k.int(0));
}

/** What a loop over one axis runs over: a single place, or those from `begin` and below `end`. */
type Run = { readonly only: Expr } | { readonly begin: Expr; readonly end: Expr };

/** Loops over every axis, the first one outermost. */
function nest(builder: KernelBuilder, runs: readonly Run[], body: (index: readonly Expr[]) => void, outer: readonly Expr[] = []): void {
  const run = runs[outer.length];
  if (run === undefined) return body(outer);
  if ("only" in run) return nest(builder, runs, body, [...outer, run.only]);
  builder.for("serial", run.begin, run.end, 1, (index) => nest(builder, runs, body, [...outer, index]));
}

/** `chosen[window]` is the position of the window's extremum in the operand, -1 where the window has no element. */
function chooseStep(source: Aval, operand: Aval, params: SelectAndScatterParams): RoutineStep {
  const op = params.selectPrim === "ge" ? "max" : "min";
  const windows = sizeOf(source.shape);
  const builder = new KernelBuilder("choose_in_windows");
  const from = builder.buffer("operand", { dtype: storageOf(operand.dtype), length: sizeOf(operand.shape), access: "read" });
  const chosen = builder.buffer("chosen", { dtype: "int32", length: windows, access: "write" });
  const geometry = { ...params, baseDilation: operand.shape.map(() => 1) };
  builder.for("grid", 0, windows, 1, (window) => {
    const outer = indexOf(builder, window, source.shape);
    const best = builder.var(foldStart(op, valueOf(operand.dtype)), "best");
    const bestPosition = builder.var(k.int(-1), "chosen");
    nest(builder, params.windowDimensions.map((extent): Run => (extent === 1 ? { only: k.int(0) } : { begin: k.int(0), end: k.int(extent) })), (inner) => {
      const { index, isInside } = windowElement(operand.shape, geometry, outer, inner);
      const look = (): void => {
        const position = builder.let(positionOf(index, operand.shape), "position");
        const value = builder.load(from, position, { hint: "value" });
        builder.if(k.or(takesOver(value, best, op), k.lt(bestPosition, 0)), () => {
          builder.assign(best, value);
          builder.assign(bestPosition, position);
        });
      };
      if (isInside === null) look();
      else builder.if(isInside, look);
    });
    builder.store(chosen, window, bestPosition);
  }, "window");
  return { kernel: builder.build(), buffers: [{ from: "input", index: 1 }, { from: "scratch", index: 0 }], extent: windows };
}

/** Each element sums the source of the windows that hold it and chose it. */
function sumStep(source: Aval, operand: Aval, params: SelectAndScatterParams): RoutineStep {
  const [windows, elements] = [sizeOf(source.shape), sizeOf(operand.shape)];
  const builder = new KernelBuilder("sum_chosen");
  const values = builder.buffer("source", { dtype: storageOf(source.dtype), length: windows, access: "read" });
  const chosen = builder.buffer("chosen", { dtype: "int32", length: windows, access: "read" });
  const out = builder.buffer("out", { dtype: storageOf(source.dtype), length: elements, access: "write" });
  builder.for("grid", 0, elements, 1, (element) => {
    const index = indexOf(builder, element, operand.shape);
    const total = builder.var(k.constant(0, valueOf(source.dtype)), "total");
    nest(builder, index.map((place, axis) => windowsHolding(builder, place, axis, [at(operand.shape, axis), at(source.shape, axis)], params)), (outer) => {
      const window = builder.let(positionOf(outer, source.shape), "window");
      builder.if(k.eq(builder.load(chosen, window), element), () => builder.assign(total, k.add(total, builder.load(values, window))));
    });
    builder.store(out, element, total);
  }, "element");
  return {
    kernel: builder.build(), buffers: [{ from: "input", index: 0 }, { from: "scratch", index: 0 }, { from: "output", index: 0 }], extent: elements,
  };
}

/** The windows along an axis that reach over a place: those that begin at most one window before it, and not behind it. */
function windowsHolding(
  builder: KernelBuilder, place: Expr, axis: number, [extent, count]: readonly [number, number], params: SelectAndScatterParams,
): Run {
  const stride = at(params.windowStrides, axis);
  const reach = (at(params.windowDimensions, axis) - 1) * at(params.windowDilation, axis);
  const [low] = paddingOf(params, axis);
  if (reach === 0 && stride === 1 && low === 0 && extent <= count) return { only: place };
  const padded = k.add(place, low);
  // Rounded up by adding the stride less one; what would be negative is 0 anyway, so that truncation is no matter.
  const first = k.max(k.div(k.add(k.sub(padded, reach), stride - 1), stride), 0);
  const last = k.min(k.div(padded, stride), count - 1);
  return { begin: builder.let(first, "first"), end: builder.let(k.add(last, 1), "end") };
}

/** No windows: nothing is added anywhere. */
function zeroStep(operand: Aval): RoutineStep {
  const elements = sizeOf(operand.shape);
  const builder = new KernelBuilder("no_windows");
  const out = builder.buffer("out", { dtype: storageOf(operand.dtype), length: elements, access: "write" });
  builder.for("grid", 0, elements, 1, (element) => builder.store(out, element, k.constant(0, valueOf(operand.dtype))), "element");
  return { kernel: builder.build(), buffers: [{ from: "output", index: 0 }], extent: elements };
}
