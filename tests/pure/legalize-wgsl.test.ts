/** @file Legalising for webgpu keeps what a kernel computes: legal kernels run on the interpreter. */
import { at, required } from "@lanewise/compiler/base/assert";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { legalizeWgsl } from "@lanewise/compiler/legalize/wgsl";
import { describe, expect, it } from "vitest";
import { wrongFloatOrders } from "../support/float-order.ts";
import { interpretStep, itPassesEveryGate, stepByStep } from "../support/gate-runner.ts";
import { largestPowerError } from "../support/power-error.ts";
import { checkScalarCase, scalarCases } from "../support/scalar-op-kernels.ts";
import { interpretLegalStep } from "../support/wgsl-runner.ts";
import { wgslShapes } from "../support/wgsl-shapes.ts";

const approximated = { exp: 1, log: 1, sin: 2, cos: 2, tanh: 3, expm1: 2, log1p: 2, pow: 1, atan2: 2 };

describe("gate kernels in their legal form", () => {
  itPassesEveryGate(stepByStep((step, bound) => interpretLegalStep(step, bound)), [0, 1, 5, 64, 300]);
});

describe("the scalar table in its legal form", () => {
  const cases = scalarCases(["float32", "int32", "uint32", "bool"]);
  it.each(cases.map((scalarCase) => [scalarCase.name, scalarCase] as const))("%s", async (_, scalarCase) => {
    await checkScalarCase(scalarCase, stepByStep((step, bound) => interpretLegalStep(step, bound)), { ulps: approximated });
  });
});

it("orders floats by their bits, with constants too", async () => {
  expect(await wrongFloatOrders(stepByStep((step, bound) => interpretLegalStep(step, bound)))).toEqual([]);
});

it("keeps pow exact to little more than one unit in the last place", async () => {
  expect((await largestPowerError(stepByStep((step, bound) => interpretLegalStep(step, bound)))).ulps).toBeLessThan(1.2);
});

describe("kernels of every shape", () => {
  it.each(wgslShapes.map((shape) => [shape.name, shape] as const))("%s", async (_, shape) => {
    const step = at(shape.program.steps, 0);
    verifyKernel(step.kernel);
    expect(legalizeWgsl(step.kernel).workgroup).toBe(shape.workgroup);
    const expected = shape.arrays();
    await interpretStep("forward")(step, step.buffers.map((name) => required(expected[name], name)));
    const actual = shape.arrays();
    interpretLegalStep(step, step.buffers.map((name) => required(actual[name], name)));
    expect(actual).toEqual(expected);
  });
});
