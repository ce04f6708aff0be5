/** @file What goes wrong on a GPU: refused shaders and commands, no memory, a device that is lost, limits; and buffers of the user. */
import type { KernelCode, Program, Slot } from "@lanewise/compiler/artifact/types";
import { DeviceLostError, LanewiseError } from "@lanewise/compiler/base/errors";
import { WebGpuDevice } from "@lanewise/runtime";
import type { DeviceBuffer } from "@lanewise/runtime";
import { afterEach, describe, expect, it } from "vitest";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";

const doubling = `@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@compute @workgroup_size(64)
fn double(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < 4u) { result[id.x] = 2.0 * source[id.x]; }
}
`;

const input: Slot = { kind: "input", input: 0, dtype: "float32", length: 4 };
const output: Slot = { kind: "output", output: 0, dtype: "float32", length: 4 };

function program(name: string, text = doubling, buffers: readonly number[] = [0, 1]): Program {
  const kernel: KernelCode = {
    name: "double", text, launch: { entryPoint: "double", workgroupSize: 64, access: ["read", "readWrite"], scalars: [], workgroups: 1 },
  };
  return {
    schemaVersion: 1, target: "webgpu", name, tables: [], inputs: [{ shape: [4], dtype: "float32" }], outputs: [{ shape: [4], dtype: "float32" }],
    outputSources: [{ kind: "slot", slot: 1 }], slots: [input, output], arenaBytes: 0, blocks: [], kernels: [kernel],
    steps: [{ kind: "kernel", kernel: 0, buffers, scalars: [], extent: 1 }],
  };
}

const numbers = (): Float32Array => Float32Array.of(1, 2, 3, 4);

/** Sizes of the buffers that the device makes from now on. */
function sizesOfNewBuffers(device: WebGpuDevice): number[] {
  const gpu = device.gpuDevice as GPUDevice;
  const create = gpu.createBuffer.bind(gpu);
  const sizes: number[] = [];
  gpu.createBuffer = (descriptor) => {
    sizes.push(descriptor.size);
    return create(descriptor);
  };
  return sizes;
}

