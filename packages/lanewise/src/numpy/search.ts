/** @file np's functions that look elements up, choose between arrays, and count. */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range, sizeOf } from "@lanewise/compiler/base/shape";
import { aval as makeAval } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType, div, scalarLike } from "@lanewise/compiler/primitives/arith";
import { not } from "@lanewise/compiler/primitives/bits";
import { broadcastInDim, fullOf } from "@lanewise/compiler/primitives/linear";
import { slice } from "@lanewise/compiler/primitives/structural";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { linspace } from "../ops/create.ts";
import { broadcastTo, equal, maximum, subtract, where } from "../ops/elementwise.ts";
import { defaultMode } from "../ops/index.ts";
import { updateIndexed } from "../ops/index-update.ts";
import { commonType, convertOperand, inexactType } from "../ops/operands.ts";
import { any, max, min, sum } from "../ops/reduce.ts";
import * as ops from "../ops/search.ts";
import { ravel } from "../ops/shape.ts";
import { requireIntegers } from "../ops/take.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { countNow, givenExtent } from "./counts.ts";
import { give, read, readOptional } from "./operand.ts";
import { readPlaces } from "./places.ts";

export interface SearchOptions {
  readonly side?: ops.Side;
  /** The order that sorts `a`, where it is not sorted. */
  readonly sorter?: ArrayLike | null;
}

/**
 * For each element of v the place, as int32, at which it keeps the sorted vector `a` in order: before equal elements, or with
 * side "right" behind them. NaN is the largest number.
 *
 * @throws LW3007 where `a` is no vector or the side another word
 * @example np.searchsorted([1, 3, 5], [3, 4]) // [1, 2]
 */
export function searchsorted(a: ArrayLike, v: ArrayLike, ...rest: Optional<["side", "sorter"], SearchOptions>): NDArray<"int32"> {
  const operation = "np.searchsorted";
  const { side = "left", sorter } = parseOptional<SearchOptions>({ operation, positional: ["side", "sorter"] }, rest);
  if (side !== "left" && side !== "right") {
    raise(badArgument, { operation, argument: "side", expected: '"left" or "right"', got: describeArgument(side), fix: "choose one" });
  }
  const row = read(a, operation, "a");
  const order = sorter === null || sorter === undefined ? null : readPlaces(sorter, operation, "sorter");
  return give(ops.searchSorted(order === null ? row : ops.elementsAt(row, order), read(v, operation, "v"), side));
}

/** The bin of each element among edges that rise or fall: how many it has passed. With `right` an edge belongs to the bin below it. */
export function digitize(x: ArrayLike, bins: ArrayLike, ...rest: Optional<["right"], { readonly right?: boolean }>): NDArray<"int32"> {
  const operation = "np.digitize";
  const { right } = parseOptional<{ right?: boolean }>({ operation, positional: ["right"] }, rest);
  return give(ops.digitize(read(x, operation, "x"), read(bins, operation, "bins"), booleanArgument(operation, "right", right)));
}

export interface InterpOptions {
  /** The value below the first point, instead of that point's. */
  readonly left?: ArrayLike | null;
  readonly right?: ArrayLike | null;
}

/**
 * The polygon through the points (xp, fp) at x; xp rises.
 *
 * @throws LW3007 where xp and fp are no vectors of one length
 * @example np.interp(1.5, [1, 2], [10, 20]) // 15
 */
export function interp(x: ArrayLike, xp: ArrayLike, fp: ArrayLike, ...rest: Optional<["left", "right"], InterpOptions>): NDArray {
  const operation = "np.interp";
  const { left, right } = parseOptional<InterpOptions>({ operation, positional: ["left", "right"] }, rest);
  return give(ops.interp(read(x, operation, "x"), read(xp, operation, "xp"), read(fp, operation, "fp"), readOptional(left, operation, "left"), readOptional(right, operation, "right")));
}

export interface IsinOptions {
  /** Changes nothing; NumPy has it. */
  readonly assumeUnique?: boolean;
  readonly invert?: boolean;
}

