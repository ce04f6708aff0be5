/** @file The script of the page: runs programs on a device and gives their results as plain data. */
import { adapters, defaultDevice, devices, fromGPUBuffer, get, init, jit, numpy as np, type NDArray } from "lanewise";
import { readable } from "./outcome.ts";
import { programs } from "./programs.ts";

/** Runs one program. Arrays that it gives must be on the device that was asked for. */
async function run(device: string, name: string): Promise<unknown> {
  if (device === "webgpu") await init({ webgpu: true });
  defaultDevice(device);
  const program = programs[name];
  if (program === undefined) throw new Error(`no program ${name}`);
  return readable(await program(), `${device}:0`);
}

/** What the page's adapters are, and how many mappings a read of several results takes. */
async function describeDevice(): Promise<{ adapters: readonly string[]; maps: number }> {
  const { adapters: found } = await adapters();
  await init({ webgpu: true, device: "webgpu" });
  const { counters } = devices("webgpu")[0] as unknown as { readonly counters: { readonly maps: number } };
  const before = counters.maps;
  const x = np.arange(6).mul(2);
  await get({ x, sum: x.sum(), shifted: [x.add(1)] });
  return { adapters: found.map(({ vendor, architecture }) => `${vendor} ${architecture}`), maps: counters.maps - before };
}

/** Shares buffers with a device of the page's own. */
async function shareBuffers(): Promise<{ byLanewise: unknown; byThePage: readonly number[]; sameBuffer: boolean }> {
  const device = await useOwnDevice();
  const buffer = device.createBuffer({ size: 24, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, Float32Array.of(1, 2, 3, 4, 5, 6));
  const x: NDArray = fromGPUBuffer(buffer, [2, 3], "float32");
  const y = jit((v: NDArray) => v.mul(10).add(1))(x);
  const staging = device.createBuffer({ size: 24, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const out = y.gpuBuffer();
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(out, 0, staging, 0, 24);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  return { byLanewise: await y.toArray(), byThePage: [...new Float32Array(staging.getMappedRange())], sameBuffer: x.gpuBuffer() === buffer };
}

/** Loses the device in the middle of work, and goes on with another. */
async function loseDevice(): Promise<{ failure: string; afterwards: unknown }> {
  const device = await useOwnDevice();
  const x = np.array([1, 2, 3]).mul(2);
  device.destroy();
  await device.lost;
  const failure: unknown = await x.data().then(() => "nothing failed", (error: unknown) => error);
  await useOwnDevice();
  return { failure: failure instanceof Error ? failure.name : String(failure), afterwards: await np.array([1, 2, 3]).mul(2).toArray() };
}

/** A device that the page opens, as the default. */
async function useOwnDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("the page has no adapter");
  const device = await adapter.requestDevice();
  await init({ webgpu: { device }, device: "webgpu" });
  return device;
}

export const lanewiseTests = { run, describeDevice, shareBuffers, loseDevice };
Object.assign(globalThis, { lanewiseTests });
