/** @file The text of printed kernels, and the pieces whose spelling WGSL is particular about. */
import { InternalError } from "@lanewise/compiler/base/assert";
import type { ValueDType } from "@lanewise/compiler/base/scalar-ops";
import { scalarOpNames } from "@lanewise/compiler/base/scalar-ops";
import { dispatchSize, packScalars } from "@lanewise/compiler/artifact/dispatch";
import { countWorkgroups } from "@lanewise/compiler/codegen/wgsl/dispatch";
import { printLiteral } from "@lanewise/compiler/codegen/wgsl/literals";
import { identifiersFor } from "@lanewise/compiler/codegen/wgsl/names";
import { hasOperation } from "@lanewise/compiler/codegen/wgsl/operations";
import { printWgsl } from "@lanewise/compiler/codegen/wgsl/print-kernel";
import { KernelBuilder, constant, int, lt, mul } from "@lanewise/compiler/kernel/build";
import { legalizeWgsl } from "@lanewise/compiler/legalize/wgsl";
import { wgslOperations } from "@lanewise/compiler/legalize/wgsl-table";
import { describe, expect, it } from "vitest";
import { edgeValues, randomValues } from "../support/scalar-values.ts";
import { wgslGoldens } from "../support/wgsl-goldens.ts";
import { printLegal } from "../support/wgsl-runner.ts";
import { unsizedGrid } from "../support/wgsl-shapes.ts";

describe("the text of kernels", () => {
  it.each(wgslGoldens.map(({ kernel, path }) => [kernel.name, { kernel, path }] as const))("%s", async (_, { kernel, path }) => {
    await expect(printLegal(kernel).code).toMatchFileSnapshot(path);
  });

  it("says what to bind and how many workgroups to dispatch", () => {
    const k = new KernelBuilder("scale");
    const n = k.scalar("n", "int32");
    const factor = k.scalar("factor", "float32");
    const x = k.buffer("x", { dtype: "float32", length: n, access: "read" });
    const y = k.buffer("y", { dtype: "bool", length: n, access: "write" });
    k.for("grid", 0, n, 1, (i) => k.store(y, i, lt(mul(k.load(x, i), factor), 1)));
    const printed = printLegal(k.build());
    expect(printed.bindings).toEqual([
      { kind: "storage", name: "x", access: "read", dtype: "float32" },
      { kind: "storage", name: "y", access: "readWrite", dtype: "uint32" },
      {
        kind: "uniform",
        scalars: [
          { name: "n", dtype: "int32" }, { name: "factor", dtype: "float32" },
        ],
      },
    ]);
    expect([printed.entryPoint, printed.workgroupSize]).toEqual(["scale", 64]);
    const countFor = (n: number): number => countWorkgroups(printed.workgroups, { n, factor: 0 });
    expect([countFor(0), countFor(64), countFor(65), countFor(1000)]).toEqual([0, 1, 2, 16]);
  });
});

describe("literals", () => {
  const literal = (value: number, dtype: ValueDType): string => printLiteral(constant(value, dtype));

  it("carry their type and read as what they are", () => {
    expect([0, 1, -5, 2147483647].map((value) => literal(value, "int32"))).toEqual(["0i", "1i", "-5i", "2147483647i"]);
    expect(literal(-2147483648, "int32")).toBe("i32(-2147483648)");
    expect([0, 4294967295].map((value) => literal(value, "uint32"))).toEqual(["0u", "4294967295u"]);
    expect([0, 1].map((value) => literal(value, "bool"))).toEqual(["false", "true"]);
    const floats = [0, 1, -2, 100, 0.5, 0.1, 1e30, 1.17549435e-38, 3.4028234663852886e38];
    expect(floats.map((value) => literal(value, "float32"))).toEqual([
      "0.0f", "1.0f", "-2.0f", "100.0f", "0.5f", "0.1f", "1e+30f", "1.17549435e-38f", "3.402823466e+38f",
    ]);
  });

  it("of floats round to the same float32, through a double or not", () => {
    const values = [...edgeValues("float32"), ...randomValues("float32", 5000, 3)].filter((value) => Number.isFinite(value) && value !== 0);
    for (const value of values) {
      const text = literal(value, "float32");
      const read = Number(text.slice(0, -1));
      expect(Math.fround(read)).toBe(value);
      // Not near the middle between two float32 values, where rounding twice can differ from rounding once.
      expect(Math.fround(2 * read - value)).toBe(value);
    }
  });

  it("do not exist for NaN, infinities, -0 and other dtypes", () => {
    for (const value of [NaN, Infinity, -Infinity, -0]) expect(() => literal(value, "float32")).toThrow(InternalError);
    expect(() => literal(1, "float64")).toThrow(InternalError);
  });

  it("of vectors have their value in every element", () => {
    expect(printLiteral(constant(1, "int32", 4))).toBe("vec4<i32>(1i)");
  });
});

