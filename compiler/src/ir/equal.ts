/**
 * @file Structural equality and hashes of jaxprs, up to the names of variables. Primitives, functions and constants compare
 * by identity, params as plain data; sources are no part of it.
 */

import { at } from "../base/assert.ts";
import { equalStructure } from "../base/equal.ts";
import { hashIdentity, hashNumber, hashString, hashStructure, mixHash } from "../base/hash.ts";
import { equalShapes } from "../base/shape.ts";
import { isClosedJaxpr, isJaxpr } from "./nested.ts";
import type { Atom, Aval, Eqn, Jaxpr, Params, Var } from "./types.ts";

export interface CompareOptions {
  /** Whether weak types count. They do in a trace's key and do not in a Program's. */
  readonly weakTypes: boolean;
}

const withWeakTypes: CompareOptions = { weakTypes: true };

export function equalAvals(left: Aval, right: Aval, options: CompareOptions = withWeakTypes): boolean {
  return left.dtype === right.dtype && (!options.weakTypes || left.weakType === right.weakType) && equalShapes(left.shape, right.shape);
}

export function hashAval(aval: Aval, options: CompareOptions = withWeakTypes): number {
  let hash = mixHash(hashString(aval.dtype), options.weakTypes && aval.weakType ? 1 : 0);
  for (const extent of aval.shape) hash = mixHash(hash, hashNumber(extent));
  return hash;
}

/** Whether two jaxprs are the same but for the names of their variables. */
export function equalJaxprs(left: Jaxpr, right: Jaxpr, options: CompareOptions = withWeakTypes): boolean {
  if (left === right) return true;
  if (left.eqns.length !== right.eqns.length || left.outs.length !== right.outs.length) return false;
  const counterparts = new Map<Var, Var>();
  const bind = (mine: readonly Var[], theirs: readonly Var[]): boolean =>
    mine.length === theirs.length && mine.every((variable, index) => {
      counterparts.set(variable, at(theirs, index));
      return equalAvals(variable.aval, at(theirs, index).aval, options);
    });
  const same = (mine: Atom, theirs: Atom): boolean =>
    (mine.kind === "var" ? counterparts.get(mine) === theirs : theirs.kind === "literal" && equalLiterals(mine, theirs, options));
  const sameAll = (mine: readonly Atom[], theirs: readonly Atom[]): boolean =>
    mine.length === theirs.length && mine.every((atom, index) => same(atom, at(theirs, index)));
  const sameEqn = (mine: Eqn, theirs: Eqn): boolean =>
    mine.primitive === theirs.primitive && sameAll(mine.inputs, theirs.inputs) && bind(mine.outVars, theirs.outVars)
    && equalParams(mine.params, theirs.params, options);
  return bind(left.constVars, right.constVars) && bind(left.inVars, right.inVars)
    && left.eqns.every((eqn, index) => sameEqn(eqn, at(right.eqns, index))) && sameAll(left.outs, right.outs);
}

function equalLiterals(left: Extract<Atom, { readonly kind: "literal" }>, right: typeof left, options: CompareOptions): boolean {
  return Object.is(left.value, right.value) && equalAvals(left.aval, right.aval, options);
}

/** Whether two atoms of one jaxpr have the same value for certain: the same variable, or equal literals. */
export function equalAtoms(left: Atom, right: Atom, options: CompareOptions = withWeakTypes): boolean {
  return left === right || (left.kind === "literal" && right.kind === "literal" && equalLiterals(left, right, options));
}

/** Whether params are the same data; jaxprs in them up to the names of variables. */
export function equalParams(left: Params, right: Params, options: CompareOptions = withWeakTypes): boolean {
  return equalStructure(left, right, (mine, theirs) => {
    if (isJaxpr(mine) && isJaxpr(theirs)) return equalJaxprs(mine, theirs, options);
    if (!isClosedJaxpr(mine) || !isClosedJaxpr(theirs)) return undefined;
    return mine.consts.length === theirs.consts.length && mine.consts.every((value, index) => value === theirs.consts[index])
      && equalJaxprs(mine.jaxpr, theirs.jaxpr, options);
  });
}

export function hashParams(params: Params, options: CompareOptions = withWeakTypes): number {
  return hashStructure(params, (value) => {
    if (isJaxpr(value)) return hashJaxpr(value, options);
    return isClosedJaxpr(value) ? value.consts.reduce((hash, item) => mixHash(hash, hashIdentity(item)), hashJaxpr(value.jaxpr, options)) : undefined;
  });
}

// A jaxpr never changes, so its hash is remembered; the maps are weak and only save time.
const hashes = { strict: new WeakMap<Jaxpr, number>(), lenient: new WeakMap<Jaxpr, number>() };

/** A hash in step with `equalJaxprs` under the same options. */
export function hashJaxpr(jaxpr: Jaxpr, options: CompareOptions = withWeakTypes): number {
  const memory = options.weakTypes ? hashes.strict : hashes.lenient;
  const known = memory.get(jaxpr);
  if (known !== undefined) return known;
  const hash = computeHash(jaxpr, options);
  memory.set(jaxpr, hash);
  return hash;
}

function computeHash(jaxpr: Jaxpr, options: CompareOptions): number {
  const numbers = new Map<Var, number>();
  let hash = mixHash(jaxpr.constVars.length, jaxpr.inVars.length);
  const bind = (variables: readonly Var[]): void => {
    for (const variable of variables) {
      numbers.set(variable, numbers.size);
      hash = mixHash(hash, hashAval(variable.aval, options));
    }
  };
  const read = (atoms: readonly Atom[]): void => {
    for (const atom of atoms) {
      const word = atom.kind === "var" ? numbers.get(atom) ?? -1 : mixHash(hashNumber(atom.value), hashAval(atom.aval, options));
      hash = mixHash(hash, word);
    }
  };
  bind(jaxpr.constVars);
  bind(jaxpr.inVars);
  for (const eqn of jaxpr.eqns) {
    hash = mixHash(hash, hashIdentity(eqn.primitive));
    hash = mixHash(hash, hashParams(eqn.params, options));
    read(eqn.inputs);
    bind(eqn.outVars);
  }
  read(jaxpr.outs);
  return hash;
}
