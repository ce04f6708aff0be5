/**
 * @file The kernel of cholesky, one matrix after the other, in blocks of rows.
 *
 * The factor is made as U = L^T in the upper triangle of the result, because the rows of U are contiguous, and turned over at
 * the end. A block of rows is finished, then all rows below take in what it gives them: sums are as short as a block, which
 * keeps their rounding errors small, and a block of rows stays in fast memory while it is used.
 */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { RoutineContext, RoutinePlan } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import type { Expr, RefExpr, ValueDType } from "../kernel/types.ts";
import type { NoParams } from "./define.ts";
import { blockSize, inTiles, sums } from "./linalg-blocks.ts";
import { storageOf, valueOf } from "./reduce-kernel.ts";

export function planCholesky({ inAvals }: RoutineContext<NoParams>): RoutinePlan {
  const { shape, dtype } = at(inAvals, 0);
  const size = at(shape, -1);
  const length = sizeOf(shape);
  if (length === 0) return { scratch: [], steps: [] };
  const builder = new KernelBuilder("cholesky");
  const matrix = builder.buffer("matrix", { dtype: storageOf(dtype), length, access: "read" });
  const factor = builder.buffer("factor", { dtype: storageOf(dtype), length, access: "readWrite" });
  const count = length / (size * size);
  builder.for("grid", 0, count, 1, (index) => {
    const place = k.mul(index, size * size);
    const element = (row: Expr, column: Expr): Expr => k.add(k.add(place, k.mul(row, size)), column);
    builder.for("serial", 0, size, 1, (row) => {
      builder.for("simd", 0, row, 1, (column) => builder.store(factor, element(row, column), k.constant(0, valueOf(dtype))), "column");
      builder.for("simd", row, size, 1, (column) => builder.store(factor, element(row, column), builder.load(matrix, element(column, row))), "column");
    }, "row");
    const failed = new Factorization(builder, factor, element, size, valueOf(dtype)).factor();
    turnOver(builder, factor, element, size, failed);
  }, "matrix");
  return {
    scratch: [], steps: [{ kernel: builder.build(), buffers: [{ from: "input", index: 0 }, { from: "output", index: 0 }], extent: count }],
  };
}

type ElementOf = (row: Expr, column: Expr) => Expr;

/** Makes U with U^T U = A of the upper triangle of A, in place. */
class Factorization {
  readonly #builder: KernelBuilder;
  readonly #factor: string;
  readonly #element: ElementOf;
  readonly #size: number;
  readonly #dtype: ValueDType;

  constructor(builder: KernelBuilder, factor: string, element: ElementOf, size: number, dtype: ValueDType) {
    this.#builder = builder;
    this.#factor = factor;
    this.#element = element;
    this.#size = size;
    this.#dtype = dtype;
  }

  /** Whether a pivot was not positive. A NaN pivot is not counted: it reaches what depends on it by itself. */
  factor(): Expr {
    const builder = this.#builder;
    const failed = builder.var(k.boolean(false), "failed");
    builder.for("serial", 0, this.#size, blockSize, (first) => {
      const end = builder.let(k.min(k.add(first, blockSize), this.#size), "end");
      builder.for("serial", first, end, 1, (row) => this.#finish(first, row, failed), "row");
      // Beside the first row of a tile the others reach below the diagonal, where nothing is read before the end.
      inTiles(builder, end, k.int(this.#size), (rows) => {
        builder.for("simd", at(rows, 0), this.#size, 1, (column) => this.#takeIn(first, end, rows, column), "column");
      });
    }, "first");
    return failed;
  }

  /** A row of the block, from the rows of the block above it. */
  #finish(first: Expr, row: Expr, failed: RefExpr): void {
    const builder = this.#builder;
    const rest = (column: Expr): Expr => k.sub(this.#load(row, column), at(this.#products(first, row, [row], column), 0));
    const pivot = builder.let(rest(row), "pivot");
    builder.assign(failed, k.or(failed, k.le(pivot, 0)));
    const root = builder.let(k.op("sqrt", pivot), "root");
    this.#store(row, row, root);
    builder.for("simd", k.add(row, 1), this.#size, 1, (column) => this.#store(row, column, k.div(rest(column), root)), "column");
  }

  /** What a finished block gives to one column of rows below it. */
  #takeIn(first: Expr, end: Expr, rows: readonly Expr[], column: Expr): void {
    const products = this.#products(first, end, rows, column);
    rows.forEach((row, place) => this.#store(row, column, k.sub(this.#load(row, column), at(products, place))));
  }

  #load(row: Expr, column: Expr): Expr {
    return this.#builder.load(this.#factor, this.#element(row, column));
  }

  #store(row: Expr, column: Expr, value: Expr): void {
    this.#builder.store(this.#factor, this.#element(row, column), value);
  }

  /** For each row the sum of U[p, row] U[p, column] over the rows p from `first` to `end`. */
  #products(first: Expr, end: Expr, rows: readonly Expr[], column: Expr): readonly Expr[] {
    return sums(this.#builder, this.#dtype, rows.length, first, end, (p) => {
      const shared = this.#load(p, column);
      return rows.map((row) => k.mul(this.#load(p, row), shared));
    });
  }
}

/** L = U^T in the lower triangle and zeros above it; NaN where there is no factor. */
function turnOver(builder: KernelBuilder, factor: string, element: ElementOf, size: number, failed: Expr): void {
  builder.for("serial", 0, size, 1, (row) => {
    builder.for("serial", 0, k.add(row, 1), 1, (column) => {
      const value = builder.load(factor, element(column, row));
      const zero = k.constant(0, value.type.dtype);
      builder.store(factor, element(column, row), zero);
      builder.store(factor, element(row, column), k.select(failed, k.constant(Number.NaN, value.type.dtype), value));
    }, "column");
  }, "row");
}
