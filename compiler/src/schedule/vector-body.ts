/**
 * @file The body of a simd loop for a vector of its iterations. Values that iterations share stay scalar; the others become
 * vectors. Where iterations part ways, the ones that take a branch or go on in a loop are a mask: it guards stores and
 * loads, and variables from outside keep their value where it is false.
 */

import { assertNever, at, InternalError } from "../base/assert.ts";
import type { ScalarOpName } from "../base/scalar-ops.ts";
import { add, and, constant, lt, not, ref, scalarType, select, simdReduce, simdType, splat } from "../kernel/expressions.ts";
import type { Expr, ForStmt, IfStmt, KernelType, LoadStmt, Stmt, StoreStmt, WhileStmt } from "../kernel/types.ts";
import { exprsOf, forEachExpr, forEachStmt, mapOperands, substitute } from "../kernel/walk.ts";
import type { LaneVariance } from "./lane-variance.ts";

/** Which iterations of the vector run here. */
interface Activity {
  /** Null where all do. Where memory is touched or a loop begins, at least one does: see `isSlow`. */
  readonly mask: Expr | null;
  /** How many divergent statements are around. */
  readonly depth: number;
  /** The innermost of them (of an If, the branch), and how many loops are around that. */
  readonly region: Region | null;
}

interface Region {
  readonly statements: readonly Stmt[];
  readonly loops: number;
}

/** Where a variable was declared. */
interface Declaration {
  readonly depth: number;
  readonly loops: number;
}

/** Slow enough to be skipped where no iteration needs them. */
const slowOps: readonly ScalarOpName[] = ["exp", "log", "sin", "cos", "tanh", "expm1", "log1p", "atan2", "pow", "rem", "sqrt", "div"];

/**
 * The statements that run `width` iterations of the loop, from the one whose index is `index` on. `lanes` is what has to be
 * added to it for each.
 */
export function vectorBody(
  loop: ForStmt, width: number, variance: LaneVariance, fresh: (name: string) => string, index: string, lanes: Expr,
): readonly Stmt[] {
  const body = new VectorBody(width, variance, fresh, readCounts(loop.body));
  body.declareIndex(loop.index, index, lanes);
  body.statements(loop.body, { mask: null, depth: 0, region: null });
  return body.emitted;
}

class VectorBody {
  emitted: Stmt[] = [];
  readonly #width: number;
  readonly #variance: LaneVariance;
  readonly #fresh: (name: string) => string;
  /** What names of shared values became. */
  readonly #shared = new Map<string, Expr>();
  /** What names of varying values became. */
  readonly #vectors = new Map<string, Expr>();
  /** Scalars with the value of the first iteration, for int32 names: the addresses of contiguous vectors start there. */
  readonly #first = new Map<string, Expr>();
  readonly #declarations = new Map<string, Declaration>();
  readonly #reads: ReadonlyMap<string, number>;
  /** Loops around the statement that is being made. */
  #loops = 0;

  constructor(width: number, variance: LaneVariance, fresh: (name: string) => string, reads: ReadonlyMap<string, number>) {
    this.#width = width;
    this.#variance = variance;
    this.#fresh = fresh;
    this.#reads = reads;
  }

  declareIndex(original: string, index: string, lanes: Expr): void {
    const scalar = ref(index, scalarType("int32"));
    this.#first.set(original, scalar);
    this.#vectors.set(original, this.#name(add(splat(scalar, this.#width), lanes), original));
  }

  statements(body: readonly Stmt[], activity: Activity): void {
    for (const statement of body) this.#statement(statement, activity);
  }

  #statement(statement: Stmt, activity: Activity): void {
    switch (statement.kind) {
      case "let": return this.#let(statement.name, statement.value);
      case "var": {
        const varies = this.#variance.varying.has(statement.name);
        const name = this.#fresh(statement.name);
        const type = varies ? this.#wide(statement.type) : statement.type;
        this.#declarations.set(statement.name, { depth: activity.depth, loops: this.#loops });
        (varies ? this.#vectors : this.#shared).set(statement.name, ref(name, type));
        this.#emit({ kind: "var", name, type, init: varies ? this.#vector(statement.init) : this.#scalar(statement.init) });
        return;
      }
      case "assign": return this.#assign(statement.name, statement.value, activity);
      case "load": return this.#load(statement, activity);
      case "store": return this.#store(statement, activity);
      case "for": return this.#variance.divergent.has(statement) ? this.#divergentFor(statement, activity) : this.#sharedFor(statement, activity);
      case "while": return this.#variance.divergent.has(statement) ? this.#divergentWhile(statement, activity) : this.#sharedWhile(statement, activity);
      case "if": return this.#variance.divergent.has(statement) ? this.#divergentIf(statement, activity) : this.#sharedIf(statement, activity);
      case "barrier": case "subgroup": throw new InternalError(`a ${statement.kind} in a simd loop`);
      default: return assertNever(statement, "statement");
    }
  }

  // -------------------------------------------------------------------------------------------------------------------

