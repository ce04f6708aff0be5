/** @file np's functions that make and convert the coordinates of elements. */

import { at } from "@lanewise/compiler/base/assert";
import { integerRange, isInteger, isSigned } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range, sizeOf, stridesOf } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { arrayFromHost } from "../array/concrete.ts";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { ensureInstalled } from "../install.ts";
import { resolveInteger, resolveShape } from "../ops/axes.ts";
import { divmod, mod } from "../ops/division.ts";
import { resolveDType } from "../ops/dtypes.ts";
import { add, clip, greater, less, multiply, where } from "../ops/elementwise.ts";
import { convertOperand } from "../ops/operands.ts";
import { requireVector } from "../ops/search.ts";
import { reshape } from "../ops/shape.ts";
import { requireIntegers } from "../ops/take.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { ones } from "./create.ts";
import type { Order } from "./shapes.ts";
import { flatnonzero, nonzero } from "./nonzero.ts";
import { elementsNow } from "./now.ts";
import { give, read } from "./operand.ts";
import { readPlaces } from "./places.ts";

const constant = (value: number): Value => scalarLiteral(value, "int32", true);

/**
 * The coordinates, one array per axis of `shape`, of places in the raveled array. Places beyond it give its last element, those
 * before it its first.
 *
 * @throws LW3008 for indices that are no integers, LW3007 for a bad shape
 * @example np.unravelIndex([0, 5], [2, 3]) // [[0, 1], [0, 2]]
 */
export function unravelIndex(indices: ArrayLike, shape: number | readonly number[]): NDArray[] {
  const operation = "np.unravelIndex";
  const places = readPlaces(indices, operation);
  requireIntegers(operation, places);
  const extents = resolveShape(operation, shape);
  let rest = places;
  const coordinates = extents.toReversed().map((extent) => {
    const [quotient, remainder] = divmod(rest, constant(extent));
    rest = quotient;
    return remainder;
  }).reverse();
  const isBeyond = greater(rest, constant(0));
  const isBefore = isSigned(rest.aval.dtype) ? less(rest, constant(-1)) : scalarLiteral(0, "bool");
  return extents.map((extent, axis) => give(where(isBeyond, constant(extent - 1), where(isBefore, constant(0), at(coordinates, axis)))));
}

export interface RavelMultiIndexOptions {
  /** What coordinates outside do: throw (the default), go round, move to the nearest element, or count as they are. */
  readonly mode?: "raise" | "wrap" | "clip" | "ignore";
  readonly order?: Order;
  readonly dtype?: DType | null;
}

/**
 * The places in the raveled array of these coordinates, given as one array per axis. int32 unless the dtype of the coordinates
 * or `dtype` is wider.
 *
 * @throws LW3007 for as many coordinates as there are no axes, and in mode "raise" for traced coordinates and those outside
 * @example np.ravelMultiIndex([[0, 1], [0, 2]], [2, 3]) // [0, 5]
 */
export function ravelMultiIndex(multiIndex: readonly ArrayLike[], dims: readonly number[], ...rest: Optional<["mode", "order"], RavelMultiIndexOptions>): NDArray {
  const operation = "np.ravelMultiIndex";
  const { mode = "raise", order = "C", dtype: asked } = parseOptional<RavelMultiIndexOptions>({ operation, positional: ["mode", "order"], named: ["dtype"] }, rest);
  const extents = resolveShape(operation, dims, "dims");
  if (!Array.isArray(multiIndex) || multiIndex.length !== extents.length) {
    raise(badArgument, { operation, argument: "multiIndex", expected: `a list of ${extents.length} arrays, one per axis`, got: describeArgument(multiIndex), fix: "give coordinates for each axis" });
  }
  if (order !== "C" && order !== "F") raise(badArgument, { operation, argument: "order", expected: '"C" or "F"', got: describeArgument(order), fix: "choose one" });
  const dtype = asked === undefined || asked === null ? "int32" : resolveDType(operation, asked);
  const limits = integerRange(dtype);
  if (!isInteger(dtype) || limits === null || sizeOf(extents) - 1 > limits[1]) {
    raise(badArgument, { operation, argument: "dtype", expected: `integers up to ${sizeOf(extents) - 1}`, got: dtype, fix: 'use "int32"' });
  }
  const coordinates = (multiIndex as readonly ArrayLike[]).map((index, axis) => {
    const value = readPlaces(index, operation, `multiIndex[${axis}]`);
    requireIntegers(operation, value, `multiIndex[${axis}]`);
    return within(operation, value, at(extents, axis), mode, axis);
  });
  const strides = order === "C" ? stridesOf(extents) : stridesOf(extents.toReversed()).toReversed();
  return give(coordinates.reduce<Value>((sum, value, axis) =>
    add(sum, multiply(convertOperand(operation, value, dtype), scalarLiteral(at(strides, axis), dtype))), scalarLiteral(0, dtype)));
}

