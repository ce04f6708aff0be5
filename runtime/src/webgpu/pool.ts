/**
 * @file Buffers of one GPU device by size class. A buffer that is given back may be written again by later commands at
 * once, because the queue runs commands in their order; a host's upload overtakes commands that are not submitted, and so
 * takes only buffers that no such command uses. The same holds for destroying one: the driver keeps the memory of a
 * destroyed buffer until what was submitted with it is done.
 */

import { raise } from "@lanewise/compiler/base/errors";
import { memoryBudget, outOfGpuMemory } from "../errors.ts";
import { usage } from "./gpu.ts";

/** A buffer with what the pool must know about it. */
export interface Block {
  readonly gpu: GPUBuffer;
  readonly size: number;
  /** The batch that was open when it was given back. */
  serial: number;
  /** Commands to come that need its content; it goes back to the pool after them. */
  pins: number;
  isReturned: boolean;
  /** Whether a user has the buffer in hands: it is never used for another array. */
  isShared: boolean;
}

export interface PoolLimits {
  /** The largest buffer that the device makes. */
  readonly maxBufferBytes: number;
  /** Bytes that all buffers may have together. */
  readonly budgetBytes: number;
}

/** What the pool asks of the commands: the number of the open batch, and to submit it. */
export interface Submission {
  readonly serial: number;
  flush(): void;
}

const leastBytes = 256;
/** Unused buffers stay for so many batches, and longer where all of them together are few bytes. */
const batchesKept = 64;
const bytesKept = 64 << 20;

export class BufferPool {
  readonly #device: GPUDevice;
  #limits: PoolLimits;
  readonly #submission: Submission;
  readonly #free = new Map<number, Block[]>();
  #liveBytes = 0;
  #pooledBytes = 0;

  constructor(device: GPUDevice, limits: PoolLimits, submission: Submission) {
    this.#device = device;
    this.#limits = limits;
    this.#submission = submission;
  }

  set budgetBytes(bytes: number) {
    this.#limits = { ...this.#limits, budgetBytes: bytes };
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  get pooledBytes(): number {
    return this.#pooledBytes;
  }

  /** A buffer of at least `bytes`, of any content, for commands to write. */
  acquire(bytes: number): Block {
    const size = this.#sizeFor(bytes);
    return this.#take(this.#free.get(size)?.pop()) ?? this.#create(size);
  }

  /** The same for the host to write at once. */
  acquireForUpload(bytes: number): Block {
    const size = this.#sizeFor(bytes);
    const free = this.#free.get(size) ?? [];
    const place = free.findIndex((block) => block.serial < this.#submission.serial);
    return this.#take(place < 0 ? undefined : free.splice(place, 1)[0]) ?? this.#create(size);
  }

  release(block: Block): void {
    if (block.pins > 0) {
      block.isReturned = true;
      return;
    }
    this.#liveBytes -= block.size;
    // Whoever shares it keeps it alive; the engine's collector frees it after them.
    if (block.isShared) return;
    block.serial = this.#submission.serial;
    this.#pooledBytes += block.size;
    const free = this.#free.get(block.size);
    if (free === undefined) this.#free.set(block.size, [block]);
    else free.push(block);
  }

  unpin(block: Block): void {
    block.pins--;
    if (block.pins > 0 || !block.isReturned) return;
    block.isReturned = false;
    this.release(block);
  }

  /** Gives unused buffers back to the device, those first that have waited longest, until `bytes` of them are left. */
  trim(bytes = 0): void {
    if (this.#pooledBytes <= bytes) return;
    // A buffer must not be destroyed before the commands that use it are submitted.
    this.#submission.flush();
    for (const block of [...this.#free.values()].flat().toSorted((a, b) => a.serial - b.serial)) {
      if (this.#pooledBytes <= bytes) return;
      this.#destroy(block);
    }
  }

  /** Gives back what no batch has asked for in a long time: what a program needed once is not kept for ever. */
  age(): void {
    if (this.#pooledBytes <= bytesKept) return;
    const oldest = this.#submission.serial - batchesKept;
    for (const block of [...this.#free.values()].flat()) if (block.serial < oldest) this.#destroy(block);
  }

  #destroy(block: Block): void {
    const free = this.#free.get(block.size) ?? [];
    free.splice(free.indexOf(block), 1);
    this.#pooledBytes -= block.size;
    block.gpu.destroy();
  }

  #take(block: Block | undefined): Block | null {
    if (block === undefined) return null;
    this.#pooledBytes -= block.size;
    this.#liveBytes += block.size;
    return block;
  }

  #create(size: number): Block {
    const { budgetBytes } = this.#limits;
    this.trim(Math.max(0, budgetBytes - this.#liveBytes - size));
    if (this.#liveBytes + size > budgetBytes) {
      raise(memoryBudget, {
        operation: "webgpu", expected: `at most ${budgetBytes} bytes of arrays`, got: `${this.#liveBytes} bytes in use and ${size} more asked for`,
        fix: "await something in the loop, so that arrays out of reach are collected; dispose of arrays; or raise init({ webgpu: { memoryBudget } })",
      });
    }
    this.#liveBytes += size;
    const gpu = this.#device.createBuffer({ size, usage: usage.storage | usage.copySource | usage.copyDestination });
    return { gpu, size, serial: -1, pins: 0, isReturned: false, isShared: false };
  }

  /** The bytes rounded up to a size class: four classes to a doubling, so that at most a quarter is wasted. */
  #sizeFor(bytes: number): number {
    const { maxBufferBytes } = this.#limits;
    if (bytes > maxBufferBytes) {
      raise(outOfGpuMemory, {
        operation: "webgpu", expected: `an array of at most ${maxBufferBytes} bytes, the device's largest buffer`, got: `${bytes} bytes`,
        fix: "split the array, or use another device",
      });
    }
    if (bytes <= leastBytes) return leastBytes;
    const step = 2 ** Math.max(2, Math.ceil(Math.log2(bytes)) - 3);
    return Math.min(Math.ceil(bytes / step) * step, maxBufferBytes);
  }
}
