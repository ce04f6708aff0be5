/**
 * @file The recipes for CPUs that run a kernel as loops of scalar code. Which one a kernel gets follows from its loops and from
 * how its loads move with them, never from what it was made of.
 */

import { at } from "../base/assert.ts";
import type { ScalarOpName } from "../base/scalar-ops.ts";
import { definitionsIn, exprsOf, forEachExpr, forEachStmt, freshNames, mapBodiesOf, mapStmts, storesIn, withBody } from "../kernel/walk.ts";
import { simplifyKernel } from "../kernel/simplify.ts";
import { ref } from "../kernel/build.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "../kernel/types.ts";
import { expandUnrolled } from "../kernel/unroll.ts";
import type { Capabilities } from "../target.ts";
import { accumulatorsOf, splitAccumulators, widenAccumulators, type Accumulator } from "./accumulators.ts";
import { inSquareBlocks } from "./blocks.ts";
import { collapseLoops } from "./collapse.ts";
import { clampLoops, cutAtGuards, foldUnderGuards } from "./guards.ts";
import { hoistInvariants } from "./hoist.ts";
import { interchangeFolds } from "./interchange.ts";
import { blockLoop, copyOf, type JamContext } from "./jam.ts";
import { extentOf, limitOf, loadPattern, loadsIn, loopsAround, parallelNest, perfectNest, tripsOf, withNest, type LoadPattern, type Nest } from "./nest.ts";
import { gatherQuotients } from "./quotients.ts";
import { cutRanges } from "./ranges.ts";
import { isScan, sumSeveral } from "./scans.ts";
import { singleStep, type Scheduled, type ScheduledStep } from "./scheduled.ts";
import { settleVariables } from "./settle.ts";
import { holdsInnerFolds, inRowBlocks, inStrips, runsAcrossColumns } from "./strips.ts";
import { findTile, tileContraction, type Tile } from "./tile.ts";
import { unswitch } from "./unswitch.ts";

/** Loops of at most so many iterations are written out. */
const shortLoop = 4;
/** A strip of columns is worth its accumulators in memory from so many on. */
const leastColumns = 16;
/** Operations of an iteration up to which sixteen of them stand side by side. */
const mostInSquares = 8;
/** Operations behind a loop of products up to which a register tile's edges are written out, too. */
const lightEpilogue = 12;

export function scheduleForCpu(kernel: Kernel, capabilities: Capabilities): Scheduled {
  const flat = foldUnderGuards(collapseLoops(withOneGridLoop(kernel)));
  const simple = simplifyKernel(capabilities.wideFloat32 ? widenAccumulators(gatherQuotients(flat)) : flat);
  const scheduled = together(cutKernel(simple).map((part) => {
    const clamped = simplifyKernel(clampLoops(part));
    return byRecipe(clamped, capabilities, { fresh: freshNames(clamped), written: storesIn(clamped.body) });
  }));
  const steps = scheduled.steps.map(({ kernel: made, buffers }): ScheduledStep => {
    // A packed operand is found by quotients and remainders of blocked indices, and a loop of one iteration adds its index:
    // both hide what is the same in every iteration.
    const settled = scheduled.scratch.length > 0 || hasSingleTrip(made) ? simplifyKernel(made) : made;
    return { kernel: serialOuterLoops(hoistInvariants(settleVariables(expandUnrolled(settled)))), buffers };
  });
  return { ...scheduled, steps };
}

/** The kernel in parts, so that in most of them conditions on the indices of parallel loops are decided. */
function cutKernel(kernel: Kernel): readonly Kernel[] {
  const nest = parallelNest(kernel);
  const folded = foldNest(kernel, nest, serialLoops(nest));
  const place = folded === null ? null : findTile(nest, folded.folds, folded.loads);
  if (folded === null || place === null) return cutRanges(kernel, { fresh: freshNames(kernel), written: storesIn(kernel.body) });
  const parts = cutAtGuards(kernel, nest, folded.folds, place.columns) ?? cutAtGuards(kernel, nest, folded.folds, place.rows);
  return parts === null ? [kernel] : parts.flatMap((part) => cutKernel(simplifyKernel(part)));
}

