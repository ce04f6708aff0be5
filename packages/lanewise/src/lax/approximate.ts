/** @file lax's largest and smallest elements where some may be missed, which here are exact; upper halves of products; Bessel functions. */

import { byteSize, isInteger, isSigned } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, mul, sub } from "@lanewise/compiler/primitives/arith";
import { and, shiftRightArithmetic, shiftRightLogical } from "@lanewise/compiler/primitives/bits";
import { bitcastConvertType } from "@lanewise/compiler/primitives/bits-bitcast";
import { neg } from "@lanewise/compiler/primitives/linear";
import { topK } from "@lanewise/compiler/primitives/sort";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveAxis } from "../ops/axes.ts";
import * as bessel from "../ops/bessel.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { readTogether, unary, type Unary } from "./operand.ts";

export interface ApproxTopKOptions {
  readonly reductionDimension?: number;
  /** The share of the true elements that is enough. All are found, so it changes nothing. */
  readonly recallTarget?: number;
  readonly reductionInputSizeOverride?: number;
  readonly aggregateToTopk?: boolean;
}

type ApproxRest = Optional<["reductionDimension", "recallTarget", "reductionInputSizeOverride", "aggregateToTopk"], ApproxTopKOptions>;

function approximately(name: "approxMaxK" | "approxMinK", operand: ArrayLike, k: number, rest: readonly unknown[]): [values: NDArray, places: NDArray<"int32">] {
  const operation = `lax.${name}`;
  const given = parseOptional<ApproxTopKOptions>({ operation, positional: ["reductionDimension", "recallTarget", "reductionInputSizeOverride", "aggregateToTopk"] }, rest);
  const value = read(operand, operation, "operand");
  const axis = resolveAxis(operation, given.reductionDimension ?? -1, value.aval.shape.length, "reductionDimension");
  if (!booleanArgument(operation, "aggregateToTopk", given.aggregateToTopk, true)) {
    raise(badArgument, { operation, argument: "aggregateToTopk", expected: "true: the elements are found at once", got: "false", fix: "leave it out" });
  }
  if (typeof k !== "number") raise(badArgument, { operation, argument: "k", expected: "an integer", got: describeArgument(k), fix: "give how many elements to take" });
  const isLargest = name === "approxMaxK";
  const [values, places] = topK(isLargest ? value : neg(value), k, axis);
  return [give(isLargest ? values : neg(values)), give<"int32">(places)];
}

/** The k largest elements along an axis (the last), the largest first, and their places as int32. JAX may miss some; here all are found. @throws LW3006, LW1404 for a k that does not fit @example const [values, places] = lax.approxMaxK(x, 3) */
export const approxMaxK = (operand: ArrayLike, k: number, ...rest: ApproxRest): [values: NDArray, places: NDArray<"int32">] => approximately("approxMaxK", operand, k, rest);
/** The k smallest elements, the smallest first, as `approxMaxK` gives the largest. @throws LW3006, LW1404 */
export const approxMinK = (operand: ArrayLike, k: number, ...rest: ApproxRest): [values: NDArray, places: NDArray<"int32">] => approximately("approxMinK", operand, k, rest);

const half = scalarLiteral(16, "uint32");
const lowHalf = (x: Value): Value => and(x, scalarLiteral(0xffff, "uint32"));
const highHalf = (x: Value): Value => shiftRightLogical(x, half);

/** The upper word of the product of two words, from products of their halves. */
function upperWord(x: Value, y: Value): Value {
  const first = add(mul(highHalf(x), lowHalf(y)), highHalf(mul(lowHalf(x), lowHalf(y))));
  const second = add(mul(lowHalf(x), highHalf(y)), lowHalf(first));
  return add(add(mul(highHalf(x), highHalf(y)), highHalf(first)), highHalf(second));
}

/** The upper half of the product of two integers, which has twice their bits. @throws LW3007 for what is no integer, LW1402, LW1401 @example lax.mulhi(np.int32(1 << 30), np.int32(8)) // 2 */
export function mulhi(x: ArrayLike, y: ArrayLike): NDArray {
  const operation = "lax.mulhi";
  const [left, right] = readTogether(operation, [x, y], ["x", "y"]) as [Value, Value];
  const { dtype } = left.aval;
  if (!isInteger(dtype)) raise(badArgument, { operation, argument: "x", expected: "integers", got: describeAval(left.aval), fix: 'convert them with astype("int32")' });
  const bits = 8 * byteSize(dtype);
  // Refuses operands that do not fit each other.
  const product = mul(left, right);
  if (bits < 32) {
    const wide = isSigned(dtype) ? "int32" : "uint32";
    const shift = isSigned(dtype) ? shiftRightArithmetic : shiftRightLogical;
    return give(convertElementType(shift(mul(convertElementType(left, wide), convertElementType(right, wide)), scalarLiteral(bits, wide)), dtype));
  }
  if (dtype === "uint32") return give(upperWord(left, right));
  const [first, second] = [left, right].map((value) => bitcastConvertType(value, "uint32")) as [Value, Value];
  const upper = bitcastConvertType(upperWord(first, second), "int32");
  // A negative factor counts 2^32 too much.
  const sign = (value: Value): Value => shiftRightArithmetic(value, scalarLiteral(31, "int32"));
  return give(convertElementType(sub(sub(upper, and(sign(left), right)), and(sign(right), left)), product.aval.dtype));
}

/** I0(x) e^-|x|, of the modified Bessel function. @throws LW3004 for float64 */
export const besselI0e: Unary = unary("besselI0e", bessel.besselI0e);
/** I1(x) e^-|x|. @throws LW3004 for float64 */
export const besselI1e: Unary = unary("besselI1e", bessel.besselI1e);
