/** @file Elementwise functions on values: promotion and broadcasting as NumPy and JAX have them, then the primitive. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat, isInexact, isInteger } from "@lanewise/compiler/base/dtype";
import { equalShapes, range } from "@lanewise/compiler/base/shape";
import { isScalarLiteral, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import * as arith from "@lanewise/compiler/primitives/arith";
import * as bits from "@lanewise/compiler/primitives/bits";
import { eq, ge, gt, le, lt, ne } from "@lanewise/compiler/primitives/compare";
import { broadcastInDim, neg } from "@lanewise/compiler/primitives/linear";
import { pow } from "@lanewise/compiler/primitives/power";
import * as unary from "@lanewise/compiler/primitives/unary";
import { bind1 } from "@lanewise/compiler/trace/stack";
import { namedCall1 } from "./named-call.ts";
import {
  broadcastOrThrow, convertOperand, literalAs, promoteDTypes, promoteInexact, promoteNumeric, promoteRanks, settleNumbers,
  type NumberLiteral,
} from "./operands.ts";

type BinaryPrimitive = (x: Value, y: Value) => Value;

const operandNames = ["x1", "x2"];

/** Promotes dtypes and ranks, then applies. */
function binary(operation: string, apply: BinaryPrimitive, promote: typeof promoteDTypes = promoteDTypes) {
  return (x: Value, y: Value): Value => {
    const [left, right] = promoteRanks(operation, promote(operation, [x, y]), operandNames) as readonly [Value, Value];
    return apply(left, right);
  };
}

/** `number`, or `bool` where both operands are bools: sums and products of bools are "or" and "and". */
function orBool(number: BinaryPrimitive, bool: BinaryPrimitive): BinaryPrimitive {
  return (x, y) => (x.aval.dtype === "bool" ? bool(x, y) : number(x, y));
}

export const add = binary("np.add", orBool(arith.add, bits.or));
export const subtract = binary("np.subtract", arith.sub);
export const multiply = binary("np.multiply", orBool(arith.mul, bits.and));
export const trueDivide = binary("np.divide", arith.div, promoteInexact);
export const maximum = binary("np.maximum", arith.max);
export const minimum = binary("np.minimum", arith.min);

export const equal = binary("np.equal", eq);
export const notEqual = binary("np.notEqual", ne);
export const less = binary("np.less", lt);
export const lessEqual = binary("np.lessEqual", le);
export const greater = binary("np.greater", gt);
export const greaterEqual = binary("np.greaterEqual", ge);

export function negative(x: Value): Value {
  return neg(x);
}

function inexact(operation: string, apply: (x: Value) => Value) {
  return (x: Value): Value => apply(at(promoteInexact(operation, [x]), 0));
}

export const exp = inexact("np.exp", unary.exp);
export const log = inexact("np.log", unary.log);
export const sin = inexact("np.sin", unary.sin);
export const cos = inexact("np.cos", unary.cos);
export const tanh = inexact("np.tanh", unary.tanh);
export const sqrt = inexact("np.sqrt", unary.sqrt);

// Powers ---------------------------------------------------------------------------------------------------------------

/** Exponents up to this size are products, which the derivative knows exactly; larger ones go through `pow`. */
const largestStaticExponent = 1024;

/** The exponent, where it is a JS number with a small integer value. */
function staticExponent(y: Value): number | null {
  if (!isScalarLiteral(y)) return null;
  const value = (y as Partial<NumberLiteral>).exact ?? y.value;
  return Number.isInteger(value) && Math.abs(value) <= largestStaticExponent ? value : null;
}

