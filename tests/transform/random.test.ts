/** @file The rules of the family random against loops. */

import { describe, expect, test } from "vitest";
import { nestedVmapProblems, vmapProblems } from "../support/rules.ts";
import * as family from "@lanewise/compiler/primitives/random";
import { allSamples } from "../support/samples/all.ts";

const primitives: readonly unknown[] = Object.values(family);
const samples = allSamples().filter(({ primitive }) => primitives.includes(primitive)).map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const);

test("every primitive has samples", () => {
  expect(new Set(samples.map(([, { primitive }]) => primitive.name)).size).toBe(8);
});

describe("vmap", () => {
  test.each(samples)("%s", (_name, bound) => {
    expect(vmapProblems(bound)).toEqual([]);
    expect(nestedVmapProblems(bound)).toEqual([]);
  });
});
