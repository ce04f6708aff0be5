/**
 * @file The float32 pow in float32 arithmetic alone, for targets without float64: 2^(y log2 |x|).
 *
 * The exponent can be 150, so the logarithm needs some 8 bits more than float32 has. It is kept as a sum of two values
 * whose upper one has 12 bits, which makes products of upper ones exact. Where a difference has to be exact,
 * `roundFloat32` keeps a compiler from summing in another order.
 */

import { at } from "../base/assert.ts";
import { add, and, bitcast, constant, convert, div, eq, gt, lt, mul, op, select, sub } from "../kernel/expressions.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { powerEdges } from "./approximate-float32.ts";
import { expm1Series } from "./approximate-series.ts";
import { CodeWriter, KernelTables } from "./code-writer.ts";
import { atLeast, atMost, nearestInteger, scaleByPowerOfTwo, splitFloat32 } from "./float-parts.ts";
import { rewriteExprs } from "./rewrite.ts";

export function expandFloat32Power(kernel: Kernel): Kernel {
  const tables = new KernelTables(kernel);
  return tables.declareIn(rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op" || expr.op !== "pow" || expr.type.dtype !== "float32") return expr;
    const code = new CodeWriter(before, tables);
    const x = code.name(at(expr.args, 0), "x");
    const y = code.name(at(expr.args, 1), "y");
    const result = code.name(powerOfMagnitude(code.name(op("abs", x), "magnitude"), y, code), "power");
    return powerEdges(x, y, result, lt(bitcast(x, "int32"), 0));
  }));
}

/** A value as the sum of two; the upper one has few bits. */
interface Pair {
  readonly upper: Expr;
  readonly lower: Expr;
}

const upperBits = -0x1000;

function upperPart(value: Expr, code: CodeWriter): Expr {
  return code.name(bitcast(and(bitcast(value, "int32"), upperBits), "float32"), "upper");
}

/** A sum or difference that must be computed as it stands: compilers make `m - 1` of `(m + 1) - 2` otherwise. */
function exact(value: Expr, code: CodeWriter): Expr {
  return code.name(op("roundFloat32", value), "exact");
}

/** `large + small` as a pair, where `large` is exact and `small` is much less. */
function pairOfSum(large: Expr, small: Expr, code: CodeWriter): Pair {
  const upper = upperPart(add(large, small), code);
  return { upper, lower: code.name(sub(small, exact(sub(upper, large), code)), "lower") };
}

/** (3 artanh(s) / s - 3 - s^2) / s^4 in powers of s^2. */
const seriesCoefficients = [3 / 5, 3 / 7, 3 / 9, 3 / 11, 3 / 13];

/** 2 / (3 ln 2), in 12 bits and the rest: log2 of (1 + s) / (1 - s) is this times s (3 + s^2 + ...). */
const scale = 0.961796693925976;
const scaleUpper = 0.961669921875;
const scaleLower = scale - scaleUpper;

/** log2 of a positive number. */
function logarithm(value: Expr, code: CodeWriter): Pair {
  const { mantissa, exponent } = splitFloat32(value, code);
  const f = code.name(sub(mantissa, 1), "f");

  // s = (m - 1) / (m + 1): a few bits of the quotient, and what they leave of the dividend.
  const divisor = exact(add(mantissa, 1), code);
  const divisorRest = sub(f, exact(sub(divisor, 2), code));
  const divisorUpper = upperPart(divisor, code);
  const divisorLower = add(exact(sub(divisor, divisorUpper), code), divisorRest);
  const sUpper = upperPart(div(f, divisor), code);
  const left = sub(exact(sub(f, mul(sUpper, divisorUpper)), code), mul(sUpper, divisorLower));
  const sLower = code.name(div(left, divisor), "sLower");
  const s = code.name(add(sUpper, sLower), "s");

  // t = 3 + s^2 + ..., the square of the upper part being exact.
  const z = code.name(mul(s, s), "z");
  const series = mul(mul(z, z), polynomial(z, seriesCoefficients));
  const small = code.name(add(series, mul(sLower, add(sUpper, s))), "small");
  const square = code.name(mul(sUpper, sUpper), "square");
  const tUpper = upperPart(add(add(square, 3), small), code);
  const tLower = code.name(sub(small, exact(sub(exact(sub(tUpper, 3), code), square), code)), "tLower");

  const product = pairOfSum(mul(sUpper, tUpper), code.name(add(mul(sLower, tUpper), mul(tLower, s)), "rest"), code);
  const large = code.name(mul(product.upper, scaleUpper), "large");
  const rest = code.name(add(mul(product.upper, scaleLower), mul(product.lower, scale)), "rest");
  const count = code.name(convert(exponent, "float32"), "count");
  const upper = upperPart(add(add(large, rest), count), code);
  const lower = code.name(sub(rest, exact(sub(exact(sub(upper, count), code), large), code)), "lower");
  return { upper, lower };
}

/** (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2. */
const expCoefficients = [0.4999999403953552, 0.16666516661643982, 0.04166810214519501, 0.008369192481040955, 0.0013838812010362744];
const ln2 = 0.6931471805599453;
/** Exponents beyond it overflow, or vanish below its negative. */
const highestExponent = 160;
/** From this on every power but that of 1 overflows or vanishes. */
const highestY = 2 ** 32;

function powerOfMagnitude(magnitude: Expr, y: Expr, code: CodeWriter): Expr {
  const float = (value: number): Expr => constant(value, "float32", y.type.width);
  const log = logarithm(magnitude, code);
  const clamped = code.name(atLeast(atMost(y, highestY), -highestY), "clamped");
  const yUpper = upperPart(clamped, code);
  const yLower = exact(sub(clamped, yUpper), code);
  const large = code.name(mul(yUpper, log.upper), "large");
  const small = code.name(add(mul(yLower, log.upper), mul(clamped, log.lower)), "small");
  const sum = code.name(add(large, small), "sum");
  const isModerate = code.name(lt(op("abs", sum), highestExponent), "isModerate");

  const { float: whole, integer } = nearestInteger(select(isModerate, sum, float(0)), code, "doublings");
  const rest = code.name(mul(add(exact(sub(large, whole), code), small), ln2), "rest");
  const power = add(expm1Series(rest, expCoefficients), 1);
  const moderate = scaleByPowerOfTwo(power, integer, code);

  const isGrowing = code.name(gt(y, 0), "isGrowing");
  const ofZero = select(isGrowing, float(0), float(Infinity));
  const ofInfinity = select(isGrowing, float(Infinity), float(0));
  const ofNumber = select(isModerate, moderate, select(gt(sum, 0), float(Infinity), float(0)));
  return select(eq(magnitude, 0), ofZero, select(eq(magnitude, Infinity), ofInfinity, ofNumber));
}
