/** @file The calls of one function that have been traced, by everything that tracing depends on, up to a budget of bytes. */

import { at } from "@lanewise/compiler/base/assert";
import { hashIdentity, hashString, hashStructure, mixHash } from "@lanewise/compiler/base/hash";
import { LeastRecentlyUsed } from "@lanewise/compiler/base/least-recently-used";
import type { Aval, AxisFrame } from "@lanewise/compiler/ir/types";
import { equalStructures, type TreeDef } from "@lanewise/compiler/tree/treedef";
import { isStatic, rememberStatic, sameAval, type StaticValue } from "./call-pattern.ts";

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

/** The same as it is remembered: static objects and functions weakly. */
export interface RememberedKey extends Omit<CallKey, "statics"> {
  readonly statics: readonly StaticValue[];
}

interface Slot<Item> {
  readonly key: RememberedKey;
  readonly hash: number;
  readonly item: Item;
}

const defaultBudget = 64 << 20;

/** Items by call, the least recently used dropped when they take too many bytes. */
export class CallCache<Item> {
  readonly #slots = new Map<number, Slot<Item>[]>();
  readonly #order: LeastRecentlyUsed<Slot<Item>>;

  constructor(budget = defaultBudget) {
    this.#order = new LeastRecentlyUsed(budget, (slot) => this.#drop(slot));
  }

  get size(): number {
    return this.#order.size;
  }

  get bytes(): number {
    return this.#order.bytes;
  }

  find(key: CallKey): Item | null {
    const slot = this.#slotOf(key);
    if (slot === null) return null;
    this.#order.use(slot);
    return slot.item;
  }

  add(key: CallKey, item: Item, bytes: number): void {
    const { treedef, avals, axes, config, device } = key;
    const hash = hashKey(key);
    const slot: Slot<Item> = { key: { treedef, avals, axes, config, device, statics: key.statics.map(rememberStatic) }, hash, item };
    const bucket = this.#slots.get(hash);
    if (bucket === undefined) this.#slots.set(hash, [slot]);
    else bucket.push(slot);
    this.#order.add(slot, bytes);
  }

  /** Says what the item of a call takes now, where it is kept. */
  resize(key: CallKey, bytes: number): void {
    const slot = this.#slotOf(key);
    if (slot !== null) this.#order.add(slot, bytes);
  }

  /** The remembered call with the least distance, the one used last among several. */
  closest(distance: (key: RememberedKey) => number): RememberedKey | null {
    let closest: RememberedKey | null = null;
    let least = Infinity;
    for (const { key } of this.#order.items()) {
      const to = distance(key);
      if (to > least) continue;
      closest = key;
      least = to;
    }
    return closest;
  }

  clear(): void {
    this.#slots.clear();
    this.#order.clear();
  }

  #slotOf(key: CallKey): Slot<Item> | null {
    return this.#slots.get(hashKey(key))?.find((candidate) => matches(candidate.key, key)) ?? null;
  }

  #drop(slot: Slot<Item>): void {
    const left = this.#slots.get(slot.hash)?.filter((other) => other !== slot) ?? [];
    if (left.length === 0) this.#slots.delete(slot.hash);
    else this.#slots.set(slot.hash, left);
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

function matches(known: RememberedKey, key: CallKey): boolean {
  return known.config === key.config && known.device === key.device
    && known.avals.length === key.avals.length && known.avals.every((aval, index) => sameAval(aval, at(key.avals, index)))
    && known.statics.length === key.statics.length && known.statics.every((value, index) => isStatic(value, key.statics[index]))
    && sameAxes(known.axes, key.axes) && equalStructures(known.treedef, key.treedef);
}

export function sameAxes(left: readonly AxisFrame[], right: readonly AxisFrame[]): boolean {
  return left.length === right.length && left.every((axis, index) => axis.name === right[index]?.name && axis.size === right[index]?.size);
}
