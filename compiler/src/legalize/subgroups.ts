/**
 * @file Subgroup operations on targets that lack some or all of them. Without any, the whole workgroup is one subgroup, which
 * folds by a tree in workgroup memory. With them, bools fold as WGSL's bits do, and the max and min of floats as their ranks,
 * because a target's own may lose a NaN.
 */

import { required } from "../base/assert.ts";
import { add, int, lt, ref, scalarType } from "../kernel/expressions.ts";
import { foldStep, stepOf } from "../kernel/folds.ts";
import type { ArrayDecl, Expr, FoldOp, ForStmt, Kernel, RefExpr, Stmt, SubgroupStmt, ValueDType } from "../kernel/types.ts";
import { forEachStmt, freshNames, mapStmts } from "../kernel/walk.ts";
import { ofRank, rankFor, type Naming } from "./exact-floats.ts";

/** The kernel without subgroup operations. */
export function expandSubgroups(kernel: Kernel): Kernel {
  return hasSubgroups(kernel) ? new SubgroupRewriter(kernel).run((statement, rewriter) => rewriter.byTree(statement)) : kernel;
}

/** The kernel with subgroup operations of integers, and of floats those alone whose result no order or NaN decides. */
export function exactSubgroups(kernel: Kernel): Kernel {
  return hasSubgroups(kernel) ? new SubgroupRewriter(kernel).run((statement, rewriter) => rewriter.exact(statement)) : kernel;
}

function hasSubgroups({ body }: Kernel): boolean {
  let found = false;
  forEachStmt(body, ({ kind }) => { found ||= kind === "subgroup"; });
  return found;
}

class SubgroupRewriter {
  readonly #kernel: Kernel;
  readonly #fresh: (hint: string) => string;
  readonly #arrays: ArrayDecl[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#fresh = freshNames(kernel);
  }

  run(rewrite: (statement: SubgroupStmt, rewriter: this) => Stmt | readonly Stmt[]): Kernel {
    const body = mapStmts(this.#kernel.body, (statement) => (statement.kind === "subgroup" ? rewrite(statement, this) : statement));
    return { ...this.#kernel, arrays: [...this.#kernel.arrays, ...this.#arrays], body };
  }

  exact(statement: SubgroupStmt): Stmt | readonly Stmt[] {
    const { op, array } = statement;
    if (op === "size" || op === "place") return statement;
    const dtype = this.#dtypeOf(array);
    if (dtype !== "float32" || (op !== "max" && op !== "min")) return { ...statement, op: stepOf(op, dtype) };
    const ranks = this.#array("rank", "local", "uint32", 1);
    return [
      this.#forAll(() => this.#changed(array, ranks, (value, before) => rankFor(op, value, before))),
      { kind: "subgroup", op: "max", array: ranks },
      this.#forAll(() => this.#changed(ranks, array, (rank, before) => ofRank(op, rank, before))),
    ];
  }

  byTree({ op, array }: SubgroupStmt): readonly Stmt[] {
    const { workgroup } = this.#kernel;
    if (op === "size") return [this.#forAll(() => [store(array, int(0), int(workgroup))])];
    if (op === "place") return [this.#forAll((lane) => [store(array, int(0), lane)])];
    const dtype = this.#dtypeOf(array);
    const shared = this.#array("shared", "workgroup", dtype, workgroup);
    const barrier: Stmt = { kind: "barrier" };
    return [
      this.#forAll((lane) => this.#moved(array, int(0), shared, lane, dtype)), barrier,
      ...halvings(workgroup).flatMap((count): readonly Stmt[] => [this.#forAll((lane) => this.#halved(op, shared, dtype, lane, count)), barrier]),
      this.#forAll(() => this.#moved(shared, int(0), array, int(0), dtype)), barrier,
    ];
  }

  #dtypeOf(array: string): ValueDType {
    return required([...this.#kernel.arrays, ...this.#arrays].find(({ name }) => name === array), "a local array").dtype;
  }

  #array(hint: string, space: ArrayDecl["space"], dtype: ValueDType, length: number): string {
    const name = this.#fresh(hint);
    this.#arrays.push({ name, space, dtype, length, values: null });
    return name;
  }

  #forAll(body: (lane: RefExpr) => readonly Stmt[]): ForStmt {
    const lane = ref(this.#fresh("lane"), scalarType("int32"));
    return { kind: "for", loop: "local", index: lane.name, begin: int(0), end: int(this.#kernel.workgroup), step: 1, body: body(lane) };
  }

  #loaded(buffer: string, index: Expr, dtype: ValueDType): { readonly load: Stmt; readonly value: RefExpr } {
    const value = ref(this.#fresh("held"), scalarType(dtype));
    return { load: { kind: "load", name: value.name, type: value.type, buffer, index, mask: null }, value };
  }

  #moved(from: string, source: Expr, to: string, target: Expr, dtype: ValueDType): readonly Stmt[] {
    const { load, value } = this.#loaded(from, source, dtype);
    return [load, store(to, target, value)];
  }

  /** Of the first `count` elements the upper half is folded into the lower one. */
  #halved(op: FoldOp, shared: string, dtype: ValueDType, lane: RefExpr, count: number): readonly Stmt[] {
    const half = Math.ceil(count / 2);
    const [mine, other] = [this.#loaded(shared, lane, dtype), this.#loaded(shared, add(lane, half), dtype)];
    const then = [mine.load, other.load, store(shared, lane, foldStep(op, mine.value, other.value))];
    return [{ kind: "if", condition: lt(lane, count - half), then, otherwise: [] }];
  }

  /** The invocation's element of one array, made from its element of the other. */
  #changed(from: string, to: string, change: (value: Expr, before: Naming) => Expr): readonly Stmt[] {
    const { load, value } = this.#loaded(from, int(0), this.#dtypeOf(from));
    const lets: Stmt[] = [];
    const name = (part: Expr, hint: string): Expr => {
      const named = ref(this.#fresh(hint), part.type);
      lets.push({ kind: "let", name: named.name, value: part });
      return named;
    };
    const result = change(value, { name });
    return [load, ...lets, store(to, int(0), result)];
  }
}

function store(buffer: string, index: Expr, value: Expr): Stmt {
  return { kind: "store", buffer, index, value, mask: null };
}

/** How many elements there are before each step of a tree over `count`. */
function halvings(count: number): readonly number[] {
  const counts: number[] = [];
  for (let left = count; left > 1; left = Math.ceil(left / 2)) counts.push(left);
  return counts;
}
