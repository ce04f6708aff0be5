/** @file Vector code gives the same as scalar code, on the interpreter and as JavaScript; and what moves next to its use keeps its value. */
import type { HostArray } from "@lanewise/compiler/base/dtype";
import {
  KernelBuilder, add, bitcast, boolean, constant, convert, extract, int, lt, mul, ne, op, select, shuffle, simdReduce, simdType, splat, sub,
} from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Expr, Kernel, SimdReduceOp } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { forEachExprIn } from "@lanewise/compiler/kernel/walk";
import { scalarize, scalarizeArithmetic } from "@lanewise/compiler/legalize/scalarize";
import { sinkLets } from "@lanewise/compiler/legalize/sink-lets";
import { describe, expect, it } from "vitest";
import { compileJs } from "../../support/js-runner.ts";

const length = 16;

interface VectorCase {
  readonly name: string;
  readonly build: (k: KernelBuilder, x: string, i: string, y: string) => void;
}

const width = 4;
const lanes = (k: KernelBuilder, i: string): Expr => k.load(i, int(0), { width });

const cases: readonly VectorCase[] = [
  { name: "contiguous loads, arithmetic and stores", build: (k, x, _i, y) => {
    const value = k.load(x, int(3), { width });
    k.store(y, int(1), add(mul(value, 2), constant(0.5, "float32", width)));
  } },
  { name: "masked loads and stores", build: (k, x, i, y) => {
    const mask = k.let(lt(lanes(k, i), 6), "mask");
    // The mask keeps elements outside the arrays untouched.
    const value = k.load(x, int(14), { width, mask: shuffle(mask, mask, [0, 0, 2, 6]) });
    k.store(y, int(0), add(value, 1), mask);
  } },
  { name: "gather and scatter", build: (k, x, i, y) => {
    const value = k.load(x, lanes(k, i));
    k.store(y, sub(constant(15, "int32", width), lanes(k, i)), value);
  } },
  { name: "a scatter to equal places: the last element wins", build: (k, x, i, y) => {
    k.store(y, mul(lanes(k, i), 0), k.load(x, int(0), { width }));
  } },
  { name: "splat, extract, shuffle and select", build: (k, x, i, y) => {
    const a = k.load(x, int(0), { width });
    const b = splat(add(extract(a, 2), 1), width);
    const mixed = shuffle(a, b, [3, 5, 1, 0]);
    k.store(y, int(4), select(lt(lanes(k, i), 4), mixed, b));
    k.store(y, int(0), extract(mixed, 3));
  } },
  { name: "conversions and bitcasts", build: (k, x, i, y) => {
    const bits = bitcast(k.load(x, int(0), { width }), "uint32");
    k.store(y, int(0), convert(op("shiftRightLogical", bits, 23), "float32"));
    k.store(y, int(8), convert(ne(lanes(k, i), 5), "float32"));
  } },
  { name: "a variable whose elements change places", build: (k, x, _i, y) => {
    const value = k.var(k.load(x, int(0), { width }));
    k.for("serial", 0, 3, 1, () => k.assign(value, shuffle(value, value, [1, 2, 3, 0])));
    k.store(y, int(0), value);
  } },
  { name: "a while until every element is done", build: (k, x, i, y) => {
    const count = k.var(constant(0, "int32", width));
    const active = k.var(constant(1, "bool", width));
    k.while(() => simdReduce("any", active), () => {
      k.assign(count, select(active, add(count, 1), count));
      k.assign(active, lt(count, lanes(k, i)));
    });
    k.store(y, int(0), convert(count, "float32"));
    k.if(boolean(true), () => k.store(y, int(4), k.load(x, int(4), { width })));
  } },
  ...(["add", "mul", "min", "max"] as const).map((name: SimdReduceOp): VectorCase => ({
    name: `reduce ${name} of eight`, build: (k, x, _i, y) => {
      k.store(y, int(0), simdReduce(name, k.load(x, int(1), { width: 8 })));
    },
  })),
  { name: "reduce any and all", build: (k, _x, i, y) => {
    const small = k.let(lt(lanes(k, i), 5), "small");
    k.store(y, int(0), convert(simdReduce("any", small), "float32"));
    k.store(y, int(1), convert(simdReduce("all", small), "float32"));
  } },
];

