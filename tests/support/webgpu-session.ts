/** @file lanewise itself on the WebGPU adapter of the machine: opened once for a test file, with js still there beside it. */
import { defaultDevice, devices, init } from "lanewise";
import { WebGpuDevice } from "@lanewise/runtime";
import { afterAll, beforeAll } from "vitest";

/** Opens webgpu for the tests of a `describeWebgpu` and makes it the default device. */
export function useWebgpu(): void {
  beforeAll(async () => {
    await init({ webgpu: true, device: "webgpu" });
  });
  afterAll(() => {
    defaultDevice("js");
  });
}

export function webgpuDevice(): WebGpuDevice {
  const device = devices("webgpu")[0];
  if (!(device instanceof WebGpuDevice)) throw new Error("webgpu has not been opened");
  return device;
}
