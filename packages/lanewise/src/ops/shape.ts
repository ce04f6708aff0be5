/** @file Functions that move elements and compute nothing: reshapes, reorderings, joins, paddings. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { equalShapes, formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { broadcastInDim, transpose as permute } from "@lanewise/compiler/primitives/linear";
import { reshape as reshapeTo, squeeze as squeezeAxes } from "@lanewise/compiler/primitives/linear-reshape";
import { concatenate as join, split as takeApart } from "@lanewise/compiler/primitives/structural";
import { stack as joinNew } from "@lanewise/compiler/primitives/structural-stack";
import { badArgument, badAxis, incompatibleShapes } from "../errors.ts";
import type { Axis } from "../types.ts";
import { resolveAxes, resolveAxis, resolveInteger, resolveIntegers, resolveNewShape, resolveShape } from "./axes.ts";
import { broadcastTo as broadcast } from "./elementwise.ts";
import { promoteDTypes } from "./operands.ts";

/** The same elements in another shape, of which one extent may be -1. */
export function reshape(x: Value, shape: unknown, operation = "np.reshape"): Value {
  return reshapeTo(x, resolveNewShape(operation, shape, x.aval.shape));
}

/** One axis. */
export function ravel(x: Value): Value {
  return reshape(x, [-1], "np.ravel");
}

/** Axes in another order; reversed where none is given. */
export function transpose(x: Value, axes: readonly unknown[] | null): Value {
  const rank = x.aval.shape.length;
  if (axes === null) return permute(x, range(rank).reverse());
  const order = resolveAxes("np.transpose", axes, rank, "axes");
  if (order.length !== rank) {
    raise(badAxis, {
      operation: "np.transpose", argument: "axes", expected: `each of the ${rank} axes of ${formatShape(x.aval.shape)} once`,
      got: formatShape(order), fix: "name every axis, or leave axes out to reverse them",
    });
  }
  return permute(x, order);
}

/** Moves axes to other places; the rest keep their order. */
export function moveaxis(x: Value, source: Axis, destination: Axis): Value {
  const rank = x.aval.shape.length;
  const from = resolveAxes("np.moveaxis", source, rank, "source");
  const to = resolveAxes("np.moveaxis", destination, rank, "destination");
  if (from.length !== to.length) {
    raise(badAxis, {
      operation: "np.moveaxis", expected: "as many destinations as sources", got: `${from.length} sources and ${to.length} destinations`,
      fix: "give one destination per source",
    });
  }
  const rest = range(rank).filter((axis) => !from.includes(axis));
  const order = range(rank).map((place) => (to.includes(place) ? at(from, to.indexOf(place)) : at(rest, restIndex(place, to))));
  return permute(x, order);
}

/** How many places before this one are no destinations. */
function restIndex(place: number, destinations: readonly number[]): number {
  return range(place).filter((earlier) => !destinations.includes(earlier)).length;
}

/** Exchanges two axes. */
export function swapaxes(x: Value, axis1: number, axis2: number): Value {
  const rank = x.aval.shape.length;
  const [first, second] = [resolveAxis("np.swapaxes", axis1, rank, "axis1"), resolveAxis("np.swapaxes", axis2, rank, "axis2")];
  return permute(x, range(rank).map((axis) => (axis === first ? second : axis === second ? first : axis)));
}

/** Removes axes of extent 1: those given, or all. */
export function squeeze(x: Value, axis: Axis | undefined): Value {
  const { shape } = x.aval;
  if (axis === null || axis === undefined) return squeezeAxes(x, range(shape.length).filter((place) => shape[place] === 1));
  const axes = resolveAxes("np.squeeze", axis, shape.length);
  const wide = axes.find((place) => shape[place] !== 1);
  if (wide !== undefined) {
    raise(badAxis, {
      operation: "np.squeeze", argument: "axis", expected: "axes of extent 1", got: `axis ${wide} of shape ${formatShape(shape)}, whose extent is ${at(shape, wide)}`,
      fix: "name axes of extent 1 only, or leave axis out",
    });
  }
  return squeezeAxes(x, axes);
}

/** New axes of extent 1 at these places of the result. */
export function expandDims(x: Value, axis: number | readonly number[], operation = "np.expandDims"): Value {
  const added = Array.isArray(axis) ? axis.length : 1;
  const rank = x.aval.shape.length + added;
  const places = resolveAxes(operation, axis, rank);
  const old = range(rank).filter((place) => !places.includes(place));
  const shape = range(rank).map((place) => (places.includes(place) ? 1 : at(x.aval.shape, old.indexOf(place))));
  return added === 0 ? x : broadcastInDim(x, shape, old);
}

