/**
 * @file lax's elementwise functions: the primitives themselves. Operands have one dtype and one shape, or are scalars; the
 * functions of np promote and broadcast.
 */

import type { DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import * as arith from "@lanewise/compiler/primitives/arith";
import * as compare from "@lanewise/compiler/primitives/compare";
import * as linear from "@lanewise/compiler/primitives/linear";
import * as power from "@lanewise/compiler/primitives/power";
import * as functions from "@lanewise/compiler/primitives/unary";
import { bind1 } from "@lanewise/compiler/trace/stack";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveInteger } from "../ops/axes.ts";
import { resolveDType } from "../ops/dtypes.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { binary, readTogether, unary, type Binary, type Unary } from "./operand.ts";

/** `x + y`. @throws LW1402 for different dtypes, LW1401 for shapes that do not fit: this and every function of two here. */
export const add: Binary = binary("add", arith.add);
export const sub: Binary = binary("sub", arith.sub);
export const mul: Binary = binary("mul", arith.mul);
/** `x / y`; integers divide towards zero. */
export const div: Binary = binary("div", arith.div);
export const max: Binary = binary("max", arith.max);
export const min: Binary = binary("min", arith.min);
/** `x ** y` for floats; the exponent may be an array of integers. */
export const pow: Binary = binary("pow", power.pow);
export const eq: Binary = binary("eq", compare.eq);
export const ne: Binary = binary("ne", compare.ne);
export const lt: Binary = binary("lt", compare.lt);
export const le: Binary = binary("le", compare.le);
export const gt: Binary = binary("gt", compare.gt);
export const ge: Binary = binary("ge", compare.ge);

export const neg: Unary = unary("neg", linear.neg);
/** e to the power x, for floats: this and the functions below throw LW1403 for other dtypes. */
export const exp: Unary = unary("exp", functions.exp);
export const log: Unary = unary("log", functions.log);
export const sin: Unary = unary("sin", functions.sin);
export const cos: Unary = unary("cos", functions.cos);
export const tanh: Unary = unary("tanh", functions.tanh);
export const sqrt: Unary = unary("sqrt", functions.sqrt);

/** `x ** y` for a static integer y. */
export const integerPow = (x: ArrayLike, y: number): NDArray => give(bind1(arith.integerPowP, [read(x, "lax.integerPow", "x")], { y: resolveInteger("lax.integerPow", y, "y") }));

/** The same values in another dtype. Floats become integers towards zero; out of range they saturate, NaN gives 0. */
export const convertElementType = <D extends DType>(operand: ArrayLike, newDtype: D): NDArray<D> =>
  give<D>(arith.convertElementType(read(operand, "lax.convertElementType", "operand"), resolveDType("lax.convertElementType", newDtype, "newDtype")));

/** `cases[which]`, elementwise; for a bool `cases[0]` where it is false. @throws LW1401, LW1402 */
export const selectN = (which: ArrayLike, ...cases: readonly ArrayLike[]): NDArray => {
  if (cases.length === 0) {
    raise(badArgument, { operation: "lax.selectN", argument: "cases", expected: "at least one case", got: "none", fix: "lax.selectN(which, onFalse, onTrue)" });
  }
  const values = readTogether("lax.selectN", cases, cases.map((_, index) => `case ${index}`));
  return give(arith.selectN(read(which, "lax.selectN", "which"), values));
};

/** `onTrue` where `pred` holds, `onFalse` elsewhere. @throws LW1401, LW1402 */
export const select = (pred: ArrayLike, onTrue: ArrayLike, onFalse: ArrayLike): NDArray => {
  const [yes, no] = readTogether("lax.select", [onTrue, onFalse], ["onTrue", "onFalse"]) as [Value, Value];
  return give(arith.selectN(read(pred, "lax.select", "pred"), [no, yes]));
};
