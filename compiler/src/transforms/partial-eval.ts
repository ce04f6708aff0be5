/**
 * @file Partial evaluation: operations on known values run under the parent trace, operations on unknown ones are staged.
 * Known values that staged equations need become constants of the staged jaxpr: the residuals.
 */

import { assertNever, at, InternalError } from "../base/assert.ts";
import { closeJaxpr, isScalarLiteral, literal, makeEqn, makeJaxpr, newVar } from "../ir/build.ts";
import type { Atom, Aval, ClosedJaxpr, Eqn, Jaxpr, Params, PartialEvalRule, Primitive, Residual, Value, Var } from "../ir/types.ts";
import { bind, currentTrace, makeTracer, scalarOf, sourceHere, withTrace } from "../trace/stack.ts";
import { isTracer, type Trace, type Tracer } from "../trace/tracer.ts";

export class PartialEvalTrace implements Trace {
  readonly kind = "partialEval";
  readonly parent: Trace | null;
  readonly functionName: string;
  private readonly role: string;
  ended = false;
  private readonly inVars: Var[] = [];
  private readonly eqns: Eqn[] = [];
  private readonly residuals = new Map<Value, Var>();

  /** @param role what an unknown value is, for messages: followed by the function's name */
  constructor(functionName: string, role = "it is a tangent in the derivative of") {
    this.parent = currentTrace();
    this.functionName = functionName;
    this.role = role;
  }

  /** A tracer for an unknown input. */
  unknown(ofAval: Aval): Tracer<Var> {
    const variable = newVar(ofAval);
    this.inVars.push(variable);
    return makeTracer(this, ofAval, variable);
  }

  isUnknown(value: Value): value is Tracer<Var> {
    return isTracer(value) && value.trace === this;
  }

  processPrimitive(primitive: Primitive, inputs: readonly Value[], params: Params): readonly Value[] {
    const unknown = inputs.map((input) => this.isUnknown(input));
    if (!unknown.includes(true)) return withTrace(this.parent, () => bind(primitive, inputs, params));
    if (primitive.partialEval !== "plain") return this.split(primitive, primitive.partialEval, inputs, unknown, params);
    return this.stage(primitive, inputs, params, primitive.abstractEval(inputs.map((input) => input.aval), params));
  }

  private stage(primitive: Primitive, inputs: readonly Value[], params: Params, outAvals: readonly Aval[]): readonly Value[] {
    const outVars = outAvals.map(newVar);
    this.eqns.push(makeEqn(primitive, inputs.map((input) => this.atomOf(input)), params, outVars, sourceHere()));
    return outVars.map((variable) => makeTracer(this, variable.aval, variable));
  }

  private split(
    primitive: Primitive, rule: Exclude<PartialEvalRule<Params>, "plain">, inputs: readonly Value[], unknown: readonly boolean[], params: Params,
  ): readonly Value[] {
    const parts = rule(unknown, { params, inAvals: inputs.map((input) => input.aval) });
    const knownInputs = inputs.filter((_, index) => !at(unknown, index));
    const knownCount = parts.outUnknown.filter((isUnknown) => !isUnknown).length;
    const computed = parts.residuals.some(({ kind }) => kind === "computed");
    const knownResults = knownCount === 0 && !computed ? [] : withTrace(this.parent, () => bind(primitive, knownInputs, parts.known));
    const residuals = pickResiduals(parts.residuals, knownInputs, knownResults, knownCount);
    const stagedInputs = [...residuals, ...inputs.filter((_, index) => at(unknown, index))];
    const stagedAvals = parts.outAvals.filter((_, index) => at(parts.outUnknown, index));
    const stagedResults = stagedAvals.length === 0 ? [] : this.stage(primitive, stagedInputs, parts.staged, stagedAvals);
    let nextKnown = 0;
    let nextStaged = 0;
    return parts.outUnknown.map((isUnknown) => (isUnknown ? at(stagedResults, nextStaged++) : at(knownResults, nextKnown++)));
  }

  private atomOf(value: Value): Atom {
    if (isScalarLiteral(value)) return literal(value.value, value.aval);
    if (this.isUnknown(value)) return value.payload;
    const known = this.residuals.get(value);
    if (known !== undefined) return known;
    if (value.aval.shape.length === 0 && !isTracer(value)) {
      const scalar = scalarOf(value);
      if (scalar !== null) return literal(scalar, value.aval);
    }
    const variable = newVar(value.aval);
    this.residuals.set(value, variable);
    return variable;
  }

  /** Ends the trace: the staged jaxpr of these results, its constants the residuals. */
  finish(results: readonly Value[]): ClosedJaxpr {
    if (this.ended) throw new InternalError("the trace has ended");
    const outs = results.map((result) => this.atomOf(result));
    this.ended = true;
    return closeJaxpr(makeJaxpr([...this.residuals.values()], this.inVars, this.eqns, outs), [...this.residuals.keys()]);
  }

