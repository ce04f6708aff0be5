/**
 * @file The gate kernels give their references as WebAssembly: scalar, in vectors of several widths, and in chunks. And they
 * give what the interpreter gives: the same bits, but for softmax, whose exp is an approximation there and here.
 */
import { at, required } from "@lanewise/compiler/base/assert";
import { describe, expect, it } from "vitest";
import { ulpError } from "../support/accuracy.ts";
import { gateKernels } from "../support/gate-kernels.ts";
import { differenceOf, gateArrays, interpretStep, itPassesEveryGate, stepByStep } from "../support/gate-runner.ts";
import { runOnWasm } from "../support/wasm-runner.ts";

describe("gate kernels on wasm, scalar", () => {
  itPassesEveryGate(runOnWasm(1));
});

describe.each([2, 4, 8, 16] as const)("gate kernels on wasm, vectors of %i", (width) => {
  itPassesEveryGate(runOnWasm(width));
});

describe("gate kernels on wasm, the grid in three calls", () => {
  itPassesEveryGate(runOnWasm(4, 3));
});

/** exp is within 1.5 units of the interpreter's; a sum of a row and a division follow. */
const softmaxUlps = 3;

describe.each([1, 4, 16] as const)("gate kernels on wasm and on the interpreter, vectors of %i", (width) => {
  const sizes = [1, 5, 64, 1000];
  const cases = gateKernels.flatMap((gate) => sizes.map((size) => ({ name: gate.name, size, gate })));

  it.each(cases)("$name of size $size", async ({ gate, size }) => {
    const program = gate.build(size);
    const wanted = gateArrays(gate, program, size);
    const actual = gateArrays(gate, program, size);
    await stepByStep(interpretStep("forward"))(program, wanted);
    await runOnWasm(width)(program, actual);
    for (const { name, role } of program.buffers) {
      if (role === "temporary") continue;
      const [have, want] = [required(actual[name], name), required(wanted[name], name)];
      if (gate.name !== "softmax") {
        expect(differenceOf(have, want, { absolute: 0, relative: 0 }), name).toBeNull();
        continue;
      }
      const worst = Math.max(...Array.from(have, (value, i) => ulpError("float32", value, at(want, i))));
      expect(worst, name).toBeLessThanOrEqual(softmaxUlps);
    }
  });
});
