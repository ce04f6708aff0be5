/** @file Arrays as values of JavaScript: making, members, reading, printing, conversions, and everything that is refused. */
import { grad, jit, NDArray, numpy as np, slice, vmap } from "lanewise";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { failureOf } from "../support/failures.ts";

type Untyped = (...args: readonly unknown[]) => unknown;
const make = np.array as unknown as (...args: readonly unknown[]) => NDArray;

describe("np.array", () => {
  it.each<[string, unknown, string, readonly number[]]>([
    ["a number", 3, "float32", []], ["a boolean", true, "bool", []], ["a bigint", 3n, "int32", []], ["numbers", [1, 2], "float32", [2]],
    ["bigints", [1n, 2n], "int32", [2]], ["booleans", [[true], [false]], "bool", [2, 1]], ["nothing", [], "float32", [0]], ["empty rows", [[], []], "float32", [2, 0]],
    ["bigints and a number", [1n, 2.5], "float32", [2]],
    ["Float64Array", new Float64Array(2), "float32", [2]], ["Float32Array", new Float32Array(2), "float32", [2]], ["Int32Array", new Int32Array(2), "int32", [2]],
    ["Int16Array", new Int16Array(2), "int16", [2]], ["Int8Array", new Int8Array(2), "int8", [2]], ["Uint32Array", new Uint32Array(2), "uint32", [2]],
    ["Uint16Array", new Uint16Array(2), "uint16", [2]], ["Uint8Array", new Uint8Array(2), "uint8", [2]],
  ])("of %s", (_, value, dtype, shape) => {
    const made = make(value);
    expect([made.dtype, made.shape]).toEqual([dtype, shape]);
  });

  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  it.each<[string, readonly unknown[], string]>([
    ["ragged rows", [[[1, 2], [3]]], "LW3002"], ["a number beside a row", [[1, [2]]], "LW3002"], ["a row beside a number", [[[1], 2]], "LW3002"],
    ["ragged arrays", [[np.ones(2), [1]]], "LW3005"], ["a string", ["3"], "LW3001"], ["strings in a list", [["3"]], "LW3001"], ["an object", [{ a: 1 }], "LW3001"],
    ["null", [null], "LW3001"], ["undefined", [undefined], "LW3001"], ["nothing", [], "LW3001"], ["a hole", [[1, undefined]], "LW3001"], ["a function", [() => 1], "LW3001"],
    ["a promise", [Promise.resolve(1)], "LW3001"], ["a Map", [new Map()], "LW3001"], ["a symbol", [Symbol("s")], "LW3001"], ["a Number object", [Object(3)], "LW3001"],
    ["a DataView", [new DataView(new ArrayBuffer(4))], "LW3001"], ["a list that holds itself", [cyclic], "LW3001"],
    ["a number outside int32", [2 ** 31, "int32"], "LW3003"], ["a bigint outside int32", [2n ** 40n], "LW3003"], ["NaN for an integer", [[NaN], "int32"], "LW3003"],
    ["infinity for an integer", [Infinity, "uint8"], "LW3003"], ["a negative unsigned", [[-1], "uint32"], "LW3003"], ["NaN in a typed array", [new Float32Array([NaN]), "int32"], "LW3003"],
    ["an unknown dtype", [[1], "float"], "LW3004"], ["int64", [[1], "int64"], "LW3004"], ["a function for a dtype", [[1], np.float32], "LW3004"],
    ["complex64", [[1], "complex64"], "LW3010"],
    ["an unknown name", [[1], { dtpye: "int32" }], "LW3007"], ["a name given twice", [[1], "int32", { dtype: "int32" }], "LW3007"], ["too many positions", [[1], "int32", 3], "LW3007"],
  ])("refuses %s", (_, args, code) => expect(failureOf(() => make(...args)).code).toBe(code));

  it("copies a typed array", () => {
    const host = new Float32Array([1, 2]);
    const [copied, notAsked] = [np.array(host), np.array(host, { copy: false })];
    host[0] = 9;
    expect(copied.toArraySync()).toEqual([1, 2]);
    expect(notAsked.toArraySync()).toEqual([1, 2]);
  });

  it("has converters by dtype", () => {
    expect(np.int32(2.7).itemSync()).toBe(2);
    expect(np.bool([0, 2]).toArraySync()).toEqual([false, true]);
    expect(np.float16(1 / 3).dtype).toBe("float16");
    expect(failureOf(() => np.int32(NaN)).code).toBe("LW3003");
    expect(failureOf(() => (np.float32 as Untyped)("3")).code).toBe("LW3001");
  });
});

