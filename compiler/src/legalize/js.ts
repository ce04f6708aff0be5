/** @file Makes a kernel one that JavaScript has every op, dtype and statement of, and rounds where its doubles are too wide. */

import { at, InternalError } from "../base/assert.ts";
import { printKernel } from "../kernel/print.ts";
import { simplifyKernel } from "../kernel/simplify.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { forEachExprIn } from "../kernel/walk.ts";
import { approximateWide } from "./approximate-wide.ts";
import { correctPowerOfOne } from "./float-power.ts";
import { expandFusedMultiplyAdd } from "./fused-multiply-add.ts";
import { expandHalfStorage } from "./half-storage.ts";
import { guardIntegerDivision } from "./integer-division.ts";
import { expandIntegerPower, expandMulHigh, expandPopulationCount } from "./integer-ops.ts";
import { expandLocalArrays } from "./local-arrays.ts";
import { roundEdges } from "./round-edges.ts";
import { scalarize } from "./scalarize.ts";
import { guardShifts } from "./shifts.ts";
import { expandSubgroups } from "./subgroups.ts";
import { expandUnrolled } from "../kernel/unroll.ts";

const stages: readonly ((kernel: Kernel) => Kernel)[] = [
  expandUnrolled,
  expandSubgroups,
  expandLocalArrays,
  scalarize,
  expandHalfStorage,
  expandIntegerPower,
  expandMulHigh,
  expandPopulationCount,
  (kernel) => guardIntegerDivision(kernel, { traps: false }),
  guardShifts,
  expandFusedMultiplyAdd,
  correctPowerOfOne,
  simplifyKernel,
  roundEdges,
  approximateWide,
];

/**
 * The kernel as `codegen/js` prints it.
 * @throws InternalError for what JavaScript cannot do: float16 values, and fma of float64
 */
export function legalizeJs(kernel: Kernel): Kernel {
  const legal = stages.reduce((current, stage) => stage(current), kernel);
  forEachExprIn(legal.body, (expr) => requireJs(expr, legal));
  return legal;
}

function requireJs(expr: Expr, kernel: Kernel): void {
  const isFloat64Fma = expr.kind === "op" && expr.op === "fma" && at(expr.args, 0).type.dtype === "float64";
  if (expr.type.dtype !== "float16" && !isFloat64Fma) return;
  const what = isFloat64Fma ? "fma of float64" : "float16 values";
  throw new InternalError(`js has no ${what}`, printKernel(kernel));
}
