/**
 * @file Kernels that fold along rows: several invocations work on a row together, each on every so-many-th element, and meet in
 * workgroup memory where a fold ends; or one invocation has the row to itself. Loops that only store are dealt out alike, so
 * what the kernel keeps of a row from loop to loop stays with the invocation that made it, in registers where it is little.
 *
 * A kernel becomes phases, one for each loop and one for what is stored once per row. A phase is a local loop that computes
 * what it needs of the statements between the loops by itself, so that nothing but results of folds passes from one to the next.
 */

import { at } from "../base/assert.ts";
import { add, div, eq, int, lt, mul, ref, rem, scalarType, simdReduce } from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import type { ArrayDecl, Expr, ForStmt, Kernel, RefExpr, Stmt, StoreStmt } from "../kernel/types.ts";
import { forEachAccess, vectorWidth } from "../kernel/vectors.ts";
import {
  definitionsIn, exprsOf, forEachExpr, forEachExprIn, forEachStmt, freshNames, mapStmts, renameDeclarations, storesIn, substituteIn, withBody,
} from "../kernel/walk.ts";
import { accumulatorsOf, type Accumulator } from "./accumulators.ts";
import { countedLoop, indexName, indicesOf, iterationsOf, movesInVectors } from "./gpu-map.ts";
import { Meetings, type RowShape } from "./gpu-meet.ts";
import { extentOf, perfectNest, replaceLoop, type Nest } from "./nest.ts";
import { vectorize } from "./vectorize.ts";

/** A loop at the level of rows, taken apart. */
export interface RowLoop {
  readonly statement: ForStmt;
  /** The one that is dealt to invocations: the statement or a loop inside that is all of the one around it. */
  readonly dealt: ForStmt;
  readonly accumulators: readonly Accumulator[];
}

export interface RowProgram {
  readonly nest: Nest;
  readonly loops: readonly RowLoop[];
}

/** The kernel as rows, where it is nothing but loops that fold or store, with plain statements in between; else null. */
export function rowProgram(nest: Nest): RowProgram | null {
  const loops: RowLoop[] = [];
  const owners = new Set<string>();
  for (const statement of nest.body) {
    if (statement.kind === "let" || statement.kind === "load" || statement.kind === "var" || statement.kind === "store") continue;
    if (statement.kind !== "for" || (statement.loop !== "serial" && statement.loop !== "simd")) return null;
    const accumulators = accumulatorsOf(statement, variablesFor(statement, nest.body));
    const dealt = dealtLoop(statement);
    if (accumulators === null || dealt === null || accumulators.some(({ name }) => owners.has(name))) return null;
    for (const { name } of accumulators) owners.add(name);
    loops.push({ statement, dealt, accumulators });
  }
  const declared = nest.body.flatMap((statement) => (statement.kind === "var" ? [statement.name] : []));
  return loops.length > 0 && declared.every((name) => owners.has(name)) ? { nest, loops } : null;
}

/** The variables that the loop assigns; the others are results of loops before it. */
function variablesFor(loop: ForStmt, body: readonly Stmt[]): readonly Stmt[] {
  const assigned = new Set<string>();
  forEachStmt(loop.body, (statement) => {
    if (statement.kind === "assign") assigned.add(statement.name);
  });
  return body.filter((statement) => statement.kind === "var" && assigned.has(statement.name));
}

/** So many iterations of an invocation are written out at most. */
const mostWrittenOut = 8;

/** Loops of at least so many iterations are dealt out before a longer one around them is. */
const longEnough = 32;

function dealtLoop(loop: ForStmt): ForStmt | null {
  const loops = perfectNest(loop);
  const inner = at(loops, -1);
  if ((mostTripsOf(inner) ?? 0) >= longEnough) return inner;
  const known = loops.filter((each) => mostTripsOf(each) !== null);
  return known.reduce<ForStmt | null>((longest, each) => ((mostTripsOf(each) ?? 0) > (longest === null ? 0 : mostTripsOf(longest) ?? 0) ? each : longest), null);
}

/** The most iterations that a loop from 0 by 1 can have. */
export function mostTripsOf(loop: ForStmt): number | null {
  const constant = extentOf(loop);
  if (constant !== null) return constant;
  const { begin, end, step } = loop;
  const isCounted = begin.kind === "const" && begin.value === 0 && step === 1;
  const bound = end.kind === "op" && end.op === "min" ? end.args.find(({ kind }) => kind === "const") : undefined;
  return isCounted && bound?.kind === "const" ? bound.value : null;
}

