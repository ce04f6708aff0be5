/**
 * @file Kernels of every shape that legalising for webgpu maps in a way of its own, and one with every kind of memory and
 * constant that WGSL needs written differently. Right results are the interpreter's.
 */
import { at } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import {
  KernelBuilder, add, and, bitcast, constant, convert, div, eq, int, lt, mul, op, rem, select, sub,
} from "@lanewise/compiler/kernel/build";
import type { Expr, Kernel, StorageDType } from "@lanewise/compiler/kernel/types";
import type { GateProgram } from "./gate-kernels.ts";

export interface WgslShape {
  readonly name: string;
  /** Invocations per workgroup after legalising. */
  readonly workgroup: number;
  readonly program: GateProgram;
  /** The arrays before the kernel runs: new ones at every call. */
  arrays(): Record<string, HostArray>;
}

interface ShapeBuffer {
  readonly dtype: StorageDType;
  readonly values: readonly number[];
}

function shape(
  name: string, workgroup: number, kernel: Kernel, buffers: Readonly<Record<string, ShapeBuffer>>, scalars: readonly number[] = [],
): WgslShape {
  const names = Object.keys(buffers);
  return {
    name,
    workgroup,
    program: {
      buffers: Object.entries(buffers).map(([buffer, { dtype, values }]) =>
        ({ name: buffer, dtype, length: values.length, role: "output" as const })),
      steps: [{ kernel, buffers: names, scalars, grid: [] }],
    },
    arrays: () => Object.fromEntries(Object.entries(buffers).map(([buffer, { dtype, values }]) => {
      const array = allocateHost(dtype, values.length);
      array.set(values);
      return [buffer, array];
    })),
  };
}

const filled = (count: number, value = 99): readonly number[] => Array.from({ length: count }, () => value);
const counting = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

function gridOfElements(): WgslShape {
  const k = new KernelBuilder("gridOfElements");
  const n = k.scalar("n", "int32");
  const y = k.buffer("y", { dtype: "int32", length: n, access: "write" });
  k.for("grid", 0, n, 1, (i) => k.store(y, i, mul(i, 3)));
  return shape("a grid loop alone", 64, k.build(), { y: { dtype: "int32", values: filled(200) } }, [200]);
}

function steppedNest(): WgslShape {
  const k = new KernelBuilder("steppedNest");
  const rows = k.scalar("rows", "int32");
  const columns = k.scalar("columns", "int32");
  const y = k.buffer("y", { dtype: "int32", length: mul(rows, columns), access: "write" });
  const first = k.let(sub(rows, 9), "first");
  k.for("grid", first, rows, 3, (i) => {
    const row = k.let(mul(i, columns), "row");
    k.for("grid", 1, columns, 2, (j) => k.store(y, add(row, j), add(mul(i, 100), j)));
  });
  return shape("a nest with begins and steps", 64, k.build(), { y: { dtype: "int32", values: filled(77) } }, [11, 7]);
}

function rowsOfSimd(): WgslShape {
  const k = new KernelBuilder("rowsOfSimd");
  const rows = k.scalar("rows", "int32");
  const columns = k.scalar("columns", "int32");
  const scales = k.buffer("scales", { dtype: "float32", length: rows, access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: mul(rows, columns), access: "readWrite" });
  k.for("grid", 0, rows, 1, (i) => {
    const scale = k.load(scales, i, { hint: "scale" });
    k.for("simd", 0, columns, 1, (j) => {
      const place = k.let(add(mul(i, columns), j), "place");
      k.store(y, place, mul(k.load(y, place), scale));
    });
  });
  const buffers = {
    scales: { dtype: "float32", values: counting(5) }, y: { dtype: "float32", values: counting(165) },
  } as const;
  return shape("a simd loop that joins the nest", 64, k.build(), buffers, [5, 33]);
}

function simdAlone(): WgslShape {
  const k = new KernelBuilder("simdAlone");
  const n = k.scalar("n", "int32");
  const y = k.buffer("y", { dtype: "uint32", length: n, access: "write" });
  k.for("simd", 2, n, 2, (i) => k.store(y, i, constant(7, "uint32")));
  return shape("a simd loop without a grid", 64, k.build(), { y: { dtype: "uint32", values: filled(301) } }, [301]);
}

function raggedRows(): WgslShape {
  const k = new KernelBuilder("raggedRows");
  const rows = k.scalar("rows", "int32");
  const n = k.scalar("n", "int32");
  const starts = k.buffer("starts", { dtype: "int32", length: add(rows, 1), access: "read" });
  const y = k.buffer("y", { dtype: "int32", length: n, access: "readWrite" });
  k.for("grid", 0, rows, 1, (row) => {
    const begin = k.load(starts, row, { hint: "begin" });
    const end = k.load(starts, add(row, 1), { hint: "end" });
    k.for("simd", begin, end, 1, (i) => k.store(y, i, add(k.load(y, i), mul(row, 1000))));
  });
  const buffers = {
    starts: { dtype: "int32", values: [0, 0, 150, 151, 300] }, y: { dtype: "int32", values: counting(300) },
  } as const;
  return shape("a simd loop whose bounds depend on the row", 64, k.build(), buffers, [4, 300]);
}

