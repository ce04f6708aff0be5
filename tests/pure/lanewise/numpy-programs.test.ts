/** @file Functions of np give the jaxprs and the results of jax.numpy: traced, eagerly and jitted. */
import { config, jit, makeJaxpr, NDArray, numpy as np } from "lanewise";
import type { NDArray as Array_ } from "lanewise";
import { describe, expect, it } from "vitest";
import { oneLine } from "../../support/jaxpr-text.ts";
import { goldens, numpyPrograms, type Golden, type NumpyProgram } from "../../support/numpy-programs.ts";
import { parseHex } from "../../support/python-floats.ts";

const programs = Object.entries(numpyPrograms);

/** Arguments as a caller outside of transforms gives them: numbers as weak arrays. */
function eagerly([run, ...args]: NumpyProgram): unknown {
  return run(...args.map((arg) => (arg instanceof NDArray ? arg : np.array(arg as number)) as Array_));
}

function expectResults(actual: unknown, golden: Golden | undefined): void {
  const outputs = (Array.isArray(actual) ? actual : [actual]) as Array_[];
  expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(golden?.results.map(({ dtype, shape }) => ({ dtype, shape })));
  golden?.results.forEach(({ elements, dtype }, place) => {
    const expected = elements.map(parseHex);
    const found = Array.from(outputs[place]?.dataSync() ?? []);
    // Products may be summed in another order, and functions differ in the last places.
    const tolerance = dtype === "float16" ? 2e-3 : 2e-6;
    expected.forEach((value, index) => {
      const element = found[index] ?? NaN;
      const isClose = Object.is(element + 0, value + 0) || Math.abs(element - value) <= tolerance * Math.max(1, Math.abs(value));
      expect(isClose, `element ${index}: ${element}, expected ${value}`).toBe(true);
    });
  });
}

/** After legalization half floats are words, which the check of that stage takes for a mistake. */
function isVerifiable(name: string): boolean {
  return !name.endsWith("half");
}

describe("np", () => {
  it("has a twin for every golden", () => {
    expect(Object.keys(numpyPrograms).sort()).toEqual(Object.keys(goldens).sort());
  });

  it.each(programs)("%s traces as in JAX", (name, [run, ...args]) => {
    expect(oneLine(makeJaxpr(run)(...(args as Array_[])))).toBe(goldens[name]?.jaxpr);
  });

  it.each(programs)("%s computes as JAX does", (name, program) => {
    expectResults(eagerly(program), goldens[name]);
  });

  it.each(programs)("%s computes the same under jit, every stage verified", (name, [run, ...args]) => {
    expectResults(config.with({ verify: isVerifiable(name) }, () => jit(run)(...(args as Array_[]))), goldens[name]);
  });
});
