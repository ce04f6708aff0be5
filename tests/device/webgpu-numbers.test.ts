/** @file What docs/numbers.md promises of numbers on webgpu: a test for each line, under its name. js is beside it as the reference. */
import { readFileSync } from "node:fs";
import { at } from "@lanewise/compiler/base/assert";
import { config, defaultDevice, jit, lax, numpy as np, random, type NDArray } from "lanewise";
import { expect, test } from "vitest";
import { flushed, leastNormal } from "../support/accuracy.ts";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu } from "../support/webgpu-session.ts";

const least = 2 ** -149;
const edges = [0, -0, 1, -1, NaN, Infinity, -Infinity, least, -least, 2 ** -127, leastNormal, 1e-40, -1e-40, 3.4028234663852886e38, -1.5, 2.5];
const pairs = edges.flatMap((first) => edges.map((second) => [first, second] as const));
const [left, right] = [0, 1].map((side) => pairs.map((pair) => at(pair, side))) as [number[], number[]];
const integers = [0, 1, -1, 2, -2, 7, -7, 31, 32, 33, 2147483647, -2147483648, 65536, -65537];
const integerPairs = integers.flatMap((first) => integers.map((second) => [first, second] as const));

type Compute = (...xs: NDArray[]) => readonly NDArray[];

/** The results of one program on each device. */
async function both(compute: Compute, make: () => readonly NDArray[]): Promise<{ readonly onGpu: readonly ArrayLike<number>[]; readonly onJs: readonly ArrayLike<number>[] }> {
  const on = async (device: string): Promise<readonly ArrayLike<number>[]> => {
    defaultDevice(device);
    const results = jit(compute as (...xs: NDArray[]) => NDArray[])(...make());
    const read = Promise.all(results.map((result) => result.data()));
    defaultDevice("webgpu");
    return await read as readonly ArrayLike<number>[];
  };
  return { onGpu: await on("webgpu"), onJs: await on("js") };
}

const floats = (...lists: readonly (readonly number[])[]) => (): NDArray[] => lists.map((list) => np.array(Float32Array.from(list)) as NDArray);
const ints = (...lists: readonly (readonly number[])[]) => (): NDArray[] => lists.map((list) => np.array(Int32Array.from(list)) as unknown as NDArray);

async function expectSame(compute: Compute, make: () => readonly NDArray[]): Promise<void> {
  const { onGpu, onJs } = await both(compute, make);
  expect(onGpu.map((values) => Array.from(values))).toEqual(onJs.map((values) => Array.from(values)));
}

