/** @file Removes what nobody uses: the walk that the pass `eliminate-dead` and the dce rules of calls share. */

import { at } from "../base/assert.ts";
import { makeJaxpr } from "./build.ts";
import type { Atom, Eqn, Jaxpr, Var } from "./types.ts";

export interface Pruned {
  /** All input variables stay; only the used outputs do. The same object where nothing went. */
  readonly jaxpr: Jaxpr;
  readonly usedInputs: readonly boolean[];
}

/** Keeps the used outputs, the equations that they need, and every equation with an effect on the host. Linear time. */
export function pruneJaxpr(jaxpr: Jaxpr, usedOutputs: readonly boolean[]): Pruned {
  const needed = new Set<Atom>(jaxpr.outs.filter((_, index) => at(usedOutputs, index)));
  const kept: Eqn[] = [];
  for (let index = jaxpr.eqns.length - 1; index >= 0; index--) {
    const eqn = at(jaxpr.eqns, index);
    const survivor = survivorOf(eqn, needed);
    if (survivor === null) continue;
    kept.push(survivor);
    survivor.inputs.forEach((input) => needed.add(input));
  }
  kept.reverse();
  const usedInputs = jaxpr.inVars.map((variable) => needed.has(variable));
  const unchanged = usedOutputs.every(Boolean) && kept.length === jaxpr.eqns.length && kept.every((eqn, index) => eqn === jaxpr.eqns[index]);
  if (unchanged) return { jaxpr, usedInputs };
  return { jaxpr: makeJaxpr(jaxpr.constVars, jaxpr.inVars, kept, jaxpr.outs.filter((_, index) => at(usedOutputs, index))), usedInputs };
}

function survivorOf(eqn: Eqn, needed: ReadonlySet<Atom>): Eqn | null {
  const used = eqn.outVars.map((variable: Var) => needed.has(variable));
  if (!used.includes(true) && !hasHostEffect(eqn)) return null;
  if (eqn.primitive.dce === "plain" || !used.includes(false)) return eqn;
  return eqn.primitive.dce(used, eqn).eqn;
}

/** A collective that nobody reads may go: every example drops it alike. */
function hasHostEffect(eqn: Eqn): boolean {
  return eqn.effects.some((effect) => effect.kind === "host");
}
