import { it } from "vitest";
import { compile, textOf } from "@lanewise/compiler/pipeline";
import { expectNear, randomInputs, reference, runProgram, runSteps } from "../support/programs.ts";
import { randomProgram } from "../support/random-programs.ts";

for (const dtype of ["int32", "float32"] as const) it(dtype, () => {
  let groups = 0, eqns = 0;
  for (let seed = 1; seed < 600; seed++) {
    let c;
    try {
    const jaxpr = randomProgram(seed, { dtype, equations: 3 + seed % 20 });
    c = compile(jaxpr, { name: "p", target: "js", verify: true });
    groups += c.program.steps.length; eqns += jaxpr.eqns.length;
    const inputs = randomInputs(jaxpr, seed);
    const want = reference(jaxpr, inputs);
    expectNear(jaxpr, runProgram(c.program, inputs), want);
    if (seed % 4 === 0) expectNear(jaxpr, runSteps(c.artifacts().kernel, inputs, "reverse"), want);
    } catch (e) { console.log("seed", seed, c && textOf(c, "all")); throw e; }
  }
  console.log(groups, eqns);
});
