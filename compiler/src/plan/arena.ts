/** @file Places in one block of memory for arrays that live for part of a program, as low as they go. */

import { at, InternalError } from "../base/assert.ts";

/** Every array begins at a multiple of this many bytes: a cache line, and enough for any dtype. */
const alignment = 64;

interface Gap {
  readonly begin: number;
  readonly end: number;
}

export class ArenaPlan {
  /** Free ranges below the end, ascending, none touching another. */
  #gaps: Gap[] = [];
  #end = 0;
  #peak = 0;

  /** Bytes that hold every array placed so far. */
  get bytes(): number {
    return this.#peak;
  }

  /** The place of an array: in the smallest gap that holds it, or at the end. */
  allocate(bytes: number): number {
    const size = aligned(bytes);
    if (size === 0) return 0;
    let best = -1;
    this.#gaps.forEach((gap, index) => {
      const length = gap.end - gap.begin;
      if (length >= size && (best < 0 || length < lengthOf(at(this.#gaps, best)))) best = index;
    });
    if (best >= 0) {
      const { begin, end } = at(this.#gaps, best);
      if (end - begin === size) this.#gaps.splice(best, 1);
      else this.#gaps[best] = { begin: begin + size, end };
      return begin;
    }
    // A gap that ends where the arena ends is the beginning of the new place.
    const last = this.#gaps.at(-1);
    const begin = last?.end === this.#end ? last.begin : this.#end;
    if (last?.end === this.#end) this.#gaps.pop();
    this.#end = begin + size;
    this.#peak = Math.max(this.#peak, this.#end);
    return begin;
  }

  /** Gives a place back. */
  free(offset: number, bytes: number): void {
    const size = aligned(bytes);
    if (size === 0) return;
    const freed: Gap = { begin: offset, end: offset + size };
    let place = 0;
    while (place < this.#gaps.length && at(this.#gaps, place).begin < freed.begin) place++;
    const before = this.#gaps[place - 1];
    const after = this.#gaps[place];
    if ((before !== undefined && before.end > freed.begin) || (after !== undefined && after.begin < freed.end)) {
      throw new InternalError(`memory at ${offset} is freed twice`);
    }
    const joinsBefore = before?.end === freed.begin;
    const joinsAfter = after?.begin === freed.end;
    const joined: Gap = { begin: joinsBefore ? before.begin : freed.begin, end: joinsAfter ? after.end : freed.end };
    const first = joinsBefore ? place - 1 : place;
    this.#gaps.splice(first, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), joined);
  }
}

function lengthOf(gap: Gap): number {
  return gap.end - gap.begin;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
