/**
 * @file The recipes for targets that run a grid of workgroups. Which one a kernel gets follows from its loops and from how its
 * loads move with them, never from what it was made of; sizes are those of the tuning record.
 */

import { required } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import { simplifyKernel } from "../kernel/simplify.ts";
import type { Kernel } from "../kernel/types.ts";
import { definitionsIn } from "../kernel/walk.ts";
import type { Capabilities, GridTuning } from "../target.ts";
import { collapseLoops } from "./collapse.ts";
import { contractionOf, scheduleContraction } from "./gpu-contract.ts";
import { dealToInvocations, iterationsOf, splitTail } from "./gpu-map.ts";
import type { RowShape } from "./gpu-meet.ts";
import { maskGuards } from "./gpu-guards.ts";
import type { Contraction } from "./gpu-tile.ts";
import { rowProgram, scheduleRows, mostTripsOf, type RowProgram } from "./gpu-rows.ts";
import { splitFold, type SplitFold } from "./gpu-split.ts";
import { stageTransposes } from "./gpu-transpose.ts";
import { hoistInvariants } from "./hoist.ts";
import { extentOf, loadPattern, loadsIn, parallelNest, perfectNest } from "./nest.ts";
import { inOrder, singleStep, type Scheduled, type ScheduledBuffer } from "./scheduled.ts";

/** Elements that an invocation should have at least of a row that it shares, and of a chunk of a fold. */
const leastElements = 8;
const leastChunk = 64;
/** Products that each result should have at least of a chunk of a contraction. */
const leastProducts = 256;

export function scheduleForGrid(kernel: Kernel, capabilities: Capabilities): Scheduled {
  const wanted = required(capabilities.tuning, "tuning of a grid target");
  const atMost = (invocations: number): number => Math.min(invocations, 2 ** Math.floor(Math.log2(capabilities.maxWorkgroup)));
  const tuning: GridTuning = { ...wanted, workgroup: atMost(wanted.workgroup), rowInvocations: atMost(wanted.rowInvocations) };
  const scheduled = byRecipe(simplifyKernel(collapseLoops(kernel)), tuning, capabilities, true);
  return { ...scheduled, steps: scheduled.steps.map((step) => ({ ...step, kernel: hoistInvariants(simplifyKernel(step.kernel)) })) };
}

function byRecipe(kernel: Kernel, tuning: GridTuning, capabilities: Capabilities, maySplit: boolean): Scheduled {
  const nest = parallelNest(kernel);
  const program = rowProgram(nest);
  const total = iterationsOf(nest);
  const parts = maySplit ? splitTail(kernel, nest, tuning) : null;
  if (parts !== null) return inOrder(parts.map((part) => dealToInvocations(part, parallelNest(part), tuning)));
  if (program === null || total === null) return singleStep(stageTransposes(kernel, nest, tuning, capabilities) ?? dealToInvocations(kernel, nest, tuning));
  const contraction = maskedContraction(kernel, program);
  const split = maySplit && contraction !== null ? splitContraction(contraction, tuning) : null;
  if (split !== null) return inTwo(split, tuning, capabilities);
  const tiled = contraction === null ? null : scheduleContraction(contraction.contraction, tuning, capabilities);
  if (tiled !== null) return singleStep(tiled);
  const across = runsAcross(kernel, program);
  const shape = across ? { lanes: 1, rows: 1, inSubgroups: false } : rowShape(program, total, tuning, capabilities);
  const chunked = maySplit ? splitFold(kernel, program, chunksFor(program, total, shape.lanes, tuning)) : null;
  if (chunked !== null) return inTwo(chunked, tuning, capabilities);
  const rows = across ? null : scheduleRows(kernel, program, shape) ?? scheduleRows(kernel, program, { lanes: 1, rows: Math.min(total, tuning.workgroup), inSubgroups: false });
  return singleStep(rows ?? dealToInvocations(kernel, nest, tuning));
}

interface MaskedContraction {
  readonly contraction: Contraction;
  readonly program: RowProgram;
}

