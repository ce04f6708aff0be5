/** @file Opens GPU devices: an adapter for each, with the limits and features that it offers. */

import { LanewiseError } from "@lanewise/compiler/base/errors";
import { noAdapter } from "../errors.ts";
import type { AdapterFacts, AdapterList, PowerPreference } from "./facts.ts";
import { findGpu } from "./gpu.ts";
import { highestLimits, wantedFeatures } from "./limits.ts";

/** An open device with what must live as long as it. */
export interface OpenedGpu {
  readonly device: GPUDevice;
  /** The WebGPU that it came from; null where the user brought the device. */
  readonly gpu: GPU | null;
  readonly adapter: AdapterFacts;
}

/**
 * A new device of a new adapter: an adapter gives one device only.
 *
 * @throws LW2003 where there is no WebGPU, or no adapter
 */
export async function openGpu(powerPreference: PowerPreference = "high-performance"): Promise<OpenedGpu> {
  const gpu = await requireGpu();
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (adapter === null) return refuse("WebGPU finds no adapter", adapterFix);
  const device = await adapter.requestDevice({
    requiredLimits: highestLimits(adapter), requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
  });
  return { device, gpu, adapter: factsOf(adapter.info, adapter.features, highestLimits(adapter)) };
}

const adapterFix = "install a graphics driver with Vulkan, Metal or Direct3D 12; for a software adapter in Node set VK_DRIVER_FILES to the ICD of SwiftShader before Node starts";

async function requireGpu(): Promise<GPU> {
  const found = await findGpu();
  return found.found ? found.gpu : refuse(found.reason, found.fix);
}

function refuse(got: string, fix: string): never {
  throw new LanewiseError(noAdapter, { operation: "init", expected: "a WebGPU adapter", got, fix });
}

/** A device that the user has opened. */
export function adoptGpu(device: GPUDevice): OpenedGpu {
  const limits: Record<string, number> = {};
  for (const name in device.limits) {
    const value: unknown = Reflect.get(device.limits, name);
    if (typeof value === "number") limits[name] = value;
  }
  return { device, gpu: null, adapter: factsOf(device.adapterInfo, device.features, limits) };
}

/** The adapters that WebGPU offers here, one for each preference that gives another one; none where there is no WebGPU. */
export async function listAdapters(): Promise<AdapterList> {
  const found = await findGpu();
  if (!found.found) return { adapters: [], problem: { reason: found.reason, fix: found.fix } };
  const adapters: AdapterFacts[] = [];
  for (const powerPreference of ["high-performance", "low-power"] as const) {
    const adapter = await found.gpu.requestAdapter({ powerPreference });
    if (adapter === null) continue;
    const facts = factsOf(adapter.info, adapter.features, highestLimits(adapter));
    const isKnown = adapters.some((known) => known.vendor === facts.vendor && known.architecture === facts.architecture && known.description === facts.description);
    if (!isKnown) adapters.push(facts);
  }
  return { adapters, problem: adapters.length > 0 ? null : { reason: "WebGPU finds no adapter", fix: adapterFix } };
}

function factsOf(info: GPUAdapterInfo | undefined, features: Iterable<string>, limits: Readonly<Record<string, number>>): AdapterFacts {
  return {
    vendor: info?.vendor ?? "", architecture: info?.architecture ?? "", description: info?.description ?? "",
    isFallback: info?.isFallbackAdapter ?? false, features: [...features].sort(), limits,
  };
}
