/** @file Powers with a traced exponent. After the unary functions, because its derivative has a logarithm. */

import { isFloat } from "../base/dtype.ts";
import type { Primitive, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { convertElementType, mul, scalarLike, selectN, sub } from "./arith.ts";
import { eq } from "./compare.ts";
import { noParams, notLinear, transcendental, type NoParams } from "./define.ts";
import { binaryJvp, defineBinary } from "./elementwise.ts";
import { fullOf } from "./linear.ts";
import { log } from "./unary.ts";

export const powP: Primitive<NoParams> = defineBinary({
  name: "pow", accepts: isFloat, expected: "floats", resultDType: null,
  // d(x^y) = dx y x^(y-1) + dy log(x) x^y, with log(1) for log(0): 0^y does not change with y.
  jvp: binaryJvp(
    (x, y) => pow(x, y),
    (dx, x, y) => {
      const [base, exponent] = [convertElementType(x, x.aval.dtype), convertElementType(y, y.aval.dtype)];
      const lowered = sub(exponent, scalarLike(exponent, 1));
      return mul(dx, mul(exponent, pow(base, lowered)));
    },
    (dy, x, _y, out) => {
      const atZero = eq(x, scalarLike(x, 0));
      return mul(dy, mul(log(selectN(atZero, [x, fullOf(1, x.aval)])), out));
    },
  ),
  transpose: notLinear("a power is not linear"),
  emit: "pow",
  simplify: "none",
  facts: { ...transcendental, cost: 40 },
});

/** `x ** y` as IEEE has it: `pow(1, NaN)` is 1. */
export const pow = (x: Value, y: Value): Value => bind1(powP, [x, y], noParams);
