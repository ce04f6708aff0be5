/** @file Structural equality, hashes and the map keyed by both. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalStructure, isPlainObject } from "@lanewise/compiler/base/equal";
import { hashStructure } from "@lanewise/compiler/base/hash";
import { getOrMake, StructuralMap } from "@lanewise/compiler/base/structural-map";

class Point {
  readonly x = 1;
}
const callback = (): number => 1;
const point = new Point();
const opaque = (target: unknown, name = "f"): unknown => ({ kind: "opaque", name, target });

const different: readonly (readonly [string, unknown, unknown])[] = [
  ["0 and -0", 0, -0],
  ["NaN and undefined", NaN, undefined],
  ["infinities", Infinity, -Infinity],
  ["number and string", 1, "1"],
  ["number and bigint", 1, 1n],
  ["null and undefined", null, undefined],
  ["false and 0", false, 0],
  ["a missing and an undefined member", {}, { a: undefined }],
  ["nesting", [1, [2]], [[1], 2]],
  ["array and object", [1], { 0: 1 }],
  ["two functions of one source", callback, (): number => 1],
  ["two instances", point, new Point()],
  ["instance and plain object", point, { x: 1 }],
  ["opaques of two targets", opaque(callback), opaque(point)],
  ["typed arrays of two kinds", new Float32Array([1]), new Int32Array([1])],
  ["typed arrays with 0 and -0", new Float32Array([0]), new Float32Array([-0])],
  ["names and values swapped", { a: "b" }, { b: "a" }],
  ["two symbols of one description", Symbol("s"), Symbol("s")],
];

const equal: readonly (readonly [string, unknown, unknown])[] = [
  ["NaN", NaN, -NaN],
  ["objects with another order of keys", { a: 1, b: [2] }, { b: [2], a: 1 }],
  ["objects without a prototype", Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  ["functions", callback, callback],
  ["opaques of one target with other names", opaque(callback), opaque(callback, "g")],
  ["typed arrays", new Float64Array([1, NaN]), new Float64Array([1, NaN])],
  ["bigints", 10n ** 30n, 10n ** 30n],
];

describe("equalStructure", () => {
  it.each(different)("tells apart %s", (_, left, right) => {
    expect(equalStructure(left, right)).toBe(false);
    expect(equalStructure([{ a: left }], [{ a: right }])).toBe(false);
  });

  it.each(equal)("finds equal: %s", (_, left, right) => {
    expect(equalStructure([{ a: left }], [{ a: right }])).toBe(true);
    expect(hashStructure([{ a: left }])).toBe(hashStructure([{ a: right }]));
  });

  it("lets an override decide", () => {
    const override = (left: object, right: object): boolean | undefined => (left instanceof Point && right instanceof Point ? true : undefined);
    expect(equalStructure([new Point()], [new Point()], override)).toBe(true);
  });

  it("does not recurse", () => {
    const deep = (): unknown => {
      let nested: unknown = [];
      for (let depth = 0; depth < 100_000; depth++) nested = [nested];
      return nested;
    };
    const left = deep();
    expect(equalStructure(left, deep())).toBe(true);
    expect(hashStructure(left)).toBe(hashStructure(deep()));
  });
});

describe("hashStructure", () => {
  it("differs where values differ, for all but identity-free pairs", () => {
    for (const [name, left, right] of different) {
      if (typeof left !== "symbol") expect(hashStructure([left]), name).not.toBe(hashStructure([right]));
    }
  });

  it("spreads small integers", () => {
    const hashes = new Set(Array.from({ length: 10_000 }, (_, index) => hashStructure([index % 100, Math.floor(index / 100)])));
    expect(hashes.size).toBeGreaterThan(9_990);
  });

  it("agrees with equality on random data", () => {
    fc.assert(fc.property(fc.anything(), (value) => {
      const copy = structuredClone(value);
      if (!equalStructure(value, copy)) return;
      expect(hashStructure(value)).toBe(hashStructure(copy));
    }));
  });

  it("is symmetric and reflexive with equality", () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      expect(equalStructure(left, left)).toBe(true);
      expect(equalStructure(left, right)).toBe(equalStructure(right, left));
      if (equalStructure(left, right)) expect(hashStructure(left)).toBe(hashStructure(right));
    }));
  });
});

describe("isPlainObject", () => {
  it.each([[{}, true], [Object.create(null), true], [[], false], [new Map(), false], [point, false], [null, false], [callback, false], [new Date(), false]])(
    "%o: %s", (value, expected) => {
      expect(isPlainObject(value)).toBe(expected);
    },
  );
});

describe("StructuralMap", () => {
  it("finds by structure, replaces and deletes", () => {
    const map = new StructuralMap<unknown, string>();
    map.set([1, { a: NaN }], "first").set([-0], "zero");
    expect(map.get([1, { a: NaN }])).toBe("first");
    expect(map.get([0])).toBeUndefined();
    map.set([1, { a: NaN }], "second");
    expect(map.size).toBe(2);
    expect(map.get([1, { a: NaN }])).toBe("second");
    expect(map.delete([-0])).toBe(true);
    expect(map.delete([-0])).toBe(false);
    expect(map.size).toBe(1);
  });

  it("compares when hashes collide", () => {
    const map = new StructuralMap<number, string>(() => 7);
    map.set(1, "one").set(2, "two");
    expect(map.get(1)).toBe("one");
    expect(map.get(3)).toBeUndefined();
    expect(map.delete(1)).toBe(true);
    expect(map.get(2)).toBe("two");
    expect(map.entries()).toEqual([[2, "two"]]);
  });

  it("makes an item once", () => {
    const map = new StructuralMap<string, undefined>();
    let made = 0;
    const make = (): undefined => void made++;
    getOrMake(map, "a", make);
    getOrMake(map, "a", make);
    expect(made).toBe(1);
  });
});
