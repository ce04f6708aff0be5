/** @file np's operations on sets: vectors of different elements. Their results are as long as there are such elements. */

import { at } from "@lanewise/compiler/base/assert";
import { sort as sortTogether } from "@lanewise/compiler/primitives/sort";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import { promoteDTypes } from "../ops/operands.ts";
import { ravel as ravelValue } from "../ops/shape.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { composed, valueOf } from "./composed.ts";
import { countNow } from "./counts.ts";
import { arange, full, ones } from "./create.ts";
import { equal, less, notEqual } from "./elementwise.ts";
import { logicalAnd, logicalNot } from "./functions.ts";
import { nonzero, where } from "./nonzero.ts";
import { give, read } from "./operand.ts";
import { max, min, sum } from "./reductions.ts";
import { isin } from "./search.ts";
import { concatenate, ravel } from "./shapes.ts";
import { slice } from "./slice.ts";
import { sizeAndFill, uniqueRows, type UniqueSize } from "./unique.ts";

export interface SetOptions extends UniqueSize {
  /** Promises that no element of either array occurs twice in it. */
  readonly assumeUnique?: boolean;
}

type SetRest = Optional<["assumeUnique"], SetOptions>;

/** Every element that is in one of the arrays or in both. @throws LW3007 as unique @example np.union1d([1, 2], [2, 3]) // [1, 2, 3] */
export function union1d(ar1: ArrayLike, ar2: ArrayLike, ...rest: Optional<[], UniqueSize>): NDArray {
  const operation = "np.union1d";
  const given = parseOptional<UniqueSize>({ operation, positional: [], named: ["size", "fillValue"] }, rest);
  const both = concatenate([give(read(ar1, operation, "ar1")), give(read(ar2, operation, "ar2"))], null);
  return uniqueRows(operation, both, true, ...sizeAndFill(operation, given)).values;
}

/** Every element of the first array that is not in the second one. @throws LW3007 as unique @example np.setdiff1d([1, 2, 3], [2]) // [1, 3] */
export function setdiff1d(ar1: ArrayLike, ar2: ArrayLike, ...rest: SetRest): NDArray {
  const operation = "np.setdiff1d";
  const given = parseOptional<SetOptions>({ operation, positional: ["assumeUnique"], named: ["size", "fillValue"] }, rest);
  const [size, fill] = sizeAndFill(operation, given);
  const row = ravel(give(read(ar1, operation, "ar1")));
  const extent = at(row.shape, 0);
  if (extent === 0) return full([size ?? 0], fill ?? 0, row.dtype);
  const parts = booleanArgument(operation, "assumeUnique", given.assumeUnique) ? null : uniqueRows(operation, row, true, extent, null);
  const values = parts?.values ?? row;
  const isLeft = logicalAnd(isin(values, ar2, { invert: true }), less(arange(extent), parts?.count ?? extent));
  return chosen(operation, values, isLeft, size, fill).values;
}

/** The elements that are chosen, in order; `fill` stands for those that do not exist. */
function chosen(operation: string, values: NDArray, isChosen: NDArray, size: number | null, fill: NDArray | null): { readonly values: NDArray; readonly places: NDArray; readonly isThere: NDArray } {
  const count = sum(isChosen);
  const known = size ?? countNow(operation, "size", valueOf(count));
  const [places] = nonzero(isChosen, { size: known, fillValue: at(values.shape, 0) }) as [NDArray];
  const isThere = less(arange(known), count);
  return { places, isThere, values: where(isThere, values.at(places).get({ mode: "clip" }), fill === null ? 0 : fill.astype(values.dtype)) };
}

interface Merged {
  /** The elements of both sets in order; behind them what stands for elements that do not exist. */
  readonly sorted: NDArray;
  /** Where they lie in one set behind the other. */
  readonly order: NDArray;
  readonly isThere: NDArray;
  readonly sources: readonly [NDArray, NDArray] | null;
}

/** Two arrays as sets, sorted into one row. */
function merged(operation: string, first: NDArray, second: NDArray, isUnique: boolean): Merged {
  const parts = isUnique ? null : [first, second].map((row) => uniqueRows(operation, row, true, row.size, full([], 0, row.dtype)));
  const rows = parts === null ? [first, second] : parts.map(({ values }) => values);
  const isElement = concatenate(rows.map(({ size }, which) => less(arange(size), parts === null ? size : at(parts, which).count)));
  const keys = [logicalNot(isElement), concatenate(rows), arange(isElement.size)].map(valueOf);
  const [isAbsent, sorted, order] = sortTogether(keys, 0, { numKeys: 2 }).map((value) => give(value)) as [NDArray, NDArray, NDArray];
  return { sorted, order, isThere: logicalNot(isAbsent), sources: parts === null ? null : [at(parts, 0).index(), at(parts, 1).index()] };
}

/** Without a fill value the smallest element stands for those that do not exist; the largest would do as well, but not 0. */
function withoutFill(values: NDArray, isThere: NDArray): NDArray {
  if (values.size === 0) return values;
  const bounded = where(isThere, values, max(values));
  return where(isThere, bounded, min(bounded));
}

