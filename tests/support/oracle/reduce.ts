/** @file The oracle of reductions, windows, prefixes and sorts. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import type { Aval } from "@lanewise/compiler/ir/types";
import type { CumulativeParams } from "@lanewise/compiler/primitives/cumulative";
import type { ArgReduceParams } from "@lanewise/compiler/primitives/reduce";
import type { SelectAndGatherParams, SelectAndScatterParams, WindowParams } from "@lanewise/compiler/primitives/reduce-window";
import type { SortParams, TopKParams } from "@lanewise/compiler/primitives/sort";
import * as n from "./number.ts";
import type { Num } from "./number.ts";
import { indices, read, tabulate, type Tensor } from "./tensor.ts";

type Oracle<P> = (inputs: readonly Tensor[], params: P, outs: readonly Aval[]) => readonly Tensor[];

function wrapped(dtype: DType, value: Num): Num {
  if (dtype === "int32") return n.real(value) | 0;
  return dtype === "uint32" ? n.real(value) >>> 0 : value;
}

const isInteger = (dtype: DType): boolean => /^u?int/.test(dtype);
const plus = (a: Num, b: Num, dtype: DType): Num => wrapped(dtype, n.add(a, b));
const times = (a: Num, b: Num, dtype: DType): Num => wrapped(dtype, isInteger(dtype) ? Math.imul(n.real(a), n.real(b)) : n.mul(a, b));

/** The place of the extremum in a list: the first NaN, else the first of equal elements. -1 for none. */
function placeOf(elements: readonly Num[], sign: 1 | -1): number {
  const reals = elements.map((element) => sign * n.real(element));
  const firstNaN = reals.findIndex(Number.isNaN);
  return firstNaN >= 0 ? firstNaN : reals.indexOf(Math.max(...reals));
}

/** Elements along an axis through the place `index`, whose entry for that axis does not matter. */
function rowThrough(tensor: Tensor, index: readonly number[], axis: number): Num[] {
  return Array.from({ length: at(tensor.shape, axis) }, (_, place) => read(tensor, index.map((entry, other) => (other === axis ? place : entry))));
}

// Reductions -----------------------------------------------------------------------------------------------------------

function argReduce(sign: 1 | -1): Oracle<ArgReduceParams> {
  return ([input], { axes }, outs) => {
    const [operand, axis] = [input as Tensor, at(axes, 0)];
    const { shape, dtype } = at(outs, 0);
    return [tabulate(shape, dtype, (index) => placeOf(rowThrough(operand, [...index.slice(0, axis), 0, ...index.slice(axis)], axis), sign))];
  };
}

function reduced(start: (dtype: DType) => number, step: (total: Num, element: Num, dtype: DType) => Num): Oracle<{ readonly axes: readonly number[] }> {
  return ([input], { axes }, outs) => {
    const operand = input as Tensor;
    const { shape, dtype } = at(outs, 0);
    return [tabulate(shape, dtype, (index) => [...indices(operand.shape)]
      .filter((place) => place.filter((_, axis) => !axes.includes(axis)).every((entry, kept) => entry === at(index, kept)))
      .reduce<Num>((total, place) => step(total, read(operand, place), dtype), start(dtype)))];
  };
}

/** A bitwise fold; of bools the numbers are 0 and 1. */
function bitwise(start: number, step: (a: number, b: number) => number): Oracle<{ readonly axes: readonly number[] }> {
  return reduced((dtype) => wrapped(dtype, dtype === "bool" ? start & 1 : start) as number, (total, element, dtype) => wrapped(dtype, step(n.real(total), n.real(element))));
}

// Windows --------------------------------------------------------------------------------------------------------------

interface Geometry {
  readonly baseDilation?: readonly number[];
  readonly padding: readonly (readonly number[])[];
  readonly windowDilation: readonly number[];
  readonly windowDimensions: readonly number[];
  readonly windowStrides: readonly number[];
}

/** The places of the operand that a window holds, in row-major order of the window. */
function placesInWindow(shape: readonly number[], params: Geometry, window: readonly number[]): (readonly number[])[] {
  return [...indices(params.windowDimensions)]
    .map((inner) => inner.map((step, axis) =>
      (at(window, axis) * at(params.windowStrides, axis) + step * at(params.windowDilation, axis) - at(at(params.padding, axis), 0)) / (params.baseDilation?.[axis] ?? 1)))
    .filter((place) => place.every((entry, axis) => Number.isInteger(entry) && entry >= 0 && entry < at(shape, axis)));
}

function windowFold(fold: (elements: readonly Num[], dtype: DType) => Num): Oracle<WindowParams> {
  return ([input], params, outs) => {
    const operand = input as Tensor;
    const { shape, dtype } = at(outs, 0);
    return [tabulate(shape, dtype, (window) => fold(placesInWindow(operand.shape, params, window).map((place) => read(operand, place)), dtype))];
  };
}

function lowest(dtype: DType): number {
  if (dtype === "bool" || dtype === "uint32") return 0;
  return dtype === "int32" ? -2147483648 : -Infinity;
}

function highest(dtype: DType): number {
  if (dtype === "bool") return 1;
  if (dtype === "uint32") return 4294967295;
  return dtype === "int32" ? 2147483647 : Infinity;
}