/** What was made of parts of one kernel, one after the other. */
function together(parts: readonly Scheduled[]): Scheduled {
  return parts.reduce((all, { scratch, steps }) => ({
    scratch: [...all.scratch, ...scratch],
    steps: [...all.steps, ...steps.map(({ kernel, buffers }): ScheduledStep => ({
      kernel, buffers: buffers.map((buffer) => (buffer.kind === "scratch" ? { ...buffer, scratch: buffer.scratch + all.scratch.length } : buffer)),
    }))],
  }));
}

/** The kernel with a grid of one axis, which is what a CPU runs in chunks: the axes inside become parallel loops. */
function withOneGridLoop(kernel: Kernel): Kernel {
  const nest = parallelNest(kernel);
  return nest.loops.slice(1).some(({ loop }) => loop === "grid") ? withNest(kernel, nest) : kernel;
}

function hasSingleTrip({ body }: Kernel): boolean {
  let found = false;
  forEachStmt(body, (statement) => {
    found ||= statement.kind === "for" && statement.loop !== "grid" && extentOf(statement) === 1;
  });
  return found;
}

function serialLoops(nest: Nest): readonly ForStmt[] {
  return nest.body.filter((statement): statement is ForStmt => statement.kind === "for" && statement.loop === "serial");
}

interface FoldNest {
  readonly nest: Nest;
  /** Serial loops, each all of the one around it; the first is a statement of the nest's body. */
  readonly folds: readonly ForStmt[];
  readonly accumulators: readonly Accumulator[];
  readonly loads: readonly LoadPattern[];
  /** The cost of one iteration of the innermost loop. */
  readonly cost: number;
}

/** The recipe for the kernel's nest; what is only a part of a kernel gets no kernels beside it. */
function byRecipe(kernel: Kernel, capabilities: Capabilities, context: JamContext, scope: "kernel" | "part" = "kernel"): Scheduled {
  const nest = parallelNest(kernel);
  const unswitched = unswitch(kernel, context);
  if (unswitched !== kernel) return byRecipe(unswitched, capabilities, context, scope);
  if (hasParts(nest)) return singleStep(severalParts(kernel, nest, capabilities, context));
  const loops = serialLoops(nest);
  if (loops.length === 0) {
    const blocks = inSquareBlocks(kernel, nest, context);
    const cost = costOf(nest.body);
    if (blocks === null) return singleStep(blockInnermost(kernel, nest, cost, context));
    const parts = blocks.parts.map((part) => loopsAround(inSmallSquares(part, cost, context)));
    return singleStep(withNest(kernel, { loops: blocks.loops, body: parts.flatMap((part, place) => (place === 0 ? part : copyOf(part, context))) }));
  }
  const [loop] = loops;
  if (loops.length === 1 && loop !== undefined && isScan(loop)) return singleStep(inOrder(kernel, nest, loop, capabilities, context));
  const folded = foldNest(kernel, nest, loops);
  if (folded === null) return singleStep(kernel);
  const { folds, accumulators, loads, cost } = folded;
  const trips = folds.reduce((product, loop) => product * (limitOf(loop) ?? Infinity), 1);
  const isFixed = folds.every(({ begin, end }) => begin.kind === "const" && end.kind === "const");
  if (trips <= shortLoop && isFixed) return singleStep(blockInnermost(writeOut(kernel), writtenOutNest(nest), trips * cost + costOf(nest.body), context));
  const place = trips === Infinity ? null : findTile(nest, folds, loads);
  if (place !== null) {
    const rest = costBeside(nest) <= lightEpilogue ? "jam" : "loop";
    return tileContraction(kernel, nest, folds, sizedTile(place, nest, capabilities), { rest, wide: capabilities.wideFloat32, mayPack: scope === "kernel" }, context);
  }
  if (runsAcrossRows(folded)) return singleStep(interchangeFolds(kernel, nest, folds, accumulators, context));
  return singleStep(foldAlongRows(kernel, folded, capabilities, context));
}

