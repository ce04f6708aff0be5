/** @file nn's activation functions: jax.nn's in camelCase, elementwise. */

import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { raise } from "@lanewise/compiler/base/errors";
import { badArgument } from "../errors.ts";
import { give, read, unary } from "../numpy/operand.ts";
import * as ops from "../ops/activations.ts";
import type { ArrayLike, NDArray } from "../types.ts";

/** max(x, 0); the derivative at 0 is 0. @example nn.relu([-1, 2]) // array([0., 2.], dtype=float32) */
export const relu = unary("nn.relu", ops.relu);
/** min(max(x, 0), 6). */
export const relu6 = unary("nn.relu6", ops.relu6);
/** 1 / (1 + e^-x). */
export const sigmoid = unary("nn.sigmoid", ops.sigmoid);
/** log(1 + e^x), without overflow. */
export const softplus = unary("nn.softplus", ops.softplus);
/** log(sigmoid(x)), without cancellation. */
export const logSigmoid = unary("nn.logSigmoid", ops.logSigmoid);
/** x / (|x| + 1). */
export const softSign = unary("nn.softSign", ops.softSign);
/** x sigmoid(x). */
export const silu = unary("nn.silu", ops.silu);
/** The same as `silu`. */
export const swish = silu;
/** x tanh(softplus(x)). */
export const mish = unary("nn.mish", ops.mish);
/** x limited to [-1, 1]. */
export const hardTanh = unary("nn.hardTanh", ops.hardTanh);
/** relu6(x + 3) / 6. */
export const hardSigmoid = unary("nn.hardSigmoid", ops.hardSigmoid);
/** x hardSigmoid(x). */
export const hardSilu = unary("nn.hardSilu", ops.hardSilu);
/** The same as `hardSilu`. */
export const hardSwish = hardSilu;
/** elu with the alpha and the scale that keep mean 0 and variance 1. */
export const selu = unary("nn.selu", ops.selu);
/** The array as it is. */
export const identity = unary("nn.identity", (x) => x);
export { tanh } from "../numpy/elementwise.ts";

function withNumber<Name extends string>(name: string, argument: Name, apply: (...args: readonly Value[]) => Value) {
  return (x: ArrayLike, ...rest: Optional<[Name], { readonly [Key in Name]?: ArrayLike }>): NDArray => {
    const given = parseOptional<Record<string, ArrayLike>>({ operation: `nn.${name}`, positional: [argument] }, rest as readonly unknown[])[argument];
    const operand = read(x, `nn.${name}`, "x");
    return give(given === undefined ? apply(operand) : apply(operand, read(given, `nn.${name}`, argument)));
  };
}

/** x above 0, alpha (e^x - 1) below; alpha is 1 if left out. */
export const elu = withNumber("elu", "alpha", ops.elu);
/** max(x, 0) + alpha (e^(min(x, 0) / alpha) - 1); alpha is 1 if left out. */
export const celu = withNumber("celu", "alpha", ops.celu);
/** x above 0, negativeSlope x below; the slope is 0.01 if left out. */
export const leakyRelu = withNumber("leakyRelu", "negativeSlope", ops.leakyRelu);
/** (x + sqrt(x² + b)) / 2; b is 4 if left out. */
export const squareplus = withNumber("squareplus", "b", ops.squareplus);

export interface GeluOptions {
  /** By a tanh, which is the default, or exactly by erfc. */
  readonly approximate?: boolean;
}

/** x times the share of the normal distribution below x. @example nn.gelu(x, { approximate: false }) */
export function gelu(x: ArrayLike, ...rest: Optional<["approximate"], GeluOptions>): NDArray {
  const { approximate } = parseOptional<GeluOptions>({ operation: "nn.gelu", positional: ["approximate"] }, rest);
  return give(ops.gelu(read(x, "nn.gelu", "x"), booleanArgument("nn.gelu", "approximate", approximate, true)));
}

export interface GluOptions {
  readonly axis?: number;
}

/** The first half along an axis (the last if left out), times the sigmoid of the second. @throws LW3007 for an odd extent */
export function glu(x: ArrayLike, ...rest: Optional<["axis"], GluOptions>): NDArray {
  const { axis = -1 } = parseOptional<GluOptions>({ operation: "nn.glu", positional: ["axis"] }, rest);
  if (!Number.isInteger(axis)) raise(badArgument, { operation: "nn.glu", argument: "axis", expected: "an integer", got: describeArgument(axis), fix: "give one axis" });
  return give(ops.glu(read(x, "nn.glu", "x"), axis));
}
