/** @file np's functions of the parts of floats, and of the distances between them. */

import { at } from "@lanewise/compiler/base/assert";
import { isInexact } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { badArgument } from "../errors.ts";
import { besselI0e, besselI1e } from "../ops/bessel.ts";
import { callWithRule } from "../ops/custom-rule.ts";
import { broadcastTo } from "../ops/elementwise.ts";
import * as ops from "../ops/float-parts.ts";
import { broadcastOrThrow, convertOperand, promoteInexact } from "../ops/operands.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { composed, composed1, valueOf } from "./composed.ts";
import { equal, exp, multiply, subtract } from "./elementwise.ts";
import { abs, copysign, nextafter } from "./functions.ts";
import { where } from "./nonzero.ts";
import { give, read } from "./operand.ts";
import { readPlaces } from "./places.ts";

/** A float array, as an argument of a function of floats. */
function readFloats(operation: string, argument: string, x: ArrayLike): Value {
  return at(promoteInexact(operation, [read(x, operation, argument)]), 0);
}

/** Mantissas of magnitude [0.5, 1) and exponents (int32) with x = mantissa 2^exponent; zeros and what is not finite have exponent 0. @throws LW3004 for float64 @example np.frexp(6) // [0.75, 3] */
export function frexp(x: ArrayLike): [mantissa: NDArray, exponent: NDArray<"int32">] {
  const results = composed("frexp", null, [readFloats("np.frexp", "x", x)], (value) => ops.partsOf("np.frexp", valueOf(value as NDArray)).map((part) => give(part)));
  return results as [NDArray, NDArray<"int32">];
}

/** x1 2^x2, rounded once. @throws LW3007 for an x2 of floats, LW3004 for float64 @example np.ldexp(0.75, 3) // 6 */
export function ldexp(x1: ArrayLike, x2: ArrayLike): NDArray {
  const operation = "np.ldexp";
  const [x, n] = [readFloats(operation, "x1", x1), readPlaces(x2, operation, "x2")];
  if (isInexact(n.aval.dtype)) raise(badArgument, { operation, argument: "x2", expected: "integers", got: describeAval(n.aval), fix: "use np.exp2 for powers that are no integers" });
  const shape = broadcastOrThrow(operation, [x, n], ["x1", "x2"]);
  return composed1("ldexp", null, [x, convertOperand(operation, n, n.aval.dtype)], (first, second) =>
    give(ops.scaled(operation, broadcastTo(valueOf(first as NDArray), shape), broadcastTo(valueOf((second as NDArray).astype("int32")), shape))));
}

const smallest = { float16: 2 ** -24, bfloat16: 2 ** -133, float32: 2 ** -149, float64: 2 ** -1074 } as const;

/** The distance from each float to the next one away from 0, with its sign. @example np.spacing(1) // 1.1920929e-7 */
export function spacing(x: ArrayLike): NDArray {
  const value = give(readFloats("np.spacing", "x", x));
  if (value.dtype === "float16") return subtract(nextafter(value, Infinity), value);
  const distance = subtract(nextafter(value, copysign(Infinity, value)), value);
  return where(equal(distance, 0), copysign(smallest[value.dtype as keyof typeof smallest], value), distance);
}

// I0(x) = I0e(x) e^|x|, with the derivative I1
function i0Of(x: Value): Value {
  const unscaled = (scaled: (value: Value) => Value, value: Value): NDArray => multiply(exp(abs(give(value))), give(scaled(value)));
  return callWithRule("_i0", "_i0_jvp", ([inner]) => valueOf(unscaled(besselI0e, inner as Value)), ([primal], [tangent]) =>
    [i0Of(primal as Value), valueOf(multiply(unscaled(besselI1e, primal as Value), give(tangent as Value)))], [x]);
}

/** The modified Bessel function of the first kind and order 0. @throws LW3004 for float64 @example np.i0(1) // 1.2660658 */
export const i0 = (x: ArrayLike): NDArray => composed1("i0", null, [readFloats("np.i0", "x", x)], (value) => give(i0Of(valueOf(value))));
