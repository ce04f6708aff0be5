/**
 * @file Elementary functions of float32 in float32 arithmetic, each op rounded. Largest errors against the exact value, in
 * units in the last place, over millions of bit patterns: exp 1.0, log 0.8, sin and cos 2.4, tanh 2.5, pow 0.51;
 * `tests/pure/approximate.test.ts` holds them to it. Coefficients are minimax polynomials, fitted one after the other so
 * that each is a float32.
 */

import { float32ToBits } from "../base/float-bits.ts";
import {
  add, and, bitcast, constant, convert, div, eq, gt, lt, max, min, mul, ne, neg, op, or, select, sub,
} from "../kernel/expressions.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr } from "../kernel/types.ts";
import { expm1Series, logarithmEdges, logarithmSeries } from "./approximate-series.ts";
import type { CodeWriter } from "./code-writer.ts";
import {
  clamped, nearestInteger, powerOfTwo, scaleByPowerOfTwo, splitFloat32,
} from "./float-parts.ts";
import { isOddQuadrant, reduceFloat32, type RestFunctions } from "./reduce-angle.ts";

const infinityBits = 0x7f800000;

const log2OfE = 1.4426950408889634;
/** ln 2 in 16 bits, so that its products with 8 bits are exact, and the rest. */
const ln2Upper = 0.693145751953125;
const ln2Lower = 1.428606765330187e-6;

/** (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2, for e^r and, one coefficient more, for e^r - 1. */
const expCoefficients = [0.4999999403953552, 0.16666516661643982, 0.04166810214519501, 0.008369192481040955, 0.0013838812010362744];
const expm1Coefficients = [
  0.5, 0.16666635870933533, 0.041666485369205475, 0.00834001787006855, 0.0013934319140389562, 0.00016647686425130814,
];

/** Beyond these, results overflow or vanish. */
const expHighest = 89;
const expLowest = -104;

/** x as `n ln 2 + r`. */
export function splitByLn2(x: Expr, code: CodeWriter): { readonly integer: Expr; readonly rest: Expr } {
  const { float, integer } = nearestInteger(mul(x, log2OfE), code, "doublings");
  // Exact; a compiler that sums in another order would lose that.
  const upper = op("roundFloat32", sub(x, mul(float, ln2Upper)));
  const rest = sub(upper, mul(float, ln2Lower));
  return { integer, rest: code.name(rest, "rest") };
}

/** e^r - 1 for |r| <= ln(2) / 2. */
export function expm1OfRest(rest: Expr): Expr {
  return expm1Series(rest, expm1Coefficients);
}

export function expFloat32(x: Expr, code: CodeWriter): Expr {
  const { integer, rest } = splitByLn2(clamped(x, expLowest, expHighest, code), code);
  const power = add(expm1Series(rest, expCoefficients), 1);
  return scaleByPowerOfTwo(power, integer, code);
}

/** 2 / (2 k + 1) but for the first: log(1 + f) = 2 s + s^3 (...) with s = f / (2 + f), in powers of s^2. */
const logCoefficients = [0.6666677594184875, 0.3997756838798523, 0.29871460795402527];

export function logFloat32(x: Expr, code: CodeWriter): Expr {
  const { mantissa, exponent } = splitFloat32(x, code);
  const count = code.name(convert(exponent, "float32"), "count");
  return logarithmEdges(x, logarithmOfRest(code.name(sub(mantissa, 1), "f"), count, code));
}

/** log(1 + f) + count ln 2, where 1 + f is about between the roots of one half and of two. */
export function logarithmOfRest(f: Expr, count: Expr, code: CodeWriter): Expr {
  return logarithmSeries(f, count, { coefficients: logCoefficients, ln2Upper, ln2Lower }, code);
}

/** (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4 for |r| <= pi / 4, in powers of r^2. */
const sinCoefficients = [-0.16666655242443085, 0.008332187309861183, -0.00019517897453624755];
const cosCoefficients = [0.04166664555668831, -0.0013887309469282627, 2.4432327336398885e-5];

function sineAndCosine(angle: Expr, code: CodeWriter): RestFunctions {
  const rest = code.name(angle, "rest");
  const z = code.name(mul(rest, rest), "z");
  return {
    sine: add(mul(mul(z, polynomial(z, sinCoefficients)), rest), rest),
    cosine: add(sub(constant(1, "float32", z.type.width), mul(z, 0.5)), mul(mul(z, z), polynomial(z, cosCoefficients))),
  };
}

/** That of the magnitude, with the sign of x: so -0 stays. */
export function sinFloat32(x: Expr, code: CodeWriter): Expr {
  const { quadrant, rest } = reduceFloat32(code.name(op("abs", x), "magnitude"), code);
  const { sine, cosine } = sineAndCosine(rest, code);
  const value = bitcast(select(isOddQuadrant(quadrant), cosine, sine), "int32");
  return bitcast(op("xor", value, op("xor", signOfQuadrant(quadrant), signOf(x))), "float32");
}

