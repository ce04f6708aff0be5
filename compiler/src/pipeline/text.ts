/** @file What every stage made, as text for people: for `lower().text(stage)` and for the command line. */

import { at, InternalError } from "../base/assert.ts";
import { shortName } from "../base/dtype.ts";
import { plural } from "../base/text.ts";
import type { Launch, Step, StepProgram } from "../artifact/types.ts";
import { printFusion } from "../fuse/print.ts";
import { printJaxpr } from "../ir/print.ts";
import { printKernel } from "../kernel/print.ts";
import type { Kernel } from "../kernel/types.ts";
import { printMemory } from "../plan/print.ts";
import { launchCosts } from "./launches.ts";
import type { Artifacts } from "./run.ts";
import { kernelSourceLines } from "./sources.ts";

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
    case "js": case "wgsl": return printCode(artifacts, stage);
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

function printCode(artifacts: Artifacts, stage: StageName): string {
  const { program } = artifacts;
  if (codeStages[program.target] !== stage) throw new InternalError(`${program.name} is compiled for ${program.target}, which has no ${stage}`);
  return program.kernels.map(({ text, launch }, number) => (launch === null ? text : `${launchText(number, launch, artifacts)}${text}`)).join("\n\n");
}

/** For each step that runs a shader what it is launched with and moves; then the user's lines that it comes from. */
function launchText(number: number, launch: Launch, artifacts: Artifacts): string {
  const workgroups = typeof launch.workgroups === "number" ? plural(launch.workgroups, "workgroup") : "workgroups by extents";
  const lines = launchCosts(artifacts).filter(({ kernel }) => kernel === number).map(({ step, bytes, flops }) => (
    `step ${step}: ${workgroups} of ${launch.workgroupSize}, ${plural(bytes, "byte")}, ${plural(flops, "flop")}`
  ));
  return [...lines, ...kernelSourceLines(artifacts, number)].map((line) => `// ${line}\n`).join("");
}
