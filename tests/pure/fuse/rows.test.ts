/** @file Kernels of several parts: which groups share rows, what they keep between the parts, and when they stay apart. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { planFusion } from "@lanewise/compiler/fuse/plan";
import { printFusion } from "@lanewise/compiler/fuse/print";
import type { FusionPlan } from "@lanewise/compiler/fuse/types";
import type { Value } from "@lanewise/compiler/ir/types";
import { div, mul, sub } from "@lanewise/compiler/primitives/arith";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { broadcastInDim, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reduceMax } from "@lanewise/compiler/primitives/reduce";
import { pad } from "@lanewise/compiler/primitives/structural";
import { exp } from "@lanewise/compiler/primitives/unary";
import { jsTarget, type Capabilities } from "@lanewise/compiler/target";
import { jaxprOf } from "../../support/programs.ts";

function plan(specs: readonly string[], run: (...inputs: Value[]) => Value | readonly Value[], changes: Partial<Capabilities> = {}): FusionPlan {
  return planFusion(jaxprOf(specs, run), { ...jsTarget, ...changes });
}

const shape: readonly [number, number] = [8, 9];
const along = (reduced: Value, axis: number): Value => broadcastInDim(reduced, shape, [1 - axis]);
const exponentials = (x: Value, axis: number): Value => exp(sub(x, along(reduceMax(x, [axis]), axis)));
function softmax(x: Value, axis: number): Value {
  const e = exponentials(x, axis);
  return div(e, along(reduceSum(e, [axis]), axis));
}

describe("groups that hand each other values row by row", () => {
  it("are parts of one kernel", () => {
    expect(printFusion(plan(["f32[8,9]"], (x) => softmax(x, 1)))).toMatchInlineSnapshot(`
      "kernel 0: rows [8]
        reduction over [row 8], inner loop [9]
          #0 reduce_max f32[8]  kept
        reduction over [row 8], inner loop [9]
          #1 broadcast_in_dim f32[8,9]
          #2 sub f32[8,9]
          #3 exp f32[8,9]  kept
          #4 reduce_sum f32[8]  kept
        map over [row 8,9]
          #5 broadcast_in_dim f32[8,9]
          #6 div f32[8,9]  stored"
    `);
  });

  it("have the columns as rows where the first axis is reduced", () => {
    const made = plan(["f32[8,9]"], (x) => softmax(x, 0));
    expect(made.groups.map(({ rows }) => rows)).toEqual([[9]]);
    expect(at(at(made.groups, 0).parts, 2).rowAxes).toEqual([1]);
  });

  it("share one where both load the same large array, though nothing passes between them", () => {
    const sums = (x: Value, y: Value): Value[] => [reduceSum(mul(x, y), [0]), exp(reduceMax(sub(x, y), [0]))];
    expect(plan(["f32[8,9]", "f32[8,9]", "f32[8,9]"], (x, y, z) => [at(sums(x, y), 0), at(sums(x, z), 1)]).groups).toHaveLength(1);
    expect(plan(["f32[8,9]", "f32[8,9]", "f32[8,9]", "f32[8,9]"], (x, y, z, w) => [at(sums(x, y), 0), at(sums(z, w), 1)]).groups).toHaveLength(2);
  });

  it("store what others need, too", () => {
    const made = plan(["f32[8,9]"], (x) => { const e = exponentials(x, 1); return [e, div(e, along(reduceSum(e, [1]), 1))]; });
    const [loop] = at(at(made.groups, 0).parts, 1).loops;
    expect(loop?.stores).toHaveLength(1);
    expect(loop?.keeps.map(({ inRow }) => inRow)).toEqual([[1]]);
  });

  it("take a loop of their own into the row", () => {
    // Distances between all pairs, summed with weights: the table of pairs never exists.
    const made = plan(["f32[40,8]"], (x) => {
      const differences = sub(broadcastInDim(x, [40, 40, 8], [0, 2]), broadcastInDim(x, [40, 40, 8], [1, 2]));
      const weights = exp(reduceSum(mul(differences, differences), [2]));
      return reduceSum(mul(broadcastInDim(weights, [40, 40, 8], [0, 1]), differences), [1]);
    });
    expect(made.groups.map(({ rows }) => rows)).toEqual([[40]]);
    expect(made.cuts).toEqual([]);
  });
});

describe("groups stay apart", () => {
  const groupCount = (...given: Parameters<typeof plan>): number => plan(...given).groups.length;

  it("where a value is read at another row", () => {
    expect(groupCount(["f32[9,9]"], (x) => { const sums = reduceSum(x, [1]); return mul(mul(x, broadcastInDim(sums, [9, 9], [0])), broadcastInDim(sums, [9, 9], [1])); })).toBe(2);
    expect(groupCount(["f32[8,9]"], (x) => transpose(softmax(x, 1), [1, 0]))).toBe(1);
  });

  it("where the rows are not the same", () => {
    expect(groupCount(["f32[7]"], (x) => { const y = exp(x); return [y, mul(pad(y, exp(reduceSum(x, [0])), [[0, 1, 0]]), pad(y, exp(reduceSum(x, [0])), [[0, 1, 0]]))]; })).toBeGreaterThan(1);
  });

  it("where a row is too large to keep, or there are too few of them", () => {
    expect(groupCount(["f32[8,9]"], (x) => softmax(x, 1), { rowBytes: 16 })).toBe(2);
    expect(groupCount(["f32[8,9]"], (x) => softmax(x, 1), { leastRows: 9 })).toBe(3);
  });

  it("where the limits of the target say so", () => {
    expect(groupCount(["f32[8,9]"], (x) => softmax(x, 1), { maxOpsPerKernel: 8 })).toBeGreaterThan(1);
    expect(groupCount(["f32[8,9]", "f32[8,9]"], (x, y) => softmax(mul(x, y), 1), { maxBuffers: 2 })).toBeGreaterThan(1);
  });

  it("where what passes between them is nothing beside the work", () => {
    expect(groupCount(["f32[50,60]", "f32[60]"], (x, y) => mul(x, broadcastInDim(exp(y), [50, 60], [1])))).toBe(2);
  });

  it("where one waits for a third that waits for the other", () => {
    // The sums of columns need the maxima of all rows, and the last sums of rows need both.
    const made = plan(["f32[8,9]"], (x) => {
      const maxima = reduceMax(x, [1]);
      const columns = reduceSum(mul(x, along(maxima, 1)), [0]);
      return reduceSum(mul(sub(x, along(maxima, 1)), along(columns, 0)), [1]);
    });
    expect(made.groups).toHaveLength(3);
  });

  it("and a contraction keeps its tiles, unless its result is much larger than its operands", () => {
    const scores = (q: Value, k: Value): Value => dotGeneral(q, k, { contractLeft: [1], contractRight: [1], batchLeft: [], batchRight: [] });
    const attention = (q: Value, k: Value, v: Value): Value => {
      const s = scores(q, k);
      const rows = (reduced: Value): Value => broadcastInDim(reduced, [...s.aval.shape], [0]);
      const e = exp(sub(s, rows(reduceMax(s, [1]))));
      return dotGeneral(div(e, rows(reduceSum(e, [1]))), v, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] });
    };
    expect(plan(["f32[64,8]", "f32[64,8]", "f32[64,8]"], attention).groups.map(({ rows }) => rows)).toEqual([[64]]);
    expect(groupCount(["f32[64,8]", "f32[64,8]", "f32[64,8]"], attention, { rowContractions: false })).toBe(3);
    expect(groupCount(["f32[9,64]", "f32[9,64]", "f32[9,64]"], attention)).toBe(3);
    // The keys and values would not stay in the cache.
    expect(groupCount(["f32[64,8]", "f32[64,8]", "f32[64,8]"], attention, { rowBytes: 1024 })).toBe(3);

    const made = plan(["f32[8,9]", "f32[9,9]"], (x, w) => softmax(dotGeneral(x, w, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] }), 1));
    expect(made.groups.map(({ kind }) => kind)).toEqual(["contraction", "rows"]);
  });
});
