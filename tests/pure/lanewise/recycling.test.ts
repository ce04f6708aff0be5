/** @file The memory of disposed arrays on js: later results get it, and nothing that anybody still sees is among it. */
import { at } from "@lanewise/compiler/base/assert";
import { JsDevice } from "@lanewise/runtime";
import { ArrayPool } from "@lanewise/runtime/js/pool";
import { clearCaches, grad, jit, linearize, memory, numpy as np, vjp, type NDArray } from "lanewise";
import { beforeEach, describe, expect, it } from "vitest";

const length = 100;
const ramp = (start: number): NDArray => np.array(Float32Array.from({ length }, (_, index) => start + index));
const first = (x: NDArray): number => x.get(0).itemSync();
const pooled = (): number => at(memory(), 0).pooledBytes;

/** Fills every array of the size that waits to be used again, by computing results in them. */
function overwrite(): void {
  for (let count = 0; count < 8; count++) np.full([length], 0).sub(1);
}

beforeEach(clearCaches);

describe("the memory of a disposed array", () => {
  it("is the next result's, eager and compiled, whatever their dtypes", () => {
    const [x, i] = [ramp(0), np.array(new Int32Array(length))];
    const f = jit((y: NDArray) => y.mul(2));
    for (const make of [() => x.add(1), () => f(x), () => x.copy(), () => i.add(1)]) {
      make().dispose();
      expect(pooled()).toBe(4 * length);
      make();
      expect(pooled(), String(make)).toBe(0);
    }
    x.add(1).dispose();
    expect(i.add(5).toArraySync()).toEqual(new Array(length).fill(5));
    expect(pooled()).toBe(0);
  });

  it("serves a loop that disposes what it replaces", () => {
    const step = jit((x: NDArray) => x.mul(0.5).add(1));
    let x = ramp(0);
    for (let count = 0; count < 50; count++) {
      const next = count % 2 === 0 ? step(x) : x.sub(1);
      x.dispose();
      x = next;
    }
    expect(pooled()).toBe(4 * length);
    expect(first(x)).toBeCloseTo(0, 5);
  });

  it("is a donated argument's, too, where no result lies in it", () => {
    const norm = jit((x: NDArray) => x.mul(x).sum(), { donateArgnums: 0 });
    norm(ramp(0));
    expect(pooled()).toBe(4 * length);
    const scaled = jit((x: NDArray) => x.mul(2), { donateArgnums: 0 });
    clearCaches();
    const result = scaled(ramp(1));
    expect(pooled()).toBe(0);
    overwrite();
    expect(first(result)).toBe(2);
  });

  it("is let go by clearCaches, and is not kept for tiny arrays", () => {
    ramp(0).dispose();
    expect(pooled()).toBe(4 * length);
    clearCaches();
    expect(pooled()).toBe(0);
    np.ones([4]).dispose();
    np.ones([]).dispose();
    np.ones([0]).dispose();
    expect(pooled()).toBe(0);
  });

  it("is kept once, however often dispose is called", () => {
    const x = ramp(0);
    x.dispose();
    x.dispose();
    expect(pooled()).toBe(4 * length);
    const [y, z] = [np.ones([length]).add(1), np.ones([length]).add(2)];
    expect([first(y), first(z)]).toEqual([2, 3]);
  });
});

describe("memory that somebody sees stays", () => {
  it("of arrays that share it", () => {
    const x = ramp(1);
    const others = [x.reshape([10, 10]).ravel(), x.astype("float32"), x.transpose(), jit((y: NDArray) => y)(x), ...jit((y: NDArray) => [y, y.add(0)])(x)];
    x.dispose();
    expect(pooled()).toBe(0);
    overwrite();
    expect(others.map(first)).toEqual(others.map(() => 1));
  });

  it("of two results that are one", () => {
    const [a, b] = jit((x: NDArray) => { const y = x.add(1); return [y, y] as const; })(ramp(0));
    a.dispose();
    overwrite();
    expect(first(b)).toBe(1);
  });

  it("that users have read or given", () => {
    const given = Float32Array.from({ length }, () => 7);
    const x = np.array(given);
    const y = np.asarray(given);
    const read = x.add(1).dataSync();
    const z = x.add(2);
    const promised = z.data();
    for (const array of [x, y, z]) array.dispose();
    overwrite();
    expect([at(given, 0), at(read, 0)]).toEqual([7, 8]);
    return expect(promised.then((data) => at(data, 0))).resolves.toBe(9);
  });

  it("of a row, and of the array whose row it is", () => {
    const x = np.stack([ramp(1), ramp(2)]);
    const row = x.get(1);
    x.get(0).dispose();
    overwrite();
    expect([first(row), x.get(0, 0).itemSync()]).toEqual([2, 1]);
    x.dispose();
    overwrite();
    expect(first(row)).toBe(2);
  });

  it("of residuals, and a disposed one throws", () => {
    const f = (x: NDArray): NDArray => x.mul(x).mul(3);
    const x = ramp(1);
    const [y, pull] = vjp(f, [x]);
    const [, push] = linearize(f, [x]);
    y.dispose();
    overwrite();
    expect(first(at(pull(np.ones([length])), 0))).toBe(6);
    expect(first(push(np.ones([length])))).toBe(6);
    expect(first(grad((z: NDArray) => f(z).sum())(x))).toBe(6);
    x.dispose();
    overwrite();
    expect(() => x.add(1)).toThrow(/disposed|dispose\(\)/);
    expect(() => jit((z: NDArray) => z.mul(x))(ramp(0))).toThrow(/dispose\(\)/);
  });
});

describe("the pool of a js device", () => {
  const device = (): JsDevice => new JsDevice();

  it("takes no part of a larger buffer", () => {
    const js = device();
    const whole = new Float32Array(2 * length);
    js.free(whole.subarray(0, length));
    expect(js.memory().pooledBytes).toBe(0);
  });

  it("keeps within its budget, the sizes first that were used last", () => {
    const js = device();
    for (let size = 1; size <= 40; size++) js.free(new Float32Array((size << 18) + (1 << 20)));
    expect(js.memory().pooledBytes).toBeLessThanOrEqual(128 << 20);
    expect(js.memory().pooledBytes).toBeGreaterThan(64 << 20);
    js.free(new Uint8Array((128 << 20) + 1));
    expect(js.memory().pooledBytes).toBeLessThanOrEqual(128 << 20);
    const before = js.memory().pooledBytes;
    js.copyRange(new Float32Array(41 << 18), "float32", 0, (40 << 18) + (1 << 20));
    expect(js.memory().pooledBytes).toBe(before - 4 * ((40 << 18) + (1 << 20)));
  });

  it("keeps only so many small arrays", () => {
    const js = device();
    for (let count = 0; count < 1000; count++) js.free(new Float32Array(32));
    expect(js.memory().pooledBytes).toBe(256 * 128);
  });

  it("ages: what was not needed between two collections of garbage is let go", () => {
    const pool = new ArrayPool();
    for (let count = 0; count < 3; count++) pool.give(new Float32Array(length));
    pool.give(new Float64Array(length));
    pool.age();
    expect(pool.bytes).toBe(20 * length);
    pool.give(pool.take(Float32Array, length));
    pool.age();
    expect(pool.bytes).toBe(4 * length);
    pool.age();
    expect(pool.bytes).toBe(0);
    expect(pool.take(Float32Array, length)).toHaveLength(length);
  });
});
