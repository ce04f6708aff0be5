/**
 * @file Puts `roundFloat32` where a float32 value that was computed in float64 has to be rounded (design, "Numbers"): where
 * it is compared, tested, converted, bitcast, floored or rounded, and where a variable carries it round a loop. A store
 * rounds by itself, so it needs none. Between those places chains of arithmetic stay wide: rounding each op is several
 * times slower.
 *
 * A value is known to be rounded if it was loaded, given as a scalar or a constant, rounded before, or picked from rounded
 * values. Where a name is not, and some use of it needs it rounded, it is rounded once where it is declared.
 */

import { assertNever, at } from "../base/assert.ts";
import type { ScalarOpName } from "../base/scalar-ops.ts";
import { isConditionOperand } from "../base/scalar-ops.ts";
import { op } from "../kernel/expressions.ts";
import type { Expr, Kernel, OpExpr, Stmt } from "../kernel/types.ts";
import { bodiesOf, forEachExpr, mapBodiesOf, mapExprsOf, mapOperands, withBody } from "../kernel/walk.ts";

/** What an op does with the excess precision of its float32 operands. */
type Treatment =
  /** Arithmetic: wide operands give a wide result. */
  | "computes"
  /** The result is one of the operands, or its magnitude: rounded if they are. */
  | "picks"
  /** The operands have to be rounded, and then so is the result. */
  | "needsRounded"
  /** The operands have to be rounded; the result is wide. */
  | "needsRoundedComputes";

const treatments: Readonly<Record<ScalarOpName, Treatment>> = {
  add: "computes", sub: "computes", mul: "computes", div: "computes",
  sqrt: "computes", exp: "computes", log: "computes", sin: "computes", cos: "computes", tanh: "computes",
  expm1: "computes", log1p: "computes", atan2: "computes",
  // The power of a negative base turns on the exponent's last bit.
  pow: "needsRoundedComputes",
  // The remainder of two float32 values is a float32 value.
  rem: "needsRounded", sign: "needsRounded",
  floor: "needsRounded", ceil: "needsRounded", trunc: "needsRounded", roundEven: "needsRounded",
  isFinite: "needsRounded", eq: "needsRounded", ne: "needsRounded",
  lt: "needsRounded", le: "needsRounded", gt: "needsRounded", ge: "needsRounded",
  neg: "picks", abs: "picks", max: "picks", min: "picks", select: "picks",
  // Rounding makes no NaN, and roundFloat32 rounds.
  isNaN: "computes", roundFloat32: "computes",
  // Expanded before, or not defined on floats.
  fma: "computes",
  and: "computes", or: "computes", xor: "computes", not: "computes", shiftLeft: "computes",
  shiftRightArithmetic: "computes", shiftRightLogical: "computes", populationCount: "computes",
  countLeadingZeros: "computes", mulHigh: "computes",
};

export function roundEdges(kernel: Kernel): Kernel {
  const carried = carriedVariables(kernel.body);
  // The first walk finds the names that some use needs rounded, the second rounds them at their declarations.
  const first = new EdgeRounder(new Set(carried));
  first.body(kernel.body);
  return withBody(kernel, new EdgeRounder(first.needed).body(kernel.body));
}

/** float32 variables that are assigned in a loop that does not hold their declaration. */
function carriedVariables(body: readonly Stmt[]): ReadonlySet<string> {
  const carried = new Set<string>();
  const depths = new Map<string, number>();
  const visit = (statements: readonly Stmt[], depth: number): void => {
    for (const statement of statements) {
      if (statement.kind === "var" && statement.type.dtype === "float32") depths.set(statement.name, depth);
      if (statement.kind === "assign" && depth > (depths.get(statement.name) ?? depth)) carried.add(statement.name);
      const isLoop = statement.kind === "for" || statement.kind === "while";
      for (const inner of bodiesOf(statement)) visit(inner, isLoop ? depth + 1 : depth);
    }
  };
  visit(body, 0);
  return carried;
}

class EdgeRounder {
  /** Names that have to be rounded where they are declared and assigned; uses add to it. */
  readonly needed: Set<string>;
  readonly #rounded = new Set<string>();
  /** Names of bools that compare float32 values. */
  readonly #comparisons = new Set<string>();

  constructor(needed: ReadonlySet<string>) {
    this.needed = new Set(needed);
  }

