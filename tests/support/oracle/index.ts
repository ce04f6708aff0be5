/** @file What gather, the scatters and the dynamic slices mean: loops over index vectors and the elements of a window. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import type { Aval, Params } from "@lanewise/compiler/ir/types";
import type { GatherParams, ScatterParams } from "@lanewise/compiler/primitives/index-gather";
import * as n from "./number.ts";
import type { Num } from "./number.ts";
import { indices as indicesOf, read, tabulate, type Tensor } from "./tensor.ts";

/** One index vector, taken apart: where its window begins in the operand, and whether all of the window lies inside. */
interface Window {
  readonly starts: readonly number[];
  readonly isInside: boolean;
}

interface Dimensions {
  readonly indexMap: readonly number[];
  readonly operandBatching: readonly number[];
  readonly indicesBatching: readonly number[];
}

function windowAt(position: readonly number[], operand: Tensor, indices: Tensor, sizes: readonly number[], dimensions: Dimensions, clips: boolean): Window {
  const starts = operand.shape.map(() => 0);
  let isInside = true;
  dimensions.indexMap.forEach((axis, component) => {
    const start = n.real(read(indices, [...position, component]));
    const last = at(operand.shape, axis) - at(sizes, axis);
    if (start < 0 || start > last) isInside = false;
    starts[axis] = clips ? Math.min(Math.max(start, 0), last) : start;
  });
  dimensions.operandBatching.forEach((axis, place) => { starts[axis] = at(position, at(dimensions.indicesBatching, place)); });
  return { starts, isInside: isInside || clips };
}

/** Axes of an operand that its window keeps. */
function keptAxes(rank: number, dropped: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !dropped.includes(axis));
}

/** Splits an index of the result (or of the updates) into its place among the indices and its place in the window. */
function parts(index: readonly number[], windowDims: readonly number[]): readonly [position: number[], inWindow: number[]] {
  return [index.filter((_, axis) => !windowDims.includes(axis)), windowDims.map((axis) => at(index, axis))];
}

function gather([operand, indices]: readonly Tensor[], params: GatherParams, outs: readonly Aval[]): readonly Tensor[] {
  const [from, where] = [operand as Tensor, indices as Tensor];
  const { offsetDims, collapsedSliceDims, startIndexMap, operandBatchingDims, startIndicesBatchingDims } = params.dimensionNumbers;
  const dimensions = { indexMap: startIndexMap, operandBatching: operandBatchingDims, indicesBatching: startIndicesBatchingDims };
  const kept = keptAxes(from.shape.length, [...collapsedSliceDims, ...operandBatchingDims]);
  const { shape, dtype } = at(outs, 0);
  return [tabulate(shape, dtype, (index) => {
    const [position, inWindow] = parts(index, offsetDims);
    const { starts, isInside } = windowAt(position, from, where, params.sliceSizes, dimensions, params.mode !== "fillOrDrop");
    if (!isInside) return Number(params.fillValue);
    return read(from, starts.map((start, axis) => start + (kept.includes(axis) ? at(inWindow, kept.indexOf(axis)) : 0)));
  })];
}

type Combine = (old: Num, update: Num, dtype: DType) => Num;

function scatter(combine: Combine) {
  return ([operand, indices, updates]: readonly Tensor[], params: ScatterParams): readonly Tensor[] => {
    const [to, where, from] = [operand as Tensor, indices as Tensor, updates as Tensor];
    const { updateWindowDims, insertedWindowDims, scatterDimsToOperandDims, operandBatchingDims, scatterIndicesBatchingDims } = params.dimensionNumbers;
    const dimensions = { indexMap: scatterDimsToOperandDims, operandBatching: operandBatchingDims, indicesBatching: scatterIndicesBatchingDims };
    const kept = keptAxes(to.shape.length, [...insertedWindowDims, ...operandBatchingDims]);
    const sizes = to.shape.map((_, axis) => (kept.includes(axis) ? at(from.shape, at(updateWindowDims, kept.indexOf(axis))) : 1));
    const places = new Map([...indicesOf(to.shape)].map((index, flat) => [index.join(), flat]));
    const data = [...to.data];
    if (data.length === 0) return [to];
    for (const index of indicesOf(from.shape)) {
      const [position, inWindow] = parts(index, updateWindowDims);
      const { starts, isInside } = windowAt(position, to, where, sizes, dimensions, params.mode === "clip");
      if (!isInside) continue;
      const place = places.get(starts.map((start, axis) => start + (kept.includes(axis) ? at(inWindow, kept.indexOf(axis)) : 0)).join()) as number;
      data[place] = combine(at(data, place), read(from, index), to.dtype);
    }
    return [{ ...to, data }];
  };
}

