/**
 * @file Contractions: register tiles, and copies of operands in the order in which the tiles read them.
 *
 * A tile is a block of rows jammed with a block of columns around one loop of products, so that every element that is loaded
 * serves a whole row or column of accumulators. An operand that would be read in large strides is packed first, by a kernel of
 * its own: blocks of `factor` rows (or columns), in each block step after step of the products, in each step the block's
 * elements side by side. Where float32 is computed in float64 anyway, both operands are packed as float64, so that the tiles
 * convert nothing.
 */

import { at, InternalError } from "../base/assert.ts";
import { add, convert, div, int, mul, ref, rem, scalarType } from "../kernel/build.ts";
import { rangeOf } from "../kernel/range.ts";
import type { BufferParam, Expr, ForStmt, Kernel, LoadStmt, Stmt, StorageDType, ValueDType } from "../kernel/types.ts";
import { definitionsIn, forEachExpr, forEachExprIn, forEachStmt, freshNames, mapExprsIn, mapStmts, storesIn, withBody } from "../kernel/walk.ts";
import { blockLoop, type JamContext } from "./jam.ts";
import { extentOf, limitOf, loadPattern, withNest, type LoadPattern, type Nest } from "./nest.ts";
import type { Scheduled, ScheduledBuffer } from "./scheduled.ts";

/** The loops of a tile: places in the nest's loops. Accumulators per block of rows and of columns. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly factors: readonly [rows: number, columns: number];
}

export interface TileOptions {
  /** Whether the rows and columns beside the last whole tile are written out or a loop. */
  readonly rest: "jam" | "loop";
  /** Whether float32 is computed in float64. */
  readonly wide: boolean;
  /** Whether operands may be packed by kernels of their own. */
  readonly mayPack: boolean;
}

/** An operand is packed only if each of its elements serves at least so many others; if only to convert it, twice as many. */
const leastReuse = 16;
/** Elements above which an operand is not packed only to convert it. */
const mostConverted = 2 ** 23;

/** The loops of rows and columns: the innermost parallel ones of which each has a load that the other does not move. */
export function findTile(nest: Nest, folds: readonly ForStmt[], loads: readonly LoadPattern[]): Pick<Tile, "rows" | "columns"> | null {
  const moving = loads.filter((load) => folds.some(({ index }) => load.dependsOn(index)));
  const serves = (moved: string, still: string): boolean => moving.some((load) => load.dependsOn(moved) && !load.dependsOn(still));
  for (let columns = nest.loops.length - 1; columns > 0; columns--) {
    for (let rows = columns - 1; rows >= 0; rows--) {
      const [row, column] = [at(nest.loops, rows).index, at(nest.loops, columns).index];
      if (serves(row, column) && serves(column, row)) return { rows, columns };
    }
  }
  return null;
}

/** The kernel in tiles, its operands packed where that pays. */
export function tileContraction(
  kernel: Kernel, nest: Nest, folds: readonly ForStmt[], tile: Tile, { rest, wide, mayPack }: TileOptions, { fresh }: JamContext,
): Scheduled {
  const asIs: Packed = { kernel, nest, scratch: [], steps: [], buffers: kernel.buffers.map((_, buffer) => ({ kind: "buffer", buffer })) };
  const packed = mayPack ? packOperands(asIs, folds, tile, wide, fresh) : asIs;
  const context: JamContext = { fresh, written: storesIn(packed.kernel.body) };
  const blocked = (loops: readonly ForStmt[], body: readonly Stmt[], depth: number): readonly Stmt[] => {
    const loop = loops[depth];
    if (loop === undefined) return body;
    const whole: ForStmt = { ...loop, body: blocked(loops, body, depth + 1) };
    if (depth === tile.columns) return blockLoop(whole, tile.factors[1], rest, context);
    return depth === tile.rows ? blockLoop(whole, tile.factors[0], rest, context) : [whole];
  };
  const main = withBody(packed.kernel, blocked(packed.nest.loops, packed.nest.body, 0));
  return { scratch: packed.scratch, steps: [...packed.steps, { kernel: main, buffers: packed.buffers }] };
}

interface Packed extends Scheduled {
  readonly kernel: Kernel;
  readonly nest: Nest;
  /** What the main kernel binds. */
  readonly buffers: readonly ScheduledBuffer[];
}

