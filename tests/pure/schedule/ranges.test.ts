/** @file Loops cut at the seams of what they choose from: the same results, and no test where a piece is decided. */
import { describe, expect, it } from "vitest";
import { add, and, constant, ge, KernelBuilder, lt, mul, sub } from "@lanewise/compiler/kernel/build";
import { printKernel } from "@lanewise/compiler/kernel/print";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { scheduleForCpu } from "@lanewise/compiler/schedule/cpu";
import { jsTarget, wasmTarget } from "@lanewise/compiler/target";
import { runAsWritten, runScheduled } from "../../support/scheduled-kernels.ts";

type Choose = (b: KernelBuilder, row: Expr, column: Expr) => Expr;

/** `out[i, j] = 2 * choose(i, j)`; the columns are the only loop where there is one row. */
function chosen(rows: number, columns: number, choose: (inputs: readonly string[]) => Choose): Kernel {
  const b = new KernelBuilder("chosen");
  const inputs = ["a", "b", "c"].map((name) => b.buffer(name, { dtype: "float32", length: rows * columns, access: "read" }));
  const out = b.buffer("out", { dtype: "float32", length: rows * columns, access: "write" });
  const element = (i: Expr, j: Expr): void => b.store(out, add(mul(i, columns), j), mul(choose(inputs)(b, i, j), 2));
  if (rows === 1) b.for("grid", 0, columns, 1, (j) => element(constant(0, "int32"), j));
  else b.for("grid", 0, rows, 1, (i) => b.for(rows === 4 ? "simd" : "grid", 0, columns, 1, (j) => element(i, j)));
  return b.build();
}

const load = (b: KernelBuilder, buffer: string | undefined, columns: number, row: Expr, column: Expr): Expr => b.load(buffer ?? "", add(mul(row, columns), column));
const zero = (): Expr => constant(0, "float32");

const concatenated = (columns: number) => ([x, y, z]: readonly string[]): Choose => (b, i, j) => b.branch(lt(j, 5), () => load(b, x, columns, i, j), () => (
  b.branch(lt(j, 14), () => load(b, y, columns, i, sub(j, 5)), () => load(b, z, columns, i, sub(j, 14)))
));
const padded = (columns: number) => ([x]: readonly string[]): Choose => (b, i, j) => b.branch(
  and(and(ge(sub(j, 3), 0), lt(sub(j, 3), columns - 7)), ge(i, 1)), () => load(b, x, columns, i, sub(j, 3)), zero,
);

describe("cutRanges", () => {
  it.each([[1, 30], [4, 30], [3, 17]])("cuts a concatenation of [%i, %i] at its seams", (rows, columns) => {
    const kernel = chosen(rows, columns, concatenated(columns));
    for (const target of [jsTarget, wasmTarget]) {
      const scheduled = scheduleForCpu(kernel, target);
      for (const order of ["forward", "reverse"] as const) expect(runScheduled(kernel, scheduled, order)).toEqual(runAsWritten(kernel));
      for (const { kernel: made } of scheduled.steps) {
        // A grid in blocks tests whether it is at the last one.
        if (rows > 1) expect(printKernel(made)).not.toContain("if ");
        expect(printKernel(made)).not.toContain("var ");
      }
      expect(scheduled.steps).toHaveLength(rows === 1 ? 3 : 1);
    }
  });

  it.each([[1, 30], [5, 30], [2, 9]])("cuts a padded array of [%i, %i] at its edges, and tests rows outside", (rows, columns) => {
    const kernel = chosen(rows, columns, padded(columns));
    for (const target of [jsTarget, wasmTarget]) {
      const scheduled = scheduleForCpu(kernel, target);
      for (const order of ["forward", "reverse"] as const) expect(runScheduled(kernel, scheduled, order)).toEqual(runAsWritten(kernel));
    }
  });

  it("leaves a condition alone that another index decides, too, and what has too many seams", () => {
    const triangle = chosen(6, 20, ([x]) => (b, i, j) => b.branch(lt(j, i), () => load(b, x, 20, i, j), zero));
    const seams = chosen(2, 40, ([x, y]) => (b, i, j) => [5, 10, 15, 20, 25, 30].reduce(
      (rest, seam) => b.branch(lt(j, seam), () => load(b, x, 40, i, j), () => rest), load(b, y, 40, i, j),
    ));
    for (const kernel of [triangle, seams]) {
      const scheduled = scheduleForCpu(kernel, jsTarget);
      expect(scheduled.steps).toHaveLength(1);
      expect(runScheduled(kernel, scheduled)).toEqual(runAsWritten(kernel));
    }
  });
});
