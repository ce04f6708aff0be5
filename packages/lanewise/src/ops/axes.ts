/** @file Axes and shapes as arguments: checked, and counted from the front. */

import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, normalizeAxis, range, sizeOf } from "@lanewise/compiler/base/shape";
import { isInteger } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { hasBrand, isTracer } from "@lanewise/compiler/trace/tracer";
import { describeArgument } from "../arguments.ts";
import { badArgument, badAxis } from "../errors.ts";
import type { Axis } from "../types.ts";

/**
 * A 0-d array of integers as its number, so that it can name an axis or an extent; a traced one throws, as everywhere that
 * a number is asked for. Other values as they are.
 */
function numberNow(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !hasBrand(value)) return value;
  const { dtype, shape } = (value as Value).aval;
  return isTracer(value) || (isInteger(dtype) && shape.length === 0) ? Number(value) : value;
}

/** One axis in `[0, rank)`. */
export function resolveAxis(operation: string, given: unknown, rank: number, argument = "axis"): number {
  const axis = numberNow(given);
  const resolved = typeof axis === "number" ? normalizeAxis(axis, rank) : null;
  if (resolved !== null) return resolved;
  return raise(badAxis, {
    operation, argument, expected: rank === 0 ? "no axis: the array has none" : `an integer in [${-rank}, ${rank}) for an array of ${rank} axes`,
    got: describe(axis), fix: "choose one of the array's axes",
  });
}

/** Distinct axes in `[0, rank)`, in the order given. */
export function resolveAxes(operation: string, axes: unknown, rank: number, argument = "axis"): number[] {
  const list: readonly unknown[] = Array.isArray(axes) ? axes : [axes];
  const resolved = list.map((axis) => resolveAxis(operation, axis, rank, argument));
  if (new Set(resolved).size !== resolved.length) {
    raise(badAxis, { operation, argument, expected: "each axis once", got: describe(axes), fix: "remove the duplicate" });
  }
  return resolved;
}

/** An integer that is known now. */
export function resolveInteger(operation: string, given: unknown, argument: string): number {
  const integer = numberNow(typeof given === "bigint" ? Number(given) : given);
  if (typeof integer === "number" && Number.isInteger(integer)) return integer;
  return raise(badArgument, { operation, argument, expected: "a static integer", got: describe(given), fix: `correct ${argument}` });
}

/** A list of integers that are known now. */
export function resolveIntegers(operation: string, given: unknown, argument: string): number[] {
  if (Array.isArray(given)) return given.map((item, index) => resolveInteger(operation, item, `${argument}[${index}]`));
  return raise(badArgument, { operation, argument, expected: "a list of integers", got: describe(given), fix: `give ${argument} in a list: [0, 1]` });
}

/** The axes of a reduction; null or undefined is all of them. */
export function reductionAxes(operation: string, axis: Axis | undefined, rank: number): number[] {
  if (axis === null || axis === undefined) return range(rank);
  return resolveAxes(operation, axis, rank);
}

/** A shape from a number or a list of numbers. */
export function resolveShape(operation: string, shape: unknown, argument = "shape"): number[] {
  const list: readonly unknown[] = (Array.isArray(shape) ? (shape as readonly unknown[]) : [shape]).map(numberNow);
  if (!list.every((extent): extent is number => typeof extent === "number" && Number.isInteger(extent) && extent >= 0)) {
    raise(badArgument, {
      operation, argument, expected: "an integer that is not negative, or a list of them", got: describe(shape), fix: "give static extents: [2, 3]",
    });
  }
  if (sizeOf(list) >= 2 ** 31) {
    raise(badArgument, {
      operation, argument, expected: "fewer than 2^31 elements: places are int32", got: `${describe(shape)}, which has ${sizeOf(list)}`, fix: "work in parts",
    });
  }
  return [...list];
}

/** The shape of a reshape: as `resolveShape`, and one extent may be -1 for what is left. */
export function resolveNewShape(operation: string, given: unknown, oldShape: readonly number[]): number[] {
  const shape = (Array.isArray(given) ? (given as readonly unknown[]) : [given]).map(numberNow);
  const size = sizeOf(oldShape);
  const open = shape.filter((extent) => extent === -1).length;
  const known = resolveShape(operation, shape.map((extent) => (extent === -1 ? 1 : extent)));
  const product = sizeOf(known);
  const fits = open === 0 ? product === size : open === 1 && (product === 0 ? size === 0 : size % product === 0);
  if (!fits || (open === 1 && product === 0)) {
    raise(badArgument, {
      operation, argument: "shape", expected: `extents whose product is ${size}, the size of ${formatShape(oldShape)}; at most one may be -1`,
      got: `(${shape.map(String).join(", ")})`, fix: "choose extents whose product is the same",
    });
  }
  return shape.map((extent, axis) => (extent === -1 ? size / product : (known[axis] ?? 0)));
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describe).join(", ")}]`;
  if (typeof value === "string") return `"${value}"`;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : describeArgument(value);
}
