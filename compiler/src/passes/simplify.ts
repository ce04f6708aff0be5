/** @file The pass that applies the primitives' own rewrites. */

import { at, InternalError } from "../base/assert.ts";
import { makeJaxpr } from "../ir/build.ts";
import { equalAvals } from "../ir/equal.ts";
import { innermostFirst } from "../ir/nested.ts";
import { printAval } from "../ir/print.ts";
import type { Atom, Eqn, Jaxpr, Var } from "../ir/types.ts";
import { substituteAtoms, substituteEqn } from "../ir/walk.ts";

/**
 * Replaces the results of an equation by atoms where the primitive's `simplify` gives some: `x + 0` of integers by `x`. A
 * rule sees one equation with its inputs already replaced, and equations stand in the order of their use, so one walk
 * reaches the fixpoint. Rules are exact: no result changes by a bit. Linear time.
 */
export function simplify(jaxpr: Jaxpr): Jaxpr {
  return innermostFirst(simplifyHere)(jaxpr);
}

function simplifyHere(jaxpr: Jaxpr): Jaxpr {
  const replaced = new Map<Var, Atom>();
  const eqns: Eqn[] = [];
  for (const original of jaxpr.eqns) {
    const eqn = substituteEqn(original, replaced);
    const atoms = eqn.primitive.simplify === "none" || eqn.effects.length > 0 ? null : eqn.primitive.simplify(eqn);
    if (atoms === null) {
      eqns.push(eqn);
      continue;
    }
    eqn.outVars.forEach((variable, index) => {
      const atom = at(atoms, index);
      if (!equalAvals(atom.aval, variable.aval, { weakTypes: false })) {
        throw new InternalError(`simplify of ${eqn.primitive.name} gives ${printAval(atom.aval)} for ${printAval(variable.aval)}`);
      }
      replaced.set(variable, atom);
    });
  }
  if (eqns.length === jaxpr.eqns.length) return jaxpr;
  return makeJaxpr(jaxpr.constVars, jaxpr.inVars, eqns, substituteAtoms(jaxpr.outs, replaced));
}
