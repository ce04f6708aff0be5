/** @file np's products of arrays. */

import { at, required } from "@lanewise/compiler/base/assert";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument, incompatibleShapes } from "../errors.ts";
import * as ops from "../ops/contract.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { einsum as sumOfProducts } from "../ops/einsum.ts";
import { broadcastTo, multiply, negative, subtract } from "../ops/elementwise.ts";
import { sliceAlong } from "../ops/index.ts";
import { addLeadingAxes, broadcastOrThrow } from "../ops/operands.ts";
import { resolvePrecision, type PrecisionLike } from "../ops/precision.ts";
import { expandDims, moveaxis, reshape, squeeze, stack } from "../ops/shape.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

export interface ProductOptions {
  /** JAX's precision, kept in the jaxpr. Targets compute in float32 or wider. */
  readonly precision?: PrecisionLike;
  /** The dtype of the sums and of the result. */
  readonly preferredElementType?: DType | null;
}

function contraction(operation: string, { precision, preferredElementType }: ProductOptions): ops.ContractionOptions {
  return { precision: resolvePrecision(operation, precision), preferredElementType: resolveOptionalDType(operation, preferredElementType) };
}

type Product = (a: Value, b: Value, options: ops.ContractionOptions) => Value;

function product(operation: string, apply: Product, a: unknown, b: unknown, rest: readonly unknown[]): NDArray {
  const options = parseOptional<ProductOptions>({ operation, positional: [], named: ["precision", "preferredElementType"] }, rest);
  return give(apply(read(a, operation, "a"), read(b, operation, "b"), contraction(operation, options)));
}

/**
 * NumPy's dot: the last axis of a with the last but one of b, or with the only one of a vector. Scalars multiply.
 *
 * @throws LW3005 with both shapes where these extents differ.
 * @example np.dot(np.ones([2, 3]), np.ones([3])) // shape (2,)
 */
export const dot = (a: ArrayLike, b: ArrayLike, ...rest: Optional<[], ProductOptions>): NDArray => product("np.dot", ops.dot, a, b, rest);

/** Matrix product of the last two axes; the others broadcast. @throws LW3005 where shapes do not fit, or for scalars. */
export const matmul = (a: ArrayLike, b: ArrayLike, ...rest: Optional<[], ProductOptions>): NDArray => product("np.matmul", ops.matmul, a, b, rest);

/** Sum of products over all elements. */
export const vdot = (a: ArrayLike, b: ArrayLike, ...rest: Optional<[], ProductOptions>): NDArray => product("np.vdot", ops.vdot, a, b, rest);

/** Sum of products over the last axis of both. */
export const inner = (a: ArrayLike, b: ArrayLike, ...rest: Optional<[], ProductOptions>): NDArray => product("np.inner", ops.inner, a, b, rest);

/** All products of an element of a and one of b: shape (a.size, b.size). */
export const outer = (a: ArrayLike, b: ArrayLike): NDArray => give(ops.outer(read(a, "np.outer", "a"), read(b, "np.outer", "b")));

/** A count of axes (last of a, first of b), or a list of axes of each. */
export type TensordotAxes = number | readonly [number | readonly number[], number | readonly number[]];

export interface TensordotOptions extends ProductOptions {
  readonly axes?: TensordotAxes;
}

/** Sum of products over chosen axes. @example np.tensordot(a, b, [[1], [0]]) */
export function tensordot(a: ArrayLike, b: ArrayLike, ...rest: Optional<["axes"], TensordotOptions>): NDArray {
  const operation = "np.tensordot";
  const { axes = 2, ...options } = parseOptional<TensordotOptions>({ operation, positional: ["axes"], named: ["precision", "preferredElementType"] }, rest);
  return give(ops.tensordot(read(a, operation, "a"), read(b, operation, "b"), axes, contraction(operation, options)));
}

export interface EinsumOptions extends ProductOptions {
  /** False contracts from left to right; else the pair goes first whose product is smallest beside its operands. */
  readonly optimize?: boolean | "auto" | "optimal" | "greedy";
}

/**
 * Sums of products in Einstein's notation: a letter for each axis of each operand, `...` for axes that broadcast. Axes of one
 * letter run together; those that the output lacks are summed. Without `->` the output has the letters that occur once, in
 * alphabetical order.
 *
 * @throws LW3007 for labels that do not fit the operands, LW3005 for a letter with two extents
 * @example np.einsum("bij,bjk->bik", x, y); np.einsum("ii", m) // the trace
 */
