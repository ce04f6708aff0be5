/** @file Polynomials as expressions, for approximations. */

import { at } from "../base/assert.ts";
import { add, constant, mul } from "./expressions.ts";
import type { Expr } from "./types.ts";

/** `c0 + x (c1 + x (c2 + ...))`. `x` is repeated, so it should be a name. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  const { dtype, width } = x.type;
  return coefficients.slice(0, -1).reduceRight<Expr>(
    (sum, coefficient) => add(mul(sum, x), constant(coefficient, dtype, width)),
    constant(at(coefficients, -1), dtype, width),
  );
}
