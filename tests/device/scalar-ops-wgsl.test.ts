/**
 * @file The scalar table on the software WebGPU adapter, as far as webgpu promises it (`legalize/wgsl.ts`): float
 * arithmetic may read and write subnormals as 0 and is a few units in the last place off where WGSL says so; everything
 * that is done on bits is exact for every operand.
 */
import { at } from "@lanewise/compiler/base/assert";
import type { ValueDType } from "@lanewise/compiler/base/scalar-ops";
import { afterAll, beforeAll, expect, it } from "vitest";
import { wrongFloatOrders } from "../support/float-order.ts";
import type { RunGateProgram } from "../support/gate-runner.ts";
import { largestPowerError } from "../support/power-error.ts";
import type { ScalarCase, ScalarCheck } from "../support/scalar-op-kernels.ts";
import { checkScalarCase, scalarCases } from "../support/scalar-op-kernels.ts";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";
import { webgpuRunner } from "../support/wgsl-runner.ts";

const dtypes: readonly ValueDType[] = ["float32", "int32", "uint32", "bool"];

/** Ops that the float unit computes. */
const arithmetic: readonly ScalarCase["operation"][] = [
  "add", "sub", "mul", "div", "neg", "abs", "fma", "floor", "ceil", "trunc", "roundEven", "sqrt", "exp", "expm1", "log1p", "sin", "tanh", "atan2", "pow",
];

/** Subnormal, or the least normal number, to which a flushed result may have been about to round. */
function isTiny(value: number): boolean {
  return value !== 0 && Math.abs(value) <= 2 ** -126;
}

/** Rows that webgpu does not promise. */
function skip(operands: readonly number[], expected: number, { operation, result }: ScalarCase): boolean {
  if (result !== "float32" || !arithmetic.includes(operation)) return false;
  if ([...operands, expected].some(isTiny)) return true;
  // WGSL gives a division's error for divisors up to 2^126.
  if (operation === "div") return Math.abs(at(operands, 1)) > 2 ** 126;
  return operation === "fma" && mayCancel(operands, expected);
}

/** Whether a product that is rounded before the sum, as WGSL allows, can leave more than a few units in the last place. */
function mayCancel(operands: readonly number[], expected: number): boolean {
  const product = Math.abs(at(operands, 0) * at(operands, 1));
  return isTiny(product) || (product > 3.4e38 && product < Infinity) || product > 2 * Math.abs(expected);
}

const ulps: ScalarCheck["ulps"] = {
  // WGSL's bounds: 2.5 for a division, a reciprocal of an inverse square root of 2, a product and a sum rounded each.
  div: 2.5, sqrt: 4.5, fma: 2,
  // Approximations in arithmetic that is rounded as the driver likes.
  exp: 2, log: 2, sin: 2, cos: 2, tanh: 3, expm1: 3, log1p: 3, pow: 2, atan2: 5,
};

describeWebgpu("the scalar table as WGSL", () => {
  let device: GPUDevice;
  let run: RunGateProgram;
  beforeAll(async () => {
    device = await openTestDevice();
    run = webgpuRunner(device);
  });
  afterAll(() => device.destroy());

  it.each(scalarCases(dtypes).map((scalarCase) => [scalarCase.name, scalarCase] as const))("%s", async (_, scalarCase) => {
    await checkScalarCase(scalarCase, run, { ulps, skip });
  });

  it("orders all floats, NaNs of either sign and any payload among them", async () => {
    expect(await wrongFloatOrders(run)).toEqual([]);
  });

  it("keeps pow exact to two units in the last place, whatever order the driver's compiler sums in", async () => {
    expect((await largestPowerError(run)).ulps).toBeLessThan(2);
  });
});
