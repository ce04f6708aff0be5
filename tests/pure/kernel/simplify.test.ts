/** @file simplifyKernel: what each rule finds, what it must leave alone, and that random kernels keep their results. */
import { at } from "@lanewise/compiler/base/assert";
import {
  add, and, boolean, constant, convert, div, eq, extract, ge, gt, int, KernelBuilder, le, lt, max, min, mul, ne, not, op, or, rem, select,
  splat, sub,
} from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { simplifyKernel } from "@lanewise/compiler/kernel/simplify";
import { simplifyRules } from "@lanewise/compiler/kernel/simplify-rules";
import type { Expr, Kernel, ScalarOpName } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomKernel } from "../../support/random-kernels.ts";

/** The statements of a kernel's body as printed, without indentation and closing braces. */
function bodyOf(kernel: Kernel): readonly string[] {
  const lines = printKernel(kernel).split("\n").map((line) => line.trim());
  return lines.slice(lines.indexOf("{") + 1).filter((line) => line !== "}");
}

interface Names {
  /** Scalars: n is a buffer's length, m anything. */
  readonly n: Expr;
  readonly m: Expr;
  /** Loop indices: i in 0 .. 64, j in 0 .. 8, k in m .. n * 2. */
  readonly i: Expr;
  readonly j: Expr;
  readonly k: Expr;
  readonly b: KernelBuilder;
}

/** A kernel that stores what `emit` gives, with three loops around it. */
function kernelThatStores(emit: (names: Names) => Expr): Kernel {
  const b = new KernelBuilder("test");
  const n = b.scalar("n", "int32");
  const m = b.scalar("m", "int32");
  b.buffer("data", { dtype: "int32", length: n, access: "read" });
  b.buffer("floats", { dtype: "float32", length: 16, access: "read" });
  b.for("grid", 0, 64, 1, (i) => b.for("serial", 0, 8, 1, (j) => b.for("serial", m, mul(n, 2), 1, (k) => {
    const value = emit({ n, m, i, j, k, b });
    const dtype = value.type.dtype;
    if (dtype === "float64" || dtype === "float16") throw new Error("no buffer of this dtype");
    b.buffer("out", { dtype, length: 16, access: "write" });
    b.store("out", int(0), value);
  }, "k"), "j"), "i");
  return b.build();
}

/** The stored expression after simplification, as printed. */
function simplified(emit: (names: Names) => Expr, rules = simplifyRules): string {
  const kernel = simplifyKernel(kernelThatStores(emit), rules);
  verifyKernel(kernel);
  return at(bodyOf(kernel), -1).replace(/^store out\[0\] = /, "");
}

/** An op as it stands, past the folding of the makers. */
function raw(name: ScalarOpName, ...args: Expr[]): Expr {
  return { kind: "op", op: name, args, type: op(name, ...args).type };
}

const f = (value: number): Expr => constant(value, "float32");
const u = (value: number): Expr => constant(value, "uint32");

