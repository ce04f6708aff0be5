/** @file The reference interpreter: every statement and expression, storage conversions, bounds, counts and order. */
import { InternalError } from "@lanewise/compiler/base/assert";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from "@lanewise/compiler/base/float-bits";
import {
  add, and, bitcast, boolean, constant, convert, eq, extract, int, KernelBuilder, lt, mul, ne, op, rem, select, shuffle, simdReduce,
  splat, sub,
} from "@lanewise/compiler/kernel/build";
import type { Operand } from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { InterpretOptions } from "@lanewise/compiler/kernel/interpret";
import type { Expr, Kernel, StorageDType } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { describe, expect, it } from "vitest";

/** A kernel with an `out` buffer of one dtype and length, built and verified. */
function kernelWith(dtype: StorageDType, length: number, emit: (b: KernelBuilder) => void, workgroup = 1): Kernel {
  const b = new KernelBuilder("test");
  b.buffer("out", { dtype, length, access: "readWrite" });
  emit(b);
  const kernel = b.build({ workgroup });
  verifyKernel(kernel);
  return kernel;
}

/** What `out` holds afterwards. */
function run(kernel: Kernel, options: Partial<InterpretOptions> & { readonly length?: number } = {}): readonly number[] {
  const out = kernel.buffers[0];
  if (out === undefined || out.length.kind !== "const") throw new Error("no out buffer");
  const host = allocateHost(out.dtype, out.length.value);
  interpret(kernel, { ...options, buffers: { out: host, ...options.buffers } });
  return [...host];
}

const f = (value: number): Expr => constant(value, "float32");

describe("expressions", () => {
  const results = (dtype: StorageDType, values: readonly Expr[]): readonly number[] =>
    run(kernelWith(dtype, values.length, (b) => values.forEach((value, i) => b.store("out", int(i), value))));

  it("float32 rounds after every op, float64 does not", () => {
    const sum = op("sub", op("add", f(1), f(2 ** -24)), f(1));
    expect(results("float32", [sum, op("mul", f(0.1), f(3))])).toEqual([0, Math.fround(Math.fround(0.1) * 3)]);
    const wide = (value: number): Expr => constant(value, "float64");
    expect(results("float64", [op("sub", op("add", wide(1), wide(2 ** -24)), wide(1))])).toEqual([2 ** -24]);
  });

  it("integers wrap, bools are logical", () => {
    const big = constant(2147483647, "int32");
    expect(results("int32", [op("add", op("xor", big, int(0)), op("xor", int(1), int(0))), op("mul", op("not", int(0)), int(7))])).toEqual([-2147483648, -7]);
    expect(results("bool", [op("and", boolean(true), op("not", boolean(false))), lt(f(NaN), 1)])).toEqual([1, 0]);
  });

  it("conversions and bitcasts", () => {
    expect(results("int32", [convert(f(-3.7), "int32"), convert(f(NaN), "int32"), bitcast(f(1), "int32"), convert(boolean(true), "int32")]))
      .toEqual([-3, 0, 0x3f800000, 1]);
    expect(results("float32", [convert(int(16777217), "float32"), bitcast(constant(0xc0000000, "uint32"), "float32")])).toEqual([16777216, -2]);
  });

  it("select takes one operand, whatever the other is", () => {
    expect(results("float32", [select(boolean(true), f(1), f(NaN)), select(boolean(false), f(NaN), f(2))])).toEqual([1, 2]);
  });

  it("vectors: ops, splat, shuffle, extract, reductions", () => {
    const four = (...values: readonly number[]): Expr => {
      const pairs = values.map((value) => splat(f(value), 2));
      const [a = f(0), b = f(0), c = f(0), d = f(0)] = pairs;
      return shuffle(shuffle(a, b, [0, 2]), shuffle(c, d, [0, 2]), [0, 1, 2, 3]);
    };
    const v = four(1, 2, 3, 4);
    const doubled = op("mul", v, splat(f(2), 4));
    const values = [
      extract(doubled, 2), simdReduce("add", v), simdReduce("mul", v), simdReduce("min", v), simdReduce("max", v),
      // Pairwise: (1e8 + -1e8) + (1 + 1), where one after the other gives 1.
      simdReduce("add", four(1e8, 1, -1e8, 1)), simdReduce("add", four(1e8, -1e8, 1, 1)),
      extract(shuffle(v, doubled, [7, 0, 5, 5]), 0), extract(shuffle(v, doubled, [7, 0, 5, 5]), 3), extract(op("neg", v), 1),
      extract(convert(convert(v, "int32"), "float32"), 3), extract(bitcast(bitcast(v, "int32"), "float32"), 3),
    ];
    expect(results("float32", values)).toEqual([6, 10, 24, 1, 4, 2, 0, 8, 4, -2, 4, 4]);
    const mask = lt(v, splat(f(3), 4));
    expect(results("bool", [simdReduce("any", mask), simdReduce("all", mask), extract(mask, 1), extract(op("not", mask), 1)])).toEqual([1, 0, 1, 0]);
  });

  it("a select by mask picks per element", () => {
    const kernel = kernelWith("int32", 4, (b) => {
      const indices = add(splat(int(0), 4), shuffle(splat(int(0), 2), splat(int(1), 2), [0, 2, 0, 2]));
      b.store("out", int(0), op("select", ne(indices, splat(int(0), 4)), splat(int(7), 4), splat(int(9), 4)));
    });
    expect(run(kernel)).toEqual([9, 7, 9, 7]);
  });
});

