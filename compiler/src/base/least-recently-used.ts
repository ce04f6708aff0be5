/** @file What caches share: the order in which their items were used, and a budget in bytes. */

/**
 * Keeps items up to a budget of bytes and drops those that were used longest ago; the item added last always stays. The
 * sizes are rough counts of what is kept alive for an item.
 *
 * @example const order = new LeastRecentlyUsed<string>(10, (item) => map.delete(item)); order.add("a", 8); order.add("b", 8) // drops "a"
 */
export class LeastRecentlyUsed<Item> {
  readonly #budget: number;
  readonly #drop: (item: Item) => void;
  /** The item used longest ago first. */
  readonly #sizes = new Map<Item, number>();
  #bytes = 0;

  constructor(budget: number, drop: (item: Item) => void) {
    this.#budget = budget;
    this.#drop = (item) => drop(item);
  }

  get size(): number {
    return this.#sizes.size;
  }

  /** Of all items together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The items, the one used longest ago first. */
  items(): IterableIterator<Item> {
    return this.#sizes.keys();
  }

  /** An item, used now; one that is there already gets a new size. */
  add(item: Item, bytes: number): void {
    this.#bytes += bytes - (this.#sizes.get(item) ?? 0);
    this.#sizes.delete(item);
    this.#sizes.set(item, bytes);
    for (const oldest of this.#sizes.keys()) {
      if (this.#bytes <= this.#budget || this.#sizes.size === 1) return;
      this.#forget(oldest);
      this.#drop(oldest);
    }
  }

  /** Says that an item has been used now. */
  use(item: Item): void {
    const bytes = this.#sizes.get(item);
    if (bytes === undefined) return;
    this.#sizes.delete(item);
    this.#sizes.set(item, bytes);
  }

  has(item: Item): boolean {
    return this.#sizes.has(item);
  }

  clear(): void {
    this.#sizes.clear();
    this.#bytes = 0;
  }

  #forget(item: Item): void {
    this.#bytes -= this.#sizes.get(item) ?? 0;
    this.#sizes.delete(item);
  }
}
