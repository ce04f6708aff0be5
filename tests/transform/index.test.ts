/**
 * @file The rules of the family index and of the joins against loops: vmap over every subset of operands, derivatives of both
 * modes and of second order. Programs are traced and evaluated by the oracle, so that the rules alone are on trial.
 */

import { describe, expect, test } from "vitest";
import { real } from "../support/oracle/number.ts";
import type { Tensor } from "../support/oracle/tensor.ts";
import { samplesOf, testDerivatives, testVmap } from "../support/rule-tests.ts";
import { isDifferentiable, loneTangentProblems } from "../support/rules.ts";
import type { BoundSample } from "../support/samples/types.ts";

const samples = samplesOf([
  "gather", "scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max", "dynamic_slice", "dynamic_update_slice",
  "concatenate", "split", "stack", "unstack", "rev", "stop_gradient",
]);

/** Indices that differ from example to example. */
function vary({ primitive }: BoundSample): (input: Tensor, index: number, example: number) => Tensor {
  const firstStart = primitive.name === "dynamic_slice" ? 1 : 2;
  const isIndices = (index: number): boolean => (primitive.name.includes("slice") ? index >= firstStart : index === 1 && /gather|scatter/.test(primitive.name));
  return (input, index, example) =>
    (example === 2 && isIndices(index) ? { ...input, data: input.data.map((value) => Math.abs(real(value)) % 3) } : input);
}

testVmap(samples, (bound) => ({ endsOnly: true, vary: vary(bound) }));
testDerivatives(samples);

describe("a tangent for one operand alone", () => {
  test.each(samples.filter(([, bound]) => isDifferentiable(bound)))("%s", (_name, bound) => {
    expect(loneTangentProblems(bound)).toEqual([]);
  });
});
