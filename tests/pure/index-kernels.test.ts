/** @file The lowerings of gather, the scatters, the dynamic slices and the joins give what the oracle gives, each on its own. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { aval } from "@lanewise/compiler/ir/build";
import { describe, expect, test } from "vitest";
import { runAlone, type LoneInput } from "../support/lone-equation.ts";
import { real } from "../support/oracle/number.ts";
import { oracleOf } from "../support/oracle/primitives.ts";
import { allSamples } from "../support/samples/all.ts";
import type { BoundSample } from "../support/samples/types.ts";
import { elementsOf, generator } from "../support/samples/values.ts";

const names = [
  "gather", "scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max", "dynamic_slice", "dynamic_update_slice",
  "concatenate", "split", "stack", "unstack", "rev",
];
const samples = allSamples().filter(({ primitive }) => names.includes(primitive.name));

function inputsOf({ sample }: BoundSample): LoneInput[] {
  const random = generator(7);
  return sample.inputs.map((input) => ({ aval: aval(input.shape, input.dtype), host: elementsOf(input, random) }));
}

describe.each(["forward", "reverse"] as const)("kernels, %s", (order) => {
  test.each(samples.map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const))("%s", (_name, bound) => {
    const { primitive, sample } = bound;
    const inputs = inputsOf(bound);
    const outAvals = primitive.abstractEval(inputs.map((input) => input.aval), sample.params);
    const tensors = inputs.map(({ aval: { shape, dtype }, host }) => ({ shape, dtype, data: [...host] }));
    const expected = oracleOf(primitive.name)(tensors, sample.params, outAvals);
    const got = runAlone(primitive, inputs, sample.params, order);
    expect(got.length).toBe(expected.length);
    got.forEach((host, index) => {
      const wanted = at(expected, index).data.map(real);
      const { dtype } = at(outAvals, index);
      // The oracle sums in double precision; what differs by rounding alone counts as equal, signs of zero and NaN must agree.
      const rounded = wanted.map((value, place) => (Math.abs(at(host, place) - value) < 1e-6 * Math.abs(value) ? at(host, place) : Math.fround(value)));
      expect([...host]).toEqual(isFloat(dtype) ? rounded : wanted);
    });
  });
});

test("every primitive of the two families is here", () => {
  expect(new Set(samples.map(({ primitive }) => primitive.name))).toEqual(new Set(names));
});
