/** @file Flattening and rebuilding trees: what is a node, what is a leaf, in which order, and how structures compare. */
import fc from "fast-check";
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { flatten, leaves, structure, unflatten } from "@lanewise/compiler/tree/flatten";
import { flattenWithPaths, keyString } from "@lanewise/compiler/tree/paths";
import { registerClass } from "@lanewise/compiler/tree/registry";
import { equalStructures, formatTreeDef } from "@lanewise/compiler/tree/treedef";

class Point {
  readonly x: unknown;
  readonly y: unknown;
  readonly label: string;

  constructor(x: unknown, y: unknown, label = "p") {
    this.x = x;
    this.y = y;
    this.label = label;
  }
}
registerClass(Point, {
  flatten: (point) => ({ children: [point.x, point.y], auxiliary: point.label, names: ["x", "y"] }),
  unflatten: (label, [x, y]) => new Point(x, y, String(label)),
});
class Labelled extends Point {}
class Unregistered {
  readonly a = 1;
}

describe("flatten", () => {
  it("orders plain objects by key, arrays by position and maps by insertion", () => {
    expect(leaves({ b: 1, a: [2, { d: 3, c: 4 }] })).toEqual([2, 4, 3, 1]);
    expect(leaves(new Map<unknown, unknown>([["z", 1], ["a", 2], [3, 4]]))).toEqual([1, 2, 4]);
    expect(structure({ b: 1, a: 2 })).toEqual(structure({ a: 1, b: 2 }));
  });

  it("takes null and undefined for nodes without leaves", () => {
    expect(leaves([null, undefined, 1])).toEqual([1]);
    expect(unflatten(structure([null, undefined, 1]), [5])).toEqual([null, undefined, 5]);
    expect(leaves([null, 1], (node) => node === null)).toEqual([null, 1]);
  });

  it("takes everything else for a leaf", () => {
    const items = [1, true, 2n, "s", () => 1, Promise.resolve(), new Float32Array(2), new Date(0), new Set(), new Unregistered(), Symbol("s")];
    expect(leaves(items)).toEqual(items);
    expect(leaves(3)).toEqual([3]);
  });

  it("takes apart registered classes, and not their subclasses", () => {
    expect(leaves(new Point(1, [2, 3]))).toEqual([1, 2, 3]);
    const labelled = new Labelled(1, 2);
    expect(leaves(labelled)).toEqual([labelled]);
    expect(unflatten(structure(new Point(1, 2, "q")), [3, 4])).toEqual(new Point(3, 4, "q"));
  });

  it("knows arrays and objects of another realm", () => {
    const tree: unknown = runInContext("({ b: [1, null], a: 2 })", createContext());
    expect(leaves(tree)).toEqual([2, 1]);
  });

  it("takes objects without a prototype", () => {
    expect(leaves(Object.assign(Object.create(null) as object, { b: 1, a: 2 }))).toEqual([2, 1]);
  });

  it("lets isLeaf stop anywhere", () => {
    const pair = [1, 2];
    expect(leaves({ a: pair, b: 3 }, (node) => node === pair)).toEqual([pair, 3]);
    expect(leaves(pair, () => true)).toEqual([pair]);
  });

  it("refuses a tree that contains itself", () => {
    const parent: unknown[] = [];
    parent.push({ child: parent });
    expect(() => flatten(parent)).toThrow(/LW1103/);
  });

  it("takes the same object twice in one tree", () => {
    const shared = [1];
    let deep: unknown = shared;
    for (let depth = 0; depth < 100; depth++) deep = [deep, shared];
    expect(leaves(deep)).toHaveLength(101);
  });

  it("refuses symbols as keys", () => {
    expect(() => flatten({ [Symbol("hidden")]: 1 })).toThrow(/LW1104[^]*hidden/);
    const withHidden = Object.defineProperty({ a: 1 }, Symbol("inner"), { value: 2, enumerable: false });
    expect(leaves(withHidden)).toEqual([1]);
  });
});

