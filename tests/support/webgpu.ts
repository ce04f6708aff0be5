/**
 * @file A bare WebGPU device for tests, and one-dispatch runs of WGSL text. Knows nothing of lanewise, so that generated
 * shaders are judged by the driver alone.
 */
import { describe } from "vitest";
import { create } from "webgpu";

/** One storage buffer of a bare dispatch; its place in the list is its binding number in group 0. */
export interface WgslBuffer {
  readonly data: ArrayBuffer | ArrayBufferView;
  readonly access: "read" | "readWrite";
}

/** A bare dispatch. The uniform buffer, when there is one, has the binding number after the last storage buffer. */
export interface WgslRun {
  readonly code: string;
  readonly entryPoint: string;
  readonly buffers: readonly WgslBuffer[];
  readonly uniform?: ArrayBuffer;
  readonly workgroups: readonly [number, number, number];
}

// Dawn frees the instance under its adapters and devices when this object is collected.
const gpu = create([]);

const wantedFeatures: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

async function requestAdapter(): Promise<GPUAdapter | null> {
  return gpu.requestAdapter({ powerPreference: "high-performance" });
}

const adapterIsMissing = (await requestAdapter()) === null;
const skipped = adapterIsMissing && (process.env["CI"] ?? "") === "";
if (skipped) console.warn("SKIPPED: no WebGPU adapter on this machine, so the tests on the webgpu device do not run");

/** `describe` for suites that need a WebGPU device. Without an adapter they are skipped loudly, and fail under CI. */
export const describeWebgpu = describe.skipIf(skipped);

/** A device of its own adapter: with every limit as high as the adapter offers and every feature we use, or with what every device has. */
export async function openTestDevice(wanted: "highest limits" | "default limits" = "highest limits"): Promise<GPUDevice> {
  // A Dawn adapter gives one device only, so each device asks for a new adapter.
  const adapter = await requestAdapter();
  if (adapter === null) throw new Error("no WebGPU adapter: SwiftShader is missing or was not selected before Node started");
  if (wanted === "default limits") return adapter.requestDevice();
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value: unknown = Reflect.get(adapter.limits, name);
    if (typeof value === "number") requiredLimits[name] = value;
  }
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({ requiredLimits, requiredFeatures });
}

/**
 * Compiles `code`, dispatches it once and reads every buffer back.
 * @returns one ArrayBuffer per entry of `buffers`, in their order and of their byte lengths
 * @throws Error with WGSL's compile messages, or with the validation, memory or internal error that Dawn reports
 */
export async function runWgsl(device: GPUDevice, run: WgslRun): Promise<ArrayBuffer[]> {
  const scopes: readonly GPUErrorFilter[] = ["internal", "out-of-memory", "validation"];
  for (const scope of scopes) device.pushErrorScope(scope);
  const owned: GPUBuffer[] = [];
  let compilation: Promise<GPUCompilationInfo> | undefined;
  let readbacks: readonly Readback[] = [];
  let thrown: unknown;
  try {
    const module = device.createShaderModule({ code: run.code });
    compilation = module.getCompilationInfo();
    readbacks = dispatch(device, module, run, owned);
  } catch (error) {
    thrown = error;
  }
  const errors = await Promise.all(scopes.map(() => device.popErrorScope()));
  try {
    const messages = (await compilation)?.messages ?? [];
    const failures = messages.filter((message) => message.type === "error");
    if (failures.length > 0) throw new Error(describeFailures(run.code, failures));
    const first = errors.find((error) => error !== null);
    if (first !== undefined && first !== null) throw new Error(first.message);
    if (thrown !== undefined) throw thrown;
    return await Promise.all(readbacks.map(read));
  } finally {
    for (const buffer of owned) buffer.destroy();
  }
}

interface Readback {
  readonly buffer: GPUBuffer;
  readonly byteLength: number;
}

function dispatch(device: GPUDevice, module: GPUShaderModule, run: WgslRun, owned: GPUBuffer[]): Readback[] {
  const own = (byteLength: number, usage: GPUBufferUsageFlags): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(4, Math.ceil(byteLength / 4) * 4), usage });
    owned.push(buffer);
    return buffer;
  };
  const layoutEntries: GPUBindGroupLayoutEntry[] = [];
  const bindings: GPUBindGroupEntry[] = [];
  const bind = (buffer: GPUBuffer, type: GPUBufferBindingType): void => {
    const binding = bindings.length;
    layoutEntries.push({ binding, visibility: shaderStageCompute, buffer: { type } });
    bindings.push({ binding, resource: { buffer } });
  };

  const storages = run.buffers.map(({ data, access }) => {
    const bytes = bytesOf(data);
    const buffer = own(bytes.byteLength, usage.storage | usage.copySource | usage.copyDestination);
    device.queue.writeBuffer(buffer, 0, padToWords(bytes));
    bind(buffer, access === "read" ? "read-only-storage" : "storage");
    return { buffer, byteLength: bytes.byteLength };
  });
  if (run.uniform !== undefined) {
    const buffer = own(run.uniform.byteLength, usage.uniform | usage.copyDestination);
    device.queue.writeBuffer(buffer, 0, padToWords(new Uint8Array(run.uniform)));
    bind(buffer, "uniform");
  }

  const layout = device.createBindGroupLayout({ entries: layoutEntries });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: run.entryPoint },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: bindings }));
  pass.dispatchWorkgroups(...run.workgroups);
  pass.end();
  const readbacks = storages.map(({ buffer, byteLength }) => {
    const target = own(byteLength, usage.mapRead | usage.copyDestination);
    encoder.copyBufferToBuffer(buffer, 0, target, 0, target.size);
    return { buffer: target, byteLength };
  });
  device.queue.submit([encoder.finish()]);
  return readbacks;
}

async function read({ buffer, byteLength }: Readback): Promise<ArrayBuffer> {
  await buffer.mapAsync(mapModeRead);
  return buffer.getMappedRange().slice(0, byteLength);
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** A copy whose length WebGPU accepts; the added bytes are zero. */
function padToWords(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4);
  padded.set(bytes);
  return padded;
}

function describeFailures(code: string, failures: readonly GPUCompilationMessage[]): string {
  const lines = code.split("\n");
  const described = failures.map(({ lineNum, linePos, message }) => {
    const source = lines[lineNum - 1];
    return `  ${lineNum}:${linePos} ${message}${source === undefined ? "" : `\n    ${source.trim()}`}`;
  });
  return `WGSL does not compile:\n${described.join("\n")}`;
}

// Numbers of the WebGPU specification; in Node the namespaces that hold them are not globals.
const usage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, uniform: 0x40, storage: 0x80 } as const;
const shaderStageCompute = 0x4;
const mapModeRead = 0x1;
