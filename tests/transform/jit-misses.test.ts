/** @file Why a jitted function is traced and compiled again: the log of compilations and the explanation of a miss. */
import { config, jit, numpy as np, vmap, type NDArray } from "lanewise";
import { afterEach, describe, expect, it, vi } from "vitest";

/** The lines logged while `run` runs with logCompiles. */
function logged(run: () => void): readonly string[] {
  const info = vi.spyOn(console, "info").mockImplementation(() => undefined);
  config.set({ logCompiles: true });
  try {
    run();
    return info.mock.calls.map(String);
  } finally {
    config.set({ logCompiles: false });
    info.mockRestore();
  }
}

afterEach(() => config.set({ logCompiles: false, enableX64: false }));

const reasonOf = (lines: readonly string[]): string => /traced .* ms: (.*)$/.exec(lines.find((line) => line.includes("traced")) ?? "")?.[1] ?? "nothing was traced";

/** The reason for the last of several calls, the first of which are not logged. */
function reasonOfLast(f: (...args: readonly never[]) => unknown, calls: readonly (readonly unknown[])[]): string {
  let reason = "";
  for (const args of calls) reason = reasonOf(logged(() => { f(...(args as never[])); }));
  return reason;
}

describe("the log of compilations", () => {
  it("names the function, the types of its arguments and the time of each stage", () => {
    const lines = logged(() => { jit(function gain(x: NDArray, by: NDArray) { return x.mul(by).add(12.25); })(np.ones([3]), 2); });
    expect(lines).toEqual([
      expect.stringMatching(/^lanewise: traced gain for \(x: f32\[3\], by: f32\[\] \(weakly typed\)\) in \d+\.\d ms: no call of it is remembered$/),
      expect.stringMatching(/^lanewise: compiled gain\(f32\[3\], f32\[\]\) for js in \d+\.\d ms \(inline \d.*fuse \d.*lower \d.*schedule \d.*codegen \d.*prepare \d.*\): 1 kernels, 1 steps$/),
    ]);
  });

  it("has a line for an eager operation that is new, and none for a known one", () => {
    const x = np.ones([3, 1, 7]);
    expect(logged(() => { np.cumsum(x, 2); }).join()).toMatch(/compiled cumsum\(f32\[3,1,7\]\) for js/);
    expect(logged(() => { np.cumsum(x, 2); })).toEqual([]);
  });
});

describe("a miss is explained by what differs from the closest call", () => {
  // Equal wrappers of one function share what they remember, so that every test has a function of its own.
  const sum = () => jit((x: NDArray, y: NDArray): NDArray => x.add(y));

  it("a shape", () => {
    expect(reasonOfLast(sum(), [[np.ones([2]), 1], [np.ones([3]), 1]])).toBe("compared with the closest call, x changed from f32[2] to f32[3]");
  });

  it("a dtype, and a weak type", () => {
    expect(reasonOfLast(sum(), [[np.ones([2]), 1], [np.ones([2]), 1n]])).toContain("y changed from f32[] (weakly typed) to i32[] (weakly typed)");
    expect(reasonOfLast(sum(), [[np.ones([2]), 1], [np.ones([2]), np.float32(1)]])).toContain("y changed from f32[] (weakly typed) to f32[]");
  });

  it("the leaf of a tree, and its structure", () => {
    const f = jit(({ w, b }: { w: NDArray; b: NDArray | readonly NDArray[] }) => [w, b]);
    expect(reasonOfLast(f, [[{ w: np.ones([2]), b: 1 }], [{ w: np.ones([4]), b: 1 }]])).toMatch(/closest call, .*w.* changed from f32\[2\] to f32\[4\]$/);
    expect(reasonOfLast(f, [[{ w: np.ones([2]), b: [1] }]])).toContain("the tree structure of the arguments changed from PyTreeDef([{'b': *, 'w': *}]) to PyTreeDef([{'b': [*], 'w': *}])");
  });

  it("a static value", () => {
    const f = jit((x: NDArray, n: number) => x.mul(n), { staticArgnums: 1 });
    expect(reasonOfLast(f, [[1, 3], [1, 4]])).toBe("compared with the closest call, the static argument n changed from 3 to 4");
  });

  it("an option, and a named axis", () => {
    const f = sum();
    logged(() => f(1, 2));
    expect(reasonOf(logged(() => { config.with({ enableX64: true }, () => f(1, 2)); }))).toContain("the option enableX64 changed from false to true");
    const named = vmap((x: NDArray) => f(x, 2), { axisName: "i" });
    expect(reasonOf(logged(() => { named(np.ones([3])); }))).toMatch(/the named axes in scope changed from none to i: 3/);
  });

  it("and the closest call is the one with the fewest differences", () => {
    const f = sum();
    expect(reasonOfLast(f, [[np.ones([2]), np.ones([2])], [np.ones([5]), np.ones([1, 1])], [np.ones([2]), 1]])).toBe("compared with the closest call, y changed from f32[2] to f32[] (weakly typed)");
  });
});

describe("inputs that nothing reads", () => {
  it("are no inputs of the program, unless they are kept", () => {
    const f = (_unused: NDArray, x: NDArray): NDArray => x.mul(3);
    const text = (keepUnused: boolean): string => jit(f, { keepUnused }).lower(np.ones([4]), np.ones([2])).text("memory");
    expect(text(true)).toContain("input 1 f32[2]");
    expect(text(false)).not.toContain("input 1");
    expect(jit(f)(np.ones([4]), np.array([1, 2])).toArraySync()).toEqual([3, 6]);
    expect(jit(f, { keepUnused: true })(np.ones([4]), np.array([1, 2])).toArraySync()).toEqual([3, 6]);
  });

  it("may stand before an output that is an input, and may be donated", () => {
    const pass = jit((_unused: NDArray, x: NDArray) => x, { donateArgnums: 0 });
    const [unused, x] = [np.ones([4]), np.array([1, 2])];
    expect(pass(unused, x).toArraySync()).toEqual([1, 2]);
    expect(() => unused.toArraySync()).toThrow(/donated/);
    expect(x.toArraySync()).toEqual([1, 2]);
  });
});
