/**
 * @file What a host computes to launch a printed kernel: the bytes of its scalar parameters and the dimensions of its
 * dispatch.
 */

import { assertNever, at, InternalError, required } from "../../base/assert.ts";
import { bitcastReference, convertReference, scalarOps } from "../../base/scalar-ops.ts";
import type { Expr, ScalarParam } from "../../kernel/types.ts";

/** Scalar parameters by name. */
export type ScalarValues = Readonly<Record<string, number>>;

/** The bytes of the uniform struct: four per scalar parameter, in order; a bool is 0 or 1. */
export function packScalars(scalars: readonly ScalarParam[], values: ScalarValues): ArrayBuffer {
  const bytes = new ArrayBuffer(4 * scalars.length);
  const view = new DataView(bytes);
  scalars.forEach(({ name, dtype }, position) => {
    const value = required(values[name], `scalar ${name}`);
    if (dtype === "float32") view.setFloat32(4 * position, value, true);
    else view.setUint32(4 * position, value, true);
  });
  return bytes;
}

/**
 * Three dimensions, none above `limit`, that hold as many workgroups as the kernel needs, and few more: those do nothing.
 * @param workgroups `WgslKernel.workgroups`
 * @throws InternalError where the limit is too low for the number
 */
export function dispatchSize(workgroups: Expr, values: ScalarValues, limit: number): [x: number, y: number, z: number] {
  const count = Math.max(0, evaluate(workgroups, values));
  const z = Math.max(1, Math.ceil(count / (limit * limit)));
  const y = Math.max(1, Math.ceil(count / (limit * z)));
  const x = Math.ceil(count / (y * z));
  if (z > limit) throw new InternalError(`${count} workgroups do not fit a dispatch with ${limit} in each dimension`);
  return [x, y, z];
}

/** An expression over constants and scalar parameters. */
function evaluate(expr: Expr, values: ScalarValues): number {
  const { dtype } = expr.type;
  switch (expr.kind) {
    case "const": return expr.value;
    case "scalar": return required(values[expr.name], `scalar ${expr.name}`);
    case "op": return scalarOps[expr.op].reference(at(expr.args, -1).type.dtype, ...expr.args.map((arg) => evaluate(arg, values)));
    case "convert": return convertReference(expr.value.type.dtype, dtype, evaluate(expr.value, values));
    case "bitcast": return bitcastReference(expr.value.type.dtype, dtype, evaluate(expr.value, values));
    case "ref": case "splat": case "shuffle": case "extract": case "simdReduce":
      throw new InternalError(`a host cannot evaluate a ${expr.kind}`);
    default: return assertNever(expr, "expression");
  }
}
