/** @file lax.reduce and lax.reduceWindow: reductions by a function, which is recognised by what it does to two scalars. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import { aval, isScalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import * as arith from "@lanewise/compiler/primitives/arith";
import { fullOf, reduceSum } from "@lanewise/compiler/primitives/linear";
import { reduceMax, reduceMin, reduceProd } from "@lanewise/compiler/primitives/reduce";
import { reduceWindowMax, reduceWindowMin, reduceWindowSum, type WindowParams } from "@lanewise/compiler/primitives/reduce-window";
import { windowedShape } from "@lanewise/compiler/primitives/reduce-window-shapes";
import { pad, slice } from "@lanewise/compiler/primitives/structural";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { toValue } from "../array/concrete.ts";
import { publish } from "../array/ndarray.ts";
import { badArgument } from "../errors.ts";
import { give } from "../numpy/operand.ts";
import { resolveAxes, resolveIntegers } from "../ops/axes.ts";
import { padsByName } from "../ops/conv.ts";
import { highest, lowest } from "../ops/reduce.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { readTogether } from "./operand.ts";

/** What a reduction is made of. */
interface Monoid {
  readonly identity: (dtype: DType) => number;
  readonly combine: (x: Value, y: Value) => Value;
  readonly reduce: (operand: Value, axes: readonly number[]) => Value;
  readonly reduceWindow: (operand: Value, windows: WindowParams) => Value;
}

const monoids = {
  add: { identity: () => 0, combine: arith.add, reduce: (operand, axes) => reduceSum(operand, axes, true), reduceWindow: reduceWindowSum },
  mul: { identity: () => 1, combine: arith.mul, reduce: reduceProd, reduceWindow: windowProducts },
  max: { identity: lowest, combine: arith.max, reduce: reduceMax, reduceWindow: reduceWindowMax },
  min: { identity: highest, combine: arith.min, reduce: reduceMin, reduceWindow: reduceWindowMin },
} as const satisfies Readonly<Record<string, Monoid>>;

/** A function of two scalars that adds, multiplies or takes the larger or smaller one; or its name. */
export type Reducer = keyof typeof monoids | ((x: NDArray, y: NDArray) => ArrayLike);

function isMonoidName(name: string): name is keyof typeof monoids {
  return Object.hasOwn(monoids, name);
}

function monoidOf(operation: string, computation: unknown, dtype: DType): Monoid {
  const name = typeof computation === "function" ? tracedName(operation, computation as (x: NDArray, y: NDArray) => ArrayLike, dtype) : computation;
  if (typeof name === "string" && isMonoidName(name)) return monoids[name];
  return raise(badArgument, {
    operation, argument: "computation", expected: "lax.add, lax.mul, lax.max or lax.min, a function of two scalars that is one of them, or its name",
    got: describeArgument(computation), fix: "write another reduction with lax.associativeScan or lax.scan",
  });
}

/** The name of the one operation that a function applies to its two arguments; null where it does anything else. */
function tracedName(operation: string, computation: (x: NDArray, y: NDArray) => ArrayLike, dtype: DType): string | null {
  const scalar = aval([], dtype);
  const { jaxpr } = traceToJaxpr(([x, y]) => [toValue(computation(publish(x as Value), publish(y as Value)), operation, "computation")], [scalar, scalar], { functionName: "computation" });
  const [eqn, ...others] = jaxpr.eqns;
  const isApplied = eqn !== undefined && others.length === 0 && eqn.inputs.length === 2 && eqn.outVars[0] === jaxpr.outs[0] && jaxpr.inVars.every((argument) => eqn.inputs.includes(argument));
  return isApplied ? eqn.primitive.name : null;
}

/** The operand and the initial value, which is a scalar of its dtype. */
function readReduction(operation: string, operand: ArrayLike, initValue: ArrayLike): readonly [Value, Value] {
  const [value, initial] = readTogether(operation, [operand, initValue], ["operand", "initValue"]) as [Value, Value];
  if (initial.aval.shape.length > 0) {
    raise(badArgument, { operation, argument: "initValue", expected: "a scalar", got: `an array of shape ${formatShape(initial.aval.shape)}`, fix: "give one number" });
  }
  return [value, initial];
}

function startingWith(initial: Value, reduced: Value, { identity, combine }: Monoid): Value {
  const changesNothing = isScalarLiteral(initial) && Object.is(initial.value, identity(initial.aval.dtype));
  return changesNothing ? reduced : combine(initial, reduced);
}

/**
 * Reduces some axes by an associative function.
 *
 * @throws LW3007 for a function that is none of add, mul, max and min, LW3006 for a bad axis, LW1402 for an initial value of another dtype
 * @example lax.reduce(x, 0, lax.add, [0]); lax.reduce(x, -Infinity, lax.max, [0, 1])
 */
