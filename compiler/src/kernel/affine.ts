/**
 * @file int32 expressions as sums of multiples: `constant + c0 * t0 + c1 * t1 + ...`. Equal to the expression modulo 2^32;
 * where a range proof shows that no partial sum wraps, equal outright.
 */

import { assertNever, at } from "../base/assert.ts";
import { equalShapes } from "../base/shape.ts";
import { add, constant, mul, sameType } from "./expressions.ts";
import { rangeOf } from "./range.ts";
import type { Range, RangeFacts } from "./range.ts";
import type { Expr } from "./types.ts";

export interface AffineTerm {
  readonly factor: Expr;
  readonly coefficient: number;
}

export interface AffineSum {
  readonly terms: readonly AffineTerm[];
  readonly constant: number;
}

/** The value that a name stands for, or null where it should stay a term of its own. */
export type Definition = (name: string) => Expr | null;

/**
 * The expression as a sum. Equal terms are gathered; terms with coefficient 0 are gone. Names are replaced by their
 * definitions, and names in those again, `depth` times.
 */
export function affineSum(expr: Expr, definition: Definition = () => null, depth = Infinity): AffineSum {
  const terms = new Map<string, AffineTerm>();
  let offset = 0;
  const gather = (node: Expr, scale: number, left: number): void => {
    if (node.kind === "const") {
      offset += scale * node.value;
      return;
    }
    if (node.kind === "ref" && left > 0) {
      const meaning = definition(node.name);
      if (meaning !== null) return gather(meaning, scale, left - 1);
    }
    if (node.kind === "op" && node.type.dtype === "int32") {
      const a = at(node.args, 0);
      const b = node.args[1];
      if ((node.op === "add" || node.op === "sub") && b !== undefined) {
        gather(a, scale, left);
        return gather(b, node.op === "add" ? scale : -scale, left);
      }
      // Larger scales would leave the integers that a double holds exactly.
      const factor = node.op === "mul" && b?.kind === "const" ? scale * b.value : null;
      if (factor !== null && Math.abs(factor) <= 2 ** 31) return gather(a, factor, left);
    }
    const key = exprKey(node);
    const coefficient = (terms.get(key)?.coefficient ?? 0) + scale;
    if (coefficient === 0) terms.delete(key);
    else terms.set(key, { factor: node, coefficient });
  };
  gather(expr, 1, depth);
  return { terms: [...terms.values()], constant: offset };
}

/** The sum as an expression again; a lone constant is `width` elements wide. */
export function sumToExpr(sum: AffineSum, width: number): Expr {
  const wrapped = (value: number): Expr => constant(Number(BigInt.asIntN(32, BigInt(value))), "int32", width);
  const terms = sum.terms.map(({ factor, coefficient }) => mul(factor, wrapped(coefficient)));
  return [...terms, wrapped(sum.constant)].reduce((total, term) => add(total, term));
}

/** The interval of the sum before any wrapping. */
export function rangeOfSum(sum: AffineSum, facts: RangeFacts): Range {
  let low = sum.constant;
  let high = sum.constant;
  for (const { factor, coefficient } of sum.terms) {
    const range = rangeOf(factor, facts);
    low += Math.min(coefficient * range.low, coefficient * range.high);
    high += Math.max(coefficient * range.low, coefficient * range.high);
  }
  return { low, high };
}

/** A text that two expressions share only if they are equal. */
export function exprKey(expr: Expr): string {
  const type = `${expr.type.dtype}x${expr.type.width}`;
  switch (expr.kind) {
    case "const": return `${Object.is(expr.value, -0) ? "-0" : expr.value}:${type}`;
    case "ref": case "scalar": return expr.name;
    case "op": return `${expr.op}(${expr.args.map(exprKey).join(",")})`;
    case "convert": case "bitcast": case "splat": return `${expr.kind}:${type}(${exprKey(expr.value)})`;
    case "shuffle": return `shuffle<${expr.lanes.join(" ")}>(${exprKey(expr.a)},${exprKey(expr.b)})`;
    case "extract": return `extract<${expr.lane}>(${exprKey(expr.value)})`;
    case "simdReduce": return `reduce<${expr.op}>(${exprKey(expr.value)})`;
    default: return assertNever(expr, "expression");
  }
}

/** Whether the keys of two expressions are the same, found without making them. */
export function equalExprs(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "const": return b.kind === "const" && Object.is(a.value, b.value) && sameType(a.type, b.type);
    case "ref": case "scalar": return (b.kind === "ref" || b.kind === "scalar") && a.name === b.name;
    case "op": return b.kind === "op" && a.op === b.op && a.args.length === b.args.length && a.args.every((arg, place) => equalExprs(arg, at(b.args, place)));
    case "convert": case "bitcast": case "splat": return b.kind === a.kind && sameType(a.type, b.type) && equalExprs(a.value, b.value);
    case "shuffle": return b.kind === "shuffle" && equalShapes(a.lanes, b.lanes) && equalExprs(a.a, b.a) && equalExprs(a.b, b.b);
    case "extract": return b.kind === "extract" && a.lane === b.lane && equalExprs(a.value, b.value);
    case "simdReduce": return b.kind === "simdReduce" && a.op === b.op && equalExprs(a.value, b.value);
    default: return assertNever(a, "expression");
  }
}
