/**
 * @file The float32 remainder, exactly, by long division of the mantissas: for targets without one, or whose own is the
 * inexact `a - b * trunc(a / b)`.
 *
 * A finite float32 is `m * 2^(e - 150)` with m below 2^24 and e at least 1. For magnitudes a >= b, the mantissa of the
 * remainder at b's exponent is `m_a * 2^(e_a - e_b) mod m_b`; each round of the loop doubles up to eight times.
 */

import { at } from "../base/assert.ts";
import {
  add, and, bitcast, constant, eq, ge, gt, lt, max, min, op, or, rem, select, simdReduce, sub,
} from "../kernel/expressions.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { CodeWriter, KernelTables } from "./code-writer.ts";
import { rewriteExprs } from "./rewrite.ts";

const magnitudeMask = 0x7fffffff;
const infinityBits = 0x7f800000;
const quietNaNBits = 0x7fc00000;
const hiddenBit = 0x800000;
const fractionMask = 0x7fffff;
/** A remainder below 2^24 stays below 2^32 when it is shifted by this. */
const doublingsPerRound = 8;

export function expandFloatRemainder(kernel: Kernel): Kernel {
  const tables = new KernelTables(kernel);
  return rewriteExprs(kernel, (expr, before) =>
    expr.kind === "op" && expr.op === "rem" && expr.type.dtype === "float32"
      ? remainder(at(expr.args, 0), at(expr.args, 1), new CodeWriter(before, tables))
      : expr);
}

function remainder(a: Expr, b: Expr, code: CodeWriter): Expr {
  const dividend = code.name(a, "dividend");
  const bits = code.name(bitcast(dividend, "uint32"), "bits");
  const left = code.name(and(bits, magnitudeMask), "left");
  const right = code.name(and(bitcast(b, "uint32"), magnitudeMask), "right");
  const leftExponent = code.name(exponentOf(left), "leftExponent");
  const rightExponent = code.name(exponentOf(right), "rightExponent");
  const isNaN = code.name(or(ge(left, infinityBits), or(eq(right, 0), gt(right, infinityBits))), "isNaN");
  const isSmaller = code.name(lt(left, right), "isSmaller");
  const isTrivial = code.name(or(isNaN, isSmaller), "isTrivial");

  // Where the result is known, 0 rounds of dividing by 1 keep the loop harmless.
  const number = (value: number): Expr => constant(value, "uint32", a.type.width);
  const modulus = code.name(select(isTrivial, number(1), mantissaOf(right)), "modulus");
  const rest = code.variable(rem(mantissaOf(left), modulus), "rest");
  const doublings = code.variable(select(isTrivial, number(0), sub(leftExponent, rightExponent)), "doublings");
  code.while(simdReduce("any", gt(doublings, 0)), (inner) => {
    const places = inner.name(min(doublings, doublingsPerRound), "places");
    inner.assign(rest, rem(op("shiftLeft", rest, places), modulus));
    inner.assign(doublings, sub(doublings, places));
  });

  // Normalised as far as the exponent allows; at exponent 1 a mantissa without the hidden bit is subnormal as it stands.
  const leadingZeros = sub(max(op("countLeadingZeros", rest), number(8)), 8);
  const shift = code.name(min(leadingZeros, sub(rightExponent, 1)), "shift");
  const exponent = sub(sub(rightExponent, shift), 1);
  const normalised = add(op("shiftLeft", exponent, number(23)), op("shiftLeft", rest, shift));
  const magnitude = select(eq(rest, 0), number(0), normalised);
  const sign = sub(bits, left);
  const exact = bitcast(or(sign, magnitude), "float32");
  return select(isNaN, bitcast(number(quietNaNBits), "float32"), select(isSmaller, dividend, exact));
}

function exponentOf(magnitude: Expr): Expr {
  return max(op("shiftRightLogical", magnitude, 23), 1);
}

function mantissaOf(magnitude: Expr): Expr {
  const fraction = and(magnitude, fractionMask);
  return select(ge(magnitude, hiddenBit), or(fraction, hiddenBit), fraction);
}
