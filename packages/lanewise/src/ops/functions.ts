/**
 * @file Functions of one and two numbers on values, as jax.numpy has them: promotion, then primitives in JAX's order. What
 * is a jitted function there is a call of the same name in the jaxpr here.
 */

import { at } from "@lanewise/compiler/base/assert";
import { dtypeClass, isFloat, isInteger, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { largestFloat32 } from "@lanewise/compiler/base/float-bits";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, div, integerPow, mul, scalarLike, sub } from "@lanewise/compiler/primitives/arith";
import * as rounding from "@lanewise/compiler/primitives/arith-rounding";
import * as bits from "@lanewise/compiler/primitives/bits";
import { bitcastConvertType } from "@lanewise/compiler/primitives/bits-bitcast";
import { eq, ge, gt, isFinite as isFiniteP, le, lt, ne } from "@lanewise/compiler/primitives/compare";
import { broadcastInDim, neg } from "@lanewise/compiler/primitives/linear";
import * as power from "@lanewise/compiler/primitives/power";
import * as unary from "@lanewise/compiler/primitives/unary";
import { describeArgument, parseOptional, refuseOut } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { asCondition, maximum, minimum, where } from "./elementwise.ts";
import { namedCall, namedCall1 } from "./named-call.ts";
import { convertOperand, promoteDTypes, promoteInexact, promoteNumeric, promoteRanks, settleNumbers } from "./operands.ts";

type Unary = (x: Value) => Value;
type Binary = (x: Value, y: Value) => Value;
type Promotion = (operation: string, values: readonly Value[]) => readonly Value[];

const operandNames = ["x1", "x2"];

/** A function of one operand after promotion. */
function function1(name: string, apply: Unary, promote: Promotion = promoteInexact): Unary {
  return (x) => apply(at(promote(`np.${name}`, [x]), 0));
}

/** Operands of one dtype and rank. */
export function promoted(name: string, values: readonly Value[], promote: Promotion): readonly [Value, Value] {
  return promoteRanks(`np.${name}`, promote(`np.${name}`, values), operandNames) as readonly [Value, Value];
}

/** A function of two operands after promotion. */
function function2(name: string, apply: Binary, promote: Promotion): Binary {
  return (x, y) => apply(...promoted(name, [x, y], promote));
}

/** A function that is a call in the jaxpr; `jaxName` where it has another name than here. */
export function called(name: string, jaxName: string, run: (args: readonly Value[]) => Value, statics: unknown = null): (...args: readonly Value[]) => Value {
  return (...args) => namedCall1(jaxName, statics, settleNumbers(`np.${name}`, args), run);
}

const isNumberClass = (dtype: DType): boolean => isInteger(dtype) || dtype === "bool";

/** A constant of a dtype in the shape of a value. */
export function fullLike(x: Value, value: number, dtype: DType = x.aval.dtype): Value {
  const scalar = scalarLiteral(value, dtype);
  return x.aval.shape.length === 0 ? scalar : broadcastInDim(scalar, x.aval.shape, []);
}

// Functions of one float -----------------------------------------------------------------------------------------------

export const exp2 = function1("exp2", unary.exp2);
export const expm1 = function1("expm1", unary.expm1);
export const log1p = function1("log1p", unary.log1p);
export const tan = function1("tan", unary.tan);
export const arcsin = function1("arcsin", unary.asin);
export const arccos = function1("arccos", unary.acos);
export const arctan = function1("arctan", unary.atan);
export const sinh = function1("sinh", unary.sinh);
export const cosh = function1("cosh", unary.cosh);
export const arcsinh = function1("arcsinh", unary.asinh);
export const arccosh = called("arccosh", "arccosh", ([x]) => function1("arccosh", unary.acosh)(x as Value));
export const arctanh = function1("arctanh", unary.atanh);
export const cbrt = function1("cbrt", unary.cbrt);
export const reciprocal = function1("reciprocal", (x) => integerPow(x, -1));
export const deg2rad = function1("deg2rad", (x) => mul(x, scalarLike(x, Math.PI / 180)));
export const rad2deg = function1("rad2deg", (x) => mul(x, scalarLike(x, 180 / Math.PI)));
export const log2 = function1("log2", (x) => {
  const logarithm = unary.log(x);
  return div(logarithm, unary.log(strongLike(x, 2)));
});
export const log10 = function1("log10", (x) => mul(unary.log(x), strongLike(x, 0.4342944819032518)));
export const square = function1("square", unary.square, promoteNumeric);

