/** @file np's functions of order: sort, argsort, lexsort, argmax, argmin; and of prefixes: cumsum, cumprod, diff. */

import { raise } from "@lanewise/compiler/base/errors";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import * as order from "../ops/order.ts";
import * as prefix from "../ops/prefix.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { readList } from "./lists.ts";
import { give, read, readOptional } from "./operand.ts";

type SortRest = Optional<["axis"], order.SortOptions>;
type ArgReduceRest = Optional<["axis", "out", "keepdims"], order.ArgReduceOptions>;
type PrefixRest = Optional<["axis", "dtype", "out"], prefix.PrefixOptions>;

/**
 * The elements in ascending order along the last axis, or along `axis`; null sorts all elements as one row. NaN comes last,
 * and -0 equals 0. Its derivative follows the elements.
 *
 * @returns an array of the same shape and dtype
 * @throws LW3006 for an axis that the array does not have
 * @example np.sort([3, 1, 2]) // [1, 2, 3]; np.sort(x, 0, { descending: true })
 */
export const sort = (a: ArrayLike, ...rest: SortRest): NDArray => give(order.sort(read(a, "np.sort", "a"), order.parseSort("np.sort", rest)));

/**
 * The places, as int32, from which the elements of the sorted array come; equal elements keep their order.
 *
 * @throws LW3006
 * @example np.argsort([3, 1, 2]) // [1, 2, 0]
 */
export const argsort = (a: ArrayLike, ...rest: SortRest): NDArray<"int32"> => give(order.argsort(read(a, "np.argsort", "a"), order.parseSort("np.argsort", rest)));

/**
 * The order, as int32 places along an axis, by several keys of one shape: by the last key, where that is equal by the one
 * before it, and so on.
 *
 * @param keys a list of arrays, or an array whose rows are the keys
 * @throws LW3006, LW3005 for keys of different shapes, LW3007 for no keys
 */
export function lexsort(keys: readonly ArrayLike[] | NDArray, ...rest: Optional<["axis"], { readonly axis?: number }>): NDArray<"int32"> {
  const operation = "np.lexsort";
  const { axis = -1 } = parseOptional<{ axis?: number }>({ operation, positional: ["axis"] }, rest);
  const values = readList(operation, keys, "keys");
  if (values.length === 0) {
    raise(badArgument, { operation, argument: "keys", expected: "at least one key", got: describeArgument(keys), fix: "give a list of arrays" });
  }
  return give(order.lexsort(values, axis));
}

/**
 * The place of the largest element along an axis, as int32; without one, in the raveled array. The first NaN is the largest
 * element, of equal ones it is the first.
 *
 * @throws LW3006, LW3018 for an empty axis
 * @example np.argmax([1, 3, 3]) // 1; np.argmax(x, { axis: 1, keepdims: true })
 */
export const argmax = (a: ArrayLike, ...rest: ArgReduceRest): NDArray<"int32"> =>
  give(order.argmax(read(a, "np.argmax", "a"), ...order.parseArgReduce("np.argmax", rest)));

/** The place of the smallest element, as argmax gives that of the largest. @throws LW3006, LW3018 */
export const argmin = (a: ArrayLike, ...rest: ArgReduceRest): NDArray<"int32"> =>
  give(order.argmin(read(a, "np.argmin", "a"), ...order.parseArgReduce("np.argmin", rest)));

/** The place of the largest element that is no NaN; -1 where all are. @throws LW3006, LW3018 */
export const nanargmax = (a: ArrayLike, ...rest: ArgReduceRest): NDArray<"int32"> =>
  give(order.nanargmax(read(a, "np.nanargmax", "a"), ...order.parseArgReduce("np.nanargmax", rest)));

/** The place of the smallest element that is no NaN; -1 where all are. @throws LW3006, LW3018 */
export const nanargmin = (a: ArrayLike, ...rest: ArgReduceRest): NDArray<"int32"> =>
  give(order.nanargmin(read(a, "np.nanargmin", "a"), ...order.parseArgReduce("np.nanargmin", rest)));

/**
 * Sums of the elements up to each place of an axis; without one, of the raveled array. Bools are counted in int32.
 *
 * @throws LW3006
 * @example np.cumsum([1, 2, 3]) // [1, 3, 6]
 */
export const cumsum = (a: ArrayLike, ...rest: PrefixRest): NDArray => give(prefix.cumsum(read(a, "np.cumsum", "a"), ...prefix.parsePrefix("np.cumsum", rest)));

/** Products of the elements up to each place, as cumsum gives sums. Right derivatives where elements are 0. @throws LW3006 */
export const cumprod = (a: ArrayLike, ...rest: PrefixRest): NDArray => give(prefix.cumprod(read(a, "np.cumprod", "a"), ...prefix.parsePrefix("np.cumprod", rest)));

/** As cumsum, with 0 for NaN. @throws LW3006 */
export const nancumsum = (a: ArrayLike, ...rest: PrefixRest): NDArray => give(prefix.nancumsum(read(a, "np.nancumsum", "a"), ...prefix.parsePrefix("np.nancumsum", rest)));

/** As cumprod, with 1 for NaN. @throws LW3006 */
export const nancumprod = (a: ArrayLike, ...rest: PrefixRest): NDArray => give(prefix.nancumprod(read(a, "np.nancumprod", "a"), ...prefix.parsePrefix("np.nancumprod", rest)));

export interface DiffOptions {
  /** How often the difference is taken. */
  readonly n?: number;
  readonly axis?: number;
  /** What stands before the first element: a number, or an array with the other extents. */
  readonly prepend?: ArrayLike | null;
  readonly append?: ArrayLike | null;
}

/**
 * Each element of an axis (the last one) less the one before it; of bools, whether they differ.
 *
 * @throws LW3006, LW3007 for a bad `n` and a 0-d array
 * @example np.diff([1, 4, 9]) // [3, 5]
 */
export function diff(a: ArrayLike, ...rest: Optional<["n", "axis", "prepend", "append"], DiffOptions>): NDArray {
  const operation = "np.diff";
  const { n = 1, axis = -1, prepend, append } = parseOptional<DiffOptions>({ operation, positional: ["n", "axis", "prepend", "append"] }, rest);
  return give(prefix.diff(read(a, operation, "a"), { n, axis, prepend: readOptional(prepend, operation, "prepend"), append: readOptional(append, operation, "append") }));
}
