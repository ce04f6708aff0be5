/** @file The rules of the family conv against loops, and its fold, run by the kernel interpreter, against the oracle. */

import { at } from "@lanewise/compiler/base/assert";
import { aval } from "@lanewise/compiler/ir/build";
import type { Primitive } from "@lanewise/compiler/ir/types";
import { convGeneralDilatedP } from "@lanewise/compiler/primitives/conv";
import { describe, expect, test } from "vitest";
import { runAlone } from "../support/lone-equation.ts";
import { real } from "../support/oracle/number.ts";
import { samplesOf, testRules } from "../support/rule-tests.ts";
import { oracleFor, tensorsOf } from "../support/rules.ts";
import { convParams } from "../support/samples/conv.ts";
import { elementsOf } from "../support/samples/values.ts";

const samples = samplesOf(["conv_general_dilated"]);

testRules(samples);

describe("the fold", () => {
  test.each(samples)("%s", (_name, bound) => {
    const tensors = tensorsOf(bound, 3);
    const expected = at(oracleFor(bound)(tensors), 0);
    for (const order of ["forward", "reverse"] as const) {
      const inputs = tensors.map(({ shape, dtype, data }) => ({ aval: aval(shape, dtype), host: elementsOf({ shape, dtype, values: data.map(real) }, () => 0) }));
      const got = at(runAlone(convGeneralDilatedP as unknown as Primitive, inputs, bound.sample.params, order), 0);
      expect(got.length).toBe(expected.data.length);
      expected.data.map(real).forEach((want, place) => {
        if (Number.isNaN(want)) expect(at(got, place)).toBeNaN();
        else if (!Number.isFinite(want)) expect(at(got, place)).toBe(want);
        else expect(Math.abs(at(got, place) - want)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(want)));
      });
    }
  });
});

describe("mistakes are named", () => {
  const conv = (lhs: readonly number[], rhs: readonly number[], given: Parameters<typeof convParams>[1] = {}, dtypes: readonly ["float32" | "bool", "float32" | "float16" | "bool"] = ["float32", "float32"]) => () =>
    convGeneralDilatedP.abstractEval([aval(lhs, dtypes[0]), aval(rhs, dtypes[1])], convParams(lhs.length - 2, given));
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["ranks", conv([1, 1, 4], [1, 1, 2, 2]), /one rank, at least 2[^]*\(1, 1, 4\) and \(1, 1, 2, 2\)/],
    ["a vector", conv([3], [3]), /at least 2[^]*\(3,\)/],
    ["dtypes", conv([1, 1, 4], [1, 1, 2], {}, ["float32", "float16"]), /one dtype[^]*(float16|f16)/],
    ["bools", conv([1, 1, 4], [1, 1, 2], {}, ["bool", "bool"]), /numbers[^]*bool/],
    ["no stride", conv([1, 1, 4], [1, 1, 2], { windowStrides: [0] }), /windowStrides: a positive integer[^]*\(0,\)/],
    ["a stride too many", conv([1, 1, 4], [1, 1, 2], { windowStrides: [1, 1] }), /each of the 1 spatial dimensions[^]*\(1, 1\)/],
    ["a dilation of zero", conv([1, 1, 4], [1, 1, 2], { lhsDilation: [0] }), /lhsDilation: a positive integer/],
    ["a fractional dilation", conv([1, 1, 4], [1, 1, 2], { rhsDilation: [1.5] }), /rhsDilation: a positive integer[^]*1\.5/],
    ["paddings", conv([1, 1, 4], [1, 1, 2], { padding: [[1, 1], [0, 0]] }), /two integers for each of the 1[^]*\(1, 1\), \(0, 0\)/],
    ["too much cropped", conv([1, 1, 4], [1, 1, 2], { padding: [[-3, -3]] }), /removes no more than there is[^]*\(-3, -3\)/],
    ["an empty window", conv([1, 1, 4], [1, 1, 0]), /window of at least one element[^]*\(1, 1, 0\)/],
    ["features", conv([1, 3, 4], [2, 2, 2]), /input features are the input's[^]*2 input features of the weights for 3/],
    ["groups that do not divide", conv([1, 3, 4], [2, 1, 2], { featureGroupCount: 2 }), /featureGroupCount that divides the features[^]*3 features/],
    ["groups that do not divide the output", conv([1, 4, 4], [3, 2, 2], { featureGroupCount: 2 }), /divides the output features[^]*3 output/],
    ["groups of the batch", conv([3, 1, 4], [2, 1, 2], { batchGroupCount: 2 }), /divides the batch[^]*batch of 3/],
    ["groups of the batch and the output", conv([2, 1, 4], [3, 1, 2], { batchGroupCount: 2 }), /batchGroupCount that divides the output features[^]*3 output/],
    ["both groups", conv([2, 2, 4], [2, 1, 2], { batchGroupCount: 2, featureGroupCount: 2 }), /not of both[^]*2[^]*2/],
    ["negative groups", conv([1, 1, 4], [1, 1, 2], { featureGroupCount: -1 }), /positive integer[^]*-1/],
    ["no groups", conv([1, 1, 4], [1, 1, 2], { featureGroupCount: 0 }), /divides the features[^]*1 features/],
    ["an axis twice", conv([1, 1, 4], [1, 1, 2], { dimensionNumbers: { lhsSpec: [0, 1, 1], rhsSpec: [0, 1, 2], outSpec: [0, 1, 2] } }), /lhsSpec: each of the 3 axes once[^]*\(0, 1, 1\)/],
    ["a narrower result", conv([1, 1, 4], [1, 1, 2], { preferredElementType: "float16" }), /no narrower than float32[^]*float16/],
    ["integers from floats", conv([1, 1, 4], [1, 1, 2], { preferredElementType: "int32" }), /a float dtype[^]*int32/],
  ];
  test.each(cases)("%s", (_name, run, message) => {
    expect(run).toThrow(message);
  });
});
