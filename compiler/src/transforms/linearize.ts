/** @file Linearize: forward mode with known primals and unknown tangents leaves a linear jaxpr with residuals. */

import { isZero, scalarLiteral, tangentAval } from "../ir/build.ts";
import type { Jaxpr, Value } from "../ir/types.ts";
import { instantiate } from "../primitives/linear.ts";
import { evalJaxpr } from "../trace/eval-jaxpr.ts";
import { withTrace } from "../trace/stack.ts";
import { jvpFlat } from "./jvp.ts";
import { PartialEvalTrace } from "./partial-eval.ts";
import type { FlatOptions } from "./vmap.ts";

/** A linear function of tangents: its jaxpr, and the residuals that its constants stand for. */
export interface LinearFunction {
  readonly jaxpr: Jaxpr;
  readonly residuals: readonly Value[];
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
      const closed = trace.finish(outputs.tangents.map(instantiateIn(trace)));
      return { primals: outputs.primals, linear: { jaxpr: closed.jaxpr, residuals: closed.consts } };
    });
  } finally {
    trace.ended = true;
  }
}

/**
 * A tangent that no input reaches is an array of zeros, made under the parent so that it is a residual. One of float0, which
 * no operation computes with, is a literal that only holds its place.
 */
function instantiateIn(trace: PartialEvalTrace): (tangent: Parameters<typeof instantiate>[0]) => Value {
  return (tangent) => (isZero(tangent) && tangent.aval.dtype === "float0" ? scalarLiteral(0, "float0") : withTrace(trace.parent, () => instantiate(tangent)));
}

/** Applies a linear function to tangents. */
export function applyLinear(linear: LinearFunction, tangents: readonly Value[]): readonly Value[] {
  return evalJaxpr(linear.jaxpr, linear.residuals, tangents);
}

