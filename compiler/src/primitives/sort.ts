/** @file Sorting along an axis: sort of several operands by one or more of them, and the largest elements (top_k). */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { equalShapes, formatShape, range, sizeOf } from "../base/shape.ts";
import { aval as makeAval, isZero, tangentAval, zero } from "../ir/build.ts";
import { formatPython } from "../ir/format-python.ts";
import type { Aval, Primitive, Tangent, Value } from "../ir/types.ts";
import { bind } from "../trace/stack.ts";
import { numeric } from "./arith.ts";
import { batchedAxis, definePrimitive, notLinear, printed, refuseParameter, requireDType } from "./define.ts";
import { shapeMismatch } from "./errors.ts";
import { gather } from "./index-gather.ts";
import { broadcastInDim, moveAxis } from "./linear.ts";
import { reshape } from "./linear-reshape.ts";
import { parseNumber } from "./params.ts";
import { planGridSort, planGridTopK, planSort, planTopK, type SortParams, type TopKParams } from "./sort-kernel.ts";
import { iota } from "./structural.ts";

export type { SortParams, TopKParams } from "./sort-kernel.ts";

/** Elements along `axis` at the places that the last axis of `indices` (of extent 1) holds, every other axis in step. */
function takeAlong(operand: Value, indices: Value, axis: number): Value {
  const { shape } = operand.aval;
  const others = range(shape.length).filter((other) => other !== axis);
  return gather(operand, indices, {
    offsetDims: [], collapsedSliceDims: [axis], startIndexMap: [axis], operandBatchingDims: others, startIndicesBatchingDims: others,
  }, shape.map(() => 1));
}

// sort -----------------------------------------------------------------------------------------------------------------

function checkSort(inAvals: readonly Aval[], { dimension, numKeys }: SortParams): void {
  const first = inAvals[0];
  if (first === undefined) return refuseParameter("sort", "at least one operand", "none");
  const other = inAvals.find((inAval) => !equalShapes(inAval.shape, first.shape));
  if (other !== undefined) {
    raise(shapeMismatch, {
      operation: "sort", expected: "operands of one shape", got: inAvals.map((inAval) => formatShape(inAval.shape)).join(" and "),
      fix: "broadcast the operands to one shape",
    });
  }
  inAvals.forEach((inAval) => requireDType("sort", inAval, (dtype) => numeric(dtype) || dtype === "bool", "numbers or bools"));
  if (!Number.isInteger(dimension) || dimension < 0 || dimension >= first.shape.length) {
    refuseParameter("sort", first.shape.length === 0 ? "operands with at least one axis" : `an axis in [0, ${first.shape.length})`, `dimension ${dimension}`);
  }
  if (!Number.isInteger(numKeys) || numKeys < 1 || numKeys > inAvals.length) {
    refuseParameter("sort", `numKeys in [1, ${inAvals.length}], the number of operands`, String(numKeys));
  }
}

export const sortP: Primitive<SortParams> = definePrimitive<SortParams>({
  name: "sort",
  abstractEval: (inAvals, params) => {
    checkSort(inAvals, params);
    return inAvals;
  },
  effects: "pure",
  // The tangents go where their elements go: places are sorted along and then gathered with.
  jvp: (operands, tangents, params) => {
    const { shape } = at(operands, 0).aval;
    if (tangents.every(isZero) || sizeOf(shape) === 0) return { primals: bind(sortP, operands, params), tangents };
    const sorted = bind(sortP, [...operands, iota("uint32", shape, params.dimension)], params);
    const places = at(sorted, -1);
    const indices = broadcastInDim(places, [...shape, 1], range(shape.length));
    const moved = tangents.map((tangent): Tangent => (isZero(tangent) ? tangent : takeAlong(tangent, indices, params.dimension)));
    return { primals: sorted.slice(0, -1), tangents: moved };
  },
  transpose: notLinear("the order of a sort depends on the values"),
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, params) => {
    const first = axes.findIndex((axis) => axis !== null);
    const axis = at(axes, first) ?? 0;
    const { shape } = at(operands, first).aval;
    const aligned = operands.map((operand, index) => {
      const own = at(axes, index);
      return own === null ? broadcastInDim(operand, shape, range(shape.length).filter((other) => other !== axis)) : moveAxis(operand, own, axis);
    });
    const outputs = bind(sortP, aligned, { ...params, dimension: params.dimension + (axis <= params.dimension ? 1 : 0) });
    return { outputs, axes: outputs.map(() => axis) };
  },
  lower: { kind: "routine", variants: [{ name: "bitonic", needs: "workgroup", build: planGridSort }, { name: "row by row", needs: "serial", build: planSort }] },
  // A row of one element is in order.
  simplify: (eqn) => {
    const { shape } = at(eqn.inputs, 0).aval;
    return at(shape, eqn.params.dimension) <= 1 ? eqn.inputs : null;
  },
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ dimension, isStable, numKeys }) => [
    printed("dimension", String(dimension)), printed("is_stable", formatPython(isStable)), printed("num_keys", String(numKeys)),
  ],
  parseParams: (params) => ({
    dimension: parseNumber(params.get("dimension")), isStable: params.get("is_stable") === true, numKeys: parseNumber(params.get("num_keys")),
  }),
  inPlace: "none",
  facts: { cost: 60, commutative: false },
});

