/** @file The lowerings of argmax, windows, prefixes and sorts give what the oracle gives, each on its own. */

import { at } from "@lanewise/compiler/base/assert";
import { allocateHost, isFloat, type DType, type HostArray } from "@lanewise/compiler/base/dtype";
import { aval, erasePrimitive } from "@lanewise/compiler/ir/build";
import type { Params, Primitive } from "@lanewise/compiler/ir/types";
import { decodeStored, encodeStored } from "@lanewise/compiler/kernel/interpret-memory";
import type { StorageDType } from "@lanewise/compiler/kernel/types";
import { argmaxP } from "@lanewise/compiler/primitives/reduce";
import { reduceWindowMaxP, selectAndScatterAddP } from "@lanewise/compiler/primitives/reduce-window";
import { sortP, topKP } from "@lanewise/compiler/primitives/sort";
import { describe, expect, test } from "vitest";
import { runAlone, type LoneInput } from "../support/lone-equation.ts";
import { real } from "../support/oracle/number.ts";
import { oracleOf } from "../support/oracle/primitives.ts";
import { allSamples } from "../support/samples/all.ts";
import { elementsOf, generator } from "../support/samples/values.ts";

const names = [
  "argmax", "argmin", "reduce_window_sum", "reduce_window_max", "reduce_window_min", "select_and_gather_add", "select_and_scatter_add",
  "cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp", "sort", "top_k",
];
const samples = allSamples().filter(({ primitive }) => names.includes(primitive.name));

/** Runs the primitive's kernels and compares with the oracle: integers and moved floats exactly, sums to rounding. */
function check(primitive: Primitive, inputs: readonly LoneInput[], params: Params, order: "forward" | "reverse" = "forward"): void {
  const outAvals = primitive.abstractEval(inputs.map((input) => input.aval), params);
  const tensors = inputs.map(({ aval: { shape, dtype }, host }) => ({ shape, dtype, data: [...host].map((held) => decodeStored(dtype as StorageDType, held)) }));
  const expected = oracleOf(primitive.name)(tensors, params, outAvals);
  const got = runAlone(primitive, inputs, params, order);
  expect(got.length).toBe(expected.length);
  got.forEach((host, index) => {
    const { dtype } = at(outAvals, index);
    const elements = [...host].map((held) => decodeStored(dtype as StorageDType, held));
    const wanted = at(expected, index).data.map(real);
    const settled = wanted.map((value, place) => {
      const have = at(elements, place);
      return isFloat(dtype) && Math.abs(have - value) <= 2e-6 * Math.abs(value) + 1e-7 && !Object.is(value, -0) ? have : value;
    });
    expect(elements).toEqual(settled);
  });
}

function hostOf(dtype: DType, elements: readonly number[]): HostArray {
  const host = allocateHost(dtype, elements.length);
  host.set(elements.map((element) => encodeStored(dtype as StorageDType, element)));
  return host;
}

describe.each(["forward", "reverse"] as const)("kernels, %s", (order) => {
  test.each(samples.map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const))("%s", (_name, { primitive, sample }) => {
    const random = generator(7);
    check(primitive, sample.inputs.map((input) => ({ aval: aval(input.shape, input.dtype), host: elementsOf(input, random) })), sample.params, order);
  });
});

const everyDType = ["float32", "float64", "float16", "bfloat16", "int32", "int16", "int8", "uint32", "uint8", "bool"] as const;

/** Elements with many ties, and of floats with NaN, infinities and both zeros. */
function awkward(dtype: DType, count: number, seed: number): HostArray {
  const random = generator(seed);
  const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1.5, -1.5, 1];
  return hostOf(dtype, Array.from({ length: count }, () => {
    const drawn = Math.floor(random() * 8);
    if (isFloat(dtype)) return at(special, drawn);
    return dtype === "bool" ? drawn & 1 : dtype.startsWith("u") ? drawn : drawn - 4;
  }));
}

describe.each(everyDType)("%s", (dtype) => {
  const shape = [3, 21, 2];
  const input = { aval: aval(shape, dtype), host: awkward(dtype, 126, 3) };
  const payload = { aval: aval(shape, "int32"), host: hostOf("int32", Array.from({ length: 126 }, (_, place) => place)) };

  test.each([0, 1, 2])("sort, top_k and argmax along axis %i", (axis) => {
    check(erasePrimitive(sortP), [input, payload], { dimension: axis, isStable: true, numKeys: 1 });
    check(erasePrimitive(sortP), [{ ...input, host: awkward(dtype, 126, 4) }, input, payload], { dimension: axis, isStable: true, numKeys: 2 });
    check(erasePrimitive(topKP), [input], { axis, k: 2 });
    check(erasePrimitive(topKP), [input], { axis, k: at(shape, axis) });
    check(erasePrimitive(argmaxP), [input], { axes: [axis], indexDType: "int32" });
  });

  test("windows", () => {
    const window = { padding: [[0, 0], [2, 1], [0, 0]], windowDilation: [1, 2, 1], windowDimensions: [1, 3, 1], windowStrides: [1, 2, 1] };
    check(erasePrimitive(reduceWindowMaxP), [input], { ...window, baseDilation: [1, 1, 1] });
    if (dtype === "bool") return;
    const source = { aval: aval([3, 10, 2], dtype), host: hostOf(dtype, Array.from({ length: 60 }, (_, place) => place % 3)) };
    check(erasePrimitive(selectAndScatterAddP), [source, input], { ...window, selectPrim: "le" });
  });
});

describe("long rows", () => {
  const random = generator(1);
  /** Random bits: every sign, exponent and kind of NaN. */
  const bits = (count: number): Uint32Array => Uint32Array.from({ length: count }, () => Math.floor(random() * 2 ** 32));

  test.each([["uint32", 1500], ["int32", 1024], ["float32", 2000], ["float32", 20000]] as const)("%s, %i elements", (dtype, count) => {
    const drawn = bits(2 * count);
    const host = dtype === "uint32" ? drawn : dtype === "int32" ? new Int32Array(drawn.buffer) : new Float32Array(drawn.buffer);
    const payload = { aval: aval([2, count], "int32"), host: hostOf("int32", Array.from({ length: 2 * count }, (_, place) => place)) };
    const [keys, places] = runAlone(erasePrimitive(sortP), [{ aval: aval([2, count], dtype), host }, payload], { dimension: 1, isStable: true, numKeys: 1 });
    for (const row of [0, 1]) {
      const rank = (value: number): number => (Number.isNaN(value) ? Infinity : value);
      const before = (a: number, b: number): number => Number(Number.isNaN(at(host, a))) - Number(Number.isNaN(at(host, b))) || (rank(at(host, a)) < rank(at(host, b)) ? -1 : Number(rank(at(host, a)) > rank(at(host, b)))) || a - b;
      const order = Array.from({ length: count }, (_, place) => row * count + place).sort(before);
      expect([...(places ?? [])].slice(row * count, (row + 1) * count)).toEqual(order);
      expect([...(keys ?? [])].slice(row * count, (row + 1) * count)).toEqual(order.map((place) => at(host, place)));
    }
  });
});

test("every primitive of the families that has kernels of its own is here", () => {
  expect(new Set(samples.map(({ primitive }) => primitive.name))).toEqual(new Set(names));
});
