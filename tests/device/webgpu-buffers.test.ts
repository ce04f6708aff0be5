/** @file A GPUDevice and GPUBuffers of the user's own: arrays without a copy, both ways. */
import { DeviceLostError, fromGPUBuffer, init, jit, numpy as np, type NDArray } from "lanewise";
import { beforeAll, expect, it } from "vitest";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";
import { webgpuDevice } from "../support/webgpu-session.ts";

const usage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, storage: 0x80 } as const;

describeWebgpu("GPU buffers of the user", () => {
  let gpu: GPUDevice;
  beforeAll(async () => {
    gpu = await openTestDevice();
    await init({ webgpu: { device: gpu }, device: "webgpu" });
  });
  const bufferOf = (data: Float32Array | Uint32Array, flags: number = usage.storage | usage.copySource | usage.copyDestination): GPUBuffer => {
    const buffer = gpu.createBuffer({ size: data.byteLength, usage: flags });
    if ((flags & usage.copyDestination) !== 0) gpu.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    return buffer;
  };

  it("become arrays, and arrays give their buffers", async () => {
    const buffer = bufferOf(Float32Array.of(1, 2, 3, 4, 5, 6));
    const x = fromGPUBuffer(buffer, [2, 3]);
    const before = { ...webgpuDevice().counters };
    expect(x.gpuBuffer()).toBe(buffer);
    const y = jit((v: NDArray) => v.mul(10))(x);
    const out = y.gpuBuffer();
    expect(webgpuDevice().counters).toMatchObject({ uploads: before.uploads, copies: before.copies, maps: before.maps });
    expect(await y.toArray()).toEqual([[10, 20, 30], [40, 50, 60]]);

    const staging = gpu.createBuffer({ size: 24, usage: usage.mapRead | usage.copyDestination });
    const encoder = gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(out, 0, staging, 0, 24);
    gpu.queue.submit([encoder.finish()]);
    await staging.mapAsync(usage.mapRead);
    expect([...new Float32Array(staging.getMappedRange())]).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it("stay the user's: they are neither used again nor counted", async () => {
    const { arrayBytes } = webgpuDevice().memory();
    const buffer = bufferOf(new Float32Array(64).fill(3));
    const x = fromGPUBuffer(buffer, [64], "float32");
    expect(webgpuDevice().memory().arrayBytes).toBe(arrayBytes);
    x.dispose();
    const others = Array.from({ length: 20 }, (_, index) => np.full([64], index));
    expect(others.map((other) => other.gpuBuffer())).not.toContain(buffer);
    expect(await fromGPUBuffer(buffer, [64]).sum().item()).toBe(192);
  });

  it("hold a word for each boolean and each narrow integer", async () => {
    expect(await fromGPUBuffer(bufferOf(Uint32Array.of(1, 0, 1)), [3], "bool").toArray()).toEqual([true, false, true]);
    expect(await fromGPUBuffer(bufferOf(Uint32Array.of(0xffffffff, 5)), [2], "int8").add(1).toArray()).toEqual([0, 6]);
  });

  it("are refused where they do not do", () => {
    expect(() => fromGPUBuffer(bufferOf(new Float32Array(3)), [4])).toThrow(/\[LW2008\][^]*16 bytes or more[^]*one of 12 bytes/);
    expect(() => fromGPUBuffer(bufferOf(new Float32Array(4), usage.storage), [4])).toThrow(/LW2008/);
    expect(() => fromGPUBuffer({} as GPUBuffer, [4])).toThrow(/LW2008/);
    expect(() => fromGPUBuffer(bufferOf(new Float32Array(4)), [-1])).toThrow(/LW3007[^]*shape/);
    expect(() => fromGPUBuffer(bufferOf(new Float32Array(4)), [4], "float7" as "float32")).toThrow(/LW3007[^]*dtype/);
    expect(() => fromGPUBuffer(bufferOf(new Float32Array(4)), [4], "float32", "js")).toThrow(/a webgpu device/);
  });

  it("are lost with the device, which `init` replaces", async () => {
    const x = np.array([1, 2, 3]);
    const y = x.add(1);
    await y.data();
    gpu.destroy();
    await gpu.lost;
    expect(() => y.add(1)).toThrow(DeviceLostError);
    expect(() => y.add(1)).toThrow(/init\({ webgpu: { device } }\)/);
    gpu = await openTestDevice();
    await init({ webgpu: { device: gpu } });
    expect(await x.add(1).toArray()).toEqual([2, 3, 4]);
    await expect(y.data()).rejects.toThrow(/made by|add made/);
  });
});