/** The array repeated along axes of extent 1 and new leading axes. */
export function broadcastTo(x: Value, shape: unknown): Value {
  const target = resolveShape("np.broadcastTo", shape);
  const from = x.aval.shape;
  const offset = target.length - from.length;
  const fits = offset >= 0 && from.every((extent, axis) => extent === 1 || extent === at(target, axis + offset));
  if (!fits) {
    raise(incompatibleShapes, {
      operation: "np.broadcastTo", expected: `a shape that broadcasts to ${formatShape(target)}`, got: `array of shape ${formatShape(from)}`,
      fix: "extents must be equal or 1 from the last axis on; add axes with np.expandDims",
    });
  }
  return broadcast(x, target);
}

/** Joined along an axis that all have; null joins the raveled arrays. */
export function concatenate(values: readonly Value[], axis: number | null, operation = "np.concatenate"): Value {
  const first = values[0];
  if (first === undefined) {
    return raise(badArgument, { operation, argument: "arrays", expected: "at least one array", got: "an empty list", fix: "give the arrays in a list" });
  }
  if (axis === null) return concatenate(values.map(ravel), 0, operation);
  const { shape } = first.aval;
  if (shape.length === 0) {
    return raise(badArgument, { operation, argument: "arrays", expected: "arrays with at least one axis", got: "a 0-d array", fix: "use np.stack for scalars" });
  }
  const dimension = resolveAxis(operation, axis, shape.length);
  values.forEach((value, index) => {
    const other = value.aval.shape;
    if (other.length === shape.length && other.every((extent, place) => place === dimension || extent === shape[place])) return;
    raise(incompatibleShapes, {
      operation, argument: `arrays[${index}]`, expected: `the shape ${formatShape(shape)} of arrays[0] except along axis ${dimension}`,
      got: `shape ${formatShape(other)}`, fix: "reshape or pad the array",
    });
  });
  const promoted = promoteDTypes(operation, values);
  return promoted.length === 1 ? at(promoted, 0) : join(promoted, dimension);
}

/** Joined along a new axis. */
export function stack(values: readonly Value[], axis: number): Value {
  const operation = "np.stack";
  const first = values[0];
  if (first === undefined) {
    return raise(badArgument, { operation, argument: "arrays", expected: "at least one array", got: "an empty list", fix: "give the arrays in a list" });
  }
  const place = resolveAxis(operation, axis, first.aval.shape.length + 1);
  requireOneShape(operation, "arrays", values.map((value) => value.aval.shape));
  return joinNew(promoteDTypes(operation, values), place);
}

/** Throws unless all rows have the shape of the first one. */
export function requireOneShape(operation: string, argument: string, rows: readonly (readonly number[])[]): void {
  const expected = rows[0] ?? [];
  rows.forEach((row, index) => {
    if (equalShapes(row, expected)) return;
    raise(incompatibleShapes, {
      operation, argument: `${argument}[${index}]`, expected: `the shape ${formatShape(expected)} of ${argument}[0]`, got: `shape ${formatShape(row)}`,
      fix: "give rows of one shape",
    });
  });
}

/** Rows that have the axis already, with extent 1. */
export function joinRows(rows: readonly Value[], axis: number): Value {
  return rows.length === 1 ? at(rows, 0) : join(rows, axis);
}

/** Parts of an axis: so many equal ones (with `uneven` the first ones may be longer by 1), or cut before these positions. */
export function split(x: Value, parts: unknown, axis: number, operation = "np.split", uneven = false): readonly Value[] {
  const { shape } = x.aval;
  const place = resolveAxis(operation, axis, shape.length);
  const extent = at(shape, place);
  const argument = "indicesOrSections";
  const sizes = Array.isArray(parts)
    ? sizesBetween(operation, resolveIntegers(operation, parts, argument), extent) : equalSizes(operation, resolveInteger(operation, parts, argument), extent, uneven);
  return takeApart(x, sizes, place);
}

/** An axis is cut in no more parts than this. */
const mostParts = 2 ** 16;

function equalSizes(operation: string, parts: number, extent: number, uneven: boolean): number[] {
  if (parts < 1 || parts > mostParts || (!uneven && extent % parts !== 0)) {
    raise(badArgument, {
      operation, argument: "indicesOrSections", expected: `a number of parts from 1 to ${mostParts}${uneven ? "" : ` that divides the extent ${extent}`}`,
      got: String(parts), fix: uneven ? "choose fewer parts, at least 1" : "choose a divisor, give the positions to cut at, or use np.arraySplit",
    });
  }
  return range(parts).map((part) => Math.floor(extent / parts) + (part < extent % parts ? 1 : 0));
}

function sizesBetween(operation: string, cuts: readonly number[], extent: number): number[] {
  const bounds = [0, ...cuts.map((cut) => Math.min(Math.max(cut < 0 ? cut + extent : cut, 0), extent)), extent];
  const sizes = range(bounds.length - 1).map((part) => at(bounds, part + 1) - at(bounds, part));
  if (!sizes.every((size) => Number.isInteger(size) && size >= 0)) {
    raise(badArgument, { operation, argument: "indicesOrSections", expected: "integer positions in increasing order", got: formatShape(cuts), fix: "sort the positions" });
  }
  return sizes;
}
