/** @file A block of memory for each array that lives at the same time, for targets that bind whole blocks. */

import { at, InternalError } from "../base/assert.ts";

/** Blocks have whole numbers of these, so that one serves arrays of about its size. */
const granularity = 256;

export class BlockPlan {
  readonly #blocks: number[] = [];
  readonly #free = new Set<number>();

  /** Bytes of each block. */
  get blocks(): readonly number[] {
    return [...this.#blocks];
  }

  /** The smallest free block that holds the array; else the largest free one, grown; else a new one. */
  allocate(bytes: number): number {
    const size = Math.max(1, Math.ceil(bytes / granularity)) * granularity;
    const sizeOf = (block: number): number => at(this.#blocks, block);
    const free = [...this.#free].sort((left, right) => sizeOf(left) - sizeOf(right));
    const block = free.find((candidate) => sizeOf(candidate) >= size) ?? free.at(-1);
    if (block === undefined) return this.#blocks.push(size) - 1;
    this.#blocks[block] = Math.max(sizeOf(block), size);
    this.#free.delete(block);
    return block;
  }

  free(block: number): void {
    if (this.#free.has(block)) throw new InternalError(`block ${block} is freed twice`);
    this.#free.add(block);
  }
}
