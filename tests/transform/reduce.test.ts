/** @file The rules of the family reduce against loops. */

import { describe, expect, test } from "vitest";
import { derivativeProblems, isDifferentiable, nestedVmapProblems, vmapProblems } from "../support/rules.ts";
import { allSamples } from "../support/samples/all.ts";

const names = [
  "reduce_max", "reduce_min", "reduce_prod", "reduce_and", "reduce_or", "reduce_xor", "argmax", "argmin",
  "reduce_window_sum", "reduce_window_max", "reduce_window_min", "select_and_gather_add", "select_and_scatter_add",
];
const samples = allSamples().filter(({ primitive }) => names.includes(primitive.name)).map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const);

test("every primitive has samples", () => {
  expect(new Set(samples.map(([, { primitive }]) => primitive.name))).toEqual(new Set(names));
});

describe("vmap", () => {
  test.each(samples)("%s", (_name, bound) => {
    expect(vmapProblems(bound)).toEqual([]);
    expect(nestedVmapProblems(bound)).toEqual([]);
  });
});

describe("derivatives", () => {
  test.each(samples.filter(([, bound]) => isDifferentiable(bound)))("%s", (_name, bound) => {
    expect(derivativeProblems(bound)).toEqual([]);
  });
});
