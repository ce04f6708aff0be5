/** @file Activation functions on values, as jax.nn has them: what is a jitted function there is a call here. */

import type { Value } from "@lanewise/compiler/ir/types";
import { integerPow, scalarLike, selectN } from "@lanewise/compiler/primitives/arith";
import { and } from "@lanewise/compiler/primitives/bits";
import { gt, lt } from "@lanewise/compiler/primitives/compare";
import { fullOf } from "@lanewise/compiler/primitives/linear";
import * as unary from "@lanewise/compiler/primitives/unary";
import { erfc } from "@lanewise/compiler/primitives/unary-special";
import { at } from "@lanewise/compiler/base/assert";
import { callWithRule } from "./custom-rule.ts";
import { add, greater, greaterEqual, less, maximum, minimum, multiply, negative, sqrt, trueDivide, where } from "./elementwise.ts";
import { absolute, expm1, square } from "./functions.ts";
import { logaddexp } from "./log-sum.ts";
import { namedCall1 } from "./named-call.ts";
import { numberLiteral, promoteInexact, settleNumbers } from "./operands.ts";
import { split } from "./shape.ts";

const number = (value: number): Value => numberLiteral(value);

/** A function that is a call of this name in the jaxpr. */
function called(name: string, run: (...args: readonly Value[]) => Value): (...args: readonly Value[]) => Value {
  return (...args) => namedCall1(name, null, settleNumbers(`nn.${name}`, args), (inner) => run(...inner));
}

const ofOne = (run: (x: Value) => Value) => (...args: readonly Value[]): Value => run(at(args, 0));

// Rectifiers -----------------------------------------------------------------------------------------------------------

const reluCall = called("relu", ofOne((x) => maximum(x, number(0))));

/** max(x, 0); the derivative at 0 is 0. */
export function relu(x: Value): Value {
  return callWithRule("relu", "jvp", (args) => reluCall(at(args, 0)), ([primal], [tangent]) => {
    const [value, dx] = [primal as Value, tangent as Value];
    const out = relu(value);
    const isPositive = gt(value, scalarLike(value, 0));
    return [out, selectN(isPositive, [fullOf(0, dx.aval), dx])];
  }, settleNumbers("nn.relu", [x]));
}

const relu6Call = called("relu6", ofOne((x) => minimum(maximum(x, number(0)), number(6))));

/** min(max(x, 0), 6); the derivative at both ends is 0. */
export function relu6(x: Value): Value {
  return callWithRule("relu6", "jvp", (args) => relu6Call(at(args, 0)), ([primal], [tangent]) => {
    const [value, dx] = [primal as Value, tangent as Value];
    const out = relu6(value);
    const isInside = and(gt(value, scalarLike(value, 0)), lt(value, scalarLike(value, 6)));
    return [out, selectN(isInside, [fullOf(0, dx.aval), dx])];
  }, settleNumbers("nn.relu6", [x]));
}

export const leakyRelu = called("leaky_relu", (x, slope) => {
  const operand = x as Value;
  const isPositive = greaterEqual(operand, number(0));
  return where(isPositive, operand, multiply(slope ?? number(0.01), operand));
});

/** x above 0, alpha (e^x - 1) below: the exponential never sees what is above, where it would overflow. */
export const elu = called("elu", (x, alpha) => {
  const operand = x as Value;
  const isPositive = greater(operand, number(0));
  const below = where(greater(operand, number(0)), number(0), operand);
  return where(isPositive, operand, multiply(alpha ?? number(1), expm1(below)));
});

export const celu = called("celu", (x, alpha = number(1)) => {
  const operand = x as Value;
  const positive = maximum(operand, number(0));
  const negativePart = expm1(trueDivide(minimum(operand, number(0)), alpha));
  return add(positive, multiply(alpha, negativePart));
});

const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

export const selu = called("selu", ofOne((x) => multiply(number(seluScale), elu(x, number(seluAlpha)))));

export const hardTanh = called("hard_tanh", ofOne((x) => {
  const isAbove = greater(x, number(1));
  const isBelow = less(x, number(-1));
  return where(isAbove, number(1), where(isBelow, number(-1), x));
}));

// Smooth functions -----------------------------------------------------------------------------------------------------

export function sigmoid(x: Value): Value {
  return unary.logistic(at(promoteInexact("nn.sigmoid", [x]), 0));
}

export const softplus = called("softplus", ofOne((x) => logaddexp(x, number(0))));
export const logSigmoid = called("log_sigmoid", ofOne((x) => negative(softplus(negative(x)))));
export const silu = called("silu", ofOne((x) => multiply(x, sigmoid(x))));
export const softSign = called("soft_sign", ofOne((x) => {
  const divisor = add(absolute(x), number(1));
  return trueDivide(x, divisor);
}));
export const mish = called("mish", ofOne((x) => multiply(x, unary.tanh(softplus(x)))));
export const squareplus = called("squareplus", (x, b) => {
  const operand = x as Value;
  const sum = add(operand, sqrt(add(square(operand), b ?? number(4))));
  return trueDivide(sum, number(2));
});
export const hardSigmoid = called("hard_sigmoid", ofOne((x) => trueDivide(relu6(add(x, number(3))), number(6))));
export const hardSilu = called("hard_silu", ofOne((x) => multiply(x, hardSigmoid(x))));

/** x times the share of the normal distribution below x: by a tanh that is close to it, or exactly. */
export function gelu(x: Value, approximate: boolean): Value {
  const operand = at(promoteInexact("nn.gelu", [x]), 0);
  if (!approximate) {
    const half = multiply(scalarLike(operand, 0.5), operand);
    return multiply(half, erfc(multiply(negative(operand), scalarLike(operand, Math.SQRT1_2))));
  }
  const cube = multiply(scalarLike(operand, 0.044715), integerPow(operand, 3));
  const angle = multiply(scalarLike(operand, Math.sqrt(2 / Math.PI)), add(operand, cube));
  const share = multiply(scalarLike(operand, 0.5), add(scalarLike(operand, 1), unary.tanh(angle)));
  return multiply(operand, share);
}

/** The first half along an axis, gated by the sigmoid of the second. */
export function glu(x: Value, axis: number): Value {
  return namedCall1("glu", { axis }, settleNumbers("nn.glu", [x]), (args) => {
    const [first, second] = split(at(args, 0), 2, axis, "nn.glu") as readonly [Value, Value];
    return multiply(first, sigmoid(second));
  });
}
