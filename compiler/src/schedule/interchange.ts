/**
 * @file Folds over an outer axis, as sums of columns: instead of running down each column, far apart in memory, the kernel runs
 * along the rows and keeps one accumulator per column, a strip of columns at a time and several rows at once.
 */

import { at, InternalError } from "../base/assert.ts";
import { add, int, min, mul, ref, scalarType, sub } from "../kernel/build.ts";
import { foldStart } from "../kernel/folds.ts";
import type { ArrayDecl, Expr, ForStmt, Kernel, RefExpr, Stmt } from "../kernel/types.ts";
import { substituteIn } from "../kernel/walk.ts";
import type { Accumulator } from "./accumulators.ts";
import { copyOf, jam, type JamContext } from "./jam.ts";
import { extentOf, withNest, type Nest } from "./nest.ts";

/** Columns whose accumulators fit the first cache beside the rows that are read. */
const stripColumns = 2048;
const rowsAtOnce = 4;

/**
 * The kernel with its loop of folds outside its innermost parallel loop. `folds` is the nest of serial loops, a statement of the
 * nest's body, and `accumulators` are the variables that it folds into.
 */
export function interchangeFolds(
  kernel: Kernel, nest: Nest, folds: readonly ForStmt[], accumulators: readonly Accumulator[], context: JamContext,
): Kernel {
  return new Interchange(nest, folds, accumulators, context).apply(kernel);
}

class Interchange {
  readonly #nest: Nest;
  readonly #folds: readonly ForStmt[];
  readonly #accumulators: readonly Accumulator[];
  readonly #context: JamContext;
  readonly #columns: ForStmt;
  readonly #extent: number;
  readonly #strips: number;
  readonly #strip: string;
  readonly #arrays: readonly ArrayDecl[];

  constructor(nest: Nest, folds: readonly ForStmt[], accumulators: readonly Accumulator[], context: JamContext) {
    this.#nest = nest;
    this.#folds = folds;
    this.#accumulators = accumulators;
    this.#context = context;
    this.#columns = at(nest.loops, -1);
    const extent = extentOf(this.#columns);
    if (extent === null) throw new InternalError("columns without a constant extent");
    this.#extent = extent;
    this.#strips = Math.ceil(extent / stripColumns);
    this.#strip = context.fresh("strip");
    this.#arrays = accumulators.map(({ type }) => ({
      name: context.fresh("sums"), space: "local", dtype: type.dtype, length: this.#width, values: null,
    }));
  }

  get #width(): number {
    return Math.ceil(this.#extent / this.#strips);
  }

  apply(kernel: Kernel): Kernel {
    const place = this.#nest.body.findIndex((statement) => statement === this.#folds[0]);
    const names = new Set(this.#accumulators.map(({ name }) => name));
    const before = this.#nest.body.slice(0, place).filter((statement) => statement.kind !== "var" || !names.has(statement.name));
    const body = [
      this.#overColumns((column) => this.#accumulators.map((accumulator, number): Stmt => (
        { kind: "store", buffer: this.#array(number), index: this.#slot(column), value: foldStart(accumulator.op, accumulator.type.dtype), mask: null }
      ))),
      ...this.#rows(before),
      this.#overColumns((column) => this.#afterFolds(column, [...before, ...this.#nest.body.slice(place + 1)])),
    ];
    const arrays = [...kernel.arrays, ...this.#arrays];
    const outer = this.#nest.loops.slice(0, -1);
    if (this.#strips === 1) return withNest({ ...kernel, arrays }, { loops: outer, body });
    const strips: ForStmt = { ...this.#columns, index: this.#strip, end: int(this.#strips) };
    return withNest({ ...kernel, arrays }, { loops: [...outer, strips], body });
  }

  #array(number: number): string {
    return at(this.#arrays, number).name;
  }

  #begin(): Expr {
    return this.#strips === 1 ? int(0) : mul(ref(this.#strip, scalarType("int32")), int(this.#width));
  }

  #slot(column: Expr): Expr {
    return this.#strips === 1 ? column : sub(column, this.#begin());
  }

  /** A loop over the columns of a strip; the last strip may be narrower. */
  #overColumns(body: (column: Expr) => readonly Stmt[]): ForStmt {
    const index = this.#context.fresh(this.#columns.index);
    const begin = this.#begin();
    const end = this.#strips === 1 ? int(this.#extent) : min(add(begin, int(this.#width)), int(this.#extent));
    return { kind: "for", loop: "simd", index, begin, end, step: 1, body: body(ref(index, scalarType("int32"))) };
  }

  /** The loops of folds, several rows at once, each with the columns inside. */
  #rows(before: readonly Stmt[]): readonly Stmt[] {
    const inner = at(this.#folds, -1);
    const extent = extentOf(inner);
    if (extent === null) throw new InternalError("rows without a constant extent");
    const atOnce = Math.min(rowsAtOnce, extent);
    const left = extent % atOnce;
    const index = this.#context.fresh(inner.index);
    const main: ForStmt = {
      ...inner, index, end: int(extent - left), step: atOnce,
      body: [this.#overColumns((column) => this.#rowStep(before, inner, ref(index, scalarType("int32")), atOnce, column))],
    };
    const rest = left === 0 ? [] : [this.#overColumns((column) => this.#rowStep(before, inner, int(extent - left), left, column))];
    return this.#folds.slice(0, -1).reduceRight<readonly Stmt[]>((body, loop) => [{ ...loop, body }], [main, ...rest]);
  }

  /** Folds `count` rows into the accumulators of one column. */
  #rowStep(before: readonly Stmt[], inner: ForStmt, row: Expr, count: number, column: Expr): readonly Stmt[] {
    const held = this.#accumulators.map(({ name, type }): RefExpr => ref(this.#context.fresh(name), type));
    const loads = this.#loadAll(column);
    const variables = held.map(({ name, type }, number): Stmt => ({ kind: "var", name, type, init: at(loads.values, number) }));
    const copies = new Map(this.#accumulators.map(({ name }, number) => [name, Array.from({ length: count }, () => at(held, number))]));
    const folded = jam([...before, ...inner.body], inner.index, row, count, this.#context, copies);
    const stores = held.map((value, number): Stmt => ({ kind: "store", buffer: this.#array(number), index: this.#slot(column), value, mask: null }));
    return [...loads.statements, ...variables, ...substituteIn(folded, new Map([[this.#columns.index, column]])), ...stores];
  }

  /** What stands beside the folds, for one column. */
  #afterFolds(column: Expr, body: readonly Stmt[]): readonly Stmt[] {
    const loads = this.#loadAll(column);
    const meanings = new Map<string, Expr>(this.#accumulators.map(({ name }, number) => [name, at(loads.values, number)]));
    return [...loads.statements, ...substituteIn(copyOf(body, this.#context), new Map([...meanings, [this.#columns.index, column]]))];
  }

  /** The accumulators of one column. */
  #loadAll(column: Expr): { readonly statements: readonly Stmt[]; readonly values: readonly Expr[] } {
    const values = this.#accumulators.map(({ name, type }) => ref(this.#context.fresh(name), type));
    const statements = values.map(({ name, type }, number): Stmt => (
      { kind: "load", name, type, buffer: this.#array(number), index: this.#slot(column), mask: null }
    ));
    return { statements, values };
  }
}
