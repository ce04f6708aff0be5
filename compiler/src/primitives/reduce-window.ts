/**
 * @file Reductions over sliding windows: reduce_window_sum, _max, _min, and the two primitives that their derivatives need.
 *
 * select_and_gather_add reads, for each window, the element of its first operand at the place of the second one's extremum;
 * select_and_scatter_add adds there. They are each other's transpose. In both the first NaN of a window is its extremum,
 * otherwise the first of equal elements, and padding never is.
 */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { equalShapes, formatShape, sizeOf } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type {
  Aval, BatchRule, Emitter, FoldLowering, JvpRule, Params, ParsedParam, Primitive, PrintedParam, ReadOperand, Tangent, Value,
} from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { foldStart, foldStep, type FoldOp } from "../kernel/folds.ts";
import { valueOf } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { numeric, scalarLike } from "./arith.ts";
import { arithmetic, batchedAxis, definePrimitive, knownValue, linearAval, mapCotangent, notLinear, printed, refuseParameter, requireDType } from "./define.ts";
import { commonDType } from "./elementwise.ts";
import { shapeMismatch } from "./errors.ts";
import { batchFirst } from "./linear.ts";
import { formatTuple, parseName, parseNumbers } from "./params.ts";
import { takesOver } from "./reduce.ts";
import { planSelectAndScatter, type SelectAndScatterParams, type SelectPrimitive } from "./reduce-window-scatter.ts";
import {
  dilated, paddingOf, parsePadding, parseWindow, printPadding, printWindow, windowedShape, windowElement, withBatchAxis, type WindowParams,
} from "./reduce-window-shapes.ts";
import { pad, slice } from "./structural.ts";

export type { SelectAndScatterParams, SelectPrimitive } from "./reduce-window-scatter.ts";
export type { WindowParams } from "./reduce-window-shapes.ts";

function windowedAval(name: string, operand: Aval, params: WindowParams): Aval {
  return makeAval(windowedShape(name, operand.shape, params), operand.dtype, operand.weakType);
}

/** One operand: its windows move along the same axes, none along the batch axis. */
function windowBatch(primitive: () => Primitive<WindowParams>): BatchRule<WindowParams> {
  return (_frame, operands, axes, params) => {
    const axis = batchedAxis(axes);
    return { outputs: [bind1(primitive(), operands, withBatchAxis(params, axis))], axes: [axis] };
  };
}

/** Folds each window; what lies outside the operand changes nothing. */
function foldWindow(op: FoldOp): FoldLowering<WindowParams> {
  const start = ({ dtype }: Aval): Expr => foldStart(op, valueOf(dtype));
  return {
    kind: "fold",
    extents: (params) => params.windowDimensions,
    states: ({ outAval }) => [{ role: op === "add" ? "sum" : "other", init: start(outAval) }],
    step: (emitter, outIndex, foldIndex, states, read, { params, inAvals }) => {
      const operand = at(inAvals, 0);
      const total = at(states, 0);
      if (sizeOf(operand.shape) === 0) return states;
      const { index, isInside } = windowElement(operand.shape, params, outIndex, foldIndex);
      const value = isInside === null ? read(0, index) : emitter.branch(isInside, () => read(0, index), () => start(operand));
      return [foldStep(op, total, value)];
    },
    finish: (_emitter, states) => states,
  };
}

// reduce_window_sum ----------------------------------------------------------------------------------------------------

export const reduceWindowSumP: Primitive<WindowParams> = definePrimitive<WindowParams>({
  name: "reduce_window_sum",
  abstractEval: (inAvals, params) => {
    const operand = at(inAvals, 0);
    requireDType("reduce_window_sum", operand, numeric, "numbers");
    return [windowedAval("reduce_window_sum", operand, params)];
  },
  effects: "pure",
  jvp: (operands, tangents, params) => {
    const primal = bind1(reduceWindowSumP, operands, params);
    const dx = at(tangents, 0);
    const tangent = isZero(dx) ? zero(makeAval(primal.aval.shape, dx.aval.dtype, dx.aval.weakType)) : bind1(reduceWindowSumP, [dx], params);
    return { primals: [primal], tangents: [tangent] };
  },
  // Each element gets the sum over the windows that hold it: a windowed sum of the cotangent, dilated by the strides.
  transpose: (cotangents, operands, params) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) => transposedSum(ct, operandAval.shape, params))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: windowBatch(() => reduceWindowSumP),
  lower: foldWindow("add"),
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: printWindow,
  parseParams: parseWindow,
  inPlace: "none",
  facts: arithmetic,
});