  #emit(statement: Stmt): void {
    this.emitted.push(statement);
  }

  #inBody(emit: () => void): readonly Stmt[] {
    const outer = this.emitted;
    const inner: Stmt[] = [];
    this.emitted = inner;
    emit();
    this.emitted = outer;
    return inner;
  }

  #inLoop(emit: () => void): readonly Stmt[] {
    this.#loops += 1;
    const body = this.#inBody(emit);
    this.#loops -= 1;
    return body;
  }

  #name(value: Expr, hint: string): Expr {
    const name = this.#fresh(hint);
    this.#emit({ kind: "let", name, value });
    return ref(name, value.type);
  }

  #wide(type: KernelType): KernelType {
    return simdType(type.dtype, this.#width);
  }

  /** A shared expression, its names renewed. */
  #scalar(expr: Expr): Expr {
    return substitute(expr, this.#shared);
  }

  /** The expression for all iterations at once. */
  #vector(expr: Expr): Expr {
    if (!this.#variance.varies(expr)) return splat(this.#scalar(expr), this.#width);
    if (expr.kind === "ref") {
      const vector = this.#vectors.get(expr.name);
      if (vector === undefined) throw new InternalError(`${expr.name} has no vector`);
      return vector;
    }
    return { ...mapOperands(expr, (operand) => this.#vector(operand)), type: this.#wide(expr.type) } as Expr;
  }

  /** The value of an int32 expression in the first iteration, where it can be computed as a scalar; else null. */
  #firstOf(expr: Expr): Expr | null {
    let known = true;
    forEachExpr(expr, (node) => {
      if (node.kind === "ref" && this.#variance.varying.has(node.name) && !this.#first.has(node.name)) known = false;
    });
    return known ? substitute(this.#scalar(expr), this.#first) : null;
  }

  // -------------------------------------------------------------------------------------------------------------------

  #let(name: string, value: Expr): void {
    if (!this.#variance.varying.has(name)) {
      this.#shared.set(name, this.#name(this.#scalar(value), name));
      return;
    }
    const first = value.type.dtype === "int32" && this.#variance.stride(value) !== null ? this.#firstOf(value) : null;
    if (first !== null) this.#first.set(name, this.#name(first, name));
    this.#vectors.set(name, this.#name(this.#vector(value), name));
  }

  #assign(name: string, value: Expr, activity: Activity): void {
    const target = this.#shared.get(name) ?? this.#vectors.get(name);
    if (target?.kind !== "ref") throw new InternalError(`${name} is no variable`);
    const { mask } = activity;
    const keeps = mask !== null && this.#isReadByOthers(name, activity);
    const next = this.#shared.has(name) ? this.#scalar(value) : this.#vector(value);
    this.#emit({ kind: "assign", name: target.name, value: keeps ? select(mask, next, target) : next });
  }

  /**
   * Whether iterations that do not run here may read the variable later. Not where only this region reads it, and each
   * time round the loops that are around the region it is declared anew.
   */
  #isReadByOthers(name: string, { depth, region }: Activity): boolean {
    const declaration = this.#declarations.get(name);
    if (declaration === undefined || region === null) throw new InternalError(`${name} is not declared here`);
    if (depth === declaration.depth) return false;
    if (region.loops !== declaration.loops) return true;
    return (readCounts(region.statements).get(name) ?? 0) < (this.#reads.get(name) ?? 0);
  }

  /** Where iterations run here and hold a mask of the program. */
  #both(activity: Activity, own: Expr | null): Expr | null {
    if (own === null) return activity.mask;
    const mask = this.#vector(own);
    return activity.mask === null ? mask : and(activity.mask, mask);
  }

  #load(statement: LoadStmt, activity: Activity): void {
    const { name, index, mask, buffer, type } = statement;
    const stride = this.#variance.stride(index);
    if (stride === 0 && (mask === null || !this.#variance.varies(mask))) return this.#sharedLoad(statement);
    const both = this.#both(activity, mask);
    const held = this.#fresh(name);
    const place = this.#place(index, stride);
    this.#emit({ kind: "load", name: held, type: this.#wide(type), buffer, index: place, mask: both });
    this.#vectors.set(name, ref(held, this.#wide(type)));
  }

  /** One load for all iterations. */
  #sharedLoad(statement: LoadStmt): void {
    const { name, index, mask, type } = statement;
    const held = this.#fresh(name);
    const place = this.#firstOf(index);
    if (place === null) throw new InternalError(`the index of ${name} is not shared`);
    this.#emit({ ...statement, name: held, index: place, mask: mask === null ? null : this.#scalar(mask) });
    const shared = ref(held, type);
    if (this.#variance.varying.has(name)) this.#vectors.set(name, this.#name(splat(shared, this.#width), name));
    else this.#shared.set(name, shared);
  }

  #store(statement: StoreStmt, activity: Activity): void {
    const { buffer, index, value, mask } = statement;
    const place = this.#place(index, this.#variance.stride(index));
    this.#emit({ kind: "store", buffer, index: place, value: this.#vector(value), mask: this.#both(activity, mask) });
  }

  /** A scalar index for a contiguous access, else one for each element. */
  #place(index: Expr, stride: number | null): Expr {
    const first = stride === 1 ? this.#firstOf(index) : null;
    return first ?? this.#vector(index);
  }

  // -------------------------------------------------------------------------------------------------------------------

  #sharedFor(statement: ForStmt, activity: Activity): void {
    const index = this.#fresh(statement.index);
    this.#shared.set(statement.index, ref(index, scalarType("int32")));
    const begin = this.#scalar(statement.begin);
    const end = this.#scalar(statement.end);
    this.#emit({ ...statement, index, begin, end, body: this.#inLoop(() => this.statements(statement.body, activity)) });
  }

  #sharedWhile(statement: WhileStmt, activity: Activity): void {
    let condition: Expr = statement.condition;
    const before = this.#inLoop(() => {
      this.statements(statement.before, activity);
      condition = this.#scalar(statement.condition);
    });
    this.#emit({ kind: "while", before, condition, body: this.#inLoop(() => this.statements(statement.body, activity)) });
  }

  #sharedIf(statement: IfStmt, activity: Activity): void {
    const bodyOf = (body: readonly Stmt[]): readonly Stmt[] => this.#inBody(() => this.statements(body, activity));
    const condition = this.#scalar(statement.condition);
    this.#emit({ kind: "if", condition, then: bodyOf(statement.then), otherwise: bodyOf(statement.otherwise) });
  }

  #divergentIf(statement: IfStmt, activity: Activity): void {
    const condition = this.#name(this.#vector(statement.condition), "taken");
    this.#branch(statement.then, condition, activity);
    if (statement.otherwise.length > 0) this.#branch(statement.otherwise, not(condition), activity);
  }

  /** The side that some iterations take; skipped where none does, if it is worth a test. */
  #branch(body: readonly Stmt[], condition: Expr, activity: Activity): void {
    if (body.length === 0) return;
    const mask = this.#name(activity.mask === null ? condition : and(activity.mask, condition), "mask");
    const inside = { mask, depth: activity.depth + 1, region: { statements: body, loops: this.#loops } };
    if (!isSlow(body)) return this.statements(body, inside);
    const then = this.#inBody(() => this.statements(body, inside));
    this.#emit({ kind: "if", condition: simdReduce("any", mask), then, otherwise: [] });
  }

  /** Runs while any iteration goes on. One that is done stays done, and its variables stay as they are. */
  #divergentWhile(statement: WhileStmt, activity: Activity): void {
    const active = this.#activeVariable(activity);
    const inside = { mask: active, depth: activity.depth + 1, region: { statements: [statement], loops: this.#loops } };
    const before = this.#inLoop(() => {
      this.statements(statement.before, inside);
      this.#emit({ kind: "assign", name: active.name, value: and(active, this.#vector(statement.condition)) });
    });
    const body = this.#inLoop(() => this.statements(statement.body, inside));
    this.#emit({ kind: "while", before, condition: simdReduce("any", active), body });
  }

  #activeVariable(activity: Activity): { readonly kind: "ref"; readonly name: string; readonly type: KernelType } {
    const type = simdType("bool", this.#width);
    const name = this.#fresh("active");
    this.#emit({ kind: "var", name, type, init: activity.mask ?? constant(1, "bool", this.#width) });
    return ref(name, type);
  }

  /** Each iteration counts for itself, as in a While. */
  #divergentFor(statement: ForStmt, activity: Activity): void {
    const begin = this.#vector(statement.begin);
    const end = this.#name(this.#vector(statement.end), "end");
    const counter = this.#fresh(statement.index);
    const count = ref(counter, end.type);
    this.#emit({ kind: "var", name: counter, type: end.type, init: begin });
    this.#vectors.set(statement.index, count);
    let mask: Expr = count;
    const before = this.#inBody(() => {
      const running = lt(count, end);
      mask = this.#name(activity.mask === null ? running : and(activity.mask, running), "mask");
    });
    const region = { statements: [statement], loops: this.#loops };
    const body = this.#inLoop(() => {
      this.statements(statement.body, { mask, depth: activity.depth + 1, region });
      const next = add(count, constant(statement.step, "int32", this.#width));
      this.#emit({ kind: "assign", name: counter, value: select(mask, next, count) });
    });
    this.#emit({ kind: "while", before, condition: simdReduce("any", mask), body });
  }
}

/** How often names are read. */
function readCounts(body: readonly Stmt[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  forEachStmt(body, (statement) => {
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        if (node.kind === "ref") counts.set(node.name, (counts.get(node.name) ?? 0) + 1);
      });
    }
  });
  return counts;
}

/**
 * Whether a branch has to be skipped where no iteration takes it, because it touches memory or could loop forever; or is
 * worth skipping, because it computes what takes long.
 */
function isSlow(body: readonly Stmt[]): boolean {
  let slow = false;
  forEachStmt(body, (statement) => {
    slow ||= statement.kind === "for" || statement.kind === "while" || statement.kind === "load" || statement.kind === "store";
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        slow ||= node.kind === "op" && slowOps.includes(node.op) && at(node.args, 0).type.dtype !== "bool";
      });
    }
  });
  return slow;
}
