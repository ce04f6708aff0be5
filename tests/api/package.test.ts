/** @file What the package exports, its devices and its configuration, as the page of the public API names them. */
import * as lanewise from "lanewise";
import {
  blockUntilReady, clearCaches, config, defaultDevice, deviceCount, DeviceLostError, devicePut, devices, get, init, InternalError, jit, LanewiseError, localDevices, memory, NDArray,
  numpy as np,
} from "lanewise";
import { afterEach, describe, expect, it, vi } from "vitest";
import { codeOf } from "../support/failures.ts";

/** Calls that the types refuse. */
type Untyped = (...args: readonly unknown[]) => unknown;

describe("the package", () => {
  const functions = [
    "jit", "vmap", "grad", "valueAndGrad", "jvp", "vjp", "linearize", "jacfwd", "jacrev", "hessian", "customJvp", "customVjp", "makeJaxpr", "evalShape",
    "devices", "localDevices", "deviceCount", "defaultDevice", "devicePut", "devicePutAsync", "blockUntilReady", "get", "init", "memory", "clearCaches", "NDArray",
    "LanewiseError", "InternalError", "DeviceLostError", "slice",
  ];
  it.each(functions)("exports %s", (name) => {
    expect((lanewise as unknown as Readonly<Record<string, unknown>>)[name]).toBeTypeOf("function");
  });

  it.each(["numpy", "lax", "random", "tree", "config"])("exports the namespace %s", (name) => {
    expect((lanewise as unknown as Readonly<Record<string, unknown>>)[name]).toBeTypeOf("object");
  });

  it("has errors with a code and details", () => {
    expect(new InternalError("x")).toBeInstanceOf(Error);
    expect(new InternalError("x")).not.toBeInstanceOf(LanewiseError);
    const facts = { operation: "webgpu:0", expected: "a device that answers", got: "nothing", fix: "begin again" };
    const lost = new DeviceLostError({ code: "LW2002", title: "the device is gone", explanation: "" }, facts);
    expect(lost).toBeInstanceOf(LanewiseError);
    expect(lost).toMatchObject({ name: "DeviceLostError", code: "LW2002", details: facts });
    try {
      np.sum(np.ones([2]), 5);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect(error).toBeInstanceOf(LanewiseError);
      expect(error).toMatchObject({ name: "LanewiseError", code: "LW3006", details: { operation: "np.sum", argument: "axis" } });
      expect((error as LanewiseError).message).toMatch(/^\[LW3006\] np\.sum: [^]*expected: [^]*got: [^]*fix: [^]*at: +api\/package\.test\.ts/);
      return;
    }
    expect.unreachable();
  });
});

describe("devices", () => {
  it("are js until there are others", () => {
    expect(devices().map(String)).toEqual(["js:0"]);
    expect(localDevices("js").map(String)).toEqual(["js:0"]);
    expect(deviceCount()).toBe(1);
    expect(String(defaultDevice())).toBe("js:0");
    expect(String(defaultDevice("js"))).toBe("js:0");
    expect(String(defaultDevice("js:0"))).toBe("js:0");
    const [device] = devices();
    if (device === undefined) throw new Error("no device");
    expect(defaultDevice(device)).toBe(device);
    expect(np.array([1], { device }).device).toBe("js:0");
    expect(jit((x: NDArray) => x.add(1), { device: "js:0" })(1).itemSync()).toBe(2);
  });

  it.each<[string, unknown, string]>([
    ["an unknown kind", "gpu", "LW3014"], ["an index that is absent", "js:7", "LW3014"], ["a kind that this version lacks", "wasm:3", "LW3010"],
    ["a number", 0, "LW3014"], ["null", null, "LW3014"], ["an object", {}, "LW3014"],
  ])("refuse %s", (_, device, code) => {
    expect(codeOf(() => (defaultDevice as Untyped)(device))).toBe(code);
    expect(codeOf(() => (devicePut as Untyped)([1], device))).toBe(code);
    expect(codeOf(() => (np.zeros as Untyped)(2, { device }))).toBe(code);
  });

  it("are readied by init, which is idempotent and refuses what it does not know", async () => {
    await init();
    await init({ device: "js" });
    await init({ cpuDevices: 1 });
    await expect((init as Untyped)({ devices: 1 })).rejects.toThrow("devices");
    await expect((init as Untyped)("js")).rejects.toBeInstanceOf(LanewiseError);
    await expect(init({ device: "webgpu" })).rejects.toThrow("[LW3010]");
  });

  it("hold what memory reports", () => {
    np.ones([4]).add(1);
    expect(memory()).toMatchObject([{ device: "js:0", programs: expect.any(Number) as number }]);
  });
});