/** Whether each element equals one of the test elements; with `invert`, whether it equals none. */
export function isin(element: ArrayLike, testElements: ArrayLike, ...rest: Optional<["assumeUnique", "invert"], IsinOptions>): NDArray<"bool"> {
  const operation = "np.isin";
  const { assumeUnique, invert } = parseOptional<IsinOptions>({ operation, positional: ["assumeUnique", "invert"] }, rest);
  booleanArgument(operation, "assumeUnique", assumeUnique);
  const value = read(element, operation, "element");
  const tests = ravel(read(testElements, operation, "testElements"));
  const { shape } = value.aval;
  const found = any(equal(broadcastInDim(value, [...shape, 1], range(shape.length)), tests), { axis: -1, keepdims: false });
  return give(booleanArgument(operation, "invert", invert) ? not(found) : found);
}

/**
 * For each place the choice of the first condition that holds there, else the default. All broadcast.
 *
 * @throws LW3007 for lists of different lengths or conditions that are no bools
 * @example np.select([x.less(0), x.greater(1)], [0, 1], x)
 */
export function select(condlist: readonly ArrayLike[], choicelist: readonly ArrayLike[], ...rest: Optional<["default"], { readonly default?: ArrayLike }>): NDArray {
  const operation = "np.select";
  const given = parseOptional<{ default?: ArrayLike }>({ operation, positional: ["default"] }, rest);
  if (!Array.isArray(condlist) || !Array.isArray(choicelist) || condlist.length !== choicelist.length || condlist.length === 0) {
    raise(badArgument, {
      operation, argument: "choicelist", expected: "a list of conditions and as many choices, at least one",
      got: `${describeArgument(condlist)} and ${describeArgument(choicelist)}`, fix: "give a choice per condition",
    });
  }
  const conditions = condlist.map((condition, index) => read(condition, operation, `condlist[${index}]`));
  const wrong = conditions.findIndex((condition) => condition.aval.dtype !== "bool");
  if (wrong >= 0) {
    raise(badArgument, {
      operation, argument: `condlist[${wrong}]`, expected: "a bool array", got: describeArgument(condlist[wrong]), fix: "compare: x.greater(0)",
    });
  }
  const choices = choicelist.map((choice, index) => read(choice, operation, `choicelist[${index}]`));
  const otherwise = read(given.default ?? 0, operation, "default");
  const { dtype, weakType } = commonType([...choices, otherwise]);
  const [last, ...typed] = [otherwise, ...choices].map((value) => convertOperand(operation, value, dtype, weakType));
  return give(typed.reduceRight((result, choice, index) => where(at(conditions, index), choice, result), last as Value));
}

// Counts ---------------------------------------------------------------------------------------------------------------

/** An array of zeros to which `weights` (ones) are added at these places; places outside are left out. */
function counted(places: Value, weights: Value | null, length: number): Value {
  const updates = weights ?? fullOf(1, makeAval(places.aval.shape, "int32"));
  const zeros = fullOf(0, makeAval([length], updates.aval.dtype));
  return updateIndexed("add", { x: zeros, index: [places], lift: (value) => value as Value, options: { ...defaultMode, mode: "fillOrDrop" } }, updates);
}

export interface BincountOptions {
  /** What each element counts, instead of 1. */
  readonly weights?: ArrayLike | null;
  /** The least length of the result. */
  readonly minlength?: number;
  /** The length of the result, where it must be known before the elements are: under jit, and on a GPU. Larger elements do not count. */
  readonly length?: number | null;
}

/**
 * How often each of 0, 1, 2, ... occurs among the elements; negative ones count as 0, as in JAX.
 *
 * @throws LW3007 for more than one axis or a bad length, and for a traced array or one on a GPU without `length`
 * @example np.bincount(np.array([0, 2, 2], "int32")) // [1, 0, 2]
 */
export function bincount(x: ArrayLike, ...rest: Optional<["weights", "minlength"], BincountOptions>): NDArray {
  const operation = "np.bincount";
  const { weights, minlength = 0, length } = parseOptional<BincountOptions>({ operation, positional: ["weights", "minlength"], named: ["length"] }, rest);
  const places = readPlaces(x, operation, "x");
  ops.requireVector(operation, "x", places);
  requireIntegers(operation, places, "x");
  const least = givenExtent(operation, "minlength", minlength) ?? 0;
  const size = givenExtent(operation, "length", length) ?? Math.max(least, sizeOf(places.aval.shape) === 0 ? 0 : 1 + countNow(operation, "length", max(places, { axis: null, keepdims: false })));
  const given = readOptional(weights, operation, "weights");
  if (given !== null && given.aval.shape.join() !== places.aval.shape.join()) {
    raise(badArgument, {
      operation, argument: "weights", expected: `a weight for each element: shape ${formatShape(places.aval.shape)}`, got: `shape ${formatShape(given.aval.shape)}`, fix: "reshape the weights",
    });
  }
  return give(counted(maximum(places, scalarLike(places, 0)), given, size));
}

