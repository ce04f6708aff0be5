/** @file Quantiles on values: the array is sorted, and one or two of its elements are read for each fraction. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range, sizeOf } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, max, min, mul, scalarLike, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { gt, le, ne } from "@lanewise/compiler/primitives/compare";
import { gather } from "@lanewise/compiler/primitives/index-gather";
import { broadcastInDim, reshape } from "@lanewise/compiler/primitives/linear";
import { sort } from "@lanewise/compiler/primitives/sort";
import { badArgument, emptyReduction } from "../errors.ts";
import { reductionAxes } from "./axes.ts";
import { where as select } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { commonType, convertOperand, inexactType, numberLiteral } from "./operands.ts";
import { any } from "./reduce.ts";
import { transpose } from "./shape.ts";
import type { Axis } from "../types.ts";

export const quantileMethods = ["linear", "lower", "higher", "midpoint", "nearest"] as const;
export type QuantileMethod = (typeof quantileMethods)[number];

export interface QuantileArguments {
  readonly axis: Axis | undefined;
  readonly method: QuantileMethod;
  readonly keepdims: boolean;
}

/**
 * The elements below which these fractions (a scalar or a vector) of the others lie; axes of the fractions come first. NaN
 * where there is one. A call of `quantile` in the jaxpr.
 */
export function quantile(x: Value, fractions: Value, given: QuantileArguments, operation = "np.quantile"): Value {
  const { shape } = x.aval;
  const axes = reductionAxes(operation, given.axis, shape.length);
  if (fractions.aval.shape.length > 1) {
    raise(badArgument, {
      operation, argument: "q", expected: "a number or a vector", got: `shape ${formatShape(fractions.aval.shape)}`, fix: "ravel the fractions and reshape the result",
    });
  }
  if (axes.some((axis) => shape[axis] === 0)) {
    raise(emptyReduction, {
      operation, expected: "at least one element along each axis", got: `shape ${formatShape(shape)} over axes ${formatShape(axes)}`, fix: "check that the array is not empty first",
    });
  }
  const { dtype } = inexactType(commonType([x, fractions]));
  return namedCall1("quantile", { axes, method: given.method, keepdims: given.keepdims }, [convertOperand(operation, x, dtype), convertOperand(operation, fractions, dtype)], (args) => {
    const [array, q] = args as readonly [Value, Value];
    const result = quantilesOfRows(rowsOver(array, axes), q, given.method);
    if (!given.keepdims) return result;
    return reshape(result, [...q.aval.shape, ...shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))]);
  });
}

/** The elements over `axes` as the last axis. */
function rowsOver(x: Value, axes: readonly number[]): Value {
  const { shape } = x.aval;
  const kept = range(shape.length).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...[...axes].sort((a, b) => a - b)];
  const extents = (of: readonly number[]): number[] => of.map((axis) => at(shape, axis));
  return reshape(order.every((source, axis) => source === axis) ? x : transpose(x, order), [...extents(kept), sizeOf(extents(axes))]);
}

function quantilesOfRows(x: Value, q: Value, method: QuantileMethod): Value {
  const { shape } = x.aval;
  const last = shape.length - 1;
  const extent = at(shape, last);
  const settled = select(any(ne(x, x), { axis: last, keepdims: true }), numberLiteral(Number.NaN), x);
  const sorted = at(sort([settled], last), 0);
  const position = mul(q, scalarLike(q, extent - 1));
  const low = floorToInteger(position);
  const highWeight = sub(position, convertElementType(low, position.aval.dtype));
  const high = add(low, convertElementType(gt(highWeight, scalarLike(highWeight, 0)), "int32"));
  const read = (places: Value): Value => takeLast(sorted, min(max(places, scalarLike(places, 0)), scalarLike(places, extent - 1)));
  const spread = (weight: Value, like: Value): Value => broadcastInDim(weight, like.aval.shape, range(weight.aval.shape.length));
  switch (method) {
    case "lower": return read(low);
    case "higher": return read(high);
    case "midpoint": {
      const total = add(read(low), read(high));
      return mul(total, scalarLike(total, 0.5));
    }
    case "nearest": {
      const [below, above] = [read(low), read(high)];
      return selectN(spread(le(highWeight, scalarLike(highWeight, 0.5)), below), [above, below]);
    }
    case "linear": {
      const [below, above] = [read(low), read(high)];
      const lowWeight = sub(scalarLike(highWeight, 1), highWeight);
      return add(mul(below, spread(lowWeight, below)), mul(above, spread(highWeight, above)));
    }
  }
}

/** Rounded down; conversion alone rounds towards zero. */
function floorToInteger(x: Value): Value {
  const truncated = convertElementType(x, "int32");
  return sub(truncated, convertElementType(gt(convertElementType(truncated, x.aval.dtype), x), "int32"));
}

/** For each place the elements there of the last axis; axes of the places come first. */
function takeLast(x: Value, places: Value): Value {
  const { shape } = x.aval;
  const rank = places.aval.shape.length;
  return gather(x, broadcastInDim(places, [...places.aval.shape, 1], range(rank)), {
    offsetDims: range(shape.length - 1).map((axis) => axis + rank), collapsedSliceDims: [shape.length - 1], startIndexMap: [shape.length - 1],
    operandBatchingDims: [], startIndicesBatchingDims: [],
  }, shape.map((extent, axis) => (axis === shape.length - 1 ? 1 : extent)));
}
