/**
 * @file Integer code in JavaScript, where arithmetic is on doubles. Code may hold its value modulo 2^32 as long as what
 * takes it reads only 32 bits; `| 0` and `>>> 0` make it exact where that matters and a range proof does not.
 */

import { assertNever, at, InternalError } from "../../base/assert.ts";
import { isIntegerValue } from "../../base/scalar-ops.ts";
import type { Range, RangeFacts } from "../../kernel/range.ts";
import { floatRangeOf, fullRange, rangeOf, unionRange } from "../../kernel/range.ts";
import type { BitcastExpr, ConvertExpr, Expr, OpExpr, ScalarOpName, ValueDType } from "../../kernel/types.ts";
import type { JsCode } from "./code.ts";
import { binding, bitwise, call, conditional, infix, numberCode, prefix } from "./code.ts";

/** Code whose value is an integer in `range`, equal to the expression's value modulo 2^32. */
export interface IntegerCode extends JsCode {
  readonly range: Range;
  /** Whether it equals the expression's value outright, and is never -0. */
  readonly isExact: boolean;
}

/** What integer code needs from the printer around it. */
export interface IntegerContext {
  readonly ranges: RangeFacts;
  nameOf(expr: Expr): JsCode;
  floatCode(expr: Expr): JsCode;
  boolCode(expr: Expr): JsCode;
  float32Bits(value: JsCode): JsCode;
}

/** Doubles hold every integer up to here. */
const safe = 2 ** 53;

const signed = fullRange("int32");
const unsigned = fullRange("uint32");
const zero = numberCode(0);

/** The value itself, an int32 or uint32. */
export function exactInteger(expr: Expr, context: IntegerContext): JsCode {
  return coerced(integerModulo(expr, context), expr.type.dtype);
}

function coerced(code: IntegerCode, dtype: ValueDType): JsCode {
  if (code.isExact) return code;
  return dtype === "uint32" ? bitwise(code, ">>>", zero, binding.shift) : bitwise(code, "|", zero, binding.bitOr);
}

/** The value modulo 2^32. */
export function integerModulo(expr: Expr, context: IntegerContext): IntegerCode {
  switch (expr.kind) {
    case "const": return { ...numberCode(expr.value), range: { low: expr.value, high: expr.value }, isExact: true };
    case "ref": case "scalar": return exact(context.nameOf(expr), rangeOf(expr, context.ranges));
    case "convert": case "bitcast": return fromOtherDType(expr, context);
    case "op": return operators[expr.op](expr, context);
    case "splat": case "shuffle": case "extract": case "simdReduce": throw new InternalError(`js has no ${expr.kind}`);
    default: return assertNever(expr, "expression");
  }
}

function exact(code: JsCode, range: Range): IntegerCode {
  return { text: code.text, binding: code.binding, range, isExact: true };
}

function modulo(code: JsCode, range: Range): IntegerCode {
  return { text: code.text, binding: code.binding, range, isExact: false };
}

/** Exact if the expression's range shows that the code's value, which is in `range`, did not wrap. */
function exactIf(holds: boolean, code: JsCode, range: Range): IntegerCode {
  return holds ? exact(code, range) : modulo(code, range);
}

function isWithin(range: Range, limits: Range): boolean {
  return range.low >= limits.low && range.high <= limits.high;
}

function fromOtherDType(expr: ConvertExpr | BitcastExpr, context: IntegerContext): IntegerCode {
  const { dtype } = expr.type;
  const from = expr.value.type.dtype;
  if (isIntegerValue(from)) {
    const code = integerModulo(expr.value, context);
    return exactIf(code.isExact && isWithin(code.range, fullRange(dtype)), code, code.range);
  }
  if (from === "bool") return exact(conditional(context.boolCode(expr.value), numberCode(1), zero), { low: 0, high: 1 });
  const value = context.floatCode(expr.value);
  if (expr.kind === "bitcast") return exactIf(dtype === "int32", context.float32Bits(value), signed);
  const limits = fullRange(dtype);
  // The operator that makes it an integer also makes NaN 0.
  const known = floatRangeOf(expr.value, context.ranges);
  if (isWithin(known, limits)) return exact(coerced(modulo(value, limits), dtype), { low: Math.trunc(known.low) + 0, high: Math.trunc(known.high) + 0 });
  const clamped = call("Math.max", numberCode(limits.low), call("Math.min", value, numberCode(limits.high)));
  return exact(coerced(modulo(clamped, limits), dtype), limits);
}

