/** @file Places in sorted rows, and what is computed by them: searchsorted, digitize, interp, counts per bin. */

import { at } from "@lanewise/compiler/base/assert";
import { isInexact } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import { aval as makeAval, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { abs } from "@lanewise/compiler/primitives/arith-rounding";
import { add, div, mul, scalarLike, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { and, not, or } from "@lanewise/compiler/primitives/bits";
import { ge, gt, le, lt, ne } from "@lanewise/compiler/primitives/compare";
import { fullOf } from "@lanewise/compiler/primitives/linear";
import { rev } from "@lanewise/compiler/primitives/structural-rev";
import { badArgument } from "../errors.ts";
import { clip, where } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { promoteDTypes, promoteInexact } from "./operands.ts";
import { defaultTake, take } from "./take.ts";

export type Side = "left" | "right";

export function requireVector(operation: string, argument: string, value: Value): void {
  if (value.aval.shape.length === 1) return;
  raise(badArgument, { operation, argument, expected: "a vector", got: `shape ${formatShape(value.aval.shape)}`, fix: "ravel it" });
}

/** The elements of a vector at these places. */
export function elementsAt(x: Value, places: Value): Value {
  return take(x, places, { ...defaultTake, axis: 0, mode: "clip" });
}

/** Whether `x` sorts before `y`: NaN is the largest number. */
function isBefore(x: Value, y: Value): Value {
  if (!isInexact(x.aval.dtype)) return lt(x, y);
  return or(lt(x, y), and(not(ne(x, x)), ne(y, y)));
}

/**
 * For each element of `v` how many elements of the sorted vector `a` come before it; with side "right" those that equal it
 * count too. A binary search whose steps depend on the extent alone. A call of `searchsorted` in the jaxpr.
 */
export function searchSorted(a: Value, v: Value, side: Side, operation = "np.searchsorted"): Value {
  requireVector(operation, "a", a);
  const extent = at(a.aval.shape, 0);
  return namedCall1("searchsorted", { side, extent }, promoteDTypes(operation, [a, v]), ([row, wanted]) => {
    const [sorted, targets] = [row as Value, wanted as Value];
    const { shape } = targets.aval;
    let below = fullOf(0, makeAval(shape, "int32"));
    if (extent === 0) return below;
    for (let width = 2 ** Math.floor(Math.log2(extent)); width >= 1; width /= 2) {
      const candidate = add(below, scalarLiteral(width, "int32"));
      const element = elementsAt(sorted, sub(candidate, scalarLiteral(1, "int32")));
      const counts = side === "left" ? isBefore(element, targets) : not(isBefore(targets, element));
      const isInside = le(candidate, scalarLiteral(extent, "int32"));
      below = selectN(and(isInside, counts), [below, candidate]);
    }
    return below;
  });
}

/** The bin of each element: how many edges lie at or below it, for rising edges; at or above it, for falling ones. */
export function digitize(x: Value, bins: Value, right: boolean): Value {
  const operation = "np.digitize";
  requireVector(operation, "bins", bins);
  const count = at(bins.aval.shape, 0);
  if (count === 0) return fullOf(0, makeAval(x.aval.shape, "int32"));
  const side = right ? "left" : "right";
  const [rising, falling] = [searchSorted(bins, x, side, operation), searchSorted(rev(bins, [0]), x, side, operation)];
  const [first, last] = [elementsAt(bins, scalarLiteral(0, "int32")), elementsAt(bins, scalarLiteral(count - 1, "int32"))];
  return where(le(first, last), rising, sub(scalarLiteral(count, "int32"), falling));
}

/** The polygon through the points (xp, fp), at x. Outside it `left` and `right`, or the values of its ends. */
export function interp(x: Value, xp: Value, fp: Value, left: Value | null, right: Value | null): Value {
  const operation = "np.interp";
  requireVector(operation, "xp", xp);
  requireVector(operation, "fp", fp);
  const count = at(xp.aval.shape, 0);
  if (count === 0 || at(fp.aval.shape, 0) !== count) {
    raise(badArgument, {
      operation, argument: "fp", expected: "as many values as points, and at least one", got: `${count} points and ${at(fp.aval.shape, 0)} values`, fix: "give a value per point",
    });
  }
  const ends = [left, right].filter((end) => end !== null);
  return namedCall1("interp", { left: left !== null, right: right !== null }, promoteInexact(operation, [x, xp, fp, ...ends]), (args) => {
    const [at0, points, values] = args as readonly [Value, Value, Value];
    const [below, above] = [left === null ? null : at(args, 3), right === null ? null : at(args, -1)];
    const one = scalarLiteral(1, "int32");
    const upper = clip(searchSorted(points, at0, "right", operation), one, scalarLiteral(Math.max(1, count - 1), "int32"));
    const lower = sub(upper, one);
    const start = elementsAt(values, lower);
    const [rise, run, way] = [sub(elementsAt(values, upper), start), sub(elementsAt(points, upper), elementsAt(points, lower)), sub(at0, elementsAt(points, lower))];
    const isPoint = le(abs(run), scalarLike(run, 0));
    const slope = div(way, where(isPoint, scalarLike(run, 1), run));
    const inside = where(isPoint, start, add(start, mul(slope, rise)));
    const [first, last] = [scalarLiteral(0, "int32"), scalarLiteral(count - 1, "int32")];
    const withLeft = where(lt(at0, elementsAt(points, first)), below ?? elementsAt(values, first), inside);
    return where(gt(at0, elementsAt(points, last)), above ?? elementsAt(values, last), withLeft);
  });
}

/** The edge of `edges` above each element; the last edge belongs to the last bin. Elements outside give 0 or one more than there are. */
export function binOf(x: Value, edges: Value): Value {
  const count = at(edges.aval.shape, 0);
  const last = elementsAt(edges, scalarLiteral(count - 1, "int32"));
  const places = searchSorted(edges, x, "right", "np.histogram");
  return where(and(le(x, last), ge(x, last)), scalarLiteral(count - 1, "int32"), places);
}
