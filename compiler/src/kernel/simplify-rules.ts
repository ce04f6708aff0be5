/**
 * @file The identities that `simplifyKernel` uses, as data. They hold for every value, wrapping included; where one needs
 * more, a range proves it. Operands are int32, uint32 or bool: no rule computes with floats, because hardly an identity on
 * them survives NaN, infinities, -0 and rounding. (A select picks one of two floats as it stands, and may; and 0 + x is x
 * where x is not -0.)
 */

import { at } from "../base/assert.ts";
import { convertReference, isFloatValue, resultDType, scalarOps } from "../base/scalar-ops.ts";
import { affineSum, equalExprs, rangeOfSum, sumToExpr } from "./affine.ts";
import type { AffineSum, Definition } from "./affine.ts";
import { add, boolean, constant, div, mul, not, op, rem } from "./expressions.ts";
import { fullRange, rangeOf } from "./range.ts";
import type { RangeFacts } from "./range.ts";
import type { ConstExpr, Expr, OpExpr, ScalarOpName, ValueDType } from "./types.ts";

/** What is known around an expression. */
export interface SimplifyFacts {
  readonly ranges: RangeFacts;
  /** The value of a Let that no Assign can change; null for other names. */
  readonly definition: Definition;
  /** The bounds of the loop with this index, where no Assign can change them; null for other names. */
  readonly loopBounds: (name: string) => { readonly begin: Expr; readonly end: Expr } | null;
}

export interface SimplifyRule {
  readonly name: string;
  /** The identity, and why it holds. */
  readonly note: string;
  /** The ops that it may rewrite; or every expression that is no op, or every expression at all. Constants stay as they are. */
  readonly ops: readonly ScalarOpName[] | "others" | "all";
  /** Ops on which values: by the last operand, because a select's first one is its condition. */
  readonly operands: "integers" | "any";
  /** The simpler expression, or null where the rule says nothing. */
  readonly rewrite: (expr: Expr, facts: SimplifyFacts) => Expr | null;
}

/** A rule on ops whose value operands are integers or bools. */
function onIntegers(
  names: readonly ScalarOpName[], rewrite: (expr: OpExpr, a: Expr, b: Expr, facts: SimplifyFacts) => Expr | null,
): Pick<SimplifyRule, "ops" | "operands" | "rewrite"> {
  return {
    ops: names, operands: "integers",
    rewrite: (expr, facts) => (expr.kind === "op" ? rewrite(expr, at(expr.args, 0), at(expr.args, -1), facts) : null),
  };
}

function isConstant(expr: Expr, value: number): boolean {
  return expr.kind === "const" && expr.value === value;
}

/** A constant of the expression's type. */
function constantLike(expr: Expr, value: number): ConstExpr {
  return constant(value, expr.type.dtype, expr.type.width);
}

function isOp(expr: Expr, name: ScalarOpName): expr is OpExpr {
  return expr.kind === "op" && expr.op === name;
}

/** The operands of `name` where the expression is one with a constant on its right, as it stands or by its definition. */
function withConstant(expr: Expr, name: ScalarOpName, definition: Definition): { value: Expr; by: ConstExpr } | null {
  const meaning = expr.kind === "ref" ? definition(expr.name) ?? expr : expr;
  if (!isOp(meaning, name)) return null;
  const value = at(meaning.args, 0);
  const by = at(meaning.args, 1);
  return by.kind === "const" ? { value, by } : null;
}

/** Whether a float is surely not -0: a square or magnitude, or a sum with one, as its definition stands. */
function isNeverNegativeZero(expr: Expr, definition: Definition): boolean {
  switch (expr.kind) {
    case "const": return !Object.is(expr.value, -0);
    case "ref": {
      const meaning = definition(expr.name);
      return meaning !== null && meaning.kind !== "ref" && isNeverNegativeZero(meaning, definition);
    }
    case "op": {
      const [left = expr, right = expr] = expr.args;
      if (expr.op === "mul") return equalExprs(left, right);
      if (expr.op === "add") return isNeverNegativeZero(left, definition) || isNeverNegativeZero(right, definition);
      return expr.op === "abs";
    }
    default: return false;
  }
}

