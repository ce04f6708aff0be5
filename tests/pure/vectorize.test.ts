/** @file Vectorised kernels compute what the scalar kernels compute, bit for bit, and touch no other memory. */
import { at } from "@lanewise/compiler/base/assert";
import {
  KernelBuilder, add, constant, convert, eq, extract, int, lt, mul, neg, rem, select, shuffle, simdReduce, splat,
} from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printKernel } from "@lanewise/compiler/kernel/print";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { splitVectors } from "@lanewise/compiler/legalize/split-vectors";
import { vectorize } from "@lanewise/compiler/schedule/vectorize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomSimdBuffers, randomSimdKernel, type RandomSimdKernel } from "../support/random-simd-kernels.ts";

const widths = [2, 4, 8, 16] as const;
const runs = process.env["LANEWISE_FULL"] === "1" ? 5000 : 60;

const tapes = fc.array(fc.nat(999), { minLength: 20, maxLength: 250, size: "max" });

function outputsOf(kernel: Kernel, scalars: RandomSimdKernel["scalars"]): Record<string, number[]> {
  const buffers = randomSimdBuffers();
  interpret(kernel, { buffers, scalars });
  return Object.fromEntries(["y", "z", "digest"].map((name) => [name, Array.from(buffers[name] ?? [])]));
}

describe("random kernels", () => {
  it.each(widths)("give the same results in vectors of %i", (width) => {
    fc.assert(fc.property(tapes, (tape) => {
      const { kernel, scalars } = randomSimdKernel(tape);
      verifyKernel(kernel);
      const { kernel: vectorised, notes } = vectorize(kernel, width);
      verifyKernel(vectorised);
      expect(notes).toEqual([]);
      expect(outputsOf(vectorised, scalars), printKernel(vectorised)).toEqual(outputsOf(kernel, scalars));
    }), { numRuns: runs });
  });

  it("give the same results when wide vectors are split", () => {
    fc.assert(fc.property(tapes, (tape) => {
      const { kernel, scalars } = randomSimdKernel(tape);
      const split = splitVectors(vectorize(kernel, 16).kernel);
      verifyKernel(split);
      expect(outputsOf(split, scalars), printKernel(split)).toEqual(outputsOf(kernel, scalars));
    }), { numRuns: runs });
  });
});

/** A kernel with one simd loop over `n` elements of x and y. */
function loopKernel(body: (k: KernelBuilder, i: Expr, x: string, y: string) => void, step = 1): Kernel {
  const k = new KernelBuilder("loop");
  const n = k.scalar("n", "int32");
  const x = k.buffer("x", { dtype: "float32", length: mul(n, 4), access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: mul(n, 4), access: "write" });
  k.for("simd", 0, n, step, (i) => body(k, i, x, y));
  return k.build();
}

