/**
 * @file Vectors as wide as a kernel likes, as vectors of at most 128 bits: four 32-bit elements, two float64, and masks of
 * four, or of two beside float64. A wider vector becomes several, which also keeps more of a pipeline busy.
 */

import { assertNever, at, InternalError } from "../base/assert.ts";
import { add, and, extract, int, op, or, ref, shuffle, simdReduce, simdType, splat } from "../kernel/expressions.ts";
import type { Expr, Kernel, KernelType, LoadStmt, ShuffleExpr, SimdReduceExpr, Stmt, StoreStmt } from "../kernel/types.ts";
import { forEachExpr, forEachExprIn, forEachStmt, freshNames, mapBodiesOf, mapExprsOf, mapOperands, withBody } from "../kernel/walk.ts";

/** Elements of the widest vector of a dtype. */
function widestOf(type: KernelType): number {
  return type.dtype === "float64" ? 2 : 4;
}

function isTooWide(type: KernelType): boolean {
  return type.width > widestOf(type);
}

export function splitVectors(kernel: Kernel): Kernel {
  let found = false;
  forEachExprIn(kernel.body, ({ type }) => {
    found ||= isTooWide(type);
  });
  forEachStmt(kernel.body, (statement) => {
    found ||= statement.kind === "load" && isTooWide(statement.type);
  });
  return found ? withBody(kernel, new VectorSplitter(kernel).body(kernel.body)) : kernel;
}

class VectorSplitter {
  readonly #fresh: (hint: string) => string;
  /** The names of the parts of a wide vector. */
  readonly #parts = new Map<string, readonly string[]>();

  constructor(kernel: Kernel) {
    this.#fresh = freshNames(kernel);
  }

