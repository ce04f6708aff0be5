/** @file Programs for webgpu: what their kernels compute on the interpreter, and what a dispatch may bind. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { workgroupsOf } from "@lanewise/compiler/artifact/dispatch";
import type { KernelCode } from "@lanewise/compiler/artifact/types";
import { at } from "@lanewise/compiler/base/assert";
import type { Jaxpr } from "@lanewise/compiler/ir/types";
import { compile, textOf } from "@lanewise/compiler/pipeline";
import { add, mul, sub } from "@lanewise/compiler/primitives/arith";
import { convGeneralDilated } from "@lanewise/compiler/primitives/conv";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { cumsum } from "@lanewise/compiler/primitives/cumulative";
import { broadcastInDim, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reduceMax } from "@lanewise/compiler/primitives/reduce";
import { exp } from "@lanewise/compiler/primitives/unary";
import { webgpuTarget } from "@lanewise/compiler/target";
import { expectNear, jaxprOf, randomInputs, reference, runSteps } from "../../support/programs.ts";
import { randomProgram } from "../../support/random-programs.ts";
import { gridDevices, gridRecipes, recipesFor } from "../../support/webgpu-recipes.ts";
import { doublyBound } from "../../support/webgpu-programs.ts";

const shaderGolden = (name: string): string => fileURLToPath(new URL(`../goldens/shaders/${name}.wgsl`, import.meta.url));

/** A shader under a line about its launch. */
function shaderText({ text, launch }: KernelCode): string {
  if (launch === null) throw new Error("a kernel that is no shader");
  return `// ${workgroupsOf(launch, [])} workgroups of ${launch.workgroupSize}\n${text}`;
}

const seeds = process.env["LANEWISE_FULL"] === "1" ? 1000 : 15;

