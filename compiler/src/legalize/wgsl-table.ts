/** @file What WGSL computes as the scalar table says (`codegen/wgsl` prints it): the operations a legal kernel may hold. */

import { at, InternalError } from "../base/assert.ts";
import { printKernel } from "../kernel/print.ts";
import type { Expr, Kernel, ScalarOpName, ValueDType } from "../kernel/types.ts";
import { forEachExprIn, forEachStmt } from "../kernel/walk.ts";

const integers: readonly ValueDType[] = ["int32", "uint32"];
const numbers: readonly ValueDType[] = ["float32", ...integers];
const words: readonly ValueDType[] = [...integers, "bool"];
const floats: readonly ValueDType[] = ["float32"];
/** Ops that `legalizeWgsl` takes apart. */
const none: readonly ValueDType[] = [];

/** The operand dtypes on which an op may stay. */
export const wgslOperations: Readonly<Record<ScalarOpName, readonly ValueDType[]>> = {
  add: numbers, sub: numbers, mul: numbers, div: numbers, rem: integers, neg: numbers, abs: numbers, sign: integers,
  max: integers, min: integers, pow: none, fma: floats,
  floor: floats, ceil: floats, trunc: floats, roundEven: floats, sqrt: floats,
  exp: none, log: none, sin: none, cos: none, tanh: none,
  expm1: none, log1p: none, atan2: none,
  isNaN: none, isFinite: none, roundFloat32: none,
  eq: words, ne: words, lt: integers, le: integers, gt: integers, ge: integers,
  and: words, or: words, xor: words, not: words,
  shiftLeft: integers, shiftRightArithmetic: integers, shiftRightLogical: integers,
  populationCount: integers, countLeadingZeros: integers, mulHigh: none,
  select: [...numbers, "bool"],
};

/** @throws InternalError, with the kernel, for the first thing that WGSL does not have */
export function checkWgslOperations(kernel: Kernel): Kernel {
  const fail = (what: string): never => {
    throw new InternalError(`webgpu has no ${what}`, printKernel(kernel));
  };
  const check = (expr: Expr): void => {
    if (expr.type.width > 4) fail(`vectors of ${expr.type.width}`);
    if (expr.kind === "simdReduce" && expr.op !== "any" && expr.op !== "all") fail(`${expr.op} of a vector`);
    if (expr.kind === "op") {
      const { dtype } = at(expr.args, -1).type;
      if (!wgslOperations[expr.op].includes(dtype)) fail(`${expr.op} of ${dtype}`);
    }
    if (expr.kind === "convert" && expr.type.dtype === "bool" && expr.value.type.dtype === "float32") fail("bool of a float32");
  };
  forEachExprIn(kernel.body, check);
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "for" && (statement.loop === "simd" || statement.loop === "unrolled")) fail(`${statement.loop} loops`);
    if ((statement.kind === "load" || statement.kind === "store") && statement.mask !== null) fail("masks");
  });
  return kernel;
}
