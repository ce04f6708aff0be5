/**
 * @file Scatters on a grid. Updates are sorted by the place that they go to, equal places in the order of the updates; then one
 * invocation for each place folds its updates in that order, so the result is that of one update after the other, on every
 * run. Few updates, or updates of wide windows, need no order: each element of a window goes through all of them.
 */

import { at } from "../base/assert.ts";
import { range, sizeOf, stridesOf } from "../base/shape.ts";
import type { Aval, RoutineContext, RoutinePlan, RoutineStep } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";
import { allInBounds, clampedPosition, position } from "./index-bounds.ts";
import { copyStep } from "./index-copy.ts";
import { batchAxes, gatherOfScatter, sliceSizesOf, windowAxes } from "./index-dimensions.ts";
import { orderingSteps, powerFor } from "./index-order.ts";
import type { ScatterParams } from "./index-scatter-kernel.ts";
import { emitScalarJaxpr } from "./index-update.ts";

/** Up to so many updates are gone through one after the other, and more where so many invocations do it at once. */
const fewUnits = 32;
const manyInvocations = 1 << 14;

/** The key of an update that goes nowhere; no array has so many elements. */
const nowhere = 2 ** 31 - 1;

export function planGridScatter({ params, inAvals, outAvals }: RoutineContext<ScatterParams>): RoutinePlan {
  const [operand, indices, updates] = [at(inAvals, 0), at(inAvals, 1), at(inAvals, 2)];
  if (sizeOf(at(outAvals, 0).shape) === 0) return { scratch: [], steps: [] };
  const copy = copyStep("scatter_copy", 0, operand);
  if (sizeOf(updates.shape) === 0) return { scratch: [], steps: [copy] };
  const scatter = new GridScatter(params, operand, indices, updates);
  if (scatter.units <= fewUnits || scatter.batches * scatter.elements >= manyInvocations) return { scratch: [], steps: [copy, scatter.inOrder()] };
  const stride = powerFor(scatter.units);
  const length = scatter.batches * stride;
  return {
    scratch: [{ dtype: "int32", length }, { dtype: "int32", length }],
    steps: [copy, scatter.keys(stride), ...orderingSteps(scatter.batches, stride, 1), scatter.folds(stride)],
  };
}

/** An extent, and the strides with which it moves through the three arrays. */
interface Axis {
  readonly extent: number;
  readonly operand: number;
  readonly indices: number;
  readonly updates: number;
}

interface Offsets {
  readonly operand: Expr;
  readonly indices: Expr;
  readonly updates: Expr;
}

class GridScatter {
  readonly #params: ScatterParams;
  readonly #operand: Aval;
  readonly #indices: Aval;
  readonly #updates: Aval;
  /** Positions that never meet; what has a place of its own: an update, or a part of one along the axes that indices move. */
  readonly #batchAxes: readonly Axis[];
  readonly #unitAxes: readonly Axis[];
  /** The elements of such a part: they lie alike at every place. */
  readonly #elementAxes: readonly Axis[];

  constructor(params: ScatterParams, operand: Aval, indices: Aval, updates: Aval) {
    this.#params = params;
    this.#operand = operand;
    this.#indices = indices;
    this.#updates = updates;
    const { dimensionNumbers: dimensions } = params;
    const { updateWindowDims, operandBatchingDims, scatterIndicesBatchingDims, scatterDimsToOperandDims } = dimensions;
    const strides = { operand: stridesOf(operand.shape), indices: stridesOf(indices.shape), updates: stridesOf(updates.shape) };
    const [batches, units, windows, elements]: [Axis[], Axis[], Axis[], Axis[]] = [[], [], [], []];
    batchAxes(updateWindowDims, updates.shape.length).forEach((updatesAxis, indicesAxis) => {
      const batching = scatterIndicesBatchingDims.indexOf(indicesAxis);
      (batching < 0 ? units : batches).push({
        extent: at(updates.shape, updatesAxis), operand: batching < 0 ? 0 : at(strides.operand, at(operandBatchingDims, batching)),
        indices: at(strides.indices, indicesAxis), updates: at(strides.updates, updatesAxis),
      });
    });
    windowAxes(gatherOfScatter(dimensions), operand.shape.length).forEach((operandAxis, place) => {
      const updatesAxis = at(updateWindowDims, place);
      (scatterDimsToOperandDims.includes(operandAxis) ? windows : elements).push({
        extent: at(updates.shape, updatesAxis), operand: at(strides.operand, operandAxis), indices: 0, updates: at(strides.updates, updatesAxis),
      });
    });
    this.#batchAxes = batches;
    this.#unitAxes = [...units, ...windows];
    this.#elementAxes = elements;
  }

