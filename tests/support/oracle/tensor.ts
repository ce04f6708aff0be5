/** @file Arrays of the oracle: a shape and a flat list of numbers. Everything is a plain loop over indices. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { sizeOf, stridesOf } from "@lanewise/compiler/base/shape";
import type { Num } from "./number.ts";

export interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly Num[];
}

/** Every index of a shape, in row-major order. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  const total = sizeOf(shape);
  const strides = stridesOf(shape);
  for (let flat = 0; flat < total; flat++) yield shape.map((extent, axis) => Math.floor(flat / at(strides, axis)) % extent);
}

export function read(tensor: Tensor, index: readonly number[]): Num {
  const strides = stridesOf(tensor.shape);
  return at(tensor.data, index.reduce((sum, place, axis) => sum + place * at(strides, axis), 0));
}

/** A tensor from a function of the index. */
export function tabulate(shape: readonly number[], dtype: DType, element: (index: readonly number[]) => Num): Tensor {
  return { shape, dtype, data: [...indices(shape)].map(element) };
}

/** Reads with axes of extent 1 and missing leading axes stretched, scalars everywhere. */
export function readBroadcast(tensor: Tensor, index: readonly number[]): Num {
  if (tensor.shape.length === 0) return at(tensor.data, 0);
  return read(tensor, tensor.shape.map((extent, axis) => (extent === 1 ? 0 : at(index, axis))));
}

/** One example of a batch. */
export function example(tensor: Tensor, axis: number, position: number): Tensor {
  const shape = tensor.shape.filter((_, other) => other !== axis);
  return tabulate(shape, tensor.dtype, (index) => read(tensor, [...index.slice(0, axis), position, ...index.slice(axis)]));
}

/** Examples side by side along a new axis. */
export function stack(examples: readonly Tensor[], axis: number): Tensor {
  const first = at(examples, 0);
  const shape = [...first.shape.slice(0, axis), examples.length, ...first.shape.slice(axis)];
  return tabulate(shape, first.dtype, (index) => read(at(examples, at(index, axis)), index.filter((_, other) => other !== axis)));
}
