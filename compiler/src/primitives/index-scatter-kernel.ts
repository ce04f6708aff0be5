/**
 * @file The kernels of every scatter: the operand is copied, then each update is combined with what its place holds.
 *
 * Updates run one after the other in row-major order of the indices, so that equal indices give the same result on every
 * run. Independent are only different positions along batching axes and along window axes that no index moves; those in
 * front of the indexed axes become the grid.
 */

import type { RoutineContext, RoutinePlan, RoutineStep } from "../ir/types.ts";
import { KernelBuilder } from "../kernel/build.ts";
import type { LoopKind } from "../kernel/types.ts";
import {
  countOf, declare, destination, moved, named, offsetsAt, planUpdates, scatterAxes, storeCombined, type Axis, type Offsets, type Scatter, type ScatterParams,
} from "./index-scatter-axes.ts";

/** A scatter as kernels for one thread per position of the grid. */
export function planScatter(context: RoutineContext<ScatterParams>): RoutinePlan {
  return planUpdates(context, (scatter) => ({ scratch: [], steps: [updateStep(scatter)] }));
}

function updateStep(scatter: Scatter): RoutineStep {
  const builder = new KernelBuilder("scatter_update");
  const indices = declare(builder, "indices", scatter.indices, "read");
  const updates = declare(builder, "updates", scatter.updates, "read");
  const out = declare(builder, "out", scatter.operand, "readWrite");
  const { batches, vectors, windows } = scatterAxes(scatter);
  // In front of every axis that an index moves: such positions never meet.
  const firstIndexed = Math.min(...scatter.params.dimensionNumbers.scatterDimsToOperandDims);
  const grid = [...batches, ...windows.filter(([operandAxis]) => operandAxis < firstIndexed).map(([, axis]) => axis)];
  const window = windows.filter(([operandAxis]) => operandAxis >= firstIndexed).map(([, axis]) => axis);
  const extent = countOf(grid);
  builder.for("grid", 0, extent, 1, (index) => {
    nest(builder, vectors, "serial", named(builder, offsetsAt(grid, index)), (offsets) => {
      const own = named(builder, offsets);
      const { isInside, place } = destination(builder, scatter, indices, own);
      // All of the update or nothing.
      const write = (): void => nest(builder, window, "simd", { ...own, operand: builder.let(place, "to") }, (element) => {
        storeCombined(builder, scatter, [updates, element.updates], [out, element.operand]);
      });
      if (isInside === null) write();
      else builder.if(isInside, write);
    });
  });
  return {
    kernel: builder.build(),
    buffers: [{ from: "input", index: 1 }, { from: "input", index: 2 }, { from: "output", index: 0 }],
    extent,
  };
}

/** Loops over the axes that are wider than 1. */
function nest(builder: KernelBuilder, axes: readonly Axis[], kind: LoopKind, offsets: Offsets, body: (offsets: Offsets) => void): void {
  const [axis, ...rest] = axes;
  if (axis === undefined) return body(offsets);
  if (axis.extent === 1) return nest(builder, rest, kind, offsets, body);
  builder.for(kind, 0, axis.extent, 1, (index) => nest(builder, rest, kind, moved(offsets, axis, index), body));
}
