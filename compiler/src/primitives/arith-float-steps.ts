/**
 * @file Floats one place at a time: the neighbour of a number, and a number rounded to fewer bits. By bits for float32,
 * float16 and bfloat16; float64, whose bits no kernel can read, by arithmetic that is exact.
 */

import type { DType } from "../base/dtype.ts";
import type { Emitter } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { fromHalfBits, toHalfBits, type HalfDType } from "../kernel/half-floats.ts";
import type { Expr } from "../kernel/types.ts";

const magnitudeMask = 0x7fffffff;
const signBit = 0x80000000;

// The next number ------------------------------------------------------------------------------------------------------

/** The number of the dtype next to x on the way to y; y where they are equal, NaN where either is. */
export function neighbour(x: Expr, y: Expr, emitter: Emitter, dtype: DType): Expr {
  const next = dtype === "float64" ? nextFloat64(x, y, emitter) : isHalf(dtype) ? nextHalf(x, y, emitter, dtype) : nextFloat32(x, y, emitter);
  const isNaN = k.or(k.op("isNaN", x), k.op("isNaN", y));
  return k.select(isNaN, k.constant(Number.NaN, x.type.dtype), k.select(k.eq(x, y), y, next));
}

function isHalf(dtype: DType): dtype is HalfDType {
  return dtype === "float16" || dtype === "bfloat16";
}

/** Whether the neighbour has the greater magnitude: y lies on the far side of x as seen from 0. */
function isOutward(x: Expr, y: Expr): Expr {
  return k.eq(k.lt(x, y), k.gt(x, 0));
}

/** Bits of positive floats are ordered as the floats are. From 0 the way leads to the least number of y's sign. */
function nextBits(x: Expr, y: Expr, bits: Expr, signOfY: Expr, magnitude: Expr): Expr {
  const one = k.constant(1, "uint32");
  const step = k.select(isOutward(x, y), one, k.constant(0xffffffff, "uint32"));
  return k.select(k.eq(magnitude, 0), k.or(signOfY, one), k.add(bits, step));
}

function nextFloat32(x: Expr, y: Expr, emitter: Emitter): Expr {
  const bits = emitter.let(k.bitcast(x, "uint32"), "bits");
  return k.bitcast(nextBits(x, y, bits, k.and(k.bitcast(y, "uint32"), signBit), k.and(bits, magnitudeMask)), "float32");
}

function nextHalf(x: Expr, y: Expr, emitter: Emitter, dtype: HalfDType): Expr {
  const name = (value: Expr, hint: string): Expr => emitter.let(value, hint);
  const bits = name(toHalfBits(x, dtype, name), "bits");
  const signOfY = k.and(k.op("shiftRightLogical", k.bitcast(y, "uint32"), 16), 0x8000);
  return fromHalfBits(name(nextBits(x, y, bits, signOfY, k.and(bits, 0x7fff)), "next"), dtype);
}

const least = 2 ** -1074;
const largest = Number.MAX_VALUE;
/** A little more than half a unit in the last place of 1: added to a number as that part of it, it rounds to the neighbour. */
const overHalf = 2 ** -53 * (1 + 2 ** -52);
/** From here on that part of a number is no subnormal; below, numbers are `least` apart, but for a few that are scaled up. */
const ordinary = 2 ** -969;
const spacedByLeast = 2 ** -1021;

function nextFloat64(x: Expr, y: Expr, emitter: Emitter): Expr {
  const magnitude = emitter.let(k.op("abs", x), "magnitude");
  const direction = emitter.let(k.select(isOutward(x, y), k.constant(1, "float64"), k.constant(-1, "float64")), "direction");
  const stepped = (value: Expr): Expr => k.add(value, k.mul(direction, k.mul(value, overHalf)));
  const scaled = emitter.let(k.mul(magnitude, 2 ** 53), "scaled");
  const small = k.select(k.lt(magnitude, spacedByLeast), k.add(magnitude, k.mul(direction, least)), k.mul(stepped(scaled), 2 ** -53));
  const finite = k.select(k.ge(magnitude, ordinary), stepped(magnitude), small);
  const next = k.select(k.eq(magnitude, Number.POSITIVE_INFINITY), k.constant(largest, "float64"), finite);
  return k.select(k.eq(magnitude, 0), k.mul(k.op("sign", y), least), k.mul(k.op("sign", x), next));
}

// Fewer bits -----------------------------------------------------------------------------------------------------------

/** Bits of the exponent and of the mantissa. */
const formats = { float64: [11, 52], float32: [8, 23], float16: [5, 10], bfloat16: [8, 7] } as const;

/**
 * A float rounded to `mantissaBits` (ties to even bits); beyond the range of `exponentBits` it is infinite, below its normal
 * numbers 0. What the dtype has less of stays as it is.
 */
