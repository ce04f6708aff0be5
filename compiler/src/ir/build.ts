/** @file Makers of the graph IR's nodes; nothing else makes them. */

import type { DType } from "../base/dtype.ts";
import { tangentDType } from "../base/dtype.ts";
import type {
  Aval, Atom, ClosedJaxpr, Effect, Eqn, Jaxpr, Literal, Params, Primitive, ScalarLiteral, Source, Tangent, Value, Var, Zero,
} from "./types.ts";

export function aval(shape: readonly number[], dtype: DType, weakType = false): Aval {
  return { shape, dtype, weakType };
}

/** The aval of a tangent of a value of this aval. */
export function tangentAval(primal: Aval): Aval {
  return aval(primal.shape, tangentDType(primal.dtype), primal.weakType);
}

/** The aval without its weakness. */
export function strong(primal: Aval): Aval {
  return primal.weakType ? aval(primal.shape, primal.dtype) : primal;
}

export function scalarLiteral(value: number, dtype: DType, weakType = false): ScalarLiteral {
  return { kind: "scalarLiteral", value, aval: aval([], dtype, weakType) };
}

export function isScalarLiteral(value: Value): value is ScalarLiteral {
  return (value as { kind?: unknown }).kind === "scalarLiteral";
}

export function zero(ofAval: Aval): Zero {
  return { kind: "zero", aval: ofAval };
}

export function isZero(tangent: Tangent): tangent is Zero {
  return (tangent as { kind?: unknown }).kind === "zero";
}

// Ids only tell variables apart; they are in no key and no output, so one counter for the process is harmless.
const ids = { next: 0 };

export function newVar(ofAval: Aval): Var {
  return { kind: "var", id: ids.next++, aval: ofAval };
}

export function literal(value: number, ofAval: Aval): Literal {
  return { kind: "literal", value, aval: ofAval };
}

/** Forgets the type of the params, which only the primitive's own rules know. The one cast of this kind. */
export function erasePrimitive<P extends Params>(primitive: Primitive<P>): Primitive {
  return primitive as unknown as Primitive;
}

export function makeEqn<P extends Params>(
  primitive: Primitive<P>, inputs: readonly Atom[], params: P, outVars: readonly Var[], source: Source | null = null,
): Eqn {
  const effects = primitive.effects === "pure" ? noEffects : primitive.effects(params);
  return { primitive: erasePrimitive(primitive), inputs, params, outVars, effects, source };
}

const noEffects: readonly Effect[] = [];

export function makeJaxpr(
  constVars: readonly Var[], inVars: readonly Var[], eqns: readonly Eqn[], outs: readonly Atom[],
): Jaxpr {
  const effects = eqns.flatMap((eqn) => eqn.effects);
  return { constVars, inVars, eqns, outs, effects: effects.length === 0 ? noEffects : effects };
}

export function closeJaxpr(jaxpr: Jaxpr, consts: readonly Value[] = []): ClosedJaxpr {
  return { jaxpr, consts };
}
