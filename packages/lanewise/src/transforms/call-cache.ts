/** @file The calls of one function that have been traced, by everything that tracing depends on. */

import { at } from "@lanewise/compiler/base/assert";
import { hashIdentity, hashString, hashStructure, mixHash } from "@lanewise/compiler/base/hash";
import type { Aval, AxisFrame } from "@lanewise/compiler/ir/types";
import { equalStructures, type TreeDef } from "@lanewise/compiler/tree/treedef";
import { isStatic, sameAval, type StaticValue } from "./call-pattern.ts";

/** What a traced call depends on beside its function. */
export interface CallKey {
  /** Structure and types of the arguments that are traced. */
  readonly treedef: TreeDef;
  readonly avals: readonly Aval[];
  readonly statics: readonly unknown[];
  /** Named axes in scope. */
  readonly axes: readonly AxisFrame[];
  readonly config: number;
  readonly device: string;
}

interface Slot<Item> {
  readonly key: Omit<CallKey, "statics">;
  readonly statics: readonly StaticValue[];
  readonly item: Item;
  /** Grows with each use. */
  used: number;
}

const mostItems = 1024;

/** Items by call, the least recently used dropped when there are too many. */
export class CallCache<Item> {
  readonly #slots = new Map<number, Slot<Item>[]>();
  #size = 0;
  #uses = 0;

  get size(): number {
    return this.#size;
  }

  find(key: CallKey): Item | null {
    const slot = this.#slots.get(hashKey(key))?.find((candidate) => matches(candidate, key));
    if (slot === undefined) return null;
    slot.used = ++this.#uses;
    return slot.item;
  }

  add(key: CallKey, statics: readonly StaticValue[], item: Item): void {
    if (this.#size >= mostItems) this.#dropOldest();
    const { treedef, avals, axes, config, device } = key;
    const slot: Slot<Item> = { key: { treedef, avals, axes, config, device }, statics, item, used: ++this.#uses };
    const hash = hashKey(key);
    const bucket = this.#slots.get(hash);
    if (bucket === undefined) this.#slots.set(hash, [slot]);
    else bucket.push(slot);
    this.#size++;
  }

  clear(): void {
    this.#slots.clear();
    this.#size = 0;
  }

  #dropOldest(): void {
    const oldest = [...this.#slots.values()].flat().reduce((first, second) => (first.used < second.used ? first : second));
    for (const [hash, bucket] of this.#slots) {
      const place = bucket.indexOf(oldest);
      if (place < 0) continue;
      bucket.splice(place, 1);
      if (bucket.length === 0) this.#slots.delete(hash);
      this.#size--;
      return;
    }
  }
}

function hashKey({ treedef, avals, statics, axes, config, device }: CallKey): number {
  let hash = mixHash(mixHash(treedef.hash, config), hashString(device));
  for (const { shape, dtype, weakType } of avals) {
    hash = mixHash(mixHash(hash, hashString(dtype)), weakType ? 1 : 0);
    for (const extent of shape) hash = mixHash(hash, extent);
  }
  for (const value of statics) hash = mixHash(hash, isReference(value) ? hashIdentity(value) : hashStructure(value));
  for (const { name, size } of axes) hash = mixHash(mixHash(hash, hashString(name ?? "")), size);
  return hash;
}

function isReference(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function matches(slot: Slot<unknown>, key: CallKey): boolean {
  const { treedef, avals, axes, config, device } = slot.key;
  return config === key.config && device === key.device
    && avals.length === key.avals.length && avals.every((aval, index) => sameAval(aval, at(key.avals, index)))
    && slot.statics.length === key.statics.length && slot.statics.every((value, index) => isStatic(value, key.statics[index]))
    && axes.length === key.axes.length && axes.every((axis, index) => axis.name === key.axes[index]?.name && axis.size === key.axes[index]?.size)
    && equalStructures(treedef, key.treedef);
}
