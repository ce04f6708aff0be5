/** @file The order in which kernels run: each after those whose results it loads, otherwise as the equations stand. */

import { at, InternalError } from "../base/assert.ts";
import type { Var } from "../ir/types.ts";
import type { GroupDraft } from "./draft.ts";

/** The groups in an order in which they can run. `loaders` gives the groups that load a value. */
export function runningOrder(groups: readonly GroupDraft[], loaders: (value: Var) => readonly GroupDraft[]): readonly GroupDraft[] {
  const successors = new Map<GroupDraft, ReadonlySet<GroupDraft>>();
  const waitsFor = new Map<GroupDraft, number>();
  for (const group of groups) {
    const next = new Set(group.allStores.flatMap((value) => loaders(value)));
    next.delete(group);
    successors.set(group, next);
    for (const later of next) waitsFor.set(later, (waitsFor.get(later) ?? 0) + 1);
  }
  const ready = new Heap();
  for (const group of groups) if (!waitsFor.has(group)) ready.push(group);
  const ordered: GroupDraft[] = [];
  for (let group = ready.pop(); group !== null; group = ready.pop()) {
    ordered.push(group);
    for (const later of successors.get(group) ?? []) {
      const left = (waitsFor.get(later) ?? 0) - 1;
      waitsFor.set(later, left);
      if (left === 0) ready.push(later);
    }
  }
  if (ordered.length !== groups.length) throw new InternalError("fusion made kernels that wait for each other");
  return ordered;
}

/** Gives the group whose last equation comes first. */
class Heap {
  readonly #items: GroupDraft[] = [];

  push(group: GroupDraft): void {
    const items = this.#items;
    items.push(group);
    for (let child = items.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  pop(): GroupDraft | null {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined) return null;
    if (items.length === 0) return first;
    items[0] = last;
    for (let parent = 0; ;) {
      let smallest = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < items.length && this.#before(child, smallest)) smallest = child;
      }
      if (smallest === parent) return first;
      this.#swap(parent, smallest);
      parent = smallest;
    }
  }

  #before(left: number, right: number): boolean {
    const [a, b] = [at(this.#items, left), at(this.#items, right)];
    return a.lastEqn !== b.lastEqn ? a.lastEqn < b.lastEqn : a.number < b.number;
  }

  #swap(left: number, right: number): void {
    const item = at(this.#items, left);
    this.#items[left] = at(this.#items, right);
    this.#items[right] = item;
  }
}