function packOperands(asIs: Packed, folds: readonly ForStmt[], tile: Tile, wide: boolean, fresh: JamContext["fresh"]): Packed {
  const { kernel, nest } = asIs;
  const definitions = definitionsIn(kernel.body);
  const wholeFolds = folds.map((loop): ForStmt => ({ ...loop, begin: int(0), end: int(limitOf(loop) ?? 0) }));
  const staysInside = folds.every((loop) => extentOf(loop) !== null) ? () => true : insideBuffer(kernel, [...nest.loops, ...wholeFolds]);
  let packed = asIs;
  for (const statement of at(folds, -1).body) {
    if (statement.kind !== "load") continue;
    const plan = packingOf(loadPattern(statement, definitions), nest, wholeFolds, tile);
    if (plan === null || !staysInside(statement)) continue;
    const isWidened = wide && isWidenedEverywhere(kernel, statement);
    const isStrided = loadPattern(statement, definitions).stride(at(folds, -1).index) !== 1;
    if (isStrided || (isWidened && isWorthConverting(plan, kernel))) packed = packOne(packed, plan, kernel, isWidened ? "float64" : statement.type.dtype, fresh);
  }
  return packed;
}

/** Whether all that reads a loaded float32 wants it as a float64. */
function isWidenedEverywhere(kernel: Kernel, load: LoadStmt): boolean {
  if (load.type.dtype !== "float32") return false;
  let [reads, widened] = [0, 0];
  forEachExprIn(kernel.body, (node) => {
    if (node.kind === "ref" && node.name === load.name) reads += 1;
    if (isWideningOf(node, load.name)) widened += 1;
  });
  return reads === widened;
}

function isWideningOf(expr: Expr, name: string): boolean {
  return expr.kind === "convert" && expr.type.dtype === "float64" && expr.value.kind === "ref" && expr.value.name === name;
}

/** Whether a packed copy holds no element twice, and each serves many others. */
function isWorthConverting(plan: PackPlan, kernel: Kernel): boolean {
  const length = kernel.buffers.find((buffer) => buffer.name === plan.load.buffer)?.length;
  const elements = packedLength(plan);
  return plan.reuse >= 2 * leastReuse && elements <= mostConverted && length?.kind === "const" && elements <= 1.1 * length.value;
}

/** Whether a load is in its buffer for all indices of the loops: where a fold's bounds were cut, packing reads beyond them. */
export function insideBuffer(kernel: Kernel, loops: readonly ForStmt[]): (load: LoadStmt) => boolean {
  const ranges = new Map(loops.map((loop) => [loop.index, { low: 0, high: (extentOf(loop) ?? 1) - 1 }]));
  return (load) => {
    const { low, high } = rangeOf(load.index, ranges);
    const length = kernel.buffers.find((buffer) => buffer.name === load.buffer)?.length;
    return low >= 0 && length?.kind === "const" && high < length.value;
  };
}

interface PackPlan {
  readonly load: LoadStmt;
  /** Parallel loops that the operand depends on besides the blocked one, outermost first. */
  readonly outer: readonly ForStmt[];
  readonly blocked: ForStmt;
  readonly factor: number;
  readonly folds: readonly ForStmt[];
  /** Iterations of parallel loops that read the same element. */
  readonly reuse: number;
}

/** How to pack the operand of a load; null where it cannot be packed, or serves too few. */
function packingOf(pattern: LoadPattern, nest: Nest, folds: readonly ForStmt[], tile: Tile): PackPlan | null {
  const depends = nest.loops.map(({ index }) => pattern.dependsOn(index));
  const [onRows, onColumns] = [at(depends, tile.rows), at(depends, tile.columns)];
  if (onRows === onColumns) return null;
  if (!folds.every(({ index }) => pattern.dependsOn(index)) || pattern.load.mask !== null) return null;
  const reuse = nest.loops.reduce((product, loop, depth) => (depends[depth] === true ? product : product * (extentOf(loop) ?? 1)), 1);
  const depth = onRows ? tile.rows : tile.columns;
  const factor = onRows ? tile.factors[0] : tile.factors[1];
  if (reuse < leastReuse || factor < 2 || !readsLoopsAlone(pattern.load.index, [...nest.loops, ...folds])) return null;
  const outer = nest.loops.filter((_, position) => position !== depth && depends[position] === true);
  return { load: pattern.load, outer, blocked: at(nest.loops, depth), factor, folds, reuse };
}

/** Whether an index is made of loop indices and constants, so that another kernel can compute it. */
function readsLoopsAlone(index: Expr, loops: readonly ForStmt[]): boolean {
  const indices = new Set(loops.map((loop) => loop.index));
  let alone = true;
  forEachExpr(index, (node) => {
    if (node.kind === "ref" && !indices.has(node.name)) alone = false;
  });
  return alone;
}

function packedLength({ outer, blocked, factor, folds }: PackPlan): number {
  const extents = [...outer, ...folds].map(requiredExtent);
  return extents.reduce((product, extent) => product * extent, 1) * Math.ceil(requiredExtent(blocked) / factor) * factor;
}

