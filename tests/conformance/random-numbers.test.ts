/**
 * @file Random numbers are JAX's: bits, integers, bools and orders exactly, floats to 2 units in the last place; from typed
 * keys and from words, eagerly, under jit, and under vmap over keys. Where JAX's float32 is further than that from the same
 * formula in float64 on the same uniform numbers, 2 units from the latter are as good.
 */

import { at } from "@lanewise/compiler/base/assert";
import { toBfloat16Bits, toFloat16Bits } from "@lanewise/compiler/base/float-bits";
import { grad, jit, makeJaxpr, numpy as np, random, vmap, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import golden from "./random-numbers.json" with { type: "json" };

interface Golden {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

type Draw = (key: NDArray) => NDArray;

const furthest = 2;

function argumentOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("array" in value)) return value;
  const { array, dtype } = value as { array: number; dtype: "float32" };
  return np.array(array, dtype);
}

function drawOf(name: string, given: readonly unknown[]): Draw {
  const args = given.map(argumentOf);
  const run = (random as unknown as Record<string, ((key: NDArray, ...args: unknown[]) => NDArray) | undefined>)[name];
  if (run === undefined) throw new Error(`random.${name} does not exist`);
  return (key) => run(key, ...args);
}

/** The bits of a float in the order of the numbers. */
function ordered(bits: number, width: number): number {
  const sign = 2 ** (width - 1);
  return bits >= sign ? sign - bits : bits;
}

function problems(got: NDArray, want: Golden, exact: Golden | null): string[] {
  const array = got.dtype === "key<fry>" ? random.keyData(got) : got;
  if (array.dtype !== want.dtype || array.shape.join() !== want.shape.join()) {
    return [`${array.dtype}[${array.shape.join()}] instead of ${want.dtype}[${want.shape.join()}]`];
  }
  const elements = [...array.dataSync()].map(Number);
  return want.values.flatMap((value, index) => {
    const have = at(elements, index);
    if (typeof value === "number") return have === value ? [] : [`element ${index}: ${have} instead of ${value}`];
    const width = array.dtype === "float32" ? 32 : 16;
    const bits = width === 32 ? at([...new Uint32Array(Float32Array.of(have).buffer)], 0) : array.dtype === "float16" ? toFloat16Bits(have) : toBfloat16Bits(have);
    const near = [value, exact?.values[index] ?? value].map((other) => Math.abs(ordered(bits, width) - ordered(Number.parseInt(String(other), 16), width)));
    return Math.min(...near) <= furthest ? [] : [`element ${index}: ${have} is ${near.join(" and ")} units away`];
  });
}

describe("keys", () => {
  test.each(golden.keys)("of the seed $seed", ({ seed, words }) => {
    expect([...random.PRNGKey(seed).dataSync()]).toEqual(words);
    expect([...random.PRNGKey(BigInt(seed)).dataSync()]).toEqual(words);
    expect([...random.keyData(random.key(seed)).dataSync()]).toEqual(words);
    expect([...(jit(() => random.PRNGKey(seed)) as () => NDArray)().dataSync()]).toEqual(words);
  });
});

describe("numbers", () => {
  const named = golden.cases.map((entry, index) => [`${index}: ${entry.name}(${JSON.stringify(entry.arguments)})`, entry] as const);

  test.each(named)("%s", (_name, { name, seed, arguments: given, result, batched, exact, batchedExact }) => {
    const draw = drawOf(name, given);
    expect(problems(draw(random.key(seed)), result as Golden, exact)).toEqual([]);
    expect(problems(draw(random.PRNGKey(seed)), result as Golden, exact)).toEqual([]);
    expect(problems((jit(draw) as Draw)(random.key(seed)), result as Golden, exact)).toEqual([]);
    const keys = random.split(random.key(seed), 3);
    expect(problems((vmap(draw) as Draw)(keys), batched as Golden, batchedExact)).toEqual([]);
    expect(problems((jit(vmap(draw)) as Draw)(random.keyData(keys)), batched as Golden, batchedExact)).toEqual([]);
  });
});

const jaxprPrograms: Readonly<Record<string, (key: NDArray) => unknown>> = {
  key: () => random.key(3),
  PRNGKey: () => random.PRNGKey(3),
  split: (key) => random.split(key),
  splitShape: (key) => random.split(key, [2, 3]),
  foldIn: (key) => random.foldIn(key, 7),
  bits: (key) => random.bits(key, [3]),
  smallBits: (key) => random.bits(key, [2, 2], "uint8"),
  uniform: (key) => random.uniform(key, [3]),
  uniformScalar: (key) => random.uniform(key),
  uniformBounds: (key) => random.uniform(key, [2, 3], { minval: np.zeros(3), maxval: np.ones([2, 1]) }),
  normal: (key) => random.normal(key, [2, 3]),
  randint: (key) => random.randint(key, [3], 0, 10),
  randintScalar: (key) => random.randint(key, [], 0, 10),
  randintUnsigned: (key) => random.randint(key, [3], 0, 100, "uint32"),
  bernoulli: (key) => random.bernoulli(key),
  bernoulliShape: (key) => random.bernoulli(key, np.ones(3).mul(0.5), [2, 3]),
  rademacher: (key) => random.rademacher(key, [2]),
  permutation: (key) => random.permutation(key, 5),
  permutationOfRows: (key) => random.permutation(key, np.ones([3, 2])),
  permutationEach: (key) => random.permutation(key, np.ones([3, 2]), 1, true),
  permutationTwoRounds: (key) => random.permutation(key, 3000),
  exponential: (key) => random.exponential(key, [2]),
  gumbel: (key) => random.gumbel(key, [2]),
  laplace: (key) => random.laplace(key, [2]),
  logistic: (key) => random.logistic(key, [2]),
  cauchy: (key) => random.cauchy(key, [2]),
  truncatedNormal: (key) => random.truncatedNormal(key, -1, 2, [2]),
  categorical: (key) => random.categorical(key, np.ones([2, 3])),
  choice: (key) => random.choice(key, 5, [2]),
  vmapUniform: (key) => (vmap((one: NDArray) => random.uniform(one, [3])) as Draw)(random.split(key, 4)),
  vmapBits: (key) => (vmap((one: NDArray) => random.bits(one, [3]), 0, 1) as Draw)(random.split(key, 4)),
  gradOfNoise: (key) => grad((x: NDArray) => np.sum(x.mul(random.normal(key, [3]))))(np.ones(3)),
};

describe("jaxprs", () => {
  test.each(Object.entries(golden.jaxprs))("%s", (name, text) => {
    const [program = "", kind] = name.split(" of ");
    const run = jaxprPrograms[program];
    if (run === undefined) throw new Error(`${program} has no twin`);
    const key = kind === "words" ? random.PRNGKey(0) : random.key(0);
    expect(String(makeJaxpr(run)(key)).replace(/\s+/g, " ").trim()).toBe(text);
  });
});
