/**
 * @file Collectives over a named axis: psum pmax pmin ppermute all_gather all_to_all reduce_scatter axis_index.
 *
 * Under the vmap that binds the name, each becomes array operations on the batch axis; under any other vmap it passes
 * through, since it acts on every element alike. Gradients are those of JAX's shard_map without replication checks: the
 * transpose of psum is psum.
 */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { range, sizeOf } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import { formatPython } from "../ir/format-python.ts";
import type { Aval, AxisFrame, BatchResult, Effect, JvpRule, Params, ParsedParam, Primitive, TransposeRule, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { unboundAxis } from "../trace/errors.ts";
import { axesInScope, bind1, findAxis } from "../trace/stack.ts";
import { mul, scalarLike } from "./arith.ts";
import {
  arithmetic, batchedAxis, definePrimitive, linearAval, mapCotangent, movement, nonDifferentiable, notLinear, printed, refuseParameter,
} from "./define.ts";
import { batchFirst, moveAxis, reduceSum, reshape, type AxesParams } from "./linear.ts";
import { formatTuple, parseItems, parseName, parseNumber, parseNumbers } from "./params.ts";
import { reduceMax, reduceMin } from "./reduce.ts";
import { iota } from "./structural.ts";

function effectsOf(names: readonly string[]): readonly Effect[] {
  return names.map((axisName) => ({ kind: "collective", axisName }));
}

/** The size of a named axis in scope; throws for an unbound name. */
export function boundAxis(operation: string, name: string): AxisFrame {
  const frame = findAxis(name);
  if (frame !== null) return frame;
  const known = axesInScope().map((axis) => `"${axis.name ?? ""}"`);
  raise(unboundAxis, {
    operation, expected: "the name of an axis that an enclosing vmap or pmap binds with axisName",
    got: `"${name}", while ${known.length === 0 ? "no axis is bound" : `${known.join(", ")} ${known.length === 1 ? "is" : "are"} bound`}`,
    fix: `call it inside vmap(f, { axisName: "${name}" })`,
  });
}

/** The jvp of a linear primitive of one operand. */
function linearJvp<P extends Params>(primitive: () => Primitive<P>): JvpRule<P> {
  return (operands, tangents, params) => {
    const primal = bind1(primitive(), operands, params);
    const tangent = at(tangents, 0);
    return { primals: [primal], tangents: [isZero(tangent) ? zero(makeAval(primal.aval.shape, tangent.aval.dtype)) : bind1(primitive(), [tangent], params)] };
  };
}

/** The transpose of a linear primitive of one operand, from the operation on the cotangent. */
function linearTranspose<P extends Params>(run: (cotangent: Value, params: P, operand: Aval) => Value): TransposeRule<P> {
  return (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    return operandAval === null ? [null] : [mapCotangent(at(cotangents, 0), operandAval, (ct) => run(ct, params, operandAval))];
  };
}

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

// all_gather and reduce_scatter, each other's transpose ------------------------------------------------------------------

export interface GatherScatterParams extends Params {
  readonly axisName: string;
  readonly axisSize: number;
  readonly dimension: number;
  /** Whether the named axis is merged into `dimension` instead of being one of its own. */
  readonly tiled: boolean;
}

function gatherScatterPrint(dimensionName: string): (params: GatherScatterParams) => ReturnType<typeof printed>[] {
  return ({ axisName, axisSize, dimension, tiled }) => [
    ["axis_index_groups", "None"], ["axis_name", `('${axisName}',)`], ["axis_size", String(axisSize)], [dimensionName, String(dimension)], ["tiled", formatPython(tiled)],
  ].toSorted((a, b) => (at(a, 0) < at(b, 0) ? -1 : 1)).map((pair) => printed(at(pair, 0), at(pair, 1)));
}

function gatherScatterParse(dimensionName: string): Primitive<GatherScatterParams>["parseParams"] {
  return (params) => ({
    axisName: parseName(at(parseItems(params.get("axis_name")), 0)), axisSize: parseNumber(params.get("axis_size")),
    dimension: parseNumber(params.get(dimensionName)), tiled: params.get("tiled") === true,
  });
}

/** Merges an axis into the one behind it. */
function mergeWithNext(value: Value, axis: number): Value {
  const { shape } = value.aval;
  return reshape(value, [...shape.slice(0, axis), at(shape, axis) * at(shape, axis + 1), ...shape.slice(axis + 2)]);
}

/** Splits an axis into `count` parts, which become an axis before it. */
function splitInto(value: Value, axis: number, count: number): Value {
  const { shape } = value.aval;
  return reshape(value, [...shape.slice(0, axis), count, at(shape, axis) / count, ...shape.slice(axis + 1)]);
}

/** An operand with an unrelated batch axis first, and its other dimensions one further. */
function passThrough(primitive: Primitive<GatherScatterParams>, frame: AxisFrame, operand: Value, axis: number | null, params: GatherScatterParams): BatchResult {
  if (axis === null) return { outputs: [bind1(primitive, [operand], params)], axes: [null] };
  return { outputs: [bind1(primitive, [batchFirst(operand, axis, frame.size)], { ...params, dimension: params.dimension + 1 })], axes: [0] };
}

export const allGatherP: Primitive<GatherScatterParams> = definePrimitive<GatherScatterParams>({
  name: "all_gather",
  abstractEval: (inAvals, { axisSize, dimension, tiled }) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    if (dimension < 0 || dimension > shape.length - (tiled ? 1 : 0)) refuseParameter("all_gather", `an axis of the result, of rank ${shape.length + (tiled ? 0 : 1)}`, String(dimension));
    const gathered = tiled ? shape.map((extent, axis) => (axis === dimension ? extent * axisSize : extent)) : [...shape.slice(0, dimension), axisSize, ...shape.slice(dimension)];
    return [makeAval(gathered, dtype, weakType)];
  },
  effects: ({ axisName }) => effectsOf([axisName]),
  jvp: linearJvp(() => allGatherP),
  transpose: linearTranspose((ct, params) => bind1(reduceScatterP, [ct], params)),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const [operand, axis] = [at(operands, 0), at(axes, 0)];
    if (frame.name !== params.axisName) return passThrough(allGatherP, frame, operand, axis, params);
    const gathered = moveAxis(batchFirst(operand, axis, frame.size), 0, params.dimension);
    return { outputs: [params.tiled ? mergeWithNext(gathered, params.dimension) : gathered], axes: [null] };
  },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: gatherScatterPrint("all_gather_dimension"),
  parseParams: gatherScatterParse("all_gather_dimension"),
  inPlace: "none",
  facts: movement,
});

