/** @file Collectives that exchange parts of arrays between the examples of a named axis: all_gather, reduce_scatter, all_to_all. */

import { at } from "../base/assert.ts";
import { aval as makeAval } from "../ir/build.ts";
import { formatPython } from "../ir/format-python.ts";
import type { AxisFrame, BatchResult, Params, Primitive, Value } from "../ir/types.ts";
import { bind1, findAxis } from "../trace/stack.ts";
import { mul, scalarLike } from "./arith.ts";
import { boundAxis, effectsOf, linearJvp, linearTranspose } from "./collective-axis.ts";
import { arithmetic, definePrimitive, movement, printed, refuseParameter } from "./define.ts";
import { batchFirst, moveAxis, reduceSum } from "./linear.ts";
import { reshape } from "./linear-reshape.ts";
import { parseItems, parseName, parseNumber } from "./params.ts";

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
