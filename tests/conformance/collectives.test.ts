/** @file Collectives under vmap give what JAX's give, and say what is wrong with a name or a permutation. */

import { grad, jit, lax, numpy as np, vmap, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import golden from "./collectives.json" with { type: "json" };

const counting = (...shape: number[]): NDArray => np.arange(shape.reduce((product, extent) => product * extent, 1), { dtype: "float32" }).reshape(shape);
const [x, y, z] = [counting(3, 2), counting(3, 3, 3), counting(4)];
const ring = [[0, 1], [1, 2], [2, 3], [3, 0]] as const;
const mapped = (f: (v: NDArray) => NDArray): ((batch: NDArray) => NDArray) => vmap(f, { axisName: "i" }) as (batch: NDArray) => NDArray;
const total = (f: (v: NDArray) => NDArray): ((batch: NDArray) => NDArray) => grad((batch: NDArray) => mapped(f)(batch).sum()) as (batch: NDArray) => NDArray;

const twins: Readonly<Record<string, readonly [(batch: NDArray) => NDArray, NDArray]>> = {
  "psum": [mapped((v) => v.sub(lax.psum(v, "i"))), x],
  "pmean": [mapped((v) => v.sub(lax.pmean(v, "i"))), x],
  "pmax": [mapped((v) => v.sub(lax.pmax(v, "i"))), x],
  "pmin": [mapped((v) => v.sub(lax.pmin(v, "i"))), x],
  "ppermute": [mapped((v) => lax.ppermute(v, "i", [[0, 2], [1, 0], [2, 1]])), x],
  "allGather": [mapped((v) => lax.allGather(v, "i").mul(v)), x],
  "allGather tiled": [mapped((v) => lax.allGather(v, "i", { axis: 0, tiled: true })), x],
  "allToAll": [mapped((v) => lax.allToAll(v, "i", 0, 1)), y],
  "allToAll other axes": [mapped((v) => lax.allToAll(v, "i", 1, 0)), y],
  "allToAll tiled": [mapped((v) => lax.allToAll(v, "i", 0, 1, { tiled: true })), y],
  "psumScatter": [mapped((v) => lax.psumScatter(v, "i")), y],
  "psumScatter tiled": [mapped((v) => lax.psumScatter(v, "i", { scatterDimension: 1, tiled: true })), y],
  "axisIndex": [mapped((v) => v.mul(lax.axisIndex("i"))), x],
  "psum of a number": [mapped((v) => v.mul(0).add(lax.psum(2, "i"))), z],
  "gradient outside": [total((v) => lax.psum(v.mul(v), "i").mul(v)), z],
  "gradient inside": [mapped(grad((v: NDArray) => lax.psum(v.mul(v), "i")) as (v: NDArray) => NDArray), z],
  "gradient of ppermute": [total((v) => lax.ppermute(v.mul(v), "i", ring).mul(v)), z],
  "gradient of allGather": [total((v) => lax.allGather(v.mul(v), "i").sum().mul(v)), z],
  "two levels": [
    vmap(vmap((v: NDArray) => lax.psum(v, "i").sub(lax.psum(v, ["i", "j"])), { axisName: "i" }), { axisName: "j" }) as (batch: NDArray) => NDArray, x,
  ],
};

describe("collectives", () => {
  test("the same cases on both sides", () => expect(Object.keys(twins)).toEqual(Object.keys(golden.results)));

  test.each(Object.entries(golden.results))("%s", async (name, want) => {
    const [run, input] = twins[name] as readonly [(batch: NDArray) => NDArray, NDArray];
    for (const call of [run, jit(run)]) expect([...(await call(input).data())]).toEqual(want);
  });

  test("an example that nobody sends to gets zeros", async () => {
    expect(await mapped((v) => lax.ppermute(v, "i", [[0, 1], [1, 2]]))(z).toArray()).toEqual([0, 0, 1, 0]);
  });

  test("trees, sizes, and jit inside a named axis", async () => {
    const both = vmap((v: NDArray) => lax.psum({ a: v, b: [v.mul(2)] }, "i"), { axisName: "i" })(z) as unknown as { a: NDArray; b: [NDArray] };
    expect(await both.a.toArray()).toEqual([6, 6, 6, 6]);
    expect(await both.b[0].toArray()).toEqual([12, 12, 12, 12]);
    expect(await mapped((v) => v.div(lax.axisSize("i")))(z).toArray()).toEqual([0, 0.25, 0.5, 0.75]);
    const inner = jit((v: NDArray) => lax.psum(v, "i"));
    expect(await mapped((v) => inner(v))(z).toArray()).toEqual([6, 6, 6, 6]);
    expect(await mapped((v) => inner(v))(np.arange(3, { dtype: "float32" })).toArray()).toEqual([3, 3, 3]);
  });

  test("bad calls", () => {
    expect(() => lax.psum(1, "i")).toThrow(/LW1307[\s\S]*"i"[\s\S]*axisName/);
    expect(() => mapped((v) => lax.psum(v, "j"))(z)).toThrow(/"j", while "i" is bound/);
    expect(() => lax.psum(1, 3 as never)).toThrow(/LW3007/);
    expect(() => mapped((v) => lax.ppermute(v, "i", [[0, 1], [2, 1]]))(z)).toThrow(/LW1404[\s\S]*distinct destinations/);
    expect(() => mapped((v) => lax.ppermute(v, "i", [[0, 9]]))(z)).toThrow(/\[0, 4\)/);
    expect(() => mapped((v) => lax.psumScatter(v, "i"))(x)).toThrow(/extent of 3/);
    expect(() => mapped((v) => lax.allToAll(v, "i", 0, 0))(x)).toThrow(/one part per example/);
    expect(() => mapped(grad((v: NDArray) => lax.pmax(v, "i")) as (v: NDArray) => NDArray)(z)).toThrow(/pmax has no derivative/);
  });
});
