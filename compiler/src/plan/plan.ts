/**
 * @file Memory: where every array of a program lies. Temporaries share one arena, and a place is used again when the array in
 * it has been read for the last time; an elementwise result takes the place of a dying operand. Outputs are memory of their
 * own, which the caller keeps.
 *
 * A grid target may not read and write one buffer in one dispatch, so there every temporary is a block of its own, which
 * another one takes over when it has died; and two parameters of a kernel that are one place become one that is read and written.
 */

import { at, InternalError, required } from "../base/assert.ts";
import type { OutputSource, Slot, StagedKernel, Step, StepProgram, ValueSpec } from "../artifact/types.ts";
import type { BufferParam, Kernel } from "../kernel/types.ts";
import { mapStmts } from "../kernel/walk.ts";
import { storedBytes, type Capabilities } from "../target.ts";
import { ArenaMemory, BlockMemory, type Memory, type Place } from "./memory.ts";

export interface PlannedProgram {
  readonly slots: readonly Slot[];
  readonly arenaBytes: number;
  readonly blocks: readonly number[];
  readonly outputSources: readonly OutputSource[];
  readonly kernels: readonly Kernel[];
  readonly steps: readonly Step[];
}

/** `donated` are inputs whose memory the program may write: their callers have no more use for them. */
export function planMemory(program: StepProgram<Kernel>, capabilities: Capabilities, donated: readonly number[] = []): PlannedProgram {
  return new Planner(program, capabilities, donated).plan();
}

/** The steps that touch a value: first the one that writes it. An output lives to the end. */
interface Lifetime {
  first: number;
  last: number;
}

class Planner {
  readonly #program: StepProgram<Kernel>;
  readonly #lifetimes: ReadonlyMap<number, Lifetime>;
  /** The first output that a value is. */
  readonly #outputs = new Map<number, number>();
  /** The value whose memory a value takes, found from the last step to the first. */
  readonly #taken = new Map<number, number>();
  readonly #aliased = new Map<number, (readonly [read: number, written: number])[]>();
  readonly #slots: Slot[] = [];
  readonly #slotOf = new Map<number, number>();
  readonly #temporaries = new Map<string, number>();
  readonly #capabilities: Capabilities;
  readonly #donated: ReadonlySet<number>;
  readonly #memory: Memory;
  /** Where empty arrays lie, if there are any. */
  #emptyPlace: Place | null = null;
  /** Copies whose result takes the operand's memory. */
  readonly #needless = new Set<number>();

