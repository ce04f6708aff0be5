/**
 * @file The kernels of cholesky on a grid, in blocks of columns as the serial kernel: a workgroup factors the block on the
 * diagonal, an invocation finishes each row below it, and an invocation takes the block into each element behind it. The first
 * column of the block is a scalar parameter, so that all blocks share three kernels.
 */

import { at } from "../base/assert.ts";
import { range, sizeOf } from "../base/shape.ts";
import type { RoutineContext, RoutinePlan, RoutineStep } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { storageOf, valueOf } from "../kernel/storage.ts";
import type { Expr, StorageDType, ValueDType } from "../kernel/types.ts";
import type { NoParams } from "./define.ts";
import { blockSize, sums } from "./linalg-blocks.ts";
import { planCholesky } from "./linalg-cholesky-kernel.ts";

/** Matrices up to this size are factored by an invocation each: a workgroup would wait more than it computes. */
const smallSize = 8;

export function planGridCholesky(context: RoutineContext<NoParams>): RoutinePlan {
  const { shape, dtype } = at(context.inAvals, 0);
  const size = at(shape, -1);
  if (size <= smallSize) return planCholesky(context);
  const count = sizeOf(shape.slice(0, -2));
  if (count === 0) return { scratch: [], steps: [] };
  const matrices: Matrices = { storage: storageOf(dtype), dtype: valueOf(dtype), size, count };
  const [diagonal, panel, trailing] = [diagonalStep(matrices), panelStep(matrices), trailingStep(matrices)];
  const steps = range(Math.ceil(size / blockSize)).flatMap((block): readonly RoutineStep[] => {
    const scalars = [block * blockSize];
    const isLast = (block + 1) * blockSize >= size;
    return (isLast ? [diagonal] : [diagonal, panel, trailing]).map((step) => ({ ...step, scalars }));
  });
  return { scratch: [{ dtype: "int32", length: count }], steps: [triangleStep(matrices), ...steps, failureStep(matrices)] };
}

interface Matrices {
  readonly storage: StorageDType;
  readonly dtype: ValueDType;
  readonly size: number;
  /** Matrices of the batch. */
  readonly count: number;
}

const factorBuffer: RoutineStep["buffers"] = [{ from: "output", index: 0 }];
const factorAndFlags: RoutineStep["buffers"] = [...factorBuffer, { from: "scratch", index: 0 }];

function factorOf(builder: KernelBuilder, { storage, size, count }: Matrices): string {
  return builder.buffer("factor", { dtype: storage, length: count * size * size, access: "readWrite" });
}

/** Whether factoring failed, for each matrix. */
function flagsOf(builder: KernelBuilder, { count }: Matrices): string {
  return builder.buffer("flags", { dtype: "int32", length: count, access: "readWrite" });
}

/** Row and column of an element by its place in all matrices. */
function rowAndColumn(builder: KernelBuilder, index: Expr, size: number): readonly [row: Expr, column: Expr] {
  return [builder.let(k.rem(k.div(index, size), size), "row"), builder.let(k.rem(index, size), "column")];
}

/** The lower triangle of the matrix, zeros above it. */
function triangleStep(matrices: Matrices): RoutineStep {
  const { storage, dtype, size, count } = matrices;
  const builder = new KernelBuilder("cholesky_copy");
  const length = count * size * size;
  const matrix = builder.buffer("matrix", { dtype: storage, length, access: "read" });
  const factor = builder.buffer("factor", { dtype: storage, length, access: "write" });
  builder.for("grid", 0, length, 1, (index) => {
    const [row, column] = rowAndColumn(builder, index, size);
    const element = builder.load(matrix, index);
    builder.store(factor, index, k.select(k.le(column, row), element, k.constant(0, dtype)));
  }, "index");
  return { kernel: builder.build(), buffers: [{ from: "input", index: 0 }, ...factorBuffer], extent: length };
}

/**
 * The block on the diagonal, in workgroup memory; a row of it for each invocation. Its diagonal there keeps the squares of
 * the pivots: one that is not positive has no root. A NaN is not counted: it reaches what depends on it by itself.
 */
