/**
 * @file Collectives over a named axis: psum pmax pmin ppermute axis_index.
 *
 * Under the vmap that binds the name, each becomes array operations on the batch axis; under any other vmap it passes
 * through, since it acts on every element alike. Gradients are those of JAX's shard_map without replication checks: the
 * transpose of psum is psum.
 */

import { at } from "../base/assert.ts";
import { range } from "../base/shape.ts";
import { aval as makeAval } from "../ir/build.ts";
import type { Params, ParsedParam, Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1, findAxis } from "../trace/stack.ts";
import { mul, scalarLike } from "./arith.ts";
import { boundAxis, effectsOf, linearJvp, linearTranspose } from "./collective-axis.ts";
import { arithmetic, batchedAxis, definePrimitive, movement, nonDifferentiable, notLinear, printed, refuseParameter } from "./define.ts";
import { batchFirst, reduceSum, type AxesParams } from "./linear.ts";
import { formatTuple, parseItems, parseName, parseNumber, parseNumbers } from "./params.ts";
import { reduceMax, reduceMin } from "./reduce.ts";
import { iota } from "./structural.ts";

// psum, pmax, pmin -----------------------------------------------------------------------------------------------------

export interface CollectiveParams extends Params {
  readonly axisNames: readonly string[];
}

interface ReductionDefinition {
  readonly name: string;
  readonly jvp: Primitive<CollectiveParams>["jvp"];
  readonly transpose: Primitive<CollectiveParams>["transpose"];
  /** The reduction of a batch axis. */
  readonly reduce: (value: Value, axes: AxesParams["axes"]) => Value;
  /** The same of equal values, as many as the axis has. */
  readonly ofEqual: (value: Value, size: number) => Value;
}

function defineReduction(definition: ReductionDefinition): Primitive<CollectiveParams> {
  const primitive: Primitive<CollectiveParams> = definePrimitive<CollectiveParams>({
    name: definition.name,
    abstractEval: (inAvals) => [at(inAvals, 0)],
    effects: ({ axisNames }) => effectsOf(axisNames),
    jvp: definition.jvp,
    transpose: definition.transpose,
    partialEval: "plain",
    dce: "plain",
    batch: (frame, operands, axes, params) => {
      const [operand, axis] = [at(operands, 0), at(axes, 0)];
      if (frame.name === null || !params.axisNames.includes(frame.name)) return { outputs: [bind1(primitive, [operand], params)], axes: [axis] };
      const rest = params.axisNames.filter((name) => name !== frame.name);
      const reduced = axis === null ? definition.ofEqual(operand, frame.size) : definition.reduce(operand, [axis]);
      return { outputs: [rest.length === 0 ? reduced : bind1(primitive, [reduced], { axisNames: rest })], axes: [null] };
    },
    lower: { kind: "inlined" },
    simplify: "none",
    subJaxprs: "none",
    inlinable: "never",
    printParams: ({ axisNames }) => [printed("axes", formatTuple(axisNames.map((name) => `'${name}'`))), printed("axis_index_groups", "None")],
    parseParams: (params) => ({ axisNames: parseItems(params.get("axes")).map(parseName) }),
    inPlace: [0],
    facts: arithmetic,
  });
  return primitive;
}

export const psumP: Primitive<CollectiveParams> = defineReduction({
  name: "psum",
  jvp: linearJvp(() => psumP),
  transpose: linearTranspose((ct, params) => bind1(psumP, [ct], params)),
  reduce: reduceSum,
  ofEqual: (value, size) => mul(value, scalarLike(value, size)),
});

export const pmaxP: Primitive<CollectiveParams> = defineReduction({
  name: "pmax", jvp: nonDifferentiable("pmax has no derivative, as in JAX"), transpose: notLinear("pmax is not linear"), reduce: reduceMax, ofEqual: (value) => value,
});

export const pminP: Primitive<CollectiveParams> = defineReduction({
  name: "pmin", jvp: nonDifferentiable("pmin has no derivative, as in JAX"), transpose: notLinear("pmin is not linear"), reduce: reduceMin, ofEqual: (value) => value,
});

/** The sum over the examples of the named axes. */
export function psum(operand: Value, axisNames: readonly string[]): Value {
  axisNames.forEach((name) => boundAxis("psum", name));
  return bind1(psumP, [operand], { axisNames });
}

export function pmax(operand: Value, axisNames: readonly string[]): Value {
  axisNames.forEach((name) => boundAxis("pmax", name));
  return bind1(pmaxP, [operand], { axisNames });
}

export function pmin(operand: Value, axisNames: readonly string[]): Value {
  axisNames.forEach((name) => boundAxis("pmin", name));
  return bind1(pminP, [operand], { axisNames });
}

// axis_index -----------------------------------------------------------------------------------------------------------

export interface AxisIndexParams extends Params {
  readonly axisName: string;
}

export const axisIndexP: Primitive<AxisIndexParams> = definePrimitive<AxisIndexParams>({
  name: "axis_index",
  abstractEval: () => [makeAval([], "int32")],
  effects: ({ axisName }) => effectsOf([axisName]),
  jvp: nonDifferentiable("axis_index has no operand"),
  transpose: notLinear("axis_index has no operand"),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, _operands, _axes, params) =>
    frame.name === params.axisName ? { outputs: [iota("int32", [frame.size], 0)], axes: [0] } : { outputs: [bind1(axisIndexP, [], params)], axes: [null] },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ axisName }) => [printed("axis_name", axisName)],
  parseParams: (params) => ({ axisName: parseName(params.get("axis_name")) }),
  inPlace: "none",
  facts: movement,
});

