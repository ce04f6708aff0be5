/** @file Prefix reductions as states that pass along an axis. */

import { at } from "../base/assert.ts";
import type { Emitter, FoldState, Params, PrefixLowering } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import type { Expr } from "../kernel/types.ts";
import { valueOf } from "../kernel/storage.ts";

export interface CumulativeParams extends Params {
  readonly axis: number;
  /** Whether each element folds those behind it instead of those before it. */
  readonly reverse: boolean;
}

/** Numbers folded with one operation: its value so far is the one state. */
export function prefixOf(op: "add" | "mul" | "max" | "min"): PrefixLowering<CumulativeParams> {
  return {
    kind: "prefix",
    along: ({ axis, reverse }) => ({ axis, reverse }),
    states: ({ outAval }): readonly FoldState[] => [{ role: op === "add" ? "sum" : "other", init: foldStart(op, valueOf(outAval.dtype)) }],
    step: (_emitter, states, element) => [foldStep(op, at(states, 0), element)],
    combine: (_emitter, before, behind) => [foldStep(op, at(before, 0), at(behind, 0))],
    finish: (_emitter, states) => at(states, 0),
  };
}

// cumlogsumexp ---------------------------------------------------------------------------------------------------------

/**
 * The largest element so far, and the sum of exp(x - largest), which lies between 1 and the number of elements. The sum is
 * compensated: `lost` is what rounding took from it. It is rescaled where the largest element changes.
 */
export const logSumExpPrefix: PrefixLowering<CumulativeParams> = {
  kind: "prefix",
  along: ({ axis, reverse }) => ({ axis, reverse }),
  states: ({ outAval }) => {
    const dtype = valueOf(outAval.dtype);
    return [-Infinity, 0, 0].map((value): FoldState => ({ role: "other", init: k.constant(value, dtype) }));
  },
  step: (emitter, states, element) => {
    const [largest, sum, lost] = [at(states, 0), at(states, 1), at(states, 2)];
    const next = emitter.let(k.max(largest, element), "next");
    const reference = finiteReference(emitter, next);
    const scale = scaleTo(emitter, largest, next, reference);
    const before = emitter.let(k.mul(sum, scale), "before");
    return [next, ...compensated(emitter, before, k.op("exp", k.sub(element, reference)), k.mul(lost, scale))];
  },
  combine: (emitter, before, behind) => {
    const next = emitter.let(k.max(at(before, 0), at(behind, 0)), "next");
    const reference = finiteReference(emitter, next);
    const [scale, otherScale] = [before, behind].map((states) => scaleTo(emitter, at(states, 0), next, reference));
    const scaled = (states: readonly Expr[], state: number, by: Expr | undefined): Expr => emitter.let(k.mul(at(states, state), by ?? 1), "part");
    const lost = k.add(scaled(before, 2, scale), scaled(behind, 2, otherScale));
    return [next, ...compensated(emitter, scaled(before, 1, scale), scaled(behind, 1, otherScale), lost)];
  },
  finish: (_emitter, states, { outAval }) => {
    const [largest, sum] = [at(states, 0), at(states, 1)];
    const infinite = k.constant(Infinity, valueOf(outAval.dtype));
    return k.select(k.eq(largest, infinite), infinite, k.add(largest, k.op("log", sum)));
  },
};

/** An infinite largest element would make NaN of differences with itself. */
function finiteReference(emitter: Emitter, largest: Expr): Expr {
  return emitter.let(k.select(k.op("isFinite", largest), largest, k.constant(0, largest.type.dtype)), "reference");
}

/** What a sum over elements up to `largest` is multiplied by when `next` is the largest. */
function scaleTo(emitter: Emitter, largest: Expr, next: Expr, reference: Expr): Expr {
  const { dtype } = largest.type;
  return emitter.branch(k.ne(next, largest), () => k.op("exp", k.sub(largest, reference)), () => k.constant(1, dtype));
}

/** A sum and an addend less what was lost before: their rounded sum, and what that rounding lost. */
function compensated(emitter: Emitter, sum: Expr, addend: Expr, lost: Expr): readonly [sum: Expr, lost: Expr] {
  const added = emitter.let(k.sub(addend, lost), "added");
  const exact = k.add(sum, added);
  const total = emitter.let(sum.type.dtype === "float32" ? k.op("roundFloat32", exact) : exact, "total");
  return [total, k.sub(k.sub(total, sum), added)];
}
