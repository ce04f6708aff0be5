/** @file nn's functions that are straight or parabolic in the middle, and logarithms of differences and means of exponentials. */

import { at } from "@lanewise/compiler/base/assert";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import { composed1, valueOf } from "../numpy/composed.ts";
import { add, divide, exp, greaterEqual, less, lessEqual, log, multiply, subtract, clip } from "../numpy/elementwise.ts";
import { expm1, log1p, square } from "../numpy/functions.ts";
import { where } from "../numpy/nonzero.ts";
import { give, read, readOptional } from "../numpy/operand.ts";
import { sum } from "../numpy/reductions.ts";
import { onesLike } from "../numpy/create.ts";
import { callWithRule } from "../ops/custom-rule.ts";
import { promoteInexact } from "../ops/operands.ts";
import { requireMask } from "../ops/reduce.ts";
import { logsumexp } from "../ops/softmax.ts";
import type { ArrayLike, Axis, NDArray } from "../types.ts";

/** 0 below -1, x above 1, and the parabola (x + 1)² / 4 between. @example nn.sparsePlus([-2, 0, 2]) // [0, 0.25, 2] */
export const sparsePlus = (x: ArrayLike): NDArray => composed1("sparse_plus", null, [read(x, "nn.sparsePlus", "x")], (value) =>
  where(lessEqual(value, -1), 0, where(greaterEqual(value, 1), value, divide(square(add(value, 1)), 4))));

/** 0 below -1, 1 above 1, and the line (x + 1) / 2 between. @example nn.sparseSigmoid([-2, 0, 2]) // [0, 0.5, 1] */
export const sparseSigmoid = (x: ArrayLike): NDArray => composed1("sparse_sigmoid", null, [read(x, "nn.sparseSigmoid", "x")], (value) =>
  multiply(0.5, clip(add(value, 1), 0, 2)));

function log1mexpOf(x: Value): Value {
  const body = (value: NDArray): NDArray => where(less(value, Math.LN2), log(expm1(value.neg()).neg()), log1p(exp(value.neg()).neg()));
  return callWithRule("log1mexp", "jvp", ([inner]) => valueOf(composed1("log1mexp", null, [inner as Value], body)), ([primal], [tangent]) =>
    [log1mexpOf(primal as Value), valueOf(divide(give(tangent as Value), expm1(give(primal as Value))))], [x]);
}

/** log(1 - e^-x) for x >= 0, without cancellation. @example nn.log1mexp(1e-10) // -23.02585 */
export const log1mexp = (x: ArrayLike): NDArray => give(log1mexpOf(at(promoteInexact("nn.log1mexp", [read(x, "nn.log1mexp", "x")]), 0)));

export interface LogmeanexpOptions {
  readonly axis?: Axis;
  /** Which elements count. */
  readonly where?: ArrayLike | null;
  readonly keepdims?: boolean;
}

/** The logarithm of the mean of the exponentials over an axis, several, or all (the default). @throws LW3006 @example nn.logmeanexp([0, 0]) // 0 */
export function logmeanexp(x: ArrayLike, ...rest: Optional<["axis", "where", "keepdims"], LogmeanexpOptions>): NDArray {
  const operation = "nn.logmeanexp";
  const { axis = null, where: given, keepdims: kept } = parseOptional<LogmeanexpOptions>({ operation, positional: ["axis", "where", "keepdims"] }, rest);
  const keepdims = booleanArgument(operation, "keepdims", kept);
  const mask = requireMask(operation, readOptional(given, operation, "where"));
  return composed1("logmeanexp", { axis, keepdims, mask: mask !== null }, [read(x, operation, "x"), ...(mask === null ? [] : [mask])], (value, chosen) => {
    const total = give(logsumexp(valueOf(value as NDArray), { axis, keepdims, b: null, where: chosen === undefined ? null : valueOf(chosen) }).result);
    const count = sum(onesLike(value as NDArray, total.dtype), { axis, keepdims, ...(chosen === undefined ? {} : { where: chosen }) });
    return subtract(total, log(count));
  });
}
