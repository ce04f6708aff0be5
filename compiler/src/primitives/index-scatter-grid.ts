/**
 * @file Scatters on a grid. Updates are sorted by the place that they go to, equal places in the order of the updates; then one
 * invocation for each place folds its updates in that order, so the result is that of one update after the other, on every
 * run. Few updates, or updates of wide windows, need no order: each element of a window goes through all of them.
 */

import { at } from "../base/assert.ts";
import type { RoutineContext, RoutinePlan, RoutineStep } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { orderingSteps, powerFor } from "./index-order.ts";
import {
  combined, countOf, declare, destination, named, offsetsAt, planUpdates, scatterAxes, storeCombined, sumOf, type Axis, type Scatter, type ScatterParams,
} from "./index-scatter-axes.ts";

/** Up to so many updates are gone through one after the other, and more where so many invocations do it at once. */
const fewUnits = 32;
const manyInvocations = 1 << 14;

/** The key of an update that goes nowhere; no array has so many elements. */
const nowhere = 2 ** 31 - 1;

export function planGridScatter(context: RoutineContext<ScatterParams>): RoutinePlan {
  return planUpdates(context, (arrays) => {
    const scatter = new GridScatter(arrays);
    if (scatter.units <= fewUnits || scatter.batches * scatter.elements >= manyInvocations) return { scratch: [], steps: [scatter.inOrder()] };
    const stride = powerFor(scatter.units);
    const length = scatter.batches * stride;
    return {
      scratch: [{ dtype: "int32", length }, { dtype: "int32", length }],
      steps: [scatter.keys(stride), ...orderingSteps(scatter.batches, stride, 1), scatter.folds(stride)],
    };
  });
}

class GridScatter {
  readonly #scatter: Scatter;
  /** Positions that never meet. */
  readonly #batchAxes: readonly Axis[];
  /** What has a place of its own: an update, or a part of one along the axes that indices move. */
  readonly #unitAxes: readonly Axis[];
  /** The elements of such a part: they lie alike at every place. */
  readonly #elementAxes: readonly Axis[];

  constructor(scatter: Scatter) {
    this.#scatter = scatter;
    const { batches, vectors, windows } = scatterAxes(scatter);
    const isIndexed = (operandAxis: number): boolean => scatter.params.dimensionNumbers.scatterDimsToOperandDims.includes(operandAxis);
    this.#batchAxes = batches;
    this.#unitAxes = [...vectors, ...windows.filter(([operandAxis]) => isIndexed(operandAxis)).map(([, axis]) => axis)];
    this.#elementAxes = windows.filter(([operandAxis]) => !isIndexed(operandAxis)).map(([, axis]) => axis);
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
    const indices = declare(builder, "indices", this.#scatter.indices, "read");
    const updates = declare(builder, "updates", this.#scatter.updates, "read");
    const out = declare(builder, "out", this.#scatter.operand, "readWrite");
    const extent = this.batches * this.elements;
    builder.for("grid", 0, extent, 1, (index) => {
      const batch = named(builder, offsetsAt(this.#batchAxes, k.div(index, this.elements)));
      const element = named(builder, offsetsAt(this.#elementAxes, k.rem(index, this.elements)));
      builder.for("serial", 0, this.units, 1, (unit) => {
        const own = named(builder, sumOf(batch, offsetsAt(this.#unitAxes, unit)));
        const { isInside, place } = destination(builder, this.#scatter, indices, own);
        const combine = (): void => {
          const to = builder.let(k.add(place, element.operand), "to");
          storeCombined(builder, this.#scatter, [updates, k.add(own.updates, element.updates)], [out, to]);
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
    const indices = declare(builder, "indices", this.#scatter.indices, "read");
    const [places, keys] = ["places", "keys"].map((name) => builder.buffer(name, { dtype: "int32", length: this.batches * stride, access: "write" })) as [string, string];
    const extent = this.batches * stride;
    builder.for("grid", 0, extent, 1, (index) => {
      const unit = builder.let(k.rem(index, stride), "unit");
      builder.store(places, index, unit);
      builder.if(k.lt(unit, this.units), () => {
        const own = named(builder, sumOf(offsetsAt(this.#batchAxes, k.div(index, stride)), offsetsAt(this.#unitAxes, unit)));
        const { isInside, place } = destination(builder, this.#scatter, indices, own);
        builder.store(keys, index, isInside === null ? place : k.select(isInside, place, k.int(nowhere)));
      }, () => builder.store(keys, index, k.int(nowhere)));
    }, "index");
    return { kernel: builder.build(), buffers: [at(arrays, 0), { from: "scratch", index: 0 }, { from: "scratch", index: 1 }], extent };
  }

  /** The first unit of each place folds all that go there. */
  folds(stride: number): RoutineStep {
    const builder = new KernelBuilder("scatter_folds");
    const updates = declare(builder, "updates", this.#scatter.updates, "read");
    const out = declare(builder, "out", this.#scatter.operand, "readWrite");
    const [places, keys] = ["places", "keys"].map((name) => builder.buffer(name, { dtype: "int32", length: this.batches * stride, access: "read" })) as [string, string];
    const extent = this.batches * this.units * this.elements;
    builder.for("grid", 0, extent, 1, (index) => {
      const element = named(builder, offsetsAt(this.#elementAxes, k.rem(index, this.elements)));
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
          builder.assign(held, combined(builder, this.#scatter, () => builder.let(held, "old"), update));
          builder.assign(next, k.add(next, 1));
        });
        builder.store(out, to, held);
      });
    }, "index");
    return { kernel: builder.build(), buffers: [...arrays.slice(1), { from: "scratch", index: 0 }, { from: "scratch", index: 1 }], extent };
  }
}

const arrays: RoutineStep["buffers"] = [{ from: "input", index: 1 }, { from: "input", index: 2 }, { from: "output", index: 0 }];
