/**
 * @file The samples of the op table give what real JAX gives: values, gradients and batches, from committed hex floats.
 *
 * Two computations in float32 differ by rounding: results agree to a few ulp of the largest element, integers exactly.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { bind } from "@lanewise/compiler/trace/stack";
import { jit, vmap, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import dumped from "./samples-in.json" with { type: "json" };
import golden from "./samples.json" with { type: "json" };
import { parseHex } from "../support/python-floats.ts";
import { allSamples } from "../support/samples/all.ts";
import { toArray, toDevice } from "../support/words.ts";
import { batched, gradientsOf, type Run } from "./transformed.ts";

interface Encoded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (string | number)[];
}

interface Sample {
  readonly place: number;
  readonly primitive: string;
  readonly sample: string;
  readonly values: readonly Encoded[];
  readonly gradients?: readonly Encoded[];
  readonly batched?: readonly Encoded[];
}

const samples = allSamples();
const inputsOf = new Map(dumped.map((entry) => [entry.place, entry.inputs]));
const records = (golden.records as unknown as readonly Sample[]).map((record) => [`${record.primitive}: ${record.sample}`, record] as const);

function deviceInputs(place: number): NDArray[] {
  return (inputsOf.get(place) ?? []).map(({ data, dtype, shape }) => toDevice({ data: data.map(Number), dtype: dtype as "float32", shape }));
}

function problems(what: string, got: readonly NDArray[], want: readonly Encoded[]): string[] {
  if (got.length !== want.length) return [`${what}: ${got.length} results instead of ${want.length}`];
  return got.flatMap((array, index) => {
    const { dtype, shape, data } = at(want, index);
    if (array.dtype !== dtype || array.shape.join() !== shape.join()) return [`${what} ${index}: ${array.dtype}[${array.shape.join()}] instead of ${dtype}[${shape.join()}]`];
    const numbers = data.map((element) => (typeof element === "string" ? parseHex(element) : element));
    const scale = Math.max(1e-30, ...numbers.filter(Number.isFinite).map(Math.abs));
    return [...array.dataSync()].flatMap((element, place) => {
      const [have, wanted] = [Number(element), at(numbers, place)];
      const close = have === wanted || (Number.isNaN(have) && Number.isNaN(wanted)) || (isFloat(array.dtype) && Math.abs(have - wanted) <= 2e-6 * (scale + Math.abs(wanted)));
      return close ? [] : [`${what} ${index}, element ${place}: ${have} instead of ${wanted}`];
    });
  });
}

/** Where JAX on the CPU is not the one to follow; each must still differ, so that the list stays true. */
const exceptions: Readonly<Record<string, string>> = {
  "sign: float32[14]": "XLA flushes subnormals to zero",
  "log: float32[7]": "XLA flushes subnormals to the smallest normal number",
  "cbrt: float32[7]": "XLA flushes subnormals in the gradient",
  "lgamma: float32[]": "beside a zero of lgamma XLA loses digits that ours keeps",
  "digamma: float32[7]": "XLA's trigamma(-20.5) is -0.0457; pi^2 - trigamma(21.5) is 9.822",
  "select_and_gather_add: special": "a comparison with NaN makes the choice depend on the order in which candidates meet",
  "polygamma: edges": "XLA's trigamma(-20.5), as for digamma",
};

describe("samples against JAX", () => {
  test("at least 400 calls", () => {
    const calls = records.reduce((sum, [, record]) => sum + 1 + (record.gradients === undefined ? 0 : 1) + (record.batched === undefined ? 0 : 1), 0);
    expect(calls).toBeGreaterThan(400);
  });

  test.each(records)("%s", (_name, { place, primitive, sample: name, values, gradients, batched: wantedBatch }) => {
    const bound = at(samples, place);
    expect([bound.primitive.name, bound.sample.name]).toEqual([primitive, name]);
    const run: Run = (...args) => bind(bound.primitive, args as unknown as Value[], bound.sample.params).map(toArray);
    const inputs = deviceInputs(place);
    const found = problems("value", (jit(run) as Run)(...inputs), values);
    if (wantedBatch !== undefined) {
      found.push(...problems("batch", (jit(vmap(run) as Run) as Run)(...batched(inputs)), wantedBatch));
    }
    if (gradients !== undefined) found.push(...problems("gradient", gradientsOf(run, inputs), gradients));
    if (exceptions[`${primitive}: ${name}`] !== undefined) expect(found.length).toBeGreaterThan(0);
    else expect(found.slice(0, 4)).toEqual([]);
  });
});
