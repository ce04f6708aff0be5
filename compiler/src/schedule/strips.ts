/**
 * @file Kernels of several parts whose rows are columns in memory, as a softmax over the first axis: instead of going down each
 * column, far apart in memory, every part runs along the rows of a strip of neighbouring columns. What a column keeps between
 * the parts, and from one row to the next, becomes an array over the strip.
 */

import { at, InternalError } from "../base/assert.ts";
import { byteSize } from "../base/dtype.ts";
import { add, int, min, mul, ref, scalarType, sub } from "../kernel/build.ts";
import { exprsOf, forEachExpr, forEachStmt, mapStmts, substituteIn } from "../kernel/walk.ts";
import type { ArrayDecl, Expr, ForStmt, Kernel, KernelType, Stmt } from "../kernel/types.ts";
import type { Capabilities } from "../target.ts";
import { copyOf, type JamContext } from "./jam.ts";
import { definitionsIn, extentOf, loadPattern, loadsIn, perfectNest, withNest, type Nest } from "./nest.ts";

/** Columns of a strip: at least a line of memory, at most what leaves room in the first cache. */
const leastColumns = 16;
const mostColumns = 256;

/** Whether neighbouring columns are neighbours in memory, and what follows in a column is far away. */
export function runsAcrossColumns(nest: Nest): boolean {
  const columns = nest.loops.at(-1);
  if (columns === undefined || (extentOf(columns) ?? 0) < leastColumns) return false;
  const definitions = definitionsIn(nest.body);
  let across = 0;
  for (const statement of nest.body) {
    if (statement.kind !== "for") continue;
    for (const load of loadsIn([statement])) {
      const pattern = loadPattern(load, definitions);
      if (!pattern.dependsOn(columns.index)) continue;
      const strides = perfectNest(statement).map((loop) => Math.abs(pattern.stride(loop.index) ?? 0));
      if (strides.includes(1)) return false;
      if (pattern.stride(columns.index) === 1 && strides.some((stride) => stride > 1)) across += 1;
    }
  }
  return across > 0;
}

/** The kernel with its innermost parallel loop inside its parts. Every iteration of that loop is independent. */
export function inStrips(kernel: Kernel, nest: Nest, capabilities: Capabilities, context: JamContext): Kernel {
  return new Strips(kernel, nest, capabilities, context).apply();
}

class Strips {
  readonly #kernel: Kernel;
  readonly #nest: Nest;
  readonly #context: JamContext;
  readonly #columns: ForStmt;
  readonly #extent: number;
  readonly #width: number;
  readonly #strip: string;
  /** Arrays of one column, by name: they hold all columns of the strip. */
  readonly #held: ReadonlyMap<string, ArrayDecl>;
  /** Names of a column that several parts use, with the arrays that hold them. */
  readonly #crossing = new Map<string, { readonly array: string; readonly type: KernelType }>();

