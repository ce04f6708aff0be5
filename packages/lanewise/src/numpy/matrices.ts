/** @file np's functions of triangles, diagonals and grids. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { broadcastShapes as commonShape, formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { iota } from "@lanewise/compiler/primitives/structural";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { booleanArgument, describeArgument, parseOptional, refuseOut, type Optional } from "../arguments.ts";
import { badArgument, incompatibleShapes } from "../errors.ts";
import { ensureInstalled } from "../install.ts";
import { resolveAxes, resolveInteger, resolveShape } from "../ops/axes.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { broadcastTo, power } from "../ops/elementwise.ts";
import * as ops from "../ops/matrix.ts";
import { broadcastOrThrow } from "../ops/operands.ts";
import { flip } from "../ops/reorder.ts";
import { sum } from "../ops/reduce.ts";
import * as shapes from "../ops/shape.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

/** An integer that is known now. */
// Triangles ------------------------------------------------------------------------------------------------------------

export interface TriOptions {
  readonly M?: number | null;
  readonly k?: number;
  readonly dtype?: DType | null;
}

/** 1 at and below diagonal k, 0 above: N rows and M (N) columns. float32 unless a dtype is given. @example np.tri(3) */
export function tri(N: number, ...rest: Optional<["M", "k", "dtype"], TriOptions>): NDArray {
  ensureInstalled();
  const operation = "np.tri";
  const { M, k = 0, dtype } = parseOptional<TriOptions>({ operation, positional: ["M", "k", "dtype"] }, rest);
  const [rows = 0, columns = rows] = resolveShape(operation, M === undefined || M === null ? [N] : [N, M]);
  return give(ops.tri(rows, columns, resolveInteger(operation, k, "k"), resolveOptionalDType(operation, dtype) ?? "float32"));
}

type TriangleRest = Optional<["k"], { readonly k?: number }>;

function triangle(name: "tril" | "triu", m: ArrayLike, rest: readonly unknown[]): NDArray {
  const operation = `np.${name}`;
  const { k = 0 } = parseOptional<{ k?: number }>({ operation, positional: ["k"] }, rest);
  return give(ops.triangle(name, read(m, operation, "m"), resolveInteger(operation, k, "k")));
}

/** Each matrix (the last two axes) with 0 above diagonal k. @throws LW3007 for fewer than two axes @example np.tril(m, -1) */
export const tril = (m: ArrayLike, ...rest: TriangleRest): NDArray => triangle("tril", m, rest);
/** Each matrix (the last two axes) with 0 below diagonal k. @throws LW3007 for fewer than two axes */
export const triu = (m: ArrayLike, ...rest: TriangleRest): NDArray => triangle("triu", m, rest);

// Diagonals ------------------------------------------------------------------------------------------------------------

/** The matrix with the vector on diagonal k, or diagonal k of the matrix. @throws LW3007 for other ranks @example np.diag([1, 2]) */
export function diag(v: ArrayLike, ...rest: TriangleRest): NDArray {
  const operation = "np.diag";
  const { k = 0 } = parseOptional<{ k?: number }>({ operation, positional: ["k"] }, rest);
  const value = read(v, operation, "v");
  const place = resolveInteger(operation, k, "k");
  switch (value.aval.shape.length) {
    case 1: return give(ops.diagonalMatrix(operation, value, place));
    case 2: return give(ops.diagonal(operation, value, place, 0, 1));
    default: return raise(badArgument, {
      operation, argument: "v", expected: "a vector or a matrix", got: `shape ${formatShape(value.aval.shape)}`, fix: "use np.diagonal for more axes, np.diagflat to ravel first",
    });
  }
}

/** The matrix with all elements of the array on diagonal k. */
export function diagflat(v: ArrayLike, ...rest: TriangleRest): NDArray {
  const operation = "np.diagflat";
  const { k = 0 } = parseOptional<{ k?: number }>({ operation, positional: ["k"] }, rest);
  return give(ops.diagonalMatrix(operation, shapes.ravel(read(v, operation, "v")), resolveInteger(operation, k, "k")));
}

export interface DiagonalOptions {
  readonly offset?: number;
  readonly axis1?: number;
  readonly axis2?: number;
}

