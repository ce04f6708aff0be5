/**
 * @file Index expressions in a canonical form: a sum of multiples, largest first, in which divisions and remainders are
 * gone wherever the ranges of the loop indices allow. Equal elements get equal keys, and a reshape of contiguous axes
 * leaves no trace.
 */

import { at } from "../base/assert.ts";
import * as k from "../kernel/build.ts";
import { exprKey } from "../kernel/affine.ts";
import { rangeOf, type Range } from "../kernel/range.ts";
import type { Expr, OpExpr } from "../kernel/types.ts";

/** `constant + sum of coefficient * factor`; the factors are canonical, the keys are theirs. */
interface Form {
  readonly constant: number;
  readonly terms: ReadonlyMap<string, Term>;
}

interface Term {
  readonly factor: Expr;
  readonly coefficient: number;
}

const noTerms: ReadonlyMap<string, Term> = new Map();

export class IndexForms {
  readonly #ranges = new Map<string, Range>();
  readonly #forms = new Map<Expr, Form>();

  /** States what a name can be: a loop index below its extent, a number that a kernel has loaded. */
  bound(name: string, range: Range): void {
    this.#ranges.set(name, range);
  }

  /** The canonical expression of the same value. */
  canonical(expr: Expr): Expr {
    return toExpr(this.#form(expr));
  }

  /** The place of an element in row-major order. */
  linear(index: readonly Expr[], shape: readonly number[]): Expr {
    let sum: Form = { constant: 0, terms: noTerms };
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      sum = addForms(sum, scaled(this.#form(at(index, axis)), stride));
      stride *= at(shape, axis);
    }
    return toExpr(this.#recombined(sum));
  }

  /** A text that two expressions share only if they are equal. */
  key(expr: Expr): string {
    return exprKey(expr);
  }

  #rangeOf(expr: Expr): Range {
    return rangeOf(expr, this.#ranges);
  }

  #form(expr: Expr): Form {
    const known = this.#forms.get(expr);
    if (known !== undefined) return known;
    const form = this.#compute(expr);
    this.#forms.set(expr, form);
    return form;
  }

  #compute(expr: Expr): Form {
    if (expr.kind === "const") return { constant: expr.value, terms: noTerms };
    if (expr.kind !== "op" || expr.type.dtype !== "int32") return atom(expr);
    const [left, right] = expr.args;
    if (left === undefined || right === undefined) return atom(this.#withCanonicalOperands(expr));
    switch (expr.op) {
      case "add": return this.#recombined(addForms(this.#form(left), this.#form(right)));
      case "sub": return this.#recombined(addForms(this.#form(left), scaled(this.#form(right), -1)));
      case "mul":
        if (right.kind === "const") return scaled(this.#form(left), right.value);
        return left.kind === "const" ? scaled(this.#form(right), left.value) : atom(this.#withCanonicalOperands(expr));
      case "div": return right.kind === "const" && right.value > 0 ? this.#quotient(this.#form(left), right.value) : atom(this.#withCanonicalOperands(expr));
      case "rem": return right.kind === "const" && right.value > 0 ? this.#remainder(this.#form(left), right.value) : atom(this.#withCanonicalOperands(expr));
      case "min": case "max": return this.#extreme(expr, left, right);
      default: return atom(this.#withCanonicalOperands(expr));
    }
  }

  #withCanonicalOperands(expr: OpExpr): Expr {
    return { ...expr, args: expr.args.map((arg) => (arg.type.dtype === "int32" ? this.canonical(arg) : arg)) };
  }

  #extreme(expr: OpExpr, left: Expr, right: Expr): Form {
    const [low, high] = expr.op === "min" ? [left, right] : [right, left];
    if (this.#rangeOf(left).high <= this.#rangeOf(right).low) return this.#form(low);
    if (this.#rangeOf(right).high <= this.#rangeOf(left).low) return this.#form(high);
    return atom(this.#withCanonicalOperands(expr));
  }

  /** `(d * q + r) / d = q + r / d` where neither part is negative, and `r / d = 0` where `r < d`. */
  #quotient(form: Form, divisor: number): Form {
    const whole = toExpr(form);
    const division = (): Form => atom(k.div(whole, divisor));
    if (divisor === 1) return form;
    if (this.#rangeOf(whole).low < 0) return division();
    const { multiples, rest } = split(form, divisor);
    const restRange = this.#rangeOf(toExpr(rest));
    const quotient = scaled(multiples, 1 / divisor);
    if (restRange.low >= 0 && restRange.high < divisor) return quotient;
    if (restRange.low < 0 || this.#rangeOf(toExpr(multiples)).low < 0) return division();
    return addForms(quotient, this.#reducedQuotient(rest, divisor));
  }

  /** `(x / c) / d = x / (c * d)` and `(g * x) / (g * d) = x / d`, for numbers that are not negative. */
  #reducedQuotient(form: Form, divisor: number): Form {
    const common = commonFactor(form, divisor);
    if (common > 1) return this.#quotient(scaled(form, 1 / common), divisor / common);
    const single = onlyFactor(form);
    if (single !== null && isByConstant(single, "div")) {
      const inner = at(single.args, 1);
      if (inner.kind === "const" && inner.value * divisor <= 2 ** 31 - 1) return this.#quotient(this.#form(at(single.args, 0)), inner.value * divisor);
    }
    return atom(k.div(toExpr(form), divisor));
  }

  /** `(d * q + r) % d = r % d` where neither part is negative, and `r % d = r` where `r < d`. */
  #remainder(form: Form, divisor: number): Form {
    if (divisor === 1) return { constant: 0, terms: noTerms };
    const whole = toExpr(form);
    if (this.#rangeOf(whole).low < 0) return atom(k.rem(whole, divisor));
    const { multiples, rest } = split(form, divisor);
    const restRange = this.#rangeOf(toExpr(rest));
    if (restRange.low >= 0 && restRange.high < divisor) return rest;
    if (restRange.low < 0 || this.#rangeOf(toExpr(multiples)).low < 0) return atom(k.rem(whole, divisor));
    const common = commonFactor(rest, divisor);
    if (common > 1) return scaled(this.#remainder(scaled(rest, 1 / common), divisor / common), common);
    const single = onlyFactor(rest);
    if (single !== null && isByConstant(single, "rem")) {
      const inner = at(single.args, 1);
      if (inner.kind === "const" && inner.value % divisor === 0) return this.#remainder(this.#form(at(single.args, 0)), divisor);
    }
    return atom(k.rem(toExpr(rest), divisor));
  }

  /** `m * (x % d) + m * d * (x / d) = m * x`. */
  #recombined(form: Form): Form {
    for (const { factor, coefficient } of form.terms.values()) {
      if (!isByConstant(factor, "rem")) continue;
      const [operand, divisor] = [at(factor.args, 0), at(factor.args, 1)];
      if (divisor.kind !== "const") continue;
      const quotient = this.#quotient(this.#form(operand), divisor.value);
      const multiple = scaled(quotient, coefficient * divisor.value);
      const present = multiple.terms.size > 0
        && [...multiple.terms].every(([key, term]) => form.terms.get(key)?.coefficient === term.coefficient);
      if (!present) continue;
      const remainder: Form = { constant: 0, terms: new Map([[exprKey(factor), { factor, coefficient }]]) };
      const others = addForms(form, scaled(addForms(multiple, remainder), -1));
      return this.#recombined(addForms(others, scaled(this.#form(operand), coefficient)));
    }
    return form;
  }
}

function atom(factor: Expr): Form {
  return { constant: 0, terms: new Map([[exprKey(factor), { factor, coefficient: 1 }]]) };
}

function addForms(left: Form, right: Form): Form {
  if (right.terms.size === 0) return { constant: left.constant + right.constant, terms: left.terms };
  if (left.terms.size === 0) return { constant: left.constant + right.constant, terms: right.terms };
  const terms = new Map(left.terms);
  for (const [key, { factor, coefficient }] of right.terms) {
    const sum = (terms.get(key)?.coefficient ?? 0) + coefficient;
    if (sum === 0) terms.delete(key);
    else terms.set(key, { factor, coefficient: sum });
  }
  return { constant: left.constant + right.constant, terms };
}

/** The form times `scale`, which gives integers. */
function scaled(form: Form, scale: number): Form {
  if (scale === 1) return form;
  if (scale === 0) return { constant: 0, terms: noTerms };
  const terms = new Map<string, Term>();
  for (const [key, { factor, coefficient }] of form.terms) terms.set(key, { factor, coefficient: Math.round(coefficient * scale) });
  return { constant: Math.round(form.constant * scale), terms };
}

/** The terms that `divisor` divides, and the others; the constant is shared out so that its rest is in [0, divisor). */
function split(form: Form, divisor: number): { readonly multiples: Form; readonly rest: Form } {
  const multiples = new Map<string, Term>();
  const rest = new Map<string, Term>();
  for (const [key, term] of form.terms) (term.coefficient % divisor === 0 ? multiples : rest).set(key, term);
  const constantRest = ((form.constant % divisor) + divisor) % divisor;
  return {
    multiples: { constant: form.constant - constantRest, terms: multiples },
    rest: { constant: constantRest, terms: rest },
  };
}

/** The largest number that divides every coefficient, the constant and `divisor`. */
function commonFactor(form: Form, divisor: number): number {
  let common = divisor;
  const include = (value: number): void => {
    let other = Math.abs(value);
    while (other !== 0) [common, other] = [other, common % other];
  };
  include(form.constant);
  for (const { coefficient } of form.terms.values()) include(coefficient);
  return common;
}

function onlyFactor(form: Form): Expr | null {
  if (form.constant !== 0 || form.terms.size !== 1) return null;
  for (const { factor, coefficient } of form.terms.values()) return coefficient === 1 ? factor : null;
  return null;
}

function isByConstant(expr: Expr, name: "div" | "rem"): expr is OpExpr {
  return expr.kind === "op" && expr.op === name && expr.args[1]?.kind === "const";
}

function toExpr(form: Form): Expr {
  const terms = [...form.terms].sort(([leftKey, left], [rightKey, right]) => (
    Math.abs(right.coefficient) - Math.abs(left.coefficient) || (leftKey < rightKey ? -1 : 1)
  ));
  let sum: Expr | null = null;
  for (const [, { factor, coefficient }] of terms) {
    const product = coefficient === 1 ? factor : k.mul(factor, coefficient);
    sum = sum === null ? product : k.add(sum, product);
  }
  if (sum === null) return k.int(form.constant);
  return form.constant === 0 ? sum : k.add(sum, form.constant);
}
