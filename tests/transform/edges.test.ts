/**
 * @file What the op table's samples leave open: the oracle's derivatives are those of finite differences in float64, and every
 * elementwise primitive takes arrays of 0 and 1 elements and halves as stored.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { aval } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { bind } from "@lanewise/compiler/trace/stack";
import { describe, expect, test } from "vitest";
import { real } from "../support/oracle/number.ts";
import { oracleOf } from "../support/oracle/primitives.ts";
import type { Tensor } from "../support/oracle/tensor.ts";
import { jvpOracle } from "../support/oracle/transforms.ts";
import { allSamples } from "../support/samples/all.ts";
import { elementsOf, generator } from "../support/samples/values.ts";
import type { BoundSample } from "../support/samples/types.ts";
import { difference, subjectOf, toArray, toDevice } from "../support/words.ts";

const samples = allSamples();

/** Their derivative is by definition another than the slope. */
const withoutSlope = new Set(["stop_gradient", "reduce_precision", "nextafter", "convert_element_type", "bitcast_convert_type"]);

const smoothSamples = samples.filter(({ primitive, sample }) => {
  const outs = primitive.abstractEval(sample.inputs.map(({ shape, dtype }) => aval(shape, dtype)), sample.params);
  const isRandom = sample.inputs.every((input) => input.values === undefined || !isFloat(input.dtype));
  return typeof primitive.jvp === "function" && !withoutSlope.has(primitive.name) && isRandom && sample.inputs.some(({ dtype }) => isFloat(dtype)) && outs.every(({ dtype }) => isFloat(dtype));
});

test("the oracle's derivatives are finite differences in float64", () => {
  const step = 1e-5;
  const failures: string[] = [];
  for (const bound of smoothSamples) {
    const random = generator(17);
    const { oracle, inputs } = subjectOf(bound, random);
    const tangents = inputs.map((input): Tensor => ({ ...input, data: input.data.map(() => random() * 2 - 1) }));
    const moved = (by: number): readonly Tensor[] =>
      oracle(inputs.map((input, index): Tensor => ({ ...input, data: input.data.map((value, place) => real(value) + by * real(at(at(tangents, index).data, place))) })));
    const [up, down] = [moved(step), moved(-step)];
    const exact = jvpOracle(oracle)([...inputs, ...tangents]).slice(up.length);
    exact.forEach((tangent, index) => tangent.data.forEach((value, place) => {
      const slope = (real(at(at(up, index).data, place)) - real(at(at(down, index).data, place))) / (2 * step);
      // What is infinite or NaN in itself has no slope.
      if (Number.isNaN(slope)) return;
      if (!(Math.abs(real(value) - slope) <= 1e-5 * (1 + Math.abs(slope)))) {
        failures.push(`${bound.primitive.name}: ${bound.sample.name}, result ${index} at ${place}: ${real(value)}, slope ${slope}`);
      }
    }));
  }
  console.log(`${smoothSamples.length} samples`);
  expect(failures).toEqual([]);
});

const elementwise = samples.filter((bound, index) => bound.primitive.lower.kind === "scalar" && bound.sample.inputs.length > 0
  && bound.sample.inputs.every(({ values, dtype }) => values === undefined && dtype !== "key<fry>")
  && samples.findIndex((other) => other.primitive === bound.primitive && other.sample.inputs.every(({ values }) => values === undefined)) === index);

function problemsOf({ primitive, sample }: BoundSample, inputs: readonly Tensor[], tolerance: number): string[] {
  const avals = inputs.map(({ shape, dtype }) => aval(shape, dtype));
  const want = oracleOf(primitive.name)(inputs, sample.params, primitive.abstractEval(avals, sample.params));
  return bind(primitive, inputs.map(toDevice) as unknown as Value[], sample.params).flatMap((result, index) => difference(toArray(result), at(want, index), tolerance) ?? []);
}

describe("elementwise primitives", () => {
  test("there are many", () => expect(elementwise.length).toBeGreaterThan(60));

  test.each(elementwise.map((bound) => [bound.primitive.name, bound] as const))("%s of 0 elements, of 1, and of halves", (_name, bound) => {
    const random = generator(5);
    const inputsOf = (shape: readonly number[]): Tensor[] => bound.sample.inputs.map((input) => ({ shape, dtype: input.dtype, data: Array.from(elementsOf({ ...input, shape }, random)) }));
    for (const shape of [[0], [2, 0], [1], [1, 1]]) expect(problemsOf(bound, inputsOf(shape), 1e-5)).toEqual([]);
    if (!bound.sample.inputs.every(({ dtype }) => dtype === "float32")) return;
    // Multiples of 1/64 are halves as they stand.
    const halves = bound.sample.inputs.map((input): Tensor =>
      ({ shape: [5], dtype: "float16", data: Array.from(elementsOf({ ...input, shape: [5] }, random), (x) => Math.trunc(x * 64) / 64) }));
    expect(problemsOf(bound, halves, 2e-3)).toEqual([]);
  });
});