/** The position of the example along a named axis, int32. */
export function axisIndex(axisName: string): Value {
  boundAxis("axisIndex", axisName);
  return bind1(axisIndexP, [], { axisName });
}

// permute_rows ---------------------------------------------------------------------------------------------------------

export interface PermuteRowsParams extends Params {
  readonly dimension: number;
  /** For each row of the result the row of the operand that it is; -1 for zeros. */
  readonly sources: readonly number[];
}

export const permuteRowsP: Primitive<PermuteRowsParams> = definePrimitive<PermuteRowsParams>({
  name: "permute_rows",
  abstractEval: (inAvals, { dimension, sources }) => {
    const inAval = at(inAvals, 0);
    if (inAval.shape[dimension] !== sources.length) refuseParameter("permute_rows", `a source for each of the ${String(inAval.shape[dimension])} rows`, `${sources.length} sources`);
    return [inAval];
  },
  effects: "pure",
  jvp: linearJvp(() => permuteRowsP),
  transpose: linearTranspose((ct, { dimension, sources }) => bind1(permuteRowsP, [ct], { dimension, sources: sources.map((_, row) => sources.indexOf(row)) })),
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, { dimension, sources }) => {
    const axis = batchedAxis(axes);
    return { outputs: [bind1(permuteRowsP, operands, { dimension: dimension < axis ? dimension : dimension + 1, sources })], axes: [axis] };
  },
  lower: {
    kind: "indexMap",
    emit: (emitter, index, read, { params: { dimension, sources }, outAval }) => {
      const row = at(index, dimension);
      const readRow = (source: Expr): Expr => read(0, index.map((place, axis) => (axis === dimension ? source : place)));
      const zeros = k.constant(0, outAval.dtype === "float64" ? "float64" : outAval.dtype === "int32" ? "int32" : outAval.dtype === "uint32" ? "uint32" : outAval.dtype === "bool" ? "bool" : "float32");
      // Runs of rows that move together, found by halving: a rotation is two runs.
      const runs = sources.flatMap((source, place) => (place > 0 && continues(at(sources, place - 1), source) ? [] : [{ place, source }]));
      const choose = (first: number, end: number): Expr => {
        if (end - first === 1) {
          const { place, source } = at(runs, first);
          return source < 0 ? zeros : readRow(k.add(row, source - place));
        }
        const middle = (first + end) >> 1;
        return emitter.branch(k.lt(row, at(runs, middle).place), () => choose(first, middle), () => choose(middle, end));
      };
      return sources.length === 0 ? zeros : choose(0, runs.length);
    },
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ dimension, sources }) => [printed("dimension", String(dimension)), printed("sources", formatTuple(sources))],
  parseParams: (params) => ({ dimension: parseNumber(params.get("dimension")), sources: parseNumbers(params.get("sources")) }),
  inPlace: "none",
  facts: movement,
});

function continues(before: number, source: number): boolean {
  return before < 0 ? source < 0 : source === before + 1;
}

// ppermute -------------------------------------------------------------------------------------------------------------

export interface PpermuteParams extends Params {
  readonly axisName: string;
  readonly axisSize: number;
  /** Pairs of source and destination. */
  readonly perm: readonly (readonly number[])[];
}

export const ppermuteP: Primitive<PpermuteParams> = definePrimitive<PpermuteParams>({
  name: "ppermute",
  abstractEval: (inAvals, { perm, axisSize }) => {
    const distinct = (side: 0 | 1): boolean => perm.every((pair, place) => perm.findIndex((other) => other[side] === pair[side]) === place);
    const inRange = perm.every((pair) => pair.length === 2 && pair.every((place) => Number.isInteger(place) && place >= 0 && place < axisSize));
    if (!inRange || !distinct(0) || !distinct(1)) {
      refuseParameter("ppermute", `pairs [source, destination] of distinct sources and distinct destinations in [0, ${axisSize})`, `perm ${formatTuple(perm.map((pair) => formatTuple(pair)))}`);
    }
    return [at(inAvals, 0)];
  },
  effects: ({ axisName }) => effectsOf([axisName]),
  jvp: linearJvp(() => ppermuteP),
  transpose: linearTranspose((ct, params) => bind1(ppermuteP, [ct], { ...params, perm: params.perm.map((pair) => [at(pair, 1), at(pair, 0)]) })),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const [operand, axis] = [at(operands, 0), at(axes, 0)];
    if (frame.name !== params.axisName) return { outputs: [bind1(ppermuteP, [operand], params)], axes: [axis] };
    const sources = range(frame.size).map((row) => params.perm.find((pair) => pair[1] === row)?.[0] ?? -1);
    return { outputs: [bind1(permuteRowsP, [batchFirst(operand, axis, frame.size)], { dimension: 0, sources })], axes: [0] };
  },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ axisName, perm }) => [printed("axis_name", `('${axisName}',)`), printed("perm", formatTuple(perm.map((pair) => formatTuple(pair))))],
  parseParams: (params) => {
    const axisName = parseName(at(parseItems(params.get("axis_name")), 0));
    return { axisName, axisSize: findAxis(axisName)?.size ?? 0, perm: parseItems(params.get("perm")).map((pair: ParsedParam) => parseNumbers(pair)) };
  },
  inPlace: "none",
  facts: movement,
});

/** Sends each example's value to another; examples that nobody sends to get zeros. */
export function ppermute(operand: Value, axisName: string, perm: PpermuteParams["perm"]): Value {
  return bind1(ppermuteP, [operand], { axisName, axisSize: boundAxis("ppermute", axisName).size, perm });
}