  constructor(program: StepProgram<Kernel>, capabilities: Capabilities, donated: readonly number[]) {
    this.#program = program;
    this.#capabilities = capabilities;
    this.#donated = new Set(donated);
    this.#memory = capabilities.grid ? new BlockMemory() : new ArenaMemory();
    this.#lifetimes = lifetimesOf(program);
    program.results.forEach((value, output) => {
      if (this.#value(value).input === null && !this.#outputs.has(value)) this.#outputs.set(value, output);
    });
  }

  plan(): PlannedProgram {
    this.#program.steps.forEach((step, number) => this.#takePlaces(step, number));
    this.#placeFixed();
    this.#placeTemporaries();
    const kernels: Kernel[] = [];
    const variants = new Map<string, number>();
    const steps = this.#program.steps.flatMap((step, number): readonly Step[] => {
      if (this.#needless.has(number)) return [];
      if (step.kind === "copy") return [{ ...step, from: this.#slot(step.from), to: this.#slot(step.to) }];
      const pairs = this.#aliased.get(number) ?? [];
      const key = `${step.kernel} ${pairs.join(" ")}`;
      const { code } = at(this.#program.kernels, step.kernel);
      const kernel = variants.get(key) ?? kernels.push(this.#capabilities.grid ? merged(code, pairs) : aliasing(code, pairs)) - 1;
      variants.set(key, kernel);
      const buffers = step.buffers.filter((_, position) => !this.#capabilities.grid || !pairs.some(([read]) => read === position));
      return [{ ...step, kernel, buffers: buffers.map((value) => this.#slot(value)) }];
    });
    const outputSources = this.#program.results.map((value): OutputSource => {
      const { input } = this.#value(value);
      if (input !== null) return { kind: "input", input };
      const slot = this.#slot(value);
      const place = at(this.#slots, slot);
      return place.kind === "input" ? { kind: "input", input: place.input } : { kind: "slot", slot };
    });
    const { blocks } = this.#memory;
    const arenaBytes = blocks.reduce((sum, bytes) => sum + bytes, 0);
    return { slots: this.#slots, arenaBytes, blocks, outputSources, kernels, steps };
  }

  #value(value: number): ValueSpec {
    return at(this.#program.values, value);
  }

  #bytes(value: number): number {
    const { dtype, length } = this.#value(value);
    return storedBytes(dtype, length, this.#capabilities);
  }

  #slot(value: number): number {
    const known = this.#slotOf.get(value);
    if (known !== undefined) return known;
    // No step writes an empty array, and one may still be read.
    if (this.#value(value).length > 0) throw new InternalError(`value ${value} is read and never written`);
    const slot = this.#temporary(value, required(this.#emptyPlace, "place for empty arrays"));
    this.#slotOf.set(value, slot);
    return slot;
  }

  /** Gives results of a step the memory of operands that die there. */
  #takePlaces(step: Step, number: number): void {
    if (step.kind === "copy") {
      if (step.fromOffset !== 0 || step.toOffset !== 0 || !this.#mayTake(step.from, step.to, [step.from, step.to], number)) return;
      this.#taken.set(step.to, step.from);
      this.#needless.add(number);
      return;
    }
    for (const [read, written] of at(this.#program.kernels, step.kernel).inPlace) {
      const [operand, result] = [at(step.buffers, read), at(step.buffers, written)];
      if (!this.#mayTake(operand, result, step.buffers, number)) continue;
      this.#taken.set(result, operand);
      const pairs = this.#aliased.get(number) ?? [];
      this.#aliased.set(number, [...pairs, [read, written]]);
    }
  }

  #mayTake(operand: number, result: number, buffers: readonly number[], step: number): boolean {
    const [from, to] = [this.#value(operand), this.#value(result)];
    const isOurs = from.input === null ? !this.#outputs.has(operand) : this.#donated.has(from.input) && !this.#program.results.includes(operand);
    const dies = isOurs && this.#lifetimes.get(operand)?.last === step;
    const fits = from.dtype === to.dtype && from.length === to.length;
    const isNew = this.#lifetimes.get(result)?.first === step && !this.#taken.has(result);
    const isFree = ![...this.#aliased.get(step) ?? []].some(([read]) => at(buffers, read) === operand);
    const isBoundOnce = buffers.indexOf(operand) === buffers.lastIndexOf(operand);
    return dies && fits && isNew && isFree && isBoundOnce;
  }

  /** Inputs and outputs, and what ends as an output because an output takes its memory. */
  #placeFixed(): void {
    this.#program.values.forEach(({ dtype, length, input, extents }, value) => {
      if (input === null) return;
      this.#slotOf.set(value, this.#slots.push({ kind: "input", input, dtype, length, ...(extents === undefined ? {} : { extents }) }) - 1);
    });
    for (const [value, output] of this.#outputs) {
      const { dtype, length, extents } = this.#value(value);
      const members: number[] = [];
      for (let member: number | undefined = value; member !== undefined; member = this.#taken.get(member)) members.push(member);
      // A donated input at the end of the chain is the output's memory.
      const slot = this.#slotOf.get(at(members, -1))
        ?? this.#slots.push({ kind: "output", output, dtype, length, ...(extents === undefined ? {} : { extents }) }) - 1;
      for (const member of members) this.#slotOf.set(member, slot);
    }
  }

  /** Step after step: places for what it writes, then places back of what it was the last to read. */
  #placeTemporaries(): void {
    const takers = new Map([...this.#taken].map(([result, operand]) => [operand, result]));
    const dying = new Map<number, number[]>();
    for (const [value, { last }] of this.#lifetimes) dying.set(last, [...dying.get(last) ?? [], value]);
    const places = new Map<number, Place>();
    // Nothing else lies there: a step that reads an empty array may write anything.
    if ([...this.#lifetimes.keys()].some((value) => this.#value(value).length === 0 && !this.#slotOf.has(value))) this.#emptyPlace = this.#memory.allocate(0);
    this.#program.steps.forEach((step, number) => {
      for (const value of writtenBy(step, this.#program.kernels)) {
        if (this.#slotOf.has(value)) continue;
        const operand = this.#taken.get(value);
        if (operand !== undefined && !places.has(operand)) {
          this.#slotOf.set(value, required(this.#slotOf.get(operand), "donated input to take"));
          continue;
        }
        const place = operand === undefined ? this.#memory.allocate(this.#bytes(value)) : required(places.get(operand), "place to take");
        places.set(value, place);
        this.#slotOf.set(value, this.#temporary(value, place));
      }
      for (const value of dying.get(number) ?? []) {
        const place = places.get(value);
        if (place !== undefined && !takers.has(value)) this.#memory.free(place, this.#bytes(value));
      }
    });
  }

  /** The slot of a temporary; arrays of one type that use one place after each other share it. */
  #temporary(value: number, { block, offset }: Place): number {
    const { dtype, length } = this.#value(value);
    const key = `${dtype} ${length} ${block} ${offset}`;
    const known = this.#temporaries.get(key);
    if (known !== undefined) return known;
    const slot = this.#slots.push({ kind: "temporary", dtype, length, block, offset }) - 1;
    this.#temporaries.set(key, slot);
    return slot;
  }
}

function lifetimesOf(program: StepProgram<Kernel>): ReadonlyMap<number, Lifetime> {
  const lifetimes = new Map<number, Lifetime>();
  program.steps.forEach((step, number) => {
    for (const value of step.kind === "kernel" ? step.buffers : [step.from, step.to]) {
      const known = lifetimes.get(value);
      if (known === undefined) lifetimes.set(value, { first: number, last: number });
      else known.last = number;
    }
  });
  return lifetimes;
}

function writtenBy(step: Step, kernels: readonly StagedKernel<Kernel>[]): readonly number[] {
  if (step.kind === "copy") return [step.to];
  const { buffers } = at(kernels, step.kernel).code;
  return step.buffers.filter((_, position) => at(buffers, position).access !== "read");
}

/** The kernel told which of its buffers are the same memory. */
function aliasing(code: Kernel, pairs: readonly (readonly [number, number])[]): Kernel {
  if (pairs.length === 0) return code;
  const groups = new Map(pairs.flatMap((pair, group) => pair.map((buffer) => [buffer, group] as const)));
  const buffers = code.buffers.map((buffer, position): BufferParam => ({ ...buffer, aliasGroup: groups.get(position) ?? buffer.aliasGroup }));
  return { ...code, buffers };
}

/** The kernel with each operand that a result takes the memory of gone: what it loads comes from the result's buffer. */
function merged(code: Kernel, pairs: readonly (readonly [number, number])[]): Kernel {
  if (pairs.length === 0) return code;
  const name = (position: number): string => at(code.buffers, position).name;
  const target = new Map(pairs.map(([read, written]) => [name(read), name(written)]));
  const written = new Set(target.values());
  const buffers = code.buffers.filter((buffer) => !target.has(buffer.name))
    .map((buffer): BufferParam => (written.has(buffer.name) ? { ...buffer, access: "readWrite" } : buffer));
  const body = mapStmts(code.body, (statement) => (
    statement.kind === "load" ? { ...statement, buffer: target.get(statement.buffer) ?? statement.buffer } : statement
  ));
  return { ...code, buffers, body };
}
