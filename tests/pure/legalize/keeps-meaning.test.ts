/** @file Rewrites of kernels give what the kernels gave: the gate kernels and the scalar table, on the interpreter. */
import { at } from "@lanewise/compiler/base/assert";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { guardIntegerDivision } from "@lanewise/compiler/legalize/integer-division";
import { expandIntegerPower, expandMulHigh, expandPopulationCount } from "@lanewise/compiler/legalize/integer-ops";
import { legalizeJs } from "@lanewise/compiler/legalize/js";
import { expandLocalArrays } from "@lanewise/compiler/legalize/local-arrays";
import { sinkLets } from "@lanewise/compiler/legalize/sink-lets";
import { guardShifts } from "@lanewise/compiler/legalize/shifts";
import { expandUnrolled } from "@lanewise/compiler/kernel/unroll";
import { correctPowerOfOne } from "@lanewise/compiler/legalize/float-power";
import { describe, expect, it } from "vitest";
import { interpretStep, itPassesEveryGate, stepByStep } from "../../support/gate-runner.ts";
import type { RunGateProgram } from "../../support/gate-runner.ts";
import { checkScalarCase, scalarCases, scalarProgram } from "../../support/scalar-op-kernels.ts";
import type { ScalarCase } from "../../support/scalar-op-kernels.ts";

type Rewrite = (kernel: Kernel) => Kernel;

/** Interprets what the rewrite makes of each kernel, forwards. */
function runRewritten(rewrite: Rewrite): RunGateProgram {
  const done = new Map<Kernel, Kernel>();
  const runStep = interpretStep("forward");
  return stepByStep((step, bound) => {
    let kernel = done.get(step.kernel);
    if (kernel === undefined) {
      kernel = rewrite(step.kernel);
      verifyKernel(kernel);
      done.set(step.kernel, kernel);
    }
    return runStep({ ...step, kernel }, bound);
  });
}

const withLocalArrays: Rewrite = (kernel) => expandLocalArrays(expandUnrolled(kernel));

describe.each([
  ["expandUnrolled", expandUnrolled], ["expandLocalArrays", withLocalArrays], ["legalizeJs", legalizeJs], ["sinkLets", sinkLets],
] as const)("%s keeps what the gate kernels give", (_name, rewrite) => {
  itPassesEveryGate(runRewritten(rewrite), [1, 64, 1000]);
});

const rewrites: readonly (readonly [string, readonly ScalarCase["operation"][], Rewrite])[] = [
  ["guardIntegerDivision", ["div", "rem"], (kernel) => guardIntegerDivision(kernel, { traps: false })],
  ["guardIntegerDivision of trapping targets", ["div", "rem"], (kernel) => guardIntegerDivision(kernel, { traps: true })],
  ["guardShifts", ["shiftLeft", "shiftRightArithmetic", "shiftRightLogical"], guardShifts],
  ["expandPopulationCount", ["populationCount"], expandPopulationCount],
  ["expandMulHigh", ["mulHigh"], expandMulHigh],
  ["expandIntegerPower", ["pow"], expandIntegerPower],
];

describe.each(rewrites)("%s keeps the meaning of the op", (_name, operations, rewrite) => {
  const cases = scalarCases(["int32", "uint32"]).filter(({ operation }) => operations.includes(operation));

  it.each(cases)("$name", async (scalarCase) => {
    await checkScalarCase(scalarCase, runRewritten(rewrite));
  });

  it.each(cases)("$name is rewritten", (scalarCase) => {
    const { kernel } = at(scalarProgram(scalarCase, 1).steps, 0);
    expect(rewrite(kernel)).not.toBe(kernel);
  });
});

describe("correctPowerOfOne keeps the meaning of pow", () => {
  it.each(scalarCases(["float32", "float64"]).filter(({ operation }) => operation === "pow"))("$name", async (scalarCase) => {
    await checkScalarCase(scalarCase, runRewritten(correctPowerOfOne));
  });
});