export function einsum(subscripts: string, ...operands: readonly (ArrayLike | EinsumOptions)[]): NDArray {
  const operation = "np.einsum";
  if (typeof subscripts !== "string") {
    raise(badArgument, { operation, argument: "subscripts", expected: 'a string: "ij,jk->ik"', got: describeArgument(subscripts), fix: "label the axes with letters" });
  }
  const end = isPlainObject(operands.at(-1)) ? operands.length - 1 : operands.length;
  const { optimize = "auto", ...options } = parseOptional<EinsumOptions>({ operation, positional: [], named: ["optimize", "precision", "preferredElementType"] }, operands.slice(end));
  if (typeof optimize !== "boolean" && !["auto", "optimal", "greedy"].includes(optimize)) {
    raise(badArgument, { operation, argument: "optimize", expected: 'true, false, "auto", "optimal" or "greedy"', got: describeArgument(optimize), fix: "leave it out" });
  }
  const values = operands.slice(0, end).map((operand, index) => read(operand, operation, `operands[${index}]`));
  return give(sumOfProducts(subscripts, values, contraction(operation, options), optimize === false));
}

/** The Kronecker product: each element of a times all of b. @example np.kron([1, 10], [1, 2]) // [1, 2, 10, 20] */
export function kron(a: ArrayLike, b: ArrayLike): NDArray {
  const [left, right] = [read(a, "np.kron", "a"), read(b, "np.kron", "b")];
  const rank = Math.max(left.aval.shape.length, right.aval.shape.length);
  const [first, second] = [addLeadingAxes(left, rank), addLeadingAxes(right, rank)];
  const product = multiply(expandDims(first, range(rank).map((axis) => 2 * axis + 1)), expandDims(second, range(rank).map((axis) => 2 * axis)));
  return give(reshape(product, range(rank).map((axis) => at(first.aval.shape, axis) * at(second.aval.shape, axis))));
}

export interface CrossOptions {
  readonly axisa?: number;
  readonly axisb?: number;
  readonly axisc?: number;
  /** Instead of the three others. */
  readonly axis?: number | null;
}

/**
 * The cross product of vectors of 2 or 3 components along an axis (the last); the other axes broadcast. Two vectors of 2
 * components give a number.
 *
 * @throws LW3005 for another number of components
 * @example np.cross([1, 0, 0], [0, 1, 0]) // [0, 0, 1]
 */
export function cross(a: ArrayLike, b: ArrayLike, ...rest: Optional<["axisa", "axisb", "axisc", "axis"], CrossOptions>): NDArray {
  const operation = "np.cross";
  const given = parseOptional<CrossOptions>({ operation, positional: ["axisa", "axisb", "axisc", "axis"] }, rest);
  const axisOf = (axis: number | undefined): number => given.axis ?? axis ?? -1;
  const [left, right] = [moveaxis(read(a, operation, "a"), axisOf(given.axisa), -1), moveaxis(read(b, operation, "b"), axisOf(given.axisb), -1)];
  const [p, q] = [left, right].map((value) => {
    const last = value.aval.shape.length - 1;
    const count = at(value.aval.shape, last);
    if (count !== 2 && count !== 3) {
      raise(incompatibleShapes, { operation, expected: "vectors of 2 or 3 components", got: `shape ${formatShape(value.aval.shape)} with the components last`, fix: "name the axis of the components" });
    }
    return range(count).map((place) => squeeze(sliceAlong(value, place, place + 1, 1, last), last));
  }) as [Value[], Value[]];
  const term = (i: number, j: number): Value => {
    // A component that a vector of 2 lacks is 0.
    const [plus, minus] = [[p[i], q[j]], [p[j], q[i]]].map(([x, y]) => (x === undefined || y === undefined ? null : multiply(x, y))) as [Value | null, Value | null];
    if (plus === null) return negative(required(minus, "a component of one of the vectors"));
    return minus === null ? plus : subtract(plus, minus);
  };
  if (p.length === 2 && q.length === 2) return give(term(0, 1));
  const shape = broadcastOrThrow(operation, [at(p, 0), at(q, 0)], ["a", "b"]);
  return give(moveaxis(stack([term(1, 2), term(2, 0), term(0, 1)].map((value) => broadcastTo(value, shape)), -1), -1, axisOf(given.axisc)));
}
