/** @file Interprets a jaxpr under the current trace: binds each equation again. */

import { required } from "../base/assert.ts";
import { scalarLiteral } from "../ir/build.ts";
import type { Atom, Jaxpr, Value, Var } from "../ir/types.ts";
import { bind, withSource } from "./stack.ts";

/** The results of `jaxpr` on these values. */
export function evalJaxpr(jaxpr: Jaxpr, consts: readonly Value[], args: readonly Value[]): Value[] {
  const environment = new Map<Var, Value>();
  const read = (atom: Atom): Value =>
    atom.kind === "literal" ? scalarLiteral(atom.value, atom.aval.dtype, atom.aval.weakType) : required(environment.get(atom), "variable");
  jaxpr.constVars.forEach((variable, index) => environment.set(variable, required(consts[index], "constant")));
  jaxpr.inVars.forEach((variable, index) => environment.set(variable, required(args[index], "argument")));
  for (const eqn of jaxpr.eqns) {
    const outputs = withSource(eqn.source, () => bind(eqn.primitive, eqn.inputs.map(read), eqn.params));
    eqn.outVars.forEach((variable, index) => environment.set(variable, required(outputs[index], `result of ${eqn.primitive.name}`)));
  }
  return jaxpr.outs.map(read);
}