/** A number in the value's dtype that is not weak. */
export function strongLike(x: Value, value: number): Value {
  const { dtype } = x.aval;
  return scalarLiteral((scalarLike(x, value) as unknown as { readonly value: number }).value, dtype);
}

// Functions of two numbers ---------------------------------------------------------------------------------------------

export const arctan2 = function2("arctan2", power.atan2, promoteInexact);
export const floatPower = function2("floatPower", power.pow, promoteInexact);
export const nextafter = function2("nextafter", rounding.nextafter, promoteInexact);

/** sqrt(x1^2 + x2^2) without overflow on the way. */
export const hypot = called("hypot", "hypot", (args) => {
  const [left, right] = promoted("hypot", args, promoteInexact).map((x) => rounding.abs(x)) as [Value, Value];
  const isInfinite = bits.or(isposinf(left), isposinf(right));
  const [large, small] = [maximum(left, right), minimum(left, right)];
  const zeroLarge = eq(large, scalarLike(large, 0));
  const zeroDivisor = eq(large, scalarLike(large, 0));
  const divisor = where(zeroDivisor, fullLike(large, 1), large);
  const root = unary.sqrt(add(scalarLike(large, 1), unary.square(div(small, divisor))));
  const length = where(zeroLarge, large, mul(large, root));
  return where(isInfinite, scalarLike(length, Infinity), length);
});

/** 0 below 0, 1 above it, x2 at it. */
export const heaviside = called("heaviside", "heaviside", (args) => {
  const [x, atZero] = promoteInexact("np.heaviside", args) as [Value, Value];
  const isBelow = lt(x, scalarLike(x, 0));
  const isAbove = gt(x, scalarLike(x, 0));
  const rest = where(ne(x, x), x, atZero);
  return where(isBelow, scalarLike(x, 0), where(isAbove, scalarLike(x, 1), rest));
});

/** The larger; the other one where one is NaN. */
export const fmax = called("fmax", "fmax", ([x, y]) => chosen("fmax", gt, x as Value, y as Value));
/** The smaller; the other one where one is NaN. */
export const fmin = called("fmin", "fmin", ([x, y]) => chosen("fmin", lt, x as Value, y as Value));

function chosen(name: string, compare: Binary, x: Value, y: Value): Value {
  const [left, right] = promoted(name, [x, y], promoteDTypes);
  const isFirst = compare(left, right);
  return where(bits.or(...(promoteRanks(`np.${name}`, [isFirst, ne(y, y)], operandNames) as [Value, Value])), x, y);
}

// Signs ----------------------------------------------------------------------------------------------------------------

export const sign = function1("sign", rounding.sign, promoteDTypes);

/** Unsigned integers and bools are their magnitudes. */
export function absolute(x: Value): Value {
  return dtypeClass(x.aval.dtype) === "unsigned" || x.aval.dtype === "bool" ? x : rounding.abs(x);
}

export const fabs = function1("fabs", rounding.abs);

/** The unsigned integer dtypes' bits above all others are the sign. */
const signed = { float32: { dtype: "int32", places: 31 }, float16: { dtype: "int16", places: 15 }, bfloat16: { dtype: "int16", places: 15 } } as const;

export const signbit = called("signbit", "signbit", ([operand]) => {
  const x = operand as Value;
  const { dtype } = x.aval;
  if (isInteger(dtype)) return lt(x, strongLike(x, 0));
  if (dtype === "bool") return fullLike(x, 0, "bool");
  // The bits of a float64 are out of reach; the sign of a zero shows in its reciprocal.
  if (!Object.hasOwn(signed, dtype)) return bits.or(lt(x, scalarLike(x, 0)), eq(integerPow(x, -1), scalarLike(x, -Infinity)));
  const { dtype: word, places } = signed[dtype as keyof typeof signed];
  const shifted = bits.shiftRightArithmetic(bitcastConvertType(x, word), scalarLiteral(places, word));
  return convertElementType(shifted, "bool");
});

