/**
 * @file Limits of a GPU are kept by folding and splitting, shown with limits far below those of any device. The device with
 * all of them runs every program, the others every third one, and what is about windows where they are small; in the long run (LANEWISE_FULL) every one.
 */
import type { GpuLimits } from "@lanewise/runtime";
import { defaultDevice, devices, grad, init, jit, numpy as np, vmap, type NDArray } from "lanewise";
import { afterAll, describe, expect, it } from "vitest";
import { describeWebgpu } from "../support/webgpu.ts";

/** Limits to keep. Each row is one device. */
const table: readonly (readonly [name: string, limits: Partial<GpuLimits>])[] = [
  ["16 workgroups in each dimension", { maxWorkgroups: 16 }],
  ["4 buffers in a shader", { maxBuffers: 4 }],
  ["128 invocations in a workgroup", { maxInvocations: 128 }],
  ["1 KiB of workgroup memory", { workgroupBytes: 1024 }],
  ["16 KiB in a binding", { maxBindingBytes: 16_384 }],
  ["all of these", { maxWorkgroups: 16, maxBuffers: 4, maxInvocations: 128, workgroupBytes: 1024 }],
];

const isFull = process.env["LANEWISE_FULL"] === "1";
const many = Array.from({ length: 12 }, (_, index) => index);

const programs: Readonly<Record<string, () => NDArray>> = {
  "an elementwise chain": () => jit((x: NDArray) => np.sin(x).mul(x).add(1))(np.arange(20_000)),
  "a full reduction": () => jit((x: NDArray) => x.mul(2).sum())(np.arange(20_000).mod(7)),
  "row and column reductions": () => jit((x: NDArray) => x.sum(0).add(x.max(1)))(np.arange(10_000).reshape(100, 100).mod(13)),
  "a softmax": () => jit((x: NDArray) => np.exp(x.sub(x.max(1).reshape(64, 1))).div(np.exp(x).sum(1).reshape(64, 1)))(np.arange(6400).reshape(64, 100).mod(3)),
  "a product of matrices and its gradient": () => {
    const a = np.arange(40 * 50).reshape(40, 50).mod(5).astype("float32");
    return jit(grad((x: NDArray) => np.tanh(np.dot(x, a.transpose()).mul(0.01)).sum()))(a.add(1));
  },
  "a transpose of a large array": () => jit((x: NDArray) => x.transpose().mul(1))(np.arange(15_000).reshape(150, 100)),
  "a sort": () => jit((x: NDArray) => np.sort(x))(np.arange(400).mul(7919).mod(401)),
  "a prefix sum": () => np.cumsum(np.arange(2000).mod(3)),
  "12 operands": () => jit((...xs: NDArray[]) => xs.reduce((sum, x, index) => sum.add(x.mul(index))))(...many.map((index) => np.arange(50).add(index))),
  "12 operands side by side": () => jit((...xs: NDArray[]) => np.concatenate(xs))(...many.map((index) => np.arange(5 + index).add(index))),
  "12 operands of two dtypes": () => jit((...xs: NDArray[]) => np.concatenate([np.concatenate(xs.slice(0, 6)), np.stack(xs.slice(6)).astype("int32").reshape(30)]))(
    ...many.map((index) => (index < 6 ? np.arange(5) : np.full([5], index)))),
  "12 operands stacked at once, eagerly": () => np.stack(many.map((index) => np.arange(5).mul(index))),
  "12 results": () => {
    const results = jit((x: NDArray) => many.map((index) => np.sin(x.mul(index))))(np.arange(40)) as unknown as NDArray[];
    return results.reduce((sum, result) => sum.add(result));
  },
  "an empty batch": () => jit(vmap((x: NDArray) => np.dot(x, x)))(np.zeros([0, 5])),
  "an operation of more windows than a shader binds": () => {
    const x = np.arange(40_000).mod(11);
    return jit((a: NDArray, b: NDArray, c: NDArray) => np.where(a.greater(5), b, c))(x, x.mul(2), x.sub(1));
  },
  "rows of more windows than a shader binds": () => jit((a: NDArray, b: NDArray) => a.mul(b).sum(1))(np.arange(30_000).mod(5).reshape(300, 100), np.arange(30_000).mod(3).reshape(300, 100)),
  "a chain whose last window is one element": () => jit((x: NDArray) => np.sin(x).mul(x))(np.arange(16_385)),
};

function onJs(run: () => NDArray): unknown {
  defaultDevice("js");
  return run().toArraySync();
}

function near(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(actual) && Array.isArray(expected)) return actual.length === expected.length && actual.every((item, index) => near(item, expected[index]));
  return typeof actual === "number" && typeof expected === "number" && Math.abs(actual - expected) <= 1e-4 * Math.max(1, Math.abs(expected));
}

describeWebgpu("limits are kept", () => {
  afterAll(() => {
    defaultDevice("js");
  });

  describe.each(table.map(([name, limits], index) => [name, limits, index] as const))("%s", (_name, limits, index) => {
    const isLast = index === table.length - 1;
    const isOfWindows = (name: string): boolean => limits.maxBindingBytes !== undefined && name.includes("window");
    const names = Object.keys(programs).filter((name, place) => isFull || isLast || isOfWindows(name) || (place + index) % 3 === 0);
    it.each(names)("%s", async (name) => {
      const run = programs[name];
      if (run === undefined) throw new Error(`no program ${name}`);
      const expected = onJs(run);
      if (devices().filter(({ kind }) => kind === "webgpu").length <= index) await init({ webgpu: { devices: index + 1, limits } });
      defaultDevice(`webgpu:${index}`);
      const actual = await run().toArray();
      expect(near(actual, expected), `${JSON.stringify(actual).slice(0, 200)} is not ${JSON.stringify(expected).slice(0, 200)}`).toBe(true);
    });
  });
});