  body(statements: readonly Stmt[]): readonly Stmt[] {
    return statements.map((statement) => this.#statement(statement));
  }

  #statement(statement: Stmt): Stmt {
    switch (statement.kind) {
      case "let": {
        const value = this.#declared(statement.name, this.#expr(statement.value));
        if (this.#isComparison(value)) this.#comparisons.add(statement.name);
        return { ...statement, value };
      }
      case "var": {
        // A variable that is not rounded at every assignment may hold a wide value at any time.
        const init = this.needed.has(statement.name) ? this.#roundedExpr(statement.init) : this.#expr(statement.init);
        if (this.needed.has(statement.name)) this.#rounded.add(statement.name);
        if (this.#isComparison(init)) this.#comparisons.add(statement.name);
        return { ...statement, init };
      }
      case "assign": {
        const value = this.#expr(statement.value);
        if (this.#isComparison(value)) this.#comparisons.add(statement.name);
        return { ...statement, value: this.needed.has(statement.name) ? this.#round(value) : value };
      }
      case "load": {
        this.#rounded.add(statement.name);
        return mapExprsOf(statement, (expr) => this.#expr(expr));
      }
      case "store": {
        const mapped = mapExprsOf(statement, (expr) => this.#expr(expr));
        return mapped.kind === "store" ? { ...mapped, value: withoutRounding(mapped.value) } : mapped;
      }
      case "while": {
        const before = this.body(statement.before);
        return { ...statement, before, condition: this.#expr(statement.condition), body: this.body(statement.body) };
      }
      case "for": case "if": case "barrier": case "subgroup":
        return mapBodiesOf(mapExprsOf(statement, (expr) => this.#expr(expr)), (inner) => this.body(inner));
      default: return assertNever(statement, "statement");
    }
  }

  #declared(name: string, value: Expr): Expr {
    const result = this.needed.has(name) ? this.#round(value) : value;
    if (this.#isRounded(result)) this.#rounded.add(name);
    return result;
  }

  /** The expression with its operands rounded where it needs that. */
  #expr(expr: Expr): Expr {
    switch (expr.kind) {
      case "const": case "ref": case "scalar": return expr;
      case "convert": return { ...expr, value: this.#roundedExpr(expr.value) };
      case "op": return this.#op(expr);
      // A bitcast goes through memory, which rounds.
      case "bitcast": return { ...expr, value: withoutRounding(this.#expr(expr.value)) };
      case "splat": case "shuffle": case "extract": case "simdReduce":
        return mapOperands(expr, (operand) => this.#expr(operand));
      default: return assertNever(expr, "expression");
    }
  }

  #op(expr: OpExpr): Expr {
    const args = expr.args.map((arg) => this.#expr(arg));
    const mapped = { ...expr, args };
    if (expr.op === "roundFloat32") return this.#isRounded(at(args, 0)) ? at(args, 0) : mapped;
    const treatment = treatments[expr.op];
    // What a comparison decided on rounded values must not be undone by what it selects between.
    const selectsByComparison = expr.op === "select" && this.#isComparison(at(args, 0));
    if (!selectsByComparison && (treatment === "computes" || treatment === "picks")) return mapped;
    return { ...mapped, args: args.map((arg, position) => (isConditionOperand(expr.op, position) ? arg : this.#round(arg))) };
  }

  #roundedExpr(expr: Expr): Expr {
    return this.#round(this.#expr(expr));
  }

  /** The value, rounded to float32 if it has that dtype and may be wider. */
  #round(value: Expr): Expr {
    if (value.type.dtype !== "float32" || this.#isRounded(value)) return value;
    if (value.kind === "ref") this.needed.add(value.name);
    return op("roundFloat32", value);
  }

  #isRounded(value: Expr): boolean {
    if (value.type.dtype !== "float32") return false;
    switch (value.kind) {
      case "const": case "scalar": case "bitcast": return true;
      case "ref": return this.#rounded.has(value.name);
      case "convert": return value.value.type.dtype === "bool" || value.value.type.dtype === "float16";
      case "op": {
        const values = value.args.filter((_, position) => !isConditionOperand(value.op, position));
        const treatment = treatments[value.op];
        switch (treatment) {
          case "computes": return value.op === "roundFloat32";
          case "needsRoundedComputes": return false;
          case "needsRounded": return true;
          case "picks": return values.every((arg) => this.#isRounded(arg));
          default: return assertNever(treatment, "treatment");
        }
      }
      case "splat": case "shuffle": case "extract": case "simdReduce": return false;
      default: return assertNever(value, "expression");
    }
  }

  /** Whether a bool may depend on comparing float32 values. */
  #isComparison(condition: Expr): boolean {
    if (condition.type.dtype !== "bool") return false;
    let found = false;
    forEachExpr(condition, (node) => {
      if (node.kind === "ref") found ||= this.#comparisons.has(node.name);
      if (node.kind === "op") found ||= node.args.some((arg) => arg.type.dtype === "float32");
    });
    return found;
  }
}

/** The value without a rounding that what takes it does itself. */
function withoutRounding(value: Expr): Expr {
  const isRounding = value.kind === "op" && value.op === "roundFloat32" && value.type.dtype === "float32";
  return isRounding ? at(value.args, 0) : value;
}
