/** @file The limits of a device that lanewise keeps, and the features that it uses where they are present. */

import type { GpuLimits } from "./facts.ts";

/** The features that are used where an adapter has them. */
export const wantedFeatures: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** The limits of an open device, none above what `tighter` allows. */
export function limitsOf({ limits }: GPUDevice, tighter: Partial<GpuLimits> = {}): GpuLimits {
  const found: GpuLimits = {
    maxWorkgroups: limits.maxComputeWorkgroupsPerDimension,
    maxBuffers: limits.maxStorageBuffersPerShaderStage,
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxBufferBytes: limits.maxBufferSize,
    maxInvocations: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
  };
  const names = Object.keys(found) as (keyof GpuLimits)[];
  return Object.fromEntries(names.map((name) => [name, Math.min(found[name], tighter[name] ?? Infinity)])) as unknown as GpuLimits;
}

/** Every limit as high as the adapter offers it. */
export function highestLimits({ limits }: GPUAdapter): Record<string, number> {
  const highest: Record<string, number> = {};
  // The limits are getters of a prototype, so only for-in sees them.
  for (const name in limits) {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === "number") highest[name] = value;
  }
  return highest;
}
