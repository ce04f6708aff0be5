/**
 * @file Vector code as scalar code, one element after the other: for targets without simd, and for those where an element of
 * a vector is a vector of invocations, so that all four at once ask for too many registers.
 */

import { assertNever, at, InternalError, required } from "../base/assert.ts";
import { add, and, extract, int, op, or, ref, scalarType } from "../kernel/expressions.ts";
import type { Expr, Kernel, LoadStmt, SimdReduceExpr, SimdReduceOp, Stmt, StoreStmt } from "../kernel/types.ts";
import { accessWidth, compose, forEachAccess, vectorMemory, vectorWidth } from "../kernel/vectors.ts";
import { forEachExprIn, forEachStmt, freshNames, mapBodiesOf, mapExprsOf, operandsOf, withBody } from "../kernel/walk.ts";

/** The kernel without vectors. */
export function scalarize(kernel: Kernel): Kernel {
  return hasVectors(kernel) ? withBody(kernel, new Scalarizer(kernel, new Set()).body(kernel.body)) : kernel;
}

/** The kernel without arithmetic of vectors: memory that is only accessed in whole vectors stays so. */
export function scalarizeArithmetic(kernel: Kernel): Kernel {
  return hasVectors(kernel) ? withBody(kernel, new Scalarizer(kernel, wholeMemory(kernel)).body(kernel.body)) : kernel;
}

function wholeMemory(kernel: Kernel): ReadonlySet<string> {
  const whole = new Set(vectorMemory(kernel));
  forEachAccess(kernel.body, (access) => {
    if (accessWidth(access) !== vectorWidth || access.index.type.width > 1 || access.mask !== null) whole.delete(access.buffer);
  });
  return whole;
}

function hasVectors(kernel: Kernel): boolean {
  let found = false;
  forEachExprIn(kernel.body, ({ type }) => {
    found ||= type.width > 1;
  });
  forEachStmt(kernel.body, (statement) => {
    found ||= statement.kind === "load" && statement.type.width > 1;
  });
  return found;
}

class Scalarizer {
  readonly #fresh: (hint: string) => string;
  /** Memory that stays one of vectors. */
  readonly #whole: ReadonlySet<string>;
  /** The names of a vector's elements. */
  readonly #elements = new Map<string, readonly string[]>();

  constructor(kernel: Kernel, whole: ReadonlySet<string>) {
    this.#fresh = freshNames(kernel);
    this.#whole = whole;
  }

