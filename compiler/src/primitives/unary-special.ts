/** @file Special functions: erf erfc erf_inv lgamma digamma polygamma zeta. Derivatives are in JAX's form. */

import { isFloat } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { noRule } from "../ir/rules.ts";
import type { Primitive, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { add, mul, scalarLike } from "./arith.ts";
import { nonDifferentiable, noParams, notLinear, type NoParams } from "./define.ts";
import { binaryJvp, defineBinary, defineUnary } from "./elementwise.ts";
import { neg } from "./linear.ts";
import { exp, square } from "./unary.ts";
import { erf as erfFormula, erfc as erfcFormula, erfInv as erfInvFormula } from "./unary-error-function.ts";
import type { Formula } from "./unary-formulas.ts";
import * as gamma from "./unary-gamma-formulas.ts";

function defineSpecial(name: string, emit: Formula, jvp: (dx: Value, x: Value, y: Value) => Value): Primitive<NoParams> {
  return defineUnary({
    name, accepts: isFloat, expected: "floats", resultDType: null, jvp, transpose: notLinear(`${name} is not linear`), emit, simplify: "none",
    facts: { cost: 60, commutative: false },
  });
}

const twoOverRootOfPi = 2 / Math.sqrt(Math.PI);

// d erf(x) = 2 / sqrt(pi) dx e^(-x^2)
export const erfP: Primitive<NoParams> = defineSpecial("erf", erfFormula, (dx, x) => {
  const part = mul(dx, exp(neg(square(x))));
  return mul(scalarLike(x, twoOverRootOfPi), part);
});
// d erfc(x) = -2 / sqrt(pi) dx e^(-x^2)
export const erfcP: Primitive<NoParams> = defineSpecial("erfc", erfcFormula, (dx, x) => {
  const part = mul(dx, exp(neg(square(x))));
  return mul(scalarLike(x, -twoOverRootOfPi), part);
});
// d erf_inv(x) = sqrt(pi) / 2 dx e^(y^2)
export const erfInvP: Primitive<NoParams> = defineSpecial("erf_inv", erfInvFormula, (dx, x, y) => {
  const part = mul(dx, exp(square(y)));
  return mul(scalarLike(x, 1 / twoOverRootOfPi), part);
});
// d lgamma(x) = dx digamma(x)
export const lgammaP: Primitive<NoParams> = defineSpecial("lgamma", gamma.lgamma, (dx, x) => mul(dx, digamma(x)));
// d digamma(x) = dx polygamma(1, x)
export const digammaP: Primitive<NoParams> = defineSpecial("digamma", gamma.digamma, (dx, x) => mul(dx, polygamma(scalarLike(x, 1), x)));

/** The area under the bell curve: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const erf = (x: Value): Value => bind1(erfP, [x], noParams);
/** 1 - erf(x), exact where that is small. */
export const erfc = (x: Value): Value => bind1(erfcP, [x], noParams);
/** The inverse of erf; infinite at 1 and -1, NaN beyond. */
export const erfInv = (x: Value): Value => bind1(erfInvP, [x], noParams);
/** The logarithm of the magnitude of the gamma function; infinite at 0 and negative integers. */
export const lgamma = (x: Value): Value => bind1(lgammaP, [x], noParams);
/** The derivative of lgamma; NaN at 0 and negative integers. */
export const digamma = (x: Value): Value => bind1(digammaP, [x], noParams);

// polygamma, zeta ------------------------------------------------------------------------------------------------------

export const polygammaP: Primitive<NoParams> = defineBinary({
  name: "polygamma", accepts: isFloat, expected: "floats", resultDType: null,
  // d polygamma(m, x) = dx polygamma(m + 1, x); there is none in m
  jvp: binaryJvp(
    (m, x) => polygamma(m, x),
    () => raise(noRule, {
      operation: "polygamma", expected: "a derivative in x alone", got: "a tangent of the order m", fix: "use stopGradient on the order",
    }),
    (dx, m, x) => mul(dx, polygamma(add(m, scalarLike(m, 1)), x)),
  ),
  transpose: notLinear("polygamma is not linear"), emit: gamma.polygamma, simplify: "none", facts: { cost: 200, commutative: false },
});

export const zetaP: Primitive<NoParams> = defineBinary({
  name: "zeta", accepts: isFloat, expected: "floats", resultDType: null, jvp: nonDifferentiable("no rule is known for zeta, as in JAX"),
  transpose: notLinear("zeta is not linear"), emit: gamma.zeta, simplify: "none", facts: { cost: 150, commutative: false },
});

/** Derivative m + 1 of lgamma, for an integer m >= 0. */
export const polygamma = (m: Value, x: Value): Value => bind1(polygammaP, [m, x], noParams);
/** Hurwitz' zeta: the sum of (q + n)^-s over n >= 0, for s > 1. */
export const zeta = (s: Value, q: Value): Value => bind1(zetaP, [s, q], noParams);
