/** @file What the compiler may count on, on one device: the facts of its kind and the limits of the device itself. */

import { equalStructure } from "@lanewise/compiler/base/equal";
import { targets, tuningFor, type Capabilities } from "@lanewise/compiler/target";
import { WebGpuDevice, type Device } from "@lanewise/runtime";
import { session } from "./session.ts";

/** Equal devices get the same object, because programs are known by it. */
export function capabilitiesOf(device: Device): Capabilities {
  const known = session.capabilities.get(device.name);
  // A device that was lost and opened again may be another adapter's.
  const limits = device instanceof WebGpuDevice ? device.limits : null;
  if (known !== undefined && known.device === device && known.limits === limits) return known.capabilities;
  const made = device instanceof WebGpuDevice ? withLimits(targets.webgpu, device) : targets[device.kind];
  const same = [targets[device.kind], ...[...session.capabilities.values()].map(({ capabilities }) => capabilities)]
    .find((other) => equalStructure(other, made));
  const capabilities = same ?? made;
  session.capabilities.set(device.name, { device, limits, capabilities });
  return capabilities;
}

function withLimits(every: Capabilities, device: WebGpuDevice): Capabilities {
  const { limits, adapter } = device;
  return {
    ...every,
    subgroups: device.hasFeature("subgroups"),
    tuning: tuningFor(adapter),
    maxBuffers: limits.maxBuffers,
    maxWorkgroup: Math.min(every.maxWorkgroup, limits.maxInvocations),
    maxWorkgroups: limits.maxWorkgroups,
    maxBindingBytes: limits.maxBindingBytes,
    workgroupBytes: Math.min(every.workgroupBytes, limits.workgroupBytes),
  };
}