/** x1 with the sign of x2. */
export const copysign = called("copysign", "copysign", (args) => {
  const [x, y] = promoted("copysign", args, promoteInexact);
  const isNegative = signbit(y);
  const negative = neg(rounding.abs(x));
  return where(isNegative, negative, rounding.abs(x));
});

// Rounding -------------------------------------------------------------------------------------------------------------

const { toNearestEven } = rounding.roundingMethods;

/** Integers and bools are whole already. */
function wholeOr(name: string, apply: Unary): Unary {
  return (x) => (isNumberClass(x.aval.dtype) ? x : function1(name, apply)(x));
}

export const floor = wholeOr("floor", rounding.floor);
export const ceil = wholeOr("ceil", rounding.ceil);

export const trunc = called("trunc", "trunc", ([operand]) => {
  const x = operand as Value;
  if (isNumberClass(x.aval.dtype)) return x;
  const isNegative = lt(x, scalarLike(x, 0));
  const up = ceil(x);
  return where(isNegative, up, floor(x));
});

export const rint = called("rint", "rint", ([operand]) => {
  const x = operand as Value;
  return isNumberClass(x.aval.dtype) ? convertElementType(x, "float32") : rounding.round(x, toNearestEven);
});

/** Decimals beyond what the dtype can count change nothing. */
const mostDecimals: Readonly<Partial<Record<DType, number>>> = { float16: 4, bfloat16: 38, float32: 38, float64: 308 };

export interface RoundOptions {
  readonly decimals?: number;
  readonly out?: null;
}

/** The number of decimals that the arguments of a rounding say. */
export function parseDecimals(operation: string, rest: readonly unknown[]): number {
  const { decimals = 0, out } = parseOptional<RoundOptions>({ operation, positional: ["decimals", "out"] }, rest);
  refuseOut(operation, out);
  if (Number.isInteger(decimals)) return decimals;
  return raise(badArgument, { operation, argument: "decimals", expected: "an integer", got: describeArgument(decimals), fix: "give a static integer" });
}

/** Rounded to so many decimals, ties to even. `name` is the one that the call has. */
export function round(name: "round" | "around", x: Value, decimals: number): Value {
  if (name === "around") return called("around", "around", ([inner]) => round("round", inner as Value, decimals), { decimals })(x);
  return called("round", "round", ([operand]) => {
    const value = operand as Value;
    const { dtype } = value.aval;
    if (isInteger(dtype) && decimals < 0) {
      raise(badArgument, {
        operation: `np.${name}`, argument: "decimals", expected: "at least 0 for an array of integers", got: String(decimals), fix: 'convert the array with astype("float32")',
      });
    }
    if (isInteger(dtype) || decimals > (mostDecimals[dtype] ?? Infinity)) return value;
    if (decimals === 0) return rounding.round(value, toNearestEven);
    const wide = dtype === "float16" ? convertElementType(value, "float32") : value;
    const factor = scalarLike(wide, 10 ** decimals);
    const rounded = div(rounding.round(mul(wide, factor), toNearestEven), factor);
    return dtype === "float16" ? convertElementType(rounded, dtype) : rounded;
  }, { decimals })(x);
}

/** The fractional and the whole part, both with the sign of x. */
export function modf(x: Value): readonly [Value, Value] {
  return namedCall("modf", null, settleNumbers("np.modf", [x]), ([operand]) => {
    const value = at(promoteInexact("np.modf", [operand as Value]), 0);
    const isPositive = ge(value, scalarLike(value, 0));
    const down = floor(value);
    const whole = where(isPositive, down, ceil(value));
    return [sub(value, whole), whole];
  }) as [Value, Value];
}

// Tests ----------------------------------------------------------------------------------------------------------------

export function isnan(x: Value): Value {
  return ne(x, x);
}

export function isfinite(x: Value): Value {
  return isFloat(x.aval.dtype) ? isFiniteP(x) : fullLike(x, 1, "bool");
}

export const isinf = called("isinf", "isinf", ([operand]) => {
  const x = operand as Value;
  return isFloat(x.aval.dtype) ? eq(rounding.abs(x), strongLike(x, Infinity)) : fullLike(x, 0, "bool");
});

