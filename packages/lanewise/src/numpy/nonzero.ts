/** @file np's functions of the places where something holds. Their results are as long as there are such places. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { scalarLike } from "@lanewise/compiler/primitives/arith";
import { describeArgument, parseOptional, refuseOut, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveAxis } from "../ops/axes.ts";
import { less, where } from "../ops/elementwise.ts";
import { sliceAlong } from "../ops/index.ts";
import * as ops from "../ops/nonzero.ts";
import { convertOperand } from "../ops/operands.ts";
import { requireVector } from "../ops/search.ts";
import { ravel, reshape, stack } from "../ops/shape.ts";
import { defaultTake, take } from "../ops/take.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { countNow, givenExtent } from "./counts.ts";
import { give, read } from "./operand.ts";

export interface NonzeroOptions {
  /** How many places to give, where it must be known before the elements are: under jit, and on a GPU. */
  readonly size?: number | null;
  /** What stands for places that do not exist: a number, or one per axis. 0 by default. */
  readonly fillValue?: number | readonly number[] | null;
}

function places(operation: string, value: Value, { size, fillValue }: NonzeroOptions): readonly Value[] {
  const rank = value.aval.shape.length;
  if (rank === 0) raise(badArgument, { operation, argument: "a", expected: "an array of at least one axis", got: "a 0-d array", fix: "use np.atleast1d" });
  const known = givenExtent(operation, "size", size) ?? countNow(operation, "size", ops.countNonzero(value));
  const fill = Array.isArray(fillValue) ? (fillValue as readonly unknown[]) : range(rank).map(() => fillValue ?? 0);
  if (fill.length !== rank || !fill.every((each): each is number => typeof each === "number" && Number.isInteger(each))) {
    return raise(badArgument, { operation, argument: "fillValue", expected: `an integer, or one for each of the ${rank} axes`, got: describeArgument(fillValue), fix: "correct the fill value" });
  }
  return ops.nonzero(value, known, fill);
}

type NonzeroRest = Optional<[], NonzeroOptions>;

function parseNonzero(operation: string, rest: readonly unknown[]): NonzeroOptions {
  return parseOptional<NonzeroOptions>({ operation, positional: [], named: ["size", "fillValue"] }, rest);
}

/**
 * The places of the elements that are not 0, in row-major order: for each axis a vector of int32. It is as long as there are such
 * elements, unless `size` says how long; a shorter one has the first of them, a longer one `fillValue` behind them.
 *
 * @throws LW3007 for a 0-d array, and without `size` for a traced array or one on a GPU
 * @example np.nonzero(np.array([0, 5, 7])) // [[1, 2]]
 */
export function nonzero(a: ArrayLike, ...rest: NonzeroRest): NDArray<"int32">[] {
  const operation = "np.nonzero";
  return places(operation, read(a, operation, "a"), parseNonzero(operation, rest)).map((place) => give<"int32">(place));
}

/** The places of the elements that are not 0 in the raveled array. @throws LW3007 as nonzero */
export function flatnonzero(a: ArrayLike, ...rest: NonzeroRest): NDArray<"int32"> {
  const operation = "np.flatnonzero";
  const [found] = places(operation, ravel(read(a, operation, "a")), parseNonzero(operation, rest)) as readonly [Value];
  return give(found);
}

/** The places of the elements that are not 0 as rows, one column per axis. @throws LW3007 as nonzero */
export function argwhere(a: ArrayLike, ...rest: NonzeroRest): NDArray<"int32"> {
  const operation = "np.argwhere";
  return give(stack(places(operation, read(a, operation, "a"), parseNonzero(operation, rest)), -1));
}

/**
 * x where the condition holds and y elsewhere; the three broadcast. What is not chosen has no influence, not even on
 * derivatives. With a condition alone the places where it holds, as `nonzero` gives them.
 *
 * @throws LW3007 with one of x and y alone, LW3005 where shapes do not broadcast
 * @example np.where(np.greater(x, 0), x, 0)
 */
