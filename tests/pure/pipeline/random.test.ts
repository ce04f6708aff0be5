/** @file Random programs through the whole pipeline: what is fused gives what its equations give one at a time. */
import { describe, expect, it } from "vitest";
import { compile, textOf } from "@lanewise/compiler/pipeline";
import { expectNear, randomInputs, reference, runProgram, runSteps } from "../../support/programs.ts";
import { randomProgram } from "../../support/random-programs.ts";

const seeds = process.env["LANEWISE_FULL"] === "1" ? 2000 : 150;

describe.each(["int32", "float32"] as const)("random programs of %s", (dtype) => {
  it("give the results of their equations, on every stage", { timeout: 600_000 }, () => {
    let equations = 0;
    let kernels = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const jaxpr = randomProgram(seed, { dtype, equations: 3 + (seed % 20) });
      const compiled = compile(jaxpr, { name: `seed ${seed}`, target: "js", verify: true });
      const inputs = randomInputs(jaxpr, seed);
      const expected = reference(jaxpr, inputs);
      try {
        expectNear(jaxpr, runProgram(compiled.program, inputs), expected);
        // The interpreter is slow, and each stage takes it: some seeds for each.
        if (seed % 5 === 0) expectNear(jaxpr, runSteps(compiled.artifacts().steps, inputs), expected);
        if (seed % 5 === 1) expectNear(jaxpr, runSteps(compiled.artifacts().kernel, inputs, "reverse"), expected);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}\n${textOf(compiled, "all")}`, { cause: error });
      }
      equations += jaxpr.eqns.length;
      kernels += compiled.program.steps.length;
    }
    // Fusion has to do something: one kernel for several equations on the average.
    expect(kernels).toBeLessThan(equations / 3);
  });
});
