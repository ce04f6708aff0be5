/** @file Every primitive is complete: samples, an oracle, and a printed form that parses back. */

import { at } from "@lanewise/compiler/base/assert";
import { aval } from "@lanewise/compiler/ir/build";
import { parseJaxpr } from "@lanewise/compiler/ir/parse";
import { printJaxpr } from "@lanewise/compiler/ir/print";
import { verifyJaxpr } from "@lanewise/compiler/ir/verify";
import { flatPrimitives } from "@lanewise/compiler/primitives/all";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { bind } from "@lanewise/compiler/trace/stack";
import { describe, expect, test } from "vitest";
import { primitiveOracles } from "../support/oracle/primitives.ts";
import { allSamples } from "../support/samples/all.ts";

const samples = allSamples();

describe("primitives", () => {
  test.each([...flatPrimitives().keys()])("%s has a sample and an oracle", (name) => {
    expect(samples.some(({ primitive }) => primitive.name === name)).toBe(true);
    expect(Object.keys(primitiveOracles)).toContain(name);
  });

  test.each(samples.map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const))("%s prints, parses back and verifies", (_name, { primitive, sample }) => {
    const inAvals = sample.inputs.map(({ shape, dtype }) => aval(shape, dtype));
    const { jaxpr } = traceToJaxpr((args) => bind(primitive, args, sample.params), inAvals, { functionName: "sample" });
    verifyJaxpr(jaxpr);
    const parsed = parseJaxpr(printJaxpr(jaxpr), flatPrimitives());
    verifyJaxpr(parsed);
    expect(printJaxpr(parsed)).toBe(printJaxpr(jaxpr));
    expect(at(parsed.eqns, 0).primitive).toBe(primitive);
    expect(at(parsed.eqns, 0).params).toEqual(sample.params);
  });
});
