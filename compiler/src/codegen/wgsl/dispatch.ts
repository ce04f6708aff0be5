/**
 * @file What a host computes to launch a printed kernel: the bytes of its scalar parameters and the dimensions of its
 * dispatch.
 */

import { foldWorkgroups, packScalars as packInOrder } from "../../artifact/dispatch.ts";
import type { ShaderScalar } from "../../artifact/types.ts";
import { assertNever, at, InternalError, required } from "../../base/assert.ts";
import { bitcastReference, convertReference, scalarOps } from "../../base/scalar-ops.ts";
import type { Expr, ScalarParam, ValueDType } from "../../kernel/types.ts";

/** Scalar parameters by name. */
export type ScalarValues = Readonly<Record<string, number>>;

/** The bytes of the uniform struct: four per scalar parameter, in order; a bool is 0 or 1. */
export function packScalars(scalars: readonly ScalarParam[], values: ScalarValues): ArrayBuffer {
  return packInOrder(scalars.map(({ dtype }) => scalarOf(dtype)), scalars.map(({ name }) => required(values[name], `scalar ${name}`)));
}

/** The dtype by which a host writes a scalar parameter. */
export function scalarOf(dtype: ValueDType): ShaderScalar {
  if (dtype === "float16" || dtype === "float64") throw new InternalError(`a ${dtype} parameter reached the WGSL printer`);
  return dtype === "bool" ? "uint32" : dtype;
}

/** How many workgroups a dispatch needs. @param workgroups `WgslKernel.workgroups` */
export function workgroupCount(workgroups: Expr, values: ScalarValues): number {
  return Math.max(0, evaluate(workgroups, values));
}

/** The dimensions of a dispatch, none above `limit`. @throws InternalError where the limit is too low for the number */
export function dispatchSize(workgroups: Expr, values: ScalarValues, limit: number): [x: number, y: number, z: number] {
  return foldWorkgroups(workgroupCount(workgroups, values), limit);
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
