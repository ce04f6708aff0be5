/** @file Variances and quantiles of what is not NaN. */

import { at } from "@lanewise/compiler/base/assert";
import { isInexact } from "@lanewise/compiler/base/dtype";
import { range } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType, div, max, min, mul, scalarLike, sub } from "@lanewise/compiler/primitives/arith";
import { ceil, floor } from "@lanewise/compiler/primitives/arith-rounding";
import { not } from "@lanewise/compiler/primitives/bits";
import { le } from "@lanewise/compiler/primitives/compare";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { sort } from "@lanewise/compiler/primitives/sort";
import { sqrt, square } from "@lanewise/compiler/primitives/unary";
import { reductionAxes } from "./axes.ts";
import { broadcastTo, subtract, trueDivide, where as select } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { convertOperand, inexactType, numberLiteral, promoteInexact } from "./operands.ts";
import { asRows, between, requireQuantile, type QuantileArguments } from "./quantile.ts";
import { computationType, sum } from "./reduce.ts";
import { moveaxis } from "./shape.ts";
import { isNaN, nanmean, requireFloat, variance, type VarianceArguments } from "./statistics.ts";
import { takeAlongAxis } from "./take.ts";

/** The variance of what is not NaN; NaN where no more than the correction is left. A call of `nanvar` in the jaxpr. */
export function nanvar(x: Value, given: VarianceArguments): Value {
  const operation = "np.nanvar";
  const { axis, keepdims, correction, dtype: asked = null, where: mask = null, mean: known = null } = given;
  requireFloat(operation, asked);
  reductionAxes(operation, axis, x.aval.shape.length);
  if (!isInexact(x.aval.dtype)) return variance(x, given, operation);
  const statics = { axis, keepdims, correction, dtype: asked, mask: mask !== null, known: known !== null };
  return namedCall1("nanvar", statics, [x, ...[mask, known].filter((value) => value !== null)], ([operand, ...others]) => {
    const resultType = asked ?? inexactType((operand as Value).aval).dtype;
    const dtype = computationType(resultType);
    const array = convertElementType(operand as Value, dtype);
    const chosen = mask === null ? null : at(others, 0);
    const center = known === null ? nanmean(array, { axis, dtype, keepdims: true, where: chosen }) : convertElementType(at(others, -1), dtype);
    // NaN is replaced before the square, so that derivatives do not meet it.
    const centered = select(isNaN(array), scalarLiteral(0, dtype), subtract(array, broadcastTo(center, array.aval.shape)));
    const rest = { axis, keepdims, where: chosen };
    const divisor = subtract(sum(not(isNaN(array)), rest, operation), numberLiteral(correction));
    const isEmpty = le(divisor, scalarLike(divisor, 0));
    const total = select(isEmpty, numberLiteral(Number.NaN), sum(square(centered), rest, operation));
    return convertElementType(div(total, convertElementType(select(isEmpty, scalarLike(divisor, 1), divisor), total.aval.dtype)), resultType);
  });
}

/** The root of `nanvar`. A call of `nanstd` in the jaxpr. */
export function nanstd(x: Value, given: VarianceArguments): Value {
  const { axis, keepdims, correction, dtype = null, where: mask = null, mean: known = null } = given;
  reductionAxes("np.nanstd", axis, x.aval.shape.length);
  requireFloat("np.nanstd", dtype);
  const statics = { axis, keepdims, correction, dtype, mask: mask !== null, known: known !== null };
  return namedCall1("nanstd", statics, [x, ...[mask, known].filter((value) => value !== null)], ([operand, ...others]) =>
    sqrt(nanvar(operand as Value, { ...given, where: mask === null ? null : at(others, 0), mean: known === null ? null : at(others, -1) })));
}

/** Quantiles of what is not NaN; NaN where nothing is. A call of `nanquantile` in the jaxpr. */
export function nanquantile(x: Value, fractions: Value, given: QuantileArguments, operation = "np.nanquantile"): Value {
  requireQuantile(operation, x, fractions, given);
  return namedCall1("nanquantile", given, [x, fractions], ([operand, q]) => {
    const [array] = promoteInexact(operation, [operand as Value]) as [Value];
    return quantileOf(operation, array, at(promoteInexact(operation, [q as Value]), 0), given);
  });
}

/** Sorting puts NaN behind the others, of which each row has its own number. */
function quantileOf(operation: string, x: Value, q: Value, { axis, method, keepdims }: QuantileArguments): Value {
  const { rows: given, dimension, keptShape } = asRows(operation, x, axis);
  const rows = moveaxis(at(sort([select(isNaN(given), numberLiteral(Number.NaN), given)], dimension), 0), dimension, -1);
  const last = rows.aval.shape.length - 1;
  const count = sum(not(isNaN(rows)), { axis: -1, keepdims: true, dtype: q.aval.dtype }, operation);
  const width = at(q.aval.shape.length === 0 ? [1] : q.aval.shape, 0);
  const outShape = [...rows.aval.shape.slice(0, last), width];
  const most = broadcastTo(sub(count, scalarLike(count, 1)), outShape);
  const position = mul(broadcastTo(reshape(q, [...range(last).map(() => 1), width]), outShape), most);
  const [low, high] = [floor(position), ceil(position)];
  const highWeight = sub(position, low);
  const weights = [sub(scalarLike(highWeight, 1), highWeight), highWeight] as const;
  const elements = [low, high].map((place) => {
    const within = convertElementType(max(scalarLike(place, 0), min(place, most)), "int32");
    return takeAlongAxis(rows, within, { axis: last, mode: "clip", fillValue: null });
  }) as [Value, Value];
  const result = convertOperand(operation, between(method, elements, weights, q), x.aval.dtype);
  const reduced = outShape.slice(0, last);
  const kept = keepdims ? (keptShape ?? [...reduced.slice(0, dimension), 1, ...reduced.slice(dimension)]) : reduced;
  return q.aval.shape.length === 0 ? reshape(result, kept) : reshape(moveaxis(result, -1, 0), [width, ...kept]);
}

/** Quantiles for fractions in percent. A call of `nanpercentile` in the jaxpr. */
export function nanpercentile(x: Value, percent: Value, given: QuantileArguments): Value {
  requireQuantile("np.nanpercentile", x, percent, given);
  return namedCall1("nanpercentile", given, [x, percent], ([operand, q]) =>
    nanquantile(operand as Value, trueDivide(q as Value, numberLiteral(100)), given, "np.nanpercentile"));
}

/** The middle of what is not NaN. A call of `nanmedian` in the jaxpr. */
export function nanmedian(x: Value, { axis, keepdims }: Omit<QuantileArguments, "method">): Value {
  const half = scalarLiteral(0.5, "float32");
  requireQuantile("np.nanmedian", x, half, { axis, keepdims, method: "midpoint" });
  return namedCall1("nanmedian", { axis, keepdims }, [x], ([operand]) => nanquantile(operand as Value, half, { axis, keepdims, method: "midpoint" }, "np.nanmedian"));
}
