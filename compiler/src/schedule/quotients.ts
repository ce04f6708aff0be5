/**
 * @file Products of quotients with one division, which costs as much as several products: `1 / sqrt(x) / x` is
 * `1 / (sqrt(x) * x)`. For float32 that is computed in float64: no product of so few leaves its range, and one rounding more is far
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
  let count = 0;
  forEachStmt(body, (statement) => {
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        if (isProduct(node) && node.op === "div") count += 1;
      });
    }
  });
  return count > 1;
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
      this.#take(expr, this.#varianceOf(expr), factors, false);
      if (factors.divisions > 1) {
        for (const name of factors.opened) this.#opened.add(name);
        return this.#quotient(factors);
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

  #quotient({ above, below, isNegative }: Factors): Expr {
    const numerator = this.#product(above) ?? constant(1, "float32");
    const quotient = div(numerator, this.#product(below) ?? constant(1, "float32"));
    return isNegative ? neg(quotient) : quotient;
  }

  /** What changes least first, so that it leaves inner loops. Constants are one where their product is exact. */
  #product(factors: readonly Expr[]): Expr | null {
    const ordered = factors.map((factor) => this.#gathered(factor)).sort((left, right) => this.#varianceOf(left) - this.#varianceOf(right));
    return ordered.reduce<Expr | null>((product, factor) => {
      if (product === null || isOne(product)) return factor;
      if (isOne(factor)) return product;
      if (product.kind === "const" && factor.kind === "const" && Math.fround(product.value * factor.value) === product.value * factor.value) {
        return constant(product.value * factor.value, "float32");
      }
      return mul(product, factor);
    }, null);
  }
}

function isOne(expr: Expr): boolean {
  return expr.kind === "const" && expr.value === 1;
}