function whereOf(condition: ArrayLike, x: ArrayLike, y: ArrayLike): NDArray;
function whereOf(condition: ArrayLike, options?: NonzeroOptions): NDArray<"int32">[];
function whereOf(condition: ArrayLike, ...rest: readonly unknown[]): NDArray | NDArray<"int32">[] {
  const operation = "np.where";
  const { x, y, ...options } = parseOptional<NonzeroOptions & { x?: ArrayLike; y?: ArrayLike }>({ operation, positional: ["x", "y"], named: ["size", "fillValue"] }, rest);
  const value = read(condition, operation, "condition");
  if (x === undefined && y === undefined) return places(operation, value, options).map((place) => give<"int32">(place));
  if (x === undefined || y === undefined || Object.keys(options).length > 0) {
    raise(badArgument, {
      operation, argument: x === undefined ? "x" : y === undefined ? "y" : Object.keys(options).join(", "), expected: "a condition, x and y; or a condition, and size and fillValue",
      got: x === undefined || y === undefined ? "one of x and y" : "both", fix: "give both x and y, or neither",
    });
  }
  return give(where(value, read(x, operation, "x"), read(y, operation, "y")));
}
export { whereOf as where };

export interface CompressOptions {
  readonly axis?: number | null;
  readonly out?: null;
  /** How many slices to give, where it must be known before the condition is. */
  readonly size?: number | null;
  /** What stands in slices that do not exist. 0 by default. */
  readonly fillValue?: ArrayLike | null;
}

/**
 * The slices along an axis (of the raveled array without one) for which the condition, a vector, holds; slices beyond its end
 * do not count.
 *
 * @throws LW3006, LW3007 for a condition that is no vector, and without `size` for a traced one or one on a GPU
 * @example np.compress([true, false, true], [1, 2, 3]) // [1, 3]
 */
export function compress(condition: ArrayLike, a: ArrayLike, ...rest: Optional<["axis", "out"], CompressOptions>): NDArray {
  const operation = "np.compress";
  const { axis = null, out, size, fillValue } = parseOptional<CompressOptions>({ operation, positional: ["axis", "out"], named: ["size", "fillValue"] }, rest);
  refuseOut(operation, out);
  return give(chosen(operation, read(condition, operation, "condition"), read(a, operation, "a"), axis, size, fillValue));
}

/** The elements for which the condition, of the same size, holds, as a vector. @throws LW3007 as compress @example np.extract(x.greater(0), x) */
export function extract(condition: ArrayLike, arr: ArrayLike, ...rest: Optional<[], Pick<CompressOptions, "size" | "fillValue">>): NDArray {
  const operation = "np.extract";
  const { size, fillValue } = parseOptional<CompressOptions>({ operation, positional: [], named: ["size", "fillValue"] }, rest);
  return give(chosen(operation, ravel(read(condition, operation, "condition")), read(arr, operation, "arr"), null, size, fillValue));
}

function chosen(operation: string, condition: Value, array: Value, axis: number | null, size: number | null | undefined, fillValue: ArrayLike | null | undefined): Value {
  requireVector(operation, "condition", condition);
  const x = axis === null ? ravel(array) : array;
  const place = axis === null ? 0 : resolveAxis(operation, axis, x.aval.shape.length);
  const extent = at(x.aval.shape, place);
  const count = at(condition.aval.shape, 0);
  const inside = count > extent ? sliceAlong(condition, 0, extent, 1, 0) : condition;
  const [which] = places(operation, inside, { size, fillValue: extent }) as readonly [Value];
  const filled = convertOperand(operation, read(fillValue ?? 0, operation, "fillValue"), x.aval.dtype);
  const slices = take(x, which, { ...defaultTake, axis: place, mode: "clip" }, operation);
  const shape = slices.aval.shape.map((length, other) => (other === place ? length : 1));
  return where(reshape(less(which, scalarLike(which, extent)), shape), slices, filled);
}