  body(statements: readonly Stmt[]): readonly Stmt[] {
    return statements.flatMap((statement) => this.#statement(statement));
  }

  #statement(statement: Stmt): readonly Stmt[] {
    switch (statement.kind) {
      case "let": {
        const { name, value } = statement;
        if (!isTooWide(value.type)) return [{ ...statement, value: this.#whole(value) }];
        return this.#declare(name, value.type, (part, held) => ({ kind: "let", name: held, value: part(value) }));
      }
      case "var": {
        const { name, type, init } = statement;
        if (!isTooWide(type)) return [{ ...statement, init: this.#whole(init) }];
        return this.#declare(name, type, (part, held) => ({ kind: "var", name: held, type: simdType(type.dtype, widestOf(type)), init: part(init) }));
      }
      case "assign": return this.#assign(statement.name, statement.value);
      case "load": return this.#load(statement);
      case "store": return this.#store(statement);
      case "while": return [{
        ...statement, before: this.body(statement.before), condition: this.#whole(statement.condition), body: this.body(statement.body),
      }];
      case "for": case "if": case "barrier": case "subgroup": {
        const mapped = mapExprsOf(statement, (expr) => this.#whole(expr));
        return [mapBodiesOf(mapped, (inner) => this.body(inner))];
      }
      default: return assertNever(statement, "statement");
    }
  }

  /** One declaration per part. */
  #declare(name: string, type: KernelType, declaration: (part: (expr: Expr) => Expr, held: string) => Stmt): readonly Stmt[] {
    const size = widestOf(type);
    const names = Array.from({ length: type.width / size }, () => this.#fresh(name));
    const statements = names.map((held, position) => declaration((expr) => this.#part(expr, position * size, size), held));
    this.#parts.set(name, names);
    return statements;
  }

  /** All parts are computed before the first is assigned where one may read elements of another. */
  #assign(name: string, value: Expr): readonly Stmt[] {
    const names = this.#parts.get(name);
    if (names === undefined) return [{ kind: "assign", name, value: this.#whole(value) }];
    const size = widestOf(value.type);
    const parts = names.map((_, position) => this.#part(value, position * size, size));
    let crosses = false;
    forEachExpr(value, (node) => {
      crosses ||= node.kind === "shuffle";
    });
    if (!crosses) return names.map((held, position) => ({ kind: "assign", name: held, value: at(parts, position) }));
    const held = parts.map((part) => ({ kind: "let", name: this.#fresh(name), value: part } as const));
    const assigns = names.map((target, position): Stmt => ({
      kind: "assign", name: target, value: ref(at(held, position).name, at(held, position).value.type),
    }));
    return [...held, ...assigns];
  }

  #load(statement: LoadStmt): readonly Stmt[] {
    const { name, type, index, mask } = statement;
    if (!isTooWide(type)) {
      return [{ ...statement, index: this.#whole(index), mask: mask === null ? null : this.#whole(mask) }];
    }
    const size = widestOf(type);
    const names = Array.from({ length: type.width / size }, () => this.#fresh(name));
    this.#parts.set(name, names);
    return names.map((held, position): Stmt => ({
      ...statement, name: held, type: simdType(type.dtype, size), ...this.#place(statement, position * size, size),
    }));
  }

  #store(statement: StoreStmt): readonly Stmt[] {
    const { index, value, mask } = statement;
    if (!isTooWide(value.type)) {
      return [{ ...statement, index: this.#whole(index), value: this.#whole(value), mask: mask === null ? null : this.#whole(mask) }];
    }
    const size = widestOf(value.type);
    return Array.from({ length: value.type.width / size }, (_, position): Stmt => ({
      ...statement, value: this.#part(value, position * size, size), ...this.#place(statement, position * size, size),
    }));
  }

  /** Index and mask of a part of an access. */
  #place({ index, mask }: LoadStmt | StoreStmt, start: number, count: number): { readonly index: Expr; readonly mask: Expr | null } {
    return {
      index: index.type.width === 1 ? add(this.#whole(index), int(start)) : this.#part(index, start, count),
      mask: mask === null ? null : this.#part(mask, start, count),
    };
  }

  // -------------------------------------------------------------------------------------------------------------------

  /** An expression of a width that stays. */
  #whole(expr: Expr): Expr {
    return expr.type.width === 1 ? this.#scalar(expr) : this.#part(expr, 0, expr.type.width);
  }

  #scalar(expr: Expr): Expr {
    if (expr.kind === "extract") {
      const size = Math.min(expr.value.type.width, widestOf(expr.value.type));
      const start = Math.floor(expr.lane / size) * size;
      return extract(this.#part(expr.value, start, size), expr.lane - start);
    }
    if (expr.kind === "simdReduce") return this.#reduce(expr);
    return mapOperands(expr, (operand) => this.#scalar(operand));
  }

  /** Folds the upper half of the parts onto the lower one, until there is one part. */
  #reduce(expr: SimdReduceExpr): Expr {
    const { type } = expr.value;
    const size = Math.min(type.width, widestOf(type));
    let parts = Array.from({ length: type.width / size }, (_, position) => this.#part(expr.value, position * size, size));
    const fold = (a: Expr, b: Expr): Expr => {
      if (expr.op === "any") return or(a, b);
      return expr.op === "all" ? and(a, b) : op(expr.op, a, b);
    };
    while (parts.length > 1) {
      const half = parts.length / 2;
      parts = parts.slice(0, half).map((part, position) => fold(part, at(parts, position + half)));
    }
    return simdReduce(expr.op, at(parts, 0));
  }

  /** Elements `start` to `start + count` of a vector; `count` is a width that its dtype may have. */
  #part(expr: Expr, start: number, count: number): Expr {
    switch (expr.kind) {
      case "const": return { ...expr, type: simdType(expr.type.dtype, count) };
      case "splat": return splat(this.#scalar(expr.value), count);
      case "ref": return this.#partOfName(expr.name, expr.type, start, count);
      case "shuffle": return this.#partOfShuffle(expr, start, count);
      case "op": case "convert": case "bitcast": {
        const operandWidth = Math.min(...(expr.kind === "op" ? expr.args : [expr.value]).map(({ type }) => widestOf(type)));
        if (operandWidth < count) return this.#joined(this.#part(expr, start, count / 2), this.#part(expr, start + count / 2, count / 2));
        const mapped = mapOperands(expr, (operand) => this.#part(operand, start, count));
        return { ...mapped, type: simdType(expr.type.dtype, count) } as Expr;
      }
      case "scalar": case "extract": case "simdReduce": throw new InternalError(`${expr.kind} is no vector`);
      default: return assertNever(expr, "expression");
    }
  }

  #joined(a: Expr, b: Expr): Expr {
    return shuffle(a, b, Array.from({ length: 2 * a.type.width }, (_, lane) => lane));
  }

  #partOfName(name: string, type: KernelType, start: number, count: number): Expr {
    const size = Math.min(type.width, widestOf(type));
    const names = this.#parts.get(name) ?? [name];
    const part = ref(at(names, Math.floor(start / size)), simdType(type.dtype, size));
    return resized(part, Array.from({ length: count }, (_, lane) => (start % size) + lane));
  }

  /** Elements gathered from the parts that hold them, one part after the other. */
  #partOfShuffle(expr: ShuffleExpr, start: number, count: number): Expr {
    const { type } = expr.a;
    const size = Math.min(type.width, widestOf(type));
    const wanted = expr.lanes.slice(start, start + count);
    const sources = [...new Set(wanted.map((lane) => Math.floor(lane / size)))];
    const source = (part: number): Expr => {
      const perOperand = type.width / size;
      const operand = part < perOperand ? expr.a : expr.b;
      return this.#part(operand, (part % perOperand) * size, size);
    };
    const wide = Math.max(size, count);
    const partOf = (lane: number): number => Math.floor(lane / size);
    // Each round keeps what is there and takes what the next part has; a missing element holds anything meanwhile.
    let gathered = resized(source(at(sources, 0)), Array.from({ length: wide }, (_, position) => (wanted[position] ?? 0) % size));
    for (const part of sources.slice(1)) {
      const next = resized(source(part), Array.from({ length: wide }, (_, position) => position % size));
      const pick = (lane: number | undefined, position: number): number =>
        lane !== undefined && partOf(lane) === part ? wide + (lane % size) : position;
      gathered = shuffle(gathered, next, Array.from({ length: wide }, (_, position) => pick(wanted[position], position)));
    }
    return resized(gathered, Array.from({ length: count }, (_, position) => position));
  }
}

/** These elements of a vector; the vector itself where they are all of it, in order. */
function resized(vector: Expr, lanes: readonly number[]): Expr {
  const isWhole = lanes.length === vector.type.width && lanes.every((lane, position) => lane === position);
  return isWhole ? vector : shuffle(vector, vector, lanes);
}
