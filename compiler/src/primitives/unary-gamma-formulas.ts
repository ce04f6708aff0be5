/**
 * @file lgamma, digamma, Hurwitz' zeta and polygamma as kernel expressions. Everything is brought to arguments z >= 1; up
 * to a limit these are moved into [1, 2) by the recurrence, beyond it the asymptotic series holds. Near zeros of lgamma and
 * digamma results are as exact as their summands, not in proportion.
 */

import { at } from "../base/assert.ts";
import type { Emitter } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr } from "../kernel/types.ts";
import type { Formula } from "./unary-formulas.ts";

interface Fits {
  /** Arguments of at least this magnitude take the series. */
  readonly limit: number;
  /** lgamma(1 + f) / (f (f - 1)) for f in [0, 1], in powers of f - 1/2. */
  readonly lgammaRatio: readonly number[];
  /** digamma(1 + f) / (f - root) for f in [0, 1], in powers of f - 1/2. */
  readonly digammaRatio: readonly number[];
  /** The zero of digamma(1 + f) as a number of the dtype and the rest. */
  readonly root: readonly [number, number];
  /** What Stirling's formula leaves of lgamma(z), times z; and log(z) - 1 / (2 z) - digamma(z), times z^2: in powers of 1 / z^2. */
  readonly lgammaSeries: readonly number[];
  readonly digammaSeries: readonly number[];
  /** How many terms of zeta's correction are worth computing. */
  readonly zetaTerms: number;
}

const float32Fits: Fits = {
  limit: 4,
  lgammaRatio: [
    0.48312896490097046, -0.14595989882946014, 0.06291104853153229, -0.03130799159407616, 0.016808222979307175, -0.009436491876840591,
    0.005325183272361755, -0.0031158868223428726, 0.002448364859446883, -0.001526442589238286,
  ],
  digammaRatio: [
    0.9510558843612671, -0.42362749576568604, 0.24054262042045593, -0.14839878678321838, 0.0949820876121521, -0.06205706298351288,
    0.040879279375076294, -0.025781074538826942, 0.01698068156838417, -0.01638399250805378, 0.011118210852146149,
  ],
  root: [0.46163216233253479, -1.7364172534e-8],
  lgammaSeries: [0.08333329856395721, -0.0027749482542276382, 0.0007229510229080915],
  digammaSeries: [0.08333318680524826, -0.008318518288433552, 0.003535614348948002],
  zetaTerms: 6,
};

const float64Fits: Fits = {
  limit: 8,
  lgammaRatio: [
    0.4831289505409809, -0.14595989591430608, 0.06291140107456437, -0.03130848750100939, 0.016797098631275986, -0.009425622448635122,
    0.005446457839032995, -0.0032120740693721457, 0.0019229163152058402, -0.0011644146795322036, 0.000711519031466755,
    -0.0004379918313101678, 0.00027131406633235425, -0.0001689280421310471, 0.00010535328046062577, -0.00006608832703352848,
    0.000043033954908137344, -0.00002737036097565776, 0.000013174204905921054, -0.000008054818773549971, 0.00001214946389507524,
    -0.000007989680936509995,
  ],
  digammaRatio: [
    0.951055876031833, -0.4236274212814606, 0.24054248424077398, -0.1484049230538901, 0.09498872445497233, -0.06192213327469419,
    0.040760833810814065, -0.026975796691270013, 0.017907252481403433, -0.011908219419431348, 0.007926944018495615, -0.0052799462566339855,
    0.0035190121166622113, -0.002345420767567704, 0.0015565995716008277, -0.001036842323473707, 0.0007234360583618596,
    -0.0004847293121361617, 0.00022702715883429864, -0.00014698031586006364, 0.00025984962312802724, -0.00017656035008249314,
  ],
  root: [0.46163214496836236, -9.7845e-18],
  lgammaSeries: [
    0.08333333333333245, -0.0027777777768033672, 0.000793650418336904, -0.0005951698076245589, 0.0008353173722837139,
    -0.0016089570665155286,
  ],
  digammaSeries: [
    0.08333333333332583, -0.00833333332389675, 0.003968250005485354, -0.004165897813021902, 0.007499525561201795, -0.01727059427688361,
  ],
  zetaTerms: 12,
};

