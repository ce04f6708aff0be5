/** @file Every op, conversion and bitcast of the scalar table gives its reference as JavaScript, for every dtype that js has. */
import { InternalError } from "@lanewise/compiler/base/assert";
import { describe, expect, it } from "vitest";
import { runOnJs } from "../support/js-runner.ts";
import { checkScalarCase, scalarCases } from "../support/scalar-op-kernels.ts";

const cases = scalarCases(["float32", "float64", "int32", "uint32", "bool"]);
const isFloat64Fma = (name: string): boolean => name === "fma float64";

describe("scalar ops on js", () => {
  it.each(cases.filter(({ name }) => !isFloat64Fma(name)))("$name", async (scalarCase) => {
    await checkScalarCase(scalarCase, runOnJs);
  });

  it.each(scalarCases(["float16"]))("$name is refused", async (scalarCase) => {
    await expect(checkScalarCase(scalarCase, runOnJs)).rejects.toThrow(InternalError);
  });

  it.each(cases.filter(({ name }) => isFloat64Fma(name)))("$name is refused", async (scalarCase) => {
    await expect(checkScalarCase(scalarCase, runOnJs)).rejects.toThrow(/js has no fma of float64/);
  });
});
