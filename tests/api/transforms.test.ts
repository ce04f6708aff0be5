/** @file The transforms as users call them: argument forms, trees, numbers, names, compiled functions, and what they refuse. */
import {
  customJvp, customVjp, evalShape, grad, hessian, jacfwd, jacrev, jit, jvp, lax, linearize, makeJaxpr, numpy as np, tree, valueAndGrad, vjp, vmap,
  type NDArray,
} from "lanewise";
import { describe, expect, it, vi } from "vitest";
import { failureOf } from "../support/failures.ts";

type Untyped = (...args: readonly unknown[]) => (...args: readonly unknown[]) => unknown;
const untyped = (f: unknown): Untyped => f as Untyped;

/** Trees of arrays as nested numbers. */
function read(value: unknown): unknown {
  return tree.map((leaf: unknown) => (np.isArray(leaf) ? leaf.toArraySync() : leaf), value);
}

const square = (x: NDArray): NDArray => x.mul(x);
const product = (x: NDArray, y: NDArray): NDArray => x.mul(y);
const vector = np.array([1, 2, 3]);

describe("argument forms", () => {
  it.each<[string, () => unknown, unknown]>([
    ["vmap(f)", () => vmap(square)(vector), [1, 4, 9]],
    ["vmap(f, inAxes, outAxes)", () => vmap((x: NDArray) => x.mul([1, 10]), 0, 1)(vector), [[1, 2, 3], [10, 20, 30]]],
    ["vmap(f, list)", () => vmap(product, [0, null])(vector, 2), [2, 4, 6]],
    ["vmap(f, options)", () => vmap(product, { inAxes: [null, -1] })(2, vector), [2, 4, 6]],
    ["vmap(f, names)", () => vmap(product, { inAxes: { x: 0, y: null } })(vector, 2), [2, 4, 6]],
    ["vmap(f, [{...}])", () => vmap((p: { w: NDArray; b: NDArray }) => p.w.add(p.b), [{ w: 0, b: null }])({ w: vector, b: 1 }), [2, 3, 4]],
    ["vmap(f, options, outAxes)", () => vmap((x: NDArray) => x.mul([1, 10]), { inAxes: 0 }, 1)(vector), [[1, 2, 3], [10, 20, 30]]],
    ["vmap with axisName", () => vmap((x: NDArray) => lax.psum(x, "i") as NDArray, { axisName: "i" })(vector), [6, 6, 6]],
    ["vmap with axisSize", () => vmap(() => np.float32(1), { axisSize: 2 })(), [1, 1]],
    ["vmap with outAxes null", () => vmap(() => np.float32(1), 0, null)(...([vector] as unknown as [])), 1],
    ["grad(f)", () => grad(square)(3), 6],
    ["grad(f, argnum)", () => grad(product, 1)(3, 4), 3],
    ["grad(f, -1)", () => grad(product, -1)(3, 4), 3],
    ["grad(f, list)", () => grad(product, [0, 1])(3, 4), [4, 3]],
    ["grad(f, options)", () => grad(product, { argnums: [1] })(3, 4), [3]],
    ["grad with aux", () => grad((x: NDArray) => [square(x), { x }] as const, { hasAux: true })(3), [6, { x: 3 }]],
    ["valueAndGrad", () => valueAndGrad(square)(3), [9, 6]],
    ["valueAndGrad with aux", () => valueAndGrad((x: NDArray) => [square(x), x] as const, { hasAux: true })(3), [[9, 3], 6]],
    ["grad of a tree", () => grad((p: { w: NDArray[] }) => product(p.w[0] as NDArray, p.w[1] as NDArray))({ w: [2, 5] }), { w: [5, 2] }],
    ["grad of a Map", () => grad((p: ReadonlyMap<string, NDArray>) => square(p.get("k") as NDArray))(new Map([["k", 3]])), new Map([["k", 6]])],
    ["grad with null in the tree", () => grad((p: { w: NDArray; b: null }) => square(p.w))({ w: 3, b: null }), { w: 6, b: null }],
    ["jvp", () => jvp(square, [3], [1]), [9, 6]],
    ["jvp with aux", () => jvp((x: NDArray) => [square(x), x] as const, [3], [1], { hasAux: true }), [9, 6, 3]],
    ["vjp", () => { const [y, pull] = vjp(product, [3, 4]); return [y, pull(1)]; }, [12, [4, 3]]],
    ["vjp with aux", () => { const [y, pull, aux] = vjp((x: NDArray) => [square(x), x] as const, [3], { hasAux: true }); return [y, pull(1), aux]; }, [9, [6], 3]],
    ["linearize", () => { const [y, push] = linearize(square, [3]); return [y, push(1), push(2)]; }, [9, 6, 12]],
    ["jacfwd", () => jacfwd(square)(np.array([1, 2])), [[2, 0], [0, 4]]],
    ["jacrev", () => jacrev(square)(np.array([1, 2])), [[2, 0], [0, 4]]],
    ["jacfwd(f, list)", () => jacfwd(product, [0, 1])(np.array([1]), np.array([2])), [[[2]], [[1]]]],
    ["hessian", () => hessian((x: NDArray) => square(x).sum())(np.array([1, 2])), [[2, 0], [0, 2]]],
    ["hessian of a tree", () => hessian((p: { a: NDArray; b: NDArray }) => product(p.a, p.b))({ a: 2, b: 3 }), { a: { a: 0, b: 1 }, b: { a: 1, b: 0 } }],
    ["jit with a static position", () => jit((x: NDArray, n: number) => x.mul(n + 1), { staticArgnums: -1 })(vector, 1), [2, 4, 6]],
    ["jit with static positions", () => jit((x: NDArray, mode: string) => (mode === "double" ? x.mul(2) : x), { staticArgnums: [1] })(vector, "double"), [2, 4, 6]],
    ["jit with a static name", () => jit((x: NDArray, n: number) => x.mul(n), { staticArgnames: "n" })(vector, 2), [2, 4, 6]],
    ["jit with donation", () => jit(square, { donateArgnums: 0 })(np.array([2])), [4]],
    ["customJvp", () => grad(customJvp((x: NDArray) => x, { jvp: ([x]: NDArray[], [t]: NDArray[]) => [x, t?.mul(7)] }))(1), 7],
    ["customVjp", () => grad(customVjp((x: NDArray) => x, { fwd: (x: NDArray) => [x, x], bwd: (_: NDArray, ct: NDArray) => [ct.mul(7)] }))(1), 7],
  ])("%s", (_, run, expected) => expect(read(run())).toEqual(expected));
});

