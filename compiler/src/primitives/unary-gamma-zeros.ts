/**
 * @file lgamma and digamma of negative arguments near their zeros, where the reflection formulas would cancel numbers that
 * float32 does not hold exactly enough: distances to poles are exact, so what is large is a product or has two parts.
 */

import type { Emitter } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr } from "../kernel/types.ts";
import { fitsOf, indicator, like, steps } from "./unary-gamma-fits.ts";

// lgamma ---------------------------------------------------------------------------------------------------------------

/** Negative arguments above minus this use the recurrence alone: further down no zero is near a float32. */
export const recurrenceLimit = 16;

/**
 * lgamma of -`magnitude`, with m the integer next to the magnitude and d = m - magnitude, which is exact: gamma(1 + d) divided
 * by d (d - 1) ... (d - m) = ± d m! (1 - d) (1 - d / 2) ... (1 - d / m). At a zero that is near 1, and nothing cancels. For d
 * below 0 gamma(1 + d) is gamma(2 + d) / (1 + d).
 */
export function lgammaByRecurrence(magnitude: Expr, emitter: Emitter): Expr {
  const nearest = emitter.let(k.op("roundEven", magnitude), "nearest");
  const difference = emitter.let(k.sub(nearest, magnitude), "difference");
  const isBelow = emitter.let(indicator(k.lt(difference, 0), magnitude), "isBelow");
  const part = emitter.let(k.add(difference, isBelow), "part");
  const ofPart = k.mul(k.mul(part, k.sub(part, 1)), polynomial(emitter.let(k.sub(part, 0.5), "place"), fitsOf(magnitude).lgammaRatio));
  // 1 - d is exact; the product of the other 1 - d / i, less 1, is as exact as d however small that is.
  const first = k.sub(1, k.mul(indicator(k.ge(nearest, 1), magnitude), difference));
  let excess = emitter.let(k.mul(isBelow, difference), "excess");
  let factorial = like(magnitude, 1);
  for (const step of steps(recurrenceLimit).slice(1)) {
    const isFactor = emitter.let(indicator(k.ge(nearest, step), magnitude), "isFactor");
    const change = emitter.let(k.mul(isFactor, k.mul(difference, -1 / step)), "change");
    excess = emitter.let(k.add(excess, k.add(change, k.mul(excess, change))), "excess");
    factorial = k.mul(factorial, k.add(k.mul(isFactor, step - 1), 1));
  }
  const product = k.mul(k.mul(k.op("abs", difference), factorial), first);
  return k.sub(k.sub(ofPart, k.op("log1p", excess)), k.op("log", product));
}

// digamma --------------------------------------------------------------------------------------------------------------

/**
 * digamma of a negative x has a zero between two poles; there what is large on both sides cancels. With n the integer above
 * the magnitude and d = n - magnitude, which is exact, the pole at -n gives -1 / d. The first zeros have a d of a half, which
 * grows less with the magnitude.
 */
export function mayBeNearZero(magnitude: Expr, difference: Expr): Expr {
  const highest = k.select(k.lt(magnitude, fitsOf(magnitude).limit), like(magnitude, 0.6), like(magnitude, 0.5));
  return k.and(k.ge(magnitude, 0.5), k.and(k.gt(difference, 1 / 32), k.lt(difference, highest)));
}

/** 1 / d as q + (1 - q d) / d: products of the upper parts of q and d are exact in float32. */
function reciprocalParts(difference: Expr, emitter: Emitter): { readonly quotient: Expr; readonly error: Expr } {
  const quotient = emitter.let(k.div(1, difference), "quotient");
  const upperOf = (value: Expr, scale: number): Expr => emitter.let(k.mul(k.op("roundEven", k.mul(value, scale)), 1 / scale), "upper");
  const [q, d] = [upperOf(quotient, 2 ** 6), upperOf(difference, 2 ** 12)];
  const crossed = k.add(k.mul(q, k.sub(difference, d)), k.mul(k.sub(quotient, q), difference));
  return { quotient, error: k.mul(k.sub(k.sub(1, k.mul(q, d)), crossed), quotient) };
}

