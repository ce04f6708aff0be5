/** @file Mistakes in reductions, windows, prefixes and sorts throw, with the facts; none computes. */

import { jit, lax, LanewiseError, numpy as np, vmap, type ArrayLike } from "lanewise";
import { expect, test } from "vitest";

const m = np.array([[1, 2, 3], [4, 5, 6]]);
const n = np.array([1, 2], "int32");
const flags = np.array([true, false]);
const none = np.zeros([0, 3]);

type Case = readonly [name: string, run: () => unknown, code: string, ...facts: readonly string[]];

const cases: readonly Case[] = [
  ["an axis beyond the rank", () => lax.reduceProd(m, [2]), "LW3006", "lax.reduceProd", "2", "[-2, 2)"],
  ["an axis twice", () => lax.reduceMax(m, [0, 0]), "LW3006", "each axis once"],
  ["a product of bools", () => lax.reduceProd(flags, [0]), "LW1403", "reduce_prod", "bool[2]"],
  ["a bitwise reduction of floats", () => lax.reduceAnd(m, [0]), "LW1403", "reduce_and", "f32[2,3]", "bools or integers"],
  ["argmax of a negative axis", () => lax.argmax(m, -1), "LW1404", "argmax", "(2, 3)"],
  ["argmax of an empty axis", () => lax.argmax(none, 0), "LW1404", "argmax", "(0, 3)", "at least one element"],
  ["argmax with a float index", () => lax.argmax(m, 0, "float32" as "int32"), "LW1404", "int32 or uint32", "float32"],
  ["np.argmax of nothing", () => np.argmax(none, 0), "LW3018", "np.argmax", "(0, 3)"],
  ["np.argmin of an axis that is not there", () => np.argmin(m, 5), "LW3006", "np.argmin", "5"],
  ["a reduction by another function", () => lax.reduce(m, 0, (x, y) => x.sub(y), [0]), "LW3007", "lax.reduce", "computation"],
  ["a reduction by a function of one argument", () => lax.reduce(m, 0, (x) => x.add(x), [0]), "LW3007", "computation"],
  ["an initial value of another dtype", () => lax.reduce(m, n.get(0), lax.add, [0]), "LW1402", "f32", "i32"],
  ["an initial value that is no scalar", () => lax.reduceWindow(m, m, lax.add, [1, 1]), "LW3007", "initValue", "(2, 3)"],
  ["windows of another rank", () => lax.reduceWindow(m, 0, lax.add, [2]), "LW1404", "reduce_window_sum", "windowDimensions", "(2, 3)"],
  ["an empty window", () => lax.reduceWindow(m, 0, lax.add, [1, 0]), "LW1404", "windowDimensions", "(1, 0)"],
  ["strides of another rank", () => lax.reduceWindow(m, 0, lax.add, [1, 1], [1]), "LW1404", "windowStrides"],
  ["a stride of 0", () => lax.reduceWindow(m, 0, lax.max, [1, 1], [1, 0]), "LW1404", "windowStrides", "(1, 0)"],
  ["padding that is not there", () => lax.reduceWindow(m, 0, lax.add, [1, 1], [1, 1], "FULL" as "SAME"), "LW3007", "padding", "FULL"],
  ["padding of another rank", () => lax.reduceWindow(m, 0, lax.add, [1, 1], [1, 1], [[0, 0]]), "LW1404", "padding"],
  ["a dilation of 0", () => lax.reduceWindow(m, 0, lax.add, [1, 1], { windowDilation: [1, 0] }), "LW1404", "windowDilation"],
  ["a windowed sum of bools", () => lax.reduceWindow(flags, false, "add", [1]), "LW1403", "reduce_window_sum", "bool[2]"],
  ["a prefix of a negative axis", () => lax.cumsum(m, -1), "LW1404", "cumsum", "-1", "[0, 2)"],
  ["a prefix of a scalar", () => lax.cumprod(3), "LW1404", "cumprod", "at least one axis"],
  ["a prefix of bools", () => lax.cummax(flags), "LW1403", "cummax", "bool[2]"],
  ["cumlogsumexp of integers", () => lax.cumlogsumexp(n), "LW1403", "cumlogsumexp", "i32[2]"],
  ["np.cumsum of an axis that is not there", () => np.cumsum(m, 2), "LW3006", "np.cumsum", "2"],
  ["sorting along an axis that is not there", () => lax.sort(m, 2), "LW3006", "lax.sort", "dimension"],
  ["sorting a scalar", () => lax.sort(np.float32(1)), "LW3006", "lax.sort"],
  ["sorting operands of different shapes", () => lax.sort([m, m.get(0)]), "LW1401", "(2, 3)", "(3,)"],
  ["sorting by more keys than operands", () => lax.sort([m, m], { numKeys: 3 }), "LW1404", "numKeys", "3", "[1, 2]"],
  ["sorting by no key", () => lax.sort([m, m], { numKeys: 0 }), "LW1404", "numKeys"],
  ["sorting nothing", () => lax.sort([]), "LW3007", "at least one operand"],
  ["np.sort along an axis that is not there", () => np.sort(m, 3), "LW3006", "np.sort", "3"],
  ["an unknown option", () => np.sort(m, { kind: "quick" } as never), "LW3007", "kind"],
  ["more than there are", () => lax.topK(m, 4), "LW1404", "top_k", "4", "(2, 3)"],
  ["less than none", () => lax.topK(m, -1), "LW1404", "top_k", "-1"],
  ["the largest of a scalar", () => lax.topK(3, 1), "LW3006", "lax.topK"],
  ["keys of different shapes", () => np.lexsort([m, m.get(0)] as readonly ArrayLike[]), "LW3005", "np.lexsort", "(2, 3)", "(3,)"],
  ["no keys", () => np.lexsort([]), "LW3007", "keys"],
  ["a mask of numbers", () => np.sum(m, { where: m }), "LW3007", "np.sum", "where", "bools"],
  ["an initial value of several", () => np.prod(m, { initial: [1, 2] }), "LW3007", "np.prod", "initial"],
  ["a variance as integers", () => np.var(m, { dtype: "int32" }), "LW3007", "np.var", "dtype", "int32"],
  ["both names of ddof", () => np.std(m, { ddof: 1, correction: 1 }), "LW3007", "np.std", "ddof"],
  ["an axis of np.var that is not there", () => np.var(m, 4), "LW3006", "np.var", "4"],
  ["the spread of nothing", () => np.ptp(none, 0), "LW3018", "np.ptp", "(0, 3)"],
  ["weights that do not fit", () => np.average(m, 0, [1, 2, 3]), "LW3005", "np.average", "weights", "(3,)"],
  ["weights of one axis without an axis", () => np.average(m, { weights: [1, 2] }), "LW3005", "weights"],
  ["a quantile of nothing", () => np.quantile(none, 0.5, 0), "LW3018", "np.quantile", "(0, 3)"],
  ["fractions of two axes", () => np.quantile(m, m), "LW3007", "q", "(2, 3)"],
  ["a method that is not there", () => np.quantile(m, 0.5, { method: "cubic" as "linear" }), "LW3007", "method", "cubic"],
  ["the largest of nothing but NaN", () => np.nanmax(none, 0), "LW3018", "np.nanmax"],
  ["a difference of a scalar", () => np.diff(3), "LW3007", "np.diff"],
  ["a difference taken -1 times", () => np.diff(m, -1), "LW3007", "np.diff", "-1"],
  ["a result array", () => np.argmax(m, 0, m as never), "LW3007", "out"],
];

function messageOf(attempt: () => unknown): { readonly code: string; readonly message: string } | null {
  try {
    attempt();
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  return null;
}

test.each(cases.map((entry) => [entry[0], entry] as const))("%s", (_name, [, run, code, ...facts]) => {
  const attempts = [run, () => jit(run as () => never)(), () => vmap((_x) => run() as never)(np.zeros([2]))];
  for (const error of attempts.map(messageOf)) {
    expect(error?.code).toBe(code);
    for (const fact of facts) expect(error?.message).toContain(fact);
  }
});
