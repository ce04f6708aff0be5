/**
 * @file Accumulators: variables that a loop folds values into. Finds them, splits them into independent ones so that additions
 * need not wait for each other, and widens float32 sums to float64 where the target computes in float64 anyway.
 */

import { at, InternalError } from "../base/assert.ts";
import type { ScalarOpName } from "../base/scalar-ops.ts";
import { constant, convert, int, op, ref, scalarType } from "../kernel/build.ts";
import { foldStart, foldTree, type FoldOp } from "../kernel/folds.ts";
import { exprsOf, forEachExpr, forEachStmt, freshNames, mapBodiesOf, mapExpr, mapExprsOf, withBody } from "../kernel/walk.ts";
import type { Expr, ForStmt, Kernel, KernelType, RefExpr, Stmt, VarStmt } from "../kernel/types.ts";
import { copyOf, jam, wholeBlocks, type JamContext } from "./jam.ts";
import { extentOf } from "./nest.ts";
import { foldOf, runningSumsOf } from "./running-sums.ts";

export interface Accumulator {
  readonly name: string;
  readonly type: KernelType;
  readonly op: FoldOp;
}

/**
 * The variables declared in `outside` that a loop assigns, where all of them are accumulators: assigned once in the loop, as
 * `name = op(name, value)`, and read nowhere else in it. Null where one of them is something else.
 */
export function accumulatorsOf(loop: Stmt, outside: readonly Stmt[]): readonly Accumulator[] | null {
  const variables = new Map<string, VarStmt>();
  for (const statement of outside) if (statement.kind === "var") variables.set(statement.name, statement);
  const found = new Map<string, Accumulator>();
  const reads = new Map<string, number>();
  let regular = true;
  forEachStmt([loop], (statement) => {
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        if (node.kind === "ref") reads.set(node.name, (reads.get(node.name) ?? 0) + 1);
      });
    }
    if (statement.kind !== "assign") return;
    const variable = variables.get(statement.name);
    if (variable === undefined) return;
    const step = foldOf(statement.name, statement.value);
    regular &&= step !== null && !found.has(statement.name);
    if (step !== null) found.set(statement.name, { name: statement.name, type: variable.type, op: step.op });
  });
  for (const name of variables.keys()) if ((reads.get(name) ?? 0) !== (found.has(name) ? 1 : 0)) regular = false;
  return regular ? [...found.values()] : null;
}

/**
 * A loop of folds as one that folds `count` iterations at a time into accumulators of their own, then the iterations that are
 * left, then the accumulators together. The order of a float sum changes.
 */
export function splitAccumulators(loop: ForStmt, accumulators: readonly Accumulator[], count: number, context: JamContext): readonly Stmt[] {
  const extent = extentOf(loop);
  const copies = new Map(accumulators.map(({ name, type }) => [
    name, Array.from({ length: count }, (_, copy): RefExpr => ref(copy === 0 ? name : context.fresh(name), type)),
  ]));
  const extra = accumulators.flatMap(({ name, type, op: fold }) => at([copies.get(name) ?? []], 0).slice(1).map((copy): Stmt => (
    { kind: "var", name: copy.name, type, init: foldStart(fold, type.dtype) }
  )));
  const left = extent === null ? 0 : extent % count;
  const index = context.fresh(loop.index);
  const end = extent === null ? wholeBlocks(loop.end, count) : int(extent - left);
  const main: ForStmt = {
    ...loop, index, end, step: count,
    body: jam(loop.body, loop.index, ref(index, scalarType("int32")), count, context, copies),
  };
  const firstCopies = new Map([...copies].map(([name, names]) => [name, names.slice(0, left)]));
  const rest = extent === null ? copyOf([{ ...loop, begin: end }], context) : left === 0 ? [] : jam(loop.body, loop.index, end, left, context, firstCopies);
  const together = accumulators.map(({ name, op: fold }): Stmt => (
    { kind: "assign", name, value: foldTree(fold, copies.get(name) ?? []) }
  ));
  return [...extra, main, ...rest, ...together];
}

// Widening --------------------------------------------------------------------------------------------------------------

/**
 * float32 ops that may as well be computed in float64: the result is the same up to the rounding of a wider one, at the same
 * cost. A function of float64, as exp, would cost several times what one of float32 does.
 */
const wideOps: ReadonlySet<ScalarOpName> = new Set<ScalarOpName>(["add", "sub", "mul", "div", "neg", "abs", "sqrt"]);

/**
 * The kernel with its float32 sums and products accumulated in float64 and rounded once, behind the loop. What is added is
 * computed in float64 from the loads on, so that nothing is rounded inside the loop.
 */
export function widenAccumulators(kernel: Kernel): Kernel {
  const accumulators = wideAccumulators(kernel.body);
  return accumulators.size === 0 ? kernel : withBody(kernel, new Widener(kernel.body, accumulators, freshNames(kernel)).run());
}