describe.each(["int32", "float32"] as const)("random programs of %s for webgpu", (dtype) => {
  it("give the results of their equations, their invocations in either order", { timeout: 600_000 }, () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const jaxpr = randomProgram(seed, { dtype, equations: 3 + (seed % 20) });
      const compiled = compile(jaxpr, { name: `seed ${seed}`, target: "webgpu", verify: true });
      const inputs = randomInputs(jaxpr, seed);
      try {
        expectNear(jaxpr, runSteps(compiled.artifacts().kernel, inputs, seed % 2 === 0 ? "forward" : "reverse"), reference(jaxpr, inputs));
        expect(doublyBound(compiled.program)).toEqual([]);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}\n${textOf(compiled, "all")}`, { cause: error });
      }
    }
  });
});

// Backwards finds what one invocation leaves for another without a barrier; on the tiny device everything meets.
const orders = process.env["LANEWISE_FULL"] === "1" ? ["forward", "reverse"] as const : ["reverse"] as const;

describe.each(gridDevices)("recipes for %s", (_device, capabilities) => {
  it.each(recipesFor(capabilities).map(({ name, jaxpr }) => [name, jaxpr] as const))("%s", (name, jaxpr) => {
    const compiled = compile(jaxpr, { name: "recipe", target: "webgpu", verify: true, capabilities });
    const inputs = randomInputs(jaxpr, 5);
    const expected = reference(jaxpr, inputs);
    try {
      for (const order of orders) expectNear(jaxpr, runSteps(compiled.artifacts().kernel, inputs, order), expected);
      expect(doublyBound(compiled.program)).toEqual([]);
    } catch (error) {
      throw new Error(`${name}: ${String(error)}\n${textOf(compiled, "all")}`, { cause: error });
    }
  });
});

it("the recipes reach tiles in workgroup memory, shared rows, folds in two kernels, and vectors", () => {
  const [, tiny] = at(gridDevices, 2);
  const texts = gridRecipes.map(({ jaxpr }) => textOf(compile(jaxpr, { name: "recipe", target: "webgpu", capabilities: tiny }), "wgsl"));
  const share = (pattern: RegExp): number => texts.filter((text) => pattern.test(text)).length;
  expect(share(/var<workgroup> tile/)).toBeGreaterThan(10);
  expect(share(/var<workgroup> shared/)).toBeGreaterThan(20);
  expect(share(/fn \w+_chunks/)).toBeGreaterThan(5);
  expect(share(/array<vec4<f32>>/)).toBeGreaterThan(20);
  const [, withSubgroups] = at(gridDevices, 3);
  const folds = recipesFor(withSubgroups).map(({ jaxpr }) => textOf(compile(jaxpr, { name: "recipe", target: "webgpu", capabilities: withSubgroups }), "wgsl"));
  expect(folds.filter((text) => text.includes("enable subgroups;")).length).toBeGreaterThan(12);
});

describe("the shaders of a GPU", () => {
  const shown: readonly (readonly [string, Jaxpr])[] = [
    ["elementwise", jaxprOf(["f32[4096]"], (x) => add(mul(x, x), x))],
    ["row_sums", jaxprOf(["f32[64,1024]"], (x) => reduceSum(x, [1]))],
    ["column_sums", jaxprOf(["f32[64,1024]"], (x) => reduceSum(x, [0]))],
    ["long_sum", jaxprOf(["f32[1048576]"], (x) => reduceSum(x, [0]))],
    ["long_product", jaxprOf(["f32[64,8192]", "f32[8192,64]"], (x, y) => dotGeneral(x, y, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] }))],
    ["normalised_rows", jaxprOf(["f32[64,1024]"], (x) => {
      const centred = sub(x, broadcastInDim(reduceMax(x, [1]), [64, 1024], [0]));
      return mul(centred, broadcastInDim(reduceSum(centred, [1]), [64, 1024], [0]));
    })],
    ["product", jaxprOf(["f32[512,512]", "f32[512,512]"], (a, b) => dotGeneral(a, b, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] }))],
    ["odd_product", jaxprOf(["f32[67,45]", "f32[45,70]"], (a, b) => dotGeneral(a, b, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] }))],
    ["transposed", jaxprOf(["f32[64,96]"], (x) => transpose(x, [1, 0]))],
    ["convolution", jaxprOf(["f32[1,32,64,64]", "f32[64,32,3,3]"], (x, w) => convGeneralDilated(x, w, [1, 1], [[1, 1], [1, 1]]))],
    ["prefix_sums", jaxprOf(["f32[8,4096]"], (x) => cumsum(x, 1))],
  ];

  it.each(shown)("%s", async (name, jaxpr) => {
    const compiled = compile(jaxpr, { name, target: "webgpu", verify: true });
    const texts = compiled.program.kernels.map(shaderText);
    await expect(texts.join("\n")).toMatchFileSnapshot(shaderGolden(name));
  });

  it.each(shown.filter(([name]) => /row_sums|long_sum|normalised/.test(name)))("%s with subgroups", async (name, jaxpr) => {
    const { program } = compile(jaxpr, { name, target: "webgpu", verify: true, capabilities: { ...webgpuTarget, subgroups: true } });
    const texts = program.kernels.map(shaderText);
    await expect(texts.join("\n")).toMatchFileSnapshot(shaderGolden(`${name}_subgroups`));
  });
});

describe("a program for webgpu", () => {
  const compiled = compile(jaxprOf(["f32[300]"], (x) => exp(x)), { name: "shown", target: "webgpu", verify: true });

  it("is plain data with all that a launch needs", () => {
    expect(structuredClone(compiled.program)).toEqual(compiled.program);
    expect(at(compiled.program.kernels, 0).launch).toEqual({
      entryPoint: "map_exp", workgroupSize: 64, access: ["read", "readWrite"], scalars: [{ name: "runtimeZero", dtype: "uint32" }], workgroups: 2,
    });
    expect(at(compiled.program.steps, 0)).toMatchObject({ kind: "kernel", scalars: [{ kind: "fixed", value: 0 }] });
  });

  it("shows its shaders, and no JavaScript", () => {
    expect(textOf(compiled, "wgsl")).toContain("@compute @workgroup_size(64)");
    expect(textOf(compiled, "all")).toContain("--- wgsl ---");
    expect(() => textOf(compiled, "js")).toThrow(/compiled for webgpu/);
  });

  it("is refused for what webgpu has no memory for", () => {
    expect(() => compile(jaxprOf(["f64[3]"], (x) => exp(x)), { name: "double", target: "webgpu" })).toThrow(/LW1702/);
  });

  it("takes more dimensions of a dispatch where one does not hold it", () => {
    const long = compile(jaxprOf(["f32[1000]"], (x) => exp(x)), { name: "long", target: "webgpu", capabilities: { ...webgpuTarget, maxWorkgroups: 3 } });
    expect(textOf(long, "wgsl")).toContain("num_workgroups");
  });
});
