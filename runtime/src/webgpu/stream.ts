/**
 * @file The commands of one GPU device in their order. They are collected in one encoder, in one compute pass while nothing
 * but dispatches comes, and submitted at the end of the turn, when someone must see them, or when there are many. All reads
 * of a turn share one mapping.
 */

import { at, required } from "@lanewise/compiler/base/assert";
import { Batch } from "./batch.ts";
import type { Counters } from "./counters.ts";
import { closeScopes, openScopes, type ScopeErrors } from "./gpu-errors.ts";
import { mapModeRead, usage } from "./gpu.ts";
import type { Block, BufferPool } from "./pool.ts";
import type { DispatchTimer } from "./timing.ts";

/** Dispatches and bytes of new arrays after which a batch is submitted. */
const manyDispatches = 64;
const manyBytes = 64 << 20;

interface PendingRead {
  readonly block: Block;
  readonly offset: number;
  readonly bytes: number;
  readonly resolve: (bytes: ArrayBuffer) => void;
  readonly reject: (reason: unknown) => void;
}

export interface StreamLimits {
  readonly maxBufferBytes: number;
  readonly maxReadBytes: number;
}

export class Stream {
  readonly #device: GPUDevice;
  readonly #counters: Counters;
  readonly #limits: StreamLimits;
  #pool: BufferPool | null = null;
  #batch: Batch | null = null;
  #serial = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #dispatches = 0;
  #bytes = 0;
  #reads: PendingRead[] = [];
  #staging: GPUBuffer[] = [];
  #timer: DispatchTimer | null = null;

  /** @param limits the largest buffer, and bytes above which reads are not put into one mapping */
  constructor(device: GPUDevice, counters: Counters, limits: StreamLimits) {
    this.#device = device;
    this.#counters = counters;
    this.#limits = limits;
  }

  /** The pool that reads give their pins back to. */
  attach(pool: BufferPool): void {
    this.#pool = pool;
  }

  /** The number of the batch that the next command goes to. */
  get serial(): number {
    return this.#serial;
  }

