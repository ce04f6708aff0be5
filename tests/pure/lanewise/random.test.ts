/** @file Random keys as values: how they move, what they refuse, and what the functions of random say about bad arguments. */

import { config, evalShape, grad, jit, numpy as np, random, vmap, type NDArray } from "lanewise";
import { describe, expect, it, test } from "vitest";

const wordsOf = (keys: NDArray): number[] => [...random.keyData(keys).dataSync()].map(Number);
const numbers = (array: NDArray): number[] => [...array.dataSync()].map(Number);
const keys = random.split(random.key(1), 6);
const rows = Array.from({ length: 6 }, (_, row) => wordsOf(keys.get(row)));

describe("keys are arrays", () => {
  const moves: readonly (readonly [string, (keys: NDArray) => NDArray, readonly (readonly number[] | undefined)[]])[] = [
    ["reshape", (x) => x.reshape([2, 3]), rows],
    ["transpose", (x) => x.reshape([2, 3]).T, [0, 3, 1, 4, 2, 5].map((row) => rows[row])],
    ["get", (x) => x.get(4), [rows[4]]],
    ["get of several places", (x) => x.get([4, 0]), [rows[4], rows[0]]],
    ["concatenate", (x) => np.concatenate([x.get(4).reshape([1]), x]), [rows[4], ...rows]],
    ["stack", (x) => np.stack([x.get(1), x.get(0)]), [rows[1], rows[0]]],
    ["broadcast", (x) => np.broadcastTo(x.get(2), [2, 2]), [rows[2], rows[2], rows[2], rows[2]]],
    ["where", (x) => np.where(np.array([true, false, true, false, true, false]), x, np.broadcastTo(x.get(0), [6])), [0, 0, 2, 0, 4, 0].map((row) => rows[row])],
    ["expand and squeeze", (x) => np.squeeze(np.expandDims(x, 1), 1), rows],
    ["words and back", (x) => random.wrapKeyData(random.keyData(x)), rows],
  ];

  test.each(moves)("%s", (_name, move, expected) => {
    const want = expected.flat();
    expect(move(keys).dtype).toBe("key<fry>");
    expect(wordsOf(move(keys))).toEqual(want);
    expect(wordsOf((jit(move) as (keys: NDArray) => NDArray)(keys))).toEqual(want);
  });

  test.each(moves)("%s under vmap", (_name, move, expected) => {
    const others = random.split(random.key(2), 6);
    const both = np.stack([keys, others]);
    const got = (vmap(move) as (keys: NDArray) => NDArray)(both);
    expect(got.shape).toEqual([2, ...move(keys).shape]);
    expect(wordsOf(got)).toEqual([...expected.flat(), ...wordsOf(move(others))]);
  });

  it("are taken apart by iteration, eagerly and traced", () => {
    const sum = (key: NDArray): NDArray => {
      const [first, second] = random.split(key) as unknown as readonly [NDArray, NDArray];
      return random.bits(first).add(random.bits(second));
    };
    const eager = sum(random.key(5)).itemSync();
    expect((jit(sum) as (key: NDArray) => NDArray)(random.key(5)).itemSync()).toBe(eager);
  });

  it("have a type and no numbers", () => {
    const key = random.key(3);
    expect([key.dtype, key.shape, key.nbytes]).toEqual(["key<fry>", [], 8]);
    expect(key.toString()).toBe("key<fry>[] of the words array([0, 3], dtype=uint32)");
    expect(evalShape((one: NDArray) => random.split(one, 3), key)).toMatchObject({ shape: [3], dtype: "key<fry>" });
    for (const read of [() => key.dataSync(), () => key.toArraySync(), () => key.itemSync(), () => Number(key), () => JSON.stringify(key)]) {
      expect(read).toThrow(/LW3025[^]*key<fry>\[\][^]*random\.keyData/);
    }
    expect(() => key.add(1)).toThrow(/LW/);
    expect(() => key.astype("uint32")).toThrow(/LW1403/);
  });
});

describe("transforms", () => {
  it("closes over a key", () => {
    const key = random.key(7);
    const noisy = (x: NDArray): NDArray => x.mul(random.normal(key, [3])).sum();
    const x = np.array([1, 2, 3]);
    const noise = numbers(random.normal(key, [3]));
    expect(numbers(grad(noisy)(x) as unknown as NDArray)).toEqual(noise);
    expect(numbers((jit(grad(noisy)) as unknown as (x: NDArray) => NDArray)(x))).toEqual(noise);
  });

  it("differentiates bounds: u (high - low) + low", () => {
    const key = random.key(7);
    const unit = random.uniform(key).itemSync() as number;
    const [low, high] = grad((a: number, b: number) => random.uniform(key, [], { minval: a, maxval: b }), [0, 1])(-2, 3) as unknown as readonly [NDArray, NDArray];
    expect(low.itemSync()).toBeCloseTo(1 - unit, 6);
    expect(high.itemSync()).toBeCloseTo(unit, 6);
  });

  it("maps foldIn over numbers and seeds over an array", () => {
    const key = random.key(7);
    const folded = vmap((step: NDArray) => random.foldIn(key, step))(np.arange(3) as NDArray) as unknown as NDArray;
    expect(wordsOf(folded)).toEqual([0, 1, 2].flatMap((step) => wordsOf(random.foldIn(key, step))));
    const seeded = vmap((seed: NDArray) => random.key(seed))(np.arange(3) as NDArray) as unknown as NDArray;
    expect(wordsOf(seeded)).toEqual([0, 0, 0, 1, 0, 2]);
  });

  it("has no more equations for more keys, and the same numbers as a loop", () => {
    const batch = random.split(random.key(9), 4);
    const got = vmap((key: NDArray) => random.permutation(key, 6))(batch) as unknown as NDArray;
    expect(numbers(got)).toEqual([0, 1, 2, 3].flatMap((row) => numbers(random.permutation(batch.get(row), 6))));
  });
});

