/**
 * @file Kernels as WGSL on the software WebGPU adapter: the gate kernels against their plain references, kernels of every
 * shape against the interpreter, and the kept texts through the compiler.
 */
import { readFile } from "node:fs/promises";
import { at, required } from "@lanewise/compiler/base/assert";
import { webgpuTarget } from "@lanewise/compiler/target";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gateKernels } from "../support/gate-kernels.ts";
import type { RunGateProgram } from "../support/gate-runner.ts";
import { checkGate, interpretStep, itPassesEveryGate } from "../support/gate-runner.ts";
import { subgroupCases } from "../support/subgroup-kernels.ts";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";
import { wgslGoldens } from "../support/wgsl-goldens.ts";
import { compileWgsl, printLegal, webgpuRunner } from "../support/wgsl-runner.ts";
import { wgslShapes } from "../support/wgsl-shapes.ts";

describeWebgpu("kernels as WGSL", () => {
  let device: GPUDevice;
  /** Without any feature. */
  let plainDevice: GPUDevice;
  let run: RunGateProgram;
  let runFolded: RunGateProgram;
  beforeAll(async () => {
    device = await openTestDevice();
    plainDevice = await openTestDevice("default limits");
    run = webgpuRunner(device);
    runFolded = webgpuRunner(device, { maxWorkgroups: 3 });
  });
  afterAll(() => {
    device.destroy();
    plainDevice.destroy();
  });

  describe("gate kernels", () => itPassesEveryGate((program, arrays) => run(program, arrays)));

  describe("gate kernels in dispatches of at most 3 x 3 x 3 workgroups", () => {
    it.each(gateKernels.map((gate) => [gate.name, gate] as const))("%s", async (_, gate) => {
      await checkGate(gate, 1000, runFolded);
    });
  });

  describe("kernels of every shape", () => {
    it.each(wgslShapes.map((shape) => [shape.name, shape] as const))("%s", async (_, shape) => {
      const step = at(shape.program.steps, 0);
      const expected = shape.arrays();
      await interpretStep("forward")(step, step.buffers.map((name) => required(expected[name], name)));
      const actual = shape.arrays();
      await run(shape.program, actual);
      expect(actual).toEqual(expected);
    });
  });

  describe.each([true, false])("subgroup operations, where the device has them: %s", (subgroups) => {
    const capabilities = { ...webgpuTarget, subgroups };
    it.each(subgroupCases.map((each) => [each.name, each] as const))("%s", async (_, { program, arrays, problem }) => {
      if (subgroups && !device.features.has("subgroups")) return console.warn("SKIPPED: this adapter has no subgroups");
      const bound = arrays();
      await webgpuRunner(subgroups ? device : plainDevice, { capabilities })(program, bound);
      expect(problem(bound)).toBeNull();
    });
  });

  describe("the kept text compiles", () => {
    it.each(wgslGoldens.map(({ kernel, path }) => [kernel.name, { kernel, path }] as const))("%s", async (_, { kernel, path }) => {
      await compileWgsl(device, { ...printLegal(kernel), code: await readFile(path, "utf8") });
    });
  });
});