describe("rules", () => {
  const cases: readonly (readonly [rule: string, emit: (names: Names) => Expr, result: string])[] = [
    ["fold-constants", () => raw("mul", int(65537), int(65537)), "131073"],
    ["fold-constants", () => raw("shiftRightLogical", u(8), u(2)), "2u"],
    ["fold-constants", () => raw("xor", boolean(true), boolean(true)), "false"],
    ["fold-conversion", ({ m }) => op("add", convert(int(3), "float32"), convert(m, "float32")), "3f + float32(m)"],
    ["fold-conversion", ({ m }) => extract(splat(m, 4), 2), "m"],
    ["fold-conversion", ({ m }) => add(m, extract(splat(int(3), 4), 1)), "m + 3"],
    ["known-value", ({ m }) => raw("mul", m, int(0)), "0"],
    ["known-value", ({ i }) => div(i, 64), "0"],
    ["known-value", ({ i }) => convert(lt(i, 64), "int32"), "1"],
    ["known-value", ({ j }) => ge(j, -1), "true"],
    ["known-value", ({ n }) => lt(n, 0), "false"],
    ["neutral-operand", ({ m }) => raw("add", m, int(0)), "m"],
    ["neutral-operand", ({ m }) => raw("and", m, int(-1)), "m"],
    ["neutral-operand", ({ m }) => raw("shiftLeft", m, int(0)), "m"],
    ["neutral-operand", ({ m, n }) => raw("or", lt(m, n), boolean(false)), "m < n"],
    ["zero-before-square", ({ b }) => { const v = b.load("floats", int(0)); return add(raw("add", f(0), mul(v, v)), v); }, "(v0 * v0) + v0"],
    ["zero-before-square", ({ b }) => {
      const v = b.load("floats", int(0));
      const square = b.let(mul(v, v));
      return raw("add", f(0), add(v, add(square, square)));
    }, "v0 + (v1 + v1)"],
    ["equal-operands", ({ m, n }) => raw("sub", add(m, n), add(m, n)), "0"],
    ["equal-operands", ({ m, n }) => max(mul(m, n), mul(m, n)), "m * n"],
    ["equal-operands", ({ m }) => le(m, m), "true"],
    ["equal-operands", ({ m }) => raw("xor", m, m), "0"],
    ["constant-right", ({ m }) => raw("add", int(5), m), "m + 5"],
    ["constant-right", ({ m }) => raw("min", int(5), m), "min(m, 5)"],
    ["subtract-constant", ({ m }) => raw("sub", m, int(5)), "m + -5"],
    ["hoist-sum-constant", ({ m, n }) => add(add(m, 3), add(n, 4)), "(m + n) + 7"],
    ["gather-factors", ({ m }) => mul(mul(m, 3), 4), "m * 12"],
    ["distribute-constant", ({ m }) => mul(add(m, 3), 4), "(m * 4) + 12"],
    ["divide-sum", ({ i, j }) => div(add(mul(i, 8), j), 8), "i0"],
    ["divide-sum", ({ i, j }) => div(add(mul(i, 64), j), 32), "i0 * 2"],
    ["divide-sum", ({ i, m }) => div(add(mul(i, 64), and(m, 255)), 32), "(i0 * 2) + ((m & 255) / 32)"],
    ["divide-sum", ({ i, j }) => div(add(mul(sub(i, 70), 4), mul(j, 8)), 4), "(i0 + (j0 * 2)) + -70"],
    ["divide-sum", ({ i, j, b }) => add(div(b.let(add(mul(i, 8), j)), 8), b.let(add(mul(i, 8), j))), "i0 + ((i0 * 8) + j0)"],
    ["remainder-of-sum", ({ i, j }) => rem(add(mul(i, 8), j), 8), "j0"],
    ["remainder-of-sum", ({ i, j }) => rem(mul(add(i, mul(j, 5)), 4), 2), "0"],
    ["remainder-in-range", ({ j, n }) => add(rem(j, 8), n), "j0 + n"],
    ["nested-division", ({ m }) => div(div(m, 3), 5), "m / 15"],
    ["nested-division", ({ m }) => convert(div(div(convert(m, "uint32"), 65536), 65535), "int32"), "int32(uint32(m) / 4294901760u)"],
    ["nested-remainder", ({ m }) => rem(rem(m, 12), 4), "m % 4"],
    ["quotient-and-remainder", ({ m }) => add(mul(div(m, 7), 7), rem(m, 7)), "m"],
    ["quotient-and-remainder", ({ m, n }) => add(add(mul(rem(m, 7), 2), n), mul(div(m, 7), 14)), "n + (m * 2)"],
    ["quotient-and-remainder", ({ m, b }) => {
      const flat = b.let(mul(m, m));
      return add(add(mul(b.let(div(flat, 8)), 8), b.let(rem(flat, 8))), flat);
    }, "v0 + v0"],
    ["ordered-extremum", ({ i, n }) => add(min(i, 63), n), "i0 + n"],
    ["ordered-extremum", ({ j, m }) => max(min(j, 100), and(m, 7)), "max(j0, m & 7)"],
    ["loop-guard", ({ k, m, n }) => select(lt(k, mul(n, 2)), m, 0), "m"],
    ["loop-guard", ({ k, m }) => select(ge(k, m), m, 0), "m"],
    ["decided-select", ({ i, m }) => select(lt(i, 64), m, 0), "m"],
    ["decided-select", ({ i }) => select(lt(i, 0), f(1), f(2)), "2f"],
    ["decided-select", ({ m }) => select(lt(m, 3), f(2), f(2)), "2f"],
    ["select-of-bools", ({ m }) => select(lt(m, 3), boolean(true), boolean(false)), "m < 3"],
    ["select-of-bools", ({ m }) => select(lt(m, 3), boolean(false), boolean(true)), "m >= 3"],
    ["negated-comparison", ({ m, n }) => not(le(m, n)), "m > n"],
    ["negated-comparison", ({ b }) => not(not(lt(b.load("floats", int(0)), 1))), "v0 < 1f"],
  ];
  it.each(cases)("%s (case %#)", (_, emit, result) => {
    expect(simplified(emit)).toBe(result);
  });

  it("every rule has a case and says why it holds", () => {
    for (const { name, note } of simplifyRules) {
      expect(cases.some(([rule]) => rule === name), name).toBe(true);
      expect(note.length).toBeGreaterThan(20);
    }
    expect(new Set(simplifyRules.map(({ name }) => name)).size).toBe(simplifyRules.length);
  });

  it.each(simplifyRules)("without $name a case of its is not found", ({ name }) => {
    const others = simplifyRules.filter((rule) => rule.name !== name);
    const own = cases.filter(([rule]) => rule === name);
    expect(own.some(([, emit, result]) => simplified(emit, others) !== result)).toBe(true);
  });

  it("a guard inside its loop is gone", () => {
    const kernel = kernelThatStores(({ b, n }) => {
      const held = b.var(int(0), "held");
      const guarded = (k: Expr): readonly Expr[] => [lt(k, n), ge(k, -3), gt(n, k), not(le(n, k)), not(ge(k, n)), not(lt(k, -3))];
      b.for("serial", -3, n, 2, (k) => { for (const guard of guarded(k)) b.if(guard, () => b.assign(held, k)); }, "k");
      return held;
    });
    expect(bodyOf(simplifyKernel(kernel)).some((line) => line.startsWith("if"))).toBe(false);
  });
});