type SetOperation = (first: NDArray, second: NDArray, fill: NDArray | null) => NDArray[];

/** Runs on raveled arrays of one dtype: as one call where the extent is known. */
function onSets(operation: string, name: string, statics: Readonly<Record<string, unknown>>, arrays: readonly [ArrayLike, ArrayLike], [size, fill]: readonly [number | null, NDArray | null], run: SetOperation): NDArray[] {
  const rows = promoteDTypes(operation, [read(arrays[0], operation, "ar1"), read(arrays[1], operation, "ar2")].map(ravelValue)) as readonly [Value, Value];
  if (size === null) return run(give(rows[0]), give(rows[1]), fill);
  return composed(name, { ...statics, size, fill: fill !== null }, [...rows, ...(fill === null ? [] : [valueOf(fill)])], (first, second, filler) => run(first as NDArray, second as NDArray, filler ?? null));
}

/** Every element that is in just one of the arrays. @throws LW3007 as unique @example np.setxor1d([1, 2], [2, 3]) // [1, 3] */
export function setxor1d(ar1: ArrayLike, ar2: ArrayLike, ...rest: SetRest): NDArray {
  const operation = "np.setxor1d";
  const given = parseOptional<SetOptions>({ operation, positional: ["assumeUnique"], named: ["size", "fillValue"] }, rest);
  const isUnique = booleanArgument(operation, "assumeUnique", given.assumeUnique);
  const sizes = sizeAndFill(operation, given);
  return at(onSets(operation, "_setxor1d_size", { isUnique }, [ar1, ar2], sizes, (first, second, fill) => {
    const { sorted, isThere } = merged(operation, first, second, isUnique);
    if (sorted.size === 0) return [full([sizes[0] ?? 0], fill ?? 0, sorted.dtype)];
    const isBorder = concatenate([ones([1], "bool"), notEqual(sorted.get(slice(1)), sorted.get(slice(null, -1))), ones([1], "bool")]);
    // Behind the last element of both sets lies a border too.
    const border = isBorder.at(sum(isThere)).set(true);
    const found = chosen(operation, sorted, logicalAnd(logicalAnd(border.get(slice(1)), border.get(slice(null, -1))), isThere), sizes[0], fill);
    return [fill === null ? withoutFill(found.values, found.isThere) : found.values];
  }), 0);
}

export interface IntersectOptions extends SetOptions {
  /** Gives beside the elements their places in both arrays. */
  readonly returnIndices?: boolean;
}

/**
 * Every element that is in both arrays; with `returnIndices` the list of them and of their places in either array.
 *
 * @throws LW3007 as unique
 * @example np.intersect1d([1, 2, 3], [2, 3, 4]) // [2, 3]
 */
export function intersect1d(ar1: ArrayLike, ar2: ArrayLike, options: IntersectOptions & { readonly returnIndices: true }): NDArray[];
export function intersect1d(ar1: ArrayLike, ar2: ArrayLike, ...rest: Optional<["assumeUnique"], IntersectOptions>): NDArray;
export function intersect1d(ar1: ArrayLike, ar2: ArrayLike, ...rest: readonly unknown[]): NDArray | NDArray[] {
  const operation = "np.intersect1d";
  const given = parseOptional<IntersectOptions>({ operation, positional: ["assumeUnique", "returnIndices"], named: ["size", "fillValue"] }, rest);
  const isUnique = booleanArgument(operation, "assumeUnique", given.assumeUnique);
  const returnIndices = booleanArgument(operation, "returnIndices", given.returnIndices);
  const sizes = sizeAndFill(operation, given);
  const results = onSets(operation, "_intersect1d_size", { isUnique, returnIndices }, [ar1, ar2], sizes, (first, second, fill) => {
    const { sorted, order, isThere, sources } = merged(operation, first, second, isUnique);
    if (sorted.size === 0) return [full([sizes[0] ?? 0], fill ?? 0, sorted.dtype), arange(0), arange(0)].slice(0, returnIndices ? 3 : 1);
    const isPair = logicalAnd(equal(sorted.get(slice(1)), sorted.get(slice(null, -1))), isThere.get(slice(1)));
    const found = chosen(operation, sorted.get(slice(null, -1)), isPair, sizes[0], fill);
    const values = fill === null ? withoutFill(found.values, found.isThere) : found.values;
    if (!returnIndices) return [values];
    const placesIn = (which: 0 | 1, extent: number, places: NDArray): NDArray =>
      where(found.isThere, sources === null ? places : sources[which].at(places).get({ mode: "clip" }), extent);
    return [
      values, placesIn(0, first.size, order.at(found.places).get({ mode: "clip" })),
      placesIn(1, second.size, order.at(found.places.add(1)).get({ mode: "clip" }).sub(first.size)),
    ];
  });
  return returnIndices ? results : at(results, 0);
}
