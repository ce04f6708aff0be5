/** @file lax's functions that make arrays of one value, and that change shapes by rule: full, tile, collapse, broadcastLike, ... */

import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, sizeOf } from "@lanewise/compiler/base/shape";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { array } from "../numpy/create.ts";
import { tile as repeat } from "../numpy/joins.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveInteger, resolveShape } from "../ops/axes.ts";
import { fill } from "../ops/create.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { addLeadingAxes, convertOperand } from "../ops/operands.ts";
import { broadcastTo } from "../ops/shape.ts";
import * as tree from "../tree.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";

export { broadcastShapes } from "../numpy/matrices.ts";
export { conj, imag, real } from "../numpy/reals.ts";
export { empty } from "../numpy/copies.ts";

interface DTypeOption {
  readonly dtype?: DType | null;
}

/** An array of one value, whose dtype it has unless one is given. @throws LW3007 for a value that is no scalar @example lax.full([2, 3], 7) */
export function full(shape: number | readonly number[], fillValue: ArrayLike, ...rest: Optional<["dtype"], DTypeOption>): NDArray {
  const operation = "lax.full";
  const { dtype } = parseOptional<DTypeOption>({ operation, positional: ["dtype"] }, rest);
  const value = read(fillValue, operation, "fillValue");
  if (value.aval.shape.length > 0) raise(badArgument, { operation, argument: "fillValue", expected: "a scalar", got: `shape ${formatShape(value.aval.shape)}`, fix: "use np.full, which broadcasts" });
  const target = resolveOptionalDType(operation, dtype);
  return give(fill(target === null ? value : convertOperand(operation, value, target), resolveShape(operation, shape)));
}

/** An array of one value in another array's shape and dtype, unless they are given. @throws LW3007 as full */
export function fullLike(x: ArrayLike, fillValue: ArrayLike, ...rest: Optional<["dtype", "shape"], DTypeOption & { readonly shape?: number | readonly number[] | null }>): NDArray {
  const operation = "lax.fullLike";
  const { dtype, shape } = parseOptional<DTypeOption & { shape?: number | readonly number[] | null }>({ operation, positional: ["dtype", "shape"] }, rest);
  const { aval } = read(x, operation, "x");
  return full(shape ?? aval.shape, fillValue, { dtype: dtype ?? aval.dtype });
}

/** The whole array repeated along each of its axes. @throws LW3007 for another number of counts than axes */
export function tile(operand: ArrayLike, reps: readonly number[]): NDArray {
  const operation = "lax.tile";
  const { shape } = read(operand, operation, "operand").aval;
  if (!Array.isArray(reps) || reps.length !== shape.length) raise(badArgument, { operation, argument: "reps", expected: `${shape.length} counts, one per axis`, got: describeArgument(reps), fix: "use np.tile for other numbers of counts" });
  return repeat(operand, reps);
}

/** The axes from start up to but not including stop (the end) as one; both count from the end where they are negative. @throws LW3007 @example lax.collapse(x, 1, 3) */
export function collapse(operand: ArrayLike, startDimension: number, ...rest: Optional<["stopDimension"], { readonly stopDimension?: number | null }>): NDArray {
  const operation = "lax.collapse";
  const { stopDimension = null } = parseOptional<{ stopDimension?: number | null }>({ operation, positional: ["stopDimension"] }, rest);
  const value = read(operand, operation, "operand");
  const { shape } = value.aval;
  const place = (argument: string, axis: number): number => {
    const integer = resolveInteger(operation, axis, argument);
    return Math.min(Math.max(integer < 0 ? integer + shape.length : integer, 0), shape.length);
  };
  const [start, stop] = [place("startDimension", startDimension), stopDimension === null ? shape.length : place("stopDimension", stopDimension)];
  if (stop < start) raise(badArgument, { operation, argument: "stopDimension", expected: `at least startDimension, ${start}`, got: `${stop}`, fix: "exchange them" });
  return give(reshape(value, [...shape.slice(0, start), sizeOf(shape.slice(start, stop)), ...shape.slice(stop)]));
}

/** New axes of extent 1 in front, up to this rank. @throws LW3007 for an array of more axes */
export function broadcastToRank(x: ArrayLike, rank: number): NDArray {
  const operation = "lax.broadcastToRank";
  const value = read(x, operation, "x");
  const target = resolveInteger(operation, rank, "rank");
  if (target < value.aval.shape.length) raise(badArgument, { operation, argument: "rank", expected: `at least ${value.aval.shape.length}, the array's rank`, got: `${target}`, fix: "squeeze the array" });
  return give(addLeadingAxes(value, target));
}

/** The array broadcast to another one's shape. @throws LW3005 */
export const broadcastLike = (arr: ArrayLike, likeArr: ArrayLike): NDArray =>
  give(broadcastTo(read(arr, "lax.broadcastLike", "arr"), read(likeArr, "lax.broadcastLike", "likeArr").aval.shape));

/** The dtype of what an array would be made of. @throws LW3001 */
export const dtype = (x: ArrayLike): DType => read(x, "lax.dtype", "x").aval.dtype;

/** A shape as a vector of int32. @throws LW3007 */
export const shapeAsValue = (shape: readonly number[]): NDArray => array(Int32Array.from(resolveShape("lax.shapeAsValue", shape)));

/** The arrays as they are. In JAX it keeps the compiler from moving work across it, which changes no result. */
export const optimizationBarrier = <T>(operand: T): T => tree.map((leaf: NDArray) => give(read(leaf, "lax.optimizationBarrier", "operand")), operand) as T;
