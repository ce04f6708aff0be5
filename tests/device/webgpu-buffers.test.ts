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

  it("of another device, or destroyed, are told to whoever reads what came of them", async () => {
    const other = await openTestDevice();
    const x = fromGPUBuffer(other.createBuffer({ size: 16, usage: usage.storage | usage.copySource }), [4]);
    await expect(x.data()).rejects.toThrow(/\[LW2008\] fromGPUBuffer[^]*device of webgpu:0[^]*webgpu-buffers\.test\.ts/);
    await expect(x.add(1).data()).rejects.toThrow(/LW2008/);
    other.destroy();
    const buffer = bufferOf(new Float32Array(4));
    const y = fromGPUBuffer(buffer, [4]);
    buffer.destroy();
    await expect(y.add(1).data()).rejects.toThrow(/\[LW2005\][^]*fromGPUBuffer/);
    expect(await np.array([1]).add(1).toArray()).toEqual([2]);
  });

  it("are refused with a device that is lost already", async () => {
    const other = await openTestDevice();
    other.destroy();
    await expect(init({ webgpu: { device: other } })).rejects.toThrow(/\[LW2002\] init[^]*webgpu\.device/);
    expect(await np.array([1]).add(1).toArray()).toEqual([2]);
  });

  it("are lost with the device, which `init` replaces", async () => {
    const x = np.array([1, 2, 3]);
    const y = x.add(1);
    await y.data();
    const many = Array.from({ length: 11 }, (_, index) => np.array([index]));
    const concatenated = (...xs: NDArray[]): NDArray => np.concatenate(xs);
    await jit(concatenated)(...many).data();
    gpu.destroy();
    await gpu.lost;
    expect(() => y.add(1)).toThrow(DeviceLostError);
    expect(() => y.add(1)).toThrow(/init\({ webgpu: { device } }\)/);
    // The next one has the limits that every device has, which are fewer: programs are made again.
    gpu = await openTestDevice("default limits");
    await init({ webgpu: { device: gpu } });
    expect(webgpuDevice().limits.maxBuffers).toBe(8);
    expect(await jit(concatenated)(...many).toArray()).toEqual(many.map((_, index) => index));
    expect(await x.add(1).toArray()).toEqual([2, 3, 4]);
    await expect(y.data()).rejects.toThrow(/made by|add made/);
  });
});
