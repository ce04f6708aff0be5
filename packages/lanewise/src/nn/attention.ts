/** @file nn.dotProductAttention: each query's mean of the values, weighted by how well it fits their keys. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { largestFloat32 } from "@lanewise/compiler/base/float-bits";
import { formatShape } from "@lanewise/compiler/base/shape";
import { describeAval } from "@lanewise/compiler/trace/stack";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument, incompatibleShapes } from "../errors.ts";
import { valueOf } from "../numpy/composed.ts";
import { arange } from "../numpy/create.ts";
import { add, greaterEqual, less, lessEqual, multiply, subtract } from "../numpy/elementwise.ts";
import { logicalAnd } from "../numpy/functions.ts";
import { where } from "../numpy/nonzero.ts";
import { give, read, readOptional } from "../numpy/operand.ts";
import { einsum } from "../numpy/products.ts";
import { expandDims, reshape, transpose } from "../numpy/shapes.ts";
import { addLeadingAxes } from "../ops/operands.ts";
import { logsumexp } from "../ops/softmax.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { softmax } from "./normalization.ts";

export interface AttentionOptions {
  /** Added to the logits: of a shape that broadcasts to (batch, heads, queries, keys). */
  readonly bias?: ArrayLike | null;
  /** Which keys a query sees: bools of a shape that broadcasts likewise. */
  readonly mask?: ArrayLike | null;
  /** What the logits are multiplied with; 1 / sqrt(size of a head) by default. */
  readonly scale?: number | null;
  /** Whether a query sees only the keys at its own place and before it. */
  readonly isCausal?: boolean;
  /** How many of the queries of each example there are, as int32; the others give 0. */
  readonly querySeqLengths?: ArrayLike | null;
  /** How many of the keys of each example there are, as int32. */
  readonly keyValueSeqLengths?: ArrayLike | null;
  /** How far from its own place a query sees keys: a number for both sides, or one for each. */
  readonly localWindowSize?: number | readonly [left: number, right: number] | null;
  /** Gives beside the result the logarithms of the sums by which the weights were divided. */
  readonly returnResidual?: boolean;
}

const operation = "nn.dotProductAttention";

/** The arguments, with four axes: (batch, places, heads, size). */
interface Attention {
  readonly query: NDArray;
  readonly key: NDArray;
  readonly value: NDArray;
  readonly bias: NDArray | null;
  readonly mask: NDArray | null;
  readonly scale: number;
  readonly isCausal: boolean;
  readonly queries: NDArray | null;
  readonly keys: NDArray | null;
  readonly window: readonly [left: number, right: number] | null;
}

function withFourAxes(argument: string, value: Value): NDArray {
  if (value.aval.shape.length > 4) raise(incompatibleShapes, { operation, argument, expected: "at most four axes", got: `shape ${formatShape(value.aval.shape)}`, fix: "use vmap for more batch axes" });
  return give(addLeadingAxes(value, 4));
}

function requireShape(argument: string, array: NDArray, expected: readonly (number | null)[]): void {
  if (array.shape.length === expected.length && expected.every((extent, axis) => extent === null || extent === array.shape[axis])) return;
  raise(incompatibleShapes, { operation, argument, expected: `shape (${expected.map((extent) => extent ?? "any").join(", ")})`, got: `shape ${formatShape(array.shape)}`, fix: "reshape it, or the arguments it must fit" });
}

function lengthsOf(argument: string, lengths: ArrayLike | null | undefined, batch: number): NDArray | null {
  const value = readOptional(lengths, operation, argument);
  if (value === null) return null;
  if (value.aval.dtype !== "int32") raise(badArgument, { operation, argument, expected: "lengths as int32", got: describeAval(value.aval), fix: 'np.array(lengths, "int32")' });
  const array = give(value);
  requireShape(argument, array, [batch]);
  return array;
}

function windowOf(size: unknown): readonly [number, number] | null {
  if (size === null || size === undefined) return null;
  const sides: readonly unknown[] = Array.isArray(size) ? size : [size, size];
  if (sides.length === 2 && sides.every((side) => typeof side === "number" && Number.isInteger(side))) return sides as unknown as readonly [number, number];
  return raise(badArgument, { operation, argument: "localWindowSize", expected: "an integer, or [left, right]", got: describeArgument(size), fix: "correct the window" });
}

/**
 * Attention: for each query the mean of the values, weighted by the softmax of its products with the keys. Queries are (batch,
 * queries, heads, size), keys and values (batch, keys, groups, size), the batch being optional; each group of keys serves
 * heads / groups heads. The result has the queries' shape; with `returnResidual` it comes in a list with the residual. The softmax
 * is taken in float32.
 *
 * @throws LW3005 for shapes that do not fit, LW3007 for dtypes that differ, masks that are no bools, and bad options
 * @example nn.dotProductAttention(q, k, v, { isCausal: true })
 */
