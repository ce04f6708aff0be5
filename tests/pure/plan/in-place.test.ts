/**
 * @file Results in the memory of operands: where the rule allows it, and that no program of any kind reads what it has
 * overwritten.
 */

import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { at } from "@lanewise/compiler/base/assert";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import { inPlacePairs } from "@lanewise/compiler/lower/in-place";
import { add, int, KernelBuilder, mul as times } from "@lanewise/compiler/kernel/build";
import { compile, type Compiled } from "@lanewise/compiler/pipeline";
import { add as plus, mul, sub } from "@lanewise/compiler/primitives/arith";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { cumsum } from "@lanewise/compiler/primitives/cumulative";
import { dynamicSlice, dynamicUpdateSlice } from "@lanewise/compiler/primitives/index-dynamic-slice";
import { broadcastInDim, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reduceMax } from "@lanewise/compiler/primitives/reduce";
import { exp } from "@lanewise/compiler/primitives/unary";
import { describe, expect, test } from "vitest";
import { expectNear, jaxprOf, randomInputs, randomNumbers, reference, runProgram } from "../../support/programs.ts";
import { randomProgram } from "../../support/random-programs.ts";

/** A program that may overwrite all of its inputs. */
function overwriting(jaxpr: Jaxpr, target: "js" | "webgpu" = "js"): Compiled {
  return compile(jaxpr, { name: "overwriting", target, verify: true, donated: jaxpr.inVars.map((_, input) => input) });
}

/** How many results lie in the memory of an operand that their own kernel reads. */
function shared(compiled: Compiled): number {
  return compiled.artifacts().memory.kernels.reduce((sum, { buffers }) => sum + buffers.filter(({ access, aliasGroup }) => access === "write" && aliasGroup !== null).length, 0);
}

describe("on js an operand gives its memory", () => {
  const rowsOf = (x: Value, row: Value): Value => broadcastInDim(row, x.aval.shape, [0]);
  const yes: readonly (readonly [string, readonly string[], (...inputs: Value[]) => Value])[] = [
    ["beside a sum of rows", ["f32[20]", "f32[20,30]"], (x, y) => mul(x, reduceSum(y, [1]))],
    ["beside a product", ["f32[8,8]", "f32[8,5]", "f32[5,8]"], (x, y, z) => plus(x, dotGeneral(y, z, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] }))],
    ["to a softmax", ["f32[20,30]"], (x) => {
      const powers = exp(sub(x, rowsOf(x, reduceMax(x, [1]))));
      return mul(powers, rowsOf(x, reduceSum(powers, [1])));
    }],
    ["to a softmax of columns", ["f32[30,20]"], (x) => {
      const powers = exp(sub(x, broadcastInDim(reduceMax(x, [0]), [30, 20], [1])));
      return mul(powers, broadcastInDim(reduceSum(powers, [0]), [30, 20], [1]));
    }],
    ["to running sums", ["f32[20,30]"], (x) => cumsum(mul(x, x), 1)],
    ["to running sums of columns", ["f32[30,20]"], (x) => mul(cumsum(x, 0, true), x)],
  ];

  test.each(yes)("%s", (_name, specs, run) => {
    const jaxpr = jaxprOf(specs, run);
    const compiled = overwriting(jaxpr);
    expect(shared(compiled)).toBe(1);
    expect(compiled.program.outputSources).toEqual([{ kind: "input", input: 0 }]);
    const inputs = randomInputs(jaxpr, 1);
    const expected = reference(jaxpr, inputs);
    expectNear(jaxpr, runProgram(compiled.program, inputs.map((input) => input.slice())), expected);
  });

  test.each([
    ["read across", ["f32[20,20]"], (x: Value) => plus(x, transpose(x, [1, 0]))],
    ["read by all rows", ["f32[20,20]"], (x: Value) => dotGeneral(x, x, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] })],
    ["summed down the columns", ["f32[20,20]"], (x: Value) => sub(x, broadcastInDim(reduceSum(x, [0]), [20, 20], [0]))],
  ] as const)("not where it is %s", (_name, specs, run) => {
    const jaxpr = jaxprOf(specs, run);
    const compiled = overwriting(jaxpr);
    const inputs = randomInputs(jaxpr, 1);
    const expected = reference(jaxpr, inputs);
    expectNear(jaxpr, runProgram(compiled.program, inputs.map((input) => input.slice())), expected);
  });
});

