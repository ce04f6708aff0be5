/** @file The tests that every family has: the batch rules and the derivatives of its samples against loops. */

import { describe, expect, test } from "vitest";
import { derivativeProblems, isDifferentiable, nestedVmapProblems, vmapProblems, type VmapTrial } from "./rules.ts";
import { allSamples } from "./samples/all.ts";
import type { BoundSample } from "./samples/types.ts";

type NamedSamples = readonly (readonly [name: string, bound: BoundSample])[];

/** The samples of these primitives by name; none of the primitives may be without. */
export function samplesOf(names: readonly string[]): NamedSamples {
  const samples = allSamples().filter(({ primitive }) => names.includes(primitive.name));
  const missing = names.filter((name) => samples.every(({ primitive }) => primitive.name !== name));
  if (missing.length > 0) throw new Error(`no samples of ${missing.join(", ")}`);
  return samples.map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const);
}

export function testVmap(samples: NamedSamples, trialOf: (bound: BoundSample) => VmapTrial = () => ({})): void {
  describe("vmap", () => {
    test.each(samples)("%s", (_name, bound) => {
      expect(vmapProblems(bound, trialOf(bound))).toEqual([]);
      expect(nestedVmapProblems(bound)).toEqual([]);
    });
  });
}

export function testDerivatives(samples: NamedSamples): void {
  describe("derivatives", () => {
    test.each(samples.filter(([, bound]) => isDifferentiable(bound)))("%s", (_name, bound) => {
      expect(derivativeProblems(bound)).toEqual([]);
    });
  });
}

export function testRules(samples: NamedSamples): void {
  testVmap(samples);
  testDerivatives(samples);
}
