/** @file Folds: what a reduction starts with and how it takes in one more value. */

import { InternalError } from "../base/assert.ts";
import { isFloatValue, operandDTypes } from "../base/scalar-ops.ts";
import { boolean, constant, op } from "./expressions.ts";
import type { Expr, FoldOp, ScalarOpName, ValueDType } from "./types.ts";

export type { FoldOp } from "./types.ts";

const foldOps: ReadonlySet<ScalarOpName> = new Set<FoldOp>(["add", "mul", "max", "min", "and", "or", "xor"]);

export function isFoldOp(name: ScalarOpName): name is FoldOp {
  return foldOps.has(name);
}

/** Whether a fold is defined on a dtype. */
export function foldAccepts(name: FoldOp, dtype: ValueDType): boolean {
  return dtype === "bool" || operandDTypes(name).includes(dtype);
}

/** The value that a fold of `name` starts with: it changes no other. */
export function foldStart(name: FoldOp, dtype: ValueDType): Expr {
  if (dtype === "bool") return boolean(name === "mul" || name === "and" || name === "min");
  switch (name) {
    case "add": case "or": case "xor": return constant(0, dtype);
    case "mul": return constant(1, dtype);
    case "and": return constant(dtype === "uint32" ? 4294967295 : -1, dtype);
    case "max": return constant(lowest(dtype), dtype);
    case "min": return constant(highest(dtype), dtype);
  }
}

function lowest(dtype: ValueDType): number {
  if (isFloatValue(dtype)) return -Infinity;
  return dtype === "int32" ? -2147483648 : 0;
}

function highest(dtype: ValueDType): number {
  if (isFloatValue(dtype)) return Infinity;
  return dtype === "int32" ? 2147483647 : 4294967295;
}

/** The operation by which a fold takes in one more value. */
export function stepOf(name: FoldOp, dtype: ValueDType): FoldOp {
  if (dtype !== "bool") return name;
  switch (name) {
    case "add": case "max": case "or": return "or";
    case "mul": case "min": case "and": return "and";
    case "xor": return "xor";
  }
}

/** One more value folded in. */
export function foldStep(name: FoldOp, accumulated: Expr, value: Expr): Expr {
  return op(stepOf(name, accumulated.type.dtype), accumulated, value);
}

/** Values folded in pairs, which keeps the chain of dependent operations short. */
export function foldTree(name: FoldOp, values: readonly Expr[]): Expr {
  const [first, second, ...rest] = values;
  if (first === undefined) throw new InternalError("a fold of no values");
  if (second === undefined) return first;
  if (rest.length === 0) return foldStep(name, first, second);
  const middle = values.length + 1 >> 1;
  return foldStep(name, foldTree(name, values.slice(0, middle)), foldTree(name, values.slice(middle)));
}
