/** @file Quotients rounded down and what they leave, on values: floor_divide, remainder, divmod, fmod as jax.numpy has them. */

import { dtypeClass, isInteger } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, div, scalarLike, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { rem, round, roundingMethods, sign } from "@lanewise/compiler/primitives/arith-rounding";
import { and } from "@lanewise/compiler/primitives/bits";
import { eq, lt, ne } from "@lanewise/compiler/primitives/compare";
import { where } from "./elementwise.ts";
import { called, fullLike, promoted, strongLike } from "./functions.ts";
import { namedCall } from "./named-call.ts";
import { commonType, promoteNumeric, settleNumbers } from "./operands.ts";

const zeroLike = (x: Value): Value => scalarLike(x, 0);

/** The quotient of floats rounded down and the remainder with the sign of the divisor, as Python computes them. */
function floatDivmod(x: Value, y: Value): readonly [Value, Value] {
  const remainder = rem(x, y);
  const isZeroDivisor = eq(y, zeroLike(y));
  const dividend = where(isZeroDivisor, x, sub(x, remainder));
  const quotient = div(dividend, y);
  const hasRest = ne(remainder, zeroLike(remainder));
  const isCorrected = and(hasRest, ne(sign(y), sign(remainder)));
  const corrected = selectN(isCorrected, [remainder, add(remainder, y)]);
  const lowered = sub(quotient, scalarLike(quotient, 1));
  return [round(selectN(isCorrected, [quotient, lowered]), roundingMethods.awayFromZero), corrected];
}

/** The quotient rounded down. Integers: x / 0 as the primitive has it. */
export const floorDivide = called("floorDivide", "floor_divide", (args) => {
  const [x, y] = promoted("floorDivide", args, promoteNumeric);
  if (dtypeClass(x.aval.dtype) === "unsigned") return div(x, y);
  if (!isInteger(x.aval.dtype)) return floatDivmod(x, y)[0];
  const quotient = div(x, y);
  const differInSign = ne(sign(x), sign(y));
  const rest = rem(x, y);
  const isLowered = and(differInSign, ne(rest, zeroLike(rest)));
  return where(isLowered, sub(quotient, scalarLike(quotient, 1)), quotient);
});

/** Integers are never divided by 0: 1 takes its place, and the remainder is 0. */
function withoutZero(y: Value): Value {
  const isZero = eq(y, zeroLike(y));
  return where(isZero, fullLike(y, 1), y);
}

/** What the quotient rounded down leaves: with the sign of the divisor. */
export const mod = called("mod", "remainder", (args) => {
  const [x, divisor] = promoted("mod", args, promoteNumeric);
  const y = isInteger(divisor.aval.dtype) ? withoutZero(divisor) : divisor;
  const remainder = rem(x, y);
  const hasRest = ne(remainder, strongLike(x, 0));
  const differInSign = ne(lt(remainder, strongLike(x, 0)), lt(y, strongLike(x, 0)));
  const isCorrected = and(differInSign, hasRest);
  return selectN(isCorrected, [remainder, add(remainder, y)]);
});

/** What the quotient rounded towards zero leaves: with the sign of the dividend. */
export const fmod = called("fmod", "fmod", (args) => {
  const [first, second] = args as readonly [Value, Value];
  const divisor = isInteger(commonType([first, second]).dtype) ? withoutZero(second) : second;
  return rem(...promoted("fmod", [first, divisor], promoteNumeric));
});

/** The quotient rounded down and the remainder. */
export function divmod(x: Value, y: Value): readonly [Value, Value] {
  return namedCall("divmod", null, settleNumbers("np.divmod", [x, y]), (args) => {
    const [left, right] = promoted("divmod", args, promoteNumeric);
    return isInteger(left.aval.dtype) ? [floorDivide(left, right), mod(left, right)] : floatDivmod(left, right);
  }) as unknown as readonly [Value, Value];
}
