/** @file Expression makers refuse ill-typed operands and fold index arithmetic only; the builder names and nests as it should. */
import { InternalError } from "@lanewise/compiler/base/assert";
import {
  add, bitcast, boolean, constant, convert, div, extract, int, KernelBuilder, lt, mul, op, ref, rem, scalarType, select, shuffle, simdReduce,
  simdType, splat, sub, typeName, valueDTypeOf,
} from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printExpr, printKernel } from "@lanewise/compiler/kernel/print";
import type { Expr } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { describe, expect, it } from "vitest";

const i = ref("i", scalarType("int32"));
const u = ref("u", scalarType("uint32"));
const f = ref("f", scalarType("float32"));
const v = ref("v", simdType("float32", 4));
const c = ref("c", scalarType("bool"));

describe("makers", () => {
  it("give the result's type", () => {
    expect(add(f, f).type).toEqual(scalarType("float32"));
    expect(lt(v, v).type).toEqual(simdType("bool", 4));
    expect(select(c, i, 0).type).toEqual(scalarType("int32"));
    expect(convert(v, "int32").type).toEqual(simdType("int32", 4));
    expect(shuffle(v, v, [0, 7]).type).toEqual(simdType("float32", 2));
    expect(simdReduce("max", v).type).toEqual(scalarType("float32"));
    expect(typeName(splat(f, 8).type)).toBe("float32x8");
  });

  it("take a number for a constant of the other operands' type", () => {
    expect(printExpr(mul(f, 2))).toBe("f * 2f");
    expect(printExpr(mul(2, v))).toBe("2fx4 * v");
    expect(printExpr(op("add", u, 2))).toBe("u + 2u");
    expect(printExpr(select(c, f, 0.1))).toBe(`select(c, f, ${Math.fround(0.1)}f)`);
    expect(() => add(i, 0.5)).toThrow("0.5 is not a value of int32");
    expect(() => add(u, -1)).toThrow("-1 is not a value of uint32");
    expect(() => add(1, 2)).toThrow("add needs an operand that has a type");
  });

  const wrong: readonly (readonly [make: () => Expr, message: string])[] = [
    [() => add(i, u), "operand 1 of add is uint32, expected int32"],
    [() => add(v, f), "operand 1 of add is float32, expected float32x4"],
    [() => op("add", i), "add takes 2 operands, not 1"],
    [() => op("and", f, f), "and is not defined on float32"],
    [() => op("floor", i), "floor is not defined on int32"],
    [() => add(c, c), "add is not defined on bool"],
    [() => select(i, i, i), "operand 0 of select is int32, expected bool"],
    [() => bitcast(ref("d", scalarType("float64")), "int32"), "no bitcast from float64 to int32"],
    [() => splat(v, 4), "splat of a float32x4"],
    [() => shuffle(v, v, [8]), "shuffle lanes 8 do not fit two of float32x4"],
    [() => shuffle(v, splat(f, 2), [0]), "shuffle of float32x4 and float32x2"],
    [() => extract(v, 4), "lane 4 of a float32x4"],
    [() => simdReduce("any", v), "simd reduce any of a float32x4"],
    [() => constant(2 ** 31, "int32"), "2147483648 is not a value of int32"],
    [() => constant(2, "bool"), "2 is not a value of bool"],
  ];
  it.each(wrong)("refuse what has no meaning (%#)", (make, message) => {
    expect(make).toThrow(InternalError);
    expect(make).toThrow(message);
  });

  it("fold int32 arithmetic", () => {
    const cases: readonly (readonly [Expr, string])[] = [
      [add(int(2), 3), "5"], [sub(int(-2147483648), 1), "2147483647"], [mul(int(65536), 65536), "0"], [div(int(-7), 2), "-3"],
      [div(int(7), 0), "-1"], [rem(int(-7), 2), "-1"], [add(i, 0), "i"], [add(0, i), "i"], [add(2, i), "i + 2"], [sub(i, 2), "i + -2"],
      [add(add(i, 2), 3), "i + 5"], [sub(add(i, 2), 2), "i"], [mul(i, 1), "i"], [mul(i, 0), "0"], [mul(4, i), "i * 4"], [div(i, 1), "i"],
      [rem(i, 1), "0"], [div(i, 0), "i / 0"], [sub(2, i), "2 - i"], [mul(splat(i, 4), 1), "splat4(i)"],
    ];
    for (const [expr, printed] of cases) expect(printExpr(expr)).toBe(printed);
  });

  it("fold nothing else", () => {
    expect(printExpr(add(f, 0))).toBe("f + 0f");
    expect(printExpr(mul(f, 0))).toBe("f * 0f");
    expect(printExpr(mul(f, 1))).toBe("f * 1f");
    expect(printExpr(op("add", constant(1, "float32"), constant(2, "float32")))).toBe("1f + 2f");
    expect(printExpr(op("add", u, 0))).toBe("u + 0u");
  });

  it("give the operand where there is nothing to do", () => {
    expect(convert(i, "int32")).toBe(i);
    expect(bitcast(f, "float32")).toBe(f);
    expect(splat(f, 1)).toBe(f);
    expect(extract(f, 0)).toBe(f);
    expect(simdReduce("add", f)).toBe(f);
    expect(splat(int(3), 4)).toEqual(constant(3, "int32", 4));
  });

  it("hold floats rounded, and no negative zero among integers", () => {
    expect(constant(0.1, "float32").value).toBe(Math.fround(0.1));
    expect(constant(-0, "int32").value).toBe(0);
    expect(constant(-0, "float32").value).toBe(-0);
  });

  it("know the value dtype of every storage dtype", () => {
    expect(["int8", "uint16", "bfloat16", "float16", "bool", "float64"].map((dtype) => valueDTypeOf(dtype as "int8")))
      .toEqual(["int32", "uint32", "float32", "float32", "bool", "float64"]);
  });
});

