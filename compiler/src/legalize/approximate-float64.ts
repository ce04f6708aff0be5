/**
 * @file Elementary functions of float64. There are no 64-bit integers in the kernel IR, so exponents are taken apart by
 * scaling into the range of float32 and read from its bits.
 *
 * Largest errors, in units in the last place, over tens of thousands of arguments of all magnitudes and against 200 bits:
 * exp 1.0, log 0.8, sin and cos 1.9 (large arguments too), tanh 2.5, pow 1.7.
 */

import {
  add, constant, convert, div, eq, gt, lt, max, min, mul, ne, neg, op, or, and, select, sub,
} from "../kernel/expressions.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr } from "../kernel/types.ts";
import { powerEdges } from "./approximate-float32.ts";
import { expm1Series, logarithmEdges, logarithmSeries } from "./approximate-series.ts";
import type { CodeWriter } from "./code-writer.ts";
import { atMost, clamped, nearestInteger, powerOfTwo, splitFloat64 } from "./float-parts.ts";
import { cosineInQuadrant, reduceFloat64, sineInQuadrant } from "./reduce-angle.ts";

const log2OfE = 1.4426950408889634;
/** ln 2 in 32 bits, so that its products with 11 bits are exact, and the rest. */
const ln2Upper = 0.6931471803691238;
const ln2Lower = 1.9082149292705877e-10;

/** (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2. */
const expm1Coefficients = [
  0.5, 0.16666666666666674, 0.04166666666666661, 0.008333333333324228, 0.0013888888889047352, 0.0001984126988395528,
  2.4801586539705733e-5, 2.7557243068690135e-6, 2.755843065826192e-7, 2.5110093762685556e-8, 2.0399652456152343e-9,
];

const expHighest = 710;
const expLowest = -746;

export function splitByLn2(x: Expr, code: CodeWriter): { readonly integer: Expr; readonly rest: Expr } {
  const { float, integer } = nearestInteger(mul(x, log2OfE), code, "doublings");
  const rest = sub(sub(x, mul(float, ln2Upper)), mul(float, ln2Lower));
  return { integer, rest: code.name(rest, "rest") };
}

/** e^r - 1 for small r. */
export function expm1OfRest(rest: Expr): Expr {
  return expm1Series(rest, expm1Coefficients);
}

/** The value times 2^exponent. 2^(exponent / 16), which float32 holds, is squared three times and taken twice. */
export function scaledByPowerOfTwo(value: Expr, exponent: Expr, code: CodeWriter): Expr {
  const places = constant(4, "int32", exponent.type.width);
  const sixteenth = code.name(op("shiftRightArithmetic", exponent, places), "sixteenth");
  const left = sub(exponent, op("shiftLeft", sixteenth, places));
  let half = code.name(convert(powerOfTwo(sixteenth), "float64"), "half");
  for (let squaring = 0; squaring < 3; squaring += 1) half = code.name(mul(half, half), "half");
  return mul(mul(mul(value, convert(powerOfTwo(left), "float64")), half), half);
}

export function expFloat64(x: Expr, code: CodeWriter): Expr {
  const { integer, rest } = splitByLn2(clamped(x, expLowest, expHighest, code), code);
  return scaledByPowerOfTwo(add(expm1OfRest(rest), 1), integer, code);
}

/** log(1 + f) = 2 s + s^3 (...) with s = f / (2 + f), in powers of s^2. */
const logCoefficients = [
  0.6666666666666735, 0.3999999999940935, 0.28571428743686583, 0.22222198428974138, 0.18183572354326638,
  0.15313832201958508, 0.14798258254480073,
];

export function logFloat64(x: Expr, code: CodeWriter): Expr {
  const { mantissa, exponent } = splitFloat64(x, code);
  const count = code.name(convert(exponent, "float64"), "count");
  return logarithmEdges(x, logarithmOfRest(code.name(sub(mantissa, 1), "f"), count, code));
}

/** log(1 + f) + count ln 2, where 1 + f is about between the roots of one half and of two. */
export function logarithmOfRest(f: Expr, count: Expr, code: CodeWriter): Expr {
  return logarithmSeries(f, count, { coefficients: logCoefficients, ln2Upper, ln2Lower }, code);
}

/** (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4 for |r| <= pi / 4, in powers of r^2. */
const sinCoefficients = [
  -0.1666666666666663, 0.00833333333332184, -0.00019841269829358528, 2.7557313538514234e-6, -2.5050734389257543e-8,
  1.5895433289345187e-10,
];
const cosCoefficients = [
  0.041666666666666595, -0.0013888888888873325, 2.4801587288983675e-5, -2.75573142100717e-7, 2.0875704270290552e-9,
  -1.1358683283264407e-11,
];

/** Below this the functions are their argument, to the last place; and -0 stays -0. */
const identityLimit = 2 ** -27;

function sineAndCosine(angle: Expr, code: CodeWriter): { readonly sine: Expr; readonly cosine: Expr } {
  const rest = code.name(angle, "rest");
  const z = code.name(mul(rest, rest), "z");
  // 1 - z / 2, and what rounding took from it.
  const one = constant(1, "float64", z.type.width);
  const halfSquare = code.name(mul(z, 0.5), "halfSquare");
  const first = code.name(sub(one, halfSquare), "first");
  const lost = sub(sub(one, first), halfSquare);
  return {
    sine: add(mul(mul(z, polynomial(z, sinCoefficients)), rest), rest),
    cosine: add(first, add(lost, mul(mul(z, z), polynomial(z, cosCoefficients)))),
  };
}

