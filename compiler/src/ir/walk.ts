/** @file Walks over jaxprs: evaluation by a given rule, substitution, copies, counts. None recurses over equations. */

import { at, invariant } from "../base/assert.ts";
import { makeEqn, makeJaxpr, newVar } from "./build.ts";
import { nestedJaxprs } from "./nested.ts";
import type { Atom, Eqn, Jaxpr, Literal, Var } from "./types.ts";

/** What evaluates a jaxpr over values of any kind. */
export interface EqnEvaluator<T> {
  /** The results of one equation on its inputs' values. */
  readonly eqn: (eqn: Eqn, inputs: readonly T[]) => readonly T[];
  readonly literal: (literal: Literal) => T;
}

/** The results of a jaxpr on these values, equation by equation. */
export function evalJaxprWith<T>(jaxpr: Jaxpr, consts: readonly T[], args: readonly T[], evaluator: EqnEvaluator<T>): T[] {
  const values = new Map<Var, T>();
  const read = (atom: Atom): T => {
    if (atom.kind === "literal") return evaluator.literal(atom);
    // The value itself may be undefined, so only its absence is a fault.
    invariant(values.has(atom), "a variable is read before it has a value");
    return values.get(atom) as T;
  };
  const bind = (variables: readonly Var[], items: readonly T[]): void => {
    variables.forEach((variable, index) => values.set(variable, at(items, index)));
  };
  bind(jaxpr.constVars, consts);
  bind(jaxpr.inVars, args);
  for (const eqn of jaxpr.eqns) bind(eqn.outVars, evaluator.eqn(eqn, eqn.inputs.map(read)));
  return jaxpr.outs.map(read);
}

/** What variables stand for. */
export type Substitution = ReadonlyMap<Var, Atom>;

export function substituteAtom(atom: Atom, substitution: Substitution): Atom {
  return atom.kind === "var" ? substitution.get(atom) ?? atom : atom;
}

/** The atoms with variables replaced; the same array when none is. */
export function substituteAtoms(atoms: readonly Atom[], substitution: Substitution): readonly Atom[] {
  return atoms.some((atom) => substituteAtom(atom, substitution) !== atom) ? atoms.map((atom) => substituteAtom(atom, substitution)) : atoms;
}

/** The equation with what it reads replaced; the same object when nothing is. */
export function substituteEqn(eqn: Eqn, substitution: Substitution): Eqn {
  const inputs = substituteAtoms(eqn.inputs, substitution);
  return inputs === eqn.inputs ? eqn : makeEqn(eqn.primitive, inputs, eqn.params, eqn.outVars, eqn.source);
}

/** The jaxpr with what its equations and results read replaced; the same object when nothing is. */
export function substitute(jaxpr: Jaxpr, substitution: Substitution): Jaxpr {
  const eqns = jaxpr.eqns.map((eqn) => substituteEqn(eqn, substitution));
  const outs = substituteAtoms(jaxpr.outs, substitution);
  if (outs === jaxpr.outs && eqns.every((eqn, index) => eqn === jaxpr.eqns[index])) return jaxpr;
  return makeJaxpr(jaxpr.constVars, jaxpr.inVars, eqns, outs);
}

/**
 * The equations of a jaxpr with these atoms for its constants and inputs, and results of their own: a copy that can stand in
 * another jaxpr.
 */
export function inlineAtoms(
  jaxpr: Jaxpr, consts: readonly Atom[], args: readonly Atom[],
): { readonly eqns: readonly Eqn[]; readonly outs: readonly Atom[] } {
  const copies = new Map<Var, Atom>();
  jaxpr.constVars.forEach((variable, index) => copies.set(variable, at(consts, index)));
  jaxpr.inVars.forEach((variable, index) => copies.set(variable, at(args, index)));
  const eqns = jaxpr.eqns.map((eqn) => copyEqn(eqn, copies));
  return { eqns, outs: substituteAtoms(jaxpr.outs, copies) };
}

/** A copy of an equation with new results, which `copies` learns. */
export function copyEqn(eqn: Eqn, copies: Map<Var, Atom>): Eqn {
  const inputs = substituteAtoms(eqn.inputs, copies);
  const outVars = eqn.outVars.map((variable) => newVar(variable.aval));
  eqn.outVars.forEach((variable, index) => copies.set(variable, at(outVars, index)));
  return makeEqn(eqn.primitive, inputs, eqn.params, outVars, eqn.source);
}

/** The variables that an equation or a result of this jaxpr reads; nested jaxprs are closed and read none. */
export function usedVars(jaxpr: Jaxpr): ReadonlySet<Var> {
  const used = new Set<Var>();
  const read = (atom: Atom): void => {
    if (atom.kind === "var") used.add(atom);
  };
  for (const eqn of jaxpr.eqns) eqn.inputs.forEach(read);
  jaxpr.outs.forEach(read);
  return used;
}

/** The number of equations, with those of nested jaxprs counted once for each place where they stand. */
export function countEqns(jaxpr: Jaxpr): number {
  const counts = new Map<Jaxpr, number>();
  const count = (counted: Jaxpr): number => {
    const known = counts.get(counted);
    if (known !== undefined) return known;
    let total = counted.eqns.length;
    for (const eqn of counted.eqns) for (const nested of nestedJaxprs(eqn)) total += count(nested);
    counts.set(counted, total);
    return total;
  };
  return count(jaxpr);
}
