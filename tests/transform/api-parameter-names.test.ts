/** @file Parameter names are read from every form of function that JavaScript has. */
import { runInThisContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { parametersOf } from "../../packages/lanewise/src/transforms/parameter-names.ts";

type Anything = (...args: never[]) => unknown;

// Functions are made from text, so that no tool renames a parameter or drops a comment on the way here.
function evaluate(expression: string): Anything {
  return runInThisContext(`(${expression})`) as Anything;
}

describe("parametersOf", () => {
  it.each<[string, readonly (string | null)[]]>([
    ["function (x, y) { return x; }", ["x", "y"]],
    ["function named(x) { return x; }", ["x"]],
    ["async function (x) { return x; }", ["x"]],
    ["function* (x, y) { yield x; }", ["x", "y"]],
    ["() => 1", []],
    ["x => x", ["x"]],
    ["async x => x", ["x"]],
    ["$x_1 => $x_1", ["$x_1"]],
    ["(x, y) => x", ["x", "y"]],
    ["(x, y,) => x", ["x", "y"]],
    ["async (x, y) => x", ["x", "y"]],
    ["async => async", ["async"]],
    ["(größe, π) => π", ["größe", "π"]],
    ["(x = 1, y = { a: [1, 2], b: (3, 4) }) => x", ["x", "y"]],
    ["(x = \"a,b)\", y = 'it\\'s, (', z = `t,${[1, 2].map((q) => `${q},)`)}`) => x", ["x", "y", "z"]],
    ["(x = /[,)\\]/]/, y = 4 / 2, z = (8) / 2 / 1) => x", ["x", "y", "z"]],
    ["({ a, b }, [c, d], e) => a", [null, null, "e"]],
    ["({ a } = {}, e = 1) => a", [null, "e"]],
    ["(x, ...rest) => x", ["x", "...rest"]],
    ["(...[a, b]) => a", ["..."]],
    ["(x /* the first, of (two */, // more, )\n y) => x", ["x", "y"]],
    ["/* (a) */ function /* (b) */ f(/* (c) */ x) { return x; }", ["x"]],
    ["({ method(x, y) { return x; } }).method", ["x", "y"]],
    ["({ async *method(x) { yield x; } }).method", ["x"]],
    ["({ ['a(b), ' + 1](x, y) { return x; } })['a(b), 1']", ["x", "y"]],
    ["({ async(x) { return x; } }).async", ["x"]],
    ["class { static of(x) { return x; } }.of", ["x"]],
    ["Object.getOwnPropertyDescriptor({ set value(x) {} }, 'value').set", ["x"]],
  ])("%s", (expression, expected) => {
    const names = parametersOf(evaluate(expression))?.map(({ name, rest }) => (rest ? `...${name ?? ""}` : name));
    expect(names).toEqual(expected);
  });

  it.each(["((x) => x).bind(null)", "Math.max", "class Thing { constructor(x) {} }"])("gives nothing for %s", (expression) => {
    expect(parametersOf(evaluate(expression))).toBeNull();
  });
});
