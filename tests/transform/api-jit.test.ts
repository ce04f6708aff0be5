/** @file jit through the public API: what is traced again and what is not, static and donated arguments, ahead of time. */
import { clearCaches, config, jit, makeJaxpr, numpy as np, vmap, type Jitted, type JitOptions, type NDArray } from "lanewise";
import { afterEach, describe, expect, it, vi } from "vitest";

const nested = (x: NDArray): unknown => x.toArraySync();

/** A jitted function and how often its JavaScript ran. */
function counted<F extends (...args: never[]) => unknown>(f: F, options?: JitOptions<F>): { readonly jitted: Jitted<F>; readonly traces: { count: number } } {
  const traces = { count: 0 };
  const wrapped = ((...args: never[]) => {
    traces.count++;
    return f(...args);
  }) as unknown as F;
  return { jitted: jit(wrapped, options) as Jitted<F>, traces };
}

describe("a jitted function", () => {
  it("computes, and keeps trees", () => {
    const f = jit((p: { w: NDArray; b: readonly NDArray[] }, x: NDArray) => ({ y: p.w.mul(x).add(p.b[0] ?? 0), none: null }));
    for (let round = 0; round < 3; round++) {
      const result = f({ w: np.array([1, 2]), b: [np.array(10)] }, np.array([3, round]));
      expect(nested(result.y)).toEqual([13, 10 + 2 * round]);
      expect(result.none).toBeNull();
    }
  });

  it("takes every kind of leaf", () => {
    const f = jit((x: NDArray) => x);
    expect(f(3).dtype).toBe("float32");
    expect(f(3n).dtype).toBe("int32");
    expect(f(true).dtype).toBe("bool");
    expect(f(new Int32Array([1, 2])).dtype).toBe("int32");
    expect(nested(f(new Float32Array([1, 2])))).toEqual([1, 2]);
    expect(f(4).itemSync()).toBe(4);
    expect(f(5n).itemSync()).toBe(5);
    expect(f(false).itemSync()).toBe(false);
    expect(nested(f(new Float32Array([3, 4])))).toEqual([3, 4]);
  });

  it("keeps the weakness of a number's type", () => {
    const f = jit((x: NDArray) => x);
    expect(f(2).add(np.array([1, 2], "float16")).dtype).toBe("float16");
    expect(f(np.array(2, "float32")).add(np.array([1, 2], "float16")).dtype).toBe("float32");
    expect(f(np.array(2)).add(np.array([1, 2], "float16")).dtype).toBe("float16");
  });

  it("bakes closed-over scalars in and passes closed-over arrays along", () => {
    const big = np.array([1, 2, 3]);
    const f = jit((x: NDArray) => x.mul(big).add(np.array(2)));
    expect(nested(f(2))).toEqual([4, 6, 8]);
    expect(nested(f(3))).toEqual([5, 8, 11]);
    expect(String(f.lower(2).jaxpr)).toMatch(/lambda a:f32\[3\] ?; b:f32\[\]/);
  });

  it("may be called in other jitted functions, and is a call there", () => {
    const inner = jit(function inner(x: NDArray) { return x.mul(2); });
    expect(jit((x: NDArray) => inner(x).add(inner(x)))(3).itemSync()).toBe(12);
    expect(String(makeJaxpr((x) => inner(x))("f32[]"))).toContain("name=inner");
    const inlined = jit(function inlined(x: NDArray) { return x.mul(2); }, { inline: true });
    expect(String(makeJaxpr((x) => inlined(x))("f32[]"))).not.toContain("jit");
  });

  it("closes over values that are being traced", () => {
    const outer = (x: NDArray): NDArray => jit((y: NDArray) => y.mul(x))(np.array([1, 2, 3])).sum();
    expect(nested(vmap(outer)(np.array([1, 10])))).toEqual([6, 60]);
    expect(jit(outer)(2).itemSync()).toBe(12);
    expect(jit(outer)(3).itemSync()).toBe(18);
  });

  it("is traced again where it closed over a value of a trace that has ended", () => {
    let captured: NDArray | number = 1;
    const inner = jit((y: NDArray) => y.mul(captured));
    const outer = (x: NDArray): NDArray => {
      captured = x;
      return inner(np.array([1, 2, 3])).sum();
    };
    expect(nested(vmap(outer)(np.array([1, 10])))).toEqual([6, 60]);
    expect(nested(vmap(outer)(np.array([2, 20])))).toEqual([12, 120]);
  });

  it("stays a call in a trace when its arguments are concrete", () => {
    const f = jit(function inner(x: NDArray) { return x.mul(2); });
    const x = np.array([1, 2]);
    f(x);
    expect(String(makeJaxpr((y) => y.add(f(x)))("f32[2]"))).toContain("name=inner");
  });

  it("keeps name and length", () => {
    const f = jit(function loss(x: NDArray, y: NDArray) { return x.add(y); });
    expect([f.name, f.length]).toEqual(["loss", 2]);
  });

  it("gives an argument back that it returns as it is", () => {
    const x = np.array([1, 2]);
    const y = jit((z: NDArray) => z)(x);
    x.dispose();
    expect(nested(y)).toEqual([1, 2]);
  });
});