export interface SortOptions {
  readonly isStable?: boolean;
  readonly numKeys?: number;
}

/** The operands, all in the ascending order of the first `numKeys` of them. -0 equals 0, NaN is the largest; always stable. */
export function sort(operands: readonly Value[], dimension: number, { isStable = true, numKeys = 1 }: SortOptions = {}): readonly Value[] {
  return bind(sortP, operands, { dimension, isStable, numKeys });
}

// top_k ----------------------------------------------------------------------------------------------------------------

export const topKP: Primitive<TopKParams> = definePrimitive<TopKParams>({
  name: "top_k",
  abstractEval: (inAvals, { axis, k }) => {
    const { shape, dtype, weakType } = at(inAvals, 0);
    requireDType("top_k", at(inAvals, 0), (candidate) => numeric(candidate) || candidate === "bool", "numbers or bools");
    if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
      refuseParameter("top_k", shape.length === 0 ? "an operand with at least one axis" : `an axis in [0, ${shape.length})`, `axis ${axis}`);
    }
    if (!Number.isInteger(k) || k < 0 || k > at(shape, axis)) {
      refuseParameter("top_k", `k in [0, ${at(shape, axis)}], the extent of axis ${axis} of ${formatShape(shape)}`, String(k));
    }
    const outShape = shape.map((extent, other) => (other === axis ? k : extent));
    return [makeAval(outShape, dtype, weakType), makeAval(outShape, "int32", weakType)];
  },
  effects: "pure",
  // The tangents of the elements that were taken; places have none.
  jvp: (operands, tangents, params) => {
    const [values, places] = bind(topKP, operands, params) as readonly [Value, Value];
    const dx = at(tangents, 0);
    const ofPlaces = zero(tangentAval(places.aval));
    if (isZero(dx) || sizeOf(values.aval.shape) === 0) return { primals: [values, places], tangents: [zero(tangentAval(values.aval)), ofPlaces] };
    return { primals: [values, places], tangents: [takeAlong(dx, reshape(places, [...places.aval.shape, 1]), params.axis), ofPlaces] };
  },
  transpose: notLinear("which elements are the largest depends on the values"),
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, params) => {
    const batchAxis = batchedAxis(axes);
    const outputs = bind(topKP, operands, { ...params, axis: params.axis + (batchAxis <= params.axis ? 1 : 0) });
    return { outputs, axes: outputs.map(() => batchAxis) };
  },
  lower: { kind: "routine", variants: [{ name: "bitonic", needs: "workgroup", build: planGridTopK }, { name: "row by row", needs: "serial", build: planTopK }] },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ axis, k }) => [printed("axis", String(axis)), printed("k", String(k))],
  parseParams: (params) => ({ axis: parseNumber(params.get("axis")), k: parseNumber(params.get("k")) }),
  inPlace: "none",
  facts: { cost: 60, commutative: false },
});

/** The `k` largest elements along `axis` in descending order and their places; NaN is the largest, 0 is above -0, ties keep their order. */
export function topK(operand: Value, k: number, axis: number): readonly [Value, Value] {
  return bind(topKP, [operand], { axis, k }) as readonly [Value, Value];
}
