/** @file What work takes on a GPU, by its own clock. */

import { raise } from "@lanewise/compiler/base/errors";
import { WebGpuDevice, type GpuTimes } from "@lanewise/runtime";
import { describeArgument } from "./arguments.ts";
import { executorOf, resolveDevice, type DeviceLike } from "./devices.ts";
import { badArgument } from "./errors.ts";
import { ensureInstalled } from "./install.ts";

export type { DispatchTime, GpuTimes } from "@lanewise/runtime";

/**
 * Times what a function asks of a webgpu device: every kernel by the GPU's own timestamps where the device has the feature
 * `timestamp-query`, otherwise all of them together by the host's clock, which `source` tells. Call a jitted function once
 * before, so that nothing is compiled meanwhile. A browser rounds timestamps to 0.1 ms.
 *
 * @param run called once; a promise that it gives is awaited
 * @param device which webgpu device, where there are several
 * @throws LW2010 inside another measurement, LW3007 for other devices, LW3010 before `init({ webgpu: ... })`, LW3014 for a device that is not there
 * @example const { microseconds, dispatches } = await gpuTimes(() => f(x))
 */
export async function gpuTimes(run: () => unknown, device: DeviceLike = "webgpu"): Promise<GpuTimes> {
  ensureInstalled();
  const target = executorOf(resolveDevice("gpuTimes", device)).device;
  const refuse = (argument: string, expected: string, got: unknown, fix: string): never =>
    raise(badArgument, { operation: "gpuTimes", argument, expected, got: describeArgument(got), fix });
  if (!(target instanceof WebGpuDevice)) return refuse("device", "a webgpu device", target.name, 'leave it out, or name "webgpu:1"');
  if (typeof run !== "function") return refuse("run", "a function that is called once", run, "await gpuTimes(() => f(x))");
  return target.measure(run);
}
