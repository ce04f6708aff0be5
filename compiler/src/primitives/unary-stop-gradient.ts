/** @file stop_gradient: the identity, of which no derivative passes. */

import { at } from "../base/assert.ts";
import { tangentAval, zero } from "../ir/build.ts";
import type { Primitive, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { definePrimitive, movement, noParams, notLinear, parseNoParams, type NoParams } from "./define.ts";

export const stopGradientP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "stop_gradient",
  abstractEval: (inAvals) => [at(inAvals, 0)],
  effects: "pure",
  jvp: (primals) => {
    const primal = bind1(stopGradientP, primals, noParams);
    return { primals: [primal], tangents: [zero(tangentAval(primal.aval))] };
  },
  transpose: notLinear("stop_gradient has no tangent"),
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes) => ({ outputs: [bind1(stopGradientP, operands, noParams)], axes }),
  lower: { kind: "scalar", emit: (_emitter, operands) => at(operands, 0) },
  simplify: (eqn) => [at(eqn.inputs, 0)],
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: [0],
  facts: movement,
});

/** The operand itself, taken for a constant by every derivative. */
export const stopGradient = (operand: Value): Value => bind1(stopGradientP, [operand], noParams);
