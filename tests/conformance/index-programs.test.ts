/** @file Programs that read and write by position give JAX's jaxprs and results: traced, eagerly and jitted. */

import { readFileSync } from "node:fs";
import { config, jit, makeJaxpr, type DType, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";
import { oneLine } from "../support/jaxpr-text.ts";
import { parseHex } from "../support/python-floats.ts";
import { indexPrograms } from "./index-programs.ts";

interface Golden {
  readonly jaxpr: string;
  readonly results: readonly { readonly dtype: DType; readonly shape: readonly number[]; readonly elements: readonly string[] }[];
}

const goldens = JSON.parse(readFileSync(new URL("index-programs.json", import.meta.url), "utf8")) as Readonly<Record<string, Golden>>;
const programs = Object.entries(indexPrograms);

/**
 * Programs whose jaxprs differ in what is printed ahead alone: where JAX makes the jaxpr of an addition again in the backward
 * pass, lanewise has one for each operation and dtype.
 */
const shareMore: readonly string[] = ["vjp multiply", "vjp min", "vjp max", "vjp max tied"];

function expectResults(actual: unknown, golden: Golden | undefined): void {
  const outputs = (Array.isArray(actual) ? actual.flat() : [actual]) as NDArray[];
  expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(golden?.results.map(({ dtype, shape }) => ({ dtype, shape })));
  golden?.results.forEach(({ elements }, place) => {
    const found = [...(outputs[place]?.dataSync() ?? [])].map(Number);
    expect(found.map((value, index) => (Math.abs(value - parseHex(elements[index] ?? "nan")) < 1e-6 ? parseHex(elements[index] ?? "nan") : value)))
      .toEqual(elements.map(parseHex));
  });
}

describe("reading and writing by position", () => {
  it("has a twin for every golden", () => {
    expect(Object.keys(indexPrograms).sort()).toEqual(Object.keys(goldens).sort());
  });

  it.each(programs.filter(([name]) => !shareMore.includes(name)))("%s traces as in JAX", (name, [run, ...args]) => {
    expect(oneLine(makeJaxpr(run)(...args))).toBe(goldens[name]?.jaxpr);
  });

  it.each(programs)("%s computes as JAX does", (name, [run, ...args]) => {
    expectResults(run(...args), goldens[name]);
  });

  it.each(programs)("%s computes the same under jit, every stage verified", (name, [run, ...args]) => {
    expectResults(config.with({ verify: true }, () => jit(run)(...args)), goldens[name]);
  });
});
