/**
 * @file Makes a kernel one that WebAssembly has every op, dtype and statement of. Vectors become 128 bits wide, elementary
 * functions polynomials, and what stays the same in a loop moves in front of it.
 */

import { InternalError } from "../base/assert.ts";
import { printKernel } from "../kernel/print.ts";
import { simplifyKernel } from "../kernel/simplify.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { forEachExprIn } from "../kernel/walk.ts";
import { approximate } from "./approximate.ts";
import { canonicalizeNaNBits } from "./canonical-nan.ts";
import { expandIndices } from "./expand-indices.ts";
import { expandFloat64Remainder } from "./float64-remainder.ts";
import { expandFloatRemainder } from "./float-remainder.ts";
import { expandFusedMultiplyAdd } from "./fused-multiply-add.ts";
import { expandHalfStorage } from "./half-storage.ts";
import { hoistInvariants } from "./hoist-invariants.ts";
import { guardIntegerDivision } from "./integer-division.ts";
import { expandIntegerPower } from "./integer-ops.ts";
import { expandLocalArrays } from "./local-arrays.ts";
import { shiftForPowersOfTwo } from "./power-of-two-division.ts";
import { guardShifts } from "./shifts.ts";
import { splitVectors } from "./split-vectors.ts";
import { expandSubgroups } from "./subgroups.ts";
import { expandUnrolled } from "../kernel/unroll.ts";

const stages: readonly ((kernel: Kernel) => Kernel)[] = [
  expandUnrolled,
  expandSubgroups,
  expandLocalArrays,
  expandHalfStorage,
  canonicalizeNaNBits,
  approximate,
  expandFusedMultiplyAdd,
  expandFloatRemainder,
  expandFloat64Remainder,
  expandIntegerPower,
  (kernel) => guardIntegerDivision(kernel, { traps: true }),
  guardShifts,
  splitVectors,
  simplifyKernel,
  shiftForPowersOfTwo,
  hoistInvariants,
  expandIndices,
  simplifyKernel,
];

/**
 * The kernel as `codegen/wasm` emits it.
 * @throws InternalError for what WebAssembly cannot do: float16 values, and fma of float64
 */
export function legalizeWasm(kernel: Kernel): Kernel {
  const legal = stages.reduce((current, stage) => stage(current), kernel);
  forEachExprIn(legal.body, (expr) => requireWasm(expr, legal));
  return legal;
}

function requireWasm(expr: Expr, kernel: Kernel): void {
  const isFloat64Fma = expr.kind === "op" && expr.op === "fma" && expr.type.dtype === "float64";
  if (expr.type.dtype !== "float16" && !isFloat64Fma) return;
  const what = isFloat64Fma ? "fma of float64" : "float16 values";
  throw new InternalError(`wasm has no ${what}`, printKernel(kernel));
}