export const reduceScatterP: Primitive<GatherScatterParams> = definePrimitive<GatherScatterParams>({
  name: "reduce_scatter",
  abstractEval: (inAvals, { axisSize, dimension, tiled }) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    const extent = shape[dimension];
    if (extent === undefined || (tiled ? extent % axisSize !== 0 : extent !== axisSize)) {
      refuseParameter("reduce_scatter", `an extent of ${tiled ? "a multiple of " : ""}${axisSize} along axis ${dimension}`, `shape (${shape.join(", ")})`);
    }
    return [makeAval(tiled ? shape.map((other, axis) => (axis === dimension ? other / axisSize : other)) : shape.filter((_, axis) => axis !== dimension), dtype, weakType)];
  },
  effects: ({ axisName }) => effectsOf([axisName]),
  jvp: linearJvp(() => reduceScatterP),
  transpose: linearTranspose((ct, params) => bind1(allGatherP, [ct], params)),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const [operand, axis] = [at(operands, 0), at(axes, 0)];
    if (frame.name !== params.axisName) return passThrough(reduceScatterP, frame, operand, axis, params);
    const summed = axis === null ? mul(operand, scalarLike(operand, frame.size)) : reduceSum(operand, [axis]);
    return { outputs: [params.tiled ? splitInto(summed, params.dimension, frame.size) : summed], axes: [params.dimension] };
  },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: gatherScatterPrint("scatter_dimension"),
  parseParams: gatherScatterParse("scatter_dimension"),
  inPlace: "none",
  facts: arithmetic,
});

