/** @file np's products of arrays. */

import type { Value } from "@lanewise/compiler/ir/types";
import { parseOptional, type Optional } from "../arguments.ts";
import * as ops from "../ops/contract.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { resolvePrecision, type PrecisionLike } from "../ops/precision.ts";
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
