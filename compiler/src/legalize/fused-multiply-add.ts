/**
 * @file The float32 fma for targets with float64 but without fma. The product is exact in float64; the sum is rounded to
 * float64 first, which matters only where that lands just between two float32 values: then the error of the sum decides.
 */

import { at } from "../base/assert.ts";
import { add, and, constant, convert, eq, gt, lt, max, min, mul, ne, or, select, sub } from "../kernel/expressions.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import type { StatementsBefore } from "./rewrite.ts";
import { rewriteExprs } from "./rewrite.ts";

/** The value that a float32 infinity takes part in rounding with: the next one after the largest. */
const float32Limit = 2 ** 128;

export function expandFusedMultiplyAdd(kernel: Kernel): Kernel {
  return rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op" || expr.op !== "fma" || expr.type.dtype !== "float32") return expr;
    return fused(at(expr.args, 0), at(expr.args, 1), at(expr.args, 2), before);
  });
}

function fused(a: Expr, b: Expr, c: Expr, before: StatementsBefore): Expr {
  const product = before.name(mul(convert(a, "float64"), convert(b, "float64")), "product");
  const addend = before.name(convert(c, "float64"), "addend");
  const sum = before.name(add(product, addend), "sum");
  const addendPart = before.name(sub(sum, product), "addendPart");
  const error = before.name(add(sub(product, sub(sum, addendPart)), sub(addend, addendPart)), "error");

  const nearest = before.name(convert(sum, "float32"), "nearest");
  const wideNearest = before.name(min(max(convert(nearest, "float64"), -float32Limit), float32Limit), "wideNearest");
  // The mirror image of the nearest value is a float32 only where the sum is just between the two.
  const mirrored = before.name(sub(mul(sum, constant(2, "float64", sum.type.width)), wideNearest), "mirrored");
  const other = before.name(convert(mirrored, "float32"), "other");
  const isBetween = and(ne(mirrored, wideNearest), eq(convert(other, "float64"), mirrored));
  const isBeyond = or(and(gt(error, 0), gt(mirrored, wideNearest)), and(lt(error, 0), lt(mirrored, wideNearest)));
  return select(and(isBetween, isBeyond), other, nearest);
}
