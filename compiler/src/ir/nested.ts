/** @file The jaxprs that equations hold in their params: finding them, and rewriting them in place. */

import { isPlainObject } from "../base/equal.ts";
import { makeEqn, makeJaxpr } from "./build.ts";
import type { ClosedJaxpr, Eqn, Jaxpr, Params, ParamValue } from "./types.ts";

export function isJaxpr(value: object): value is Jaxpr {
  return "eqns" in value && "inVars" in value && "constVars" in value;
}

export function isClosedJaxpr(value: object): value is ClosedJaxpr {
  return "jaxpr" in value && "consts" in value && !("kind" in value);
}

/** The jaxprs in an equation's params, as its primitive names them. */
export function nestedJaxprs(eqn: Eqn): readonly Jaxpr[] {
  return eqn.primitive.subJaxprs === "none" ? [] : eqn.primitive.subJaxprs(eqn.params);
}

/** Rewrites a jaxpr without a change of its inputs' and outputs' number and types. */
export type Rewrite = (jaxpr: Jaxpr) => Jaxpr;

/**
 * A rewrite that has been applied to all nested jaxprs, innermost first, before it is applied to the jaxpr that holds
 * them. A jaxpr that occurs several times is rewritten once and stays one object.
 */
export function innermostFirst(rewrite: Rewrite): Rewrite {
  const done = new Map<Jaxpr, Jaxpr>();
  const rewriteAll = (jaxpr: Jaxpr): Jaxpr => {
    const known = done.get(jaxpr);
    if (known !== undefined) return known;
    const result = rewrite(mapNested(jaxpr, rewriteAll));
    done.set(jaxpr, result);
    return result;
  };
  return rewriteAll;
}

/** The jaxpr with every directly nested one rewritten; the same object when none changes. */
export function mapNested(jaxpr: Jaxpr, rewrite: Rewrite): Jaxpr {
  let changed = false;
  const eqns = jaxpr.eqns.map((eqn) => {
    const rewritten = mapParamJaxprs(eqn, rewrite);
    changed ||= rewritten !== eqn;
    return rewritten;
  });
  return changed ? makeJaxpr(jaxpr.constVars, jaxpr.inVars, eqns, jaxpr.outs) : jaxpr;
}

/** The equation with every jaxpr in its params rewritten; the same object when none changes. */
export function mapParamJaxprs(eqn: Eqn, rewrite: Rewrite): Eqn {
  if (eqn.primitive.subJaxprs === "none") return eqn;
  const params = mapValue(eqn.params, rewrite) as Params;
  return params === eqn.params ? eqn : makeEqn(eqn.primitive, eqn.inputs, params, eqn.outVars, eqn.source);
}

function mapValue(value: ParamValue, rewrite: Rewrite): ParamValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value as readonly ParamValue[];
    const mapped = items.map((item) => mapValue(item, rewrite));
    return mapped.every((item, index) => item === items[index]) ? value : mapped;
  }
  if (isJaxpr(value)) return rewrite(value);
  if (isClosedJaxpr(value)) {
    const jaxpr = rewrite(value.jaxpr);
    return jaxpr === value.jaxpr ? value : { jaxpr, consts: value.consts };
  }
  if (!isPlainObject(value) || value.kind === "opaque") return value;
  const entries = Object.entries(value as Params);
  const mapped = entries.map(([name, item]) => [name, mapValue(item, rewrite)] as const);
  return mapped.every(([, item], index) => item === entries[index]?.[1]) ? value : Object.fromEntries(mapped);
}
