/** @file Random orders. */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { sizeOf } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { randomBits, randomSplit } from "@lanewise/compiler/primitives/random";
import { sort } from "@lanewise/compiler/primitives/sort";
import { sliceP } from "@lanewise/compiler/primitives/structural";
import { bind1, describeAval, scalarOf } from "@lanewise/compiler/trace/stack";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveAxis, resolveShape } from "../ops/axes.ts";
import { arange } from "../ops/create.ts";
import { namedCall1 } from "../ops/named-call.ts";
import { take } from "../ops/take.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { readKey, type Key } from "./operand.ts";

/** Two keys made of one. */
export function splitInTwo(key: Value): readonly [Value, Value] {
  const keys = randomSplit(key, [2]);
  // Bound as it stands, because JAX's jaxpr has the strides.
  const keyAt = (place: number): Value => squeeze(bind1(sliceP, [keys], { startIndices: [place], limitIndices: [place + 1], strides: [1] }), [0]);
  return [keyAt(0), keyAt(1)];
}

/** So many sorts by fresh keys of 32 bits that two elements hardly ever have the same keys in all: size^3 keys are enough. */
function roundsFor(size: number): number {
  return Math.ceil((3 * Math.log(Math.max(1, size))) / Math.log(2 ** 32 - 1));
}

/** Each vector along the axis in a random order of its own: a call of `_shuffle` in the jaxpr. */
export function shuffle(key: Value, x: Value, axis: number): Value {
  const { shape } = x.aval;
  return namedCall1("_shuffle", { axis }, [key, x], (args) => {
    let [next, shuffled] = args as readonly [Value, Value];
    for (let round = roundsFor(sizeOf(shape)); round > 0; round--) {
      const [rest, own] = splitInTwo(next);
      next = rest;
      shuffled = at(sort([randomBits(own, 32, shape), shuffled], axis), 1);
    }
    return shuffled;
  });
}

/** Slices of an array along an axis, or with `independent` each vector for itself, in a random order. */
export function permuted(key: Value, x: Value, axis: number, independent: boolean): Value {
  const { shape } = x.aval;
  if (independent || shape.length === 1) return shuffle(key, x, axis);
  const places = shuffle(key, arange(0, 1, at(shape, axis), "int32"), 0);
  return take(x, places, { axis, mode: null, fillValue: null, uniqueIndices: true, indicesAreSorted: false }, "random.permutation");
}

/** The integer that an argument is, or null where it is an array with axes. */
export function countOf(operation: string, argument: string, value: unknown): number | null {
  const given = typeof value === "bigint" ? Number(value) : value;
  const asValue = typeof given === "number" ? null : read(given, operation, argument);
  if (asValue !== null && asValue.aval.shape.length > 0) return null;
  const number = asValue === null ? (given as number) : isInteger(asValue.aval.dtype) ? scalarOf(asValue) : null;
  if (number !== null && Number.isInteger(number)) return number;
  return raise(badArgument, {
    operation, argument, expected: "an array with axes, or an integer that is known now",
    got: asValue === null ? describeArgument(value) : describeAval(asValue.aval), fix: "give an integer, or an array of at least one axis",
  });
}

export interface PermutationOptions {
  readonly axis?: number;
  readonly independent?: boolean;
}

/**
 * The integers below `x`, or the slices of the array `x` along an axis (0), in a random order. With `independent` each
 * vector along the axis gets an order of its own.
 *
 * @throws LW3007 for what is no key and for a 0-d `x` that is no known integer; LW3006 for an axis that `x` has not
 * @example random.permutation(random.key(0), 5); random.permutation(key, matrix, 1)
 */
export function permutation(key: Key, x: ArrayLike, ...rest: Optional<["axis", "independent"], PermutationOptions>): NDArray {
  const operation = "random.permutation";
  const given = parseOptional<PermutationOptions>({ operation, positional: ["axis", "independent"] }, rest);
  const { key: typed } = readKey(operation, key);
  const independent = booleanArgument(operation, "independent", given.independent);
  const count = countOf(operation, "x", x);
  if (count !== null) return give(shuffle(typed, arange(0, 1, at(resolveShape(operation, Math.max(0, count), "x"), 0), "int32"), resolveAxis(operation, given.axis ?? 0, 1)));
  const value = read(x, operation, "x");
  return give(permuted(typed, value, resolveAxis(operation, given.axis ?? 0, value.aval.shape.length), independent));
}