describe("members", () => {
  const x = np.array([[1, 2, 3], [4, 5, 6]]);

  it("tell what the array is, and hand out copies", () => {
    expect([x.shape, x.ndim, x.size, x.dtype, x.nbytes, x.length, x.device]).toEqual([[2, 3], 2, 6, "float32", 24, 2, "js:0"]);
    expect([String(x.sharding), x.sharding.devices]).toEqual(["SingleDeviceSharding(js:0)", ["js:0"]]);
    (x.shape as number[]).push(7);
    (x.shape as number[])[0] = 9;
    (np.shape(x) as number[]).reverse();
    expect([x.shape, x.T.shape]).toEqual([[2, 3], [3, 2]]);
    expect([np.size(x), np.size(x, 1), np.size(x, { axis: [0, 1] })]).toEqual([6, 3, 6]);
  });

  it.each<[string, () => unknown, unknown]>([
    ["add", () => x.add(1), [[2, 3, 4], [5, 6, 7]]], ["sub", () => x.sub(x), [[0, 0, 0], [0, 0, 0]]], ["mul", () => x.mul(2), [[2, 4, 6], [8, 10, 12]]],
    ["div", () => np.array([1n, 3n]).div(2), [0.5, 1.5]], ["pow", () => x.pow(2), [[1, 4, 9], [16, 25, 36]]], ["neg", () => x.neg(), [[-1, -2, -3], [-4, -5, -6]]],
    ["matmul", () => x.matmul(x.T), [[14, 32], [32, 77]]], ["dot", () => x.dot([1, 0, 0]), [1, 4]],
    ["equal", () => x.equal(2), [[false, true, false], [false, false, false]]], ["notEqual", () => x.notEqual(x), [[false, false, false], [false, false, false]]],
    ["less", () => x.less(3), [[true, true, false], [false, false, false]]], ["lessEqual", () => x.lessEqual(1), [[true, false, false], [false, false, false]]],
    ["greater", () => x.greater(5), [[false, false, false], [false, false, true]]], ["greaterEqual", () => x.greaterEqual(6), [[false, false, false], [false, false, true]]],
    ["sum", () => x.sum(0), [5, 7, 9]], ["sum by name", () => x.sum({ axis: 1, keepdims: true }), [[6], [15]]], ["sum both ways", () => x.sum(1, { keepdims: true }), [[6], [15]]],
    ["mean", () => x.mean(), 3.5], ["max", () => x.max(1), [3, 6]], ["min", () => x.min([0, 1]), 1],
    ["reshape", () => x.reshape([3, 2]), [[1, 2], [3, 4], [5, 6]]], ["reshape of dims", () => x.reshape(1, -1), [[1, 2, 3, 4, 5, 6]]],
    ["transpose", () => x.transpose([1, 0]), [[1, 4], [2, 5], [3, 6]]], ["transpose of dims", () => x.transpose(-1, 0), [[1, 4], [2, 5], [3, 6]]],
    ["flatten", () => x.flatten(), [1, 2, 3, 4, 5, 6]], ["ravel", () => x.ravel(), [1, 2, 3, 4, 5, 6]], ["squeeze", () => x.reshape(1, 6).squeeze(0), [1, 2, 3, 4, 5, 6]],
    ["squeeze by name", () => x.reshape(6, 1).squeeze({ axis: 1 }), [1, 2, 3, 4, 5, 6]], ["astype", () => np.array([1.7, -1.7]).astype("int32"), [1, -1]],
    ["copy", () => x.copy(), [[1, 2, 3], [4, 5, 6]]], ["clip", () => x.clip(2, 4), [[2, 2, 3], [4, 4, 4]]], ["clip by name", () => x.clip({ max: 2 }), [[1, 2, 2], [2, 2, 2]]],
    ["prod", () => x.prod(1), [6, 120]], ["any", () => x.greater(5).any(), true], ["all", () => x.greater(5).all(1), [false, false]], ["argmax", () => x.argmax(), 5],
    ["argmin by name", () => x.argmin({ axis: 1, keepdims: true }), [[0], [0]]], ["std", () => x.std({ axis: 0, ddof: 0 }), [1.5, 1.5, 1.5]], ["var", () => x.var(0), [2.25, 2.25, 2.25]],
    ["cumsum", () => x.cumsum(1), [[1, 3, 6], [4, 9, 15]]], ["cumprod", () => np.array([1, 2, 3]).cumprod(), [1, 2, 6]],
    ["take", () => x.take([1, 0], 1), [[2, 1], [5, 4]]], ["take by name", () => x.take([1, 0], { axis: 1 }), [[2, 1], [5, 4]]], ["take both ways", () => x.take([9], 1, { mode: "clip" }), [[3], [6]]],
    ["repeat", () => np.array([1, 2]).repeat(2), [1, 1, 2, 2]], ["repeat by name", () => x.repeat(2, { axis: 0 }).shape.length, 2], ["sort", () => np.array([3, 1, 2]).sort(), [1, 2, 3]],
  ])("%s", (_, run, expected) => {
    const result = run();
    expect(np.isArray(result) ? result.toArraySync() : result).toEqual(expected);
  });

  it.each<[string, () => unknown, string]>([
    ["an axis beyond the rank", () => x.sum(2), "LW3006"], ["NaN as an axis", () => x.sum(NaN), "LW3006"], ["a string as an axis", () => (x.sum as Untyped).call(x, "0"), "LW3006"],
    ["a float array as an axis", () => (x.sum as Untyped).call(x, np.float32(0)), "LW3006"], ["an axis twice", () => x.sum([0, -2]), "LW3006"],
    ["an unknown name", () => (x.sum as Untyped).call(x, { axes: 0 }), "LW3007"], ["a name twice", () => (x.sum as Untyped).call(x, 0, { axis: 0 }), "LW3007"],
    ["another size", () => x.reshape(4, 2), "LW3007"], ["two open extents", () => x.reshape(-1, -1), "LW3007"], ["NaN as an extent", () => x.reshape(NaN, 2), "LW3007"],
    ["2^31 elements", () => np.zeros([2 ** 16, 2 ** 15]), "LW3007"], ["more than memory", () => np.ones([1e5, 1e5]), "LW3007"],
    ["a string beside an array", () => (x.add as Untyped).call(x, "1"), "LW3001"], ["nothing beside an array", () => (x.add as Untyped).call(x), "LW3001"],
    ["shapes that do not broadcast", () => x.add([1, 2]), "LW3005"], ["length of a scalar", () => np.float32(1).length, "LW3017"], ["rows of a scalar", () => [...np.float32(1)], "LW3017"],
    ["a constructor call", () => new (NDArray as unknown as new () => unknown)(), "LW3007"],
  ])("refuse %s", (_, run, code) => expect(failureOf(run).code).toBe(code));

  it("take integer arrays as axes and extents", () => {
    expect(x.sum(np.int32(0)).toArraySync()).toEqual([5, 7, 9]);
    expect(np.zeros([np.int32(2), 1] as unknown as number[]).shape).toEqual([2, 1]);
  });
});

