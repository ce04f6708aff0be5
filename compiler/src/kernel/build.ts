/**
 * @file Builds kernels statement by statement. The builder makes names unique and keeps open bodies on a stack; what a
 * finished kernel must satisfy is `verify.ts`'s business.
 *
 * ```ts
 * const b = new KernelBuilder("double");
 * const n = b.scalar("n", "int32");
 * const x = b.buffer("x", { dtype: "float32", length: n, access: "read" });
 * const y = b.buffer("y", { dtype: "float32", length: n, access: "write" });
 * b.for("grid", 0, n, 1, (i) => b.store(y, i, mul(b.load(x, i), 2)));
 * const kernel = b.build();
 * ```
 */

import { at, InternalError, invariant } from "../base/assert.ts";
import { boolean, constant, int, ref, sameType, scalarParam, scalarType, simdType, splat, typeName, valueDTypeOf } from "./expressions.ts";
import type {
  ArrayDecl, BufferParam, Expr, Kernel, KernelType, LoopKind, RefExpr, ScalarParam, Stmt, StorageDType, SubgroupOp, ValueDType,
} from "./types.ts";
import { mentionsAny } from "./walk.ts";

export * from "./expressions.ts";

export interface BufferOptions {
  readonly dtype: StorageDType;
  readonly length: Expr | number;
  readonly access: BufferParam["access"];
  /** Buffers that may overlap share a number; null (the default) overlaps none. */
  readonly aliasGroup?: number | null;
}

export interface ArrayOptions {
  readonly space: ArrayDecl["space"];
  readonly dtype: ValueDType;
  readonly length: number;
  /** For a constant table. */
  readonly values?: readonly number[];
}

export interface LoadOptions {
  /** Elements of a contiguous load at a scalar index; a vector index gathers as many as it has. */
  readonly width?: number;
  readonly mask?: Expr | null;
  readonly hint?: string;
}

export class KernelBuilder {
  readonly #name: string;
  readonly #buffers: BufferParam[] = [];
  readonly #scalars: ScalarParam[] = [];
  readonly #arrays: ArrayDecl[] = [];
  readonly #bodies: Stmt[][] = [[]];
  readonly #taken = new Set<string>();
  readonly #counters = new Map<string, number>();
  readonly #variables = new Map<string, KernelType>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Declares a buffer parameter; gives its name, which is `name` unless that is taken. */
  buffer(name: string, options: BufferOptions): string {
    const { dtype, access, aliasGroup = null } = options;
    const length = typeof options.length === "number" ? int(options.length) : options.length;
    const unique = this.#declare(name);
    this.#buffers.push({ name: unique, dtype, length, access, aliasGroup });
    return unique;
  }

  /** Declares a scalar parameter. */
  scalar(name: string, dtype: ValueDType): Expr {
    const unique = this.#declare(name);
    this.#scalars.push({ name: unique, dtype });
    return scalarParam(unique, dtype);
  }

  /** Declares workgroup or local memory or a constant table; gives its name, which is `name` unless that is taken. */
  array(name: string, options: ArrayOptions): string {
    const { space, dtype, length, values = null } = options;
    const unique = this.#declare(name);
    this.#arrays.push({ name: unique, space, dtype, length, values });
    return unique;
  }

  /** Names a value. A constant, a scalar parameter and a name stay as they are; a variable's present value gets a name. */
  let(value: Expr, hint = "v"): Expr {
    const isVariable = value.kind === "ref" && this.#variables.has(value.name);
    if (value.kind === "const" || value.kind === "scalar" || (value.kind === "ref" && !isVariable)) return value;
    const name = this.#fresh(hint);
    this.#emit({ kind: "let", name, value });
    return ref(name, value.type);
  }

  /** Declares a variable. Its reference reads whatever was assigned last. */
  var(init: Expr, hint = "v"): RefExpr {
    const name = this.#fresh(hint);
    this.#variables.set(name, init.type);
    this.#emit({ kind: "var", name, type: init.type, init });
    return ref(name, init.type);
  }

  assign(variable: RefExpr, value: Expr): void {
    const type = this.#variables.get(variable.name);
    if (type === undefined) throw new InternalError(`${variable.name} is not a variable`);
    if (!sameType(type, value.type)) throw new InternalError(`${typeName(value.type)} assigned to the ${typeName(type)} ${variable.name}`);
    this.#emit({ kind: "assign", name: variable.name, value });
  }

