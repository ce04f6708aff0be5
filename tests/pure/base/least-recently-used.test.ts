import { LeastRecentlyUsed } from "@lanewise/compiler/base/least-recently-used";
import { describe, expect, it } from "vitest";

function cache(budget: number): { readonly order: LeastRecentlyUsed<string>; readonly dropped: string[] } {
  const dropped: string[] = [];
  return { order: new LeastRecentlyUsed<string>(budget, (item) => dropped.push(item)), dropped };
}

describe("a cache with a budget of bytes", () => {
  it("drops what was used longest ago", () => {
    const { order, dropped } = cache(10);
    order.add("a", 4);
    order.add("b", 4);
    order.use("a");
    order.add("c", 4);
    expect(dropped).toEqual(["b"]);
    expect([...order.items()]).toEqual(["a", "c"]);
    expect(order.bytes).toBe(8);
  });

  it("keeps the last item whatever its size", () => {
    const { order, dropped } = cache(10);
    order.add("a", 4);
    order.add("large", 100);
    expect(dropped).toEqual(["a"]);
    expect(order.size).toBe(1);
  });

  it("takes a new size of an item for the old one", () => {
    const { order, dropped } = cache(10);
    order.add("a", 4);
    order.add("b", 4);
    order.add("b", 6);
    expect([dropped, order.bytes]).toEqual([[], 10]);
    order.add("b", 7);
    expect([dropped, order.bytes]).toEqual([["a"], 7]);
    order.use("a");
    expect(order.has("a")).toBe(false);
  });

  it("forgets everything", () => {
    const { order } = cache(10);
    order.add("a", 4);
    order.clear();
    expect([order.size, order.bytes]).toEqual([0, 0]);
  });
});
