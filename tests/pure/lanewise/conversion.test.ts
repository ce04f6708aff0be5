/** @file What becomes an array and with which dtype, and what is refused and how. */
import { config, numpy as np } from "lanewise";
import type { ArrayLike, DType } from "lanewise";
import { afterEach, describe, expect, it, vi } from "vitest";
import { messageOf } from "../../support/failures.ts";

const facts = (array: { readonly dtype: DType; readonly shape: readonly number[]; toArraySync(): unknown }) =>
  [array.dtype, array.shape, array.toArraySync()] as const;

/** The message of the LanewiseError that `run` throws. */
describe("np.array", () => {
  it.each<[string, ArrayLike, DType, readonly number[], unknown]>([
    ["number", 3, "float32", [], 3],
    ["fraction", 0.1, "float32", [], Math.fround(0.1)],
    ["boolean", true, "bool", [], true],
    ["bigint", -5n, "int32", [], -5],
    ["numbers", [1, 2, 3], "float32", [3], [1, 2, 3]],
    ["booleans", [true, false], "bool", [2], [true, false]],
    ["bigints", [1n, 2n], "int32", [2], [1, 2]],
    ["numbers and booleans", [1, true], "float32", [2], [1, 1]],
    ["bigints and booleans", [2n, true], "int32", [2], [2, 1]],
    ["bigints and numbers", [2n, 0.5], "float32", [2], [2, 0.5]],
    ["nested", [[1, 2], [3, 4], [5, 6]], "float32", [3, 2], [[1, 2], [3, 4], [5, 6]]],
    ["empty", [], "float32", [0], []],
    ["empty rows", [[], []], "float32", [2, 0], [[], []]],
    ["Float32Array", Float32Array.of(1, 2), "float32", [2], [1, 2]],
    ["Float64Array", Float64Array.of(0.1), "float32", [1], [Math.fround(0.1)]],
    ["Int32Array", Int32Array.of(1, -2), "int32", [2], [1, -2]],
    ["Uint32Array", Uint32Array.of(4294967295), "uint32", [1], [4294967295]],
    ["Int16Array", Int16Array.of(-7), "int16", [1], [-7]],
    ["Uint8Array", Uint8Array.of(7), "uint8", [1], [7]],
    ["rows of typed arrays", [Int32Array.of(1, 2), Int32Array.of(3, 4)] as unknown as ArrayLike, "int32", [2, 2], [[1, 2], [3, 4]]],
    ["infinities and NaN", [Infinity, -Infinity, NaN], "float32", [3], [Infinity, -Infinity, NaN]],
  ])("%s", (_name, value, dtype, shape, elements) => {
    expect(facts(np.array(value))).toEqual([dtype, shape, elements]);
  });

  it("takes the dtype by position or by name", () => {
    expect(facts(np.array([1, 2], "int32"))).toEqual(["int32", [2], [1, 2]]);
    expect(facts(np.array([1, 0], { dtype: "bool" }))).toEqual(["bool", [2], [true, false]]);
    expect(facts(np.array([1.7, -1.7], "int32"))).toEqual(["int32", [2], [1, -1]]);
    expect(facts(np.array(Int32Array.of(3), "float32"))).toEqual(["float32", [1], [3]]);
    expect(facts(np.array([0.1, 65504], "float16"))).toEqual(["float16", [2], [0.0999755859375, 65504]]);
    expect(facts(np.array([1.01], "bfloat16"))).toEqual(["bfloat16", [1], [1.0078125]]);
  });

  it("copies typed arrays", () => {
    const source = Float32Array.of(1, 2);
    const array = np.array(source);
    source[0] = 100;
    expect(array.toArraySync()).toEqual([1, 2]);
  });

  it("copies an array, and asarray does not", () => {
    const array = np.array([1, 2]);
    expect([np.array(array) === array, np.asarray(array) === array, np.array(array, { copy: false }) === array]).toEqual([false, true, true]);
  });

  it("has dtype converters", () => {
    expect(facts(np.int32(2))).toEqual(["int32", [], 2]);
    expect(facts(np.float32([1n, 2n]))).toEqual(["float32", [2], [1, 2]]);
    expect(facts(np.uint8(255))).toEqual(["uint8", [], 255]);
    expect(facts(np.bool([0, 2]))).toEqual(["bool", [2], [false, true]]);
  });
});

