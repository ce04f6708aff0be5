/** @file Quantiles on values: the array is sorted, and one or two of its elements are read for each fraction. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range, sizeOf } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, mul, scalarLike, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { clamp } from "@lanewise/compiler/primitives/arith-clamp";
import { ceil, floor } from "@lanewise/compiler/primitives/arith-rounding";
import { le, ne } from "@lanewise/compiler/primitives/compare";
import { gather } from "@lanewise/compiler/primitives/index-gather";
import { broadcastInDim, transpose } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { sort } from "@lanewise/compiler/primitives/sort";
import { badArgument, emptyReduction } from "../errors.ts";
import type { Axis } from "../types.ts";
import { reductionAxes, resolveAxis } from "./axes.ts";
import { trueDivide, where as select } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { numberLiteral, promoteInexact } from "./operands.ts";
import { any } from "./reduce.ts";

export const quantileMethods = ["linear", "lower", "higher", "midpoint", "nearest"] as const;
export type QuantileMethod = (typeof quantileMethods)[number];

export interface QuantileArguments {
  readonly axis: Axis | undefined;
  readonly method: QuantileMethod;
  readonly keepdims: boolean;
}

/**
 * The elements below which these fractions (a scalar or a vector) of the others lie; the fractions' axis comes first. NaN
 * where there is one. A call of `quantile` in the jaxpr.
 */
export function quantile(x: Value, fractions: Value, given: QuantileArguments, operation = "np.quantile"): Value {
  requireQuantile(operation, x, fractions, given);
  return namedCall1("quantile", given, [x, fractions], ([operand, q]) => {
    const [array] = promoteInexact(operation, [operand as Value]) as [Value];
    return quantileOf(operation, array, at(promoteInexact(operation, [q as Value]), 0), given);
  });
}

/** Throws for bad axes, for fractions of several axes, and where there is nothing to choose from. */
export function requireQuantile(operation: string, x: Value, fractions: Value, given: QuantileArguments): void {
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
}

/** Quantiles for fractions in percent. A call of `percentile` in the jaxpr. */
export function percentile(x: Value, percent: Value, given: QuantileArguments): Value {
  return namedCall1("percentile", given, [x, percent], ([operand, q]) =>
    quantile(operand as Value, trueDivide(q as Value, numberLiteral(100)), given, "np.percentile"));
}

/** The middle element, or the mean of the two in the middle. A call of `median` in the jaxpr. */
export function median(x: Value, { axis, keepdims }: Omit<QuantileArguments, "method">): Value {
  return namedCall1("median", { axis, keepdims }, [x], ([operand]) =>
    quantile(operand as Value, scalarLiteral(0.5, "float32"), { axis, keepdims, method: "midpoint" }, "np.median"));
}

/** Several axes become one, the last; without any the array is one row. The shape is what `keepdims` gives in the end. */
export function asRows(operation: string, x: Value, axis: Axis | undefined): { readonly rows: Value; readonly dimension: number; readonly keptShape: readonly number[] | null } {
  const { shape } = x.aval;
  if (typeof axis === "number") return { rows: x, dimension: resolveAxis(operation, axis, shape.length), keptShape: null };
  const axes = reductionAxes(operation, axis, shape.length);
  const kept = range(shape.length).filter((other) => !axes.includes(other));
  const order = [...kept, ...[...axes].sort((a, b) => a - b)];
  const extents = (of: readonly number[]): number[] => of.map((other) => at(shape, other));
  const inOrder = order.every((source, place) => source === place) ? x : transpose(x, order);
  return {
    rows: reshape(inOrder, [...extents(kept), sizeOf(extents(axes))]), dimension: kept.length,
    keptShape: shape.map((extent, other) => (axes.includes(other) ? 1 : extent)),
  };
}

function quantileOf(operation: string, x: Value, q: Value, { axis, method, keepdims }: QuantileArguments): Value {
  const { rows, dimension, keptShape } = asRows(operation, x, axis);
  const last = (): Value => sub(scalarLike(q, at(rows.aval.shape, dimension)), scalarLike(q, 1));
  const settled = select(any(ne(rows, rows), { axis: dimension, keepdims: true }), numberLiteral(Number.NaN), rows);
  const sorted = at(sort([settled], dimension), 0);
  const position = mul(q, last());
  const [low, high] = [floor(position), ceil(position)];
  const highWeight = sub(position, low);
  const lowWeight = sub(scalarLike(highWeight, 1), highWeight);
  const inRange = (place: Value): Value => clamp(scalarLike(place, 0), place, last());
  const clamped = [inRange(low), inRange(high)];
  const [below, above] = clamped.map((place) => convertElementType(place, "int32")).map((place) => takeAt(sorted, place, dimension, keepdims)) as [Value, Value];
  const weights = [lowWeight, highWeight].map((weight) => (q.aval.shape.length === 0 ? weight : broadcastInDim(weight, below.aval.shape, [0]))) as [Value, Value];
  const result = between(method, [below, above], weights, q);
  const shaped = keepdims && keptShape !== null ? reshape(result, [...q.aval.shape, ...keptShape]) : result;
  return convertElementType(shaped, x.aval.dtype);
}

/** What lies between two elements, by their weights, which are scalars or of the elements' shape. */
export function between(method: QuantileMethod, [below, above]: readonly [Value, Value], [lowWeight, highWeight]: readonly [Value, Value], q: Value): Value {
  switch (method) {
    case "lower": return below;
    case "higher": return above;
    case "midpoint": return mul(add(below, above), scalarLike(below, 0.5));
    case "nearest": return selectN(le(highWeight, scalarLike(highWeight, 0.5)), [above, below]);
    case "linear": return add(mul(convertElementType(below, q.aval.dtype), lowWeight), mul(convertElementType(above, q.aval.dtype), highWeight));
  }
}

/** For each place the elements there of one axis, which is kept or not; the places' axis comes first. */
function takeAt(x: Value, places: Value, axis: number, keepdims: boolean): Value {
  const { shape } = x.aval;
  const rank = places.aval.shape.length;
  return gather(x, broadcastInDim(places, [...places.aval.shape, 1], range(rank)), {
    offsetDims: range(keepdims ? shape.length : shape.length - 1).map((other) => other + rank), collapsedSliceDims: keepdims ? [] : [axis],
    startIndexMap: [axis], operandBatchingDims: [], startIndicesBatchingDims: [],
  }, shape.map((extent, other) => (other === axis ? 1 : extent)));
}
