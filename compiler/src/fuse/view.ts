/**
 * @file Views: how the index at which a kernel needs a value depends on the kernel's loops. Two needs with the same view are
 * the same element in each iteration, so that the value is computed once for both.
 */

import { at } from "../base/assert.ts";
import { equalShapes, stridesOf } from "../base/shape.ts";
import type { OperandRead } from "./reads.ts";

export interface View {
  /** Views of one table are equal if and only if their numbers are. */
  readonly number: number;
  readonly dimensions: readonly ViewDimension[];
  /** Index maps between the kernel's stores and the value. */
  readonly depth: number;
}

interface ViewDimension {
  readonly key: string;
  /** The loop axes that the index depends on, ascending. */
  readonly axes: readonly number[];
}

/** The zero of a dimension of extent 1, a dimension of another view, or a loop axis. */
export type AssembledDimension = "zero" | { readonly result: number } | { readonly axis: number };

/** Which read of which equation. */
export interface ReadSource {
  readonly eqn: number;
  readonly place: number;
}

const zeroDimension: ViewDimension = { key: "0", axes: [] };

/** Makes views, each once. Loop axes are numbered from the outermost loop of a kernel. */
export class ViewTable {
  readonly #views = new Map<string, View>();

  /**
   * The view of a value of `shape` that has as many elements as `space`, where element after element in row-major order is
   * needed in iteration after iteration. What is stored once per iteration is stored like this.
   */
  inOrder(shape: readonly number[], space: readonly number[]): View {
    const wide = space.flatMap((extent, axis) => (extent === 1 ? [] : [axis]));
    if (sameElements(shape, space)) {
      let next = 0;
      return this.#view(shape.map((extent) => (extent === 1 ? zeroDimension : axisDimension(at(wide, next++)))), 0);
    }
    const spaceStrides = stridesOf(space);
    const strides = stridesOf(shape);
    return this.#view(shape.map((extent, dimension): ViewDimension => {
      if (extent === 1) return zeroDimension;
      const low = at(strides, dimension);
      const axes = wide.filter((axis) => at(spaceStrides, axis) < low * extent && at(spaceStrides, axis) * at(space, axis) > low);
      return { key: `part ${dimension} of ${shape.join(",")} in ${space.join(",")}`, axes };
    }), 0);
  }

  /** The view of an elementwise operand whose result is needed at `view`: extents of 1 and scalars broadcast. */
  ofElementwiseOperand(view: View, operandShape: readonly number[]): View {
    const stays = operandShape.length === view.dimensions.length
      && operandShape.every((extent, dimension) => extent !== 1 || at(view.dimensions, dimension).key === "0");
    if (stays) return view;
    return this.#view(operandShape.map((extent, dimension) => (extent === 1 ? zeroDimension : at(view.dimensions, dimension))), view.depth);
  }

  /** The view of an operand that an index map reads to give the element at `view`. */
  ofRead(view: View, read: OperandRead, operandShape: readonly number[], source: ReadSource): View {
    const dimensions = read.dimensions.map((dimension, position): ViewDimension => {
      if (at(operandShape, position) === 1) return zeroDimension;
      switch (dimension.kind) {
        case "axis": return at(view.dimensions, dimension.axis);
        case "constant": return dimension.value === 0 ? zeroDimension : { key: String(dimension.value), axes: [] };
        case "computed": {
          const axes = new Set(dimension.axes.flatMap((axis) => at(view.dimensions, axis).axes));
          return { key: `read ${source.eqn}.${source.place}.${position} at ${view.number}`, axes: [...axes].sort((left, right) => left - right) };
        }
      }
    });
    return this.#view(dimensions, view.depth + 1);
  }

  /** The view of a reduction's operand: kept dimensions as the result's, folded ones run over the inner axes. */
  ofFoldOperand(view: View, operandShape: readonly number[], foldedAxes: readonly number[], firstInnerAxis: number): View {
    let kept = 0;
    return this.assemble(view, operandShape.map((extent, dimension): AssembledDimension => {
      const inner = foldedAxes.indexOf(dimension);
      const result = inner < 0 ? kept++ : 0;
      if (extent === 1) return "zero";
      return inner < 0 ? { result } : { axis: firstInnerAxis + inner };
    }));
  }

  /** A view put together from dimensions of another one and from loop axes. */
  assemble(view: View, dimensions: readonly AssembledDimension[]): View {
    return this.#view(dimensions.map((dimension) => {
      if (dimension === "zero") return zeroDimension;
      return "axis" in dimension ? axisDimension(dimension.axis) : at(view.dimensions, dimension.result);
    }), view.depth);
  }

  #view(dimensions: readonly ViewDimension[], depth: number): View {
    const key = dimensions.map((dimension) => dimension.key).join("; ");
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view: View = { number: this.#views.size, dimensions, depth };
    this.#views.set(key, view);
    return view;
  }
}

function axisDimension(axis: number): ViewDimension {
  return { key: `i${axis}`, axes: [axis] };
}

/** Whether two shapes differ in axes of extent 1 alone. */
export function sameElements(left: readonly number[], right: readonly number[]): boolean {
  return equalShapes(left.filter((extent) => extent !== 1), right.filter((extent) => extent !== 1));
}

/** The loop axes that the view depends on, ascending. */
export function axesOf(view: View): readonly number[] {
  return [...new Set(view.dimensions.flatMap((dimension) => dimension.axes))].sort((left, right) => left - right);
}

/**
 * How often each element is computed in one run of loops with these extents, where what does not depend on the inner loops
 * is computed outside them.
 */
export function repetitions(view: View, extents: readonly number[]): number {
  const used = axesOf(view);
  const innermost = used.at(-1) ?? -1;
  return extents.reduce((product, extent, axis) => (axis < innermost && !used.includes(axis) ? product * extent : product), 1);
}
