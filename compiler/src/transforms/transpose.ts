/** @file Transposition of linear jaxprs: cotangents flow from the outputs to the linear inputs, equation by equation. */

import { at, required } from "../base/assert.ts";
import { isZero, scalarLiteral, zero } from "../ir/build.ts";
import { refuseNotLinear, transposeRule } from "../ir/rules.ts";
import type { Atom, Eqn, Jaxpr, Tangent, TransposeOperand, Value, Var } from "../ir/types.ts";
import { addTangents } from "../primitives/linear.ts";
import { bind, withSource } from "../trace/stack.ts";
import type { LinearFunction } from "./linearize.ts";

/** The cotangents of a linear function's inputs. */
export function transposeLinear(linear: LinearFunction, cotangents: readonly Tangent[]): readonly Tangent[] {
  const reached = cotangents.filter((_, index) => at(linear.outPlaces, index) !== null);
  return backwardPass(linear.jaxpr, linear.residuals, linear.jaxpr.inVars.map(() => null), reached);
}

/**
 * The cotangents of those inputs of a jaxpr that are linear (null in `inputs`); null for known inputs.
 *
 * Equations that depend on no linear input are evaluated first; every other one must be linear in the inputs it gets from
 * linear ones.
 */
export function backwardPass(
  jaxpr: Jaxpr, consts: readonly Value[], inputs: readonly (Value | null)[], cotangents: readonly Tangent[],
): readonly Tangent[] {
  const known = new Map<Var, Value>();
  jaxpr.constVars.forEach((variable, index) => known.set(variable, at(consts, index)));
  jaxpr.inVars.forEach((variable, index) => {
    const input = at(inputs, index);
    if (input !== null) known.set(variable, input);
  });
  const knownValueOf = (atom: Atom): Value | null =>
    atom.kind === "literal" ? scalarLiteral(atom.value, atom.aval.dtype, atom.aval.weakType) : known.get(atom) ?? null;

  const linear: Eqn[] = [];
  for (const eqn of jaxpr.eqns) {
    const values = eqn.inputs.map(knownValueOf);
    if (values.includes(null)) {
      linear.push(eqn);
      continue;
    }
    const outputs = withSource(eqn.source, () => bind(eqn.primitive, values.map((value) => required(value, "operand")), eqn.params));
    eqn.outVars.forEach((variable, index) => known.set(variable, at(outputs, index)));
  }

  const gathered = new Map<Var, Tangent>();
  const add = (atom: Atom, cotangent: Tangent): void => {
    if (atom.kind === "literal" || known.has(atom)) return;
    const before = gathered.get(atom);
    gathered.set(atom, before === undefined ? cotangent : addTangents(before, cotangent));
  };
  const take = (variable: Var): Tangent => {
    const cotangent = gathered.get(variable) ?? zero(variable.aval);
    gathered.delete(variable);
    return cotangent;
  };

  jaxpr.outs.forEach((out, index) => add(out, at(cotangents, index)));
  for (let index = linear.length - 1; index >= 0; index--) {
    const eqn = at(linear, index);
    withSource(eqn.source, () => {
      const outs = eqn.outVars.map(take);
      if (outs.every(isZero)) return;
      const operands = eqn.inputs.map((input): TransposeOperand => {
        const value = knownValueOf(input);
        return value === null ? { kind: "linear", aval: input.aval, operation: eqn.primitive.name } : { kind: "known", value };
      });
      const results = transposeRule(eqn.primitive, eqn.source)(outs, operands, eqn.params);
      results.forEach((cotangent, place) => {
        const operand = at(operands, place);
        if (cotangent !== null) add(at(eqn.inputs, place), cotangent);
        else if (operand.kind === "linear") refuseNotLinear(operand.operation, place, operand.aval, eqn.source);
      });
    });
  }
  return jaxpr.inVars.map((variable, index) => (at(inputs, index) === null ? take(variable) : zero(variable.aval)));
}
