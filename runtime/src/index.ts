/** @file The runtime's public face: devices and the executor. */
export type { Device, DeviceBuffer, DeviceKind, DeviceMemory, DeviceProbe, Executable, KernelSources, RunsMove } from "./device.ts";
export { Executor, checkInputs } from "./executor.ts";
export { JsDevice } from "./js/device.ts";
export { WebGpuDevice } from "./webgpu/device.ts";
export type { WebGpuSettings } from "./webgpu/device.ts";
export type { AdapterFacts, AdapterList, DispatchTime, GpuLimits, GpuTimes, PowerPreference } from "./webgpu/facts.ts";