/** Every element set: what `and` keeps everything with. */
function allSet(dtype: ValueDType): number {
  return dtype === "int32" ? -1 : fullRange(dtype).high;
}

/** What the right operand must be for the op to give its left one. */
function neutralOf(name: ScalarOpName, dtype: ValueDType): number | null {
  switch (name) {
    case "add": case "sub": case "or": case "xor": return 0;
    case "shiftLeft": case "shiftRightArithmetic": case "shiftRightLogical": return 0;
    case "mul": case "div": return 1;
    case "and": return allSet(dtype);
    default: return null;
  }
}

const commutative: readonly ScalarOpName[] = ["add", "mul", "min", "max", "and", "or", "xor", "eq", "ne"];
const opposite: Partial<Record<ScalarOpName, ScalarOpName>> = { eq: "ne", ne: "eq", lt: "ge", ge: "lt", gt: "le", le: "gt" };

/** Levels of Lets that a quotient is looked for through. */
const definitionDepths: readonly number[] = [0, 1, 2, 3];

/**
 * A sum of int32 terms, divided by a positive constant, as quotient and rest: `quotient * divisor + rest`, both of
 * whose sums are exact and not negative (or the rest is 0). Null where that is not proven or nothing is divisible.
 */
function splitByDivisor(dividend: Expr, divisor: number, depth: number, facts: SimplifyFacts): { quotient: AffineSum; rest: AffineSum } | null {
  if (dividend.type.dtype !== "int32") return null;
  const sum = affineSum(dividend, facts.definition, depth);
  const divisible = sum.terms.filter(({ coefficient }) => coefficient % divisor === 0);
  const kept = sum.terms.filter(({ coefficient }) => coefficient % divisor !== 0);
  const whole = Math.floor(sum.constant / divisor);
  if (divisible.length === 0 && whole === 0) return null;
  const quotient: AffineSum = {
    terms: divisible.map(({ factor, coefficient }) => ({ factor, coefficient: coefficient / divisor })), constant: whole,
  };
  const rest: AffineSum = { terms: kept, constant: sum.constant - whole * divisor };
  const total = rangeOfSum(sum, facts.ranges);
  const int32 = fullRange("int32");
  const exact = total.low >= int32.low && total.high <= int32.high;
  const isMultiple = rest.terms.length === 0 && rest.constant === 0;
  const restRange = rangeOfSum(rest, facts.ranges);
  const positive = total.low >= 0 && restRange.low >= 0 && restRange.high <= int32.high;
  return exact && (isMultiple || positive) ? { quotient, rest } : null;
}

function firstSplit(dividend: Expr, divisor: Expr, facts: SimplifyFacts): { quotient: AffineSum; rest: AffineSum } | null {
  if (divisor.kind !== "const" || divisor.value <= 0) return null;
  for (const depth of definitionDepths) {
    const split = splitByDivisor(dividend, divisor.value, depth, facts);
    if (split !== null) return split;
  }
  return null;
}

/** Whether a term of an int32 sum is a quotient by a constant, or a multiple of one. */
function addsQuotient(expr: Expr, definition: Definition): boolean {
  if (withConstant(expr, "div", definition) !== null) return true;
  if (expr.kind !== "op" || expr.type.dtype !== "int32") return false;
  if (expr.op === "mul") return addsQuotient(at(expr.args, 0), definition);
  return (expr.op === "add" || expr.op === "sub") && expr.args.some((arg) => addsQuotient(arg, definition));
}