/** Each test by the line of the page that it is about. */
const promises: Readonly<Record<string, () => Promise<void> | void>> = {
  "Subnormal numbers may be zeros": async () => {
    const small = [least, 1e-40, -1e-40, 2 ** -127, 2 ** -126, 3e-38, 1, 2 ** -100];
    const operands = small.flatMap((first) => small.map((second) => [first, second] as const));
    const [sum, product] = (await both((x, y) => [x.add(y), x.mul(y)], floats(operands.map(([x]) => x), operands.map(([, y]) => y)))).onGpu;
    operands.forEach(([first, second], index) => {
      for (const [actual, compute] of [[sum, (x: number, y: number) => Math.fround(x + y)], [product, (x: number, y: number) => Math.fround(x * y)]] as const) {
        const [a, b] = [Math.fround(first), Math.fround(second)];
        const allowed = [compute(a, b), compute(flushed(a), b), compute(a, flushed(b)), compute(flushed(a), flushed(b))].flatMap((value) => [value, flushed(value), 0]);
        expect(allowed.some((value) => value === actual?.[index] && (value !== 0 || Math.abs(compute(a, b)) < 2 ** -125)), `${a} and ${b} give ${actual?.[index]}`).toBe(true);
      }
    });
  },
  "What only moves keeps its bits": () => expectSame((x, y) => {
    const moved = [np.concatenate([x, y]), x.reshape(16, 16).transpose(), np.take(x, np.arange(256).mul(7).mod(256).astype("int32")), x.get(3), y.astype("float32").reshape(4, 64)];
    return moved.map((value) => lax.bitcastConvertType(value, "uint32") as unknown as NDArray);
  }, floats(left, right)),
  "Tests and order are exact by bits": () => expectSame((x, y) => [
    np.isnan(x), np.isfinite(x), x.less(y), x.lessEqual(y), x.equal(y), x.notEqual(y), np.minimum(x, y), np.maximum(x, y), np.where(x.greater(y), x, y),
    np.sort(x), x.reshape(16, 16).argmax(1), x.reshape(16, 16).argmin(0), np.sign(y), x.max(), y.min(),
  ] as unknown as NDArray[], floats(left, right)),
  "Arithmetic on NaN and infinity follows the driver": async () => {
    const compute: Compute = (x) => [x.mul(0), x.sub(x), np.where(np.isnan(x), np.full([1], Infinity), x), np.full([2], NaN)] as unknown as NDArray[];
    const { onGpu: [product, difference, ...constants], onJs: [, , ...expected] } = await both(compute, floats([NaN, Infinity, -Infinity, 1, 2]));
    for (const folded of [product, difference]) Array.from(folded ?? [5]).forEach((value, index) => expect(value === 0 || (index < 3 && Number.isNaN(value))).toBe(true));
    expect(constants).toEqual(expected);
    const kept = jit(compute as (...xs: NDArray[]) => NDArray[]).lower(np.ones([4])).text("wgsl");
    expect(kept).toMatch(/(\w+) - \1/);
    expect(kept).toMatch(/\w+ \* 0\.0f/);
  },
  "A product and a sum may be rounded once": async () => {
    const count = 400;
    const [a, b, c] = [1, 2, 3].map((seed) => Array.from({ length: count }, (_, index) => Math.fround(Math.sin(index * seed + seed) * 3)));
    const { onGpu } = await both((x, y, z) => [x.mul(y).add(z)], floats(a ?? [], b ?? [], c ?? []));
    for (let index = 0; index < count; index++) {
      const [x, y, z] = [a?.[index] ?? 0, b?.[index] ?? 0, c?.[index] ?? 0];
      expect([Math.fround(x * y + z), Math.fround(Math.fround(x * y) + z)]).toContain(onGpu[0]?.[index]);
    }
  },
  "Sums are not reordered by the driver": async () => {
    // What a rounded remainder, a rounding to half precision and back, and a reduced angle need.
    await expectSame((x) => [np.mod(x, 3), x.astype("float16").astype("float32"), x.astype("bfloat16").astype("float32"), np.round(x.mul(0.5))],
      floats([1e7, 12345.678, 2049, 0.1, 1 / 3, 65519, 1e-7, 5.5, -2.5]));
    const { onGpu } = await both((x) => [np.sin(x)], floats([1e6, 3e7, 1e10, 1e20]));
    [1e6, 3e7, 1e10, 1e20].forEach((x, index) => expect(onGpu[0]?.[index]).toBeCloseTo(Math.sin(Math.fround(x)), 6));
  },
  "The same program gives the same bits": async () => {
    const x = np.sin(np.arange(5000)).reshape(50, 100);
    const f = jit((v: NDArray) => [v.sum(), v.sum(0), np.dot(v, v.transpose())]);
    const [first, second] = await Promise.all([f(x), f(x.copy())].map((results) => Promise.all(results.map((result) => result.data()))));
    expect(second).toEqual(first);
  },
  "Divisions and square roots may miss by some units": async () => {
    const xs = Array.from({ length: 1000 }, (_, index) => Math.fround(Math.exp(Math.sin(index) * 20)));
    const { onGpu } = await both((x, y) => [x.div(y), np.sqrt(x)], floats(xs, xs.toReversed()));
    xs.forEach((x, index) => {
      const quotient = x / (xs.at(-1 - index) ?? 1);
      expect(Math.abs((onGpu[0]?.[index] ?? NaN) - quotient)).toBeLessThanOrEqual(2.5 * 2 ** -23 * quotient);
      expect(Math.abs((onGpu[1]?.[index] ?? NaN) - Math.sqrt(x))).toBeLessThanOrEqual(3 * 2 ** -23 * Math.sqrt(x));
    });
  },
  "Integers are exact": async () => {
    const compute: Compute = (x, y) => [
      x.add(y), x.mul(y), lax.div(x, y), lax.rem(x, y), np.mod(x, y), np.floorDivide(x, y), x.neg(), np.abs(x), lax.shiftLeft(x, y), lax.shiftRightLogical(x, y),
      lax.shiftRightArithmetic(x, y), np.bitwiseXor(x, y), x.astype("int8"), x.astype("uint16"), lax.clz(x), lax.populationCount(x),
    ] as unknown as NDArray[];
    await expectSame(compute, ints(integerPairs.map(([x]) => x), integerPairs.map(([, y]) => y)));
  },
  "Conversions are exact": () => expectSame((x) => [x.astype("int32"), x.astype("uint32"), x.astype("int8"), x.astype("bool"), x.astype("int32").astype("float32")] as unknown as NDArray[],
    floats([...edges, 2147483520, 2147483648, -2147483648, 4294967040, 4294967296, 16777217, 0.999999, -0.999999, 127.9, 128, 255.5])),
  "Half floats are computed in float32": () => expectSame((x, y) => (["float16", "bfloat16"] as const).flatMap((dtype) => {
    const [a, b] = [x.astype(dtype), y.astype(dtype)];
    return [a.add(b), a.mul(b), a.sub(b).mul(a)].map((value) => value.astype("float32") as unknown as NDArray);
  }), floats([1, 1 / 3, 65504, 2049, 0.1, -7.25, 1000.5, 1e-5], [2, 3, 10, 0.5, 0.2, 1e-3, 33.3, -3e-7])),
  "Random bits are the same": async () => {
    const draw: Compute = () => {
      const [first, second] = [random.key(42), random.foldIn(random.key(7), 3)];
      return [random.bits(first, [100]), random.keyData(random.split(second, 5)), random.uniform(second, [50]), random.randint(first, [20], -5, 5)] as unknown as NDArray[];
    };
    await expectSame(draw, () => []);
  },
  "There is no float64": () => {
    config.with({ enableX64: true }, () => {
      expect(() => np.array([1], "float64")).toThrow(/LW2009/);
      expect(() => jit((v: NDArray) => v.astype("float64").mul(2))(np.ones([2]))).toThrow(/LW1702/);
    });
  },
};

describeWebgpu("numbers on webgpu", () => {
  useWebgpu();

  test("every line of docs/numbers.md has its test", () => {
    const page = readFileSync(new URL("../../docs/numbers.md", import.meta.url), "utf8");
    expect([...page.matchAll(/^- \*\*(.+)\.\*\*/gm)].map(([, line]) => line)).toEqual(Object.keys(promises));
  });

  test.each(Object.keys(promises))("%s", async (line) => {
    await promises[line]?.();
  });
});
