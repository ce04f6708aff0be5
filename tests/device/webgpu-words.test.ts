/**
 * @file Words of up to three transforms on webgpu against the oracle: for the first float sample of every second primitive one
 * word, another one for each; in the long run (LANEWISE_FULL) one word in thirty for the first float sample of each primitive.
 */

import { expect, test } from "vitest";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu } from "../support/webgpu-session.ts";
import { floatSamples, isFirst, wordProblems } from "../support/word-samples.ts";
import { letters, wordsUpTo } from "../support/words.ts";

const words = wordsUpTo(letters, 3);
const isFull = process.env["LANEWISE_FULL"] === "1";
const jacobianLimit = isFull ? 2000 : 500;
/** Has no factor in common with the number of words, 585. */
const step = 37;
const firsts = floatSamples.filter((_, index) => isFirst[index] === true).filter((_, index) => isFull || index % 2 === 0);

describeWebgpu("words of transforms on webgpu", () => {
  useWebgpu();

  test.each(firsts.map((bound, index) => [`${bound.primitive.name}: ${bound.sample.name}`, bound, index] as const))("%s", async (_name, bound, index) => {
    const failures: string[] = [];
    for (const [seed, word] of words.entries()) {
      const isTaken = isFull ? (seed * 7 + index) % 30 === 0 : seed === (index * step) % words.length;
      if (isTaken) failures.push(...await wordProblems(bound, word, seed, jacobianLimit) ?? []);
    }
    expect(failures.slice(0, 5)).toEqual([]);
  });
});
