/** @file rev: elements in reverse order. */

import { at } from "../base/assert.ts";
import { formatShape } from "../base/shape.ts";
import { isZero } from "../ir/build.ts";
import type { Params, Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { bind1 } from "../trace/stack.ts";
import { batchedAxis, definePrimitive, linearAval, mapCotangent, movement, printed, refuseParameter } from "./define.ts";
import { formatTuple, parseNumbers } from "./params.ts";

export interface RevParams extends Params {
  readonly dimensions: readonly number[];
}

export const revP: Primitive<RevParams> = definePrimitive<RevParams>({
  name: "rev",
  abstractEval: (inAvals, { dimensions }) => {
    const inAval = at(inAvals, 0);
    const rank = inAval.shape.length;
    if (dimensions.some((axis, place) => !Number.isInteger(axis) || axis < 0 || axis >= rank || dimensions.indexOf(axis) !== place)) {
      refuseParameter("rev", `distinct axes in [0, ${rank})`, formatShape(dimensions));
    }
    return [inAval];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const tangent = at(tangents, 0);
    return { primals: [bind1(revP, operands, params)], tangents: [isZero(tangent) ? tangent : bind1(revP, [tangent], params)] };
  },
  // Reversing twice changes nothing.
  transpose: (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    return [operandAval === null ? null : mapCotangent(at(cotangents, 0), operandAval, (ct) => bind1(revP, [ct], params))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, { dimensions }) => {
    const batchAxis = batchedAxis(axes);
    return { outputs: [rev(at(operands, 0), dimensions.map((axis) => (axis < batchAxis ? axis : axis + 1)))], axes: [batchAxis] };
  },
  lower: {
    kind: "indexMap",
    emit: (_emitter, index, read, { params, outAval }) =>
      read(0, index.map((place, axis) => (params.dimensions.includes(axis) ? k.sub(k.int(at(outAval.shape, axis) - 1), place) : place))),
  },
  simplify: (eqn) => (eqn.params.dimensions.every((axis) => at(eqn.inputs, 0).aval.shape[axis] === 1) ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ dimensions }) => [printed("dimensions", formatTuple(dimensions))],
  parseParams: (params) => ({ dimensions: parseNumbers(params.get("dimensions")) }),
  inPlace: "none",
  facts: movement,
});

/** The elements in reverse order along these axes. */
export function rev(operand: Value, dimensions: readonly number[]): Value {
  return bind1(revP, [operand], { dimensions });
}
