/** @file Memory over many steps: eager loops stay in bounds without a turn of the event loop, compiled steps allocate nothing that grows. */
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { grad, jit, memory, numpy as np, tree, type NDArray } from "lanewise";
import { expect, it } from "vitest";

const isFull = process.env["LANEWISE_FULL"] === "1";

/** Collects all garbage. Array buffers are released on another thread after a collection, which the next collection waits for. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let pass = 0; pass < 3; pass++) {
    collect();
    await setImmediate();
  }
}

const megabytes = (bytes: number): number => bytes / (1 << 20);

it("synchronous eager steps on arrays of 1 MB stay below 300 MB beyond the start", () => {
  const steps = isFull ? 10_000 : 300;
  let x = np.ones([1 << 18]);
  x.mul(0.5).add(0.5);
  const start = process.memoryUsage().rss;
  let most = 0;
  for (let step = 0; step < steps; step++) {
    x = x.mul(0.5).add(0.5 + step * 1e-9);
    if (step % 20 === 0) most = Math.max(most, process.memoryUsage().rss - start);
  }
  expect(x.get(0).itemSync()).toBeCloseTo(1, 3);
  expect(megabytes(most)).toBeLessThan(300);
});

it("a compiled training step keeps nothing but its parameters", async () => {
  const loss = (w: NDArray, x: NDArray): NDArray => np.tanh(np.matmul(x, w)).mul(x.sum()).mean();
  const step = jit((w: NDArray, x: NDArray) => w.sub(grad(loss)(w, x).mul(1e-3)), { donateArgnums: 0 });
  const x = np.arange(32 * 32, { dtype: "float32" }).mul(1e-3).reshape([32, 32]);
  let w = np.ones([32, 32]).mul(0.01);
  const run = (steps: number): void => { for (let count = 0; count < steps; count++) w = step(w, x); };
  run(300);
  await collectGarbage();
  const [before, reported] = [process.memoryUsage(), JSON.stringify(memory())];
  run(isFull ? 20_000 : 2_000);
  await collectGarbage();
  const after = process.memoryUsage();
  expect(JSON.stringify(memory())).toBe(reported);
  expect(megabytes(after.arrayBuffers - before.arrayBuffers)).toBeLessThan(1);
  expect(megabytes(after.heapUsed - before.heapUsed)).toBeLessThan(2);
  expect(tree.leaves(w)).toHaveLength(1);
});
