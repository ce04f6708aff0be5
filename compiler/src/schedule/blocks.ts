/**
 * @file Elementwise kernels that read one array along its rows and another across: they run in square blocks, so that the lines
 * of memory read across are still in the cache when the next row needs their neighbours.
 */

import { at } from "../base/assert.ts";
import { add, int, min, mul, ref, scalarType, sub } from "../kernel/build.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "../kernel/types.ts";
import { definitionsIn, substituteIn } from "../kernel/walk.ts";
import type { JamContext } from "./jam.ts";
import { extentOf, loadPattern, loadsIn, type Nest } from "./nest.ts";

/** Rows and columns of a block: two of them of float64 fit the first cache many times. */
const blockSide = 32;

/** Loops around parts that run one after the other. */
export interface SquareBlocks {
  readonly loops: readonly ForStmt[];
  /** Whole blocks of columns, then the columns that are left: each with an innermost loop of a constant extent. */
  readonly parts: readonly Nest[];
}

/** The nest in blocks of its innermost loop and of the loop along which some array lies densely; null if there is none. */
export function inSquareBlocks(kernel: Kernel, nest: Nest, context: JamContext): SquareBlocks | null {
  const columns = nest.loops.length - 1;
  const rows = denseAcross(kernel, nest);
  if (rows === null) return null;
  const [row, column] = [at(nest.loops, rows), at(nest.loops, columns)];
  const rowBlock = splitLoop(row, context);
  const count = extentOf(column) ?? 0;
  const whole = Math.floor(count / blockSide);
  const [outerIndex, innerIndex] = [context.fresh(column.index), context.fresh(column.index)];
  const part = (loops: readonly ForStmt[], index: Expr): Nest => ({ loops, body: substituteIn(nest.body, new Map([[row.index, rowBlock.index], [column.index, index]])) });
  const inner = (extent: number): ForStmt => ({ ...column, loop: "simd", index: innerIndex, end: int(extent) });
  const place = (first: Expr): Expr => add(first, ref(innerIndex, scalarType("int32")));
  const blocks = part(
    [{ ...column, index: outerIndex, end: int(whole) }, rowBlock.inner, inner(blockSide)], place(mul(ref(outerIndex, scalarType("int32")), int(blockSide))),
  );
  const left = count - whole * blockSide;
  const rest = left === 0 ? [] : [part([rowBlock.inner, inner(left)], place(int(whole * blockSide)))];
  return { loops: [...nest.loops.slice(0, rows), rowBlock.outer, ...nest.loops.slice(rows + 1, columns)], parts: [blocks, ...rest] };
}

/** The loop, not the innermost, that moves some load by one element where the innermost one moves it far. */
function denseAcross(kernel: Kernel, nest: Nest): number | null {
  const column = nest.loops.at(-1);
  if (column === undefined || (extentOf(column) ?? 0) < 2 * blockSide) return null;
  const definitions = definitionsIn(kernel.body);
  for (const load of loadsIn(nest.body)) {
    const pattern = loadPattern(load, definitions);
    if (Math.abs(pattern.stride(column.index) ?? 0) < blockSide) continue;
    const rows = nest.loops.findIndex((loop) => loop !== column && pattern.stride(loop.index) === 1 && (extentOf(loop) ?? 0) >= 2 * blockSide);
    if (rows >= 0) return rows;
  }
  return null;
}

interface SplitLoop {
  readonly outer: ForStmt;
  readonly inner: ForStmt;
  /** What stands for the index of the loop that was split. */
  readonly index: Expr;
}

function splitLoop(loop: ForStmt, context: JamContext): SplitLoop {
  const extent = extentOf(loop) ?? 0;
  const [outerIndex, innerIndex] = [context.fresh(loop.index), context.fresh(loop.index)];
  const begin = mul(ref(outerIndex, scalarType("int32")), int(blockSide));
  const whole = extent % blockSide === 0;
  const inside: readonly Stmt[] = [];
  return {
    outer: { ...loop, index: outerIndex, end: int(Math.ceil(extent / blockSide)), body: inside },
    inner: { ...loop, loop: "simd", index: innerIndex, end: whole ? int(blockSide) : min(sub(int(extent), begin), int(blockSide)), body: inside },
    index: add(begin, ref(innerIndex, scalarType("int32"))),
  };
}