describe("trees and numbers", () => {
  it("takes a JS array for a tree, and says np.array where one was meant", () => {
    expect(failureOf(() => untyped(vmap)(square)([1, 2, 3])).message).toContain("np.array");
    expect(failureOf(() => untyped(vmap)(square)([[1, 2], [3, 4]])).message).toContain("np.array");
    expect(read(untyped(jit)((pair: readonly NDArray[]) => pair.map((item) => item.shape.length))([1, 2]))).toEqual([0, 0]);
    expect(jit((x: readonly NDArray[]) => np.sum(np.array(x)))([1, 2, 3]).itemSync()).toBe(6);
  });

  it("keeps numbers floats, bigints integers and statics out of the trace", () => {
    const dtype = (value: unknown): unknown => (untyped(jit)((x: NDArray) => x.mul(1))(value) as NDArray).dtype;
    expect([dtype(2), dtype(2n), dtype(np.int32(2)), dtype(true), dtype(new Int32Array(1))]).toEqual(["float32", "int32", "int32", "float32", "int32"]);
    expect(String(makeJaxpr(square)(3))).toBe("{ lambda ; a:f32[]. let b:f32[] = mul a a in (b,) }");
    expect(np.arange(3).add(1).dtype).toBe("int32");
    expect(np.arange(3).add(1.5).dtype).toBe("float32");
    expect(np.array([1], "float16").mul(3).dtype).toBe("float16");
    expect(failureOf(() => np.arange(3).add(2 ** 31)).code).toBe("LW3003");
  });

  it("refuses axes of another form", () => {
    for (const axes of [true, NaN, "0", 0n, 0.5, () => 0, new Map([["x", 0]])]) {
      expect(failureOf(() => untyped(vmap)(square, axes)).code).toBe("LW3102");
    }
    for (const argnums of ["0", null, NaN, true, 0.5, [0, "1"]]) expect(failureOf(() => untyped(grad)(square, argnums)).code).toBe("LW3119");
    expect(failureOf(() => untyped(jit)(class Model {})).code).toBe("LW3101");
    expect(failureOf(() => untyped(grad)(square)()).message).toContain("at least one argument");
  });

  it("has functions over trees that print and check", () => {
    const { leaves, treedef } = tree.flatten({ b: vector, a: [2, null] });
    expect([leaves.length, String(treedef), String(tree.structure([1]))]).toEqual([2, "PyTreeDef({'a': [*, None], 'b': *})", "PyTreeDef([*])"]);
    expect(tree.unflatten(treedef, [1, 2])).toEqual({ a: [1, null], b: 2 });
    expect(tree.sameStructure(tree.structure([1, 2]), tree.structure([3, 4]))).toBe(true);
    expect(tree.reduce((sum, x) => (sum as number) + (x as number), { a: 1, b: [2, 3] })).toBe(6);
    expect(read(tree.reduce((a, b) => np.dot(a as NDArray, b as NDArray), [vector, vector]))).toBe(14);
    expect(read(tree.reduce(np.dot as (a: unknown, b: unknown) => unknown, [vector, vector]))).toBe(14);
    expect([tree.all([true, 1, np.array(true)]), tree.all([true, np.array(0)])]).toEqual([true, false]);
    for (const run of [() => untyped(tree.map)([1], square), () => untyped(tree.unflatten)([1], treedef), () => untyped(tree.reduce)({ a: 1 }, square), () => untyped(tree.transpose)(1, 2, 3)]) {
      expect(failureOf(run).code).toBe("LW3007");
    }
    expect(failureOf(() => untyped(tree.registerClass)({}, {})).code).toBe("LW1106");
  });
});

