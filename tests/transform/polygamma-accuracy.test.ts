/** @file Accuracy of polygamma and zeta on js in float32, negative arguments too; `function-accuracy.test.ts` has the others. */

import { lax } from "lanewise";
import { expect, it } from "vitest";
import { worstError } from "../support/accuracy.ts";
import * as special from "../support/oracle/special.ts";

/** Evenly spaced numbers from low to high. */
function grid(low: number, high: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
}

it.each([1, 2, 3, 5])("polygamma of order %d", (order) => {
  const x = Float32Array.from([...grid(-25.3, -0.03, 200), ...grid(0.03, 25, 200)]);
  const worst = worstError("float32", [x], lax.polygamma(order, x).dataSync() as Float32Array, (value) => special.polygamma(order, value));
  expect(worst.ulps, worst.where).toBeLessThan(16);
});

it.each([1.25, 2, 3.5, 10])("zeta of s = %d", (s) => {
  const positive = grid(0.03, 25, 400);
  const worst = worstError("float32", [positive], lax.zeta(s, positive).dataSync() as Float32Array, (value) => special.zeta(s, value));
  expect(worst.ulps, worst.where).toBeLessThan(8);
});
