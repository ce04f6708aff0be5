/**
 * @file Float comparisons, max, min, sign, isNaN and isFinite on the bits of float32 values, for targets whose compilers
 * may assume that there is no NaN, infinity or -0, and whose hardware may read subnormals as 0.
 *
 * The bits of a float32 are a sign and a magnitude. Two integer keys order them:
 * - `orderKey`: -0 and 0 have one key, 0; NaNs lie beyond the keys of the infinities, on either side. For comparisons.
 * - `rankAbove`, `rankBelow`: unsigned, distinct for -0 and 0, and largest for every NaN. The larger rank is the max or the
 *   min. For max and min.
 */

import { at, assertNever } from "../base/assert.ts";
import { float32ToBits } from "../base/float-bits.ts";
import { add, and, bitcast, constant, eq, ge, gt, int, le, lt, ne, not, op, or, select, sub } from "../kernel/expressions.ts";
import type { ConstExpr, Expr, Kernel, OpExpr, ScalarOpName } from "../kernel/types.ts";
import type { StatementsBefore } from "./rewrite.ts";
import { rewriteExprs } from "./rewrite.ts";

const magnitudeMask = 0x7fffffff;
const signBit = -0x80000000;
const infinityBits = 0x7f800000;
const oneBits = 0x3f800000;
/** The total order of -infinity. */
const firstAbove = signBit + (magnitudeMask - infinityBits);

/** The kernel with every listed float32 op done in integers; `convert` to bool too, because it asks whether a value is 0. */
export function expandFloatOrder(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind === "convert" && expr.type.dtype === "bool" && expr.value.type.dtype === "float32") {
      return ne(magnitudeOf(expr.value), 0);
    }
    if (expr.kind !== "op" || at(expr.args, -1).type.dtype !== "float32") return expr;
    return expanded(expr, before) ?? expr;
  });
}

function expanded(expr: OpExpr, before: StatementsBefore): Expr | null {
  const a = at(expr.args, 0);
  const b = expr.args[1] ?? a;
  const name: ScalarOpName = expr.op;
  switch (name) {
    case "eq": case "ne": case "lt": case "le": case "gt": case "ge": return comparison(name, a, b, before);
    case "max": case "min": {
      if (isNumber(b)) return extremeWithConstant(name, a, b, before);
      if (isNumber(a)) return extremeWithConstant(name, b, a, before);
      return largestRank(a, b, name === "max" ? rankAbove : rankBelow, before);
    }
    case "sign": return signOf(before.name(a, "value"), before);
    case "isNaN": return gt(magnitudeOf(a), infinityBits);
    case "isFinite": return lt(magnitudeOf(a), infinityBits);
    case "add": case "sub": case "mul": case "div": case "rem": case "neg": case "abs": case "pow": case "fma": case "floor":
    case "ceil": case "trunc": case "roundEven": case "sqrt": case "exp": case "log": case "sin": case "cos": case "tanh":
    case "expm1": case "log1p": case "atan2": case "roundFloat32": case "and": case "or": case "xor": case "not": case "shiftLeft": case "shiftRightArithmetic":
    case "shiftRightLogical": case "populationCount": case "countLeadingZeros": case "mulHigh": case "select":
      return null;
    default: return assertNever(name, "op");
  }
}

function isNumber(expr: Expr): expr is ConstExpr {
  return expr.kind === "const" && !Number.isNaN(expr.value);
}

function bitsOf(value: Expr): Expr {
  return bitcast(value, "int32");
}

function wordOf(value: Expr): Expr {
  return bitcast(value, "uint32");
}

function magnitudeOf(value: Expr): Expr {
  return and(bitsOf(value), magnitudeMask);
}

/** The signed magnitude as a two's complement integer. */
function orderKey(value: Expr, before: StatementsBefore): Expr {
  const bits = before.name(bitsOf(value), "bits");
  const mirrored = sub(constant(signBit, "int32", value.type.width), bits);
  return before.name(select(lt(bits, 0), mirrored, bits), "key");
}

function comparison(name: "eq" | "ne" | "lt" | "le" | "gt" | "ge", a: Expr, b: Expr, before: StatementsBefore): Expr {
  switch (name) {
    case "gt": return comparison("lt", b, a, before);
    case "ge": return comparison("le", b, a, before);
    case "ne": return not(comparison("eq", a, b, before));
    case "eq": case "lt": case "le": break;
    default: return assertNever(name, "comparison");
  }
  if (name === "eq" && a.kind === "ref" && b.kind === "ref" && a.name === b.name) return le(magnitudeOf(a), infinityBits);
  if (b.kind === "const") {
    return name === "eq" ? equalsConstant(a, b.value) : isBelow(a, orderKeyOf(b.value) + (name === "le" ? 1 : 0), before);
  }
  if (a.kind === "const") {
    return name === "eq" ? equalsConstant(b, a.value) : isAbove(b, orderKeyOf(a.value) - (name === "le" ? 1 : 0), before);
  }
  const left = orderKey(a, before);
  const right = orderKey(b, before);
  // A NaN that passes the order is on the left below every number or on the right above, or both are NaN of one sign.
  const lowest = ge(left, -infinityBits);
  const highest = le(right, infinityBits);
  const isOrdered = name === "eq" ? eq(left, right) : name === "lt" ? lt(left, right) : le(left, right);
  return and(isOrdered, and(lowest, highest));
}

