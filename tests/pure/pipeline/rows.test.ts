/** @file Kernels of several parts on every stage of the pipeline: rows that are contiguous, and rows that are columns. */
import { describe, expect, it } from "vitest";
import { range } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { compile, textOf } from "@lanewise/compiler/pipeline";
import { add, div, mul, sub } from "@lanewise/compiler/primitives/arith";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { broadcastInDim, reduceSum } from "@lanewise/compiler/primitives/linear";
import { argmax, reduceMax } from "@lanewise/compiler/primitives/reduce";
import { exp, log, sqrt } from "@lanewise/compiler/primitives/unary";
import { expectNear, jaxprOf, randomInputs, reference, runProgram, runSteps } from "../../support/programs.ts";

const literal = (value: number): Value => scalarLiteral(value, "float32");

/** Programs of one array and an axis. */
const programs: Readonly<Record<string, (x: Value, axis: number, along: (reduced: Value) => Value) => Value | readonly Value[]>> = {
  softmax: (x, axis, along) => { const e = exp(sub(x, along(reduceMax(x, [axis])))); return div(e, along(reduceSum(e, [axis]))); },
  logsumexp: (x, axis, along) => { const m = reduceMax(x, [axis]); return add(m, log(reduceSum(exp(sub(x, along(m))), [axis]))); },
  "mean, deviation and the scaled rows": (x, axis, along) => {
    const count = literal(x.aval.shape[axis] ?? 1);
    const mean = div(reduceSum(x, [axis]), count);
    const centered = sub(x, along(mean));
    const deviation = sqrt(add(div(reduceSum(mul(centered, centered), [axis]), count), literal(1e-5)));
    return [mean, deviation, div(centered, along(deviation))];
  },
  "exponentials, stored, and where their product with the row's sum is largest": (x, axis, along) => {
    const e = exp(x);
    return [e, argmax(mul(e, along(reduceSum(e, [axis]))), axis, "int32")];
  },
};

const shapes: readonly (readonly number[])[] = [[5, 7], [3, 4, 6], [2, 70, 300], [2, 3, 2, 2, 5], [1, 6], [9, 1]];

describe.each(Object.keys(programs))("%s", (name) => {
  it.each(shapes.map((shape) => [shape.join("x"), shape] as const))("of %s over each axis", (_, shape) => {
    for (const axis of range(shape.length)) {
      const kept = range(shape.length).filter((other) => other !== axis);
      const jaxpr = jaxprOf([`f32[${shape.join(",")}]`], (x) => {
        const program = programs[name];
        if (program === undefined) throw new Error(`no program ${name}`);
        return program(x, axis, (reduced) => broadcastInDim(reduced, [...shape], kept));
      });
      const compiled = compile(jaxpr, { name, target: "js", verify: true });
      const inputs = randomInputs(jaxpr, 3 + axis);
      const expected = reference(jaxpr, inputs);
      try {
        expectNear(jaxpr, runProgram(compiled.program, inputs), expected);
        if (shape.length > 3 || shape.every((extent) => extent < 50)) {
          const { steps, kernel } = compiled.artifacts();
          expectNear(jaxpr, runSteps(steps, inputs), expected);
          expectNear(jaxpr, runSteps(kernel, inputs, "reverse"), expected);
        }
      } catch (error) {
        throw new Error(`axis ${axis}: ${String(error)}\n${textOf(compiled, "all")}`, { cause: error });
      }
      if (shape.every((extent) => extent > 1)) expect(compiled.program.steps.length, textOf(compiled, "fusion")).toBe(1);
    }
  });
});

describe("attention", () => {
  // Rows in whole blocks, with some left over, and fewer than a block; several heads.
  it.each([[2, 40, 64, 4], [1, 41, 64, 4], [3, 6, 64, 1], [2, 11, 33, 2]])("of %i heads, %i queries, %i keys and %i features never stores its scores", (heads, queries, keys, features) => {
    const specs = [queries, keys, keys].map((count) => `f32[${heads},${count},${features}]`);
    const jaxpr = jaxprOf(specs, (q, k, v) => {
      const scores = dotGeneral(q, k, { contractLeft: [2], contractRight: [2], batchLeft: [0], batchRight: [0] });
      const along = (reduced: Value): Value => broadcastInDim(reduced, [...scores.aval.shape], [0, 1]);
      const e = exp(sub(scores, along(reduceMax(scores, [2]))));
      return dotGeneral(div(e, along(reduceSum(e, [2]))), v, { contractLeft: [2], contractRight: [1], batchLeft: [0], batchRight: [0] });
    });
    const compiled = compile(jaxpr, { name: "attention", target: "js", verify: true });
    const inputs = randomInputs(jaxpr, 5);
    const expected = reference(jaxpr, inputs);
    const { steps, kernel } = compiled.artifacts();
    expectNear(jaxpr, runProgram(compiled.program, inputs), expected);
    expectNear(jaxpr, runSteps(steps, inputs), expected);
    expectNear(jaxpr, runSteps(kernel, inputs, "reverse"), expected);
    expect(compiled.program.arenaBytes).toBe(0);
  });
});