/** The kernel in which `lanes` invocations work on each row; in vectors of 4 where memory allows. */
export function scheduleRows(kernel: Kernel, program: RowProgram, shape: RowShape): Kernel | null {
  for (const inVectors of [true, false]) {
    if (!sharesKeptRows(kernel, program, shape, inVectors)) continue;
    const made = new RowSchedule(kernel, program, shape, inVectors).build();
    if (made !== null) return made;
  }
  return null;
}

/** Whether every invocation reads of what the kernel keeps of a row only what it has written: element `i` in iteration `i`, dealt alike. */
function sharesKeptRows(kernel: Kernel, { nest, loops }: RowProgram, { lanes }: RowShape, inVectors: boolean): boolean {
  const kept = keptRows(kernel);
  if (lanes === 1 || kept.size === 0) return true;
  const extents = new Set<number | null>();
  let shares = true;
  const users = loops.filter(({ dealt }) => touches([dealt], kept));
  for (const { dealt } of users) {
    extents.add(extentOf(dealt));
    shares &&= !inVectors || fitsVectors(kernel, dealt);
    forEachAccess(dealt.body, ({ buffer, index }) => {
      if (kept.has(buffer)) shares &&= index.kind === "ref" && index.name === dealt.index;
    });
  }
  const inLoops = users.map(({ dealt }) => accessesOf([dealt], kept)).reduce((sum, count) => sum + count, 0);
  return shares && extents.size === 1 && inLoops === accessesOf(nest.body, kept);
}

function keptRows({ arrays }: Kernel): ReadonlySet<string> {
  return new Set(arrays.flatMap(({ name, space }) => (space === "local" ? [name] : [])));
}

function accessesOf(body: readonly Stmt[], names: ReadonlySet<string>): number {
  let count = 0;
  forEachAccess(body, ({ buffer }) => { count += names.has(buffer) ? 1 : 0; });
  return count;
}

function touches(body: readonly Stmt[], names: ReadonlySet<string>): boolean {
  return accessesOf(body, names) > 0;
}

function fitsVectors(kernel: Kernel, dealt: ForStmt): boolean {
  const trips = extentOf(dealt);
  const isInner = !dealt.body.some(({ kind }) => kind === "for");
  return trips !== null && trips % vectorWidth === 0 && isInner && movesInVectors(dealt.body, dealt.index, definitionsIn(kernel.body));
}

class RowSchedule {
  readonly #kernel: Kernel;
  readonly #program: RowProgram;
  readonly #shape: RowShape;
  readonly #inVectors: boolean;
  readonly #fresh: (name: string) => string;
  readonly #meetings: Meetings;
  /** Pretended arrays to which the vectors of a fold go, and what to do with them. */
  readonly #collected = new Map<string, (store: StoreStmt) => readonly Stmt[]>();
  /** How a later phase gets the result of a fold. */
  readonly #results = new Map<string, (rowStart: Expr) => { readonly before: readonly Stmt[]; readonly value: Expr }>();

  constructor(kernel: Kernel, program: RowProgram, shape: RowShape, inVectors: boolean) {
    this.#kernel = kernel;
    this.#program = program;
    this.#shape = shape;
    this.#inVectors = inVectors;
    this.#fresh = freshNames(kernel);
    this.#meetings = new Meetings(shape, this.#fresh);
  }

