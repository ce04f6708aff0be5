/** @file What an array does in JavaScript: members, indexing, iteration, reading, conversions, memory. */
import { NDArray, numpy as np } from "lanewise";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { messageOf } from "../../support/failures.ts";

const matrix = np.array([[1, 2, 3], [4, 5, 6]]);
const scalar = np.float32(2.5);

describe("members", () => {
  it("tell shape and type", () => {
    expect([matrix.shape, matrix.ndim, matrix.size, matrix.dtype, matrix.nbytes, matrix.length]).toEqual([[2, 3], 2, 6, "float32", 24, 2]);
    expect(matrix.device).toBe("js:0");
    expect(matrix.T.shape).toEqual([3, 2]);
    expect(scalar.ndim).toBe(0);
  });

  it("refuse the length of a 0-d array", () => {
    expect(messageOf(() => scalar.length)).toContain("[LW3017] length");
  });

  it("belong to one class", () => {
    expect((matrix as unknown) instanceof NDArray).toBe(true);
    expect(([1, 2] as unknown) instanceof NDArray).toBe(false);
    expect(np.isArray(matrix)).toBe(true);
    expect(np.isArray([1])).toBe(false);
    expect([np.shape(matrix), np.ndim(matrix), np.size(matrix), np.shape([[1], [2]])]).toEqual([[2, 3], 2, 6, [2, 1]]);
  });

  it("are chained", () => {
    expect(matrix.mul(2).add(1).sum(0).toArraySync()).toEqual([12, 16, 20]);
    expect(matrix.sub(matrix.mean(0)).pow(2).sum().itemSync()).toBe(13.5);
    expect(matrix.reshape(3, 2).transpose(1, 0).toArraySync()).toEqual([[1, 3, 5], [2, 4, 6]]);
    expect(matrix.reshape([3, -1]).toArraySync()).toEqual([[1, 2], [3, 4], [5, 6]]);
    expect(matrix.max(1).toArraySync()).toEqual([3, 6]);
    expect(matrix.min().itemSync()).toBe(1);
    expect(matrix.clip(2, 5).toArraySync()).toEqual([[2, 2, 3], [4, 5, 5]]);
    expect(matrix.greater(3).toArraySync()).toEqual([[false, false, false], [true, true, true]]);
    expect(matrix.astype("int32").div(2).dtype).toBe("float32");
    expect(np.array([[[1]]]).squeeze([0, 1]).shape).toEqual([1]);
    expect(matrix.neg().flatten().toArraySync()).toEqual([-1, -2, -3, -4, -5, -6]);
  });
});

describe("indexing", () => {
  it("reads rows, elements and slices", () => {
    expect(matrix[0]?.toArraySync()).toEqual([1, 2, 3]);
    expect(matrix[-1]?.toArraySync()).toEqual([4, 5, 6]);
    expect(matrix.get(1, 2).itemSync()).toBe(6);
    expect(matrix.get(1n).toArraySync()).toEqual([4, 5, 6]);
    expect(matrix.get("...", 0).toArraySync()).toEqual([1, 4]);
    expect(matrix.get(np.slice(null), np.slice(1, null)).toArraySync()).toEqual([[2, 3], [5, 6]]);
    expect(matrix.get(np.slice(null), np.slice(null, null, 2)).toArraySync()).toEqual([[1, 3], [4, 6]]);
    expect(matrix.get(np.slice(-1), null).toArraySync()).toEqual([[[4, 5, 6]]]);
    expect(matrix.get(np.slice(null, -1)).toArraySync()).toEqual([[1, 2, 3]]);
    expect(matrix.get(np.slice(5, 9)).shape).toEqual([0, 3]);
    expect(matrix.at(1).get().toArraySync()).toEqual([4, 5, 6]);
    expect(matrix.get().toArraySync()).toEqual([[1, 2, 3], [4, 5, 6]]);
  });

  it("refuses what is out of range or no index", () => {
    expect(messageOf(() => matrix[2])).toContain("[LW3008]");
    expect(messageOf(() => matrix.get(0, -4))).toContain("index for axis 1");
    expect(messageOf(() => matrix.get(0, 0, 0))).toContain("3 indices");
    expect(messageOf(() => matrix.get("...", "..."))).toContain("twice");
    expect(messageOf(() => matrix.get(0.5))).toContain("0.5");
    expect(messageOf(() => matrix.get("0" as "..."))).toContain("[LW3008]");
    expect(messageOf(() => matrix.get(np.slice(null, null, 0)))).toContain("step");
    expect(messageOf(() => scalar[0])).toContain("1 indices");
  });

  it("refuses writes and names the way to do it", () => {
    const message = messageOf(() => { (matrix as unknown as number[])[1] = 5; });
    expect(message).toContain("[LW3009]");
    expect(message).toContain("x.at(1).set(v)");
  });

  it("leaves other names alone", () => {
    const loose = matrix as unknown as Record<string, unknown>;
    expect([loose["then"], loose["1.5"], loose["01"], loose["asymmetricMatch"]]).toEqual([undefined, undefined, undefined, undefined]);
    loose["note"] = "kept";
    expect(Object.keys(matrix as object)).toContain("note");
    delete loose["note"];
  });

  it("iterates over axis 0", () => {
    expect([...matrix].map((row) => row.toArraySync())).toEqual([[1, 2, 3], [4, 5, 6]]);
    const [first, second] = np.array([true, false]);
    expect([first?.itemSync(), second?.itemSync()]).toEqual([true, false]);
    expect(messageOf(() => [...scalar])).toContain("[LW3017] iteration");
  });
});