/** `k * (x / c * c + x % c)` in a sum, as `k * x`. */
function recombined(sum: AffineSum, facts: SimplifyFacts): AffineSum | null {
  for (const quotient of sum.terms) {
    const divided = withConstant(quotient.factor, "div", facts.definition);
    if (divided === null || divided.by.value === 0) continue;
    const remainder = sum.terms.find(({ factor, coefficient }) => {
      const taken = withConstant(factor, "rem", facts.definition);
      if (taken === null || taken.by.value !== divided.by.value) return false;
      return coefficient * divided.by.value === quotient.coefficient && equalExprs(taken.value, divided.value);
    });
    if (remainder === undefined) continue;
    const others = sum.terms.filter((term) => term !== quotient && term !== remainder);
    return { terms: [...others, { factor: divided.value, coefficient: remainder.coefficient }], constant: sum.constant };
  }
  return null;
}

const allOps = Object.keys(scalarOps) as readonly ScalarOpName[];

export const simplifyRules: readonly SimplifyRule[] = [
  {
    name: "fold-constants",
    note: "an op on constants is the constant that the scalar table gives",
    ops: allOps, operands: "integers",
    rewrite: (expr) => {
      if (expr.kind !== "op" || !expr.args.every((arg) => arg.kind === "const")) return null;
      const dtype = at(expr.args, -1).type.dtype;
      const values = expr.args.map((arg) => (arg.kind === "const" ? arg.value : 0));
      return constant(scalarOps[expr.op].reference(dtype, ...values), resultDType(expr.op, dtype), expr.type.width);
    },
  },
  {
    name: "fold-conversion",
    note: "convert of an integer or bool constant is a constant; splat of a constant and an element of a splat likewise",
    ops: "others", operands: "any",
    rewrite: (expr) => {
      if (expr.kind === "convert" && expr.value.kind === "const" && !isFloatValue(expr.value.type.dtype)) {
        return constantLike(expr, convertReference(expr.value.type.dtype, expr.type.dtype, expr.value.value));
      }
      if (expr.kind === "splat" && expr.value.kind === "const") return constantLike(expr, expr.value.value);
      if (expr.kind === "extract" && expr.value.kind === "const") return constantLike(expr, expr.value.value);
      return expr.kind === "extract" && expr.value.kind === "splat" ? expr.value.value : null;
    },
  },
  {
    name: "known-value",
    note: "an integer or bool whose range is one value is that constant: x * 0, comparisons of apart ranges, small x / c",
    ops: "all", operands: "integers",
    rewrite: (expr, facts) => {
      if (expr.kind === "const" || isFloatValue(expr.type.dtype)) return null;
      const { low, high } = rangeOf(expr, facts.ranges);
      return low === high ? constantLike(expr, low) : null;
    },
  },
  {
    name: "neutral-operand",
    note: "x + 0, x - 0, x * 1, x / 1, x | 0, x ^ 0, x & all bits, and shifts by 0 are x",
    ...onIntegers(["add", "sub", "mul", "div", "and", "or", "xor", "shiftLeft", "shiftRightArithmetic", "shiftRightLogical"],
      (expr, a, b) => {
        const neutral = neutralOf(expr.op, expr.type.dtype);
        return neutral !== null && isConstant(b, neutral) ? a : null;
      }),
  },
  {
    name: "zero-before-square",
    note: "0 + x is x for a float x that is never -0, as a square: the first step of a sum that is written out",
    ops: ["add"], operands: "any",
    rewrite: (expr, { definition }) => {
      if (expr.kind !== "op" || expr.op !== "add" || !isFloatValue(expr.type.dtype)) return null;
      const [left, right] = [at(expr.args, 0), at(expr.args, 1)];
      return isConstant(left, 0) && !isConstant(right, 0) && isNeverNegativeZero(right, definition) ? right : null;
    },
  },
  {
    name: "equal-operands",
    note: "x - x and x ^ x are 0; x & x, x | x, min and max of x and x are x; x == x holds. Operands have no effects",
    ...onIntegers(["sub", "xor", "and", "or", "min", "max", "eq", "ne", "lt", "le", "gt", "ge"], (expr, a, b) => {
      if (!equalExprs(a, b)) return null;
      switch (expr.op) {
        case "and": case "or": case "min": case "max": return a;
        case "eq": case "le": case "ge": return constantLike(expr, 1);
        default: return constantLike(expr, 0);
      }
    }),
  },
  {
    name: "constant-right",
    note: "a commutative op has its constant on the right, where the other rules look for it",
    ...onIntegers(commutative, (expr, a, b) => (a.kind === "const" && b.kind !== "const" ? op(expr.op, b, a) : null)),
  },
  {
    name: "subtract-constant",
    note: "x - c is x + -c, wrapping alike",
    ...onIntegers(["sub"], (expr, a, b) =>
      b.kind === "const" && expr.type.dtype === "int32" ? add(a, constantLike(b, -b.value | 0)) : null),
  },
  {
    name: "hoist-sum-constant",
    note: "(x + c) + y and y + (x + c) are (x + y) + c, and (x + c) + d is x + (c + d): addition is associative modulo 2^32",
    ...onIntegers(["add"], (expr, a, b) => {
      if (expr.type.dtype !== "int32") return null;
      const left = isOp(a, "add") && at(a.args, 1).kind === "const" ? a : null;
      if (left !== null) return add(add(at(left.args, 0), b), at(left.args, 1));
      const right = isOp(b, "add") && at(b.args, 1).kind === "const" ? b : null;
      return right === null ? null : add(add(a, at(right.args, 0)), at(right.args, 1));
    }),
  },
  {
    name: "gather-factors",
    note: "(x * c) * d is x * (c * d), modulo 2^32",
    ...onIntegers(["mul"], (expr, a, b) => {
      if (b.kind !== "const" || expr.type.dtype !== "int32" || !isOp(a, "mul")) return null;
      const inner = at(a.args, 1);
      return inner.kind === "const" ? mul(at(a.args, 0), constantLike(b, Math.imul(inner.value, b.value))) : null;
    }),
  },
  {
    name: "distribute-constant",
    note: "(x + c) * d is x * d + c * d, modulo 2^32: constants move out, to where they meet",
    ...onIntegers(["mul"], (expr, a, b) => {
      if (b.kind !== "const" || expr.type.dtype !== "int32" || !isOp(a, "add")) return null;
      const inner = at(a.args, 1);
      return inner.kind === "const" ? add(mul(at(a.args, 0), b), constantLike(b, Math.imul(inner.value, b.value))) : null;
    }),
  },
  {
    name: "divide-sum",
    note: "(x * c + y) / c is x + y / c where neither the sum nor y is negative and nothing wraps; y is 0 or any sign goes",
    ...onIntegers(["div"], (expr, a, b, facts) => {
      const split = firstSplit(a, b, facts);
      if (split === null) return null;
      const { width } = expr.type;
      return add(sumToExpr(split.quotient, width), div(sumToExpr(split.rest, width), b));
    }),
  },
  {
    name: "remainder-of-sum",
    note: "(x * c + y) % c is y % c under the same conditions",
    ...onIntegers(["rem"], (expr, a, b, facts) => {
      const split = firstSplit(a, b, facts);
      return split === null ? null : rem(sumToExpr(split.rest, expr.type.width), b);
    }),
  },
  {
    name: "remainder-in-range",
    note: "x % c is x where -c < x < c",
    ...onIntegers(["rem"], (_, a, b, facts) => {
      if (b.kind !== "const" || b.value <= 0) return null;
      const { low, high } = rangeOf(a, facts.ranges);
      return low > -b.value && high < b.value ? a : null;
    }),
  },
  {
    name: "nested-division",
    note: "(x / c) / d is x / (c * d) for positive constants: truncating twice truncates once",
    ...onIntegers(["div"], (expr, a, b, facts) => {
      const inner = withConstant(a, "div", facts.definition);
      if (inner === null || b.kind !== "const" || b.value <= 0 || inner.by.value <= 0) return null;
      const product = inner.by.value * b.value;
      return product <= fullRange(expr.type.dtype).high ? div(inner.value, constantLike(b, product)) : null;
    }),
  },
  {
    name: "nested-remainder",
    note: "(x % c) % d is x % d where d divides c: the inner one takes multiples of d away and keeps the sign",
    ...onIntegers(["rem"], (_, a, b, facts) => {
      const inner = withConstant(a, "rem", facts.definition);
      if (inner === null || b.kind !== "const" || b.value <= 0 || inner.by.value <= 0) return null;
      return inner.by.value % b.value === 0 ? rem(inner.value, b) : null;
    }),
  },
  {
    name: "quotient-and-remainder",
    note: "x / c * c + x % c is x, by the definition of the remainder",
    ...onIntegers(["add"], (expr, _a, _b, facts) => {
      if (expr.type.dtype !== "int32") return null;
      // Most sums hold no quotient, and to gather the terms of a sum costs.
      if (!addsQuotient(expr, facts.definition)) return null;
      const whole = recombined(affineSum(expr), facts);
      return whole === null ? null : sumToExpr(whole, expr.type.width);
    }),
  },
  {
    name: "ordered-extremum",
    note: "min and max of operands whose ranges meet at most at an end are one of them",
    ...onIntegers(["min", "max"], (expr, a, b, facts) => {
      const left = rangeOf(a, facts.ranges);
      const right = rangeOf(b, facts.ranges);
      if (left.high <= right.low) return expr.op === "min" ? a : b;
      if (right.high <= left.low) return expr.op === "min" ? b : a;
      return null;
    }),
  },
  {
    name: "loop-guard",
    note: "inside a loop its index is below its end and not below its begin",
    ...onIntegers(["lt", "ge", "gt", "le"], (expr, a, b, facts) => {
      const left = a.kind === "ref" ? facts.loopBounds(a.name) : null;
      if (left !== null && equalExprs(b, left.end) && (expr.op === "lt" || expr.op === "ge")) return boolean(expr.op === "lt");
      if (left !== null && equalExprs(b, left.begin) && (expr.op === "lt" || expr.op === "ge")) return boolean(expr.op === "ge");
      const right = b.kind === "ref" ? facts.loopBounds(b.name) : null;
      if (right === null || !equalExprs(a, right.end)) return null;
      return expr.op === "gt" || expr.op === "le" ? boolean(expr.op === "gt") : null;
    }),
  },
  {
    name: "decided-select",
    note: "a select with a known condition, or with equal choices, is the choice",
    ops: ["select"], operands: "any",
    rewrite: (expr, facts) => {
      if (expr.kind !== "op" || expr.op !== "select") return null;
      const { low, high } = rangeOf(at(expr.args, 0), facts.ranges);
      if (low === high) return at(expr.args, low === 1 ? 1 : 2);
      return equalExprs(at(expr.args, 1), at(expr.args, 2)) ? at(expr.args, 1) : null;
    },
  },
  {
    name: "select-of-bools",
    note: "select(c, true, false) is c, and select(c, false, true) is not c",
    ...onIntegers(["select"], (expr, condition) => {
      if (expr.type.dtype !== "bool") return null;
      const [, whenTrue = condition, whenFalse = condition] = expr.args;
      if (isConstant(whenTrue, 1) && isConstant(whenFalse, 0)) return condition;
      return isConstant(whenTrue, 0) && isConstant(whenFalse, 1) ? not(condition) : null;
    }),
  },
  {
    name: "negated-comparison",
    note: "not (a < b) is a >= b on integers, where one of them holds; not not x is x",
    ...onIntegers(["not"], (_, a) => {
      if (a.kind !== "op") return null;
      if (a.op === "not") return at(a.args, 0);
      const inverse = opposite[a.op];
      if (inverse === undefined || isFloatValue(at(a.args, 0).type.dtype)) return null;
      return op(inverse, at(a.args, 0), at(a.args, 1));
    }),
  },
];
