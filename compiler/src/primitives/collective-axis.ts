/** @file What every collective does with a named axis: finds it, and follows the rules of linear functions of one operand. */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Aval, AxisFrame, Effect, JvpRule, Params, Primitive, TransposeRule, Value } from "../ir/types.ts";
import { unboundAxis } from "../trace/errors.ts";
import { axesInScope, bind1, findAxis } from "../trace/stack.ts";
import { linearAval, mapCotangent } from "./define.ts";

/** The effect of using these names: it must stay inside what binds them. */
export function effectsOf(names: readonly string[]): readonly Effect[] {
  return names.map((axisName) => ({ kind: "collective", axisName }));
}

/** The size of a named axis in scope; throws for an unbound name. */
export function boundAxis(operation: string, name: string): AxisFrame {
  const frame = findAxis(name);
  if (frame !== null) return frame;
  const known = axesInScope().map((axis) => `"${axis.name ?? ""}"`);
  raise(unboundAxis, {
    operation, expected: "the name of an axis that an enclosing vmap or pmap binds with axisName",
    got: `"${name}", while ${known.length === 0 ? "no axis is bound" : `${known.join(", ")} ${known.length === 1 ? "is" : "are"} bound`}`,
    fix: `call it inside vmap(f, { axisName: "${name}" })`,
  });
}

/** The jvp of a linear primitive of one operand. */
export function linearJvp<P extends Params>(primitive: () => Primitive<P>): JvpRule<P> {
  return (operands, tangents, params) => {
    const primal = bind1(primitive(), operands, params);
    const tangent = at(tangents, 0);
    return { primals: [primal], tangents: [isZero(tangent) ? zero(makeAval(primal.aval.shape, tangent.aval.dtype)) : bind1(primitive(), [tangent], params)] };
  };
}

/** The transpose of a linear primitive of one operand, from the operation on the cotangent. */
export function linearTranspose<P extends Params>(run: (cotangent: Value, params: P, operand: Aval) => Value): TransposeRule<P> {
  return (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    return operandAval === null ? [null] : [mapCotangent(at(cotangents, 0), operandAval, (ct) => run(ct, params, operandAval))];
  };
}

/** How many examples the named axes have together. */
export function axisSize(axisNames: readonly string[]): number {
  return sizeOf(axisNames.map((name) => boundAxis("axisSize", name).size));
}