describe("specs", () => {
  it("are text, objects, trees of them, or arrays", () => {
    const f = (p: { w: NDArray }, x: NDArray): { y: NDArray } => ({ y: p.w.matmul(x) });
    expect(String(evalShape(f, { w: "f32[2,3]" }, { shape: [3], dtype: "float32" }).y)).toBe("f32[2]");
    expect(evalShape(f, { w: np.ones([2, 3]) }, "f32[3]").y).toMatchObject({ shape: [2], dtype: "float32", weakType: false });
    expect(evalShape(square, { shape: [], dtype: "float32", weakType: true }).weakType).toBe(true);
  });

  it("are copied", () => {
    const spec = { shape: [2], dtype: "float32" as const };
    const made = evalShape(square, spec);
    (made.shape as number[]).push(1);
    spec.shape[0] = 5;
    expect(evalShape(square, "f32[2]").shape).toEqual([2]);
  });

  it.each<[unknown, string]>([
    ["float32[2]", "LW1213"], ["f32[-1]", "LW1213"], ["f32[2.5]", "LW1213"], ["f32", "LW1213"], [{ shape: [2], dtype: "f32" }, "LW3123"], [{ shape: [-2], dtype: "float32" }, "LW3123"],
    [{ shape: [2], dtype: "float32", sharding: 1 }, "LW3123"], [{ shape: [2], dtype: "float32", weakType: 1 }, "LW3123"],
  ])("%j is refused", (spec, code) => expect(failureOf(() => untyped(evalShape)(square, spec)).code).toBe(code));
});

describe("compiled functions", () => {
  it("keep name and length and have their members", async () => {
    function model(x: NDArray, y: NDArray): NDArray { return x.mul(y); }
    const f = jit(model);
    expect([f.name, f.length, vmap(model).name, grad(model).length]).toEqual(["model", 2, "model", 2]);
    await f.compile("f32[3]", { shape: [], dtype: "float32", weakType: true });
    expect(f.cacheSize).toBe(1);
    expect(f(vector, 2).toArraySync()).toEqual([2, 4, 6]);
    expect(f.cacheSize).toBe(1);
    f.clearCache();
    expect(f.cacheSize).toBe(0);
    const lowered = f.lower(vector, "f32[]");
    expect(String(lowered.jaxpr)).toBe("{ lambda ; a:f32[3] b:f32[]. let c:f32[3] = mul a b in (c,) }");
    expect(lowered.text()).toBe(String(lowered.jaxpr));
    for (const stage of ["jaxpr", "passes", "fusion", "steps", "kernel", "legal", "js", "memory", "all"] as const) expect(lowered.text(stage)).not.toBe("");
    expect(failureOf(() => (lowered.text as unknown as (stage: string) => string)("ptx")).code).toBe("LW3119");
    expect(lowered.cost()).toMatchObject({ flops: 3, kernels: 1 });
    expect(lowered.compile()(vector, np.float32(2)).toArraySync()).toEqual([2, 4, 6]);
  });

  it("remember static values by value and objects by identity", () => {
    let traces = 0;
    const f = jit((x: NDArray, options: { k: number } | number) => {
      traces++;
      return x.mul(typeof options === "number" ? options : options.k);
    }, { staticArgnums: 1 });
    const options = { k: 2 };
    for (const second of [options, options, 3, 3, { k: 2 }]) f(1, second);
    expect(traces).toBe(3);
  });

  it("warn once after 32 misses, with the leaf that changed", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const f = jit(function ofManyShapes(points: NDArray) { return points.mul(2); });
    for (let extent = 1; extent <= 40; extent++) f(np.ones([extent]));
    expect(warn.mock.calls.map(String)).toEqual([expect.stringMatching(/ofManyShapes .*points changed from f32\[31\] to f32\[32\]/)]);
    warn.mockRestore();
  });
});
