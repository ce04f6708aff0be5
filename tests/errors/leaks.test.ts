/** @file A traced value that leaks says where it was made, under every kind of trace; collectives refuse what they lack. */

import { grad, jit, lax, numpy as np, vmap, type NDArray } from "lanewise";
import { expect, test } from "vitest";

const leaked: NDArray[] = [];

function hoard(x: NDArray): NDArray {
  leaked.push(np.sin(x));
  return x;
}

test.each<[string, () => unknown]>([
  ["jit", () => jit(hoard)(1)], ["grad", () => grad(hoard)(1)], ["jit of grad", () => jit(grad(hoard))(1)], ["vmap of grad", () => vmap(grad(hoard))(np.ones([2]))],
  ["vmap", () => vmap(hoard)(np.ones([2]))],
])("a value of %s that leaked", (_, run) => {
  leaked.length = 0;
  run();
  const use = (): unknown => (leaked[0] as NDArray).add(1);
  expect(use).toThrow(/LW1301[^]*leaked out of hoard/);
  expect(use).toThrow(/the result of sin at errors\/leaks\.test\.ts:9:\d+ \(in hoard\)/);
});

test.each([["psum", lax.psum], ["pmean", lax.pmean], ["pmax", lax.pmax], ["pmin", lax.pmin]])("%s refuses the groups that JAX has outside vmap", (_name, collective) => {
  const untyped = collective as unknown as (x: NDArray, axis: string, options: object) => NDArray;
  expect(() => vmap((x: NDArray) => untyped(x, "i", { axisIndexGroups: [[0], [1]] }), { axisName: "i" })(np.ones([2]))).toThrow(/LW3007[^]*axisIndexGroups/);
});
