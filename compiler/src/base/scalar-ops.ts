/**
 * @file The scalar table: every op that a kernel can apply to a number, with the one definition of its result. Code
 * generators are tested against these reference functions; `docs/scalar-ops.md` is generated from this file.
 */

import { assertNever } from "./assert.ts";
import {
  bitsToFloat32, float32ToBits, fusedMultiplyAdd, fusedMultiplyAddToOdd, roundHalfEven, roundToFloat16,
} from "./float-bits.ts";

/** What an expression of a kernel can hold. Smaller storage types are converted when they are loaded and stored. */
export type ValueDType = "float32" | "float64" | "float16" | "int32" | "uint32" | "bool";

export const valueDTypes: readonly ValueDType[] = ["float32", "float64", "float16", "int32", "uint32", "bool"];

export type ScalarOpName =
  | "add" | "sub" | "mul" | "div" | "rem" | "neg" | "abs" | "sign" | "max" | "min" | "pow" | "fma"
  | "floor" | "ceil" | "trunc" | "roundEven" | "sqrt" | "exp" | "log" | "sin" | "cos" | "tanh"
  | "expm1" | "log1p" | "atan2"
  | "isNaN" | "isFinite" | "roundFloat32"
  | "eq" | "ne" | "lt" | "le" | "gt" | "ge"
  | "and" | "or" | "xor" | "not" | "shiftLeft" | "shiftRightArithmetic" | "shiftRightLogical"
  | "populationCount" | "countLeadingZeros" | "mulHigh"
  | "select";

/** The dtypes that operands may have. */
export type OperandClass = "float" | "integer" | "numeric" | "integer or bool" | "any";

/** A bool is 0 or 1; an int32 or uint32 is an integer in range; a float is a double that its dtype holds exactly. */
export type ReferenceFunction = (dtype: ValueDType, ...args: number[]) => number;

export interface ScalarOp {
  readonly arity: 1 | 2 | 3;
  /** All operands have one dtype, of this class; `select` has a bool condition in front of them. */
  readonly accepts: OperandClass;
  readonly result: "same" | "bool";
  /** What the op gives, exactly, in one sentence or two. */
  readonly semantics: string;
  /** The meaning: from the operands' dtype and values to the result's value. */
  readonly reference: ReferenceFunction;
}

const classes: Readonly<Record<OperandClass, readonly ValueDType[]>> = {
  float: ["float32", "float64", "float16"],
  integer: ["int32", "uint32"],
  numeric: ["float32", "float64", "float16", "int32", "uint32"],
  "integer or bool": ["int32", "uint32", "bool"],
  any: valueDTypes,
};

/** The dtypes that the op's operands may have. */
export function operandDTypes(name: ScalarOpName): readonly ValueDType[] {
  return classes[scalarOps[name].accepts];
}

/** Whether operand `position` is the bool condition of a select and not one of the values. */
export function isConditionOperand(name: ScalarOpName, position: number): boolean {
  return name === "select" && position === 0;
}

/** The dtype of the result where the operands have `dtype`. */
export function resultDType(name: ScalarOpName, dtype: ValueDType): ValueDType {
  return scalarOps[name].result === "bool" ? "bool" : dtype;
}

export function isFloatValue(dtype: ValueDType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16";
}

export function isIntegerValue(dtype: ValueDType): boolean {
  return dtype === "int32" || dtype === "uint32";
}

/** A double brought into a dtype: floats round to the nearest (ties to even), integers wrap, bool is "not 0". */
export function roundTo(dtype: ValueDType, value: number): number {
  switch (dtype) {
    case "float32": return Math.fround(value);
    case "float64": return value;
    case "float16": return roundToFloat16(value);
    case "int32": return value | 0;
    case "uint32": return value >>> 0;
    case "bool": return value === 0 ? 0 : 1;
    default: return assertNever(dtype, "dtype");
  }
}

