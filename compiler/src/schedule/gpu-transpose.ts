/**
 * @file Maps that read across memory, as transposes do, through workgroup memory: the invocations of a workgroup read a square
 * tile along the array that lies across, meet, and go through the tile along the result, so that neighbours touch neighbours
 * both ways. Rows of the tile are one element longer, so that a column of it lies in different banks.
 */

import { add, and, div, int, lt, min, mul, ref, rem } from "../kernel/build.ts";
import type { ArrayDecl, Expr, ForStmt, Kernel, LoadStmt, RefExpr, Stmt } from "../kernel/types.ts";
import { definitionsIn, forEachExpr, forEachStmt, freshNames, mapStmts, resolved, substitute, substituteIn } from "../kernel/walk.ts";
import type { Capabilities, GridTuning } from "../target.ts";
import { countedLoop, indexName, indicesOf, iterationsOf } from "./gpu-map.ts";
import { extentOf, loadPattern, loadsIn, type Nest } from "./nest.ts";

/** A tile's side is at least so long. */
const leastSide = 4;

interface Crossing {
  readonly load: LoadStmt;
  /** The place over the indices of the loops alone. */
  readonly index: Expr;
}

/** The kernel with its reads across memory staged; null where there are none. */
export function stageTransposes(kernel: Kernel, nest: Nest, tuning: GridTuning, limits: Pick<Capabilities, "workgroupBytes" | "maxWorkgroup">): Kernel | null {
  const found = crossingsIn(kernel, nest);
  if (found === null) return null;
  const { rows, columns, crossings } = found;
  const [height, width] = [extentOf(rows) ?? 1, extentOf(columns) ?? 1];
  let side = tuning.transposeTile;
  while (side > Math.min(height, width) || crossings.length * side * (side + 1) * 4 > limits.workgroupBytes || side > limits.maxWorkgroup) side /= 2;
  if (side < leastSide) return null;

  const fresh = freshNames(kernel);
  const name = (hint: string): RefExpr => indexName(fresh(hint));
  const workgroup = Math.min(side * side, 2 ** Math.floor(Math.log2(limits.maxWorkgroup)));
  const [group, rowTile, columnTile] = [name("group"), name("rowTile"), name("columnTile")];
  const tileNest: Nest = {
    loops: [
      ...nest.loops.filter((loop) => loop !== rows && loop !== columns),
      countedLoop("grid", rowTile.name, int(Math.ceil(height / side)), []), countedLoop("grid", columnTile.name, int(Math.ceil(width / side)), []),
    ],
    body: [],
  };
  const arrays = crossings.map(({ load }): ArrayDecl => (
    { name: fresh("tile"), space: "workgroup", dtype: load.type.dtype, length: side * (side + 1), values: null }
  ));

  /** All places of the tile, dealt to the invocations; neighbours follow each other along `near`. */
  const inTile = (near: RefExpr, far: RefExpr, body: readonly Stmt[]): Stmt => {
    const [lane, trip, number] = [name("lane"), name("trip"), name("number")];
    const turns = (side * side) / workgroup;
    return countedLoop("local", lane.name, int(workgroup), [countedLoop(turns <= 8 ? "unrolled" : "serial", trip.name, int(turns), [
      { kind: "let", name: number.name, value: add(mul(trip, workgroup), lane) },
      { kind: "let", name: near.name, value: rem(number, side) }, { kind: "let", name: far.name, value: div(number, side) },
      ...body,
    ])]);
  };
  const row = (number: Expr): Expr => add(mul(rowTile, side), number);
  const column = (number: Expr): Expr => add(mul(columnTile, side), number);
  const isWhole = height % side === 0 && width % side === 0;

  const [fillRow, fillColumn] = [name("row"), name("column")];
  // Beyond an edge the last element is read again, and not used.
  const places = new Map([[rows.index, min(row(fillRow), height - 1)], [columns.index, min(column(fillColumn), width - 1)]]);
  const fills = crossings.flatMap(({ load, index }, number): readonly Stmt[] => {
    const held = fresh(load.name);
    const place = add(mul(fillColumn, side + 1), fillRow);
    return [
      { ...load, name: held, index: substitute(index, places) },
      { kind: "store", buffer: arrays[number]?.name ?? "", index: place, value: ref(held, load.type), mask: null },
    ];
  });

  const [ownRow, ownColumn] = [name("row"), name("column")];
  const staged = new Map(crossings.map(({ load }, number) => [load.name, arrays[number]?.name ?? ""]));
  const body = mapStmts(nest.body, (statement) => {
    const tile = statement.kind === "load" ? staged.get(statement.name) : undefined;
    return statement.kind === "load" && tile !== undefined ? { ...statement, buffer: tile, index: add(mul(ownColumn, side + 1), ownRow) } : statement;
  });
  const named = substituteIn(body, new Map([[rows.index, row(ownRow)], [columns.index, column(ownColumn)]]));
  const guarded: readonly Stmt[] = isWhole ? named : [
    { kind: "if", condition: and(lt(row(ownRow), height), lt(column(ownColumn), width)), then: named, otherwise: [] },
  ];
  return {
    ...kernel, workgroup, arrays: [...kernel.arrays, ...arrays],
    body: [countedLoop("grid", group.name, int(iterationsOf(tileNest) ?? 1), [
      ...indicesOf(tileNest, group), inTile(fillRow, fillColumn, fills), { kind: "barrier" }, inTile(ownColumn, ownRow, guarded),
    ])],
  };
}

/** The loads that follow another loop than the innermost one through memory; null where there are none that can be staged. */
function crossingsIn(kernel: Kernel, nest: Nest): { readonly rows: ForStmt; readonly columns: ForStmt; readonly crossings: readonly Crossing[] } | null {
  const columns = nest.loops.at(-1);
  let isPlain = iterationsOf(nest) !== null && kernel.arrays.length === 0;
  forEachStmt(nest.body, ({ kind }) => { isPlain &&= kind === "let" || kind === "load" || kind === "store"; });
  if (columns === undefined || !isPlain) return null;
  const definitions = definitionsIn(kernel.body);
  const known = new Set(nest.loops.map(({ index }) => index));
  const stable = new Set(kernel.buffers.flatMap(({ name, access }) => (access === "read" ? [name] : [])));
  let rows: ForStmt | undefined;
  const crossings = loadsIn(nest.body).flatMap((load): readonly Crossing[] => {
    const pattern = loadPattern(load, definitions);
    const along = nest.loops.find(({ index }) => pattern.stride(index) === 1);
    const across = pattern.stride(columns.index) ?? 0;
    if (along === undefined || along === columns || across < leastSide || load.mask !== null || !stable.has(load.buffer)) return [];
    const index = resolved(load.index, definitions);
    let alone = true;
    forEachExpr(index, (node) => { alone &&= node.kind !== "ref" || known.has(node.name); });
    rows ??= along;
    return alone && rows === along ? [{ load, index }] : [];
  });
  return rows === undefined || crossings.length === 0 ? null : { rows, columns, crossings };
}
