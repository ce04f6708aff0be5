/** @file np's histograms over several variables. */

import { at } from "@lanewise/compiler/base/assert";
import { isInexact } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range, sizeOf } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { promoteInexact } from "../ops/operands.ts";
import { binOf } from "../ops/search.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { valueOf } from "./composed.ts";
import { ix_, ravelMultiIndex } from "./coordinates.ts";
import { divide } from "./elementwise.ts";
import { give, read, readOptional } from "./operand.ts";
import { diff } from "./ordering.ts";
import { sum } from "./reductions.ts";
import { bincount, histogramBinEdges } from "./search.ts";
import { reshape, stack } from "./shapes.ts";
import { slice } from "./slice.ts";

type Range = readonly [ArrayLike, ArrayLike];

export interface HistogramddOptions {
  /** A number of bins for all variables, or for each a number or its edges. */
  readonly bins?: number | readonly ArrayLike[];
  /** For each variable the ends of its bins, or null. */
  readonly range?: readonly (Range | null)[] | null;
  /** What each sample counts, instead of 1. */
  readonly weights?: ArrayLike | null;
  /** Counts divided by their sum and by the sizes of the bins. */
  readonly density?: boolean | null;
}

const names = ["bins", "range", "weights", "density"] as const;
type HistogramRest = Optional<["bins", "range", "weights", "density"], HistogramddOptions>;

function perVariable<T>(operation: string, argument: string, given: readonly T[], count: number): readonly T[] {
  if (Array.isArray(given) && given.length === count) return given;
  return raise(badArgument, { operation, argument, expected: `a list of ${count}, one per variable`, got: describeArgument(given), fix: "give one per variable" });
}

function counted(operation: string, sample: Value, { bins = 10, range: bounds, weights, density }: HistogramddOptions): [NDArray, NDArray[]] {
  const { shape } = sample.aval;
  if (shape.length !== 2) raise(badArgument, { operation, argument: "sample", expected: "a matrix: a row per sample, a column per variable", got: `shape ${formatShape(shape)}`, fix: "reshape the samples" });
  const [count, variables] = [at(shape, 0), at(shape, 1)];
  const given = readOptional(weights, operation, "weights");
  if (given !== null && given.aval.shape.join() !== String(count)) {
    raise(badArgument, { operation, argument: "weights", expected: `a vector of ${count} weights, one per sample`, got: `shape ${formatShape(given.aval.shape)}`, fix: "give a weight per sample" });
  }
  const [promoted, factors = null] = promoteInexact(operation, given === null ? [sample] : [sample, given]);
  const columns = range(variables).map((variable) => give(promoted as Value).get("...", variable));
  const binsOf = typeof bins === "number" ? range(variables).map(() => bins) : perVariable(operation, "bins", bins, variables);
  const rangeOf = bounds === null || bounds === undefined ? columns.map(() => null) : perVariable(operation, "range", bounds, variables);
  const edges = columns.map((column, variable) => histogramBinEdges(column, { bins: at(binsOf, variable) as number, range: at(rangeOf, variable) }));
  const places = columns.map((column, variable) => give(binOf(valueOf(column), valueOf(at(edges, variable)))));
  const extents = edges.map(({ size }) => size + 1);
  const flat = bincount(ravelMultiIndex(places, extents, "clip"), { weights: factors === null ? null : give(factors), length: sizeOf(extents) });
  const inside = reshape(flat, extents).get(...extents.map(() => slice(1, -1)));
  if (!booleanArgument(operation, "density", density)) return [inside, edges];
  const floats = isInexact(inside.dtype) ? inside : inside.astype((promoted as Value).aval.dtype);
  return [ix_(...edges.map((edge) => diff(edge))).reduce((shares, width) => divide(shares, width), divide(floats, sum(floats))), edges];
}

/**
 * How many samples, rows of a matrix, lie in each box of bins, one axis per variable, and the edges of each variable's bins.
 *
 * @throws LW3007 for samples that are no matrix, and for bins, ranges and weights that do not fit
 * @example const [counts, [xEdges, yEdges]] = np.histogramdd(points, 4)
 */
export function histogramdd(sample: ArrayLike, ...rest: HistogramRest): [counts: NDArray, edges: NDArray[]] {
  const operation = "np.histogramdd";
  return counted(operation, read(sample, operation, "sample"), parseOptional<HistogramddOptions>({ operation, positional: names }, rest));
}

/** How many points (x, y) lie in each box of bins, and the edges of the bins of x and y. A vector of bins holds the edges of both. @throws LW3007 as histogramdd @example const [counts, xEdges, yEdges] = np.histogram2d(x, y, 4) */
export function histogram2d(x: ArrayLike, y: ArrayLike, ...rest: HistogramRest): [counts: NDArray, xEdges: NDArray, yEdges: NDArray] {
  const operation = "np.histogram2d";
  const given = parseOptional<HistogramddOptions>({ operation, positional: names }, rest);
  const [first, second] = [read(x, operation, "x"), read(y, operation, "y")];
  if (first.aval.shape.length !== 1 || first.aval.shape.join() !== second.aval.shape.join()) {
    raise(badArgument, { operation, argument: "y", expected: "two vectors of one length", got: `shapes ${formatShape(first.aval.shape)} and ${formatShape(second.aval.shape)}`, fix: "give a y per x" });
  }
  const { bins = 10 } = given;
  const isPair = typeof bins === "number" || (Array.isArray(bins) && (bins.length === 2 || bins.length === 1));
  const [counts, edges] = counted(operation, valueOf(stack([give(first), give(second)], 1)), { ...given, bins: isPair ? bins : [bins as ArrayLike, bins as ArrayLike] });
  return [counts, at(edges, 0), at(edges, 1)];
}
