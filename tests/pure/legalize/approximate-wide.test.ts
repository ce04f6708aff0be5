/** @file The elementary functions of float32 that js computes in doubles: their edges inside chains, and when they are used. */
import { at } from "@lanewise/compiler/base/assert";
import { jsKernelCode, printJsKernel } from "@lanewise/compiler/codegen/js/print-kernel";
import { KernelBuilder, add, mul, op, sub } from "@lanewise/compiler/kernel/build";
import type { Expr, Kernel, ScalarOpName } from "@lanewise/compiler/kernel/types";
import { legalizeJs } from "@lanewise/compiler/legalize/js";
import { describe, expect, it } from "vitest";
import { compileJs } from "../../support/js-runner.ts";

function kernelOf(value: (x: Expr) => Expr, dtype: "float32" | "float64" = "float32"): Kernel {
  const k = new KernelBuilder("apply");
  const n = k.scalar("n", "int32");
  const x = k.buffer("x", { dtype, length: n, access: "read" });
  const y = k.buffer("y", { dtype, length: n, access: "write" });
  k.for("serial", 0, n, 1, (i) => k.store(y, i, value(k.load(x, i))));
  return k.build();
}

function run(value: (x: Expr) => Expr, x: number): number {
  const y = new Float32Array(1);
  compileJs(kernelOf(value))(Float32Array.of(x), y, 1);
  return at(y, 0);
}

describe("inside a chain", () => {
  it.each<readonly [string, (x: Expr) => Expr, x: number, expected: number]>([
    ["e^0 is 1", (x) => sub(op("exp", x), 1), 0, 0],
    ["cos 0 is 1", (x) => sub(op("cos", x), 1), 0, 0],
    ["log 1 is 0", (x) => op("log", x), 1, 0],
    ["tanh is 1 for large arguments", (x) => sub(op("tanh", x), 1), 20, 0],
    ["tanh is -1 for very negative ones", (x) => add(op("tanh", x), 1), -1e30, 0],
    ["tanh is -1 at -infinity", (x) => add(op("tanh", x), 1), -Infinity, 0],
    ["an exponential that overflows is infinite", (x) => mul(op("exp", x), 1e-30), 89.5, Infinity],
    ["an exponential that vanishes is 0", (x) => mul(op("exp", x), 1e30), -105, 0],
    ["an exponential less 1 that overflows is infinite", (x) => mul(op("expm1", x), 1e-30), 89.5, Infinity],
    ["an exponential less 1 that vanishes is -1", (x) => add(op("expm1", x), 1), -200, 0],
    ["an exponential of infinity is infinite", (x) => mul(op("exp", x), 1e-30), Infinity, Infinity],
    ["NaN stays", (x) => add(add(op("exp", x), op("expm1", x)), op("tanh", x)), NaN, NaN],
    ["a power that overflows is infinite", (x) => mul(op("pow", x, 40), 1e-30), 1000, Infinity],
    ["a power that vanishes is 0", (x) => mul(op("pow", x, -40), 1e30), 1000, 0],
    ["x^0 is 1", (x) => sub(op("pow", x, 0), 1), 123.5, 0],
  ])("%s", (_title, value, x, expected) => {
    expect(run(value, x)).toBe(expected);
  });

  it.each<ScalarOpName>(["sin", "tanh", "expm1", "log1p"])("%s keeps the sign of zero", (name) => {
    expect(run((x) => op(name, x), -0)).toBe(-0);
    expect(run((x) => op(name, x), 0)).toBe(0);
  });

  it("an operand is not rounded", () => {
    // x^2 + 1 has no float32 of its own here; its logarithm would be 0 had it been rounded.
    const x = 2 ** -13;
    expect(run((value) => op("log", add(mul(value, value), 1)), x)).toBe(Math.fround(Math.log1p(x * x)));
  });
});

it("a long table stands outside the text, and kernels share it", () => {
  const [exp, tanh] = (["exp", "tanh"] as const).map((name) => jsKernelCode(legalizeJs(kernelOf((x) => op(name, x)))));
  expect(exp?.text).toMatch(/^\(powers0\) => \{\n {2}return function apply\(n?/);
  expect(exp?.tables.length).toBe(1);
  expect(exp?.tables[0]?.values).toBe(tanh?.tables[0]?.values);
});

describe("the target's own functions stay", () => {
  const text = (kernel: Kernel): string => printJsKernel(legalizeJs(kernel));

  it("for float64", () => {
    expect(text(kernelOf((x) => op("exp", x), "float64"))).toContain("= Math.exp(");
  });

  it("in kernels of very many functions", () => {
    const chain = (length: number) => (x: Expr): Expr => Array.from({ length }).reduce<Expr>((value) => op("tanh", value), x);
    expect(text(kernelOf(chain(100)))).not.toContain("Math.tanh");
    expect(text(kernelOf(chain(101)))).toContain("Math.tanh");
  });
});
