/**
 * @file What the kernel of a group follows from, with its equations and values numbered in the order in which they come up:
 * groups of equal form, as those of equal layers, have the same kernel over different values.
 */

import { required } from "../base/assert.ts";
import { hashNumber, hashString, mixHash } from "../base/hash.ts";
import type { FusionGroup, FusionPart, FusionPlan, InnerLoop, KeptValue } from "../fuse/types.ts";
import type { Atom, Var } from "../ir/types.ts";

export interface GroupForm {
  /** Plain data, the same for groups of equal form. */
  readonly key: unknown;
  readonly hash: number;
  /** The group's values, by their numbers in the key. */
  readonly values: readonly Var[];
}

export function groupForm({ jaxpr }: FusionPlan, { rows, parts }: FusionGroup): GroupForm {
  const values: Var[] = [];
  const numbers = new Map<number, number>();
  const numberOf = (value: Var): number => {
    const known = numbers.get(value.id);
    if (known !== undefined) return known;
    numbers.set(value.id, values.length);
    return values.push(value) - 1;
  };
  const places = [...new Set(parts.flatMap((part) => part.eqns))].sort((left, right) => left - right);
  const eqnNumbers = new Map(places.map((place, number) => [place, number]));
  const eqnNumber = (place: number): number => required(eqnNumbers.get(place), "equation of the group");
  const formOfAtom = (atom: Atom): unknown => (atom.kind === "var" ? numberOf(atom) : { value: atom.value, aval: atom.aval });
  const formOfKept = ({ value, ...rest }: KeptValue): unknown => ({ ...rest, value: numberOf(value) });
  const formOfLoop = ({ folds, stores, keeps, ...rest }: InnerLoop): unknown => (
    { ...rest, folds: folds.map(eqnNumber), stores: stores.map(numberOf), keeps: keeps.map(formOfKept) }
  );
  const formOfPart = ({ eqns, loops, stores, keeps, ...rest }: FusionPart): unknown => (
    { ...rest, eqns: eqns.map(eqnNumber), loops: loops.map(formOfLoop), stores: stores.map(numberOf), keeps: keeps.map(formOfKept) }
  );
  let hash = parts.length;
  const eqns = places.map((place) => {
    const { primitive, params, inputs, outVars } = required(jaxpr.eqns[place], "equation");
    hash = mixHash(hash, hashString(primitive.name));
    return { primitive: { kind: "opaque", target: primitive }, params, inputs: inputs.map(formOfAtom), outVars: outVars.map(numberOf) };
  });
  for (const { space } of parts) for (const extent of space) hash = mixHash(hash, hashNumber(extent));
  const key = { rows, parts: parts.map(formOfPart), eqns, avals: values.map(({ aval }) => aval) };
  return { key, hash, values };
}