describe("tracing happens once", () => {
  it("for each shape, dtype, weak type and tree structure", () => {
    const { jitted, traces } = counted((x: unknown) => x as NDArray);
    // A JS number and the 0-d array of one have one type.
    const calls: unknown[] = [np.ones([3]), np.ones([4]), np.ones([3], "int32"), 1, np.array(1, "float32"), np.array(1), [np.ones([3])], { a: np.ones([3]) }, { b: np.ones([3]) }, 1n, true];
    for (const argument of calls) jitted(argument);
    expect(traces.count).toBe(calls.length - 1);
    for (const argument of [...calls].reverse()) jitted(argument);
    expect(traces.count).toBe(calls.length - 1);
    expect(jitted.cacheSize).toBe(calls.length - 1);
  });

  it("whatever the order of an object's keys", () => {
    const { jitted, traces } = counted((p: { a: NDArray; b: NDArray }) => p.a.sub(p.b));
    expect(jitted({ a: 3, b: 1 }).itemSync()).toBe(2);
    expect(jitted({ b: 1, a: 3 }).itemSync()).toBe(2);
    expect(traces.count).toBe(1);
  });

  it("and a member that is undefined is not one that is missing", () => {
    const { jitted } = counted((p: { a?: NDArray; b?: NDArray }) => p.b ?? np.array(7));
    expect(jitted({ a: undefined }).itemSync()).toBe(7);
    expect(jitted({ b: 3 }).itemSync()).toBe(3);
  });

  it("for numbers of any value", () => {
    const { jitted, traces } = counted((x: NDArray) => x.add(1));
    for (const value of [0, -0, NaN, Infinity, -Infinity, 3.5]) expect(jitted(value).itemSync()).toEqual(value + 1);
    expect(traces.count).toBe(1);
  });

  it("for equal wrappers of one function", () => {
    let runs = 0;
    const f = (x: NDArray): NDArray => {
      runs++;
      return x.add(1);
    };
    for (let round = 0; round < 5; round++) jit(f)(round);
    expect(runs).toBe(1);
    jit(f, { inline: true })(1);
    expect(runs).toBe(2);
  });

  it("until a cache is cleared", () => {
    const { jitted, traces } = counted((x: NDArray) => x.add(1));
    jitted(1);
    jitted.clearCache();
    expect(jitted.cacheSize).toBe(0);
    jitted(1);
    expect(traces.count).toBe(2);
    clearCaches();
    jitted(1);
    expect(traces.count).toBe(3);
  });

  it("again under other options", () => {
    const { jitted, traces } = counted((x: NDArray) => x.add(1));
    jitted(1);
    config.with({ enableX64: true }, () => jitted(1));
    expect(traces.count).toBe(2);
    jitted(1);
    config.with({ enableX64: true }, () => jitted(1));
    expect(traces.count).toBe(2);
  });
});

