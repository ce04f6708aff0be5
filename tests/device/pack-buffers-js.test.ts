/** @file Operations of more arrays than a kernel may bind, under limits that are tried on js: packed, copied in, copied out. */
import { at } from "@lanewise/compiler/base/assert";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { compile } from "@lanewise/compiler/pipeline";
import { jsTarget } from "@lanewise/compiler/target";
import type { Value } from "@lanewise/compiler/ir/types";
import { JsDevice } from "@lanewise/runtime";
import { numpy as np, type NDArray } from "lanewise";
import { expect, it } from "vitest";
import { jaxprOf } from "../support/programs.ts";

const limit = 4;

function compiled(specs: readonly string[], run: (...arrays: NDArray[]) => NDArray | readonly NDArray[]) {
  const jaxpr = jaxprOf(specs, (...inputs) => run(...(inputs as unknown as NDArray[])) as unknown as Value | readonly Value[]);
  return compile(jaxpr, { name: "packed", target: "js", capabilities: { ...jsTarget, maxBuffers: limit }, verify: true }).program;
}

it.each([
  ["of one dtype", ["f32[3]", "f32[5]", "f32[0]", "f32[7]", "f32[1]", "f32[2]", "f32[9]"]],
  ["of many", Array.from({ length: 40 }, (_, index) => `f32[${index % 5}]`)],
])("arrays side by side, %s", (_name, specs) => {
  const program = compiled(specs, (...arrays) => np.concatenate(arrays));
  for (const step of program.steps) if (step.kind === "kernel") expect(step.buffers.length).toBeLessThanOrEqual(limit);
  expect(program.steps.some(({ kind }) => kind === "copy")).toBe(true);
  let next = 0;
  const inputs = program.inputs.map(({ shape, dtype }) => allocateHost(dtype, sizeOf(shape)).map(() => next++));
  const [result] = new JsDevice().prepare(program).run(inputs);
  expect([...(result as Float32Array)]).toEqual(Array.from({ length: next }, (_, index) => index));
  expect(at(inputs, 0)).toEqual(Float32Array.from({ length: at(inputs, 0).length }, (_, index) => index));
});

it("leaves kernels within the limit as they are", () => {
  const program = compiled(["f32[3]", "f32[3]", "f32[3]"], (a, b, c) => np.concatenate([a, b, c] as NDArray[]));
  expect(new Set(program.steps.map(({ kind }) => kind))).toEqual(new Set(["kernel"]));
});
