/**
 * @file np's functions of one and two numbers beyond arithmetic: exponentials, angles, rounding, signs, bits, tests. Operands
 * broadcast and promote as in JAX.
 */

import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import * as division from "../ops/division.ts";
import * as ops from "../ops/functions.ts";
import * as logSums from "../ops/log-sum.ts";
import { all } from "./reductions.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { binary, give, read, readOptional, unary } from "./operand.ts";

// Exponentials and logarithms; integers become float32 -------------------------------------------------------------------

/** 2 to the power x. @example np.exp2([0, 3]) // array([1., 8.], dtype=float32) */
export const exp2 = unary("np.exp2", ops.exp2);
/** e to the power x, less 1; exact near 0. */
export const expm1 = unary("np.expm1", ops.expm1);
/** The natural logarithm of 1 + x; exact near 0, NaN below -1. */
export const log1p = unary("np.log1p", ops.log1p);
/** The logarithm to base 2. */
export const log2 = unary("np.log2", ops.log2);
/** The logarithm to base 10. */
export const log10 = unary("np.log10", ops.log10);
/** log(e^x1 + e^x2), without overflow. */
export const logaddexp = binary("np.logaddexp", logSums.logaddexp);
/** log2(2^x1 + 2^x2), without overflow. */
export const logaddexp2 = binary("np.logaddexp2", logSums.logaddexp2);

// Angles and hyperbolic functions ----------------------------------------------------------------------------------------

/** The tangent of an angle in radians. */
export const tan = unary("np.tan", ops.tan);
/** The angle in [-π/2, π/2] with this sine; NaN beyond 1. */
export const arcsin = unary("np.arcsin", ops.arcsin);
/** The angle in [0, π] with this cosine; NaN beyond 1. */
export const arccos = unary("np.arccos", ops.arccos);
/** The angle in [-π/2, π/2] with this tangent. */
export const arctan = unary("np.arctan", ops.arctan);
/** The angle of the point (x2, x1), in [-π, π]. @example np.arctan2(1, -1) // 2.3561945 */
export const arctan2 = binary("np.arctan2", ops.arctan2);
export const sinh = unary("np.sinh", ops.sinh);
export const cosh = unary("np.cosh", ops.cosh);
export const arcsinh = unary("np.arcsinh", ops.arcsinh);
/** The inverse of cosh; NaN below 1. */
export const arccosh = unary("np.arccosh", ops.arccosh);
/** The inverse of tanh; NaN beyond 1. */
export const arctanh = unary("np.arctanh", ops.arctanh);
/** The same as `arcsin`. */
export const asin = arcsin;
/** The same as `arccos`. */
export const acos = arccos;
/** The same as `arctan`. */
export const atan = arctan;
/** The same as `arctan2`. */
export const atan2 = arctan2;
/** The same as `arcsinh`. */
export const asinh = arcsinh;
/** The same as `arccosh`. */
export const acosh = arccosh;
/** The same as `arctanh`. */
export const atanh = arctanh;
/** Degrees as radians. */
export const deg2rad = unary("np.deg2rad", ops.deg2rad);
/** Radians as degrees. */
export const rad2deg = unary("np.rad2deg", ops.rad2deg);
/** The same as `deg2rad`. */
export const radians = deg2rad;
/** The same as `rad2deg`. */
export const degrees = rad2deg;
/** sqrt(x1² + x2²), without overflow on the way. @example np.hypot(3, 4) // 5 */
export const hypot = binary("np.hypot", ops.hypot);
/** sin(πx) / (πx), and 1 at 0. */
export const sinc = unary("np.sinc", logSums.sinc);

// Powers and roots -------------------------------------------------------------------------------------------------------

/** x times x; integers stay integers. */
export const square = unary("np.square", ops.square);
/** The cube root, with the sign of x. */
export const cbrt = unary("np.cbrt", ops.cbrt);
/** 1 / x; integers become float32. */
export const reciprocal = unary("np.reciprocal", ops.reciprocal);
/** x1 to the power x2, in floats. */
export const floatPower = binary("np.floatPower", ops.floatPower);

// Division ---------------------------------------------------------------------------------------------------------------

