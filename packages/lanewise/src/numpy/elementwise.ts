/** @file np's elementwise functions. Operands broadcast and promote as in JAX; a number keeps an array's dtype. */

import type { Value } from "@lanewise/compiler/ir/types";
import { parseOptional, type Optional } from "../arguments.ts";
import * as ops from "../ops/elementwise.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { give, read, readOptional } from "./operand.ts";

function binary<D extends DType>(operation: string, apply: (x: Value, y: Value) => Value, x1: unknown, x2: unknown): NDArray<D> {
  return give<D>(apply(read(x1, operation, "x1"), read(x2, operation, "x2")));
}

function unary(operation: string, apply: (x: Value) => Value, x: unknown): NDArray {
  return give(apply(read(x, operation, "x")));
}

/** The sum. @example np.add([1, 2], 10) // array([11., 12.], dtype=float32) */
export const add = (x1: ArrayLike, x2: ArrayLike): NDArray => binary("np.add", ops.add, x1, x2);
/** The difference x1 - x2. */
export const subtract = (x1: ArrayLike, x2: ArrayLike): NDArray => binary("np.subtract", ops.subtract, x1, x2);
/** The product. */
export const multiply = (x1: ArrayLike, x2: ArrayLike): NDArray => binary("np.multiply", ops.multiply, x1, x2);
/** The true quotient: integers become float32. */
export const divide = (x1: ArrayLike, x2: ArrayLike): NDArray => binary("np.divide", ops.trueDivide, x1, x2);
/** The same as `divide`. */
export const trueDivide = divide;
/** The larger; NaN where either is NaN. */
export const maximum = (x1: ArrayLike, x2: ArrayLike): NDArray => binary("np.maximum", ops.maximum, x1, x2);
/** The smaller; NaN where either is NaN. */
export const minimum = (x1: ArrayLike, x2: ArrayLike): NDArray => binary("np.minimum", ops.minimum, x1, x2);
/** x1 to the power x2. A number with an integer value as exponent keeps integers; a negative one for integers throws. */
export const power = (x1: ArrayLike, x2: ArrayLike): NDArray => binary("np.power", ops.power, x1, x2);
/** The same as `power`. */
export const pow = power;

/** x1 = x2; false where either is NaN. */
export const equal = (x1: ArrayLike, x2: ArrayLike): NDArray<"bool"> => binary("np.equal", ops.equal, x1, x2);
/** x1 ≠ x2; true where either is NaN. */
export const notEqual = (x1: ArrayLike, x2: ArrayLike): NDArray<"bool"> => binary("np.notEqual", ops.notEqual, x1, x2);
/** x1 < x2. */
export const less = (x1: ArrayLike, x2: ArrayLike): NDArray<"bool"> => binary("np.less", ops.less, x1, x2);
/** x1 ≤ x2. */
export const lessEqual = (x1: ArrayLike, x2: ArrayLike): NDArray<"bool"> => binary("np.lessEqual", ops.lessEqual, x1, x2);
/** x1 > x2. */
export const greater = (x1: ArrayLike, x2: ArrayLike): NDArray<"bool"> => binary("np.greater", ops.greater, x1, x2);
/** x1 ≥ x2. */
export const greaterEqual = (x1: ArrayLike, x2: ArrayLike): NDArray<"bool"> => binary("np.greaterEqual", ops.greaterEqual, x1, x2);

/** -x; unsigned integers wrap. */
export const negative = (x: ArrayLike): NDArray => unary("np.negative", ops.negative, x);
/** e to the power x. Integers become float32, as for the functions below. */
export const exp = (x: ArrayLike): NDArray => unary("np.exp", ops.exp, x);
/** The natural logarithm; NaN below zero, -inf at zero. */
export const log = (x: ArrayLike): NDArray => unary("np.log", ops.log, x);
/** The sine of an angle in radians. */
export const sin = (x: ArrayLike): NDArray => unary("np.sin", ops.sin, x);
/** The cosine of an angle in radians. */
export const cos = (x: ArrayLike): NDArray => unary("np.cos", ops.cos, x);
/** The hyperbolic tangent. */
export const tanh = (x: ArrayLike): NDArray => unary("np.tanh", ops.tanh, x);
/** The square root; NaN below zero. */
export const sqrt = (x: ArrayLike): NDArray => unary("np.sqrt", ops.sqrt, x);

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