test("programs that overwrite their inputs give what the equations say", () => {
  const seeds = process.env["LANEWISE_FULL"] === "1" ? 3000 : 150;
  let overwritten = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const jaxpr = randomProgram(seed, { dtype: seed % 3 === 0 ? "float32" : "int32", equations: 3 + (seed % 16) });
    const compiled = overwriting(jaxpr);
    overwritten += shared(compiled);
    const inputs = randomInputs(jaxpr, seed);
    const expected = reference(jaxpr, inputs);
    try {
      expectNear(jaxpr, runProgram(compiled.program, inputs.map((input) => input.slice())), expected);
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    }
  }
  expect(overwritten).toBeGreaterThan(seeds / 4);
}, 600_000);

describe("updates of a part", () => {
  const start = (value: number): Value => scalarLiteral(value, "int32");
  const kernelsOf = (compiled: Compiled): readonly string[] => compiled.program.kernels.map(({ name }) => name);
  const check = (jaxpr: Jaxpr, compiled: Compiled, seed: number): void => {
    const inputs = randomInputs(jaxpr, seed);
    const expected = reference(jaxpr, inputs);
    expectNear(jaxpr, runProgram(compiled.program, inputs.map((input) => input.slice())), expected);
  };

  test("write that part alone where the operand dies", () => {
    const jaxpr = jaxprOf(["f32[50,40]", "f32[2,40]", "i32[]"], (x, u, i) => dynamicUpdateSlice(x, mul(u, u), [i, start(0)]));
    const compiled = overwriting(jaxpr);
    expect(compiled.program.steps.map(({ kind }) => kind)).toEqual(["kernel"]);
    expect(kernelsOf(compiled)).toEqual(["update_dynamic_update_slice"]);
    expect(at(compiled.program.kernels, 0).text).toMatch(/Math\.min\(20, end/);
    check(jaxpr, compiled, 1);
    expect(overwriting(jaxpr, "webgpu").program.steps.length).toBe(1);
    check(jaxpr, compile(jaxpr, { name: "kept", target: "js", verify: true }), 1);
  });

  test("of one array follow each other", () => {
    const jaxpr = jaxprOf(["f32[20]", "f32[3]", "f32[4]"], (x, u, v) => dynamicUpdateSlice(dynamicUpdateSlice(x, u, [start(2)]), v, [start(4)]));
    const compiled = overwriting(jaxpr);
    expect(compiled.program.steps.map(({ kind }) => kind)).toEqual(["kernel", "kernel"]);
    check(jaxpr, compiled, 2);
  });

  test("are a pass over everything where the operand is read beside, or is kept", () => {
    const programs = [
      jaxprOf(["f32[20]"], (x) => dynamicUpdateSlice(x, mul(dynamicSlice(x, [start(9)], [3]), scalarLiteral(2, "float32")), [start(8)])),
      jaxprOf(["f32[20]", "f32[3]"], (x, u) => [x, dynamicUpdateSlice(x, u, [start(2)])]),
      jaxprOf(["f32[20]", "f32[3]"], (x, u) => { const y = dynamicUpdateSlice(x, u, [start(2)]); return [y, dynamicUpdateSlice(y, u, [start(3)]), reduceSum(x, [0])]; }),
    ];
    for (const jaxpr of programs) check(jaxpr, overwriting(jaxpr), 3);
    expect(kernelsOf(overwriting(at(programs, 0)))).not.toContain("update_dynamic_update_slice");
  });

  test("in any order with everything else give what the equations say", () => {
    let inPlace = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const next = randomNumbers(seed);
      const below = (limit: number): number => Math.floor(next() * limit);
      const jaxpr = jaxprOf(["i32[6,5]", "i32[2,5]", "i32[]"], (x, u, i) => {
        const [large, small]: [Value[], Value[]] = [[x], [u]];
        for (let step = 0; step < 7; step++) {
          const [a, b] = [at(large, below(large.length)), at(small, below(small.length))];
          const starts = [next() < 0.5 ? i : start(below(5)), start(below(2))];
          const kind = below(5);
          if (kind < 3) large.push(dynamicUpdateSlice(a, b, starts));
          else if (kind === 3) small.push(mul(dynamicSlice(a, starts, [2, 5]), b));
          else large.push(plus(a, broadcastInDim(reduceSum(a, [0]), [6, 5], [1])));
        }
        return [at(large, -1), ...(next() < 0.4 ? [at(large, below(large.length))] : []), ...(next() < 0.3 ? [at(small, -1)] : [])];
      });
      const compiled = overwriting(jaxpr);
      inPlace += kernelsOf(compiled).filter((name) => name.startsWith("update_")).length;
      try {
        check(jaxpr, compiled, seed);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
    }
    expect(inPlace).toBeGreaterThan(30);
  });
});

describe("the rule", () => {
  /** A kernel over 4 rows of 8: what it does in a row, given the row's start and a loop over its elements. */
  type Row = (builder: KernelBuilder, buffers: { readonly from: string; readonly to: string }, place: (column: Parameters<typeof add>[0]) => ReturnType<typeof add>) => void;
  const pairsOf = (row: Row, isGrid = false): number => {
    const builder = new KernelBuilder("rule");
    const from = builder.buffer("from", { dtype: "float32", length: 32, access: "read" });
    const to = builder.buffer("to", { dtype: "float32", length: 32, access: "write" });
    builder.for("grid", 0, 4, 1, (index) => row(builder, { from, to }, (column) => add(times(index, 8), column)));
    return inPlacePairs(builder.build(), isGrid).length;
  };

  const copied: Row = (b, { from, to }, place) => b.for("simd", 0, 8, 1, (column) => b.store(to, place(column), b.load(from, place(column))));
  const readBefore: Row = (b, { from, to }, place) => {
    const sum = b.var(b.load(from, place(int(0))));
    b.for("serial", 0, 8, 1, (column) => b.assign(sum, b.load(from, place(column))));
    b.for("simd", 0, 8, 1, (column) => b.store(to, place(column), sum));
  };
  const wholeRowBefore: Row = (b, { from, to }, place) => {
    const sum = b.var(b.load("from", place(int(0))));
    b.for("serial", 0, 8, 1, (column) => b.assign(sum, b.load(from, place(column))));
    b.for("simd", 0, 8, 1, (column) => b.store(to, place(column), add(sum, b.load(from, place(column)))));
  };
  const onlyLoops: Row = (b, { from, to }, place) => {
    b.for("serial", 0, 8, 1, (column) => b.let(b.load(from, place(column))));
    b.for("simd", 0, 8, 1, (column) => b.store(to, place(column), b.load(from, place(column))));
  };
  const readBehind: Row = (b, { from, to }, place) => {
    b.for("simd", 0, 8, 1, (column) => b.store(to, place(column), b.load(from, place(column))));
    b.for("serial", 0, 8, 1, (column) => b.let(b.load(from, place(column))));
  };
  const turned: Row = (b, { from, to }, place) => b.for("simd", 0, 8, 1, (column) => b.store(to, place(column), b.load(from, place(add(times(column, -1), int(7))))));
  const shorter: Row = (b, { from, to }, place) => {
    b.for("serial", 0, 9, 1, (column) => b.let(b.load(from, place(column))));
    b.for("simd", 0, 8, 1, (column) => b.store(to, place(column), b.load(from, place(column))));
  };

  test.each([
    ["the element that is written", copied, 1, 1], ["the row in a loop before", onlyLoops, 1, 0], ["a single element before", readBefore, 0, 0],
    ["a single element and the row", wholeRowBefore, 0, 0], ["the row behind", readBehind, 0, 0], ["another element", turned, 0, 0], ["more than the row", shorter, 0, 0],
  ] as const)("%s is read", (_name, row, onCpu, onGrid) => {
    expect([pairsOf(row), pairsOf(row, true)]).toEqual([onCpu, onGrid]);
  });
});
