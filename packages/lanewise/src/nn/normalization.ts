/** @file nn's functions over axes: softmax and its logarithm, logsumexp, standardize, oneHot. */

import { raise } from "@lanewise/compiler/base/errors";
import type { DType } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read, readOptional } from "../numpy/operand.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { requireMask } from "../ops/reduce.ts";
import * as ops from "../ops/softmax.ts";
import type { ArrayLike, Axis, NDArray } from "../types.ts";

export interface SoftmaxOptions {
  readonly axis?: Axis;
  readonly where?: ArrayLike | null;
}

type SoftmaxRest = Optional<["axis", "where"], SoftmaxOptions>;

function parseSoftmax(operation: string, rest: readonly unknown[]): { readonly axis: Axis; readonly mask: Value | null } {
  const { axis = -1, where } = parseOptional<SoftmaxOptions>({ operation, positional: ["axis", "where"] }, rest);
  return { axis, mask: requireMask(operation, readOptional(where, operation, "where")) };
}

/**
 * e^x divided by its sum over an axis (the last if left out), several, or all (null); without overflow.
 *
 * @throws LW3006 for an axis that the array does not have
 * @example nn.softmax([[0, 0], [1000, 0]]) // [[0.5, 0.5], [1, 0]]
 */
export function softmax(x: ArrayLike, ...rest: SoftmaxRest): NDArray {
  const { axis, mask } = parseSoftmax("nn.softmax", rest);
  return give(ops.softmax(read(x, "nn.softmax", "x"), axis, mask));
}

/** The logarithm of softmax, without underflow. @throws LW3006 */
export function logSoftmax(x: ArrayLike, ...rest: SoftmaxRest): NDArray {
  const { axis, mask } = parseSoftmax("nn.logSoftmax", rest);
  return give(ops.logSoftmax(read(x, "nn.logSoftmax", "x"), axis, mask));
}

export interface LogsumexpOptions {
  readonly axis?: Axis;
  /** Factors of the exponentials. */
  readonly b?: ArrayLike | null;
  readonly keepdims?: boolean;
  readonly where?: ArrayLike | null;
}

/** log(sum(b e^a)) over an axis, several, or all (if left out); without overflow. NaN where the sum is negative. @throws LW3006 */
export function logsumexp(a: ArrayLike, ...rest: Optional<["axis", "b", "keepdims"], LogsumexpOptions>): NDArray {
  const operation = "nn.logsumexp";
  const { axis = null, b, keepdims, where } = parseOptional<LogsumexpOptions>({ operation, positional: ["axis", "b", "keepdims"], named: ["where"] }, rest);
  return give(ops.logsumexp(read(a, operation, "a"), {
    axis, keepdims: booleanArgument(operation, "keepdims", keepdims), b: readOptional(b, operation, "b"), where: requireMask(operation, readOptional(where, operation, "where")),
  }).result);
}

export interface StandardizeOptions {
  readonly axis?: Axis;
  readonly mean?: ArrayLike | null;
  readonly variance?: ArrayLike | null;
  readonly epsilon?: ArrayLike;
  readonly where?: ArrayLike | null;
  readonly algorithm?: "fast" | "stable";
}

/** (x - mean) / sqrt(variance + epsilon) over an axis (the last if left out); the mean and variance are x's unless given. @throws LW3006 */
export function standardize(x: ArrayLike, ...rest: Optional<["axis", "mean", "variance", "epsilon", "where"], StandardizeOptions>): NDArray {
  const operation = "nn.standardize";
  const { axis = -1, mean, variance, epsilon, where, algorithm = "fast" } = parseOptional<StandardizeOptions>({
    operation, positional: ["axis", "mean", "variance", "epsilon", "where"], named: ["algorithm"],
  }, rest);
  if (algorithm !== "fast" && algorithm !== "stable") {
    raise(badArgument, { operation, argument: "algorithm", expected: '"fast" or "stable"', got: describeArgument(algorithm), fix: "choose one of them" });
  }
  return give(ops.standardize(read(x, operation, "x"), {
    axis, algorithm, mean: readOptional(mean, operation, "mean"), variance: readOptional(variance, operation, "variance"), epsilon: readOptional(epsilon, operation, "epsilon"),
    where: requireMask(operation, readOptional(where, operation, "where")),
  }));
}

export interface OneHotOptions {
  readonly dtype?: DType;
  readonly axis?: number;
}

/**
 * 1 at the position that each element names along a new axis (the last if left out) of `numClasses`, 0 elsewhere; float32 if
 * no dtype is given. Elements out of range give zeros.
 *
 * @throws LW3007 for a number of classes that is no integer, LW3006 for an axis out of range
 * @example nn.oneHot(np.array([0, 2], "int32"), 3) // [[1, 0, 0], [0, 0, 1]]
 */
export function oneHot(x: ArrayLike, numClasses: number, options: OneHotOptions = {}): NDArray {
  const { dtype, axis = -1 } = parseOptional<OneHotOptions>({ operation: "nn.oneHot", positional: [], named: ["dtype", "axis"] }, [options]);
  return give(ops.oneHot(read(x, "nn.oneHot", "x"), numClasses, resolveOptionalDType("nn.oneHot", dtype) ?? "float32", axis));
}
