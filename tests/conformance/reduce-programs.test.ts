/** @file Reductions, windows, prefixes and sorts give JAX's jaxprs and results: traced, eagerly and jitted. */

import { readFileSync } from "node:fs";
import { config, jit, makeJaxpr, type DType, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";
import { oneLine } from "../support/jaxpr-text.ts";
import { parseHex } from "../support/python-floats.ts";
import { reducePrograms } from "./reduce-programs.ts";

interface Golden {
  readonly jaxpr: string;
  readonly results: readonly { readonly dtype: DType; readonly shape: readonly number[]; readonly elements: readonly string[] }[];
}

const goldens = JSON.parse(readFileSync(new URL("reduce-programs.json", import.meta.url), "utf8")) as Readonly<Record<string, Golden>>;
const programs = Object.entries(reducePrograms);
/** Programs whose jaxprs differ, with the reason. */
const differing: Readonly<Record<string, string>> = {
  ...reasonFor("an initial value is combined afterwards; JAX has a reduction by a jaxpr", [
    "reduce by mul from 2", "window sum from 1", "window max from -1",
  ]),
  ...reasonFor("window products are products of slices; JAX has a windowed reduction by a jaxpr", ["window product", "window product dilated"]),
  ...reasonFor("the identity takes the place of the reduction", ["reduce max of nothing", "reduce min of nothing"]),
  ...reasonFor("the derivative is a linear recurrence with weights from the result; JAX differentiates logaddexp in a tree", [
    "vjp cumlogsumexp", "vjp cumlogsumexp of ties", "vjp cumlogsumexp reverse", "grad of grad of cumlogsumexp", "third derivative of cumlogsumexp",
  ]),
  ...reasonFor("several axes are transposed first and reshaped then; JAX's reshape does both", ["np median axes"]),
  ...reasonFor("JAX prunes the call before it takes residuals, and keeps zeros as residuals", ["np grad of median", "np grad of var", "np grad of std"]),
  ...reasonFor("a number is float32; in JAX 80 is an integer", ["np percentile"]),
  ...reasonFor("JAX's hessian makes the rows of the identity in another order", ["hessian of reduce prod at zeros"]),
};

function reasonFor(reason: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}

/** Of sums that are up to a hundred times larger than their results. */
const tolerance = 4e-6;

function expectResults(actual: unknown, golden: Golden | undefined): void {
  const outputs = (Array.isArray(actual) ? actual.flat() : [actual]) as NDArray[];
  expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(golden?.results.map(({ dtype, shape }) => ({ dtype, shape })));
  golden?.results.forEach(({ elements }, place) => {
    const found = [...(outputs[place]?.dataSync() ?? [])].map(Number);
    const wanted = elements.map(parseHex);
    expect(found.map((value, index) => (Math.abs(value - (wanted[index] ?? NaN)) <= tolerance * Math.max(1, Math.abs(value)) ? wanted[index] : value))).toEqual(wanted);
  });
}

describe("reductions, windows, prefixes and sorts", () => {
  it("has a twin for every golden", () => {
    expect(Object.keys(reducePrograms).sort()).toEqual(Object.keys(goldens).sort());
  });

  it("knows every program that differs", () => {
    for (const name of Object.keys(differing)) expect(Object.keys(goldens)).toContain(name);
  });

  it.each(programs.filter(([name]) => differing[name] === undefined))("%s traces as in JAX", (name, [run, ...args]) => {
    expect(oneLine(makeJaxpr(run)(...args))).toBe(goldens[name]?.jaxpr);
  });

  it.each(programs)("%s computes as JAX does", (name, [run, ...args]) => {
    expectResults(run(...args), goldens[name]);
  });

  it.each(programs)("%s computes the same under jit, every stage verified", (name, [run, ...args]) => {
    expectResults(config.with({ verify: true }, () => jit(run)(...args)), goldens[name]);
  });
});
