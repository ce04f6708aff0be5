/** @file Ranges hold what expressions can be, sums of multiples are what they came from, and uniformity follows the data. */
import { bitsToFloat32 } from "@lanewise/compiler/base/float-bits";
import { affineSum, equalExprs, rangeOfSum, sumToExpr } from "@lanewise/compiler/kernel/affine";
import {
  add, and, boolean, constant, convert, int, KernelBuilder, lt, mul, ref, scalarType, splat, sub,
} from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printExpr } from "@lanewise/compiler/kernel/print";
import { analyzeRanges, rangeOf } from "@lanewise/compiler/kernel/range";
import type { Expr, Kernel, Uniformity } from "@lanewise/compiler/kernel/types";
import { analyzeUniformity, joinUniformity } from "@lanewise/compiler/kernel/uniformity";
import { forEachStmt, mapStmts } from "@lanewise/compiler/kernel/walk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomKernel } from "../../support/random-kernels.ts";

const a = ref("a", scalarType("int32"));
const b = ref("b", scalarType("int32"));

describe("ranges", () => {
  it("hold every value that a name of a random kernel takes", () => {
    const runs = process.env["LANEWISE_FULL"] === "1" ? 3000 : 200;
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
      const { kernel, scalars, buffers } = randomKernel(seed);
      const ranges = analyzeRanges(kernel);
      const names: string[] = [];
      forEachStmt(kernel.body, (statement) => { if (statement.kind === "let") names.push(statement.name); });
      const { watched, seen } = watch(kernel, names);
      interpret(watched, { buffers: { ...buffers(), ...seen }, scalars });
      names.forEach((name, position) => {
        const [low = 0, high = 0] = [...(seen[`seen${position}`] ?? [])];
        if (low > high) return;
        const range = rangeOf(ref(name, scalarType("int32")), ranges);
        expect(range.low <= low && high <= range.high, `${name} in ${low} .. ${high}, range ${range.low} .. ${range.high}`).toBe(true);
      });
    }), { numRuns: runs });
  });

  it("of scalars follow from the lengths that they make", () => {
    const k = new KernelBuilder("lengths");
    const n = k.scalar("n", "int32");
    const m = k.scalar("m", "int32");
    k.scalar("free", "int32");
    k.buffer("x", { dtype: "int32", length: n, access: "read" });
    k.buffer("y", { dtype: "int32", length: mul(m, 4), access: "read" });
    const ranges = analyzeRanges(k.build());
    expect(ranges.get("n")).toEqual({ low: 0, high: 2147483647 });
    expect(ranges.get("m")).toEqual({ low: 0, high: 536870911 });
    expect(ranges.get("free")).toBe(undefined);
  });

  it("are full where a sum or product may wrap, and of floats", () => {
    const facts = new Map([["a", { low: 0, high: 2147483647 }], ["b", { low: 0, high: 10 }]]);
    expect(rangeOf(add(b, 5), facts)).toEqual({ low: 5, high: 15 });
    expect(rangeOf(add(a, 1), facts)).toEqual({ low: -2147483648, high: 2147483647 });
    expect(rangeOf(mul(b, -3), facts)).toEqual({ low: -30, high: 0 });
    expect(rangeOf(ref("f", scalarType("float32")), facts)).toEqual({ low: -Infinity, high: Infinity });
    expect(rangeOf(and(b, ref("any", scalarType("int32"))), facts)).toEqual({ low: 0, high: 10 });
    expect(rangeOf(and(ref("any", scalarType("int32")), 7), facts)).toEqual({ low: 0, high: 7 });
    expect(rangeOf(splat(b, 4), facts)).toEqual({ low: 0, high: 10 });
    expect(rangeOf(convert(b, "uint32"), facts)).toEqual({ low: 0, high: 10 });
    expect(rangeOf(convert(sub(b, 1), "uint32"), facts)).toEqual({ low: 0, high: 4294967295 });
    expect(rangeOf(convert(constant(bitsToFloat32(0x40000000), "float32"), "int32"), facts)).toEqual({ low: -2147483648, high: 2147483647 });
  });
});

/** The kernel with a buffer for each name that keeps the smallest and largest value that the name has. */
function watch(kernel: Kernel, names: readonly string[]): { watched: Kernel; seen: Record<string, Int32Array> } {
  const seen: Record<string, Int32Array> = {};
  const buffers = names.map((_, position) => {
    seen[`seen${position}`] = Int32Array.of(2147483647, -2147483648);
    return { name: `seen${position}`, dtype: "int32" as const, length: int(2), access: "readWrite" as const, aliasGroup: null };
  });
  const body = mapStmts(kernel.body, (statement) => {
    if (statement.kind !== "let") return statement;
    const buffer = `seen${names.indexOf(statement.name)}`;
    const name = ref(statement.name, scalarType("int32"));
    return [statement, ...[0, 1].flatMap((end): Kernel["body"] => {
      const old = ref(`${statement.name}_${end}`, scalarType("int32"));
      const value: Expr = { kind: "op", op: end === 0 ? "min" : "max", type: scalarType("int32"), args: [old, name] };
      return [
        { kind: "load", name: old.name, type: old.type, buffer, index: int(end), mask: null },
        { kind: "store", buffer, index: int(end), value, mask: null },
      ];
    })];
  });
  return { watched: { ...kernel, buffers: [...kernel.buffers, ...buffers], body }, seen };
}

