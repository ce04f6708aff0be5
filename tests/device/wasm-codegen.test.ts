/** @file What the WebAssembly code generator makes of addresses, chunks of a grid, arrays, small storage and masks. */
import { at, InternalError } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { emitWasmModule, printWasmModule, reservedBytes } from "@lanewise/compiler/codegen/wasm/emit-module";
import {
  KernelBuilder, add, and, constant, convert, eq, ge, int, lt, mul, op, rem, sub,
} from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Kernel, StorageDType } from "@lanewise/compiler/kernel/types";
import { legalizeWasm } from "@lanewise/compiler/legalize/wasm";
import { describe, expect, it } from "vitest";
import { prepareWasm, runOnWasm, type SimdWidth } from "../support/wasm-runner.ts";

/** The buffers after a run as WebAssembly, and after one on the interpreter. */
async function both(
  kernel: Kernel, make: () => Record<string, HostArray>, width: SimdWidth = 4, scalars: Readonly<Record<string, number>> = {},
): Promise<readonly [Record<string, HostArray>, Record<string, HostArray>]> {
  const actual = make();
  const wanted = make();
  interpret(kernel, { buffers: wanted, scalars });
  const names = kernel.buffers.map(({ name }) => name);
  const step = { kernel, buffers: names, scalars: kernel.scalars.map(({ name }) => scalars[name] ?? 0), grid: [2 ** 30] };
  await runOnWasm(width)({ buffers: [], steps: [step] }, actual);
  return [actual, wanted];
}

describe("addresses", () => {
  it("may lie before and far behind the index that a loop counts", async () => {
    const k = new KernelBuilder("offsets");
    const x = k.buffer("x", { dtype: "float32", length: 60_000, access: "read" });
    const y = k.buffer("y", { dtype: "float32", length: 64, access: "write" });
    k.for("serial", 0, 4, 1, (row) => k.for("simd", 0, 12, 1, (i) => {
      const place = k.let(add(mul(row, 12), i), "place");
      const before = k.load(x, sub(add(place, 7), 7 + 3), { mask: ge(place, 3) });
      const far = k.load(x, add(place, 50_000));
      k.store(y, place, add(before, far));
    }));
    const [actual, wanted] = await both(k.build(), () => ({ x: Float32Array.from({ length: 60_000 }, (_, i) => i % 977), y: new Float32Array(64) }));
    expect(actual["y"]).toEqual(wanted["y"]);
  });

  it("follow the value that a variable had when the index was named", async () => {
    const k = new KernelBuilder("named");
    const start = k.scalar("start", "int32");
    const x = k.buffer("x", { dtype: "int32", length: 40, access: "read" });
    const y = k.buffer("y", { dtype: "int32", length: 10, access: "write" });
    const skip = k.var(int(0), "skip");
    k.for("serial", 0, 10, 1, (i) => {
      const place = k.let(add(skip, start), "place");
      k.assign(skip, add(skip, 2));
      k.store(y, i, add(k.load(x, place), k.load(x, add(place, 1))));
    });
    const [actual, wanted] = await both(k.build(), () => ({ x: Int32Array.from({ length: 40 }, (_, i) => i * i), y: new Int32Array(10) }), 4, { start: 3 });
    expect(actual["y"]).toEqual(wanted["y"]);
  });

  it("use pointers in front of inner loops, and offsets", () => {
    const k = new KernelBuilder("pointers");
    const n = k.scalar("n", "int32");
    const x = k.buffer("x", { dtype: "float32", length: mul(n, n), access: "read" });
    const y = k.buffer("y", { dtype: "float32", length: mul(n, n), access: "write" });
    k.for("serial", 0, n, 1, (row) => k.for("serial", 0, n, 1, (column) => {
      k.store(y, add(mul(row, n), column), k.load(x, add(add(mul(row, n), column), 2)));
    }));
    const text = printWasmModule([legalizeWasm(k.build())]);
    expect(text).toMatch(/local\.set \$p\.0[^]*loop \$loop1/);
    expect(text).toMatch(/f32\.load offset=8 \(i32\.add \(local\.get \$p\.\d\) \(i32\.shl \(local\.get \$i\d\) \(i32\.const 2\)\)\)/);
  });
});

describe("the grid", () => {
  /** Marks every iteration of a grid loop from 3 to 9 that runs. */
  const kernel = ((): Kernel => {
    const k = new KernelBuilder("grid");
    const end = k.scalar("end", "int32");
    const y = k.buffer("y", { dtype: "int32", length: 16, access: "write" });
    k.for("grid", 3, end, 1, (i) => k.store(y, i, int(1)));
    return legalizeWasm(k.build());
  })();

  const ran = (begin: number, until: number, end: number): number[] => {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const module = new WebAssembly.Module(emitWasmModule([kernel]).bytes);
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    (instance.exports["grid"] as (...args: number[]) => void)(reservedBytes, end, begin, until);
    return Array.from(new Int32Array(memory.buffer, reservedBytes, 16)).flatMap((mark, i) => (mark === 1 ? [i] : []));
  };

  it.each([
    [0, 100, 9, [3, 4, 5, 6, 7, 8]], [5, 100, 9, [5, 6, 7, 8]], [0, 5, 9, [3, 4]], [4, 6, 9, [4, 5]], [9, 20, 9, []], [6, 6, 9, []],
    [0, 3, 9, []], [0, 100, 2, []],
  ])("from %i to %i of 3 to %i", (begin, until, end, wanted) => {
    expect(ran(begin, until, end)).toEqual(wanted);
  });
});

