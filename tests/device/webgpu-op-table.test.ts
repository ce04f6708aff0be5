/**
 * @file The op table on webgpu: every sample of every primitive, eagerly and under jit, against the plain loops of the
 * oracle. `webgpu-op-transforms.test.ts` runs them under vmap and differentiated.
 */

import { isFloat } from "@lanewise/compiler/base/dtype";
import { jit } from "lanewise";
import { expect, test } from "vitest";
import { expected, withoutSubnormals, inputsOf, problemsOf, runOf, samples, type Run } from "../support/op-table.ts";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu } from "../support/webgpu-session.ts";
import { toDevice } from "../support/words.ts";

const isFull = process.env["LANEWISE_FULL"] === "1";
/** The cost of a function that takes the driver of a CPU seconds to compile: of those, the first sample in the short run. */
const slowToCompile = 200;

const chosen = samples.filter(([, { primitive }], index) =>
  isFull || primitive.facts.cost < slowToCompile || samples.findIndex(([, other]) => other.primitive === primitive) === index);

describeWebgpu("op table on webgpu", () => {
  useWebgpu();

  test.each(chosen)("%s", async (_name, bound) => {
    const inputs = inputsOf(bound, 1);
    const want = [inputs, ...(inputs.some(({ dtype }) => isFloat(dtype)) ? [withoutSubnormals(inputs)] : [])].map((each) => expected(bound, each));
    const args = inputs.map(toDevice);
    const cases = [
      { what: "eager", got: runOf(bound)(...args), want },
      { what: "jit", got: (jit(runOf(bound)) as Run)(...args), want },
    ];
    expect(await problemsOf(cases, 1e-5)).toEqual([]);
  });
});
