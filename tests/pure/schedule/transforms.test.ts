/** @file Each transformation of kernels keeps what the kernel computes, and does what it is for. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { allocateHost, type HostArray } from "@lanewise/compiler/base/dtype";
import { add, constant, convert, div, int, KernelBuilder, lt, mul, op, rem } from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { simplifyKernel } from "@lanewise/compiler/kernel/simplify";
import type { Expr, Kernel, RefExpr, Stmt } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { freshNames, storesIn, withBody } from "@lanewise/compiler/kernel/walk";
import { accumulatorsOf, splitAccumulators, widenAccumulators } from "@lanewise/compiler/schedule/accumulators";
import { collapseLoops } from "@lanewise/compiler/schedule/collapse";
import { hoistInvariants } from "@lanewise/compiler/schedule/hoist";
import { blockLoop, type JamContext } from "@lanewise/compiler/schedule/jam";
import { parallelNest } from "@lanewise/compiler/schedule/nest";
import { randomNumbers } from "../../support/programs.ts";

/** Runs a verified kernel on random inputs; what it writes, in order of the buffers. */
function outputsOf(kernel: Kernel, order: "forward" | "reverse" = "forward"): HostArray[] {
  verifyKernel(kernel);
  const next = randomNumbers(5);
  const buffers = Object.fromEntries(kernel.buffers.map(({ name, dtype, length, access }) => {
    const host = allocateHost(dtype, length.kind === "const" ? length.value : 0);
    if (access === "read") host.forEach((_, index) => { host[index] = Math.floor(next() * 64) / 8 - 4; });
    return [name, host];
  }));
  interpret(kernel, { buffers, order });
  return kernel.buffers.flatMap(({ name, access }) => (access === "read" ? [] : [buffers[name] ?? new Float32Array()]));
}

function expectSame(changed: Kernel, original: Kernel): void {
  for (const order of ["forward", "reverse"] as const) expect(outputsOf(changed, order)).toEqual(outputsOf(original));
}

function contextOf(kernel: Kernel): JamContext {
  return { fresh: freshNames(kernel), written: storesIn(kernel.body) };
}

const buffer = (b: KernelBuilder, name: string, length: number, access: "read" | "write"): string => b.buffer(name, { dtype: "float32", length, access });

/** `out[i] = sum over k of a[i, k] * b[k]`, with something beside the sum. */
function matvec(rows: number, columns: number): Kernel {
  const b = new KernelBuilder("matvec");
  const [a, x, out] = [buffer(b, "a", rows * columns, "read"), buffer(b, "x", columns, "read"), buffer(b, "out", rows, "write")];
  b.for("grid", 0, rows, 1, (i) => {
    const sum = b.var(constant(0, "float32"), "sum");
    b.for("serial", 0, columns, 1, (k) => {
      const element = b.load(a, add(mul(i, columns), k));
      b.assign(sum, add(sum, mul(element, b.load(x, k))));
    });
    b.if(lt(rem(i, 2), 1), () => b.store(out, i, sum), () => b.store(out, i, op("neg", sum)));
  });
  return b.build();
}

describe("collapseLoops", () => {
  function elementwise(place: (i: RefExpr, j: RefExpr) => Expr): Kernel {
    const b = new KernelBuilder("k");
    const [x, out] = [buffer(b, "x", 12, "read"), buffer(b, "out", 12, "write")];
    b.for("grid", 0, 3, 1, (i) => b.for("simd", 0, 4, 1, (j) => b.store(out, add(mul(i, 4), j), b.load(x, place(i, j)))));
    return b.build();
  }

  it("makes one loop of two that run through memory in order", () => {
    const kernel = elementwise((i, j) => add(j, mul(i, 4)));
    const flat = collapseLoops(kernel);
    expect(printKernel(flat)).toContain("for grid i0 in 0 .. 12");
    expect(printKernel(flat)).not.toContain("simd");
    expectSame(flat, kernel);
  });

  it("keeps quotients and remainders of the place", () => {
    const kernel = elementwise((i, j) => rem(add(mul(i, 4), j), 5));
    expectSame(collapseLoops(kernel), kernel);
    expect(printKernel(collapseLoops(kernel))).not.toContain("simd");
  });

  it.each<[string, (i: RefExpr, j: RefExpr) => Expr]>([
    ["a transposed load", (i, j) => add(mul(j, 3), i)],
    ["a broadcast row", (_, j) => j],
    ["a broadcast column", (i) => i],
    ["a quotient of one index", (i, j) => add(mul(i, 4), div(j, 2))],
  ])("leaves loops alone for %s", (_, place) => {
    const kernel = elementwise(place);
    expect(collapseLoops(kernel)).toEqual(kernel);
  });
});

