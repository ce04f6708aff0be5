/** @file Keys as arguments: typed ones, and the words of one key as `PRNGKey` gives them. */

import { raise } from "@lanewise/compiler/base/errors";
import type { DType } from "@lanewise/compiler/base/dtype";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { equalShapes, formatShape } from "@lanewise/compiler/base/shape";
import { broadcastShapes } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { randomUnwrap, randomWrap } from "@lanewise/compiler/primitives/random";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { badArgument, incompatibleShapes, unsupportedDType } from "../errors.ts";
import { read } from "../numpy/operand.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import type { NDArray } from "../types.ts";

/** What functions of random take as a key: one of `random.key`, or the words of `random.PRNGKey`, uint32[2]. */
export type Key = NDArray | Uint32Array;

/** A key as the primitives take it, and whether it came as words. */
export interface GivenKey {
  readonly key: Value;
  readonly asWords: boolean;
}

function isTypedKey(value: Value): boolean {
  return value.aval.dtype === "key<fry>";
}

/** Keys of any shape. */
export function readKeys(operation: string, argument: unknown): GivenKey {
  const value = read(argument, operation, "key");
  if (isTypedKey(value)) return { key: value, asWords: false };
  if (value.aval.dtype === "uint32" && value.aval.shape.at(-1) === 2) return { key: randomWrap(value), asWords: true };
  return raise(badArgument, {
    operation, argument: "key", expected: "a key: of random.key, or the words of random.PRNGKey, uint32[2]", got: describeAval(value.aval),
    fix: "make a key with random.key(seed)",
  });
}

/** One key; throws for an array of them. */
export function readKey(operation: string, argument: unknown): GivenKey {
  const given = readKeys(operation, argument);
  const { shape } = given.key.aval;
  if (shape.length === 0) return given;
  return raise(badArgument, {
    operation, argument: "key", expected: "one key", got: `an array of keys of shape ${formatShape(shape)}`,
    fix: "use vmap to map the call over keys, or take one key with x.get(i)",
  });
}

/** Keys in the form in which the key came. */
export function inFormOf({ asWords }: GivenKey, keys: Value): Value {
  return asWords ? randomUnwrap(keys) : keys;
}

/** The dtype of floats that a function makes: float32 unless one is given. */
export function floatDType(operation: string, dtype: unknown): DType {
  const resolved = resolveOptionalDType(operation, dtype) ?? "float32";
  if (isFloat(resolved)) return resolved;
  return raise(unsupportedDType, { operation, argument: "dtype", expected: "a float dtype", got: resolved, fix: 'use "float32"' });
}

/** Throws unless arguments of these shapes broadcast to the shape of the result and do not change it. */
export function requireFit(operation: string, shape: readonly number[], args: readonly Value[], names: readonly string[]): void {
  const together = broadcastShapes([shape, ...args.map(({ aval }) => aval.shape)]);
  if (together !== null && equalShapes(together, shape)) return;
  raise(incompatibleShapes, {
    operation, expected: `arguments that broadcast to the shape of the result, ${formatShape(shape)}`,
    got: args.map(({ aval }, index) => `${names[index] ?? ""} of shape ${formatShape(aval.shape)}`).join(" and "),
    fix: "give a shape that holds them, or reshape the arguments",
  });
}
