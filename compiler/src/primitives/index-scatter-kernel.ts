/**
 * @file The kernels of every scatter: the operand is copied, then each update is combined with what its place holds.
 *
 * Updates run one after the other in row-major order of the indices, so that equal indices give the same result on every
 * run. Independent are only different positions along batching axes and along window axes that no index moves; those in
 * front of the indexed axes become the grid.
 */

import { at } from "../base/assert.ts";
import { range, sizeOf, stridesOf } from "../base/shape.ts";
import type { Aval, Jaxpr, Params, RoutineContext, RoutinePlan, RoutineStep } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";
import type { Expr, LoopKind } from "../kernel/types.ts";
import { allInBounds, clampedPosition, position } from "./index-bounds.ts";
import { copyStep } from "./index-copy.ts";
import { batchAxes, gatherOfScatter, sliceSizesOf, windowAxes, type GatherScatterMode, type ScatterDimensionNumbers } from "./index-dimensions.ts";
import { emitScalarJaxpr } from "./index-update.ts";

export interface ScatterParams extends Params {
  readonly dimensionNumbers: ScatterDimensionNumbers;
  readonly indicesAreSorted: boolean;
  readonly mode: GatherScatterMode;
  readonly uniqueIndices: boolean;
  /** Always none: it is here because JAX prints it. */
  readonly updateConsts: readonly never[];
  /** The new element from the old one and the update; null takes the update. */
  readonly updateJaxpr: Jaxpr | null;
}

/** A scatter as kernels for one thread per position of the grid. */
export function planScatter({ params, inAvals, outAvals }: RoutineContext<ScatterParams>): RoutinePlan {
  const [operand, indices, updates] = [at(inAvals, 0), at(inAvals, 1), at(inAvals, 2)];
  if (sizeOf(at(outAvals, 0).shape) === 0) return { scratch: [], steps: [] };
  const copy = copyStep("scatter_copy", 0, operand);
  return { scratch: [], steps: sizeOf(updates.shape) === 0 ? [copy] : [copy, new UpdateKernel(params, operand, indices, updates).step()] };
}

/** One loop of the kernel: its extent, and the strides with which it moves through the three arrays. */
interface Axis {
  readonly extent: number;
  readonly operandStride: number;
  readonly indicesStride: number;
  readonly updatesStride: number;
}

/** Offsets into the three arrays. */
interface Offsets {
  readonly operand: Expr;
  readonly indices: Expr;
  readonly updates: Expr;
}

class UpdateKernel {
  readonly #params: ScatterParams;
  readonly #operand: Aval;
  readonly #indices: Aval;
  readonly #updates: Aval;
  readonly #builder: KernelBuilder;
  readonly #buffers: { readonly indices: string; readonly updates: string; readonly out: string };

  constructor(params: ScatterParams, operand: Aval, indices: Aval, updates: Aval) {
    this.#params = params;
    this.#operand = operand;
    this.#indices = indices;
    this.#updates = updates;
    this.#builder = new KernelBuilder("scatter_update");
    const buffer = (name: string, { dtype, shape }: Aval, access: "read" | "readWrite"): string =>
      this.#builder.buffer(name, { dtype: storageOf(dtype), length: sizeOf(shape), access });
    this.#buffers = { indices: buffer("indices", indices, "read"), updates: buffer("updates", updates, "read"), out: buffer("out", operand, "readWrite") };
  }

