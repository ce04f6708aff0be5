/** @file A map whose keys are compared by structure: found by hash, then compared. */

import { equalStructure } from "./equal.ts";
import { hashStructure } from "./hash.ts";

interface Entry<Key, Item> {
  readonly key: Key;
  item: Item;
}

/**
 * Keys must not change while they are in the map. `hash` and `equal` must agree: equal keys have equal hashes.
 *
 * @example new StructuralMap<readonly number[], string>().set([1, 2], "a").get([1, 2]) // "a"
 */
export class StructuralMap<Key, Item> {
  readonly #buckets = new Map<number, Entry<Key, Item>[]>();
  readonly #hash: (key: Key) => number;
  readonly #equal: (left: Key, right: Key) => boolean;
  #size = 0;

  constructor(hash: (key: Key) => number = hashStructure, equal: (left: Key, right: Key) => boolean = equalStructure) {
    this.#hash = (key) => hash(key);
    this.#equal = (left, right) => equal(left, right);
  }

  get size(): number {
    return this.#size;
  }

  get(key: Key): Item | undefined {
    return this.#buckets.get(this.#hash(key))?.find((entry) => this.#equal(entry.key, key))?.item;
  }

  has(key: Key): boolean {
    return this.#buckets.get(this.#hash(key))?.some((entry) => this.#equal(entry.key, key)) ?? false;
  }

  set(key: Key, item: Item): this {
    const hash = this.#hash(key);
    const bucket = this.#buckets.get(hash);
    const entry = bucket?.find((candidate) => this.#equal(candidate.key, key));
    if (entry !== undefined) {
      entry.item = item;
      return this;
    }
    if (bucket === undefined) this.#buckets.set(hash, [{ key, item }]);
    else bucket.push({ key, item });
    this.#size++;
    return this;
  }

  delete(key: Key): boolean {
    const hash = this.#hash(key);
    const bucket = this.#buckets.get(hash);
    const place = bucket?.findIndex((entry) => this.#equal(entry.key, key)) ?? -1;
    if (bucket === undefined || place < 0) return false;
    if (bucket.length === 1) this.#buckets.delete(hash);
    else bucket.splice(place, 1);
    this.#size--;
    return true;
  }

  clear(): void {
    this.#buckets.clear();
    this.#size = 0;
  }

  /** Keys and items, in no promised order. */
  entries(): readonly (readonly [Key, Item])[] {
    return [...this.#buckets.values()].flatMap((bucket) => bucket.map((entry) => [entry.key, entry.item] as const));
  }
}

/** The item under `key`, made by `make` when there is none yet. */
export function getOrMake<Key, Item>(map: StructuralMap<Key, Item>, key: Key, make: () => Item): Item {
  const found = map.get(key);
  if (found !== undefined || map.has(key)) return found as Item;
  const made = make();
  map.set(key, made);
  return made;
}
