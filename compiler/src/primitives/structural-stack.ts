/** @file stack and unstack: arrays of one shape joined along a new axis, and taken apart; each other's transpose. */

import { at } from "../base/assert.ts";
import { equalShapes, formatShape, range, withAxis, withoutAxis } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Params, Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind, bind1 } from "../trace/stack.ts";
import { batchedAxis, definePrimitive, linearAval, movement, printed, refuseParameter } from "./define.ts";
import { allWeak, commonDType } from "./elementwise.ts";
import { batchFirst, instantiate } from "./linear.ts";
import { parseNumber } from "./params.ts";
import { checkAxis, chooseOperand, tangentsOfParts } from "./structural.ts";

// stack ----------------------------------------------------------------------------------------------------------------

export interface StackParams extends Params {
  readonly axis: number;
}

export const stackP: Primitive<StackParams> = definePrimitive<StackParams>({
  name: "stack",
  abstractEval: (inAvals, { axis }) => {
    const first = inAvals[0];
    if (first === undefined) return refuseParameter("stack", "at least one operand", "none");
    const dtype = commonDType("stack", inAvals);
    checkAxis("stack", axis, first.shape.length + 1);
    const differs = inAvals.find((other) => !equalShapes(other.shape, first.shape));
    if (differs !== undefined) refuseParameter("stack", `operands of one shape, ${formatShape(first.shape)}`, formatShape(differs.shape), "reshape or broadcast the operand");
    return [makeAval(withAxis(first.shape, axis, inAvals.length), dtype, allWeak(inAvals))];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = bind1(stackP, operands, params);
    const tangent = tangents.every(isZero)
      ? zero(makeAval(primal.aval.shape, at(tangents, 0).aval.dtype, primal.aval.weakType))
      : bind1(stackP, tangents.map(instantiate), params);
    return { primals: [primal], tangents: [tangent] };
  },
  // Each operand gets its part of the cotangent back.
  transpose: (cotangents, operands, { axis }) => {
    const cotangent = at(cotangents, 0);
    const parts = isZero(cotangent) ? [] : unstack(cotangent, axis);
    return operands.map((operand, index) => (operand.kind === "known" ? null : isZero(cotangent) ? zero(operand.aval) : at(parts, index)));
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, { axis }) => {
    const first = at(axes, 0);
    if (first !== null && axes.every((other) => other === first)) {
      return { outputs: [stack(operands, axis <= first ? axis : axis + 1)], axes: [axis <= first ? first + 1 : first] };
    }
    return { outputs: [stack(operands.map((operand, index) => batchFirst(operand, at(axes, index), frame.size)), axis + 1)], axes: [0] };
  },
  lower: {
    kind: "indexMap",
    emit: (emitter, index, read, { params, inAvals }) =>
      chooseOperand(emitter, at(index, params.axis), range(inAvals.length), (operand) => read(operand, withoutAxis(index, params.axis))),
    pieces: ({ axis }) => axis,
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ axis }) => [printed("axis", String(axis))],
  parseParams: (params) => ({ axis: parseNumber(params.get("axis")) }),
  inPlace: "none",
  facts: movement,
});

/** Joins arrays of one shape along a new axis. */
export function stack(operands: readonly Value[], axis: number): Value {
  return bind1(stackP, operands, { axis });
}

// unstack --------------------------------------------------------------------------------------------------------------

export const unstackP: Primitive<StackParams> = definePrimitive<StackParams>({
  name: "unstack",
  abstractEval: (inAvals, { axis }) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    checkAxis("unstack", axis, shape.length);
    const part = makeAval(withoutAxis(shape, axis), dtype, weakType);
    return range(at(shape, axis)).map(() => part);
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primals = bind(unstackP, operands, params);
    return { primals, tangents: tangentsOfParts(primals, at(tangents, 0), (tangent) => bind(unstackP, [tangent], params)) };
  },
  // The cotangents side by side again, zeros where there is none.
  transpose: (cotangents, operands, { axis }) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [cotangents.every(isZero) ? zero(operandAval) : stack(cotangents.map(instantiate), axis)];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, { axis }) => {
    const batchAxis = batchedAxis(axes);
    const outputs = unstack(at(operands, 0), axis < batchAxis ? axis : axis + 1);
    return { outputs, axes: outputs.map(() => (axis < batchAxis ? batchAxis - 1 : batchAxis)) };
  },
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { params, outIndex }) => read(0, withAxis<Expr>(index, params.axis, k.int(outIndex))),
    pieces: ({ axis }) => axis,
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ axis }) => [printed("axis", String(axis))],
  parseParams: (params) => ({ axis: parseNumber(params.get("axis")) }),
  inPlace: "none",
  facts: movement,
});

/** The slices of an array along an axis, without that axis. */
export function unstack(operand: Value, axis: number): readonly Value[] {
  return bind(unstackP, [operand], { axis });
}
