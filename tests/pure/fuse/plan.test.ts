/** @file What fusion decides, in small programs: which equations share a kernel, what is stored, and the reasons given. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { planFusion } from "@lanewise/compiler/fuse/plan";
import { printFusion } from "@lanewise/compiler/fuse/print";
import type { CutReason, FusionPart, FusionPlan } from "@lanewise/compiler/fuse/types";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { jsTarget, type Capabilities } from "@lanewise/compiler/target";
import { add, div, max, mul, sub } from "@lanewise/compiler/primitives/arith";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { broadcastInDim, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { reduceMax } from "@lanewise/compiler/primitives/reduce";
import { concatenate, slice } from "@lanewise/compiler/primitives/structural";
import { exp, tanh } from "@lanewise/compiler/primitives/unary";
import { jaxprOf } from "../../support/programs.ts";

function plan(specs: readonly string[], run: (...inputs: Value[]) => Value | readonly Value[], changes: Partial<Capabilities> = {}): FusionPlan {
  return planFusion(jaxprOf(specs, run), { ...jsTarget, ...changes });
}

const literal = (value: number): Value => scalarLiteral(value, "float32");
const matmul = (a: Value, b: Value): Value => dotGeneral(a, b, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] });
const reasons = ({ cuts }: FusionPlan): readonly CutReason[] => cuts.map((cut) => cut.reason);
const kinds = ({ groups }: FusionPlan): readonly string[] => groups.map((group) => group.kind);
const parts = ({ groups }: FusionPlan): readonly FusionPart[] => groups.flatMap((group) => group.parts);
/** Equations that some part of a kernel computes besides another one. */
const repeated = (made: FusionPlan): number => parts(made).reduce((sum, part) => sum + part.eqns.length, 0) - new Set(parts(made).flatMap((part) => part.eqns)).size;

describe("elementwise and movement equations", () => {
  it("fold into one kernel, scalars and broadcasts included", () => {
    const made = plan(["f32[4,5]", "f32[5]", "f32[]"], (x, b, s) => mul(add(transpose(transpose(x, [1, 0]), [1, 0]), broadcastInDim(b, [4, 5], [1])), exp(s)));
    expect(kinds(made)).toEqual(["map"]);
    expect(made.cuts).toEqual([]);
  });

  it("are printed with what is stored", () => {
    expect(printFusion(plan(["f32[9]"], (x) => { const y = exp(x); return [y, reduceSum(mul(y, y), [0])]; }))).toMatchInlineSnapshot(`
      "kernel 0: reduction over [], inner loop [9]
        #0 exp f32[9]  stored
        #1 mul f32[9]
        #2 reduce_sum f32[]  stored"
    `);
  });

  it("are computed again in each kernel where they are cheap, and stored once where they are not", () => {
    const cheap = plan(["f32[40,40]"], (x) => { const y = mul(x, x); return [reduceSum(y, [0]), reduceSum(y, [1])]; });
    expect(cheap.groups).toHaveLength(2);
    expect(repeated(cheap)).toBe(1);
    const dear = plan(["f32[40,40]"], (x) => { const y = exp(x); return [reduceSum(y, [0]), reduceSum(y, [1])]; });
    expect(repeated(dear)).toBe(0);
    expect(reasons(dear)).toEqual(["reused"]);
  });

  it("are computed once for several uses at one index", () => {
    const made = plan(["f32[9]"], (x) => { const y = exp(x); return mul(add(y, literal(1)), sub(y, literal(1))); });
    expect(made.groups).toHaveLength(1);
  });

  it("are stored where one kernel needs a dear value at two indices", () => {
    const differences = (y: Value): Value => sub(slice(y, [1], [9]), slice(y, [0], [8]));
    expect(reasons(plan(["f32[9]"], (x) => differences(exp(x))))).toEqual(["recomputed"]);
    expect(plan(["f32[9]"], (x) => differences(mul(x, x))).groups).toHaveLength(1);
  });

  it("are stored where a broadcast would compute each element for every row", () => {
    const made = plan(["f32[50,60]", "f32[60]"], (x, y) => mul(x, broadcastInDim(exp(y), [50, 60], [1])));
    expect(reasons(made)).toEqual(["recomputed"]);
    // Along the rows it is computed outside the inner loop.
    expect(plan(["f32[50,60]", "f32[50]"], (x, y) => mul(x, broadcastInDim(exp(y), [50, 60], [0]))).groups).toHaveLength(1);
  });

  it("beside each other over one array share a kernel", () => {
    const made = plan(["f32[9]", "f32[9]"], (x, y) => [tanh(mul(x, literal(2))), exp(y), add(mul(x, x), y)]);
    expect(made.groups).toHaveLength(1);
    expect(at(parts(made), 0).stores).toHaveLength(3);
    expect(plan(["f32[9]", "f32[8]"], (x, y) => [exp(x), exp(y)]).groups).toHaveLength(2);
  });

  it("never make kernels that wait for each other", () => {
    // The sum needs the exponentials, and the output both, so that the output's kernel cannot store the exponentials.
    const made = plan(["f32[9]"], (x) => { const y = exp(x); return div(y, broadcastInDim(reduceSum(y, [0]), [9], [])); });
    expect(kinds(made)).toEqual(["reduction", "map"]);
    expect(at(parts(made), 0).loops[0]?.stores).toHaveLength(1);
  });

  it("that only give another shape cost nothing", () => {
    const made = plan(["f32[4,6]"], (x) => [reshape(x, [24]), reshape(exp(x), [2, 12]), reshape(reduceSum(x, [1]), [2, 2])]);
    expect(made.same).toHaveLength(3);
    expect(parts(made).flatMap((part) => part.eqns)).toEqual([1, 3]);
  });

  it("under several shapes run over loops that fit them all", () => {
    const made = plan(["f32[6,4]", "f32[24]", "f32[4]"], (x, y, b) => mul(add(reshape(x, [24]), y), reshape(add(x, broadcastInDim(b, [6, 4], [1])), [24])));
    expect(parts(made).map((part) => part.space)).toEqual([[6, 4]]);
  });
});