export function sinFloat64(x: Expr, code: CodeWriter): Expr {
  const magnitude = code.name(op("abs", x), "magnitude");
  const { quadrant, rest } = reduceFloat64(magnitude, code);
  const value = code.name(sineInQuadrant(quadrant, sineAndCosine(rest, code), code), "value");
  return select(gt(magnitude, identityLimit), select(lt(x, 0), neg(value), value), x);
}

export function cosFloat64(x: Expr, code: CodeWriter): Expr {
  const { quadrant, rest } = reduceFloat64(code.name(op("abs", x), "magnitude"), code);
  return cosineInQuadrant(quadrant, sineAndCosine(rest, code), code);
}

/** From half of this on tanh rounds to 1. */
const tanhHighest = 44;

/** -(e^-2|x| - 1) / (e^-2|x| + 1), with the sign of x. */
export function tanhFloat64(x: Expr, code: CodeWriter): Expr {
  const magnitude = code.name(op("abs", x), "magnitude");
  const doubled = code.name(mul(magnitude, 2), "doubled");
  const { integer, rest } = splitByLn2(code.name(neg(atMost(doubled, tanhHighest)), "argument"), code);
  const power = code.name(convert(powerOfTwo(integer), "float64"), "power");
  const decay = code.name(add(mul(power, expm1OfRest(rest)), sub(power, 1)), "decay");
  const value = code.name(div(decay, add(decay, 2)), "value");
  return select(gt(magnitude, identityLimit), select(lt(x, 0), value, neg(value)), x);
}

/** The larger and smaller part of a product, by splitting the factors into halves of 26 bits. */
function exactProduct(a: Expr, b: Expr, code: CodeWriter): { readonly upper: Expr; readonly lower: Expr } {
  const halves = (value: Expr): { readonly high: Expr; readonly low: Expr } => {
    const shifted = code.name(mul(value, 2 ** 27 + 1), "shifted");
    const high = code.name(sub(shifted, sub(shifted, value)), "high");
    return { high, low: code.name(sub(value, high), "low") };
  };
  const x = halves(a);
  const y = halves(b);
  const upper = code.name(mul(a, b), "upper");
  const lower = add(add(add(sub(mul(x.high, y.high), upper), mul(x.high, y.low)), mul(x.low, y.high)), mul(x.low, y.low));
  return { upper, lower: code.name(lower, "lower") };
}

/** Sum of a larger and a smaller part, as such parts again. */
function renormalised(upper: Expr, lower: Expr, code: CodeWriter): { readonly upper: Expr; readonly lower: Expr } {
  const total = code.name(add(upper, lower), "total");
  return { upper: total, lower: code.name(sub(lower, sub(total, upper)), "lower") };
}

const powHighest = 1100;

/** e^(y log |x|), the logarithm in two parts. */
export function powFloat64(x: Expr, y: Expr, code: CodeWriter): Expr {
  const number = (value: number): Expr => constant(value, "float64", x.type.width);
  const magnitude = code.name(op("abs", x), "magnitude");
  const isUsual = and(gt(magnitude, 0), op("isFinite", magnitude));
  const { mantissa, exponent } = splitFloat64(code.name(select(isUsual, magnitude, number(1)), "usual"), code);
  const count = code.name(convert(exponent, "float64"), "count");

  // s = f / (2 + f) in two parts, then log(mantissa) = 2 s + s^3 (...).
  const f = code.name(sub(mantissa, 1), "f");
  const divisor = code.name(add(f, 2), "divisor");
  const divisorRest = code.name(sub(f, sub(divisor, 2)), "divisorRest");
  const s = code.name(div(f, divisor), "s");
  const back = exactProduct(s, divisor, code);
  const sRest = code.name(div(sub(sub(sub(f, back.upper), back.lower), mul(s, divisorRest)), divisor), "sRest");
  const z = code.name(mul(s, s), "z");
  const cubic = mul(mul(z, s), polynomial(z, logCoefficients));
  const ofMantissa = renormalised(mul(s, 2), add(mul(sRest, 2), cubic), code);
  const large = code.name(mul(count, ln2Upper), "large");
  const sum = code.name(add(large, ofMantissa.upper), "sum");
  const sumRest = add(sub(ofMantissa.upper, sub(sum, large)), add(ofMantissa.lower, mul(count, ln2Lower)));
  const logarithm = renormalised(sum, sumRest, code);

  const clampedPower = code.name(min(max(y, -(2 ** 80)), 2 ** 80), "clampedPower");
  const product = exactProduct(clampedPower, logarithm.upper, code);
  const whole = code.name(min(max(product.upper, -powHighest), powHighest), "whole");
  const part = code.name(add(product.lower, mul(clampedPower, logarithm.lower)), "part");
  const isExtreme = ne(whole, product.upper);
  const { integer, rest } = splitByLn2(whole, code);
  const restWithPart = code.name(add(rest, select(isExtreme, number(0), part)), "rest");
  const power = scaledByPowerOfTwo(add(expm1OfRest(restWithPart), 1), integer, code);

  const grows = code.name(eq(gt(magnitude, 1), gt(y, 0)), "grows");
  const atEdge = select(grows, number(Infinity), number(0));
  const isEdge = or(op("not", isUsual), op("not", op("isFinite", y)));
  return powerEdges(x, y, code.name(select(isEdge, atEdge, power), "result"), isNegativeOrMinusZero(x));
}

/** -0 shows in its reciprocal. */
export function isNegativeOrMinusZero(x: Expr): Expr {
  const reciprocal = div(constant(1, "float64", x.type.width), x);
  return or(lt(x, 0), and(eq(x, 0), lt(reciprocal, 0)));
}
