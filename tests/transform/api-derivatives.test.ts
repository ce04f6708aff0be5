/** @file Derivatives through the public API: structures, argnums, aux, integers, and the forms along tangents and cotangents. */
import { grad, hessian, jacfwd, jacrev, jit, jvp, linearize, numpy as np, valueAndGrad, vjp, vmap, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";

const nested = (x: NDArray): unknown => x.toArraySync();
const product = (x: NDArray, y: NDArray, z: NDArray): NDArray => x.mul(y).mul(y).mul(z).mul(z).mul(z);

describe("grad", () => {
  it("differentiates the first argument, which may be a plain number", () => {
    expect(grad((x) => x.mul(x))(3).itemSync()).toBe(6);
    expect(grad((x) => x.mul(x))(3).dtype).toBe("float32");
  });

  it("takes a position, from the end too, or a list", () => {
    expect(grad(product, 1)(2, 3, 1).itemSync()).toBe(12);
    expect(grad(product, -1)(2, 3, 1).itemSync()).toBe(54);
    expect(grad(product, { argnums: 2 })(2, 3, 1).itemSync()).toBe(54);
    const list = grad(product, [2, 0])(2, 3, 1);
    expect(list.map((gradient) => gradient.itemSync())).toEqual([54, 9]);
    expect(grad(product, [1])(2, 3, 1).map((gradient) => gradient.itemSync())).toEqual([12]);
  });

  it("gives a tree like its argument", () => {
    const loss = (p: { w: NDArray; b: readonly [NDArray, null] }, x: NDArray): NDArray => p.w.mul(x).add(p.b[0]).sum();
    const gradient = grad(loss)({ w: np.array([1, 2]), b: [np.array(1), null] }, np.array([3, 4]));
    expect(nested(gradient.w)).toEqual([3, 4]);
    expect(gradient.b[0].itemSync()).toBe(2);
    expect(gradient.b[1]).toBeNull();
    expect(Object.keys(gradient)).toEqual(["b", "w"]);
  });

  it("differentiates again and again", () => {
    const quartic = (x: NDArray): NDArray => x.mul(x).mul(x).mul(x);
    expect(grad(grad(quartic))(2).itemSync()).toBe(48);
    expect(grad(grad(grad(quartic)))(2).itemSync()).toBe(48);
  });

  it("gives zeros for an argument without influence", () => {
    expect(nested(grad((x, y) => y.add(x.mul(0).sum()), 0)(np.array([1, 2]), 3))).toEqual([0, 0]);
    expect(nested(grad((_x, y) => y)(np.array([1, 2]), 3))).toEqual([0, 0]);
  });

  it("gives float0 for integers where they are allowed", () => {
    const f = (p: { x: NDArray; n: NDArray }): NDArray => p.x.mul(p.n).sum();
    const gradient = grad(f, { allowInt: true })({ x: np.array([1, 2]), n: np.array([3, 4], "int32") });
    expect(nested(gradient.x)).toEqual([3, 4]);
    expect(gradient.n.dtype).toBe("float0");
    expect(gradient.n.shape).toEqual([2]);
  });

  it("leaves integers, booleans and other values alone where they are not differentiated", () => {
    const f = (x: NDArray, n: NDArray, flag: NDArray, mode: string): NDArray => x.mul(n).mul(flag).mul(mode === "double" ? 2 : 1).sum();
    expect(nested(grad(f)(np.array([1, 2]), np.array([3, 4], "int32"), true, "double"))).toEqual([6, 8]);
  });

  it("returns aux beside the gradient, integers among it", () => {
    const f = (x: NDArray): [NDArray, { count: NDArray; twice: NDArray }] => [x.mul(x).sum(), { count: x.greater(1).astype("int32"), twice: x.mul(2) }];
    const [gradient, aux] = grad(f, { hasAux: true })(np.array([1, 2]));
    expect(nested(gradient)).toEqual([2, 4]);
    expect(nested(aux.count)).toEqual([0, 1]);
    expect(nested(aux.twice)).toEqual([2, 4]);
    const [[value, sameAux], sameGradient] = valueAndGrad(f, { hasAux: true })(np.array([1, 2]));
    expect(value.itemSync()).toBe(5);
    expect(nested(sameAux.twice)).toEqual([2, 4]);
    expect(nested(sameGradient)).toEqual([2, 4]);
    const [compiledGradient, compiledAux] = jit(grad(f, { hasAux: true }))(np.array([1, 2]));
    expect(nested(compiledGradient)).toEqual([2, 4]);
    expect(nested(compiledAux.count)).toEqual([0, 1]);
  });

  it("works on a function that returns a plain number", () => {
    expect(grad((_x: number) => 3)(1).itemSync()).toBe(0);
  });
});

describe("valueAndGrad", () => {
  it("gives both", () => {
    const [value, gradient] = valueAndGrad((x) => x.mul(x))(3);
    expect([value.itemSync(), gradient.itemSync()]).toEqual([9, 6]);
  });
});

describe("jvp", () => {
  it("gives the value and the derivative along tangents", () => {
    const [value, tangent] = jvp((x, y) => x.mul(y), [3, 4], [1, 10]);
    expect([value.itemSync(), tangent.itemSync()]).toEqual([12, 34]);
  });

  it("keeps trees, and gives zeros where nothing moves", () => {
    const f = (p: { a: NDArray; b: NDArray }): { s: NDArray; c: NDArray } => ({ s: p.a.mul(p.b), c: np.array([1, 2]) });
    const [value, tangent] = jvp(f, [{ a: 2, b: 5 }], [{ a: 1, b: 0 }]);
    expect(value.s.itemSync()).toBe(10);
    expect(tangent.s.itemSync()).toBe(5);
    expect(nested(tangent.c)).toEqual([0, 0]);
  });

  it("gives float0 for integer results, and takes aux apart", () => {
    const [, tangent] = jvp((x) => x.astype("int32"), [np.array([1, 2])], [np.array([1, 1])]);
    expect([tangent.dtype, tangent.shape]).toEqual(["float0", [2]]);
    const [value, derivative, aux] = jvp((x: NDArray): [NDArray, NDArray] => [x.mul(2), x], [3], [1], { hasAux: true });
    expect([value.itemSync(), derivative.itemSync(), aux.itemSync()]).toEqual([6, 2, 3]);
  });
});

describe("vjp", () => {
  it("gives the value and a pullback, which may be called again", () => {
    const [value, pull] = vjp((x, y) => x.mul(y), [np.array([1, 2]), np.array([3, 4])]);
    expect(nested(value)).toEqual([3, 8]);
    expect(pull(np.array([1, 10])).map(nested)).toEqual([[3, 40], [1, 20]]);
    expect(pull(np.array([0, 1])).map(nested)).toEqual([[0, 4], [0, 2]]);
  });

  it("gives float0 for integer arguments", () => {
    const [, pull] = vjp((n, x) => x.mul(n), [np.array([3, 4], "int32"), np.array([1, 2])]);
    const [none, gradient] = pull(np.array([1, 1]));
    expect(nested(gradient)).toEqual([3, 4]);
    expect(none.dtype).toBe("float0");
  });

  it("takes aux apart", () => {
    const [value, pull, aux] = vjp((x: NDArray): [NDArray, { n: NDArray }] => [x.mul(x), { n: x.astype("int32") }], [3], { hasAux: true });
    expect(value.itemSync()).toBe(9);
    expect(pull(1).map((gradient) => gradient.itemSync())).toEqual([6]);
    expect(aux.n.itemSync()).toBe(3);
  });

  it("may be vmapped over cotangents", () => {
    const [, pull] = vjp((x) => x.mul(x), [np.array([1, 2])]);
    const rows = vmap((row: NDArray) => pull(row)[0])(np.array([[1, 0], [0, 1]]));
    expect(nested(rows)).toEqual([[2, 0], [0, 4]]);
  });
});

describe("linearize", () => {
  it("gives the derivative as a function that runs nothing again", () => {
    let runs = 0;
    const [value, push] = linearize((x) => {
      runs++;
      return x.mul(x);
    }, [3]);
    expect(value.itemSync()).toBe(9);
    expect(push(1).itemSync()).toBe(6);
    expect(push(10).itemSync()).toBe(60);
    expect(runs).toBe(1);
  });
});

describe("derivatives under jit", () => {
  it("compose with it from both sides", () => {
    const f = (x: NDArray): NDArray => x.mul(x).mul(x).sum();
    expect(nested(jit(grad(f))(np.array([1, 2])))).toEqual([3, 12]);
    expect(nested(grad(jit(f))(np.array([1, 2])))).toEqual([3, 12]);
    expect(nested(jit(vmap(grad(jit(f))))(np.array([[1, 2], [3, 4]])))).toEqual([[3, 12], [27, 48]]);
    const [value, tangent] = jvp(jit(f), [np.array([1, 2])], [np.array([1, 0])]);
    expect([value.itemSync(), tangent.itemSync()]).toEqual([9, 3]);
  });
});

describe("Jacobians", () => {
  const f = (p: { w: NDArray; b: NDArray }, q: NDArray): { y: NDArray; s: NDArray } => ({ y: p.w.mul(p.w).mul(q), s: p.w.sum().mul(p.b) });
  const p = (): { w: NDArray; b: NDArray } => ({ w: np.array([1, 2, 3]), b: np.array(2) });
  const q = (): NDArray => np.array([1, 1, 2]);

  it.each([["forward", jacfwd], ["reverse", jacrev]] as const)("have the output's tree and then the argument's, %s", (_, jacobian) => {
    const { y, s } = jacobian(f)(p(), q());
    expect(nested(y.w)).toEqual([[2, 0, 0], [0, 4, 0], [0, 0, 12]]);
    expect(nested(y.b)).toEqual([0, 0, 0]);
    expect(nested(s.w)).toEqual([2, 2, 2]);
    expect(nested(s.b)).toEqual(6);
  });

  it.each([["forward", jacfwd], ["reverse", jacrev]] as const)("take lists of arguments, aux and rectangular shapes, %s", (_, jacobian) => {
    const g = (x: NDArray, y: NDArray): [NDArray, NDArray] => [x.dot(y), x.astype("int32")];
    const x = np.array([[1, 2, 3], [4, 5, 6]]);
    const y = np.array([1, 10, 100]);
    const [[byY, byX], aux] = jit(jacobian(g, { argnums: [1, 0], hasAux: true }))(x, y);
    expect(nested(byY)).toEqual([[1, 2, 3], [4, 5, 6]]);
    expect(nested(byX)).toEqual([[[1, 10, 100], [0, 0, 0]], [[0, 0, 0], [1, 10, 100]]]);
    expect(nested(aux)).toEqual([[1, 2, 3], [4, 5, 6]]);
  });

  it("of a Jacobian are second derivatives", () => {
    expect(nested(hessian((x) => x.mul(x).mul(x).sum())(np.array([1, 2])))).toEqual([[6, 0], [0, 12]]);
    const blocks = hessian((x, y) => x.mul(x).mul(y).sum(), [0, 1])(np.array([1, 2]), np.array([3, 4]));
    expect(blocks.map((row) => row.map(nested))).toEqual([[[[6, 0], [0, 8]], [[2, 0], [0, 4]]], [[[2, 0], [0, 4]], [[0, 0], [0, 0]]]]);
  });

  it("refuse integers", () => {
    expect(() => jacfwd((x) => x)(np.array([1], "int32"))).toThrow(/LW3114/);
    expect(() => jacrev((x) => ({ n: x.astype("int32") }))(np.array([1]))).toThrow(/LW3115[^]*result\.n/);
    // @ts-expect-error there is no second parameter
    expect(() => jacrev((x) => x, 1)).toThrow(/LW3109/);
  });
});