/** The elements whose place along axis2 is that along axis1 plus offset, as the last axis. @throws LW3006, LW3007 */
export function diagonal(a: ArrayLike, ...rest: Optional<["offset", "axis1", "axis2"], DiagonalOptions>): NDArray {
  const operation = "np.diagonal";
  const { offset = 0, axis1 = 0, axis2 = 1 } = parseOptional<DiagonalOptions>({ operation, positional: ["offset", "axis1", "axis2"] }, rest);
  return give(ops.diagonal(operation, read(a, operation, "a"), resolveInteger(operation, offset, "offset"), axis1, axis2));
}

export interface TraceOptions extends DiagonalOptions {
  readonly dtype?: DType | null;
  readonly out?: null;
}

/** The sum of a diagonal. @throws LW3006, LW3007 @example np.trace(np.eye(3)) // 3 */
export function trace(a: ArrayLike, ...rest: Optional<["offset", "axis1", "axis2", "dtype", "out"], TraceOptions>): NDArray {
  const operation = "np.trace";
  const { offset = 0, axis1 = 0, axis2 = 1, dtype, out } = parseOptional<TraceOptions>({ operation, positional: ["offset", "axis1", "axis2", "dtype", "out"] }, rest);
  refuseOut(operation, out);
  const elements = ops.diagonal(operation, read(a, operation, "a"), resolveInteger(operation, offset, "offset"), axis1, axis2);
  return give(sum(elements, { axis: -1, dtype: resolveOptionalDType(operation, dtype), keepdims: false }, operation));
}

/** The powers of each element as a row, the highest first unless `increasing`; N (as many as elements) columns. */
export function vander(x: ArrayLike, ...rest: Optional<["N", "increasing"], { readonly N?: number | null; readonly increasing?: boolean }>): NDArray {
  const operation = "np.vander";
  const { N, increasing } = parseOptional<{ N?: number | null; increasing?: boolean }>({ operation, positional: ["N", "increasing"] }, rest);
  const value = read(x, operation, "x");
  if (value.aval.shape.length !== 1) {
    raise(badArgument, { operation, argument: "x", expected: "a vector", got: `shape ${formatShape(value.aval.shape)}`, fix: "ravel it" });
  }
  const [columns = 0] = resolveShape(operation, [N ?? at(value.aval.shape, 0)], "N");
  const exponents = iota("int32", [columns], 0);
  const powers = booleanArgument(operation, "increasing", increasing) ? exponents : flip(exponents, 0);
  return give(power(shapes.expandDims(value, 1), powers));
}

// Grids ----------------------------------------------------------------------------------------------------------------

export interface MeshgridOptions {
  /** "xy" (the default): the first array runs along the second axis; "ij": along the first. */
  readonly indexing?: "xy" | "ij";
  /** Leaves the other axes at extent 1. */
  readonly sparse?: boolean;
  /** Arrays are immutable: only true is possible. */
  readonly copy?: true;
}

/**
 * For vectors of coordinates, arrays over all their combinations: one per vector.
 *
 * @throws LW3007 for arrays of more than one axis
 * @example const [x, y] = np.meshgrid([1, 2, 3], [10, 20]); // both of shape [2, 3]
 */
export function meshgrid(...args: readonly (ArrayLike | MeshgridOptions)[]): NDArray[] {
  const operation = "np.meshgrid";
  const end = isPlainObject(args.at(-1)) ? args.length - 1 : args.length;
  const { indexing = "xy", sparse, copy = true } = parseOptional<MeshgridOptions>({ operation, positional: [], named: ["indexing", "sparse", "copy"] }, args.slice(end));
  if (indexing !== "xy" && indexing !== "ij") {
    raise(badArgument, { operation, argument: "indexing", expected: '"xy" or "ij"', got: describeArgument(indexing), fix: "choose one" });
  }
  if (!booleanArgument(operation, "copy", copy, true)) {
    raise(badArgument, { operation, argument: "copy", expected: "true", got: "false", fix: "leave copy out: arrays are immutable" });
  }
  const vectors = args.slice(0, end).map((arg, index) => vectorOf(operation, read(arg, operation, `xi[${index}]`), index));
  const order = range(vectors.length);
  const axes = indexing === "xy" && vectors.length > 1 ? [1, 0, ...order.slice(2)] : order;
  const shape = order.map((axis) => at(at(vectors, axes.indexOf(axis)).aval.shape, 0));
  return vectors.map((vector, place) => {
    const axis = at(axes, place);
    const isSparse = booleanArgument(operation, "sparse", sparse);
    return give(broadcastInDim(vector, isSparse ? shape.map((extent, other) => (other === axis ? extent : 1)) : shape, [axis]));
  });
}

