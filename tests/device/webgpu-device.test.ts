/** @file The webgpu device as users see it: results, what is sent to the GPU and read back, refusals. */
import { config, defaultDevice, devicePut, devicePutAsync, get, grad, init, jit, LanewiseError, memory, numpy as np, random, vmap, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu, webgpuDevice } from "../support/webgpu-session.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof LanewiseError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describeWebgpu("the webgpu device", () => {
  useWebgpu();

  describe("computes", () => {
    it("eagerly, under jit, grad and vmap", async () => {
      const x = np.array([1, 2, 3]);
      expect(x.device).toBe("webgpu:0");
      expect(await x.add(2).mul(x).toArray()).toEqual([3, 8, 15]);
      const f = (v: NDArray): NDArray => np.sin(v).mul(v).sum();
      const exact = [1, 2, 3].map((v) => Math.sin(v) + v * Math.cos(v));
      const gradient = await jit(grad(f))(x).data();
      exact.forEach((value, index) => expect(gradient[index]).toBeCloseTo(value, 5));
      expect(await jit(vmap((row: NDArray) => np.dot(row, x)))(np.arange(12).reshape(4, 3)).toArray()).toEqual([8, 26, 44, 62]);
    });

    it("with every dtype that it holds, words or not", async () => {
      for (const dtype of ["int8", "int16", "int32", "uint8", "uint16", "uint32", "float16", "bfloat16", "float32"] as const) {
        const x = np.array([1, 2, 100], dtype);
        expect([dtype, await x.toArray(), await x.add(x).toArray()]).toEqual([dtype, [1, 2, 100], dtype === "int8" ? [2, 4, -56] : [2, 4, 200]]);
      }
      expect(await np.array([-128, 127], "int8").toArray()).toEqual([-128, 127]);
      expect(await np.array([true, false]).toArray()).toEqual([true, false]);
      expect(await np.array([true, false]).astype("float32").toArray()).toEqual([1, 0]);
    });

    it("with empty arrays, rows, copies and keys", async () => {
      const empty = np.zeros([0, 3]);
      expect(await empty.add(1).toArray()).toEqual([]);
      expect(await empty.sum().item()).toBe(0);
      expect((await empty.data()).length).toBe(0);
      const x = np.arange(6).reshape(2, 3);
      expect(await x.get(1).toArray()).toEqual([3, 4, 5]);
      expect(await x.get(1).copy().toArray()).toEqual([3, 4, 5]);
      const onGpu = await random.uniform(random.key(7), [4]).toArray();
      const onJs = onJsDevice(() => random.uniform(random.key(7), [4]).toArraySync());
      expect(onGpu).toEqual(onJs);
    });

    it("with pieces side by side and taken apart, which are copies as long as they are few", async () => {
      const [a, b] = [np.arange(6).reshape(2, 3), np.arange(6, 10).reshape(2, 2)];
      const flags = np.array([true, false]);
      await get([a, b, flags]);
      const before = { ...webgpuDevice().counters };
      const joined = np.concatenate([a, b], 1);
      const [left, none, right] = np.split(joined, [2, 2], 1);
      const both = np.stack([flags, flags.get(0).reshape(1).repeat(2)], 1);
      expect(await joined.toArray()).toEqual([[0, 1, 2, 6, 7], [3, 4, 5, 8, 9]]);
      expect(await get([left, none, right])).toEqual([[[0, 1], [3, 4]], [[], []], [[2, 6, 7], [5, 8, 9]]]);
      expect(await both.toArray()).toEqual([[true, true], [false, true]]);
      for (let count = 1; count < 20; count++) np.stack(Array.from({ length: count }, () => a));
      expect(webgpuDevice().counters.pipelines - before.pipelines).toBeLessThan(4);
      const column = np.arange(300).reshape(300, 1);
      const pipelines = webgpuDevice().counters.pipelines;
      expect(await np.concatenate([column, column.add(300)], 1).get(299).toArray()).toEqual([299, 599]);
      expect(webgpuDevice().counters.pipelines).toBeGreaterThan(pipelines + 1);
    });

    it("in place where an operand dies, and not where it lives", async () => {
      const f = jit((v: NDArray) => {
        const next = np.sin(v.add(1).sum(0)).mul(2);
        return [next, next.add(1)] as const;
      });
      const x = np.ones([3, 4]);
      const [first, second] = f(x);
      expect(await second.sub(first).toArray()).toEqual([1, 1, 1, 1]);
      expect(await x.sum().item()).toBe(12);
    });
  });

  describe("sends and reads no more than it must", () => {
    it("one command buffer for a jitted program, and one mapping of what is asked for", async () => {
      const f = jit((v: NDArray) => {
        const rows = np.exp(v).sum(1).reshape(64, 1);
        return np.sort(v.div(rows), 1).sum(0);
      });
      const x = np.ones([64, 32]);
      await f(x).data();
      const before = { ...webgpuDevice().counters };
      const result = f(x);
      expect(webgpuDevice().counters).toMatchObject({ maps: before.maps, readBytes: before.readBytes });
      await result.data();
      const after = webgpuDevice().counters;
      expect(after.submits - before.submits).toBe(1);
      expect(after.passes - before.passes).toBe(1);
      expect(after.dispatches - before.dispatches).toBeGreaterThan(1);
      expect(after.maps - before.maps).toBe(1);
      expect(after.readBytes - before.readBytes).toBe(32 * 4);
      expect(after.pipelines).toBe(before.pipelines);
    });

    it("one mapping for get of a tree", async () => {
      const before = { ...webgpuDevice().counters };
      const read = await get({ a: np.array([1, 2]).add(1), b: [np.arange(3), np.array(4).mul(2)] });
      expect(read).toEqual({ a: [2, 3], b: [[0, 1, 2], 8] });
      expect(webgpuDevice().counters.maps - before.maps).toBe(1);
      expect(webgpuDevice().counters.submits - before.submits).toBe(1);
    });

    it("eager operations of a turn together, up to 64", async () => {
      let x = np.array([0]);
      await x.add(1).data();
      const before = { ...webgpuDevice().counters };
      for (let step = 0; step < 60; step++) x = x.add(1);
      expect(webgpuDevice().counters.submits).toBe(before.submits);
      for (let step = 0; step < 60; step++) x = x.add(1);
      expect(webgpuDevice().counters.submits).toBe(before.submits + 1);
      expect(await x.item()).toBe(120);
      expect(webgpuDevice().counters.submits).toBe(before.submits + 2);
      expect(webgpuDevice().counters.maps).toBe(before.maps + 1);
    });

    it("memory that it has: a loop runs in the same few buffers", async () => {
      let x = np.ones([1000]);
      for (let step = 0; step < 500; step++) {
        const next = x.mul(1.001);
        x.dispose();
        x = next;
      }
      await x.data();
      const report = memory().find(({ device }) => device === "webgpu:0");
      expect(report?.budgetBytes).toBe(2 ** 32);
      expect((report?.pooledBytes ?? 0) / 4096).toBeLessThan(80);
    });
  });

  describe("refuses", () => {
    it("to be read at once, and says what to write", () => {
      const x = np.array([1, 2, 3]);
      expect(x.toString()).toBe("f32[3] on webgpu:0 (await x.data())");
      expect(() => x.dataSync()).toThrow("await x.data()");
      expect(() => x.toArraySync()).toThrow("await x.data()");
      expect(() => Number(x.sum())).toThrow("await x.item()");
      expect(() => devicePut(x, "js")).toThrow('await devicePutAsync(x, "js:0")');
    });

    it("to be moved without a read", async () => {
      const x = np.array([[true, false], [true, true]]);
      expect(() => devicePut({ x }, "js")).toThrow('await devicePutAsync(x, "js:0")');
      expect(() => np.array(x, { device: "js" })).toThrow('await devicePutAsync(x, "js:0")');
      const keys = random.split(random.key(1), 3);
      const { maps } = webgpuDevice().counters;
      const moved = await devicePutAsync({ x, half: np.array([1.5, 2], "float16"), keys, n: 2, empty: np.zeros([0, 2]) }, "js");
      expect(webgpuDevice().counters.maps).toBe(maps + 1);
      expect([moved.x, moved.half, moved.keys, moved.n, moved.empty].map((y) => [y.device, y.shape, y.dtype])).toEqual([
        ["js:0", [2, 2], "bool"], ["js:0", [2], "float16"], ["js:0", [3], "key<fry>"], ["js:0", [], "float32"], ["js:0", [0, 2], "float32"],
      ]);
      expect([moved.x.toArraySync(), moved.half.toArraySync()]).toEqual([[[true, false], [true, true]], [1.5, 2]]);
      expect(random.keyData(moved.keys).toArraySync()).toEqual(await random.keyData(keys).toArray());
      const back = await devicePutAsync(moved.x, "webgpu");
      expect([back.device, await back.toArray()]).toEqual(["webgpu:0", [[true, false], [true, true]]]);
      expect(await devicePutAsync(back)).toMatchObject({ device: "webgpu:0" });
      expect(() => devicePutAsync({ a: ["two"] } as never, "js")).toThrow(/LW3001[^]*x\.a\[0\]/);
      expect(() => devicePutAsync(x, "webgpu:7")).toThrow("LW3014");
      x.dispose();
      expect(() => devicePut(x, "js")).toThrow("LW3");
      await expect(devicePutAsync(x, "js")).rejects.toThrow("dispose()");
    });

    it("nothing that the option device may ask for", async () => {
      defaultDevice("js");
      const made = [
        np.array([1, 2], { device: "webgpu" }), np.zeros([2], { device: "webgpu" }), np.full([2], 3, { device: "webgpu" }), np.arange(2, { device: "webgpu" }),
        np.eye(1, { device: "webgpu:0" }), np.linspace(0, 1, 2, { device: "webgpu" }), np.onesLike(np.ones([2]), { device: "webgpu" }),
        np.asarray(np.ones([2]), { device: "webgpu" }),
      ];
      expect(np.array([1]).device).toBe("js:0");
      defaultDevice("webgpu");
      expect(made.map((x) => x.device)).toEqual(made.map(() => "webgpu:0"));
      expect(await get(made)).toEqual([[1, 2], [0, 0], [3, 3], [0, 1], [[1]], [0, 1], [1, 1], [1, 1]]);
      expect(np.zeros([2], { device: "js" }).toArraySync()).toEqual([0, 0]);
    });

    it("float64, in arrays and inside programs", () => {
      config.with({ enableX64: true }, () => {
        expect(codeOf(() => np.array([1], "float64"))).toBe("LW2009");
        expect(codeOf(() => jit((v: NDArray) => v.astype("float64").add(1))(np.ones([2])))).toBe("LW1702");
      });
    });

    it("operands of several devices", () => {
      const onJs = devicePut(new Float32Array([1, 2]), "js");
      const onGpu = np.array([1, 2]);
      expect(codeOf(() => onJs.add(onGpu))).toBe("LW3013");
      const f = jit((a: NDArray, b: NDArray) => a.add(b));
      f(onJs, onJs);
      expect(codeOf(() => f(onGpu, onJs))).toBe("LW3013");
      expect(codeOf(() => jit((a: NDArray) => a.add(onGpu))(onJs))).toBe("LW3013");
    });

    it("NaN where debugNans asks for it, when what came of it is read", async () => {
      const zero = np.array([0, 1]);
      const eager = config.with({ debugNans: true }, () => zero.div(zero).add(1));
      await expect(eager.data()).rejects.toThrow(/\[LW3016\] div[^]*result 0[^]*webgpu-device\.test\.ts/);
      await expect(eager.sum().blockUntilReady()).rejects.toThrow(/\[LW3016\] div/);
      const jitted = config.with({ debugNans: true }, () => jit((v: NDArray) => np.log(v.sub(5)))(zero));
      await expect(jitted.sum().data()).rejects.toThrow(/\[LW3016\] log/);
      expect(await zero.toArray()).toEqual([0, 1]);
      expect(await config.with({ debugNans: true }, () => zero.add(1)).toArray()).toEqual([1, 2]);
    });

    it("options that fit no device", async () => {
      await expect(init({ webgpu: { limits: { maxBuffer: 4 } } } as never)).rejects.toThrow("maxBuffer");
      await expect(init({ webgpu: { limits: { maxBuffers: 0.5 } } })).rejects.toThrow("limits.maxBuffers");
      await expect(init({ webgpu: { memoryBudget: "1 GB" } } as never)).rejects.toThrow("memoryBudget");
      await expect(init({ webgpu: { device: {} } } as never)).rejects.toThrow("a GPUDevice");
      await expect(init({ webgpu: "yes" } as never)).rejects.toThrow("init");
      await expect(init({ webgpu: { limits: { maxBuffers: 5 } } })).rejects.toThrow(/webgpu:0 was opened with[^]*maxBuffers 5/);
    });

    it("devices that were not opened", async () => {
      expect(codeOf(() => defaultDevice("webgpu:5"))).toBe("LW3014");
      await expect(init({ webgpu: { devices: 0 } })).rejects.toThrow("webgpu.devices");
      await expect(init({ webgpu: { power: 1 } } as never)).rejects.toThrow("power");
    });
  });

  it("takes another budget from a later init", async () => {
    const budget = (): number | null | undefined => memory().find(({ device }) => device === "webgpu:0")?.budgetBytes;
    await init({ webgpu: { memoryBudget: 2 ** 20 } });
    expect(budget()).toBe(2 ** 20);
    expect(codeOf(() => np.zeros([2 ** 20]))).toBe("LW2007");
    await init({ webgpu: { memoryBudget: 2 ** 32 } });
    await init({ webgpu: true });
    expect(budget()).toBe(2 ** 32);
    expect(await np.zeros([2 ** 20]).sum().item()).toBe(0);
  });

  it("takes the arguments of a function whose jit names it", async () => {
    const f = jit((a: NDArray) => a.add(1), { device: "webgpu" });
    const g = jit((a: NDArray) => a.add(2), { device: "js" });
    const onJs = devicePut(new Float32Array([1, 2]), "js");
    const result = f(onJs);
    expect([result.device, await result.toArray()]).toEqual(["webgpu:0", [2, 3]]);
    expect(g(onJs).toArraySync()).toEqual([3, 4]);
    const either = jit((a: NDArray) => a.mul(3));
    expect(either(onJs).toArraySync()).toEqual([3, 6]);
    expect(await either(result).toArray()).toEqual([6, 9]);
    expect(either(onJs).toArraySync()).toEqual([3, 6]);
  });

  it("writes results into the memory of donated arguments", async () => {
    const f = jit((v: NDArray) => np.sin(v).add(1), { donateArgnums: 0 });
    let x = np.zeros([1000]);
    const buffer = x.gpuBuffer();
    const { arrayBytes } = webgpuDevice().memory();
    for (let step = 0; step < 3; step++) x = f(x);
    expect(x.gpuBuffer()).toBe(buffer);
    expect(webgpuDevice().memory().arrayBytes).toBe(arrayBytes);
    const exact = Math.sin(Math.sin(1) + 1) + 1;
    expect((await x.data())[999]).toBeCloseTo(exact, 5);
  });

  it("compiles ahead of the first call", async () => {
    const f = jit((v: NDArray) => np.tanh(v).sum(1).add(0.125));
    await f.compile("f32[5,7]");
    const { pipelines } = webgpuDevice().counters;
    expect(await f(np.zeros([5, 7])).toArray()).toEqual([0.125, 0.125, 0.125, 0.125, 0.125]);
    expect(webgpuDevice().counters.pipelines).toBe(pipelines);
  });
});

/** What `run` gives with js as the default device. */
function onJsDevice<Result>(run: () => Result): Result {
  defaultDevice("js");
  try {
    return run();
  } finally {
    defaultDevice("webgpu");
  }
}