function serialAlone(): WgslShape {
  const k = new KernelBuilder("serialAlone");
  const n = k.scalar("n", "int32");
  const y = k.buffer("y", { dtype: "int32", length: n, access: "readWrite" });
  const total = k.var(int(0), "total");
  k.for("serial", 0, n, 1, (i) => {
    k.assign(total, add(total, k.load(y, i)));
    k.store(y, i, total);
  });
  return shape("serial code alone", 1, k.build(), { y: { dtype: "int32", values: counting(50) } }, [50]);
}

/** Each iteration reverses a few elements through memory of its own. */
function scratch(length: number, workgroup: number): WgslShape {
  const k = new KernelBuilder(`scratch${length}`);
  const n = k.scalar("n", "int32");
  const y = k.buffer("y", { dtype: "int32", length: mul(n, 4), access: "readWrite" });
  const own = k.array("own", { space: "workgroup", dtype: "int32", length });
  k.for("grid", 0, n, 1, (i) => {
    k.for("simd", 0, 4, 1, (j) => k.store(own, j, k.load(y, add(mul(i, 4), j))));
    k.for("simd", 0, 4, 1, (j) => k.store(y, add(mul(i, 4), j), k.load(own, sub(int(3), j))));
  });
  const values = counting(400);
  return shape(`${length} words of scratch memory`, workgroup, k.build(), { y: { dtype: "int32", values } }, [100]);
}

/** The inner extent is in memory, where the host does not see it, and each round uses workgroup memory anew. */
function hiddenExtent(): WgslShape {
  const workgroup = 8;
  const k = new KernelBuilder("hiddenExtent");
  const rows = k.scalar("rows", "int32");
  const extent = k.buffer("extent", { dtype: "int32", length: 1, access: "read" });
  const y = k.buffer("y", { dtype: "int32", length: mul(rows, 24), access: "readWrite" });
  const shared = k.array("shared", { space: "workgroup", dtype: "int32", length: workgroup });
  const end = k.load(extent, int(0), { hint: "extent" });
  k.for("grid", 0, rows, 1, (row) => {
    k.for("grid", 0, end, 1, (part) => {
      const first = k.let(mul(add(mul(row, 3), part), workgroup), "first");
      k.for("local", 0, workgroup, 1, (lane) => k.store(shared, lane, k.load(y, add(first, lane))), "lane");
      k.barrier();
      k.for("local", 0, workgroup, 1, (lane) => {
        k.store(y, add(first, lane), k.load(shared, sub(int(workgroup - 1), lane)));
      }, "lane");
    });
  });
  const buffers = { extent: { dtype: "int32", values: [3] }, y: { dtype: "int32", values: counting(96) } } as const;
  return shape("an inner grid loop whose extent is in memory", workgroup, k.build({ workgroup }), buffers, [4]);
}

function threeDeep(): WgslShape {
  const workgroup = 4;
  const k = new KernelBuilder("threeDeep");
  const extents = ["a", "b", "c"].map((name) => k.scalar(name, "int32"));
  const y = k.buffer("y", { dtype: "int32", length: 2 * 3 * 5 * workgroup, access: "write" });
  k.for("grid", 0, at(extents, 0), 1, (i) => {
    k.for("grid", 0, at(extents, 1), 1, (j) => {
      k.for("grid", 0, at(extents, 2), 1, (m) => {
        const row = k.let(add(mul(add(mul(i, at(extents, 1)), j), at(extents, 2)), m), "row");
        k.for("local", 0, workgroup, 1, (lane) => {
          k.store(y, add(mul(row, workgroup), lane), add(add(mul(i, 100), mul(j, 10)), m));
        }, "lane");
      });
    });
  });
  const values = filled(2 * 3 * 5 * workgroup);
  return shape("a nest three deep with local loops", workgroup, k.build({ workgroup }), { y: { dtype: "int32", values } }, [2, 3, 5]);
}

