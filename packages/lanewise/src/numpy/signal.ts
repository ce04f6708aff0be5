/** @file np's functions of sampled functions: convolution, correlation, polynomials, integrals. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { scalarLike } from "@lanewise/compiler/primitives/arith";
import { convGeneralDilated } from "@lanewise/compiler/primitives/conv";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveAxis } from "../ops/axes.ts";
import { add, broadcastTo, multiply, subtract } from "../ops/elementwise.ts";
import { rowOf, sliceAlong } from "../ops/index.ts";
import { addLeadingAxes, broadcastOrThrow, promoteDTypes, promoteInexact } from "../ops/operands.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { resolvePrecision, type PrecisionLike } from "../ops/precision.ts";
import { sum } from "../ops/reduce.ts";
import { flip } from "../ops/reorder.ts";
import { requireVector } from "../ops/search.ts";
import * as shapes from "../ops/shape.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { give, read, readOptional } from "./operand.ts";

export type SignalMode = "full" | "same" | "valid";

export interface ConvolveOptions {
  readonly mode?: SignalMode;
  readonly precision?: PrecisionLike;
  readonly preferredElementType?: DType | null;
}

/** The longer vector under a window that the shorter one is: turned round for a convolution, as it stands for a correlation. */
function slide(name: "convolve" | "correlate", a: ArrayLike, v: ArrayLike, otherwise: SignalMode, rest: readonly unknown[]): NDArray {
  const operation = `np.${name}`;
  const { mode = otherwise, ...options } = parseOptional<ConvolveOptions>({ operation, positional: ["mode"], named: ["precision", "preferredElementType"] }, rest);
  const preferredElementType = resolveOptionalDType(operation, options.preferredElementType);
  const given = [vectorOf(operation, "a", a), vectorOf(operation, "v", v)];
  const [left, right] = (preferredElementType === null ? promoteInexact(operation, given) : promoteDTypes(operation, given)) as readonly [Value, Value];
  const isSwapped = at(left.aval.shape, 0) < at(right.aval.shape, 0);
  const [signal, window] = isSwapped ? [right, left] : [left, right];
  const out = shapes.ravel(convGeneralDilated(
    shapes.expandDims(signal, [0, 1]), shapes.expandDims(name === "convolve" ? flip(window, 0) : window, [0, 1]),
    [1], [paddingOf(operation, mode, at(window.aval.shape, 0))], { precision: resolvePrecision(operation, options.precision), preferredElementType },
  ));
  return give(name === "correlate" && isSwapped ? flip(out, 0) : out);
}

function vectorOf(operation: string, argument: string, operand: ArrayLike): Value {
  const value = read(operand, operation, argument);
  requireVector(operation, argument, value);
  if (value.aval.shape[0] !== 0) return value;
  return raise(badArgument, { operation, argument, expected: "at least one element", got: "none", fix: "check that the vectors are not empty first" });
}

function paddingOf(operation: string, mode: unknown, size: number): readonly [number, number] {
  switch (mode) {
    case "full": return [size - 1, size - 1];
    case "same": return [Math.floor(size / 2), size - Math.floor(size / 2) - 1];
    case "valid": return [0, 0];
    default: return raise(badArgument, { operation, argument: "mode", expected: '"full", "same" or "valid"', got: describeArgument(mode), fix: "choose one" });
  }
}

/**
 * The convolution of two vectors: out[k] is the sum of a[i] v[k - i]. "full" has every overlap, "same" the middle as long as the
 * longer vector, "valid" the overlaps without padding.
 *
 * @throws LW3007 for other ranks, empty vectors, or another mode
 * @example np.convolve([1, 2, 3], [0, 1, 0.5]) // [0, 1, 2.5, 4, 1.5]
 */
export const convolve = (a: ArrayLike, v: ArrayLike, ...rest: Optional<["mode"], ConvolveOptions>): NDArray => slide("convolve", a, v, "full", rest);

/** The correlation of two vectors: out[k] is the sum of a[i + k] v[i], over the overlaps of `mode` ("valid"). @throws LW3007 */
export const correlate = (a: ArrayLike, v: ArrayLike, ...rest: Optional<["mode"], ConvolveOptions>): NDArray => slide("correlate", a, v, "valid", rest);

/** The polynomial with the coefficients p, the highest power first, at x. Rows of p broadcast with x. @example np.polyval([1, 0, 2], 3) // 11 */
export function polyval(p: ArrayLike, x: ArrayLike): NDArray {
  const operation = "np.polyval";
  const [coefficients, value] = promoteDTypes(operation, [read(p, operation, "p"), read(x, operation, "x")]) as readonly [Value, Value];
  const { shape } = coefficients.aval;
  if (shape.length === 0) {
    raise(badArgument, { operation, argument: "p", expected: "at least one axis of coefficients", got: "a 0-d array", fix: "give a vector: [c1, c0]" });
  }
  const rows = range(at(shape, 0)).map((row) => rowOf(coefficients, row));
  const common = broadcastOrThrow(operation, [value, ...rows.slice(0, 1)], ["x", "a row of p"]);
  return give(rows.reduce((sum, row) => add(multiply(sum, value), row), broadcastTo(scalarLike(value, 0), common)));
}

export interface TrapezoidOptions {
  /** Where the samples lie: a vector, or an array of y's shape. */
  readonly x?: ArrayLike | null;
  /** The distance between samples, where there is no x. */
  readonly dx?: ArrayLike;
  readonly axis?: number;
}

/** The integral by the trapezoidal rule along an axis (the last). @throws LW3006, LW3005 @example np.trapezoid([1, 2, 3]) // 4 */
export function trapezoid(y: ArrayLike, ...rest: Optional<["x", "dx", "axis"], TrapezoidOptions>): NDArray {
  const operation = "np.trapezoid";
  const { x, dx = 1, axis = -1 } = parseOptional<TrapezoidOptions>({ operation, positional: ["x", "dx", "axis"] }, rest);
  const samples = read(y, operation, "y");
  const place = resolveAxis(operation, axis, samples.aval.shape.length);
  const points = readOptional(x, operation, "x");
  const [values, ...others] = promoteInexact(operation, points === null ? [samples] : [samples, points]) as readonly [Value, ...Value[]];
  const last = shapes.moveaxis(values, place, -1);
  const rank = last.aval.shape.length;
  const extent = at(last.aval.shape, -1);
  if (extent === 0) {
    raise(badArgument, { operation, argument: "y", expected: "at least one sample", got: `shape ${formatShape(samples.aval.shape)}`, fix: "check that there are samples first" });
  }
  const heights = add(sliceAlong(last, 1, extent, 1, rank - 1), sliceAlong(last, 0, extent - 1, 1, rank - 1));
  const width = others[0] === undefined ? widthOf(read(dx, operation, "dx"), rank, place) : stepsOf(others[0], place);
  return give(multiply(sum(multiply(width, heights), { axis: -1, keepdims: false }, operation), scalarLike(values, 0.5)));
}

/** Distances between samples, for the axis at the end. */
function widthOf(dx: Value, rank: number, axis: number): Value {
  return dx.aval.shape.length === 0 ? dx : shapes.moveaxis(addLeadingAxes(dx, rank), axis, -1);
}

function stepsOf(points: Value, axis: number): Value {
  const rank = points.aval.shape.length;
  const row = rank === 1 ? points : shapes.moveaxis(points, axis, -1);
  const extent = at(row.aval.shape, -1);
  return subtract(sliceAlong(row, 1, extent, 1, rank - 1), sliceAlong(row, 0, extent - 1, 1, rank - 1));
}
