/** @file Forward mode: a tracer is a primal with its tangent, and each primitive's jvp rule pushes both. */

import { at } from "../base/assert.ts";
import { isZero, tangentAval, zero } from "../ir/build.ts";
import { jvpRule } from "../ir/rules.ts";
import type { Params, Primitive, Tangent, Value } from "../ir/types.ts";
import { bind, currentTrace, describeProducer, makeTracer, withRule, withTrace, type Producer } from "../trace/stack.ts";
import { isTracer, type Trace, type Tracer } from "../trace/tracer.ts";
import type { FlatOptions } from "./vmap.ts";

interface Dual {
  readonly primal: Value;
  readonly tangent: Value;
  /** Null for an argument. */
  readonly producer: Producer | null;
}

class JvpTrace implements Trace {
  readonly kind = "jvp";
  readonly parent: Trace | null;
  readonly functionName: string;
  ended = false;

  constructor(functionName: string) {
    this.parent = currentTrace();
    this.functionName = functionName;
  }

  /** A tracer for a primal with a tangent; without one the primal needs none. */
  tracer(primal: Value, tangent: Tangent, argument: string | null, producer: Producer | null): Value {
    return isZero(tangent) ? primal : makeTracer<Dual>(this, primal.aval, { primal, tangent, producer }, argument);
  }

  unwrap(value: Value): { readonly primal: Value; readonly tangent: Tangent } {
    return isOwn(this, value) ? value.payload : { primal: value, tangent: zero(tangentAval(value.aval)) };
  }

  processPrimitive(primitive: Primitive, inputs: readonly Value[], params: Params): readonly Value[] {
    const duals = inputs.map((input) => this.unwrap(input));
    const primals = duals.map(({ primal }) => primal);
    const tangents = duals.map(({ tangent }) => tangent);
    return withRule(this.parent, (source) => {
      if (tangents.every(isZero)) return bind(primitive, primals, params);
      const producer = { name: primitive.name, source };
      const result = jvpRule(primitive, source)(primals, tangents, params);
      return result.primals.map((primal, index) => this.tracer(primal, at(result.tangents, index), null, producer));
    });
  }

  describeOrigin(tracer: Tracer): string {
    if (tracer.argument !== null) return `it is the argument ${tracer.argument} of ${this.functionName}, which is being differentiated`;
    const { primal, producer } = tracer.payload as Dual;
    if (isTracer(primal)) return primal.trace.describeOrigin(primal);
    const made = producer === null ? "" : `is ${describeProducer(producer)}, which `;
    return `it ${made}depends on an argument of ${this.functionName}, which is being differentiated`;
  }
}

function isOwn(trace: JvpTrace, value: Value): value is Tracer<Dual> {
  return isTracer(value) && value.trace === trace;
}

export interface JvpOutputs {
  readonly primals: readonly Value[];
  readonly tangents: readonly Tangent[];
}

/** The results of a function and their derivative along `tangents`, whose avals are the primals' tangent avals. */
export function jvpFlat(
  run: (args: readonly Value[]) => readonly Value[], primals: readonly Value[], tangents: readonly Tangent[], options: FlatOptions,
): JvpOutputs {
  const trace = new JvpTrace(options.functionName);
  try {
    const duals = primals.map((primal, index) => trace.tracer(primal, at(tangents, index), options.argumentNames?.[index] ?? null, null));
    const results = withTrace(trace, () => run(duals)).map((result) => trace.unwrap(result));
    return { primals: results.map(({ primal }) => primal), tangents: results.map(({ tangent }) => tangent) };
  } finally {
    trace.ended = true;
  }
}
