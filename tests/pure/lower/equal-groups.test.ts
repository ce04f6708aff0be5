/** @file Groups of equal form are lowered to one kernel, and computed apart. */
import { grad, jit, numpy as np, type NDArray } from "lanewise";
import { compile } from "@lanewise/compiler/pipeline";
import type { Value } from "@lanewise/compiler/ir/types";
import { tanh } from "@lanewise/compiler/primitives/unary";
import { add, mul } from "@lanewise/compiler/primitives/arith";
import { broadcastInDim, reduceSum } from "@lanewise/compiler/primitives/linear";
import { describe, expect, it } from "vitest";
import { jaxprOf, randomInputs, reference, runProgram } from "../../support/programs.ts";

const centre = (x: Value): Value => add(tanh(x), broadcastInDim(reduceSum(x, [0, 1]), [6, 4], []));

describe("equal groups", () => {
  it("are one kernel over different values", () => {
    const jaxpr = jaxprOf(["f32[6,4]", "f32[6,4]"], (x, y) => mul(Array.from({ length: 6 }).reduce<Value>((value) => centre(value), x), centre(y)));
    const { program } = compile(jaxpr, { name: "layers", target: "js", verify: true });
    expect(program.steps.length).toBeGreaterThan(2 * program.kernels.length);
    const inputs = randomInputs(jaxpr, 3).map((input) => input.map((value) => value / 100));
    const [expected] = reference(jaxpr, inputs);
    runProgram(program, inputs)[0]?.forEach((value, index) => {
      const wanted = expected?.[index] ?? NaN;
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-4 * Math.abs(wanted));
    });
  });

  it("differ where a constant, a param or a shared operand differs", () => {
    const f = jit((x: NDArray, y: NDArray) => {
      const parts = [x.mul(2).sum(), x.mul(3).sum(), x.sum(0), x.sum(1), x.mul(x).sum(), x.mul(y).sum(), y.mul(x).sum(), y.mul(y).sum()];
      return parts;
    });
    const [x, y] = [np.arange(6, { dtype: "float32" }).reshape([2, 3]), np.ones([2, 3]).mul(2)];
    expect(f(x, y).map((part) => part.toArraySync())).toEqual([30, 45, [3, 5, 7], [3, 12], 55, 30, 30, 24]);
  });

  it("of equal layers under grad give each layer its gradient", () => {
    const loss = (layers: readonly NDArray[], x: NDArray): NDArray => layers.reduce<NDArray>((y, w) => np.tanh(np.matmul(y, w)), x).sum();
    const layers = [1, 2, 3, 4].map((scale) => np.arange(9, { dtype: "float32" }).mul(scale * 0.01).reshape([3, 3]));
    const x = np.ones([2, 3]);
    const compiled = jit(grad(loss))(layers, x);
    grad(loss)(layers, x).forEach((expected, layer) => {
      const found = compiled[layer];
      expect(np.abs(expected.sub(found ?? NaN)).max().itemSync()).toBeLessThan(1e-6);
    });
  });
});
