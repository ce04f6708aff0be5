/**
 * @file Elementary functions that others express, as kernel expressions. Each keeps the sign of 0 where the function does,
 * neither overflows nor cancels before its result does, and is as exact as the ops that it is made of.
 */

import type { Emitter } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";

/** An expression of a named operand. */
export type Formula = (x: Expr, emitter: Emitter) => Expr;

const like = (x: Expr, value: number): Expr => k.constant(value, x.type.dtype);

/** The magnitude, named. */
function magnitudeOf(x: Expr, emitter: Emitter): Expr {
  return emitter.let(k.op("abs", x), "magnitude");
}

/** A value that is not negative with the sign of x; a 0 keeps it too. */
function withSign(value: Expr, x: Expr): Expr {
  return k.mul(value, k.op("sign", x));
}

export const exp2: Formula = (x) => k.op("pow", like(x, 2), x);
export const rsqrt: Formula = (x) => k.div(1, k.op("sqrt", x));
export const square: Formula = (x) => k.mul(x, x);
export const tan: Formula = (x) => k.div(k.op("sin", x), k.op("cos", x));

/** The other leg of a right triangle with hypotenuse 1; NaN where x is beyond it. */
function otherLeg(x: Expr): Expr {
  return k.op("sqrt", k.mul(k.sub(1, x), k.add(x, 1)));
}

export const asin: Formula = (x) => k.op("atan2", x, otherLeg(x));
export const acos: Formula = (x) => k.op("atan2", otherLeg(x), x);
export const atan: Formula = (x) => k.op("atan2", x, like(x, 1));

/** From here on e^-x is nothing beside e^x; and half of e^x is the product of halves, which overflows only with it. */
const largeArgument = 20;

function halfOfExp(magnitude: Expr, emitter: Emitter): Expr {
  const root = emitter.let(k.op("exp", k.mul(magnitude, 0.5)), "root");
  return k.mul(k.mul(root, 0.5), root);
}

/** With e = e^|x| - 1: (e + e / (e + 1)) / 2. */
export const sinh: Formula = (x, emitter) => {
  const magnitude = magnitudeOf(x, emitter);
  const e = emitter.let(k.op("expm1", magnitude), "e");
  const small = k.mul(k.add(e, k.div(e, k.add(e, 1))), 0.5);
  return withSign(k.select(k.gt(magnitude, largeArgument), halfOfExp(magnitude, emitter), small), x);
};

export const cosh: Formula = (x, emitter) => {
  const magnitude = magnitudeOf(x, emitter);
  const e = emitter.let(k.op("exp", magnitude), "e");
  const small = k.add(k.mul(e, 0.5), k.div(0.5, e));
  return k.select(k.gt(magnitude, largeArgument), halfOfExp(magnitude, emitter), small);
};

/** From here on the root of x^2 + 1 is x. */
const largeHyperbola = 2 ** 28;
const ln2 = Math.LN2;

/** log(|x| + sqrt(x^2 + 1)) as log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))). */
export const asinh: Formula = (x, emitter) => {
  const magnitude = magnitudeOf(x, emitter);
  const squared = emitter.let(k.mul(magnitude, magnitude), "squared");
  const small = k.op("log1p", k.add(magnitude, k.div(squared, k.add(k.op("sqrt", k.add(squared, 1)), 1))));
  const large = k.add(k.op("log", magnitude), ln2);
  return withSign(k.select(k.gt(magnitude, largeHyperbola), large, small), x);
};

/** log(x + sqrt(x^2 - 1)) in t = x - 1: log1p(t + sqrt(t) sqrt(t + 2)); NaN below 1 by the first root. */
export const acosh: Formula = (x, emitter) => {
  const t = emitter.let(k.sub(x, 1), "t");
  const small = k.op("log1p", k.add(t, k.mul(k.op("sqrt", t), k.op("sqrt", k.add(t, 2)))));
  const large = k.add(k.op("log", x), ln2);
  return k.select(k.gt(x, largeHyperbola), large, small);
};

/** log((1 + x) / (1 - x)) / 2 of the magnitude as log1p(2 x / (1 - x)) / 2. */
export const atanh: Formula = (x, emitter) => {
  const magnitude = magnitudeOf(x, emitter);
  return withSign(k.mul(k.op("log1p", k.div(k.mul(magnitude, 2), k.sub(1, magnitude))), 0.5), x);
};

/** The power 1/3 of the magnitude, whose exponent is inexact, and a Newton step. */
export const cbrt: Formula = (x, emitter) => {
  const magnitude = magnitudeOf(x, emitter);
  const root = emitter.let(k.op("pow", magnitude, 1 / 3), "root");
  const refined = k.sub(root, k.mul(k.sub(root, k.div(magnitude, k.mul(root, root))), 1 / 3));
  // Some targets read subnormal numbers as 0 and double them to 0: there the step would spoil what the power knows.
  const doubled = emitter.let(k.mul(magnitude, 2), "doubled");
  const isUsual = k.and(k.gt(doubled, 0), k.lt(magnitude, Number.POSITIVE_INFINITY));
  return withSign(k.select(isUsual, refined, doubled), x);
};

/** 1 / (1 + e^-x), below 0 as e^x / (1 + e^x): the exponential never overflows. */
export const logistic: Formula = (x, emitter) => {
  const e = emitter.let(k.op("exp", k.neg(k.op("abs", x))), "e");
  const complement = emitter.let(k.div(1, k.add(e, 1)), "complement");
  return k.select(k.lt(x, 0), k.mul(e, complement), complement);
};