describe("arrays", () => {
  const kernelWith = (name: string, values: readonly number[], length: number): Kernel => {
    const k = new KernelBuilder(name);
    const table = k.array("table", { space: "constant", dtype: "float32", length: values.length, values });
    const space = k.array("space", { space: "workgroup", dtype: "int32", length });
    const y = k.buffer("y", { dtype: "float32", length, access: "write" });
    k.for("serial", 0, length, 1, (i) => k.store(space, i, mul(i, i)));
    k.for("serial", 0, length, 1, (i) => {
      const square = k.load(space, sub(int(length - 1), i));
      k.store(y, i, add(convert(square, "float32"), k.load(table, rem(i, values.length))));
    });
    return k.build();
  };

  it("lie in the scratch memory: equal tables once, workgroup arrays over each other", () => {
    const tables = [[1.5, -2], [1.5, -2], [1.5, -0]];
    const code = emitWasmModule(tables.map((values, i) => legalizeWasm(kernelWith(`k${i}`, values, 8 + 4 * i))));
    // Two tables of 16 bytes with padding, and the largest array.
    expect(code.scratchBytes).toBe(2 * 16 + 16 * 4);
  });

  it("keep apart from buffers and give their values", async () => {
    const kernel = kernelWith("k", [1.5, -2, 0.25], 11);
    const [actual, wanted] = await both(kernel, () => ({ y: new Float32Array(11) }));
    expect(actual["y"]).toEqual(wanted["y"]);
  });

  it("are no reason to import scratch memory where there are none", () => {
    const k = new KernelBuilder("plain");
    const y = k.buffer("y", { dtype: "int32", length: 1, access: "write" });
    k.store(y, int(0), int(7));
    const { bytes, scratchBytes } = emitWasmModule([legalizeWasm(k.build())]);
    expect(scratchBytes).toBe(0);
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name)).toEqual(["memory"]);
  });
});

describe("storage", () => {
  const dtypes: readonly StorageDType[] = [
    "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "float16", "bfloat16", "float32", "float64",
  ];
  const widths: readonly SimdWidth[] = [1, 2, 4, 8];

  it.each(dtypes.flatMap((dtype) => widths.map((width) => ({ dtype, width }))))(
    "$dtype in vectors of $width: contiguous, gathered, scattered and masked", async ({ dtype, width }) => {
      const length = 37;
      const k = new KernelBuilder("storage");
      const read = (name: string) => k.buffer(name, { dtype, length, access: "read" });
      const write = (name: string) => k.buffer(name, { dtype, length: 2 * length, access: "write" });
      const x = read("x");
      const [plain, gathered, scattered, masked] = [write("plain"), write("gathered"), write("scattered"), write("masked")];
      const flags = k.buffer("flags", { dtype: "bool", length, access: "read" });
      k.for("simd", 0, length, 1, (i) => {
        const flag = k.load(flags, i);
        k.store(plain, i, k.load(x, i));
        k.store(gathered, i, k.load(x, rem(mul(i, 5), length)));
        k.store(scattered, add(mul(i, 2), 1), k.load(x, sub(int(length - 1), i), { mask: flag }));
        k.store(masked, add(i, 1), k.load(x, i, { mask: and(flag, lt(i, 30)) }), flag);
        k.if(eq(flag, constant(0, "bool")), () => k.store(masked, add(i, 1), k.load(x, i)));
      });
      const make = (): Record<string, HostArray> => {
        const source = allocateHost(dtype, length);
        const isHalf = dtype === "float16" || dtype === "bfloat16";
        for (let i = 0; i < length; i += 1) source[i] = dtype === "bool" ? (i * 7) % 3 % 2 : isHalf ? 0x3c00 + 37 * i : (i * 91) % 256 - 100;
        const out = (): HostArray => allocateHost(dtype, 2 * length);
        return {
          x: source, plain: out(), gathered: out(), scattered: out(), masked: out(),
          flags: Uint8Array.from({ length }, (_, i) => ((i * 5) % 7 < 3 || (i >= 8 && i < 16) ? 1 : 0)),
        };
      };
      const [actual, wanted] = await both(k.build(), make, width);
      expect(actual).toEqual(wanted);
    });
});

describe("bounds", () => {
  it("are read once, though the body changes the variable", async () => {
    const k = new KernelBuilder("bounds");
    const y = k.buffer("y", { dtype: "int32", length: 8, access: "write" });
    const end = k.var(int(5), "end");
    k.for("serial", 0, end, 1, (i) => {
      k.assign(end, add(end, 1));
      k.store(y, i, end);
    });
    const [actual, wanted] = await both(k.build(), () => ({ y: new Int32Array(8) }));
    expect(actual["y"]).toEqual(wanted["y"]);
  });
});

it("refuses what legalisation should have removed", () => {
  const k = new KernelBuilder("raw");
  const y = k.buffer("y", { dtype: "float32", length: 8, access: "write" });
  k.store(y, int(0), op("exp", constant(1, "float32")));
  expect(() => emitWasmModule([k.build()])).toThrow(InternalError);
  const wide = new KernelBuilder("wide");
  const z = wide.buffer("z", { dtype: "float64", length: 8, access: "write" });
  wide.store(z, int(0), constant(1, "float64", 4));
  expect(() => emitWasmModule([wide.build()])).toThrow(/float64x4/);
  expect(at(prepareWasm(wide.build(), 1).body, 0).kind).toBe("store");
});

it("refuses two kernels of one name", () => {
  const k = new KernelBuilder("same");
  const y = k.buffer("y", { dtype: "int32", length: 1, access: "write" });
  k.store(y, int(0), int(7));
  const kernel = legalizeWasm(k.build());
  expect(() => emitWasmModule([kernel, kernel])).toThrow(InternalError);
});