describe("reductions", () => {
  it("take producers in and epilogues out", () => {
    const made = plan(["f32[8,9]", "f32[8]"], (x, y) => mul(add(reduceSum(mul(x, x), [1]), y), literal(0.5)));
    expect(kinds(made)).toEqual(["reduction"]);
  });

  it("over the same axes of the same array share a loop", () => {
    const made = plan(["f32[8,9]"], (x) => [reduceSum(x, [1]), reduceMax(x, [1]), reduceSum(mul(x, x), [1])]);
    expect(made.groups).toHaveLength(1);
    expect(at(at(parts(made), 0).loops, 0).folds).toHaveLength(3);
    expect(plan(["f32[8,8]"], (x) => [reduceSum(x, [1]), reduceSum(x, [0])]).groups).toHaveLength(2);
  });

  it("of few terms are written out where they are needed", () => {
    const made = plan(["f32[8,3]", "f32[8]"], (x, y) => mul(reduceSum(mul(x, x), [1]), y));
    expect(kinds(made)).toEqual(["map"]);
    expect(kinds(plan(["f32[8,5]", "f32[8]"], (x, y) => mul(reduceSum(mul(x, x), [1]), y)))).toEqual(["reduction"]);
  });

  it("never store a table of all pairs, though several kernels need it", () => {
    const made = plan(["f32[90]", "f32[80]"], (x, y) => {
      const pairs = exp(sub(broadcastInDim(x, [90, 80], [0]), broadcastInDim(y, [90, 80], [1])));
      return [reduceSum(pairs, [0]), reduceSum(pairs, [1])];
    });
    expect(kinds(made)).toEqual(["reduction", "reduction"]);
    expect(made.cuts).toEqual([]);
  });

  it("of broadcasts never store what is broadcast", () => {
    const made = plan(["f32[90]", "f32[80]"], (x, y) => reduceSum(mul(broadcastInDim(x, [90, 80], [0]), broadcastInDim(y, [90, 80], [1])), [1]));
    expect(made.groups).toHaveLength(1);
  });
});