describe("static arguments", () => {
  it("are compiled in, by value", () => {
    const { jitted, traces } = counted((x: NDArray, n: number) => {
      let result = x;
      for (let round = 0; round < n; round++) result = result.mul(x);
      return result;
    }, { staticArgnums: 1 });
    expect(jitted(2, 1).itemSync()).toBe(4);
    expect(jitted(2, 3).itemSync()).toBe(16);
    expect(jitted(3, 1).itemSync()).toBe(9);
    expect(traces.count).toBe(2);
  });

  it("tell NaN, infinities and zeros apart", () => {
    const { jitted, traces } = counted((x: NDArray, limit: number) => x.add(Object.is(limit, -0) ? 10 : limit === Infinity ? 20 : limit === -Infinity ? 30 : 40), { staticArgnums: -1 });
    expect([0, -0, Infinity, -Infinity, NaN, NaN].map((limit) => jitted(0, limit).itemSync())).toEqual([40, 10, 20, 30, 40, 40]);
    expect(traces.count).toBe(5);
  });

  it("go by identity for functions and objects", () => {
    const { jitted, traces } = counted((x: NDArray, f: (y: NDArray) => NDArray, scale: { by: number }) => f(x).mul(scale.by), { staticArgnums: [1, 2] });
    const double = (y: NDArray): NDArray => y.mul(2);
    const triple = (y: NDArray): NDArray => y.mul(3);
    const scale = { by: 10 };
    expect(jitted(1, double, scale).itemSync()).toBe(20);
    expect(jitted(1, triple, scale).itemSync()).toBe(30);
    expect(jitted(1, double, scale).itemSync()).toBe(20);
    expect(jitted(1, double, { by: 100 }).itemSync()).toBe(200);
    expect(traces.count).toBe(3);
  });

  it("may be named", () => {
    const f = jit((x: NDArray, mode: string) => (mode === "double" ? x.mul(2) : x), { staticArgnames: ["mode"] });
    expect([f(3, "double").itemSync(), f(3, "same").itemSync()]).toEqual([6, 3]);
  });

  it("may be absent", () => {
    const f = jit((x: NDArray, n?: number) => x.mul(n ?? 5), { staticArgnums: 1 });
    expect([f(1).itemSync(), f(1, 2).itemSync(), f(1).itemSync()]).toEqual([5, 2, 5]);
  });
});

describe("donated arguments", () => {
  it("are gone after the call, and only they", () => {
    const f = jit((x: NDArray, y: NDArray) => x.add(y), { donateArgnums: 0 });
    const y = np.array([10, 20]);
    for (let round = 0; round < 2; round++) {
      const x = np.array([1, 2]);
      expect(nested(f(x, y))).toEqual([11, 22]);
      expect(() => x.toArraySync()).toThrow(/donated/);
      expect(x.toString()).toContain("donated");
    }
  });

  it("live on in a result that is the argument itself", () => {
    const x = np.array([1, 2]);
    const y = jit((z: NDArray) => z, { donateArgnums: 0 })(x);
    expect(nested(y)).toEqual([1, 2]);
  });

  it("may be trees and numbers, and stay under another transform", () => {
    const f = jit((p: { a: NDArray; n: NDArray }) => p.a.mul(p.n), { donateArgnums: [0] });
    const a = np.array([1, 2]);
    expect(nested(f({ a, n: 3 }))).toEqual([3, 6]);
    expect(() => a.add(1)).toThrow(/donated/);
    const kept = np.array([1, 2]);
    vmap(f)({ a: kept, n: kept });
    expect(nested(kept)).toEqual([1, 2]);
  });
});

