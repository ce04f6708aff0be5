/** @file Tests that no iteration changes leave the loop, and copies of rows become loops of their own. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { add, and, constant, ge, int, KernelBuilder, lt, mul, op } from "@lanewise/compiler/kernel/build";
import { printKernel } from "@lanewise/compiler/kernel/print";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { scheduleForCpu } from "@lanewise/compiler/schedule/cpu";
import { jsTarget, wasmTarget } from "@lanewise/compiler/target";
import { runAsWritten, runScheduled } from "../../support/scheduled-kernels.ts";

const rows = 5;
const columns = 18;

/** `out[i, j] = inside(places[i], j) ? table[places[i], j] : -1`. */
function gather(inside: (place: Expr, column: Expr) => Expr, outer: number): Kernel {
  const b = new KernelBuilder("gather");
  const places = b.buffer("in0", { dtype: "int32", length: rows, access: "read" });
  const table = b.buffer("in1", { dtype: "float32", length: 4 * columns, access: "read" });
  const out = b.buffer("out0", { dtype: "float32", length: outer * rows * columns, access: "write" });
  const row = (first: Expr, i: Expr): void => b.for(outer === 1 ? "grid" : "simd", 0, columns, 1, (j) => {
    const place = b.load(places, i);
    const element = b.branch(inside(place, j), () => b.load(table, add(mul(place, columns), j)), () => constant(-1, "float32"));
    b.store(out, add(add(mul(first, rows * columns), mul(i, columns)), j), op("neg", element));
  });
  if (outer === 1) b.for("grid", 0, rows, 1, (i) => row(int(0), i));
  else b.for("grid", 0, outer, 1, (first) => b.for("simd", 0, rows, 1, (i) => row(first, i)));
  return b.build();
}

const inTable = (place: Expr): Expr => and(ge(place, 0), lt(place, 4));

describe("unswitch", () => {
  it.each([1, 3])("takes the test of a row in front of its loop, and copies rows several elements at a time (%i outside)", (outer) => {
    const kernel = gather(inTable, outer);
    const scheduled = scheduleForCpu(kernel, jsTarget);
    const text = printKernel(at(scheduled.steps, 0).kernel);
    expect(text.indexOf("if ")).toBeLessThan(text.lastIndexOf("for "));
    expect(text.match(/load .* = in1/g)?.length).toBeGreaterThanOrEqual(4);
    for (const target of [jsTarget, wasmTarget]) {
      for (const order of ["forward", "reverse"] as const) {
        expect(runScheduled(kernel, scheduleForCpu(kernel, target), order, 7)).toEqual(runAsWritten(kernel, 7));
      }
    }
  });

  it("leaves a test alone that the loop changes", () => {
    const kernel = gather((place, column) => and(inTable(place), lt(column, add(place, 7))), 1);
    const scheduled = scheduleForCpu(kernel, jsTarget);
    expect(runScheduled(kernel, scheduled, "forward", 7)).toEqual(runAsWritten(kernel, 7));
    const text = printKernel(at(scheduled.steps, 0).kernel);
    expect(text.indexOf("if ")).toBeGreaterThan(text.lastIndexOf("for "));
  });
});