/** Masks, bools in every kind of memory, constants that WGSL cannot write, and names that are words of WGSL. */
function specials(): WgslShape {
  const k = new KernelBuilder("override");
  const n = k.scalar("const", "int32");
  const inverted = k.scalar("var", "bool");
  const flags = k.buffer("fn", { dtype: "bool", length: n, access: "readWrite" });
  const y = k.buffer("array", { dtype: "float32", length: n, access: "readWrite" });
  const local = k.array("private", { space: "local", dtype: "bool", length: 2 });
  const table = k.array("uniform", {
    space: "constant", dtype: "float32", length: 6, values: [NaN, Infinity, -Infinity, -0, 0.1, 3.4028234663852886e38].map(Math.fround),
  });
  const choices = k.array("scalars", { space: "constant", dtype: "bool", length: 2, values: [0, 1] });
  k.for("grid", 0, n, 1, (i) => {
    const flag = k.load(flags, i, { hint: "flag" });
    k.store(local, int(0), op("xor", flag, inverted));
    k.store(local, int(1), k.load(choices, rem(div(i, 2), 2)));
    const chosen = k.load(local, int(0));
    const other = k.load(local, int(1));
    const fromTable = k.load(table, rem(i, 6));
    const below = k.load(y, sub(i, 1), { mask: lt(int(0), i), hint: "below" });
    const isEdge = k.let(eq(i, sub(n, 1)), "isEdge");
    const special = select(eq(rem(i, 4), 0), constant(-Infinity, "float32"), constant(-0, "float32"));
    const value = select(chosen, fromTable, select(other, special, constant(-2147483648, "float32")));
    // Every other element, so that no iteration reads what another writes.
    k.store(y, i, select(isEdge, below, value), eq(rem(i, 2), 0));
    k.store(flags, i, and(chosen, op("isNaN", fromTable)));
  }, "i");
  const count = 26;
  const buffers = {
    fn: { dtype: "bool", values: Array.from({ length: count }, (_, i) => Math.floor(i / 6) % 2) },
    array: { dtype: "float32", values: filled(count, 0.5) },
  } as const;
  return shape("bools, masks, special constants and reserved words", 64, k.build(), buffers, [count, 1]);
}

/** Operations on constants alone, which WGSL would evaluate itself and refuse, and values that constants decide. */
function constantOperands(): WgslShape {
  const k = new KernelBuilder("constantOperands");
  const floats = k.buffer("floats", { dtype: "float32", length: 8, access: "write" });
  const integers = k.buffer("integers", { dtype: "int32", length: 12, access: "write" });
  const n = k.scalar("n", "int32");
  const float = (value: number): Expr => constant(value, "float32");
  const unsigned = (value: number): Expr => constant(value, "uint32");
  const [largest, smallest] = [int(2147483647), int(-2147483648)];
  const isSmall = lt(n, 5);
  [
    mul(float(1e38), 10), div(float(1), 0), div(float(0), 0), op("sqrt", float(-1)), op("neg", float(0)),
    convert(op("not", unsigned(0)), "float32"), bitcast(int(-1), "float32"), op("exp", float(1)),
  ].forEach((value, i) => k.store(floats, int(i), value));
  [
    op("abs", smallest), op("max", largest, smallest), div(n, 0), rem(n, 0), op("shiftLeft", n, int(40)),
    op("shiftLeft", int(1), int(40)), convert(float(1e10), "int32"), convert(float(NaN), "int32"),
    select(eq(int(1), 1), n, int(0)), select(eq(int(1), 2), n, int(0)),
    convert(and(isSmall, lt(int(1), 2)), "int32"), convert(op("or", isSmall, lt(int(1), 2)), "int32"),
  ].forEach((value, i) => k.store(integers, int(i), value));
  const buffers = { floats: { dtype: "float32", values: filled(8) }, integers: { dtype: "int32", values: filled(12) } } as const;
  return shape("operations on constants", 1, k.build(), buffers, [9]);
}

/** The end of a loop is what it was when the loop began. */
function movingEnd(): WgslShape {
  const k = new KernelBuilder("movingEnd");
  const y = k.buffer("y", { dtype: "int32", length: 4, access: "write" });
  k.for("grid", 0, 4, 1, (i) => {
    const end = k.var(add(i, 2), "end");
    k.for("serial", 0, end, 1, (j) => k.assign(end, add(end, j)));
    k.store(y, i, end);
  });
  return shape("a loop that changes the variable of its end", 64, k.build(), { y: { dtype: "int32", values: filled(4) } });
}

export const wgslShapes: readonly WgslShape[] = [
  gridOfElements(), steppedNest(), rowsOfSimd(), simdAlone(), raggedRows(), serialAlone(), scratch(4, 64), scratch(4000, 1),
  hiddenExtent(), threeDeep(), specials(),
  constantOperands(), movingEnd(),
];

/** A kernel whose grid the host cannot size. */
export function unsizedGrid(): Kernel {
  const k = new KernelBuilder("unsizedGrid");
  const extent = k.buffer("extent", { dtype: "int32", length: 1, access: "read" });
  const y = k.buffer("y", { dtype: "int32", length: 10, access: "write" });
  const end = k.load(extent, int(0));
  k.for("grid", 0, div(end, 2), 1, (i) => k.store(y, i, i));
  return k.build();
}
