/**
 * @file The kernels of triangular_solve. The right-hand side is copied, then solved in place in blocks of unknowns: a block
 * is solved, then the unknowns behind it take it in.
 *
 * Every variant is one system T Y = C with a triangular T: T is the matrix or its transpose, Y the solution or its transpose.
 * The columns of C are independent; chunks of them are the grid.
 */

import { at } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Params, RoutineContext, RoutinePlan, RoutineStep } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { storageOf, valueOf } from "../kernel/storage.ts";
import type { Expr, ValueDType } from "../kernel/types.ts";
import { copyStep } from "./index-copy.ts";
import { blockSize, inTiles, sums } from "./linalg-blocks.ts";

export interface TriangularSolveParams extends Params {
  /** Solves op(A) X = B; X op(A) = B otherwise. */
  readonly leftSide: boolean;
  /** Which triangle of A is read. */
  readonly lower: boolean;
  /** op(A) is the transpose of A. */
  readonly transposeA: boolean;
  /** op(A) is conjugated, which changes nothing for the dtypes that there are. */
  readonly conjugateA: boolean;
  /** The diagonal counts as ones and is not read. */
  readonly unitDiagonal: boolean;
}

/** Columns of C that one iteration of the grid solves for, so that they share what they read of T. */
const chunkSize = 32;

export function planTriangularSolve(context: RoutineContext<TriangularSolveParams>): RoutinePlan {
  return planSolve(context, chunkSize);
}

/** Each column by itself, for targets with many invocations. */
export function planGridSolve(context: RoutineContext<TriangularSolveParams>): RoutinePlan {
  return planSolve(context, 1);
}

function planSolve({ params, inAvals }: RoutineContext<TriangularSolveParams>, chunk: number): RoutinePlan {
  const [a, b] = [at(inAvals, 0), at(inAvals, 1)];
  const length = sizeOf(b.shape);
  if (length === 0) return { scratch: [], steps: [] };
  const size = at(a.shape, -1);
  const system: System = {
    params, dtype: b.dtype, size, columns: at(b.shape, params.leftSide ? -1 : -2), count: sizeOf(a.shape.slice(0, -2)), chunk,
  };
  return { scratch: [], steps: [copyStep("solve_copy", 1, b), new SolveKernel(system).step()] };
}

interface System {
  readonly params: TriangularSolveParams;
  readonly dtype: DType;
  /** Unknowns of each column. */
  readonly size: number;
  readonly columns: number;
  /** Systems in the batch. */
  readonly count: number;
  /** Columns of a chunk. */
  readonly chunk: number;
}

/** Where one chunk of columns of one system lies. */
interface Chunk {
  readonly matrixStart: Expr;
  readonly solutionStart: Expr;
  readonly firstColumn: Expr;
  readonly endColumn: Expr;
}

class SolveKernel {
  readonly #system: System;
  readonly #builder = new KernelBuilder("triangular_solve");
  readonly #matrix: string;
  readonly #solution: string;
  readonly #dtype: ValueDType;
  /** Whether T is the transpose of the matrix as it lies in memory. */
  readonly #isFlipped: boolean;
  /** Whether T is lower triangular, so that the first unknown comes first. */
  readonly #isForward: boolean;

  constructor(system: System) {
    const { params, dtype, size, columns, count } = system;
    this.#system = system;
    this.#dtype = valueOf(dtype);
    this.#isFlipped = params.leftSide === params.transposeA;
    this.#isForward = params.lower !== this.#isFlipped;
    this.#matrix = this.#builder.buffer("matrix", { dtype: storageOf(dtype), length: count * size * size, access: "read" });
    this.#solution = this.#builder.buffer("solution", { dtype: storageOf(dtype), length: count * size * columns, access: "readWrite" });
  }

