/**
 * @file Contractions on a grid. An invocation keeps a register tile, rows times columns of accumulators, so that what it loads
 * serves all of them; columns are vectors of 4 where memory allows. Where the tuning asks for it, the invocations of a
 * workgroup first bring a step's operands into workgroup memory together (`gpu-stage.ts`).
 *
 * At an edge a tile computes its last row or column again instead of one beyond: the same value to the same place.
 */

import { at } from "../base/assert.ts";
import { add, int, min, mul } from "../kernel/build.ts";
import type { Expr, ForStmt, Kernel, RefExpr, Stmt } from "../kernel/types.ts";
import { vectorWidth } from "../kernel/vectors.ts";
import { freshNames, mapStmts, storesIn, substituteIn, withBody } from "../kernel/walk.ts";
import type { GridTuning } from "../target.ts";
import { countedLoop, indexName, indicesOf, iterationsOf, overInvocations } from "./gpu-map.ts";
import { jam, type JamContext } from "./jam.ts";
import { extentOf, type Nest } from "./nest.ts";
import { vectorize } from "./vectorize.ts";

/** A contraction taken apart. */
export interface Contraction {
  readonly kernel: Kernel;
  readonly nest: Nest;
  readonly rows: ForStmt;
  readonly columns: ForStmt;
  /** The loop of products and those around it, outermost first. */
  readonly folds: readonly ForStmt[];
  readonly statement: ForStmt;
  /** Whether four columns are a vector in memory. */
  readonly inVectors: boolean;
}

/** Sizes of a tile: what one invocation keeps. */
export interface Registers {
  readonly rows: number;
  readonly columns: number;
}

/** Tiles without workgroup memory: each invocation loads what it needs. */
export function inRegisters(contraction: Contraction, registers: Registers, tuning: GridTuning): Kernel | null {
  const { kernel, nest, rows, columns } = contraction;
  const fresh = freshNames(kernel);
  const [rowBlock, columnBlock, iteration] = [indexName(fresh("rowBlock")), indexName(fresh("columnBlock")), indexName(fresh("iteration"))];
  const count = (loop: ForStmt, by: number): number => Math.ceil((extentOf(loop) ?? 1) / by);
  const blocks: Nest = {
    loops: nest.loops.map((loop) => {
      if (loop === rows) return { ...loop, index: rowBlock.name, end: int(count(loop, registers.rows)) };
      return loop === columns ? { ...loop, index: columnBlock.name, end: int(count(loop, registers.columns)) } : loop;
    }),
    body: [],
  };
  const total = iterationsOf(blocks) ?? 1;
  const tile = registerTile(contraction, registers, fresh, {
    body: nest.body, row: (number) => add(mul(rowBlock, registers.rows), number), column: (number) => add(mul(columnBlock, registers.columns), number),
    isWholeRows: (extentOf(rows) ?? 1) % registers.rows === 0, isWholeColumns: (extentOf(columns) ?? 1) % registers.columns === 0,
    inTile: null,
  });
  const made = overInvocations(kernel, total, Math.min(tuning.workgroup, total), iteration, fresh, [...indicesOf(blocks, iteration), ...tile.statements]);
  return tile.jammed(made);
}

export interface TilePlaces {
  readonly body: readonly Stmt[];
  /** The row with this number in the tile, and the column; they may lie beyond the edge. */
  readonly row: (number: Expr) => Expr;
  readonly column: (number: Expr) => Expr;
  readonly isWholeRows: boolean;
  readonly isWholeColumns: boolean;
  /** Names for the place of a row and of a column in the workgroup's tile, which is never cut at an edge; null where none uses them. */
  readonly inTile: TileNames | null;
}

export interface TileNames {
  readonly rowName: RefExpr;
  readonly row: (number: Expr) => Expr;
  readonly columnName: RefExpr;
  readonly column: (number: Expr) => Expr;
}

export interface TileCode {
  /** Loops over the rows and columns of a tile around the body. */
  readonly statements: readonly Stmt[];
  /** The kernel that holds the statements with the loops jammed, and with vectors; null where there are none to be had. */
  readonly jammed: (kernel: Kernel) => Kernel | null;
}

export function registerTile(contraction: Contraction, registers: Registers, fresh: (name: string) => string, places: TilePlaces): TileCode {
  const { rows, columns, inVectors } = contraction;
  const unit = inVectors ? vectorWidth : 1;
  const [row, column, element] = [indexName(fresh("row")), indexName(fresh("column")), indexName(fresh("element"))];
  const lastRow = (extentOf(rows) ?? 1) - 1;
  const lastColumn = (extentOf(columns) ?? 1) - unit;
  const within = (place: Expr, last: number, isWhole: boolean): Expr => (isWhole ? place : min(place, last));
  const { inTile } = places;
  const own: readonly Stmt[] = [
    { kind: "let", name: rows.index, value: within(places.row(row), lastRow, places.isWholeRows) },
    ...(inTile === null ? [] : [{ kind: "let", name: inTile.rowName.name, value: inTile.row(row) } satisfies Stmt]),
  ];
  const firsts: (readonly [RefExpr, Expr])[] = [[indexName(columns.index), within(places.column(mul(column, unit)), lastColumn, places.isWholeColumns)]];
  if (inTile !== null) firsts.push([inTile.columnName, inTile.column(mul(column, unit))]);
  const inner = innerColumns(places.body, firsts, inVectors, element, fresh);
  const loops = countedLoop("serial", row.name, int(registers.rows), [countedLoop("serial", column.name, int(registers.columns / unit), [...own, ...inner])]);
  return {
    statements: [loops],
    jammed: (kernel) => {
      const { kernel: vectorized, notes } = inVectors ? vectorize(kernel, vectorWidth) : { kernel, notes: [] };
      if (notes.length > 0) return null;
      const context: JamContext = { fresh: freshNames(vectorized), written: storesIn(vectorized.body) };
      return jamLoops(jamLoops(vectorized, column, context), row, context);
    },
  };
}

/** The body in a column, or in a vector of them: `firsts` are the names that count columns, and what each begins at. */
function innerColumns(
  body: readonly Stmt[], firsts: readonly (readonly [RefExpr, Expr])[], inVectors: boolean, element: RefExpr, fresh: (name: string) => string,
): readonly Stmt[] {
  if (!inVectors) return [...firsts.map(([{ name }, value]): Stmt => ({ kind: "let", name, value })), ...body];
  const bases = firsts.map(([{ name }]) => indexName(fresh(name)));
  const places = firsts.map(([{ name }], number): [string, Expr] => [name, add(at(bases, number), element)]);
  return [
    ...firsts.map(([, value], number): Stmt => ({ kind: "let", name: at(bases, number).name, value })),
    countedLoop("simd", element.name, int(vectorWidth), substituteIn(body, new Map(places))),
  ];
}

/** The loop with this index, all its iterations side by side; gone where it had one. */
function jamLoops(kernel: Kernel, index: RefExpr, context: JamContext): Kernel {
  return withBody(kernel, mapStmts(kernel.body, (statement) => {
    if (statement.kind !== "for" || statement.index !== index.name) return statement;
    return jam(statement.body, statement.index, int(0), extentOf(statement) ?? 1, context);
  }));
}
