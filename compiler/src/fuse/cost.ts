/** @file The cost model: what it costs to compute a value again instead of loading it. */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { Eqn, Jaxpr, Var } from "../ir/types.ts";

/** Up to this cost an element is computed again in each kernel that needs it: about what storing and loading it costs. */
export const cheapCost = 8;
/** The same for a value of one element, which costs a kernel of its own if it is not computed again. */
const cheapScalarCost = 64;
/** Loads that computing an element again may need. */
const cheapLoads = 3;

/** One element of a value from what is in memory. */
export interface ElementCost {
  /** In units of one addition. */
  readonly arithmetic: number;
  readonly loads: number;
}

const loaded: ElementCost = { arithmetic: 0, loads: 1 };
const ceiling = 1e6;

/** Costs of the results of all equations, each computed from inputs and from results that are always stored. */
export function elementCosts(jaxpr: Jaxpr): (value: Var) => ElementCost {
  const costs = new Map<number, ElementCost>();
  for (const eqn of jaxpr.eqns) {
    const cost = costOf(eqn, (operand) => costs.get(operand.id) ?? loaded);
    for (const result of eqn.outVars) costs.set(result.id, cost);
  }
  return (value) => costs.get(value.id) ?? loaded;
}

function costOf(eqn: Eqn, operandCost: (operand: Var) => ElementCost): ElementCost {
  const { lower, facts } = eqn.primitive;
  if (lower.kind !== "scalar" && lower.kind !== "indexMap") return loaded;
  // An index map has no arithmetic on values, but its index arithmetic is not free either.
  let arithmetic = lower.kind === "indexMap" ? 1 : facts.cost;
  let loads = 0;
  for (const input of eqn.inputs) {
    if (input.kind === "literal") continue;
    const cost = operandCost(input);
    arithmetic += cost.arithmetic;
    loads += cost.loads;
  }
  return { arithmetic: Math.min(arithmetic, ceiling), loads: Math.min(loads, ceiling) };
}

/** Whether the value may be computed several times. */
export function isCheap(value: Var, cost: ElementCost): boolean {
  const limit = sizeOf(value.aval.shape) === 1 ? cheapScalarCost : cheapCost;
  return cost.arithmetic <= limit && cost.loads <= cheapLoads;
}

/** Operations that an equation adds to a kernel for each element, roughly. */
export function operationCount(eqn: Eqn): number {
  return eqn.primitive.lower.kind === "indexMap" ? 1 + at(eqn.outVars, 0).aval.shape.length : 1;
}
