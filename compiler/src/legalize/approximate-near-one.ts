/**
 * @file e^x - 1 and log(1 + x) as arithmetic, in float32 and in float64. Near 0 the part beside 1 is computed by itself, so
 * that nothing of a small argument is lost. Largest errors: see `tests/pure/approximate.test.ts`.
 */

import { add, and, constant, convert, eq, gt, le, lt, mul, op, select, sub } from "../kernel/expressions.ts";
import type { Expr } from "../kernel/types.ts";
import { expm1OfRest as expm1OfRest32, logarithmOfRest as logarithmOfRest32, splitByLn2 as splitByLn2Float32 } from "./approximate-float32.ts";
import { expm1OfRest as expm1OfRest64, logarithmOfRest as logarithmOfRest64, scaledByPowerOfTwo, splitByLn2 as splitByLn2Float64 } from "./approximate-float64.ts";
import { logarithmEdges } from "./approximate-series.ts";
import type { CodeWriter } from "./code-writer.ts";
import { clamped, powerOfTwo, splitFloat32, splitFloat64 } from "./float-parts.ts";

/** Below these magnitudes e^x - 1 and log(1 + x) are x, to the last place; and -0 stays -0. */
const identityLimit = { float32: 2 ** -26, float64: 2 ** -55 } as const;

/** 2 (2^(n-1) (e^r - 1) + (2^(n-1) - 1/2)) of x = n ln 2 + r: half the power, because 2^128 is no float32. */
export function expm1Float32(x: Expr, code: CodeWriter): Expr {
  const { integer, rest } = splitByLn2Float32(clamped(x, -20, 89, code), code);
  const half = code.name(powerOfTwo(sub(integer, 1)), "half");
  const value = mul(add(mul(half, expm1OfRest32(rest)), sub(half, 0.5)), 2);
  return select(gt(op("abs", x), identityLimit.float32), value, x);
}

/** The same, the power of two being applied where it is too large for a sum to notice the 1. */
export function expm1Float64(x: Expr, code: CodeWriter): Expr {
  const { integer, rest } = splitByLn2Float64(clamped(x, -44, 710, code), code);
  const part = code.name(expm1OfRest64(rest), "part");
  const half = code.name(convert(powerOfTwo(sub(op("min", integer, 100), 1)), "float64"), "half");
  const moderate = mul(add(mul(half, part), sub(half, 0.5)), 2);
  const large = scaledByPowerOfTwo(add(part, 1), integer, code);
  const value = select(le(integer, 100), moderate, large);
  return select(gt(op("abs", x), identityLimit.float64), value, x);
}

/** Of x beyond it, 1 + x is x. */
const largestWithOne = { float32: 2 ** 25, float64: 2 ** 54 } as const;

/**
 * log(1 + x) from the sum u = 1 + x as `m 2^k`: the logarithm of `m + lost 2^-k`, where `lost` is what rounding took from
 * the sum. Where k is 0, `m - 1 + lost` is x itself.
 */
function log1p(
  x: Expr, code: CodeWriter, dtype: "float32" | "float64",
  split: (value: Expr, code: CodeWriter) => { readonly mantissa: Expr; readonly exponent: Expr },
  logarithmOfRest: (rest: Expr, count: Expr, code: CodeWriter) => Expr,
): Expr {
  const { width } = x.type;
  const number = (value: number): Expr => constant(value, dtype, width);
  // Compilers for float32 may not sum in another order: `roundFloat32` says so.
  const exact = (value: Expr): Expr => (dtype === "float32" ? op("roundFloat32", value) : value);
  const u = code.name(exact(add(x, 1)), "u");
  const { mantissa, exponent } = split(u, code);
  const isSmall = lt(x, 1);
  const ofSmall = sub(x, exact(sub(u, 1)));
  const ofLarge = sub(number(1), exact(sub(u, x)));
  const lost = select(isSmall, ofSmall, select(lt(x, largestWithOne[dtype]), ofLarge, number(0)));
  const scale = powerOfTwo(op("neg", op("max", op("min", exponent, 100), -100)));
  const wideScale = dtype === "float32" ? scale : convert(scale, "float64");
  const rest = code.name(select(eq(exponent, 0), x, add(sub(mantissa, 1), mul(lost, wideScale))), "rest");
  const logarithm = logarithmEdges(u, logarithmOfRest(rest, code.name(convert(exponent, dtype), "count"), code));
  const isTiny = and(le(x, identityLimit[dtype]), op("ge", x, -identityLimit[dtype]));
  return select(isTiny, x, logarithm);
}

export function log1pFloat32(x: Expr, code: CodeWriter): Expr {
  return log1p(x, code, "float32", splitFloat32, logarithmOfRest32);
}

export function log1pFloat64(x: Expr, code: CodeWriter): Expr {
  return log1p(x, code, "float64", splitFloat64, logarithmOfRest64);
}