// ---------------------------------------------------------------------------------------------------------------------
// Against a constant it takes two comparisons of the bits: positive numbers are in order as signed integers, negative ones
// backwards as unsigned integers, above all positive ones.

const negativeInfinityWord = 0xff800000;

/** The order key of a constant; NaN where it is NaN, which no number is above, below or equal to. */
function orderKeyOf(value: number): number {
  if (Number.isNaN(value)) return NaN;
  const bits = float32ToBits(Math.abs(value));
  return value < 0 ? -bits : bits;
}

function never(value: Expr): Expr {
  return constant(0, "bool", value.type.width);
}

function equalsConstant(value: Expr, other: number): Expr {
  if (Number.isNaN(other)) return never(value);
  return other === 0 ? eq(magnitudeOf(value), 0) : eq(bitsOf(value), float32ToBits(other) | 0);
}

/** The unsigned bits of the negative number with this order key; for 0, of -0. */
function negativeWord(key: number): number {
  return 0x80000000 - key;
}

/** Whether the value is a number whose order key is less. */
function isBelow(value: Expr, key: number, before: StatementsBefore): Expr {
  if (Number.isNaN(key)) return never(value);
  const float = before.name(value, "float");
  const isNoNegativeNaN = le(wordOf(float), negativeInfinityWord);
  return and(key > 0 ? lt(bitsOf(float), key) : gt(wordOf(float), negativeWord(key)), isNoNegativeNaN);
}

/** Whether the value is a number whose order key is greater. */
function isAbove(value: Expr, key: number, before: StatementsBefore): Expr {
  if (Number.isNaN(key)) return never(value);
  const float = before.name(value, "float");
  const isNoPositiveNaN = le(bitsOf(float), infinityBits);
  return and(key >= 0 ? gt(bitsOf(float), key) : lt(wordOf(float), negativeWord(key)), isNoPositiveNaN);
}

/** The max or min of a value and a constant that is no NaN: the value where it is beyond, or NaN. */
function extremeWithConstant(name: "max" | "min", value: Expr, bound: ConstExpr, before: StatementsBefore): Expr {
  const float = before.name(value, "float");
  const word = float32ToBits(bound.value);
  const isNegative = word >= 0x80000000;
  const isNegativeNaN = gt(wordOf(float), negativeInfinityWord);
  const isPositiveNaN = gt(bitsOf(float), infinityBits);
  const isTaken = name === "max"
    ? or(isNegative ? lt(wordOf(float), word) : gt(bitsOf(float), word), isNegativeNaN)
    : or(isNegative ? gt(wordOf(float), word) : lt(bitsOf(float), word), isPositiveNaN);
  return select(isTaken, float, bound);
}

// ---------------------------------------------------------------------------------------------------------------------

/** Bits made comparable as two's complement integers, -0 just below 0; those made bits again. */
function mirrored(bits: Expr): Expr {
  return op("xor", bits, and(op("shiftRightArithmetic", bits, 31), magnitudeMask));
}

function totalOrder(value: Expr, before: Naming): Expr {
  return mirrored(before.name(bitsOf(value), "bits"));
}

/** Counts upward from -infinity; NaNs of either sign wrap to the top. */
function rankAbove(value: Expr, before: Naming): Expr {
  return bitcast(sub(totalOrder(value, before), firstAbove), "uint32");
}

/** Counts downward from infinity; NaNs of either sign wrap to the top. */
function rankBelow(value: Expr, before: Naming): Expr {
  return bitcast(sub(constant(infinityBits, "int32", value.type.width), totalOrder(value, before)), "uint32");
}

/** Gives names to what is used twice. */
export type Naming = Pick<StatementsBefore, "name">;
type Rank = (value: Expr, before: Naming) => Expr;

/** A uint32 that is largest where the value is the max, or the min, or NaN. */
export function rankFor(name: "max" | "min", value: Expr, before: Naming): Expr {
  return name === "max" ? rankAbove(value, before) : rankBelow(value, before);
}

/** The value that has this rank. */
export function ofRank(name: "max" | "min", rank: Expr, before: Naming): Expr {
  const order = bitcast(rank, "int32");
  return bitcast(mirrored(before.name(name === "max" ? add(order, firstAbove) : sub(int(infinityBits), order), "order")), "float32");
}

function largestRank(a: Expr, b: Expr, rank: Rank, before: StatementsBefore): Expr {
  const left = before.name(a, "left");
  const right = before.name(b, "right");
  return select(gt(rank(right, before), rank(left, before)), right, left);
}

/** 1 with the value's sign where its magnitude is a number other than 0; else the value. */
function signOf(value: Expr, before: StatementsBefore): Expr {
  const bits = before.name(bitsOf(value), "bits");
  const magnitude = before.name(and(bits, magnitudeMask), "magnitude");
  const isNumber = and(gt(magnitude, 0), le(magnitude, infinityBits));
  return select(isNumber, bitcast(or(and(bits, signBit), oneBits), "float32"), value);
}
