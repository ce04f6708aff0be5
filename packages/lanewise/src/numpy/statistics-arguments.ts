/** @file The optional arguments of np's statistics: which axes are reduced and kept, and how a quantile is taken. */

import { raise } from "@lanewise/compiler/base/errors";
import { booleanArgument, describeArgument, parseOptional, refuseOut, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import * as quantiles from "../ops/quantile.ts";
import type { ReductionArguments } from "../ops/reduce.ts";
import type { Axis } from "../types.ts";

export interface AxisOptions {
  readonly axis?: Axis;
  readonly out?: null;
  readonly keepdims?: boolean;
}

/** The axes of a reduction and whether they are kept. */
export function axisArguments(operation: string, { axis, out, keepdims }: AxisOptions): ReductionArguments {
  refuseOut(operation, out);
  return { axis, keepdims: booleanArgument(operation, "keepdims", keepdims) };
}

export interface QuantileOptions {
  readonly axis?: Axis;
  readonly out?: null;
  /** What is given between two elements: "linear" (the default), "lower", "higher", "midpoint" or "nearest". */
  readonly method?: quantiles.QuantileMethod;
  readonly keepdims?: boolean;
}

export type QuantileRest = Optional<["axis", "out"], QuantileOptions>;

/** The optional arguments of quantiles. */
export function quantileArguments(operation: string, rest: readonly unknown[]): quantiles.QuantileArguments {
  const given = parseOptional<QuantileOptions>({ operation, positional: ["axis", "out"], named: ["method", "keepdims"] }, rest);
  const { method = "linear" } = given;
  if (!quantiles.quantileMethods.includes(method)) {
    raise(badArgument, { operation, argument: "method", expected: quantiles.quantileMethods.join(", "), got: describeArgument(method), fix: "choose one of them" });
  }
  return { axis: given.axis, keepdims: axisArguments(operation, given).keepdims, method };
}