describe("contractions", () => {
  it("are computed in the order in which they are stored", () => {
    const made = plan(["f32[8,9]", "f32[7,9]"], (x, w) => transpose(matmul(x, transpose(w, [1, 0])), [1, 0]));
    expect(kinds(made)).toEqual(["contraction"]);
    expect(parts(made).map(({ space, loops }) => [space, at(loops, 0).resultAxes])).toEqual([[[7, 8], [1, 0]]]);
  });

  it("take a bias and an activation, and read transposed operands in place", () => {
    const made = plan(["f32[8,9]", "f32[7,9]", "f32[7]"], (x, w, b) => max(add(matmul(x, transpose(w, [1, 0])), broadcastInDim(b, [8, 7], [1])), literal(0)));
    expect(kinds(made)).toEqual(["contraction"]);
  });

  it("do not compute operands in their innermost loop, unless each element is read once", () => {
    expect(reasons(plan(["f32[80,90]", "f32[90,70]"], (x, w) => matmul(mul(x, x), w)))).toEqual(["contraction operand"]);
    expect(plan(["f32[80,90]", "f32[90]"], (x, v) => dotGeneral(mul(x, literal(2)), v, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] })).groups).toHaveLength(1);
    const dear = (changes: Partial<Capabilities>): FusionPlan => plan(["f32[80,90]", "f32[90]"], (x, v) => (
      dotGeneral(exp(x), v, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] })
    ), changes);
    expect(reasons(dear({ rowContractions: false }))).toEqual(["contraction operand"]);
    // Kept for a row, they are computed once and never stored.
    expect(kinds(dear({}))).toEqual(["rows"]);
  });

  it("one after the other are one kernel each", () => {
    const made = plan(["f32[8,8]"], (x) => matmul(matmul(x, x), x));
    expect(kinds(made)).toEqual(["contraction", "contraction"]);
  });
});

describe("limits", () => {
  const chain = (x: Value, length: number): Value => Array.from({ length }).reduce<Value>((v, _, step) => (step % 2 === 0 ? add(v, literal(step)) : mul(v, literal(1.01))), x);

  it("on operations cut long chains, and twenty thousand equations are planned at once", () => {
    const made = plan(["f32[10]"], (x) => chain(x, 20_000));
    expect(made.groups).toHaveLength(Math.ceil(20_000 / jsTarget.maxOpsPerKernel));
    expect(new Set(reasons(made))).toEqual(new Set(["operations"]));
    expect(parts(made).map((part) => at(part.eqns, 0))).toEqual(parts(made).map((part) => at(part.eqns, 0)).toSorted((a, b) => a - b));
  });

  it("on buffers cut wide sums", () => {
    const specs = Array.from({ length: 30 }, () => "f32[9]");
    const sum = (...inputs: Value[]): Value => inputs.reduce((total, input) => add(total, exp(input)));
    const made = plan(specs, sum, { maxBuffers: 8 });
    for (const group of parts(made)) {
      const computed = new Set(group.eqns);
      const loads = new Set(group.eqns.flatMap((place) => at(made.jaxpr.eqns, place).inputs).filter((atom) => atom.kind === "var" && !made.jaxpr.eqns.some((eqn, place) => computed.has(place) && eqn.outVars.includes(atom))));
      expect(loads.size + group.stores.length).toBeLessThanOrEqual(8);
    }
    expect(reasons(made)).toContain("buffers");
  });

  it("on depth cut chains of movement", () => {
    const made = plan(["f32[6]"], (x) => Array.from({ length: 200 }).reduce<Value>((v) => concatenate([slice(v, [1], [6]), slice(v, [0], [1])], 0), x), { maxOpsPerKernel: 1e6 });
    expect(made.groups.length).toBeGreaterThan(1);
  });

  it("on views keep pyramids of movement small", () => {
    const made = plan(["f32[2]"], (x) => Array.from({ length: 12 }).reduce<Value>((v) => concatenate([v, v], 0), x));
    expect(made.groups.length).toBeGreaterThan(2);
    expect(made.groups.length).toBeLessThan(12);
  });
});

describe("what nobody needs", () => {
  it("is in no kernel", () => {
    const made = plan(["f32[9]"], (x) => { exp(x); return x; });
    expect(made.groups).toEqual([]);
    expect(printFusion(made)).toBe("no kernels");
  });
});
