import { it } from "vitest";
import { planFusion } from "@lanewise/compiler/fuse/plan";
import { printFusion } from "@lanewise/compiler/fuse/print";
import { lowerPlan } from "@lanewise/compiler/lower/steps";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { jsTarget } from "@lanewise/compiler/target";
import { jaxprOf, randomInputs, reference, runSteps, expectNear } from "/work/main/tests/support/programs.ts";
import { add, mul, div, sub } from "@lanewise/compiler/primitives/arith";
import { exp } from "@lanewise/compiler/primitives/unary";
import { broadcastInDim, reduceSum, transpose, reshape } from "@lanewise/compiler/primitives/linear";
import { reduceMax } from "@lanewise/compiler/primitives/reduce";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
function show(jaxpr: any, verbose = true) {
  const plan = planFusion(jaxpr, jsTarget);
  console.log(printFusion(plan));
  const program = lowerPlan(plan, "p");
  if (verbose) for (const k of program.kernels) console.log(printKernel(k.code), JSON.stringify(k.inPlace));
  const inputs = randomInputs(jaxpr, 1);
  expectNear(jaxpr, runSteps(program, inputs), reference(jaxpr, inputs));
}
it("softmax", () => show(jaxprOf(["f32[4,6]"], (x) => {
  const m = reduceMax(x, [1]); const e = exp(sub(x, broadcastInDim(m, [4, 6], [0])));
  const s = reduceSum(e, [1]); return div(e, broadcastInDim(s, [4, 6], [0]));
})));
it("mm", () => show(jaxprOf(["f32[4,6]", "f32[5,6]", "f32[5]"], (a, b, c) => {
  const d = dotGeneral(a, transpose(b, [1, 0]), { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [], precision: null, preferredElementType: null } as any);
  const z = add(d, broadcastInDim(c, [4, 5], [1])); return [mul(z, z), reshape(z, [20])];
})));
