/** @file Staging: every operation becomes an equation. Under `jit`, `makeJaxpr` and every rule that needs a jaxpr. */

import { InternalError } from "../base/assert.ts";
import { aval as makeAval, closeJaxpr, isScalarLiteral, literal, makeEqn, makeJaxpr, newVar } from "../ir/build.ts";
import type { Atom, Aval, ClosedJaxpr, Eqn, Params, Primitive, Value, Var } from "../ir/types.ts";
import { describeProducer, makeTracer, scalarOf, sourceHere, withTrace, currentTrace } from "./stack.ts";
import type { Trace, Tracer } from "./tracer.ts";
import { isTracer } from "./tracer.ts";

/** A trace that records equations. Values of other traces and concrete arrays become constants. */
export class JaxprTrace implements Trace {
  readonly kind = "jaxpr";
  readonly parent: Trace | null;
  readonly functionName: string;
  ended = false;
  private readonly inVars: Var[] = [];
  private readonly eqns: Eqn[] = [];
  private readonly consts = new Map<Value, Var>();
  private readonly names = new Map<Var, string>();

  constructor(functionName: string, parent: Trace | null = currentTrace()) {
    this.functionName = functionName;
    this.parent = parent;
  }

  /** A tracer for one argument. */
  argument(ofAval: Aval, name: string | null = null): Tracer<Var> {
    const variable = newVar(ofAval);
    this.inVars.push(variable);
    if (name !== null) this.names.set(variable, name);
    return makeTracer(this, ofAval, variable, name);
  }

  processPrimitive(primitive: Primitive, inputs: readonly Value[], params: Params): readonly Value[] {
    const atoms = inputs.map((input) => this.atomOf(input));
    const outAvals = primitive.abstractEval(inputs.map((input) => input.aval), params);
    const outVars = outAvals.map(newVar);
    this.eqns.push(makeEqn(primitive, atoms, params, outVars, sourceHere()));
    return outVars.map((variable) => makeTracer(this, variable.aval, variable));
  }

  /** The atom that stands for a value in this trace. */
  atomOf(value: Value): Atom {
    if (isScalarLiteral(value)) return literal(value.value, value.aval);
    if (isOwn(this, value)) return value.payload;
    const known = this.consts.get(value);
    if (known !== undefined) return known;
    if (value.aval.shape.length === 0 && !isTracer(value)) {
      const scalar = scalarOf(value);
      if (scalar !== null) return literal(scalar, value.aval);
    }
    const variable = newVar(value.aval);
    this.consts.set(value, variable);
    return variable;
  }

  /** Ends the trace and gives its jaxpr with these results. */
  finish(results: readonly Value[]): ClosedJaxpr {
    if (this.ended) throw new InternalError("the trace has ended");
    const outs = results.map((result) => this.atomOf(result));
    this.ended = true;
    return closeJaxpr(makeJaxpr([...this.consts.values()], this.inVars, this.eqns, outs), [...this.consts.keys()]);
  }

  describeOrigin(tracer: Tracer): string {
    if (tracer.argument !== null) return `it is the argument ${tracer.argument} of ${this.functionName}`;
    const variable = tracer.payload as Var;
    const producer = this.eqns.findLast((eqn) => eqn.outVars.includes(variable));
    if (producer === undefined) return `it belongs to ${this.functionName}`;
    const names = this.argumentsBehind(producer);
    const behind = names.length === 0 ? "" : `, which depends on the argument${names.length > 1 ? "s" : ""} ${names.join(", ")} of ${this.functionName}`;
    return `it is ${describeProducer({ name: producer.primitive.name, source: producer.source })}${behind}`;
  }

  private argumentsBehind(last: Eqn): string[] {
    const wanted = new Set<Atom>(last.inputs);
    for (let index = this.eqns.lastIndexOf(last) - 1; index >= 0; index--) {
      const eqn = this.eqns[index];
      if (eqn?.outVars.some((variable) => wanted.has(variable))) for (const input of eqn.inputs) wanted.add(input);
    }
    return this.inVars.filter((variable) => wanted.has(variable)).map((variable) => this.names.get(variable) ?? "(unnamed)");
  }
}

function isOwn(trace: JaxprTrace, value: Value): value is Tracer<Var> {
  return isTracer(value) && value.trace === trace;
}

/** Traces a function of flat values to a jaxpr; the argument names serve messages. */
export function traceToJaxpr(
  run: (args: readonly Value[]) => readonly Value[], inAvals: readonly Aval[],
  options: { readonly functionName: string; readonly argumentNames?: readonly string[] },
): ClosedJaxpr {
  const trace = new JaxprTrace(options.functionName);
  const args = inAvals.map((inAval, index) => trace.argument(makeAval(inAval.shape, inAval.dtype, inAval.weakType), options.argumentNames?.[index] ?? null));
  try {
    return trace.finish(withTrace(trace, () => run(args)));
  } finally {
    trace.ended = true;
  }
}