function within(operation: string, value: Value, extent: number, mode: unknown, axis: number): Value {
  switch (mode) {
    case "clip": return clip(value, constant(0), constant(extent - 1));
    case "wrap": return mod(value, constant(extent));
    case "ignore": return value;
    case "raise": {
      const outside = elementsNow(operation, `multiIndex[${axis}]`, value, 'give { mode: "clip" } or { mode: "wrap" }').find((place) => place < 0 || place >= extent);
      if (outside === undefined) return value;
      return raise(badArgument, { operation, argument: `multiIndex[${axis}]`, expected: `places in [0, ${extent})`, got: String(outside), fix: 'correct it, or give { mode: "clip" }' });
    }
    default: return raise(badArgument, { operation, argument: "mode", expected: "raise, wrap, clip or ignore", got: describeArgument(mode), fix: "choose one" });
  }
}

// Diagonals and triangles ----------------------------------------------------------------------------------------------

/** A vector of int32 whose elements are known. */
function places(elements: readonly number[]): NDArray<"int32"> {
  ensureInstalled();
  return give<"int32">(arrayFromHost({ dtype: "int32", shape: [elements.length], host: Int32Array.from(elements) }));
}

export interface TriangleIndexOptions {
  /** The diagonal at which the triangle ends: above the main one where it is positive. */
  readonly k?: number;
  /** The number of columns, by default as many as rows. */
  readonly m?: number | null;
}

type TriangleRest = Optional<["k", "m"], TriangleIndexOptions>;

function triangle(operation: string, n: number, rest: readonly unknown[], isIn: (row: number, column: number, k: number) => boolean): [rows: NDArray<"int32">, columns: NDArray<"int32">] {
  const { k: offset = 0, m } = parseOptional<TriangleIndexOptions>({ operation, positional: ["k", "m"] }, rest);
  const k = resolveInteger(operation, offset, "k");
  const [rows = 0, columns = rows] = resolveShape(operation, m === undefined || m === null ? [n] : [n, m], "n");
  const [ofRows, ofColumns]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!isIn(row, column, k)) continue;
      ofRows.push(row);
      ofColumns.push(column);
    }
  }
  return [places(ofRows), places(ofColumns)];
}

/** Rows and columns of the elements on and below the diagonal `k` of an n by m matrix. @throws LW3007 @example const [rows, columns] = np.trilIndices(3) */
export const trilIndices = (n: number, ...rest: TriangleRest): [rows: NDArray<"int32">, columns: NDArray<"int32">] =>
  triangle("np.trilIndices", n, rest, (row, column, k) => column - row <= k);

/** Rows and columns of the elements on and above the diagonal `k` of an n by m matrix. @throws LW3007 */
export const triuIndices = (n: number, ...rest: TriangleRest): [rows: NDArray<"int32">, columns: NDArray<"int32">] =>
  triangle("np.triuIndices", n, rest, (row, column, k) => column - row >= k);

function matrixExtents(operation: string, arr: ArrayLike): readonly [number, number] {
  const { shape } = read(arr, operation, "arr").aval;
  if (shape.length === 2) return [at(shape, 0), at(shape, 1)];
  return raise(badArgument, { operation, argument: "arr", expected: "a matrix", got: `shape ${formatShape(shape)}`, fix: "give an array of two axes" });
}