function transposedSum(cotangent: Value, shape: readonly number[], params: WindowParams): Value {
  const padded = pad(cotangent, scalarLike(cotangent, 0), shape.map((extent, axis) => {
    const window = dilated(at(params.windowDimensions, axis), at(params.windowDilation, axis));
    const stride = at(params.windowStrides, axis);
    const before = window - at(paddingOf(params, axis), 0) - 1;
    const after = dilated(extent, at(params.baseDilation, axis)) + window - 1 - dilated(at(cotangent.aval.shape, axis), stride) - before;
    return [before, after, stride - 1];
  }));
  return bind1(reduceWindowSumP, [padded], {
    baseDilation: shape.map(() => 1), padding: shape.map(() => [0, 0]), windowDilation: params.windowDilation,
    windowDimensions: params.windowDimensions, windowStrides: params.baseDilation,
  });
}

/** The sum of each window. */
export const reduceWindowSum = (operand: Value, params: WindowParams): Value => bind1(reduceWindowSumP, [operand], params);

// reduce_window_max, reduce_window_min ---------------------------------------------------------------------------------

function defineWindowChoice(name: "reduce_window_max" | "reduce_window_min", op: "max" | "min"): Primitive<WindowParams> {
  const primitive: Primitive<WindowParams> = definePrimitive<WindowParams>({
    name,
    abstractEval: (inAvals, params) => {
      const operand = at(inAvals, 0);
      requireDType(name, operand, (dtype) => numeric(dtype) || dtype === "bool", "numbers or bools");
      return [windowedAval(name, operand, params)];
    },
    effects: "pure",
    // The tangent of the element that is the extremum.
    jvp: (operands, tangents, params) => {
      const [x, dx] = [at(operands, 0), at(tangents, 0)];
      const primal = bind1(primitive, [x], params);
      if (isZero(dx)) return { primals: [primal], tangents: [zero(makeAval(primal.aval.shape, dx.aval.dtype, dx.aval.weakType))] };
      return { primals: [primal], tangents: [selectAndGatherAdd(dx, x, { ...params, selectPrim: op === "max" ? "ge" : "le" })] };
    },
    transpose: notLinear(`${name} is not linear`),
    partialEval: "plain",
    dce: "plain",
    batch: windowBatch(() => primitive),
    lower: foldWindow(op),
    simplify: "none",
    subJaxprs: "none",
    inlinable: "never",
    printParams: printWindow,
    parseParams: parseWindow,
    inPlace: "none",
    facts: arithmetic,
  });
  return primitive;
}

export const reduceWindowMaxP: Primitive<WindowParams> = defineWindowChoice("reduce_window_max", "max");
export const reduceWindowMinP: Primitive<WindowParams> = defineWindowChoice("reduce_window_min", "min");

/** The largest element of each window; NaN where one is NaN. */
export const reduceWindowMax = (operand: Value, params: WindowParams): Value => bind1(reduceWindowMaxP, [operand], params);
/** The smallest element of each window; NaN where one is NaN. */
export const reduceWindowMin = (operand: Value, params: WindowParams): Value => bind1(reduceWindowMinP, [operand], params);

// select_and_gather_add ------------------------------------------------------------------------------------------------

export interface SelectAndGatherParams extends WindowParams {
  readonly selectPrim: SelectPrimitive;
}

function printSelection(selectPrim: SelectPrimitive): PrintedParam {
  return printed("select_prim", selectPrim);
}

function parseSelection(param: ParsedParam | undefined): SelectPrimitive {
  const name = parseName(param);
  return name === "ge" || name === "le" ? name : refuseParameter("select_and_gather_add", "ge or le", name);
}

/** Linear in the first operand; the second one only says where, so its tangent does nothing. */
function selectionJvp<P extends Params>(primitive: () => Primitive<P>): JvpRule<P> {
  return (operands, tangents, params) => {
    const primal = bind1(primitive(), operands, params);
    const dx = at(tangents, 0);
    const tangent: Tangent = isZero(dx)
      ? zero(makeAval(primal.aval.shape, dx.aval.dtype, dx.aval.weakType)) : bind1(primitive(), [dx, at(operands, 1)], params);
    return { primals: [primal], tangents: [tangent] };
  };
}

