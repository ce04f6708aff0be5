/** @file np's differences and sums of neighbours along an axis: gradient, ediff1d, unwrap, cumulativeSum, cumulativeProd. */

import { at } from "@lanewise/compiler/base/assert";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { reductionAxes, resolveAxis } from "../ops/axes.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { sliceAlong } from "../ops/index.ts";
import { promoteDTypes, promoteInexact } from "../ops/operands.ts";
import * as prefix from "../ops/prefix.ts";
import type { ArrayLike, Axis, DType, NDArray } from "../types.ts";
import { composed, composed1, valueOf } from "./composed.ts";
import { full } from "./create.ts";
import { add, divide, equal, multiply, subtract, less, greater } from "./elementwise.ts";
import { abs, floorDivide, logicalAnd, mod } from "./functions.ts";
import { where } from "./nonzero.ts";
import { cumsum, diff } from "./ordering.ts";
import { give, read, readOptional } from "./operand.ts";
import { concatenate, ravel, reshape } from "./shapes.ts";

/** The part of an axis between two places, which count from its end where they are negative; null is the end. */
function part(x: NDArray, axis: number, start: number, limit: number | null): NDArray {
  const extent = at(x.shape, axis);
  const place = (given: number): number => Math.min(Math.max(given < 0 ? given + extent : given, 0), extent);
  const first = place(start);
  return give(sliceAlong(valueOf(x), first, Math.max(first, limit === null ? extent : place(limit)), 1, axis));
}

export interface GradientOptions {
  /** The axes to go along; all by default. */
  readonly axis?: Axis;
}

/** The differences across each place, divided by the distance across it: of 1, of a scalar, or between the places of the samples. */
function slopes(f: NDArray, h: NDArray | null, axis: number): NDArray {
  const upper = subtract(part(f, axis, 1, 2), part(f, axis, 0, 1));
  const lower = subtract(part(f, axis, -1, null), part(f, axis, -2, -1));
  if (h === null || h.ndim === 0) {
    const inner = divide(multiply(subtract(part(f, axis, 2, null), part(f, axis, 0, -2)), 0.5), h ?? 1);
    return concatenate([divide(upper, h ?? 1), inner, divide(lower, h ?? 1)], axis);
  }
  const x = reshape(h, f.shape.map((_, other) => (other === axis ? -1 : 1)));
  const width = (start: number, limit: number | null, before: number, behind: number): NDArray => subtract(part(x, axis, start, limit), part(x, axis, before, behind));
  const [left, right] = [width(1, -1, 0, -2), width(2, null, 1, -1)];
  // The parabola through three neighbours, which need not lie equally far apart.
  const weights = [
    divide(right.neg(), multiply(left, add(left, right))), divide(subtract(right, left), multiply(left, right)), divide(left, multiply(right, add(left, right))),
  ] as const;
  const inner = add(add(multiply(weights[0], part(f, axis, 0, -2)), multiply(weights[1], part(f, axis, 1, -1))), multiply(weights[2], part(f, axis, 2, null)));
  return concatenate([divide(upper, width(1, 2, 0, 1)), inner, divide(lower, width(-1, null, -2, -1))], axis);
}

/**
 * The derivative of samples along each axis, by central differences inside and one-sided ones at the ends: an array for one axis,
 * else a list. Behind the samples may stand their distance, one distance per axis, or vectors of where they lie.
 *
 * @throws LW3006, LW3007 for fewer than two samples, and for distances that do not fit
 * @example np.gradient([1, 2, 4, 7]) // [1, 1.5, 2.5, 3]
 * @example const [down, across] = np.gradient(image, 0.5, { axis: [0, 1] })
 */
export function gradient(f: ArrayLike, ...rest: readonly (ArrayLike | GradientOptions)[]): NDArray | NDArray[] {
  const operation = "np.gradient";
  const end = rest.findIndex(isPlainObject);
  const { axis } = parseOptional<GradientOptions>({ operation, positional: [], named: ["axis"] }, end < 0 ? [] : rest.slice(end));
  const distances = (end < 0 ? rest : rest.slice(0, end)).map((distance, place) => read(distance, operation, `varargs[${place}]`));
  const value = read(f, operation, "f");
  const { shape } = value.aval;
  const axes = reductionAxes(operation, axis, shape.length);
  const short = axes.find((place) => at(shape, place) < 2);
  if (short !== undefined) raise(badArgument, { operation, argument: "f", expected: "at least two samples along each axis", got: `${at(shape, short)} along axis ${short} of ${formatShape(shape)}`, fix: "name other axes" });
  if (![0, 1, axes.length].includes(distances.length)) {
    raise(badArgument, { operation, argument: "varargs", expected: `no distance, one, or ${axes.length}`, got: `${distances.length}`, fix: "give one distance per axis" });
  }
  const perAxis = axes.map((_, place) => (distances.length === 1 ? 0 : place));
  axes.forEach((place, index) => checkDistance(operation, distances[at(perAxis, index)], at(shape, place)));
  if (axes.length === 0) return [];
  const results = composed("gradient", { axes }, promoteInexact(operation, [value, ...distances]), (samples, ...spacing) =>
    axes.map((place, index) => slopes(samples as NDArray, spacing[at(perAxis, index)] ?? null, place)));
  return axes.length === 1 ? at(results, 0) : results;
}

function checkDistance(operation: string, distance: Value | undefined, extent: number): void {
  const shape = distance?.aval.shape ?? [];
  if (shape.length === 0 || (shape.length === 1 && shape[0] === extent)) return;
  raise(badArgument, { operation, argument: "varargs", expected: `a scalar, or a vector of ${extent} places`, got: `shape ${formatShape(shape)}`, fix: "give a place per sample" });
}

