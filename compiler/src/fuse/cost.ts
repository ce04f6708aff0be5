/** @file The cost model: what it costs to compute a value again instead of loading it. */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { Eqn, Jaxpr, Var } from "../ir/types.ts";
import { writtenOutTerms } from "./reads.ts";

/** Up to this cost an element is computed again in each kernel that needs it: about what storing and loading it costs. */
export const cheapCost = 8;
/** The same for a value of one element, which costs a kernel of its own if it is not computed again. */
const cheapScalarCost = 64;
/** Loads that computing an element again may need. */
const cheapLoads = 3;
/** Up to this cost a value is computed again that is so many times larger than all that it is computed from. */
const broadcastCost = 128;
const broadcastGrowth = 32;

/** One element of a value from what is in memory. */
export interface ElementCost {
  /** In units of one addition. */
  readonly arithmetic: number;
  readonly loads: number;
  /** Elements of the arrays that are loaded. */
  readonly elements: number;
}

const ceiling = 1e6;

/** Costs of the results of all equations, each computed from inputs and from results that are always stored. */
export function elementCosts(jaxpr: Jaxpr): (value: Var) => ElementCost {
  const costs = new Map<number, ElementCost>();
  for (const eqn of jaxpr.eqns) {
    const cost = costOf(eqn, (operand) => costs.get(operand.id) ?? loaded(operand));
    for (const result of eqn.outVars) costs.set(result.id, cost ?? loaded(result));
  }
  return (value) => costs.get(value.id) ?? loaded(value);
}

function loaded(value: Var): ElementCost {
  return { arithmetic: 0, loads: 1, elements: sizeOf(value.aval.shape) };
}

/** The cost of a result that is computed where it is needed; null for one that is always stored. */
function costOf(eqn: Eqn, operandCost: (operand: Var) => ElementCost): ElementCost | null {
  const { lower, facts } = eqn.primitive;
  const terms = writtenOutTerms(eqn);
  if (lower.kind !== "scalar" && lower.kind !== "indexMap" && terms === 0) return null;
  const repeats = Math.max(1, terms);
  // An index map has no arithmetic on values, but its index arithmetic is not free either.
  let arithmetic = lower.kind === "indexMap" ? 1 : terms > 0 ? terms : facts.cost;
  let loads = 0;
  let elements = 0;
  for (const input of new Set(eqn.inputs)) {
    if (input.kind === "literal") continue;
    const cost = operandCost(input);
    arithmetic += cost.arithmetic * repeats;
    loads += cost.loads * repeats;
    elements += cost.elements;
  }
  return { arithmetic: Math.min(arithmetic, ceiling), loads: Math.min(loads, ceiling), elements };
}

/** Whether the value may be computed several times. */
export function isCheap(value: Var, cost: ElementCost): boolean {
  const limit = sizeOf(value.aval.shape) === 1 ? cheapScalarCost : cheapCost;
  return cost.arithmetic <= limit && cost.loads <= cheapLoads;
}

/**
 * Whether the value is so much larger than what it is computed from that each kernel rather computes it: a table of all pairs
 * from two lists never exists.
 */
export function isBornOfBroadcast(value: Var, cost: ElementCost): boolean {
  return cost.arithmetic <= broadcastCost && sizeOf(value.aval.shape) >= broadcastGrowth * cost.elements;
}

/** Operations that an equation adds to a kernel for each element, roughly. */
export function operationCount(eqn: Eqn): number {
  return eqn.primitive.lower.kind === "indexMap" ? 1 + at(eqn.outVars, 0).aval.shape.length : Math.max(1, writtenOutTerms(eqn));
}