async function failureOf(work: Promise<unknown>): Promise<LanewiseError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describeWebgpu("what goes wrong on a GPU", () => {
  const open: WebGpuDevice[] = [];
  afterEach(() => {
    for (const device of open.splice(0)) device.close();
  });
  const openDevice = async (settings: Partial<Parameters<typeof WebGpuDevice.open>[0]> = {}): Promise<WebGpuDevice> => {
    const device = await WebGpuDevice.open({ index: 0, ...settings });
    open.push(device);
    return device;
  };
  const runOn = (device: WebGpuDevice, what: Program, buffer: DeviceBuffer): DeviceBuffer => {
    const [result] = device.prepare(what).run([buffer]);
    if (result === undefined) throw new Error("no result");
    return result;
  };

  describe("a shader that the driver refuses", () => {
    const broken = doubling.replace("2.0 * source[id.x]", "2u * source[id.x]");

    it("is told with its kernel and line to whoever reads what it made, and to nobody else", async () => {
      const device = await openDevice();
      const x = device.upload(numbers(), "float32");
      const result = runOn(device, program("broken", broken), x);
      const error = await failureOf(device.read(result, "float32"));
      expect(error).toMatchObject({ code: "LW2004" });
      expect(error.message).toMatch(/broken[^]*kernel double[^]*line 5:\d+: [^]*result\[id\.x\] = 2u/);
      expect(await failureOf(device.read(runOn(device, program("double"), result), "float32"))).toMatchObject({ code: "LW2004" });
      expect(await device.read(runOn(device, program("double"), x), "float32")).toEqual(Float32Array.of(2, 4, 6, 8));
    });

    it("is told when it is compiled ahead", async () => {
      const device = await openDevice();
      const error = await failureOf(device.prepare(program("broken", broken), (kernel) => [`model.ts:3:${kernel}: mul`]).ready());
      expect(error.message).toMatch(/\[LW2004\] broken[^]*kernel double, which computes model\.ts:3:0: mul[^]*line 5/);
    });
  });

  it("tells commands that the driver refuses", async () => {
    const device = await openDevice();
    const x = device.upload(numbers(), "float32");
    // The output for reading and writing at once.
    const result = runOn(device, program("twice", doubling, [1, 1]), x);
    expect(await failureOf(device.read(result, "float32"))).toMatchObject({ code: "LW2005" });
    expect(await failureOf(device.settled(result))).toMatchObject({ code: "LW2005" });
    await expect(device.settled()).resolves.toBeUndefined();
    expect(await device.read(x, "float32")).toEqual(numbers());
  });

  describe("memory", () => {
    it("has a budget that one turn may not pass, and that freed arrays count out of", async () => {
      const device = await openDevice({ memoryBudget: 1 << 20 });
      const make = (): DeviceBuffer => device.upload(new Float32Array(50_000), "float32");
      const kept = [make(), make(), make(), make()];
      expect(make).toThrow(/\[LW2007\][^]*await/);
      expect(device.memory()).toMatchObject({ budgetBytes: 1 << 20, arrayBytes: kept.length * 229_376 });
      for (const buffer of kept) device.free(buffer);
      expect(device.memory().arrayBytes).toBe(0);
      const other = device.upload(new Float32Array(200_000), "float32");
      expect((await device.read(other, "float32")).length).toBe(200_000);
    });

    it("refuses an array over the largest buffer", async () => {
      const device = await openDevice({ limits: { maxBufferBytes: 4096 } });
      expect(() => device.upload(new Float32Array(1025), "float32")).toThrow(/\[LW2006\][^]*4096/);
      expect((await device.read(device.upload(new Float32Array(1024), "float32"), "float32")).length).toBe(1024);
    });

    it("is read through buffers no larger than any that the device makes", async () => {
      const device = await openDevice({ limits: { maxBufferBytes: 6144 } });
      const sizes = sizesOfNewBuffers(device);
      const [x, y] = [device.upload(new Float32Array(1250).fill(1), "float32"), device.upload(new Float32Array(1250).fill(2), "float32")];
      const [first, second] = await Promise.all([device.read(x, "float32"), device.read(y, "float32")]);
      expect([first[1249], second[1249], first.length]).toEqual([1, 2, 1250]);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(6144);
    });

    it("that is refused for reading is told, and the next read has it", async () => {
      const device = await openDevice();
      const x = device.upload(numbers(), "float32");
      const gpu = device.gpuDevice as GPUDevice;
      const create = gpu.createBuffer.bind(gpu);
      gpu.createBuffer = (descriptor) => create({ ...descriptor, size: descriptor.usage === 9 ? 2 ** 50 : descriptor.size });
      expect(await failureOf(device.read(x, "float32"))).toMatchObject({ code: /LW200[56]/ });
      gpu.createBuffer = create;
      expect(await device.read(x, "float32")).toEqual(numbers());
    });

    it("goes back to the GPU when nothing has asked for it in a long time, the oldest first where room is needed", async () => {
      const device = await openDevice({ memoryBudget: 100 << 20 });
      const upload = (megabytes: number): DeviceBuffer => device.adopt(new Float32Array(megabytes << 18), "float32");
      const [old, young] = [upload(40), upload(32)];
      device.free(old);
      await device.settled();
      device.free(young);
      expect(device.memory().pooledBytes).toBe(72 << 20);
      device.free(upload(48));
      expect(device.memory().pooledBytes).toBe(80 << 20);
      const x = device.upload(numbers(), "float32");
      for (let batch = 0; batch < 70; batch++) await device.read(x, "float32");
      expect(device.memory().pooledBytes).toBe(48 << 20);
    });

    it("is used again by later commands, and not by an upload that would overtake them", async () => {
      const device = await openDevice();
      const double = device.prepare(program("double"));
      const x = device.upload(numbers(), "float32");
      const [first] = double.run([x]);
      device.free(x);
      // The dispatch above still has to read what lay here.
      const y = device.upload(Float32Array.of(9, 9, 9, 9), "float32");
      const [second] = double.run([y]);
      if (first === undefined || second === undefined) throw new Error("no result");
      const reading = device.read(first, "float32");
      device.free(first);
      const [third] = double.run([second]);
      if (third === undefined) throw new Error("no result");
      expect([await reading, await device.read(second, "float32"), await device.read(third, "float32")])
        .toEqual([Float32Array.of(2, 4, 6, 8), Float32Array.of(18, 18, 18, 18), Float32Array.of(36, 36, 36, 36)]);
    });
  });

  describe("a device that is lost", () => {
    it("is opened again: uploads come back, results say what made them, pipelines are made again", async () => {
      const device = await openDevice();
      const double = device.prepare(program("double"));
      const x = device.upload(numbers(), "float32");
      const [early] = double.run([x]);
      if (early === undefined) throw new Error("no result");
      expect(await device.read(early, "float32")).toEqual(Float32Array.of(2, 4, 6, 8));
      const [late] = double.run([x]);
      if (late === undefined) throw new Error("no result");
      const reading = device.read(late, "float32");
      const { pipelines } = device.counters;
      (device.gpuDevice as GPUDevice).destroy();
      const error = await failureOf(reading);
      expect(error).toBeInstanceOf(DeviceLostError);
      expect(error.message).toMatch(/\[LW2002\] webgpu:0[^]*double made[^]*destroyed/);
      expect(await failureOf(device.read(early, "float32"))).toBeInstanceOf(DeviceLostError);
      expect(() => double.run([early])).toThrow(/double made/);
      expect(await device.probe()).toEqual({ usable: true });
      expect(await device.read(x, "float32")).toEqual(numbers());
      const [again] = double.run([x]);
      if (again === undefined) throw new Error("no result");
      expect(await device.read(again, "float32")).toEqual(Float32Array.of(2, 4, 6, 8));
      expect(device.counters.pipelines).toBe(pipelines + 1);
      for (const buffer of [x, early, late, again]) device.free(buffer);
      expect(device.memory().arrayBytes).toBe(0);
    });

    it("gives back an upload that was being read", async () => {
      const device = await openDevice();
      const x = device.upload(numbers(), "float32");
      const reading = device.read(x, "float32");
      (device.gpuDevice as GPUDevice).destroy();
      expect(await reading).toEqual(numbers());
    });

    it("stays lost where the user brought it, until the user brings another one", async () => {
      const [first, second] = [await openTestDevice(), await openTestDevice()];
      const device = WebGpuDevice.adopt(first, { index: 0 });
      open.push(device);
      const x = device.upload(numbers(), "float32");
      first.destroy();
      expect(await device.read(x, "float32")).toEqual(numbers());
      expect(await device.probe()).toMatchObject({ usable: false });
      expect(() => device.prepare(program("double")).run([x])).toThrow(/\[LW2002\][^]*init\({ webgpu: { device } }\)/);
      device.replace(second);
      expect(await device.read(runOn(device, program("double"), x), "float32")).toEqual(Float32Array.of(2, 4, 6, 8));
    });
  });
});