/** The quotient rounded down. @example np.floorDivide(-7, 2) // -4 */
export const floorDivide = binary("np.floorDivide", division.floorDivide);
/** What the quotient rounded down leaves: with the sign of x2. Integers: 0 for a divisor of 0. @example np.mod(-7, 2) // 1 */
export const mod = binary("np.mod", division.mod);
/** The same as `mod`. */
export const remainder = mod;
/** What the quotient rounded towards zero leaves: with the sign of x1. @example np.fmod(-7, 2) // -1 */
export const fmod = binary("np.fmod", division.fmod);
/** The quotient rounded down and the remainder. */
export function divmod(x1: ArrayLike, x2: ArrayLike): [quotient: NDArray, remainder: NDArray] {
  const [quotient, rest] = division.divmod(read(x1, "np.divmod", "x1"), read(x2, "np.divmod", "x2"));
  return [give(quotient), give(rest)];
}
/** The fractional and the whole part, both with the sign of x. */
export function modf(x: ArrayLike): [fraction: NDArray, whole: NDArray] {
  const [fraction, whole] = ops.modf(read(x, "np.modf", "x"));
  return [give(fraction), give(whole)];
}

// Signs, rounding, extrema -----------------------------------------------------------------------------------------------

/** The magnitude. Bools and unsigned integers are their own. */
export const absolute = unary("np.absolute", ops.absolute);
/** The same as `absolute`. */
export const abs = absolute;
/** The magnitude, in floats. */
export const fabs = unary("np.fabs", ops.fabs);
/** -1, 0 or 1, in the operand's dtype; NaN stays. */
export const sign = unary("np.sign", ops.sign);
/** Whether the sign bit is set, as it is for -0. */
export const signbit = unary<"bool">("np.signbit", ops.signbit);
/** x1 with the sign of x2. */
export const copysign = binary("np.copysign", ops.copysign);
/** The array as it is. */
export const positive = unary("np.positive", (x) => x);
/** The nearest integer that is not above x; integers stay. */
export const floor = unary("np.floor", ops.floor);
/** The nearest integer that is not below x; integers stay. */
export const ceil = unary("np.ceil", ops.ceil);
/** The nearest integer towards zero; integers stay. */
export const trunc = unary("np.trunc", ops.trunc);
/** The nearest integer, ties to the even one; integers become float32. */
export const rint = unary("np.rint", ops.rint);
/** The larger; the other one where one is NaN. */
export const fmax = binary("np.fmax", ops.fmax);
/** The smaller; the other one where one is NaN. */
export const fmin = binary("np.fmin", ops.fmin);
/** 0 where x1 is negative, 1 where it is positive, x2 where it is 0. */
export const heaviside = binary("np.heaviside", ops.heaviside);
/** The number next to x1 on the way to x2. It has no derivative: LW1201. */
export const nextafter = binary("np.nextafter", ops.nextafter);

function rounded(name: "round" | "around", a: ArrayLike, rest: readonly unknown[]): NDArray {
  return give(ops.round(name, read(a, `np.${name}`, "a"), ops.parseDecimals(`np.${name}`, rest)));
}

/**
 * Rounded to so many decimals (0 if left out), ties to the even one; a negative number of decimals rounds to tens, hundreds.
 *
 * @throws LW3007 for a number of decimals that is no integer, and for integers with negative decimals.
 * @example np.round([1.234, 2.5], 1) // array([1.2, 2.5], dtype=float32)
 */
export const round = (a: ArrayLike, ...rest: Optional<["decimals", "out"], ops.RoundOptions>): NDArray => rounded("round", a, rest);
/** The same as `round`. */
export const around = (a: ArrayLike, ...rest: Optional<["decimals", "out"], ops.RoundOptions>): NDArray => rounded("around", a, rest);

// Tests ------------------------------------------------------------------------------------------------------------------

/** Whether each element is NaN. */
export const isnan = unary<"bool">("np.isnan", ops.isnan);
/** Whether each element is neither infinite nor NaN. */
export const isfinite = unary<"bool">("np.isfinite", ops.isfinite);
/** Whether each element is infinite, of either sign. */
export const isinf = unary<"bool">("np.isinf", ops.isinf);
/** Whether each element is infinity. */
export const isposinf = unary<"bool">("np.isposinf", ops.isposinf);
/** Whether each element is -infinity. */
export const isneginf = unary<"bool">("np.isneginf", ops.isneginf);

