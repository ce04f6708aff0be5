/** @file Reductions other than the sum: reduce_max and reduce_min. */

import { at } from "../base/assert.ts";
import { isFloat, isInteger } from "../base/dtype.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Primitive, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { convertElementType, div, mul } from "./arith.ts";
import { eq } from "./compare.ts";
import { arithmetic, definePrimitive, notLinear, printed, refuseParameter, requireDType } from "./define.ts";
import { reduceSum, reducedAval, reducerBatch, reshape, type AxesParams } from "./linear.ts";
import { formatTuple, parseNumbers } from "./params.ts";

function defineChoice(name: "reduce_max" | "reduce_min", op: "max" | "min"): Primitive<AxesParams> {
  const primitive: Primitive<AxesParams> = definePrimitive<AxesParams>({
    name,
    abstractEval: (inAvals, { axes }) => {
      const inAval = at(inAvals, 0);
      requireDType(name, inAval, (dtype) => isFloat(dtype) || isInteger(dtype) || dtype === "bool", "numbers or bools");
      if (axes.some((axis) => inAval.shape[axis] === 0)) {
        refuseParameter(name, "at least one element along each reduced axis", `shape (${inAval.shape.join(", ")}) over axes ${formatTuple(axes)}`, "give an initial value, or do not reduce an empty axis");
      }
      return [reducedAval(name, inAval, axes)];
    },
    effects: "pure",
    // The tangent is the mean of the tangents at the places that hold the result.
    jvp: (operands, tangents, params) => {
      const [x, dx] = [at(operands, 0), at(tangents, 0)];
      const primal = bind1(primitive, [x], params);
      if (isZero(dx)) return { primals: [primal], tangents: [zero(makeAval(primal.aval.shape, dx.aval.dtype, dx.aval.weakType))] };
      const kept = x.aval.shape.map((extent, axis) => (params.axes.includes(axis) ? 1 : extent));
      const places = convertElementType(eq(x, reshape(primal, kept)), dx.aval.dtype);
      const counts = reduceSum(places, params.axes, true);
      return { primals: [primal], tangents: [div(reduceSum(mul(dx, places), params.axes, true), counts)] };
    },
    transpose: notLinear(`${name} is not linear`),
    partialEval: "plain",
    dce: "plain",
    batch: reducerBatch(() => primitive),
    lower: { kind: "reduction", op, axes: (params) => params.axes },
    simplify: (eqn) => (eqn.params.axes.length === 0 ? [at(eqn.inputs, 0)] : null),
    subJaxprs: "none",
    inlinable: "never",
    printParams: ({ axes }) => [printed("axes", formatTuple(axes))],
    parseParams: (params) => ({ axes: parseNumbers(params.get("axes")) }),
    inPlace: "none",
    facts: arithmetic,
  });
  return primitive;
}

export const reduceMaxP: Primitive<AxesParams> = defineChoice("reduce_max", "max");
export const reduceMinP: Primitive<AxesParams> = defineChoice("reduce_min", "min");

/** The largest element over `axes`; NaN where one is NaN. */
export const reduceMax = (operand: Value, axes: readonly number[]): Value => bind1(reduceMaxP, [operand], { axes });
/** The smallest element over `axes`; NaN where one is NaN. */
export const reduceMin = (operand: Value, axes: readonly number[]): Value => bind1(reduceMinP, [operand], { axes });
