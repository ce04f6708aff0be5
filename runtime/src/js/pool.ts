/**
 * @file Memory of js arrays that were given back, for results to come: a fresh array of some size is memory that the system
 * must find, clear and map, which costs as much as many a kernel.
 */

import type { HostArray } from "@lanewise/compiler/base/dtype";

/** `Float32Array` and the like. */
export interface HostArrayClass {
  new (length: number): HostArray;
  new (buffer: ArrayBuffer): HostArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** Up to so many bytes an engine keeps the elements in the array's own object, which it makes faster than we find one. */
export const mostInObject = 64;
const defaultBudget = 128 << 20;
/** Arrays of one size: small ones would be many before they are many bytes. */
const mostOfOneSize = 256;

/** Arrays of one size in bytes, the one to use next at the end. */
interface Shelf {
  readonly arrays: HostArray[];
  /** The fewest that lay here since the last collection of garbage: so many were not needed. */
  fewest: number;
}

export class ArrayPool {
  /** By size in bytes, the size that was not used for the longest time first. */
  readonly #shelves = new Map<number, Shelf>();
  readonly #budget: number;
  readonly #collections = new FinalizationRegistry(() => this.age());
  #isWatching = false;
  #bytes = 0;
  /** The size that was used last. */
  #latest = 0;

  constructor(budget = defaultBudget) {
    this.#budget = budget;
  }

  /** Bytes that wait to be used again. */
  get bytes(): number {
    return this.#bytes;
  }

  /** An array of `length` elements, of arbitrary content. */
  take(arrayClass: HostArrayClass, length: number): HostArray {
    const bytes = length * arrayClass.BYTES_PER_ELEMENT;
    const shelf = bytes > mostInObject ? this.#shelves.get(bytes) : undefined;
    const array = shelf?.arrays.pop();
    if (shelf === undefined || array === undefined) return new arrayClass(length);
    if (shelf.arrays.length < shelf.fewest) shelf.fewest = shelf.arrays.length;
    this.#bytes -= bytes;
    // What this device holds lies in buffers of its own, which no thread shares.
    return array.constructor === arrayClass ? array : new arrayClass(array.buffer as ArrayBuffer);
  }

  /** Keeps the memory of an array that nobody sees any more. */
  give(array: HostArray): void {
    const bytes = array.byteLength;
    // What is a part of a buffer may have neighbours in use.
    if (bytes <= mostInObject || bytes > this.#budget || bytes !== array.buffer.byteLength) return;
    let shelf = this.#shelves.get(bytes);
    if (shelf === undefined) shelf = { arrays: [], fewest: 0 };
    else if (shelf.arrays.length >= mostOfOneSize) return;
    if (bytes !== this.#latest) {
      // Behind the other sizes.
      this.#shelves.delete(bytes);
      this.#shelves.set(bytes, shelf);
      this.#latest = bytes;
    }
    shelf.arrays.push(array);
    this.#bytes += bytes;
    if (this.#bytes > this.#budget) this.#trim(this.#budget);
    this.#watch();
  }

  /** Lets go of everything. */
  clear(): void {
    this.#shelves.clear();
    this.#bytes = 0;
    this.#latest = 0;
  }

  /** Lets go of what was not needed since the last time. Called after collections of garbage, as long as there is something. */
  age(): void {
    this.#isWatching = false;
    for (const [bytes, shelf] of this.#shelves) {
      this.#drop(bytes, shelf, shelf.fewest);
      shelf.fewest = shelf.arrays.length;
    }
    if (this.#bytes > 0) this.#watch();
  }

  /** Lets go of the sizes that were not used for the longest time, until the rest is at most `most` bytes. */
  #trim(most: number): void {
    for (const [bytes, shelf] of this.#shelves) {
      if (this.#bytes <= most) return;
      this.#drop(bytes, shelf, Math.ceil((this.#bytes - most) / bytes));
    }
  }

  #drop(bytes: number, shelf: Shelf, count: number): void {
    this.#bytes -= bytes * shelf.arrays.splice(0, count).length;
    shelf.fewest = Math.min(shelf.fewest, shelf.arrays.length);
    if (shelf.arrays.length > 0) return;
    this.#shelves.delete(bytes);
    this.#latest = 0;
  }

  /** An object that nobody holds tells of the next collection. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#collections.register({}, null);
  }
}
