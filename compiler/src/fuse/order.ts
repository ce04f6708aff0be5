/** @file The order in which kernels run: each after those whose results it loads, otherwise as the equations stand. */

import { at, InternalError, required } from "../base/assert.ts";

/** What runs as one: a group, or groups that share a kernel. */
export interface Ordered<Node> {
  readonly node: Node;
  /** Its last equation, by which nodes that do not wait for each other are ordered. */
  readonly lastEqn: number;
}

/** The nodes in an order in which they can run. `readersOf` gives the nodes that load what a node stores. */
export function runningOrder<Node>(nodes: readonly Ordered<Node>[], readersOf: (node: Node) => Iterable<Node>): readonly Node[] {
  const places = new Map(nodes.map(({ node }, place) => [node, place]));
  const successors = nodes.map(({ node }, place) => {
    const next = new Set<number>();
    for (const reader of readersOf(node)) next.add(required(places.get(reader), "place of a reader"));
    next.delete(place);
    return next;
  });
  const waitsFor = nodes.map(() => 0);
  for (const next of successors) for (const later of next) waitsFor[later] = at(waitsFor, later) + 1;
  const ready = new Heap(nodes.map(({ lastEqn }) => lastEqn));
  waitsFor.forEach((count, place) => {
    if (count === 0) ready.push(place);
  });
  const ordered: Node[] = [];
  for (let place = ready.pop(); place !== null; place = ready.pop()) {
    ordered.push(at(nodes, place).node);
    for (const later of at(successors, place)) {
      const left = at(waitsFor, later) - 1;
      waitsFor[later] = left;
      if (left === 0) ready.push(later);
    }
  }
  if (ordered.length !== nodes.length) throw new InternalError("fusion made kernels that wait for each other");
  return ordered;
}

/** Gives the place whose last equation comes first. */
class Heap {
  readonly #items: number[] = [];
  readonly #lastEqns: readonly number[];

  constructor(lastEqns: readonly number[]) {
    this.#lastEqns = lastEqns;
  }

  push(place: number): void {
    const items = this.#items;
    items.push(place);
    for (let child = items.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  pop(): number | null {
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
    const [first, second] = [at(this.#lastEqns, a), at(this.#lastEqns, b)];
    return first !== second ? first < second : a < b;
  }

  #swap(left: number, right: number): void {
    const item = at(this.#items, left);
    this.#items[left] = at(this.#items, right);
    this.#items[right] = item;
  }
}