describe("trees of arrays", () => {
  const tree = { w: np.array([1, 2]), b: [np.float32(3), null], flags: np.array([true, false]) };

  it("are read together", async () => {
    expect(await get(tree)).toEqual({ w: [1, 2], b: [3, null], flags: [true, false] });
    expect(await get(np.array([[1], [2]]))).toEqual([[1], [2]]);
    expect(await get(new Map([["k", np.array(2n)]]))).toEqual(new Map([["k", 2]]));
    expect(await get(["text", 4])).toEqual(["text", 4]);
    expect(await blockUntilReady(tree)).toBe(tree);
  });

  it("are put on a device, by copy", () => {
    const host = new Float32Array([1, 2]);
    const put = devicePut({ host, n: 3, nested: [1, 2] }, "js");
    host[0] = 9;
    expect(put.host).toBeInstanceOf(NDArray);
    expect((put.host as NDArray).toArraySync()).toEqual([1, 2]);
    expect((put.n as NDArray).shape).toEqual([]);
    expect(put.nested).toHaveLength(2);
    expect(codeOf(() => (devicePut as Untyped)({ name: "w" }))).toBe("LW3001");
  });
});

describe("config", () => {
  afterEach(() => config.set({ enableX64: false, debugNans: false, disableJit: false, logCompiles: false, verify: false }));

  it("is set, read as a copy and scoped", () => {
    const copy = config.get() as { debugNans: boolean };
    copy.debugNans = true;
    expect(config.get().debugNans).toBe(false);
    config.set({ verify: true });
    expect(config.get().verify).toBe(true);
    expect(config.with({ disableJit: true, verify: false }, () => config.get())).toMatchObject({ disableJit: true, verify: false });
    expect(config.get()).toMatchObject({ disableJit: false, verify: true });
    expect(() => config.with({ debugNans: true }, () => { throw new Error("mine"); })).toThrow("mine");
    expect(config.get().debugNans).toBe(false);
  });

  it.each<[string, () => unknown]>([
    ["an unknown name", () => (config.set as Untyped)({ enableX32: true })],
    ["a number", () => (config.set as Untyped)({ debugNans: 1 })],
    ["nothing", () => (config.set as Untyped)()],
    ["no function", () => (config.with as Untyped)({ debugNans: true })],
    ["an async function", () => config.with({ debugNans: true }, async () => 1)],
  ])("refuses %s", (_, run) => expect(codeOf(run)).toBe("LW3015"));

  it("makes each key part of the trace", () => {
    let traces = 0;
    const f = jit((x: NDArray) => {
      traces++;
      return x.mul(2);
    });
    f(1);
    f(1);
    expect(traces).toBe(1);
    config.with({ verify: true }, () => f(1));
    expect(traces).toBe(2);
    config.with({ disableJit: true }, () => f(1));
    expect(traces).toBe(3);
  });

  it("finds NaN, knows float64 and logs compilations", () => {
    expect(codeOf(() => config.with({ debugNans: true }, () => np.log(-1)))).toBe("LW3016");
    expect(codeOf(() => config.with({ debugNans: true }, () => jit(np.log)(-1)))).toBe("LW3016");
    expect(config.with({ enableX64: true }, () => np.array(new Float64Array([0.1])).mul(0.1).dataSync())).toEqual(new Float64Array([0.1 * 0.1]));
    const log = vi.spyOn(console, "info").mockImplementation(() => undefined);
    config.with({ logCompiles: true }, () => jit((x: NDArray) => x.mul(17))(1));
    expect(log.mock.calls.join()).toMatch(/compiled .* for js/);
    log.mockRestore();
  });

  it("drops what is cached with clearCaches", () => {
    let traces = 0;
    const f = jit((x: NDArray) => {
      traces++;
      return x.mul(2);
    });
    f(1);
    expect(f.cacheSize).toBe(1);
    clearCaches();
    expect(f.cacheSize).toBe(0);
    expect(f(2).itemSync()).toBe(4);
    expect(traces).toBe(2);
  });
});
