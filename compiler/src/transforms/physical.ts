/** @file An equation on random keys as equations on their words. */

import { at, InternalError } from "../base/assert.ts";
import { scalarLiteral } from "../ir/build.ts";
import { isKey, physicalAval } from "../ir/physical.ts";
import type { Eqn, Jaxpr, Value } from "../ir/types.ts";
import { moveAxis } from "../primitives/linear.ts";
import { traceToJaxpr } from "../trace/jaxpr-trace.ts";
import { withSource } from "../trace/stack.ts";

const wordsOfKey = { size: 2, name: null } as const;

/**
 * What an equation is on words, as a jaxpr that takes its variables and no literals. The operations of random say so
 * themselves; any other moves keys, which is to move each word of them: its batch rule along the last axis.
 */
export function physicalEquation(eqn: Eqn): Jaxpr {
  const { primitive, inputs, params } = eqn;
  const variables = inputs.filter((input) => input.kind === "var");
  const { jaxpr, consts } = withSource(eqn.source, () => traceToJaxpr((args) => {
    let next = 0;
    const values = inputs.map((input) => (input.kind === "var" ? at(args, next++) : scalarLiteral(input.value, input.aval.dtype, input.aval.weakType)));
    return primitive.lower.kind === "physical" ? [primitive.lower.expand(values, params)] : movedWords(eqn, values);
  }, variables.map(({ aval }) => physicalAval(aval)), { functionName: primitive.name }));
  if (consts.length > 0) throw new InternalError(`${primitive.name} on words has constants`);
  return jaxpr;
}

function movedWords({ primitive, inputs, params, outVars }: Eqn, values: readonly Value[]): readonly Value[] {
  const wordAxes = inputs.map(({ aval }) => (isKey(aval) ? aval.shape.length : null));
  const { outputs, axes } = primitive.batch(wordsOfKey, values, wordAxes, params);
  return outVars.map(({ aval }, index) => {
    const [output, axis] = [at(outputs, index), at(axes, index)];
    if (axis === null || !isKey(aval)) throw new InternalError(`${primitive.name} does more with keys than to move them`);
    return moveAxis(output, axis, aval.shape.length);
  });
}