function build({ build: fill }: VectorCase): Kernel {
  const k = new KernelBuilder("vectors");
  const x = k.buffer("x", { dtype: "float32", length, access: "read" });
  const i = k.buffer("i", { dtype: "int32", length: width, access: "read" });
  const y = k.buffer("y", { dtype: "float32", length, access: "write" });
  fill(k, x, i, y);
  return k.build();
}

function arrays(): Record<"x" | "i" | "y", HostArray> {
  return {
    // Few bits, so that no order of operations and no wider arithmetic changes a result.
    x: Float32Array.from({ length }, (_, at) => at - 6.5),
    i: Int32Array.of(5, 2, 9, 4),
    y: new Float32Array(length).fill(99),
  };
}

describe("scalarize", () => {
  it.each(cases)("$name", (vectorCase) => {
    const kernel = build(vectorCase);
    verifyKernel(kernel);
    const scalar = scalarize(kernel);
    verifyKernel(scalar);
    forEachExprIn(scalar.body, ({ type }) => expect(type).toEqual(simdType(type.dtype, 1)));

    const wanted = arrays();
    interpret(kernel, { buffers: wanted });
    const interpreted = arrays();
    interpret(scalar, { buffers: interpreted });
    const printed = arrays();
    compileJs(kernel)(printed.x, printed.i, printed.y);
    expect(interpreted.y).toEqual(wanted.y);
    expect(printed.y).toEqual(wanted.y);
    expect(wanted.y).not.toEqual(arrays().y);
  });

  it.each(cases)("$name, in memory as it was", (vectorCase) => {
    const kernel = build(vectorCase);
    const scalar = scalarizeArithmetic(kernel);
    verifyKernel(scalar);
    forEachExprIn(scalar.body, ({ kind, type }) => {
      if (type.width > 1) expect(["ref", "splat", "shuffle"]).toContain(kind);
    });
    const [wanted, interpreted] = [arrays(), arrays()];
    interpret(kernel, { buffers: wanted });
    interpret(scalar, { buffers: interpreted });
    expect(interpreted.y).toEqual(wanted.y);
  });

  it("leaves scalar code alone", () => {
    const k = new KernelBuilder("scalar");
    const y = k.buffer("y", { dtype: "int32", length: 1, access: "write" });
    k.store(y, int(0), int(1));
    const kernel = k.build();
    expect(scalarize(kernel)).toBe(kernel);
    expect(scalarizeArithmetic(kernel)).toBe(kernel);
  });
});

describe("sinkLets", () => {
  it("computes what a variable is read for before the variable changes", () => {
    const k = new KernelBuilder("sinking");
    const y = k.buffer("y", { dtype: "float32", length: 2, access: "write" });
    const unused = k.let(constant(7, "float32"), "unused");
    const late = k.let(mul(constant(3, "float32"), 2), "late");
    const value = k.var(constant(1, "float32"));
    const before = k.let(add(value, 10), "before");
    const twice = k.let(add(before, before), "twice");
    k.for("serial", 0, 3, 1, () => k.assign(value, mul(value, 2)));
    k.store(y, int(0), add(twice, value));
    k.store(y, int(1), late);
    const sunk = sinkLets(k.build());
    verifyKernel(sunk);
    expect(unused.type.dtype).toBe("float32");
    expect(sunk.body.map(({ kind }) => kind)).toEqual(["var", "let", "for", "let", "store", "let", "store"]);
    const outputs = { y: new Float32Array(2) };
    interpret(sunk, { buffers: outputs });
    expect(outputs.y).toEqual(Float32Array.of(30, 6));
  });
});