describe("storage", () => {
  const stored: readonly (readonly [dtype: StorageDType, value: Expr, held: number, loaded: number])[] = [
    ["int8", int(200), -56, -56], ["int16", int(40000), -25536, -25536], ["uint8", constant(300, "uint32"), 44, 44],
    ["uint16", constant(70000, "uint32"), 4464, 4464], ["bool", boolean(true), 1, 1], ["int32", int(-5), -5, -5],
    ["uint32", constant(4294967295, "uint32"), 4294967295, 4294967295], ["float16", f(1 / 3), toFloat16Bits(1 / 3), fromFloat16Bits(toFloat16Bits(1 / 3))],
    ["bfloat16", f(1.00390625), toBfloat16Bits(1.00390625), 1], ["float32", f(0.1), Math.fround(0.1), Math.fround(0.1)],
    ["float64", constant(0.1, "float64"), 0.1, 0.1],
  ];
  it.each(stored)("%s", (dtype, value, held, loaded) => {
    const b = new KernelBuilder("test");
    b.buffer("out", { dtype, length: 1, access: "readWrite" });
    b.buffer("seen", { dtype: "float64", length: 1, access: "write" });
    b.store("out", int(0), value);
    b.store("seen", int(0), convert(b.load("out", int(0)), "float64"));
    const out = allocateHost(dtype, 1);
    const seen = new Float64Array(1);
    interpret(b.build(), { buffers: { out, seen } });
    expect([out[0], seen[0]]).toEqual([held, loaded]);
  });

  it("any byte but 0 is true", () => {
    const kernel = kernelWith("bool", 2, (b) => b.store("out", int(1), b.load("out", int(0))));
    const out = Uint8Array.of(7, 0);
    interpret(kernel, { buffers: { out } });
    expect([...out]).toEqual([7, 1]);
  });
});

