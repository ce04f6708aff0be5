/** @file customJvp and customVjp: rules are used by every transform, keep trees, and their mistakes are named. */

import { customJvp, customVjp, grad, jit, jvp, makeJaxpr, numpy as np, vjp, vmap, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";

/** f(x) = x^3 with a derivative that is wrong on purpose, so that a test sees which one was used. */
const marked = customJvp((x: NDArray) => x.pow(3), {
  jvp: ([x]: [NDArray], [dx]: [NDArray]) => [x.pow(3), dx.mul(x).mul(100)],
});
const clipped = customVjp((x: NDArray) => x.mul(2), {
  fwd: (x: NDArray) => [x.mul(2), { sign: x.greater(0) }],
  bwd: ({ sign }: { sign: NDArray }, ct: NDArray) => [np.where(sign, ct.mul(10), 0)],
});
const batch = np.array([1, -2, 3]);
const numbers = async (x: unknown): Promise<unknown> => (x as NDArray).toArray();

describe("customJvp", () => {
  test("the function itself", async () => {
    expect(await numbers(marked(np.array(2)))).toBe(8);
    expect(await numbers(jit(marked)(batch))).toEqual([1, -8, 27]);
    expect(await numbers(vmap(marked)(batch))).toEqual([1, -8, 27]);
  });

  test("the rule serves both modes, and under vmap and jit", async () => {
    expect(await numbers(grad(marked)(np.array(2)))).toBe(200);
    expect(await numbers(jvp(marked, [np.array(2)], [np.array(1)])[1])).toBe(200);
    expect(await numbers(jit(grad(marked))(np.array(2)))).toBe(200);
    expect(await numbers(vmap(grad(marked))(batch))).toEqual([100, -200, 300]);
    expect(await numbers(jit(vmap(grad((x: NDArray) => marked(x).mul(x))))(batch))).toEqual([101, 392, 927]);
    expect(await numbers(grad((x: NDArray) => vmap(marked)(x).sum())(batch))).toEqual([100, -200, 300]);
  });

  test("the rule is differentiated like any function", async () => {
    expect(await numbers(grad(grad(marked))(np.array(2)))).toBe(100);
  });

  test("trees, and arguments without a derivative", async () => {
    const scaled = customJvp((kind: string, p: { w: NDArray; b: NDArray }) => (kind === "sum" ? p.w.add(p.b) : p.w.sub(p.b)), {
      nondiffArgnums: 0,
      jvp: (kind: string, [p]: [{ w: NDArray; b: NDArray }], [dp]: [{ w: NDArray; b: NDArray }]) =>
        [kind === "sum" ? p.w.add(p.b) : p.w.sub(p.b), dp.w.mul(3).add(dp.b.mul(5))],
    });
    const gradient = grad((p: { w: NDArray; b: NDArray }) => scaled("sum", p))({ w: np.array(1), b: np.array(2) }) as unknown as { w: NDArray; b: NDArray };
    expect([await numbers(gradient.w), await numbers(gradient.b)]).toEqual([3, 5]);
  });

  test("prints as JAX's call", () => {
    const text = String(makeJaxpr(marked)(np.array(2)));
    expect(text).toContain("custom_jvp_call[");
    expect(text).toContain("jvp=jvp");
  });
});

describe("customVjp", () => {
  test("the function and its cotangents", async () => {
    expect(await numbers(clipped(batch))).toEqual([2, -4, 6]);
    expect(await numbers(grad((x: NDArray) => clipped(x).sum())(batch))).toEqual([10, 0, 10]);
    expect(await numbers(jit(grad((x: NDArray) => clipped(x).sum()))(batch))).toEqual([10, 0, 10]);
    expect(await numbers(vmap(grad(clipped))(batch))).toEqual([10, 0, 10]);
    expect(await numbers(grad((x: NDArray) => vmap(clipped)(x).sum())(batch))).toEqual([10, 0, 10]);
    const [, pull] = vjp(clipped, [batch]);
    expect(await numbers((pull(np.array([1, 2, 3])) as unknown as [NDArray])[0])).toEqual([10, 0, 30]);
  });

  test("an argument that vmap does not map gets the sum", async () => {
    const product = customVjp((x: NDArray, y: NDArray) => x.mul(y), {
      fwd: (x: NDArray, y: NDArray) => [x.mul(y), [x, y]],
      bwd: ([x, y]: [NDArray, NDArray], ct: NDArray) => [ct.mul(y), ct.mul(x)],
    });
    const loss = (x: NDArray, y: NDArray): NDArray => (vmap(product, [0, null])(x, y) as NDArray).sum();
    const [dx, dy] = grad(loss, [0, 1])(batch, np.array(4)) as unknown as [NDArray, NDArray];
    expect([await numbers(dx), await numbers(dy)]).toEqual([[4, 4, 4], 2]);
  });

  test("null is a zero cotangent", async () => {
    const first = customVjp((x: NDArray, y: NDArray) => x.add(y), { fwd: (x: NDArray, y: NDArray) => [x.add(y), null], bwd: (_: null, ct: NDArray) => [ct, null] });
    const [dx, dy] = grad(first, [0, 1])(np.array(1), np.array(2)) as unknown as [NDArray, NDArray];
    expect([await numbers(dx), await numbers(dy)]).toEqual([1, 0]);
  });

  test("has no forward derivative", () => {
    expect(() => jvp(clipped, [batch], [batch])).toThrow(/LW1601[\s\S]*customJvp/);
    expect(() => jit((x: NDArray) => jvp(clipped, [x], [x])[1])(batch)).toThrow(/LW1601/);
  });
});

describe("mistakes", () => {
  test("in the rules", () => {
    const wrongShape = customJvp((x: NDArray) => x, { jvp: ([x]: [NDArray], _tangents: [NDArray]) => [x, np.ones([7])] });
    expect(() => grad((x: NDArray) => wrongShape(x).sum())(batch)).toThrow(/LW1602[\s\S]*f32\[3\][\s\S]*f32\[7\]/);
    const noPair = customJvp((x: NDArray) => x, { jvp: ([x]: [NDArray]) => x });
    expect(() => grad(noPair)(np.array(1))).toThrow(/LW1602[\s\S]*\[value, tangent\]/);
    const short = customVjp((x: NDArray, y: NDArray) => x.mul(y), { fwd: (x: NDArray, y: NDArray) => [x.mul(y), null], bwd: (_: null, ct: NDArray) => [ct] });
    expect(() => grad(short)(np.array(1), np.array(2))).toThrow(/LW1602[\s\S]*2 cotangents/);
    const otherTree = customJvp((x: NDArray) => [x, x], { jvp: ([x]: [NDArray], [dx]: [NDArray]) => [[x, x], dx] });
    expect(() => grad((x: NDArray) => (otherTree(x) as unknown as [NDArray])[0])(np.array(1))).toThrow(/LW1602[\s\S]*structure/);
  });

  test("a value that is closed over has no derivative", () => {
    expect(() => grad((y: NDArray) => customJvp((x: NDArray) => x.mul(y), { jvp: ([x]: [NDArray], [dx]: [NDArray]) => [x.mul(2), dx] })(np.array(1)))(np.array(3))).toThrow(/LW1603/);
  });

  test("in the options", () => {
    expect(() => customJvp((x: NDArray) => x, {} as never)).toThrow(/jvp/);
    expect(() => customVjp((x: NDArray) => x, { fwd: () => 0, bwd: () => 0, bwdd: 1 } as never)).toThrow(/bwdd/);
    expect(() => customJvp(3 as never, { jvp: () => 0 })).toThrow(/customJvp/);
  });
});
