/**
 * @file Arrays as NumPy prints them: `array([1., 2., 3.], dtype=float32)`. Rows are aligned, lines are wrapped, and of long
 * arrays the ends are shown, with the shape beside them.
 */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { formatShape, range, sizeOf, stridesOf } from "@lanewise/compiler/base/shape";
import { elementFormat, type ElementFormat } from "./format-elements.ts";

const lineWidth = 75;
/** Arrays with more elements are shown by their ends. */
const threshold = 1000;
/** How many rows or elements at each end of an axis are shown. */
const edge = 3;
const prefix = "array(";

/** The array as text; `elementAt` gives an element by its row-major index, a bool as 0 or 1. */
export function formatArray(dtype: DType, shape: readonly number[], elementAt: (index: number) => number): string {
  const size = sizeOf(shape);
  const isShortened = size > threshold;
  const body = size === 0 ? "[]" : formatBody(dtype, shape, elementAt, isShortened);
  const facts = isShortened || (size === 0 && shape.length > 1) ? [`shape=${formatShape(shape)}`, `dtype=${dtype}`] : [`dtype=${dtype}`];
  const text = `${prefix}${body},`;
  const tail = `${facts.join(", ")})`;
  const lastLine = text.length - (text.lastIndexOf("\n") + 1);
  const separator = lastLine + tail.length + 1 > lineWidth ? `\n${" ".repeat(prefix.length)}` : " ";
  return text + separator + tail;
}

/** The positions along an axis that are shown; null stands for the gap. */
function shownPositions(extent: number, isShortened: boolean): (number | null)[] {
  if (!isShortened || extent <= 2 * edge) return range(extent);
  return [...range(edge), null, ...range(edge).map((place) => extent - edge + place)];
}

function formatBody(dtype: DType, shape: readonly number[], elementAt: (index: number) => number, isShortened: boolean): string {
  const strides = stridesOf(shape);
  const axes = shape.map((extent) => shownPositions(extent, isShortened));
  const shown: number[] = [];
  const collect = (axis: number, offset: number): void => {
    if (axis === shape.length) shown.push(elementAt(offset));
    else for (const position of at(axes, axis)) if (position !== null) collect(axis + 1, offset + position * at(strides, axis));
  };
  collect(0, 0);
  const format = elementFormat(dtype, shown, shape.length === 0);
  return formatAxis({ format, axes, strides, elementAt }, 0, 0, " ".repeat(prefix.length), lineWidth - 1);
}

interface Layout {
  readonly format: ElementFormat;
  readonly axes: readonly (readonly (number | null)[])[];
  readonly strides: readonly number[];
  readonly elementAt: (index: number) => number;
}

/** The part of the array from `axis` on at `offset`. `indent` stands before each further line. */
function formatAxis(layout: Layout, axis: number, offset: number, indent: string, width: number): string {
  if (axis === layout.axes.length) return layout.format(layout.elementAt(offset));
  const stride = at(layout.strides, axis);
  const isLast = axis === layout.axes.length - 1;
  const items = at(layout.axes, axis).map((position) =>
    position === null ? "..." : formatAxis(layout, axis + 1, offset + position * stride, `${indent} `, width - 1));
  if (isLast) return `[${wrap(items, `${indent} `, width).slice(indent.length + 1)}]`;
  // One empty line more for each axis between, so that blocks stand apart.
  const separator = `,${"\n".repeat(layout.axes.length - axis - 1)}${indent} `;
  return `[${items.join(separator)}]`;
}

/** Items joined by commas, in lines of at most `width` characters. */
function wrap(items: readonly string[], indent: string, width: number): string {
  const lines: string[] = [];
  let line = indent;
  items.forEach((item, index) => {
    // Room for the comma or the bracket that follows.
    if (line.length + item.length > width - 1 && line.length > indent.length) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += index < items.length - 1 ? `${item}, ` : item;
  });
  return [...lines, line].join("\n");
}
