/**
 * @file What each primitive means, as plain loops over indices. One entry per primitive; a missing one is found by type.
 */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { convertReference } from "@lanewise/compiler/base/scalar-ops";
import type { Aval, Params } from "@lanewise/compiler/ir/types";
import type { IntegerPowParams } from "@lanewise/compiler/primitives/arith";
import type { DotParams } from "@lanewise/compiler/primitives/contract";
import type { AxesParams, BroadcastParams, TransposeParams } from "@lanewise/compiler/primitives/linear";
import type { SqueezeParams } from "@lanewise/compiler/primitives/linear-reshape";
import type { ConcatenateParams, IotaParams, PadParams, SliceParams } from "@lanewise/compiler/primitives/structural";
import { elementwiseOracles } from "./elementwise.ts";
import { reduceOracles } from "./reduce.ts";
import { indexOracles, structuralOracles } from "./index.ts";
import { convOracles } from "./conv.ts";
import { linalgOracles } from "./linalg.ts";
import { randomOracles } from "./random.ts";
import * as n from "./number.ts";
import { indices, read, readBroadcast, tabulate, type Tensor } from "./tensor.ts";
import type { Num } from "./number.ts";

export type PrimitiveOracle<P extends Params> = (inputs: readonly Tensor[], params: P, outs: readonly Aval[]) => readonly Tensor[];

const isInteger = (dtype: DType): boolean => /^u?int/.test(dtype);

/** Integer results wrap to the width of the dtype. */
export function wrap(dtype: DType, value: Num): Num {
  if (dtype === "int32") return n.real(value) | 0;
  if (dtype === "uint32") return n.real(value) >>> 0;
  return value;
}

/** An elementwise oracle of any number of operands. */
export function elementwise(element: (operands: readonly Num[], dtype: DType) => Num): PrimitiveOracle<Params> {
  return (inputs, _params, outs) => {
    const { shape, dtype } = at(outs, 0);
    return [tabulate(shape, dtype, (index) => wrap(dtype, element(inputs.map((input) => readBroadcast(input, index)), at(inputs, 0).dtype)))];
  };
}

const unary = (f: (x: Num) => Num): PrimitiveOracle<Params> => elementwise(([x]) => f(x as Num));
const binary = (f: (x: Num, y: Num, dtype: DType) => Num): PrimitiveOracle<Params> => elementwise(([x, y], dtype) => f(x as Num, y as Num, dtype));
const comparison = (f: (x: number, y: number) => boolean): PrimitiveOracle<Params> => binary((x, y) => (f(n.real(x), n.real(y)) ? 1 : 0));