const isInteger = (dtype: DType): boolean => /^u?int/.test(dtype);

function wrapped(dtype: DType, value: Num): Num {
  if (dtype === "int32") return n.real(value) | 0;
  return dtype === "uint32" ? n.real(value) >>> 0 : value;
}

function extremum(x: Num, y: Num, sign: 1 | -1): Num {
  const [a, b] = [sign * n.real(x), sign * n.real(y)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  return a === b && typeof x === "number" && typeof y === "number" ? sign * Math.max(sign * x, sign * y) : a > b ? x : y;
}

function product(x: Num, y: Num, dtype: DType): Num {
  return isInteger(dtype) ? Math.imul(n.real(x), n.real(y)) : n.mul(x, y);
}

/** Where a slice of these sizes begins when it is moved to lie inside. */
function movedInside(operand: Tensor, sizes: readonly number[], starts: readonly Tensor[]): number[] {
  return operand.shape.map((extent, axis) => Math.min(Math.max(n.real(at(at(starts, axis).data, 0)), 0), extent - at(sizes, axis)));
}

function dynamicSlice([operand, ...starts]: readonly Tensor[], params: { readonly sliceSizes: readonly number[] }): readonly Tensor[] {
  const from = operand as Tensor;
  const first = movedInside(from, params.sliceSizes, starts);
  return [tabulate(params.sliceSizes, from.dtype, (index) => read(from, index.map((place, axis) => place + at(first, axis))))];
}

function dynamicUpdateSlice([operand, update, ...starts]: readonly Tensor[]): readonly Tensor[] {
  const [to, from] = [operand as Tensor, update as Tensor];
  const first = movedInside(to, from.shape, starts);
  return [tabulate(to.shape, to.dtype, (index) => {
    const inUpdate = index.map((place, axis) => place - at(first, axis));
    const isInside = inUpdate.every((place, axis) => place >= 0 && place < at(from.shape, axis));
    return isInside ? read(from, inUpdate) : read(to, index);
  })];
}

export const indexOracles = {
  gather,
  scatter: scatter((_old, update) => update),
  "scatter-add": scatter((old, update, dtype) => wrapped(dtype, n.add(old, update))),
  "scatter-sub": scatter((old, update, dtype) => wrapped(dtype, n.sub(old, update))),
  "scatter-mul": scatter((old, update, dtype) => wrapped(dtype, product(old, update, dtype))),
  "scatter-min": scatter((old, update) => extremum(old, update, -1)),
  "scatter-max": scatter((old, update) => extremum(old, update, 1)),
  dynamic_slice: dynamicSlice,
  dynamic_update_slice: dynamicUpdateSlice,
} satisfies Record<string, (inputs: readonly Tensor[], params: never, outs: readonly Aval[]) => readonly Tensor[]>;

/** The parts of an operand along an axis. */
function partsOf(operand: Tensor, axis: number, outs: readonly Aval[], offsetOf: (part: number) => number): readonly Tensor[] {
  return outs.map(({ shape, dtype }, part) => tabulate(shape, dtype, (index) => read(operand, index.map((place, other) => (other === axis ? place + offsetOf(part) : place)))));
}

/** The additions to the family structural. */
export const structuralOracles = {
  split: ([operand]: readonly Tensor[], { axis, sizes }: { readonly axis: number; readonly sizes: readonly number[] }, outs: readonly Aval[]) =>
    partsOf(operand as Tensor, axis, outs, (part) => sizes.slice(0, part).reduce((sum, size) => sum + size, 0)),
  unstack: ([operand]: readonly Tensor[], { axis }: { readonly axis: number }, outs: readonly Aval[]) =>
    outs.map(({ shape, dtype }, part) => tabulate(shape, dtype, (index) => read(operand as Tensor, [...index.slice(0, axis), part, ...index.slice(axis)]))),
  stack: (inputs: readonly Tensor[], { axis }: { readonly axis: number }, outs: readonly Aval[]) =>
    [tabulate(at(outs, 0).shape, at(outs, 0).dtype, (index) => read(at(inputs, at(index, axis)), index.filter((_, other) => other !== axis)))],
  rev: ([operand]: readonly Tensor[], { dimensions }: { readonly dimensions: readonly number[] }) => {
    const from = operand as Tensor;
    return [tabulate(from.shape, from.dtype, (index) => read(from, index.map((place, axis) => (dimensions.includes(axis) ? at(from.shape, axis) - 1 - place : place))))];
  },
  stop_gradient: ([operand]: readonly Tensor[], _params: Params) => [{ ...(operand as Tensor), data: (operand as Tensor).data.map(n.real) }],
} satisfies Record<string, (inputs: readonly Tensor[], params: never, outs: readonly Aval[]) => readonly Tensor[]>;
