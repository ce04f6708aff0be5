/** @file Where js rounds to float32: at the edges that the design names, once per value, and nowhere else. */
import {
  KernelBuilder, add, bitcast, constant, convert, gt, int, lt, max, mul, neg, op, select, sub,
} from "@lanewise/compiler/kernel/build";
import { printKernel } from "@lanewise/compiler/kernel/print";
import type { Expr } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { roundEdges } from "@lanewise/compiler/legalize/round-edges";
import { describe, expect, it } from "vitest";

interface Parts {
  readonly k: KernelBuilder;
  /** A rounded value and one that may be wider. */
  readonly x: Expr;
  readonly wide: Expr;
  readonly store: (value: Expr) => void;
}

/** The statements that `build` emits, after rounding, one per line. */
function rounded(build: (parts: Parts) => void): readonly string[] {
  const k = new KernelBuilder("kernel");
  const input = k.buffer("input", { dtype: "float32", length: 1, access: "read" });
  const floats = k.buffer("floats", { dtype: "float32", length: 1, access: "write" });
  const doubles = k.buffer("doubles", { dtype: "float64", length: 1, access: "write" });
  const ints = k.buffer("ints", { dtype: "int32", length: 1, access: "write" });
  const bools = k.buffer("bools", { dtype: "bool", length: 1, access: "write" });
  const x = k.load(input, int(0), { hint: "x" });
  const targets: Readonly<Record<string, string>> = { float32: floats, float64: doubles, int32: ints, bool: bools };
  build({ k, x, wide: mul(x, x), store: (value) => k.store(targets[value.type.dtype] ?? floats, int(0), value) });
  const kernel = roundEdges(k.build());
  verifyKernel(kernel);
  const lines = printKernel(kernel).split("\n");
  return lines.slice(lines.findIndex((line) => line.includes("load x0")) + 1, -1).map((line) => line.trim());
}

describe("rounds what is", () => {
  it.each([
    ["compared", ({ wide, store }: Parts) => store(lt(wide, 1)), "store bools[0] = roundFloat32(x0 * x0) < 1f"],
    ["tested", ({ wide, store }: Parts) => store(op("isFinite", wide)), "store bools[0] = isFinite(roundFloat32(x0 * x0))"],
    ["converted to an integer", ({ wide, store }: Parts) => store(convert(wide, "int32")), "store ints[0] = int32(roundFloat32(x0 * x0))"],
    ["converted to float64", ({ wide, store }: Parts) => store(convert(wide, "float64")), "store doubles[0] = float64(roundFloat32(x0 * x0))"],
    ["floored", ({ wide, store }: Parts) => store(op("floor", wide)), "store floats[0] = floor(roundFloat32(x0 * x0))"],
    ["rounded to an integer", ({ wide, store }: Parts) => store(op("roundEven", wide)), "store floats[0] = roundEven(roundFloat32(x0 * x0))"],
    ["divided with remainder", ({ x, wide, store }: Parts) => store(op("rem", x, wide)), "store floats[0] = x0 % roundFloat32(x0 * x0)"],
    ["negated and compared", ({ wide, store }: Parts) => store(lt(neg(wide), 1)), "store bools[0] = roundFloat32(neg(x0 * x0)) < 1f"],
  ])("%s", (_name, build, line) => {
    expect(rounded(build)).toEqual([line]);
  });

  it("selected by a comparison", () => {
    expect(rounded(({ x, wide, store }) => store(select(gt(x, 1), x, wide)))).toEqual([
      "store floats[0] = select(x0 > 1f, x0, roundFloat32(x0 * x0))",
    ]);
  });

  it("selected by a comparison that has a name", () => {
    expect(rounded(({ k, x, wide, store }) => {
      const isLarge = k.let(gt(x, 1), "isLarge");
      store(select(isLarge, x, wide));
    })).toEqual(["let isLarge0: bool = x0 > 1f", "store floats[0] = select(isLarge0, x0, roundFloat32(x0 * x0))"]);
  });

  it("carried round a loop, at every assignment", () => {
    expect(rounded(({ k, x, wide, store }) => {
      const sum = k.var(wide, "sum");
      k.for("serial", 0, 3, 1, () => k.assign(sum, add(mul(sum, x), x)));
      store(lt(sum, 1));
    })).toMatchInlineSnapshot(`
      [
        "var sum0: float32 = roundFloat32(x0 * x0)",
        "for serial i0 in 0 .. 3 {",
        "sum0 = roundFloat32((sum0 * x0) + x0)",
        "}",
        "store bools[0] = sum0 < 1f",
      ]
    `);
  });
});

describe("rounds once", () => {
  it("a name with several uses, where it is declared", () => {
    expect(rounded(({ k, wide, store }) => {
      const product = k.let(wide, "product");
      store(lt(product, 1));
      store(select(lt(product, 1), product, constant(2, "float32")));
    })).toMatchInlineSnapshot(`
      [
        "let product0: float32 = roundFloat32(x0 * x0)",
        "store bools[0] = product0 < 1f",
        "store floats[0] = select(product0 < 1f, product0, 2f)",
      ]
    `);
  });

  it("a variable outside loops that is compared", () => {
    expect(rounded(({ k, x, wide, store }) => {
      const value = k.var(x, "value");
      k.if(lt(x, 1), () => k.assign(value, wide));
      store(lt(value, 1));
    })).toMatchInlineSnapshot(`
      [
        "var value0: float32 = x0",
        "if x0 < 1f {",
        "value0 = roundFloat32(x0 * x0)",
        "}",
        "store bools[0] = value0 < 1f",
      ]
    `);
  });

  it("what is rounded already stays as it is", () => {
    expect(rounded(({ x, wide, store }) => {
      store(lt(max(x, neg(x)), 1));
      store(op("floor", op("roundFloat32", wide)));
      store(op("roundFloat32", op("abs", x)));
    })).toEqual([
      "store bools[0] = max(x0, neg(x0)) < 1f",
      "store floats[0] = floor(roundFloat32(x0 * x0))",
      "store floats[0] = abs(x0)",
    ]);
  });
});

describe("does not round", () => {
  it.each([
    ["chains of arithmetic", ({ x, wide, store }: Parts) => store(op("sqrt", add(wide, mul(x, sub(x, wide))))), "store floats[0] = sqrt((x0 * x0) + (x0 * (x0 - (x0 * x0))))"],
    ["a store, even where the kernel asks", ({ wide, store }: Parts) => store(op("roundFloat32", wide)), "store floats[0] = x0 * x0"],
    ["a bitcast, which goes through memory", ({ wide, store }: Parts) => store(bitcast(wide, "int32")), "store ints[0] = bitcast<int32>(x0 * x0)"],
    ["a test for NaN", ({ wide, store }: Parts) => store(op("isNaN", wide)), "store bools[0] = isNaN(x0 * x0)"],
    ["float64", ({ x, store }: Parts) => store(lt(mul(convert(x, "float64"), 3), 1)), "store bools[0] = (float64(x0) * 3d) < 1d"],
  ])("%s", (_name, build, line) => {
    expect(rounded(build)).toEqual([line]);
  });

  it("a select by what is no comparison of floats", () => {
    const lines = rounded(({ k, x, wide, store }) => {
      k.for("serial", 0, 2, 1, (i) => store(select(lt(i, 1), x, wide)));
    });
    expect(lines).toContain("store floats[0] = select(i0 < 1, x0, x0 * x0)");
  });
});
