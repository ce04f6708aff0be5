/** @file Arithmetic on shapes. */

import { at } from "./assert.ts";

export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = at(strides, axis + 1) * at(shape, axis + 1);
  return strides;
}

/** All indices into an array of this shape, in row-major order. */
export function indicesOf(shape: Shape): number[][] {
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, place) => shape.map((extent, axis) => Math.floor(place / at(strides, axis)) % extent));
}

export function equalShapes(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((extent, axis) => extent === right[axis]);
}

/** NumPy's broadcast of several shapes, or null when they do not fit. */
export function broadcastShapes(shapes: readonly Shape[]): number[] | null {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const place = rank - shape.length + axis;
      const extent = at(shape, axis);
      if (extent === 1) continue;
      if (at(result, place) !== 1 && at(result, place) !== extent) return null;
      result[place] = extent;
    }
  }
  return result;
}

/** An axis in `[-rank, rank)` as one in `[0, rank)`, or null when it is outside or not an integer. */
export function normalizeAxis(axis: number, rank: number): number | null {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) return null;
  return axis < 0 ? axis + rank : axis;
}

/** `0, 1, ..., count - 1`. By a loop: eager operations ask for it, and Array.from takes longer than their kernels. */
export function range(count: number): number[] {
  const numbers: number[] = [];
  for (let number = 0; number < count; number++) numbers.push(number);
  return numbers;
}

export function withoutAxis<T>(items: readonly T[], axis: number): T[] {
  return items.filter((_, index) => index !== axis);
}

export function withAxis<T>(items: readonly T[], axis: number, item: T): T[] {
  return [...items.slice(0, axis), item, ...items.slice(axis)];
}

/** A shape as Python prints a tuple: `(2, 3)`, `(3,)`, `()`. */
export function formatShape(shape: Shape): string {
  return shape.length === 1 ? `(${at(shape, 0)},)` : `(${shape.join(", ")})`;
}