function divide(dtype: ValueDType, a: number, b: number): number {
  if (isFloatValue(dtype)) return roundTo(dtype, a / b);
  return roundTo(dtype, b === 0 ? -1 : Math.trunc(a / b));
}

function remainder(dtype: ValueDType, a: number, b: number): number {
  if (isFloatValue(dtype)) return roundTo(dtype, a % b);
  return roundTo(dtype, b === 0 ? a : a % b);
}

function multiply(dtype: ValueDType, a: number, b: number): number {
  return roundTo(dtype, isFloatValue(dtype) ? a * b : Math.imul(a, b));
}

function power(dtype: ValueDType, a: number, b: number): number {
  if (!isFloatValue(dtype)) return integerPower(dtype, a, b);
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return roundTo(dtype, a ** b);
}

/** Wrapping product by repeated squaring; a negative exponent gives the reciprocal, truncated, and 0 for base 0. */
function integerPower(dtype: ValueDType, base: number, exponent: number): number {
  if (exponent < 0) {
    if (base === 1) return 1;
    return base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  }
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return roundTo(dtype, result);
}

/** Shift amounts are read as unsigned; a vanished value is what an unlimited shift leaves. */
function shifted(dtype: ValueDType, amount: number, vanished: number, shift: (places: number) => number): number {
  const places = amount >>> 0;
  return roundTo(dtype, places >= 32 ? vanished : shift(places));
}

function highProduct(dtype: ValueDType, a: number, b: number): number {
  const x = a >>> 0;
  const y = b >>> 0;
  const xHigh = x >>> 16;
  const yHigh = y >>> 16;
  const xLow = x & 0xffff;
  const yLow = y & 0xffff;
  const middle = xHigh * yLow + xLow * yHigh + Math.floor((xLow * yLow) / 65536);
  const unsigned = xHigh * yHigh + Math.floor(middle / 65536);
  return roundTo(dtype, unsigned - (a < 0 ? y : 0) - (b < 0 ? x : 0));
}

