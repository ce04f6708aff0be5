/**
 * @file Kernels with more buffers than the target lets them bind: arrays of one dtype are copied into one array before the
 * kernel runs, or out of one after it. Fusion keeps to the limit, so this is for single operations of many operands or
 * results, such as the concatenation of twenty arrays.
 */

import { at, InternalError, required } from "../base/assert.ts";
import type { KernelStep, StagedKernel, Step, StepProgram, ValueSpec } from "../artifact/types.ts";
import { add, int } from "../kernel/expressions.ts";
import type { BufferParam, Kernel, Stmt } from "../kernel/types.ts";
import { freshNames, mapStmts } from "../kernel/walk.ts";
import type { Capabilities } from "../target.ts";

/** Parts of a packed array begin at multiples of this many elements, so that vectors of them stay aligned. */
const alignment = 4;

/** Buffers of a kernel that become one. */
interface Pack {
  /** Their numbers and where each begins, in elements. */
  readonly parts: readonly { readonly buffer: number; readonly begin: number; readonly length: number }[];
  readonly length: number;
  readonly access: "read" | "write";
}

interface Packed {
  readonly kernel: StagedKernel<Kernel>;
  readonly packs: readonly Pack[];
  /** The old buffers that stay, in order; the packs come after them. */
  readonly kept: readonly number[];
}

/** The program with every kernel within the limit. @throws InternalError where dtypes are too many to be packed */
export function packBuffers(program: StepProgram<Kernel>, { maxBuffers }: Capabilities): StepProgram<Kernel> {
  if (program.kernels.every(({ code }) => code.buffers.length <= maxBuffers)) return program;
  const packed = program.kernels.map((kernel) => (kernel.code.buffers.length <= maxBuffers ? null : packKernel(kernel, maxBuffers)));
  const values: ValueSpec[] = [...program.values];
  const steps = program.steps.flatMap((step): readonly Step[] => {
    const found = step.kind === "kernel" ? at(packed, step.kernel) : null;
    return step.kind === "kernel" && found !== null ? packStep(step, found, values) : [step];
  });
  return { ...program, values, steps, kernels: program.kernels.map((kernel, number) => at(packed, number)?.kernel ?? kernel) };
}

function packKernel(staged: StagedKernel<Kernel>, maxBuffers: number): Packed {
  const { code, inPlace } = staged;
  const packs = choosePacks(code.buffers, maxBuffers, code.name);
  const gone = new Set(packs.flatMap(({ parts }) => parts.map(({ buffer }) => buffer)));
  const kept = code.buffers.flatMap((_, number) => (gone.has(number) ? [] : [number]));
  const fresh = freshNames(code);
  const places = new Map<string, { readonly name: string; readonly begin: number }>();
  const added = packs.map(({ parts, length, access }): BufferParam => {
    const name = fresh("packed");
    for (const { buffer, begin } of parts) places.set(at(code.buffers, buffer).name, { name, begin });
    return { name, dtype: at(code.buffers, at(parts, 0).buffer).dtype, length: int(length), access, aliasGroup: null };
  });
  const body = mapStmts(code.body, (statement): Stmt => {
    const place = statement.kind === "load" || statement.kind === "store" ? places.get(statement.buffer) : undefined;
    if (place === undefined || (statement.kind !== "load" && statement.kind !== "store")) return statement;
    return { ...statement, buffer: place.name, index: add(statement.index, place.begin) };
  });
  const pairs = inPlace.flatMap(([read, written]) => (gone.has(read) || gone.has(written) ? [] : [[kept.indexOf(read), kept.indexOf(written)] as const]));
  const buffers = [...kept.map((number) => at(code.buffers, number)), ...added];
  return { kernel: { ...staged, code: { ...code, buffers, body }, inPlace: pairs }, packs, kept };
}

/** As many of the smallest buffers as must go, of one dtype and access after the other, the most numerous first. */
function choosePacks(buffers: readonly BufferParam[], maxBuffers: number, name: string): readonly Pack[] {
  const groups = new Map<string, number[]>();
  buffers.forEach(({ dtype, access, length }, number) => {
    if (access === "readWrite" || length.kind !== "const") return;
    const key = `${dtype} ${access}`;
    groups.set(key, [...groups.get(key) ?? [], number]);
  });
  let excess = buffers.length - maxBuffers;
  const packs: Pack[] = [];
  for (const group of [...groups.values()].toSorted((left, right) => right.length - left.length)) {
    if (excess <= 0) break;
    if (group.length < 2) continue;
    const bySize = group.toSorted((left, right) => lengthOf(at(buffers, left)) - lengthOf(at(buffers, right)));
    const chosen = bySize.slice(0, excess + 1);
    packs.push(packOf(chosen.toSorted((left, right) => left - right), buffers));
    excess -= chosen.length - 1;
  }
  if (excess > 0) throw new InternalError(`${name} has ${buffers.length} buffers of too many dtypes for the ${maxBuffers} that the target binds`);
  return packs;
}

function packOf(numbers: readonly number[], buffers: readonly BufferParam[]): Pack {
  let end = 0;
  const parts = numbers.map((buffer) => {
    const begin = end;
    const length = lengthOf(at(buffers, buffer));
    end += Math.ceil(length / alignment) * alignment;
    return { buffer, begin, length };
  });
  return { parts, length: end, access: at(buffers, at(numbers, 0)).access === "read" ? "read" : "write" };
}

function lengthOf({ name, length }: BufferParam): number {
  if (length.kind !== "const") throw new InternalError(`the length of ${name} is not known`);
  return length.value;
}

/** Copies in, the kernel, copies out. */
function packStep(step: KernelStep, { packs, kept }: Packed, values: ValueSpec[]): readonly Step[] {
  const before: Step[] = [];
  const after: Step[] = [];
  const added = packs.map(({ parts, length, access }) => {
    const { dtype } = required(values[at(step.buffers, at(parts, 0).buffer)], "a packed value");
    const whole = values.push({ dtype, length, input: null }) - 1;
    for (const { buffer, begin, length: count } of parts) {
      const part = at(step.buffers, buffer);
      if (count === 0) continue;
      if (access === "read") before.push({ kind: "copy", from: part, fromOffset: 0, to: whole, toOffset: begin, count });
      else after.push({ kind: "copy", from: whole, fromOffset: begin, to: part, toOffset: 0, count });
    }
    return whole;
  });
  return [...before, { ...step, buffers: [...kept.map((number) => at(step.buffers, number)), ...added] }, ...after];
}