function windowExtremum(sign: 1 | -1): Oracle<WindowParams> {
  return windowFold((elements, dtype) => elements[placeOf(elements, sign)] ?? (sign === 1 ? lowest(dtype) : highest(dtype)));
}

/** The place that a window chooses, or null where it holds none. */
function chosen(operand: Tensor, params: Geometry & { readonly selectPrim: "ge" | "le" }, window: readonly number[]): readonly number[] | null {
  const places = placesInWindow(operand.shape, params, window);
  return places[placeOf(places.map((place) => read(operand, place)), params.selectPrim === "ge" ? 1 : -1)] ?? null;
}

const selectAndGather: Oracle<SelectAndGatherParams> = ([tangents, input], params, outs) => {
  const { shape, dtype } = at(outs, 0);
  return [tabulate(shape, dtype, (window) => {
    const place = chosen(input as Tensor, params, window);
    return place === null ? 0 : read(tangents as Tensor, place);
  })];
};

const selectAndScatter: Oracle<SelectAndScatterParams> = ([source, input], params, outs) => {
  const [updates, operand] = [source as Tensor, input as Tensor];
  const windows = [...indices(updates.shape)].map((window) => ({ window, place: chosen(operand, params, window)?.join() }));
  const { shape, dtype } = at(outs, 0);
  return [tabulate(shape, dtype, (index) => windows.filter(({ place }) => place === index.join())
    .reduce<Num>((total, { window }) => plus(total, read(updates, window), dtype), 0))];
};

// Prefixes -------------------------------------------------------------------------------------------------------------

function prefix(fold: (elements: readonly Num[], dtype: DType) => Num): Oracle<CumulativeParams> {
  return ([input], { axis, reverse }, outs) => {
    const operand = input as Tensor;
    const { shape, dtype } = at(outs, 0);
    return [tabulate(shape, dtype, (index) => {
      const row = rowThrough(operand, index, axis);
      return fold(reverse ? row.slice(at(index, axis)).reverse() : row.slice(0, at(index, axis) + 1), dtype);
    })];
  };
}

function logSumExp(elements: readonly Num[]): Num {
  const largest = Math.max(...elements.map(n.real));
  const reference = Number.isFinite(largest) ? largest : 0;
  return n.add(reference, n.log(elements.reduce<Num>((sum, element) => n.add(sum, n.exp(n.sub(element, reference))), 0)));
}

// Sorts ----------------------------------------------------------------------------------------------------------------

/** -1, 0 or 1; NaN is the largest, -0 equals 0. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}

/** -0 below 0 beside that. */
function compareTotally(a: number, b: number): number {
  return a === 0 && b === 0 ? compare(1 / a, 1 / b) : compare(a, b);
}

const sort: Oracle<SortParams> = (inputs, { dimension, numKeys }, outs) => {
  const { shape } = at(outs, 0);
  const orderOf = (index: readonly number[]): number[] => {
    const rows = inputs.slice(0, numKeys).map((input) => rowThrough(input, index, dimension).map(n.real));
    return Array.from({ length: at(shape, dimension) }, (_, place) => place)
      .sort((a, b) => rows.map((row) => compare(at(row, a), at(row, b))).find((order) => order !== 0) ?? a - b);
  };
  return inputs.map((input) => tabulate(shape, input.dtype, (index) =>
    read(input, index.map((entry, axis) => (axis === dimension ? at(orderOf(index), entry) : entry)))));
};

const topK: Oracle<TopKParams> = ([input], { axis }, outs) => {
  const operand = input as Tensor;
  const { shape } = at(outs, 0);
  const placeAt = (index: readonly number[]): number => {
    const row = rowThrough(operand, index, axis).map(n.real);
    return at([...row.keys()].sort((a, b) => compareTotally(at(row, b), at(row, a)) || a - b), at(index, axis));
  };
  return [
    tabulate(shape, operand.dtype, (index) => read(operand, index.map((entry, other) => (other === axis ? placeAt(index) : entry)))),
    tabulate(shape, "int32", placeAt),
  ];
};

export const reduceOracles = {
  reduce_prod: reduced(() => 1, times),
  reduce_and: bitwise(-1, (a, b) => a & b),
  reduce_or: bitwise(0, (a, b) => a | b),
  reduce_xor: bitwise(0, (a, b) => a ^ b),
  argmax: argReduce(1),
  argmin: argReduce(-1),
  reduce_window_sum: windowFold((elements, dtype) => elements.reduce<Num>((total, element) => plus(total, element, dtype), 0)),
  reduce_window_max: windowExtremum(1),
  reduce_window_min: windowExtremum(-1),
  select_and_gather_add: selectAndGather,
  select_and_scatter_add: selectAndScatter,
  cumsum: prefix((elements, dtype) => elements.reduce<Num>((total, element) => plus(total, element, dtype), 0)),
  cumprod: prefix((elements, dtype) => elements.reduce<Num>((total, element) => times(total, element, dtype), 1)),
  cummax: prefix((elements) => at(elements, placeOf(elements, 1))),
  cummin: prefix((elements) => at(elements, placeOf(elements, -1))),
  cumlogsumexp: prefix(logSumExp),
  sort,
  top_k: topK,
};