function diagonalStep(matrices: Matrices): RoutineStep {
  const { dtype, size, count } = matrices;
  const builder = new KernelBuilder("cholesky_diagonal");
  const first = builder.scalar("first", "int32");
  const factor = factorOf(builder, matrices);
  const flags = flagsOf(builder, matrices);
  const block = builder.array("block", { space: "workgroup", dtype, length: blockSize * blockSize });
  const inBlock = (row: Expr, column: Expr): Expr => k.add(k.mul(row, blockSize), column);
  builder.for("grid", 0, count, 1, (matrix) => {
    const width = builder.let(k.min(k.sub(k.int(size), first), blockSize), "width");
    const placeOf = (row: Expr, column: Expr): Expr => k.add(k.mul(k.add(k.add(k.mul(matrix, size), first), row), size), k.add(first, column));
    /** A body for each row of the block. */
    const eachRow = (body: (row: Expr) => void): void => {
      builder.for("local", 0, blockSize, 1, (row) => builder.if(k.lt(row, width), () => body(row)), "row");
      builder.barrier();
    };
    eachRow((row) => builder.for("serial", 0, k.add(row, 1), 1, (column) => {
      builder.store(block, inBlock(row, column), builder.load(factor, placeOf(row, column)));
    }, "column"));
    builder.for("serial", 0, width, 1, (column) => {
      eachRow((row) => builder.if(k.ge(row, column), () => {
        const products = sums(builder, dtype, 1, k.int(0), column, (p) => [k.mul(builder.load(block, inBlock(row, p)), builder.load(block, inBlock(column, p)))]);
        builder.store(block, inBlock(row, column), k.sub(builder.load(block, inBlock(row, column)), at(products, 0)));
      }));
      eachRow((row) => builder.if(k.gt(row, column), () => {
        const pivot = k.op("sqrt", builder.load(block, inBlock(column, column)));
        builder.store(block, inBlock(row, column), k.div(builder.load(block, inBlock(row, column)), pivot));
      }));
    }, "column");
    builder.for("local", 0, blockSize, 1, (row) => {
      builder.if(k.lt(row, width), () => {
        builder.for("serial", 0, row, 1, (column) => builder.store(factor, placeOf(row, column), builder.load(block, inBlock(row, column))), "column");
        builder.store(factor, placeOf(row, row), k.op("sqrt", builder.load(block, inBlock(row, row))));
      });
      builder.if(k.eq(row, 0), () => {
        const failed = builder.var(k.and(k.ne(first, 0), k.ne(builder.load(flags, matrix), 0)), "failed");
        builder.for("serial", 0, width, 1, (column) => builder.assign(failed, k.or(failed, k.le(builder.load(block, inBlock(column, column)), 0))), "column");
        builder.store(flags, matrix, k.select(failed, k.int(1), k.int(0)));
      });
    }, "row");
  }, "matrix");
  return { kernel: builder.build({ workgroup: blockSize }), buffers: factorAndFlags, extent: count };
}

/** The block's columns of every row below it. */
function panelStep(matrices: Matrices): RoutineStep {
  const { dtype, size, count } = matrices;
  const builder = new KernelBuilder("cholesky_panel");
  const first = builder.scalar("first", "int32");
  const factor = factorOf(builder, matrices);
  builder.for("grid", 0, count * size, 1, (index) => {
    const end = builder.let(k.add(first, blockSize), "end");
    const row = builder.let(k.rem(index, size), "row");
    builder.if(k.ge(row, end), () => {
      const ownStart = builder.let(k.mul(index, size), "ownStart");
      const matrixStart = builder.let(k.mul(k.sub(index, row), size), "matrixStart");
      builder.for("serial", first, end, 1, (column) => {
        const columnStart = builder.let(k.add(matrixStart, k.mul(column, size)), "columnStart");
        const products = sums(builder, dtype, 1, first, column, (p) => [k.mul(builder.load(factor, k.add(ownStart, p)), builder.load(factor, k.add(columnStart, p)))]);
        const place = k.add(ownStart, column);
        const rest = k.sub(builder.load(factor, place), at(products, 0));
        builder.store(factor, place, k.div(rest, builder.load(factor, k.add(columnStart, column))));
      }, "column");
    });
  }, "index");
  return { kernel: builder.build(), buffers: factorBuffer, extent: count * size };
}

/** What a finished block gives to every element of the lower triangle behind it. */
function trailingStep(matrices: Matrices): RoutineStep {
  const { dtype, size, count } = matrices;
  const builder = new KernelBuilder("cholesky_trailing");
  const first = builder.scalar("first", "int32");
  const factor = factorOf(builder, matrices);
  const extent = count * size * size;
  builder.for("grid", 0, extent, 1, (index) => {
    const [row, column] = rowAndColumn(builder, index, size);
    const end = builder.let(k.add(first, blockSize), "end");
    builder.if(k.and(k.ge(column, end), k.le(column, row)), () => {
      const rowStart = builder.let(k.sub(index, column), "rowStart");
      const columnStart = builder.let(k.sub(rowStart, k.mul(k.sub(row, column), size)), "columnStart");
      const products = sums(builder, dtype, 1, first, end, (p) => [k.mul(builder.load(factor, k.add(rowStart, p)), builder.load(factor, k.add(columnStart, p)))]);
      builder.store(factor, index, k.sub(builder.load(factor, index), at(products, 0)));
    });
  }, "index");
  return { kernel: builder.build(), buffers: factorBuffer, extent };
}

/** NaN in the lower triangle of a matrix that has no factor. */
function failureStep(matrices: Matrices): RoutineStep {
  const { dtype, size, count } = matrices;
  const builder = new KernelBuilder("cholesky_failures");
  const factor = factorOf(builder, matrices);
  const flags = flagsOf(builder, matrices);
  const extent = count * size * size;
  builder.for("grid", 0, extent, 1, (index) => {
    const [row, column] = rowAndColumn(builder, index, size);
    const flag = builder.load(flags, k.div(index, size * size));
    builder.if(k.and(k.ne(flag, 0), k.le(column, row)), () => builder.store(factor, index, k.constant(Number.NaN, dtype)));
  }, "index");
  return { kernel: builder.build(), buffers: factorAndFlags, extent };
}
