/** @file np's functions that join arrays along an axis which each kind of join chooses, and that repeat whole arrays. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { broadcastTo } from "../ops/elementwise.ts";
import { addLeadingAxes } from "../ops/operands.ts";
import * as ops from "../ops/shape.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { readList } from "./lists.ts";
import { give, giveAs, read } from "./operand.ts";

interface DTypeOption {
  readonly dtype?: DType | null;
}

type Arrays = readonly ArrayLike[] | NDArray;
type Join = (arrays: Arrays, ...rest: Optional<["dtype"], DTypeOption>) => NDArray;

/** A join of arrays that are first given the axes that it needs. */
function join(name: string, widen: (value: Value) => Value, axisOf: (rank: number) => number): Join {
  const operation = `np.${name}`;
  return (arrays, ...rest) => {
    const { dtype } = parseOptional<DTypeOption>({ operation, positional: ["dtype"] }, rest);
    const values = readList(operation, arrays).map(widen);
    return giveAs(operation, ops.concatenate(values, axisOf(values[0]?.aval.shape.length ?? 1), operation), dtype);
  };
}

const rankOf = (value: Value): number => value.aval.shape.length;
const toVector = (value: Value): Value => addLeadingAxes(value, Math.max(1, rankOf(value)));
const toMatrix = (value: Value): Value => addLeadingAxes(value, Math.max(2, rankOf(value)));

/** As NumPy's atleast_3d: a vector gets an axis on both sides, a matrix one behind. */
function toThreeAxes(value: Value): Value {
  const vector = toVector(value);
  if (rankOf(vector) === 1) return ops.expandDims(vector, [0, 2]);
  return rankOf(vector) === 2 ? ops.expandDims(vector, 2) : vector;
}

/** Arrays beside each other: along the second axis, vectors along their only one. @throws LW3005 @example np.hstack([a, b]) */
export const hstack: Join = join("hstack", toVector, (rank) => (rank === 1 ? 0 : 1));
/** Arrays below each other: along the first axis; vectors are rows. @throws LW3005 @example np.vstack([[1, 2], [3, 4]]) */
export const vstack: Join = join("vstack", toMatrix, () => 0);
/** Arrays behind each other: along the third axis. @throws LW3005 */
export const dstack: Join = join("dstack", toThreeAxes, () => 2);
/** Vectors as the columns of a matrix, and matrices beside each other. @throws LW3005 */
export const columnStack: Join = join("columnStack", (value) => (rankOf(value) < 2 ? ops.expandDims(toVector(value), 1) : value), () => 1);

/** The array with values behind it along an axis; without one both are raveled. @throws LW3005 @example np.append([1, 2], 3) */
export function append(arr: ArrayLike, values: ArrayLike, ...rest: Optional<["axis"], { readonly axis?: number | null }>): NDArray {
  const operation = "np.append";
  const { axis = null } = parseOptional<{ axis?: number | null }>({ operation, positional: ["axis"] }, rest);
  return give(ops.concatenate([read(arr, operation, "arr"), read(values, operation, "values")], axis, operation));
}

/**
 * The whole array repeated so many times along each axis; a single number counts for the last one, and missing axes are added
 * in front.
 *
 * @throws LW3007 for counts that are no integers of at least 0
 * @example np.tile([1, 2], [2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function tile(A: ArrayLike, reps: number | readonly number[]): NDArray {
  const operation = "np.tile";
  const given: readonly unknown[] = Array.isArray(reps) ? reps : [reps];
  const counts = given.map((count) => (typeof count === "number" && Number.isInteger(count) && count >= 0 ? count : raise(badArgument, {
    operation, argument: "reps", expected: "an integer that is not negative, or a list of them", got: describeArgument(reps), fix: "give a static count per axis",
  })));
  const array = read(A, operation, "A");
  const rank = Math.max(counts.length, rankOf(array));
  const { shape } = addLeadingAxes(array, rank).aval;
  const perAxis = [...range(rank - counts.length).map(() => 1), ...counts];
  const between = ops.reshape(array, shape.flatMap((extent) => [1, extent]), operation);
  const repeated = broadcastTo(between, shape.flatMap((extent, axis) => [at(perAxis, axis), extent]));
  return give(ops.reshape(repeated, shape.map((extent, axis) => extent * at(perAxis, axis)), operation));
}

// At least so many axes ------------------------------------------------------------------------------------------------

interface AtLeast {
  (ary: ArrayLike): NDArray;
  (...arys: readonly ArrayLike[]): NDArray | NDArray[];
}

function atLeast(name: string, widen: (value: Value) => Value): AtLeast {
  return ((...arys: readonly ArrayLike[]) => {
    const widened = arys.map((ary, index) => give(widen(read(ary, `np.${name}`, `arys[${index}]`))));
    return widened.length === 1 ? widened[0] : widened;
  }) as AtLeast;
}

/** Each array with at least one axis: one result for one array, else a list. */
export const atleast1d: AtLeast = atLeast("atleast1d", toVector);
/** Each array with at least two axes; a vector becomes a row. */
export const atleast2d: AtLeast = atLeast("atleast2d", toMatrix);
/** Each array with at least three axes; a vector gets one on each side, a matrix one behind. */
export const atleast3d: AtLeast = atLeast("atleast3d", toThreeAxes);