  step(): RoutineStep {
    const builder = this.#builder;
    const { size, columns, count, chunk: width } = this.#system;
    const chunks = Math.ceil(columns / width);
    builder.for("grid", 0, count * chunks, 1, (index) => {
      const system = builder.let(k.div(index, chunks), "system");
      const firstColumn = builder.let(k.mul(k.rem(index, chunks), width), "firstColumn");
      const endColumn = builder.let(k.min(k.add(firstColumn, width), columns), "endColumn");
      const chunk: Chunk = {
        matrixStart: builder.let(k.mul(system, size * size), "matrixStart"), solutionStart: builder.let(k.mul(system, size * columns), "solutionStart"),
        firstColumn, endColumn,
      };
      builder.for("serial", 0, size, blockSize, (first) => {
        const end = builder.let(k.min(k.add(first, blockSize), size), "end");
        if (this.#system.params.leftSide) this.#columnsInside(chunk, first, end);
        else this.#columnsOutside(chunk, first, end);
      }, "first");
    }, "chunk");
    return { kernel: builder.build(), buffers: [{ from: "input", index: 0 }, { from: "output", index: 0 }], extent: count * chunks };
  }

  /** Columns are contiguous in each row of the solution, so they are the innermost loop. */
  #columnsInside(chunk: Chunk, first: Expr, end: Expr): void {
    const builder = this.#builder;
    const eachColumn = (body: (column: Expr) => void): void => builder.for(this.#system.chunk === 1 ? "serial" : "simd", chunk.firstColumn, chunk.endColumn, 1, body, "column");
    builder.for("serial", first, end, 1, (step) => {
      const row = builder.let(this.#unknown(step), "row");
      const pivot = this.#pivot(chunk, row);
      eachColumn((column) => this.#solve(chunk, row, column, first, step, pivot));
    }, "step");
    const [from, to] = this.#unsolved(end);
    inTiles(builder, from, to, (rows) => eachColumn((column) => this.#takeIn(chunk, rows, [column], first, end)));
  }

  /** Each column is contiguous, and so are the unknowns that take a block in. */
  #columnsOutside(chunk: Chunk, first: Expr, end: Expr): void {
    const builder = this.#builder;
    builder.for("serial", chunk.firstColumn, chunk.endColumn, 1, (column) => {
      builder.for("serial", first, end, 1, (step) => {
        const row = builder.let(this.#unknown(step), "row");
        this.#solve(chunk, row, column, first, step, this.#pivot(chunk, row));
      }, "step");
    }, "column");
    const [from, to] = this.#unsolved(end);
    inTiles(builder, chunk.firstColumn, chunk.endColumn, (columns) => {
      builder.for("simd", from, to, 1, (row) => this.#takeIn(chunk, [row], columns, first, end), "row");
    });
  }

  /** The unknown that is found in a step. */
  #unknown(step: Expr): Expr {
    return this.#isForward ? step : k.sub(k.int(this.#system.size - 1), step);
  }

  /** The unknowns that are not found in `end` steps. */
  #unsolved(end: Expr): readonly [from: Expr, to: Expr] {
    const size = k.int(this.#system.size);
    return this.#isForward ? [end, size] : [k.int(0), k.sub(size, end)];
  }

  /** The element of the diagonal; null where it counts as one. */
  #pivot(chunk: Chunk, row: Expr): Expr | null {
    return this.#system.params.unitDiagonal ? null : this.#coefficient(chunk, row, row);
  }

  #coefficient({ matrixStart }: Chunk, row: Expr, column: Expr): Expr {
    const [outer, inner] = this.#isFlipped ? [column, row] : [row, column];
    return this.#builder.load(this.#matrix, k.add(k.add(matrixStart, k.mul(outer, this.#system.size)), inner));
  }

  #place({ solutionStart }: Chunk, row: Expr, column: Expr): Expr {
    const { params, size, columns } = this.#system;
    return k.add(solutionStart, params.leftSide ? k.add(k.mul(row, columns), column) : k.add(k.mul(column, size), row));
  }

  /**
   * Sums of T[row, u] Y[u, column] over the unknowns u that the steps from `first` to `end` find: for several rows and one
   * column, or for one row and several columns.
   */
  #products(chunk: Chunk, rows: readonly Expr[], columns: readonly Expr[], first: Expr, end: Expr): readonly Expr[] {
    const builder = this.#builder;
    return sums(builder, this.#dtype, rows.length * columns.length, first, end, (step) => {
      const unknown = this.#unknown(step);
      const coefficients = rows.map((row) => this.#coefficient(chunk, row, unknown));
      const known = columns.map((column) => builder.load(this.#solution, this.#place(chunk, unknown, column)));
      return coefficients.flatMap((coefficient) => known.map((value) => k.mul(coefficient, value)));
    });
  }

  #takeIn(chunk: Chunk, rows: readonly Expr[], columns: readonly Expr[], first: Expr, end: Expr): void {
    const builder = this.#builder;
    const products = this.#products(chunk, rows, columns, first, end);
    rows.flatMap((row) => columns.map((column) => this.#place(chunk, row, column))).forEach((place, which) => {
      builder.store(this.#solution, place, k.sub(builder.load(this.#solution, place), at(products, which)));
    });
  }

  #solve(chunk: Chunk, row: Expr, column: Expr, first: Expr, step: Expr, pivot: Expr | null): void {
    const place = this.#place(chunk, row, column);
    const rest = k.sub(this.#builder.load(this.#solution, place), at(this.#products(chunk, [row], [column], first, step), 0));
    this.#builder.store(this.#solution, place, pivot === null ? rest : k.div(rest, pivot));
  }
}
