/**
 * @file Tiles of a contraction through workgroup memory. The workgroup computes a tile of rows and columns in steps of a few
 * products: all invocations bring the step's part of the operands into workgroup memory, meet, and multiply from there. What
 * an invocation has summed up lies in local arrays between the steps.
 */

import { at } from "../base/assert.ts";
import { add, div, int, lt, min, mul, ref, rem, sub } from "../kernel/build.ts";
import type { ArrayDecl, Expr, ForStmt, Kernel, LoadStmt, RefExpr, Stmt, VarStmt } from "../kernel/types.ts";
import { vectorWidth } from "../kernel/vectors.ts";
import { definitionsIn, forEachExpr, freshNames, mapStmts, mentionsAny, renameDeclarations, resolved, substitute, substituteIn } from "../kernel/walk.ts";
import type { Capabilities, GridTuning } from "../target.ts";
import { countedLoop, indexName, indicesOf, iterationsOf } from "./gpu-map.ts";
import { registerTile, type Contraction, type Registers } from "./gpu-tile.ts";
import { extentOf, loadPattern, loadsIn, perfectNest, replaceLoop, type Nest } from "./nest.ts";
import { vectorize } from "./vectorize.ts";

type Limits = Pick<Capabilities, "workgroupBytes" | "maxWorkgroup">;

/** The staged kernel; null where an operand cannot be staged, or where the problem is smaller than a tile. */
export function stageTile(contraction: Contraction, registers: Registers, tuning: GridTuning, limits: Limits): Kernel | null {
  const size = tileSize(contraction, registers, tuning, limits);
  const operands = size === null ? null : stagedOperands(contraction);
  if (size === null || operands === null) return null;
  return new StagedTile(contraction, registers, size, operands).build();
}

interface TileSize {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
}

/** The largest tile up to the tuning's that keeps the device busy and fits the limits. */
function tileSize({ nest, rows, columns, folds }: Contraction, registers: Registers, { tile, invocations }: GridTuning, limits: Limits): TileSize | null {
  const extents = [extentOf(rows) ?? 1, extentOf(columns) ?? 1] as const;
  const inner = Math.min(tile.inner, extentOf(at(folds, -1)) ?? 1);
  const batches = (iterationsOf(nest) ?? 1) / (extents[0] * extents[1]);
  let [height, width] = [tile.rows, tile.columns];
  const fits = (): boolean => {
    const lanes = (height / registers.rows) * (width / registers.columns);
    const isBusy = batches * Math.ceil(extents[0] / height) * Math.ceil(extents[1] / width) * lanes >= invocations / 2;
    const isFilled = height <= extents[0] && width <= extents[1];
    return lanes <= limits.maxWorkgroup && inner * (height + width) * 4 <= limits.workgroupBytes && (isBusy || height * width <= 32 * 32) && isFilled;
  };
  while (!fits()) {
    if (height >= width) height /= 2;
    else width /= 2;
    if (height < 2 * registers.rows || width < 2 * registers.columns) return null;
  }
  return inner < 2 ? null : { rows: height, columns: width, inner };
}

interface Operand {
  readonly load: LoadStmt;
  readonly along: "rows" | "columns";
  /** The place in the buffer over the indices of the loops alone. */
  readonly index: Expr;
  /** Where it may be read, over the same indices. */
  readonly mask: Expr | null;
  /** Whether neighbours in the tile are neighbours in memory, and whether steps of the products are. */
  readonly isDense: boolean;
  readonly isDenseInner: boolean;
}