const fitsOf = (x: Expr): Fits => (x.type.dtype === "float64" ? float64Fits : float32Fits);
const like = (x: Expr, value: number): Expr => k.constant(value, x.type.dtype);

/** 1 where the condition holds and 0 where not, to multiply with: a select would round its operands on some targets. */
function indicator(condition: Expr, dtypeOf: Expr): Expr {
  return k.convert(condition, dtypeOf.type.dtype);
}

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
  const z = emitter.let(k.add(magnitude, indicator(k.lt(x, 1), x)), "z");
  const whole = emitter.let(k.op("floor", k.sub(z, 1)), "whole");
  return { magnitude, z, whole, part: emitter.let(k.sub(k.sub(z, 1), whole), "part") };
}

/** Whether x is 0 or a negative integer. */
function isPole(x: Expr): Expr {
  return k.and(k.le(x, 0), k.eq(k.op("floor", x), x));
}

/** The steps of the recurrence that may be needed below the limit. */
function steps(limit: number): number[] {
  return Array.from({ length: limit }, (_, step) => step + 1);
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
      () => k.sub(k.sub(like(x, Math.log(Math.PI)), k.op("log", sineOfMultiple(magnitude, emitter))), core),
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

/**
 * pi cot(pi a), by the difference f from the nearest integer; above 1/4 as the tangent of the distance from 1/2, where
 * digamma has zeros and pi f would have lost what counts.
 */
function cotangentOfMultiple(magnitude: Expr, emitter: Emitter): Expr {
  const difference = emitter.let(k.sub(magnitude, k.op("roundEven", magnitude)), "difference");
  const distance = emitter.let(k.op("abs", difference), "distance");
  const parts = (value: Expr): readonly [sine: Expr, cosine: Expr] => {
    const angle = emitter.let(k.mul(value, Math.PI), "angle");
    return [k.op("sin", angle), k.op("cos", angle)];
  };
  const cotangent = emitter.branch(k.gt(distance, 0.25), () => {
    const [sine, cosine] = parts(k.sub(0.5, distance));
    return k.div(sine, cosine);
  }, () => {
    const [sine, cosine] = parts(distance);
    return k.div(cosine, sine);
  });
  return k.mul(k.mul(cotangent, Math.PI), k.op("sign", difference));
}

/** Below 1 digamma(x) = digamma(1 + x) - 1 / x; below 0 digamma(-a) = digamma(1 + a) + pi cot(pi a). NaN at the poles. */
export const digamma: Formula = (x, emitter) => {
  const reduced = reduce(x, emitter);
  const { magnitude } = reduced;
  const core = emitter.let(digammaOfReduced(x, reduced, emitter), "core");
  const value = emitter.branch(
    k.gt(x, 0),
    () => emitter.branch(k.ge(x, 1), () => core, () => k.sub(core, k.div(1, x))),
    () => k.add(core, cotangentOfMultiple(magnitude, emitter)),
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

/** 1 / base^s; a product where the exponent is a small integer that is known. */
function inversePower(base: Expr, s: Expr, emitter: Emitter): Expr {
  if (s.kind !== "const" || !Number.isInteger(s.value) || s.value < 1 || s.value > 8) return k.op("pow", base, k.neg(s));
  const reciprocal = emitter.let(k.div(1, base), "reciprocal");
  return Array.from({ length: s.value - 1 }).reduce<Expr>((product) => k.mul(product, reciprocal), reciprocal);
}

/** The sum of 1 / (q + n)^s for q > 0: some terms, and the integral of the rest with its correction. */
function zetaOfPositive(s: Expr, q: Expr, emitter: Emitter): Expr {
  let sum = inversePower(q, s, emitter);
  for (let term = 1; term < directTerms; term++) sum = k.add(sum, inversePower(emitter.let(k.add(q, term), "base"), s, emitter));
  const base = emitter.let(k.add(q, directTerms), "base");
  const power = emitter.let(inversePower(base, s, emitter), "power");
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