/** What the recipes for folds need, where the kernel has just one nest of loops that folds into variables; else null. */
function foldNest(kernel: Kernel, nest: Nest, loops: readonly ForStmt[]): FoldNest | null {
  const [first] = loops;
  if (loops.length !== 1 || first === undefined) return null;
  const folds = perfectNest(first).filter((loop) => loop.loop === "serial");
  const accumulators = accumulatorsOf(first, nest.body);
  if (accumulators === null || accumulators.length === 0 || folds.some((loop) => limitOf(loop) === null)) return null;
  const place = nest.body.indexOf(first);
  const before = nest.body.slice(0, place);
  if (before.some((statement) => statement.kind !== "let" && statement.kind !== "load" && statement.kind !== "var")) return null;
  const definitions = definitionsIn(kernel.body);
  const { body } = at(folds, -1);
  return { nest, folds, accumulators, loads: loadsIn([first]).map((load) => loadPattern(load, definitions)), cost: costOf(body) };
}

// Several parts in a row ------------------------------------------------------------------------------------------------

/** Whether a row of the kernel has several loops, one after the other, or parallel loops behind other statements. */
function hasParts({ body }: Nest): boolean {
  const loops = body.filter((statement) => statement.kind === "for");
  const chosen = body.flatMap((statement) => (statement.kind === "if" ? [...statement.then, ...statement.otherwise] : []));
  return loops.length > 1 || [...loops, ...chosen].some((statement) => statement.kind === "for" && statement.loop === "simd");
}

function severalParts(kernel: Kernel, nest: Nest, capabilities: Capabilities, context: JamContext): Kernel {
  if (runsAcrossColumns(nest)) return inStrips(kernel, nest, capabilities, context);
  const [width] = capabilities.contractionTile;
  const rows = nest.loops.at(-1);
  if (rows === undefined || (extentOf(rows) ?? 0) < 2 * width || !holdsInnerFolds(nest)) return withParts(kernel, nest, capabilities, context);
  const blocked = inRowBlocks(kernel, nest, width, context);
  return withParts(blocked, parallelNest(blocked), capabilities, context);
}

/** Each part as its recipe has it: a fold in several accumulators, parallel loops like a kernel of their own. */
function withParts(kernel: Kernel, nest: Nest, capabilities: Capabilities, context: JamContext): Kernel {
  const arrays = new Set(kernel.arrays);
  const partOf = (statement: Stmt): readonly Stmt[] => {
    if (statement.kind === "if") return [mapBodiesOf(statement, (side) => side.flatMap(partOf))];
    if (statement.kind !== "for") return [statement];
    if (statement.loop === "simd") {
      const part = parallelPart(kernel, statement, capabilities, context);
      for (const array of part.arrays) arrays.add(array);
      return part.body;
    }
    const accumulators = accumulatorsOf(statement, nest.body);
    const inner = at(perfectNest(statement), -1);
    const count = accumulatorCount(costOf(inner.body), capabilities);
    if (accumulators === null || accumulators.length === 0 || count === 1 || (extentOf(inner) ?? 0) < 2 * count) return [statement];
    const split = splitAccumulators(inner, accumulators, count, context);
    return inner === statement ? split : mapStmts([statement], (each) => (each === inner ? split : each));
  };
  const body = nest.body.flatMap(partOf);
  const made = { ...kernel, arrays: [...arrays] };
  return nest.loops.length === 0 ? withBody(made, body) : withNest(made, { loops: nest.loops, body });
}

function parallelPart(kernel: Kernel, loop: ForStmt, capabilities: Capabilities, context: JamContext): Pick<Kernel, "body" | "arrays"> {
  const { body, arrays } = at(byRecipe(withBody(kernel, [loop]), capabilities, context, "part").steps, 0).kernel;
  return { body: body.map((statement) => (statement.kind === "for" && statement.loop === "grid" ? { ...statement, loop: "simd" } : statement)), arrays };
}

