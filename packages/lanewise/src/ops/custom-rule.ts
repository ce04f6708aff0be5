/** @file Functions of the library whose derivative is a rule of their own: a custom_jvp_call in the jaxpr, as JAX's are. */

import { at } from "@lanewise/compiler/base/assert";
import { callCustomJvp } from "@lanewise/compiler/control/custom-derivatives";
import type { Value } from "@lanewise/compiler/ir/types";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { sourceHere, withSource } from "@lanewise/compiler/trace/stack";

export type FunctionOfValues = (args: readonly Value[]) => Value;

/** The result and its tangent from primals and tangents. */
export type TangentRule = (primals: readonly Value[], tangents: readonly Value[]) => readonly [primal: Value, tangent: Value];

/** Calls a function of this name; `ruleName` is how its rule is printed. */
export function callWithRule(name: string, ruleName: string, run: FunctionOfValues, rule: TangentRule, args: readonly Value[]): Value {
  const { jaxpr } = withSource(sourceHere(), () => traceToJaxpr((inner) => [run(inner)], args.map((arg) => arg.aval), { functionName: name }));
  const jvp = (primals: readonly Value[], tangents: readonly Value[]): { primals: Value[]; tangents: Value[] } => {
    const [primal, tangent] = rule(primals, tangents);
    return { primals: [primal], tangents: [tangent] };
  };
  return at(callCustomJvp({ name, jaxpr, hiddenCount: 0 }, jvp, args, ruleName), 0);
}
