/**
 * @file Byte addresses of elements. The part of an index that does not change in the innermost loop is added to the base
 * once, in front of the loop; small constants become the offset of the access.
 */

import { affineSum, exprKey, type AffineTerm } from "../../kernel/affine.ts";
import { mul } from "../../kernel/expressions.ts";
import type { Expr } from "../../kernel/types.ts";
import { isInvariant, type FunctionContext, type LoopScope } from "./context.ts";
import { emitExpr } from "./expressions.ts";
import { getLocal, i32Const, instruction, setLocal, type Local, type Node } from "./tree.ts";

/**
 * Nothing that a kernel touches lies below this address. So an address without its constant offset is not negative, as
 * the effective address (which does not wrap) requires, while offsets stay below this bound.
 */
export const reservedBytes = 65_536;

/** Where a buffer or array begins: a local, and an offset that is known now. */
export interface Memory {
  readonly base: Local;
  readonly offset: number;
}

export interface Place {
  readonly address: Node;
  readonly offset: number;
}

/** The element at a scalar index. */
export function placeOf(context: FunctionContext, memory: Memory, index: Expr, elementBytes: number): Place {
  const sum = affineSum(index);
  const scope = context.innermostLoop;
  const invariant = sum.terms.filter(({ factor }) => scope !== null && isInvariant(factor, scope));
  const varying = sum.terms.filter((term) => !invariant.includes(term));
  const constant = memory.offset + sum.constant * elementBytes;
  const isOffset = constant >= 0 && constant < reservedBytes;
  const shared = isOffset ? 0 : constant;
  const start = scope !== null && (invariant.length > 0 || shared !== 0)
    ? pointer(context, scope, memory.base, invariant, shared, elementBytes)
    : plus(getLocal(memory.base), shared === 0 ? null : i32Const(shared));
  const address = varying.reduce((total, term) => plus(total, scaled(context, term, elementBytes)), start);
  return { address, offset: isOffset ? constant : 0 };
}

/** A local that is set in front of the loop. */
function pointer(
  context: FunctionContext, scope: LoopScope, base: Local, terms: readonly AffineTerm[], constant: number, elementBytes: number,
): Node {
  const key = [base.name, constant, elementBytes, ...terms.map(({ factor, coefficient }) => `${coefficient}*${exprKey(factor)}`)].join("+");
  let local = scope.pointers.get(key);
  if (local === undefined) {
    local = context.temporary("p", "i32");
    scope.pointers.set(key, local);
    const value = context.outsideInnermostLoop(() => terms.reduce(
      (total, term) => plus(total, scaled(context, term, elementBytes)),
      plus(getLocal(base), constant === 0 ? null : i32Const(constant)),
    ));
    scope.preheader.push(setLocal(local, value));
  }
  return getLocal(local);
}

function plus(a: Node, b: Node | null): Node {
  return b === null ? a : instruction("i32.add", [a, b]);
}

/** A term of the index, in bytes. */
function scaled(context: FunctionContext, { factor, coefficient }: AffineTerm, elementBytes: number): Node {
  const bytes = coefficient * elementBytes;
  const places = Math.log2(bytes);
  if (bytes === 1) return emitExpr(context, factor);
  if (Number.isInteger(places)) return instruction("i32.shl", [emitExpr(context, factor), i32Const(places)]);
  return emitExpr(context, mul(factor, bytes | 0));
}
