/**
 * @file Gate kernel 3: C = A B in tiles. A workgroup of 8 x 8 invocations makes a 32 x 32 tile of C; each keeps a 4 x 4
 * register tile. Strips of A and B are staged in workgroup memory, with zeros outside the matrices.
 */
import { at } from "@lanewise/compiler/base/assert";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { KernelBuilder, add, and, constant, div, lt, mul, rem } from "@lanewise/compiler/kernel/build";
import type { GateKernel } from "./types.ts";
import { partsOf, randomNumbers } from "./types.ts";

/** Rows and columns of the invocations of a workgroup, of a register tile, and of the tile of C they make together. */
const side = 8;
const registers = 4;
const tile = side * registers;
/** Columns of A and rows of B that are staged at a time. */
const depth = 16;
const workgroup = side * side;
const stagedPerInvocation = (tile * depth) / workgroup;

function matmul(): Kernel {
  const k = new KernelBuilder("matmul");
  const rows = k.scalar("rows", "int32");
  const inner = k.scalar("inner", "int32");
  const columns = k.scalar("columns", "int32");
  const a = k.buffer("a", { dtype: "float32", length: mul(rows, inner), access: "read" });
  const b = k.buffer("b", { dtype: "float32", length: mul(inner, columns), access: "read" });
  const c = k.buffer("c", { dtype: "float32", length: mul(rows, columns), access: "write" });
  const stripA = k.array("stripA", { space: "workgroup", dtype: "float32", length: tile * depth });
  const stripB = k.array("stripB", { space: "workgroup", dtype: "float32", length: depth * tile });
  const sums = k.array("sums", { space: "local", dtype: "float32", length: registers * registers });

  const tilesOf = (extent: Expr): Expr => div(add(extent, tile - 1), tile);
  const unrolled = (count: number, body: (index: Expr) => void): void => k.for("unrolled", 0, count, 1, body);
  const forEachRegister = (body: (row: Expr, column: Expr, register: Expr) => void): void =>
    unrolled(registers, (row) => {
      unrolled(registers, (column) => body(row, column, add(mul(row, registers), column)));
    });
  /** Puts an element of a matrix, or 0 where it has none, into workgroup memory. */
  const stage = (from: string, width: Expr, row: Expr, height: Expr, column: Expr, to: string, place: Expr): void => {
    const inside = k.let(and(lt(row, height), lt(column, width)), "inside");
    const value = k.load(from, add(mul(row, width), column), { mask: inside, hint: "staged" });
    k.store(to, place, value);
  };

  k.for("grid", 0, tilesOf(rows), 1, (tileRow) => {
    k.for("grid", 0, tilesOf(columns), 1, (tileColumn) => {
      const firstRow = k.let(mul(tileRow, tile), "firstRow");
      const firstColumn = k.let(mul(tileColumn, tile), "firstColumn");
      k.for("local", 0, workgroup, 1, () => {
        forEachRegister((_row, _column, register) => k.store(sums, register, constant(0, "float32")));
      }, "lane");

      k.for("serial", 0, inner, depth, (start) => {
        k.for("local", 0, workgroup, 1, (lane) => {
          unrolled(stagedPerInvocation, (part) => {
            const place = k.let(add(mul(part, workgroup), lane), "place");
            stage(
              a, inner,
              k.let(add(firstRow, div(place, depth)), "row"), rows,
              k.let(add(start, rem(place, depth)), "column"),
              stripA, place,
            );
            stage(
              b, columns,
              k.let(add(start, div(place, tile)), "row"), inner,
              k.let(add(firstColumn, rem(place, tile)), "column"),
              stripB, place,
            );
          });
        }, "lane");
        k.barrier();
        k.for("local", 0, workgroup, 1, (lane) => {
          const ownRow = k.let(mul(div(lane, side), registers * depth), "ownRow");
          const ownColumn = k.let(mul(rem(lane, side), registers), "ownColumn");
          k.for("serial", 0, depth, 1, (step) => {
            const rowOfB = k.let(add(mul(step, tile), ownColumn), "rowOfB");
            unrolled(registers, (row) => {
              const left = k.load(stripA, add(add(ownRow, mul(row, depth)), step), { hint: "left" });
              unrolled(registers, (column) => {
                const right = k.load(stripB, add(rowOfB, column), { hint: "right" });
                const register = add(mul(row, registers), column);
                k.store(sums, register, add(k.load(sums, register, { hint: "sum" }), mul(left, right)));
              });
            });
          }, "step");
        }, "lane");
        k.barrier();
      }, "start");

      k.for("local", 0, workgroup, 1, (lane) => {
        const ownRow = k.let(add(firstRow, mul(div(lane, side), registers)), "ownRow");
        const ownColumn = k.let(add(firstColumn, mul(rem(lane, side), registers)), "ownColumn");
        forEachRegister((rowOffset, columnOffset, register) => {
          const row = k.let(add(ownRow, rowOffset), "row");
          const column = k.let(add(ownColumn, columnOffset), "column");
          k.if(and(lt(row, rows), lt(column, columns)), () => {
            k.store(c, add(mul(row, columns), column), k.load(sums, register, { hint: "sum" }));
          });
        });
      }, "lane");
    }, "tileColumn");
  }, "tileRow");
  return k.build({ workgroup });
}

const kernel = matmul();

/** Three different extents, ragged where the size is not a whole number of tiles, and small enough for an interpreter. */
function shapeFor(size: number): { rows: number; inner: number; columns: number } {
  if (size <= 64) return { rows: size, inner: size, columns: size };
  return { rows: 37, inner: Math.ceil(size / 20), columns: 70 };
}

export const matmulKernel: GateKernel = {
  name: "matmul",
  tolerance: { absolute: 1e-4, relative: 1e-5 },
  build: (size) => {
    const { rows, inner, columns } = shapeFor(size);
    return {
      buffers: [
        { name: "a", dtype: "float32", length: rows * inner, role: "input" },
        { name: "b", dtype: "float32", length: inner * columns, role: "input" },
        { name: "c", dtype: "float32", length: rows * columns, role: "output" },
      ],
      steps: [{
        kernel, buffers: ["a", "b", "c"], scalars: [rows, inner, columns],
        grid: [partsOf(rows, tile), partsOf(columns, tile)],
      }],
    };
  },
  inputs: (size) => {
    const { rows, inner, columns } = shapeFor(size);
    const next = randomNumbers(size + 3);
    const matrix = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * next() - 1);
    return { a: matrix(rows * inner), b: matrix(inner * columns) };
  },
  reference: (inputs, size) => {
    const { rows, inner, columns } = shapeFor(size);
    const a = inputs["a"] ?? new Float32Array(0);
    const b = inputs["b"] ?? new Float32Array(0);
    const c = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += at(a, row * inner + k) * at(b, k * columns + column);
        c[row * columns + column] = sum;
      }
    }
    return { c };
  },
};