/** `x ** y`: an integer JS number as exponent is `integer_pow`, everything else `pow` on floats. */
export function power(x: Value, y: Value): Value {
  const exponent = staticExponent(y);
  if (exponent !== null) {
    const base = x.aval.dtype === "bool" ? convertOperand("np.power", x, "int32") : x;
    // Bound as it stands: the exponents 0 and 1 stay visible in the jaxpr, as in JAX.
    return bind1(arith.integerPowP, [base], { y: exponent + 0 });
  }
  const [base, power] = promoteRanks("np.power", [x, y], operandNames) as readonly [Value, Value];
  const [numericBase, numericPower] = promoteNumeric("np.power", [base, power]) as readonly [Value, Value];
  if (isInteger(numericBase.aval.dtype)) return integerPower(numericBase, numericPower);
  // A float to an array of integers is differentiable at 0, so the exponent stays one.
  if (isFloat(base.aval.dtype) && isInteger(power.aval.dtype)) return pow(base, power);
  return pow(numericBase, numericPower);
}

/** Bits of an exponent that count: with more, any base but 0, 1 and -1 has overflowed. */
const exponentBits = 6;

/** Integers to the power of integers by repeated squaring, as JAX does it: a negative exponent gives what its lower bits say. */
function integerPower(x: Value, y: Value): Value {
  const constant = (value: number): Value => scalarLiteral(value, y.aval.dtype);
  const isZeroPower = bits.and(eq(x, constant(0)), ne(y, constant(0)));
  let product = where(isZeroPower, constant(0), constant(1));
  let [square, rest] = [x, y];
  for (let bit = 0; bit < exponentBits; bit++) {
    const isSet = bits.and(rest, constant(1));
    product = where(isSet, arith.mul(product, square), product);
    square = arith.mul(square, square);
    rest = bits.shiftRightLogical(rest, constant(1));
  }
  return product;
}

// Selection ------------------------------------------------------------------------------------------------------------

/** A condition as bool: numbers count as true where they are not 0. */
export function asCondition(value: Value): Value {
  if (value.aval.dtype === "bool") return value;
  if (isScalarLiteral(value)) return literalAs("np.where", value, "bool", false);
  return ne(value, scalarLiteral(0, value.aval.dtype, value.aval.weakType));
}

/** Broadcasts to a shape that is known to fit; the value itself where it has it. */
export function broadcastTo(value: Value, shape: readonly number[]): Value {
  const rank = value.aval.shape.length;
  if (equalShapes(value.aval.shape, shape)) return value;
  return broadcastInDim(value, shape, range(rank).map((axis) => shape.length - rank + axis));
}

/** `condition ? x : y`, elementwise; all three broadcast. A call of `_where` in the jaxpr. */
export function where(condition: Value, x: Value, y: Value): Value {
  return namedCall1("_where", null, [condition, ...settleNumbers("np.where", [x, y])], (args) => {
    const [test, whenTrue, whenFalse] = args as readonly [Value, Value, Value];
    const selector = asCondition(test);
    const [yes, no] = promoteDTypes("np.where", [whenTrue, whenFalse]) as [Value, Value];
    const shape = broadcastOrThrow("np.where", [selector, yes, no], ["condition", "x", "y"]);
    const whole = selector.aval.shape.length === 0 ? selector : broadcastTo(selector, shape);
    const yesBroadcast = broadcastTo(yes, shape);
    return arith.selectN(whole, [broadcastTo(no, shape), yesBroadcast]);
  });
}

/** The array with a number in place of NaN; `isNaN` is the comparison, where it is made already. Integers and bools have none. */
export function replaceNaN(x: Value, replacement: number, isNaN?: Value): Value {
  const { dtype } = x.aval;
  return isInexact(dtype) ? where(isNaN ?? ne(x, x), scalarLiteral(replacement, dtype), x) : x;
}

/** `min(max(x, low), high)`; a bound that is null does nothing. A call of `clip` in the jaxpr. */
export function clip(x: Value, low: Value | null, high: Value | null): Value {
  const bounds = [low, high].filter((bound) => bound !== null);
  return namedCall1("clip", { low: low !== null, high: high !== null }, settleNumbers("np.clip", [x, ...bounds]), (args) => {
    const raised = low === null ? at(args, 0) : maximum(at(args, 1), at(args, 0));
    return high === null ? raised : minimum(at(args, -1), raised);
  });
}
