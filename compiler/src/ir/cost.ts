/** @file What a jaxpr costs by a rough count: arithmetic, memory traffic at its edges. */

import { at } from "../base/assert.ts";
import { byteSize } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Aval, Eqn, Jaxpr } from "./types.ts";

/** Operations of a jaxpr, each counted by its primitive's cost; a product of matrices by its multiplications and additions. */
export function countOperations(jaxpr: Jaxpr): number {
  return jaxpr.eqns.reduce((sum, eqn) => sum + operationsOf(eqn), 0);
}

/** The same of one equation. */
export function operationsOf(eqn: Eqn): number {
  const { primitive, params, inputs, outVars } = eqn;
  if (primitive.subJaxprs !== "none") return primitive.subJaxprs(params).reduce((sum, inner) => sum + countOperations(inner), 0);
  const results = outVars.reduce((sum, variable) => sum + sizeOf(variable.aval.shape), 0);
  if (primitive.lower.kind === "contraction") {
    const { contractLeft } = primitive.lower.dimensions(params);
    return 2 * results * contractLeft.reduce((product, axis) => product * at(at(inputs, 0).aval.shape, axis), 1);
  }
  const operands = inputs.reduce((most, input) => Math.max(most, sizeOf(input.aval.shape)), 0);
  return Math.max(results, primitive.lower.kind === "reduction" ? operands : 0) * primitive.facts.cost;
}

/** Bytes of the arguments and results together. */
export function edgeBytes(jaxpr: Jaxpr): number {
  const bytes = ({ shape, dtype }: Aval): number => sizeOf(shape) * byteSize(dtype);
  return [...jaxpr.constVars, ...jaxpr.inVars, ...jaxpr.outs].reduce((sum, atom) => sum + bytes(atom.aval), 0);
}
