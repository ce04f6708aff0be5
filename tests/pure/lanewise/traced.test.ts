/** @file Arrays inside a traced function: they print, iterate and compute, and throw where JavaScript wants a value. */
import { grad, jit, LanewiseError, makeJaxpr, numpy as np, vmap } from "lanewise";
import type { NDArray } from "lanewise";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";

const vector = np.array([1, 2, 3]);

/** The message of the error that tracing `use` of a vector throws. */
function refusal(use: (x: NDArray) => unknown): string {
  function traced(x: NDArray): NDArray {
    use(x);
    return x;
  }
  try {
    makeJaxpr(traced)(vector);
  } catch (error) {
    expect(error).toBeInstanceOf(LanewiseError);
    expect((error as LanewiseError).code).toBe("LW1302");
    return (error as LanewiseError).message;
  }
  throw new Error("nothing was thrown");
}

/** What a function sees of a vector while it is traced. */
function seen<Result>(look: (x: NDArray) => Result): Result {
  const found: Result[] = [];
  makeJaxpr((x: NDArray) => {
    found.push(look(x));
    return x;
  })(vector);
  return found[0] as Result;
}

describe("a traced array", () => {
  it("prints its type and never throws for it", () => {
    expect(seen((x) => x.toString())).toBe("Tracer f32[3]");
    expect(seen((x) => inspect(x))).toBe("Tracer f32[3]");
    expect(seen((x) => x.greater(0).toString())).toBe("Tracer bool[3]");
  });

  it("knows its shape, is iterable and stays no promise", () => {
    expect(seen((x) => [x.shape, x.ndim, x.size, x.dtype, x.length])).toEqual([[3], 1, 3, "float32", 3]);
    expect(seen((x) => [...x].map((element) => element.shape))).toEqual([[], [], []]);
    expect(seen((x) => (x as unknown as { then?: unknown }).then)).toBeUndefined();
    expect(seen((x) => np.isArray(x))).toBe(true);
  });

  it("computes the same row by row as whole", () => {
    const bySum = jit((x: NDArray) => {
      let total: NDArray = np.float32(0);
      for (const element of x) total = total.add(element.mul(element));
      return total;
    });
    expect(bySum(vector).itemSync()).toBe(14);
    expect(jit((x: NDArray) => np.stack([x[2] ?? x, x[-3] ?? x]))(vector).toArraySync()).toEqual([3, 1]);
  });
});

describe("a traced array where a value is needed", () => {
  it.each<[string, (x: NDArray) => unknown, string, string]>([
    ["an operator", (x) => x * 2, "conversion to a number", "x.add(y)"],
    ["a comparison", (x) => x > 2, "conversion to a number", "x.greater(0)"],
    ["Math", (x) => Math.sin(x), "conversion to a number", "np.sin(x)"],
    ["unary minus", (x) => -(x as number), "conversion to a number", "methods"],
    ["a template", (x) => `${x}`, "conversion to a string or property key", "x.toString()"],
    ["a property key", (x) => ["a"][x as number], "conversion to a string or property key", "np.where or lax.cond"],
    ["JSON", (x) => JSON.stringify({ x }), "JSON.stringify", "return the value from traced"],
    ["data()", (x) => x.data(), "data()", "read the result"],
    ["itemSync()", (x) => x.itemSync(), "itemSync()", "read the result"],
    ["toArray()", (x) => x.toArray(), "toArray()", "read the result"],
    ["blockUntilReady()", (x) => x.blockUntilReady(), "blockUntilReady()", "read the result"],
    ["a number for np.arange", (x) => np.arange(x), "conversion to a number", "static"],
  ])("throws for %s", (_name, use, operation, fix) => {
    const message = refusal(use);
    expect(message).toContain(`[LW1302] ${operation}`);
    expect(message).toContain(fix);
    expect(message).toContain("traced.test.ts");
  });

  it("names the argument, or what the value was computed from", () => {
    const direct = refusal((x) => +x);
    expect(direct).toContain("(argument x)");
    expect(direct).toMatch(/a traced f32\[3\] in traced \(.*traced\.test\.ts:\d+:\d+\): it is the argument x of traced/);
    const computed = refusal((x) => +np.sin(x));
    expect(computed).toContain("it is the result of sin");
    expect(computed).toContain("depends on the argument x of traced");
  });

  it("throws under every transform", () => {
    const branch = (x: NDArray): NDArray => (x > 0 ? x : x.neg());
    expect(() => jit(branch)(np.float32(1))).toThrow("[LW1302]");
    expect(() => vmap(branch)(vector)).toThrow("[LW1302]");
    expect(() => grad(branch)(1)).toThrow("[LW1302]");
  });

  it("throws for a write", () => {
    expect(() => jit((x: NDArray) => {
      (x as unknown as number[])[0] = 1;
      return x;
    })(vector)).toThrow("x.at(0).set(v)");
  });
});

describe("a traced array that leaks", () => {
  it("throws when it is used after its trace, and names the function", () => {
    const kept: NDArray[] = [];
    jit(function hoard(x: NDArray) {
      kept.push(x.mul(2));
      return x;
    })(vector);
    expect(() => kept[0]?.add(1)).toThrow("[LW1301]");
    expect(() => np.sum(kept[0] ?? 0)).toThrow("hoard");
    expect(kept[0]?.toString()).toBe("Tracer f32[3]");
  });
});

describe("arrays that a traced function closes over", () => {
  it("are arguments of the compiled function and may be indexed", () => {
    const table = np.array([[1, 2], [3, 4]]);
    const pick = jit((x: NDArray) => x.add(table[1] ?? 0).add(table.get(0, 1)));
    expect(pick(np.array([10, 20])).toArraySync()).toEqual([15, 26]);
    expect(String(makeJaxpr((x: NDArray) => x.add(table[1] ?? 0))(np.ones(2)))).toContain("slice[");
  });

  it("are made inside as equations", () => {
    const made = String(makeJaxpr((x: NDArray) => x.add(np.ones([3])).add(np.arange(3)))(vector));
    expect(made).toContain("broadcast_in_dim 1.0:f32[]");
    expect(made).toContain("iota[");
  });
});