export interface Ediff1dOptions {
  /** What stands behind the differences. */
  readonly toEnd?: ArrayLike | null;
  readonly toBegin?: ArrayLike | null;
}

/** The differences between neighbours of the raveled array, between what is to stand around them. @example np.ediff1d([1, 2, 4]) // [1, 2] */
export function ediff1d(ary: ArrayLike, ...rest: Optional<["toEnd", "toBegin"], Ediff1dOptions>): NDArray {
  const operation = "np.ediff1d";
  const given = parseOptional<Ediff1dOptions>({ operation, positional: ["toEnd", "toBegin"] }, rest);
  const [behind, before] = [readOptional(given.toEnd, operation, "toEnd"), readOptional(given.toBegin, operation, "toBegin")];
  const statics = { behind: behind !== null, before: before !== null };
  return composed1("ediff1d", statics, [read(ary, operation, "ary"), ...[behind, before].filter((end) => end !== null)], (array, ...ends) => {
    const row = ravel(array);
    const extent = at(row.shape, 0);
    const differences = subtract(part(row, 0, 1, null), part(row, 0, 0, Math.max(0, extent - 1)));
    const asRow = (end: NDArray): NDArray => ravel(end.astype(array.dtype));
    return concatenate([...(before === null ? [] : [asRow(at(ends, -1))]), differences, ...(behind === null ? [] : [asRow(at(ends, 0))])]);
  });
}

export interface UnwrapOptions {
  /** The step from which on a jump is taken out; half a period by default. */
  readonly discont?: ArrayLike | null;
  readonly axis?: number;
  readonly period?: ArrayLike;
}

/** Angles without jumps: multiples of the period (2π) are added so that neighbours along an axis (the last) are near. @throws LW3006 @example np.unwrap([0, 3, 6.5]) */
export function unwrap(p: ArrayLike, ...rest: Optional<["discont", "axis", "period"], UnwrapOptions>): NDArray {
  const operation = "np.unwrap";
  const { discont, axis = -1, period = 2 * Math.PI } = parseOptional<UnwrapOptions>({ operation, positional: ["discont", "axis", "period"] }, rest);
  const [angles, cycle] = promoteDTypes(operation, [read(p, operation, "p"), read(period, operation, "period")]) as readonly [Value, Value];
  const place = resolveAxis(operation, axis, angles.aval.shape.length);
  if (at(angles.aval.shape, place) === 0) return give(angles);
  const limit = readOptional(discont, operation, "discont");
  return composed1("unwrap", { place, limit: limit !== null }, [angles, cycle, ...(limit === null ? [] : [limit])], (x, turn, least) => {
    const whole = turn as NDArray;
    const half = isInteger(whole.dtype) ? floorDivide(whole, 2) : divide(whole, 2);
    const steps = diff(x as NDArray, { axis: place });
    const folded = subtract(mod(add(steps, half), whole), half);
    const near = where(logicalAnd(equal(folded, half.neg()), greater(steps, 0)), half, folded);
    const correction = where(less(abs(steps), least ?? divide(whole, 2)), 0, subtract(near, steps));
    return concatenate([part(x as NDArray, place, 0, 1), add(part(x as NDArray, place, 1, null), cumsum(correction, place))], place);
  });
}

export interface CumulativeOptions {
  /** The axis to go along; a vector needs none. */
  readonly axis?: number | null;
  readonly dtype?: DType | null;
  /** Begins with the sum, or the product, of nothing. */
  readonly includeInitial?: boolean;
}

function cumulative(name: "cumulativeSum" | "cumulativeProd", x: ArrayLike, rest: readonly unknown[]): NDArray {
  const operation = `np.${name}`;
  const { axis = null, dtype, includeInitial } = parseOptional<CumulativeOptions>({ operation, positional: [], named: ["axis", "dtype", "includeInitial"] }, rest);
  const value = read(x, operation, "x");
  const { shape } = value.aval;
  if (shape.length === 0 || (axis === null && shape.length > 1)) {
    raise(badArgument, { operation, argument: "axis", expected: shape.length === 0 ? "an array of at least one axis" : "an axis, because there are several", got: shape.length === 0 ? "a 0-d array" : describeArgument(axis), fix: "name the axis: { axis: 0 }" });
  }
  const place = resolveAxis(operation, axis ?? 0, shape.length);
  const isSum = name === "cumulativeSum";
  const out = give((isSum ? prefix.cumsum : prefix.cumprod)(value, place, resolveOptionalDType(operation, dtype)));
  if (!booleanArgument(operation, "includeInitial", includeInitial)) return out;
  return concatenate([full(range(shape.length).map((other) => (other === place ? 1 : at(shape, other))), isSum ? 0 : 1, { dtype: out.dtype }), out], place);
}

/** Sums of the elements up to each place of an axis. @throws LW3006, LW3007 for an array of several axes without an axis @example np.cumulativeSum([1, 2], { includeInitial: true }) // [0, 1, 3] */
export const cumulativeSum = (x: ArrayLike, ...rest: Optional<[], CumulativeOptions>): NDArray => cumulative("cumulativeSum", x, rest);
/** Products of the elements up to each place, as `cumulativeSum` gives sums. @throws LW3006, LW3007 */
export const cumulativeProd = (x: ArrayLike, ...rest: Optional<[], CumulativeOptions>): NDArray => cumulative("cumulativeProd", x, rest);
