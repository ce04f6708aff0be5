/** @file Linearize: forward mode with known primals and unknown tangents leaves a linear jaxpr with residuals. */

import { at } from "../base/assert.ts";
import { isZero, tangentAval, zero } from "../ir/build.ts";
import type { Aval, Jaxpr, Tangent, Value } from "../ir/types.ts";
import { evalJaxpr } from "../trace/eval-jaxpr.ts";
import { withTrace } from "../trace/stack.ts";
import { jvpFlat } from "./jvp.ts";
import { PartialEvalTrace } from "./partial-eval.ts";
import type { FlatOptions } from "./vmap.ts";

/** A linear function of tangents: its jaxpr, and the residuals that its constants stand for. */
export interface LinearFunction {
  /** Gives those results that some input reaches. */
  readonly jaxpr: Jaxpr;
  readonly residuals: readonly Value[];
  /** The types of all results. */
  readonly outAvals: readonly Aval[];
  /** For each result its place among those of the jaxpr, or null where it is zero for all inputs. */
  readonly outPlaces: readonly (number | null)[];
}

export interface Linearized {
  readonly primals: readonly Value[];
  readonly linear: LinearFunction;
}

/** The results of a function at `primals`, and its derivative there as a linear function of one tangent per primal. */
export function linearizeFlat(
  run: (args: readonly Value[]) => readonly Value[], primals: readonly Value[], options: FlatOptions,
): Linearized {
  const trace = new PartialEvalTrace(options.functionName);
  try {
    const tangents = primals.map((primal) => trace.unknown(tangentAval(primal.aval)));
    return withTrace(trace, () => {
      const outputs = jvpFlat(run, primals, tangents, options);
      return { primals: outputs.primals, linear: finishLinear(trace, outputs.tangents) };
    });
  } finally {
    trace.ended = true;
  }
}

/** A function that is said to be linear, as it stands: whether it is, its transposition finds out. */
export function stageLinear(
  run: (args: readonly Value[]) => readonly Value[], inAvals: readonly Aval[], options: FlatOptions,
): LinearFunction {
  const trace = new PartialEvalTrace(options.functionName, "it is what is transposed in");
  try {
    const inputs = inAvals.map((inAval) => trace.unknown(inAval));
    return finishLinear(trace, withTrace(trace, () => run(inputs)));
  } finally {
    trace.ended = true;
  }
}

function finishLinear(trace: PartialEvalTrace, results: readonly Tangent[]): LinearFunction {
  const reached = results.filter((result): result is Value => !isZero(result));
  const { jaxpr, consts } = trace.finish(reached);
  let next = 0;
  return {
    jaxpr, residuals: consts, outAvals: results.map((result) => result.aval),
    outPlaces: results.map((result) => (isZero(result) ? null : next++)),
  };
}

/** Applies a linear function to tangents. */
export function applyLinear(linear: LinearFunction, tangents: readonly Value[]): readonly Tangent[] {
  const results = evalJaxpr(linear.jaxpr, linear.residuals, tangents);
  return linear.outPlaces.map((place, index) => (place === null ? zero(at(linear.outAvals, index)) : at(results, place)));
}

