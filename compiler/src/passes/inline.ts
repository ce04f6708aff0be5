/** @file The pass that replaces calls by the equations of their jaxprs. */

import { at, invariant } from "../base/assert.ts";
import { makeJaxpr } from "../ir/build.ts";
import { mapNested, mapParamJaxprs, type Rewrite } from "../ir/nested.ts";
import type { Atom, ClosedJaxpr, Eqn, Jaxpr, Var } from "../ir/types.ts";
import { copyEqn, substituteAtom, substituteAtoms, substituteEqn } from "../ir/walk.ts";

/**
 * Puts the equations of every call (jit, custom_jvp_call, ...) in the call's place, in the jaxpr and in those that loops
 * and branches hold. Calls within calls are inlined in the same walk, which keeps its own stack. Linear in the equations of
 * the result.
 */
export function inlineCalls(jaxpr: Jaxpr): Jaxpr {
  const done = new Map<Jaxpr, Jaxpr>();
  const inline = (body: Jaxpr): Jaxpr => {
    const known = done.get(body);
    if (known !== undefined) return known;
    const result = body.eqns.some(isCall) ? inlineHere(body, inline) : mapNested(body, inline);
    done.set(body, result);
    return result;
  };
  return inline(jaxpr);
}

/** A jaxpr whose equations are being put into the result; `call` is what it stands for, null for the outermost. */
interface Frame {
  readonly jaxpr: Jaxpr;
  readonly call: Eqn | null;
  readonly atoms: Map<Var, Atom>;
  next: number;
}

function isCall(eqn: Eqn): boolean {
  return eqn.primitive.inlinable !== "never";
}

function inlineHere(jaxpr: Jaxpr, inlineNested: Rewrite): Jaxpr {
  const eqns: Eqn[] = [];
  const outermost: Frame = { jaxpr, call: null, atoms: new Map(), next: 0 };
  const frames = [outermost];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const eqn = frame.jaxpr.eqns[frame.next++];
    if (eqn === undefined) {
      frames.pop();
      const caller = frames.at(-1);
      if (caller !== undefined) bindResults(frame, caller);
    } else if (eqn.primitive.inlinable !== "never") {
      frames.push(openCall(eqn, eqn.primitive.inlinable(eqn.params), frame.atoms));
    } else {
      const inlined = mapParamJaxprs(eqn, inlineNested);
      // A jaxpr may be called twice, so what comes from a call gets results of its own.
      eqns.push(frame.call === null ? substituteEqn(inlined, frame.atoms) : copyEqn(inlined, frame.atoms));
    }
  }
  return makeJaxpr(jaxpr.constVars, jaxpr.inVars, eqns, substituteAtoms(jaxpr.outs, outermost.atoms));
}

function openCall(call: Eqn, { jaxpr, consts }: ClosedJaxpr, callerAtoms: ReadonlyMap<Var, Atom>): Frame {
  invariant(jaxpr.constVars.length + consts.length === 0, `the jaxpr of a call of ${call.primitive.name} has constants`);
  const args = substituteAtoms(call.inputs, callerAtoms);
  return { jaxpr, call, atoms: new Map(jaxpr.inVars.map((variable, index) => [variable, at(args, index)])), next: 0 };
}

function bindResults({ jaxpr, call, atoms }: Frame, caller: Frame): void {
  call?.outVars.forEach((variable, index) => caller.atoms.set(variable, substituteAtom(at(jaxpr.outs, index), atoms)));
}
