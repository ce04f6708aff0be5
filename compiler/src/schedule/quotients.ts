/**
 * @file Products of quotients with one division, which costs as much as several products: `1 / sqrt(x) / x` is
 * `1 / (sqrt(x) * x)`, and `d[i] * m / s` is `d[i] * (m / s)`, where the division serves all `i`. For float32 that is computed in float64: no product of so few leaves its range, and one rounding more is far
 * below a float32.
 */

import { at } from "../base/assert.ts";
import { constant, div, mul, neg } from "../kernel/build.ts";
import type { Expr, Kernel, OpExpr, Stmt } from "../kernel/types.ts";
import { declaredName, exprsOf, forEachExpr, forEachStmt, mapBodiesOf, mapExprsOf, mapOperands, storesIn, withBody } from "../kernel/walk.ts";

/** Factors that are gathered: so many float32 multiply to a float64 that is neither infinite nor 0. */
const mostFactors = 8;

export function gatherQuotients(kernel: Kernel): Kernel {
  return holdsQuotients(kernel.body) ? withBody(kernel, new Gathering(kernel).run()) : kernel;
}

function holdsQuotients(body: readonly Stmt[]): boolean {
  let found = false;
  forEachStmt(body, (statement) => {
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        found ||= isProduct(node) && node.op === "div";
      });
    }
  });
  return found;
}

function isProduct(expr: Expr): expr is OpExpr {
  return expr.kind === "op" && expr.type.dtype === "float32" && expr.type.width === 1 && (expr.op === "mul" || expr.op === "div" || expr.op === "neg");
}

/** A product taken apart. */
interface Factors {
  readonly above: Expr[];
  readonly below: Expr[];
  isNegative: boolean;
  /** How many there will be. */
  count: number;
  divisions: number;
  /** Lets that are part of it. */
  readonly opened: string[];
}

