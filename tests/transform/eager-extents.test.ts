/** @file Eager operations compile once for all shapes, scalars and indices: counted, and compared with compiled functions. */
import { clearCaches, config, jit, lax, memory, nn, numpy as np, slice, type NDArray } from "lanewise";
import { afterEach, describe, expect, it, vi } from "vitest";

/** The calls that were compiled while `run` ran, as the log names them. */
function compiledBy(run: () => void): readonly string[] {
  const info = vi.spyOn(console, "info").mockImplementation(() => undefined);
  config.set({ logCompiles: true });
  try {
    run();
    return info.mock.calls.flatMap(([line]) => /compiled (.*) for js/.exec(String(line))?.[1] ?? []);
  } finally {
    config.set({ logCompiles: false });
    info.mockRestore();
  }
}

afterEach(() => config.set({ logCompiles: false, verify: false }));

const steps = process.env["LANEWISE_FULL"] === "1" ? 10_000 : 150;

describe("a loop of eager steps", () => {
  it("compiles one program for each operation, dtype and layout, however scalars, indices and shapes change", () => {
    clearCaches();
    const table = np.ones([64, 8]);
    const compiled = compiledBy(() => {
      for (let step = 0; step < steps; step++) {
        const [rows, columns] = [2 + (step % 41), 2 + (step % 37)];
        const x = np.full([rows, columns], step);
        const y = x.mul(step + 0.5).add(x).sub(np.ones([columns]).reshape([1, columns]).add(step));
        np.where(y.greater(step), np.exp(y.mul(-1e-3)), y).sum();
        y.astype("int32").max();
        np.mod(y, step + 1);
        np.clip(y, step, step + 10);
        table.get(step % 64);
        table.get(step % 64, step % 8);
        table.get(slice(step % 60, (step % 60) + 4));
        table.at(step % 64).set(step);
        table.at(step % 64, step % 8).add(step);
        np.stack(Array.from({ length: 1 + (step % 9) }, () => x));
        np.concatenate(Array.from({ length: 1 + (step % 9) }, () => x), 1);
        for (const row of [table.get(step % 64)]) row.add(step);
      }
    });
    const names = compiled.map((call) => call.replace(/\(.*/, ""));
    const allowed: Readonly<Record<string, number>> = {
      // Operands of one shape, with a scalar, and with a broadcast row; conversions to two types.
      mul: 1, add: 3, sub: 2, gt: 1, _where: 1, exp: 1, convert_element_type: 2, reduce_sum: 1, reduce_max: 1, remainder: 1, clip: 1,
      dynamic_slice: 1, squeeze: 1, scatter: 1, "scatter-add": 1, broadcast_in_dim: 3, lt: 1, select_n: 1,
    };
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    // A reshape has no kernel: it is the memory of its operand.
    counts.delete("reshape");
    for (const [name, count] of counts) expect(count, `programs for ${name}: ${compiled.filter((call) => call.startsWith(name)).join("; ")}`).toBeLessThanOrEqual(allowed[name] ?? 0);
  });

  it("keeps its caches within their budgets", () => {
    for (let step = 0; step < 300; step++) np.zeros([step + 1]).add(np.zeros([step + 1])).reshape([1, step + 1]);
    expect(memory()[0]?.programBytes).toBeLessThan(64 << 20);
  });
});

describe("programs for any extents give what compiled functions give", () => {
  const data = (shape: readonly number[], dtype: "float32" | "int32" | "bool" | "float16" | "uint8" = "float32"): NDArray => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 23) - 11 + (dtype === "float32" ? 0.25 : 0));
    return (dtype === "bool" ? np.array(values).greater(0) : np.array(values).astype(dtype === "uint8" ? "int32" : dtype).astype(dtype)).reshape([...shape]);
  };
  const binary = {
    add: np.add, maximum: np.maximum, mod: np.mod, arctan2: np.arctan2, less: np.less,
    where: (x: NDArray, y: NDArray) => np.where(x.greater(y), x, y), logaddexp: np.logaddexp,
  };
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[1], [1]], [[5], [5]], [[3, 5], [5]], [[3, 1], [1, 5]], [[8], []], [[2, 3, 4], [3, 1]], [[2, 3, 4, 5], [2, 1, 4, 1]],
    [[2, 1, 3], [1, 4, 3]], [[0], [1]], [[2, 0], [2, 1]], [[1, 1], [1]], [[2, 3, 2, 3, 2], [1, 3, 1, 3, 1]],
  ];

  for (const [name, f] of Object.entries(binary)) {
    it(name, () => {
      config.set({ verify: true });
      for (const [left, right] of shapes) {
        for (const dtype of name === "add" ? (["float32", "int32", "float16"] as const) : (["float32"] as const)) {
          const [x, y] = [data(left, dtype), data(right, dtype)];
          const eager = f(x, y);
          const compiled = jit((a: NDArray, b: NDArray) => f(a, b))(x, y);
          expect([eager.shape, eager.dtype], `${dtype} ${left.join()} ${right.join()}`).toEqual([compiled.shape, compiled.dtype]);
          expect(eager.toArraySync(), `${dtype} ${left.join()} ${right.join()}`).toEqual(compiled.toArraySync());
        }
      }
    });
  }

  it("reductions of everything", () => {
    config.set({ verify: true });
    const reducers: readonly ((x: NDArray) => NDArray)[] = [(x: NDArray) => x.sum(), (x: NDArray) => x.prod(), (x: NDArray) => x.max(), (x: NDArray) => x.min(), (x: NDArray) => x.greater(0).any(), (x: NDArray) => x.notEqual(3).all()];
    for (const shape of [[1], [3], [8], [3, 1, 4]]) {
      for (const dtype of ["float32", "uint8", "float16", "bool"] as const) {
        for (const reduce of reducers) {
          const x = data(shape, dtype);
          const [eager, compiled] = [reduce(x), jit((y: NDArray) => reduce(y))(x)];
          expect([eager.toArraySync(), eager.dtype], `${String(reduce)} of ${dtype} ${shape.join()}`).toEqual([compiled.toArraySync(), compiled.dtype]);
        }
      }
    }
    expect(np.zeros([0]).sum().itemSync()).toBe(0);
    expect(np.zeros([0, 3]).prod().itemSync()).toBe(1);
    expect(Number.isNaN(np.array([1, NaN, 3]).max().itemSync())).toBe(true);
  });

  it("elementwise functions of the library", () => {
    config.set({ verify: true });
    const unary = [np.exp, np.sqrt, np.sign, np.floor, nn.relu, nn.sigmoid, (x: NDArray) => x.pow(3), (x: NDArray) => np.clip(x, -1, 1), (x: NDArray) => lax.bitcastConvertType(x, "int32")];
    for (const shape of [[2], [3, 4], [1, 9]]) {
      for (const f of unary) {
        const x = data(shape);
        expect(f(x).toArraySync()).toEqual(jit((y: NDArray) => f(y))(x).toArraySync());
      }
    }
  });
});