describe("reading", () => {
  it("gives typed arrays, nested arrays and elements", async () => {
    expect(await matrix.data()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(matrix.dataSync()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(await matrix.toArray()).toEqual([[1, 2, 3], [4, 5, 6]]);
    expect(await np.array([true, false]).data()).toEqual(Uint8Array.of(1, 0));
    expect(await np.array([0.5, 2], "float16").data()).toEqual(Float32Array.of(0.5, 2));
    expect(await np.array([1n]).data()).toEqual(Int32Array.of(1));
    expect([await scalar.toArray(), await scalar.item(), scalar.itemSync()]).toEqual([2.5, 2.5, 2.5]);
    expect(np.array(true).itemSync()).toBe(true);
    expect(np.array([[7]]).itemSync()).toBe(7);
    expect(np.zeros([2, 0, 3]).toArraySync()).toEqual([[], []]);
  });

  it("copies, so that nobody can write into an array", async () => {
    const array = np.array([1, 2]);
    (await array.data())[0] = 100;
    array.dataSync()[1] = 100;
    expect(array.toArraySync()).toEqual([1, 2]);
  });

  it("refuses the element of several", async () => {
    await expect(matrix.item()).rejects.toThrow("[LW3011] item()");
    expect(messageOf(() => matrix.itemSync())).toContain("(2, 3)");
  });

  it("waits for the array and is no promise itself", async () => {
    expect(await matrix.blockUntilReady()).toBe(matrix);
    expect(await Promise.resolve(matrix)).toBe(matrix);
  });
});

describe("JavaScript's conversions", () => {
  it("take the number of a 0-d array", () => {
    expect(+scalar).toBe(2.5);
    expect(scalar * 2 + 1).toBe(6);
    expect(scalar > 2).toBe(true);
    expect(`${scalar}`).toBe("2.5");
    expect(String(np.int32(3))).toBe("3");
    expect(["a", "b", "c", "d"][np.int32(2) as number]).toBe("c");
    expect(Math.sqrt(np.float32(9))).toBe(3);
    expect(+np.array(true)).toBe(1);
    expect(JSON.stringify({ loss: scalar })).toBe('{"loss":2.5}');
  });

  it("refuse several elements, whatever is asked for", () => {
    expect(messageOf(() => matrix * 2)).toContain("[LW3011] conversion to a number");
    expect(messageOf(() => `${matrix}`)).toContain("[LW3011] conversion to a string or property key");
    expect(messageOf(() => ({}) [matrix as unknown as string])).toContain("(2, 3)");
    expect(messageOf(() => matrix + matrix)).toContain("x.add(y)");
    expect(messageOf(() => JSON.stringify({ matrix }))).toContain("[LW3011] JSON.stringify");
    // One element in one dimension is still no number.
    expect(messageOf(() => +np.array([1]))).toContain("(1,)");
  });

  it("print as NumPy does", () => {
    expect(matrix.toString()).toBe("array([[1., 2., 3.],\n       [4., 5., 6.]], dtype=float32)");
    expect(inspect(matrix)).toBe(matrix.toString());
    expect(scalar.toString()).toBe("array(2.5, dtype=float32)");
    expect(np.array([true, false]).toString()).toBe("array([ True, False], dtype=bool)");
    expect(np.arange(3).toString()).toBe("array([0, 1, 2], dtype=int32)");
    expect(np.array([0.5, 0.25], "float16").toString()).toBe("array([0.5 , 0.25], dtype=float16)");
    expect(np.zeros([0, 3]).toString()).toBe("array([], shape=(0, 3), dtype=float32)");
    expect(np.arange(2000).toString()).toBe("array([   0,    1,    2, ..., 1997, 1998, 1999],\n      shape=(2000,), dtype=int32)");
  });
});

describe("memory", () => {
  it("is gone after dispose, and every use says so", () => {
    const array = np.array([1, 2]);
    array.dispose();
    array.dispose();
    expect(messageOf(() => array.add(1))).toContain("[LW3012]");
    expect(messageOf(() => array.dataSync())).toContain("dispose()");
    expect(array.shape).toEqual([2]);
    expect(array.toString()).toBe("array(disposed, shape=(2,), dtype=float32)");
  });

  it("outlives one of several arrays that share it", () => {
    const array = np.array([[1, 2]]);
    const same = np.asarray(array);
    const reshaped = array.reshape(2);
    array.dispose();
    expect(reshaped.toArraySync()).toEqual([1, 2]);
    expect(same).toBe(array);
  });

  it("ends with a scope", () => {
    let kept: NDArray;
    {
      using array = np.array([1]);
      kept = array;
      expect(kept.toArraySync()).toEqual([1]);
    }
    expect(messageOf(() => kept.dataSync())).toContain("[LW3012]");
  });

  it("is its own in a copy", () => {
    const array = np.array([1, 2]);
    const copy = array.copy();
    array.dispose();
    expect(copy.toArraySync()).toEqual([1, 2]);
  });
});