class Gathering {
  readonly #kernel: Kernel;
  /** The loops that a name changes with, as bits. */
  readonly #variance = new Map<string, number>();
  readonly #uses = new Map<string, number>();
  readonly #variables = new Set<string>();
  /** Values of the Lets of the statements at work, and which of them are parts of later ones by now. */
  #lets: ReadonlyMap<string, Expr> = new Map();
  #opened = new Set<string>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    forEachStmt(kernel.body, (statement) => {
      if (statement.kind === "var") this.#variables.add(statement.name);
      for (const expr of exprsOf(statement)) {
        forEachExpr(expr, (node) => {
          if (node.kind === "ref") this.#uses.set(node.name, (this.#uses.get(node.name) ?? 0) + 1);
        });
      }
    });
    this.#findVariance(kernel.body, 0, 0, storesIn(kernel.body));
  }

  run(): readonly Stmt[] {
    return this.#inBody(this.#kernel.body);
  }

  /** Whatever a variable or written memory holds changes with all loops around it. */
  #findVariance(body: readonly Stmt[], around: number, depth: number, written: ReadonlySet<string>): void {
    for (const statement of body) {
      const name = declaredName(statement);
      if (name !== null) {
        const changes = statement.kind === "var" || (statement.kind === "load" && written.has(statement.buffer));
        this.#variance.set(name, changes ? around : exprsOf(statement).reduce((bits, expr) => bits | this.#varianceOf(expr), 0));
      }
      // More loops than bits share the last one.
      const own = statement.kind === "for" ? 1 << Math.min(depth, 30) : 0;
      if (statement.kind === "for") this.#variance.set(statement.index, own);
      mapBodiesOf(statement, (inner) => {
        this.#findVariance(inner, around | own, depth + (own === 0 ? 0 : 1), written);
        return inner;
      });
    }
  }

  #varianceOf(expr: Expr): number {
    let bits = 0;
    forEachExpr(expr, (node) => {
      if (node.kind === "ref") bits |= this.#variance.get(node.name) ?? 0;
    });
    return bits;
  }

  #inBody(body: readonly Stmt[]): readonly Stmt[] {
    const outer = { lets: this.#lets, opened: this.#opened };
    this.#lets = new Map(body.flatMap((statement) => (statement.kind === "let" ? [[statement.name, statement.value] as const] : [])));
    this.#opened = new Set();
    // Uses come before what they use.
    const gathered: Stmt[] = [];
    for (let place = body.length - 1; place >= 0; place--) {
      const statement = at(body, place);
      if (statement.kind === "let" && this.#opened.has(statement.name)) continue;
      gathered.push(mapBodiesOf(mapExprsOf(statement, (expr) => this.#gathered(expr)), (inner) => this.#inBody(inner)));
    }
    ({ lets: this.#lets, opened: this.#opened } = outer);
    return gathered.reverse();
  }

  #gathered(expr: Expr): Expr {
    if (isProduct(expr)) {
      const factors: Factors = { above: [], below: [], isNegative: false, count: 1, divisions: 0, opened: [] };
      const variance = this.#varianceOf(expr);
      this.#take(expr, variance, factors, false);
      const quotient = this.#quotient(factors, variance);
      if (quotient !== null) {
        for (const name of factors.opened) this.#opened.add(name);
        return quotient;
      }
    }
    return mapOperands(expr, (operand) => this.#gathered(operand));
  }

  /** Takes apart what changes with the same loops as the product: other parts are computed less often. */
  #take(expr: Expr, variance: number, factors: Factors, isBelow: boolean): void {
    const meaning = this.#meaningOf(expr);
    if (factors.count >= mostFactors || !isProduct(meaning) || this.#varianceOf(meaning) !== variance) {
      (isBelow ? factors.below : factors.above).push(expr);
      return;
    }
    if (expr.kind === "ref") factors.opened.push(expr.name);
    factors.count += meaning.args.length - 1;
    if (meaning.op === "neg") factors.isNegative = !factors.isNegative;
    if (meaning.op === "div") factors.divisions += 1;
    meaning.args.forEach((arg, place) => this.#take(arg, variance, factors, isBelow !== (meaning.op === "div" && place === 1)));
  }

  /** What a name stands for that is used here alone. */
  #meaningOf(expr: Expr): Expr {
    const value = expr.kind === "ref" && this.#uses.get(expr.name) === 1 ? this.#lets.get(expr.name) : undefined;
    if (value === undefined) return expr;
    let isFixed = true;
    forEachExpr(value, (node) => {
      isFixed &&= node.kind !== "ref" || !this.#variables.has(node.name);
    });
    return isFixed ? value : expr;
  }

  /** The product with one division, outside the loops that only other factors change with; null where it has that already. */
  #quotient({ above, below, isNegative, divisions }: Factors, variance: number): Expr | null {
    const divisor = below.reduce((bits, factor) => bits | this.#varianceOf(factor), 0);
    const isSteady = (factor: Expr): boolean => divisor !== variance && (this.#varianceOf(factor) & ~divisor) === 0;
    const steady = above.filter(isSteady);
    if (divisions === 0 || (divisions === 1 && steady.length === 0)) return null;
    const [numerator, others] = steady.length > 0 ? [steady, above.filter((factor) => !isSteady(factor))] : [above, []];
    const quotient = div(this.#product(numerator), this.#product(below));
    const product = others.length === 0 ? quotient : mul(this.#product(others), quotient);
    return isNegative ? neg(product) : product;
  }

  /** What changes least first, so that it leaves inner loops. Constants are one where their product is exact. */
  #product(factors: readonly Expr[]): Expr {
    const ordered = factors.map((factor) => this.#gathered(factor)).sort((left, right) => this.#varianceOf(left) - this.#varianceOf(right));
    return ordered.reduce<Expr>((product, factor) => {
      if (isOne(product)) return factor;
      if (isOne(factor)) return product;
      if (product.kind === "const" && factor.kind === "const" && Math.fround(product.value * factor.value) === product.value * factor.value) {
        return constant(product.value * factor.value, "float32");
      }
      return mul(product, factor);
    }, constant(1, "float32"));
  }
}

function isOne(expr: Expr): boolean {
  return expr.kind === "const" && expr.value === 1;
}
