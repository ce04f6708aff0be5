/** @file linearTranspose through the public API: what it gives, and what it refuses. */
import { grad, jit, lax, linearTranspose, linearize, numpy as np, vmap, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";

const nested = (x: NDArray): unknown => x.toArraySync();
const matrix = np.array([[1, 2, 3], [4, 5, 6]]);
const f32 = (...shape: number[]): NDArray => np.ones(shape);
/** Calls that the types refuse. */
const untyped = linearTranspose as unknown as (...args: readonly unknown[]) => (...args: readonly unknown[]) => unknown;

describe("linearTranspose", () => {
  it("gives a list with one entry per argument, of specs, arrays and numbers", () => {
    expect(linearTranspose((x) => np.dot(matrix, x), "f32[3]")(np.array([1, 10])).map(nested)).toEqual([[41, 52, 63]]);
    const two = linearTranspose((x: NDArray, y: NDArray) => x.mul(3).add(y.sum()), f32(2), { shape: [3], dtype: "float32" })(np.array([1, 2]));
    expect(two.map(nested)).toEqual([[3, 6], [3, 3, 3]]);
    expect(linearTranspose((x: number) => x, 5)(2).map((gradient) => gradient.itemSync())).toEqual([2]);
  });

  it("keeps trees on both sides, and leaves out what no argument reaches", () => {
    const f = (p: { a: NDArray; b: NDArray }): { u: NDArray; v: NDArray } => ({ u: p.a.mul(2).add(1), v: np.array([7, 7]) });
    const [gradient] = linearTranspose(f, { a: "f32[2]", b: "f32[]" })({ u: np.array([1, 2]), v: f32(2) });
    expect([nested(gradient.a), gradient.b.itemSync()]).toEqual([[2, 4], 0]);
  });

  it("of integers gives integers", () => {
    const [gradient] = linearTranspose((x) => x.mul(np.int32(3)).sum(), "i32[2]")(np.int32(5));
    expect([gradient.dtype, nested(gradient)]).toEqual(["int32", [15, 15]]);
  });

  it("composes: twice is the function again; under jit, vmap and grad; of jit and of linearize", () => {
    const sums = (x: NDArray): NDArray => np.cumsum(x);
    const back = linearTranspose(sums, "f32[3]");
    const again = linearTranspose((ct) => back(ct)[0], "f32[3]");
    expect(nested(again(np.array([1, 2, 3]))[0])).toEqual([1, 3, 6]);
    expect(nested((jit(back)(np.array([1, 2, 3])) as [NDArray])[0])).toEqual([6, 5, 3]);
    expect(nested((vmap(back)(f32(2, 3)) as [NDArray])[0])).toEqual([[3, 2, 1], [3, 2, 1]]);
    expect(grad((ct: NDArray) => linearTranspose((x) => x.mul(3), "f32[]")(ct)[0])(2).itemSync()).toBe(3);
    expect(nested(linearTranspose(jit(sums), "f32[3]")(np.array([1, 2, 3]))[0])).toEqual([6, 5, 3]);
    const [, push] = linearize((x: NDArray) => np.sin(x).mul(x), [np.array([0, 1])]);
    expect(nested(linearTranspose(push, "f32[2]")(f32(2))[0])).toEqual(nested(push(f32(2))));
  });

  it.each<[string, () => unknown, RegExp]>([
    ["an operation without a transpose", () => untyped((x: NDArray) => np.sin(x), "f32[3]")(f32(3)), /LW1201[^]*sin is not linear/],
    ["a square", () => untyped((x: NDArray) => x.mul(x), "f32[3]")(f32(3)), /LW1202[^]*operand 1 of mul[^]*f32\[3\]/],
    ["a square in a call", () => untyped(jit((x: NDArray) => x.mul(x)), "f32[3]")(f32(3)), /LW1202[^]*operand 1 of mul/],
    ["a quotient by the argument", () => untyped((x: NDArray) => np.divide(2, x), "f32[3]")(f32(3)), /LW1202[^]*operand 1 of div/],
    ["a product of matrices with itself", () => untyped((x: NDArray) => np.dot(x, x), "f32[3]")(1), /LW1202[^]*dot_general/],
    ["an index", () => untyped((x: NDArray) => np.arange(4).get(x), "i32[3]")(np.ones([3], "int32")), /LW1202[^]*gather/],
    ["the start of a slice", () => untyped((x: NDArray) => lax.dynamicSlice(np.arange(4), [x], [2]), "i32[]")(np.ones([2], "int32")), /LW1202[^]*dynamic_slice/],
    ["a condition of a tracer", () => untyped((x: number) => (x > 0 ? x : 0), "f32[]"), /LW1302[^]*what is transposed in/],
  ])("refuses %s, with the line", (_, run, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(/at: +transform\/api-linear-transpose\.test\.ts:\d+/);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["floats to integers", () => untyped((x: NDArray) => x.astype("int32"), "f32[3]"), /LW3125[^]*f32\[3\] to i32\[3\]/],
    ["bools", () => untyped((x: NDArray) => x, "bool[3]"), /LW3125/],
    ["a cotangent of another shape", () => untyped((x: NDArray) => x, "f32[3]")(f32(2)), /LW3118[^]*f32\[3\][^]*f32\[2\]/],
    ["a cotangent of another dtype", () => untyped((x: NDArray) => x, "f32[3]")(np.ones([3], "int32")), /LW3118[^]*i32\[3\]/],
    ["a cotangent of another structure", () => untyped((x: NDArray) => x, "f32[3]")([f32(3)]), /LW3118/],
    ["no cotangent", () => untyped((x: NDArray) => x, "f32[3]")(), /LW3124[^]*1 cotangent/],
    ["what is no function", () => untyped(3, "f32[3]"), /LW3101/],
    ["what is no array", () => untyped((x: NDArray) => x, Symbol("s")), /LW3111/],
  ])("refuses %s", (_, run, message) => expect(run).toThrow(message));
});
