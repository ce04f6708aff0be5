/**
 * @file Functions of the library that are calls in a jaxpr, as JAX's jitted ones are (`jit[name=_where ...]`). Each is
 * traced once per types of its arguments, so that calls share one jaxpr and one program.
 */

import { at } from "@lanewise/compiler/base/assert";
import { callJit, closeOver } from "@lanewise/compiler/control/jit";
import { getOrMake } from "@lanewise/compiler/base/structural-map";
import type { Value } from "@lanewise/compiler/ir/types";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { session } from "../session.ts";

/** More than that many traced calls are forgotten together: tracing one again is cheap. */
const mostRemembered = 2000;

/** Calls `run` as a function of this name. `statics` are what it depends on beside its arguments, as plain data. */
export function namedCall(name: string, statics: unknown, args: readonly Value[], run: (args: readonly Value[]) => readonly Value[]): readonly Value[] {
  if (session.namedCalls.size >= mostRemembered) session.namedCalls.clear();
  const avals = args.map((arg) => arg.aval);
  const jaxpr = getOrMake(session.namedCalls, { name, statics, avals }, () =>
    closeOver(traceToJaxpr(run, avals, { functionName: name })).jaxpr);
  return callJit(jaxpr, name, args);
}

/** `namedCall` of a function with one result. */
export function namedCall1(name: string, statics: unknown, args: readonly Value[], run: (args: readonly Value[]) => Value): Value {
  return at(namedCall(name, statics, args, (inner) => [run(inner)]), 0);
}
