/**
 * @file lgamma, digamma, Hurwitz' zeta and polygamma as kernel expressions. Everything is brought to arguments z >= 1; up
 * to a limit these are moved into [1, 2) by the recurrence, beyond it the asymptotic series holds. Near zeros of lgamma and
 * digamma results are as exact as 1 is, not in proportion (`unary-gamma-zeros.ts`).
 */

import { at } from "../base/assert.ts";
import type { Emitter } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr } from "../kernel/types.ts";
import type { Formula } from "./unary-formulas.ts";
import { fitsOf, indicator, like, steps } from "./unary-gamma-fits.ts";
import { digammaByRecurrence, digammaFarBelow, lgammaByRecurrence, mayBeNearZero, recurrenceLimit } from "./unary-gamma-zeros.ts";

/** The argument x in terms of z >= 1: x itself from 1 on, 1 + |x| below. */
interface Reduced {
  readonly magnitude: Expr;
  readonly z: Expr;
  /** z - 1 = whole + part, where the part is in [0, 1). */
  readonly whole: Expr;
  readonly part: Expr;
}

function reduce(x: Expr, emitter: Emitter): Reduced {
  const magnitude = emitter.let(k.op("abs", x), "magnitude");
  // Below 2^24 z - 1 is exact, but z is not where the magnitude is small.
  const excess = emitter.let(k.sub(magnitude, indicator(k.ge(x, 1), x)), "excess");
  const whole = emitter.let(k.op("floor", excess), "whole");
  const z = emitter.let(k.add(magnitude, indicator(k.lt(x, 1), x)), "z");
  return { magnitude, z, whole, part: emitter.let(k.sub(excess, whole), "part") };
}

/** Whether x is 0 or a negative integer. */
function isPole(x: Expr): Expr {
  return k.and(k.le(x, 0), k.eq(k.op("floor", x), x));
}

// lgamma ---------------------------------------------------------------------------------------------------------------

/** (log(2 pi) - 1) / 2 */
const stirlingConstant = 0.4189385332046727;

/** lgamma(z): log((z - 1) (z - 2) ...) + lgamma(1 + part), or (z - 1/2) (log z - 1) + constant + series / z. */
function lgammaOfReduced(x: Expr, { magnitude, z, whole, part }: Reduced, emitter: Emitter): Expr {
  const { limit, lgammaRatio, lgammaSeries } = fitsOf(x);
  return emitter.branch(
    k.lt(magnitude, limit),
    () => {
      const product = steps(limit).reduce<Expr | null>((all, step) => {
        const factor = k.add(k.mul(indicator(k.ge(whole, step), x), k.add(part, step - 1)), 1);
        return all === null ? factor : k.mul(all, factor);
      }, null) ?? like(x, 1);
      const ratio = polynomial(emitter.let(k.sub(part, 0.5), "place"), lgammaRatio);
      return k.add(k.op("log", product), k.mul(k.mul(part, k.sub(part, 1)), ratio));
    },
    () => {
      const reciprocal = emitter.let(k.div(1, z), "reciprocal");
      const series = polynomial(emitter.let(k.mul(reciprocal, reciprocal), "y"), lgammaSeries);
      return k.add(k.mul(k.sub(z, 0.5), k.sub(k.op("log", z), 1)), k.add(k.mul(reciprocal, series), stirlingConstant));
    },
  );
}

/** sin(pi a) for a not negative, by the distance to the nearest integer. */
function sineOfMultiple(magnitude: Expr, emitter: Emitter): Expr {
  const fraction = emitter.let(k.sub(magnitude, k.op("floor", magnitude)), "fraction");
  return k.op("sin", k.mul(k.min(fraction, k.sub(1, fraction)), Math.PI));
}

/** Below this magnitude gamma(x) is 1 / x; the product of pi and a subnormal number would lose digits. */
const tiny = 2 ** -60;

/** Below 1 gamma(x) = gamma(1 + x) / x; below 0 gamma(-a) gamma(1 + a) = -pi / sin(pi a), with a = -x. */
export const lgamma: Formula = (x, emitter) => {
  const reduced = reduce(x, emitter);
  const { magnitude } = reduced;
  const core = emitter.let(lgammaOfReduced(x, reduced, emitter), "core");
  const value = emitter.branch(
    k.ge(x, 0),
    () => emitter.branch(k.ge(x, 1), () => core, () => k.sub(core, k.op("log", x))),
    () => emitter.branch(
      k.lt(magnitude, tiny),
      () => k.neg(k.op("log", magnitude)),
      () => emitter.branch(
        k.lt(magnitude, recurrenceLimit),
        () => lgammaByRecurrence(magnitude, emitter),
        () => k.sub(k.sub(like(x, Math.log(Math.PI)), k.op("log", sineOfMultiple(magnitude, emitter))), core),
      ),
    ),
  );
  const isInfinite = k.or(k.eq(magnitude, Number.POSITIVE_INFINITY), isPole(x));
  return k.select(isInfinite, like(x, Number.POSITIVE_INFINITY), value);
};

