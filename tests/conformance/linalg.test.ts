/** @file Cholesky and triangular systems give JAX's jaxprs and results: traced, eagerly and jitted. */

import { readFileSync } from "node:fs";
import { config, jit, makeJaxpr, type DType, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import { oneLine } from "../support/jaxpr-text.ts";
import { parseHex } from "../support/python-floats.ts";
import { linalgPrograms } from "./linalg-programs.ts";

interface Golden {
  readonly jaxpr: string;
  readonly results: readonly { readonly dtype: DType; readonly shape: readonly number[]; readonly elements: string }[];
}

const goldens = JSON.parse(readFileSync(new URL("linalg.json", import.meta.url), "utf8")) as Readonly<Record<string, Golden>>;
const programs = Object.entries(linalgPrograms);
/** Programs of transforms that make their basis in another place than JAX's. */
const othersOwn: readonly string[] = ["cholesky hessian"];

function expectResults(actual: unknown, golden: Golden | undefined): void {
  const outputs = [actual].flat(3) as NDArray[];
  expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(golden?.results.map(({ dtype, shape }) => ({ dtype, shape })));
  golden?.results.forEach(({ elements, dtype }, place) => {
    const wanted = elements === "" ? [] : elements.split(" ").map(parseHex);
    const found = [...(outputs[place]?.dataSync() ?? [])].map(Number);
    expect(found.length).toBe(wanted.length);
    const largest = wanted.reduce((most, value) => Math.max(most, Number.isFinite(value) ? Math.abs(value) : 0), 1);
    const tolerance = (dtype === "float16" ? 2e-3 : 2e-6) * largest;
    found.forEach((value, index) => {
      const want = wanted[index] ?? 0;
      expect(Object.is(value, want) || Math.abs(value - want) <= tolerance || value === want, `element ${index}: ${value}, expected ${want}`).toBe(true);
    });
  });
}

describe("linear algebra", () => {
  test("has a twin for every golden", () => {
    expect(Object.keys(linalgPrograms).sort()).toEqual(Object.keys(goldens).sort());
  });

  test.each(programs.filter(([name]) => !othersOwn.includes(name)))("%s traces as in JAX", (name, [run, ...args]) => {
    expect(oneLine(makeJaxpr(run)(...args))).toBe(goldens[name]?.jaxpr);
  });

  test.each(programs)("%s computes as JAX does", (name, [run, ...args]) => {
    expectResults(run(...args), goldens[name]);
  });

  test.each(programs)("%s computes the same under jit, every stage verified", (name, [run, ...args]) => {
    expectResults(config.with({ verify: !name.includes("halves") }, () => jit(run)(...args)), goldens[name]);
  });
});