describe("reading", () => {
  it("gives typed arrays by dtype, copied", async () => {
    const x = np.array([1, 2]);
    const data = await x.data();
    data[0] = 9;
    expect(await x.data()).toEqual(new Float32Array([1, 2]));
    expect(await np.array([true, false]).data()).toEqual(new Uint8Array([1, 0]));
    expect(await np.array([1.5], "float16").data()).toEqual(new Float32Array([1.5]));
    expect(await np.array([1.5], "bfloat16").data()).toEqual(new Float32Array([1.5]));
    expect(await np.array([1n]).data()).toEqual(new Int32Array([1]));
    expect(np.array([1], "uint8").dataSync()).toEqual(new Uint8Array([1]));
  });

  it("gives nested numbers and booleans, a bare one for 0-d", async () => {
    expect(await np.array([[1], [2]]).toArray()).toEqual([[1], [2]]);
    expect(await np.array([[true]]).toArray()).toEqual([[true]]);
    expect(await np.float32(2.5).toArray()).toBe(2.5);
    expect(await np.array(true).item()).toBe(true);
    expect(np.array([[7]]).itemSync()).toBe(7);
    await expect(np.ones([2]).item()).rejects.toThrow("[LW3011]");
  });

  it("goes along axis 0, by row and by place", () => {
    const x = np.array([[1, 2], [3, 4]]);
    expect(Array.from(x, (row) => row.toArraySync())).toEqual([[1, 2], [3, 4]]);
    expect([x[0]?.toArraySync(), x[-1]?.toArraySync()]).toEqual([[1, 2], [3, 4]]);
    expect(failureOf(() => x[2]).code).toBe("LW3008");
    expect((x as unknown as Readonly<Record<string, unknown>>)["foo"]).toBeUndefined();
    expect((x as unknown as { then?: unknown }).then).toBeUndefined();
  });

  it("ends with dispose, for this array alone", () => {
    const x = np.array([1, 2]);
    const [same, flat, typed] = [x.reshape(2), x.ravel(), x.astype("float32")];
    same.dispose();
    flat[Symbol.dispose]();
    expect([x.toArraySync(), typed.toArraySync()]).toEqual([[1, 2], [1, 2]]);
    x.dispose();
    x.dispose();
    expect(typed.toArraySync()).toEqual([1, 2]);
    expect([failureOf(() => x.add(1)).code, x.shape, x.toString()]).toEqual(["LW3012", [2], "array(disposed, shape=(2,), dtype=float32)"]);
  });
});