// Recipes ---------------------------------------------------------------------------------------------------------------

/** Several iterations of the innermost parallel loop side by side, more where they are light. */
function blockInnermost(kernel: Kernel, nest: Nest, cost: number, context: JamContext): Kernel {
  const blocked = sideBySide(nest, cost, context);
  if (blocked === null) return kernel;
  return blocked.loops.length === 0 ? withBody(kernel, blocked.body) : withNest(kernel, blocked);
}

/** The nest without its innermost loop, whose blocks are the body; null where it stays as it is. */
function sideBySide(nest: Nest, cost: number, context: JamContext): Nest | null {
  const innermost = nest.loops.at(-1);
  const factor = cost <= 12 ? 4 : cost <= 30 ? 2 : 1;
  if (innermost === undefined || factor === 1 || nest.body.some(isBranch)) return null;
  const extent = tripsOf(innermost);
  if (extent === null || extent < 2 * factor) return null;
  return { loops: nest.loops.slice(0, -1), body: blockLoop({ ...innermost, body: nest.body }, factor, "jam", context) };
}

/**
 * A part of a square block with several iterations side by side, and in both directions where it only moves an array: what is
 * read across memory comes four elements at a time, so that it matters little how its rows share the lines of the cache.
 */
function inSmallSquares(part: Nest, cost: number, context: JamContext): Nest {
  const columns = sideBySide(part, cost, context);
  const rows = columns?.loops.at(-1);
  // Sixteen elements fill the registers: those of two arrays would not stay there.
  if (columns === null || rows === undefined || cost > mostInSquares || loadsIn(part.body).length > 1) return columns ?? part;
  const blocked = (end: Expr): readonly Stmt[] => blockLoop({ ...rows, end, body: columns.body }, 4, "loop", context);
  const name = context.fresh("rows");
  const body = rows.end.kind === "op" ? [{ kind: "let", name, value: rows.end } as const, ...blocked(ref(name, rows.end.type))] : blocked(rows.end);
  return { loops: columns.loops.slice(0, -1), body };
}

/** A loop that stores its sums on its way: for neighbouring columns together, for several rows, or in several elements at once. */
function inOrder(kernel: Kernel, nest: Nest, loop: ForStmt, capabilities: Capabilities, context: JamContext): Kernel {
  if (runsAcrossColumns(nest)) return inStrips(kernel, nest, capabilities, context);
  const cost = costOf(at(perfectNest(loop), -1).body) + costBeside(nest);
  const blocked = blockInnermost(kernel, nest, cost, context);
  if (blocked !== kernel || accumulatorCount(cost, capabilities) === 1) return blocked;
  return withBody(kernel, mapStmts(kernel.body, (statement) => (statement === loop ? sumSeveral(loop, context) ?? loop : statement)));
}

/** Rows beside each other, so that they share what all rows read; or one row in several accumulators. */
function foldAlongRows(kernel: Kernel, { nest, folds, accumulators, cost }: FoldNest, capabilities: Capabilities, context: JamContext): Kernel {
  const rows = nest.loops.at(-1);
  const extent = rows === undefined ? null : extentOf(rows);
  // A few elements side by side share what they have in common: the distance of two points serves all their coordinates.
  if (rows !== undefined && extent !== null && extent <= shortLoop && !nest.body.some(isBranch)) {
    const outer = { loops: nest.loops.slice(0, -1), body: blockLoop({ ...rows, body: nest.body }, extent, "jam", context) };
    return outer.loops.length === 0 ? withBody(kernel, outer.body) : withNest(kernel, outer);
  }
  const count = accumulatorCount(cost, capabilities);
  if (count === 1) return kernel;
  if (rows !== undefined && (extentOf(rows) ?? 0) >= count && costBeside(nest) <= lightEpilogue && !nest.body.some(isBranch)) {
    return blockInnermost(kernel, nest, cost, context);
  }
  const inner = at(folds, -1);
  if ((tripsOf(inner) ?? 0) < 2 * count) return kernel;
  return withBody(kernel, mapStmts(kernel.body, (statement) => (
    statement === inner ? splitAccumulators(inner, accumulators, count, context) : statement
  )));
}

