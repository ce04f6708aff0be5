/**
 * @file lax's functions of numbers: exponentials, angles, special functions, rounding, and operations on bits. Operands have
 * one dtype and one shape, or are scalars; nothing is promoted.
 */

import type { DType } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { integerPow } from "@lanewise/compiler/primitives/arith";
import * as bounds from "@lanewise/compiler/primitives/arith-clamp";
import * as rounding from "@lanewise/compiler/primitives/arith-rounding";
import * as bits from "@lanewise/compiler/primitives/bits";
import { bitcastConvertType as bitcast } from "@lanewise/compiler/primitives/bits-bitcast";
import * as compare from "@lanewise/compiler/primitives/compare";
import * as power from "@lanewise/compiler/primitives/power";
import * as functions from "@lanewise/compiler/primitives/unary";
import * as special from "@lanewise/compiler/primitives/unary-special";
import { give, read } from "../numpy/operand.ts";
import { resolveInteger } from "../ops/axes.ts";
import { resolveDType } from "../ops/dtypes.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { binary, readTogether, unary, type Binary, type Unary } from "./operand.ts";

// Functions of floats: LW1403 for other dtypes --------------------------------------------------------------------------

/** 2 to the power x. @throws LW1403 for dtypes that are no floats: this and the functions below. @example lax.exp2(3) // 8 */
export const exp2: Unary = unary("exp2", functions.exp2);
/** e to the power x, less 1; exact near 0. */
export const expm1: Unary = unary("expm1", functions.expm1);
/** The natural logarithm of 1 + x; exact near 0. */
export const log1p: Unary = unary("log1p", functions.log1p);
/** 1 / (1 + e^-x). */
export const logistic: Unary = unary("logistic", functions.logistic);
export const tan: Unary = unary("tan", functions.tan);
/** The angle in [-π/2, π/2] with this sine; NaN beyond 1. */
export const asin: Unary = unary("asin", functions.asin);
/** The angle in [0, π] with this cosine; NaN beyond 1. */
export const acos: Unary = unary("acos", functions.acos);
/** The angle in [-π/2, π/2] with this tangent. */
export const atan: Unary = unary("atan", functions.atan);
/** The angle of the point (y, x) in [-π, π]. @throws LW1402, LW1401 */
export const atan2: Binary = binary("atan2", power.atan2);
export const sinh: Unary = unary("sinh", functions.sinh);
export const cosh: Unary = unary("cosh", functions.cosh);
export const asinh: Unary = unary("asinh", functions.asinh);
/** The inverse of cosh; NaN below 1. */
export const acosh: Unary = unary("acosh", functions.acosh);
/** The inverse of tanh; NaN beyond 1. */
export const atanh: Unary = unary("atanh", functions.atanh);
/** 1 / sqrt(x). */
export const rsqrt: Unary = unary("rsqrt", functions.rsqrt);
/** The cube root, with the sign of x. */
export const cbrt: Unary = unary("cbrt", functions.cbrt);
/** 1 / x, for floats. */
export const reciprocal: Unary = unary("reciprocal", (x) => integerPow(x, -1));
/** x times x, for integers too. */
export const square: Unary = unary("square", functions.square);

/** The error function. */
export const erf: Unary = unary("erf", special.erf);
/** 1 - erf(x), exact where that is small. */
export const erfc: Unary = unary("erfc", special.erfc);
/** The inverse of erf; infinite at 1 and -1, NaN beyond. */
export const erfInv: Unary = unary("erfInv", special.erfInv);
/** The logarithm of the magnitude of the gamma function; infinite at 0 and negative integers. */
export const lgamma: Unary = unary("lgamma", special.lgamma);
/** The derivative of lgamma; NaN at 0 and negative integers. */
export const digamma: Unary = unary("digamma", special.digamma);
/** Derivative m + 1 of lgamma, for an integer m ≥ 0; NaN for other m. No derivative in m: LW1201. */
export const polygamma = (m: ArrayLike, x: ArrayLike): NDArray => {
  const [order, operand] = readTogether("lax.polygamma", [m, x], ["m", "x"]) as [Value, Value];
  return give(special.polygamma(order, operand));
};
/** Hurwitz' zeta: the sum of (q + n)^-x over n ≥ 0, for x > 1. No derivative: LW1201. */
export const zeta = (x: ArrayLike, q: ArrayLike): NDArray => {
  const [exponent, operand] = readTogether("lax.zeta", [x, q], ["x", "q"]) as [Value, Value];
  return give(special.zeta(exponent, operand));
};

// Rounding, signs, bounds -----------------------------------------------------------------------------------------------