  get batches(): number {
    return countOf(this.#batchAxes);
  }

  get units(): number {
    return countOf(this.#unitAxes);
  }

  get elements(): number {
    return countOf(this.#elementAxes);
  }

  /** Each element goes through all units. */
  inOrder(): RoutineStep {
    const builder = new KernelBuilder("scatter_in_order");
    const { indices, updates, out } = this.#buffers(builder);
    const extent = this.batches * this.elements;
    builder.for("grid", 0, extent, 1, (index) => {
      const batch = this.#named(builder, offsetsAt(this.#batchAxes, k.div(index, this.elements)));
      const element = this.#named(builder, offsetsAt(this.#elementAxes, k.rem(index, this.elements)));
      builder.for("serial", 0, this.units, 1, (unit) => {
        const own = this.#named(builder, sumOf(batch, offsetsAt(this.#unitAxes, unit)));
        const { isInside, place } = this.#destination(builder, indices, own);
        const combine = (): void => {
          const to = builder.let(k.add(place, element.operand), "to");
          const update = builder.load(updates, k.add(own.updates, element.updates), { hint: "update" });
          builder.store(out, to, this.#combined(builder, () => builder.load(out, to, { hint: "old" }), update));
        };
        if (isInside === null) combine();
        else builder.if(isInside, combine);
      }, "unit");
    }, "index");
    return { kernel: builder.build(), buffers: arrays, extent };
  }

  /** Where each unit goes, beside its number; behind the last unit, nowhere. */
  keys(stride: number): RoutineStep {
    const builder = new KernelBuilder("scatter_keys");
    const indices = builder.buffer("indices", { dtype: storageOf(this.#indices.dtype), length: sizeOf(this.#indices.shape), access: "read" });
    const [places, keys] = ["places", "keys"].map((name) => builder.buffer(name, { dtype: "int32", length: this.batches * stride, access: "write" })) as [string, string];
    const extent = this.batches * stride;
    builder.for("grid", 0, extent, 1, (index) => {
      const unit = builder.let(k.rem(index, stride), "unit");
      builder.store(places, index, unit);
      builder.if(k.lt(unit, this.units), () => {
        const own = this.#named(builder, sumOf(offsetsAt(this.#batchAxes, k.div(index, stride)), offsetsAt(this.#unitAxes, unit)));
        const { isInside, place } = this.#destination(builder, indices, own);
        builder.store(keys, index, isInside === null ? place : k.select(isInside, place, k.int(nowhere)));
      }, () => builder.store(keys, index, k.int(nowhere)));
    }, "index");
    return { kernel: builder.build(), buffers: [at(arrays, 0), { from: "scratch", index: 0 }, { from: "scratch", index: 1 }], extent };
  }

  /** The first unit of each place folds all that go there. */
  folds(stride: number): RoutineStep {
    const builder = new KernelBuilder("scatter_folds");
    const { updates, out } = this.#buffers(builder, false);
    const [places, keys] = ["places", "keys"].map((name) => builder.buffer(name, { dtype: "int32", length: this.batches * stride, access: "read" })) as [string, string];
    const extent = this.batches * this.units * this.elements;
    builder.for("grid", 0, extent, 1, (index) => {
      const element = this.#named(builder, offsetsAt(this.#elementAxes, k.rem(index, this.elements)));
      const number = builder.let(k.div(index, this.elements), "number");
      const [batch, first] = [builder.let(k.div(number, this.units), "batch"), builder.let(k.rem(number, this.units), "first")];
      const row = builder.let(k.mul(batch, stride), "row");
      const key = builder.load(keys, k.add(row, first), { hint: "key" });
      const before = builder.load(keys, k.add(row, k.max(k.sub(first, 1), 0)), { hint: "before" });
      builder.if(k.and(k.ne(key, nowhere), k.or(k.eq(first, 0), k.ne(before, key))), () => {
        const to = builder.let(k.add(key, element.operand), "to");
        const held = builder.var(builder.load(out, to, { hint: "old" }), "held");
        const next = builder.var(first, "next");
        const base = builder.let(k.add(offsetsAt(this.#batchAxes, batch).updates, element.updates), "base");
        builder.while(() => {
          const known = builder.load(keys, k.add(row, k.min(next, this.units - 1)), { hint: "known" });
          return k.and(k.lt(next, this.units), k.eq(known, key));
        }, () => {
          const unit = builder.load(places, k.add(row, next), { hint: "unit" });
          const update = builder.load(updates, k.add(base, offsetsAt(this.#unitAxes, unit).updates), { hint: "update" });
          builder.assign(held, this.#combined(builder, () => builder.let(held, "old"), update));
          builder.assign(next, k.add(next, 1));
        });
        builder.store(out, to, held);
      });
    }, "index");
    return { kernel: builder.build(), buffers: [...arrays.slice(1), { from: "scratch", index: 0 }, { from: "scratch", index: 1 }], extent };
  }

  #buffers(builder: KernelBuilder, withIndices = true): { readonly indices: string; readonly updates: string; readonly out: string } {
    const buffer = (name: string, { dtype, shape }: Aval, access: "read" | "readWrite"): string =>
      builder.buffer(name, { dtype: storageOf(dtype), length: sizeOf(shape), access });
    return {
      indices: withIndices ? buffer("indices", this.#indices, "read") : "", updates: buffer("updates", this.#updates, "read"),
      out: buffer("out", this.#operand, "readWrite"),
    };
  }

  #named(builder: KernelBuilder, { operand, indices, updates }: Offsets): Offsets {
    return { operand: builder.let(operand, "to"), indices: builder.let(indices, "index"), updates: builder.let(updates, "from") };
  }

  /** The place in the operand of the first element of a unit, and whether its update is inside; null where it always is. */
  #destination(builder: KernelBuilder, indices: string, own: Offsets): { readonly isInside: Expr | null; readonly place: Expr } {
    const { dimensionNumbers: dimensions, mode } = this.#params;
    const sizes = sliceSizesOf(dimensions, this.#operand.shape.length, this.#updates.shape);
    const strides = stridesOf(this.#operand.shape);
    const axes = dimensions.scatterDimsToOperandDims;
    const uppers = axes.map((axis) => at(this.#operand.shape, axis) - at(sizes, axis));
    const components = range(axes.length).map((which): Expr => builder.load(indices, k.add(own.indices, which), { hint: "component" }));
    const starts = components.map((component, which) => (mode === "clip" ? clampedPosition(component, at(uppers, which)) : position(component)));
    const place = starts.reduce((sum, start, which) => k.add(sum, k.mul(start, at(strides, at(axes, which)))), own.operand);
    return { isInside: mode === "clip" ? null : allInBounds(components, uppers), place };
  }

  #combined(builder: KernelBuilder, old: () => Expr, update: Expr): Expr {
    const { updateJaxpr } = this.#params;
    return updateJaxpr === null ? update : at(emitScalarJaxpr(builder, updateJaxpr, [old(), update]), 0);
  }
}

const arrays: RoutineStep["buffers"] = [{ from: "input", index: 1 }, { from: "input", index: 2 }, { from: "output", index: 0 }];

function countOf(axes: readonly Axis[]): number {
  return axes.reduce((product, { extent }) => product * extent, 1);
}

/** Where the position with this number, in row-major order, lies in the three arrays. */
function offsetsAt(axes: readonly Axis[], number: Expr): Offsets {
  const strides = stridesOf(axes.map(({ extent }) => extent));
  const zeros: Offsets = { operand: k.int(0), indices: k.int(0), updates: k.int(0) };
  return axes.reduce((sum, axis, place) => {
    if (axis.extent === 1) return sum;
    const quotient = k.div(number, at(strides, place));
    const index = place === 0 ? quotient : k.rem(quotient, axis.extent);
    return sumOf(sum, { operand: k.mul(index, axis.operand), indices: k.mul(index, axis.indices), updates: k.mul(index, axis.updates) });
  }, zeros);
}

function sumOf(a: Offsets, b: Offsets): Offsets {
  return { operand: k.add(a.operand, b.operand), indices: k.add(a.indices, b.indices), updates: k.add(a.updates, b.updates) };
}
