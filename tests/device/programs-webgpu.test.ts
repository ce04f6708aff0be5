/** @file Whole programs on the software WebGPU adapter: every output as the equations say. */
import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, textOf } from "@lanewise/compiler/pipeline";
import { expectNear, randomInputs, reference } from "../support/programs.ts";
import { randomProgram } from "../support/random-programs.ts";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";
import { gridDevices, recipesFor } from "../support/webgpu-recipes.ts";
import { doublyBound, runWgslProgram } from "../support/webgpu-programs.ts";

describeWebgpu("programs on webgpu", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openTestDevice();
  });
  afterAll(() => device.destroy());

  // The interpreter runs all recipes for all devices; the driver has to agree on one in three, and in full runs on all.
  const share = process.env["LANEWISE_FULL"] === "1" ? 1 : 3;
  describe.each(gridDevices)("recipes for %s", (_device, capabilities) => {
    const offset = gridDevices.findIndex(([, each]) => each === capabilities);
    it.each(recipesFor(capabilities).filter((_, place) => place % share === offset % share).map(({ name, jaxpr }) => [name, jaxpr] as const))("%s", async (_name, jaxpr) => {
      const { program } = compile(jaxpr, { name: "recipe", target: "webgpu", capabilities });
      const inputs = randomInputs(jaxpr, 5);
      expectNear(jaxpr, await runWgslProgram(device, program, inputs), reference(jaxpr, inputs));
    });
  });

  it("compiles the kept shaders", async () => {
    const folder = new URL("../pure/goldens/shaders/", import.meta.url);
    const texts = await Promise.all((await readdir(folder)).map((name) => readFile(new URL(name, folder), "utf8")));
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) {
      // A file holds the shaders of a program, each behind a line that says how it is launched.
      for (const code of text.split(/^(?=\/\/ [0-9]+ workgroups)/m)) {
        if (code.includes("enable subgroups;") && !device.features.has("subgroups")) {
          console.warn("SKIPPED: this adapter has no subgroups");
          continue;
        }
        const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
        expect(messages.map(({ message }) => message)).toEqual([]);
      }
    }
  });

  const seeds = process.env["LANEWISE_FULL"] === "1" ? 400 : 30;
  describe.each(["int32", "float32"] as const)("random programs of %s", (dtype) => {
    it("give the results of their equations", { timeout: 600_000 }, async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const jaxpr = randomProgram(seed, { dtype, equations: 3 + (seed % 20) });
        // Every other one may overwrite its inputs.
        const donated = seed % 2 === 0 ? jaxpr.inVars.map((_, input) => input) : [];
        const compiled = compile(jaxpr, { name: `seed ${seed}`, target: "webgpu", donated });
        const inputs = randomInputs(jaxpr, seed);
        expect(doublyBound(compiled.program)).toEqual([]);
        try {
          expectNear(jaxpr, await runWgslProgram(device, compiled.program, inputs), reference(jaxpr, inputs));
        } catch (error) {
          throw new Error(`seed ${seed}: ${String(error)}\n${textOf(compiled, "all")}`, { cause: error });
        }
      }
    });
  });
});
