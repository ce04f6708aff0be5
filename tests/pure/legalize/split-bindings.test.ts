/** @file Arrays over the size of a binding: the windows of a program, and what is refused. */
import { at } from "@lanewise/compiler/base/assert";
import { compile } from "@lanewise/compiler/pipeline";
import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { webgpuTarget } from "@lanewise/compiler/target";
import { numpy as np, type NDArray } from "lanewise";
import { expect, it } from "vitest";
import { jaxprOf } from "../../support/programs.ts";

const capabilities = { ...webgpuTarget, maxBindingBytes: 16_384, maxBuffers: 12 };
const programOf = (jaxpr: Jaxpr) => compile(jaxpr, { name: "windows", target: "webgpu", capabilities, verify: true }).program;
const sum = (length: number): Jaxpr =>
  jaxprOf([`f32[${length}]`, `f32[${length}]`], (x, y) => np.sin(x as unknown as NDArray).add(y as unknown as NDArray) as unknown as Value);

it("an array within the limit is one binding", () => {
  expect(programOf(sum(4096)).kernels.map(({ launch }) => launch?.windows)).toEqual([undefined]);
});

it("a larger one is bound in windows, which cover it", () => {
  const { kernels, steps, slots } = programOf(sum(9000));
  const launch = at(kernels, 0).launch;
  const step = at(steps, 0);
  if (launch === null || step.kind !== "kernel") throw new Error("no shader");
  expect(launch.windows).toEqual([0, 1, 2].flatMap(() => [{ begin: 0, count: 4096 }, { begin: 4096, count: 4096 }, { begin: 8192, count: 808 }]));
  expect(launch.access).toHaveLength(9);
  expect(step.buffers.map((slot) => at(slots, slot).kind)).toEqual(["input", "input", "input", "input", "input", "input", "output", "output", "output"]);
});

it("fusion counts windows, so that a chain over large arrays is several kernels where one could not bind them", () => {
  const chain = (length: number): Jaxpr => jaxprOf(Array.from({ length: 4 }, () => `f32[${length}]`), (...xs) =>
    (xs as unknown as NDArray[]).reduce((sum, x) => sum.add(np.sin(x))) as unknown as Value);
  expect(programOf(chain(4096)).kernels).toHaveLength(1);
  const { kernels } = programOf(chain(12_000));
  expect(kernels.length).toBeGreaterThan(1);
  for (const { launch } of kernels) expect(launch?.access.length).toBeLessThanOrEqual(12);
});

it("where windows are too many, several kernels share the iterations: each binds those that it reaches, and together they cover the result", () => {
  const { kernels, steps, slots } = programOf(sum(100_000));
  const stored = steps.flatMap((step) => {
    if (step.kind !== "kernel") throw new Error("a copy");
    const windows = at(kernels, step.kernel).launch?.windows ?? [];
    expect(windows.length).toBeLessThanOrEqual(12);
    return windows.filter((_, place) => at(slots, at(step.buffers, place)).kind === "output").map(({ begin }) => begin);
  });
  expect([...new Set(stored)].sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, window) => window * 4096));
});

it("an operation of which few iterations reach more windows than a shader binds is refused: by name, with what each array needs and what there is", () => {
  const across = jaxprOf(["f32[400,300]", "f32[300,400]"], (x, y) => (x as unknown as NDArray).T.add(y as unknown as NDArray) as unknown as Value);
  const refused = expect(() => programOf(across));
  refused.toThrow(/\[LW1801\] map_\w+[^]*12 bindings of 16384 bytes[^]*\d+ bindings: \w+ of 480000 bytes in \d+, [^]*slices of the arrays of at most 16384 bytes/);
});