describe("what np.array refuses", () => {
  it.each<[string, unknown, string, string]>([
    ["a string", "12", "LW3001", 'the string "12"'],
    ["a string inside", [[1], ["2"]], "LW3001", "object[1][0]"],
    ["a plain object", { x: 1 }, "LW3001", "an object with keys x"],
    ["undefined", undefined, "LW3001", "undefined"],
    ["null", null, "LW3001", "null"],
    ["a hole", Object.assign(new Array<number>(3), { 0: 1, 2: 3 }), "LW3001", "object[1]"],
    ["a function", () => 1, "LW3001", "the function (anonymous)"],
    ["a map", new Map(), "LW3001", "an instance of Map"],
    ["a DataView", new DataView(new ArrayBuffer(4)), "LW3001", "an instance of DataView"],
    ["rows of unequal length", [[1, 2], [3]], "LW3002", "object[1]"],
    ["a number among rows", [[1], 2], "LW3002", "object[1]"],
    ["a row among numbers", [1, [2]], "LW3002", "object[1]"],
    ["deep raggedness", [[[1, 2]], [[3, 4, 5]]], "LW3002", "object[1][0]"],
    ["a bigint beyond int32", 3000000000n, "LW3003", "3000000000n"],
  ])("%s", (_name, value, code, text) => {
    const message = messageOf(() => np.array(value as ArrayLike));
    expect(message).toContain(`[${code}] np.array`);
    expect(message).toContain(text);
  });

  it("numbers that an integer dtype lacks, with their place", () => {
    expect(messageOf(() => np.array([1, [2147483648]][1] as ArrayLike, "int32"))).toContain("object[0]");
    expect(messageOf(() => np.array([1, NaN], "int32"))).toContain("object[1]");
    expect(messageOf(() => np.array(-1, "uint32"))).toContain("[0, 4294967295]");
    expect(messageOf(() => np.array(Float32Array.of(1e20), "int32"))).toContain("[LW3003]");
    expect(messageOf(() => np.array([Infinity], "int8"))).toContain("[LW3003]");
    expect(np.array([2147483647, -2147483648], "int32").toArraySync()).toEqual([2147483647, -2147483648]);
  });

  it("dtypes that do not exist", () => {
    expect(messageOf(() => np.array([1], "int64" as DType))).toContain('[LW3004]');
    expect(messageOf(() => np.array([1], "key<fry>" as DType))).toContain("[LW3004]");
    expect(messageOf(() => np.zeros([1], 7 as unknown as DType))).toContain("number 7");
  });
});

describe("float64", () => {
  afterEach(() => vi.restoreAllMocks());

  it("is float32 with one warning while x64 is off", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(np.array([0.1], "float64").dtype).toBe("float32");
    expect(np.array([0.2], "float64").dtype).toBe("float32");
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toContain("enableX64");
  });

  it("exists while x64 is on", () => {
    config.with({ enableX64: true }, () => {
      expect(facts(np.array(Float64Array.of(0.1)))).toEqual(["float64", [1], [0.1]]);
      expect(facts(np.array([0.1], "float64"))).toEqual(["float64", [1], [0.1]]);
      expect(np.array([0.1]).dtype).toBe("float32");
    });
    expect(np.array(Float64Array.of(0.1)).dtype).toBe("float32");
  });

  it("keeps every digit of a number beside a float64 array", () => {
    config.with({ enableX64: true }, () => {
      const array = np.array([0], "float64");
      expect(array.add(0.1).toArraySync()).toEqual([0.1]);
      expect(np.where(np.array([true]), 0.1, array).toArraySync()).toEqual([0.1]);
      expect(np.full([1], 0.1, "float64").toArraySync()).toEqual([0.1]);
    });
  });
});

describe("a number beside an array", () => {
  const ints = np.array([1, 2], "int32");
  const floats = np.array([1, 2]);

  it("keeps the dtype of integers when it is one, and makes floats otherwise", () => {
    expect(facts(ints.add(1))).toEqual(["int32", [2], [2, 3]]);
    expect(facts(ints.mul(1.5))).toEqual(["float32", [2], [1.5, 3]]);
    expect(facts(ints.div(2))).toEqual(["float32", [2], [0.5, 1]]);
    expect(facts(floats.add(1))).toEqual(["float32", [2], [2, 3]]);
    expect(facts(np.array([1, 2], "uint8").add(1))).toEqual(["uint8", [2], [2, 3]]);
    expect(facts(np.where(np.array([true, false]), ints, 0))).toEqual(["int32", [2], [1, 0]]);
  });

  it("is float32 beside bools and beside other numbers", () => {
    expect(facts(np.array([true, false]).mul(2))).toEqual(["float32", [2], [2, 0]]);
    expect(facts(np.add(1, 2))).toEqual(["float32", [], 3]);
  });

  it("must fit the dtype of integers", () => {
    expect(messageOf(() => ints.add(3e9))).toContain("[LW3003]");
    expect(messageOf(() => np.array([1], "uint32").add(-1))).toContain("[0, 4294967295]");
    expect(facts(ints.add(NaN))).toEqual(["float32", [2], [NaN, NaN]]);
  });

  it("is a bigint for an integer whatever it meets", () => {
    expect(facts(np.add(1n, 2n))).toEqual(["int32", [], 3]);
    expect(facts(floats.add(1n))).toEqual(["float32", [2], [2, 3]]);
    expect(messageOf(() => ints.add(3000000000n))).toContain("[LW3003]");
  });

  it("lets bools add and multiply as or and and", () => {
    const [left, right] = [np.array([true, true, false]), np.array([true, false, false])];
    expect(facts(left.add(right))).toEqual(["bool", [3], [true, true, false]]);
    expect(facts(left.mul(right))).toEqual(["bool", [3], [true, false, false]]);
    expect(facts(np.maximum(left, right))).toEqual(["bool", [3], [true, true, false]]);
    expect(facts(left.greater(right))).toEqual(["bool", [3], [false, true, false]]);
  });

  it("wraps in arithmetic", () => {
    expect(np.array([2147483647], "int32").add(1).toArraySync()).toEqual([-2147483648]);
    expect(np.array([0], "uint32").sub(1).toArraySync()).toEqual([4294967295]);
  });
});
