/**
 * @file Finds out how an `indexMap` equation reads its operands, by running its lowering once on symbols. Nothing here
 * knows an operation by name.
 */

import { assertNever, at } from "../base/assert.ts";
import { equalShapes, sizeOf } from "../base/shape.ts";
import type { DType } from "../base/dtype.ts";
import type { Emitter, Eqn, LowerContext, Params } from "../ir/types.ts";
import type { Expr, ValueDType } from "../kernel/types.ts";

/** How one dimension of an operand is indexed from the result's index. */
export type DimensionRead =
  | { readonly kind: "axis"; readonly axis: number }
  | { readonly kind: "constant"; readonly value: number }
  /** Anything else, with the result axes that it depends on. */
  | { readonly kind: "computed"; readonly axes: readonly number[] };

export interface OperandRead {
  readonly operand: number;
  readonly dimensions: readonly DimensionRead[];
}

/** The reads of an `indexMap` equation, in the order in which its lowering makes them. */
export function readsOf(eqn: Eqn): readonly OperandRead[] {
  const { lower } = eqn.primitive;
  if (lower.kind !== "indexMap") return [];
  const outAval = at(eqn.outVars, 0).aval;
  const context: LowerContext<Params> = { params: eqn.params, inAvals: eqn.inputs.map((input) => input.aval), outAval, outIndex: 0 };
  const reads: OperandRead[] = [];
  const index = outAval.shape.map((_, axis) => symbol(`${axisPrefix}${axis}`, "int32"));
  const read = (operand: number, operandIndex: readonly Expr[]): Expr => {
    reads.push({ operand, dimensions: operandIndex.map(dimensionRead) });
    return symbol("value", valueDType(at(context.inAvals, operand).dtype));
  };
  lower.emit(silentEmitter, index, read, context);
  return reads;
}

/**
 * Whether the result has the elements of its one operand in the same order. A movement of equally many elements that may take
 * its operand's memory reads each element where it writes it.
 */
export function keepsOrder(eqn: Eqn, reads: readonly OperandRead[]): boolean {
  const operand = eqn.inputs[0];
  const result = at(eqn.outVars, 0).aval;
  if (eqn.primitive.lower.kind !== "indexMap" || operand === undefined || eqn.inputs.length !== 1 || reads.length !== 1) return false;
  if (sizeOf(operand.aval.shape) !== sizeOf(result.shape) || operand.aval.dtype !== result.dtype) return false;
  const { inPlace } = eqn.primitive;
  return (inPlace !== "none" && inPlace.includes(0)) || readsInOrder(at(reads, 0), operand.aval.shape, result.shape);
}

/** Whether every axis wider than 1 is read as it stands. */
function readsInOrder({ dimensions }: OperandRead, operandShape: readonly number[], resultShape: readonly number[]): boolean {
  const axes: number[] = [];
  dimensions.forEach((dimension, position) => {
    if (at(operandShape, position) !== 1) axes.push(dimension.kind === "axis" ? dimension.axis : -1);
  });
  const wide = resultShape.flatMap((extent, axis) => (extent === 1 ? [] : [axis]));
  return equalShapes(axes, wide) && equalShapes(operandShape.filter((extent) => extent !== 1), resultShape.filter((extent) => extent !== 1));
}

const axisPrefix = "axis ";

/** Emits nothing; takes both branches. */
const silentEmitter: Emitter = {
  let: (value) => value,
  branch: (_condition, then, otherwise) => {
    then();
    return otherwise();
  },
};

function symbol(name: string, dtype: ValueDType): Expr {
  return { kind: "ref", type: { dtype, width: 1 }, name };
}

function dimensionRead(index: Expr): DimensionRead {
  if (index.kind === "const") return { kind: "constant", value: index.value };
  if (index.kind === "ref" && index.name.startsWith(axisPrefix)) return { kind: "axis", axis: axisOf(index.name) };
  const axes = new Set<number>();
  collectAxes(index, axes);
  return { kind: "computed", axes: [...axes].sort((left, right) => left - right) };
}

function axisOf(name: string): number {
  return Number(name.slice(axisPrefix.length));
}

function collectAxes(expr: Expr, axes: Set<number>): void {
  if (expr.kind === "ref") {
    if (expr.name.startsWith(axisPrefix)) axes.add(axisOf(expr.name));
  } else if (expr.kind === "op") {
    for (const operand of expr.args) collectAxes(operand, axes);
  } else if (expr.kind === "convert" || expr.kind === "bitcast") {
    collectAxes(expr.value, axes);
  }
}

/** What a kernel computes with where an array holds this dtype. */
function valueDType(dtype: DType): ValueDType {
  switch (dtype) {
    case "bool": return "bool";
    case "int8": case "int16": case "int32": return "int32";
    case "uint8": case "uint16": case "uint32": case "key<fry>": return "uint32";
    case "float64": return "float64";
    case "bfloat16": case "float16": case "float32": case "complex64": case "float0": return "float32";
    default: return assertNever(dtype, "dtype");
  }
}
