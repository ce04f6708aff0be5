/** @file Elementwise functions of one float operand. Each derivative is written in JAX's form, so that jaxprs agree. */

import { isFloat } from "../base/dtype.ts";
import type { Primitive, Value } from "../ir/types.ts";
import type { ScalarOpName } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { add, div, mul, scalarLike, sub } from "./arith.ts";
import { division, noParams, notLinear, transcendental, type NoParams } from "./define.ts";
import { defineUnary } from "./elementwise.ts";
import { neg } from "./linear.ts";

function defineFunction(name: ScalarOpName, jvp: (dx: Value, x: Value, y: Value) => Value, facts = transcendental): Primitive<NoParams> {
  return defineUnary({
    name, accepts: isFloat, expected: "floats", jvp, transpose: notLinear(`${name} is not linear`), emit: name, simplify: "none", facts,
  });
}

// d exp(x) = dx exp(x)
export const expP: Primitive<NoParams> = defineFunction("exp", (dx, _x, y) => mul(dx, y));
// d log(x) = dx / x
export const logP: Primitive<NoParams> = defineFunction("log", (dx, x) => div(dx, x));
// d sin(x) = dx cos(x)
export const sinP: Primitive<NoParams> = defineFunction("sin", (dx, x) => mul(dx, cos(x)));
// d cos(x) = -(dx sin(x))
export const cosP: Primitive<NoParams> = defineFunction("cos", (dx, x) => neg(mul(dx, sin(x))));
// d tanh(x) = dx (1 + y) (1 - y)
export const tanhP: Primitive<NoParams> = defineFunction("tanh", (dx, x, y) => {
  const complement = sub(scalarLike(x, 1), y);
  return mul(add(dx, mul(dx, y)), complement);
});
// d sqrt(x) = dx (1/2 / y)
export const sqrtP: Primitive<NoParams> = defineFunction("sqrt", (dx, x, y) => mul(dx, div(scalarLike(x, 0.5), y)), division);

/** e to the power x. */
export const exp = (x: Value): Value => bind1(expP, [x], noParams);
/** The natural logarithm; NaN below zero. */
export const log = (x: Value): Value => bind1(logP, [x], noParams);
export const sin = (x: Value): Value => bind1(sinP, [x], noParams);
export const cos = (x: Value): Value => bind1(cosP, [x], noParams);
export const tanh = (x: Value): Value => bind1(tanhP, [x], noParams);
/** The square root; NaN below zero, -0 for -0. */
export const sqrt = (x: Value): Value => bind1(sqrtP, [x], noParams);
