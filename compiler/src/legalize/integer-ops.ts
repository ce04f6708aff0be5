/**
 * @file Integer ops that some targets lack, from those that all have: populationCount, mulHigh and the integer pow. Each is
 * a rewrite of its own, so that a target asks for what it needs.
 */

import { at } from "../base/assert.ts";
import { isIntegerValue } from "../base/scalar-ops.ts";
import {
  add, and, bitcast, constant, eq, lt, mul, ne, op, ref, select, simdReduce, sub,
} from "../kernel/expressions.ts";
import type { Expr, Kernel, RefExpr, Stmt } from "../kernel/types.ts";
import type { StatementsBefore } from "./rewrite.ts";
import { rewriteExprs } from "./rewrite.ts";

const shiftRight = (value: Expr, places: number): Expr => op("shiftRightLogical", value, places);

/** Counts bits in pairs, fours and bytes at once, and adds the bytes by a multiplication. */
export function expandPopulationCount(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op" || expr.op !== "populationCount") return expr;
    const bits = before.name(bitcast(at(expr.args, 0), "uint32"), "bits");
    const pairs = before.name(sub(bits, and(shiftRight(bits, 1), 0x55555555)), "pairs");
    const fours = before.name(add(and(pairs, 0x33333333), and(shiftRight(pairs, 2), 0x33333333)), "fours");
    const bytes = and(add(fours, shiftRight(fours, 4)), 0x0f0f0f0f);
    return bitcast(shiftRight(mul(bytes, 0x01010101), 24), expr.type.dtype);
  });
}

/** The upper half of a 64-bit product from the four products of 16-bit halves. */
export function expandMulHigh(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op" || expr.op !== "mulHigh") return expr;
    const a = before.name(bitcast(at(expr.args, 0), "uint32"), "a");
    const b = before.name(bitcast(at(expr.args, 1), "uint32"), "b");
    const unsigned = unsignedHigh(a, b, before);
    if (expr.type.dtype === "uint32") return unsigned;
    // A negative operand was read 2^32 too large.
    const ifNegative = (sign: Expr, other: Expr): Expr => and(op("shiftRightArithmetic", sign, 31), other);
    return bitcast(sub(sub(unsigned, ifNegative(a, b)), ifNegative(b, a)), "int32");
  });
}

function unsignedHigh(a: Expr, b: Expr, before: StatementsBefore): Expr {
  const aLow = before.name(and(a, 0xffff), "aLow");
  const aHigh = before.name(shiftRight(a, 16), "aHigh");
  const bLow = before.name(and(b, 0xffff), "bLow");
  const bHigh = before.name(shiftRight(b, 16), "bHigh");
  const lowHigh = before.name(mul(aLow, bHigh), "lowHigh");
  const highLow = before.name(mul(aHigh, bLow), "highLow");
  const middle = add(add(and(lowHigh, 0xffff), and(highLow, 0xffff)), shiftRight(mul(aLow, bLow), 16));
  return add(
    add(mul(aHigh, bHigh), add(shiftRight(lowHigh, 16), shiftRight(highLow, 16))),
    shiftRight(middle, 16),
  );
}

/** The integer pow by repeated squaring; a negative exponent gives the truncated reciprocal. */
export function expandIntegerPower(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op" || expr.op !== "pow" || !isIntegerValue(expr.type.dtype)) return expr;
    const base = before.name(at(expr.args, 0), "base");
    const exponent = before.name(at(expr.args, 1), "exponent");
    const product = squaringLoop(base, exponent, before);
    if (expr.type.dtype === "uint32") return product;
    const { width } = expr.type;
    const number = (value: number): Expr => constant(value, "int32", width);
    const isOdd = eq(and(exponent, 1), 1);
    const ofMinusOne = select(isOdd, number(-1), number(1));
    const reciprocal = select(eq(base, 1), number(1), select(eq(base, -1), ofMinusOne, number(0)));
    return select(lt(exponent, 0), reciprocal, product);
  });
}

/** The wrapping product of `base` as often as `exponent`, read as unsigned, says. */
function squaringLoop(base: Expr, exponent: Expr, before: StatementsBefore): Expr {
  const variable = (hint: string, init: Expr): RefExpr => {
    const name = before.fresh(hint);
    before.emit({ kind: "var", name, type: init.type, init });
    return ref(name, init.type);
  };
  const assign = ({ name }: RefExpr, value: Expr): Stmt => ({ kind: "assign", name, value });
  const power = variable("power", constant(1, base.type.dtype, base.type.width));
  const square = variable("square", base);
  const rest = variable("rest", exponent);
  before.emit({
    kind: "while",
    before: [],
    condition: simdReduce("any", ne(rest, 0)),
    body: [
      assign(power, select(eq(and(rest, 1), 1), mul(power, square), power)),
      assign(square, mul(square, square)),
      assign(rest, shiftRight(rest, 1)),
    ],
  });
  return power;
}
