/** @file A program made ready on a WebGPU device: its pipelines, constants and scalars, and the run of its steps. */

import { dispatchSize, packScalars, workgroupsOf } from "@lanewise/compiler/artifact/dispatch";
import type { KernelStep, Program, Slot, Step } from "@lanewise/compiler/artifact/types";
import { assertNever, at, InternalError, required } from "@lanewise/compiler/base/assert";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { LeastRecentlyUsed } from "@lanewise/compiler/base/least-recently-used";
import type { DeviceBuffer, Executable, KernelSources } from "../device.ts";
import type { Connection } from "./connection.ts";
import type { GpuLimits } from "./facts.ts";
import type { GpuArray } from "./gpu-array.ts";
import type { KernelOrigin } from "./gpu-errors.ts";
import { usage } from "./gpu.ts";
import { bytesPerElement, toWords } from "./layout.ts";
import type { Pipeline } from "./pipelines.ts";
import type { Block } from "./pool.ts";

/** What an executable asks of its device. */
export interface Host {
  /** The GPU device in use; throws where there is none at the moment. */
  connection(): Connection;
  /** Where the elements of an array lie; throws where they are lost. */
  blockOf(buffer: DeviceBuffer): { readonly array: GpuArray; readonly block: Block };
  /** A program has written into the memory of an array, which is given away. */
  overwritten(array: GpuArray, madeBy: string): void;
  /** An array of what a program has put into a block. */
  arrayIn(block: Block, byteLength: number, madeBy: string): GpuArray;
}

/** Bytes of a bound part of a buffer. */
interface Part {
  readonly slot: number;
  readonly offset: number;
  readonly bytes: number;
}

interface Dispatch {
  readonly kind: "dispatch";
  readonly kernel: number;
  readonly parts: readonly Part[];
  /** The place of its scalars in the uniform buffer; null without scalars. */
  readonly scalars: { readonly offset: number; readonly bytes: number } | null;
  readonly size: readonly [number, number, number];
  /** The bind group of the last run and what it binds. */
  bound: { readonly buffers: readonly GPUBuffer[]; readonly group: GPUBindGroup } | null;
}

interface Copy {
  readonly kind: "copy";
  readonly from: Part;
  readonly to: Part;
}

/** What lies on one GPU device for a program. */
interface Prepared {
  readonly connection: Connection;
  readonly pipelines: readonly Pipeline[];
  readonly constants: ReadonlyMap<number, GPUBuffer>;
  /** By the extents of a run, in a text; a program that takes none has one entry. */
  readonly runs: Map<string, Run>;
  readonly order: LeastRecentlyUsed<string>;
}

/** What a program does for certain extents. */
interface Run {
  readonly uniforms: GPUBuffer | null;
  /** Bytes of each slot. */
  readonly bytes: readonly number[];
  readonly actions: readonly (Dispatch | Copy)[];
}

/** Runs with other extents that are remembered, each of which has a few hundred bytes. */
const mostRuns = 64;
const noExtents: readonly number[] = [];

/** Where the blocks of temporaries begin and end to be used. */
interface BlockUse {
  readonly first: readonly (readonly number[])[];
  readonly last: readonly (readonly number[])[];
}

export class WebGpuExecutable implements Executable {
  readonly program: Program;
  readonly bytes: number;
  readonly #host: Host;
  readonly #sources: KernelSources;
  readonly #use: BlockUse;
  /** Inputs in whose memory results lie. */
  readonly #overwritten: readonly number[];
  #prepared: Prepared | null = null;

  constructor(program: Program, host: Host, sources: KernelSources) {
    this.program = program;
    this.#sources = sources;
    this.#host = host;
    this.#use = blockUse(program);
    this.#overwritten = overwrittenInputs(program);
    const textBytes = program.kernels.reduce((total, kernel) => total + kernel.text.length, 0);
    const constantBytes = program.slots.reduce((total, slot) => total + (slot.kind === "constant" ? slot.length * 8 : 0), 0);
    // A driver keeps some twenty bytes for each character of a shader.
    this.bytes = 1000 + 20 * textBytes + 500 * program.steps.length + constantBytes;
  }

