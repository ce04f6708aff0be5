/**
 * @file Gate kernel 5: escape time of the Mandelbrot set. Each element has a While of its own inside a simd loop: on simd
 * hardware finished elements freeze and the loop ends with the last one; elsewhere each element leaves when it is done.
 */
import { at } from "@lanewise/compiler/base/assert";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import {
  KernelBuilder, add, and, constant, div, ge, int, le, lt, min, mul, sub,
} from "@lanewise/compiler/kernel/build";
import type { GateKernel } from "./types.ts";
import { partsOf, randomNumbers } from "./types.ts";

const block = 256;
const limit = 60;

function escapeTime(): Kernel {
  const k = new KernelBuilder("escapeTime");
  const n = k.scalar("n", "int32");
  const maxSteps = k.scalar("maxSteps", "int32");
  const real = k.buffer("real", { dtype: "float32", length: n, access: "read" });
  const imaginary = k.buffer("imaginary", { dtype: "float32", length: n, access: "read" });
  const steps = k.buffer("steps", { dtype: "int32", length: n, access: "write" });
  const stays = k.buffer("stays", { dtype: "bool", length: n, access: "write" });
  const float = (value: number) => constant(value, "float32");

  k.for("grid", 0, div(add(n, block - 1), block), 1, (group) => {
    const first = k.let(mul(group, block), "first");
    const last = k.let(min(add(first, block), n), "last");
    k.for("simd", first, last, 1, (i) => {
      const cx = k.load(real, i, { hint: "cx" });
      const cy = k.load(imaginary, i, { hint: "cy" });
      const x = k.var(float(0), "x");
      const y = k.var(float(0), "y");
      const count = k.var(int(0), "count");
      k.while(
        () => and(lt(count, maxSteps), le(add(mul(x, x), mul(y, y)), 4)),
        () => {
          const nextX = k.let(add(sub(mul(x, x), mul(y, y)), cx), "nextX");
          k.assign(y, add(mul(mul(float(2), x), y), cy));
          k.assign(x, nextX);
          k.assign(count, add(count, 1));
        },
      );
      k.store(steps, i, count);
      k.store(stays, i, ge(count, maxSteps));
    }, "i");
  }, "group");
  return k.build();
}

const kernel = escapeTime();

function countSteps(cx: number, cy: number, round: (value: number) => number): number {
  let x = 0;
  let y = 0;
  let count = 0;
  while (count < limit && round(round(x * x) + round(y * y)) <= 4) {
    const nextX = round(round(round(x * x) - round(y * y)) + cx);
    y = round(round(round(2 * x) * y) + cy);
    x = nextX;
    count += 1;
  }
  return count;
}

/** Whether rounding, fused or wider, cannot change the count: points near the border of the set are chaotic. */
function isRobust(cx: number, cy: number): boolean {
  const exact = (value: number): number => value;
  const count = countSteps(cx, cy, Math.fround);
  const shifts = [-1e-5, 0, 1e-5];
  return shifts.every((dx) => shifts.every((dy) => countSteps(cx + dx, cy + dy, exact) === count));
}

const inputsBySize = new Map<number, { real: Float32Array; imaginary: Float32Array }>();

function robustPoints(size: number): { real: Float32Array; imaginary: Float32Array } {
  const known = inputsBySize.get(size);
  if (known !== undefined) return known;
  const next = randomNumbers(size + 5);
  const real = new Float32Array(size);
  const imaginary = new Float32Array(size);
  for (let i = 0; i < size;) {
    const cx = Math.fround(3 * next() - 2.2);
    const cy = Math.fround(2.4 * next() - 1.2);
    if (!isRobust(cx, cy)) continue;
    real[i] = cx;
    imaginary[i] = cy;
    i += 1;
  }
  const points = { real, imaginary };
  inputsBySize.set(size, points);
  return points;
}

export const escapeTimeKernel: GateKernel = {
  name: "escapeTime",
  tolerance: { absolute: 0, relative: 0 },
  build: (size) => ({
    buffers: [
      { name: "real", dtype: "float32", length: size, role: "input" },
      { name: "imaginary", dtype: "float32", length: size, role: "input" },
      { name: "steps", dtype: "int32", length: size, role: "output" },
      { name: "stays", dtype: "bool", length: size, role: "output" },
    ],
    steps: [{
      kernel, buffers: ["real", "imaginary", "steps", "stays"], scalars: [size, limit], grid: [partsOf(size, block)],
    }],
  }),
  inputs: robustPoints,
  reference: (inputs) => {
    const real = inputs["real"] ?? new Float32Array(0);
    const imaginary = inputs["imaginary"] ?? new Float32Array(0);
    const steps = Int32Array.from(real, (cx, i) => countSteps(cx, at(imaginary, i), Math.fround));
    return { steps, stays: Uint8Array.from(steps, (count) => (count >= limit ? 1 : 0)) };
  },
};