export interface NanToNumOptions {
  readonly copy?: boolean;
  readonly nan?: ArrayLike;
  readonly posinf?: ArrayLike | null;
  readonly neginf?: ArrayLike | null;
}

/** NaN as 0 and infinities as the largest numbers of the dtype, or as the numbers given. @example np.nanToNum(x, { nan: -1 }) */
export function nanToNum(x: ArrayLike, ...rest: Optional<["copy", "nan", "posinf", "neginf"], NanToNumOptions>): NDArray {
  const operation = "np.nanToNum";
  const { copy, nan, posinf, neginf } = parseOptional<NanToNumOptions>({ operation, positional: ["copy", "nan", "posinf", "neginf"] }, rest);
  booleanArgument(operation, "copy", copy, true);
  const replacements = {
    nan: readOptional(nan, operation, "nan"), posinf: readOptional(posinf, operation, "posinf"), neginf: readOptional(neginf, operation, "neginf"),
  };
  return give(ops.nanToNum(read(x, operation, "x"), replacements));
}

export interface CloseOptions {
  readonly rtol?: ArrayLike;
  readonly atol?: ArrayLike;
  readonly equalNan?: boolean;
}

/** Whether |a - b| ≤ atol + rtol |b|, elementwise; NaNs are close where `equalNan` says so. @example np.isclose(a, b, { atol: 1e-6 }) */
export function isclose(a: ArrayLike, b: ArrayLike, ...rest: Optional<["rtol", "atol", "equalNan"], CloseOptions>): NDArray<"bool"> {
  const operation = "np.isclose";
  const { rtol = 1e-5, atol = 1e-8, equalNan } = parseOptional<CloseOptions>({ operation, positional: ["rtol", "atol", "equalNan"] }, rest);
  const values = [read(a, operation, "a"), read(b, operation, "b"), read(rtol, operation, "rtol"), read(atol, operation, "atol")] as const;
  return give<"bool">(ops.isclose(...values, booleanArgument(operation, "equalNan", equalNan)));
}

/** Whether all elements are close: a 0-d bool. */
export function allclose(a: ArrayLike, b: ArrayLike, ...rest: Optional<["rtol", "atol", "equalNan"], CloseOptions>): NDArray<"bool"> {
  return all(isclose(a, b, ...rest)) as NDArray<"bool">;
}

// Logic and bits ---------------------------------------------------------------------------------------------------------

/** Whether both hold; numbers count as true where they are not 0. */
export const logicalAnd = binary<"bool">("np.logicalAnd", ops.logicalAnd);
/** Whether one holds. */
export const logicalOr = binary<"bool">("np.logicalOr", ops.logicalOr);
/** Whether just one holds. */
export const logicalXor = binary<"bool">("np.logicalXor", ops.logicalXor);
/** Whether it does not hold. */
export const logicalNot = unary<"bool">("np.logicalNot", ops.logicalNot);

/** Bit by bit, of integers or bools. @throws LW1403 for floats: this and the functions below */
export const bitwiseAnd = binary("np.bitwiseAnd", ops.bitwiseAnd);
/** Bit by bit, of integers or bools. */
export const bitwiseOr = binary("np.bitwiseOr", ops.bitwiseOr);
/** Bit by bit, of integers or bools. */
export const bitwiseXor = binary("np.bitwiseXor", ops.bitwiseXor);
/** Every bit flipped; of bools, whether it does not hold. */
export const bitwiseNot = unary("np.bitwiseNot", ops.bitwiseNot);
/** The same as `bitwiseNot`. */
export const bitwiseInvert = bitwiseNot;
/** The same as `bitwiseNot`. */
export const invert = bitwiseNot;
/** x1 shifted left by x2 bits. */
export const leftShift = binary("np.leftShift", ops.leftShift);
/** x1 shifted right by x2 bits: signed integers keep their sign. */
export const rightShift = binary("np.rightShift", ops.rightShift);
/** The same as `leftShift`. */
export const bitwiseLeftShift = leftShift;
/** The same as `rightShift`. */
export const bitwiseRightShift = rightShift;
/** How many bits of the magnitude are set, as uint8. */
export const bitwiseCount = unary("np.bitwiseCount", ops.bitwiseCount);