type IntegerOperator = (expr: OpExpr, context: IntegerContext) => IntegerCode;

function codesOf(expr: OpExpr, context: IntegerContext): readonly [IntegerCode, IntegerCode] {
  return [integerModulo(at(expr.args, 0), context), integerModulo(at(expr.args, 1), context)];
}

function exactOperands(expr: OpExpr, context: IntegerContext): readonly JsCode[] {
  return expr.args.map((arg) => exactInteger(arg, context));
}

function sum(operator: "+" | "-"): IntegerOperator {
  const rangeOfSum = (a: Range, b: Range): Range =>
    operator === "+" ? { low: a.low + b.low, high: a.high + b.high } : { low: a.low - b.high, high: a.high - b.low };
  return (expr, context) => {
    let [a, b] = codesOf(expr, context);
    if (!isWithin(rangeOfSum(a.range, b.range), { low: -safe, high: safe })) {
      const limits = fullRange(expr.type.dtype);
      a = exact(coerced(a, expr.type.dtype), limits);
      b = exact(coerced(b, expr.type.dtype), limits);
    }
    const range = rangeOfSum(a.range, b.range);
    const right = at(expr.args, 1);
    const negated = operator === "+" && right.kind === "const" && right.value < 0;
    const code = negated
      ? infix(a, "-", numberCode(-right.value), binding.sum)
      : infix(a, operator, b, binding.sum);
    return exactIf(a.isExact && b.isExact && isWithin(range, fullRange(expr.type.dtype)), code, range);
  };
}

function product(expr: OpExpr, context: IntegerContext): IntegerCode {
  const [a, b] = codesOf(expr, context);
  const corners = [a.range.low * b.range.low, a.range.low * b.range.high, a.range.high * b.range.low, a.range.high * b.range.high];
  const range = { low: Math.min(...corners), high: Math.max(...corners) };
  if (!isWithin(range, { low: -safe, high: safe })) {
    return exactIf(expr.type.dtype === "int32", call("Math.imul", a, b), signed);
  }
  // A product of 0 and a negative number would be -0.
  const isNeverNegativeZero = a.range.low >= 0 && b.range.low >= 0;
  const isExact = a.isExact && b.isExact && isNeverNegativeZero && isWithin(range, fullRange(expr.type.dtype));
  return exactIf(isExact, infix(a, "*", b, binding.product), range);
}

function quotient(expr: OpExpr, context: IntegerContext): IntegerCode {
  const [a = zero, b = zero] = exactOperands(expr, context);
  const { dtype } = expr.type;
  const code = infix(a, "/", b, binding.product);
  return exact(coerced(modulo(code, unsigned), dtype), rangeOf(expr, context.ranges));
}

function remainder(expr: OpExpr, context: IntegerContext): IntegerCode {
  const [a = zero, b = zero] = exactOperands(expr, context);
  const isNeverNegativeZero = rangeOf(at(expr.args, 0), context.ranges).low >= 0;
  const range = isNeverNegativeZero ? rangeOf(expr, context.ranges) : fullRange(expr.type.dtype);
  return exactIf(isNeverNegativeZero, infix(a, "%", b, binding.product), range);
}