describe("ahead of time", () => {
  it("lowers for arrays and specs, and shows every stage", () => {
    const lowered = jit((x: NDArray, y: NDArray) => x.mul(y).sum()).lower("f32[3]", { shape: [3], dtype: "float32" });
    expect(String(lowered.jaxpr)).toBe("{ lambda ; a:f32[3] b:f32[3]. let\n    c:f32[3] = mul a b\n    d:f32[] = reduce_sum[axes=(0,) out_sharding=None] c\n  in (d,) }");
    expect(lowered.text()).toBe(String(lowered.jaxpr));
    expect(lowered.text("js")).toMatch(/^function /);
    expect(lowered.text("all")).toMatch(/--- fusion ---[^]*--- memory ---/);
    expect(lowered.compile()(np.array([1, 2, 3]), np.array([1, 1, 2])).itemSync()).toBe(9);
  });

  it("counts what a function costs", () => {
    const edges = 4 * (8 * 16 + 16 * 4 + 8 * 4);
    expect(jit((x: NDArray, y: NDArray) => x.dot(y)).lower("f32[8,16]", "f32[16,4]").cost()).toEqual({
      flops: 2 * 8 * 16 * 4, bytes: edges, kernels: 1, dispatches: 1, bytesRead: 4 * (8 * 16 + 16 * 4), bytesWritten: 4 * 8 * 4, peakBytes: edges,
      launches: [{ name: "dot_general", bytes: edges, flops: 2 * 8 * 16 * 4 }],
    });
    // Both sums of a value that is itself no result: the exponentials lie in memory in between.
    const sums = jit((x: NDArray) => { const y = np.exp(x); return [y.sum(0), y.sum(1)]; }).lower("f32[8,16]").cost();
    expect(sums).toMatchObject({ dispatches: 2, bytesRead: 4 * 2 * 8 * 16, bytesWritten: 4 * (8 * 16 + 8 + 16), peakBytes: 4 * (2 * 8 * 16 + 8 + 16) });
  });

  it("compiles before the first call", async () => {
    const { jitted, traces } = counted((x: NDArray) => x.add(1));
    await jitted.compile("f32[2]");
    expect(traces.count).toBe(1);
    expect(nested(jitted(np.array([1, 2])))).toEqual([2, 3]);
    expect(traces.count).toBe(1);
    await expect(jitted.compile("f33[2]" as "f32[2]")).rejects.toThrow(/f33/);
  });

  it("keeps static arguments apart", () => {
    const f = jit((x: NDArray, n: number) => x.mul(n), { staticArgnums: 1 });
    const compiled = f.lower("f32[2]", 3).compile();
    expect(nested(compiled(np.array([1, 2]), 3))).toEqual([3, 6]);
    expect(() => compiled(np.array([1, 2]), 4)).toThrow(/LW3122/);
  });
});

describe("options", () => {
  it("disableJit runs the function as it is", () => {
    const { jitted, traces } = counted((x: NDArray) => x.add(1));
    config.with({ disableJit: true }, () => {
      expect(jitted(1).itemSync()).toBe(2);
      expect(jitted(2).itemSync()).toBe(3);
    });
    expect(traces.count).toBe(2);
  });

  it("debugNans names the operation that gave the first NaN", () => {
    const f = jit((x: NDArray) => np.log(x).mul(2));
    expect(() => config.with({ debugNans: true }, () => f(-1))).toThrow(/log/);
    expect(f(-1).itemSync()).toBeNaN();
  });
});

describe("many traces of one function", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  afterEach(() => warn.mockClear());

  it("are warned about once, with what changed", () => {
    const f = jit(function grows(x: NDArray, rows: NDArray) { return x.add(rows.sum()); });
    for (let size = 1; size <= 40; size++) f(1, np.ones([size]));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/grows.*32 times.*rows changed from f32\[31\] to f32\[32\]/);
  });
});
