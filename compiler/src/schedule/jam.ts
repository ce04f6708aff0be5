/**
 * @file Unroll and jam: several iterations of an independent loop side by side in one body. What does not depend on the loop
 * stands there once, and loops inside are shared, so that what they load serves all copies: that is a register tile.
 */

import { assertNever, at, InternalError } from "../base/assert.ts";
import { add, int, lt, mul, ref, rem, scalarType, sub } from "../kernel/build.ts";
import { bodiesOf, declaredName, exprsOf, mapExpr, mapExprsOf, mapOperands, mentionsAny } from "../kernel/walk.ts";
import type { Expr, ForStmt, IfStmt, Stmt } from "../kernel/types.ts";
import { extentOf } from "./nest.ts";

export interface JamContext {
  /** Makes a name that the kernel does not have. */
  readonly fresh: (name: string) => string;
  /** Buffers and arrays that the kernel writes: a load of one stands in every copy. */
  readonly written: ReadonlySet<string>;
}

/** The expressions that stand for a name in each copy. */
export type CopyNames = ReadonlyMap<string, readonly Expr[]>;

/**
 * `count` iterations of the loop with this index, which run in `body`, beginning at `base`. Further names can differ from
 * copy to copy: the accumulators of a fold.
 */
export function jam(
  body: readonly Stmt[], index: string, base: Expr, count: number, context: JamContext, further: CopyNames = new Map(),
): readonly Stmt[] {
  const copies = Array.from({ length: count }, (_, copy) => add(base, int(copy)));
  return new Jammer(body, new Map([[index, copies], ...further]), count, context).run();
}

class Jammer {
  readonly #body: readonly Stmt[];
  readonly #count: number;
  readonly #context: JamContext;
  readonly #dependent: ReadonlySet<string>;
  /** For each copy, what stands for the names of the original. */
  readonly #names: readonly Map<string, Expr>[];

  constructor(body: readonly Stmt[], given: CopyNames, count: number, context: JamContext) {
    this.#body = body;
    this.#count = count;
    this.#context = context;
    this.#names = Array.from({ length: count }, (_, copy) => new Map([...given].map(([name, exprs]) => [name, at(exprs, copy)])));
    this.#dependent = dependentNames(body, [...given.keys()], context.written);
  }

  run(): readonly Stmt[] {
    return this.#emit(this.#body);
  }

  #emit(body: readonly Stmt[]): readonly Stmt[] {
    return body.flatMap((statement) => this.#statement(statement));
  }

