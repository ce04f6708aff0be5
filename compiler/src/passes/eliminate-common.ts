/** @file The pass that computes equal expressions once. */

import { at } from "../base/assert.ts";
import { hashIdentity, hashNumber, mixHash } from "../base/hash.ts";
import { StructuralMap } from "../base/structural-map.ts";
import { makeJaxpr } from "../ir/build.ts";
import { equalAtoms, equalAvals, equalParams, hashAval, hashParams } from "../ir/equal.ts";
import { innermostFirst } from "../ir/nested.ts";
import type { Atom, Eqn, Jaxpr, Var } from "../ir/types.ts";
import { substituteAtoms, substituteEqn } from "../ir/walk.ts";

/**
 * Drops each equation without effects that an earlier one equals (same primitive, params, inputs and types) and reads the
 * earlier results in its place. Operands of commutative primitives may be swapped. Nested jaxprs are treated alone: nothing
 * moves in or out of a loop or branch. Linear time.
 */
export function eliminateCommon(jaxpr: Jaxpr): Jaxpr {
  return innermostFirst(eliminateHere)(jaxpr);
}

function eliminateHere(jaxpr: Jaxpr): Jaxpr {
  const earlier = new StructuralMap<Eqn, Eqn>(hashEqn, equalEqns);
  const replaced = new Map<Var, Atom>();
  const eqns: Eqn[] = [];
  for (const original of jaxpr.eqns) {
    const eqn = substituteEqn(original, replaced);
    const found = earlier.get(eqn);
    if (found === undefined) {
      eqns.push(eqn);
      // One with effects is never entered, so it is never found.
      if (eqn.effects.length === 0) earlier.set(eqn, eqn);
    } else {
      eqn.outVars.forEach((variable, index) => replaced.set(variable, at(found.outVars, index)));
    }
  }
  if (eqns.length === jaxpr.eqns.length) return jaxpr;
  return makeJaxpr(jaxpr.constVars, jaxpr.inVars, eqns, substituteAtoms(jaxpr.outs, replaced));
}

function isSwappable(eqn: Eqn): boolean {
  return eqn.primitive.facts.commutative && eqn.inputs.length === 2;
}

function hashAtom(atom: Atom): number {
  return atom.kind === "var" ? hashNumber(atom.id) : mixHash(hashNumber(atom.value), hashAval(atom.aval));
}

function hashEqn(eqn: Eqn): number {
  let hash = mixHash(hashIdentity(eqn.primitive), hashParams(eqn.params));
  const inputs = eqn.inputs.map(hashAtom);
  if (isSwappable(eqn)) inputs.sort((left, right) => left - right);
  for (const input of inputs) hash = mixHash(hash, input);
  return hash;
}

function equalEqns(left: Eqn, right: Eqn): boolean {
  if (left.primitive !== right.primitive || left.inputs.length !== right.inputs.length || left.outVars.length !== right.outVars.length) return false;
  const inOrder = left.inputs.every((input, index) => equalAtoms(input, at(right.inputs, index)));
  const swapped = !inOrder && isSwappable(left)
    && equalAtoms(at(left.inputs, 0), at(right.inputs, 1)) && equalAtoms(at(left.inputs, 1), at(right.inputs, 0));
  return (inOrder || swapped) && left.outVars.every((variable, index) => equalAvals(variable.aval, at(right.outVars, index).aval))
    && equalParams(left.params, right.params);
}