describe("JavaScript's conversions of arrays", () => {
  const scalar = np.float32(2.5);
  const vector = np.array([1, 2]);

  it("give the number of a scalar", () => {
    expect([Number(scalar), scalar + 1, `${scalar}`, JSON.stringify({ scalar }), +np.array(true)]).toEqual([2.5, 3.5, "2.5", '{"scalar":2.5}', 1]);
  });

  it.each<[string, () => unknown]>([
    ["Number(x)", () => Number(vector)], ["x + 1", () => vector + 1], ["-x", () => -(vector as number)], ["x > 1", () => vector > 1], ["x <= 1", () => vector <= 1],
    ["a template", () => `${vector}`], ["String(x)", () => String(vector)], ["a key", () => ({} as Readonly<Record<string, number>>)[vector as unknown as string]],
    ["JSON", () => JSON.stringify({ vector })], ["Math", () => Math.sin(vector)], ["isNaN", () => isNaN(vector)], ["join", () => [vector].join()],
    ["an element of a typed array", () => new Float32Array([vector])],
  ])("refuse %s of more elements", (_, run) => expect(failureOf(run).code).toBe("LW3011"));

  it.each<[string, () => unknown]>([
    ["a write", () => { (vector as unknown as number[])[0] = 1; }], ["a write behind the end", () => { (vector as unknown as number[])[7] = 1; }],
    ["Object.assign", () => Object.assign(vector, { 0: 5 })],
  ])("refuse %s", (_, run) => expect(failureOf(run)).toMatchObject({ code: "LW3009", message: expect.stringContaining(".set(v)") as string }));

  it("leave printing alone", () => {
    expect([vector.toString(), inspect(vector), inspect({ scalar })]).toEqual([
      "array([1., 2.], dtype=float32)", "array([1., 2.], dtype=float32)", "{ scalar: array(2.5, dtype=float32) }",
    ]);
    expect(vector).toBeInstanceOf(NDArray);
    expect(Array.isArray(vector)).toBe(false);
  });

  it("print float0, which has no elements", () => {
    const gradient = grad((n: NDArray) => n.mul(2.5), { allowInt: true })(3n) as unknown as NDArray;
    expect(gradient.toString()).toBe("array(shape=(), dtype=float0)");
    expect(failureOf(() => gradient.itemSync()).code).toBe("LW3025");
  });
});

