/** @file The rules of the family conv against loops, and its kernels against the oracle. */

import { at } from "@lanewise/compiler/base/assert";
import { aval } from "@lanewise/compiler/ir/build";
import { describe, expect, test } from "vitest";
import { runAlone } from "../support/lone-equation.ts";
import { real } from "../support/oracle/number.ts";
import { derivativeProblems, isDifferentiable, nestedVmapProblems, oracleFor, tensorsOf, vmapProblems } from "../support/rules.ts";
import { convSamples } from "../support/samples/conv.ts";
import { allSamples } from "../support/samples/all.ts";

const names = ["conv_general_dilated"];
const samples = allSamples().filter(({ primitive }) => names.includes(primitive.name)).map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const);

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
