/**
 * @file Every composition of up to three of jit, vmap at the first and last axis, jvp, vjp, linearize, jacfwd and jacrev over
 * the float samples agrees with the oracle.
 *
 * A function of one number takes every word. The first float sample of each primitive takes every word of up to one letter and
 * one word in 31 of the others, its other samples one in 241: different ones for each sample. In the long run (LANEWISE_FULL) every primitive takes every word
 * besides, each on one of its samples whose Jacobians are not too large.
 */

import { at } from "@lanewise/compiler/base/assert";
import { describe, expect, test } from "vitest";
import { floatSamples, isFirst, wordProblems } from "../support/word-samples.ts";
import { letters, wordsUpTo } from "../support/words.ts";

const words = wordsUpTo(letters, 3);
const isFull = process.env["LANEWISE_FULL"] === "1";
const jacobianLimit = isFull ? 4000 : 1000;

/** A function of one number, which is small under every word. */
const smallest = floatSamples.findIndex(({ sample }) => sample.inputs.length === 1 && sample.inputs.every(({ shape }) => shape.length === 0));

function isTaken(sample: number, word: number): boolean {
  if (sample === smallest) return true;
  if (at(isFirst, sample)) return at(words, word).length < 2 || (word * 7 + sample) % 31 === 0;
  return (word * 7 + sample) % 241 === 0;
}

describe("words of transforms", () => {
  const used = new Set<number>();
  const count = { run: 0, large: 0 };

  test.each(floatSamples.map((bound, index) => [`${bound.primitive.name}: ${bound.sample.name}`, bound, index] as const))("%s", async (_name, bound, index) => {
    const failures: string[] = [];
    for (const [seed, word] of words.entries()) {
      if (!isTaken(index, seed)) continue;
      const problems = await wordProblems(bound, word, seed, jacobianLimit);
      if (problems === null) {
        count.large++;
        continue;
      }
      count.run++;
      used.add(seed);
      failures.push(...problems);
    }
    expect(failures.slice(0, 5)).toEqual([]);
  }, 600_000);

  test("there are 585 words, each was tried, on samples of every differentiable primitive", () => {
    expect(words.length).toBe(1 + 8 + 64 + 512);
    expect(used.size).toBe(words.length);
    expect(new Set(floatSamples.map(({ primitive }) => primitive.name)).size).toBeGreaterThan(80);
    console.log(`${count.run} words over ${floatSamples.length} samples; ${count.large} left out for the size of a Jacobian`);
  });
});

describe.runIf(isFull)("every word with every primitive", () => {
  test.each([...new Set(floatSamples.map(({ primitive }) => primitive.name))])("%s", async (name) => {
    const samples = floatSamples.filter(({ primitive }) => primitive.name === name);
    const failures: string[] = [];
    let tooLarge = 0;
    for (const [seed, word] of words.entries()) {
      let problems: string[] | null = null;
      for (let turn = 0; turn < samples.length && problems === null; turn++) {
        problems = await wordProblems(at(samples, (seed + turn) % samples.length), word, seed, jacobianLimit);
      }
      if (problems === null) tooLarge++;
      failures.push(...problems ?? []);
    }
    expect(failures.slice(0, 5)).toEqual([]);
    expect(tooLarge).toBe(0);
  }, 3_600_000);
});
