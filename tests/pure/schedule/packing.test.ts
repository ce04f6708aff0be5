/** @file Products of matrices in every layout: packed where that pays, as float64 where sums are float64, with the same results. */
import { describe, expect, it } from "vitest";
import { add, constant, KernelBuilder, mul, op } from "@lanewise/compiler/kernel/build";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { scheduleForCpu } from "@lanewise/compiler/schedule/cpu";
import { jsTarget, wasmTarget } from "@lanewise/compiler/target";
import { runAsWritten, runScheduled } from "../../support/scheduled-kernels.ts";

interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly steps: number;
  /** Whether a row (or column) of the sum lies in one piece. */
  readonly left?: "along" | "across";
  readonly right?: "along" | "across";
  /** What is made of an element of the left operand. */
  readonly of?: (element: Expr) => Expr;
}

function product({ rows, columns, steps, left = "along", right = "across", of = (element) => element }: Product): Kernel {
  const b = new KernelBuilder("product");
  const a = b.buffer("in0", { dtype: "float32", length: rows * steps, access: "read" });
  const x = b.buffer("in1", { dtype: "float32", length: columns * steps, access: "read" });
  const out = b.buffer("out0", { dtype: "float32", length: rows * columns, access: "write" });
  b.for("grid", 0, rows, 1, (i) => b.for("simd", 0, columns, 1, (j) => {
    const sum = b.var(constant(0, "float32"), "sum");
    b.for("serial", 0, steps, 1, (k) => {
      const element = b.load(a, left === "along" ? add(mul(i, steps), k) : add(mul(k, rows), i));
      b.assign(sum, add(sum, mul(of(element), b.load(x, right === "along" ? add(mul(j, steps), k) : add(mul(k, columns), j)))));
    });
    b.store(out, add(mul(i, columns), j), op("max", sum, constant(-1000, "float32")));
  }));
  return b.build();
}

const packedTypes = (kernel: Kernel, target: typeof jsTarget): readonly string[] => scheduleForCpu(kernel, target).scratch.map(({ dtype }) => dtype);

describe("packed operands", () => {
  it.each<[string, Product, js: readonly string[], wasm: readonly string[]]>([
    ["a @ b", { rows: 36, columns: 33, steps: 5 }, ["float64", "float64"], ["float32"]],
    ["a @ b.T", { rows: 33, columns: 34, steps: 6, right: "along" }, ["float64", "float64"], []],
    ["a.T @ b", { rows: 35, columns: 36, steps: 7, left: "across" }, ["float64", "float64"], ["float32", "float32"]],
    ["few rows", { rows: 3, columns: 40, steps: 9 }, ["float64"], []],
    ["some rows", { rows: 20, columns: 40, steps: 9 }, ["float64", "float64"], ["float32"]],
    // The left operand is rounded to be compared, so that a float64 would not do.
    ["relu(a) @ b", { rows: 36, columns: 33, steps: 5, of: (element) => op("max", element, constant(0, "float32")) }, ["float64"], ["float32"]],
  ])("%s", (_name, shape, js, wasm) => {
    const kernel = product(shape);
    expect(packedTypes(kernel, jsTarget)).toEqual(js);
    expect(packedTypes(kernel, wasmTarget)).toEqual(wasm);
    for (const target of [jsTarget, wasmTarget]) {
      for (const order of ["forward", "reverse"] as const) expect(runScheduled(kernel, scheduleForCpu(kernel, target), order)).toEqual(runAsWritten(kernel));
    }
  });
});
