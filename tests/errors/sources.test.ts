/** @file An equation knows the user's line, however deep in the library its operation is. */

import { grad, jit, makeJaxpr, nn, numpy as np, vmap, type NDArray } from "lanewise";
import { expect, it } from "vitest";

/** The user's functions and lines in a jaxpr, those of inner jaxprs apart. */
function places(f: (x: NDArray) => NDArray): readonly string[] {
  const { jaxpr } = makeJaxpr(f)(np.ones([4]));
  return [...new Set(jaxpr.eqns.map(({ source }) => {
    const { file = "", line = 0, functionName = "" } = source?.location() ?? {};
    return `${file.split("/").at(-1)}:${line} ${functionName}`;
  }))];
}

it("of a function of the library is the line of its call", () => {
  const model = (x: NDArray): NDArray => np.std(nn.softmax(x));
  expect(places(model)).toEqual(["sources.test.ts:16 model"]);
});

it("of a derivative is the line of the function", () => {
  const loss = (x: NDArray): NDArray => np.logaddexp(nn.softmax(x), 1).sum();
  const derived = grad(loss);
  expect(places(derived)).toContain("sources.test.ts:21 loss");
});

it("of a function of the library that is transformed itself is the line where that begins", () => {
  const model = (x: NDArray): NDArray => vmap(jit(vmap(jit(np.log))))(x.reshape(2, 2));
  expect(places(model)).toEqual(["sources.test.ts:27 model"]);
  const inner = makeJaxpr(jit(vmap(jit(vmap(np.log)))))(np.ones([2, 2])).jaxpr.eqns[0];
  expect(inner?.source?.location()?.file).toMatch(/sources\.test\.ts$/);
});
