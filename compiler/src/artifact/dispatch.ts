/** @file What a host computes to launch a shader: the bytes of its scalars, its workgroups and the dimensions of its dispatch. */

import { at, InternalError, required } from "../base/assert.ts";
import { bitcastReference, convertReference, scalarOps } from "../base/scalar-ops.ts";
import type { HostExpr, Launch, LaunchScalar } from "./types.ts";

/** The bytes of the uniform struct: four per scalar, in order; a bool is 0 or 1. */
export function packScalars(scalars: readonly LaunchScalar[], values: readonly number[]): ArrayBuffer {
  const bytes = new ArrayBuffer(4 * scalars.length);
  const view = new DataView(bytes);
  scalars.forEach(({ dtype }, position) => {
    const value = at(values, position);
    if (dtype === "float32") view.setFloat32(4 * position, value, true);
    else view.setUint32(4 * position, value, true);
  });
  return bytes;
}

/**
 * Three dimensions, none above `limit`, that hold `count` workgroups, and few more: those do nothing.
 * @throws InternalError where the limit is too low for the number
 */
export function dispatchSize(count: number, limit: number): [x: number, y: number, z: number] {
  const z = Math.max(1, Math.ceil(count / (limit * limit)));
  const y = Math.max(1, Math.ceil(count / (limit * z)));
  const x = Math.ceil(Math.max(0, count) / (y * z));
  if (z > limit) throw new InternalError(`${count} workgroups do not fit a dispatch with ${limit} in each dimension`);
  return [x, y, z];
}

/** The workgroups of a launch with these scalars. */
export function workgroupsOf({ workgroups, scalars }: Launch, values: readonly number[]): number {
  if (typeof workgroups === "number") return workgroups;
  return Math.max(0, evaluateOnHost(workgroups, new Map(scalars.map(({ name }, position) => [name, at(values, position)]))));
}

/** The number that an expression stands for, with scalars by name. */
export function evaluateOnHost(expr: HostExpr, scalars: ReadonlyMap<string, number>): number {
  const { dtype } = expr.type;
  switch (expr.kind) {
    case "const": return expr.value;
    case "scalar": return required(scalars.get(expr.name), `scalar ${expr.name}`);
    case "op": return scalarOps[expr.op].reference(at(expr.args, -1).type.dtype, ...expr.args.map((arg) => evaluateOnHost(arg, scalars)));
    case "convert": return convertReference(expr.value.type.dtype, dtype, evaluateOnHost(expr.value, scalars));
    case "bitcast": return bitcastReference(expr.value.type.dtype, dtype, evaluateOnHost(expr.value, scalars));
  }
}
