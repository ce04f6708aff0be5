/** @file The rules of the family sort against loops. */

import { describe, expect, test } from "vitest";
import { derivativeProblems, isDifferentiable, nestedVmapProblems, vmapProblems } from "../support/rules.ts";
import { allSamples } from "../support/samples/all.ts";

const names = [
  "sort", "top_k",
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