describe("JavaScript's conversions of traced values", () => {
  const table: readonly number[] = [1, 2];
  const uses: readonly (readonly [string, (x: NDArray) => unknown])[] = [
    ["x + 1", (x) => x + 1], ["x > 0", (x) => (x > 0 ? 1 : 2)], ["x <= 1", (x) => x <= 1], ["Number(x)", (x) => Number(x)], ["a template", (x) => `${x}`],
    ["table[x]", (x) => table[x as number]], ["JSON", (x) => JSON.stringify(x)], ["Math.sin(x)", (x) => Math.sin(x)], ["a loop", (x) => { for (let i = 0; i < x; i++) return i; return 0; }],
    ["a typed array", (x) => new Float32Array([x])], ["np.zeros(x)", (x) => np.zeros(x as number)], ["an axis", (x) => np.sum(np.ones([2]), x as number)],
    ["an extent", (x) => np.ones([2]).reshape(x as number)], ["np.arange(x)", (x) => np.arange(x)], ["item()", (x) => x.itemSync()], ["device", (x) => x.device], ["sharding", (x) => x.sharding],
  ];
  const transforms: readonly (readonly [string, (f: (x: NDArray) => unknown) => unknown])[] = [
    ["jit", (f) => jit(f as (x: NDArray) => NDArray)(1)], ["grad", (f) => grad(f as (x: NDArray) => NDArray)(1)], ["vmap", (f) => vmap(f as (x: NDArray) => NDArray)(np.ones([2]))],
  ];
  it.each(transforms.flatMap(([transform, run]) => uses.map(([use, f]) => [transform, use, run, f] as const)))("throw under %s: %s", (_, _use, run, f) => {
    const error = failureOf(() => run(function model(weights: NDArray) { return f(weights); }));
    expect(error.code).toBe("LW1302");
    expect(error.message).toMatch(/argument weights[^]*model \(api\/arrays\.test\.ts:\d+:\d+\)[^]*fix: [^]*at: +api\/arrays\.test\.ts/);
  });

  it("throw for a slice by a traced number, and say what to use", () => {
    expect(failureOf(() => jit((x: NDArray) => np.ones([3]).get(slice(x as number)))(1n)).message).toMatch(/a traced i32\[\][^]*dynamicSlice/);
  });

  it("throw after the trace as leaks", () => {
    let kept: NDArray | null = null;
    jit(function hoard(x: NDArray) {
      kept = x.mul(2);
      return x;
    })(1);
    const leaked = kept as unknown as NDArray;
    for (const use of [() => leaked.add(1), () => leaked + 1, () => leaked.itemSync(), () => JSON.stringify(leaked), () => jit((x: NDArray) => x)(leaked), () => np.array([leaked])]) {
      expect(failureOf(use)).toMatchObject({ code: "LW1301", message: expect.stringContaining("hoard") as string });
    }
    expect(leaked.toString()).toBe("Tracer f32[]");
  });
});