export function reducedPrecision(x: Expr, exponentBits: number, mantissaBits: number, emitter: Emitter, dtype: DType): Expr {
  const [ownExponentBits, ownMantissaBits] = formats[dtype as keyof typeof formats];
  const isFloat64 = dtype === "float64";
  const rounded = mantissaBits >= ownMantissaBits ? x
    : isFloat64 ? roundFloat64(x, mantissaBits, emitter) : roundBits(x, isHalf(dtype) ? dtype : null, ownMantissaBits - mantissaBits, emitter);
  const inRange = exponentBits >= ownExponentBits ? rounded : limited(emitter.let(rounded), 2 ** (exponentBits - 1) - 1);
  return k.select(k.op("isNaN", x), x, inRange);
}

/** Adds just under half of the last place that stays, and one more where that place is odd; carries run into the exponent. */
function roundBits(x: Expr, half: HalfDType | null, dropped: number, emitter: Emitter): Expr {
  const name = (value: Expr, hint: string): Expr => emitter.let(value, hint);
  const bits = name(half === null ? k.bitcast(x, "uint32") : toHalfBits(x, half, name), "bits");
  const isOdd = k.and(k.op("shiftRightLogical", bits, dropped), 1);
  const raised = k.add(k.add(bits, 2 ** (dropped - 1) - 1), isOdd);
  const kept = name(k.op("shiftLeft", k.op("shiftRightLogical", raised, dropped), dropped), "kept");
  return half === null ? k.bitcast(kept, "float32") : fromHalfBits(kept, half);
}

/** Infinite from 2^(bias + 1) on, and a zero below 2^(1 - bias), with the sign of the value. */
function limited(value: Expr, bias: number): Expr {
  const zero = k.mul(value, 0);
  const infinity = k.mul(value, Number.POSITIVE_INFINITY);
  const magnitude = k.op("abs", value);
  const tooLarge = k.ge(magnitude, 2 ** (bias + 1));
  return k.select(tooLarge, infinity, k.select(k.lt(magnitude, 2 ** (1 - bias)), zero, value));
}

const leastNormal = 2 ** -1022;

/** Whole multiples of the place that is to be the last: divided by it, rounded, and multiplied, each exactly. */
function roundFloat64(x: Expr, mantissaBits: number, emitter: Emitter): Expr {
  const magnitude = emitter.let(k.op("abs", x), "magnitude");
  const place = emitter.let(k.mul(k.max(powerBelow(magnitude, emitter), leastNormal), 2 ** -mantissaBits), "place");
  const isRounded = k.and(k.gt(magnitude, 0), k.lt(magnitude, Number.POSITIVE_INFINITY));
  const count = emitter.let(k.div(x, place), "count");
  const whole = k.op("roundEven", count);
  return k.select(isRounded, k.mul(mantissaBits === 0 ? tieByExponent(count, whole, place, emitter) : whole, place), x);
}

/**
 * Without a mantissa the place that decides a tie is the last one of the exponent, which is odd where the exponent without
 * its bias is even: where the power is one of 4, whose root is exact.
 */
function tieByExponent(count: Expr, whole: Expr, place: Expr, emitter: Emitter): Expr {
  const root = emitter.let(k.op("sqrt", place), "root");
  const isRaised = k.eq(k.mul(root, root), place);
  const ofTie = k.mul(k.op("sign", count), k.select(isRaised, k.constant(2, "float64"), k.constant(1, "float64")));
  return k.select(k.eq(k.op("abs", count), 1.5), ofTie, whole);
}

/** The greatest power of two that is not above a positive float64: halves the range of exponents until float32 has them. */
function powerBelow(value: Expr, emitter: Emitter): Expr {
  const double = (number: number): Expr => k.constant(number, "float64");
  let scaled = value;
  let power: Expr = double(1);
  for (const shift of [512, 256, 128, 64]) {
    const isLarge = emitter.let(k.ge(scaled, 2 ** shift), "isLarge");
    const isSmall = emitter.let(k.lt(scaled, 2 ** -shift), "isSmall");
    const down = k.select(isLarge, double(2 ** -shift), k.select(isSmall, double(2 ** shift), double(1)));
    const up = k.select(isLarge, double(2 ** shift), k.select(isSmall, double(2 ** -shift), double(1)));
    scaled = emitter.let(k.mul(scaled, down), "scaled");
    power = emitter.let(k.mul(power, up), "power");
  }
  const exponent = k.and(k.bitcast(k.convert(scaled, "float32"), "uint32"), 0x7f800000);
  const near = emitter.let(k.convert(k.bitcast(exponent, "float32"), "float64"), "near");
  // Rounding to float32 may have reached the next power.
  return k.mul(power, k.select(k.gt(near, scaled), k.mul(near, 0.5), near));
}