  step(): RoutineStep {
    const { grid, updates, window } = this.#axes();
    const start: Offsets = { operand: k.int(0), indices: k.int(0), updates: k.int(0) };
    const extent = grid.reduce((product, axis) => product * axis.extent, 1);
    this.#builder.for("grid", 0, extent, 1, (index) => {
      this.#nest(updates, "serial", this.#gridOffsets(grid, index, start), (offsets) => this.#update(window, offsets));
    });
    return {
      kernel: this.#builder.build(),
      buffers: [{ from: "input", index: 1 }, { from: "input", index: 2 }, { from: "output", index: 0 }],
      extent,
    };
  }

  /** Every loop of the kernel, by its part: independent ones, one per update, one per element of an update. */
  #axes(): { readonly grid: Axis[]; readonly updates: Axis[]; readonly window: Axis[] } {
    const dimensions = this.#params.dimensionNumbers;
    const { updateWindowDims, operandBatchingDims, scatterIndicesBatchingDims, scatterDimsToOperandDims } = dimensions;
    const strides = { operand: stridesOf(this.#operand.shape), indices: stridesOf(this.#indices.shape), updates: stridesOf(this.#updates.shape) };
    const firstIndexed = Math.min(...scatterDimsToOperandDims);
    const grid: Axis[] = [];
    const updates: Axis[] = [];
    const window: Axis[] = [];
    batchAxes(updateWindowDims, this.#updates.shape.length).forEach((updatesAxis, indicesAxis) => {
      const batching = scatterIndicesBatchingDims.indexOf(indicesAxis);
      (batching < 0 ? updates : grid).push({
        extent: at(this.#updates.shape, updatesAxis), operandStride: batching < 0 ? 0 : at(strides.operand, at(operandBatchingDims, batching)),
        indicesStride: at(strides.indices, indicesAxis), updatesStride: at(strides.updates, updatesAxis),
      });
    });
    windowAxes(gatherOfScatter(dimensions), this.#operand.shape.length).forEach((operandAxis, place) => {
      const updatesAxis = at(updateWindowDims, place);
      // In front of every axis that an index moves: such positions never meet.
      (operandAxis < firstIndexed ? grid : window).push({
        extent: at(this.#updates.shape, updatesAxis), operandStride: at(strides.operand, operandAxis), indicesStride: 0,
        updatesStride: at(strides.updates, updatesAxis),
      });
    });
    return { grid, updates, window };
  }

  #moved(offsets: Offsets, axis: Axis, index: Expr): Offsets {
    const move = (offset: Expr, stride: number): Expr => k.add(offset, k.mul(index, stride));
    return {
      operand: move(offsets.operand, axis.operandStride), indices: move(offsets.indices, axis.indicesStride), updates: move(offsets.updates, axis.updatesStride),
    };
  }

  #gridOffsets(axes: readonly Axis[], index: Expr, start: Offsets): Offsets {
    const strides = stridesOf(axes.map((axis) => axis.extent));
    const moved = axes.reduce((offsets, axis, place) => {
      const quotient = k.div(index, at(strides, place));
      return this.#moved(offsets, axis, axis.extent === 1 ? k.int(0) : place === 0 ? quotient : k.rem(quotient, axis.extent));
    }, start);
    return this.#named(moved);
  }

  #named(offsets: Offsets): Offsets {
    return {
      operand: this.#builder.let(offsets.operand, "to"), indices: this.#builder.let(offsets.indices, "index"), updates: this.#builder.let(offsets.updates, "from"),
    };
  }

  /** Loops over the axes that are wider than 1. */
  #nest(axes: readonly Axis[], kind: LoopKind, offsets: Offsets, body: (offsets: Offsets) => void): void {
    const [axis, ...rest] = axes;
    if (axis === undefined) return body(offsets);
    if (axis.extent === 1) return this.#nest(rest, kind, offsets, body);
    this.#builder.for(kind, 0, axis.extent, 1, (index) => this.#nest(rest, kind, this.#moved(offsets, axis, index), body));
  }

  /** One update: where its index vector says, all of it or nothing. */
  #update(window: readonly Axis[], offsets: Offsets): void {
    const { dimensionNumbers: dimensions, mode } = this.#params;
    const from = this.#named(offsets);
    const sizes = sliceSizesOf(dimensions, this.#operand.shape.length, this.#updates.shape);
    const strides = stridesOf(this.#operand.shape);
    const axes = dimensions.scatterDimsToOperandDims;
    const uppers = axes.map((axis) => at(this.#operand.shape, axis) - at(sizes, axis));
    const components = range(axes.length).map((place): Expr => this.#builder.load(this.#buffers.indices, k.add(from.indices, place)));
    const place = (positions: readonly Expr[]): Offsets => {
      const operand = positions.reduce((sum, start, which) => k.add(sum, k.mul(start, at(strides, at(axes, which)))), from.operand);
      return { ...from, operand: this.#builder.let(operand, "to") };
    };
    const write = (start: Offsets): void => this.#nest(window, "simd", start, (element) => this.#combine(element));
    if (mode === "clip") return write(place(components.map((component, which) => clampedPosition(component, at(uppers, which)))));
    const isInside = allInBounds(components, uppers);
    if (isInside === null) return write(from);
    this.#builder.if(isInside, () => write(place(components.map(position))));
  }

  #combine({ operand, updates }: Offsets): void {
    const builder = this.#builder;
    const update = builder.load(this.#buffers.updates, updates);
    if (this.#params.updateJaxpr === null) return builder.store(this.#buffers.out, operand, update);
    const old = builder.load(this.#buffers.out, operand);
    builder.store(this.#buffers.out, operand, at(emitScalarJaxpr(builder, this.#params.updateJaxpr, [old, update]), 0));
  }
}
