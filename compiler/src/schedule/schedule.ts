/** @file Scheduling: every kernel of a program in the form that is fast on the target; may add kernels and scratch memory. */

import { at } from "../base/assert.ts";
import type { StagedKernel, Step, StepProgram, ValueSpec } from "../artifact/types.ts";
import type { Kernel } from "../kernel/types.ts";
import type { Capabilities } from "../target.ts";
import { scheduleForCpu } from "./cpu.ts";
import { scheduleForGrid } from "./gpu.ts";
import { gridExtent } from "./nest.ts";
import { singleStep, type Scheduled } from "./scheduled.ts";

export function scheduleProgram(program: StepProgram<Kernel>, capabilities: Capabilities): StepProgram<Kernel> {
  const values: ValueSpec[] = [...program.values];
  const kernels: StagedKernel<Kernel>[] = [];
  const steps: Step[] = [];
  // A kernel that several steps share is scheduled once; scratch memory is each step's own.
  const scheduled = program.kernels.map(({ code, inPlace, asWritten }) => {
    const result: Scheduled = asWritten ? singleStep(code) : capabilities.grid ? scheduleForGrid(code, capabilities) : scheduleForCpu(code, capabilities);
    const numbers = result.steps.map(({ kernel, buffers }) => {
      const isWhole = result.steps.length === 1 && buffers.length === code.buffers.length;
      kernels.push({ code: kernel, inPlace: isWhole ? inPlace : [], asWritten });
      return kernels.length - 1;
    });
    return { result, numbers };
  });
  for (const step of program.steps) {
    if (step.kind !== "kernel") {
      steps.push(step);
      continue;
    }
    const { result, numbers } = at(scheduled, step.kernel);
    const firstScratch = values.length;
    for (const { dtype, length } of result.scratch) values.push({ dtype, length, input: null });
    result.steps.forEach(({ kernel, buffers }, number) => {
      const bound = buffers.map((buffer) => (buffer.kind === "buffer" ? at(step.buffers, buffer.buffer) : firstScratch + buffer.scratch));
      steps.push({ ...step, kernel: at(numbers, number), buffers: bound, extent: result.steps.length === 1 && at(kernels, at(numbers, number)).asWritten ? step.extent : gridExtent(kernel) });
    });
  }
  return { ...program, values, kernels, steps };
}
