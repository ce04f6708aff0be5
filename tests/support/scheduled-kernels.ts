/** @file Runs what scheduling made of a kernel on the reference interpreter, step after step, with memory between the steps. */

import { at } from "@lanewise/compiler/base/assert";
import { allocateHost, type HostArray } from "@lanewise/compiler/base/dtype";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import type { Scheduled } from "@lanewise/compiler/schedule/scheduled";
import { singleStep } from "@lanewise/compiler/schedule/scheduled";
import { randomNumbers } from "./programs.ts";

/** The same small multiples of 1/8 for every run, so that float64 sums lose nothing that float32 sums keep. */
function inputsOf(kernel: Kernel, integersBelow: number): HostArray[] {
  const next = randomNumbers(5);
  return kernel.buffers.map(({ dtype, length, access }) => {
    const host = allocateHost(dtype, length.kind === "const" ? length.value : 0);
    if (access !== "read") return host;
    const isInteger = dtype === "int32";
    host.forEach((_, index) => { host[index] = isInteger ? Math.floor(next() * integersBelow) : Math.floor(next() * 64) / 8 - 4; });
    return host;
  });
}

/** What the verified steps write to the buffers of `original` that it writes. */
export function runScheduled(original: Kernel, { steps, scratch }: Scheduled, order: "forward" | "reverse" = "forward", integersBelow = 4): HostArray[] {
  const own = inputsOf(original, integersBelow);
  // What nobody has written must not be read.
  const between = scratch.map(({ dtype, length }) => allocateHost(dtype, length).fill(dtype === "float32" || dtype === "float64" ? NaN : -7));
  for (const { kernel, buffers } of steps) {
    verifyKernel(kernel);
    const bound = buffers.map((buffer) => (buffer.kind === "buffer" ? at(own, buffer.buffer) : at(between, buffer.scratch)));
    interpret(kernel, { buffers: Object.fromEntries(kernel.buffers.map(({ name }, position) => [name, at(bound, position)])), order });
  }
  return own.filter((_, position) => at(original.buffers, position).access !== "read");
}

/** What the kernel itself writes. */
export function runAsWritten(kernel: Kernel, integersBelow = 4): HostArray[] {
  return runScheduled(kernel, singleStep(kernel), "forward", integersBelow);
}
