/** @file Prefix reductions along an axis: cumsum, cumprod, cummax, cummin, cumlogsumexp, in time linear in the size. */

import { at } from "../base/assert.ts";
import { isFloat, type DType } from "../base/dtype.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import { formatPython } from "../ir/format-python.ts";
import type { Aval, BatchRule, JvpRule, ParseParams, Primitive, PrintedParam, Tangent, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { maxP, minP, mulP, numeric } from "./arith.ts";
import { logSumExpPrefix, prefixOf, type CumulativeParams } from "./cumulative-lower.ts";
import { dualScan, logSumExpTangent } from "./cumulative-scan.ts";
import {
  arithmetic, batchedAxis, definePrimitive, linearAval, mapCotangent, noParams, notLinear, printed, refuseParameter, requireDType, type NoParams,
} from "./define.ts";
import { parseNumber } from "./params.ts";
import { pushForward } from "./reduce-duals.ts";

export type { CumulativeParams } from "./cumulative-lower.ts";

function cumulativeAval(name: string, operand: Aval, axis: number, accepts: (dtype: DType) => boolean, expected: string): Aval {
  requireDType(name, operand, accepts, expected);
  if (!Number.isInteger(axis) || axis < 0 || axis >= operand.shape.length) {
    refuseParameter(name, operand.shape.length === 0 ? "an array with at least one axis" : `an axis in [0, ${operand.shape.length})`, `axis ${axis}`);
  }
  return operand;
}

function cumulativeBatch(primitive: () => Primitive<CumulativeParams>): BatchRule<CumulativeParams> {
  return (_frame, operands, axes, { axis, reverse }) => {
    const batchAxis = batchedAxis(axes);
    return { outputs: [bind1(primitive(), operands, { axis: axis < batchAxis ? axis : axis + 1, reverse })], axes: [batchAxis] };
  };
}

const printCumulative = ({ axis, reverse }: CumulativeParams): readonly PrintedParam[] => [printed("axis", String(axis)), printed("reverse", formatPython(reverse))];
const parseCumulative: ParseParams<CumulativeParams> = (params) => ({ axis: parseNumber(params.get("axis")), reverse: params.get("reverse") === true });

// cumsum ---------------------------------------------------------------------------------------------------------------

export const cumsumP: Primitive<CumulativeParams> = definePrimitive<CumulativeParams>({
  name: "cumsum",
  abstractEval: (inAvals, { axis }) => [cumulativeAval("cumsum", at(inAvals, 0), axis, numeric, "numbers")],
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = bind1(cumsumP, operands, params);
    const dx = at(tangents, 0);
    return { primals: [primal], tangents: [isZero(dx) ? dx : bind1(cumsumP, [dx], params)] };
  },
  // y[i] = sum of x[j] over j <= i, so x[j] gets the sum of the cotangents over i >= j.
  transpose: (cotangents, operands, { axis, reverse }) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) => bind1(cumsumP, [ct], { axis, reverse: !reverse }))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: cumulativeBatch(() => cumsumP),
  lower: prefixOf("add"),
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: printCumulative,
  parseParams: parseCumulative,
  inPlace: "none",
  facts: arithmetic,
});

// cumprod, cummax, cummin ----------------------------------------------------------------------------------------------

/** The tangents go through a tree of the pairwise operation, as JAX's do: which of equal elements count is the tree's choice. */
function treeJvp(primitive: () => Primitive<CumulativeParams>, combine: Primitive<NoParams>): JvpRule<CumulativeParams> {
  return (operands, tangents, params) => {
    const [x, dx] = [at(operands, 0), at(tangents, 0)];
    if (isZero(dx)) return { primals: [bind1(primitive(), [x], params)], tangents: [dx] };
    const { primal, tangent } = dualScan({ primal: x, tangent: dx }, params, (left, right) => pushForward(combine, [left, right], noParams));
    return { primals: [primal], tangents: [tangent] };
  };
}

function defineCumulative(name: "cumprod" | "cummax" | "cummin", op: "mul" | "max" | "min", combine: Primitive<NoParams>): Primitive<CumulativeParams> {
  const primitive: Primitive<CumulativeParams> = definePrimitive<CumulativeParams>({
    name,
    abstractEval: (inAvals, { axis }) => [cumulativeAval(name, at(inAvals, 0), axis, numeric, "numbers")],
    effects: "pure",
    jvp: treeJvp(() => primitive, combine),
    transpose: notLinear(`${name} is not linear`),
    partialEval: "plain",
    dce: "plain",
    batch: cumulativeBatch(() => primitive),
    lower: prefixOf(op),
    simplify: "none",
    subJaxprs: "none",
    inlinable: "never",
    printParams: printCumulative,
    parseParams: parseCumulative,
    inPlace: "none",
    facts: arithmetic,
  });
  return primitive;
}

export const cumprodP: Primitive<CumulativeParams> = defineCumulative("cumprod", "mul", mulP);
export const cummaxP: Primitive<CumulativeParams> = defineCumulative("cummax", "max", maxP);
export const cumminP: Primitive<CumulativeParams> = defineCumulative("cummin", "min", minP);

// cumlogsumexp ---------------------------------------------------------------------------------------------------------

export const cumlogsumexpP: Primitive<CumulativeParams> = definePrimitive<CumulativeParams>({
  name: "cumlogsumexp",
  abstractEval: (inAvals, { axis }) => [cumulativeAval("cumlogsumexp", at(inAvals, 0), axis, isFloat, "floats")],
  effects: "pure",
  // t[i] = t[i - 1] exp(y[i - 1] - y[i]) + dx[i] exp(x[i] - y[i])
  jvp: (operands, tangents, params) => {
    const [x, dx] = [at(operands, 0), at(tangents, 0)];
    const primal = bind1(cumlogsumexpP, [x], params);
    const tangent: Tangent = isZero(dx) ? zero(makeAval(dx.aval.shape, dx.aval.dtype, dx.aval.weakType)) : logSumExpTangent(x, primal, dx, params);
    return { primals: [primal], tangents: [tangent] };
  },
  transpose: notLinear("a logarithm of sums is not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: cumulativeBatch(() => cumlogsumexpP),
  lower: logSumExpPrefix,
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: printCumulative,
  parseParams: parseCumulative,
  inPlace: "none",
  facts: { cost: 40, commutative: false },
});

/** Sums of the elements up to each place along `axis` (from it on with `reverse`). Integers wrap. */
export const cumsum = (operand: Value, axis: number, reverse = false): Value => bind1(cumsumP, [operand], { axis, reverse });
/** Products of the elements up to each place. */
export const cumprod = (operand: Value, axis: number, reverse = false): Value => bind1(cumprodP, [operand], { axis, reverse });
/** The largest element up to each place; NaN from the first NaN on. */
export const cummax = (operand: Value, axis: number, reverse = false): Value => bind1(cummaxP, [operand], { axis, reverse });
/** The smallest element up to each place; NaN from the first NaN on. */
export const cummin = (operand: Value, axis: number, reverse = false): Value => bind1(cumminP, [operand], { axis, reverse });
/** The logarithm of the sum of exponentials up to each place. */
export const cumlogsumexp = (operand: Value, axis: number, reverse = false): Value => bind1(cumlogsumexpP, [operand], { axis, reverse });