describe("names", () => {
  it("stay where they can, and are made valid and unique where not", () => {
    const names = ["x", "i0", "loop", "loop_1", "max", "a.b", "a_b", "__x", "_", "9th", "Scalars"];
    expect([...identifiersFor(names).values()]).toEqual([
      "x", "i0", "loop_1", "loop_1_1", "max_1", "a_b", "a_b_1", "x_1", "n", "n9th", "Scalars_1",
    ]);
  });
});

describe("operations", () => {
  it("are printed for just those that legalising leaves", () => {
    const dtypes: readonly ValueDType[] = ["float32", "float64", "float16", "int32", "uint32", "bool"];
    for (const name of scalarOpNames) {
      expect([name, dtypes.filter((dtype) => hasOperation(name, dtype))]).toEqual([
        name, dtypes.filter((dtype) => wgslOperations[name].includes(dtype)),
      ]);
    }
  });
});

describe("dispatches", () => {
  it("hold every workgroup within the limit of each dimension", () => {
    for (const limit of [1, 2, 3, 10]) {
      for (let count = 0; count <= limit ** 3; count++) {
        const size = dispatchSize(count, limit);
        const held = size[0] * size[1] * size[2];
        expect(held).toBeGreaterThanOrEqual(count);
        expect(held).toBeLessThan(count + limit * limit);
        expect(Math.max(...size)).toBeLessThanOrEqual(limit);
      }
    }
    expect(dispatchSize(65536, 65535)).toEqual([32768, 2, 1]);
    expect(() => dispatchSize(9, 2)).toThrow(InternalError);
    expect(dispatchSize(0, 10)[0]).toBe(0);
    expect(countWorkgroups(int(-3), {})).toBe(0);
  });

  it("pack scalars as four little-endian bytes each", () => {
    const bytes = packScalars([
      { name: "a", dtype: "int32" }, { name: "b", dtype: "float32" }, { name: "c", dtype: "uint32" }, { name: "d", dtype: "uint32" },
    ], [-2, 0.1, 4294967295, 1]);
    expect([...new Int32Array(bytes)]).toEqual([-2, new Int32Array(Float32Array.of(0.1).buffer)[0], -1, 1]);
    expect(() => packScalars([{ name: "a", dtype: "int32" }], [])).toThrow(InternalError);
  });
});

describe("what webgpu cannot do", () => {
  const rejects = (build: (k: KernelBuilder) => void, message: RegExp): void => {
    const k = new KernelBuilder("refused");
    build(k);
    expect(() => legalizeWgsl(k.build())).toThrow(message);
  };

  it("is refused when legalising, with the kernel", () => {
    rejects((k) => void k.var(constant(1, "float64")), /cannot run refused: it has no float64[\s\S]*kernel refused/);
    rejects((k) => void k.buffer("y", { dtype: "float64", length: 1, access: "write" }), /cannot store float64, as y asks/);
    rejects((k) => void k.array("s", { space: "workgroup", dtype: "bool", length: 5000 }), /20000 bytes of workgroup memory/);
    const table = Array<number>(2048).fill(1);
    rejects((k) => void k.array("t", { space: "constant", dtype: "int32", length: 2048, values: table }), /2048 constants/);
    rejects((k) => {
      for (let i = 0; i < 9; i++) k.buffer(`b${i}`, { dtype: "int32", length: 1, access: "read" });
    }, /9 buffers, at most 8/);
    expect(() => legalizeWgsl({ ...new KernelBuilder("wide").build(), workgroup: 512 })).toThrow(/512 invocations, at most 256/);
    expect(() => legalizeWgsl(unsizedGrid())).toThrow(/cannot compute the bounds of the grid loop/);
  });

  it("does not reach the text when legalising is left out", () => {
    const k = new KernelBuilder("raw");
    const y = k.buffer("y", { dtype: "float32", length: 1, access: "readWrite" });
    k.for("grid", 0, 1, 1, (i) => k.store(y, i, constant(NaN, "float32")));
    expect(() => printWgsl(k.build())).toThrow(/NaN has no WGSL literal/);
    const noGrid = new KernelBuilder("noGrid").build();
    expect(() => printWgsl(noGrid)).toThrow(/does not end in a grid loop/);
  });
});
