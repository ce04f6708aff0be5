/** @file np's functions that build arrays of blocks, repeat elements to a shape, and turn axes. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, sizeOf } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { matrixTranspose as exchanged } from "@lanewise/compiler/primitives/linalg-triangles";
import { parseOptional, type Optional } from "../arguments.ts";
import { badArgument, badAxis } from "../errors.ts";
import { resolveAxis, resolveShape } from "../ops/axes.ts";
import { addLeadingAxes } from "../ops/operands.ts";
import { concatenate as joinValues } from "../ops/shape.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { composed1, valueOf } from "./composed.ts";
import { zeros } from "./create.ts";
import { tile } from "./joins.ts";
import { give, read } from "./operand.ts";
import { moveaxis, ravel, reshape, transpose } from "./shapes.ts";
import { slice } from "./slice.ts";

/** Blocks by their places: the innermost lists lie along the last axis. */
export type Blocks = ArrayLike | readonly Blocks[];

/** A list of blocks as plain data: the number of a leaf. */
type Layout = number | readonly Layout[];

/**
 * An array of blocks: lists of blocks are joined, the innermost ones along the last axis, those around them along the axis before
 * it, and so on.
 *
 * @throws LW3007 for an empty list and for lists of unequal depths, LW3005 for blocks that do not fit
 * @example np.block([[A, B], [C, D]])
 */
export function block(arrays: Blocks): NDArray {
  const operation = "np.block";
  const leaves: Value[] = [];
  const layoutOf = (part: Blocks, path: string): Layout => {
    if (!Array.isArray(part)) return leaves.push(read(part, operation, path)) - 1;
    if (part.length === 0) raise(badArgument, { operation, argument: path, expected: "at least one block", got: "an empty list", fix: "leave the list out" });
    return (part as readonly Blocks[]).map((inner, place) => layoutOf(inner, `${path}[${place}]`));
  };
  const layout = layoutOf(arrays, "arrays");
  return composed1("block", layout, leaves, (...blocks) => give(assembled(operation, layout, blocks.map(valueOf))[0]));
}

/** The joined array, and along which axis from the end what is joined next lies. */
function assembled(operation: string, layout: Layout, blocks: readonly Value[]): readonly [array: Value, depth: number] {
  if (typeof layout === "number") return [at(blocks, layout), 1];
  const parts = layout.map((inner) => assembled(operation, inner, blocks));
  const depth = at(parts, 0)[1];
  if (parts.some(([, other]) => other !== depth)) raise(badArgument, { operation, argument: "arrays", expected: "lists of one depth", got: "lists of different depths", fix: "put single blocks into lists too" });
  const rank = Math.max(depth, ...parts.map(([{ aval }]) => aval.shape.length));
  return [joinValues(parts.map(([part]) => addLeadingAxes(part, rank)), -depth, operation), depth + 1];
}

/** The elements in another shape: from the front again where there are too few, without the last ones where there are too many. @throws LW3007 @example np.resize([1, 2], [2, 3]) // [[1, 2, 1], [2, 1, 2]] */
export function resize(a: ArrayLike, newShape: number | readonly number[]): NDArray {
  const operation = "np.resize";
  const shape = resolveShape(operation, newShape, "newShape");
  const size = sizeOf(shape);
  return composed1("resize", { shape }, [read(a, operation, "a")], (array) => {
    if (array.size === 0 || size === 0) return zeros(shape, array.dtype);
    return reshape(tile(ravel(array), Math.ceil(size / array.size)).get(slice(0, size)), shape);
  });
}

/** Moves an axis before the one that is at `start` (0). @throws LW3006 @example np.rollaxis(x, 2) */
export function rollaxis(a: ArrayLike, axis: number, ...rest: Optional<["start"], { readonly start?: number }>): NDArray {
  const operation = "np.rollaxis";
  const { start = 0 } = parseOptional<{ start?: number }>({ operation, positional: ["start"] }, rest);
  const value = read(a, operation, "a");
  const rank = value.aval.shape.length;
  const from = resolveAxis(operation, axis, rank);
  if (!Number.isInteger(start) || start < -rank || start > rank) raise(badAxis, { operation, argument: "start", expected: `an integer in [${-rank}, ${rank}]`, got: String(start), fix: "correct start" });
  const before = start < 0 ? start + rank : start;
  return composed1("rollaxis", { from, start }, [value], (array) => moveaxis(array, from, before > from ? before - 1 : before));
}

/** The last two axes exchanged. @throws LW3007 for fewer than two axes */
export function matrixTranspose(x: ArrayLike): NDArray {
  const operation = "np.matrixTranspose";
  const value = read(x, operation, "x");
  const rank = value.aval.shape.length;
  if (rank < 2) raise(badArgument, { operation, argument: "x", expected: "at least two axes", got: `shape ${formatShape(value.aval.shape)}`, fix: "give a matrix, or matrices" });
  return give(exchanged(value));
}

/** The axes in this order. @throws LW3006 @example np.permuteDims(x, [2, 0, 1]) */
export const permuteDims = (a: ArrayLike, axes: readonly number[]): NDArray => transpose(a, axes);
