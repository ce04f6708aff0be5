/** @file Every op, conversion and bitcast of the scalar table gives its reference as JavaScript, for every dtype that js has. */
import { InternalError } from "@lanewise/compiler/base/assert";
import { describe, expect, it } from "vitest";
import { runOnJs } from "../support/js-runner.ts";
import type { ScalarCase, ScalarCheck } from "../support/scalar-op-kernels.ts";
import { checkScalarCase, scalarCases } from "../support/scalar-op-kernels.ts";

const cases = scalarCases(["float32", "float64", "int32", "uint32", "bool"]);
const isFloat64Fma = (name: string): boolean => name === "fma float64";
/** The functions that js computes as arithmetic of doubles may round the other way where the exact value is nearly halfway. */
const float32Check: ScalarCheck = { ulps: { exp: 1, expm1: 1, log: 1, log1p: 1, sin: 1, cos: 1, tanh: 1, pow: 1 } };
const checkFor = ({ operands }: ScalarCase): ScalarCheck => (operands.includes("float64") ? {} : float32Check);

describe("scalar ops on js", () => {
  it.each(cases.filter(({ name }) => !isFloat64Fma(name)))("$name", async (scalarCase) => {
    await checkScalarCase(scalarCase, runOnJs, checkFor(scalarCase));
  });

  it.each(scalarCases(["float16"]))("$name is refused", async (scalarCase) => {
    await expect(checkScalarCase(scalarCase, runOnJs)).rejects.toThrow(InternalError);
  });

  it.each(cases.filter(({ name }) => isFloat64Fma(name)))("$name is refused", async (scalarCase) => {
    await expect(checkScalarCase(scalarCase, runOnJs)).rejects.toThrow(/js has no fma of float64/);
  });
});
