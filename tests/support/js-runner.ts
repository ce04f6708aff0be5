/** @file Runs gate programs through the JavaScript code generator. */
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { printJsKernel } from "@lanewise/compiler/codegen/js/print-kernel";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { legalizeJs } from "@lanewise/compiler/legalize/js";
import { compileText } from "@lanewise/runtime/js/driver";
import type { GateStep } from "./gate-kernels.ts";
import { stepByStep } from "./gate-runner.ts";
import type { RunGateProgram } from "./gate-runner.ts";

type JsKernel = (...args: readonly (HostArray | number)[]) => void;

const compiled = new WeakMap<Kernel, JsKernel>();

/** The kernel as a JavaScript function. Compiled once per kernel. */
export function compileJs(kernel: Kernel): JsKernel {
  const known = compiled.get(kernel);
  if (known !== undefined) return known;
  const legal = legalizeJs(kernel);
  verifyKernel(legal);
  const make = compileText([], `"use strict";\nreturn ${printJsKernel(legal)};`) as () => JsKernel;
  const run = make();
  compiled.set(kernel, run);
  return run;
}

function runStep({ kernel, scalars, grid }: GateStep, bound: readonly HostArray[]): void {
  compileJs(kernel)(...bound, ...scalars, 0, grid[0] ?? 0);
}

/** Runs each dispatch in one call. */
export const runOnJs: RunGateProgram = stepByStep(runStep);

/** Splits each grid in three calls, as a driver does that runs it in chunks. */
export const runOnJsInChunks: RunGateProgram = stepByStep(({ kernel, scalars, grid }, bound) => {
  const run = compileJs(kernel);
  const [extent] = grid;
  if (extent === undefined) return run(...bound, ...scalars);
  const third = Math.ceil(extent / 3);
  for (const begin of [0, third, 2 * third]) run(...bound, ...scalars, begin, Math.min(begin + third, extent));
});