describe("statements", () => {
  it("lets, variables, loops and branches", () => {
    const kernel = kernelWith("int32", 3, (b) => {
      const sum = b.var(int(0));
      b.for("serial", 1, 10, 3, (i) => b.if(eq(i, 4), () => b.assign(sum, add(sum, 100)), () => b.assign(sum, add(sum, i))));
      b.store("out", int(0), sum);
      const count = b.var(int(1));
      b.while(() => lt(b.let(mul(count, count)), 50), () => b.assign(count, add(count, 1)));
      b.store("out", int(1), count);
      const held = b.let(count);
      b.assign(count, int(0));
      b.store("out", int(2), held);
    });
    expect(run(kernel)).toEqual([108, 8, 8]);
  });

  it("loops that run no time; bounds are read once", () => {
    const kernel = kernelWith("int32", 2, (b) => {
      b.for("serial", 3, 3, 1, () => b.store("out", int(0), int(1)));
      b.for("serial", 3, 0, 1, () => b.store("out", int(0), int(1)));
      const end = b.var(int(2));
      b.for("serial", 0, end, 1, (i) => {
        b.assign(end, int(100));
        b.store("out", int(1), i);
      });
    });
    expect(run(kernel)).toEqual([0, 1]);
  });

  it("masked accesses leave elements alone and read 0", () => {
    const kernel = kernelWith("int32", 6, (b) => {
      const lanes = b.let(shuffle(shuffle(splat(int(0), 2), splat(int(1), 2), [0, 2]), shuffle(splat(int(2), 2), splat(int(3), 2), [0, 2]), [0, 1, 2, 3]));
      const odd = b.let(eq(rem(lanes, 2), splat(int(1), 4)));
      b.store("out", int(0), splat(int(5), 4));
      b.store("out", int(0), splat(int(7), 4), odd);
      // The last two elements of this store, and of this load, lie outside; their masks are false.
      b.store("out", int(4), splat(int(8), 4), lt(lanes, 2));
      const seen = b.load("out", int(3), { width: 4, mask: lt(lanes, 3) });
      b.store("out", int(0), seen);
      b.store("out", int(9), int(1), boolean(false));
      b.store("out", int(5), add(b.load("out", int(99), { mask: boolean(false) }), 3));
    });
    expect(run(kernel)).toEqual([7, 8, 8, 0, 8, 3]);
  });

  it("gathers and scatters; of equal indices the last wins", () => {
    const kernel = kernelWith("int32", 4, (b) => {
      b.array("table", { space: "constant", dtype: "int32", length: 4, values: [10, 20, 30, 40] });
      const lanes = b.let(shuffle(shuffle(splat(int(0), 2), splat(int(1), 2), [0, 2]), shuffle(splat(int(2), 2), splat(int(3), 2), [0, 2]), [0, 1, 2, 3]));
      const reversed = b.load("table", sub(splat(int(3), 4), lanes));
      b.store("out", lanes, reversed);
      b.store("out", op("div", lanes, splat(int(2), 4)), lanes);
    });
    expect(run(kernel)).toEqual([1, 3, 20, 10]);
  });

  it("local arrays are each invocation's own, and workgroup arrays the workgroup's", () => {
    const kernel = kernelWith("int32", 12, (b) => {
      b.array("own", { space: "local", dtype: "int32", length: 2 });
      b.array("shared", { space: "workgroup", dtype: "int32", length: 4 });
      b.for("grid", 0, 3, 1, (g) => {
        b.for("local", 0, 4, 1, (l) => {
          b.store("own", int(1), mul(l, 10));
          b.store("shared", l, add(mul(g, 100), l));
        });
        b.barrier();
        b.for("local", 0, 4, 1, (l) => {
          const other = b.load("shared", sub(int(3), l));
          b.store("out", add(mul(g, 4), l), add(b.load("own", int(1)), other));
        });
      });
    }, 4);
    const expected = [3, 12, 21, 30, 103, 112, 121, 130, 203, 212, 221, 230];
    expect(run(kernel)).toEqual(expected);
    expect(run(kernel, { order: "reverse" })).toEqual(expected);
  });
});

