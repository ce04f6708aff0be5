/**
 * @file The op table: every sample of every primitive, eagerly, under jit, and under vmap over every subset of operands at
 * their first and last axis and over two levels, against the plain loops of the oracle. Batch rules do not unroll.
 */

import { at } from "@lanewise/compiler/base/assert";
import { countEqns } from "@lanewise/compiler/ir/walk";
import { bind } from "@lanewise/compiler/trace/stack";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { batchFlat } from "@lanewise/compiler/transforms/vmap";
import { jit, vmap, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import { axisChoices, batches, expected, expectedBatches, inputsOf, runOf, samples, type Run } from "../support/op-table.ts";
import { stack, type Tensor } from "../support/oracle/tensor.ts";
import { difference, toDevice } from "../support/words.ts";

function problems(what: string, got: readonly NDArray[], want: readonly Tensor[]): string[] {
  if (got.length !== want.length) return [`${what}: ${got.length} results instead of ${want.length}`];
  return got.flatMap((array, index) => {
    const problem = difference(array, at(want, index), 1e-5);
    return problem === null ? [] : [`${what}, result ${index}: ${problem}`];
  });
}

describe("op table", () => {
  test.each(samples)("%s: eager and jit", (_name, bound) => {
    const inputs = inputsOf(bound, 1);
    const want = expected(bound, inputs);
    const args = inputs.map(toDevice);
    expect([...problems("eager", runOf(bound)(...args), want), ...problems("jit", (jit(runOf(bound)) as Run)(...args), want)]).toEqual([]);
  });

  test.each(samples.filter(([, { sample }]) => sample.inputs.length > 0))("%s: vmap over every subset of operands", (_name, bound) => {
    const size = 3;
    const failures: string[] = [];
    for (const axes of axisChoices(inputsOf(bound, 1))) {
      const batched = batches(bound, axes, size);
      const want = expectedBatches(bound, batched, axes, size);
      const got = (jit(vmap(runOf(bound), axes as unknown as 0) as Run) as Run)(...batched.map(toDevice));
      failures.push(...problems(`axes [${axes.map(String).join()}]`, got, want));
    }
    expect(failures.slice(0, 5)).toEqual([]);
  });

  test.each(samples.filter(([, { sample }]) => sample.inputs.length > 0))("%s: vmap of vmap", (_name, bound) => {
    const rows = [1, 2].map((seed) => [1, 2, 3].map((other) => inputsOf(bound, seed * 10 + other)));
    const inputs = at(at(rows, 0), 0).map((_, index) => stack(rows.map((row) => stack(row.map((one) => at(one, index)), 0)), 0));
    const outs = rows.map((row) => row.map((one) => expected(bound, one)));
    const want = at(at(outs, 0), 0).map((_, index) => stack(outs.map((row) => stack(row.map((one) => at(one, index)), 0)), 0));
    expect(problems("two levels", (jit(vmap(vmap(runOf(bound))) as Run) as Run)(...inputs.map(toDevice)), want)).toEqual([]);
  });

  test.each(samples.filter(([, { sample }]) => sample.inputs.length > 0))("%s: batch rules do not unroll", (_name, bound) => {
    const count = (size: number): number => {
      const avals = inputsOf(bound, 1).map(({ shape, dtype }) => ({ shape: [size, ...shape], dtype, weakType: false }));
      const { jaxpr } = traceToJaxpr(
        (args) => batchFlat((inner) => bind(bound.primitive, inner, bound.sample.params), { size, name: null }, args, avals.map(() => 0), { functionName: "sample" }).outputs,
        avals, { functionName: "sample" },
      );
      return countEqns(jaxpr);
    };
    expect(count(1000)).toBe(count(3));
    expect(count(0)).toBeLessThanOrEqual(count(3));
  });
});
