/** @file The gate kernels are valid kernel IR and give their references on the interpreter, in whichever order it runs. */
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { describe, it } from "vitest";
import { gateKernels } from "../support/gate-kernels.ts";
import { interpretStep, itPassesEveryGate, stepByStep } from "../support/gate-runner.ts";

describe("gate kernels pass the verifier", () => {
  it.each(gateKernels)("$name", ({ build }) => {
    for (const { kernel } of build(64).steps) verifyKernel(kernel);
  });
});

describe("gate kernels on the interpreter", () => {
  itPassesEveryGate(stepByStep(interpretStep("forward")));
});

describe("gate kernels on the interpreter, invocations and workgroups last to first", () => {
  itPassesEveryGate(stepByStep(interpretStep("reverse")));
});
