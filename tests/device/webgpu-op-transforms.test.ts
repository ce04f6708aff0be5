/**
 * @file The op table on webgpu under transforms: every sample that can be differentiated as a jitted batch of vector-Jacobian
 * products, every other one as a jitted batch. In the long run (LANEWISE_FULL) every sample over all subsets of operands.
 */

import { jit, vmap } from "lanewise";
import { expect, test } from "vitest";
import { axisChoices, batches, expectedBatches, withoutSubnormals, inputsOf, problemsOf, runOf, samples, type Run } from "../support/op-table.ts";
import type { BoundSample } from "../support/samples/types.ts";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu } from "../support/webgpu-session.ts";
import { isSmoothSample, wordProblems } from "../support/word-samples.ts";
import { toDevice } from "../support/words.ts";

const isFull = process.env["LANEWISE_FULL"] === "1";
const batchSize = 2;
/** The cost of a function whose derivative takes the driver of a CPU many seconds to compile. */
const slowToCompile = 150;

async function batchProblems(bound: BoundSample, axes: readonly (number | null)[]): Promise<string[]> {
  const batched = batches(bound, axes, batchSize);
  const got = (jit(vmap(runOf(bound), axes as unknown as 0) as Run) as Run)(...batched.map(toDevice));
  const want = [batched, withoutSubnormals(batched)].map((each) => expectedBatches(bound, each, axes, batchSize));
  return problemsOf([{ what: `axes [${axes.map(String).join()}]`, got, want }], 1e-5);
}

describeWebgpu("op table on webgpu, transformed", () => {
  useWebgpu();

  const chosen = samples.filter(([, { primitive, sample }]) => sample.inputs.length > 0 && (isFull || primitive.facts.cost < slowToCompile));
  test.each(chosen.map(([name, bound], index) => [name, bound, index] as const))("%s", async (_name, bound, index) => {
    const choices = axisChoices(inputsOf(bound, 1));
    const isSmooth = isSmoothSample(bound);
    for (const axes of isFull ? choices : choices.slice(index % choices.length).slice(0, isSmooth ? 0 : 1)) expect(await batchProblems(bound, axes)).toEqual([]);
    if (isSmooth) expect(await wordProblems(bound, ["jit", "vmap(0)", "vjp"], 1, 0)).toEqual([]);
  });
});
