/** @file Every op, conversion and bitcast of the scalar table gives its reference as WebAssembly, as a scalar and in vectors. */
import { InternalError } from "@lanewise/compiler/base/assert";
import { describe, expect, it } from "vitest";
import { checkScalarCase, scalarCases, type ScalarCase, type ScalarCheck } from "../support/scalar-op-kernels.ts";
import { runOnWasm, type SimdWidth } from "../support/wasm-runner.ts";

const cases = scalarCases(["float32", "float64", "int32", "uint32", "bool"]);
const isFloat64Fma = ({ name }: ScalarCase): boolean => name === "fma float64";

/** By how far the approximations may miss the reference; float64's own functions miss the exact value by one already. */
const float32Check: ScalarCheck = { ulps: { exp: 1, log: 1, sin: 2, cos: 2, tanh: 3, expm1: 2, log1p: 2, pow: 1, atan2: 2 } };
const float64Check: ScalarCheck = { ulps: { exp: 2, log: 2, sin: 2, cos: 2, tanh: 3, expm1: 3, log1p: 3, pow: 6, atan2: 3 } };

function checkFor({ operands }: ScalarCase): ScalarCheck {
  return operands.includes("float64") ? float64Check : float32Check;
}

describe.each<SimdWidth>([1, 2, 4, 16])("scalar ops on wasm, vectors of %i", (width) => {
  const run = runOnWasm(width);

  it.each(cases.filter((each) => !isFloat64Fma(each)))("$name", async (scalarCase) => {
    await checkScalarCase(scalarCase, run, checkFor(scalarCase));
  });
});

describe("what wasm has not", () => {
  const run = runOnWasm(4);

  it.each(scalarCases(["float16"]))("$name is refused", async (scalarCase) => {
    await expect(checkScalarCase(scalarCase, run)).rejects.toThrow(InternalError);
  });

  it.each(cases.filter(isFloat64Fma))("$name is refused", async (scalarCase) => {
    await expect(checkScalarCase(scalarCase, run)).rejects.toThrow(/wasm has no fma of float64/);
  });
});
