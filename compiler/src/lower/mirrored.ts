/**
 * @file The pass that adds up once what two reductions over different axes both add up: each pair of a sum over all pairs is
 * visited from both ends, so that the gradient by the one end is the sum of the same terms as that by the other.
 */

import { at } from "../base/assert.ts";
import { equalAvals } from "../ir/equal.ts";
import { makeJaxpr } from "../ir/build.ts";
import type { Atom, Eqn, Jaxpr, Params, ReductionLowering, Var } from "../ir/types.ts";
import { substituteAtoms, substituteEqn } from "../ir/walk.ts";
import { unreduced } from "./elements.ts";
import { Terms, type Term } from "./terms.ts";

/** Elements that the pass looks at: it costs little where there is nothing to find. */
const patience = 600;
/** Earlier reductions that one is compared with. */
const mostCompared = 4;

/**
 * Drops each reduction whose terms are, one by one, those of an earlier one over other axes of an array of the same shape, and
 * reads the earlier result in its place. Exact: the terms are the same to the bit, up to the sign of zeros, which a sum does not
 * show.
 */
export function shareMirrored(jaxpr: Jaxpr): Jaxpr {
  const alike = new Map<string, Fold[]>();
  const replaced = new Map<Var, Atom>();
  let terms: Terms | null = null;
  for (const eqn of jaxpr.eqns) {
    const fold = foldOf(eqn);
    if (fold === null) continue;
    const earlier = alike.get(fold.likeness) ?? [];
    alike.set(fold.likeness, [...earlier, fold]);
    for (const other of earlier.slice(-mostCompared)) {
      if (other.over === fold.over) continue;
      terms ??= new Terms(jaxpr, patience);
      if (!haveSameTerms(other, fold, terms)) continue;
      replaced.set(fold.result, other.result);
      break;
    }
  }
  if (replaced.size === 0) return jaxpr;
  const eqns = jaxpr.eqns.filter(({ outVars }) => !outVars.some((result) => replaced.has(result)));
  return makeJaxpr(jaxpr.constVars, jaxpr.inVars, eqns.map((eqn) => substituteEqn(eqn, replaced)), substituteAtoms(jaxpr.outs, replaced));
}

interface Fold {
  readonly operand: Var;
  readonly result: Var;
  readonly lower: ReductionLowering<Params>;
  readonly axes: readonly number[];
  readonly over: string;
  /** Reductions that differ in it have nothing in common. */
  readonly likeness: string;
}

function foldOf({ primitive: { lower }, inputs, outVars, params }: Eqn): Fold | null {
  const operand = inputs[0];
  if (lower.kind !== "reduction" || operand?.kind !== "var") return null;
  const { shape } = operand.aval;
  const axes = [...lower.axes(params)].sort((left, right) => left - right);
  const result = at(outVars, 0);
  const likeness = `${lower.op} of ${[...shape].sort((left, right) => left - right).join()} over ${axes.map((axis) => at(shape, axis)).join()} to ${result.aval.shape.join()}`;
  return { operand, result, lower, axes, over: axes.join(), likeness };
}

function haveSameTerms(left: Fold, right: Fold, terms: Terms): boolean {
  if (!equalAvals(left.result.aval, right.result.aval)) return false;
  const [first, second] = [termOf(left, terms), termOf(right, terms)];
  const isSame = first.number === second.number && first.negative === second.negative;
  return isSame && !terms.isExhausted && (left.lower.op === "add" || !(first.isLoose || second.isLoose));
}

/** The term of a reduction at symbolic indices. */
function termOf({ operand, result, axes }: Fold, terms: Terms): Term {
  const { shape } = operand.aval;
  const outer = result.aval.shape.map((extent, axis) => terms.axis(`outer ${axis}`, extent));
  return terms.element(operand, unreduced(outer, axes.map((axis, number) => terms.axis(`folded ${number}`, at(shape, axis))), axes, shape));
}
