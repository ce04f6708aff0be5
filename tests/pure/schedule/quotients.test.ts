/** @file Products of quotients get one division, where that does not move work into loops that had less of it. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { add, constant, div, KernelBuilder, mul, neg, op } from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printKernel } from "@lanewise/compiler/kernel/print";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { simplifyKernel } from "@lanewise/compiler/kernel/simplify";
import { gatherQuotients } from "@lanewise/compiler/schedule/quotients";
import { randomNumbers } from "../../support/programs.ts";

const extent = 6;

/** `out[i, j] = term(a[i], b[j], c[i, j])`. */
function kernelOf(term: (b: KernelBuilder, row: Expr, column: Expr, own: Expr) => Expr, dtype: "float32" | "float64" = "float32"): Kernel {
  const b = new KernelBuilder("quotients");
  const [rows, columns] = [b.buffer("a", { dtype, length: extent, access: "read" }), b.buffer("b", { dtype, length: extent, access: "read" })];
  const own = b.buffer("c", { dtype, length: extent * extent, access: "read" });
  const out = b.buffer("out", { dtype, length: extent * extent, access: "write" });
  b.for("grid", 0, extent, 1, (i) => b.for("simd", 0, extent, 1, (j) => {
    const place = add(mul(i, extent), j);
    b.store(out, place, term(b, b.load(rows, i), b.load(columns, j), b.load(own, place)));
  }));
  return b.build();
}

function run(kernel: Kernel): readonly number[] {
  const next = randomNumbers(7);
  const random = (length: number): Float32Array => Float32Array.from({ length }, () => next() * 4 - 2);
  const out = new Float32Array(extent * extent);
  interpret(kernel, { buffers: { a: random(extent), b: random(extent), c: random(extent * extent), out } });
  return [...out];
}

/** Divisions before and behind; the results are the same but for rounding. */
function divisions(term: Parameters<typeof kernelOf>[0]): string {
  const kernel = kernelOf(term);
  const gathered = simplifyKernel(gatherQuotients(kernel));
  verifyKernel(gathered);
  const expected = run(kernel);
  run(gathered).forEach((value, index) => expect(Math.abs(value - at(expected, index))).toBeLessThanOrEqual(1e-6 * Math.abs(at(expected, index))));
  return `${count(kernel)} to ${count(gathered)}`;
}

const count = (kernel: Kernel): number => printKernel(kernel).match(/ \/ /g)?.length ?? 0;
const number = (value: number): Expr => constant(value, "float32");

describe("quotients", () => {
  it("become one, through names that are used once", () => {
    expect(divisions((b, _row, _column, own) => mul(-0.5, b.let(div(b.let(div(number(1), b.let(op("sqrt", op("abs", own))))), own))))).toBe("2 to 1");
    expect(divisions((b, row, column, own) => {
      const mixed = b.let(mul(b.let(mul(own, row)), column));
      return mul(neg(b.let(div(own, b.let(add(mixed, own))))), div(b.let(mul(own, 0.5)), b.let(div(mixed, own))));
    })).toBe("3 to 1");
  });

  it("stay where another one needs them, too", () => {
    expect(divisions((b, _row, _column, own) => {
      const inverse = b.let(div(number(1), own));
      return add(b.let(div(inverse, add(own, 3))), inverse);
    })).toBe("2 to 2");
  });

  it("stay in the loops that they change with", () => {
    expect(divisions((b, row, column, own) => mul(b.let(div(number(1), row)), b.let(div(own, column))))).toBe("2 to 2");
    expect(divisions((b, row, column, own) => div(b.let(div(own, row)), column))).toBe("2 to 1");
  });

  it("leave the loops that only their other factors change with", () => {
    const kernel = simplifyKernel(gatherQuotients(kernelOf((b, row, _column, own) => div(b.let(mul(b.let(mul(own, 3)), row)), add(row, 1)))));
    expect(printKernel(kernel)).toContain("* ((3f * v0) / (v0 + 1f))");
    expect(divisions((b, row, _column, own) => div(b.let(mul(own, row)), add(row, 1)))).toBe("1 to 1");
    expect(divisions((_b, row, _column, own) => div(own, row))).toBe("1 to 1");
  });

  it("stay where a factor is a variable that changes, and where there would be too many factors", () => {
    expect(divisions((b, row, _column, own) => {
      const state = b.var(row, "state");
      const first = b.let(div(own, state));
      b.assign(state, number(3));
      return div(first, add(own, state));
    })).toBe("2 to 2");
    expect(divisions((_b, _row, _column, own) => Array.from({ length: 9 }).reduce<Expr>((value) => div(value, add(own, 4)), own))).toBe("9 to 2");
  });

  it("of float64 stay as they are", () => {
    const kernel = kernelOf((b, _row, _column, own) => div(b.let(div(constant(1, "float64"), own)), own), "float64");
    expect(gatherQuotients(kernel)).toEqual(kernel);
  });
});
