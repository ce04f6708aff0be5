/** @file The gate kernels give their references as WebAssembly: scalar, in vectors of several widths, and in chunks. */
import { describe } from "vitest";
import { itPassesEveryGate } from "../support/gate-runner.ts";
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