/** The larger or smaller; half of each derivative where they tie, as JAX has it. */
export function extremum(x: Num, y: Num, sign: 1 | -1): Num {
  const [a, b] = [sign * n.real(x), sign * n.real(y)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  if (a === b) return typeof x === "number" && typeof y === "number" ? (sign === 1 ? Math.max(x, y) : Math.min(x, y)) : n.mul(0.5, n.add(x, y));
  return a > b ? x : y;
}

function divide(x: Num, y: Num, dtype: DType): Num {
  if (!isInteger(dtype)) return n.div(x, y);
  const [a, b] = [n.real(x), n.real(y)];
  return b === 0 ? -1 : Math.trunc(a / b);
}

function product(x: Num, y: Num, dtype: DType): Num {
  return isInteger(dtype) ? Math.imul(n.real(x), n.real(y)) : n.mul(x, y);
}

/** Folds the elements over the reduced axes. */
export function reduction(fold: (elements: readonly Num[], dtype: DType) => Num): PrimitiveOracle<AxesParams> {
  return ([input], { axes }, outs) => {
    const operand = input as Tensor;
    const { shape, dtype } = at(outs, 0);
    const reduced = axes.map((axis) => at(operand.shape, axis));
    return [tabulate(shape, dtype, (index) => {
      const elements = [...indices(reduced)].map((inner) => {
        let next = 0;
        return read(operand, operand.shape.map((_, axis) => (axes.includes(axis) ? at(inner, axes.indexOf(axis)) : at(index, next++))));
      });
      return wrap(dtype, fold(elements, dtype));
    })];
  };
}

/** The extremum of a list; the derivative is the mean over the places that hold it. */
function extremumOf(elements: readonly Num[], sign: 1 | -1): Num {
  const reals = elements.map((element) => sign * n.real(element));
  if (reals.some(Number.isNaN)) return Number.NaN;
  const best = Math.max(...reals);
  const places = elements.filter((_, index) => reals[index] === best);
  return places.length === 1 ? at(places, 0) : n.div(places.reduce<Num>((sum, place) => n.add(sum, place), 0), places.length);
}

function dotGeneral([left, right]: readonly Tensor[], params: DotParams, outs: readonly Aval[]): readonly Tensor[] {
  const [a, b] = [left as Tensor, right as Tensor];
  const { shape, dtype } = at(outs, 0);
  const free = (tensor: Tensor, contract: readonly number[], batch: readonly number[]): number[] =>
    tensor.shape.map((_, axis) => axis).filter((axis) => !contract.includes(axis) && !batch.includes(axis));
  const [freeA, freeB] = [free(a, params.contractLeft, params.batchLeft), free(b, params.contractRight, params.batchRight)];
  const inner = params.contractLeft.map((axis) => at(a.shape, axis));
  const place = (tensor: Tensor, contract: readonly number[], batch: readonly number[], freeAxes: readonly number[], out: readonly number[], firstFree: number, k: readonly number[]): Num =>
    read(tensor, tensor.shape.map((_, axis) =>
      contract.includes(axis) ? at(k, contract.indexOf(axis)) : batch.includes(axis) ? at(out, batch.indexOf(axis)) : at(out, firstFree + freeAxes.indexOf(axis))));
  const batchCount = params.batchLeft.length;
  return [tabulate(shape, dtype, (index) => wrap(dtype, [...indices(inner)].reduce<Num>((sum, k) => n.add(sum, product(
    place(a, params.contractLeft, params.batchLeft, freeA, index, batchCount, k),
    place(b, params.contractRight, params.batchRight, freeB, index, batchCount + freeA.length, k), dtype)), 0)))];
}

function pad([input, value]: readonly Tensor[], { paddingConfig }: PadParams, outs: readonly Aval[]): readonly Tensor[] {
  const [operand, filler] = [input as Tensor, at((value as Tensor).data, 0)];
  const { shape, dtype } = at(outs, 0);
  return [tabulate(shape, dtype, (index) => {
    const source = index.map((place, axis) => (place - at(at(paddingConfig, axis), 0)) / (at(at(paddingConfig, axis), 2) + 1));
    const inside = source.every((place, axis) => Number.isInteger(place) && place >= 0 && place < at(operand.shape, axis));
    return inside ? read(operand, source) : filler;
  })];
}

function concatenate(inputs: readonly Tensor[], { dimension }: ConcatenateParams, outs: readonly Aval[]): readonly Tensor[] {
  const { shape, dtype } = at(outs, 0);
  return [tabulate(shape, dtype, (index) => {
    let offset = at(index, dimension);
    let which = 0;
    while (offset >= at(at(inputs, which).shape, dimension)) offset -= at(at(inputs, which++).shape, dimension);
    return read(at(inputs, which), index.map((place, axis) => (axis === dimension ? offset : place)));
  })];
}

/** An oracle that reads one element of the only operand. */
function movement<P extends Params>(source: (index: readonly number[], params: P, shape: readonly number[]) => readonly number[]): PrimitiveOracle<P> {
  return ([input], params, outs) => {
    const operand = input as Tensor;
    const { shape, dtype } = at(outs, 0);
    return [tabulate(shape, dtype, (index) => read(operand, source(index, params, operand.shape)))];
  };
}

/** The oracle of every primitive, by its printed name. */
export const primitiveOracles = {
  add: binary(n.add),
  add_any: binary(n.add),
  sub: binary(n.sub),
  mul: binary(product),
  div: binary(divide),
  neg: unary(n.neg),
  max: binary((x, y) => extremum(x, y, 1)),
  min: binary((x, y) => extremum(x, y, -1)),
  integer_pow: (inputs: readonly Tensor[], params: IntegerPowParams, outs: readonly Aval[]) => {
    const integer = (x: Num): Num => Array.from({ length: params.y }).reduce<number>((sum) => Math.imul(sum, n.real(x)), 1);
    return elementwise(([x], dtype) => (isInteger(dtype) ? integer(x as Num) : n.powInteger(x as Num, params.y)))(inputs, params, outs);
  },
  pow: (inputs: readonly Tensor[], params: Params, outs: readonly Aval[]) => {
    const power = (x: Num, y: Num): Num => {
      if (isInteger(at(inputs, 1).dtype)) return n.powInteger(x, n.real(y));
      // IEEE's pow of 1 and -1 differs from JavaScript's.
      return typeof x === "number" && typeof y === "number" && (x === 1 || (x === -1 && Math.abs(y) === Infinity)) ? 1 : n.pow(x, y);
    };
    return elementwise(([x, y]) => power(x as Num, y as Num))(inputs, params, outs);
  },
  exp: unary(n.exp),
  log: unary(n.log),
  sin: unary(n.sin),
  cos: unary(n.cos),
  tanh: unary(n.tanh),
  sqrt: unary(n.sqrt),
  eq: comparison((x, y) => x === y),
  ne: comparison((x, y) => x !== y),
  lt: comparison((x, y) => x < y),
  le: comparison((x, y) => x <= y),
  gt: comparison((x, y) => x > y),
  ge: comparison((x, y) => x >= y),
  select_n: elementwise(([which, ...cases]) => at(cases, Math.min(n.real(which as Num), cases.length - 1))),
  convert_element_type: ([input]: readonly Tensor[], _params: Params, outs: readonly Aval[]) => {
    const operand = input as Tensor;
    const { dtype } = at(outs, 0);
    const keepsDerivative = dtype.startsWith("float") && operand.dtype.startsWith("float");
    return [{ ...operand, dtype, data: operand.data.map((x) => (keepsDerivative ? x : convertReference(operand.dtype as "float32", dtype as "float32", n.real(x)))) }];
  },
  broadcast_in_dim: movement<BroadcastParams>((index, params, shape) =>
    shape.map((extent, axis) => (extent === 1 ? 0 : at(index, at(params.broadcastDimensions, axis))))),
  reshape: ([input]: readonly Tensor[], _params: Params, outs: readonly Aval[]) => [{ ...(input as Tensor), shape: at(outs, 0).shape }],
  transpose: movement<TransposeParams>((index, { permutation }) => permutation.map((_, axis) => at(index, permutation.indexOf(axis)))),
  squeeze: ([input]: readonly Tensor[], _params: SqueezeParams, outs: readonly Aval[]) => [{ ...(input as Tensor), shape: at(outs, 0).shape }],
  slice: movement<SliceParams>((index, params) => index.map((place, axis) => at(params.startIndices, axis) + place * (params.strides?.[axis] ?? 1))),
  pad,
  concatenate,
  iota: (_inputs: readonly Tensor[], { dimension }: IotaParams, outs: readonly Aval[]) =>
    [tabulate(at(outs, 0).shape, at(outs, 0).dtype, (index) => at(index, dimension))],
  reduce_sum: reduction((elements, dtype) => elements.reduce<Num>((sum, element) => wrap(dtype, n.add(sum, element)), 0)),
  reduce_max: reduction((elements) => extremumOf(elements, 1)),
  reduce_min: reduction((elements) => extremumOf(elements, -1)),
  dot_general: dotGeneral,
  ...elementwiseOracles,
  ...structuralOracles,
  ...indexOracles,
  ...reduceOracles,
  ...convOracles,
  ...linalgOracles,
  ...randomOracles,
} satisfies Record<string, PrimitiveOracle<never>>;

/** The oracle of a primitive by name. */
export function oracleOf(name: string): PrimitiveOracle<Params> {
  const oracle = (primitiveOracles as Record<string, PrimitiveOracle<never> | undefined>)[name];
  if (oracle === undefined) throw new Error(`the oracle has no entry for ${name}`);
  return oracle as PrimitiveOracle<Params>;
}