/** The loads of the loop of products that move with the rows or with the columns; null where there are not both. */
function stagedOperands({ kernel, nest, rows, columns, folds }: Contraction): readonly Operand[] | null {
  const definitions = definitionsIn(kernel.body);
  const inner = at(folds, -1);
  const known = new Set([...nest.loops, ...folds].map(({ index }) => index));
  const stable = new Set(kernel.buffers.flatMap(({ name, access }) => (access === "read" ? [name] : [])));
  const operands = loadsIn([inner]).flatMap((load): readonly Operand[] => {
    const pattern = loadPattern(load, definitions);
    const [onRows, onColumns] = [pattern.dependsOn(rows.index), pattern.dependsOn(columns.index)];
    if (onRows === onColumns || !pattern.dependsOn(inner.index) || !stable.has(load.buffer)) return [];
    const index = resolved(load.index, definitions);
    const mask = load.mask === null ? null : resolved(load.mask, definitions);
    const [own, other] = onRows ? [rows, columns] : [columns, rows];
    let alone = mask === null || !mentionsAny(mask, new Set([other.index]));
    for (const expr of mask === null ? [index] : [index, mask]) forEachExpr(expr, (node) => { alone &&= node.kind !== "ref" || known.has(node.name); });
    return alone ? [{ load, along: onRows ? "rows" : "columns", index, mask, isDense: pattern.stride(own.index) === 1, isDenseInner: pattern.stride(inner.index) === 1 }] : [];
  });
  return operands.some(({ along }) => along === "rows") && operands.some(({ along }) => along === "columns") ? operands : null;
}

class StagedTile {
  readonly #contraction: Contraction;
  readonly #registers: Registers;
  readonly #size: TileSize;
  readonly #operands: readonly Operand[];
  readonly #fresh: (name: string) => string;
  readonly #tiles: readonly string[];
  readonly #group: RefExpr;
  readonly #rowTile: RefExpr;
  readonly #columnTile: RefExpr;
  /** Counts the steps of the loop of products, and the products of a step. */
  readonly #step: RefExpr;
  readonly #product: RefExpr;

  constructor(contraction: Contraction, registers: Registers, size: TileSize, operands: readonly Operand[]) {
    this.#contraction = contraction;
    this.#registers = registers;
    this.#size = size;
    this.#operands = operands;
    const fresh = freshNames(contraction.kernel);
    this.#fresh = fresh;
    this.#tiles = operands.map(() => fresh("tile"));
    this.#group = indexName(fresh("group"));
    this.#rowTile = indexName(fresh("rowTile"));
    this.#columnTile = indexName(fresh("columnTile"));
    this.#step = indexName(fresh("step"));
    this.#product = indexName(fresh("product"));
  }