  #statement(statement: Stmt): readonly Stmt[] {
    if (!this.#differs(statement)) return [this.#copy(statement, 0, true)];
    if (statement.kind === "for" && !this.#usesDependent(exprsOf(statement))) {
      return [{ ...this.#sharedLoop(statement), body: this.#emit(statement.body) }];
    }
    if (statement.kind === "if" && !this.#usesDependent(exprsOf(statement))) {
      return [{ ...statement, condition: this.#renamed(statement.condition, 0), then: this.#emit(statement.then), otherwise: this.#emit(statement.otherwise) }];
    }
    const { shared, rest } = this.#count === 1 || bodiesOf(statement).length > 0 ? { shared: [], rest: statement } : this.#withoutShared(statement);
    return [...shared, ...Array.from({ length: this.#count }, (_, copy) => this.#copy(rest, copy, false))];
  }

  /** A statement with the values that its copies have in common named before it. */
  #withoutShared(statement: Stmt): { readonly shared: readonly Stmt[]; readonly rest: Stmt } {
    const shared: Stmt[] = [];
    const visit = (expr: Expr): Expr => {
      if (mentionsAny(expr, this.#dependent)) return mapOperands(expr, visit);
      if (expr.kind !== "op" || expr.type.dtype === "int32" || expr.type.dtype === "bool") return expr;
      const name = this.#context.fresh("v");
      shared.push({ kind: "let", name, value: this.#renamed(expr, 0) });
      return ref(name, expr.type);
    };
    return { rest: mapExprsOf(statement, visit), shared };
  }

  /** Whether the copies of a statement are not all the same. */
  #differs(statement: Stmt): boolean {
    switch (statement.kind) {
      case "let": case "var": case "load": case "assign": return this.#dependent.has(statement.name);
      case "store": return true;
      case "for": return this.#usesDependent(exprsOf(statement)) || statement.body.some((inner) => this.#differs(inner));
      case "if":
        return this.#usesDependent(exprsOf(statement)) || [...statement.then, ...statement.otherwise].some((inner) => this.#differs(inner));
      case "while": return this.#usesDependent(exprsOf(statement)) || [...statement.before, ...statement.body].some((inner) => this.#differs(inner));
      case "barrier": case "subgroup": return false;
      default: return assertNever(statement, "statement");
    }
  }

  #usesDependent(exprs: readonly Expr[]): boolean {
    return exprs.some((expr) => mentionsAny(expr, this.#dependent));
  }

  #sharedLoop(loop: ForStmt): ForStmt {
    const index = this.#context.fresh(loop.index);
    for (const names of this.#names) names.set(loop.index, ref(index, scalarType("int32")));
    return { ...loop, index, begin: this.#renamed(loop.begin, 0), end: this.#renamed(loop.end, 0) };
  }

  /** One copy of a statement and of all that is in it; a shared one declares its names for all copies. */
  #copy(statement: Stmt, copy: number, shared: boolean): Stmt {
    const mapped = mapExprsOf(statement, (expr) => this.#renamed(expr, copy));
    const inner = (body: readonly Stmt[]): readonly Stmt[] => body.map((each) => this.#copy(each, copy, shared));
    switch (mapped.kind) {
      case "let": return { ...mapped, name: this.#declare(mapped.name, mapped.value.type, copy, shared) };
      case "var": case "load": return { ...mapped, name: this.#declare(mapped.name, mapped.type, copy, shared) };
      case "assign": return { ...mapped, name: this.#targetName(mapped.name, copy) };
      case "for": {
        const index = this.#declare(mapped.index, scalarType("int32"), copy, shared);
        return { ...mapped, index, body: inner(mapped.body) };
      }
      case "while": {
        // The condition sees what `before` declares, so it is renamed after it.
        const original = statement.kind === "while" ? statement : mapped;
        const before = inner(original.before);
        return { ...original, before, condition: this.#renamed(original.condition, copy), body: inner(original.body) };
      }
      case "if": return { ...mapped, then: inner(mapped.then), otherwise: inner(mapped.otherwise) };
      case "store": case "barrier": case "subgroup": return mapped;
      default: return assertNever(mapped, "statement");
    }
  }

  #declare(name: string, type: Expr["type"], copy: number, shared: boolean): string {
    const fresh = this.#context.fresh(name);
    const expr = ref(fresh, type);
    if (shared) for (const names of this.#names) names.set(name, expr);
    else at(this.#names, copy).set(name, expr);
    return fresh;
  }

  #targetName(name: string, copy: number): string {
    const target = at(this.#names, copy).get(name);
    if (target === undefined) return name;
    if (target.kind !== "ref") throw new InternalError(`${name} is assigned in a jammed loop and is no variable`);
    return target.name;
  }

  #renamed(expr: Expr, copy: number): Expr {
    const names = at(this.#names, copy);
    return mapExpr(expr, (node) => (node.kind === "ref" ? names.get(node.name) ?? node : node));
  }
}

/** Names whose values differ from iteration to iteration, or may. */
function dependentNames(body: readonly Stmt[], roots: readonly string[], written: ReadonlySet<string>): ReadonlySet<string> {
  const dependent = new Set(roots);
  const visit = (statements: readonly Stmt[], underDependent: boolean): void => {
    for (const statement of statements) {
      const uses = exprsOf(statement).some((expr) => mentionsAny(expr, dependent));
      const name = statement.kind === "assign" ? statement.name : declaredName(statement);
      const reads = statement.kind === "load" && written.has(statement.buffer);
      if (name !== null && (underDependent || reads || (uses && statement.kind !== "for"))) dependent.add(name);
      if (statement.kind === "for") visit(statement.body, underDependent || uses);
      if (statement.kind === "if") for (const side of [statement.then, statement.otherwise]) visit(side, underDependent || uses);
      if (statement.kind === "while") for (const side of [statement.before, statement.body]) visit(side, true);
    }
  };
  for (let size = -1; size !== dependent.size;) {
    size = dependent.size;
    visit(body, false);
  }
  return dependent;
}

/**
 * A loop over blocks of `factor` iterations, jammed, and behind it the rest: jammed, too, or as a loop of single iterations.
 * A grid loop stays one loop, which tests whether it is at the last, smaller block.
 */
export function blockLoop(loop: ForStmt, factor: number, rest: "jam" | "loop", context: JamContext): readonly Stmt[] {
  const extent = extentOf(loop);
  if (extent === null) return runtimeBlocks(loop, factor, context);
  const blocks = Math.floor(extent / factor);
  const left = extent % factor;
  const index = context.fresh(loop.index);
  const begin = mul(ref(index, scalarType("int32")), int(factor));
  const whole = blocks === 0 ? [] : jam(loop.body, loop.index, begin, factor, context);
  const tail = left === 0 ? [] : rest === "jam" ? jam(loop.body, loop.index, int(extent - left), left, context) : remainder(loop, extent, left, context);
  if (loop.loop !== "grid") return blocks === 0 ? tail : [{ ...loop, index, end: int(blocks), body: whole }, ...tail];
  if (left === 0) return [{ ...loop, index, end: int(blocks), body: whole }];
  if (blocks === 0) return tail;
  const atBlock: IfStmt = { kind: "if", condition: lt(ref(index, scalarType("int32")), int(blocks)), then: whole, otherwise: tail };
  return [{ ...loop, index, end: int(blocks + 1), body: [atBlock] }];
}

/** The same where the extent is an expression: whole blocks, then single iterations. */
function runtimeBlocks(loop: ForStmt, factor: number, context: JamContext): readonly Stmt[] {
  const kind = loop.loop === "grid" ? "simd" : loop.loop;
  const index = context.fresh(loop.index);
  const end = wholeBlocks(loop.end, factor);
  const whole = jam(loop.body, loop.index, ref(index, scalarType("int32")), factor, context);
  const rest = copyOf([{ ...loop, loop: kind, begin: end }], context);
  return [{ ...loop, loop: kind, index, end, step: factor, body: whole }, ...rest];
}

/** The largest multiple of a block that is not above an extent. */
export function wholeBlocks(extent: Expr, block: number): Expr {
  return sub(extent, rem(extent, int(block)));
}

/** The last iterations as a loop of their own. */
function remainder(loop: ForStmt, extent: number, left: number, context: JamContext): readonly Stmt[] {
  const rest: ForStmt = { ...loop, loop: loop.loop === "grid" ? "simd" : loop.loop, begin: int(extent - left), end: int(extent) };
  return copyOf([rest], context);
}

/** The statements once more, with names of their own. */
export function copyOf(body: readonly Stmt[], context: JamContext): readonly Stmt[] {
  return new Jammer(body, new Map(), 1, context).run();
}
