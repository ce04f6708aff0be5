/** @file What hands out places to arrays that live for part of a program: one arena, or blocks that are bound whole. */

import { ArenaPlan } from "./arena.ts";
import { BlockPlan } from "./blocks.ts";

/** The beginning of an array: so many bytes into a block. */
export interface Place {
  readonly block: number;
  readonly offset: number;
}

export interface Memory {
  /** Bytes of each block. */
  readonly blocks: readonly number[];
  allocate(bytes: number): Place;
  /** Gives a place back. */
  free(place: Place, bytes: number): void;
}

export class ArenaMemory implements Memory {
  readonly #arena = new ArenaPlan();

  get blocks(): readonly number[] {
    return [this.#arena.bytes];
  }

  allocate(bytes: number): Place {
    return { block: 0, offset: this.#arena.allocate(bytes) };
  }

  free({ offset }: Place, bytes: number): void {
    this.#arena.free(offset, bytes);
  }
}

export class BlockMemory implements Memory {
  readonly #plan = new BlockPlan();

  get blocks(): readonly number[] {
    return this.#plan.blocks;
  }

  allocate(bytes: number): Place {
    return { block: this.#plan.allocate(bytes), offset: 0 };
  }

  free({ block }: Place): void {
    this.#plan.free(block);
  }
}
