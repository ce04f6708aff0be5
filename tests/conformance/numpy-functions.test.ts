/** @file Functions of np give the results of jax.numpy: jitted with every stage verified, and eagerly. */

import { readFileSync } from "node:fs";
import { config, jit, type DType, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";
import { parseHex } from "../support/python-floats.ts";
import { furtherFunctions } from "./numpy-further.ts";
import { numpyFunctions } from "./numpy-functions.ts";

interface Result {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly elements: readonly string[];
}

function goldensOf(file: string): Readonly<Record<string, readonly Result[]>> {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as Readonly<Record<string, readonly Result[]>>;
}

function expectResults(actual: NDArray | readonly NDArray[], wanted: readonly Result[] = []): void {
  const outputs = Array.isArray(actual) ? (actual as readonly NDArray[]) : [actual as NDArray];
  expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(wanted.map(({ dtype, shape }) => ({ dtype, shape })));
  wanted.forEach(({ elements }, place) => {
    const found = [...(outputs[place]?.dataSync() ?? [])].map(Number);
    const numbers = elements.map(parseHex);
    // Sums may be taken in another order, and powers differ in the last places.
    const isClose = (value: number, number: number): boolean => Math.abs(value - number) <= 2e-6 * Math.max(1, Math.abs(number));
    expect(found.map((value, index) => (isClose(value, numbers[index] ?? NaN) ? numbers[index] : value))).toEqual(numbers);
  });
}

describe.each([
  ["functions", numpyFunctions, goldensOf("numpy-functions.json"), true],
  ["further functions", furtherFunctions, goldensOf("numpy-further.json"), false],
] as const)("%s of np", (_, functions, goldens, isWhole) => {
  // The further ones are made of those before them, which are tried eagerly, and in all variants.
  const isThorough = isWhole || process.env["LANEWISE_FULL"] === "1";
  const chosen = Object.entries(functions).filter(([name]) => isThorough || !name.includes(","));

  it("have a twin for every golden", () => {
    expect(Object.keys(functions).sort()).toEqual(Object.keys(goldens).sort());
  });

  it.each(chosen)("%s", (name, [run, ...args]) => {
    const [a, b, c] = args as [NDArray, NDArray, NDArray];
    if (isThorough) expectResults(run(a, b, c), goldens[name]);
    expectResults(config.with({ verify: true }, () => jit((...given: [NDArray, NDArray, NDArray]) => run(...given))(...(args as [NDArray, NDArray, NDArray]))), goldens[name]);
  });
});
