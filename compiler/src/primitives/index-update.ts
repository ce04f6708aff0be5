/**
 * @file The function that a scatter applies at each place, as a jaxpr of two scalars: made, checked, and emitted into a
 * kernel through the lowerings of its own equations.
 */

import { at, InternalError } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { aval as makeAval, makeEqn, makeJaxpr, newVar } from "../ir/build.ts";
import type { Aval, Emitter, Eqn, Jaxpr, LowerContext, Params, Primitive } from "../ir/types.ts";
import { evalJaxprWith } from "../ir/walk.ts";
import * as k from "../kernel/build.ts";
import type { KernelBuilder } from "../kernel/build.ts";
import { constantOf, valueOf, wrapped } from "../kernel/storage.ts";
import type { Expr, ValueDType } from "../kernel/types.ts";
import { describeAval } from "../trace/stack.ts";
import { noParams, refuseParameter, type NoParams } from "./define.ts";

// One jaxpr per primitive and dtype, so that equations that do the same hold the same object and it prints once.
const known = new Map<string, Jaxpr>();

/** `{ lambda ; a b. let c = primitive a b in (c,) }` for scalars of this dtype. */
export function updateJaxpr(primitive: Primitive<NoParams>, dtype: DType): Jaxpr {
  const key = `${primitive.name} ${dtype}`;
  const made = known.get(key);
  if (made !== undefined) return made;
  const scalar = makeAval([], dtype);
  const [old, update, result] = [newVar(scalar), newVar(scalar), newVar(scalar)];
  const [outAval] = primitive.abstractEval([scalar, scalar], noParams);
  if (outAval?.dtype !== dtype) throw new InternalError(`${primitive.name} cannot update a ${dtype}`);
  const jaxpr = makeJaxpr([], [old, update], [makeEqn(primitive, [old, update], noParams, [result])], [result]);
  known.set(key, jaxpr);
  return jaxpr;
}

/** Throws unless the jaxpr maps two scalars of this dtype to one, by operations on scalars alone. */
export function requireScalarUpdate(operation: string, jaxpr: Jaxpr, dtype: DType): void {
  const isScalar = (aval: Aval): boolean => aval.shape.length === 0 && aval.dtype === dtype;
  const wrong = [...jaxpr.inVars, ...jaxpr.outs].find((atom) => !isScalar(atom.aval));
  if (wrong !== undefined || jaxpr.inVars.length !== 2 || jaxpr.outs.length !== 1 || jaxpr.constVars.length > 0) {
    refuseParameter(
      operation, `an update function of two scalars of ${dtype} that gives one and closes over no array`,
      `inputs ${[...jaxpr.constVars, ...jaxpr.inVars].map(({ aval }) => describeAval(aval)).join(", ")} and results ${jaxpr.outs.map(({ aval }) => describeAval(aval)).join(", ")}`,
      "give a function of one number",
    );
  }
  const array = firstArrayOperation(jaxpr);
  if (array === null) return;
  refuseParameter(operation, "an update function of elementwise operations on scalars", `${array} in the function`, "use x.at(i).set(f(x.get(i)))");
}

/** The name of the first operation that is not on scalars alone, or null. */
function firstArrayOperation(jaxpr: Jaxpr): string | null {
  for (const eqn of jaxpr.eqns) {
    const { primitive } = eqn;
    if (primitive.inlinable !== "never") {
      const inner = primitive.inlinable(eqn.params);
      const found = inner.consts.length > 0 ? primitive.name : firstArrayOperation(inner.jaxpr);
      if (found !== null) return found;
      continue;
    }
    const isOnScalars = [...eqn.inputs, ...eqn.outVars].every(({ aval }) => aval.shape.length === 0) && eqn.outVars.length === 1;
    const { kind } = primitive.lower;
    if (!isOnScalars || eqn.effects.length > 0 || (kind !== "scalar" && kind !== "indexMap" && kind !== "reduction")) return primitive.name;
  }
  return null;
}

/** Emits the jaxpr on scalars. */
export function emitScalarJaxpr(builder: KernelBuilder, jaxpr: Jaxpr, args: readonly Expr[]): readonly Expr[] {
  return evalJaxprWith<Expr>(jaxpr, [], args, {
    literal: ({ value, aval }) => constantOf(value, aval.dtype),
    eqn: (eqn, inputs) => emitEquation(builder, eqn, inputs),
  });
}

function emitEquation(builder: KernelBuilder, eqn: Eqn, inputs: readonly Expr[]): readonly Expr[] {
  const { primitive, params } = eqn;
  if (primitive.inlinable !== "never") return emitScalarJaxpr(builder, primitive.inlinable(params).jaxpr, inputs);
  const outAval = at(eqn.outVars, 0).aval;
  const context: LowerContext<Params> = { params, inAvals: eqn.inputs.map((input) => input.aval), outAval, outIndex: 0 };
  const emitter = emitterFor(builder, valueOf(outAval.dtype));
  const { lower } = primitive;
  switch (lower.kind) {
    case "scalar": return [builder.let(wrapped(lower.emit(emitter, inputs, context), outAval.dtype))];
    case "indexMap": return [builder.let(lower.emit(emitter, [], (operand) => at(inputs, operand), context))];
    // Over no axes: the operand itself.
    case "reduction": return [at(inputs, 0)];
    default: throw new InternalError(`${primitive.name} is no operation on scalars`);
  }
}

function emitterFor(builder: KernelBuilder, dtype: ValueDType): Emitter {
  return {
    let: (value, hint) => builder.let(value, hint),
    branch: (condition, then, otherwise) => {
      const variable = builder.var(dtype === "bool" ? k.boolean(false) : k.constant(0, dtype));
      builder.if(condition, () => builder.assign(variable, then()), () => builder.assign(variable, otherwise()));
      return variable;
    },
    repeat: (count, first, next) => builder.repeat(count, first, next),
  };
}