function countBits(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function fused(dtype: ValueDType, a: number, b: number, c: number): number {
  return dtype === "float64" ? fusedMultiplyAdd(a, b, c) : roundTo(dtype, fusedMultiplyAddToOdd(a, b, c));
}

function unary(accepts: OperandClass, semantics: string, reference: (dtype: ValueDType, x: number) => number): ScalarOp {
  return { arity: 1, accepts, result: "same", semantics, reference: reference as ReferenceFunction };
}

function binary(
  accepts: OperandClass, semantics: string, reference: (dtype: ValueDType, a: number, b: number) => number,
): ScalarOp {
  return { arity: 2, accepts, result: "same", semantics, reference: reference as ReferenceFunction };
}

/** A float function that is computed in double and rounded to the dtype. */
function elementary(semantics: string, compute: (x: number) => number): ScalarOp {
  return unary("float", semantics, (dtype, x) => roundTo(dtype, compute(x)));
}

function comparison(accepts: OperandClass, semantics: string, holds: (a: number, b: number) => boolean): ScalarOp {
  return { ...binary(accepts, semantics, (_, a, b) => (holds(a, b) ? 1 : 0)), result: "bool" };
}

function classification(semantics: string, holds: (x: number) => boolean): ScalarOp {
  return { ...unary("float", semantics, (_, x) => (holds(x) ? 1 : 0)), result: "bool" };
}

export const scalarOps: Readonly<Record<ScalarOpName, ScalarOp>> = {
  add: binary("numeric", "The sum.", (dtype, a, b) => roundTo(dtype, a + b)),
  sub: binary("numeric", "The difference a - b.", (dtype, a, b) => roundTo(dtype, a - b)),
  mul: binary("numeric", "The product.", multiply),
  div: binary("numeric",
    "The quotient a / b. Integers truncate toward zero; x / 0 has all bits set (-1 or 4294967295), and -2147483648 / -1 wraps to -2147483648.",
    divide),
  rem: binary("numeric",
    "What truncating division leaves, with the sign of a: C's fmod for floats. Integers: x rem 0 = x, and -2147483648 rem -1 = 0.",
    remainder),
  neg: unary("numeric", "-a; unsigned integers wrap.", (dtype, x) => roundTo(dtype, -x)),
  abs: unary("numeric", "The magnitude; the one of -2147483648 wraps to itself, the one of -0 is 0.",
    (dtype, x) => roundTo(dtype, Math.abs(x))),
  sign: unary("numeric", "-1, 0 or 1; NaN, -0 and 0 are themselves.", (dtype, x) => roundTo(dtype, Math.sign(x))),
  max: binary("numeric", "The larger; NaN if either is NaN; -0 is below 0.", (_, a, b) => Math.max(a, b)),
  min: binary("numeric", "The smaller; NaN if either is NaN; -0 is below 0.", (_, a, b) => Math.min(a, b)),
  pow: binary("numeric",
    "a to the power b. Floats as IEEE 754: pow(1, b) = 1 and pow(a, 0) = 1 even for NaN, pow(-1, ±infinity) = 1. "
    + "Integers wrap; pow(0, 0) = 1, and a negative exponent gives the truncated reciprocal: 1 for base 1, ±1 for base -1, else 0.",
    power),
  fma: { arity: 3, accepts: "float", result: "same", semantics: "a * b + c, rounded once.", reference: fused as ReferenceFunction },

  floor: elementary("The nearest integer that is not above a.", Math.floor),
  ceil: elementary("The nearest integer that is not below a.", Math.ceil),
  trunc: elementary("The nearest integer toward zero.", Math.trunc),
  roundEven: elementary("The nearest integer; ties go to the even one.", roundHalfEven),
  sqrt: elementary("The square root; NaN below zero, sqrt(-0) = -0.", Math.sqrt),
  exp: elementary("e to the power a.", Math.exp),
  log: elementary("The natural logarithm; NaN below zero, log(0) = -infinity.", Math.log),
  sin: elementary("The sine of a in radians; NaN for infinities.", Math.sin),
  cos: elementary("The cosine of a in radians; NaN for infinities.", Math.cos),
  tanh: elementary("The hyperbolic tangent.", Math.tanh),
  expm1: elementary("e to the power a, less 1, as exact near 0 as elsewhere.", Math.expm1),
  log1p: elementary("The natural logarithm of 1 + a, as exact near 0 as elsewhere; NaN below -1, log1p(-1) = -infinity.", Math.log1p),
  atan2: binary("float",
    "The angle of the point (b, a) in radians, in [-π, π]. Zeros and infinities as IEEE 754 has it: atan2(0, -0) = π, atan2(-0, 1) = -0.",
    (dtype, a, b) => roundTo(dtype, Math.atan2(a, b))),

  isNaN: classification("Whether a is NaN.", Number.isNaN),
  isFinite: classification("Whether a is neither NaN nor infinite.", Number.isFinite),
  roundFloat32: unary("float",
    "a rounded to float32 and kept in its dtype: the identity on float32 and float16. It marks where wider arithmetic has to round.",
    (_, x) => Math.fround(x)),

  eq: comparison("any", "a = b; false if either is NaN; -0 equals 0.", (a, b) => a === b),
  ne: comparison("any", "a ≠ b; true if either is NaN; -0 equals 0.", (a, b) => a !== b),
  lt: comparison("numeric", "a < b; false if either is NaN.", (a, b) => a < b),
  le: comparison("numeric", "a ≤ b; false if either is NaN.", (a, b) => a <= b),
  gt: comparison("numeric", "a > b; false if either is NaN.", (a, b) => a > b),
  ge: comparison("numeric", "a ≥ b; false if either is NaN.", (a, b) => a >= b),

  and: binary("integer or bool", "Of bools, whether both hold; of integers, bit by bit.", (dtype, a, b) => roundTo(dtype, a & b)),
  or: binary("integer or bool", "Of bools, whether one holds; of integers, bit by bit.", (dtype, a, b) => roundTo(dtype, a | b)),
  xor: binary("integer or bool", "Of bools, whether just one holds; of integers, bit by bit.", (dtype, a, b) => roundTo(dtype, a ^ b)),
  not: unary("integer or bool", "Of a bool, whether it does not hold; of integers, every bit flipped.",
    (dtype, x) => (dtype === "bool" ? 1 - x : roundTo(dtype, ~x))),
  shiftLeft: binary("integer", "a shifted left by b bits, zeros coming in; 0 where b, read as unsigned, is 32 or more.",
    (dtype, a, b) => shifted(dtype, b, 0, (places) => a << places)),
  shiftRightArithmetic: binary("integer",
    "a shifted right by b bits, copies of the top bit coming in (for uint32 too); all copies where b, read as unsigned, is 32 or more.",
    (dtype, a, b) => shifted(dtype, b, a >> 31, (places) => a >> places)),
  shiftRightLogical: binary("integer", "a shifted right by b bits, zeros coming in; 0 where b, read as unsigned, is 32 or more.",
    (dtype, a, b) => shifted(dtype, b, 0, (places) => a >>> places)),
  populationCount: unary("integer", "How many bits are set.", (_, x) => countBits(x)),
  countLeadingZeros: unary("integer", "How many zero bits stand above the highest set bit; 32 for 0.", (_, x) => Math.clz32(x)),
  mulHigh: binary("integer", "The upper 32 bits of the 64-bit product, signed or unsigned as the dtype.", highProduct),

  select: {
    arity: 3, accepts: "any", result: "same",
    semantics: "The second operand where the first, a bool, holds; else the third. The one that is not taken has no influence.",
    reference: ((_, condition: number, whenTrue: number, whenFalse: number) =>
      condition === 0 ? whenFalse : whenTrue) as ReferenceFunction,
  },
};

export const scalarOpNames: readonly ScalarOpName[] = Object.keys(scalarOps) as ScalarOpName[];

export function isScalarOpName(name: string): name is ScalarOpName {
  return Object.hasOwn(scalarOps, name);
}

/** What a conversion gives, for the documentation: the same order of cases as `convertReference`. */
export const conversionRules: readonly { readonly from: string; readonly to: string; readonly semantics: string }[] = [
  { from: "any", to: "bool", semantics: "Whether the value is not 0; NaN is true." },
  { from: "bool", to: "any", semantics: "0 or 1." },
  { from: "float", to: "int32, uint32", semantics: "Truncated toward zero, then clamped to the range; NaN is 0." },
  { from: "int32", to: "uint32", semantics: "The same bits." },
  { from: "uint32", to: "int32", semantics: "The same bits." },
  { from: "int32, uint32", to: "float", semantics: "The nearest float; ties to even; infinity where float16 has no nearer one." },
  { from: "float", to: "float", semantics: "The nearest float; ties to even; overflow is infinity, NaN stays NaN." },
];

/** The meaning of `convert`: a value of dtype `from` as a value of dtype `to`. */
export function convertReference(from: ValueDType, to: ValueDType, value: number): number {
  if (!(isFloatValue(from) && isIntegerValue(to))) return roundTo(to, value);
  if (Number.isNaN(value)) return 0;
  const [lowest, highest] = to === "int32" ? [-2147483648, 2147483647] : [0, 4294967295];
  return roundTo(to, Math.min(Math.max(Math.trunc(value), lowest), highest));
}

/** Pairs of different dtypes with as many bits; `bitcast` is defined between them. */
export function canBitcast(from: ValueDType, to: ValueDType): boolean {
  const words: readonly ValueDType[] = ["float32", "int32", "uint32"];
  return words.includes(from) && words.includes(to);
}

/** The meaning of `bitcast` between float32, int32 and uint32. Any NaN has the bits 0x7fc00000. */
export function bitcastReference(from: ValueDType, to: ValueDType, value: number): number {
  const bits = from === "float32" ? float32ToBits(value) : value >>> 0;
  return to === "float32" ? bitsToFloat32(bits) : roundTo(to, bits);
}