  body(statements: readonly Stmt[]): readonly Stmt[] {
    return statements.flatMap((statement) => this.#statement(statement));
  }

  #statement(statement: Stmt): readonly Stmt[] {
    const before: Stmt[] = [];
    switch (statement.kind) {
      case "let": case "var": {
        const value = statement.kind === "let" ? statement.value : statement.init;
        if (value.type.width === 1) break;
        const values = this.#elementsOf(value, before);
        const names = this.#declare(statement.name, values.length);
        const declarations = values.map((element, lane): Stmt => {
          const name = at(names, lane);
          return statement.kind === "let"
            ? { kind: "let", name, value: element }
            : { kind: "var", name, type: element.type, init: element };
        });
        return [...before, ...declarations];
      }
      case "assign": {
        if (statement.value.type.width === 1) break;
        const names = required(this.#elements.get(statement.name), `elements of ${statement.name}`);
        const values = this.#elementsOf(statement.value, before);
        // All elements are computed before any is assigned: a shuffle may read those that are assigned first.
        const crosses = values.some((value, lane) => readsAny(value, names, at(names, lane)));
        const assigned = crosses ? values.map((value) => this.#named(value, "element", before)) : values;
        return [...before, ...assigned.map((value, lane): Stmt => ({ kind: "assign", name: at(names, lane), value }))];
      }
      case "load": {
        if (statement.type.width === 1) break;
        const loads = this.#load(statement, before);
        return [...before, ...loads];
      }
      case "store": {
        if (statement.value.type.width === 1) break;
        const stores = this.#store(statement, before);
        return [...before, ...stores];
      }
      case "while": {
        const first = this.body(statement.before);
        const condition = this.#scalar(statement.condition, before);
        return [{ kind: "while", before: [...first, ...before], condition, body: this.body(statement.body) }];
      }
      case "for": case "if": case "barrier": case "subgroup": break;
      default: return assertNever(statement, "statement");
    }
    const scalar = mapExprsOf(statement, (expr) => this.#scalar(expr, before));
    return [...before, mapBodiesOf(scalar, (inner) => this.body(inner))];
  }

  #load(load: LoadStmt, before: Stmt[]): readonly Stmt[] {
    const { width, dtype } = load.type;
    if (this.#whole.has(load.buffer)) {
      const names = this.#declare(load.name, width);
      const whole = ref(load.name, load.type);
      return [{ ...load, index: this.#scalar(load.index, before) }, ...names.map((name, lane): Stmt => ({ kind: "let", name, value: extract(whole, lane) }))];
    }
    const indices = this.#indices(load.index, width, before);
    const masks = load.mask === null ? null : this.#elementsOf(load.mask, before);
    const names = this.#declare(load.name, width);
    return names.map((name, lane) => ({
      ...load, name, type: scalarType(dtype), index: at(indices, lane), mask: masks === null ? null : at(masks, lane),
    }));
  }

  #store(store: StoreStmt, before: Stmt[]): readonly Stmt[] {
    const { width } = store.value.type;
    if (this.#whole.has(store.buffer)) {
      return [{ ...store, index: this.#scalar(store.index, before), value: compose(this.#elementsOf(store.value, before)) }];
    }
    const indices = this.#indices(store.index, width, before);
    const values = this.#elementsOf(store.value, before);
    const masks = store.mask === null ? null : this.#elementsOf(store.mask, before);
    return values.map((value, lane) => ({
      ...store, index: at(indices, lane), value, mask: masks === null ? null : at(masks, lane),
    }));
  }

  /** The index of each element: those of a vector, or as many as `width` from a scalar on. */
  #indices(index: Expr, width: number, before: Stmt[]): readonly Expr[] {
    if (index.type.width > 1) return this.#elementsOf(index, before);
    const first = this.#named(this.#scalar(index, before), "first", before);
    return Array.from({ length: width }, (_, lane) => add(first, int(lane)));
  }

  #declare(name: string, width: number): readonly string[] {
    const names = Array.from({ length: width }, () => this.#fresh(`${name}_`));
    this.#elements.set(name, names);
    return names;
  }

  #named(value: Expr, hint: string, before: Stmt[]): Expr {
    if (value.kind === "const" || value.kind === "scalar") return value;
    const name = this.#fresh(hint);
    before.push({ kind: "let", name, value });
    return ref(name, value.type);
  }

  #elementsOf(expr: Expr, before: Stmt[]): readonly Expr[] {
    const { width } = expr.type;
    switch (expr.kind) {
      case "const": return Array.from({ length: width }, () => ({ ...expr, type: scalarType(expr.type.dtype) }));
      case "ref": {
        const names = required(this.#elements.get(expr.name), `elements of ${expr.name}`);
        return names.map((name) => ref(name, scalarType(expr.type.dtype)));
      }
      case "op": {
        const args = expr.args.map((arg) => this.#elementsOf(arg, before));
        return Array.from({ length: width }, (_, lane) => op(expr.op, ...args.map((elements) => at(elements, lane))));
      }
      case "convert": case "bitcast": {
        const type = scalarType(expr.type.dtype);
        return this.#elementsOf(expr.value, before).map((value) => ({ ...expr, type, value }));
      }
      case "splat": {
        const value = this.#named(this.#scalar(expr.value, before), "same", before);
        return Array.from({ length: width }, () => value);
      }
      case "shuffle": {
        const joined = [...this.#elementsOf(expr.a, before), ...this.#elementsOf(expr.b, before)];
        return expr.lanes.map((lane) => at(joined, lane));
      }
      case "scalar": case "extract": case "simdReduce": throw new InternalError(`a ${expr.kind} of ${width} elements`);
      default: return assertNever(expr, "expression");
    }
  }

  /** A scalar expression with the vectors in it taken apart. */
  #scalar(expr: Expr, before: Stmt[]): Expr {
    switch (expr.kind) {
      case "const": case "ref": case "scalar": return expr;
      case "op": return op(expr.op, ...expr.args.map((arg) => this.#scalar(arg, before)));
      case "convert": case "bitcast": return { ...expr, value: this.#scalar(expr.value, before) };
      case "extract": return at(this.#elementsOf(expr.value, before), expr.lane);
      case "simdReduce": return this.#folded(expr, before);
      case "shuffle": return at(this.#elementsOf(expr, before), 0);
      case "splat": throw new InternalError("a splat to one element");
      default: return assertNever(expr, "expression");
    }
  }

  /** The upper half onto the lower one until one element is left, as the interpreter folds. */
  #folded(expr: SimdReduceExpr, before: Stmt[]): Expr {
    let elements = this.#elementsOf(expr.value, before);
    while (elements.length > 1) {
      const half = elements.length / 2;
      const upper = elements.slice(half);
      elements = elements.slice(0, half).map((element, lane) => combine(expr.op, element, at(upper, lane)));
    }
    return at(elements, 0);
  }
}

function combine(name: SimdReduceOp, a: Expr, b: Expr): Expr {
  switch (name) {
    case "any": return or(a, b);
    case "all": return and(a, b);
    case "add": case "mul": case "min": case "max": return op(name, a, b);
    default: return assertNever(name, "simd reduction");
  }
}

/** Whether the value reads one of the names other than `except`. */
function readsAny(value: Expr, names: readonly string[], except: string): boolean {
  if (value.kind === "ref") return value.name !== except && names.includes(value.name);
  return operandsOf(value).some((operand) => readsAny(operand, names, except));
}
