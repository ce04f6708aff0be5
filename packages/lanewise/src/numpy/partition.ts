/** @file np's partitions: rows of which one element is where sorting would put it. */

import { at } from "@lanewise/compiler/base/assert";
import { dtypeClass } from "@lanewise/compiler/base/dtype";
import { topK } from "@lanewise/compiler/primitives/sort";
import { parseOptional, type Optional } from "../arguments.ts";
import { resolveAxis } from "../ops/axes.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { composed1, valueOf } from "./composed.ts";
import { ones } from "./create.ts";
import { putAlongAxis } from "./indexing.ts";
import { give, read } from "./operand.ts";
import { concatenate, swapaxes } from "./shapes.ts";

function largest(x: NDArray, count: number): readonly [values: NDArray, places: NDArray] {
  const [values, places] = topK(valueOf(x), count, x.ndim - 1);
  return [give(values), give(places)];
}

/** The array so turned that its smallest elements are its largest: 0 becomes the largest unsigned integer. */
function reversed(x: NDArray): NDArray {
  return dtypeClass(x.dtype) === "unsigned" ? x.add(1).neg() : x.neg();
}

function partitioned(name: "partition" | "argpartition", a: ArrayLike, kth: number, rest: readonly unknown[], run: (x: NDArray, below: number, above: number) => NDArray): NDArray {
  const operation = `np.${name}`;
  const { axis = -1 } = parseOptional<{ axis?: number }>({ operation, positional: ["axis"] }, rest);
  const value = read(a, operation, "a");
  const place = resolveAxis(operation, axis, value.aval.shape.length);
  const extent = at(value.aval.shape, place);
  const k = resolveAxis(operation, kth, extent, "kth");
  return composed1(name, { place, k }, [value], (x) => swapaxes(run(swapaxes(x, place, -1), k + 1, extent - k - 1), -1, place));
}

type AxisRest = Optional<["axis"], { readonly axis?: number }>;

/**
 * The elements of an axis (the last), of which the k-th is where sorting would put it, smaller ones before it, larger ones
 * behind it. NaN is not ordered.
 *
 * @throws LW3006 for a bad axis or k
 * @example np.partition([3, 1, 2, 0], 1) // [0, 1, 3, 2]
 */
export function partition(a: ArrayLike, kth: number, ...rest: AxisRest): NDArray {
  return partitioned("partition", a, kth, rest, (x, below, above) => {
    const bottom = reversed(largest(reversed(x), below)[0]);
    return concatenate([bottom, largest(x, above)[0]], -1);
  });
}

/** The places that the elements of a partition come from, as int32. @throws LW3006 @example np.argpartition([3, 1, 2, 0], 1) */
export function argpartition(a: ArrayLike, kth: number, ...rest: AxisRest): NDArray<"int32"> {
  return partitioned("argpartition", a, kth, rest, (x, below, above) => {
    const bottom = largest(reversed(x), below)[1];
    // Equal elements are told apart by their places: those that are taken are crossed out.
    return concatenate([bottom, largest(putAlongAxis(ones(x.shape), bottom, 0, -1), above)[1]], -1);
  }) as NDArray<"int32">;
}
