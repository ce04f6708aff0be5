/**
 * @file The op table on webgpu: samples eagerly, under jit, and under one vmap over some of their operands, against the plain
 * loops of the oracle. The first sample of each primitive and one in eight of the others; in the long run (LANEWISE_FULL)
 * every sample, and all subsets of operands. What takes a driver seconds to compile is tried under jit alone.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { jit, vmap, type NDArray } from "lanewise";
import { expect, test } from "vitest";
import { axisChoices, batches, expected, expectedBatches, inputsOf, runOf, samples, type Run } from "../support/op-table.ts";
import { real } from "../support/oracle/number.ts";
import type { Tensor } from "../support/oracle/tensor.ts";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu } from "../support/webgpu-session.ts";
import { differences, toDevice } from "../support/words.ts";

const isFull = process.env["LANEWISE_FULL"] === "1";
const batchSize = 3;
/** The cost of an operation whose kernel has thousands of statements. */
const slowToCompile = 100;

const chosen = samples.filter(([, { primitive }], index) =>
  isFull || index % 8 === 0 || samples.findIndex(([, other]) => other.primitive === primitive) === index);

interface Case {
  readonly what: string;
  readonly got: readonly NDArray[];
  /** What is right, from the inputs as they are and from the inputs with subnormals as zeros, which a GPU may take them for. */
  readonly want: readonly (readonly Tensor[])[];
}

/** Reads the results of all cases together. */
async function problems(cases: readonly Case[]): Promise<string[]> {
  const got = cases.flatMap((each) => each.got);
  const [exact, flushed] = await Promise.all([0, 1].map((form) => differences(got, cases.flatMap(({ want }) => at(want, form)), 1e-5)));
  const names = cases.flatMap(({ what, got: results }) => results.map((_, index) => `${what}, result ${index}`));
  return names.flatMap((name, index) => (exact?.[index] === null || flushed?.[index] === null ? [] : [`${name}: ${exact?.[index] ?? ""}`]));
}

const leastNormal = 2 ** -126;

function flush(inputs: readonly Tensor[]): readonly Tensor[] {
  return inputs.map((input) => (isFloat(input.dtype) ? { ...input, data: input.data.map((value) => (Math.abs(real(value)) < leastNormal ? 0 : value)) } : input));
}

describeWebgpu("op table on webgpu", () => {
  useWebgpu();

  test.each(chosen.map(([name, bound], index) => [name, bound, index] as const))("%s", async (_name, bound, index) => {
    const inputs = inputsOf(bound, 1);
    const want = [expected(bound, inputs), expected(bound, flush(inputs))];
    const args = inputs.map(toDevice);
    const cases: Case[] = [{ what: "jit", got: (jit(runOf(bound)) as Run)(...args), want }];
    const isSlow = !isFull && bound.primitive.facts.cost >= slowToCompile;
    if (!isSlow) cases.push({ what: "eager", got: runOf(bound)(...args), want });
    const choices = isSlow ? [] : axisChoices(inputs);
    for (const axes of isFull ? choices : choices.slice(index % Math.max(1, choices.length)).slice(0, 1)) {
      const batched = batches(bound, axes, batchSize);
      const got = (jit(vmap(runOf(bound), axes as unknown as 0) as Run) as Run)(...batched.map(toDevice));
      cases.push({ what: `axes [${axes.map(String).join()}]`, got, want: [batched, flush(batched)].map((each) => expectedBatches(bound, each, axes, batchSize)) });
    }
    expect(await problems(cases)).toEqual([]);
  });
});
