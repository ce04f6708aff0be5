/**
 * @file Which kernels are contractions, and which tile each gets: a fold whose operands move with different parallel loops, so
 * that what one invocation loads can serve many results.
 */

import { declaredName, definitionsIn, exprsOf, forEachExpr, forEachStmt, mentionsAny } from "../kernel/walk.ts";
import type { ForStmt, Kernel } from "../kernel/types.ts";
import { at } from "../base/assert.ts";
import { vectorWidth } from "../kernel/vectors.ts";
import type { Capabilities, GridTuning } from "../target.ts";
import { iterationsOf, movesInVectors } from "./gpu-map.ts";
import type { RowProgram } from "./gpu-rows.ts";
import { stageTile } from "./gpu-stage.ts";
import { inRegisters, type Contraction, type Registers } from "./gpu-tile.ts";
import { extentOf, loadPattern, loadsIn, perfectNest } from "./nest.ts";
import { findTile } from "./tile.ts";

export function contractionOf(kernel: Kernel, { nest, loops }: RowProgram): Contraction | null {
  const [loop] = loops;
  if (loop === undefined || loops.length > 1 || loop.accumulators.length === 0 || iterationsOf(nest) === null) return null;
  const folds = perfectNest(loop.statement);
  let isPlain = folds.every((fold) => extentOf(fold) !== null);
  forEachStmt([loop.statement], ({ kind }) => { isPlain &&= kind !== "store" && kind !== "if" && kind !== "while"; });
  const definitions = definitionsIn(kernel.body);
  const place = isPlain ? findTile(nest, folds, loadsIn([loop.statement]).map((load) => loadPattern(load, definitions))) : null;
  if (place === null) return null;
  const [first, second] = [at(nest.loops, place.rows), at(nest.loops, place.columns)];
  const moves = (candidate: ForStmt): boolean => (
    (extentOf(candidate) ?? 1) % vectorWidth === 0 && movesInVectors(nest.body, candidate.index, definitions)
  );
  const [rows, columns] = !moves(second) && moves(first) ? [second, first] : [first, second];
  return { kernel, nest, rows, columns, folds, statement: loop.statement, inVectors: moves(columns) };
}

export function scheduleContraction(contraction: Contraction, tuning: GridTuning, { maxOpsPerKernel, workgroupBytes, maxWorkgroup }: Capabilities): Kernel | null {
  const registers = registersFor(contraction, tuning, maxOpsPerKernel);
  if (tuning.tile.staged) {
    const staged = stageTile(contraction, registers, tuning, { workgroupBytes, maxWorkgroup });
    if (staged !== null) return staged;
  }
  return inRegisters(contraction, registers, tuning);
}

/** The register tile of the tuning, smaller where there are fewer rows and columns, or where the code would be too long. */
function registersFor(contraction: Contraction, { tile }: GridTuning, maxOps: number): Registers {
  const unit = contraction.inVectors ? vectorWidth : 1;
  const powerFor = (extent: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, extent)));
  let rows = Math.min(tile.registers[0], powerFor(extentOf(contraction.rows) ?? 1));
  let columns = Math.max(unit, Math.min(tile.registers[1], powerFor(extentOf(contraction.columns) ?? 1)));
  const operations = operationsIn(contraction);
  while (operations(rows, columns / unit) > maxOps && rows * columns > unit) {
    if (rows >= columns / unit) rows /= 2;
    else columns /= 2;
  }
  return { rows, columns };
}

/** How many operations there are in a tile of rows and columns: each statement once for all rows, columns or both that it moves with. */
function operationsIn({ nest, rows, columns }: Contraction): (rows: number, columns: number) => number {
  const counts = { none: 0, rows: 0, columns: 0, both: 0 };
  const [onRows, onColumns] = [new Set([rows.index]), new Set([columns.index])];
  forEachStmt(nest.body, (statement) => {
    const exprs = exprsOf(statement);
    const [withRows, withColumns] = [onRows, onColumns].map((names) => exprs.some((expr) => mentionsAny(expr, names)));
    const name = statement.kind === "assign" ? statement.name : declaredName(statement);
    if (name !== null && withRows === true) onRows.add(name);
    if (name !== null && withColumns === true) onColumns.add(name);
    const kind = withRows === true ? (withColumns === true ? "both" : "rows") : withColumns === true ? "columns" : "none";
    for (const expr of exprs) forEachExpr(expr, (node) => { counts[kind] += node.kind === "op" ? 1 : 0; });
  });
  return (height, width) => counts.none + counts.rows * height + counts.columns * width + counts.both * height * width;
}