/** Accumulators of a loop of folds: fewer where one iteration keeps the machine busy by itself. */
function accumulatorCount(cost: number, { accumulators }: Capabilities): number {
  return cost <= 12 ? accumulators : cost <= 24 ? Math.min(2, accumulators) : 1;
}

/** Whether neighbours in the innermost parallel loop are neighbours in memory, and those in the loop of folds are far apart. */
function runsAcrossRows({ nest, folds, loads }: FoldNest): boolean {
  const columns = nest.loops.at(-1);
  const inner = at(folds, -1);
  if (columns === undefined || (extentOf(columns) ?? 0) < leastColumns || extentOf(inner) === null) return false;
  const moving = loads.filter((load) => load.dependsOn(columns.index) && load.dependsOn(inner.index));
  const across = moving.filter((load) => load.stride(columns.index) === 1 && Math.abs(load.stride(inner.index) ?? 0) > 1);
  const along = moving.filter((load) => load.stride(inner.index) === 1);
  return across.length > 0 && along.length === 0;
}

function sizedTile(place: Pick<Tile, "rows" | "columns">, nest: Nest, capabilities: Capabilities): Tile {
  const extents = [place.rows, place.columns].map((depth) => extentOf(at(nest.loops, depth)) ?? 1);
  const [rows, columns] = capabilities.contractionTile;
  return { ...place, factors: [Math.min(rows, at(extents, 0)), Math.min(columns, at(extents, 1))] };
}

// Parts -----------------------------------------------------------------------------------------------------------------

/** The kernel with its short loops marked to be written out. */
function writeOut(kernel: Kernel): Kernel {
  return withBody(kernel, mapStmts(kernel.body, (statement) => (
    statement.kind === "for" && statement.loop === "serial" ? { ...statement, loop: "unrolled" } : statement
  )));
}

function writtenOutNest(nest: Nest): Nest {
  const body = mapStmts(nest.body, (statement) => (
    statement.kind === "for" && statement.loop === "serial" ? { ...statement, loop: "unrolled" as const } : statement
  ));
  return { ...nest, body };
}

/** simd loops stay where they are innermost; the others are loops like any other. */
function serialOuterLoops(kernel: Kernel): Kernel {
  const holdsLoop = (body: readonly Stmt[]): boolean => {
    let holds = false;
    forEachStmt(body, (statement) => {
      holds ||= statement.kind === "for" || statement.kind === "while";
    });
    return holds;
  };
  return withBody(kernel, mapStmts(kernel.body, (statement) => (
    statement.kind === "for" && statement.loop === "simd" && holdsLoop(statement.body) ? { ...statement, loop: "serial" } : statement
  )));
}

function isBranch(statement: Stmt): boolean {
  return statement.kind === "if" || statement.kind === "while";
}

const heavyOps: ReadonlySet<ScalarOpName> = new Set<ScalarOpName>(["exp", "log", "sin", "cos", "tanh", "expm1", "log1p", "atan2", "pow"]);

/** What one run of the statements costs, in units of one addition, loops inside not counted. */
function costOf(body: readonly Stmt[]): number {
  let cost = 0;
  for (const statement of body) {
    if (statement.kind === "load" || statement.kind === "store") cost += 1;
    if (statement.kind === "if") cost += costOf(statement.then) + costOf(statement.otherwise);
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        if (node.kind === "op" && node.type.dtype !== "int32") cost += heavyOps.has(node.op) ? 20 : 1;
      });
    }
  }
  return cost;
}

/** The cost of what stands beside the loops of folds. */
function costBeside(nest: Nest): number {
  return costOf(nest.body.filter((statement) => statement.kind !== "for"));
}
