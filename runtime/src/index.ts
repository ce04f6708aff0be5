/** @file The runtime's public face: devices and the executor. */
export type { Device, DeviceBuffer, DeviceKind, DeviceMemory, DeviceProbe, Executable } from "./device.ts";
export { Executor, checkInputs } from "./executor.ts";
export { JsDevice } from "./js/device.ts";
