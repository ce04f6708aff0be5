/** @file Index expressions in canonical form have the value they had, and reshapes of contiguous axes leave no trace. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { range, sizeOf } from "@lanewise/compiler/base/shape";
import { add, div, int, max, min, mul, ref, rem, scalarType, sub } from "@lanewise/compiler/kernel/build";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { scalarOps } from "@lanewise/compiler/base/scalar-ops";
import type { Expr } from "@lanewise/compiler/kernel/types";
import { IndexForms } from "@lanewise/compiler/lower/index-forms";
import { randomNumbers } from "../../support/programs.ts";

const loop = (name: string): Expr => ref(name, scalarType("int32"));

function formsOver(extents: Readonly<Record<string, number>>): IndexForms {
  const forms = new IndexForms();
  for (const [name, extent] of Object.entries(extents)) forms.bound(name, { low: 0, high: extent - 1 });
  return forms;
}

function evaluate(expr: Expr, values: Readonly<Record<string, number>>): number {
  if (expr.kind === "const") return expr.value;
  if (expr.kind === "ref") return values[expr.name] ?? NaN;
  if (expr.kind !== "op") throw new Error(`unexpected ${expr.kind}`);
  return scalarOps[expr.op].reference("int32", ...expr.args.map((arg) => evaluate(arg, values)));
}

function text(expr: Expr): string {
  const kernel = printKernel({ name: "k", buffers: [], scalars: [], arrays: [], workgroup: 1, body: [{ kind: "let", name: "x", value: expr }] });
  return /= (.*)$/m.exec(kernel)?.[1] ?? kernel;
}

describe("canonical index expressions", () => {
  const forms = formsOver({ i: 6, j: 4, k: 5 });
  const [i, j, k] = [loop("i"), loop("j"), loop("k")];

  it.each<[string, Expr, string]>([
    ["a quotient of a sum", div(add(mul(i, 4), j), 4), "i"],
    ["a remainder of a sum", rem(add(mul(i, 4), j), 4), "j"],
    ["quotient and remainder put together", add(mul(div(k, 3), 3), rem(k, 3)), "k"],
    ["a quotient of a quotient", div(div(mul(i, k), 2), 3), "(i * k) / 6"],
    ["a common factor", div(add(mul(i, 6), mul(j, 3)), 6), "(j / 2) + i"],
    ["an offset", div(add(mul(i, 8), 11), 8), "i + 1"],
    ["a negative dividend, left alone", div(sub(j, 2), 2), "(j + -2) / 2"],
    ["a bound that never bites", min(max(j, 0), 3), "j"],
    ["equal terms", sub(add(mul(i, 3), j), mul(i, 3)), "j"],
  ])("%s", (_, expr, expected) => {
    expect(text(forms.canonical(expr))).toBe(expected);
  });

  it("give one place for one element, whatever shape it went through", () => {
    const flat = loop("f");
    const ofFlat = formsOver({ f: 24 });
    const index = [div(flat, 12), rem(div(flat, 4), 3), rem(flat, 4)];
    expect(text(ofFlat.linear(index, [2, 3, 4]))).toBe("f");
    expect(text(forms.linear([i, j, k], [6, 4, 5]))).toBe("((i * 20) + (j * 5)) + k");
  });
});

describe("random index expressions", () => {
  it("have the value that they had, everywhere", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const next = randomNumbers(seed);
      const below = (limit: number): number => Math.floor(next() * limit);
      const extents = { i: 1 + below(6), j: 1 + below(5), k: 1 + below(4) };
      const forms = formsOver(extents);
      const random = (depth: number): Expr => {
        if (depth === 0) return below(4) === 0 ? int(below(9)) : loop(at(["i", "j", "k"], below(3)));
        const x = random(depth - 1);
        switch (below(6)) {
          case 0: return add(x, random(depth - 1));
          case 1: return sub(x, random(depth - 1));
          case 2: return mul(x, 1 + below(5));
          case 3: return div(x, 1 + below(6));
          case 4: return rem(x, 1 + below(6));
          default: return below(2) === 0 ? min(x, int(below(12))) : max(x, int(below(5)));
        }
      };
      const expr = random(4);
      const canonical = forms.canonical(expr);
      for (const flat of range(sizeOf(Object.values(extents)))) {
        const values = { i: flat % extents.i, j: Math.floor(flat / extents.i) % extents.j, k: Math.floor(flat / (extents.i * extents.j)) };
        const [found, wanted] = [evaluate(canonical, values), evaluate(expr, values)];
        if (!Object.is(found + 0, wanted + 0)) throw new Error(`seed ${seed}: ${text(canonical)} is ${found}, ${text(expr)} is ${wanted}`);
      }
    }
  });
});
