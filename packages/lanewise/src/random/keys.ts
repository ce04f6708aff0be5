/** @file Random keys: made from seeds, split, and told apart by numbers. */

import { raise } from "@lanewise/compiler/base/errors";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { formatShape } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { randomFoldIn, randomSeed, randomSplit, randomUnwrap, randomWrap } from "@lanewise/compiler/primitives/random";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { ensureInstalled } from "../install.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveShape } from "../ops/axes.ts";
import { convertOperand } from "../ops/operands.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { inFormOf, readKey, readKeys, type Key } from "./operand.ts";

/** A seed as an integer; a JS number or bigint counts by its lowest 32 bits, as in JAX without x64. */
function seedValue(operation: string, seed: unknown): Value {
  if (typeof seed === "number" && Number.isSafeInteger(seed)) return scalarLiteral(Number(BigInt.asIntN(32, BigInt(seed))), "int32");
  if (typeof seed === "bigint" && BigInt.asIntN(64, seed) === seed) return scalarLiteral(Number(BigInt.asIntN(32, seed)), "int32");
  const value = typeof seed === "number" || typeof seed === "bigint" ? null : read(seed, operation, "seed");
  if (value !== null && isInteger(value.aval.dtype) && value.aval.shape.length === 0) return value;
  const isBatch = value !== null && isInteger(value.aval.dtype);
  return raise(badArgument, {
    operation, argument: "seed", expected: "an integer of 64 bits, or a 0-d array of integers",
    got: value === null ? describeArgument(seed) : isBatch ? `an array of shape ${formatShape(value.aval.shape)}` : describeAval(value.aval),
    fix: isBatch ? `use vmap: vmap(${operation})(seeds)` : "pass an integer; into a transformed function as a bigint, as np.int32(seed), or as a static argument",
  });
}

/**
 * A random key from a seed: a 0-d array of dtype key<fry> (Threefry-2x32). Bits that are made of it are JAX's, bit for bit.
 * Of a number the lowest 32 bits count.
 *
 * @throws LW3007 for a seed that is no integer
 * @example const key = random.key(0); random.normal(key, [3])
 */
export function key(seed: ArrayLike): NDArray<"key<fry>"> {
  ensureInstalled();
  return give(randomSeed(seedValue("random.key", seed)));
}

/** A key as its two words, uint32[2], as JAX's older programs have them. @throws LW3007 @example random.PRNGKey(0) // [0, 0] */
export function PRNGKey(seed: ArrayLike): NDArray<"uint32"> {
  ensureInstalled();
  return give(randomUnwrap(randomSeed(seedValue("random.PRNGKey", seed))));
}

export interface SplitOptions {
  readonly num?: number | readonly number[];
}

/**
 * New keys from one: `num` of them (2), or an array of them of this shape. Typed keys give key<fry>[num], words give
 * uint32[num, 2].
 *
 * @throws LW3007 for several keys (use vmap) and for what is no key
 * @example const [first, second] = random.split(random.key(0));
 */
export function split(key: Key, ...rest: Optional<["num"], SplitOptions>): NDArray {
  const operation = "random.split";
  const { num = 2 } = parseOptional<SplitOptions>({ operation, positional: ["num"] }, rest);
  const given = readKey(operation, key);
  return give(inFormOf(given, randomSplit(given.key, resolveShape(operation, num, "num"))));
}

/** A new key from a key and an integer: other integers give independent keys. @throws LW3007 @example random.foldIn(key, step) */
export function foldIn(key: Key, data: ArrayLike): NDArray {
  const operation = "random.foldIn";
  const given = readKey(operation, key);
  const value = read(data, operation, "data");
  if (value.aval.shape.length > 0) {
    raise(badArgument, { operation, argument: "data", expected: "one integer", got: `an array of shape ${formatShape(value.aval.shape)}`, fix: "use vmap to map the call over numbers" });
  }
  return give(inFormOf(given, randomFoldIn(given.key, convertOperand(operation, value, "uint32"))));
}

/** The words of typed keys: uint32[..., 2]. */
export function keyData(keys: Key): NDArray<"uint32"> {
  const { key: typed } = readKeys("random.keyData", keys);
  return give(randomUnwrap(typed));
}

/** Typed keys from their words, uint32[..., 2]. @throws LW1403, LW1404 for other words */
export function wrapKeyData(keyBits: ArrayLike): NDArray<"key<fry>"> {
  return give(randomWrap(read(keyBits, "random.wrapKeyData", "keyBits")));
}

/** The keys again. JAX marks a clone as another use of a key; keys are not tracked here. @throws LW3007 */
export function clone(key: Key): NDArray {
  const given = readKeys("random.clone", key);
  return give(inFormOf(given, given.key));
}

/** The name of the generator of these keys; there is one. @throws LW3007 for what is no key */
export function keyImpl(keys: Key): "threefry2x32" {
  readKeys("random.keyImpl", keys);
  return "threefry2x32";
}

/** The dtype of typed keys. */
export const keyDtype = (): "key<fry>" => "key<fry>";
