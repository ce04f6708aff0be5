/**
 * @file Calls as they come without types: lists missing, strings for numbers, options where there are none. Each throws an
 * error of lanewise that says what was expected, what came and what to do, or gives a result; none fails inside.
 */

import { config, grad, InternalError, jacfwd, jit, LanewiseError, lax, nn, numpy as np, random, tree, vmap } from "lanewise";
import { describe, expect, test } from "vitest";
import { failureOf } from "../support/failures.ts";

type Untyped = (...args: readonly unknown[]) => unknown;
type Space = Readonly<Record<string, unknown>>;
const spaces: Readonly<Record<string, Space>> = { np, lax, nn, random, tree };

/** A function by the name that users write. */
function loose(name: string): Untyped {
  const [space = "", member = ""] = name.split(".");
  return (spaces[space] as Readonly<Record<string, Untyped>>)[member] as Untyped;
}

const m = np.ones([2, 3]);
const v = np.array([1, 2, 3]);
const key = random.key(0);

test.each<[string, readonly unknown[], string, string]>([
  ["np.reshape", [m, null], "LW3007", "null"],
  ["np.reshape", [m, "6"], "LW3007", '"6"'],
  ["np.split", [m, undefined], "LW3007", "undefined"],
  ["np.split", [m, "2"], "LW3007", '"2"'],
  ["np.split", [m, [0.5]], "LW3007", "indicesOrSections[0]"],
  ["np.arraySplit", [v, 1e10], "LW3007", "10000000000"],
  ["np.lexsort", [null], "LW3007", "keys"],
  ["np.roll", [v, []], "LW3007", "a list of 0"],
  ["np.roll", [v, [1], []], "LW3007", "as many shifts as axes"],
  ["np.diff", [v, new Map()], "LW3007", "an instance of Map"],
  ["np.tensordot", [m, v, new Map()], "LW3007", "an instance of Map"],
  ["np.diagflat", [v, 2 ** 40], "LW3007", "2^31"],
  ["np.linspace", [0, 1, 2 ** 31], "LW3007", "2^31 - 1"],
  ["np.histogram", [v, 1e10], "LW3007", "number 10000000000"],
  ["np.pad", [v, 1e10], "LW1404", "2^31 - 1"],
  ["np.imag", [key], "LW3007", "random.keyData"],
  ["np.signbit", [key], "LW1403", "key<fry>"],
  ["np.take", [v, [0], 0, m], "LW3007", "arrays are immutable"],
  ["np.add", [m, m, { where: m }], "LW3007", "keys where"],
  ["np.exp", [m, { dtype: "float16" }], "LW3007", "astype"],
  ["nn.relu", [m, { axis: 0 }], "LW3007", "no options"],
  ["lax.mul", [m, m, { precision: "highest" }], "LW3007", "keys precision"],
  ["lax.concatenate", [m, 0], "LW3007", "a list of arrays"],
  ["lax.stack", [null], "LW3007", "a list of arrays"],
  ["lax.transpose", [m, undefined], "LW3007", "permutation"],
  ["lax.transpose", [m, [0, "1"]], "LW3007", "permutation[1]"],
  ["lax.broadcastInDim", [v, [3], 0], "LW3007", "[0, 1]"],
  ["lax.expandDims", [v, null], "LW3007", "dimensions"],
  ["lax.slice", [v, 0, 2], "LW3007", "startIndices"],
  ["lax.slice", [v, [0], [2], "1"], "LW3007", "strides"],
  ["lax.sliceInDim", [v, {}, 2], "LW3007", "startIndex"],
  ["lax.indexInDim", [v, Symbol("i")], "LW3007", "Symbol(i)"],
  ["lax.split", [v, 3], "LW3007", "sizes"],
  ["lax.pad", [v, 0, 1], "LW3007", "paddingConfig"],
  ["lax.pad", [v, 0, [1]], "LW3007", "paddingConfig[0]"],
  ["lax.reduceWindow", [v, 0, lax.add, 2], "LW3007", "windowDimensions"],
  ["lax.selectN", [v], "LW3007", "at least one case"],
  ["lax.convDimensionNumbers", [null, [1, 1], null], "LW3007", "lhsShape"],
  ["lax.cumsum", [v, new Map()], "LW3007", "an instance of Map"],
  ["lax.argmax", [v, new Map()], "LW3007", "an instance of Map"],
  ["lax.integerPow", [v, 0.5], "LW3007", "0.5"],
  ["lax.reducePrecision", [v, "8", 3], "LW3007", "exponentBits"],
  ["random.permutation", [key, 2n ** 40n], "LW3007", "2^31"],
  ["random.choice", [key, v, [0], "no"], "LW3007", "replace"],
  ["tree.leaves", [[1], 0], "LW3007", "isLeaf"],
  ["tree.flattenWithPaths", [[1], "x"], "LW3007", "isLeaf"],
  ["tree.keyString", [undefined], "LW3007", "a path"],
  ["tree.keyString", [["w"]], "LW3007", "tree.flattenWithPaths"],
])("%s, call %#", (name, args, code, fact) => {
  const failure = failureOf(() => loose(name)(...args));
  expect(failure.code).toBe(code);
  expect(failure.message).toContain(fact);
});