// digamma --------------------------------------------------------------------------------------------------------------

/** digamma(z): digamma(1 + part) + 1 / (1 + part) + 1 / (2 + part) + ..., or log z - 1 / (2 z) - series / z^2. */
function digammaOfReduced(x: Expr, { magnitude, z, whole, part }: Reduced, emitter: Emitter): Expr {
  const { limit, digammaRatio, root, digammaSeries } = fitsOf(x);
  return emitter.branch(
    k.lt(magnitude, limit),
    () => {
      const ratio = polynomial(emitter.let(k.sub(part, 0.5), "place"), digammaRatio);
      const ofPart = k.mul(k.sub(k.sub(part, root[0]), root[1]), ratio);
      return steps(limit).reduce<Expr>((sum, step) => k.add(sum, k.div(indicator(k.ge(whole, step), x), k.add(part, step))), ofPart);
    },
    () => {
      const reciprocal = emitter.let(k.div(1, z), "reciprocal");
      const y = emitter.let(k.mul(reciprocal, reciprocal), "y");
      return k.sub(k.sub(k.op("log", z), k.mul(reciprocal, 0.5)), k.mul(y, polynomial(y, digammaSeries)));
    },
  );
}

/** pi cot(pi a), by the distance from the nearest integer; above 1/4 as the tangent of what is left of 1/2, where digamma has zeros. */
function cotangentOfMultiple(magnitude: Expr, emitter: Emitter): Expr {
  const { tangent, cotangent } = fitsOf(magnitude);
  const difference = emitter.let(k.sub(magnitude, k.op("roundEven", magnitude)), "difference");
  const distance = emitter.let(k.op("abs", difference), "distance");
  const times = (value: Expr, coefficients: readonly number[]): Expr => k.mul(value, polynomial(emitter.let(k.mul(value, value), "square"), coefficients));
  const value = emitter.branch(
    k.gt(distance, 0.25),
    () => times(emitter.let(k.sub(0.5, distance), "rest"), tangent),
    () => k.sub(k.div(1, distance), times(distance, cotangent)),
  );
  return k.mul(value, k.op("sign", difference));
}

/** Below 1 digamma(x) = digamma(1 + x) - 1 / x; below 0 digamma(-a) = digamma(1 + a) + pi cot(pi a). NaN at the poles. */
export const digamma: Formula = (x, emitter) => {
  const reduced = reduce(x, emitter);
  const { magnitude } = reduced;
  const core = emitter.let(digammaOfReduced(x, reduced, emitter), "core");
  const value = emitter.branch(
    k.gt(x, 0),
    () => emitter.branch(k.ge(x, 1), () => core, () => k.sub(core, k.div(1, x))),
    () => {
      const next = emitter.let(k.op("ceil", magnitude), "next");
      const difference = emitter.let(k.sub(next, magnitude), "difference");
      const byReflection = (): Expr => k.add(core, cotangentOfMultiple(magnitude, emitter));
      return emitter.branch(
        mayBeNearZero(magnitude, difference),
        () => emitter.branch(
          k.lt(magnitude, fitsOf(x).limit),
          () => digammaByRecurrence(next, difference, emitter),
          () => (x.type.dtype === "float64" ? byReflection() : digammaFarBelow(magnitude, difference, emitter)),
        ),
        byReflection,
      );
    },
  );
  return k.select(isPole(x), like(x, Number.NaN), value);
};

// zeta -----------------------------------------------------------------------------------------------------------------

/** B_2j / (2 j)!: the coefficients of the Euler-Maclaurin formula. */
const bernoulliRatios = [
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7, 2.08767569878681e-8, -5.284190138687493e-10,
  1.3382536530684679e-11, -3.389680296322583e-13, 8.586062056277845e-15, -2.174868698558062e-16, 5.50900282836023e-18, -1.3954464685812522e-19,
];
/** Terms that are summed as they stand. */
const directTerms = 10;

/** The largest exponent whose power is a product. */
const longestProduct = 8;