  async ready(): Promise<void> {
    const connection = this.#host.connection();
    if (this.#prepared?.connection === connection) return;
    const pipelines = await Promise.all(this.program.kernels.map((_, kernel) => connection.pipelines.compile(this.#origin(kernel))));
    this.#prepared = this.#prepare(connection, pipelines);
  }

  run(inputs: readonly DeviceBuffer[], extents: readonly number[] = noExtents): readonly DeviceBuffer[] {
    const connection = this.#host.connection();
    const { pool, stream } = connection;
    const begun = stream.open();
    const prepared = this.#preparedOn(connection);
    const { uniforms, bytes, actions } = this.#runFor(prepared, extents);
    const sources = inputs.map((input) => this.#host.blockOf(input));
    const outputs = new Map<number, Block>();
    const blocks = new Map<number, Block>();
    const bufferOf = (slot: number): GPUBuffer => {
      const place = at(this.program.slots, slot);
      switch (place.kind) {
        case "input": return at(sources, place.input).block.gpu;
        case "output": return required(outputs.get(slot), "an output's buffer").gpu;
        case "constant": return required(prepared.constants.get(slot), "a constant's buffer");
        case "temporary": return required(blocks.get(place.block), "a temporary's buffer").gpu;
        default: return assertNever(place, "slot");
      }
    };

    let newBytes = 0;
    try {
      this.program.slots.forEach((slot, number) => {
        if (slot.kind !== "output") return;
        const block = pool.acquire(at(bytes, number));
        newBytes += block.size;
        outputs.set(number, block);
      });
      actions.forEach((action, step) => {
        for (const block of at(this.#use.first, step)) blocks.set(block, pool.acquire(at(this.program.blocks, block)));
        this.#act(action, prepared, uniforms, bufferOf);
        for (const block of at(this.#use.last, step)) {
          pool.release(required(blocks.get(block), "a block"));
          blocks.delete(block);
        }
      });
    } catch (error) {
      // There was no memory for all of them.
      for (const block of [...outputs.values(), ...blocks.values()]) pool.release(block);
      throw error;
    }

    const batch = stream.open();
    batch.include(begun);
    for (const { array } of sources) batch.include(array.batch);
    for (const place of this.#overwritten) this.#host.overwritten(at(sources, place).array, this.program.name);
    const arrays = new Map<number, GpuArray>();
    const results = this.program.outputSources.map((source): GpuArray => {
      if (source.kind === "input") return at(sources, source.input).array;
      const known = arrays.get(source.slot);
      if (known !== undefined) return known;
      const slot = at(this.program.slots, source.slot);
      const block = outputs.get(source.slot);
      if (block === undefined) throw new InternalError(`output of ${this.program.name} in a slot that is ${slot.kind}`);
      const array = this.#host.arrayIn(block, at(bytes, source.slot), this.program.name);
      arrays.set(source.slot, array);
      return array;
    });
    stream.rest(newBytes);
    return results;
  }

  #act(action: Dispatch | Copy, { connection, pipelines }: Prepared, uniforms: GPUBuffer | null, bufferOf: (slot: number) => GPUBuffer): void {
    if (action.kind === "copy") {
      const { from, to } = action;
      connection.stream.copy(bufferOf(from.slot), from.offset, bufferOf(to.slot), to.offset, to.bytes);
      return;
    }
    const { layout, pipeline } = at(pipelines, action.kernel);
    const buffers = action.parts.map(({ slot }) => bufferOf(slot));
    let { bound } = action;
    if (bound === null || !bound.buffers.every((buffer, index) => buffer === buffers[index])) {
      const entries = action.parts.map(({ offset, bytes }, binding): GPUBindGroupEntry => ({
        // A binding is never empty.
        binding, resource: { buffer: at(buffers, binding), offset, size: Math.max(4, bytes) },
      }));
      if (action.scalars !== null) {
        const { offset, bytes } = action.scalars;
        entries.push({ binding: entries.length, resource: { buffer: required(uniforms, "uniforms"), offset, size: bytes } });
      }
      bound = { buffers, group: connection.gpu.createBindGroup({ layout, entries }) };
      action.bound = bound;
    }
    connection.stream.dispatch(at(this.program.kernels, action.kernel).name, pipeline, bound.group, action.size);
  }

  #preparedOn(connection: Connection): Prepared {
    if (this.#prepared?.connection === connection) return this.#prepared;
    const pipelines = this.program.kernels.map((_, kernel) => connection.pipelines.get(this.#origin(kernel)));
    this.#prepared = this.#prepare(connection, pipelines);
    return this.#prepared;
  }

  #origin(kernel: number): KernelOrigin {
    return { program: this.program.name, kernel: at(this.program.kernels, kernel), sources: () => this.#sources(kernel) };
  }

  #prepare(connection: Connection, pipelines: readonly Pipeline[]): Prepared {
    const constants = new Map<number, GPUBuffer>();
    this.program.slots.forEach((slot, number) => {
      if (slot.kind !== "constant") return;
      const host = allocateHost(slot.dtype, slot.length);
      host.set(slot.values);
      constants.set(number, filled(connection, usage.storage | usage.copySource, toWords(slot.dtype, host)));
    });
    const runs = new Map<string, Run>();
    return { connection, pipelines, constants, runs, order: new LeastRecentlyUsed<string>(mostRuns, (key) => runs.delete(key)) };
  }

  #runFor({ connection, runs, order }: Prepared, extents: readonly number[]): Run {
    const key = extents.join();
    const known = runs.get(key);
    if (known !== undefined) {
      if (runs.size > 1) order.use(key);
      return known;
    }
    const bytes = this.program.slots.map((slot) => slotBytes(slot, extents));
    const scalars = new ScalarBuffer(connection.uniformAlignment);
    const actions = this.program.steps.map((step) => actionOf(step, this.program, bytes, scalars, extents, connection.limits));
    const content = scalars.bytes();
    // Each has a buffer of its own, because commands that wait to be submitted may read that of an earlier run.
    const run: Run = { uniforms: content.byteLength === 0 ? null : filled(connection, usage.uniform, content), bytes, actions };
    runs.set(key, run);
    order.add(key, 1);
    return run;
  }
}

function actionOf(step: Step, program: Program, bytes: readonly number[], scalars: ScalarBuffer, extents: readonly number[], limits: GpuLimits): Dispatch | Copy {
  switch (step.kind) {
    case "kernel": return dispatchOf(step, program, bytes, scalars, extents, limits);
    case "copy": {
      const from = partOf(step.from, program, bytes);
      const to = partOf(step.to, program, bytes);
      const each = bytesPerElement(at(program.slots, step.from).dtype);
      const moved = step.count * each;
      return {
        kind: "copy", from: { ...from, offset: from.offset + step.fromOffset * each, bytes: moved }, to: { ...to, offset: to.offset + step.toOffset * each, bytes: moved },
      };
    }
    default: return assertNever(step, "step");
  }
}

function dispatchOf(
  step: KernelStep, program: Program, slots: readonly number[], scalars: ScalarBuffer, extents: readonly number[],
  { maxWorkgroups, maxBindingBytes, maxBuffers }: GpuLimits,
): Dispatch {
  const { name, launch } = at(program.kernels, step.kernel);
  if (launch === null) throw new InternalError(`the kernel ${name} is no shader`);
  const values = step.scalars.map((scalar) => {
    switch (scalar.kind) {
      case "fixed": return scalar.value;
      case "extent": return at(extents, scalar.extent);
      case "input": throw new InternalError(`${name} takes a scalar from an array, which a host cannot read`);
      default: return assertNever(scalar, "scalar argument");
    }
  });
  const parts = step.buffers.map((slot, binding) => windowOf(partOf(slot, program, slots), launch.windows?.[binding]));
  if (parts.length > maxBuffers || parts.some(({ bytes }) => bytes > maxBindingBytes)) {
    throw new InternalError(`${name} binds ${parts.map(({ bytes }) => bytes).join(", ")} bytes, over the limits of the device: ${maxBuffers} of ${maxBindingBytes} bytes`);
  }
  return {
    kind: "dispatch", kernel: step.kernel, parts,
    scalars: launch.scalars.length === 0 ? null : scalars.place(packScalars(launch.scalars, values)),
    size: dispatchSize(workgroupsOf(launch, values), maxWorkgroups), bound: null,
  };
}

function partOf(number: number, program: Program, bytes: readonly number[]): Part {
  const slot = at(program.slots, number);
  return { slot: number, offset: slot.kind === "temporary" ? slot.offset : 0, bytes: at(bytes, number) };
}

/** Windows are of arrays with one word for each element. */
function windowOf(part: Part, window: { readonly begin: number; readonly count: number } | undefined): Part {
  return window === undefined ? part : { ...part, offset: part.offset + 4 * window.begin, bytes: 4 * window.count };
}

function slotBytes(slot: Slot, extents: readonly number[]): number {
  const own = slot.kind === "input" || slot.kind === "output" ? slot.extents : undefined;
  const count = own === undefined ? slot.length : own.reduce((product, extent) => product * at(extents, extent), 1);
  return count * bytesPerElement(slot.dtype);
}

/** The scalars of all dispatches of a program in one buffer; equal ones share a place. */
class ScalarBuffer {
  readonly #alignment: number;
  readonly #places = new Map<string, number>();
  readonly #contents: Uint8Array[] = [];

  constructor(alignment: number) {
    this.#alignment = alignment;
  }

  place(content: ArrayBuffer): { readonly offset: number; readonly bytes: number } {
    const bytes = new Uint8Array(content);
    const key = bytes.join();
    const known = this.#places.get(key) ?? this.#contents.push(bytes) - 1;
    this.#places.set(key, known);
    return { offset: known * this.#stride(), bytes: bytes.byteLength };
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#contents.length * this.#stride());
    this.#contents.forEach((content, place) => all.set(content, place * this.#stride()));
    return all;
  }

  /** Kernels have few scalars: their bytes fit one step of the alignment, and mostly leave some over. */
  #stride(): number {
    return this.#alignment;
  }
}

/** A new buffer with this content, which the engine's collector frees. */
function filled(connection: Connection, flags: number, words: ArrayBufferView<ArrayBuffer>): GPUBuffer {
  connection.stream.open();
  const buffer = connection.gpu.createBuffer({ size: Math.max(4, words.byteLength), usage: flags | usage.copyDestination });
  if (words.byteLength > 0) connection.gpu.queue.writeBuffer(buffer, 0, words);
  return buffer;
}

function overwrittenInputs({ steps, slots, kernels }: Program): readonly number[] {
  const written = steps.flatMap((step) => {
    if (step.kind === "copy") return [step.to];
    const access = at(kernels, step.kernel).launch?.access ?? [];
    return step.buffers.filter((_, position) => access[position] !== "read");
  });
  return [...new Set(written)].flatMap((number) => {
    const slot = at(slots, number);
    return slot.kind === "input" ? [slot.input] : [];
  });
}

function blockUse({ steps, slots, blocks }: Program): BlockUse {
  const first = steps.map((): number[] => []);
  const last = steps.map((): number[] => []);
  const uses = blocks.map((): { first: number; last: number } | null => null);
  steps.forEach((step, number) => {
    for (const place of step.kind === "kernel" ? step.buffers : [step.from, step.to]) {
      const slot = at(slots, place);
      if (slot.kind !== "temporary") continue;
      uses[slot.block] = { first: uses[slot.block]?.first ?? number, last: number };
    }
  });
  uses.forEach((use, block) => {
    if (use === null) return;
    at(first, use.first).push(block);
    at(last, use.last).push(block);
  });
  return { first, last };
}