export interface HistogramOptions {
  readonly bins?: number | ArrayLike;
  readonly range?: readonly [ArrayLike, ArrayLike] | null;
  readonly weights?: ArrayLike | null;
  /** Counts divided by their sum and by the widths of the bins. */
  readonly density?: boolean | null;
}

/** The edges of bins of one width between the least and the largest element, or over `range`; given edges as they are. */
export function histogramBinEdges(a: ArrayLike, ...rest: Optional<["bins", "range", "weights"], Omit<HistogramOptions, "density">>): NDArray {
  const operation = "np.histogramBinEdges";
  const { bins = 10, range: bounds } = parseOptional<HistogramOptions>({ operation, positional: ["bins", "range", "weights"] }, rest);
  return give(edgesOf(operation, read(a, operation, "a"), bins, bounds ?? null));
}

function edgesOf(operation: string, a: Value, bins: number | ArrayLike, bounds: readonly [ArrayLike, ArrayLike] | null): Value {
  const { dtype } = inexactType(a.aval);
  if (typeof bins !== "number") {
    const edges = read(bins, operation, "bins");
    ops.requireVector(operation, "bins", edges);
    return convertOperand(operation, edges, dtype);
  }
  if (!Number.isInteger(bins) || bins < 1 || bins >= 2 ** 31 - 1) {
    raise(badArgument, { operation, argument: "bins", expected: "a number of bins, at least 1 and below 2^31 - 1, or a vector of edges", got: describeArgument(bins), fix: "correct bins" });
  }
  const isEmpty = sizeOf(a.aval.shape) === 0;
  const end = (which: 0 | 1, reduce: typeof min): Value => {
    if (bounds !== null) return read(bounds[which], operation, `range[${which}]`);
    return isEmpty ? read(which, operation, "a") : reduce(a, { axis: null, keepdims: false });
  };
  const [low, high] = [end(0, min), end(1, max)].map((value) => convertOperand(operation, value, dtype)) as [Value, Value];
  const isPoint = equal(low, high);
  const half = scalarLike(low, 0.5);
  const widened = [where(isPoint, subtract(low, half), low), where(isPoint, subtract(high, scalarLike(high, -0.5)), high)] as const;
  return linspace(...widened, { num: bins + 1, endpoint: true, axis: 0, dtype })[0];
}

/**
 * How many elements lie in each bin, or the sum of their weights, and the edges of the bins: each bin has its lower edge, the
 * last one both.
 *
 * @example const [counts, edges] = np.histogram(x, 20)
 */
export function histogram(a: ArrayLike, ...rest: Optional<["bins", "range", "weights", "density"], HistogramOptions>): [NDArray, NDArray] {
  const operation = "np.histogram";
  const { bins = 10, range: bounds, weights, density } = parseOptional<HistogramOptions>({ operation, positional: ["bins", "range", "weights", "density"] }, rest);
  const value = read(a, operation, "a");
  const edges = edgesOf(operation, value, bins, bounds ?? null);
  const count = at(edges.aval.shape, 0);
  const elements = convertOperand(operation, ravel(value), edges.aval.dtype);
  const perElement = readOptional(weights, operation, "weights");
  const given = perElement === null ? null : broadcastTo(perElement, value.aval.shape);
  const { dtype } = edges.aval;
  const held = given === null ? fullOf(1, makeAval(elements.aval.shape, dtype)) : isInteger(given.aval.dtype) ? convertElementType(ravel(given), dtype) : ravel(given);
  const counts = slice(counted(ops.binOf(elements, edges), held, count), [1], [count]);
  if (!booleanArgument(operation, "density", density)) return [give(counts), give(edges)];
  const widths = subtract(slice(edges, [1], [count]), slice(edges, [0], [count - 1]));
  const total = sum(counts, { axis: null, keepdims: false }, operation);
  return [give(div(div(counts, convertOperand(operation, widths, counts.aval.dtype)), broadcastTo(total, counts.aval.shape))), give(edges)];
}
