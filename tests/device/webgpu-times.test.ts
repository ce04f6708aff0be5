/** @file gpuTimes: every dispatch by the GPU's clock, the whole by the host's where there is none. Never how long something takes. */
import { defaultDevice, gpuTimes, init, jit, numpy as np, type NDArray } from "lanewise";
import { WebGpuDevice } from "@lanewise/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";
import { webgpuDevice } from "../support/webgpu-session.ts";

const f = jit((x: NDArray) => np.sort(np.sin(x).mul(2)));

describeWebgpu("times on webgpu", () => {
  let plain: GPUDevice;
  beforeAll(async () => {
    await init({ webgpu: true, device: "webgpu" });
    plain = await openTestDevice("default limits");
  });
  afterAll(() => {
    defaultDevice("js");
    plain.destroy();
  });

  it("has a time for each dispatch, in order", async () => {
    const device = webgpuDevice();
    if (!device.hasFeature("timestamp-query")) return console.warn("SKIPPED: this adapter has no timestamp-query");
    const x = np.arange(3000);
    const expected = await f(x).data();
    const before = device.counters.dispatches;
    let result: NDArray | null = null;
    const { source, microseconds, dispatches } = await gpuTimes(() => { result = f(x); });
    expect(source).toBe("timestamp-query");
    expect(dispatches.length).toBe(device.counters.dispatches - before);
    expect(dispatches.length).toBeGreaterThan(1);
    expect(dispatches.every((each) => each.microseconds >= 0 && each.kernel !== "")).toBe(true);
    expect(microseconds).toBeCloseTo(dispatches.reduce((sum, each) => sum + each.microseconds, 0));
    expect(await (result as unknown as NDArray).data()).toEqual(expected);
  });

  it("gives passes back to many dispatches afterwards", async () => {
    const device = webgpuDevice();
    await gpuTimes(() => f(np.arange(3000)));
    const { dispatches, passes } = device.counters;
    await f(np.arange(3000)).data();
    expect(device.counters.dispatches - dispatches).toBeGreaterThan(device.counters.passes - passes);
  });

  it("has more dispatches than a set of timestamps", { timeout: 60_000 }, async () => {
    const device = webgpuDevice();
    if (!device.hasFeature("timestamp-query")) return;
    const double = jit((x: NDArray) => x.mul(2));
    const x = np.ones([4]);
    const { dispatches } = await gpuTimes(() => { for (let call = 0; call < 2100; call++) double(x).dispose(); });
    expect(dispatches.length).toBe(2100);
  });

  it("waits for what a function awaits, and survives what it throws", async () => {
    await gpuTimes(async () => { await f(np.arange(5)).data(); });
    await expect(gpuTimes(() => { throw new RangeError("mine"); })).rejects.toThrow("mine");
    expect((await gpuTimes(() => undefined)).dispatches).toEqual([]);
  });

  it("measures the whole on a device without timestamps", async () => {
    const device = WebGpuDevice.adopt(plain, { index: 9 });
    expect(device.hasFeature("timestamp-query")).toBe(false);
    expect(device.hasFeature("subgroups")).toBe(false);
    const { source, microseconds, dispatches } = await device.measure(() => device.upload(new Float32Array(8), "float32"));
    expect([source, dispatches]).toEqual(["wall clock", []]);
    expect(microseconds).toBeGreaterThan(0);
  });

  describe("refuses", () => {
    it("a measurement inside another", async () => {
      await expect(gpuTimes(() => gpuTimes(() => undefined))).rejects.toThrow(/\[LW2010\] gpuTimes/);
      await expect(gpuTimes(() => undefined)).resolves.toMatchObject({ dispatches: [] });
    });
    it("other devices, and what is no function", async () => {
      await expect(gpuTimes(() => undefined, "js")).rejects.toThrow(/\[LW3007\] gpuTimes[^]*a webgpu device/);
      await expect(gpuTimes(() => undefined, "webgpu:7")).rejects.toThrow(/\[LW3014\] gpuTimes/);
      await expect(gpuTimes(5 as never)).rejects.toThrow(/\[LW3007\] gpuTimes[^]*a function/);
    });
  });
});