  build(): Kernel | null {
    const lane = indexName(this.#fresh("lane"));
    const code = this.#compute(lane);
    if (code === null) return null;
    const filled = this.#fill(lane);
    if (filled === null) return null;
    return this.#assemble(lane, code, filled);
  }

  get #workgroup(): number {
    return (this.#size.rows / this.#registers.rows) * (this.#size.columns / this.#registers.columns);
  }

  /** The tiles of the grid as a nest, with the other parallel loops around. */
  #tileNest(): Nest {
    const { nest, rows, columns } = this.#contraction;
    const others = nest.loops.filter((loop) => loop !== rows && loop !== columns);
    const tiles = (loop: ForStmt, index: string, size: number): ForStmt => ({ ...loop, index, end: int(Math.ceil((extentOf(loop) ?? 1) / size)) });
    return { loops: [...others, tiles(rows, this.#rowTile.name, this.#size.rows), tiles(columns, this.#columnTile.name, this.#size.columns)], body: [] };
  }

  /** What an invocation computes, its operands in the tiles: the statements of its loop, rows and columns jammed. */
  #compute(lane: RefExpr): readonly Stmt[] | null {
    const { kernel, nest, rows, columns, folds, statement } = this.#contraction;
    const { rows: height, columns: width, inner } = this.#size;
    const across = width / this.#registers.columns;
    const [laneRow, laneColumn] = [indexName(this.#fresh("laneRow")), indexName(this.#fresh("laneColumn"))];
    const inTile = (own: RefExpr, by: number, number: Expr): Expr => add(mul(own, by), number);
    const row = (number: Expr): Expr => inTile(laneRow, this.#registers.rows, number);
    const column = (number: Expr): Expr => inTile(laneColumn, this.#registers.columns, number);

    const last = at(folds, -1);
    const trips = extentOf(last) ?? 1;
    const steps: ForStmt = { ...last, index: this.#step.name, end: int(Math.ceil(trips / inner)), body: [this.#products(last, trips)] };
    const staged = replaceLoop(statement, last, steps);
    const body = nest.body.map((each) => (each === statement ? staged : each));
    const rowPlace = indexName(this.#fresh("rowPlace"));
    const columnPlace = indexName(this.#fresh("columnPlace"));
    // A place in a tile is told apart from the row or column that it holds, which at an edge may be held twice.
    const tile = registerTile(this.#contraction, this.#registers, this.#fresh, {
      body: this.#fromTiles(body, rowPlace, columnPlace),
      row: (number) => add(mul(this.#rowTile, height), row(number)),
      column: (number) => add(mul(this.#columnTile, width), column(number)),
      isWholeRows: (extentOf(rows) ?? 1) % height === 0, isWholeColumns: (extentOf(columns) ?? 1) % width === 0,
      inTile: { rowName: rowPlace, row, columnName: columnPlace, column },
    });
    const lets: readonly Stmt[] = [
      ...indicesOf(this.#tileNest(), this.#group),
      { kind: "let", name: laneRow.name, value: div(lane, across) }, { kind: "let", name: laneColumn.name, value: rem(lane, across) },
    ];
    const arrays = this.#tileArrays();
    const whole: Kernel = {
      ...kernel, arrays: [...kernel.arrays, ...arrays], workgroup: this.#workgroup,
      body: [countedLoop("grid", this.#group.name, int(iterationsOf(this.#tileNest()) ?? 1), [
        countedLoop("local", lane.name, int(this.#workgroup), [...lets, ...tile.statements]),
      ])],
    };
    const made = tile.jammed(whole);
    const grid = made?.body.at(-1);
    const local = grid?.kind === "for" ? grid.body.at(-1) : undefined;
    return local?.kind === "for" ? local.body : null;
  }

  #products(last: ForStmt, trips: number): ForStmt {
    const { inner } = this.#size;
    const place = add(mul(this.#step, inner), this.#product);
    const end = trips % inner === 0 ? int(inner) : min(sub(int(trips), mul(this.#step, inner)), inner);
    return { ...last, index: this.#product.name, end, body: substituteIn(last.body, new Map([[last.index, place]])) };
  }

  /** The body with the staged loads from the tiles: `[product][place]`. */
  #fromTiles(body: readonly Stmt[], rowPlace: RefExpr, columnPlace: RefExpr): readonly Stmt[] {
    const staged = new Map(this.#operands.map(({ load, along }, number) => [load.name, { tile: at(this.#tiles, number), along }]));
    return mapStmts(body, (statement) => {
      const operand = statement.kind === "load" ? staged.get(statement.name) : undefined;
      if (statement.kind !== "load" || operand === undefined) return statement;
      const [extent, place] = operand.along === "rows" ? [this.#size.rows, rowPlace] : [this.#size.columns, columnPlace];
      return { ...statement, buffer: operand.tile, index: add(mul(this.#product, extent), place), mask: null };
    });
  }

  #tileArrays(): readonly ArrayDecl[] {
    return this.#operands.map(({ load, along }, number) => ({
      name: at(this.#tiles, number), space: "workgroup", dtype: load.type.dtype, values: null,
      length: this.#size.inner * (along === "rows" ? this.#size.rows : this.#size.columns),
    }));
  }

  // Filling -------------------------------------------------------------------------------------------------------------

  /** What brings a step's operands into the tiles. */
  #fill(lane: RefExpr): readonly Stmt[] | null {
    const { kernel } = this.#contraction;
    const statements = this.#operands.flatMap((operand, number) => this.#fillOne(operand, at(this.#tiles, number), lane));
    const whole: Kernel = {
      ...kernel, arrays: [...kernel.arrays, ...this.#tileArrays()], workgroup: this.#workgroup,
      body: [countedLoop("grid", this.#group.name, int(iterationsOf(this.#tileNest()) ?? 1), [
        countedLoop("serial", this.#step.name, int(2 ** 20), [
          countedLoop("local", lane.name, int(this.#workgroup), [...indicesOf(this.#tileNest(), this.#group), ...statements]),
        ]),
      ])],
    };
    const { kernel: made, notes } = vectorize(whole, vectorWidth);
    if (notes.length > 0) return null;
    let found: readonly Stmt[] | null = null;
    mapStmts(made.body, (statement) => {
      if (statement.kind === "for" && statement.loop === "local") found = statement.body;
      return statement;
    });
    return found;
  }

  #fillOne({ load, along, index, mask, isDense, isDenseInner }: Operand, tile: string, lane: RefExpr): readonly Stmt[] {
    const { rows, columns, folds, inVectors } = this.#contraction;
    const { inner } = this.#size;
    const own = along === "rows" ? rows : columns;
    const extent = extentOf(own) ?? 1;
    const size = along === "rows" ? this.#size.rows : this.#size.columns;
    const isWhole = extent % size === 0;
    // Vectors at an edge are held twice as whole vectors, as the computation takes columns in vectors.
    const wide = mask === null && isDense && extent % vectorWidth === 0 && (isWhole || (along === "columns" && inVectors)) && this.#movesWhole(index, own);
    const unit = wide ? vectorWidth : 1;
    const count = (inner * size) / unit;
    const across = size / unit;
    const [trip, number, place, product, element] = ["trip", "number", "place", "product", "element"].map((hint) => indexName(this.#fresh(hint))) as [RefExpr, RefExpr, RefExpr, RefExpr, RefExpr];
    const alongInner = isDenseInner && !isDense;
    const lets: readonly Stmt[] = [
      { kind: "let", name: number.name, value: add(mul(trip, this.#workgroup), lane) },
      { kind: "let", name: product.name, value: alongInner ? rem(number, inner) : div(number, across) },
      { kind: "let", name: place.name, value: mul(alongInner ? div(number, inner) : rem(number, across), unit) },
    ];
    const tileIndex = along === "rows" ? this.#rowTile : this.#columnTile;
    const first = add(mul(tileIndex, size), place);
    const within = isWhole ? first : min(first, extent - unit);
    const step = add(mul(this.#step, inner), product);
    const name = this.#fresh(load.name);
    const inVector = (value: Expr): Expr => (wide ? add(value, element) : value);
    const places = new Map([[own.index, inVector(within)], [at(folds, -1).index, step]]);
    const move: readonly Stmt[] = [
      { ...load, name, index: substitute(index, places), mask: mask === null ? null : substitute(mask, places) },
      { kind: "store", buffer: tile, index: inVector(add(mul(product, size), place)), value: ref(name, load.type), mask: null },
    ];
    const trips = extentOf(at(folds, -1)) ?? 1;
    const wideMove: readonly Stmt[] = wide ? [countedLoop("simd", element.name, int(vectorWidth), move)] : move;
    const guarded: readonly Stmt[] = trips % inner === 0 ? wideMove : [{ kind: "if", condition: lt(step, trips), then: wideMove, otherwise: [] }];
    const all: readonly Stmt[] = count % this.#workgroup === 0
      ? [...lets, ...guarded] : [...lets, { kind: "if", condition: lt(number, count), then: guarded, otherwise: [] }];
    const turns = Math.ceil(count / this.#workgroup);
    return [countedLoop(turns <= 8 ? "unrolled" : "serial", trip.name, int(turns), all)];
  }

  /** Whether the place of a vector begins at a multiple of its width whatever the other loops are at. */
  #movesWhole(index: Expr, own: ForStmt): boolean {
    const { nest, folds } = this.#contraction;
    const pattern = loadPattern({ kind: "load", name: "operand", type: { dtype: "float32", width: 1 }, buffer: "operand", index, mask: null }, new Map());
    return [...nest.loops, ...folds].every((loop) => loop === own || (pattern.stride(loop.index) ?? 1) % vectorWidth === 0);
  }

  // Assembly ------------------------------------------------------------------------------------------------------------

  /** Zeroes, then steps of filling and multiplying, then what follows the loop: local loops with barriers in between. */
  #assemble(lane: RefExpr, code: readonly Stmt[], filled: readonly Stmt[]): Kernel | null {
    const { kernel } = this.#contraction;
    const place = code.findIndex((statement) => statement.kind === "for");
    const loop = code[place];
    if (loop?.kind !== "for") return null;
    const before = code.slice(0, place);
    const variables = before.filter((statement): statement is VarStmt => statement.kind === "var");
    const plain = before.filter(({ kind }) => kind === "let" || kind === "load");
    if (variables.length + plain.length !== before.length || variables.some(({ init }) => init.kind !== "const")) return null;
    const sums = this.#sumArrays(variables);
    const local = (body: readonly Stmt[]): Stmt => {
      const own = indexName(this.#fresh("lane"));
      return countedLoop("local", own.name, int(this.#workgroup), renameDeclarations(substituteIn(body, new Map([[lane.name, own]])), this.#fresh));
    };
    const keep = variables.map((variable): Stmt => ({ kind: "store", ...at(sums.places, variables.indexOf(variable)), value: ref(variable.name, variable.type), mask: null }));
    const start = variables.map((variable, number): Stmt => ({ kind: "store", ...at(sums.places, number), value: variable.init, mask: null }));
    const multiply = (products: ForStmt, places: ReadonlyMap<string, Expr>): readonly Stmt[] => [
      { kind: "barrier" },
      local([...plain, ...this.#resumed(variables, sums.places), ...substituteIn([products], places), ...keep]),
      { kind: "barrier" },
    ];
    // The loops around the products, which jamming has renamed, and the products themselves.
    const chain = perfectNest(loop);
    const names = [...this.#contraction.folds.slice(0, -1).map(({ index }) => index), this.#step.name];
    const products = at(chain, -1);
    if (chain.length !== names.length + 1) return null;
    const own = names.map((name) => indexName(this.#fresh(name)));
    const inFilled = new Map(names.map((name, depth): [string, Expr] => [name, at(own, depth)]));
    const inProducts = new Map(names.map((_, depth): [string, Expr] => [at(chain, depth).index, at(own, depth)]));
    const inStep: readonly Stmt[] = [local(substituteIn(filled, inFilled)), ...multiply(products, inProducts)];
    const [steps] = chain.slice(0, -1).reduceRight<readonly Stmt[]>((body, each, depth) => [{ ...each, index: at(own, depth).name, body }], inStep);
    if (steps === undefined) return null;
    const finished = [...plain, ...this.#resumed(variables, sums.places), ...code.slice(place + 1)];
    const total = iterationsOf(this.#tileNest()) ?? 1;
    return {
      ...kernel, workgroup: this.#workgroup, arrays: [...kernel.arrays, ...this.#tileArrays(), ...sums.arrays],
      body: [countedLoop("grid", this.#group.name, int(total), [local(start), steps, local(finished)])],
    };
  }

  /** The variables again, with what they were when they were kept. */
  #resumed(variables: readonly VarStmt[], places: readonly SumPlace[]): readonly Stmt[] {
    return variables.flatMap((variable, number): readonly Stmt[] => {
      const held = this.#fresh("held");
      return [
        { kind: "load", name: held, type: variable.type, ...at(places, number), mask: null },
        { ...variable, init: ref(held, variable.type) },
      ];
    });
  }

  #sumArrays(variables: readonly VarStmt[]): { readonly arrays: readonly ArrayDecl[]; readonly places: readonly SumPlace[] } {
    const arrays = new Map<string, ArrayDecl>();
    const places = variables.map(({ type: { dtype, width } }): SumPlace => {
      const key = `${dtype} ${width}`;
      const array = arrays.get(key) ?? { name: this.#fresh("sums"), space: "local", dtype, length: 0, values: null };
      arrays.set(key, { ...array, length: array.length + width });
      return { buffer: array.name, index: int(array.length) };
    });
    return { arrays: [...arrays.values()], places };
  }
}

interface SumPlace {
  readonly buffer: string;
  readonly index: Expr;
}
