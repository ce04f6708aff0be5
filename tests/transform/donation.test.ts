/** @file Donated arguments: results lie in their memory, and nobody else sees it change. */
import { grad, jit, lax, numpy as np, tree, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";

const nested = (x: NDArray): unknown => x.toArraySync();

describe("a donated argument", () => {
  it("gives its memory to a result of the same type", () => {
    const f = jit((x: NDArray, y: NDArray) => x.mul(y).add(1), { donateArgnums: 0 });
    expect(f.lower(np.ones([4]), np.ones([4])).text("memory")).toContain("output 0: in the memory of input 0");
    expect(f.lower(np.ones([4]), np.ones([4])).text("memory")).toContain("peak: 32 bytes");
    const [x, y] = [np.array([1, 2, 3, 4]), np.array([2, 2, 2, 2])];
    expect(nested(f(x, y))).toEqual([3, 5, 7, 9]);
    expect(nested(y)).toEqual([2, 2, 2, 2]);
  });

  it("is gone afterwards, and the error names the call", () => {
    const step = jit(function step(x: NDArray) { return x.mul(2); }, { donateArgnums: 0 });
    const x = np.array([1, 2]);
    step(x);
    expect(() => x.add(1)).toThrow(/donated to step/);
    expect(() => x.toArraySync()).toThrow(/donated to step/);
    expect(() => step(x)).toThrow(/donated to step/);
  });

  it("does not change what another array shows of the same memory", () => {
    const double = jit((x: NDArray) => x.mul(2), { donateArgnums: 0 });
    const x = np.array([1, 2, 3, 4]);
    const reshaped = x.reshape([2, 2]);
    const same = jit((y: NDArray) => y)(x);
    for (let round = 0; round < 3; round++) expect(nested(double(round === 0 ? x : np.array([1, 2, 3, 4])))).toEqual([2, 4, 6, 8]);
    expect(nested(reshaped)).toEqual([[1, 2], [3, 4]]);
    expect(nested(same)).toEqual([1, 2, 3, 4]);
  });

  it("stays as it is while another result or a later step reads it", () => {
    const f = jit((x: NDArray) => [x.add(1), x.mul(2).sum(), x.sub(x.sum())], { donateArgnums: 0 });
    const [a, b, c] = f(np.array([1, 2, 3]));
    expect([a, b, c].map((y) => y && nested(y))).toEqual([[2, 3, 4], 12, [-5, -4, -3]]);
    const both = jit((x: NDArray) => [x, x.add(1)], { donateArgnums: 0 });
    expect(both(np.array([1, 2])).map(nested)).toEqual([[1, 2], [2, 3]]);
  });

  it("may be of a type that no result has, unused, or a number", () => {
    expect(nested(jit((x: NDArray) => x.sum(), { donateArgnums: 0 })(np.ones([3])))).toBe(3);
    expect(nested(jit((x: NDArray, y: NDArray) => y.add(x.size), { donateArgnums: [0, 1] })(np.ones([3]), np.ones([2])))).toEqual([4, 4]);
    expect(jit((x: NDArray) => x.add(1), { donateArgnums: 0 })(3).itemSync()).toBe(4);
    expect(nested(jit((x: NDArray) => x.add(1), { donateArgnums: 0 })(new Float32Array([1, 2]) as unknown as NDArray))).toEqual([2, 3]);
  });

  it("is not confused with the same function without donation", () => {
    const f = (x: NDArray): NDArray => x.add(5);
    const x = np.array([1, 2]);
    expect(nested(jit(f)(x))).toEqual([6, 7]);
    expect(nested(jit(f, { donateArgnums: 0 })(np.array([1, 2])))).toEqual([6, 7]);
    expect(nested(jit(f)(x))).toEqual([6, 7]);
    expect(nested(x)).toEqual([1, 2]);
  });
});

describe("updates of a dying operand", () => {
  it("of a scatter need no copy", () => {
    const plan = (donated: boolean): string =>
      jit((x: NDArray, i: NDArray) => x.at(i).add(1), donated ? { donateArgnums: 0 } : {}).lower(np.ones([16]), 3n).text("memory");
    expect(plan(true)).not.toMatch(/copy 16 elements/);
    expect(plan(true)).toContain("output 0: in the memory of input 0");
    expect(plan(false)).toMatch(/copy 16 elements from slot/);
    const temporary = jit((x: NDArray, i: NDArray) => x.mul(2).at(i).set(7)).lower(np.ones([16]), 3n).text("memory");
    expect(temporary).not.toMatch(/copy/);
  });

  it("of a dynamic slice lie in its memory", () => {
    const update = jit((x: NDArray, row: NDArray, i: NDArray) => lax.dynamicUpdateSlice(x, row, [i]), { donateArgnums: 0 });
    expect(update.lower(np.ones([16]), np.ones([4]), 3n).text("memory")).toContain("output 0: in the memory of input 0");
    expect(nested(update(np.arange(6, { dtype: "float32" }), np.array([9, 8]), 3n))).toEqual([0, 1, 2, 9, 8, 5]);
  });

  it("give the same as without donation, one after the other", () => {
    const f = (x: NDArray): NDArray => x.at(1).set(5).at(np.array([0, 2, 2], "int32")).add(1).at(3).multiply(2).add(x);
    expect(nested(jit(f, { donateArgnums: 0 })(np.array([1, 2, 3, 4])))).toEqual(nested(f(np.array([1, 2, 3, 4]))));
  });
});

it("a training step writes its new parameters over the old ones", () => {
  interface Model { readonly w: NDArray; readonly b: NDArray }
  const loss = (model: Model, x: NDArray): NDArray => np.matmul(x, model.w).add(model.b).mul(0.5).sum();
  const update = (model: Model, x: NDArray): Model => {
    const gradient = grad(loss)(model, x);
    return tree.map((p: NDArray, g: NDArray) => p.sub(g.mul(0.1)), model, gradient) as Model;
  };
  const start = (): Model => ({ w: np.ones([3, 2]), b: np.zeros([2]) });
  const x = np.arange(6, { dtype: "float32" }).reshape([2, 3]);
  const step = jit(update, { donateArgnums: 0 });
  expect(step.lower(start(), x).text("memory")).toMatch(/output \d: in the memory of input \d/);
  const plain = jit(update);
  let [donating, keeping] = [start(), start()];
  for (let round = 0; round < 4; round++) [donating, keeping] = [step(donating, x), plain(keeping, x)];
  expect([nested(donating.w), nested(donating.b)]).toEqual([nested(keeping.w), nested(keeping.b)]);
});
