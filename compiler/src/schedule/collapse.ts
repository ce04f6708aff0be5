/**
 * @file Two loops, one just inside the other, become one where every use of their indices sees only the place in row-major
 * order: an elementwise kernel over equal shapes is one flat loop, however many axes there are.
 */

import { at } from "../base/assert.ts";
import { affineSum, sumToExpr, type AffineSum } from "../kernel/affine.ts";
import { int, ref, scalarType } from "../kernel/build.ts";
import { exprsOf, forEachExpr, forEachStmt, mapOperands, mapBodiesOf, mapExprsOf, operandsOf, withBody } from "../kernel/walk.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "../kernel/types.ts";
import { extentOf } from "./nest.ts";

const largestIndex = 2 ** 31 - 1;

/** The kernel with such pairs of loops merged; indices keep the name of the outer one. */
export function collapseLoops(kernel: Kernel): Kernel {
  return withBody(kernel, collapseIn(kernel.body));
}

function collapseIn(body: readonly Stmt[]): readonly Stmt[] {
  return body.map((statement) => {
    const inner = mapBodiesOf(statement, collapseIn);
    return inner.kind === "for" ? collapsed(inner) : inner;
  });
}

function collapsed(outer: ForStmt): ForStmt {
  const inner = at(outer.body.length === 1 ? outer.body : [null], 0);
  if (inner?.kind !== "for" || !mayMerge(outer, inner)) return outer;
  const [outerExtent, innerExtent] = [extentOf(outer), extentOf(inner)];
  if (outerExtent === null || innerExtent === null || outerExtent * innerExtent > largestIndex) return outer;
  const pair: Pair = { outer: outer.index, inner: inner.index, innerExtent };
  if (!everyUseIsFlat(inner.body, pair)) return outer;
  return { ...outer, end: int(outerExtent * innerExtent), body: flattened(inner.body, pair) };
}

function mayMerge(outer: ForStmt, inner: ForStmt): boolean {
  return outer.loop === inner.loop || (outer.loop === "grid" && inner.loop === "simd");
}

interface Pair {
  readonly outer: string;
  readonly inner: string;
  readonly innerExtent: number;
}

function everyUseIsFlat(body: readonly Stmt[], pair: Pair): boolean {
  let flat = true;
  forEachStmt(body, (statement) => {
    for (const expr of exprsOf(statement)) flat &&= isFlat(expr, pair);
  });
  return flat;
}

function usesPair(expr: Expr, pair: Pair): boolean {
  let uses = false;
  forEachExpr(expr, (node) => {
    if (node.kind === "ref") uses ||= node.name === pair.outer || node.name === pair.inner;
  });
  return uses;
}

function isFlat(expr: Expr, pair: Pair): boolean {
  if (!usesPair(expr, pair)) return true;
  if (!isIntegerSum(expr)) return operandsOf(expr).every((operand) => isFlat(operand, pair));
  const { outer, inner, others } = strides(affineSum(expr), pair);
  return outer === inner * pair.innerExtent && others.terms.every(({ factor }) => isFlat(factor, pair));
}

/** An expression that `affineSum` takes apart, or a loop index. */
function isIntegerSum(expr: Expr): boolean {
  if (expr.type.dtype !== "int32" || expr.type.width !== 1) return false;
  return expr.kind === "ref" || (expr.kind === "op" && (expr.op === "add" || expr.op === "sub" || (expr.op === "mul" && expr.args[1]?.kind === "const")));
}

function strides(sum: AffineSum, pair: Pair): { readonly outer: number; readonly inner: number; readonly others: AffineSum } {
  const of = (name: string): number =>
    sum.terms.find(({ factor }) => factor.kind === "ref" && factor.name === name)?.coefficient ?? 0;
  const terms = sum.terms.filter(({ factor }) => factor.kind !== "ref" || (factor.name !== pair.outer && factor.name !== pair.inner));
  return { outer: of(pair.outer), inner: of(pair.inner), others: { terms, constant: sum.constant } };
}

function flattened(body: readonly Stmt[], pair: Pair): readonly Stmt[] {
  return body.map((statement) => mapBodiesOf(mapExprsOf(statement, (expr) => flatExpr(expr, pair)), (inner) => flattened(inner, pair)));
}

function flatExpr(expr: Expr, pair: Pair): Expr {
  if (!usesPair(expr, pair)) return expr;
  if (!isIntegerSum(expr)) return mapOperands(expr, (operand) => flatExpr(operand, pair));
  const { inner, others } = strides(affineSum(expr), pair);
  const terms = others.terms.map(({ factor, coefficient }) => ({ factor: flatExpr(factor, pair), coefficient }));
  const flat = inner === 0 ? [] : [{ factor: ref(pair.outer, scalarType("int32")), coefficient: inner }];
  return sumToExpr({ terms: [...flat, ...terms], constant: others.constant }, 1);
}
