/**
 * @file float16 and bfloat16 by their bits, in uint32 and float32: what targets without these dtypes do to load and store
 * them, and what makes a float32 one of their values. Any NaN becomes the quiet one.
 */

import { add, and, bitcast, constant, convert, lt, mul, op, or, select, sub } from "./expressions.ts";
import type { Expr } from "./types.ts";

export type HalfDType = "float16" | "bfloat16";

/** Gives a value that is used more than once a name. */
export type Namer = (value: Expr, hint: string) => Expr;

const shiftLeft = (value: Expr, places: number): Expr => op("shiftLeft", value, places);
const shiftRight = (value: Expr, places: number): Expr => op("shiftRightLogical", value, places);
const uint = (value: number, like: Expr): Expr => constant(value, "uint32", like.type.width);

/** The float32 of the lower 16 bits of a named uint32, whose upper ones are 0. */
export function fromHalfBits(bits: Expr, dtype: HalfDType): Expr {
  return dtype === "float16" ? fromFloat16Bits(bits) : bitcast(shiftLeft(bits, 16), "float32");
}

/** The bits, in a uint32, of the value nearest to a float32; ties to even. */
export function toHalfBits(value: Expr, dtype: HalfDType, name: Namer): Expr {
  const bits = name(bitcast(value, "uint32"), "bits");
  return dtype === "float16" ? toFloat16Bits(bits, name) : toBfloat16Bits(bits);
}

/** A float32 rounded to a value that the dtype holds. */
export function roundToHalf(value: Expr, dtype: HalfDType, name: Namer): Expr {
  return fromHalfBits(name(toHalfBits(value, dtype, name), "rounded"), dtype);
}

/**
 * The exponents of float32 and float16 differ by 112. A subnormal float16 is an integer times 2^-24; it never is a subnormal
 * float32 on the way, which some targets read as 0.
 */
function fromFloat16Bits(bits: Expr): Expr {
  const magnitude = and(bits, 0x7fff);
  const shifted = shiftLeft(magnitude, 13);
  const normal = bitcast(add(shifted, 112 << 23), "float32");
  const subnormal = mul(convert(magnitude, "float32"), 2 ** -24);
  const special = bitcast(or(shifted, 0x7f800000), "float32");
  const unsigned = select(lt(magnitude, 0x400), subnormal, select(lt(magnitude, 0x7c00), normal, special));
  return bitcast(or(bitcast(unsigned, "uint32"), shiftLeft(and(bits, 0x8000), 16)), "float32");
}

function toFloat16Bits(bits: Expr, name: Namer): Expr {
  const magnitude = name(and(bits, 0x7fffffff), "magnitude");
  // Rebias the exponent, then add just under half of the last place that stays; carries run into the exponent.
  const isOdd = and(shiftRight(magnitude, 13), 1);
  const normal = shiftRight(add(add(sub(magnitude, 0x38000000), 0xfff), isOdd), 13);
  // Added to 0.5, a subnormal float16 has its last place where 0.5 has its own, so the addition rounds it.
  const aligned = op("roundFloat32", add(bitcast(magnitude, "float32"), 0.5));
  const subnormal = sub(bitcast(aligned, "uint32"), 0x3f000000);
  const special = select(op("gt", magnitude, 0x7f800000), uint(0x7e00, bits), uint(0x7c00, bits));
  const finite = select(lt(magnitude, 0x38800000), subnormal, normal);
  const unsigned = select(lt(magnitude, 0x47800000), finite, special);
  return or(unsigned, shiftRight(and(bits, 0x80000000), 16));
}

function toBfloat16Bits(bits: Expr): Expr {
  const isOdd = and(shiftRight(bits, 16), 1);
  const rounded = shiftRight(add(add(bits, 0x7fff), isOdd), 16);
  const isNaN = op("gt", and(bits, 0x7fffffff), 0x7f800000);
  return select(isNaN, uint(0x7fc0, bits), rounded);
}
