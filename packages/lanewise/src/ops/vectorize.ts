/** @file Leading axes that broadcast, for functions of matrices and vectors: nested vmaps, as JAX's vectorize. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { broadcastShapes, formatShape } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { batchFlat, moveBatchAxis } from "@lanewise/compiler/transforms/vmap";
import { incompatibleShapes } from "../errors.ts";
import { expandDims } from "./shape.ts";

/** Calls a function of arrays whose last `coreRanks` axes it sees; the axes in front broadcast and lead the result. */
export function vectorize1(operation: string, args: readonly Value[], coreRanks: readonly number[], run: (args: readonly Value[]) => Value): Value {
  const leading = args.map(({ aval: { shape } }, index) => shape.slice(0, shape.length - at(coreRanks, index)));
  const broadcast = broadcastShapes(leading);
  if (broadcast === null) {
    return raise(incompatibleShapes, {
      operation, expected: "leading axes that broadcast: equal extents or 1", got: `shapes ${args.map(({ aval: { shape } }) => formatShape(shape)).join(" and ")}`,
      fix: "reshape an argument so that the leading axes agree",
    });
  }
  const rank = broadcast.length;
  // Extents of 1 are taken away; what an argument keeps is mapped.
  const squeezed = args.map((arg, index) => squeeze(arg, at(leading, index).flatMap((extent, axis) => (extent === 1 ? [axis] : []))));
  let mapped = run;
  const ones: number[] = [];
  for (let place = rank - 1; place >= 0; place--) {
    const axes = leading.map((shape) => {
      const extent = shape[place - rank + shape.length];
      return extent === undefined || extent === 1 ? null : 0;
    });
    if (axes.every((axis) => axis === null)) ones.push(place);
    else mapped = overExamples(mapped, at(broadcast, place), axes, operation);
  }
  return expandDims(mapped(squeezed), ones, operation);
}

function overExamples(run: (args: readonly Value[]) => Value, size: number, axes: readonly (number | null)[], operation: string): (args: readonly Value[]) => Value {
  return (args) => {
    const result = batchFlat((inner) => [run(inner)], { size, name: null }, args, axes, { functionName: operation });
    return moveBatchAxis(at(result.outputs, 0), at(result.axes, 0), 0, size);
  };
}
