/** @file Prints where the arrays of a program lie, and which steps use them. */

import { at } from "../base/assert.ts";
import { byteSize, shortName } from "../base/dtype.ts";
import type { OutputSource, Slot, Step } from "../artifact/types.ts";
import type { PlannedProgram } from "./plan.ts";

export function printMemory(plan: PlannedProgram): string {
  const lines = [
    `arena: ${plan.arenaBytes} bytes${plan.blocks.length > 1 ? ` in blocks of ${plan.blocks.join(", ")}` : ""}`,
    `peak: ${peakBytes(plan)} bytes with inputs and outputs`,
  ];
  plan.slots.forEach((slot, number) => lines.push(`slot ${number}: ${slotText(slot)}, ${lifetimeText(number, plan)}`));
  plan.steps.forEach((step, number) => lines.push(`step ${number}: ${stepText(step, plan)}`));
  plan.outputSources.forEach((source, output) => lines.push(`output ${output}: ${sourceText(source, plan)}`));
  return lines.join("\n");
}

/** Bytes of the arrays that are there when the program runs: outputs are allocated at its beginning, and the arena as a whole. */
export function peakBytes({ slots, arenaBytes }: PlannedProgram): number {
  return slots.reduce((sum, { kind, dtype, length }) => (kind === "temporary" ? sum : sum + length * byteSize(dtype)), arenaBytes);
}

/** The steps that touch a place; several arrays may lie there one after the other. */
function lifetimeText(slot: number, { steps }: PlannedProgram): string {
  const users = steps.flatMap((step, number) => ((step.kind === "copy" ? [step.from, step.to] : step.buffers).includes(slot) ? [number] : []));
  const [first, last] = [users[0], users.at(-1)];
  if (first === undefined) return "used by no step";
  return first === last ? `used by step ${first}` : `used by steps ${first} to ${last ?? first}`;
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
  if (step.kind === "copy") return `copy ${step.count} elements from slot ${step.from} at ${step.fromOffset} to slot ${step.to} at ${step.toOffset}`;
  const kernel = at(plan.kernels, step.kernel);
  const bound = kernel.buffers.map((buffer, position) => `${buffer.name} = slot ${at(step.buffers, position)}`);
  return `${kernel.name}(${bound.join(", ")}) over ${step.extent}`;
}

function sourceText(source: OutputSource, plan: PlannedProgram): string {
  if (source.kind === "slot") return `slot ${source.slot}`;
  const slot = plan.slots.findIndex((place) => place.kind === "input" && place.input === source.input);
  return plan.steps.some((step) => writes(step, slot, plan)) ? `in the memory of input ${source.input}, which is donated` : `input ${source.input} as it is`;
}

function writes(step: Step, slot: number, { kernels }: PlannedProgram): boolean {
  if (step.kind === "copy") return step.to === slot;
  return at(kernels, step.kernel).buffers.some(({ access }, position) => access !== "read" && step.buffers[position] === slot);
}
