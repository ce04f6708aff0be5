/** @file Eager joins and splits move runs of elements: no program is compiled for each number of pieces, and all dtypes survive. */
import { at } from "@lanewise/compiler/base/assert";
import { clearCaches, config, jit, lax, memory, numpy as np, random, type DType, type NDArray } from "lanewise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

beforeEach(clearCaches);
afterEach(() => config.set({ debugNans: false }));

const dtypes: readonly DType[] = ["float32", "int32", "uint8", "bool", "float16", "int16"];
const filled = (shape: readonly number[], start: number, dtype: DType): NDArray => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return np.arange(start, start + size).mod(101).astype(dtype).reshape([...shape]);
};
const programs = (): number => at(memory(), 0).programs;

/** The same call compiled, which never moves runs. */
function agrees(call: (...xs: NDArray[]) => NDArray | readonly NDArray[], operands: readonly NDArray[]): void {
  const list = (results: NDArray | readonly NDArray[]): readonly NDArray[] => (Array.isArray(results) ? (results as readonly NDArray[]) : [results as NDArray]);
  const eager = list(call(...operands));
  const compiled = list(jit((...xs: NDArray[]) => list(call(...xs)) as NDArray[])(...operands));
  expect(eager.length).toBeGreaterThan(0);
  expect(eager.map((x) => [x.shape, x.dtype, x.toArraySync()]), String(call)).toEqual(compiled.map((x) => [x.shape, x.dtype, x.toArraySync()]));
}

describe("joins and splits", () => {
  it("give what compiled ones give, along every axis, for short and long runs", () => {
    for (const shape of [[3, 4], [2, 40], [70, 3]]) {
      const operands = [0, 7, 50].map((start) => filled(shape, start, "float32"));
      agrees((...xs) => [...[0, 1].map((axis) => np.concatenate(xs, axis)), ...[0, 1, 2].map((axis) => np.stack(xs, axis))], operands);
      agrees((x) => (x === undefined ? [] : [0, 1].flatMap((axis) => [...np.split(x, [1], axis), ...np.split(x, [1, 1, 2], axis)])), operands.slice(0, 1));
      agrees((x) => (x === undefined ? [] : np.unstack(x, { axis: 0 }).slice(1, 3)), operands.slice(0, 1));
    }
  });

  it("keep every dtype", () => {
    for (const dtype of dtypes) {
      const [a, b] = [filled([3, 2], 0, dtype), filled([3, 2], 5, dtype)];
      const rows = [a, b].map((x) => x.toArraySync() as unknown[][]);
      expect(np.concatenate([a, b], 1).toArraySync()).toEqual(rows[0]?.map((row, index) => [...row, ...rows[1]?.[index] ?? []]));
      expect(np.concatenate([a, b], 1).dtype).toBe(dtype);
      expect(np.stack([a, b]).toArraySync()).toEqual(rows);
    }
  });

  it("of unequal, empty and 0-d pieces, and of numbers", () => {
    const [a, b, none] = [filled([2, 3], 0, "float32"), filled([2, 9], 9, "float32"), np.zeros([2, 0])];
    agrees((x, y, z) => np.concatenate([y, z, x, z].flatMap((v) => v ?? []), 1), [a, b, none]);
    expect(np.concatenate([none, none], 1).shape).toEqual([2, 0]);
    expect(np.stack([none, none]).shape).toEqual([2, 2, 0]);
    expect(np.stack([a.get(0, 1), 7, a.sum()]).toArraySync()).toEqual([1, 7, 15]);
    expect(np.array([[a.get(0, 1), 2], [3, a.get(1, 2)]]).toArraySync()).toEqual([[1, 2], [3, 5]]);
    expect(np.arraySplit(filled([5], 0, "int32"), 3).map((x) => x.toArraySync())).toEqual([[0, 1], [2, 3], [4]]);
    expect(() => np.stack([a, b])).toThrow(/LW3005/);
    expect(() => lax.concatenate([a, np.zeros([3, 3])], 1)).toThrow(/concatenate/);
    expect(() => np.split(a, 4, 1)).toThrow(/divides/);
  });

  it("of random keys", () => {
    const keys = random.split(random.key(3), 3);
    const joined = np.concatenate([keys.get(np.slice(1, 3)), keys.get(np.slice(0, 1))]);
    const words = random.keyData(keys).toArraySync() as unknown[];
    expect(random.keyData(joined).toArraySync()).toEqual([words[1], words[2], words[0]]);
  });

  it("share no memory with the pieces", () => {
    const x = filled([1, 40], 0, "float32");
    const joined = np.concatenate([x, x]);
    const [left] = np.split(joined, 2);
    x.dispose();
    np.zeros([1, 40]).add(5);
    joined.dispose();
    np.zeros([2, 40]).add(5);
    expect(left?.get(0, 3).itemSync()).toBe(3);
  });

  it("still find NaN where it is asked for", () => {
    const x = np.array([1, NaN]);
    config.set({ debugNans: true });
    expect(() => np.concatenate([x, x])).toThrow(/NaN/);
  });

  it("compile nothing, however many pieces of whatever shape", () => {
    const rows = Array.from({ length: 64 }, (_, index) => filled([4], index, "float32"));
    const square = filled([24, 24], 0, "float32");
    const before = programs();
    for (let count = 1; count <= rows.length; count++) {
      const some = rows.slice(0, count);
      expect(np.stack(some).shape).toEqual([count, 4]);
      expect(np.concatenate(some).shape).toEqual([4 * count]);
      expect(np.stack(some, 1).shape).toEqual([4, count]);
      expect(np.arraySplit(square, 1 + (count % 24), count % 2)).toHaveLength(1 + (count % 24));
    }
    expect(programs()).toBe(before);
  });
});