export const selectAndGatherAddP: Primitive<SelectAndGatherParams> = definePrimitive<SelectAndGatherParams>({
  name: "select_and_gather_add",
  abstractEval: (inAvals, params) => {
    const [tangents, operand] = inAvals as readonly [Aval, Aval];
    commonDType("select_and_gather_add", inAvals);
    requireDType("select_and_gather_add", operand, numeric, "numbers");
    if (!equalShapes(tangents.shape, operand.shape)) {
      raise(shapeMismatch, {
        operation: "select_and_gather_add", expected: "two operands of one shape", got: `${formatShape(tangents.shape)} and ${formatShape(operand.shape)}`,
        fix: "broadcast one operand to the other's shape",
      });
    }
    return [windowedAval("select_and_gather_add", tangents, params)];
  },
  effects: "pure",
  jvp: selectionJvp(() => selectAndGatherAddP),
  // What a window read from an element, it adds there.
  transpose: (cotangents, operands, params) => {
    const tangentsAval = linearAval(operands, 0);
    if (tangentsAval === null) return [null, null];
    return [mapCotangent(at(cotangents, 0), tangentsAval, (ct) => transposedGather(ct, knownValue(operands, 1), params)), null];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const inFront = operands.map((operand, index) => batchFirst(operand, at(axes, index), frame.size));
    return { outputs: [bind1(selectAndGatherAddP, inFront, { ...withBatchAxis(params, 0), selectPrim: params.selectPrim })], axes: [0] };
  },
  lower: {
    kind: "fold",
    extents: (params) => params.windowDimensions,
    states: ({ params, inAvals }) => {
      const dtype = valueOf(at(inAvals, 1).dtype);
      return [
        { role: "other", init: foldStart(params.selectPrim === "ge" ? "max" : "min", dtype) },
        { role: "other", init: k.constant(0, dtype) },
        { role: "other", init: k.boolean(false) },
      ];
    },
    step: (emitter, outIndex, foldIndex, states, read, { params, inAvals }) => {
      const { shape } = at(inAvals, 1);
      if (sizeOf(shape) === 0) return states;
      return selectElement(emitter, shape, outIndex, foldIndex, states as SelectionStates, read, params);
    },
    finish: (_emitter, states) => [at(states, 1)],
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: (params) => {
    const [baseDilation, padding, ...rest] = printWindow(params) as [PrintedParam, PrintedParam, ...PrintedParam[]];
    return [baseDilation, padding, printSelection(params.selectPrim), ...rest];
  },
  parseParams: (params) => ({ ...parseWindow(params), selectPrim: parseSelection(params.get("select_prim")) }),
  inPlace: "none",
  facts: arithmetic,
});

/** The extremum so far, what was read beside it, and whether there was an element yet. */
type SelectionStates = readonly [best: Expr, picked: Expr, isFound: Expr];

function selectElement(
  emitter: Emitter, shape: readonly number[], outIndex: readonly Expr[], foldIndex: readonly Expr[], [best, picked, isFound]: SelectionStates,
  read: ReadOperand, params: SelectAndGatherParams,
): readonly Expr[] {
  const { index, isInside } = windowElement(shape, params, outIndex, foldIndex);
  const readInside = (operand: number, otherwise: Expr): Expr =>
    emitter.let(isInside === null ? read(operand, index) : emitter.branch(isInside, () => read(operand, index), () => otherwise));
  const value = readInside(1, best);
  const beside = readInside(0, picked);
  const isTaken = k.or(takesOver(value, best, params.selectPrim === "ge" ? "max" : "min"), k.not(isFound));
  const taken = emitter.let(isInside === null ? isTaken : k.and(isInside, isTaken));
  return [k.select(taken, value, best), k.select(taken, beside, picked), k.or(isFound, taken)];
}

/** For each window the element of `tangents` at the place of the operand's extremum. */
export const selectAndGatherAdd = (tangents: Value, operand: Value, params: SelectAndGatherParams): Value =>
  bind1(selectAndGatherAddP, [tangents, operand], params);

/** Gaps between the operand's elements are written out, because the scatter has none. */
function transposedGather(cotangent: Value, operand: Value, { baseDilation, selectPrim, ...params }: SelectAndGatherParams): Value {
  const rest = { padding: params.padding, windowDilation: params.windowDilation, windowDimensions: params.windowDimensions, windowStrides: params.windowStrides };
  if (baseDilation.every((dilation) => dilation === 1)) return selectAndScatterAdd(cotangent, operand, { ...rest, selectPrim });
  const filler = scalarLike(operand, selectPrim === "ge" ? -Infinity : Infinity);
  const spread = pad(operand, filler, baseDilation.map((dilation) => [0, 0, dilation - 1]));
  const result = selectAndScatterAdd(cotangent, spread, { ...rest, selectPrim });
  return slice(result, baseDilation.map(() => 0), result.aval.shape, baseDilation);
}

// select_and_scatter_add -----------------------------------------------------------------------------------------------

function asWindows(params: SelectAndScatterParams): WindowParams {
  const { padding, windowDilation, windowDimensions, windowStrides } = params;
  return { baseDilation: windowDimensions.map(() => 1), padding, windowDilation, windowDimensions, windowStrides };
}

export const selectAndScatterAddP: Primitive<SelectAndScatterParams> = definePrimitive<SelectAndScatterParams>({
  name: "select_and_scatter_add",
  abstractEval: (inAvals, params) => {
    const [source, operand] = inAvals as readonly [Aval, Aval];
    commonDType("select_and_scatter_add", inAvals);
    requireDType("select_and_scatter_add", operand, numeric, "numbers");
    const windows = windowedShape("select_and_scatter_add", operand.shape, asWindows(params));
    if (!equalShapes(source.shape, windows)) {
      raise(shapeMismatch, {
        operation: "select_and_scatter_add", expected: `a first operand with an element for each window: ${formatShape(windows)}`, got: formatShape(source.shape),
        fix: "give the shape that the windowed reduction of the second operand has",
      });
    }
    return [makeAval(operand.shape, source.dtype, source.weakType)];
  },
  effects: "pure",
  jvp: selectionJvp(() => selectAndScatterAddP),
  // What a window adds to an element, it reads from there.
  transpose: (cotangents, operands, params) => {
    const sourceAval = linearAval(operands, 0);
    if (sourceAval === null) return [null, null];
    return [mapCotangent(at(cotangents, 0), sourceAval, (ct) =>
      selectAndGatherAdd(ct, knownValue(operands, 1), { ...asWindows(params), selectPrim: params.selectPrim })), null];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const inFront = operands.map((operand, index) => batchFirst(operand, at(axes, index), frame.size));
    const { padding, windowDilation, windowDimensions, windowStrides } = withBatchAxis(asWindows(params), 0);
    return {
      outputs: [bind1(selectAndScatterAddP, inFront, { padding, selectPrim: params.selectPrim, windowDilation, windowDimensions, windowStrides })],
      axes: [0],
    };
  },
  lower: { kind: "routine", variants: [{ name: "two passes", needs: "serial", build: planSelectAndScatter }] },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  // JAX's has no dilated windows, so that gaps are printed only where there are some.
  printParams: ({ padding, selectPrim, windowDilation, windowDimensions, windowStrides }) => [
    printPadding(padding), printSelection(selectPrim),
    ...(windowDilation.every((dilation) => dilation === 1) ? [] : [printed("window_dilation", formatTuple(windowDilation))]),
    printed("window_dimensions", formatTuple(windowDimensions)), printed("window_strides", formatTuple(windowStrides)),
  ],
  parseParams: (params) => {
    const windowDimensions = parseNumbers(params.get("window_dimensions"));
    const windowDilation = params.get("window_dilation");
    return {
      padding: parsePadding(params.get("padding")), selectPrim: parseSelection(params.get("select_prim")),
      windowDilation: windowDilation === undefined ? windowDimensions.map(() => 1) : parseNumbers(windowDilation),
      windowDimensions, windowStrides: parseNumbers(params.get("window_strides")),
    };
  },
  inPlace: "none",
  facts: arithmetic,
});

/** Zeros of the operand's shape, and at the place of each window's extremum the sum of the `source` of these windows. */
export const selectAndScatterAdd = (source: Value, operand: Value, params: SelectAndScatterParams): Value =>
  bind1(selectAndScatterAddP, [source, operand], params);
