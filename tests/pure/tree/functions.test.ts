/** @file Functions over trees, prefix trees, and what their errors name. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flatten, structure, unflatten } from "@lanewise/compiler/tree/flatten";
import { all, map, mapWithPaths, reduce, transpose } from "@lanewise/compiler/tree/map";
import { keyString } from "@lanewise/compiler/tree/paths";
import { broadcastPrefix, findDifference, flattenUpTo, matchPrefix } from "@lanewise/compiler/tree/prefix";

const sum = (...items: readonly unknown[]): number => items.reduce<number>((total, item) => total + Number(item), 0);
const isNull = (node: unknown): boolean => node === null;
const inAxes = { operation: "vmap", argument: "inAxes", isLeaf: isNull };

describe("map", () => {
  it("walks several trees together", () => {
    expect(map(sum, { a: 1, b: [2, null] }, { b: [20, null], a: 10 }, { a: 100, b: [200, undefined] })).toEqual({ a: 111, b: [222, null] });
  });

  it("gives the subtrees below the first tree's leaves", () => {
    expect(map((leaf, subtree) => [leaf, subtree], [1, 2], [{ a: 3 }, 4])).toEqual([[1, { a: 3 }], [2, 4]]);
  });

  it("names the place and both structures when another tree does not fit", () => {
    expect(() => map(sum, { a: [1, 2] }, { a: [1] }))
      .toThrow(/LW1102[^]*trees\[1\]\.a[^]*PyTreeDef\(\[\*, \*\]\) there, in a tree like PyTreeDef\(\{'a': \[\*, \*\]\}\)[^]*PyTreeDef\(\[\*\]\)/);
    expect(() => map(sum, [1], null)).toThrow(/LW1102/);
    expect(() => map(sum, [null], [1])).toThrow(/LW1102/);
  });

  it("with paths", () => {
    expect(mapWithPaths((path, leaf) => `${keyString(path)}=${String(leaf)}`, [{ w: 1 }, 2])).toEqual([{ w: "[0].w=1" }, "[1]=2"]);
  });
});

describe("reduce and all", () => {
  it("fold from the first leaf", () => {
    expect(reduce((left, right) => `${String(left)}${String(right)}`, { b: "c", a: ["a", "b"] })).toBe("abc");
    expect(reduce((left, right) => `${String(left)}${String(right)}`, ["a"], "-")).toBe("-a");
    expect(reduce(sum, [], undefined)).toBeUndefined();
  });

  it("refuse to fold nothing", () => {
    expect(() => reduce(sum, { a: null })).toThrow(/LW1107[^]*PyTreeDef\(\{'a': None\}\)/);
  });

  it("ask each leaf for its number", () => {
    class Scalar {
      readonly value: number;
      constructor(value: number) {
        this.value = value;
      }
      [Symbol.toPrimitive](): number {
        if (Number.isNaN(this.value)) throw new TypeError("traced");
        return this.value;
      }
    }
    expect(all([true, { a: 1 }, null])).toBe(true);
    expect(all([true, { a: 0 }])).toBe(false);
    expect(all([new Scalar(1)])).toBe(true);
    expect(all([new Scalar(0)])).toBe(false);
    expect(() => all([new Scalar(NaN)])).toThrow("traced");
  });
});

describe("transpose", () => {
  it("turns a tree of trees inside out", () => {
    expect(transpose(structure([0, 0]), structure({ a: 0, b: [0] }), [{ a: 1, b: [2] }, { a: 3, b: [4] }])).toEqual({ a: [1, 3], b: [[2, 4]] });
  });

  it("twice is the same tree", () => {
    const tree = [{ a: 1, b: 2 }, { a: 3, b: 4 }, { a: 5, b: 6 }];
    const [outer, inner] = [structure([0, 0, 0]), structure({ a: 0, b: 0 })];
    expect(transpose(inner, outer, transpose(outer, inner, tree))).toEqual(tree);
  });

  it("refuses a tree of another form", () => {
    expect(() => transpose(structure([0, 0]), structure({ a: 0 }), [{ a: 1 }, { b: 1 }])).toThrow(/LW1102/);
  });
});

describe("broadcastPrefix", () => {
  const full = structure([{ a: 1, b: [2, 3] }, 4, null]);

  it.each<[string, unknown, readonly unknown[]]>([
    ["one leaf", 0, [0, 0, 0, 0]],
    ["null as a leaf", null, [null, null, null, null]],
    ["a leaf for each child", [0, null, null], [0, 0, 0, null]],
    ["leaves at several depths", [{ a: 1, b: null }, 2, 0], [1, null, null, 2]],
    ["the full tree", [{ a: 1, b: [2, 3] }, 4, null], [1, 2, 3, 4]],
  ])("%s", (_, prefix, expected) => {
    expect(broadcastPrefix(prefix, full, inAxes)).toEqual(expected);
  });

  it.each<[string, unknown, RegExp]>([
    ["too short", [0, 0], /argument inAxes\)[^]*PyTreeDef\(\[\*, \*\]\)/],
    ["another key", [{ a: 0, c: 0 }, 0, 0], /inAxes\[0\][^]*PyTreeDef\(\{'a': \*, 'b': \[\*, \*\]\}\)[^]*PyTreeDef\(\{'a': \*, 'c': \*\}\)/],
    ["deeper than the tree", [0, [0], 0], /inAxes\[1\][^]*PyTreeDef\(\*\)[^]*PyTreeDef\(\[\*\]\)/],
    ["another kind", [[0, 0], 0, 0], /inAxes\[0\]/],
    ["undefined where leaves are", [{ a: undefined, b: 0 }, 0, 0], /inAxes\[0\]\.a/],
  ])("refuses %s and names the place", (_, prefix, message) => {
    expect(() => broadcastPrefix(prefix, full, inAxes)).toThrow(/LW1101/);
    expect(() => broadcastPrefix(prefix, full, inAxes)).toThrow(message);
  });

  it("takes null for an empty node unless isLeaf says otherwise", () => {
    expect(broadcastPrefix([0, 0, null], full, { operation: "vmap", argument: "outAxes" })).toEqual([0, 0, 0, 0]);
    expect(() => broadcastPrefix([null, 0, 0], full, { operation: "vmap", argument: "outAxes" })).toThrow(/LW1101[^]*outAxes\[0\]/);
  });

  it("gives the mismatch to a caller that has more to say", () => {
    const matched = matchPrefix([0, [0], 0], full, isNull);
    expect("mismatch" in matched && keyString(matched.mismatch.path)).toBe("[1]");
  });

  it("of a tree's own leaves is those leaves", () => {
    fc.assert(fc.property(fc.jsonValue(), (tree) => {
      const { leaves, treedef } = flatten(tree);
      expect(broadcastPrefix(tree, treedef, { operation: "test", argument: "prefix" })).toEqual(leaves);
      expect(broadcastPrefix(7, treedef, { operation: "test", argument: "prefix" })).toEqual(leaves.map(() => 7));
      expect(unflatten(treedef, flattenUpTo(treedef, tree, { operation: "test", argument: "tree" }))).toEqual(tree);
    }));
  });
});

describe("findDifference", () => {
  it("is the first place that differs", () => {
    const difference = findDifference(structure({ a: [1, 2], b: 1 }), structure({ a: [1, { c: 2 }], b: 1 }));
    expect(difference === null ? null : keyString(difference.path)).toBe(".a[1]");
    expect(findDifference(structure([1]), structure([2]))).toBeNull();
  });
});
