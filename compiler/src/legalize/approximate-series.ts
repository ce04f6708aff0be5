/** @file The formulas of e^r - 1 and of logarithms that float32 and float64 share; each has coefficients of its own. */

import { add, constant, div, eq, gt, lt, mul, select, sub } from "../kernel/expressions.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr } from "../kernel/types.ts";
import type { CodeWriter } from "./code-writer.ts";

/** e^r - 1 for small r, from (e^r - 1 - r) / r^2 in powers of r. */
export function expm1Series(rest: Expr, coefficients: readonly number[]): Expr {
  return add(mul(mul(rest, rest), polynomial(rest, coefficients)), rest);
}

export interface LogarithmSeries {
  /** log(1 + f) = 2 s + s^3 (...) with s = f / (2 + f), in powers of s^2. */
  readonly coefficients: readonly number[];
  /** ln 2 in so few bits that its products with exponents are exact, and the rest. */
  readonly ln2Upper: number;
  readonly ln2Lower: number;
}

/** log(1 + f) + count ln 2, where 1 + f is about between the roots of one half and of two. */
export function logarithmSeries(f: Expr, count: Expr, { coefficients, ln2Upper, ln2Lower }: LogarithmSeries, code: CodeWriter): Expr {
  const s = code.name(div(f, add(f, 2)), "s");
  const z = code.name(mul(s, s), "z");
  const halfSquare = code.name(mul(mul(f, f), 0.5), "halfSquare");
  // f - halfSquare is added last, to a small correction.
  const correction = add(mul(s, add(halfSquare, mul(z, polynomial(z, coefficients)))), mul(count, ln2Lower));
  return sub(mul(count, ln2Upper), sub(sub(halfSquare, correction), f));
}

/** NaN and infinity are themselves, 0 gives -infinity, negative numbers NaN. */
export function logarithmEdges(x: Expr, logarithm: Expr): Expr {
  const number = (value: number): Expr => constant(value, x.type.dtype, x.type.width);
  const notPositive = select(eq(x, 0), number(-Infinity), number(NaN));
  return select(gt(x, 0), select(lt(x, Infinity), logarithm, x), notPositive);
}
