/** @file The samples that words of transforms are tried on: smooth functions of floats. */
import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { allSamples } from "./samples/all.ts";
import type { BoundSample } from "./samples/types.ts";
import { generator } from "./samples/values.ts";
import { applyWord, differences, subjectOf, toDevice, type Letter } from "./words.ts";

export const floatSamples = allSamples().filter(isSmoothSample);

/** Whether a sample is a function of floats that has derivatives where it is evaluated. */
export function isSmoothSample({ primitive, sample }: BoundSample): boolean {
  const inAvals = sample.inputs.map(({ shape, dtype }) => ({ shape, dtype, weakType: false }));
  const smooth = sample.inputs.every((input) => input.values === undefined || input.dtype !== "float32");
  const hasDerivative = typeof primitive.jvp === "function";
  return smooth && hasDerivative && sample.inputs.some((input) => isFloat(input.dtype)) && primitive.abstractEval(inAvals, sample.params).every((out) => isFloat(out.dtype));
}

/** Which of them is the first of its primitive. */
export const isFirst: readonly boolean[] = floatSamples.map(({ primitive }, index) => floatSamples.findIndex((other) => other.primitive === primitive) === index);

/** Where a sample under a word of transforms differs from the oracle; null where its Jacobian is above the limit. */
export async function wordProblems(bound: BoundSample, word: readonly Letter[], seed: number, jacobianLimit: number): Promise<string[] | null> {
  try {
    const random = generator(seed);
    const subject = applyWord(word, subjectOf(bound, random), random, jacobianLimit);
    if (subject === null) return null;
    const expected = subject.oracle(subject.inputs);
    const got = subject.run(...subject.inputs.map(toDevice));
    if (got.length !== expected.length) return [`${word.join(" of ")}: ${got.length} results instead of ${expected.length}`];
    const found = await differences(got, expected);
    return found.flatMap((problem, index) => (problem === null ? [] : [`${word.join(" of ")}, result ${index}: ${at(found, index) ?? ""}`]));
  } catch (error) {
    return [`${word.join(" of ")}: ${String(error)}`];
  }
}
