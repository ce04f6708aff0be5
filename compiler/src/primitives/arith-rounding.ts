/**
 * @file Signs, magnitudes and whole numbers: sign abs floor ceil round rem nextafter reduce_precision. Steps have derivative
 * zero, as in JAX.
 */

import { at } from "../base/assert.ts";
import { isFloat, isInteger, isSigned } from "../base/dtype.ts";
import { isZero, zero } from "../ir/build.ts";
import type { Params, Primitive, Tangent, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { div, mul, numeric, scalarLike, selectN } from "./arith.ts";
import { neighbour, reducedPrecision } from "./arith-float-steps.ts";
import { ge } from "./compare.ts";
import {
  arithmetic, definePrimitive, division, linearAval, mapCotangent, nonDifferentiable, noParams, notLinear, printed, refuseParameter,
  requireDType, type NoParams,
} from "./define.ts";
import { binaryJvp, defineBinary, defineUnary, elementwiseBatch, type UnaryEmit } from "./elementwise.ts";
import { neg } from "./linear.ts";
import { parseNumber } from "./params.ts";

const noStep = (dx: Value): Tangent => zero(dx.aval);

// sign, abs ------------------------------------------------------------------------------------------------------------

// d sign(x) = 0
export const signP: Primitive<NoParams> = defineUnary({
  name: "sign", accepts: numeric, expected: "numbers", resultDType: null, jvp: noStep, transpose: notLinear("a sign is not linear"),
  emit: "sign", simplify: "none", facts: arithmetic,
});

// d |x| = dx where x >= 0, else -dx
export const absP: Primitive<NoParams> = defineUnary({
  name: "abs", accepts: (dtype) => isFloat(dtype) || isSigned(dtype), expected: "floats or signed integers", resultDType: null,
  jvp: (dx, x) => {
    const isPositive = ge(x, scalarLike(x, 0));
    return selectN(isPositive, [neg(dx), dx]);
  },
  transpose: notLinear("a magnitude is not linear"), emit: "abs", simplify: "none", facts: arithmetic,
});

/** -1, 0 or 1; NaN and -0 are themselves. */
export const sign = (x: Value): Value => bind1(signP, [x], noParams);
/** The magnitude; the one of the lowest integer wraps to itself. */
export const abs = (x: Value): Value => bind1(absP, [x], noParams);

// floor, ceil, round ---------------------------------------------------------------------------------------------------

function defineStep(name: "floor" | "ceil", emit: UnaryEmit): Primitive<NoParams> {
  return defineUnary({
    name, accepts: isFloat, expected: "floats", resultDType: null, jvp: noStep, transpose: notLinear(`${name} is not linear`),
    emit, simplify: "none", facts: arithmetic,
  });
}

export const floorP: Primitive<NoParams> = defineStep("floor", "floor");
export const ceilP: Primitive<NoParams> = defineStep("ceil", "ceil");

/** The nearest integer that is not above x. */
export const floor = (x: Value): Value => bind1(floorP, [x], noParams);
/** The nearest integer that is not below x. */
export const ceil = (x: Value): Value => bind1(ceilP, [x], noParams);

/** What becomes of a number half way between two integers, by JAX's numbers. */
export const roundingMethods = { awayFromZero: 0, toNearestEven: 1 } as const;
export type RoundingMethod = (typeof roundingMethods)[keyof typeof roundingMethods];

export interface RoundParams extends Params {
  readonly roundingMethod: RoundingMethod;
}

export const roundP: Primitive<RoundParams> = definePrimitive<RoundParams>({
  name: "round",
  abstractEval: (inAvals, { roundingMethod }) => {
    const inAval = at(inAvals, 0);
    requireDType("round", inAval, isFloat, "floats");
    requireRoundingMethod(roundingMethod);
    return [inAval];
  },
  effects: "pure",
  // d round(x) = 0
  jvp: (primals, tangents, params) => ({
    primals: [bind1(roundP, primals, params)], tangents: [zero(at(tangents, 0).aval)],
  }),
  transpose: notLinear("rounding is not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: elementwiseBatch(() => roundP),
  lower: {
    kind: "scalar",
    emit: (emitter, operands, { params }) => {
      const x = emitter.let(at(operands, 0));
      return params.roundingMethod === roundingMethods.toNearestEven ? k.op("roundEven", x) : roundAway(x, (value) => emitter.let(value));
    },
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ roundingMethod }) => [printed("rounding_method", String(roundingMethod))],
  parseParams: (params) => ({ roundingMethod: requireRoundingMethod(params.get("rounding_method")) }),
  inPlace: [0],
  facts: arithmetic,
});

function requireRoundingMethod(method: unknown): RoundingMethod {
  if (method === roundingMethods.awayFromZero || method === roundingMethods.toNearestEven) return method;
  return refuseParameter("round", "the rounding method 0 (ties away from zero) or 1 (ties to even)", String(method));
}

/** The integer towards zero, or one further where at least half was cut off. The difference is exact. */
function roundAway(x: Expr, name: (value: Expr) => Expr): Expr {
  const whole = name(k.op("trunc", x));
  const isFurther = k.ge(k.op("abs", k.sub(x, whole)), 0.5);
  return k.select(isFurther, k.add(whole, k.op("sign", x)), whole);
}

/** The nearest integer. */
export const round = (x: Value, roundingMethod: RoundingMethod): Value => bind1(roundP, [x], { roundingMethod });

// rem ------------------------------------------------------------------------------------------------------------------

export const remP: Primitive<NoParams> = defineBinary({
  name: "rem", accepts: (dtype) => isFloat(dtype) || isInteger(dtype), expected: "numbers", resultDType: null,
  // d(x rem y) = dx - dy trunc(x / y)
  jvp: binaryJvp(
    (x, y) => rem(x, y),
    (dx) => dx,
    (dy, x, y) => {
      const back = neg(dy);
      const direction = sign(div(x, y));
      return mul(back, mul(direction, floor(abs(div(x, y)))));
    },
  ),
  transpose: notLinear("a remainder is not linear"), emit: "rem", simplify: "none", facts: division,
});

/** What a division towards zero leaves, with the sign of x. Integers: x rem 0 = x. */
export const rem = (x: Value, y: Value): Value => bind1(remP, [x, y], noParams);

// nextafter ------------------------------------------------------------------------------------------------------------

export const nextafterP: Primitive<NoParams> = defineBinary({
  name: "nextafter", accepts: isFloat, expected: "floats", resultDType: null,
  jvp: nonDifferentiable("it is a step between neighbouring numbers"),
  transpose: notLinear("a step is not linear"), emit: neighbour, simplify: "none", facts: { cost: 8, commutative: false },
});

/** The number of the dtype next to x on the way to y; y where they are equal. */
export const nextafter = (x: Value, y: Value): Value => bind1(nextafterP, [x, y], noParams);

// reduce_precision -----------------------------------------------------------------------------------------------------

export interface ReducePrecisionParams extends Params {
  readonly exponentBits: number;
  readonly mantissaBits: number;
}

export const reducePrecisionP: Primitive<ReducePrecisionParams> = definePrimitive<ReducePrecisionParams>({
  name: "reduce_precision",
  abstractEval: (inAvals, { exponentBits, mantissaBits }) => {
    const inAval = at(inAvals, 0);
    requireDType("reduce_precision", inAval, isFloat, "floats");
    requireBits("exponent bits", exponentBits, 1);
    requireBits("mantissa bits", mantissaBits, 0);
    return [inAval];
  },
  effects: "pure",
  // As if linear: the tangent loses its precision too.
  jvp: (primals, tangents, params) => {
    const primal = bind1(reducePrecisionP, primals, params);
    const tangent = at(tangents, 0);
    return { primals: [primal], tangents: [isZero(tangent) ? tangent : bind1(reducePrecisionP, [tangent], params)] };
  },
  transpose: (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) => bind1(reducePrecisionP, [ct], params))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: elementwiseBatch(() => reducePrecisionP),
  lower: {
    kind: "scalar",
    emit: (emitter, operands, { params, inAvals }) =>
      reducedPrecision(emitter.let(at(operands, 0)), params.exponentBits, params.mantissaBits, emitter, at(inAvals, 0).dtype),
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ exponentBits, mantissaBits }) => [printed("exponent_bits", String(exponentBits)), printed("mantissa_bits", String(mantissaBits))],
  parseParams: (params) => ({ exponentBits: parseNumber(params.get("exponent_bits")), mantissaBits: parseNumber(params.get("mantissa_bits")) }),
  inPlace: [0],
  facts: { cost: 8, commutative: false },
});

function requireBits(what: string, bits: number, lowest: number): void {
  if (!Number.isInteger(bits) || bits < lowest) refuseParameter("reduce_precision", `an integer of at least ${lowest} as the number of ${what}`, String(bits));
}

/** Rounded to what a float of so many bits holds, in the operand's dtype: ties to even, subnormals to 0, overflow to infinity. */
export const reducePrecision = (x: Value, exponentBits: number, mantissaBits: number): Value =>
  bind1(reducePrecisionP, [x], { exponentBits, mantissaBits });

