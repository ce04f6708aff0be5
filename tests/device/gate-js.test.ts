/** @file The gate kernels give their references as JavaScript, whole and in chunks of their grid. */
import { describe } from "vitest";
import { itPassesEveryGate } from "../support/gate-runner.ts";
import { runOnJs, runOnJsInChunks } from "../support/js-runner.ts";

describe("gate kernels on js", () => {
  itPassesEveryGate(runOnJs);
});

describe("gate kernels on js, the grid in chunks", () => {
  itPassesEveryGate(runOnJsInChunks);
});
