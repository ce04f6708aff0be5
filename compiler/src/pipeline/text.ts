/** @file What every stage made, as text for people: for `lower().text(stage)` and for the command line. */

import { at, InternalError } from "../base/assert.ts";
import { shortName } from "../base/dtype.ts";
import type { Launch, Program, Step, StepProgram } from "../artifact/types.ts";
import { printFusion } from "../fuse/print.ts";
import { printJaxpr } from "../ir/print.ts";
import { printKernel } from "../kernel/print.ts";
import type { Kernel } from "../kernel/types.ts";
import { printMemory } from "../plan/print.ts";
import type { Artifacts } from "./run.ts";

/** The stages that have a text, in their order. The code of a kernel is `js` or `wgsl`, as the target has it. */
export const stageNames = ["jaxpr", "passes", "fusion", "steps", "kernel", "legal", "js", "wgsl", "memory"] as const;

export type StageName = (typeof stageNames)[number];

/** The stages that a compilation for the target has. */
export function stagesOf(target: string): readonly StageName[] {
  return stageNames.filter((name) => (name === "js" || name === "wgsl" ? name === codeStages[target] : true));
}

const codeStages: Readonly<Record<string, StageName>> = { js: "js", webgpu: "wgsl" };

/** @throws InternalError for the code of another target than that of the artifacts */
export function artifactText(artifacts: Artifacts, stage: StageName): string {
  switch (stage) {
    case "jaxpr": return printJaxpr(artifacts.jaxpr);
    case "passes": return printJaxpr(artifacts.passes);
    case "fusion": return printFusion(artifacts.fusion);
    case "steps": return printSteps(artifacts.steps);
    case "kernel": return printSteps(artifacts.kernel);
    case "legal": return printSteps(artifacts.legal);
    case "js": case "wgsl": return printCode(artifacts.program, stage);
    case "memory": return printMemory(artifacts.memory);
  }
}

/** The steps with what they bind, then the kernels. */
function printSteps(program: StepProgram<Kernel>): string {
  const steps = program.steps.map((step, number) => `step ${number}: ${stepText(step, program)}`);
  const results = program.results.map((value, output) => `output ${output}: ${valueText(value, program)}`);
  const kernels = program.kernels.map(({ code }) => printKernel(code));
  return [[...steps, ...results].join("\n"), ...kernels].join("\n\n");
}

function stepText(step: Step, program: StepProgram<Kernel>): string {
  if (step.kind === "copy") return `copy ${step.count} elements from ${valueText(step.from, program)} at ${step.fromOffset} to ${valueText(step.to, program)} at ${step.toOffset}`;
  const { code } = at(program.kernels, step.kernel);
  const bound = code.buffers.map((buffer, position) => `${buffer.name} = ${valueText(at(step.buffers, position), program)}`);
  return `kernel ${step.kernel} ${code.name}(${bound.join(", ")}) over ${step.extent}`;
}

function valueText(value: number, program: StepProgram<Kernel>): string {
  const { dtype, length, input } = at(program.values, value);
  return `${input === null ? `value ${value}` : `input ${input}`} ${shortName(dtype)}[${length}]`;
}

function printCode(program: Program, stage: StageName): string {
  if (codeStages[program.target] !== stage) throw new InternalError(`${program.name} is compiled for ${program.target}, which has no ${stage}`);
  return program.kernels.map(({ text, launch }) => (launch === null ? text : `${launchText(launch)}\n${text}`)).join("\n\n");
}

function launchText({ workgroups, workgroupSize }: Launch): string {
  return `// ${workgroups} workgroup${workgroups === 1 ? "" : "s"} of ${workgroupSize}`;
}