describe("sums of multiples", () => {
  it("gather terms and constants", () => {
    const sum = affineSum(sub(add(mul(add(a, 2), 4), b), add(mul(a, 4), mul(b, -2))));
    expect(sum.constant).toBe(8);
    expect(sum.terms.map(({ factor, coefficient }) => [printExpr(factor), coefficient])).toEqual([["b", 3]]);
    expect(printExpr(sumToExpr(sum, 1))).toBe("(b * 3) + 8");
    expect(rangeOfSum(sum, new Map([["b", { low: -1, high: 2 }]]))).toEqual({ low: 5, high: 14 });
  });

  it("see through definitions, as deep as asked", () => {
    const definition = (name: string): Expr | null => (name === "a" ? mul(b, 8) : name === "b" ? add(ref("c", scalarType("int32")), 1) : null);
    const printed = (depth: number): string => printExpr(sumToExpr(affineSum(add(a, 1), definition, depth), 1));
    expect([printed(0), printed(1), printed(2)]).toEqual(["a + 1", "(b * 8) + 1", "(c * 8) + 9"]);
  });

  it("expressions are equal by structure, types included", () => {
    expect(equalExprs(add(a, 1), add(a, 1))).toBe(true);
    expect(equalExprs(constant(1, "int32"), constant(1, "float32"))).toBe(false);
    expect(equalExprs(constant(0, "float32"), constant(-0, "float32"))).toBe(false);
    expect(equalExprs(splat(a, 2), splat(a, 4))).toBe(false);
    expect(equalExprs(convert(a, "float32"), convert(a, "float64"))).toBe(false);
    expect(equalExprs(lt(a, b), lt(b, a))).toBe(false);
  });
});

describe("uniformity", () => {
  it("follows what a value depends on", () => {
    const k = new KernelBuilder("uniformity");
    const n = k.scalar("n", "int32");
    k.buffer("still", { dtype: "int32", length: n, access: "read" });
    k.buffer("changing", { dtype: "int32", length: n, access: "readWrite" });
    k.array("table", { space: "constant", dtype: "int32", length: 2, values: [1, 2] });
    k.array("shared", { space: "workgroup", dtype: "int32", length: 4 });
    k.for("grid", 0, n, 1, (g) => {
      const expected: Record<string, Uniformity> = {};
      expected["g0"] = "workgroup";
      k.let(add(n, 1), "program");
      k.let(add(g, 1), "group");
      k.load("still", n, { hint: "read" });
      k.load("still", g, { hint: "readByGroup" });
      k.load("changing", n, { hint: "written" });
      k.load("table", int(0), { hint: "tabled" });
      k.load("shared", int(0), { hint: "common" });
      k.for("local", 0, 4, 1, (l) => {
        k.load("still", l, { hint: "readByLane" });
        k.load("still", n, { hint: "masked", mask: lt(l, 2) });
        k.load("still", n, { hint: "readInLane" });
        k.for("serial", 0, l, 1, () => {}, "uneven");
      }, "l");
      const assigned = k.var(int(0), "assigned");
      const kept = k.var(int(0), "kept");
      k.if(boolean(true), () => k.assign(kept, n));
      k.for("serial", 0, k.load("changing", int(0), { hint: "trips" }), 1, () => k.assign(assigned, int(1)), "round");
    }, "g");
    const names = Object.fromEntries(analyzeUniformity(k.build({ workgroup: 4 })));
    expect(names).toEqual({
      g0: "workgroup", program0: "program", group0: "workgroup", read0: "program", readByGroup0: "workgroup", written0: "lane", tabled0: "program",
      common0: "lane", l0: "lane", readByLane0: "lane", masked0: "lane", readInLane0: "program", uneven0: "lane", assigned0: "lane",
      kept0: "program", trips0: "lane", round0: "lane",
    });
  });

  it("joins to the wider one", () => {
    expect(joinUniformity("program", "workgroup")).toBe("workgroup");
    expect(joinUniformity("lane", "workgroup")).toBe("lane");
  });

  it("a vector has a uniformity as a scalar has", () => {
    const k = new KernelBuilder("vector");
    k.let(and(splat(k.scalar("n", "int32"), 4), 3), "v");
    expect(analyzeUniformity(k.build()).get("v0")).toBe("program");
  });
});