  constructor(kernel: Kernel, nest: Nest, { rowBytes }: Capabilities, context: JamContext) {
    this.#kernel = kernel;
    this.#nest = nest;
    this.#context = context;
    this.#columns = at(nest.loops, -1);
    const extent = extentOf(this.#columns);
    if (extent === null) throw new InternalError("columns without a constant extent");
    this.#extent = extent;
    this.#held = new Map(kernel.arrays.flatMap((array) => (array.space === "local" ? [[array.name, array] as const] : [])));
    const bytes = [...this.#held.values()].reduce((sum, { length, dtype }) => sum + length * byteSize(dtype), 0);
    this.#width = Math.min(extent, mostColumns, Math.max(leastColumns, Math.floor(rowBytes / Math.max(1, bytes))));
    this.#strip = context.fresh("strip");
    for (const [name, type] of crossingNames(nest.body)) this.#crossing.set(name, { array: context.fresh(name), type });
  }

  apply(): Kernel {
    const held = [...this.#held.values()].map((array): ArrayDecl => ({ ...array, length: array.length * this.#width }));
    const crossing = [...this.#crossing.values()].map(({ array, type }): ArrayDecl => (
      { name: array, space: "local", dtype: type.dtype, length: this.#width, values: null }
    ));
    const arrays = [...this.#kernel.arrays.filter(({ name }) => !this.#held.has(name)), ...held, ...crossing];
    const strips: ForStmt = { ...this.#columns, index: this.#strip, end: int(Math.ceil(this.#extent / this.#width)) };
    const body = partsOf(this.#nest.body).flatMap((part) => this.#part(part));
    return withNest({ ...this.#kernel, arrays }, { loops: [...this.#nest.loops.slice(0, -1), strips], body });
  }

  #begin(): Expr {
    return mul(ref(this.#strip, scalarType("int32")), int(this.#width));
  }

  /** A loop, or the statements between two loops. */
  #part(part: readonly Stmt[]): readonly Stmt[] {
    const [loop] = part;
    if (loop?.kind !== "for") return [this.#overColumns(part)];
    const nest = perfectNest(loop);
    const body = this.#overColumns(at(nest, -1).body);
    return nest.reduceRight<readonly Stmt[]>((inner, { ...each }) => [{ ...each, loop: "serial", body: inner }], [body]);
  }

  /** The statements for every column of the strip; the last strip may be narrower. */
  #overColumns(statements: readonly Stmt[]): ForStmt {
    const index = this.#context.fresh(this.#columns.index);
    const column = ref(index, scalarType("int32"));
    const slot = sub(column, this.#begin());
    const rest = this.#extent % this.#width;
    const end = add(this.#begin(), int(this.#width));
    const body = substituteIn(copyOf(this.#inColumn(statements, slot), this.#context), new Map([[this.#columns.index, column]]));
    return { kind: "for", loop: "simd", index, begin: this.#begin(), end: rest === 0 ? end : min(end, int(this.#extent)), step: 1, body };
  }

  #inColumn(statements: readonly Stmt[], slot: Expr): readonly Stmt[] {
    const used = namesUsed(statements);
    const { declared, assigned } = namesSet(statements);
    const before: Stmt[] = [];
    const after: Stmt[] = [];
    for (const [name, { array, type }] of this.#crossing) {
      const isOwn = declared.has(name);
      if (!isOwn && assigned.has(name)) {
        const loaded = this.#context.fresh(name);
        before.push({ kind: "load", name: loaded, type, buffer: array, index: slot, mask: null }, { kind: "var", name, type, init: ref(loaded, type) });
      } else if (!isOwn && used.has(name)) {
        before.push({ kind: "load", name, type, buffer: array, index: slot, mask: null });
      }
      if (isOwn || assigned.has(name)) after.push({ kind: "store", buffer: array, index: slot, value: ref(name, type), mask: null });
    }
    return [...before, ...this.#spread(statements, slot), ...after];
  }

  /** What lies at a place of a column's array lies at that place of every column of the strip, column by column. */
  #spread(statements: readonly Stmt[], slot: Expr): readonly Stmt[] {
    const placeOf = (index: Expr): Expr => add(mul(index, int(this.#width)), slot);
    return mapStmts(statements, (statement) => (
      (statement.kind === "load" || statement.kind === "store") && this.#held.has(statement.buffer) ? { ...statement, index: placeOf(statement.index) } : statement
    ));
  }
}

/** Loops one by one, and the statements between them together. */
function partsOf(body: readonly Stmt[]): readonly (readonly Stmt[])[] {
  const parts: Stmt[][] = [];
  let open: Stmt[] | null = null;
  for (const statement of body) {
    if (statement.kind === "for") {
      parts.push([statement]);
      open = null;
    } else if (open === null) {
      open = [statement];
      parts.push(open);
    } else {
      open.push(statement);
    }
  }
  return parts;
}

/** Names declared in one part and used in another one, with their types. */
function crossingNames(body: readonly Stmt[]): ReadonlyMap<string, KernelType> {
  const parts = partsOf(body);
  const crossing = new Map<string, KernelType>();
  parts.forEach((part, number) => {
    const later = parts.slice(number + 1).map((other) => ({ used: namesUsed(other), assigned: namesSet(other).assigned }));
    for (const statement of part) {
      const type = statement.kind === "let" ? statement.value.type : statement.kind === "var" || statement.kind === "load" ? statement.type : null;
      if (type === null || !("name" in statement)) continue;
      if (later.some(({ used, assigned }) => used.has(statement.name) || assigned.has(statement.name))) crossing.set(statement.name, type);
    }
  });
  return crossing;
}

function namesUsed(statements: readonly Stmt[]): ReadonlySet<string> {
  const used = new Set<string>();
  forEachStmt(statements, (statement) => {
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        if (node.kind === "ref") used.add(node.name);
      });
    }
  });
  return used;
}

function namesSet(statements: readonly Stmt[]): { readonly declared: ReadonlySet<string>; readonly assigned: ReadonlySet<string> } {
  const [declared, assigned] = [new Set<string>(), new Set<string>()];
  forEachStmt(statements, (statement) => {
    if (statement.kind === "let" || statement.kind === "var" || statement.kind === "load") declared.add(statement.name);
    if (statement.kind === "assign") assigned.add(statement.name);
  });
  return { declared, assigned };
}