describe("scalars and ranges of the grid", () => {
  const counted = (): Kernel => kernelWith("int32", 6, (b) => {
    const n = b.scalar("n", "int32");
    b.for("grid", 1, n, 1, (i) => b.for("grid", 0, 1, 1, () => b.store("out", i, i)));
  });

  it("begin and end clip the outermost grid loop", () => {
    expect(run(counted(), { scalars: { n: 6 } })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(run(counted(), { scalars: { n: 6 }, begin: 2, end: 4 })).toEqual([0, 0, 2, 3, 0, 0]);
    expect(run(counted(), { scalars: { n: 3 }, begin: 0, end: 100 })).toEqual([0, 1, 2, 0, 0, 0]);
  });

  it("a kernel without a grid loop ignores them", () => {
    const kernel = kernelWith("int32", 2, (b) => b.for("serial", 0, 2, 1, (i) => b.store("out", i, int(1))));
    expect(run(kernel, { begin: 1, end: 1 })).toEqual([1, 1]);
  });

  it("float scalars round to their dtype", () => {
    const kernel = kernelWith("float64", 1, (b) => b.store("out", int(0), convert(b.scalar("s", "float32"), "float64")));
    expect(run(kernel, { scalars: { s: 0.1 } })).toEqual([Math.fround(0.1)]);
  });

  it.each([
    ["an integer scalar that is none", { n: 1.5 }, "scalar n is int32, given 1.5"],
    ["a missing scalar", {}, "scalar n is missing"],
    ["an unknown scalar", { n: 1, k: 2 }, "there is no scalar k"],
  ] as const)("refuses %s", (_, scalars, message) => {
    expect(() => run(counted(), { scalars })).toThrow(message);
  });
});

describe("memory is guarded", () => {
  const access = (emit: (b: KernelBuilder, i: Expr) => void): ((i: number) => unknown) => {
    const kernel = kernelWith("int32", 4, (b) => emit(b, b.scalar("i", "int32")));
    return (i) => run(kernel, { scalars: { i } });
  };
  const copy = (b: KernelBuilder, i: Expr, width = 1): void => b.store("out", int(0), b.load("out", i, { width }));

  it.each([-1, 4, 2147483647])("loads and stores at %d of 4", (i) => {
    expect(() => access((b, index) => b.store("out", index, int(1)))(i)).toThrow(`kernel test: out[${i}] is written, outside its 4 elements`);
    expect(() => access(copy)(i)).toThrow(`kernel test: out[${i}] is read, outside its 4 elements`);
  });

  it("every element of a vector", () => {
    expect(access((b, i) => copy(b, i, 4))(0)).toEqual([0, 0, 0, 0]);
    expect(() => access((b, i) => copy(b, i, 4))(1)).toThrow("out[4] is read, outside its 4 elements");
  });

  it("the declared length counts, not the host array's", () => {
    const kernel = kernelWith("int32", 4, (b) => b.store("out", int(4), int(1)));
    expect(() => interpret(kernel, { buffers: { out: new Int32Array(8) } })).toThrow("out[4] is written, outside its 4 elements");
    const reading = kernelWith("int32", 4, (b) => copy(b, int(4)));
    expect(() => interpret(reading, { buffers: { out: new Int32Array(8) } })).toThrow("out[4] is read, outside its 4 elements");
  });

  it("arrays of the kernel, and what nothing wrote in this workgroup", () => {
    const kernel = (index: number, once: boolean): Kernel => kernelWith("int32", 2, (b) => {
      b.array("own", { space: "workgroup", dtype: "int32", length: 2 });
      b.for("grid", 0, 2, 1, (g) => {
        b.if(once ? eq(g, 0) : boolean(true), () => b.store("own", int(0), g));
        b.store("out", g, b.load("own", int(index)));
      });
    });
    expect(run(kernel(0, false))).toEqual([0, 1]);
    expect(() => run(kernel(2, false))).toThrow("own[2] is read, outside its 2 elements");
    expect(() => run(kernel(1, false))).toThrow("own[1] is read before it is written");
    expect(() => run(kernel(0, true))).toThrow("own[0] is read before it is written");
  });

  const noop = kernelWith("int32", 4, () => {});
  it.each<readonly [what: string, buffers: Record<string, HostArray>, message: string]>([
    ["a missing buffer", {}, "kernel test: buffer out is missing"],
    ["a short one", { out: new Int32Array(3) }, "buffer out has length 4, given 3 elements"],
    ["one of another kind", { out: new Uint32Array(4) }, "buffer out is int32, given a Uint32Array"],
    ["an unknown one", { out: new Int32Array(4), put: new Int32Array(4) }, "kernel test: there is no buffer put"],
  ])("refuses %s", (_, buffers, message) => {
    expect(() => interpret(noop, { buffers })).toThrow(message);
  });

  it("refuses a negative length", () => {
    const b = new KernelBuilder("test");
    b.buffer("x", { dtype: "int32", length: b.scalar("n", "int32"), access: "read" });
    expect(() => interpret(b.build(), { buffers: { x: new Int32Array(1) }, scalars: { n: -1 } })).toThrow("buffer x has length -1");
  });

  it("buffers overlap only where they may", () => {
    const pair = (access: "read" | "write", aliasGroup: number | null): Kernel => {
      const b = new KernelBuilder("pair");
      b.buffer("a", { dtype: "int32", length: 4, access: "read", aliasGroup });
      b.buffer("b", { dtype: "int32", length: 4, access, aliasGroup });
      return b.build();
    };
    const memory = new Int32Array(8);
    const overlapping = { a: memory.subarray(0, 4), b: memory.subarray(2, 6) };
    const apart = { a: memory.subarray(0, 4), b: memory.subarray(4) };
    expect(() => interpret(pair("write", null), { buffers: overlapping })).toThrow("buffers a and b overlap but share no alias group");
    interpret(pair("write", null), { buffers: apart });
    interpret(pair("write", 1), { buffers: overlapping });
    interpret(pair("read", null), { buffers: overlapping });
  });

  it("faults are internal errors", () => {
    expect(() => interpret(noop, { buffers: {} })).toThrow(InternalError);
  });
});

describe("order", () => {
  const racing = (loop: "grid" | "local" | "simd" | "serial"): Kernel => kernelWith("int32", 1, (b) => {
    b.for(loop, 0, 4, 1, (i) => b.store("out", int(0), i));
  }, loop === "local" ? 4 : 1);

  it.each(["grid", "local", "simd"] as const)("reverse runs %s loops backwards, which shows a race", (loop) => {
    expect(run(racing(loop))).toEqual([3]);
    expect(run(racing(loop), { order: "reverse" })).toEqual([0]);
  });

  it("serial loops run forward always", () => {
    expect(run(racing("serial"), { order: "reverse" })).toEqual([3]);
  });

  it("backwards keeps to the steps of the loop", () => {
    const kernel = kernelWith("int32", 8, (b) => b.for("simd", 1, 8, 3, (i) => b.store("out", i, i)));
    expect(run(kernel, { order: "reverse" })).toEqual([0, 1, 0, 0, 4, 0, 0, 7]);
  });
});

describe("counts", () => {
  const emit = (b: KernelBuilder): void => {
    const two: Operand = 2;
    b.for("grid", 0, 3, 1, (g) => {
      b.for("simd", 0, 4, 1, (i) => b.store("out", add(mul(g, 4), i), add(b.load("out", i), two)));
      const done = b.var(int(0));
      b.while(() => lt(done, g), () => b.assign(done, add(done, 1)));
      b.store("out", int(0), mul(splat(and(g, 1), 4), splat(g, 4)), lt(splat(g, 4), splat(int(1), 4)));
    });
  };

  it("trips, ops, loads and stores, vectors element by element", () => {
    const { counts } = interpret(kernelWith("int32", 12, emit), { buffers: { out: new Int32Array(12) }, count: true });
    expect(counts.trips).toEqual({ i0: 3, i1: 12, while: 3 });
    expect(counts.loads).toEqual({ out: 12 });
    expect(counts.stores).toEqual({ out: 12 + 4 });
    expect(counts.ops).toEqual({ add: 24 + 3, mul: 12 + 12, lt: 6 + 12, and: 3 });
  });

  it("stay empty unless asked for", () => {
    const { counts } = interpret(kernelWith("int32", 12, emit), { buffers: { out: new Int32Array(12) } });
    expect(counts).toEqual({ ops: {}, loads: {}, stores: {}, trips: {} });
  });
});

it("runs a million element operations in a few seconds", () => {
  const b = new KernelBuilder("large");
  b.buffer("x", { dtype: "float32", length: 1000, access: "readWrite" });
  b.for("grid", 0, 1000, 1, (i) => b.for("serial", 0, 250, 1, (k) => {
    b.store("x", i, add(mul(b.load("x", i), 0.5), convert(k, "float32")));
  }));
  const start = performance.now();
  interpret(b.build(), { buffers: { x: new Float32Array(1000) } });
  expect(performance.now() - start).toBeLessThan(5000);
});
