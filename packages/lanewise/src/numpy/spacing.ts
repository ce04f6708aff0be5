/** @file np's rows of numbers that are spaced by their logarithms. */

import { at } from "@lanewise/compiler/base/assert";
import { scalarLike } from "@lanewise/compiler/primitives/arith";
import { abs, sign } from "@lanewise/compiler/primitives/arith-rounding";
import { iota } from "@lanewise/compiler/primitives/structural";
import type { Value } from "@lanewise/compiler/ir/types";
import { parseOptional, type Optional } from "../arguments.ts";
import { resolveAxis } from "../ops/axes.ts";
import { broadcastTo, equal, exp, log, multiply, power, where } from "../ops/elementwise.ts";
import { broadcastOrThrow, convertOperand, promoteInexact } from "../ops/operands.ts";
import { expandDims } from "../ops/shape.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { linspace } from "./create.ts";
import { give, giveAs, read } from "./operand.ts";

export interface GeomspaceOptions {
  readonly num?: number;
  readonly endpoint?: boolean;
  readonly dtype?: DType | null;
  readonly axis?: number;
}

export interface LogspaceOptions extends GeomspaceOptions {
  readonly base?: ArrayLike;
}

/** `base` (10) to the powers of `num` (50) evenly spaced numbers from start to stop. @example np.logspace(0, 2, 3) // [1, 10, 100] */
export function logspace(start: ArrayLike, stop: ArrayLike, ...rest: Optional<["num", "endpoint", "base", "dtype", "axis"], LogspaceOptions>): NDArray {
  const operation = "np.logspace";
  const { base = 10, dtype, ...spaced } = parseOptional<LogspaceOptions>({ operation, positional: ["num", "endpoint", "base", "dtype", "axis"] }, rest);
  const exponents = read(linspace(start, stop, spaced), operation, "start");
  const powers = power(convertOperand(operation, read(base, operation, "base"), exponents.aval.dtype), exponents);
  return giveAs(operation, powers, dtype);
}

/**
 * `num` (50) numbers from start to stop, each the same multiple of the one before; both ends are exact. They have one sign.
 *
 * @throws LW3005 where start and stop do not broadcast, LW3006, LW3007
 * @example np.geomspace(1, 8, 4) // [1, 2, 4, 8]
 */
export function geomspace(start: ArrayLike, stop: ArrayLike, ...rest: Optional<["num", "endpoint", "dtype", "axis"], GeomspaceOptions>): NDArray {
  const operation = "np.geomspace";
  const { dtype, ...spaced } = parseOptional<GeomspaceOptions>({ operation, positional: ["num", "endpoint", "dtype", "axis"] }, rest);
  const ends = promoteInexact(operation, [read(start, operation, "start"), read(stop, operation, "stop")]);
  const shape = broadcastOrThrow(operation, ends, ["start", "stop"]);
  const [first, last] = ends.map((end) => broadcastTo(end, shape)) as [Value, Value];
  const between = read(linspace(give(log(abs(first))), give(log(abs(last))), spaced), operation, "start");
  const extents = between.aval.shape;
  const axis = resolveAxis(operation, spaced.axis ?? 0, extents.length);
  const [low, high] = [expandDims(first, axis), expandDims(last, axis)];
  const inner = multiply(sign(low), exp(between));
  const places = iota("int32", extents, axis);
  const isLast = equal(places, scalarLike(places, at(extents, axis) - 1));
  const withStop = spaced.endpoint === false ? inner : where(isLast, high, inner);
  return giveAs(operation, where(equal(places, scalarLike(places, 0)), low, withStop), dtype);
}
