/** @file Functions that reorder or repeat elements: flips, rolls, repetition. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range, sizeOf, withAxis } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType, max, scalarLike, sub } from "@lanewise/compiler/primitives/arith";
import { dynamicSlice } from "@lanewise/compiler/primitives/index-dynamic-slice";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { reshape, squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { concatenate } from "@lanewise/compiler/primitives/structural";
import { rev } from "@lanewise/compiler/primitives/structural-rev";
import { describeArgument } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import type { Axis } from "../types.ts";
import { resolveAxes, resolveAxis } from "./axes.ts";
import { mod } from "./division.ts";
import { broadcastTo } from "./elementwise.ts";
import { normalizePlaces } from "./index-gather.ts";
import { sliceAlong } from "./index.ts";
import { namedCall1 } from "./named-call.ts";
import { defaultTake, requireIntegers, take } from "./take.ts";

/** The elements in reverse order along these axes; all of them where none is given. A call of `_flip` in the jaxpr. */
export function flip(x: Value, axis: Axis | undefined, operation = "np.flip"): Value {
  const rank = x.aval.shape.length;
  const axes = axis === null || axis === undefined ? range(rank) : resolveAxes(operation, axis, rank);
  return namedCall1("_flip", axes, [x], ([operand]) => rev(operand as Value, axes));
}

const modulo = (value: number, extent: number): number => ((value % extent) + extent) % extent;

/** The elements moved along axes, those that fall off one end coming back at the other. */
export function roll(x: Value, shift: number | readonly number[] | Value, axis: Axis | undefined): Value {
  const operation = "np.roll";
  const { shape } = x.aval;
  if (axis === null || axis === undefined) return reshape(roll(reshape(x, [shape.reduce((product, extent) => product * extent, 1)]), shift, 0), shape);
  const axes = (Array.isArray(axis) ? (axis as readonly number[]) : [axis as number]).map((entry) => resolveAxis(operation, entry, shape.length));
  if (typeof shift !== "number" && !Array.isArray(shift)) return rollTraced(operation, x, shift as Value, axes);
  const shifts = typeof shift === "number" ? [shift] : (shift as readonly number[]);
  if (shifts.length === 0 || axes.length === 0 || !shifts.every(Number.isInteger) || (shifts.length !== axes.length && shifts.length !== 1 && axes.length !== 1)) {
    raise(badArgument, {
      operation, argument: "shift", expected: "an integer, or one per axis", got: describeArgument(shift), fix: "give as many shifts as axes",
    });
  }
  const pairs = range(Math.max(axes.length, shifts.length)).map((place) => [at(axes, axes.length === 1 ? 0 : place), at(shifts, shifts.length === 1 ? 0 : place)] as const);
  return namedCall1("_roll_static", pairs, [x], ([operand]) => pairs.reduce((rolled, [place, by]) => {
    const extent = at(shape, place);
    if (extent === 0) return rolled;
    const cut = modulo(-by, extent);
    return concatenate([sliceAlong(rolled, cut, extent, 1, place), sliceAlong(rolled, 0, cut, 1, place)], place);
  }, operand as Value));
}

/** A roll by shifts that are not known: twice the array, and from it a dynamic slice. */
function rollTraced(operation: string, x: Value, shift: Value, axes: readonly number[]): Value {
  requireIntegers(operation, shift, "shift");
  const count = shift.aval.shape.length === 0 ? axes.length : Math.max(axes.length, at(shift.aval.shape, 0));
  if (shift.aval.shape.length > 1 || (axes.length !== 1 && axes.length !== count)) {
    raise(badArgument, {
      operation, argument: "shift", expected: "a scalar, or one shift per axis", got: `shifts of shape ${formatShape(shift.aval.shape)} for ${axes.length} axes`, fix: "give as many shifts as axes",
    });
  }
  const { shape } = x.aval;
  return namedCall1("_roll_dynamic", axes, [x, shift], ([operand, given]) => {
    const shifts = broadcastTo(given as Value, [count]);
    return range(count).reduce((rolled, place) => {
      const axis = at(axes, axes.length === 1 ? 0 : place);
      const by = convertElementType(squeeze(sliceAlong(shifts, place, place + 1, 1, 0), [0]), "int32");
      const extent = scalarLiteral(at(shape, axis), "int32");
      const amount = mod(by, max(extent, scalarLiteral(1, "int32")));
      const twice = concatenate([rolled, rolled], axis);
      const start = normalizePlaces(sub(extent, amount), at(twice.aval.shape, axis));
      return dynamicSlice(twice, shape.map((_, other) => (other === axis ? start : scalarLike(start, 0))), shape);
    }, operand as Value);
  });
}

/**
 * Each element so many times, one after the other, or each as often as a list says; without an axis of the raveled array.
 *
 * @param lift makes an array of places
 */
export function repeat(x: Value, repeats: number | readonly number[], axis: number | null | undefined, lift: (places: Int32Array) => Value): Value {
  const operation = "np.repeat";
  const counts = typeof repeats === "number" ? [repeats] : repeats;
  if (!Array.isArray(counts) || !counts.every((count) => Number.isInteger(count) && count >= 0)) {
    raise(badArgument, {
      operation, argument: "repeats", expected: "an integer that is not negative, or a list of them", got: describeArgument(repeats), fix: "give static numbers: the result's shape depends on them",
    });
  }
  const isOpen = axis === null || axis === undefined;
  const flat = isOpen ? reshape(x.aval.shape.length === 0 ? broadcastInDim(x, [1], []) : x, [sizeOf(x.aval.shape)]) : x;
  const { shape } = flat.aval;
  const place = isOpen ? 0 : resolveAxis(operation, axis, shape.length);
  const extent = at(shape, place);
  if (typeof repeats === "number") {
    const spread = broadcastInDim(flat, withAxis(shape, place + 1, repeats), range(shape.length + 1).filter((other) => other !== place + 1));
    return reshape(spread, shape.map((full, other) => (other === place ? full * repeats : full)));
  }
  if (counts.length !== extent && counts.length !== 1) {
    raise(badArgument, { operation, argument: "repeats", expected: `one count, or ${extent} along axis ${place}`, got: `${counts.length} counts`, fix: "give a count per element" });
  }
  const places = lift(Int32Array.from(range(extent).flatMap((element) => new Array<number>(at(counts, counts.length === 1 ? 0 : element)).fill(element))));
  return take(flat, places, { ...defaultTake, axis: place, mode: "clip" }, operation);
}
