/** @file np's elementwise functions. Operands broadcast and promote as in JAX; a number keeps an array's dtype. */

import { parseOptional, type Optional } from "../arguments.ts";
import * as ops from "../ops/elementwise.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { binary, give, read, readOptional, unary } from "./operand.ts";

/** The sum. @example np.add([1, 2], 10) // array([11., 12.], dtype=float32) */
export const add = binary("np.add", ops.add);
/** The difference x1 - x2. */
export const subtract = binary("np.subtract", ops.subtract);
/** The product. */
export const multiply = binary("np.multiply", ops.multiply);
/** The true quotient: integers become float32. */
export const divide = binary("np.divide", ops.trueDivide);
/** The same as `divide`. */
export const trueDivide = divide;
/** The larger; NaN where either is NaN. */
export const maximum = binary("np.maximum", ops.maximum);
/** The smaller; NaN where either is NaN. */
export const minimum = binary("np.minimum", ops.minimum);
/** x1 to the power x2. A number with an integer value as exponent keeps integers; a negative one for integers throws. */
export const power = binary("np.power", ops.power);
/** The same as `power`. */
export const pow = power;

/** x1 = x2; false where either is NaN. */
export const equal = binary<"bool">("np.equal", ops.equal);
/** x1 ≠ x2; true where either is NaN. */
export const notEqual = binary<"bool">("np.notEqual", ops.notEqual);
/** x1 < x2. */
export const less = binary<"bool">("np.less", ops.less);
/** x1 ≤ x2. */
export const lessEqual = binary<"bool">("np.lessEqual", ops.lessEqual);
/** x1 > x2. */
export const greater = binary<"bool">("np.greater", ops.greater);
/** x1 ≥ x2. */
export const greaterEqual = binary<"bool">("np.greaterEqual", ops.greaterEqual);

/** -x; unsigned integers wrap. */
export const negative = unary("np.negative", ops.negative);
/** e to the power x. Integers become float32, as for the functions below. */
export const exp = unary("np.exp", ops.exp);
/** The natural logarithm; NaN below zero, -inf at zero. */
export const log = unary("np.log", ops.log);
/** The sine of an angle in radians. */
export const sin = unary("np.sin", ops.sin);
/** The cosine of an angle in radians. */
export const cos = unary("np.cos", ops.cos);
/** The hyperbolic tangent. */
export const tanh = unary("np.tanh", ops.tanh);
/** The square root; NaN below zero. */
export const sqrt = unary("np.sqrt", ops.sqrt);

export interface ClipOptions {
  readonly min?: ArrayLike | null;
  readonly max?: ArrayLike | null;
}

/** Limited to [min, max]; a bound that is null or left out does nothing. @example np.clip(x, 0, 1) */
export function clip(arr: ArrayLike, ...rest: Optional<["min", "max"], ClipOptions>): NDArray {
  const operation = "np.clip";
  const { min, max } = parseOptional<ClipOptions>({ operation, positional: ["min", "max"] }, rest);
  return give(ops.clip(read(arr, operation, "arr"), readOptional(min, operation, "min"), readOptional(max, operation, "max")));
}