test.each<[string, () => unknown]>([
  ["grad", () => (grad as Untyped)((x: unknown) => x, 0, { hasAux: true })],
  ["jacfwd", () => (jacfwd as Untyped)((x: unknown) => x, 0, { hasAux: true })],
  ["vmap", () => (vmap as Untyped)((x: unknown) => x, 0, 0, { axisName: "i" })],
  ["jit", () => (jit as Untyped)((x: unknown) => x, { staticArgnums: 0 }, { device: "js" })],
])("%s refuses options behind its arguments", (name, run) => {
  expect(failureOf(run).message).toContain(`${name}(f, {`);
});

test("config says what came", () => {
  expect(failureOf(() => (config.set as Untyped)(new Map())).message).toContain("an instance of Map");
});

test("functions of arrays may be handed to map and reduce", () => {
  expect([v, v].map(np.exp).length).toBe(2);
  expect([v, v, v].reduce(np.add).toArraySync()).toEqual([3, 6, 9]);
});

test("what is far away changes nothing", () => {
  expect(np.tril(m, 2 ** 40).toArraySync()).toEqual(m.toArraySync());
  expect(np.triu(m, -(2 ** 40)).toArraySync()).toEqual(m.toArraySync());
  expect(np.diff(v, 1e9).shape).toEqual([0]);
});

describe("nothing fails inside", () => {
  class Own {}
  const isFull = process.env["LANEWISE_FULL"] === "1";
  const odd: readonly unknown[] = isFull ? [
    undefined, null, "abc", {}, (): number => 1, NaN, -1, 1.5, 1e10, [], [[1, 2], [3]], [0, 0], [undefined], new Map(), new Own(), 2n ** 40n, Symbol("s"),
    key, np.zeros([0]), { axis: NaN }, { axis: [0, 0] }, { dtype: "int99" }, { nonsense: 1 },
  ] : [null, "abc", Symbol("s"), { axis: "0" }];
  test.each(Object.entries(spaces))("%s", (space, members) => {
    const failures: string[] = [];
    const first = space === "random" ? key : m;
    for (const [name, member] of Object.entries(members)) {
      // What is registered stays so for the tests behind this one.
      if (typeof member !== "function" || name === "registerClass") continue;
      for (const value of odd) {
        for (const args of [...(isFull ? [[value], [first, v, value]] : []), [first, value]]) {
          try {
            (member as Untyped)(...args);
          } catch (error) {
            const isOurs = error instanceof LanewiseError && !(error instanceof InternalError) && !error.message.includes("[object ");
            if (!isOurs) failures.push(`${space}.${name}(${args.map((argument) => typeof argument).join(", ")}): ${String(error)}`);
          }
        }
      }
    }
    expect(failures).toEqual([]);
  });
});
