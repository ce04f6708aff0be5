/** @file Every float32 function is within its bound on the machine's WebGPU adapter. `docs/accuracy.md` has the errors. */
import { expect, test } from "vitest";
import { measure, measuredFunctions, samplesOf, webgpuForm } from "../support/function-accuracy.ts";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu } from "../support/webgpu-session.ts";

const density = process.env["LANEWISE_FULL"] === "1" ? 256 : 4;

describeWebgpu("functions on webgpu", () => {
  useWebgpu();

  test.each(measuredFunctions.map((each) => [each.name, each] as const))("%s", async (_name, each) => {
    const { ulps, operands, actual, expected } = await measure(each, webgpuForm, samplesOf(each, density));
    expect(ulps, `${operands.join(", ")} gives ${actual} instead of ${expected}`).toBeLessThanOrEqual(each.bound);
  });
});