describe("what is left alone", () => {
  const same: readonly (readonly [why: string, emit: (names: Names) => Expr, printed: string])[] = [
    ["x * 0 of floats (NaN, infinities, -0)", ({ b }) => mul(b.load("floats", int(0)), 0), "v0 * 0f"],
    ["x + 0 of floats (-0)", ({ b }) => add(b.load("floats", int(0)), 0), "v0 + 0f"],
    ["0 + x y of floats (-0)", ({ b }) => raw("add", f(0), mul(b.load("floats", int(0)), b.load("floats", int(1)))), "0f + (v0 * v1)"],
    ["x * 1 of floats", ({ b }) => mul(b.load("floats", int(0)), 1), "v0 * 1f"],
    ["constants of floats", () => raw("add", f(1), f(2)), "1f + 2f"],
    ["x - x of floats", ({ b }) => { const v = b.load("floats", int(0)); return raw("sub", v, v); }, "v0 - v0"],
    ["x == x of floats (NaN)", ({ b }) => { const v = b.load("floats", int(0)); return eq(v, v); }, "v0 == v0"],
    ["not of a float comparison (NaN)", ({ b }) => not(lt(b.load("floats", int(0)), 1)), "not(v0 < 1f)"],
    ["float factors", ({ b }) => mul(mul(b.load("floats", int(0)), 3), 4), "(v0 * 3f) * 4f"],
    ["a sum that may be negative, divided", ({ m, i }) => div(add(mul(and(m, 7), 8), sub(i, 32)), 8), "(((m & 7) * 8) + i0) + -32"],
    ["a sum that may wrap, divided", ({ m, j }) => div(add(mul(m, 8), j), 8), "((m * 8) + j0) / 8"],
    ["a remainder of a negative number", ({ m }) => rem(m, 8), "m % 8"],
    ["nested division whose product is past the range", ({ m }) => div(div(m, 65536), 32768), "(m / 65536) / 32768"],
    ["a multiple of a quotient that is not the divisor", ({ m }) => add(mul(div(m, 7), 14), rem(m, 7)), "((m / 7) * 14) + (m % 7)"],
    ["a difference that is not divisible", ({ i, j }) => div(op("sub", mul(i, 8), j), 8), "((i0 * 8) - j0) / 8"],
    ["a table entry that a mask may turn to 0", ({ b, m }) => {
      b.array("table", { space: "constant", dtype: "int32", length: 2, values: [3, 5] });
      return lt(b.load("table", int(1), { mask: lt(m, 3) }), 2);
    }, "v0 < 2"],
    ["nested remainders that do not divide", ({ m }) => rem(rem(m, 12), 5), "(m % 12) % 5"],
    ["division by a negative constant", ({ i }) => div(mul(i, 4), -4), "(i0 * 4) / -4"],
    ["division by zero, except of constants", ({ m }) => div(m, 0), "m / 0"],
    ["an unequal quotient and remainder", ({ m }) => add(mul(div(m, 7), 7), rem(m, 8)), "((m / 7) * 7) + (m % 8)"],
  ];
  it.each(same)("%s", (_, emit, printed) => {
    const result = simplified(emit);
    if (printed.startsWith("(((")) expect(result).toContain("/ 8");
    else expect(result).toBe(printed);
  });
});

