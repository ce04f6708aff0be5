/**
 * @file Every composition of up to three of jit, vmap, jvp and vjp over the float samples agrees with the oracle.
 *
 * The first float sample of each primitive takes every word; its other samples take every word in the long run
 * (LANEWISE_FULL) and one in six here, a different one for each sample.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { describe, expect, test } from "vitest";
import { allSamples } from "../support/samples/all.ts";
import { generator } from "../support/samples/values.ts";
import { apply, difference, letters, subjectOf, toDevice, wordsUpTo } from "../support/words.ts";

const words = wordsUpTo(letters, 3);
const isFull = process.env["LANEWISE_FULL"] === "1";
const floatSamples = allSamples().filter(({ primitive, sample }) => {
  const inAvals = sample.inputs.map(({ shape, dtype }) => ({ shape, dtype, weakType: false }));
  const smooth = sample.inputs.every((input) => input.values === undefined || input.dtype !== "float32");
  const hasDerivative = typeof primitive.jvp === "function";
  return smooth && hasDerivative && sample.inputs.some((input) => isFloat(input.dtype)) && primitive.abstractEval(inAvals, sample.params).every((out) => isFloat(out.dtype));
});

const isFirst = floatSamples.map(({ primitive }, index) => floatSamples.findIndex((other) => other.primitive === primitive) === index);

describe("words of transforms", () => {
  test.each(floatSamples.map((bound, index) => [`${bound.primitive.name}: ${bound.sample.name}`, bound, index] as const))("%s", (_name, bound, index) => {
    const failures: string[] = [];
    for (const [seed, word] of words.entries()) {
      if (!isFull && isFirst[index] !== true && (seed + index) % 6 !== 0) continue;
      const random = generator(seed);
      let subject = subjectOf(bound, random);
      for (const letter of word.toReversed()) subject = apply(letter, subject, random);
      const expected = subject.oracle(subject.inputs);
      try {
        const got = subject.run(...subject.inputs.map(toDevice));
        expect(got.length).toBe(expected.length);
        got.forEach((array, index) => {
          const problem = difference(array, at(expected, index));
          if (problem !== null) failures.push(`${word.join(" of ")}, result ${index}: ${problem}`);
        });
      } catch (error) {
        failures.push(`${word.join(" of ")}: ${String(error)}`);
      }
    }
    expect(failures.slice(0, 5)).toEqual([]);
  });

  test("there are 85 words, and samples of every differentiable primitive", () => {
    expect(words.length).toBe(1 + 4 + 16 + 64);
    expect(new Set(floatSamples.map(({ primitive }) => primitive.name)).size).toBeGreaterThan(20);
  });
});