  /** The batch that commands go to now. Every call of the device happens inside one, so that its errors have a place. */
  open(): Batch {
    if (this.#batch !== null) return this.#batch;
    const batch = new Batch(this.#serial);
    this.#batch = batch;
    openScopes(this.#device);
    queueMicrotask(() => {
      if (this.#batch === batch) this.flush();
    });
    return batch;
  }

  /** While a timer is set, each dispatch has a pass of its own, which the timer measures. */
  set timer(timer: DispatchTimer | null) {
    this.flush();
    this.#timer = timer;
  }

  dispatch(kernel: string, pipeline: GPUComputePipeline, group: GPUBindGroup, size: readonly [number, number, number]): void {
    if (this.#timer !== null) this.#endPass();
    this.#pass ??= this.#beginPass(this.#timer?.next(kernel));
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, group);
    this.#pass.dispatchWorkgroups(...size);
    this.#dispatches++;
    this.#counters.dispatches++;
  }

  copy(from: GPUBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, bytes: number): void {
    this.#endPass().copyBufferToBuffer(from, fromOffset, to, toOffset, bytes);
    this.#counters.copies++;
  }

  /** Writes to a buffer that no command of the open batch uses: the queue does it before them. */
  upload(buffer: GPUBuffer, words: ArrayBufferView<ArrayBuffer>): void {
    this.open();
    this.#device.queue.writeBuffer(buffer, 0, words);
    this.#counters.uploads++;
  }

  /** Counts new memory; submits where much has come together. To be called between programs. */
  rest(bytes: number): void {
    this.#bytes += bytes;
    if (this.#dispatches >= manyDispatches || this.#bytes >= manyBytes) this.flush();
  }

  /** The bytes of a buffer after all commands so far. Rejects where the device is lost on the way, or refuses, with its reason. */
  read(block: Block, bytes: number): Promise<ArrayBuffer> {
    const { maxBufferBytes, maxReadBytes } = this.#limits;
    const most = Math.min(maxReadBytes, maxBufferBytes);
    if (this.#readEnd() > 0 && this.#readEnd() + bytes > most) this.flush();
    this.open();
    block.pins++;
    return new Promise((resolve, reject) => {
      this.#reads.push({ block, offset: this.#readEnd(), bytes, resolve, reject });
      if (this.#readEnd() >= most) this.flush();
    });
  }

  /** Where the next read begins in the mapping. */
  #readEnd(): number {
    const last = this.#reads.at(-1);
    return last === undefined ? 0 : align(last.offset + last.bytes);
  }

  /** Submits what there is. */
  flush(): void {
    const batch = this.#batch;
    if (batch === null) return;
    const reads = this.#reads;
    this.#reads = [];
    const staging = reads.length === 0 ? null : this.#encodeReads(reads);
    this.#pass?.end();
    if (this.#encoder !== null) {
      this.#device.queue.submit([this.#encoder.finish()]);
      this.#counters.submits++;
    }
    const errors = closeScopes(this.#device);
    this.#batch = null;
    this.#encoder = null;
    this.#pass = null;
    this.#dispatches = 0;
    this.#bytes = 0;
    this.#serial++;
    batch.close(errors);
    for (const { block } of reads) this.#pool?.unpin(block);
    this.#pool?.age();
    if (staging !== null) void this.#deliver(staging, reads, errors);
  }

  /** Resolves when everything asked so far is done. */
  async settled(): Promise<void> {
    this.flush();
    await this.#device.queue.onSubmittedWorkDone();
  }

  #encodeReads(reads: readonly PendingRead[]): GPUBuffer {
    const last = required(reads.at(-1), "a read");
    const used = last.offset + last.bytes;
    const size = Math.max(used, Math.min(this.#limits.maxBufferBytes, Math.max(leastStaging, 2 ** Math.ceil(Math.log2(used)))));
    const known = this.#staging.findIndex((buffer) => buffer.size === size);
    const staging = known < 0
      ? this.#device.createBuffer({ size, usage: usage.mapRead | usage.copyDestination })
      : at(this.#staging.splice(known, 1), 0);
    for (const { block, offset, bytes } of reads) this.copy(block.gpu, 0, staging, offset, bytes);
    return staging;
  }

  async #deliver(staging: GPUBuffer, reads: readonly PendingRead[], errors: Promise<ScopeErrors>): Promise<void> {
    const last = required(reads.at(-1), "a read");
    const used = last.offset + last.bytes;
    try {
      this.#counters.maps++;
      await staging.mapAsync(mapModeRead, 0, used);
      const mapped = staging.getMappedRange(0, used);
      for (const { offset, bytes, resolve } of reads) resolve(mapped.slice(offset, offset + bytes));
      this.#counters.readBytes += reads.reduce((sum, { bytes }) => sum + bytes, 0);
      staging.unmap();
      if (staging.size <= largestKeptStaging && this.#staging.length < keptStagings) this.#staging.push(staging);
      else staging.destroy();
    } catch (error) {
      staging.destroy();
      // There was no memory to read into, say; nothing is known of a device that is lost.
      const { any } = await errors;
      for (const { reject } of reads) reject(any ?? error);
    }
  }

  #beginPass(timestampWrites?: GPUComputePassTimestampWrites): GPUComputePassEncoder {
    this.open();
    this.#encoder ??= this.#device.createCommandEncoder();
    this.#counters.passes++;
    return this.#encoder.beginComputePass(timestampWrites === undefined ? {} : { timestampWrites });
  }

  #endPass(): GPUCommandEncoder {
    this.open();
    this.#pass?.end();
    this.#pass = null;
    this.#encoder ??= this.#device.createCommandEncoder();
    return this.#encoder;
  }
}

const leastStaging = 1024;
const keptStagings = 8;
const largestKeptStaging = 64 << 20;

/** A mapped range begins at a multiple of 8 bytes. */
function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
