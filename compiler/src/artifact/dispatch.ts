/** @file What a host computes to launch a shader: the bytes of its scalars and the dimensions of its dispatch. */

import { at, InternalError } from "../base/assert.ts";
import type { LaunchScalar } from "./types.ts";

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