describe("float64", () => {
  it("takes 52 of 64 bits, as JAX with x64", () => {
    config.with({ enableX64: true }, () => {
      const key = random.key(0);
      expect(numbers(random.uniform(key, [3], "float64"))).toEqual([0.41845711171638644, 0.21629545460551136, 0.9653214611189975]);
      expect(numbers(random.uniform(key, [3], "float64", -2, 5))).toEqual([0.9291997820147051, -0.48593181776142047, 4.757250227832983]);
      numbers(random.normal(key, [3], "float64")).forEach((have, index) => expect(have).toBeCloseTo([-0.2058421394796434, -0.7847657764467411, 1.8160866726679836][index] ?? NaN, 13));
    });
  });
});

describe("errors", () => {
  const key = random.key(0);
  const many = random.split(key, 3);
  const bad: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["several keys", () => random.uniform(many, [2]), /LW3007[^]*random\.uniform[^]*key[^]*\(3,\)[^]*vmap/],
    ["words of several keys", () => random.split(random.keyData(many)), /LW3007[^]*random\.split[^]*\(3,\)[^]*vmap/],
    ["no key", () => random.normal(np.ones(2)), /LW3007[^]*f32\[2\][^]*random\.key/],
    ["a number for a key", () => random.bits(3 as unknown as NDArray), /LW3007[^]*random\.bits/],
    ["a seed of floats", () => random.key(0.5), /LW3007[^]*seed[^]*0\.5/],
    ["a seed of a float array", () => random.key(np.array(1)), /LW3007[^]*seed[^]*f32\[\]/],
    ["several seeds", () => random.PRNGKey(np.arange(2)), /LW3007[^]*\(2,\)[^]*vmap/],
    ["a key for a seed", () => random.key(key), /LW3007[^]*key<fry>/],
    ["a negative number of keys", () => random.split(key, -1), /LW3007[^]*num/],
    ["several numbers folded in", () => random.foldIn(key, np.arange(2)), /LW3007[^]*data[^]*\(2,\)/],
    ["a number that uint32 does not hold", () => random.foldIn(key, -1), /LW3003[^]*-1/],
    ["bits of floats", () => random.bits(key, [2], "float32"), /LW3004[^]*float32/],
    ["bits of signed integers", () => random.bits(key, [2], "int32"), /LW3004[^]*int32/],
    ["uniform integers", () => random.uniform(key, [2], "int32"), /LW3004[^]*int32/],
    ["bounds that do not fit", () => random.uniform(key, [2], { minval: np.zeros(3) }), /LW3005[^]*\(2,\)[^]*\(3,\)/],
    ["bounds that enlarge", () => random.randint(key, [], np.array([0, 1], "int32"), 5), /LW3005[^]*\(2,\)/],
    ["normal integers", () => random.normal(key, [2], "uint8"), /LW3004[^]*uint8/],
    ["random floats as integers", () => random.randint(key, [2], 0, 5, "float32"), /LW3004[^]*float32/],
    ["a bound that is no integer", () => random.randint(key, [2], 0.5, 5), /LW3007[^]*minval[^]*0\.5/],
    ["a bound that int32 does not hold", () => random.randint(key, [2], 0, 2 ** 31), /LW3003[^]*2147483648/],
    ["chances of integers", () => random.bernoulli(key, np.arange(2)), /LW3007[^]*p[^]*i32\[2\]/],
    ["chances that do not fit", () => random.bernoulli(key, np.ones(3), [2]), /LW3005[^]*\(2,\)[^]*\(3,\)/],
    ["a permutation of a float", () => random.permutation(key, 2.5), /LW3007[^]*2\.5/],
    ["a permutation of a 0-d float array", () => random.permutation(key, np.array(3)), /LW3007[^]*f32\[\]/],
    ["a bad axis", () => random.permutation(key, np.ones([2, 2]), 2), /LW3006[^]*axis/],
    ["a permutation of a traced number", () => jit((n: NDArray) => random.permutation(key, n))(np.int32(3)), /LW3007[^]*known now/],
    ["a choice of nothing", () => random.choice(key, 0, [2]), /LW3007[^]*at least one/],
    ["too many choices", () => random.choice(key, 3, [4], false), /LW3007[^]*at least 4[^]*3/],
    ["logits of integers", () => random.categorical(key, np.arange(3)), /LW3007[^]*logits/],
    ["words that are no pairs", () => random.wrapKeyData(new Uint32Array(3)), /LW1404[^]*\(3,\)/],
    ["a bad shape", () => random.normal(key, [-1]), /LW3007[^]*shape/],
    ["too many positions", () => random.normal(key, [2], "float32", 3 as never), /LW3007[^]*at most 2/],
  ];

  test.each(bad)("%s", (_name, run, message) => {
    expect(run).toThrow(message);
  });
});