/** Bits of an int32 come out exact, those of a uint32 only if the top one is known to be 0. */
function bits(operator: string, strength: number): IntegerOperator {
  return (expr, context) => {
    const [a, b] = codesOf(expr, context);
    const isExact = expr.type.dtype === "int32" || rangeOf(expr, context.ranges).high <= signed.high;
    return exactIf(isExact, bitwise(a, operator, b, strength), isExact ? rangeOf(expr, context.ranges) : signed);
  };
}

function shiftRightLogical(expr: OpExpr, context: IntegerContext): IntegerCode {
  const [a, b] = codesOf(expr, context);
  const amount = at(expr.args, 1);
  const topBitIsClear = (amount.kind === "const" && amount.value > 0) || rangeOf(at(expr.args, 0), context.ranges).low >= 0;
  const isExact = expr.type.dtype === "uint32" || topBitIsClear;
  return exactIf(isExact, bitwise(a, ">>>", b, binding.shift), isExact ? rangeOf(expr, context.ranges) : unsigned);
}

function negation(expr: OpExpr, context: IntegerContext): IntegerCode {
  const a = integerModulo(at(expr.args, 0), context);
  const range = { low: 0 - a.range.high, high: 0 - a.range.low };
  const isNeverZero = a.range.low > 0 || a.range.high < 0;
  return exactIf(a.isExact && isNeverZero && isWithin(range, fullRange(expr.type.dtype)), prefix("-", a), range);
}

function magnitude(expr: OpExpr, context: IntegerContext): IntegerCode {
  const operand = at(expr.args, 0);
  if (expr.type.dtype === "uint32") return integerModulo(operand, context);
  const range = rangeOf(operand, context.ranges);
  const code = call("Math.abs", exactInteger(operand, context));
  return exactIf(range.low > signed.low, code, { low: 0, high: -signed.low });
}

function select(expr: OpExpr, context: IntegerContext): IntegerCode {
  const whenTrue = integerModulo(at(expr.args, 1), context);
  const whenFalse = integerModulo(at(expr.args, 2), context);
  const code = conditional(context.boolCode(at(expr.args, 0)), whenTrue, whenFalse);
  return exactIf(whenTrue.isExact && whenFalse.isExact, code, unionRange(whenTrue.range, whenFalse.range));
}

/** A function of exact operands that gives an exact result. */
function exactCall(name: string): IntegerOperator {
  return (expr, context) => exact(call(name, ...exactOperands(expr, context)), rangeOf(expr, context.ranges));
}

/** An op that legalization removes, or that the scalar table does not define on integers. */
function absent(expr: OpExpr): IntegerCode {
  throw new InternalError(`js has no ${expr.op} of ${expr.type.dtype}`);
}

const operators = {
  add: sum("+"),
  sub: sum("-"),
  mul: product,
  div: quotient,
  rem: remainder,
  neg: negation,
  abs: magnitude,
  sign: exactCall("Math.sign"),
  max: exactCall("Math.max"),
  min: exactCall("Math.min"),
  and: bits("&", binding.bitOr),
  or: bits("|", binding.bitOr),
  xor: bits("^", binding.bitOr),
  not: (expr, context) => {
    const code = prefix("~", integerModulo(at(expr.args, 0), context));
    return exactIf(expr.type.dtype === "int32", code, signed);
  },
  shiftLeft: bits("<<", binding.shift),
  shiftRightArithmetic: bits(">>", binding.shift),
  shiftRightLogical,
  countLeadingZeros: (expr, context) => exact(call("Math.clz32", integerModulo(at(expr.args, 0), context)), { low: 0, high: 32 }),
  select,
  pow: absent, populationCount: absent, mulHigh: absent,
  fma: absent, floor: absent, ceil: absent, trunc: absent, roundEven: absent, sqrt: absent, exp: absent, log: absent,
  sin: absent, cos: absent, tanh: absent, expm1: absent, log1p: absent, atan2: absent, isNaN: absent, isFinite: absent, roundFloat32: absent,
  eq: absent, ne: absent, lt: absent, le: absent, gt: absent, ge: absent,
} satisfies Record<ScalarOpName, IntegerOperator>;
