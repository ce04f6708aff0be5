/** @file vmap through the public API: every form of axes, trees, and results that equal the loop over examples. */
import { grad, jit, makeJaxpr, numpy as np, vmap, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";

const matrix = (): NDArray => np.array([[1, 2, 3], [4, 5, 6]]);
const nested = (x: NDArray): unknown => x.toArraySync();

describe("inAxes", () => {
  const dot = (x: NDArray, y: NDArray): NDArray => x.mul(y).sum();

  it("maps axis 0 of every argument by default", () => {
    expect(nested(vmap(dot)(matrix(), matrix()))).toEqual([14, 77]);
  });

  it("takes one axis for all arguments", () => {
    expect(nested(vmap(dot, 1)(matrix(), matrix()))).toEqual([17, 29, 45]);
    expect(nested(vmap(dot, -1)(matrix(), matrix()))).toEqual([17, 29, 45]);
  });

  it("takes an entry per argument, null for what is not mapped", () => {
    expect(nested(vmap(dot, [0, null])(matrix(), np.array([1, 0, 1])))).toEqual([4, 10]);
    expect(nested(vmap(dot, [null, 1])(np.array([1, 10]), matrix()))).toEqual([41, 52, 63]);
  });

  it("takes axes by the names of the parameters", () => {
    expect(nested(vmap(dot, { inAxes: { x: 0, y: null } })(matrix(), np.array([1, 0, 1])))).toEqual([4, 10]);
    expect(nested(vmap(dot, { inAxes: { y: 1, x: null } })(np.array([1, 10]), matrix()))).toEqual([41, 52, 63]);
  });

  it("takes trees that are prefixes of the arguments", () => {
    const affine = (p: { w: NDArray; b: NDArray[] }, x: NDArray): NDArray => p.w.mul(x).add(p.b[0] ?? 0).add(p.b[1] ?? 0);
    const p = { w: np.array([1, 2]), b: [np.array(10), np.array([100, 200])] };
    expect(nested(vmap(affine, [{ w: 0, b: [null, 0] }, null])(p, 3))).toEqual([113, 216]);
    const q = { w: np.array([1, 2]), b: [np.array([10, 20]), np.array([100, 200])] };
    expect(nested(vmap(affine, [0, null])(q, 3))).toEqual([113, 226]);
  });

  it("leaves empty subtrees alone", () => {
    const f = (p: { a: NDArray; none: null }): NDArray => p.a.add(p.none === null ? 1 : 2);
    expect(nested(vmap(f)({ a: np.array([1, 2]), none: null }))).toEqual([2, 3]);
  });

  it("passes what is no array through where it is not mapped", () => {
    const f = (x: NDArray, mode: string, g: (y: NDArray) => NDArray): NDArray => (mode === "twice" ? g(g(x)) : g(x));
    expect(nested(vmap(f, [0, null, null])(np.array([1, 2]), "twice", (y) => y.mul(3)))).toEqual([9, 18]);
  });

  it("gives an unmapped number the members of an array", () => {
    expect(nested(vmap((x, s) => s.mul(x), [0, null])(np.array([1, 2]), 3))).toEqual([3, 6]);
  });

  it("lets optional parameters be absent", () => {
    const f = (x: NDArray, y?: NDArray): NDArray => (y === undefined ? x : x.add(y));
    expect(nested(vmap(f)(np.array([1, 2])))).toEqual([1, 2]);
    expect(nested(vmap(f, { inAxes: { x: 0, y: 0 } })(np.array([1, 2])))).toEqual([1, 2]);
  });
});

describe("outAxes", () => {
  it("puts the batch axis where it is asked to", () => {
    const f = (x: NDArray): NDArray => x.mul(2);
    expect(nested(vmap(f, 0, 1)(matrix()))).toEqual([[2, 8], [4, 10], [6, 12]]);
    expect(nested(vmap(f, 0, -1)(matrix()))).toEqual([[2, 8], [4, 10], [6, 12]]);
    expect(nested(vmap(f, { inAxes: 1, outAxes: 1 })(matrix()))).toEqual([[2, 4, 6], [8, 10, 12]]);
  });

  it("broadcasts an output that no example changes, or leaves it alone under null", () => {
    const f = (x: NDArray): { a: NDArray; b: NDArray } => ({ a: x, b: np.array([7, 8]) });
    const both = vmap(f)(np.array([1, 2, 3]));
    expect(nested(both.b)).toEqual([[7, 8], [7, 8], [7, 8]]);
    const once = vmap(f, 0, { a: 0, b: null })(np.array([1, 2, 3]));
    expect(nested(once.b)).toEqual([7, 8]);
  });

  it("keeps the tree of the result", () => {
    const result = vmap((x: NDArray) => ({ y: [x, x.add(1)] as const, z: null }))(np.array([1, 2]));
    expect(nested(result.y[1])).toEqual([2, 3]);
    expect(result.z).toBeNull();
  });
});

describe("sizes", () => {
  it("takes axisSize where nothing is mapped", () => {
    expect(nested(vmap(() => np.array(5), { axisSize: 3 })())).toEqual([5, 5, 5]);
    expect(nested(vmap((x) => x.add(1), { inAxes: null, axisSize: 2 })(1))).toEqual([2, 2]);
  });

  it("maps over nothing", () => {
    expect(vmap((x) => x.mul(2))(np.zeros([0, 3])).shape).toEqual([0, 3]);
  });
});

describe("vmap of other transforms", () => {
  it("nests", () => {
    const outer = vmap(vmap((x, y) => x.mul(y), [null, 0]), [0, null]);
    expect(nested(outer(np.array([1, 2]), np.array([10, 20, 30])))).toEqual([[10, 20, 30], [20, 40, 60]]);
  });

  it("gives one gradient per example", () => {
    expect(nested(vmap(grad((x) => x.mul(x).mul(x)))(np.array([1, 2, 3])))).toEqual([3, 12, 27]);
  });

  it("goes inside and outside jit", () => {
    const cube = (x: NDArray): NDArray => x.mul(x).mul(x);
    expect(nested(jit(vmap(cube))(np.array([1, 2])))).toEqual([1, 8]);
    expect(nested(vmap(jit(cube))(np.array([1, 2])))).toEqual([1, 8]);
  });

  it("sees closed-over values of an outer function", () => {
    const f = (x: NDArray): NDArray => vmap((y) => y.mul(x))(np.array([1, 2, 3])).sum();
    expect(grad(f)(5).itemSync()).toBe(6);
  });
});

it("a vmapped function keeps its name, its length and the names of its parameters", () => {
  function predict(weights: NDArray, x: NDArray): NDArray {
    return weights.mul(x);
  }
  const mapped = vmap(predict);
  expect(mapped.name).toBe("predict");
  expect(mapped.length).toBe(2);
  expect(() => vmap(mapped, { inAxes: { weight: 0, x: 0 } })).toThrow(/weights, x/);
  expect(String(makeJaxpr(jit(mapped))("f32[3]", "f32[3]"))).toContain("name=predict");
});