export interface GatherScatterOptions {
  readonly dimension: number;
  readonly tiled: boolean;
}

/** Every example's value, side by side, for every example. */
export function allGather(operand: Value, axisName: string, { dimension, tiled }: GatherScatterOptions): Value {
  return bind1(allGatherP, [operand], { axisName, axisSize: boundAxis("allGather", axisName).size, dimension, tiled });
}

/** The sum over examples, of which each example keeps its part. */
export function psumScatter(operand: Value, axisName: string, { dimension, tiled }: GatherScatterOptions): Value {
  return bind1(reduceScatterP, [operand], { axisName, axisSize: boundAxis("psumScatter", axisName).size, dimension, tiled });
}

// all_to_all -----------------------------------------------------------------------------------------------------------

export interface AllToAllParams extends Params {
  readonly axisName: string;
  readonly axisSize: number;
  readonly splitAxis: number;
  readonly concatAxis: number;
}

export const allToAllP: Primitive<AllToAllParams> = definePrimitive<AllToAllParams>({
  name: "all_to_all",
  abstractEval: (inAvals, { axisSize, splitAxis, concatAxis }) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    const extent = shape[splitAxis];
    if (extent === undefined || shape[concatAxis] === undefined || extent % axisSize !== 0) {
      refuseParameter("all_to_all", `an extent along axis ${splitAxis} that ${axisSize} divides, and a concat axis of rank ${shape.length}`, `shape (${shape.join(", ")}), axes ${splitAxis} and ${concatAxis}`);
    }
    const split = shape.map((other, axis) => (axis === splitAxis ? other / axisSize : other));
    return [makeAval(split.map((other, axis) => (axis === concatAxis ? other * axisSize : other)), dtype, weakType)];
  },
  effects: ({ axisName }) => effectsOf([axisName]),
  jvp: linearJvp(() => allToAllP),
  transpose: linearTranspose((ct, params) => bind1(allToAllP, [ct], { ...params, splitAxis: params.concatAxis, concatAxis: params.splitAxis })),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const [operand, axis] = [at(operands, 0), at(axes, 0)];
    const { splitAxis, concatAxis } = params;
    if (frame.name !== params.axisName) {
      if (axis === null) return { outputs: [bind1(allToAllP, [operand], params)], axes: [null] };
      return { outputs: [bind1(allToAllP, [moveAxis(operand, axis, 0)], { ...params, splitAxis: splitAxis + 1, concatAxis: concatAxis + 1 })], axes: [0] };
    }
    // [sender, ..., receiver and part of the split axis, ...]: the receiver becomes the batch axis, the sender the outer part of the concat axis.
    const parts = splitInto(batchFirst(operand, axis, frame.size), splitAxis + 1, frame.size);
    const exchanged = moveAxis(parts, splitAxis + 1, 0);
    return { outputs: [mergeWithNext(moveAxis(exchanged, 1, concatAxis + 1), concatAxis + 1)], axes: [0] };
  },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ axisName, splitAxis, concatAxis }) => [
    printed("axis_index_groups", "None"), printed("axis_name", axisName), printed("concat_axis", String(concatAxis)), printed("split_axis", String(splitAxis)), printed("tiled", "True"),
  ],
  parseParams: (params) => {
    const axisName = parseName(params.get("axis_name"));
    return { axisName, axisSize: findAxis(axisName)?.size ?? 1, splitAxis: parseNumber(params.get("split_axis")), concatAxis: parseNumber(params.get("concat_axis")) };
  },
  inPlace: "none",
  facts: movement,
});

/** Sends part i of each example's `splitAxis` to example i, which joins what it gets along `concatAxis`. */
export function allToAll(operand: Value, axisName: string, splitAxis: number, concatAxis: number): Value {
  return bind1(allToAllP, [operand], { axisName, axisSize: boundAxis("allToAll", axisName).size, splitAxis, concatAxis });
}

/** How many examples the named axes have together. */
export function axisSize(axisNames: readonly string[]): number {
  return sizeOf(axisNames.map((name) => boundAxis("axisSize", name).size));
}
