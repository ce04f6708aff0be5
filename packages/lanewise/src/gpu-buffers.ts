/** @file GPU buffers of the user's as arrays, without a copy. The other way is `x.gpuBuffer()`. */

import { isDType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, sizeOf } from "@lanewise/compiler/base/shape";
import { aval } from "@lanewise/compiler/ir/build";
import { WebGpuDevice } from "@lanewise/runtime";
import { describeArgument } from "./arguments.ts";
import { ConcreteArray } from "./array/concrete.ts";
import { publish } from "./array/ndarray.ts";
import { Storage } from "./array/storage.ts";
import { executorOf, resolveDevice, type DeviceLike } from "./devices.ts";
import { badArgument } from "./errors.ts";
import { ensureInstalled } from "./install.ts";
import type { DType, GpuBufferLike, NDArray } from "./types.ts";

/**
 * An array over a GPUBuffer, which stays the caller's: nobody may write to it while the array is in use. The buffer is of the
 * device that `init({ webgpu: { device } })` was given, with the usages STORAGE and COPY_SRC, and its first bytes are the
 * elements: four bytes each, also for booleans (0 or 1) and 8- and 16-bit numbers.
 *
 * @param device which webgpu device, where there are several
 * @throws LW2008 for a buffer that does not do, LW3010 before `init({ webgpu: ... })`, LW3007 for a bad shape or dtype
 * @example const x = fromGPUBuffer(buffer, [1024, 768], "float32")
 */
export function fromGPUBuffer<D extends DType = "float32">(buffer: GpuBufferLike, shape: readonly number[], dtype?: D, device: DeviceLike = "webgpu"): NDArray<D> {
  ensureInstalled();
  const target = executorOf(resolveDevice("fromGPUBuffer", device)).device;
  const refuse = (argument: string, expected: string, got: unknown, fix: string): never =>
    raise(badArgument, { operation: "fromGPUBuffer", argument, expected, got: describeArgument(got), fix });
  if (!(target instanceof WebGpuDevice)) return refuse("device", "a webgpu device", target.name, 'leave it out, or name "webgpu:1"');
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) return refuse("shape", "a list of extents", shape, "[1024, 768]");
  const given = dtype ?? "float32";
  if (!isDType(given) || given === "float0" || given === "key<fry>") return refuse("dtype", "a dtype of numbers", given, '"float32"');
  if (typeof buffer !== "object" || buffer === null) return refuse("buffer", `a GPUBuffer for an array of shape ${formatShape(shape)}`, buffer, "device.createBuffer({ ... })");
  const storage = new Storage(target, target.fromGpuBuffer(buffer, given, sizeOf(shape)));
  return publish<D>(new ConcreteArray(aval(shape, given, false), storage));
}