describe("blockLoop", () => {
  it.each([[8, 4], [9, 4], [3, 4], [10, 3], [5, 1]])("runs %i iterations in blocks of %i, the rest jammed or looped", (extent, factor) => {
    const kernel = matvec(extent, 6);
    for (const rest of ["jam", "loop"] as const) {
      const [loop] = kernel.body;
      if (loop?.kind !== "for") throw new Error("no loop");
      const blocked = withBody(kernel, blockLoop(loop, factor, rest, contextOf(kernel)));
      if (extent < factor) {
        // Nothing is left of the grid; stores stand alone.
        expectSame(blocked, kernel);
        continue;
      }
      expect(parallelNest(blocked).loops).toHaveLength(1);
      expectSame(blocked, kernel);
      expectSame(simplifyKernel(blocked), kernel);
    }
  });

  it("shares loops inside, and loads what is the same once", () => {
    const kernel = matvec(8, 6);
    const [loop] = kernel.body;
    if (loop?.kind !== "for") throw new Error("no loop");
    const text = printKernel(withBody(kernel, blockLoop(loop, 4, "jam", contextOf(kernel))));
    expect(text.match(/for serial/g)).toHaveLength(1);
    expect(text.match(/= x\[/g)).toHaveLength(1);
    expect(text.match(/= a\[/g)).toHaveLength(4);
  });

  it("computes what the copies have in common once", () => {
    const b = new KernelBuilder("scaled");
    const [x, out] = [buffer(b, "x", 3, "read"), buffer(b, "out", 8, "write")];
    const scale = b.load(x, int(0));
    b.for("simd", 0, 8, 1, (i) => b.store(out, i, mul(convert(i, "float32"), op("sqrt", mul(scale, scale)))));
    const kernel = b.build();
    const loop = at(kernel.body, 1);
    if (loop.kind !== "for") throw new Error("no loop");
    expect(printKernel(withBody(kernel, [at(kernel.body, 0), ...blockLoop(loop, 4, "jam", contextOf(kernel))])).match(/sqrt/g)).toHaveLength(1);
  });
});

describe("splitAccumulators", () => {
  it.each([8, 9, 11, 2])("folds %i values four at a time", (count) => {
    const b = new KernelBuilder("fold");
    const [x, out] = [buffer(b, "x", count, "read"), buffer(b, "out", 2, "write")];
    const sum = b.var(constant(1, "float32"), "sum");
    const largest = b.var(constant(-Infinity, "float32"), "max");
    b.for("serial", 0, count, 1, (k) => {
      const value = b.load(x, k);
      b.assign(sum, add(mul(value, 2), sum));
      b.assign(largest, op("max", largest, value));
    });
    b.store(out, int(0), sum);
    b.store(out, int(1), largest);
    const kernel = b.build();
    const loop = at(kernel.body, 2);
    const accumulators = accumulatorsOf(loop, kernel.body);
    expect(accumulators?.map((accumulator) => accumulator.op)).toEqual(["add", "max"]);
    if (loop.kind !== "for") throw new Error("no loop");
    const split = kernel.body.flatMap((statement): readonly Stmt[] => (
      statement === loop ? splitAccumulators(loop, accumulators ?? [], 4, contextOf(kernel)) : [statement]
    ));
    expectSame(withBody(kernel, split), kernel);
  });

  it("is not for variables that the loop reads otherwise", () => {
    const b = new KernelBuilder("recurrence");
    const [x, out] = [buffer(b, "x", 8, "read"), buffer(b, "out", 8, "write")];
    const sum = b.var(constant(0, "float32"), "sum");
    b.for("serial", 0, 8, 1, (k) => {
      b.assign(sum, add(sum, b.load(x, k)));
      b.store(out, k, sum);
    });
    const kernel = b.build();
    expect(accumulatorsOf(at(kernel.body, 1), kernel.body)).toBeNull();
  });
});

describe("widenAccumulators", () => {
  it("adds in float64 what it computes from the loads on, and rounds once", () => {
    const b = new KernelBuilder("squares");
    const [x, out] = [buffer(b, "x", 20, "read"), buffer(b, "out", 21, "write")];
    const sum = b.var(constant(0, "float32"), "sum");
    b.for("serial", 0, 20, 1, (k) => {
      const value = b.let(mul(b.load(x, k), constant(1.1, "float32")));
      b.store(out, k, value);
      b.assign(sum, add(sum, mul(value, value)));
    });
    b.store(out, int(20), sum);
    const kernel = b.build();
    const wide = widenAccumulators(kernel);
    expect(printKernel(wide)).toContain("var sum0: float64");
    const [output] = outputsOf(wide);
    const next = randomNumbers(5);
    let expected = 0;
    for (let k = 0; k < 20; k++) {
      const value = (Math.floor(next() * 64) / 8 - 4) * Math.fround(1.1);
      expect(at(output ?? [], k)).toBe(Math.fround(value));
      expected += value * value;
    }
    expect(at(output ?? [], 20)).toBe(Math.fround(expected));
  });

  it("leaves extrema and integers alone", () => {
    const b = new KernelBuilder("extrema");
    const [x, out] = [buffer(b, "x", 20, "read"), buffer(b, "out", 1, "write")];
    const largest = b.var(constant(-Infinity, "float32"), "max");
    const count = b.var(int(0), "count");
    b.for("serial", 0, 20, 1, (k) => {
      b.assign(largest, op("max", largest, b.load(x, k)));
      b.assign(count, add(count, k));
    });
    b.store(out, int(0), add(largest, convert(count, "float32")));
    const kernel = b.build();
    expect(widenAccumulators(kernel)).toBe(kernel);
  });
});

describe("hoistInvariants", () => {
  it("moves what is the same in every iteration, addresses and values, and names shared places", () => {
    const b = new KernelBuilder("rows");
    const [x, y, out] = [buffer(b, "x", 24, "read"), buffer(b, "y", 4, "read"), buffer(b, "out", 24, "write")];
    b.for("grid", 0, 4, 1, (i) => b.for("simd", 0, 6, 1, (j) => {
      const scale = op("exp", b.load(y, i));
      b.store(out, add(mul(i, 6), j), mul(b.load(x, add(mul(i, 6), j)), scale));
    }));
    const kernel = b.build();
    const hoisted = hoistInvariants(kernel);
    const text = printKernel(hoisted);
    const inner = text.slice(text.indexOf("simd"));
    expect(inner).not.toContain("exp");
    expect(inner).not.toContain("* 6");
    expect(inner).not.toContain("y[");
    expectSame(hoisted, kernel);
  });

  it("does not move loads of what the kernel writes, nor out of loops that may not run", () => {
    const b = new KernelBuilder("careful");
    const n = b.scalar("n", "int32");
    const [x, out] = [buffer(b, "x", 4, "read"), b.buffer("out", { dtype: "float32", length: 4, access: "readWrite" })];
    b.for("serial", 0, n, 1, (i) => b.store(out, i, add(b.load(x, int(3)), b.load(out, int(0)))));
    b.for("serial", 1, 4, 1, (i) => b.store(out, i, b.load(out, int(0))));
    const kernel = b.build();
    const text = printKernel(hoistInvariants(kernel));
    expect(text.indexOf("= x[")).toBeGreaterThan(text.indexOf("for serial"));
    expect(text.lastIndexOf("= out[")).toBeGreaterThan(text.lastIndexOf("for serial"));
  });

  it("does not name a place that a variable decides", () => {
    const b = new KernelBuilder("moving");
    const [x, out] = [buffer(b, "x", 8, "read"), buffer(b, "out", 2, "write")];
    const place = b.var(int(1), "place");
    const first = b.load(x, mul(place, 2));
    b.assign(place, int(3));
    b.store(out, int(0), first);
    b.store(out, int(1), b.load(x, mul(place, 2)));
    const kernel = b.build();
    expectSame(hoistInvariants(kernel), kernel);
  });
});

describe("hoistInvariants on loads", () => {
  it("loads an element once that several expressions read, unless the kernel writes there", () => {
    const build = (written: boolean): Kernel => {
      const b = new KernelBuilder("k");
      const x = b.buffer("x", { dtype: "float32", length: 12, access: written ? "readWrite" : "read" });
      const out = buffer(b, "out", 12, "write");
      b.for("grid", 0, 4, 1, (i) => {
        const first = b.load(x, add(mul(i, 3), 1));
        b.store(written ? x : out, mul(i, 3), first);
        b.store(out, add(mul(i, 3), 1), add(b.load(x, add(add(mul(i, 3), 2), -1)), first));
      });
      return b.build();
    };
    expect(printKernel(hoistInvariants(build(false))).match(/load /g)).toHaveLength(1);
    expect(printKernel(hoistInvariants(build(true))).match(/load /g)).toHaveLength(2);
    expectSame(hoistInvariants(build(false)), build(false));
  });
});