/** 1 / i in two parts, of which the sums of the upper ones are exact in float32. */
function harmonicParts(step: number): readonly [upper: number, lower: number] {
  const upper = Math.round(2 ** 20 / step) / 2 ** 20;
  return [upper, 1 / step - upper];
}

/** By the recurrence: digamma(1 + d) - 1 / d + the sum of 1 / i + d / (i (i - d)) for i from 1 to n. */
export function digammaByRecurrence(next: Expr, difference: Expr, emitter: Emitter): Expr {
  const { digammaRatio, root, limit } = fitsOf(difference);
  let upper = like(difference, 0);
  let rest = k.mul(k.sub(k.sub(difference, root[0]), root[1]), polynomial(emitter.let(k.sub(difference, 0.5), "place"), digammaRatio));
  for (const step of steps(limit).toReversed()) {
    const [upperPart, lowerPart] = harmonicParts(step);
    const isTerm = emitter.let(indicator(k.ge(next, step), difference), "isTerm");
    upper = emitter.let(k.add(upper, k.mul(isTerm, upperPart)), "upper");
    const term = k.add(k.div(difference, k.mul(k.sub(step, difference), step)), lowerPart);
    rest = emitter.let(k.add(rest, k.mul(isTerm, term)), "rest");
  }
  const { quotient, error } = reciprocalParts(difference, emitter);
  return k.add(k.sub(upper, quotient), k.sub(rest, error));
}

/** The logarithm of 2 as a number of 12 bits and the rest. */
const logOfTwo = [Math.round(Math.LN2 * 2 ** 12) / 2 ** 12, Math.LN2 - Math.round(Math.LN2 * 2 ** 12) / 2 ** 12] as const;
/** The bits of the square root of one half. */
const rootOfHalfBits = 0x3f3504f3;

/** (1 / d - pi cot(pi d)) / d - 2 / (1 - d^2) for d up to 0.6, in powers of d^2: poles at 0 and 1 apart. */
const cotangentSeries = [
  1.2898681163787842, 0.16464650630950928, 0.03468501567840576, 0.008167657069861889, 0.001921552699059248, 0.0006501873722299933,
];

/** Further down, for float32: digamma(a) + 1 / a, with log a in two parts, less 1 / d and what else pi cot(pi d) is. */
export function digammaFarBelow(magnitude: Expr, difference: Expr, emitter: Emitter): Expr {
  const exponent = emitter.let(k.op("shiftRightArithmetic", k.sub(k.bitcast(magnitude, "int32"), rootOfHalfBits), 23), "exponent");
  const mantissa = k.mul(magnitude, k.bitcast(k.op("shiftLeft", k.sub(127, exponent), 23), "float32"));
  const doublings = emitter.let(k.convert(exponent, "float32"), "doublings");
  const reciprocal = emitter.let(k.div(1, magnitude), "reciprocal");
  const y = emitter.let(k.mul(reciprocal, reciprocal), "y");
  const ofLogarithm = k.add(k.op("log", mantissa), k.mul(doublings, logOfTwo[1]));
  const ofSeries = k.sub(k.mul(reciprocal, 0.5), k.mul(y, polynomial(y, fitsOf(magnitude).digammaSeries)));
  const squared = emitter.let(k.mul(difference, difference), "squared");
  const ofCotangent = k.mul(difference, polynomial(squared, cotangentSeries));
  const { quotient, error } = reciprocalParts(difference, emitter);
  // The large summands first: at a zero their sum is exact.
  const large = k.add(k.sub(k.mul(doublings, logOfTwo[0]), quotient), k.div(k.mul(difference, 2), k.sub(1, squared)));
  return k.add(large, k.add(ofCotangent, k.sub(k.add(ofLogarithm, ofSeries), error)));
}