describe("KernelBuilder", () => {
  it("builds what its calls say", () => {
    const b = new KernelBuilder("rows");
    const n = b.scalar("n", "int32");
    const x = b.buffer("x", { dtype: "float16", length: mul(n, 8), access: "read" });
    const y = b.buffer("y", { dtype: "float32", length: n, access: "write", aliasGroup: 2 });
    const shared = b.array("shared", { space: "workgroup", dtype: "float32", length: 8 });
    b.array("table", { space: "constant", dtype: "float32", length: 2, values: [0.5, -0] });
    b.for("grid", 0, n, 1, (row) => {
      b.for("local", 0, 8, 1, (l) => b.store(shared, l, b.load(x, add(mul(row, 8), l), { hint: "item" })), "l");
      b.barrier();
      b.for("local", 0, 8, 1, (l) => b.if(lt(l, 1), () => {
        const sum = b.var(constant(0, "float32"), "sum");
        const k = b.var(int(0), "k");
        b.while(() => lt(k, 8), () => {
          b.assign(sum, add(sum, b.load(shared, k)));
          b.assign(k, add(k, 1));
        });
        b.while(() => { const last = b.load(shared, int(7)); return lt(last, sum); }, () => b.assign(sum, constant(NaN, "float32")));
        b.store(y, row, b.let(mul(sum, 2), "result"), boolean(true));
      }, () => b.store(y, row, b.load("table", int(1)), lt(l, 0))), "l");
    }, "row");
    const kernel = b.build({ workgroup: 8 });
    expect(printKernel(kernel)).toMatchInlineSnapshot(`
      "kernel rows workgroup 8
        buffer x: float16[n * 8] read
        buffer y: float32[n] write alias 2
        scalar n: int32
        array shared: float32[8] workgroup
        array table: float32[2] constant = 0.5 -0
      {
        for grid row0 in 0 .. n {
          for local l0 in 0 .. 8 {
            load item0: float32 = x[(row0 * 8) + l0]
            store shared[l0] = item0
          }
          barrier
          for local l1 in 0 .. 8 {
            if l1 < 1 {
              var sum0: float32 = 0f
              var k0: int32 = 0
              while k0 < 8 {
                load v0: float32 = shared[k0]
                sum0 = sum0 + v0
                k0 = k0 + 1
              }
              repeat {
                load v1: float32 = shared[7]
              } while v1 < sum0 {
                sum0 = NaNf
              }
              let result0: float32 = sum0 * 2f
              store y[row0] = result0 where true
            } else {
              load v2: float32 = table[1]
              store y[row0] = v2 where l1 < 0
            }
          }
        }
      }"
    `);
  });

  it("makes names unique and the same every time", () => {
    const names = (): readonly string[] => {
      const b = new KernelBuilder("names");
      const first = b.buffer("v0", { dtype: "int32", length: 4, access: "read" });
      const second = b.buffer("v0", { dtype: "int32", length: 4, access: "read" });
      const loads = [b.load(first, int(0)), b.load(second, int(0)), b.load(first, int(1), { hint: "x" }), b.load(first, int(1), { hint: "x" })];
      verifyKernel(b.build());
      return [first, second, ...loads.map(({ name }) => name)];
    };
    expect(names()).toEqual(["v0", "v00", "v1", "v2", "x0", "x1"]);
    expect(names()).toEqual(names());
  });

  it("names only values that need it", () => {
    const b = new KernelBuilder("lets");
    const n = b.scalar("n", "int32");
    const sum = b.let(add(n, 1));
    expect(b.let(n)).toBe(n);
    expect(b.let(int(3))).toEqual(int(3));
    expect(b.let(sum)).toBe(sum);
    const variable = b.var(n);
    expect(b.let(variable)).not.toBe(variable);
    expect(b.build().body.map(({ kind }) => kind)).toEqual(["let", "var", "let"]);
  });

  it("changes the states of a loop at once", () => {
    const b = new KernelBuilder("fibonacci");
    b.buffer("x", { dtype: "int32", length: 3, access: "write" });
    const [first = i, second = i, turns = i] = b.repeat(5, [int(0), int(1), int(0)], ([low = i, high = i, sum = i], turn) => [high, add(low, high), add(sum, turn)]);
    b.store("x", int(0), first);
    b.store("x", int(1), second);
    b.store("x", int(2), turns);
    verifyKernel(b.build());
    const x = new Int32Array(3);
    interpret(b.build(), { buffers: { x } });
    expect([...x]).toEqual([5, 8, 10]);
  });

  it("splats a scalar that is scattered to a vector of indices", () => {
    const b = new KernelBuilder("splat");
    b.buffer("x", { dtype: "int32", length: 4, access: "write" });
    b.store("x", splat(b.let(add(b.scalar("n", "int32"), 1)), 4), int(1));
    verifyKernel(b.build());
  });

  it("refuses mistakes at once", () => {
    const b = new KernelBuilder("wrong");
    b.buffer("x", { dtype: "int32", length: 4, access: "write" });
    const variable = b.var(int(0));
    expect(() => b.store("x", int(0), f)).toThrow("a float32 stored to x, which holds int32");
    expect(() => b.load("z", int(0))).toThrow("wrong has no buffer or array z");
    expect(() => b.assign(variable, f)).toThrow("float32 assigned to the int32 v0");
    expect(() => b.assign(i, int(0))).toThrow("i is not a variable");
    expect(() => b.if(boolean(true), () => b.build())).toThrow("build() inside an open body");
  });
});
