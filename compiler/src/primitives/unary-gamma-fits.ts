/** @file What the formulas of lgamma and digamma share: coefficients for each dtype, and steps of the recurrence. */

import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";

export interface Fits {
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

export const fitsOf = (x: Expr): Fits => (x.type.dtype === "float64" ? float64Fits : float32Fits);
/** A constant of the dtype of x. */
export const like = (x: Expr, value: number): Expr => k.constant(value, x.type.dtype);

/** 1 where the condition holds and 0 where not, to multiply with: a select would round its operands on some targets. */
export function indicator(condition: Expr, dtypeOf: Expr): Expr {
  return k.convert(condition, dtypeOf.type.dtype);
}

/** The steps of the recurrence that may be needed below the limit. */
export function steps(limit: number): number[] {
  return Array.from({ length: limit }, (_, step) => step + 1);
}