/** What `round` makes of a number half way between two integers. */
export const RoundingMethod = { AWAY_FROM_ZERO: 0, TO_NEAREST_EVEN: 1 } as const;

/** -1, 0 or 1, in the operand's dtype; NaN and -0 are themselves. */
export const sign: Unary = unary("sign", rounding.sign);
/** The magnitude, of floats and signed integers. @throws LW1403 for unsigned integers and bools */
export const abs: Unary = unary("abs", rounding.abs);
export const floor: Unary = unary("floor", rounding.floor);
export const ceil: Unary = unary("ceil", rounding.ceil);
/** The nearest integer, as a float. @throws LW1404 for another method @example lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN) */
export const round = (x: ArrayLike, roundingMethod: rounding.RoundingMethod = RoundingMethod.AWAY_FROM_ZERO): NDArray =>
  give(rounding.round(read(x, "lax.round", "x"), resolveInteger("lax.round", roundingMethod, "roundingMethod") as rounding.RoundingMethod));
/** What a division towards zero leaves, with the sign of x. @throws LW1402, LW1401 */
export const rem: Binary = binary("rem", rounding.rem);
/** The number next to x on the way to y; y where they are equal. No derivative: LW1201. @throws LW1402, LW1401 */
export const nextafter = (x1: ArrayLike, x2: ArrayLike): NDArray => {
  const [from, to] = readTogether("lax.nextafter", [x1, x2], ["x1", "x2"]) as [Value, Value];
  return give(rounding.nextafter(from, to));
};
/** Rounded to a float of so many bits, kept in the operand's dtype. @throws LW1404 for impossible numbers of bits */
export const reducePrecision = (operand: ArrayLike, exponentBits: number, mantissaBits: number): NDArray =>
  give(rounding.reducePrecision(
    read(operand, "lax.reducePrecision", "operand"), resolveInteger("lax.reducePrecision", exponentBits, "exponentBits"),
    resolveInteger("lax.reducePrecision", mantissaBits, "mantissaBits"),
  ));
/** Limited to [min, max]; the bounds are scalars or of x's shape. @throws LW1402, LW1401 @example lax.clamp(0, x, 1) */
export const clamp = (min: ArrayLike, x: ArrayLike, max: ArrayLike): NDArray => {
  const [low, operand, high] = readTogether("lax.clamp", [min, x, max], ["min", "x", "max"]) as [Value, Value, Value];
  return give(bounds.clamp(low, operand, high));
};
/** Whether each element is neither infinite nor NaN. @throws LW1403 for dtypes that are no floats */
export const isFinite = (x: ArrayLike): NDArray<"bool"> => give<"bool">(compare.isFinite(read(x, "lax.isFinite", "x")));

// Bits ------------------------------------------------------------------------------------------------------------------

/** Bit by bit; of bools, whether both hold. @throws LW1403 for floats: this and the functions below */
export const bitwiseAnd: Binary = binary("bitwiseAnd", bits.and);
/** Bit by bit; of bools, whether one holds. */
export const bitwiseOr: Binary = binary("bitwiseOr", bits.or);
/** Bit by bit; of bools, whether just one holds. */
export const bitwiseXor: Binary = binary("bitwiseXor", bits.xor);
/** Every bit flipped; of bools, whether it does not hold. */
export const bitwiseNot: Unary = unary("bitwiseNot", bits.not);
/** `x << y` for integers; 0 where y is negative or not less than the number of bits. */
export const shiftLeft: Binary = binary("shiftLeft", bits.shiftLeft);
/** `x >> y` with copies of the upper bit coming in. */
export const shiftRightArithmetic: Binary = binary("shiftRightArithmetic", bits.shiftRightArithmetic);
/** `x >>> y`: zeros come in. */
export const shiftRightLogical: Binary = binary("shiftRightLogical", bits.shiftRightLogical);
/** How many bits of each integer are set. */
export const populationCount: Unary = unary("populationCount", bits.populationCount);
/** How many zero bits stand above the highest set bit of each integer. */
export const clz: Unary = unary("clz", bits.clz);
/**
 * The same bytes as another dtype: of its size; of a smaller one, with a last axis of the parts; of a larger one, without
 * the last axis.
 *
 * @throws LW1403 for bools and float64, LW1401 for a last axis that does not hold one element.
 * @example lax.bitcastConvertType(np.float32(1), "int32") // 1065353216
 */
export const bitcastConvertType = <D extends DType>(operand: ArrayLike, newDtype: D): NDArray<D> =>
  give<D>(bitcast(read(operand, "lax.bitcastConvertType", "operand"), resolveDType("lax.bitcastConvertType", newDtype, "newDtype")));