/** `trilIndices` of a matrix's extents. @throws LW3007 for what is no matrix */
export function trilIndicesFrom(arr: ArrayLike, ...rest: Optional<["k"], { readonly k?: number }>): [NDArray<"int32">, NDArray<"int32">] {
  const { k = 0 } = parseOptional<{ k?: number }>({ operation: "np.trilIndicesFrom", positional: ["k"] }, rest);
  const [n, m] = matrixExtents("np.trilIndicesFrom", arr);
  return trilIndices(n, { k, m });
}

/** `triuIndices` of a matrix's extents. @throws LW3007 for what is no matrix */
export function triuIndicesFrom(arr: ArrayLike, ...rest: Optional<["k"], { readonly k?: number }>): [NDArray<"int32">, NDArray<"int32">] {
  const { k = 0 } = parseOptional<{ k?: number }>({ operation: "np.triuIndicesFrom", positional: ["k"] }, rest);
  const [n, m] = matrixExtents("np.triuIndicesFrom", arr);
  return triuIndices(n, { k, m });
}

/** The coordinates, one vector per axis, of the diagonal of an array of `ndim` (2) axes of extent n. @throws LW3007 @example np.diagIndices(2) // [[0, 1], [0, 1]] */
export function diagIndices(n: number, ...rest: Optional<["ndim"], { readonly ndim?: number }>): NDArray<"int32">[] {
  const operation = "np.diagIndices";
  const { ndim = 2 } = parseOptional<{ ndim?: number }>({ operation, positional: ["ndim"] }, rest);
  const [count = 0, axes = 0] = resolveShape(operation, [n, ndim], "n");
  return range(axes).map(() => places(range(count)));
}

/** `diagIndices` of an array, whose axes all have one extent. @throws LW3007 for a vector and unequal extents */
export function diagIndicesFrom(arr: ArrayLike): NDArray<"int32">[] {
  const operation = "np.diagIndicesFrom";
  const { shape } = read(arr, operation, "arr").aval;
  if (shape.length < 2 || shape.some((extent) => extent !== shape[0])) {
    raise(badArgument, { operation, argument: "arr", expected: "an array of at least two axes of one extent", got: `shape ${formatShape(shape)}`, fix: "take a square part" });
  }
  return diagIndices(at(shape, 0), shape.length);
}

/**
 * Rows and columns of the elements that a function like np.triu leaves of an n by n matrix of ones.
 *
 * @throws LW3007, under jit without `size`
 * @example np.maskIndices(3, np.triu, 1)
 */
export function maskIndices(n: number, maskFunc: (ones: NDArray, k: number) => ArrayLike, ...rest: Optional<["k"], { readonly k?: number; readonly size?: number | null }>): [rows: NDArray<"int32">, columns: NDArray<"int32">] {
  const operation = "np.maskIndices";
  const { k = 0, size } = parseOptional<{ k?: number; size?: number | null }>({ operation, positional: ["k"], named: ["size"] }, rest);
  if (typeof maskFunc !== "function") raise(badArgument, { operation, argument: "maskFunc", expected: "a function such as np.triu", got: describeArgument(maskFunc), fix: "np.maskIndices(n, np.triu)" });
  return nonzero(maskFunc(ones([n, n]), k), { size: size ?? null }) as [NDArray<"int32">, NDArray<"int32">];
}

/**
 * Vectors as coordinates that broadcast to a grid: the i-th result has the elements of the i-th vector along axis i, and extent 1
 * elsewhere. A vector of bools stands for the places where it holds.
 *
 * @throws LW3007 for what is no vector
 * @example x.get(...np.ix_([0, 2], [1, 3]))
 */
export function ix_(...args: readonly ArrayLike[]): NDArray[] {
  const operation = "np.ix_";
  return args.map((arg, place) => {
    const value = readPlaces(arg, operation, `args[${place}]`);
    requireVector(operation, `args[${place}]`, value);
    const vector = value.aval.dtype === "bool" ? read(flatnonzero(give(value)), operation, `args[${place}]`) : value;
    return give(reshape(vector, range(args.length).map((axis) => (axis === place ? -1 : 1))));
  });
}