function packOne(
  packed: Packed, plan: PackPlan, original: Kernel, dtype: StorageDType & ValueDType, fresh: JamContext["fresh"],
): Packed {
  const { load } = plan;
  const length = packedLength(plan);
  const name = fresh("packed");
  const place = packedPlace(plan);
  const scratch = packed.scratch.length;
  const source = original.buffers.findIndex((buffer) => buffer.name === load.buffer);
  const parameter: BufferParam = { name, dtype, length: int(length), access: "read", aliasGroup: null };
  const reads = [...packed.kernel.buffers, parameter];
  const type = scalarType(dtype);
  const read = mapStmts(packed.kernel.body, (statement) => (
    statement.kind === "load" && statement.name === load.name ? { ...statement, type, buffer: name, index: place } : statement
  ));
  const body = dtype === load.type.dtype ? read : mapExprsIn(read, (node) => (isWideningOf(node, load.name) ? ref(load.name, type) : node));
  const main = withoutUnusedBuffers({ ...packed.kernel, buffers: reads, body }, [...packed.buffers, { kind: "scratch", scratch }]);
  const nest = { loops: packed.nest.loops, body: bodyInside(main.kernel, packed.nest.loops.length) };
  const step = { kernel: packKernel(plan, original, source, { ...parameter, access: "write" }, place), buffers: [
    { kind: "buffer", buffer: source }, { kind: "scratch", scratch },
  ] satisfies ScheduledBuffer[] };
  return { kernel: main.kernel, nest, buffers: main.buffers, scratch: [...packed.scratch, { dtype, length }], steps: [...packed.steps, step] };
}

/** `[outer loops][blocks][loops of products][factor]` in row-major order. */
function packedPlace({ outer, blocked, factor, folds }: PackPlan): Expr {
  const index = (loop: ForStmt): Expr => ref(loop.index, scalarType("int32"));
  const digits: (readonly [Expr, number])[] = [
    ...outer.map((loop) => [index(loop), requiredExtent(loop)] as const),
    [div(index(blocked), factor), Math.ceil(requiredExtent(blocked) / factor)],
    ...folds.map((loop) => [index(loop), requiredExtent(loop)] as const),
    [rem(index(blocked), factor), factor],
  ];
  return digits.reduce<Expr>((place, [digit, extent]) => add(mul(place, int(extent)), digit), int(0));
}

function packKernel(plan: PackPlan, original: Kernel, source: number, target: BufferParam, place: Expr): Kernel {
  const { load, outer, blocked, folds, factor } = plan;
  const value = convert(ref(load.name, load.type), target.dtype === "float64" ? "float64" : load.type.dtype);
  const store: Stmt = { kind: "store", buffer: target.name, index: place, value, mask: null };
  const steps = folds.reduceRight<readonly Stmt[]>((body, loop) => [{ ...loop, body }], [load, store]);
  const kernel: Kernel = {
    name: `pack_${original.name}`, buffers: [at(original.buffers, source), target], scalars: original.scalars, arrays: [], workgroup: 1, body: [],
  };
  const loops = [...outer, blocked];
  const nested = withNest(kernel, { loops, body: steps });
  const context: JamContext = { fresh: freshNames(nested), written: storesIn(nested.body) };
  const blockedBody = (body: readonly Stmt[]): readonly Stmt[] => body.flatMap((statement): readonly Stmt[] => {
    if (statement.kind !== "for") return [statement];
    if (statement.index === blocked.index) return blockLoop(statement, factor, "jam", context);
    return [{ ...statement, body: blockedBody(statement.body) }];
  });
  return withBody(nested, blockedBody(nested.body));
}

/** What runs inside so many loops, each of which is all of the body around it. */
function bodyInside(kernel: Kernel, depth: number): readonly Stmt[] {
  let { body } = kernel;
  for (let level = 0; level < depth; level++) {
    const [loop] = body;
    if (loop?.kind !== "for") throw new InternalError("a nest of loops came apart");
    body = loop.body;
  }
  return body;
}

function withoutUnusedBuffers(
  kernel: Kernel, bound: readonly ScheduledBuffer[],
): { readonly kernel: Kernel; readonly buffers: readonly ScheduledBuffer[] } {
  const used = new Set<string>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "load" || statement.kind === "store") used.add(statement.buffer);
  });
  const kept = kernel.buffers.map((buffer) => used.has(buffer.name));
  return {
    kernel: { ...kernel, buffers: kernel.buffers.filter((_, position) => kept[position]) },
    buffers: bound.filter((_, position) => kept[position]),
  };
}

function requiredExtent(loop: ForStmt): number {
  const extent = extentOf(loop);
  if (extent === null) throw new InternalError(`loop ${loop.index} has no constant extent`);
  return extent;
}

