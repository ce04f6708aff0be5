/**
 * @file Views: how the index at which a kernel needs a value depends on the kernel's loops. Two needs with the same view are
 * the same element in each iteration, so that the value is computed once for both.
 */

import { at } from "../base/assert.ts";
import { stridesOf } from "../base/shape.ts";
import type { OperandRead } from "./reads.ts";

export interface View {
  readonly dimensions: readonly ViewDimension[];
  /** The loop axes that the index depends on, ascending. */
  readonly axes: readonly number[];
  /** How often computed indices come back to one element. */
  readonly repeats: number;
  /** Tells the views of one table apart. */
  readonly number: number;
}

export interface ViewDimension {
  readonly key: string;
  readonly axes: readonly number[];
  readonly repeats: number;
}

/** Which read of which result of which equation. */
export interface ReadSource {
  readonly eqn: number;
  readonly outIndex: number;
  readonly place: number;
}

const zeroDimension: ViewDimension = { key: "0", axes: [], repeats: 1 };

const firstAxes: readonly ViewDimension[] = Array.from({ length: 8 }, (_, axis) => makeAxisDimension(axis));

function makeAxisDimension(axis: number): ViewDimension {
  return { key: `i${axis}`, axes: [axis], repeats: 1 };
}

/** The dimension that runs over a loop axis. */
export function axisDimension(axis: number): ViewDimension {
  return firstAxes[axis] ?? makeAxisDimension(axis);
}

/** Makes views, each once. Loop axes are numbered from the outermost loop of a kernel. */
export class ViewTable {
  readonly #views = new Map<string, View>();
  /** What `inOrder` gave, by the two shapes. */
  readonly #inOrder = new Map<string, View>();

  /**
   * The view of a value of `shape` that has as many elements as `space`, where element after element in row-major order is
   * needed in iteration after iteration. What is stored once per iteration is stored like this.
   */
  inOrder(shape: readonly number[], space: readonly number[]): View {
    const key = shape === space ? shape.join() : `${shape.join()} in ${space.join()}`;
    const known = this.#inOrder.get(key);
    if (known !== undefined) return known;
    const view = this.#makeInOrder(shape, space);
    this.#inOrder.set(key, view);
    return view;
  }

  #makeInOrder(shape: readonly number[], space: readonly number[]): View {
    const wide = space.flatMap((extent, axis) => (extent === 1 ? [] : [axis]));
    if (sameElements(shape, space)) {
      let next = 0;
      return this.of(shape.map((extent) => (extent === 1 ? zeroDimension : axisDimension(at(wide, next++)))), shape);
    }
    const spaceStrides = stridesOf(space);
    const strides = stridesOf(shape);
    return this.of(shape.map((extent, dimension): ViewDimension => {
      const low = at(strides, dimension);
      const axes = wide.filter((axis) => at(spaceStrides, axis) < low * extent && at(spaceStrides, axis) * at(space, axis) > low);
      return { key: `part ${dimension} of ${shape.join(",")} in ${space.join(",")}`, axes, repeats: 1 };
    }), shape);
  }

  /** The view of an elementwise operand whose result is needed at `view`: extents of 1 and scalars broadcast. */
  ofElementwiseOperand(view: View, operandShape: readonly number[]): View {
    const stays = operandShape.length === view.dimensions.length
      && operandShape.every((extent, dimension) => extent !== 1 || at(view.dimensions, dimension).key === "0");
    return stays ? view : this.of(operandShape.map((_, dimension) => at(view.dimensions, dimension)), operandShape);
  }

  /**
   * The view of an operand that is read to give the element at `view`. Reads of an equation with a loop of its own count its
   * axes behind those of the result; they are the kernel's axes from `firstInnerAxis` on.
   */
  ofRead(view: View, read: OperandRead, operandShape: readonly number[], source: ReadSource, firstInnerAxis = 0): View {
    const rank = view.dimensions.length;
    const ofAxis = (axis: number): ViewDimension => (axis < rank ? at(view.dimensions, axis) : axisDimension(firstInnerAxis + axis - rank));
    const firstComputed = read.dimensions.findIndex(({ kind }) => kind === "computed");
    return this.of(read.dimensions.map((dimension, position): ViewDimension => {
      switch (dimension.kind) {
        case "axis": return ofAxis(dimension.axis);
        case "constant": return dimension.value === 0 ? zeroDimension : { key: String(dimension.value), axes: [], repeats: 1 };
        case "computed": {
          const key = `read ${source.eqn}.${source.outIndex}.${source.place}.${position} at ${view.number}`;
          const parts = dimension.axes.map(ofAxis);
          // Computed dimensions come back together, so that one of them counts for all.
          const repeats = parts.reduce((product, part) => product * part.repeats, position === firstComputed ? read.repeats : 1);
          return { key, axes: ascending(parts.flatMap((part) => part.axes)), repeats };
        }
      }
    }), operandShape);
  }

  /** The view with these dimensions of a value of `shape`; dimensions of extent 1 are at 0. */
  of(given: readonly ViewDimension[], shape: readonly number[]): View {
    const dimensions = shape.map((extent, dimension) => (extent === 1 ? zeroDimension : at(given, dimension)));
    let key = "";
    for (const dimension of dimensions) key += `${dimension.key}; `;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view: View = {
      dimensions, axes: ascending(dimensions.flatMap((dimension) => dimension.axes)),
      repeats: dimensions.reduce((product, dimension) => product * dimension.repeats, 1), number: this.#views.size,
    };
    this.#views.set(key, view);
    return view;
  }
}

function ascending(axes: readonly number[]): readonly number[] {
  return [...new Set(axes)].sort((left, right) => left - right);
}

/** Whether two shapes differ in axes of extent 1 alone. */
export function sameElements(left: readonly number[], right: readonly number[]): boolean {
  let place = 0;
  for (const extent of left) {
    if (extent === 1) continue;
    while (right[place] === 1) place++;
    if (right[place++] !== extent) return false;
  }
  while (right[place] === 1) place++;
  return place >= right.length;
}

/** The part of a value of `size` elements that a view reaches: one coordinate of three, say. */
export function reach(view: View, extents: readonly number[], size: number): number {
  const places = view.axes.reduce((product, axis) => product * at(extents, axis), 1);
  return size === 0 ? 1 : Math.min(1, places / size);
}

/** A parallel loop this short, innermost, runs all at once inside the loop of folds, and shares what does not depend on it. */
const shortAxis = 4;

/**
 * How often each element is computed in one run of loops with these extents, `parallel` of them parallel ones, where what
 * does not depend on the inner loops is computed outside them.
 */
export function repetitions(view: View, extents: readonly number[], parallel: number): number {
  const innermost = view.axes.at(-1) ?? -1;
  return extents.reduce((product, extent, axis) => {
    const isShared = axis === parallel - 1 && extent <= shortAxis;
    return axis < innermost && !isShared && !view.axes.includes(axis) ? product * extent : product;
  }, view.repeats);
}
