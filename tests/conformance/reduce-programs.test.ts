/** @file Reductions, windows, prefixes and sorts give JAX's jaxprs and results: traced, eagerly and jitted. */

import { readFileSync } from "node:fs";
import { config, jit, makeJaxpr, type DType, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";
import { parseHex } from "../support/numpy-programs.ts";
import { reducePrograms } from "./reduce-programs.ts";

interface Golden {
  readonly jaxpr: string;
  readonly results: readonly { readonly dtype: DType; readonly shape: readonly number[]; readonly elements: readonly string[] }[];
}

const goldens = JSON.parse(readFileSync(new URL("reduce-programs.json", import.meta.url), "utf8")) as Readonly<Record<string, Golden>>;
const programs = Object.entries(reducePrograms);
const folded = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll("[ ", "[").replaceAll(" ]", "]").trim();

/** Programs whose jaxprs differ, with the reason. */
const differing: Readonly<Record<string, string>> = {
};

function expectResults(actual: unknown, golden: Golden | undefined): void {
  const outputs = (Array.isArray(actual) ? actual.flat() : [actual]) as NDArray[];
  expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(golden?.results.map(({ dtype, shape }) => ({ dtype, shape })));
  golden?.results.forEach(({ elements }, place) => {
    const found = [...(outputs[place]?.dataSync() ?? [])].map(Number);
    const wanted = elements.map(parseHex);
    expect(found.map((value, index) => (Math.abs(value - (wanted[index] ?? NaN)) <= 2e-6 * Math.max(1, Math.abs(value)) ? wanted[index] : value))).toEqual(wanted);
  });
}

describe("reductions, windows, prefixes and sorts", () => {
  it("has a twin for every golden", () => {
    expect(Object.keys(reducePrograms).sort()).toEqual(Object.keys(goldens).sort());
  });

  it.each(programs.filter(([name]) => differing[name] === undefined))("%s traces as in JAX", (name, [run, ...args]) => {
    expect(folded(String(makeJaxpr(run)(...args)))).toBe(goldens[name]?.jaxpr);
  });

  it.each(programs)("%s computes as JAX does", (name, [run, ...args]) => {
    expectResults(run(...args), goldens[name]);
  });

  it.each(programs)("%s computes the same under jit, every stage verified", (name, [run, ...args]) => {
    expectResults(config.with({ verify: true }, () => jit(run)(...args)), goldens[name]);
  });
});
