/** @file The pass that replaces random keys, which have no storage of their own, by their words. */

import { at } from "../base/assert.ts";
import { makeEqn, makeJaxpr, newVar } from "../ir/build.ts";
import { isKey, physicalAval, touchesKeys } from "../ir/physical.ts";
import { mapNested } from "../ir/nested.ts";
import type { Atom, Eqn, Jaxpr, Var } from "../ir/types.ts";
import { inlineAtoms, substituteAtoms, substituteEqn } from "../ir/walk.ts";

/** An equation on keys as a jaxpr on words, which takes the variables among its inputs. */
export type ExpandEquation = (eqn: Eqn) => Jaxpr;

/**
 * Makes every key an array of uint32 with one more axis of extent 2 behind, inputs and results of the jaxpr included, here
 * and in the jaxprs of loops and branches. `expand` says what an operation on keys is on words. Linear time.
 */
export function physicalize(jaxpr: Jaxpr, expand: ExpandEquation): Jaxpr {
  const done = new Map<Jaxpr, Jaxpr>();
  const rewrite = (body: Jaxpr): Jaxpr => {
    const known = done.get(body);
    if (known !== undefined) return known;
    const result = physicalizeHere(mapNested(body, rewrite), expand);
    done.set(body, result);
    return result;
  };
  return rewrite(jaxpr);
}

function physicalizeHere(jaxpr: Jaxpr, expand: ExpandEquation): Jaxpr {
  const parameters = [...jaxpr.constVars, ...jaxpr.inVars];
  if (!jaxpr.eqns.some(touchesKeys) && !parameters.some(({ aval }) => isKey(aval))) return jaxpr;
  const words = new Map<Var, Atom>();
  const held = (variables: readonly Var[]): Var[] => variables.map((variable) => heldVar(variable, words));
  const [constVars, inVars] = [held(jaxpr.constVars), held(jaxpr.inVars)];
  const eqns: Eqn[] = [];
  for (const eqn of jaxpr.eqns) {
    if (!touchesKeys(eqn)) {
      eqns.push(substituteEqn(eqn, words));
    } else if (eqn.primitive.subJaxprs !== "none") {
      // Its jaxprs take and give words already.
      eqns.push(makeEqn(eqn.primitive, substituteAtoms(eqn.inputs, words), eqn.params, held(eqn.outVars), eqn.source));
    } else {
      const operands = substituteAtoms(eqn.inputs.filter((input) => input.kind === "var"), words);
      const expansion = inlineAtoms(expand(eqn), [], operands);
      eqns.push(...expansion.eqns);
      eqn.outVars.forEach((variable, index) => words.set(variable, at(expansion.outs, index)));
    }
  }
  return makeJaxpr(constVars, inVars, eqns, substituteAtoms(jaxpr.outs, words));
}

/** The variable that holds the words of a key; any other variable as it is. */
function heldVar(variable: Var, words: Map<Var, Atom>): Var {
  if (!isKey(variable.aval)) return variable;
  const made = newVar(physicalAval(variable.aval));
  words.set(variable, made);
  return made;
}
