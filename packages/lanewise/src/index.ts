/** @file The public API of lanewise. */

export { InternalError } from "@lanewise/compiler/base/assert";
export { DeviceLostError, LanewiseError } from "@lanewise/compiler/base/errors";
export { NDArray } from "./public-array.ts";
export { config } from "./config.ts";
export type { Config } from "./config-options.ts";
export { defaultDevice, deviceCount, devices, localDevices, memory } from "./devices.ts";
export type { Device, DeviceLike, DeviceReport } from "./devices.ts";
export { fromGPUBuffer } from "./gpu-buffers.ts";
export { gpuTimes, type DispatchTime, type GpuTimes } from "./gpu-times.ts";
export { adapters, init } from "./init.ts";
export type { InitOptions, WebGpuOptions } from "./init.ts";
export * as lax from "./lax/index.ts";
export * as linalg from "./linalg.ts";
export * as nn from "./nn/index.ts";
export * as numpy from "./numpy/index.ts";
export { slice } from "./numpy/slice.ts";
export * as random from "./random/index.ts";
export { blockUntilReady, devicePut, devicePutAsync, get } from "./placement.ts";
export { clearCaches } from "./session.ts";
export { customJvp, customVjp } from "./transforms/custom.ts";
export { grad, valueAndGrad } from "./transforms/grad.ts";
export { hessian, jacfwd, jacrev } from "./transforms/jacobian.ts";
export { jit } from "./transforms/jit.ts";
export { jvp, linearize, vjp } from "./transforms/jvp.ts";
export { linearTranspose } from "./transforms/linear-transpose.ts";
export { evalShape, makeJaxpr } from "./transforms/make-jaxpr.ts";
export { vmap } from "./transforms/vmap.ts";
export type {
  Cost, Jitted, JitOptions, Lowered, MakeJaxprOptions, PrintableJaxpr, ShapeDtype, ShapeOfArray, Spec, Stage, VmapOptions,
} from "./transforms/signatures.ts";
export * as tree from "./tree.ts";
export type {
  ArrayLeaf, ArrayLike, Axis, DataOf, DType, ElementOf, IndexEntry, IsArrayLike, Mapped, MembersIn, MembersOut, NDArrayMethods, Nested, Sharding,
  Slice, TypedArray, WayIn, WayOut, WithLeaves,
} from "./types.ts";
