/**
 * @file Functions of the library that are calls in a jaxpr, as JAX's jitted ones are (`jit[name=_where ...]`). Each is
 * traced once per types of its arguments, so that calls share one jaxpr and one program.
 */

import { at, InternalError } from "@lanewise/compiler/base/assert";
import { callJit } from "@lanewise/compiler/control/jit";
import type { Value } from "@lanewise/compiler/ir/types";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { sourceHere, withSource } from "@lanewise/compiler/trace/stack";
import { session } from "../session.ts";

/** Calls `run` as a function of this name. `statics` are what it depends on beside its arguments, as plain data. */
export function namedCall(name: string, statics: unknown, args: readonly Value[], run: (args: readonly Value[]) => readonly Value[]): readonly Value[] {
  const known = session.namedCalls.find(name, statics, args);
  if (known !== null) return callJit(known, name, args);
  const avals = args.map((arg) => arg.aval);
  // Everything it computes with is an argument or a number, so the jaxpr has no constants. All of it is the library's own, so
  // that the place in the user's program is one for all, and its stack is captured once.
  const { jaxpr, consts } = withSource(sourceHere(), () => traceToJaxpr(run, avals, { functionName: name }));
  if (consts.length > 0) throw new InternalError(`${name} closes over ${consts.length} arrays, which a remembered call would lose`);
  session.namedCalls.add(name, args, { statics, avals, jaxpr });
  return callJit(jaxpr, name, args);
}

/** `namedCall` of a function with one result. */
export function namedCall1(name: string, statics: unknown, args: readonly Value[], run: (args: readonly Value[]) => Value): Value {
  return at(namedCall(name, statics, args, (inner) => [run(inner)]), 0);
}