  build(): Kernel | null {
    const total = iterationsOf(this.#program.nest);
    if (total === null) return null;
    const { rows } = this.#shape;
    const group = indexName(this.#fresh("group"));
    const body = this.#shape.lanes === 1 ? this.#alone(group, total) : this.#together(group, total);
    const workgroup = this.#workgroup();
    const kernel: Kernel = {
      ...this.#kernel, workgroup, arrays: [...this.#kernel.arrays.map((array) => this.#keptPart(array)), ...this.#meetings.arrays],
      body: [countedLoop("grid", group.name, int(Math.ceil(total / rows)), body)],
    };
    return this.#collect(kernel);
  }

  /** The part of a row that one invocation keeps. */
  #keptPart(array: ArrayDecl): ArrayDecl {
    if (array.space !== "local") return array;
    const unit = this.#inVectors ? vectorWidth : 1;
    return { ...array, length: Math.ceil(array.length / unit / this.#shape.lanes) * unit };
  }

  #workgroup(): number {
    return this.#shape.lanes * this.#shape.rows;
  }

  /** Makes vectors of the loops over 4 elements, and folds the vectors that they collect. */
  #collect(kernel: Kernel): Kernel | null {
    const { kernel: vectorized, notes } = vectorize(kernel, vectorWidth);
    if (notes.length > 0) return null;
    return withBody(vectorized, mapStmts(vectorized.body, (statement) => (
      statement.kind === "store" ? this.#collected.get(statement.buffer)?.(statement) ?? statement : statement
    )));
  }

  // Phases --------------------------------------------------------------------------------------------------------------

  /** One invocation per row runs all loops. */
  #alone(group: RefExpr, total: number): readonly Stmt[] {
    const lane = indexName(this.#fresh("lane"));
    const row = add(mul(group, this.#shape.rows), lane);
    const statements = this.#program.nest.body.flatMap((statement): readonly Stmt[] => {
      if (statement.kind === "var") return [];
      const loop = this.#program.loops.find((each) => each.statement === statement);
      return loop === undefined ? [statement] : this.#loopAlone(loop);
    });
    return [countedLoop("local", lane.name, int(this.#workgroup()), this.#inRow(row, total, statements))];
  }

  #loopAlone(loop: RowLoop): readonly Stmt[] {
    const { statements, totals } = this.#dealtLoop(loop, int(0));
    // The variable of the original becomes a name for the result.
    const results = totals.map((total, number): Stmt => ({ kind: "let", name: at(loop.accumulators, number).name, value: total }));
    return [...statements, ...results];
  }

  #together(group: RefExpr, total: number): readonly Stmt[] {
    const phases: Stmt[] = [];
    let stored = new Set<string>();
    const { nest, loops } = this.#program;
    for (const loop of loops) {
      if (loadsAny([loop.statement], stored) || this.#sliceReads(loop.statement, stored)) {
        phases.push({ kind: "barrier" });
        stored = new Set();
      }
      phases.push(...this.#phase(group, total, loop));
      stored = new Set([...stored, ...storesIn([loop.statement])].filter((name) => !keptRows(this.#kernel).has(name)));
    }
    const stores = nest.body.filter((statement) => statement.kind === "store");
    if (stores.length > 0) phases.push(this.#lastPhase(group, total, stores));
    return phases;
  }

  #sliceReads(statement: Stmt, stored: ReadonlySet<string>): boolean {
    return loadsAny(this.#slice([statement]), stored);
  }

  #phase(group: RefExpr, total: number, loop: RowLoop): readonly Stmt[] {
    const { lanes } = this.#shape;
    const [lane, own] = [indexName(this.#fresh("lane")), indexName(this.#fresh("own"))];
    const meeting = this.#meetings.meet(loop.accumulators);
    const partial = (number: number, value: Expr): Stmt => ({ kind: "store", ...meeting.partialAt(number, lane), value, mask: null });
    const { statements, totals } = this.#dealtLoop(loop, own);
    const meet = totals.map((value, number) => partial(number, value));
    const ownLane: Stmt = { kind: "let", name: own.name, value: this.#shape.rows === 1 ? lane : rem(lane, lanes) };
    const beyond = loop.accumulators.map(({ op: fold, type: { dtype } }, number) => partial(number, foldStart(fold, dtype)));
    const body = this.#inRow(this.#rowOf(group, lane), total, this.#withSlice([...statements, ...meet], [loop.statement], lane), beyond);
    const first = countedLoop("local", lane.name, int(this.#workgroup()), [ownLane, ...body]);
    loop.accumulators.forEach(({ name: accumulator, type }, number) => {
      this.#results.set(accumulator, (rowStart) => {
        const held = this.#fresh(accumulator);
        return { before: [{ kind: "load", name: held, type, ...meeting.resultAt(number, rowStart), mask: null }], value: ref(held, type) };
      });
    });
    return [first, ...meeting.statements];
  }

  /** What is stored once per row, by its first invocation. */
  #lastPhase(group: RefExpr, total: number, stores: readonly Stmt[]): Stmt {
    const lane = indexName(this.#fresh("lane"));
    const place = this.#shape.rows === 1 ? lane : rem(lane, this.#shape.lanes);
    const inRow = this.#inRow(this.#rowOf(group, lane), total, this.#withSlice(stores, stores, lane));
    return countedLoop("local", lane.name, int(this.#workgroup()), [{ kind: "if", condition: eq(place, 0), then: inRow, otherwise: [] }]);
  }

  #rowOf(group: RefExpr, lane: RefExpr): Expr {
    const { lanes, rows } = this.#shape;
    return rows === 1 ? group : add(mul(group, rows), div(lane, lanes));
  }

  /** Statements of a row, with the indices of the parallel loops around them and a guard where there may be no such row. */
  #inRow(row: Expr, total: number, statements: readonly Stmt[], beyond: readonly Stmt[] = []): readonly Stmt[] {
    const name = indexName(this.#fresh("row"));
    const body = renameDeclarations([...indicesOf(this.#program.nest, name), ...statements], this.#fresh);
    const own: Stmt = { kind: "let", name: name.name, value: row };
    if (total % this.#shape.rows === 0) return [own, ...body];
    return [own, { kind: "if", condition: lt(name, total), then: body, otherwise: beyond }];
  }

  // Statements between the loops ----------------------------------------------------------------------------------------

  /** The plain statements that others need, in their order. */
  #slice(needing: readonly Stmt[]): readonly Stmt[] {
    const needed = new Set<string>();
    const need = (statements: readonly Stmt[]): void => forEachStmt(statements, (statement) => {
      for (const expr of exprsOf(statement)) forEachExpr(expr, (node) => { if (node.kind === "ref") needed.add(node.name); });
    });
    need(needing);
    const slice: Stmt[] = [];
    for (const statement of this.#program.nest.body.toReversed()) {
      if ((statement.kind !== "let" && statement.kind !== "load") || !needed.has(statement.name)) continue;
      slice.unshift(statement);
      need([statement]);
    }
    return slice;
  }

  /** Statements behind what they need, with results of folds in place of the variables. */
  #withSlice(statements: readonly Stmt[], needing: readonly Stmt[], lane: RefExpr): readonly Stmt[] {
    const all = [...this.#slice(needing), ...statements];
    const rowStart = this.#shape.rows === 1 ? int(0) : mul(div(lane, this.#shape.lanes), this.#shape.lanes);
    const before: Stmt[] = [];
    const values = new Map<string, Expr>();
    for (const [name, result] of this.#results) {
      if (!readsName(all, name)) continue;
      const { before: loads, value } = result(rowStart);
      before.push(...loads);
      values.set(name, value);
    }
    return [...before, ...substituteIn(all, values)];
  }

  // Loops ---------------------------------------------------------------------------------------------------------------

  /** The iterations of a loop that one invocation runs, from its first one on, and what it has folded at the end. */
  #dealtLoop(loop: RowLoop, own: Expr): { readonly statements: readonly Stmt[]; readonly totals: readonly Expr[] } {
    return this.#inVectors && fitsVectors(this.#kernel, loop.dealt) ? this.#vectorLoop(loop, own) : this.#scalarLoop(loop, own);
  }

  /** A body that finds what is kept of the row in the part of this invocation. */
  #inOwnPart(body: readonly Stmt[], place: Expr): readonly Stmt[] {
    const kept = keptRows(this.#kernel);
    if (this.#shape.lanes === 1 || kept.size === 0) return body;
    return mapStmts(body, (statement) => (
      (statement.kind === "load" || statement.kind === "store") && kept.has(statement.buffer) ? { ...statement, index: place } : statement
    ));
  }

  /**
   * The iterations of an invocation: from `own` on by the number of lanes. Few of them are written out where they are the same
   * number for all, so that what they keep lies in registers.
   */
  #ownIterations(index: RefExpr, count: number, own: Expr, loop: ForStmt, body: (trip: Expr) => readonly Stmt[]): ForStmt {
    const { lanes } = this.#shape;
    const trips = count / lanes;
    if (lanes > 1 && Number.isInteger(trips) && trips <= mostWrittenOut) {
      const trip = indexName(this.#fresh("trip"));
      const place: Stmt = { kind: "let", name: index.name, value: add(mul(trip, lanes), own) };
      return countedLoop(trips === 1 ? "serial" : "unrolled", trip.name, int(trips), [place, ...body(trip)]);
    }
    return { ...loop, loop: "serial", index: index.name, begin: own, end: int(count), step: lanes, body: body(div(index, lanes)) };
  }

  #scalarLoop({ statement, dealt, accumulators }: RowLoop, own: Expr): { readonly statements: readonly Stmt[]; readonly totals: readonly Expr[] } {
    const { declared, renamed } = this.#partials(accumulators);
    const index = indexName(dealt.index);
    const trips = extentOf(dealt);
    const made: ForStmt = trips === null
      ? { ...dealt, loop: "serial", begin: own, step: this.#shape.lanes }
      : this.#ownIterations(index, trips, own, dealt, (trip) => this.#inOwnPart(dealt.body, trip));
    const shared = replaceLoop(statement, dealt, made);
    return { statements: [...declared, ...renameAssigned([shared], renamed)], totals: accumulators.map(({ name, type }) => ref(renamed.get(name) ?? name, type)) };
  }

  /**
   * Four elements at a time: a loop over the places in a vector around all iterations, which becomes vectors with an
   * accumulator for each place. They are collected at the end, and folded with each other.
   */
  #vectorLoop({ statement, dealt, accumulators }: RowLoop, own: Expr): { readonly statements: readonly Stmt[]; readonly totals: readonly Expr[] } {
    const [block, element] = [indexName(this.#fresh(dealt.index)), indexName(this.#fresh(dealt.index))];
    const place = add(mul(block, vectorWidth), element);
    const blocks = this.#ownIterations(block, (extentOf(dealt) ?? 0) / vectorWidth, own, dealt, (trip) => (
      this.#inOwnPart(substituteIn(dealt.body, new Map([[dealt.index, place]])), add(mul(trip, vectorWidth), element))
    ));
    const { declared, renamed } = this.#partials(accumulators);
    const totals = accumulators.map(({ name, type }): RefExpr => ref(this.#fresh(name), type));
    const collect = accumulators.map(({ name, type, op: fold }, number): Stmt => {
      const buffer = this.#fresh("collected");
      this.#collected.set(buffer, ({ value }) => [{ kind: "let", name: at(totals, number).name, value: foldedVector(fold, value) }]);
      return { kind: "store", buffer, index: element, value: ref(renamed.get(name) ?? name, type), mask: null };
    });
    const body = [...declared, ...renameAssigned([replaceLoop(statement, dealt, blocks)], renamed), ...collect];
    return { statements: [{ ...countedLoop("simd", element.name, int(vectorWidth), body) }], totals };
  }

  #partials(accumulators: readonly Accumulator[]): { readonly declared: readonly Stmt[]; readonly renamed: ReadonlyMap<string, string> } {
    const renamed = new Map(accumulators.map(({ name }) => [name, this.#fresh(name)]));
    const declared = accumulators.map(({ name, type, op: fold }): Stmt => (
      { kind: "var", name: renamed.get(name) ?? name, type, init: foldStart(fold, type.dtype) }
    ));
    return { declared, renamed };
  }
}

/** The statements with variables renamed, where they are assigned, too. */
function renameAssigned(body: readonly Stmt[], names: ReadonlyMap<string, string>): readonly Stmt[] {
  const assigned = mapStmts(body, (statement) => (
    statement.kind === "assign" ? { ...statement, name: names.get(statement.name) ?? statement.name } : statement
  ));
  const types = new Map<string, Expr["type"]>();
  forEachStmt(body, (statement) => {
    for (const expr of exprsOf(statement)) forEachExpr(expr, (node) => { if (node.kind === "ref") types.set(node.name, node.type); });
  });
  const values = [...names].map(([old, made]): [string, Expr] => [old, ref(made, types.get(old) ?? scalarType("int32"))]);
  return substituteIn(assigned, new Map(values));
}

/** The fold of a vector's elements. */
function foldedVector(fold: Accumulator["op"], vector: Expr): Expr {
  if (fold === "add" || fold === "mul" || fold === "max" || fold === "min") return simdReduce(fold, vector);
  const lane = (number: number): Expr => ({ kind: "extract", type: scalarType(vector.type.dtype), value: vector, lane: number });
  return foldStep(fold, foldStep(fold, lane(0), lane(2)), foldStep(fold, lane(1), lane(3)));
}

function readsName(body: readonly Stmt[], name: string): boolean {
  let reads = false;
  forEachExprIn(body, (node) => { reads ||= node.kind === "ref" && node.name === name; });
  return reads;
}

function loadsAny(body: readonly Stmt[], buffers: ReadonlySet<string>): boolean {
  let reads = false;
  forEachStmt(body, (statement) => {
    reads ||= statement.kind === "load" && buffers.has(statement.buffer);
  });
  return reads;
}
