/** @file np's functions of the different elements of one array. Their results are as long as there are such elements. */

import { at } from "@lanewise/compiler/base/assert";
import { isInexact } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { range, sizeOf } from "@lanewise/compiler/base/shape";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveAxis } from "../ops/axes.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { composed, valueOf } from "./composed.ts";
import { countNow, givenExtent } from "./counts.ts";
import { arange, full, ones, zeros } from "./create.ts";
import { less, notEqual } from "./elementwise.ts";
import { bitwiseNot, isnan, logicalAnd } from "./functions.ts";
import { nonzero, where } from "./nonzero.ts";
import { give, read, readOptional } from "./operand.ts";
import { cumsum, diff, lexsort } from "./ordering.ts";
import { any, sum } from "./reductions.ts";
import { concatenate, moveaxis, ravel, reshape } from "./shapes.ts";
import { slice } from "./slice.ts";

export interface UniqueSize {
  /** How many elements to give, where it must be known before the elements are: under jit, and on a GPU. */
  readonly size?: number | null;
  /** What stands for elements that do not exist; the smallest element by default. */
  readonly fillValue?: ArrayLike | null;
}

export interface UniqueOptions extends UniqueSize {
  readonly returnIndex?: boolean;
  readonly returnInverse?: boolean;
  readonly returnCounts?: boolean;
  /** The axis whose slices are compared; without one all elements are. */
  readonly axis?: number | null;
  /** Whether all NaN are one element, as by default. */
  readonly equalNan?: boolean;
  /** Changes nothing: results are sorted. */
  readonly sorted?: boolean;
}

/** The different rows of an array, and what is asked for about them. */
export interface UniqueParts {
  readonly values: NDArray;
  /** How many there are, whatever the extent. */
  readonly count: NDArray;
  /** For each the place of the first row that equals it. */
  readonly index: () => NDArray;
  /** For each row the place of its equal among the values. */
  readonly inverse: () => NDArray;
  readonly counts: () => NDArray;
}

/** The rows in order, whether each differs from the one before it, and the places they come from. */
function sortedRows(rows: NDArray, equalNaN: boolean): readonly [sorted: NDArray, isFirst: NDArray, order: NDArray] {
  return composed("_unique_sorted_mask", { axis: 0, equalNaN }, [valueOf(rows)], (x) => {
    const array = x as NDArray;
    const columns = reshape(array, [at(array.shape, 0), -1]).T;
    const order = lexsort([...columns].reverse());
    const sorted = array.get(order);
    const [next, previous] = [sorted.get(slice(1)), sorted.get(slice(null, -1))];
    const differs = notEqual(next, previous);
    const counted = isInexact(array.dtype) && equalNaN ? logicalAnd(differs, bitwiseNot(logicalAnd(isnan(next), isnan(previous)))) : differs;
    return [sorted, concatenate([ones([1], "bool"), any(counted, range(array.ndim - 1).map((axis) => axis + 1))]), order];
  }) as unknown as readonly [NDArray, NDArray, NDArray];
}

/** The different rows of axis 0. */
export function uniqueRows(operation: string, rows: NDArray, equalNaN: boolean, size: number | null, fill: NDArray | null): UniqueParts {
  const extent = at(rows.shape, 0);
  const inner = rows.shape.slice(1);
  if (extent === 0 || sizeOf(inner) === 0) return uniqueOfNothing(operation, rows, size, fill);
  const [sorted, isFirst, order] = sortedRows(rows, equalNaN);
  const count = sum(isFirst);
  const known = size ?? countNow(operation, "size", valueOf(count));
  const [starts] = nonzero(isFirst, { size: known }) as [NDArray];
  const values = sorted.get(starts);
  const isThere = reshape(less(arange(known), count), [known, ...inner.map(() => 1)]);
  return {
    count, values: fill === null ? values : where(isThere, values, fill.astype(rows.dtype)),
    index: () => order.get(starts),
    inverse: () => zeros([extent], "int32").at(order).set(cumsum(isFirst).sub(1)),
    counts: () => {
      const [bounds] = nonzero(isFirst, { size: known + 1 }) as [NDArray];
      const later = bounds.get(slice(1));
      return diff(concatenate([bounds.get(slice(0, 1)), where(later, later, extent)]));
    },
  };
}

/** Rows that have no elements are one, if there is any. */
function uniqueOfNothing(operation: string, rows: NDArray, size: number | null, fill: NDArray | null): UniqueParts {
  const [extent = 0, ...inner] = rows.shape;
  const found = Math.min(extent, 1);
  if (extent === 0 && size !== null && size > 0 && fill === null) {
    raise(badArgument, { operation, argument: "fillValue", expected: "a value for elements that do not exist: the array has none", got: "nothing", fix: "give { size, fillValue }" });
  }
  const known = size ?? found;
  return {
    values: full([known, ...inner], fill ?? 0, rows.dtype), count: full([], found, "int32"), index: () => zeros([found], "int32"), inverse: () => zeros([extent], "int32"),
    counts: () => full([found], extent, "int32"),
  };
}