describe("unflatten", () => {
  it("reverses flatten", () => {
    const leaf = fc.oneof(fc.integer(), fc.constant(null), fc.constant(undefined), fc.boolean(), fc.string());
    const tree = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" }, leaf, fc.array(tie("tree"), { maxLength: 3 }), fc.dictionary(fc.string(), tie("tree"), { maxKeys: 3 }),
        fc.array(fc.tuple(fc.string(), tie("tree")), { maxLength: 3 }).map((entries) => new Map(entries)),
        fc.tuple(tie("tree"), tie("tree")).map(([x, y]) => new Point(x, y)),
      ),
    })).tree;
    fc.assert(fc.property(tree, (value) => {
      const { leaves: found, treedef } = flatten(value);
      expect(treedef.leafCount).toBe(found.length);
      const rebuilt = unflatten(treedef, found);
      expect(rebuilt).toEqual(value);
      expect(equalStructures(structure(rebuilt), treedef)).toBe(true);
      expect(structure(rebuilt).hash).toBe(treedef.hash);
    }));
  });

  it("keeps a key called __proto__", () => {
    const tree: unknown = JSON.parse('{"__proto__": 1, "a": 2}');
    const rebuilt = unflatten(structure(tree), [3, 4]) as object;
    expect(Object.keys(rebuilt)).toEqual(["__proto__", "a"]);
    expect(Object.getPrototypeOf(rebuilt)).toBe(Object.prototype);
  });

  it("refuses another number of leaves, with both numbers", () => {
    expect(() => unflatten(structure([1, { a: 2 }]), [1])).toThrow(/LW1105[^]*2 for PyTreeDef\(\[\*, \{'a': \*\}\]\)[^]*got: +1/);
    expect(() => unflatten(structure([1]), [1, 2])).toThrow(/LW1105/);
  });
});

describe("structures", () => {
  it.each<[string, unknown, unknown]>([
    ["lengths", [1], [1, 1]],
    ["keys", { a: 1 }, { b: 1 }],
    ["kinds", [1], { 0: 1 }],
    ["null and undefined", [null], [undefined]],
    ["null and a leaf", [null], [0]],
    ["the order of a map", new Map([["a", 1], ["b", 2]]), new Map([["b", 1], ["a", 2]])],
    ["keys of a map by kind", new Map([[1, 1]]), new Map([["1", 1]])],
    ["map and object", new Map([["a", 1]]), { a: 1 }],
    ["auxiliary data", new Point(1, 2, "p"), new Point(1, 2, "q")],
    ["nesting", [[1], 1], [1, [1]]],
  ])("differ by %s", (_, left, right) => {
    expect(equalStructures(structure(left), structure(right))).toBe(false);
    expect(equalStructures(structure(left), structure(left))).toBe(true);
  });

  it("are equal whatever the leaves", () => {
    expect(equalStructures(structure([1, { a: "x" }]), structure([new Float32Array(1), { a: () => 2 }]))).toBe(true);
  });

  it("print as JAX prints them", () => {
    expect(formatTreeDef(structure([1, { b: [1, 2], a: null }]))).toBe("PyTreeDef([*, {'a': None, 'b': [*, *]}])");
    expect(formatTreeDef(structure(1))).toBe("PyTreeDef(*)");
    expect(formatTreeDef(structure({}))).toBe("PyTreeDef({})");
    expect(formatTreeDef(structure(new Map<unknown, unknown>([["a", 1], [2, 1]])))).toBe("PyTreeDef(CustomNode(Map['a', 2], [*, *]))");
    expect(formatTreeDef(structure(new Point(1, 2)))).toBe("PyTreeDef(CustomNode(Point['p'], [*, *]))");
  });
});

describe("paths", () => {
  it("name each leaf as JavaScript would reach it", () => {
    const tree = [{ w: 1, "a b": [2] }, new Map([["k", 3]]), new Point(4, 5), { 0: 6, 'q"': 7 }];
    const found = flattenWithPaths(tree).leaves.map(({ path, leaf }) => [keyString(path), leaf]);
    expect(found).toEqual([
      ['[0]["a b"][0]', 2], ["[0].w", 1], ["[1].get('k')", 3], ["[2].x", 4], ["[2].y", 5], ['[3]["0"]', 6], ['[3]["q\\""]', 7],
    ]);
  });

  it("is empty at the root", () => {
    expect(keyString(flattenWithPaths(1).leaves[0]?.path ?? [{ kind: "index", index: 0 }])).toBe("");
  });
});

describe("registerClass", () => {
  it("refuses a second registration and nodes by nature", () => {
    const rules = { flatten: () => ({ children: [], auxiliary: null }), unflatten: () => new Point(1, 2) };
    expect(() => registerClass(Point, rules)).toThrow(/LW1106[^]*Point, which is registered/);
    expect(() => registerClass(Map, { ...rules, unflatten: () => new Map() })).toThrow(/LW1106[^]*nodes already/);
  });
});
