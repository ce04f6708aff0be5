/** @file Uniform floats, on which the other distributions build. */

import { InternalError } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, max, mul, sub } from "@lanewise/compiler/primitives/arith";
import { or, shiftRightLogical } from "@lanewise/compiler/primitives/bits";
import { bitcastConvertType } from "@lanewise/compiler/primitives/bits-bitcast";
import { reshapeP } from "@lanewise/compiler/primitives/linear-reshape";
import { randomBits, randomSplit, randomUnwrap } from "@lanewise/compiler/primitives/random";
import { span } from "@lanewise/compiler/primitives/random-rounded";
import { unstack } from "@lanewise/compiler/primitives/structural-stack";
import { bind1 } from "@lanewise/compiler/trace/stack";
import { parseOptional, type Optional } from "../arguments.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveShape } from "../ops/axes.ts";
import { namedCall1 } from "../ops/named-call.ts";
import { addLeadingAxes, numberLiteral } from "../ops/operands.ts";
import type { ArrayLike, DType as AnyDType, NDArray } from "../types.ts";
import { floatDType, readKey, requireFit, type Key } from "./operand.ts";

interface FloatFormat {
  /** Random bits drawn for an element, and the integer that holds its bits. */
  readonly drawn: 8 | 16 | 32;
  readonly bits: "uint16" | "uint32";
  readonly mantissa: number;
  /** The bits of 1. */
  readonly one: number;
}

function formatOf(dtype: DType): FloatFormat {
  switch (dtype) {
    case "float32": return { drawn: 32, bits: "uint32", mantissa: 23, one: 0x3f800000 };
    case "float16": return { drawn: 16, bits: "uint16", mantissa: 10, one: 0x3c00 };
    case "bfloat16": return { drawn: 8, bits: "uint16", mantissa: 7, one: 0x3f80 };
    default: throw new InternalError(`no random floats of ${dtype}`);
  }
}

/** Floats in [0, 1): random bits as the mantissa of a number in [1, 2), less 1. */
function unitFloats(key: Value, shape: readonly number[], dtype: DType): Value {
  if (dtype === "float64") return unitDoubles(key, shape);
  const { drawn, bits, mantissa, one } = formatOf(dtype);
  const words = convertElementType(randomBits(key, drawn, shape), bits);
  const floatBits = or(shiftRightLogical(words, scalarLiteral(drawn - mantissa, bits)), scalarLiteral(one, bits));
  return sub(bitcastConvertType(floatBits, dtype), scalarLiteral(1, dtype));
}

/** The same with 64 bits, which are the two words that splitting gives: the upper 52 are the mantissa. */
function unitDoubles(key: Value, shape: readonly number[]): Value {
  const [upper, lower] = unstack(randomUnwrap(randomSplit(key, shape)), shape.length) as [Value, Value];
  const part = (word: Value, scale: number): Value => mul(convertElementType(word, "float64"), scalarLiteral(scale, "float64"));
  return add(part(upper, 2 ** -32), part(shiftRightLogical(lower, scalarLiteral(12, "uint32")), 2 ** -52));
}

/** Bounds in the order in which the call has them in JAX's jaxpr. */
export type Bounds =
  | { readonly order: "minFirst"; readonly minval: Value; readonly maxval: Value }
  | { readonly order: "maxFirst"; readonly minval: Value; readonly maxval: Value };

/** Floats in [minval, maxval): a call of `_uniform` in the jaxpr. */
export function uniformOf(key: Value, shape: readonly number[], dtype: DType, { order, minval, maxval }: Bounds): Value {
  const bounds = order === "minFirst" ? [minval, maxval] : [maxval, minval];
  return namedCall1("_uniform", { shape, dtype, order }, [key, ...bounds], ([own, first, second]) => {
    const [left, right] = [convertElementType(first as Value, dtype), convertElementType(second as Value, dtype)];
    const [least, most] = order === "minFirst" ? [left, right] : [right, left];
    const low = addLeadingAxes(least, shape.length);
    const high = addLeadingAxes(most, shape.length);
    const floats = add(mul(unitFloats(own as Value, shape, dtype), span(high, low)), low);
    // JAX's reshape of a scalar stays in the jaxpr.
    return max(low, shape.length === 0 ? bind1(reshapeP, [floats], { newSizes: [] }) : floats);
  });
}

/** Floats in [0, 1). */
export function unitUniform(key: Value, shape: readonly number[], dtype: DType): Value {
  return uniformOf(key, shape, dtype, { order: "minFirst", minval: numberLiteral(0), maxval: numberLiteral(1) });
}

export interface UniformOptions {
  readonly shape?: readonly number[];
  readonly dtype?: AnyDType | null;
  readonly minval?: ArrayLike;
  readonly maxval?: ArrayLike;
}

/**
 * Floats spread evenly over [minval, maxval), [0, 1) by default: an array of a shape ([]) and a float dtype (float32). The
 * bounds broadcast to the shape.
 *
 * @throws LW3007 for what is no key; LW3004 for a dtype that is no float; LW3005 for bounds that do not fit the shape
 * @example random.uniform(random.key(0), [3]); random.uniform(key, [2, 2], { minval: -1, maxval: 1 })
 */
export function uniform(key: Key, ...rest: Optional<["shape", "dtype", "minval", "maxval"], UniformOptions>): NDArray {
  const operation = "random.uniform";
  const given = parseOptional<UniformOptions>({ operation, positional: ["shape", "dtype", "minval", "maxval"] }, rest);
  const { key: typed } = readKey(operation, key);
  const shape = resolveShape(operation, given.shape ?? []);
  const [minval, maxval] = [read(given.minval ?? 0, operation, "minval"), read(given.maxval ?? 1, operation, "maxval")];
  requireFit(operation, shape, [minval, maxval], ["minval", "maxval"]);
  return give(uniformOf(typed, shape, floatDType(operation, given.dtype), { order: "minFirst", minval, maxval }));
}