/** 1 / (q + n)^s for the n below `directTerms` together, and for `directTerms`: powers are long, so that one stands in a loop. */
function directSum(s: Expr, q: Expr, emitter: Emitter): { readonly sum: Expr; readonly power: Expr } {
  const isProduct = s.kind === "const" && Number.isInteger(s.value) && s.value >= 1 && s.value <= longestProduct;
  if (!isProduct) {
    const [sum = q, power = q] = emitter.repeat(directTerms + 1, [like(q, 0), like(q, 0)], ([before = q, term = q], turn) => {
      const base = k.add(q, k.convert(turn, q.type.dtype));
      return [k.add(before, term), k.op("pow", base, k.neg(s))];
    });
    return { sum, power };
  }
  const powers = Array.from({ length: directTerms + 1 }, (_, term) => {
    const reciprocal = emitter.let(k.div(1, term === 0 ? q : k.add(q, term)), "reciprocal");
    return Array.from({ length: s.value - 1 }).reduce<Expr>((product) => k.mul(product, reciprocal), reciprocal);
  });
  return { sum: powers.slice(0, -1).reduce((sum, power) => k.add(sum, power)), power: emitter.let(at(powers, -1), "power") };
}

/** The sum of 1 / (q + n)^s for q > 0: some terms, and the integral of the rest with its correction. */
function zetaOfPositive(s: Expr, q: Expr, emitter: Emitter): Expr {
  const { sum, power } = directSum(s, q, emitter);
  const base = emitter.let(k.add(q, directTerms), "base");
  const direct = emitter.let(k.add(sum, k.mul(power, k.add(k.div(base, k.sub(s, 1)), 0.5))), "direct");
  // The factor of term j is s (s + 1) ... (s + 2 j) / base^(2 j + 1).
  const squared = emitter.let(k.mul(base, base), "squared");
  let factor = k.div(s, base);
  let correction: Expr | null = null;
  for (let term = 0; term < fitsOf(q).zetaTerms; term++) {
    if (term > 0) factor = k.div(k.mul(k.mul(factor, k.add(s, 2 * term - 1)), k.add(s, 2 * term)), squared);
    factor = emitter.let(factor, "factor");
    const part = k.mul(factor, at(bernoulliRatios, term));
    correction = emitter.let(correction === null ? part : k.add(correction, part), "correction");
  }
  return k.add(direct, k.mul(power, correction ?? like(q, 0)));
}

/** Whether a float is an integer, and an even one. */
const isInteger = (x: Expr): Expr => k.eq(k.op("floor", x), x);
const isEven = (x: Expr): Expr => isInteger(k.mul(x, 0.5));

/**
 * zeta(s, q). For q < 0 and an integer s, with f the part of q above an integer, the terms from q up are those from f up and
 * the ones between: zeta(s, f) + (-1)^s (zeta(s, 1 - f) - zeta(s, 1 - q)).
 */
export function zeta(s: Expr, q: Expr, emitter: Emitter): Expr {
  const number = (value: number): Expr => like(q, value);
  const value = emitter.branch(k.gt(q, 0), () => zetaOfPositive(s, q, emitter), () => {
    const whole = emitter.let(k.op("floor", q), "whole");
    const fraction = emitter.let(k.sub(q, whole), "fraction");
    const [nearest, farthest] = [k.sub(k.add(whole, 1), q), k.sub(1, q)];
    const between = k.sub(zetaOfPositive(s, emitter.let(nearest, "nearest"), emitter), zetaOfPositive(s, emitter.let(farthest, "farthest"), emitter));
    const sign = k.select(isEven(s), number(1), number(-1));
    const sum = k.add(zetaOfPositive(s, fraction, emitter), k.mul(sign, between));
    const isPole = k.eq(whole, q);
    const atPole = k.select(isEven(s), number(Number.POSITIVE_INFINITY), number(Number.NaN));
    return k.select(isInteger(s), k.select(isPole, atPole, sum), number(Number.NaN));
  });
  const edges = k.select(k.eq(s, 1), number(Number.POSITIVE_INFINITY), number(Number.NaN));
  return k.select(k.and(k.gt(s, 1), k.eq(q, q)), value, edges);
}

/** (-1)^(m + 1) m! zeta(m + 1, x); digamma for m = 0, NaN for an m that is no order of a derivative. */
export function polygamma(m: Expr, x: Expr, emitter: Emitter): Expr {
  if (m.kind === "const" && m.value === 0) return digamma(x, emitter);
  const isKnown = m.kind === "const" && Number.isInteger(m.value) && m.value > 0 && m.value < 20;
  const s = isKnown ? like(x, m.value + 1) : emitter.let(k.add(m, 1), "s");
  if (isKnown) {
    const factorial = steps(m.value).reduce((product, step) => product * step, 1);
    return k.mul(zeta(s, x, emitter), m.value % 2 === 0 ? -factorial : factorial);
  }
  const value = emitter.branch(k.eq(m, 0), () => digamma(x, emitter), () => {
    const factorial = k.op("exp", lgamma(s, emitter));
    const magnitude = k.mul(factorial, zeta(s, x, emitter));
    return k.select(isEven(m), k.neg(magnitude), magnitude);
  });
  return k.select(k.and(k.ge(m, 0), isInteger(m)), value, like(x, Number.NaN));
}