/** The sine one quadrant further. */
export function cosFloat32(x: Expr, code: CodeWriter): Expr {
  const { quadrant, rest } = reduceFloat32(code.name(op("abs", x), "magnitude"), code);
  const { sine, cosine } = sineAndCosine(rest, code);
  const value = bitcast(select(isOddQuadrant(quadrant), sine, cosine), "int32");
  return bitcast(op("xor", value, signOfQuadrant(add(quadrant, 1))), "float32");
}

/** The sign bit in the third and fourth quadrant. */
function signOfQuadrant(quadrant: Expr): Expr {
  const int = (value: number): Expr => constant(value, "int32", quadrant.type.width);
  return op("shiftLeft", op("and", quadrant, int(2)), int(30));
}

function signOf(x: Expr): Expr {
  return op("and", bitcast(x, "int32"), constant(-(2 ** 31), "int32", x.type.width));
}

/** From here on tanh rounds to 1. */
const tanhHighest = 10;

/** (1 - e^-2|x|) / (1 + e^-2|x|), with the sign of x. */
export function tanhFloat32(x: Expr, code: CodeWriter): Expr {
  // In integers, because it is one instruction, and at the end NaN comes back.
  const magnitude = code.name(bitcast(op("abs", x), "int32"), "magnitude");
  const limited = code.name(bitcast(min(magnitude, float32ToBits(tanhHighest)), "float32"), "limited");
  const { integer, rest } = splitByLn2(code.name(mul(limited, -2), "argument"), code);
  const power = code.name(powerOfTwo(integer), "power");
  const number = (value: number): Expr => constant(value, "float32", x.type.width);
  const decay = code.name(sub(sub(number(1), power), mul(power, expm1OfRest(rest))), "decay");
  const quotient = bitcast(div(decay, sub(number(2), decay)), "int32");
  const isNumber = op("le", magnitude, infinityBits);
  return select(isNumber, bitcast(or(quotient, signOf(x)), "float32"), x);
}

// ---------------------------------------------------------------------------------------------------------------------

/** log2(m) / s with s = (m - 1) / (m + 1), in powers of s^2. */
const log2Coefficients = [
  2.885390081777849, 0.9617966941151148, 0.577077941833818, 0.4122093076011853, 0.3199033696902331, 0.28293427424470724,
];
/** (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2, in float64. */
const powerCoefficients = [
  0.5000000067839653, 0.1666666382358873, 0.04166628594626375, 0.008334011605793333, 0.0013945554635188368, 0.0001949260543898218,
];
const ln2 = 0.6931471805599453;
const powHighest = 130;
const powLowest = -152;

/** 2^(y log2 |x|), the exponent in float64: float32 has too few bits for a product that large. */
export function powFloat32(x: Expr, y: Expr, code: CodeWriter): Expr {
  const { width } = x.type;
  const wide = (value: number): Expr => constant(value, "float64", width);
  const magnitude = code.name(op("abs", x), "magnitude");
  const { mantissa, exponent } = splitFloat32(magnitude, code);
  const m = code.name(convert(mantissa, "float64"), "wideMantissa");
  const s = code.name(div(sub(m, 1), add(m, 1)), "s");
  const logarithm = add(mul(s, polynomial(code.name(mul(s, s), "z"), log2Coefficients)), convert(exponent, "float64"));
  const edged = select(eq(magnitude, 0), wide(-Infinity), select(eq(magnitude, Infinity), wide(Infinity), logarithm));
  const product = code.name(min(max(mul(convert(y, "float64"), edged), powLowest), powHighest), "product");
  const { float, integer } = nearestInteger(product, code, "doublings");
  const rest = code.name(mul(sub(product, float), ln2), "rest");
  const power = add(expm1Series(rest, powerCoefficients), 1);
  const half = code.name(op("shiftRightArithmetic", integer, constant(1, "int32", width)), "half");
  const scale = mul(convert(powerOfTwo(half), "float64"), convert(powerOfTwo(sub(integer, half)), "float64"));
  const result = code.name(convert(mul(power, scale), "float32"), "result");
  return powerEdges(x, y, result, lt(bitcast(x, "int32"), 0));
}

/** The power of a number from that of its magnitude, as IEEE 754 has it. `isSigned`: whether x is negative or -0. */
export function powerEdges(x: Expr, y: Expr, ofMagnitude: Expr, isSigned: Expr): Expr {
  const number = (value: number): Expr => constant(value, x.type.dtype, x.type.width);
  const half = mul(y, 0.5);
  const isInteger = eq(op("floor", y), y);
  const isOdd = and(isInteger, ne(op("floor", half), half));
  const signed = select(and(isSigned, isOdd), neg(ofMagnitude), ofMagnitude);
  const isUndefined = and(and(lt(x, 0), gt(x, -Infinity)), op("not", isInteger));
  const isOne = or(or(eq(x, 1), eq(y, 0)), and(eq(x, -1), eq(op("abs", y), Infinity)));
  const isNaN = or(or(ne(x, x), ne(y, y)), isUndefined);
  return select(isOne, number(1), select(isNaN, number(NaN), signed));
}
