/** @file The gate kernels stay valid and keep their results when they are simplified, with shorter or equal text. */
import { printKernel } from "@lanewise/compiler/kernel/print";
import { simplifyKernel } from "@lanewise/compiler/kernel/simplify";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { describe, expect, it } from "vitest";
import { gateKernels } from "../../support/gate-kernels.ts";
import { interpretStep, itPassesEveryGate, stepByStep } from "../../support/gate-runner.ts";

describe("simplified gate kernels", () => {
  it.each(gateKernels)("$name verifies and does not grow", ({ build }) => {
    for (const { kernel } of build(1000).steps) {
      const simpler = simplifyKernel(kernel);
      verifyKernel(simpler);
      expect(printKernel(simpler).length).toBeLessThanOrEqual(printKernel(kernel).length);
      expect(simplifyKernel(simpler)).toBe(simpler);
    }
  });

  const run = interpretStep("forward");
  itPassesEveryGate(stepByStep((step, bound) => run({ ...step, kernel: simplifyKernel(step.kernel) }, bound)), [0, 1, 5, 64, 1000]);
});
