/** @file Random kernels give the same as WebAssembly and on the interpreter, bit for bit, scalar and in vectors. */
import { required } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printKernel } from "@lanewise/compiler/kernel/print";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { expect, it } from "vitest";
import { differenceOf } from "../support/gate-runner.ts";
import { randomNumbers } from "../support/gate/types.ts";
import { randomKernel } from "../support/random-kernels.ts";
import { randomSimdBuffers, randomSimdKernel } from "../support/random-simd-kernels.ts";
import { runOnWasm, type SimdWidth } from "../support/wasm-runner.ts";

const widths: readonly SimdWidth[] = [1, 2, 4, 16];
const count = process.env["LANEWISE_FULL"] === "1" ? 1000 : 60;
const exactly = { absolute: 0, relative: 0 };

async function check(
  kernel: Kernel, scalars: Readonly<Record<string, number>>, buffers: () => Record<string, HostArray>, width: SimdWidth,
): Promise<void> {
  const wanted = buffers();
  interpret(kernel, { buffers: wanted, scalars });
  const actual = buffers();
  const names = kernel.buffers.map(({ name }) => name);
  await runOnWasm(width)({
    buffers: [],
    steps: [{ kernel, buffers: names, scalars: kernel.scalars.map(({ name }) => required(scalars[name], name)), grid: [2 ** 30] }],
  }, actual);
  for (const name of names) {
    const difference = differenceOf(required(actual[name], name), required(wanted[name], name), exactly);
    expect(difference, `${name} in vectors of ${width}\n${printKernel(kernel)}`).toBeNull();
  }
}

it.each(widths)("kernels with loops, branches and arrays, vectors of %i", async (width) => {
  for (let seed = 1; seed <= count; seed += 1) {
    const { kernel, scalars, buffers } = randomKernel(seed);
    await check(kernel, scalars, buffers, width);
  }
});

it.each(widths)("kernels with a simd loop, vectors of %i", async (width) => {
  const next = randomNumbers(width);
  for (let round = 0; round < count; round += 1) {
    const tape = Array.from({ length: 150 }, () => Math.floor(next() * 1000));
    const { kernel, scalars } = randomSimdKernel(tape);
    await check(kernel, scalars, randomSimdBuffers, width);
  }
});
