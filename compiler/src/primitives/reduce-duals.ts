/**
 * @file Values with their tangents, pushed through other primitives by their own jvp rules. For rules that differentiate an
 * algorithm (a tree of products, a prefix scan) and not a formula.
 */

import { at } from "../base/assert.ts";
import { erasePrimitive, isZero, tangentAval, zero } from "../ir/build.ts";
import { jvpRule } from "../ir/rules.ts";
import type { Params, Primitive, Tangent, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { scalarLike } from "./arith.ts";
import { concatenateP, padP, sliceP, type PaddingConfig } from "./structural.ts";

export interface Dual {
  readonly primal: Value;
  readonly tangent: Tangent;
}

/** The result of a primitive with its tangent. */
export function pushForward<P extends Params>(primitive: Primitive<P>, operands: readonly Dual[], params: P): Dual {
  const primals = operands.map((operand) => operand.primal);
  if (operands.every((operand) => isZero(operand.tangent))) {
    const primal = bind1(primitive, primals, params);
    return { primal, tangent: zero(tangentAval(primal.aval)) };
  }
  const result = jvpRule(erasePrimitive(primitive), null)(primals, operands.map((operand) => operand.tangent), params);
  return { primal: at(result.primals, 0), tangent: at(result.tangents, 0) };
}

/** Elements `start:limit:stride` of one axis; strides are always written, as JAX's slice_in_dim does. */
export function sliceDual(operand: Dual, axis: number, start: number, limit: number, stride = 1): Dual {
  const { shape } = operand.primal.aval;
  return pushForward(sliceP, [operand], {
    startIndices: shape.map((_, other) => (other === axis ? start : 0)),
    limitIndices: shape.map((extent, other) => (other === axis ? limit : extent)),
    strides: shape.map((_, other) => (other === axis ? stride : 1)),
  });
}

/** Padding along one axis with a constant. */
export function padDual(operand: Dual, axis: number, value: number, [low, high, interior]: readonly [number, number, number]): Dual {
  const filler = scalarLike(operand.primal, value);
  const paddingConfig: PaddingConfig = operand.primal.aval.shape.map((_, other) => (other === axis ? [low, high, interior] : [0, 0, 0]));
  return pushForward(padP, [operand, { primal: filler, tangent: zero(tangentAval(filler.aval)) }], { paddingConfig });
}

export function concatenateDuals(operands: readonly Dual[], dimension: number): Dual {
  return pushForward(concatenateP, operands, { dimension });
}
