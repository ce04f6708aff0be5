/** @file Node alone gets a WebGPU adapter, a device and right numbers from a shader, and failures carry their reason. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWebgpu, openTestDevice, runWgsl } from "../support/webgpu.ts";

const doubling = `
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@group(0) @binding(2) var<uniform> offset: vec4<f32>;
@compute @workgroup_size(4) fn double(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < arrayLength(&source)) { result[id.x] = 2.0 * source[id.x] + offset.x; }
}`;

describeWebgpu("a bare WebGPU device in Node", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openTestDevice();
  });
  afterAll(() => device.destroy());

  it("runs a shader over storage buffers and a uniform", async () => {
    const source = new Float32Array([1, 2, 3, 4, 5]);
    const [unchanged, result] = await runWgsl(device, {
      code: doubling,
      entryPoint: "double",
      buffers: [
        { data: source, access: "read" },
        { data: new Float32Array(5), access: "readWrite" },
      ],
      uniform: new Float32Array([0.5, 0, 0, 0]).buffer,
      workgroups: [2, 1, 1],
    });
    expect([...new Float32Array(unchanged ?? new ArrayBuffer(0))]).toEqual([1, 2, 3, 4, 5]);
    expect([...new Float32Array(result ?? new ArrayBuffer(0))]).toEqual([2.5, 4.5, 6.5, 8.5, 10.5]);
  });

  it("gives back as many bytes as a view that is no whole number of words", async () => {
    const bytes = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
    const [result] = await runWgsl(device, {
      code: `@group(0) @binding(0) var<storage, read_write> words: array<u32>;
        @compute @workgroup_size(1) fn shift() { words[0] = words[0] << 8u; }`,
      entryPoint: "shift",
      buffers: [{ data: bytes, access: "readWrite" }],
      workgroups: [1, 1, 1],
    });
    expect([...new Uint8Array(result ?? new ArrayBuffer(0))]).toEqual([0, 1, 2]);
  });

  it("throws WGSL's messages with the line for a shader that does not compile", async () => {
    const run = runWgsl(device, {
      code: "@compute @workgroup_size(1) fn broken() {\n  let x: u32 = 1.5;\n}",
      entryPoint: "broken",
      buffers: [],
      workgroups: [1, 1, 1],
    });
    await expect(run).rejects.toThrow(/WGSL does not compile:\s+2:\d+ .*u32[\s\S]*let x: u32 = 1\.5;/);
  });

  it("throws the validation error of a dispatch that the device refuses, and works afterwards", async () => {
    const tooMany = device.limits.maxComputeWorkgroupsPerDimension + 1;
    const code = "@compute @workgroup_size(1) fn nothing() {}";
    const refused = runWgsl(device, { code, entryPoint: "nothing", buffers: [], workgroups: [tooMany, 1, 1] });
    await expect(refused).rejects.toThrow(/workgroup/i);
    const accepted = await runWgsl(device, { code, entryPoint: "nothing", buffers: [], workgroups: [1, 1, 1] });
    expect(accepted).toEqual([]);
  });

  it("opens several devices side by side, with the adapter's limits", async () => {
    const second = await openTestDevice();
    expect(second).not.toBe(device);
    expect(second.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
    expect(second.limits.maxStorageBufferBindingSize).toBe(device.limits.maxStorageBufferBindingSize);
    second.destroy();
  });
});