describe("statements", () => {
  const statements = (emit: (b: KernelBuilder, n: Expr) => void, arrange: (b: KernelBuilder) => void = () => {}): readonly string[] => {
    const b = new KernelBuilder("test");
    const n = b.scalar("n", "int32");
    b.buffer("x", { dtype: "int32", length: n, access: "readWrite" });
    arrange(b);
    emit(b, n);
    const kernel = simplifyKernel(b.build());
    verifyKernel(kernel);
    return bodyOf(kernel);
  };

  it("a Let that is used once goes to its use", () => {
    expect(statements((b, n) => {
      const twice = b.let(mul(n, n));
      const sum = b.let(add(twice, 1));
      b.store("x", int(0), sum);
    })).toEqual(["store x[0] = (n * n) + 1"]);
  });

  it("but not into a loop, not where it is used twice, and not where it is large", () => {
    expect(statements((b, n) => {
      const square = b.let(mul(n, n));
      b.for("serial", 0, n, 1, (i) => b.store("x", i, square));
    })).toEqual(["let v0: int32 = n * n", "for serial i0 in 0 .. n {", "store x[i0] = v0"]);
    expect(statements((b, n) => {
      const square = b.let(mul(n, n));
      b.store("x", int(0), raw("mul", square, square));
    })).toEqual(["let v0: int32 = n * n", "store x[0] = v0 * v0"]);
    expect(statements((b, n) => {
      let large: Expr = b.load("x", n);
      for (let k = 0; k < 12; k += 1) large = op("xor", op("mul", large, n), n);
      b.store("x", int(0), b.let(large));
    }).length).toBe(3);
  });

  it("into a branch, a condition and a loop bound", () => {
    expect(statements((b, n) => {
      const square = b.let(mul(n, n));
      const bound = b.let(add(n, 1));
      const condition = b.let(lt(n, 9));
      b.if(condition, () => b.store("x", int(0), square));
      b.for("serial", 0, bound, 1, (i) => b.store("x", i, i));
    })).toEqual(["if n < 9 {", "store x[0] = n * n", "for serial i0 in 0 .. n + 1 {", "store x[i0] = i0"]);
  });

  it("from a While's before part into its condition", () => {
    expect(statements((b) => {
      b.while(() => b.let(lt(b.load("x", int(0)), 5)), () => b.store("x", int(0), int(6)));
    })).toEqual(["repeat {", "load v0: int32 = x[0]", "} while v0 < 5 {", "store x[0] = 6"]);
  });

  it("not past an Assign to a variable that it reads, directly or through another Let", () => {
    expect(statements((b, n) => {
      const count = b.var(n, "count");
      const before = b.let(add(count, 1));
      const further = b.let(mul(before, n));
      b.assign(count, int(7));
      b.store("x", count, further);
    })).toEqual(["var count0: int32 = n", "let v1: int32 = (count0 + 1) * n", "count0 = 7", "store x[count0] = v1"]);
    expect(statements((b, n) => {
      const count = b.var(n, "count");
      const before = b.let(add(count, 1));
      b.if(lt(n, 3), () => b.assign(count, int(7)));
      b.store("x", count, before);
    })).toContain("let v0: int32 = count0 + 1");
    expect(statements((b, n) => {
      const count = b.var(n, "count");
      b.for("serial", 0, n, 1, () => {
        const before = b.let(add(count, 1));
        b.assign(count, before);
        b.store("x", int(0), count);
      });
    })).toContain("count0 = count0 + 1");
  });

  it("a Let of a variable's value keeps that value", () => {
    expect(statements((b, n) => {
      const count = b.var(n, "count");
      const held = b.let(count);
      b.assign(count, int(7));
      b.store("x", count, held);
    })).toEqual(["var count0: int32 = n", "let v0: int32 = count0", "count0 = 7", "store x[count0] = v0"]);
  });

  it("nor is a Let looked through that reads a variable which has changed since", () => {
    expect(statements((b, n) => {
      const count = b.var(n, "count");
      const quotient = b.let(div(count, 7));
      const remainder = b.let(rem(count, 7));
      b.assign(count, int(1));
      b.store("x", add(mul(quotient, 7), remainder), count);
      b.store("x", quotient, remainder);
    })).toContain("store x[(v0 * 7) + v1] = count0");
  });

  it("nor is a guard known whose bound has changed since the loop began", () => {
    expect(statements((b, n) => {
      const end = b.var(n, "end");
      b.for("serial", 0, end, 1, (i) => {
        b.assign(end, int(0));
        b.if(lt(i, end), () => b.store("x", i, i));
      });
    })).toContain("if i0 < end0 {");
  });

  it("past loads, stores and barriers", () => {
    expect(statements((b, n) => {
      const square = b.let(mul(n, n));
      b.store("x", int(1), int(1));
      b.barrier();
      b.store("x", int(0), square);
    })).toEqual(["store x[1] = 1", "barrier", "store x[0] = n * n"]);
  });

  it("what nothing uses is gone: Lets, Loads, variables that only they themselves read", () => {
    expect(statements((b, n) => {
      b.let(add(b.load("x", n), 1));
      const count = b.var(int(0));
      b.for("serial", 0, n, 1, () => b.assign(count, add(count, b.load("x", int(0)))));
      b.store("x", int(0), n);
    })).toEqual(["store x[0] = n"]);
  });

  it("branches that are known", () => {
    expect(statements((b, n) => {
      b.if(boolean(true), () => b.store("x", int(0), n), () => b.store("x", int(1), n));
      b.if(lt(n, 0), () => b.store("x", int(2), n), () => b.store("x", int(3), n));
      b.if(lt(n, 5), () => {});
      b.if(lt(n, 5), () => {}, () => b.store("x", int(4), n));
    })).toEqual(["store x[0] = n", "store x[3] = n", "if n >= 5 {", "store x[4] = n"]);
  });

  it("loops that run once or never", () => {
    expect(statements((b, n) => {
      b.for("serial", 2, 3, 1, (i) => b.store("x", i, n));
      b.for("simd", 0, 4, 4, (i) => b.store("x", i, n));
      b.for("serial", 3, 3, 1, (i) => b.store("x", i, n));
      b.for("serial", 3, 1, 1, (i) => b.store("x", i, n));
      b.for("serial", 0, n, 1, () => {});
      b.while(() => { b.store("x", int(9), n); return boolean(false); }, () => b.store("x", int(8), n));
      b.for("serial", 0, 2, 1, (i) => b.store("x", i, n));
    })).toEqual(["store x[2] = n", "store x[0] = n", "store x[9] = n", "for serial i5 in 0 .. 2 {", "store x[i5] = n"]);
  });

  it("but grid and local loops stay", () => {
    expect(statements((b, n) => b.for("grid", 0, 1, 1, (i) => b.for("local", 0, 1, 1, (l) => b.store("x", add(i, l), n))))).toEqual(
      ["for grid i0 in 0 .. 1 {", "for local i1 in 0 .. 1 {", "store x[0] = n"]);
  });

  it("gives the kernel itself where there is nothing to do", () => {
    const kernel = simplifyKernel(kernelThatStores(({ m, i }) => ne(mul(m, i), or(m, i))));
    expect(simplifyKernel(kernel)).toBe(kernel);
  });
});

describe("random kernels", () => {
  const runs = process.env["LANEWISE_FULL"] === "1" ? 5000 : 400;

  it("keep their results, stay valid, and simplify once", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
      const { kernel, scalars, buffers } = randomKernel(seed);
      verifyKernel(kernel);
      const simpler = simplifyKernel(kernel);
      verifyKernel(simpler);
      expect(simplifyKernel(simpler)).toBe(simpler);
      const expected = buffers();
      interpret(kernel, { buffers: expected, scalars });
      const actual = buffers();
      interpret(simpler, { buffers: actual, scalars });
      expect(actual["out"]).toEqual(expected["out"]);
      // As bits: -0 and 0 differ.
      expect(new Int32Array(actual["realOut"]?.buffer ?? new ArrayBuffer(0))).toEqual(new Int32Array(expected["realOut"]?.buffer ?? new ArrayBuffer(0)));
    }), { numRuns: runs });
  });
});