function vectorOf(operation: string, value: Value, index: number): Value {
  const { shape } = value.aval;
  if (shape.length > 1) {
    raise(badArgument, { operation, argument: `xi[${index}]`, expected: "a vector or a number", got: `shape ${formatShape(shape)}`, fix: "ravel it" });
  }
  return shape.length === 1 ? value : broadcastInDim(value, [1], []);
}

export interface IndicesOptions {
  readonly dtype?: DType | null;
  readonly sparse?: boolean;
}

/** The place of each element of a grid along each axis: one array [axes, ...dimensions], or with `sparse` a list. int32. */
export function indices(dimensions: readonly number[], ...rest: Optional<["dtype", "sparse"], IndicesOptions & { readonly sparse?: false }>): NDArray;
export function indices(dimensions: readonly number[], options: IndicesOptions & { readonly sparse: true }): NDArray[];
export function indices(dimensions: readonly number[], ...rest: readonly unknown[]): NDArray | NDArray[] {
  ensureInstalled();
  const operation = "np.indices";
  const { dtype, sparse } = parseOptional<IndicesOptions>({ operation, positional: ["dtype", "sparse"] }, rest);
  const shape = resolveShape(operation, dimensions, "dimensions");
  const held = resolveOptionalDType(operation, dtype) ?? "int32";
  if (booleanArgument(operation, "sparse", sparse)) {
    return shape.map((extent, axis) => give(iota(held, shape.map((_, other) => (other === axis ? extent : 1)), axis)));
  }
  if (shape.length === 0) return give(broadcastInDim(iota(held, [0], 0), [0], [0]));
  return give(shapes.stack(shape.map((_, axis) => iota(held, shape, axis)), 0));
}

/** The shape that shapes broadcast to. @throws LW3005 @example np.broadcastShapes([2, 1], [3]) // [2, 3] */
export function broadcastShapes(...given: readonly (readonly number[] | number)[]): readonly number[] {
  const operation = "np.broadcastShapes";
  const all = given.map((shape, index) => resolveShape(operation, shape, `shapes[${index}]`));
  return commonShape(all) ?? raise(incompatibleShapes, {
    operation, expected: "shapes that broadcast: aligned at the last axis, equal extents or 1", got: all.map(formatShape).join(" and "), fix: "correct the shapes",
  });
}

/** All arrays in the shape that they broadcast to. @throws LW3005 @example const [x, y] = np.broadcastArrays(a, b) */
export function broadcastArrays(...args: readonly ArrayLike[]): NDArray[] {
  const operation = "np.broadcastArrays";
  const values = args.map((arg, index) => read(arg, operation, `args[${index}]`));
  if (values.length === 0) return [];
  const shape = broadcastOrThrow(operation, values, values.map((_, index) => `args[${index}]`));
  return values.map((value) => give(broadcastTo(value, shape)));
}

/** Turned k times by a quarter, from the first of the axes towards the second. @throws LW3006 @example np.rot90(m) */
export function rot90(m: ArrayLike, ...rest: Optional<["k", "axes"], { readonly k?: number; readonly axes?: readonly [number, number] }>): NDArray {
  const operation = "np.rot90";
  const { k = 1, axes = [0, 1] } = parseOptional<{ k?: number; axes?: readonly [number, number] }>({ operation, positional: ["k", "axes"] }, rest);
  const value = read(m, operation, "m");
  const plane = resolveAxes(operation, axes, value.aval.shape.length, "axes");
  const [first, second] = plane;
  if (first === undefined || second === undefined || plane.length !== 2) {
    return raise(badArgument, { operation, argument: "axes", expected: "two axes", got: describeArgument(axes), fix: "name the plane by two axes" });
  }
  const turns = ((resolveInteger(operation, k, "k") % 4) + 4) % 4;
  if (turns === 0) return give(value);
  if (turns === 2) return give(flip(flip(value, first), second));
  return give(turns === 1 ? shapes.swapaxes(flip(value, second), first, second) : flip(shapes.swapaxes(value, first, second), second));
}
