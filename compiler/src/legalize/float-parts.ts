/** @file What polynomial approximations of elementary functions share: powers of two, roots of ranges, and their sums. */

import { add, bitcast, constant, convert, ge, gt, lt, mul, op, select, sub } from "../kernel/expressions.ts";
import type { Expr } from "../kernel/types.ts";
import type { CodeWriter } from "./code-writer.ts";

/** 1.5 * 2^23 and its bits: a float32 below 2^22 that is added to it leaves its nearest integer in the lowest bits. */
const roundingBias = 0xc00000;
const roundingBiasBits = 0x4b400000;

/**
 * The integer next to a float, as a float and as int32; floats beyond 2^22 and NaN give any integer. float32 is rounded by a
 * sum whose bits are the integer: rounding and converting are several instructions each.
 */
export function nearestInteger(value: Expr, code: CodeWriter, hint: string): { readonly float: Expr; readonly integer: Expr } {
  if (value.type.dtype === "float32") {
    const biased = code.name(op("roundFloat32", add(value, roundingBias)), `${hint}Biased`);
    return { float: code.name(sub(biased, roundingBias), hint), integer: sub(bitcast(biased, "int32"), roundingBiasBits) };
  }
  const float = code.name(op("roundEven", value), hint);
  return { float, integer: code.name(convert(float, "int32"), `${hint}Integer`) };
}

/** 2 to an int32 power in [-126, 127], made of its bits as float32. */
export function powerOfTwo(exponent: Expr): Expr {
  return bitcast(op("shiftLeft", add(exponent, 127), constant(23, "int32", exponent.type.width)), "float32");
}

/** The value times 2^exponent, for exponents from twice -126 to twice 127: in two steps, so that only the last one rounds. */
export function scaleByPowerOfTwo(value: Expr, exponent: Expr, code: CodeWriter): Expr {
  const half = code.name(op("shiftRightArithmetic", exponent, constant(1, "int32", exponent.type.width)), "half");
  return mul(mul(value, powerOfTwo(half)), powerOfTwo(sub(exponent, half)));
}

/** The value within bounds; NaN stays. Cheaper than min and max, which have to know -0 from 0. */
export function clamped(value: Expr, lowest: number, highest: number, code: CodeWriter): Expr {
  return code.name(atLeast(code.name(atMost(value, highest), "below"), lowest), "clamped");
}

/** The lesser of a named value and a bound; NaN stays. */
export function atMost(value: Expr, highest: number): Expr {
  const bound = constant(highest, value.type.dtype, value.type.width);
  return select(lt(bound, value), bound, value);
}

/** The greater of a named value and a bound; NaN stays. */
export function atLeast(value: Expr, lowest: number): Expr {
  const bound = constant(lowest, value.type.dtype, value.type.width);
  return select(gt(bound, value), bound, value);
}

/** The bits of the square root of one half, where mantissas begin and end: in [sqrt(1/2), sqrt(2)). */
export const rootOfHalfBits = 0x3f3504f3;

/** A positive normal float32 as `mantissa * 2^exponent`, the mantissa between the roots of one half and of two. */
export function mantissaAndExponent(value: Expr, code: CodeWriter): { readonly mantissa: Expr; readonly exponent: Expr } {
  const { width } = value.type;
  const bits = code.name(bitcast(value, "int32"), "bits");
  const places = constant(23, "int32", width);
  const exponent = code.name(op("shiftRightArithmetic", sub(bits, rootOfHalfBits), places), "exponent");
  const mantissa = bitcast(sub(bits, op("shiftLeft", exponent, places)), "float32");
  return { mantissa: code.name(mantissa, "mantissa"), exponent };
}

const smallestNormal = 2 ** -126;
/** A subnormal number is its bits, read as an integer, times 2 to minus this. */
const subnormalShift = 149;

/** As `mantissaAndExponent`, for subnormal numbers too. Of 0, negative numbers, infinities and NaN it gives any numbers. */
export function splitFloat32(value: Expr, code: CodeWriter): { readonly mantissa: Expr; readonly exponent: Expr } {
  const { width } = value.type;
  const isSubnormal = code.name(lt(value, smallestNormal), "isSubnormal");
  // From its bits and not by a product: some targets read subnormal operands as 0.
  const normal = code.name(select(isSubnormal, convert(bitcast(value, "int32"), "float32"), value), "normal");
  const { mantissa, exponent } = mantissaAndExponent(normal, code);
  const shift = select(isSubnormal, constant(subnormalShift, "int32", width), constant(0, "int32", width));
  return { mantissa, exponent: code.name(sub(exponent, shift), "exponent") };
}

/** Rounds that bring a positive float64 of any size into [2^-120, 2^120]: beyond 2^limit, 2^shift goes. */
const float64Rounds: readonly (readonly [limit: number, shift: number])[] = [[600, 720], [120, 240], [120, 240]];

/** A positive finite float64 as `scaled * 2^exponent` with `scaled` in the middle of the range of float32. */
export function scaleToFloat32Range(value: Expr, code: CodeWriter): { readonly scaled: Expr; readonly exponent: Expr } {
  const { width } = value.type;
  const float = (number: number): Expr => constant(number, "float64", width);
  const integer = (number: number): Expr => constant(number, "int32", width);
  let scaled = value;
  let exponent = integer(0);
  for (const [limit, shift] of float64Rounds) {
    const isLarge = code.name(ge(scaled, 2 ** limit), "isLarge");
    const isSmall = code.name(lt(scaled, 2 ** -limit), "isSmall");
    const factor = select(isLarge, float(2 ** -shift), select(isSmall, float(2 ** shift), float(1)));
    scaled = code.name(mul(scaled, factor), "scaled");
    exponent = code.name(add(exponent, select(isLarge, integer(shift), select(isSmall, integer(-shift), integer(0)))), "exponent");
  }
  return { scaled, exponent };
}

/** A positive finite float64 as `mantissa * 2^exponent`, the mantissa about between the roots of one half and of two. */
export function splitFloat64(value: Expr, code: CodeWriter): { readonly mantissa: Expr; readonly exponent: Expr } {
  const { scaled, exponent: outer } = scaleToFloat32Range(value, code);
  const { exponent: inner } = mantissaAndExponent(convert(scaled, "float32"), code);
  const mantissa = mul(scaled, convert(powerOfTwo(sub(constant(0, "int32", value.type.width), inner)), "float64"));
  return { mantissa: code.name(mantissa, "mantissa"), exponent: code.name(add(outer, inner), "exponent") };
}
