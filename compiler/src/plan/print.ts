/** @file Prints where the arrays of a program lie, and which steps use them. */

import { at } from "../base/assert.ts";
import { shortName } from "../base/dtype.ts";
import type { OutputSource, Slot, Step } from "../artifact/types.ts";
import type { PlannedProgram } from "./plan.ts";

export function printMemory(plan: PlannedProgram): string {
  const lines = [`arena: ${plan.arenaBytes} bytes${plan.blocks.length > 1 ? ` in blocks of ${plan.blocks.join(", ")}` : ""}`];
  plan.slots.forEach((slot, number) => lines.push(`slot ${number}: ${slotText(slot)}`));
  plan.steps.forEach((step, number) => lines.push(`step ${number}: ${stepText(step, plan)}`));
  plan.outputSources.forEach((source, output) => lines.push(`output ${output}: ${sourceText(source)}`));
  return lines.join("\n");
}

function slotText(slot: Slot): string {
  const type = `${shortName(slot.dtype)}[${slot.length}]`;
  switch (slot.kind) {
    case "input": return `input ${slot.input} ${type}`;
    case "output": return `output ${slot.output} ${type}`;
    case "constant": return `constant ${type}`;
    case "temporary": return `temporary ${type} at byte ${slot.offset}${slot.block > 0 ? ` of block ${slot.block}` : ""}`;
  }
}

function stepText(step: Step, plan: PlannedProgram): string {
  if (step.kind === "copy") return `copy ${step.count} elements from slot ${step.from} to slot ${step.to}`;
  const kernel = at(plan.kernels, step.kernel);
  const bound = kernel.buffers.map((buffer, position) => `${buffer.name} = slot ${at(step.buffers, position)}`);
  return `${kernel.name}(${bound.join(", ")}) over ${step.extent}`;
}

function sourceText(source: OutputSource): string {
  return source.kind === "input" ? `input ${source.input} as it is` : `slot ${source.slot}`;
}
