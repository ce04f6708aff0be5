/**
 * @file Every float32 function is within its bound in each form, `docs/accuracy.md` lists them all, and what users call is
 * what is measured.
 */
import { readFileSync } from "node:fs";
import { at } from "@lanewise/compiler/base/assert";
import { describe, expect, it } from "vitest";
import { accuracyPagePath, rowHead } from "../../scripts/accuracy-docs.mjs";
import { float32AloneForm, float32Form, jsForm, laxFunction, measure, measuredFunctions, samplesOf, wasmForm } from "../support/function-accuracy.ts";

const isFull = process.env["LANEWISE_FULL"] === "1";
const density = isFull ? 2048 : 8;

describe.each([float32Form, float32AloneForm, wasmForm, jsForm])("$name", (form) => {
  it.each(measuredFunctions.map((each) => [each.name, each] as const))("%s", async (_name, each) => {
    const { ulps, operands, actual, expected } = await measure(each, form, samplesOf(each, density));
    expect(ulps, `${operands.join(", ")} gives ${actual} instead of ${expected}`).toBeLessThanOrEqual(each.bound);
  });
});

it("on js, functions that are arithmetic of doubles round to the nearest, but for some in a hundred", async () => {
  for (const name of ["exp", "expm1", "log", "log1p", "sin", "cos", "tanh"]) {
    const each = at(measuredFunctions.filter((other) => other.name === name), 0);
    expect((await measure(each, jsForm, samplesOf(each, 32))).ulps, name).toBeLessThan(0.51);
  }
});

it("docs/accuracy.md has a row for every function, with its bound (npm run docs:accuracy)", () => {
  const rows = readFileSync(accuracyPagePath, "utf8").split("\n").filter((line) => /^\| [a-z]/.test(line));
  const heads = measuredFunctions.map(rowHead);
  expect(rows.map((row, index) => row.slice(0, heads[index]?.length ?? 0))).toEqual(heads);
});

it("what lax computes on js is what is measured", async () => {
  for (const each of measuredFunctions) {
    const operands = samplesOf(each, 2);
    expect(laxFunction(each.name)(...operands).dataSync(), each.name).toEqual(await jsForm.run(each, operands));
  }
});

describe.runIf(isFull)("every float32 on js", () => {
  const chunk = 2 ** 20;
  const bits = new Uint32Array(chunk);
  const x = new Float32Array(bits.buffer);
  it.each(["exp", "log", "sin", "cos", "tanh"])("%s", async (name) => {
    const each = at(measuredFunctions.filter((other) => other.name === name), 0);
    for (let first = 0; first < 2 ** 32; first += chunk) {
      for (let index = 0; index < chunk; index += 1) bits[index] = first + index;
      const y = await jsForm.run(each, [x]);
      // Nearly all are rounded correctly, and the others few enough to be looked at.
      const others = x.filter((value, index) => !Object.is(y[index], Math.fround(each.exact(value))));
      const { ulps, operands, actual, expected } = await measure(each, jsForm, [others]);
      expect(ulps, `${operands.join(", ")} gives ${actual} instead of ${expected}`).toBeLessThan(0.51);
    }
  }, 3_600_000);
});
