/** @file Elementary functions of one operand. Each derivative is written in JAX's form, so that jaxprs agree. */

import { isFloat } from "../base/dtype.ts";
import type { Primitive, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { add, div, integerPow, mul, numeric, scalarLike, sub } from "./arith.ts";
import { arithmetic, division, noParams, notLinear, transcendental, type NoParams } from "./define.ts";
import { defineUnary, type UnaryEmit } from "./elementwise.ts";
import { neg } from "./linear.ts";
import * as formulas from "./unary-formulas.ts";

type Derivative = (dx: Value, x: Value, y: Value) => Value;

function defineFunction(name: string, emit: UnaryEmit, jvp: Derivative, facts = transcendental): Primitive<NoParams> {
  return defineUnary({
    name, accepts: isFloat, expected: "floats", resultDType: null, jvp, transpose: notLinear(`${name} is not linear`), emit, simplify: "none",
    facts,
  });
}

// Exponentials and logarithms ------------------------------------------------------------------------------------------

// d exp(x) = dx exp(x)
export const expP: Primitive<NoParams> = defineFunction("exp", "exp", (dx, _x, y) => mul(dx, y));
// d 2^x = log(2) dx 2^x
export const exp2P: Primitive<NoParams> = defineFunction("exp2", formulas.exp2, (dx, x, y) => {
  const rate = log(scalarLike(x, 2));
  return mul(rate, mul(dx, y));
});
// d (e^x - 1) = dx (y + 1)
export const expm1P: Primitive<NoParams> = defineFunction("expm1", "expm1", (dx, _x, y) => mul(dx, add(y, scalarLike(y, 1))));
// d log(x) = dx / x
export const logP: Primitive<NoParams> = defineFunction("log", "log", (dx, x) => div(dx, x));
// d log(1 + x) = dx / (x + 1)
export const log1pP: Primitive<NoParams> = defineFunction("log1p", "log1p", (dx, x) => div(dx, add(x, scalarLike(x, 1))));
// d logistic(x) = dx y (1 - y)
export const logisticP: Primitive<NoParams> = defineFunction("logistic", formulas.logistic, (dx, _x, y) => mul(dx, mul(y, sub(scalarLike(y, 1), y))));

/** e to the power x. */
export const exp = (x: Value): Value => bind1(expP, [x], noParams);
/** 2 to the power x. */
export const exp2 = (x: Value): Value => bind1(exp2P, [x], noParams);
/** e to the power x, less 1; exact near 0. */
export const expm1 = (x: Value): Value => bind1(expm1P, [x], noParams);
/** The natural logarithm; NaN below zero. */
export const log = (x: Value): Value => bind1(logP, [x], noParams);
/** The natural logarithm of 1 + x; exact near 0. */
export const log1p = (x: Value): Value => bind1(log1pP, [x], noParams);
/** 1 / (1 + e^-x). */
export const logistic = (x: Value): Value => bind1(logisticP, [x], noParams);

// Angles ---------------------------------------------------------------------------------------------------------------

// d sin(x) = dx cos(x)
export const sinP: Primitive<NoParams> = defineFunction("sin", "sin", (dx, x) => mul(dx, cos(x)));
// d cos(x) = -(dx sin(x))
export const cosP: Primitive<NoParams> = defineFunction("cos", "cos", (dx, x) => neg(mul(dx, sin(x))));
// d tan(x) = dx (1 + y^2)
export const tanP: Primitive<NoParams> = defineFunction("tan", formulas.tan, (dx, x, y) => mul(dx, add(scalarLike(x, 1), square(y))));
// d asin(x) = dx (1 - x^2)^(-1/2)
export const asinP: Primitive<NoParams> = defineFunction("asin", formulas.asin, (dx, x) => mul(dx, rsqrt(sub(scalarLike(x, 1), square(x)))));
// d acos(x) = dx (-(1 - x^2)^(-1/2))
export const acosP: Primitive<NoParams> = defineFunction("acos", formulas.acos, (dx, x) => mul(dx, neg(rsqrt(sub(scalarLike(x, 1), square(x))))));
// d atan(x) = dx / (1 + x^2)
export const atanP: Primitive<NoParams> = defineFunction("atan", formulas.atan, (dx, x) => div(dx, add(scalarLike(x, 1), square(x))));

export const sin = (x: Value): Value => bind1(sinP, [x], noParams);
export const cos = (x: Value): Value => bind1(cosP, [x], noParams);
export const tan = (x: Value): Value => bind1(tanP, [x], noParams);
/** The angle in [-pi / 2, pi / 2] with this sine; NaN beyond 1. */
export const asin = (x: Value): Value => bind1(asinP, [x], noParams);
/** The angle in [0, pi] with this cosine; NaN beyond 1. */
export const acos = (x: Value): Value => bind1(acosP, [x], noParams);
/** The angle in [-pi / 2, pi / 2] with this tangent. */
export const atan = (x: Value): Value => bind1(atanP, [x], noParams);

// Hyperbolic functions -------------------------------------------------------------------------------------------------

// d sinh(x) = dx cosh(x)
export const sinhP: Primitive<NoParams> = defineFunction("sinh", formulas.sinh, (dx, x) => mul(dx, cosh(x)));
// d cosh(x) = dx sinh(x)
export const coshP: Primitive<NoParams> = defineFunction("cosh", formulas.cosh, (dx, x) => mul(dx, sinh(x)));
// d tanh(x) = dx (1 + y) (1 - y)
export const tanhP: Primitive<NoParams> = defineFunction("tanh", "tanh", (dx, x, y) => mul(add(dx, mul(dx, y)), sub(scalarLike(x, 1), y)));
// d asinh(x) = dx (x^2 + 1)^(-1/2)
export const asinhP: Primitive<NoParams> = defineFunction("asinh", formulas.asinh, (dx, x) => mul(dx, rsqrt(add(square(x), scalarLike(x, 1)))));
// d acosh(x) = dx (x^2 - 1)^(-1/2)
export const acoshP: Primitive<NoParams> = defineFunction("acosh", formulas.acosh, (dx, x) => mul(dx, rsqrt(sub(square(x), scalarLike(x, 1)))));
// d atanh(x) = (1 + x)^-1 (dx / (1 - x))
export const atanhP: Primitive<NoParams> = defineFunction("atanh", formulas.atanh, (dx, x) => {
  const reciprocal = integerPow(add(scalarLike(x, 1), x), -1);
  return mul(reciprocal, div(dx, sub(scalarLike(x, 1), x)));
});

export const sinh = (x: Value): Value => bind1(sinhP, [x], noParams);
export const cosh = (x: Value): Value => bind1(coshP, [x], noParams);
export const tanh = (x: Value): Value => bind1(tanhP, [x], noParams);
export const asinh = (x: Value): Value => bind1(asinhP, [x], noParams);
/** The inverse of cosh, not negative; NaN below 1. */
export const acosh = (x: Value): Value => bind1(acoshP, [x], noParams);
/** The inverse of tanh; NaN beyond 1. */
export const atanh = (x: Value): Value => bind1(atanhP, [x], noParams);

// Roots and squares ----------------------------------------------------------------------------------------------------

// d sqrt(x) = dx (1/2 / y)
export const sqrtP: Primitive<NoParams> = defineFunction("sqrt", "sqrt", (dx, x, y) => mul(dx, div(scalarLike(x, 0.5), y)), division);
// d x^(-1/2) = dx (-1/2 (y / x))
export const rsqrtP: Primitive<NoParams> = defineFunction("rsqrt", formulas.rsqrt, (dx, x, y) => mul(dx, mul(scalarLike(x, -0.5), div(y, x))), division);
// d x^(1/3) = dx (1/3 y^-2)
export const cbrtP: Primitive<NoParams> = defineFunction("cbrt", formulas.cbrt, (dx, x, y) => mul(dx, mul(scalarLike(x, 1 / 3), integerPow(y, -2))));
// d x^2 = dx (2 x)
export const squareP: Primitive<NoParams> = defineUnary({
  name: "square", accepts: numeric, expected: "numbers", resultDType: null, jvp: (dx, x) => mul(dx, mul(scalarLike(x, 2), x)),
  transpose: notLinear("a square is not linear"), emit: formulas.square, simplify: "none", facts: arithmetic,
});

/** The square root; NaN below zero, -0 for -0. */
export const sqrt = (x: Value): Value => bind1(sqrtP, [x], noParams);
/** 1 / sqrt(x); infinite at zero, with its sign. */
export const rsqrt = (x: Value): Value => bind1(rsqrtP, [x], noParams);
/** The cube root, with the sign of x. */
export const cbrt = (x: Value): Value => bind1(cbrtP, [x], noParams);
/** `x * x`; integers wrap. */
export const square = (x: Value): Value => bind1(squareP, [x], noParams);