export function dotProductAttention(query: ArrayLike, key: ArrayLike, value: ArrayLike, options: AttentionOptions & { readonly returnResidual: true }): [NDArray, NDArray];
export function dotProductAttention(query: ArrayLike, key: ArrayLike, value: ArrayLike, ...rest: Optional<["bias", "mask"], AttentionOptions>): NDArray;
export function dotProductAttention(query: ArrayLike, key: ArrayLike, value: ArrayLike, ...rest: readonly unknown[]): NDArray | [NDArray, NDArray] {
  const given = parseOptional<AttentionOptions>({
    operation, positional: ["bias", "mask"], named: ["scale", "isCausal", "querySeqLengths", "keyValueSeqLengths", "localWindowSize", "returnResidual"],
  }, rest);
  const first = read(query, operation, "query");
  const [q, k, v] = [withFourAxes("query", first), withFourAxes("key", read(key, operation, "key")), withFourAxes("value", read(value, operation, "value"))];
  const [batch = 0, places = 0, groups = 0, size = 0] = k.shape;
  requireShape("value", v, [batch, places, groups, size]);
  requireShape("query", q, [batch, null, null, size]);
  const heads = at(q.shape, 2);
  if (groups === 0 || heads % groups !== 0) raise(incompatibleShapes, { operation, argument: "query", expected: `a number of heads that is a multiple of the keys' ${groups}`, got: `${heads}`, fix: "give each group of keys as many heads" });
  if (q.dtype !== k.dtype || v.dtype !== k.dtype) raise(badArgument, { operation, expected: "queries, keys and values of one dtype", got: `${q.dtype}, ${k.dtype} and ${v.dtype}`, fix: "convert them with astype" });
  const { scale } = given;
  if (scale !== undefined && scale !== null && typeof scale !== "number") raise(badArgument, { operation, argument: "scale", expected: "a number", got: describeArgument(scale), fix: "scale the queries themselves" });
  const [bias, mask] = [readOptional(given.bias, operation, "bias"), readOptional(given.mask, operation, "mask")];
  if (mask !== null && mask.aval.dtype !== "bool") raise(badArgument, { operation, argument: "mask", expected: "an array of bools", got: describeAval(mask.aval), fix: "compare: mask.greater(0)" });
  const [encoded, residual] = attend({
    query: q, key: k, value: v, bias: bias === null ? null : withFourAxes("bias", bias), mask: mask === null ? null : withFourAxes("mask", mask),
    scale: scale ?? 1 / Math.sqrt(size), isCausal: booleanArgument(operation, "isCausal", given.isCausal),
    queries: lengthsOf("querySeqLengths", given.querySeqLengths, batch), keys: lengthsOf("keyValueSeqLengths", given.keyValueSeqLengths, batch), window: windowOf(given.localWindowSize),
  });
  const out = reshape(encoded, first.aval.shape);
  return booleanArgument(operation, "returnResidual", given.returnResidual) ? [out, reshape(residual(), first.aval.shape.slice(0, -1))] : out;
}

/** The heads of each group get an axis of their own: B, T, S, groups K, heads per group G, size H. */
function attend(given: Attention): readonly [encoded: NDArray, residual: () => NDArray] {
  const { query, key, value, bias, scale } = given;
  const [batch = 0, queries = 0, heads = 0, size = 0] = query.shape;
  const groups = at(key.shape, 2);
  const grouped = reshape(query, [batch, queries, groups, heads / groups, size]);
  const products = multiply(einsum("BTKGH,BSKH->BKGTS", grouped, key, { preferredElementType: query.dtype === "float64" ? "float64" : "float32" }), scale);
  const logits = bias === null ? products : add(products, byGroup("bias", bias, groups, heads)).astype(products.dtype);
  const seen = masksOf(given, logits.shape, heads);
  const padded = (seen === null ? logits : where(seen, logits, -0.7 * largestFloat32)).astype("float32");
  const encoded = reshape(einsum("BKGTS,BSKH->BTKGH", softmax(padded, -1).astype(key.dtype), value), query.shape);
  const residual = (): NDArray => {
    const sums = give(logsumexp(valueOf(padded), { axis: -1, b: null, keepdims: false, where: null }).result).astype(key.dtype);
    return reshape(transpose(sums, [0, 3, 1, 2]), [batch, queries, heads]);
  };
  if (given.queries === null) return [encoded, residual];
  const exists = less(expandDims(arange(queries), 0), expandDims(given.queries, 1));
  return [multiply(encoded, expandDims(exists, [2, 3]).astype(encoded.dtype)), residual];
}

/** Of (batch, heads, queries, keys), with the heads in groups; one head stands for all. */
function byGroup(argument: string, array: NDArray, groups: number, heads: number): NDArray {
  const [batch = 0, own = 0, queries = 0, keys = 0] = array.shape;
  if (own === 1) return expandDims(array, 2);
  requireShape(argument, array, [null, heads, null, null]);
  return reshape(array, [batch, groups, heads / groups, queries, keys]);
}

/** Which of (batch, groups, heads of a group, queries, keys) count; null where all do. */
function masksOf({ mask, isCausal, queries, keys, window, key }: Attention, shape: readonly number[], heads: number): NDArray | null {
  const [rows, columns] = [at(shape, 3), at(shape, 4)];
  const [row, column] = [expandDims(arange(rows), 1), expandDims(arange(columns), 0)];
  const masks = [
    ...(mask === null ? [] : [byGroup("mask", mask, at(key.shape, 2), heads)]),
    ...(isCausal ? [greaterEqual(row, column)] : []),
    ...(window === null ? [] : [logicalAnd(greaterEqual(row, subtract(column, window[1])), lessEqual(row, add(column, window[0])))]),
    ...(queries === null ? [] : [less(reshape(arange(rows), [1, 1, 1, rows, 1]), reshape(queries, [-1, 1, 1, 1, 1]))]),
    ...(keys === null ? [] : [less(reshape(arange(columns), [1, 1, 1, 1, columns]), reshape(keys, [-1, 1, 1, 1, 1]))]),
  ];
  return masks.length === 0 ? null : masks.reduce((all, one) => logicalAnd(all, one));
}
