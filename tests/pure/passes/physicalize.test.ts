/** @file The pass physicalize: keys become words everywhere, moved keys move as pairs of words, and other programs stay as they are. */

import { at } from "@lanewise/compiler/base/assert";
import { aval, makeEqn, makeJaxpr, newVar } from "@lanewise/compiler/ir/build";
import { printJaxpr } from "@lanewise/compiler/ir/print";
import type { Aval, Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { verifyJaxpr } from "@lanewise/compiler/ir/verify";
import { physicalize } from "@lanewise/compiler/passes/physicalize";
import { add } from "@lanewise/compiler/primitives/arith";
import { broadcastInDim, transpose } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { randomBits, randomFoldIn, randomSeed, randomSplit, randomUnwrap, randomUnwrapP, randomWrap } from "@lanewise/compiler/primitives/random";
import { concatenate } from "@lanewise/compiler/primitives/structural";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { physicalEquation } from "@lanewise/compiler/transforms/physical";
import { describe, expect, it, test } from "vitest";
import { keyOfWords, wordsOfKey } from "../../support/oracle/random.ts";
import { reference } from "../../support/programs.ts";

const words = (jaxpr: Jaxpr): Jaxpr => physicalize(jaxpr, physicalEquation);
const trace = (run: (args: readonly Value[]) => readonly Value[], inAvals: readonly Aval[]): Jaxpr => traceToJaxpr(run, inAvals, { functionName: "keys" }).jaxpr;

const programs: readonly (readonly [string, (key: Value) => readonly Value[], readonly number[]])[] = [
  ["bits", (key) => [randomBits(key, 32, [2, 3])], []],
  ["bits of several keys", (key) => [randomBits(key, 32, [2])], [3]],
  ["split twice", (key) => [randomSplit(randomSplit(key, [2]), [3])], []],
  ["fold in", (key) => [randomFoldIn(randomSplit(key, [2]), randomBits(key, 32, [2]))], []],
  ["moved", (key) => [transpose(reshape(broadcastInDim(randomSplit(key, [2]), [3, 2], [1]), [2, 3]), [1, 0])], []],
  ["joined", (key) => [concatenate([randomSplit(key, [2]), randomSplit(key, [1])], 0), key], []],
  ["there and back", (key) => [randomWrap(randomUnwrap(key)), randomUnwrap(key)], [2]],
];

describe("programs with keys", () => {
  test.each(programs)("%s", (_name, run, shape) => {
    const typed = trace(([key]) => run(key as Value), [aval(shape, "key<fry>")]);
    const physical = words(typed);
    verifyJaxpr(physical);
    expect(printJaxpr(physical)).not.toContain("key<fry>");
    expect(words(physical)).toBe(physical);
    // The oracle holds a key as the double of its bits, and its words as they are.
    const count = shape.reduce((product, extent) => product * extent, 1);
    const pairs = Array.from({ length: count }, (_, index) => [index * 7 + 1, 0xfedcba98 - index] as const);
    const fromTyped = reference(typed, [Float64Array.from(pairs, keyOfWords)]);
    const fromWords = reference(physical, [Uint32Array.from(pairs.flat())]);
    typed.outs.forEach((out, index) => {
      const result = at(fromTyped, index);
      expect(at(fromWords, index)).toEqual(out.aval.dtype === "key<fry>" ? result.flatMap((key) => [...wordsOfKey(key)]) : result);
    });
  });
});

it("makes two words of a seed", () => {
  const physical = words(trace(([seed]) => [randomSeed(seed as Value)], [aval([2], "int32")]));
  expect(reference(physical, [Int32Array.of(5, -1)])).toEqual([[0, 5, 0, 4294967295]]);
});

it("leaves a program without keys as it is", () => {
  const jaxpr = trace(([x]) => [add(x as Value, x as Value)], [aval([2], "float32")]);
  expect(words(jaxpr)).toBe(jaxpr);
});

it("gives an equation that is no movement of keys away", () => {
  const [key, out] = [newVar(aval([], "key<fry>")), newVar(aval([2], "uint32"))];
  const wrong = { ...randomUnwrapP, lower: { kind: "routine", variants: [] } as never };
  const jaxpr = makeJaxpr([], [key], [makeEqn(wrong, [key], {}, [out])], [out]);
  expect(() => words(jaxpr)).toThrow();
});
