/** @file Long programs: no stage recurs along a chain, kernels stay below the target's cap, equal ones are emitted once. */
import { grad, jit, makeJaxpr, numpy as np, vmap, type NDArray } from "lanewise";
import type { Value } from "@lanewise/compiler/ir/types";
import { compile } from "@lanewise/compiler/pipeline";
import { add, mul } from "@lanewise/compiler/primitives/arith";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import { targets } from "@lanewise/compiler/target";
import { describe, expect, it } from "vitest";
import { jaxprOf } from "../support/programs.ts";

const operations = process.env["LANEWISE_FULL"] === "1" ? 20_000 : 2_500;

function chain(x: NDArray): NDArray {
  let y = x;
  for (let count = 0; count < operations; count++) y = count % 2 === 0 ? y.mul(0.9999) : y.add(0.001);
  return y;
}

/** What the chain is, as numbers. */
function expected(start: number): { readonly value: number; readonly slope: number } {
  let value = start;
  for (let count = 0; count < operations; count++) value = count % 2 === 0 ? value * 0.9999 : value + 0.001;
  return { value, slope: 0.9999 ** (operations / 2) };
}

describe("a chain of thousands of operations", () => {
  it("compiles", () => {
    expect(jit(chain)(np.array([2, 3])).toArraySync()).toEqual([expect.closeTo(expected(2).value, 2), expect.closeTo(expected(3).value, 2)]);
  });

  it("has a gradient, compiled and eager", () => {
    const slope = expect.closeTo(expected(2).slope, 2) as unknown;
    expect(jit(grad((x: NDArray) => chain(x).sum()))(np.array([2, 3])).toArraySync()).toEqual([slope, slope]);
    expect(grad(chain)(2).itemSync()).toEqual(slope);
  });

  it("is mapped", () => {
    expect(vmap(chain)(np.array([2, 3])).toArraySync()).toEqual([expect.closeTo(expected(2).value, 2), expect.closeTo(expected(3).value, 2)]);
  });

  it("prints", () => {
    expect(String(makeJaxpr(chain)("f32[2]")).split("\n").length).toBeGreaterThan(operations);
  });
});

describe("kernels of a long program", () => {
  const literal = (value: number): Value => scalarLiteral(value, "float32");

  it("have no more operations than the target takes, and equal ones are emitted once", () => {
    const long = jaxprOf(["f32[16]"], (x) => Array.from({ length: 3 * 1500 }).reduce<Value>((y, _, count) => (count % 2 === 0 ? mul(y, literal(0.5)) : add(y, literal(1))), x));
    const { program } = compile(long, { name: "long", target: "js" });
    expect(program.steps.length).toBeGreaterThanOrEqual(3);
    expect(program.kernels.length).toBeLessThan(program.steps.length);
    for (const { text } of program.kernels) expect(text.split("\n").length).toBeLessThan(4 * targets.js.maxOpsPerKernel + 50);
  });
});