function isInfinity(infinity: number): Unary {
  return (x) => (isFloat(x.aval.dtype) ? eq(x, strongLike(x, infinity)) : fullLike(x, 0, "bool"));
}

export const isposinf = isInfinity(Infinity);
export const isneginf = isInfinity(-Infinity);

/** What takes the place of NaN and the infinities. */
export interface Replacements {
  readonly nan: Value | null;
  readonly posinf: Value | null;
  readonly neginf: Value | null;
}

const largest: Readonly<Partial<Record<DType, number>>> = {
  float16: 65504, bfloat16: 3.3895313892515355e38, float32: largestFloat32, float64: Number.MAX_VALUE,
};

/** Integers have nothing to replace. */
export function nanToNum(x: Value, { nan, posinf, neginf }: Replacements): Value {
  const given = [nan, posinf, neginf].filter((value) => value !== null);
  const names = { nan: nan !== null, posinf: posinf !== null, neginf: neginf !== null };
  return called("nanToNum", "nan_to_num", ([operand, ...rest]) => {
    const value = operand as Value;
    const { dtype } = value.aval;
    if (!isFloat(dtype)) return value;
    let place = 0;
    const replacement = (isGiven: boolean, otherwise: number): Value =>
      isGiven ? convertOperand("np.nanToNum", at(rest, place++), dtype) : scalarLiteral(otherwise, dtype);
    const most = largest[dtype] ?? Infinity;
    const withoutNaN = where(isnan(value), replacement(names.nan, 0), value);
    const below = where(isposinf(withoutNaN), replacement(names.posinf, most), withoutNaN);
    return where(isneginf(below), replacement(names.neginf, -most), below);
  }, names)(x, ...given);
}

/** Whether |a - b| <= atol + rtol |b|, or both are the same infinity. */
export function isclose(a: Value, b: Value, rtol: Value, atol: Value, equalNaN: boolean): Value {
  return called("isclose", "isclose", (args) => {
    const [x, y] = promoted("isclose", args.slice(0, 2), promoteInexact);
    const [relative, absoluteLimit] = args.slice(2).map((limit) => convertOperand("np.isclose", limit, x.aval.dtype)) as [Value, Value];
    const areNaN = bits.and(isnan(x), isnan(y));
    const isNumber = isFiniteP(y);
    const isInRange = le(rounding.abs(sub(x, y)), add(absoluteLimit, mul(relative, rounding.abs(y))));
    const isEqual = eq(x, y);
    const near = bits.or(isEqual, bits.and(isNumber, isInRange));
    return equalNaN ? bits.or(near, areNaN) : near;
  }, { equalNaN })(a, b, rtol, atol);
}

// Logic and bits -------------------------------------------------------------------------------------------------------

export const logicalAnd = function2("logicalAnd", (x, y) => bits.and(asCondition(x), asCondition(y)), promoteDTypes);
export const logicalOr = function2("logicalOr", (x, y) => bits.or(asCondition(x), asCondition(y)), promoteDTypes);
export const logicalXor = function2("logicalXor", (x, y) => bits.xor(asCondition(x), asCondition(y)), promoteDTypes);
export const logicalNot: Unary = (x) => bits.not(asCondition(x));

export const bitwiseAnd = function2("bitwiseAnd", bits.and, promoteDTypes);
export const bitwiseOr = function2("bitwiseOr", bits.or, promoteDTypes);
export const bitwiseXor = function2("bitwiseXor", bits.xor, promoteDTypes);
export const bitwiseNot = function1("bitwiseNot", bits.not, promoteDTypes);
export const leftShift = function2("leftShift", bits.shiftLeft, promoteNumeric);
export const rightShift = function2(
  "rightShift", (x, y) => (dtypeClass(x.aval.dtype) === "unsigned" ? bits.shiftRightLogical : bits.shiftRightArithmetic)(x, y), promoteNumeric,
);
/** Bits set in the magnitude, as uint8. */
export const bitwiseCount = called("bitwiseCount", "bitwise_count", (args) =>
  convertElementType(bits.populationCount(absolute(at(promoteNumeric("np.bitwiseCount", args), 0))), "uint8"));