/** float32 variables that are assigned as sums or products alone, and that inside a loop. */
function wideAccumulators(body: readonly Stmt[]): ReadonlySet<string> {
  const candidates = new Set<string>();
  const visit = (statements: readonly Stmt[]): void => {
    for (const statement of statements) {
      if (statement.kind === "for") {
        for (const { name, type, op: fold } of accumulatorsOf(statement, statements) ?? []) {
          if (type.dtype === "float32" && (fold === "add" || fold === "mul")) candidates.add(name);
        }
        for (const [name, { value }] of runningSumsOf(statement)) if (value.type.dtype === "float32") candidates.add(name);
        visit(statement.body);
      } else if (statement.kind === "if") {
        visit(statement.then);
        visit(statement.otherwise);
      }
    }
  };
  visit(body);
  // An assignment elsewhere would have to be a fold, too.
  forEachStmt(body, (statement) => {
    if (statement.kind === "assign" && candidates.has(statement.name) && foldOf(statement.name, statement.value) === null) candidates.delete(statement.name);
  });
  return candidates;
}

class Widener {
  readonly #body: readonly Stmt[];
  readonly #accumulators: ReadonlySet<string>;
  readonly #lets = new Map<string, Expr>();
  /** Lets whose value is computed wide, with a name for it; their own name then stands for the rounded one. */
  readonly #wide = new Map<string, RefExpr>();
  readonly #fresh: (name: string) => string;

  constructor(body: readonly Stmt[], accumulators: ReadonlySet<string>, fresh: (name: string) => string) {
    this.#body = body;
    this.#accumulators = accumulators;
    this.#fresh = fresh;
    forEachStmt(body, (statement) => {
      if (statement.kind === "let") this.#lets.set(statement.name, statement.value);
    });
    forEachStmt(body, (statement) => {
      if (statement.kind !== "assign" || !accumulators.has(statement.name)) return;
      const step = foldOf(statement.name, statement.value);
      if (step !== null) this.#findWide(step.value);
    });
  }

  run(): readonly Stmt[] {
    return this.#rewrite(this.#body);
  }

  /** Lets that wide values are computed from, found with a stack because chains of them are long. */
  #findWide(expr: Expr): void {
    const pending = [expr];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.type.dtype !== "float32") continue;
      if (node.kind === "ref") {
        const value = this.#lets.get(node.name);
        if (value === undefined || this.#wide.has(node.name) || !(value.kind === "op" && wideOps.has(value.op))) continue;
        this.#wide.set(node.name, ref(this.#fresh("wide"), scalarType("float64")));
        pending.push(value);
      } else if (node.kind === "op" && wideOps.has(node.op)) {
        pending.push(...node.args);
      }
    }
  }

  #rewrite(body: readonly Stmt[]): readonly Stmt[] {
    return body.flatMap((statement): readonly Stmt[] => {
      const inner = mapBodiesOf(statement, (each) => this.#rewrite(each));
      const wide = inner.kind === "let" ? this.#wide.get(inner.name) : undefined;
      if (inner.kind === "let" && wide !== undefined) {
        return [{ kind: "let", name: wide.name, value: this.#widened(inner.value) }, { ...inner, value: convert(wide, "float32") }];
      }
      if (inner.kind === "var" && this.#accumulators.has(inner.name)) {
        return [{ ...inner, type: scalarType("float64"), init: this.#widened(inner.init) }];
      }
      if (inner.kind === "assign" && this.#accumulators.has(inner.name)) {
        const step = foldOf(inner.name, inner.value);
        if (step === null) throw new InternalError(`${inner.name} is no accumulator`);
        return [{ ...inner, value: op(step.op, ref(inner.name, scalarType("float64")), this.#widened(step.value)) }];
      }
      return [mapExprsOf(inner, (expr) => this.#rounded(expr))];
    });
  }

  /** A float32 expression in float64. */
  #widened(expr: Expr): Expr {
    if (expr.kind === "const") return constant(expr.value, "float64");
    if (expr.kind === "ref") {
      const wide = this.#wide.get(expr.name);
      if (wide !== undefined) return wide;
    }
    if (expr.kind === "ref" && this.#accumulators.has(expr.name)) return ref(expr.name, scalarType("float64"));
    if (expr.kind === "op" && wideOps.has(expr.op)) return op(expr.op, ...expr.args.map((arg) => this.#widened(arg)));
    return convert(this.#rounded(expr), "float64");
  }

  /** An expression that goes on to see accumulators as float32. */
  #rounded(expr: Expr): Expr {
    return mapExpr(expr, (node) => (
      node.kind === "ref" && this.#accumulators.has(node.name) ? convert(ref(node.name, scalarType("float64")), "float32") : node
    ));
  }
}
