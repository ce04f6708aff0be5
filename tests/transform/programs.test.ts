/** @file The first programs, as the issue that began the project lists them: results, shapes, dtypes and errors. */

import { LanewiseError, grad, jit, makeJaxpr, numpy as np, tree, valueAndGrad, vmap, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import { customDot, linearLayer, matrixMatrix, programs, vectorVector } from "../../examples/programs.mjs";
import { generator, initialize, loss, predict, tenClasses, train, update } from "../../examples/mlp.mjs";

const int = (value: unknown): NDArray => np.array(value as number[], { dtype: "int32" });
const x = int([[2, 2, 2], [3, 3, 3]]);
const y = int([[4, 4, 4], [5, 5, 5]]);

describe("programs", () => {
  test.each(programs.map((program) => [program.name, program] as const))("%s", async (_name, { run, args, expected, dtype }) => {
    for (const call of [run, jit(run)]) {
      const result = call(...args) as NDArray;
      expect(result.dtype).toBe(dtype);
      expect(roundAll(await result.toArray())).toEqual(expected);
    }
  });

  test("customDot called directly throws, naming dot and the shapes", () => {
    expect(() => customDot(x, y)).toThrow(LanewiseError);
    expect(() => customDot(x, y)).toThrow(/dot[\s\S]*\(2, 3\)[\s\S]*\(2, 3\)/);
  });

  test("the loop over rows with np.stack gives what vmap gives", async () => {
    const rows = [0, 1].map((row) => customDot(x.get(row), y.get(row)) as NDArray);
    expect(await np.stack(rows).toArray()).toEqual([576, 2025]);
    expect(await (vmap(customDot)(x, y) as NDArray).toArray()).toEqual([576, 2025]);
  });

  test("two vmaps of dot are one dot_general after the passes, and equal matmul", async () => {
    const [a, b] = [np.arange(6, { dtype: "float32" }).reshape([2, 3]), np.arange(12, { dtype: "float32" }).reshape([3, 4])];
    const passes = jit(matrixMatrix).lower(a, b).text("passes");
    expect(passes.match(/ = /g)?.length).toBe(1);
    expect(passes).toContain("dot_general");
    expect(await (matrixMatrix(a, b) as NDArray).toArray()).toEqual(await np.matmul(a, b).toArray());
  });

  test("inAxes: columns, unmapped arguments, nested trees, negative axes, outAxes anywhere", async () => {
    const m = np.arange(6, { dtype: "float32" }).reshape([2, 3]);
    const perColumn = vmap((c: NDArray, d: NDArray) => np.dot(c, d), [1, 1]);
    expect(await perColumn(m, m).toArray()).toEqual([9, 17, 29]);
    expect(await vmap((v: NDArray, c: NDArray) => np.dot(v, c), [null, 1])(np.array([1, 2]), m).toArray()).toEqual([6, 9, 12]);
    expect(await vmap((c: NDArray) => c.sum(), -1)(m).toArray()).toEqual([3, 5, 7]);
    const nested = vmap((p: { w: NDArray; b: [NDArray, NDArray] }) => p.w.add(p.b[0]).mul(p.b[1]), [{ w: 0, b: [null, 1] }]);
    const result = nested({ w: m, b: [np.array(1), np.arange(6, { dtype: "float32" }).reshape([3, 2])] });
    expect(result.shape).toEqual([2, 3]);
    expect(await result.toArray()).toEqual([[0, 4, 12], [4, 15, 30]]);
    for (const outAxes of [0, 1, -1, -2]) {
      const shape = vmap((row: NDArray) => row.mul(2), 0, outAxes)(m).shape;
      expect(shape).toEqual(outAxes === 0 || outAxes === -2 ? [2, 3] : [3, 2]);
    }
  });

  test("shapes of matrixMatrix and linearLayer for other sizes", () => {
    expect((matrixMatrix(np.ones([5, 4]), np.ones([4, 7])) as NDArray).shape).toEqual([5, 7]);
    expect((vmap(linearLayer, [null, null, 0])(np.ones([3, 2]), np.ones([2]), np.ones([9, 3])) as NDArray).shape).toEqual([9, 2]);
    expect((vectorVector(np.ones([4]), np.ones([4])) as NDArray).shape).toEqual([]);
  });

  test("every program prints as a jaxpr", () => {
    for (const { run, args } of programs) expect(String(makeJaxpr(run)(...args))).toMatch(/^\{ lambda /);
  });
});

describe("a tanh network", () => {
  const small = [6, 5, 4, 3];

  test("gradients agree with finite differences", async () => {
    const random = generator(3);
    const params = initialize(small, random) as [NDArray, NDArray][];
    const inputs = np.array(Float32Array.from({ length: 12 }, () => random())).reshape([2, 6]);
    const targets = np.array(Float32Array.from({ length: 6 }, () => random())).reshape([2, 3]);
    const gradients = grad(loss)(params, inputs, targets) as unknown as [NDArray, NDArray][];
    for (const [layer, pair] of params.entries()) {
      for (const member of [0, 1] as const) {
        const values = await pair[member].data();
        const got = await (gradients[layer] as [NDArray, NDArray])[member].data();
        for (let place = 0; place < values.length; place += 3) {
          const at = async (step: number): Promise<number> => {
            const moved = Float32Array.from(values as Float32Array);
            moved[place] = (moved[place] as number) + step;
            const changed = params.map((other, index) => (index === layer ? other.map((array, which) => (which === member ? np.array(moved).reshape(array.shape) : array)) : other));
            return Number(await (loss(changed as [NDArray, NDArray][], inputs, targets) as NDArray).item());
          };
          const slope = ((await at(1e-2)) - (await at(-1e-2))) / 2e-2;
          expect(Math.abs(slope - Number(got[place]))).toBeLessThan(2e-3 * (1 + Math.abs(slope)));
        }
      }
    }
  });

  test("predict and valueAndGrad keep the structure of the parameters", () => {
    const params = initialize(small, generator(1)) as [NDArray, NDArray][];
    const inputs = np.ones([2, 6]);
    expect((predict(params, inputs) as NDArray).shape).toEqual([2, 3]);
    const [, gradients] = valueAndGrad(loss)(params, inputs, np.zeros([2, 3]));
    expect(tree.map((leaf: NDArray) => leaf.shape.join(), gradients)).toEqual([["6,5", "5"], ["5,4", "4"], ["4,3", "3"]]);
  });

  test("100 steps at batch 128 bring the loss under half", async () => {
    const losses: number[] = [];
    await train(100, { report: (_step: number, value: number) => losses.push(value) });
    expect(losses.length).toBe(100);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
    expect(update.cacheSize).toBe(1);
  }, 120_000);

  test("the data are the same in every run", async () => {
    const [inputs, targets] = tenClasses(4, generator(7))(2) as [NDArray, NDArray];
    expect(inputs.shape).toEqual([2, 4]);
    expect(await targets.sum(1).toArray()).toEqual([1, 1]);
  });
});

function roundAll(value: unknown): unknown {
  return Array.isArray(value) ? value.map(roundAll) : Math.round((value as number) * 1e5) / 1e5;
}
