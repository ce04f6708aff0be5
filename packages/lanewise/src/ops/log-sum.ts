/** @file Functions whose derivatives have rules of their own: logaddexp, logaddexp2 and sinc, as jax.numpy has them. */

import { at } from "@lanewise/compiler/base/assert";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, div, max, mul, scalarLike, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { abs } from "@lanewise/compiler/primitives/arith-rounding";
import { eq, ne } from "@lanewise/compiler/primitives/compare";
import { fullOf, neg } from "@lanewise/compiler/primitives/linear";
import * as unary from "@lanewise/compiler/primitives/unary";
import { callWithRule, type FunctionOfValues, type TangentRule } from "./custom-rule.ts";
import { where } from "./elementwise.ts";
import { called, isposinf, promoted } from "./functions.ts";
import { promoteInexact } from "./operands.ts";

interface Base {
  readonly name: string;
  readonly exp: (x: Value) => Value;
  /** log(1 + x) in this base. */
  readonly log1p: (x: Value, likeness: Value) => Value;
}

const natural: Base = { name: "logaddexp", exp: unary.exp, log1p: (x) => unary.log1p(x) };
const binary: Base = { name: "logaddexp2", exp: unary.exp2, log1p: (x, likeness) => mul(scalarLike(likeness, 1 / Math.LN2), unary.log1p(x)) };

/** The logarithm of the sum of two exponentials: the larger, and what the smaller adds to it. */
function logOfSum(base: Base, [x, y]: readonly Value[]): Value {
  const [left, right] = [x as Value, y as Value];
  const largest = max(left, right);
  const difference = sub(left, right);
  const isSpecial = ne(difference, difference);
  const special = add(left, right);
  const usual = add(largest, base.log1p(base.exp(neg(abs(difference))), largest));
  return selectN(isSpecial, [usual, special]);
}

/** x where it is not infinity, else 0. */
function replaceInfinity(x: Value): Value {
  const isInfinite = isposinf(x);
  return selectN(isInfinite, [x, fullOf(0, x.aval)]);
}

// d log(e^x + e^y) = dx e^(x - out) + dy e^(y - out)
function logaddexpRule(base: Base): TangentRule {
  return (primals, tangents) => {
    const out = logaddexpOf(base, primals);
    const part = (index: number): Value => {
      const argument = replaceInfinity(at(primals, index));
      return mul(at(tangents, index), base.exp(sub(argument, replaceInfinity(out))));
    };
    const first = part(0);
    return [out, add(first, part(1))];
  };
}

function logaddexpOf(base: Base, args: readonly Value[]): Value {
  return callWithRule(base.name, `_${base.name}_jvp`, (inner) => logOfSum(base, inner), logaddexpRule(base), args);
}

export const logaddexp = (x: Value, y: Value): Value => logaddexpOf(natural, promoted("logaddexp", [x, y], promoteInexact));
export const logaddexp2 = (x: Value, y: Value): Value => logaddexpOf(binary, promoted("logaddexp2", [x, y], promoteInexact));

/** Derivative `order` of sin(x) / x at 0, as a function of x that differentiates to the next one. */
function sincAtZero(order: number, x: Value): Value {
  const run: FunctionOfValues = ([operand]) => {
    const value = mul(operand as Value, scalarLike(operand as Value, 0));
    return order % 2 === 1 ? value : add(value, scalarLike(operand as Value, (-1) ** (order / 2) / (order + 1)));
  };
  const rule: TangentRule = ([primal], [tangent]) => {
    const value = sincAtZero(order, primal as Value);
    return [value, mul(sincAtZero(order + 1, primal as Value), tangent as Value)];
  };
  return callWithRule("_sinc_maclaurin", "_sinc_maclaurin_jvp", run, rule, [x]);
}

/** sin(pi x) / (pi x), and 1 at 0. */
export const sinc = called("sinc", "sinc", (args) => {
  const x = at(promoteInexact("np.sinc", args), 0);
  const isZero = eq(x, scalarLike(x, 0));
  const angle = mul(scalarLike(x, Math.PI), x);
  const divisor = where(isZero, scalarLike(x, 1), angle);
  const atZero = sincAtZero(0, angle);
  return where(isZero, atZero, div(unary.sin(divisor), divisor));
});
