/** @file Devices, options, trees of arrays and caches. */
import {
  blockUntilReady, clearCaches, config, defaultDevice, deviceCount, devicePut, devices, get, init, localDevices, memory, NDArray, numpy as np, tree,
} from "lanewise";
import type { Config } from "lanewise";
import { describe, expect, it } from "vitest";
import { session } from "../../../packages/lanewise/src/session.ts";
import { messageOf } from "../../support/failures.ts";

describe("devices", () => {
  it("are js alone in this version", () => {
    expect(devices().map(String)).toEqual(["js:0"]);
    expect(localDevices("js").map(({ kind, index }) => [kind, index])).toEqual([["js", 0]]);
    expect(deviceCount()).toBe(1);
    expect(String(defaultDevice())).toBe("js:0");
    expect(defaultDevice("js")).toBe(defaultDevice(defaultDevice()));
  });

  it("that do not exist are refused", () => {
    expect(messageOf(() => defaultDevice("webgpu"))).toContain("[LW3010] defaultDevice");
    expect(messageOf(() => defaultDevice("wasm:3"))).toContain("wasm:3");
    expect(messageOf(() => defaultDevice("js:1"))).toContain("[LW3014]");
    expect(messageOf(() => devices("cuda"))).toContain('"cuda"');
    expect(messageOf(() => defaultDevice({} as string))).toContain("an empty object");
  });

  it("are readied by init, which may be called again", async () => {
    await init();
    await init({ device: "js" });
    await init({ cpuDevices: 1, interpret: false });
    await expect(init({ cpuDevices: 4 })).rejects.toThrow("[LW3010] init");
    await expect(init({ interpret: true })).rejects.toThrow("unsafe-eval");
    await expect(init({ gpu: true } as object)).rejects.toThrow("gpu");
  });
});

describe("config", () => {
  it("is set, scoped and restored", () => {
    expect(config.get().enableX64).toBe(false);
    const inside = config.with({ enableX64: true, debugNans: true }, () => config.get());
    expect(inside).toMatchObject({ enableX64: true, debugNans: true, disableJit: false });
    expect(config.get()).toMatchObject({ enableX64: false, debugNans: false });
    expect(() => config.with({ verify: true }, () => { throw new Error("inside"); })).toThrow("inside");
    expect(config.get().verify).toBe(false);
    config.set({ verify: true });
    expect(config.get().verify).toBe(true);
    config.set({ verify: false });
  });

  it("refuses what it does not know", () => {
    expect(messageOf(() => config.set({ enableX32: true } as Partial<Config>))).toContain("enableX32");
    expect(messageOf(() => config.set({ verify: 1 } as unknown as Partial<Config>))).toContain("(argument verify)");
    expect(messageOf(() => config.set("verify" as Partial<Config>))).toContain("[LW3015]");
    expect(messageOf(() => config.with({ verify: true }, async () => 1))).toContain("an async function");
    expect(config.get().verify).toBe(false);
  });

  it("finds NaN where it is made", () => {
    const zero = np.array([0, 1]);
    expect(zero.div(zero).toArraySync()).toEqual([NaN, 1]);
    const message = messageOf(() => config.with({ debugNans: true }, () => zero.div(zero)));
    expect(message).toContain("[LW3016] div");
  });
});

describe("trees of arrays", () => {
  it("are put on a device and read back together", async () => {
    const placed = devicePut({ w: new Float32Array([1, 2]), b: 3, flags: [true, 4n] as const }, "js");
    expect(tree.leaves(placed).every((leaf) => leaf instanceof NDArray)).toBe(true);
    expect(await get(placed)).toEqual({ w: [1, 2], b: 3, flags: [true, 4] });
    expect(await blockUntilReady(placed)).toBe(placed);
    expect(await get({ text: "kept", x: np.ones([1, 2]) })).toEqual({ text: "kept", x: [[1, 1]] });
  });

  it("refuse leaves that are no arrays, with their path", () => {
    expect(messageOf(() => devicePut({ a: [1, "two"] }))).toContain("x.a[1]");
    expect(messageOf(() => devicePut(1, "webgpu:0"))).toContain("[LW3010] devicePut");
  });
});

describe("caches", () => {
  it("keep one program per operation and types, whatever the numbers are", () => {
    clearCaches();
    const start = np.zeros([4]);
    let x = start;
    for (let step = 0; step < 50; step++) x = x.mul(0.5 + step).add(step);
    expect(session.eager.size).toBe(2);
    np.zeros([5]).add(1);
    expect(session.eager.size).toBe(3);
    np.array([1n, 2n]).add(1);
    expect(session.eager.size).toBe(4);
  });

  it("tell params apart", () => {
    const x = np.array([[1, 2], [3, 4]]);
    expect(x.sum(0).toArraySync()).toEqual([4, 6]);
    expect(x.sum(1).toArraySync()).toEqual([3, 7]);
    expect(x.get(np.slice(0, 1)).toArraySync()).toEqual([[1, 2]]);
    expect(x.get(np.slice(1, 2)).toArraySync()).toEqual([[3, 4]]);
    expect([x.pow(2).toArraySync(), x.pow(3).toArraySync()]).toEqual([[[1, 4], [9, 16]], [[1, 8], [27, 64]]]);
    expect(np.where(x.greater(2), x, 0).toArraySync()).toEqual([[0, 0], [3, 4]]);
    expect(np.where(x.greater(2), 0, x).toArraySync()).toEqual([[1, 2], [0, 0]]);
    expect([x.clip(2).toArraySync(), x.clip(null, 2).toArraySync()]).toEqual([[[2, 2], [3, 4]], [[1, 2], [2, 2]]]);
    expect([np.pad([1], [0, 1]).toArraySync(), np.pad([1], [1, 0]).toArraySync()]).toEqual([[1, 0], [0, 1]]);
  });

  it("are emptied by clearCaches", () => {
    np.ones([3]).add(1);
    expect(session.eager.size).toBeGreaterThan(0);
    const { generation } = session;
    clearCaches();
    expect([session.eager.size, session.eager.bytes, session.generation]).toEqual([0, 0, generation + 1]);
    expect(np.ones([3]).add(1).toArraySync()).toEqual([2, 2, 2]);
  });

  it("are reported by memory", () => {
    np.ones([3]).add(1);
    expect(memory()).toEqual([{
      device: "js:0", arrayBytes: null, pooledBytes: expect.any(Number), budgetBytes: null,
      arenaBytes: expect.any(Number), programs: expect.any(Number), programBytes: expect.any(Number),
    }]);
  });
});
