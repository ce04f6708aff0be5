import { expect, it } from "vitest";
import { planFusion } from "@lanewise/compiler/fuse/plan";
import { printFusion } from "@lanewise/compiler/fuse/print";
import { lowerPlan } from "@lanewise/compiler/lower/steps";
import { jsTarget } from "@lanewise/compiler/target";
import { expectNear, randomInputs, reference, runSteps } from "../support/programs.ts";
import { randomProgram } from "../support/random-programs.ts";
import { printKernel } from "@lanewise/compiler/kernel/print";

for (const dtype of ["int32", "float32"] as const) it(dtype, () => {
  let groups = 0, eqns = 0;
  for (let seed = 1; seed < 600; seed++) {
    let plan, program;
    try {
    const jaxpr = randomProgram(seed, { dtype, equations: 3 + seed % 20 });
    plan = planFusion(jaxpr, jsTarget);
    groups += plan.groups.length; eqns += jaxpr.eqns.length;
    program = lowerPlan(plan, "p");
    const inputs = randomInputs(jaxpr, seed);
    const want = reference(jaxpr, inputs);
    expectNear(jaxpr, runSteps(program, inputs), want);
    expectNear(jaxpr, runSteps(program, inputs, "reverse"), want);
    } catch (e) { console.log("seed", seed, plan && printFusion(plan)); if (program) for (const k of program.kernels.slice(0, 6)) console.log(printKernel(k.code)); throw e; }
  }
  console.log(groups, eqns);
});
