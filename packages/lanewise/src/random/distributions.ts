/** @file Distributions of floats that are functions of uniform floats. */

import type { DType } from "@lanewise/compiler/base/dtype";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { mul, sub } from "@lanewise/compiler/primitives/arith";
import { abs, sign } from "@lanewise/compiler/primitives/arith-rounding";
import { neg } from "@lanewise/compiler/primitives/linear";
import { log, log1p, tan } from "@lanewise/compiler/primitives/unary";
import { parseOptional, type Optional } from "../arguments.ts";
import { give } from "../numpy/operand.ts";
import { resolveShape } from "../ops/axes.ts";
import { namedCall1 } from "../ops/named-call.ts";
import { numberLiteral } from "../ops/operands.ts";
import { roundToDType } from "../ops/rounding.ts";
import type { DType as AnyDType, NDArray } from "../types.ts";
import { floatDType, readKey, type Key } from "./operand.ts";
import { uniformOf, unitUniform } from "./uniform.ts";

export interface FloatsOptions {
  readonly shape?: readonly number[];
  readonly dtype?: AnyDType | null;
}

type Floats = Optional<["shape", "dtype"], FloatsOptions>;
export type Draw = (key: Value, shape: readonly number[], dtype: DType) => Value;

/** A function of a key, a shape and a float dtype: a call of `_name` in the jaxpr. */
export function sampler(name: string, draw: Draw): (key: Key, rest: readonly unknown[]) => NDArray {
  const operation = `random.${name}`;
  return (key, rest) => {
    const given = parseOptional<FloatsOptions>({ operation, positional: ["shape", "dtype"] }, rest);
    const { key: typed } = readKey(operation, key);
    const [shape, dtype] = [resolveShape(operation, given.shape ?? []), floatDType(operation, given.dtype)];
    return give(namedCall1(`_${name}`, { shape, dtype }, [typed], ([own]) => draw(own as Value, shape, dtype)));
  };
}

/** The smallest normal number of a float dtype, and the distance from 1 to the next number. */
export function floatFacts(dtype: DType): { readonly tiny: number; readonly epsilon: number } {
  switch (dtype) {
    case "float64": return { tiny: 2 ** -1022, epsilon: 2 ** -52 };
    case "float16": return { tiny: 2 ** -14, epsilon: 2 ** -10 };
    case "bfloat16": return { tiny: 2 ** -126, epsilon: 2 ** -7 };
    default: return { tiny: 2 ** -126, epsilon: 2 ** -23 };
  }
}

/** A number in a float dtype, rounded to it. */
export function floatLiteral(value: number, dtype: DType): Value {
  return scalarLiteral(roundToDType(dtype, value), dtype);
}

const drawExponential = sampler("exponential", (key, shape, dtype) => neg(log1p(neg(unitUniform(key, shape, dtype)))));

/** Floats with the density e^-x for x >= 0. @throws LW3007, LW3004 @example random.exponential(random.key(0), [3]) */
export const exponential = (key: Key, ...rest: Floats): NDArray => drawExponential(key, rest);

/** -log(-log(u)) of u in [tiny, 1). */
export const gumbelOf: Draw = (key, shape, dtype) => {
  const { tiny } = floatFacts(dtype);
  return neg(log(neg(log(uniformOf(key, shape, dtype, { order: "maxFirst", minval: scalarLiteral(tiny, dtype), maxval: numberLiteral(1) })))));
};

const drawGumbel = sampler("gumbel", gumbelOf);

/** Floats with the density e^-(x + e^-x). @throws LW3007, LW3004 @example random.gumbel(random.key(0), [3]) */
export const gumbel = (key: Key, ...rest: Floats): NDArray => drawGumbel(key, rest);

const drawLaplace = sampler("laplace", (key, shape, dtype) => {
  const least = floatLiteral(-1 + floatFacts(dtype).epsilon / 2, dtype);
  const drawn = uniformOf(key, shape, dtype, { order: "minFirst", minval: least, maxval: numberLiteral(1) });
  return mul(sign(drawn), log1p(neg(abs(drawn))));
});

/** Floats with the density e^-|x| / 2. @throws LW3007, LW3004 @example random.laplace(random.key(0), [3]) */
export const laplace = (key: Key, ...rest: Floats): NDArray => drawLaplace(key, rest);

const drawLogistic = sampler("logistic", (key, shape, dtype) => {
  const drawn = uniformOf(key, shape, dtype, { order: "minFirst", minval: scalarLiteral(floatFacts(dtype).tiny, dtype), maxval: numberLiteral(1) });
  return sub(log(drawn), log1p(neg(drawn)));
});

/** Floats with the density e^-x / (1 + e^-x)^2. @throws LW3007, LW3004 @example random.logistic(random.key(0), [3]) */
export const logistic = (key: Key, ...rest: Floats): NDArray => drawLogistic(key, rest);

const drawCauchy = sampler("cauchy", (key, shape, dtype) => {
  const drawn = uniformOf(key, shape, dtype, { order: "minFirst", minval: scalarLiteral(floatFacts(dtype).epsilon, dtype), maxval: numberLiteral(1) });
  return tan(mul(floatLiteral(Math.PI, dtype), sub(drawn, floatLiteral(0.5, dtype))));
});

/** Floats with the density 1 / (pi (1 + x^2)). @throws LW3007, LW3004 @example random.cauchy(random.key(0), [3]) */
export const cauchy = (key: Key, ...rest: Floats): NDArray => drawCauchy(key, rest);