export function reduce(operand: ArrayLike, initValue: ArrayLike, computation: Reducer, dimensions: readonly number[]): NDArray {
  const operation = "lax.reduce";
  const [value, initial] = readReduction(operation, operand, initValue);
  const { shape, dtype } = value.aval;
  const monoid = monoidOf(operation, computation, dtype);
  const axes = resolveAxes(operation, dimensions, shape.length, "dimensions");
  const kept = aval(shape.filter((_, axis) => !axes.includes(axis)), dtype);
  const reduced = axes.some((axis) => shape[axis] === 0) ? fullOf(monoid.identity(dtype), kept) : monoid.reduce(value, axes);
  return give(startingWith(initial, reduced, monoid));
}

export interface ReduceWindowOptions {
  /** How far neighbouring windows are apart; 1 by default. */
  readonly windowStrides?: readonly number[] | null;
  /** "VALID" (the default), "SAME", "SAME_LOWER", or `[low, high]` for each axis. */
  readonly padding?: "VALID" | "SAME" | "SAME_LOWER" | readonly (readonly [low: number, high: number])[];
  /** Gaps between the elements of the operand; 1 is none. */
  readonly baseDilation?: readonly number[] | null;
  /** Gaps between the elements of a window; 1 is none. */
  readonly windowDilation?: readonly number[] | null;
}

/**
 * Reduces windows that slide over an array by an associative function. What lies outside the array changes nothing.
 *
 * @param windowDimensions the extent of a window along each axis
 * @returns an array with one element for each window
 * @throws LW3007 for a function that is none of add, mul, max and min, LW1404 for windows that do not fit the operand
 * @example lax.reduceWindow(image, -Infinity, lax.max, [2, 2], [2, 2], "VALID") // max pooling
 */
export function reduceWindow(
  operand: ArrayLike, initValue: ArrayLike, computation: Reducer, windowDimensions: readonly number[],
  ...rest: Optional<["windowStrides", "padding", "baseDilation", "windowDilation"], ReduceWindowOptions>
): NDArray {
  const operation = "lax.reduceWindow";
  const [value, initial] = readReduction(operation, operand, initValue);
  const given = parseOptional<ReduceWindowOptions>({ operation, positional: ["windowStrides", "padding", "baseDilation", "windowDilation"] }, rest);
  const extents = resolveIntegers(operation, windowDimensions, "windowDimensions");
  const perAxis = (argument: "windowStrides" | "baseDilation" | "windowDilation"): readonly number[] =>
    resolveIntegers(operation, given[argument] ?? extents.map(() => 1), argument);
  const [windowStrides, baseDilation, windowDilation] = [perAxis("windowStrides"), perAxis("baseDilation"), perAxis("windowDilation")];
  const { padding = "VALID" } = given;
  const reach = extents.map((extent, axis) => (extent === 0 ? 0 : 1 + (windowDilation[axis] ?? 1) * (extent - 1)));
  const windows: WindowParams = {
    baseDilation, padding: typeof padding === "string" ? padsByName(operation, padding, value.aval.shape, reach, windowStrides) : padding,
    windowDilation, windowDimensions: extents, windowStrides,
  };
  const monoid = monoidOf(operation, computation, value.aval.dtype);
  return give(startingWith(initial, monoid.reduceWindow(value, windows), monoid));
}

/** Products of windows: one strided slice for each element of a window, multiplied in pairs. */
function windowProducts(operand: Value, windows: WindowParams): Value {
  const { shape } = operand.aval;
  const counts = windowedShape("reduce_window", shape, windows);
  if (counts.includes(0)) return fullOf(1, aval(counts, operand.aval.dtype));
  const spread = pad(operand, arith.scalarLike(operand, 1), shape.map((_, axis) => [...at(windows.padding, axis), at(windows.baseDilation, axis) - 1]));
  let offsets: number[][] = [[]];
  for (const extent of windows.windowDimensions) offsets = offsets.flatMap((offset) => Array.from({ length: extent }, (_, place) => [...offset, place]));
  let factors = offsets.map((offset): Value => {
    const starts = offset.map((place, axis) => place * at(windows.windowDilation, axis));
    const limits = starts.map((start, axis) => start + (at(counts, axis) - 1) * at(windows.windowStrides, axis) + 1);
    return slice(spread, starts, limits, windows.windowStrides);
  });
  while (factors.length > 1) {
    const pairs = factors.filter((_, place) => place % 2 === 0);
    factors = pairs.map((left, place) => (2 * place + 1 < factors.length ? arith.mul(left, at(factors, 2 * place + 1)) : left));
  }
  return at(factors, 0);
}