describe("vector code", () => {
  const textOf = (kernel: Kernel): string => printKernel(vectorize(kernel, 4).kernel);

  it("reads and writes neighbours as one vector", () => {
    const text = textOf(loopKernel((k, i, x, y) => k.store(y, add(i, 1), k.load(x, add(i, 3)))));
    expect(text).toMatch(/load \w+: float32x4 = x\[i1 \+ 3\]/);
    expect(text).toMatch(/store y\[i1 \+ 1\]/);
  });

  it("reads what all iterations share once", () => {
    const text = textOf(loopKernel((k, i, x, y) => k.store(y, i, add(k.load(x, i), k.load(x, int(2))))));
    expect(text).toMatch(/load \w+: float32 = x\[2\]\n/);
    expect(text).toContain("splat4(");
  });

  it("gathers what is further apart", () => {
    const text = textOf(loopKernel((k, i, x, y) => k.store(y, i, k.load(x, mul(i, 2)))));
    expect(text).toMatch(/load \w+: float32x4 = x\[.* \* 2x4/);
  });

  it("keeps a loop with shared bounds a loop", () => {
    const text = textOf(loopKernel((k, i, x, y) => {
      const sum = k.var(constant(0, "float32"), "sum");
      k.for("serial", 0, 3, 1, (j) => k.assign(sum, add(sum, k.load(x, add(i, j)))));
      k.store(y, i, sum);
    }));
    expect(text).toMatch(/for serial \w+ in 0 \.\. 3 \{\n\s+load \w+: float32x4/);
  });

  it("freezes a variable that is read after its loop, and no other", () => {
    const text = textOf(loopKernel((k, i, x, y) => {
      const value = k.var(k.load(x, i), "value");
      const last = k.var(constant(0, "float32"), "last");
      k.while(() => lt(value, 100), () => {
        k.assign(last, value);
        k.assign(value, mul(value, 2));
      });
      k.store(y, i, last);
    }));
    expect(text).toMatch(/last\w+ = select\(active/);
    expect(text).toMatch(/value\w+ = value\w+ \* 2f/);
  });

  it("keeps a variable for iterations that skip a branch in one round of a loop and take it in the next", () => {
    const kernel = loopKernel((k, i, x, y) => {
      const value = k.var(k.load(x, i), "value");
      k.for("serial", 0, 5, 1, (j) => k.if(eq(rem(add(i, j), 3), 0), () => {
        k.assign(value, add(mul(value, 2), 1));
        k.store(y, i, value);
      }));
    });
    const run = (each: Kernel): Float32Array => {
      const y = new Float32Array(64);
      interpret(each, { buffers: { x: Float32Array.from({ length: 64 }, (_, i) => i), y }, scalars: { n: 16 } });
      return y;
    };
    expect(run(vectorize(kernel, 4).kernel)).toEqual(run(kernel));
  });

  it("does not enter a branch that no iteration takes", () => {
    const kernel = loopKernel((k, i, x, y) => {
      const result = k.var(k.load(x, i), "result");
      k.if(lt(result, 0), () => k.assign(result, k.load(x, int(1000))));
      k.store(y, i, result);
    });
    const y = new Float32Array(64);
    interpret(vectorize(kernel, 4).kernel, { buffers: { x: new Float32Array(64).fill(3), y }, scalars: { n: 8 } });
    expect(Array.from(y.subarray(0, 9))).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 0]);
  });

  it("has no remainder where the trip count is whole", () => {
    const k = new KernelBuilder("whole");
    const y = k.buffer("y", { dtype: "float32", length: 8, access: "write" });
    k.for("simd", 0, 8, 1, (i) => k.store(y, i, constant(1, "float32")));
    expect(textOf(k.build()).match(/for /g)).toHaveLength(1);
  });

  it("runs no iteration of a loop that ends before it begins", () => {
    const kernel = (() => {
      const k = new KernelBuilder("empty");
      const end = k.scalar("end", "int32");
      const y = k.buffer("y", { dtype: "float32", length: 16, access: "write" });
      k.for("simd", 5, end, 1, (i) => k.store(y, i, constant(1, "float32")));
      return k.build();
    })();
    for (const end of [0, 3, 5, 6, 9, 14]) {
      const y = new Float32Array(16);
      interpret(vectorize(kernel, 4).kernel, { buffers: { y }, scalars: { end } });
      expect(Array.from(y.keys()).filter((i) => at(y, i) === 1)).toEqual(Array.from({ length: Math.max(end - 5, 0) }, (_, i) => i + 5));
    }
  });
});

describe("wide vectors are split", () => {
  /** What a kernel over 16 elements of x makes of them, whole and split. */
  const wholeAndSplit = (body: (k: KernelBuilder, x: Expr) => Expr): readonly [Float32Array, Float32Array] => {
    const k = new KernelBuilder("wide");
    const x = k.buffer("x", { dtype: "float32", length: 16, access: "read" });
    const y = k.buffer("y", { dtype: "float32", length: 16, access: "write" });
    k.store(y, int(0), body(k, k.load(x, int(0), { width: 16 })));
    const kernel = k.build();
    const split = splitVectors(kernel);
    verifyKernel(split);
    expect(printKernel(split)).not.toMatch(/x(8|16)\b/);
    const run = (each: Kernel): Float32Array => {
      const buffers = { x: Float32Array.from({ length: 16 }, (_, i) => i * i - 5.5), y: new Float32Array(16) };
      interpret(each, { buffers });
      return buffers.y;
    };
    return [run(kernel), run(split)];
  };
  const rotated = (value: Expr): Expr => shuffle(value, value, Array.from({ length: 16 }, (_, lane) => (lane + 5) % 16));

  it.each<readonly [string, (k: KernelBuilder, x: Expr) => Expr]>([
    ["shuffles", (_, x) => shuffle(x, mul(x, 2), Array.from({ length: 16 }, (__, lane) => (lane * 11) % 32))],
    ["an assignment that moves elements", (k, x) => {
      const value = k.var(x);
      k.assign(value, rotated(value));
      return value;
    }],
    ["sums and elements", (_, x) => add(splat(simdReduce("add", x), 16), mul(x, splat(extract(x, 13), 16)))],
    ["folds of masks", (_, x) => select(splat(simdReduce("any", lt(x, -5)), 16), x, select(splat(simdReduce("all", lt(x, 9)), 16), neg(x), x))],
    ["float64 beside float32", (_, x) => {
      const wide = convert(x, "float64");
      return select(lt(wide, mul(wide, wide)), convert(add(wide, 0.25), "float32"), x);
    }],
  ])("%s", (_, body) => {
    const [whole, split] = wholeAndSplit(body);
    expect(split).toEqual(whole);
  });
});

describe("loops that stay scalar", () => {
  const noteOf = (kernel: Kernel): string => {
    const { kernel: same, notes } = vectorize(kernel, 4);
    expect(same).toBe(kernel);
    return at(notes, 0).reason;
  };

  it("because every iteration stores to one element", () => {
    expect(noteOf(loopKernel((k, i, x, y) => k.store(y, int(0), k.load(x, i))))).toMatch(/one element of y/);
  });

  it("because they are too short", () => {
    const k = new KernelBuilder("short");
    const y = k.buffer("y", { dtype: "float32", length: 3, access: "write" });
    k.for("simd", 0, 3, 1, (i) => k.store(y, i, constant(1, "float32")));
    expect(noteOf(k.build())).toMatch(/fewer than 4 iterations/);
  });

  it("because they hold vectors already", () => {
    const kernel = loopKernel((k, i, x, y) => k.store(y, i, k.load(x, i, { width: 4 })), 4);
    expect(noteOf(kernel)).toMatch(/vector already/);
  });

  it("but a simd loop inside becomes vectors", () => {
    const kernel = loopKernel((k, i, x, y) => k.for("simd", 0, 4, 1, (j) => k.store(y, add(mul(i, 4), j), k.load(x, add(mul(i, 4), j)))));
    const { kernel: vectorised, notes } = vectorize(kernel, 4);
    expect(notes).toHaveLength(1);
    expect(printKernel(vectorised)).toContain("float32x4");
  });
});
