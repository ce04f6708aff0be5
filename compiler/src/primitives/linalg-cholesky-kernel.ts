/**
 * @file The kernel of cholesky, one matrix after the other, in blocks of columns.
 *
 * The lower triangle is copied and factored in place. A block of columns is finished, then all columns behind it take in what
 * it gives them: sums are as short as a block, which keeps their rounding errors small, and what they read of a row is
 * contiguous.
 */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { RoutineContext, RoutinePlan } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { storageOf, valueOf } from "../kernel/storage.ts";
import type { Expr, RefExpr, StorageDType, ValueDType } from "../kernel/types.ts";
import type { NoParams } from "./define.ts";
import { blockSize, inTiles, sums } from "./linalg-blocks.ts";

export function planCholesky({ inAvals }: RoutineContext<NoParams>): RoutinePlan {
  const { shape, dtype } = at(inAvals, 0);
  const size = at(shape, -1);
  const length = sizeOf(shape);
  if (length === 0) return { scratch: [], steps: [] };
  const builder = new KernelBuilder("cholesky");
  const extent = length / (size * size);
  const factorization = new Factorization(builder, storageOf(dtype), valueOf(dtype), size, length);
  builder.for("grid", 0, extent, 1, (matrix) => factorization.emit(k.mul(matrix, size * size)), "matrix");
  return { scratch: [], steps: [{ kernel: builder.build(), buffers: [{ from: "input", index: 0 }, { from: "output", index: 0 }], extent }] };
}

class Factorization {
  readonly #builder: KernelBuilder;
  readonly #dtype: ValueDType;
  readonly #size: number;
  readonly #matrix: string;
  readonly #factor: string;

  constructor(builder: KernelBuilder, storage: StorageDType, dtype: ValueDType, size: number, length: number) {
    this.#builder = builder;
    this.#dtype = dtype;
    this.#size = size;
    this.#matrix = builder.buffer("matrix", { dtype: storage, length, access: "read" });
    this.#factor = builder.buffer("factor", { dtype: storage, length, access: "readWrite" });
  }

  /** The factor of the matrix whose first element is at `start`; NaN in the lower triangle where there is none. */
  emit(start: Expr): void {
    const builder = this.#builder;
    const place = (row: Expr, column: Expr): Expr => k.add(k.add(start, k.mul(row, this.#size)), column);
    const fill = (valueAt: (row: Expr, column: Expr) => Expr, end: (row: Expr) => Expr): void => builder.for("serial", 0, this.#size, 1, (row) => {
      builder.for("simd", 0, end(row), 1, (column) => builder.store(this.#factor, place(row, column), valueAt(row, column)), "column");
    }, "row");
    const behind = (row: Expr): Expr => k.add(row, 1);
    fill((row, column) => builder.load(this.#matrix, place(row, column)), behind);
    builder.for("serial", 0, this.#size, 1, (row) => {
      builder.for("simd", behind(row), this.#size, 1, (column) => builder.store(this.#factor, place(row, column), k.constant(0, this.#dtype)), "column");
    }, "row");
    const failed = builder.var(k.boolean(false), "failed");
    builder.for("serial", 0, this.#size, blockSize, (first) => {
      const end = builder.let(k.min(k.add(first, blockSize), this.#size), "end");
      new Block(builder, this.#factor, this.#dtype, place, first, end).emit(this.#size, failed);
    }, "first");
    builder.if(failed, () => fill(() => k.constant(Number.NaN, this.#dtype), behind));
  }
}

/** The columns from `first` to `end`, of all rows from `first` on; what is in front of them is finished and taken in. */
class Block {
  readonly #builder: KernelBuilder;
  readonly #factor: string;
  readonly #dtype: ValueDType;
  readonly #place: (row: Expr, column: Expr) => Expr;
  readonly #first: Expr;
  readonly #end: Expr;

  constructor(builder: KernelBuilder, factor: string, dtype: ValueDType, place: (row: Expr, column: Expr) => Expr, first: Expr, end: Expr) {
    this.#builder = builder;
    this.#factor = factor;
    this.#dtype = dtype;
    this.#place = place;
    this.#first = first;
    this.#end = end;
  }

  /** `failed` becomes true where a pivot is not positive. A NaN pivot is not counted: it reaches what depends on it by itself. */
  emit(size: number, failed: RefExpr): void {
    const builder = this.#builder;
    builder.for("serial", this.#first, this.#end, 1, (row) => {
      builder.for("serial", this.#first, row, 1, (column) => this.#finish([row], column), "column");
      const pivot = builder.let(at(this.#rest([row], row, row), 0), "pivot");
      builder.assign(failed, k.or(failed, k.le(pivot, 0)));
      builder.store(this.#factor, this.#place(row, row), k.op("sqrt", pivot));
    }, "row");
    inTiles(builder, this.#end, k.int(size), (rows) => {
      builder.for("serial", this.#first, this.#end, 1, (column) => this.#finish(rows, column), "column");
    });
    inTiles(builder, this.#end, k.int(size), (rows) => {
      const top = at(rows, 0);
      builder.for("serial", this.#end, k.add(top, 1), 1, (column) => this.#takeIn(rows, column), "column");
      // Behind the diagonal element of the first row, the other rows have a few more.
      rows.slice(1).forEach((row) => builder.for("serial", k.add(top, 1), k.add(row, 1), 1, (column) => this.#takeIn([row], column), "column"));
    });
  }

  /** A column of the block for rows below its diagonal element. */
  #finish(rows: readonly Expr[], column: Expr): void {
    const pivot = this.#load(column, column);
    this.#rest(rows, column, column).forEach((rest, which) => {
      this.#builder.store(this.#factor, this.#place(at(rows, which), column), k.div(rest, pivot));
    });
  }

  /** What the finished block gives to a column behind it. */
  #takeIn(rows: readonly Expr[], column: Expr): void {
    this.#rest(rows, column, this.#end).forEach((rest, which) => this.#builder.store(this.#factor, this.#place(at(rows, which), column), rest));
  }

  /** For each row its element of the column without the sum of L[row, p] L[column, p] over the block's p below `end`. */
  #rest(rows: readonly Expr[], column: Expr, end: Expr): readonly Expr[] {
    const products = sums(this.#builder, this.#dtype, rows.length, this.#first, end, (p) => {
      const shared = this.#load(column, p);
      return rows.map((row) => k.mul(this.#load(row, p), shared));
    });
    return rows.map((row, which) => k.sub(this.#load(row, column), at(products, which)));
  }

  #load(row: Expr, column: Expr): Expr {
    return this.#builder.load(this.#factor, this.#place(row, column));
  }
}
