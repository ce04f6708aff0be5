/**
 * @file Kernels of several parts in which several rows run together. What a row keeps between the parts becomes an array over
 * those rows.
 *
 * Where the rows are columns in memory, as in a softmax over the first axis, every part runs along the memory over a strip of
 * neighbouring columns, instead of down each column, far apart in memory. Where a part multiplies matrices, every part runs
 * for a block of rows, whose products share what they load.
 */

import { at, InternalError } from "../base/assert.ts";
import { byteSize } from "../base/dtype.ts";
import { add, int, lt, min, mul, ref, scalarType, sub } from "../kernel/build.ts";
import { definitionsIn, forEachExprIn, forEachStmt, mapStmts, substituteIn } from "../kernel/walk.ts";
import type { ArrayDecl, Expr, ForStmt, Kernel, KernelType, Stmt } from "../kernel/types.ts";
import type { Capabilities } from "../target.ts";
import { copyOf, type JamContext } from "./jam.ts";
import { extentOf, loadPattern, loadsIn, perfectNest, withNest, type Nest } from "./nest.ts";

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

/** The kernel with its innermost parallel loop, which is over columns, inside the loops of its parts. */
export function inStrips(kernel: Kernel, nest: Nest, { rowBytes }: Capabilities, context: JamContext): Kernel {
  const extent = extentOf(at(nest.loops, -1)) ?? 0;
  const bytes = localArrays(kernel).reduce((sum, { length, dtype }) => sum + length * byteSize(dtype), 0);
  const width = Math.min(extent, mostColumns, Math.max(leastColumns, Math.floor(rowBytes / Math.max(1, bytes))));
  return new Strips(kernel, nest, { width, inside: true }, context).apply();
}

/**
 * The kernel with blocks of `width` rows: every part runs for all rows of a block before the next part begins, so that a part
 * that multiplies matrices has rows for its tiles.
 */
export function inRowBlocks(kernel: Kernel, nest: Nest, width: number, context: JamContext): Kernel {
  return new Strips(kernel, nest, { width, inside: false }, context).apply();
}

/** Whether a part has a loop of folds inside its parallel loops. */
export function holdsInnerFolds({ body }: Nest): boolean {
  return body.some((statement) => statement.kind === "for" && statement.loop === "simd"
    && at(perfectNest(statement), -1).body.some((inner) => inner.kind === "for" && inner.loop === "serial"));
}

interface Shape {
  /** Rows or columns that run together. */
  readonly width: number;
  /** Whether they run inside the loops of a part. */
  readonly inside: boolean;
}

class Strips {
  readonly #kernel: Kernel;
  readonly #nest: Nest;
  readonly #context: JamContext;
  readonly #shape: Shape;
  readonly #rows: ForStmt;
  readonly #extent: number;
  readonly #strip: string;
  /** Arrays of one row, by name: they hold all rows of the strip. */
  readonly #held: ReadonlyMap<string, ArrayDecl>;
  /** Names of a row that several parts use, with the arrays that hold them. */
  readonly #crossing = new Map<string, { readonly array: string; readonly type: KernelType }>();

  constructor(kernel: Kernel, nest: Nest, shape: Shape, context: JamContext) {
    this.#kernel = kernel;
    this.#nest = nest;
    this.#context = context;
    this.#shape = shape;
    this.#rows = at(nest.loops, -1);
    const extent = extentOf(this.#rows);
    if (extent === null) throw new InternalError("rows without a constant extent");
    this.#extent = extent;
    this.#held = new Map(localArrays(kernel).map((array) => [array.name, array]));
    this.#strip = context.fresh("strip");
    for (const [name, type] of crossingNames(nest.body)) this.#crossing.set(name, { array: context.fresh(name), type });
  }

  apply(): Kernel {
    const { width } = this.#shape;
    const held = [...this.#held.values()].map((array): ArrayDecl => ({ ...array, length: array.length * width }));
    const crossing = [...this.#crossing.values()].map(({ array, type }): ArrayDecl => (
      { name: array, space: "local", dtype: type.dtype, length: width, values: null }
    ));
    const arrays = [...this.#kernel.arrays.filter(({ name }) => !this.#held.has(name)), ...held, ...crossing];
    const strips: ForStmt = { ...this.#rows, index: this.#strip, end: int(Math.ceil(this.#extent / width)) };
    return withNest({ ...this.#kernel, arrays }, { loops: [...this.#nest.loops.slice(0, -1), strips], body: this.#body() });
  }

  /** The parts for one strip; the last one may have fewer rows. */
  #body(): readonly Stmt[] {
    const { width, inside } = this.#shape;
    const whole = Math.floor(this.#extent / width);
    const rest = this.#extent % width;
    const parts = (rows: Expr): readonly Stmt[] => partsOf(this.#nest.body).flatMap((part) => this.#part(part, rows));
    if (rest === 0) return parts(int(width));
    if (inside) return parts(min(sub(int(this.#extent), this.#begin()), int(width)));
    // Tiles need a number of rows that is known.
    return [{ kind: "if", condition: lt(ref(this.#strip, scalarType("int32")), int(whole)), then: parts(int(width)), otherwise: parts(int(rest)) }];
  }

  #begin(): Expr {
    return mul(ref(this.#strip, scalarType("int32")), int(this.#shape.width));
  }

  /** A loop, or the statements between two loops. */
  #part(part: readonly Stmt[], rows: Expr): readonly Stmt[] {
    const [loop] = part;
    if (!this.#shape.inside || loop?.kind !== "for") return [this.#overRows(part, rows)];
    const nest = perfectNest(loop);
    return nest.reduceRight<readonly Stmt[]>((inner, each) => [{ ...each, loop: "serial", body: inner }], [this.#overRows(at(nest, -1).body, rows)]);
  }

  /** The statements for so many rows. */
  #overRows(statements: readonly Stmt[], rows: Expr): ForStmt {
    const index = this.#context.fresh(this.#rows.index);
    const slot = ref(index, scalarType("int32"));
    const body = substituteIn(copyOf(this.#inRow(statements, slot), this.#context), new Map([[this.#rows.index, add(this.#begin(), slot)]]));
    return { kind: "for", loop: "simd", index, begin: int(0), end: rows, step: 1, body };
  }

  #inRow(statements: readonly Stmt[], slot: Expr): readonly Stmt[] {
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

  /** Where an element of a row's array lies among those of all rows of the strip: beside its like, or in its row. */
  #spread(statements: readonly Stmt[], slot: Expr): readonly Stmt[] {
    const { width, inside } = this.#shape;
    return mapStmts(statements, (statement) => {
      const array = statement.kind === "load" || statement.kind === "store" ? this.#held.get(statement.buffer) : undefined;
      if (array === undefined || (statement.kind !== "load" && statement.kind !== "store")) return statement;
      return { ...statement, index: inside ? add(mul(statement.index, int(width)), slot) : add(mul(slot, int(array.length)), statement.index) };
    });
  }
}

function localArrays({ arrays }: Kernel): readonly ArrayDecl[] {
  return arrays.filter(({ space }) => space === "local");
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
  forEachExprIn(statements, (node) => {
    if (node.kind === "ref") used.add(node.name);
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