/** The kernel as a contraction, its guards as masks; null where it is none. */
function maskedContraction(kernel: Kernel, program: RowProgram): MaskedContraction | null {
  const masked = maskGuards(kernel);
  const whole = masked === null ? program : rowProgram(parallelNest(masked));
  const contraction = whole === null ? null : contractionOf(masked ?? kernel, whole);
  return whole === null || contraction === null ? null : { contraction, program: whole };
}

/** A contraction with so few results that they do not keep the device busy, in chunks that are contractions, too. */
function splitContraction({ contraction, program }: MaskedContraction, tuning: GridTuning): SplitFold | null {
  const { kernel, nest, folds } = contraction;
  const [rows, columns] = tuning.tile.registers;
  const trips = folds.map((fold) => extentOf(fold) ?? 1);
  const chunks = Math.min(
    Math.floor(tuning.invocations * rows * columns / (iterationsOf(nest) ?? 1)), Math.floor(sizeOf(trips) / leastProducts), Math.max(...trips),
  );
  const split = chunks < 2 ? null : splitFold(kernel, program, chunks);
  if (split === null) return null;
  const first = simplifyKernel(split.first.kernel);
  const firstProgram = rowProgram(parallelNest(first));
  return firstProgram !== null && maskedContraction(first, firstProgram) !== null ? split : null;
}

function inTwo({ first, second, scratch }: SplitFold, tuning: GridTuning, capabilities: Capabilities): Scheduled {
  const steps = [first, second].flatMap(({ kernel, buffers }) => byRecipe(simplifyKernel(kernel), tuning, capabilities, false).steps.map((step) => ({
    kernel: step.kernel, buffers: step.buffers.map((buffer): ScheduledBuffer => (buffer.kind === "buffer" ? required(buffers[buffer.buffer], "buffer") : buffer)),
  })));
  return { scratch, steps };
}

/** How many invocations share a row, and how many rows a workgroup. Those of a long row meet in subgroups where there are any. */
function rowShape({ loops }: RowProgram, total: number, tuning: GridTuning, { subgroups }: Capabilities): RowShape {
  const longest = Math.max(...loops.map(({ dealt }) => mostTripsOf(dealt) ?? 1));
  const wanted = Math.min(tuning.rowInvocations, 2 ** Math.floor(Math.log2(Math.max(1, longest / leastElements))));
  if (subgroups && wanted > 1 && 2 * wanted >= tuning.workgroup) return { lanes: Math.max(wanted, tuning.workgroup), rows: 1, inSubgroups: true };
  const rows = Math.max(1, Math.min(total, Math.floor(tuning.workgroup / wanted)));
  return { lanes: wanted, rows, inSubgroups: false };
}

/** Into how many chunks a fold goes so that the device is busy. */
function chunksFor({ loops }: RowProgram, total: number, lanes: number, tuning: GridTuning): number {
  const trips = Math.max(...loops.flatMap(({ statement }) => perfectNest(statement).map((loop) => mostTripsOf(loop) ?? 1)));
  return Math.min(Math.ceil(tuning.invocations / (total * lanes)), Math.floor(trips / leastChunk / Math.min(lanes, 16)));
}

/** Whether neighbours of the innermost parallel loop are neighbours in memory, and those of the loops of folds are not. */
function runsAcross(kernel: Kernel, { nest, loops }: RowProgram): boolean {
  const columns = nest.loops.at(-1);
  if (columns === undefined) return false;
  const definitions = definitionsIn(kernel.body);
  let [across, along] = [0, 0];
  for (const { statement, dealt } of loops) {
    for (const load of loadsIn([statement])) {
      const pattern = loadPattern(load, definitions);
      if (!pattern.dependsOn(dealt.index)) continue;
      if (pattern.stride(columns.index) === 1 && pattern.stride(dealt.index) !== 1) across += 1;
      if (pattern.stride(dealt.index) === 1) along += 1;
    }
  }
  return across > 0 && along === 0;
}
