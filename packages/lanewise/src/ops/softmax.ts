/** @file softmax, log_softmax, logsumexp, standardize and one_hot on values, as jax.nn has them. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { normalizeAxis, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import * as arith from "@lanewise/compiler/primitives/arith";
import { sign } from "@lanewise/compiler/primitives/arith-rounding";
import { eq, isFinite as isFiniteP } from "@lanewise/compiler/primitives/compare";
import { broadcastInDim, fullOf } from "@lanewise/compiler/primitives/linear";
import { iota } from "@lanewise/compiler/primitives/structural";
import { exp as expP, log as logP, rsqrt } from "@lanewise/compiler/primitives/unary";
import { stopGradient } from "@lanewise/compiler/primitives/unary-stop-gradient";
import { describeArgument } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import type { Axis } from "../types.ts";
import { reductionAxes, resolveAxis } from "./axes.ts";
import { add, clip, less, multiply, notEqual, subtract, trueDivide, where } from "./elementwise.ts";
import { absolute, square } from "./functions.ts";
import { namedCall1 } from "./named-call.ts";
import { convertOperand, numberLiteral, promoteInexact, promoteRanks, settleNumbers } from "./operands.ts";
import { keepAxes, max, mean, sum } from "./reduce.ts";

const lowest = (): Value => numberLiteral(-Infinity);
const asFloat = (operation: string, x: Value): Value => (isFloat(x.aval.dtype) ? x : at(promoteInexact(operation, [x]), 0));

/** The differences from the largest element, which no derivative passes; masked elements are -infinity. */
function fromLargest(operation: string, x: Value, axis: Axis, mask: Value | null): Value {
  const largest = max(x, { axis, keepdims: true, initial: lowest(), where: mask }, operation);
  const safe = mask === null ? x : where(mask, x, lowest());
  return subtract(safe, stopGradient(largest));
}

/** e^x over the axes, divided by its sum; 0 where the mask does not hold. */
export function softmax(x: Value, axis: Axis, mask: Value | null): Value {
  const operand = asFloat("nn.softmax", x);
  const unnormalized = expP(fromLargest("nn.softmax", operand, axis, mask));
  const result = trueDivide(unnormalized, sum(unnormalized, { axis, keepdims: true, where: mask }, "nn.softmax"));
  return mask === null ? result : where(mask, result, numberLiteral(0));
}

/** The logarithm of softmax; -infinity where the mask does not hold. */
export function logSoftmax(x: Value, axis: Axis, mask: Value | null): Value {
  const run = ([operand, given]: readonly Value[]): Value => {
    const inner = given ?? null;
    const shifted = fromLargest("nn.logSoftmax", asFloat("nn.logSoftmax", operand as Value), axis, inner);
    const logarithm = logP(sum(expP(shifted), { axis, keepdims: true, where: inner }, "nn.logSoftmax"));
    const result = subtract(shifted, logarithm);
    return inner === null ? result : where(inner, result, lowest());
  };
  return namedCall1("log_softmax", { axis }, settleNumbers("nn.logSoftmax", mask === null ? [x] : [x, mask]), run);
}

export interface LogSum {
  readonly axis: Axis;
  readonly keepdims: boolean;
  /** Factors of the exponentials. */
  readonly b: Value | null;
  readonly where: Value | null;
}

/** The logarithm of the sum of exponentials, and the sum's sign. */
export function logsumexp(a: Value, given: LogSum): { readonly result: Value; readonly sign: Value } {
  const operation = "nn.logsumexp";
  const { axis, keepdims, where: mask } = given;
  const chosen = mask === null ? a : where(mask, a, numberLiteral(0));
  const promoted = promoteInexact(operation, given.b === null ? [chosen] : [chosen, given.b]);
  const [first, factors = null] = promoteRanks(operation, promoted, ["a", "b"]);
  const x = factors === null ? (first as Value) : where(notEqual(factors, numberLiteral(0)), first as Value, lowest());
  const axes = reductionAxes(operation, axis, x.aval.shape.length);
  const most = max(x, { axis, keepdims, initial: lowest(), where: mask }, operation);
  const isNumber = isFiniteP(most);
  const largest = stopGradient(arith.selectN(isNumber, [fullOf(0, most.aval), most]));
  const exponentials = expP(arith.sub(x, keepdims ? largest : keepAxes(largest, x.aval.shape, axes)));
  const total = sum(factors === null ? exponentials : arith.mul(exponentials, factors), { axis, keepdims, where: mask }, operation);
  const signOfSum = sign(total);
  const result = arith.add(logP(absolute(total)), largest);
  const isNegative = factors === null ? null : less(signOfSum, numberLiteral(0));
  return { result: isNegative === null ? result : where(isNegative, arith.scalarLike(result, Number.NaN), result), sign: signOfSum };
}

export interface Standardization {
  readonly axis: Axis;
  readonly mean: Value | null;
  readonly variance: Value | null;
  readonly epsilon: Value | null;
  readonly where: Value | null;
  readonly algorithm: "fast" | "stable";
}

/** (x - mean) / sqrt(variance + epsilon) over the axes. */
export function standardize(x: Value, given: Standardization): Value {
  const operation = "nn.standardize";
  const { axis, algorithm, where: mask } = given;
  const present = [given.mean, given.variance, given.epsilon, mask];
  const names = present.map((value) => value !== null);
  const args = settleNumbers(operation, [x, ...present.filter((value) => value !== null)]);
  return namedCall1("standardize", { axis, algorithm, names }, args, ([first, ...rest]) => {
    let place = 0;
    const [ownMean, ownVariance, epsilon, inner] = names.map((isGiven) => (isGiven ? (rest[place++] as Value) : null)) as [Value | null, Value | null, Value | null, Value | null];
    const operand = first as Value;
    const average = (value: Value): Value => mean(value, { axis, keepdims: true, where: inner }, operation);
    const center = ownMean ?? average(operand);
    const spread = (): Value => {
      if (algorithm === "stable") return average(square(subtract(operand, center)));
      // The difference of averages may fall below 0 by rounding.
      return clip(subtract(average(square(operand)), square(center)), numberLiteral(0), null);
    };
    const variance = ownVariance ?? spread();
    const centered = subtract(operand, center);
    return multiply(centered, rsqrt(add(variance, epsilon ?? numberLiteral(1e-5))));
  });
}

/** 1 where the position along a new axis is the element, 0 elsewhere; all 0 for elements out of range. */
export function oneHot(x: Value, numClasses: number, dtype: DType, axis: number): Value {
  const operation = "nn.oneHot";
  if (!Number.isInteger(numClasses) || numClasses < 0) {
    raise(badArgument, { operation, argument: "numClasses", expected: "an integer that is not negative", got: describeArgument(numClasses), fix: "give the number of classes" });
  }
  const rank = x.aval.shape.length + 1;
  const place = normalizeAxis(axis, rank) ?? resolveAxis(operation, axis, rank);
  const operand = isFloat(x.aval.dtype) ? convertOperand(operation, x, x.aval.dtype) : x;
  return namedCall1("_one_hot", { numClasses, dtype, place }, [operand], ([inner]) => {
    const value = inner as Value;
    const { shape } = value.aval;
    const others = range(rank).filter((position) => position !== place);
    const expanded = broadcastInDim(value, range(rank).map((position) => (position === place ? 1 : shape[others.indexOf(position)] ?? 1)), others);
    const positions = iota(value.aval.dtype, range(rank).map((position) => (position === place ? numClasses : 1)), place);
    return arith.convertElementType(eq(expanded, positions), dtype);
  });
}