/**
 * The different elements in ascending order; with an axis, its different slices. A list where the first places, the places among
 * the results, or the counts are asked for: `[values, index, inverse, counts]`, without those not asked for.
 *
 * @throws LW3006, LW3007 without `size` for a traced array or one on a GPU
 * @example np.unique([3, 1, 3]) // [1, 3]
 * @example const [values, counts] = np.unique(x, { returnCounts: true })
 */
export function unique(ar: ArrayLike, options: UniqueOptions & ({ readonly returnIndex: true } | { readonly returnInverse: true } | { readonly returnCounts: true })): NDArray[];
export function unique(ar: ArrayLike, ...rest: Optional<[], UniqueOptions>): NDArray;
export function unique(ar: ArrayLike, ...rest: Optional<["returnIndex", "returnInverse", "returnCounts", "axis"], UniqueOptions>): NDArray | NDArray[];
export function unique(ar: ArrayLike, ...rest: readonly unknown[]): NDArray | NDArray[] {
  const operation = "np.unique";
  const { axis = null, equalNan, sorted, ...given } = parseOptional<UniqueOptions>({
    operation, positional: ["returnIndex", "returnInverse", "returnCounts", "axis"], named: ["equalNan", "size", "fillValue", "sorted"],
  }, rest);
  booleanArgument(operation, "sorted", sorted);
  const array = give(read(ar, operation, "ar"));
  const place = axis === null ? 0 : resolveAxis(operation, axis, array.ndim);
  const parts = uniqueRows(operation, axis === null ? ravel(array) : moveaxis(array, place, 0), booleanArgument(operation, "equalNan", equalNan, true), ...sizeAndFill(operation, given));
  const inverse = (): NDArray => (axis === null ? reshape(parts.inverse(), array.shape) : parts.inverse());
  const asked = (["returnIndex", "returnInverse", "returnCounts"] as const).map((name) => booleanArgument(operation, name, given[name]));
  const more = [parts.index, inverse, parts.counts].filter((_, which) => asked[which]).map((part) => part());
  const values = moveaxis(parts.values, 0, place);
  return more.length === 0 ? values : [values, ...more];
}

/** The options of results whose extent depends on elements. */
export function sizeAndFill(operation: string, { size, fillValue }: UniqueSize): readonly [size: number | null, fill: NDArray | null] {
  const fill = readOptional(fillValue, operation, "fillValue");
  return [givenExtent(operation, "size", size), fill === null ? null : give(fill)];
}

type SizeRest = Optional<[], UniqueSize>;

/** The parts of an array's elements, of which no two NaN are equal, as the array API has it. */
function elementsOf(name: string, x: ArrayLike, rest: readonly unknown[]): UniqueParts & { readonly shape: readonly number[] } {
  const operation = `np.${name}`;
  const given = parseOptional<UniqueSize>({ operation, positional: [], named: ["size", "fillValue"] }, rest);
  const array = give(read(x, operation, "x"));
  return { ...uniqueRows(operation, ravel(array), false, ...sizeAndFill(operation, given)), shape: array.shape };
}

/** The different elements, in ascending order; every NaN is its own. @throws LW3007 as unique */
export const uniqueValues = (x: ArrayLike, ...rest: SizeRest): NDArray => elementsOf("uniqueValues", x, rest).values;

/** The different elements, and how often each occurs. @throws LW3007 as unique @example const { values, counts } = np.uniqueCounts(x) */
export function uniqueCounts(x: ArrayLike, ...rest: SizeRest): { readonly values: NDArray; readonly counts: NDArray } {
  const { values, counts } = elementsOf("uniqueCounts", x, rest);
  return { values, counts: counts() };
}

/** The different elements, and in the array's shape the place of each element among them. @throws LW3007 as unique */
export function uniqueInverse(x: ArrayLike, ...rest: SizeRest): { readonly values: NDArray; readonly inverseIndices: NDArray } {
  const { values, inverse, shape } = elementsOf("uniqueInverse", x, rest);
  return { values, inverseIndices: reshape(inverse(), shape) };
}

/** The different elements, the place of the first of each, the place of each element among them, and their counts. @throws LW3007 as unique */
export function uniqueAll(x: ArrayLike, ...rest: SizeRest): { readonly values: NDArray; readonly indices: NDArray; readonly inverseIndices: NDArray; readonly counts: NDArray } {
  const { values, index, inverse, counts, shape } = elementsOf("uniqueAll", x, rest);
  return { values, indices: index(), inverseIndices: reshape(inverse(), shape), counts: counts() };
}