  /** Reads a buffer or array. Elements whose mask is false are not touched and read as 0. */
  load(buffer: string, index: Expr, options: LoadOptions = {}): RefExpr {
    const width = options.width ?? index.type.width;
    const name = this.#fresh(options.hint ?? "v");
    const type = simdType(this.#elementDType(buffer), width);
    this.#emit({ kind: "load", name, type, buffer, index, mask: options.mask ?? null });
    return ref(name, type);
  }

  /** Writes a value at `index`; a vector value at a scalar index is contiguous, a vector index scatters. */
  store(buffer: string, index: Expr, value: Expr, mask: Expr | null = null): void {
    const expected = this.#elementDType(buffer);
    if (value.type.dtype !== expected) throw new InternalError(`a ${typeName(value.type)} stored to ${buffer}, which holds ${expected}`);
    const stored = value.type.width < index.type.width ? splat(value, index.type.width) : value;
    this.#emit({ kind: "store", buffer, index, value: stored, mask });
  }

  for(
    loop: LoopKind, begin: Expr | number, end: Expr | number, step: number, body: (index: RefExpr) => void, hint = "i",
  ): void {
    const index = this.#fresh(hint);
    const statements = this.#inBody(() => body(ref(index, scalarType("int32"))));
    const asExpr = (bound: Expr | number): Expr => (typeof bound === "number" ? int(bound) : bound);
    this.#emit({ kind: "for", loop, index, begin: asExpr(begin), end: asExpr(end), step, body: statements });
  }

  /** `before` emits what the condition needs and gives the condition. */
  while(before: () => Expr, body: () => void): void {
    const holder: { condition: Expr | null } = { condition: null };
    const first = this.#inBody(() => { holder.condition = before(); });
    const statements = this.#inBody(body);
    if (holder.condition === null) throw new InternalError("a while without a condition");
    this.#emit({ kind: "while", before: first, condition: holder.condition, body: statements });
  }

  if(condition: Expr, then: () => void, otherwise: () => void = () => {}): void {
    const whenTrue = this.#inBody(then);
    const whenFalse = this.#inBody(otherwise);
    this.#emit({ kind: "if", condition, then: whenTrue, otherwise: whenFalse });
  }

  /** The value of one of two branches, of which only the one taken runs. Both give one type. */
  branch(condition: Expr, then: () => Expr, otherwise: () => Expr): RefExpr {
    const values: Expr[] = [];
    const [whenTrue, whenFalse] = [then, otherwise].map((side) => this.#inBody(() => void values.push(side())));
    const [first, second] = [at(values, 0), at(values, 1)];
    if (!sameType(first.type, second.type)) throw new InternalError(`branches that give ${typeName(first.type)} and ${typeName(second.type)}`);
    invariant(first.type.width === 1, "a branch that gives a vector");
    const variable = this.var(first.type.dtype === "bool" ? boolean(false) : constant(0, first.type.dtype));
    const assigned = (value: Expr): Stmt => ({ kind: "assign", name: variable.name, value });
    this.#emit({ kind: "if", condition, then: [...whenTrue ?? [], assigned(first)], otherwise: [...whenFalse ?? [], assigned(second)] });
    return variable;
  }

  /** What states are after so many turns of a loop, which gives the next ones of those before and of the turn's number. */
  repeat(count: number, first: readonly Expr[], next: (states: readonly RefExpr[], turn: RefExpr) => readonly Expr[]): readonly Expr[] {
    const states = first.map((state) => this.var(state, "state"));
    this.for("serial", 0, count, 1, (turn) => {
      // What reads a state that changes before it is computed first.
      const made = next(states, turn).map((value, number) => (
        mentionsAny(value, new Set(states.slice(0, number).map(({ name }) => name))) ? this.let(value, "next") : value
      ));
      states.forEach((state, number) => this.assign(state, at(made, number)));
    }, "turn");
    return states.map((state) => this.let(state, "state"));
  }

  barrier(): void {
    this.#emit({ kind: "barrier" });
  }

  /** Replaces the element of a local array by the fold over the subgroup, its size, or the invocation's place in it. */
  subgroup(op: SubgroupOp, array: string): void {
    this.#emit({ kind: "subgroup", op, array });
  }

  /** The kernel; `workgroup` is the trip count of its local loops, if it has any. */
  build(options: { readonly workgroup?: number } = {}): Kernel {
    invariant(this.#bodies.length === 1, "build() inside an open body");
    return {
      name: this.#name,
      buffers: [...this.#buffers],
      scalars: [...this.#scalars],
      arrays: [...this.#arrays],
      workgroup: options.workgroup ?? 1,
      body: [...at(this.#bodies, 0)],
    };
  }

  #emit(statement: Stmt): void {
    at(this.#bodies, -1).push(statement);
  }

  #inBody(emit: () => void): readonly Stmt[] {
    const statements: Stmt[] = [];
    this.#bodies.push(statements);
    emit();
    invariant(this.#bodies.pop() === statements, "bodies of a kernel closed out of order");
    return statements;
  }

  #declare(name: string): string {
    if (this.#taken.has(name)) return this.#fresh(name);
    this.#taken.add(name);
    return name;
  }

  #fresh(hint: string): string {
    let count = this.#counters.get(hint) ?? 0;
    while (this.#taken.has(`${hint}${count}`)) count += 1;
    this.#counters.set(hint, count + 1);
    const name = `${hint}${count}`;
    this.#taken.add(name);
    return name;
  }

  #elementDType(name: string): ValueDType {
    const buffer = this.#buffers.find((candidate) => candidate.name === name);
    if (buffer !== undefined) return valueDTypeOf(buffer.dtype);
    const array = this.#arrays.find((candidate) => candidate.name === name);
    if (array === undefined) throw new InternalError(`${this.#name} has no buffer or array ${name}`);
    return array.dtype;
  }
}