  describeOrigin(): string {
    return `${this.role} ${this.functionName}`;
  }
}

/** The residuals among known inputs, known results and what was computed for them, which follows the known results. */
function pickResiduals<T>(residuals: readonly Residual[], inputs: readonly T[], results: readonly T[], firstComputed: number): T[] {
  let next = firstComputed;
  return residuals.map((residual) => {
    switch (residual.kind) {
      case "input": return at(inputs, residual.index);
      case "result": return at(results, residual.index);
      case "computed": return at(results, next++);
      default: return assertNever(residual, "residual");
    }
  });
}

export interface JaxprSplit {
  /** Known inputs to known outputs, then the computed residuals. */
  readonly known: Jaxpr;
  /** Residuals, then unknown inputs, to unknown outputs. */
  readonly staged: Jaxpr;
  readonly outUnknown: readonly boolean[];
  readonly residuals: readonly Residual[];
}

/** Splits a jaxpr without constants by which inputs are unknown. Equations keep their order. */
export function splitJaxpr(jaxpr: Jaxpr, unknownIn: readonly boolean[]): JaxprSplit {
  const unknown = new Set<Var>(jaxpr.inVars.filter((_, index) => at(unknownIn, index)));
  const isUnknown = (atom: Atom): boolean => atom.kind === "var" && unknown.has(atom);
  const known: Eqn[] = [];
  const staged: Eqn[] = [];
  for (const eqn of jaxpr.eqns) {
    if (!eqn.inputs.some(isUnknown)) {
      known.push(eqn);
    } else if (eqn.primitive.partialEval === "plain") {
      staged.push(eqn);
      eqn.outVars.forEach((variable) => unknown.add(variable));
    } else {
      splitEqn(eqn, eqn.primitive.partialEval, eqn.inputs.map(isUnknown), known, staged, unknown);
    }
  }
  const outUnknown = jaxpr.outs.map(isUnknown);
  const stagedOwn = new Set<Var>(staged.flatMap((eqn) => eqn.outVars));
  const residuals = new Set<Var>();
  const need = (atom: Atom): void => {
    if (atom.kind === "var" && !stagedOwn.has(atom) && !unknown.has(atom)) residuals.add(atom);
  };
  for (const eqn of staged) eqn.inputs.forEach(need);
  const residualVars = [...residuals];
  const knownIns = jaxpr.inVars.filter((_, index) => !at(unknownIn, index));
  const unknownIns = jaxpr.inVars.filter((_, index) => at(unknownIn, index));
  const knownOuts = jaxpr.outs.filter((_, index) => !at(outUnknown, index));
  const sources = residualVars.map((variable): Residual => {
    const input = knownIns.indexOf(variable);
    if (input >= 0) return { kind: "input", index: input };
    const result = knownOuts.indexOf(variable);
    return result >= 0 ? { kind: "result", index: result } : { kind: "computed", aval: variable.aval };
  });
  return {
    known: makeJaxpr([], knownIns, known, [...knownOuts, ...residualVars.filter((_, index) => at(sources, index).kind === "computed")]),
    staged: makeJaxpr([], [...residualVars, ...unknownIns], staged, jaxpr.outs.filter((_, index) => at(outUnknown, index))),
    outUnknown,
    residuals: sources,
  };
}

function splitEqn(
  eqn: Eqn, rule: Exclude<PartialEvalRule<Params>, "plain">, unknownIn: readonly boolean[], known: Eqn[], staged: Eqn[], unknown: Set<Var>,
): void {
  const parts = rule(unknownIn, { params: eqn.params, inAvals: eqn.inputs.map((input) => input.aval) });
  const knownInputs = eqn.inputs.filter((_, index) => !at(unknownIn, index));
  const knownOuts = eqn.outVars.filter((_, index) => !at(parts.outUnknown, index));
  const stagedOuts = eqn.outVars.filter((_, index) => at(parts.outUnknown, index));
  const computed = parts.residuals.flatMap((residual) => (residual.kind === "computed" ? [newVar(residual.aval)] : []));
  const knownResults = [...knownOuts, ...computed];
  if (knownResults.length > 0) known.push(makeEqn(eqn.primitive, knownInputs, parts.known, knownResults, eqn.source));
  if (stagedOuts.length > 0) {
    const residuals = pickResiduals<Atom>(parts.residuals, knownInputs, knownResults, knownOuts.length);
    staged.push(makeEqn(eqn.primitive, [...residuals, ...eqn.inputs.filter((_, index) => at(unknownIn, index))], parts.staged, stagedOuts, eqn.source));
    stagedOuts.forEach((variable) => unknown.add(variable));
  }
}
