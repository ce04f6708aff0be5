/**
 * @file Finds out how an equation reads its operands, by running its lowering once on symbols. Nothing here knows an operation
 * by name.
 */

import { assertNever, at } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { equalShapes, indicesOf, sizeOf } from "../base/shape.ts";
import { silentEmitter } from "../ir/silent-emitter.ts";
import type { Eqn, LowerContext, Params, ReadOperand, Var } from "../ir/types.ts";
import type { Expr, ValueDType } from "../kernel/types.ts";

/** One result of an equation: what fusion places. */
export interface Item {
  readonly eqn: Eqn;
  /** The equation's number. */
  readonly place: number;
  readonly outIndex: number;
  readonly result: Var;
}

/** How one dimension of an operand is indexed: from the axes of the result's index, then those of the equation's own loop. */
export type DimensionRead =
  | { readonly kind: "axis"; readonly axis: number }
  | { readonly kind: "constant"; readonly value: number }
  /** Anything else, with the axes that it depends on. */
  | { readonly kind: "computed"; readonly axes: readonly number[] };

export interface OperandRead {
  readonly operand: number;
  readonly dimensions: readonly DimensionRead[];
  /** How often one element is read, at least 1: more than once where computed dimensions run over more places than there are. */
  readonly repeats: number;
}

/** Terms up to which a reduction is written out where it is needed, without a loop. */
const mostTerms = 4;

/** How many terms a reduction has that is written out where it is needed; 0 for any other equation. */
export function writtenOutTerms(eqn: Eqn): number {
  const { lower } = eqn.primitive;
  if (lower.kind !== "reduction") return 0;
  const { shape } = at(eqn.inputs, 0).aval;
  const terms = sizeOf(lower.axes(eqn.params).map((axis) => at(shape, axis)));
  return terms <= mostTerms ? terms : 0;
}

/** The terms of a reduction as reads of its operand. */
function termReads(eqn: Eqn, axes: readonly number[]): readonly OperandRead[] {
  const { shape } = at(eqn.inputs, 0).aval;
  const reduced = [...axes].sort((left, right) => left - right);
  return indicesOf(reduced.map((axis) => at(shape, axis))).map((term): OperandRead => {
    let kept = 0;
    const dimensions = shape.map((_, dimension): DimensionRead => (
      reduced.includes(dimension) ? { kind: "constant", value: at(term, reduced.indexOf(dimension)) } : { kind: "axis", axis: kept++ }
    ));
    return { operand: 0, dimensions, repeats: 1 };
  });
}

/**
 * The reads of an `indexMap` or `fold` equation or of a reduction that is written out, in the order in which its lowering makes
 * them; none for other kinds.
 */
export function readsOf({ eqn, outIndex, result }: Item): readonly OperandRead[] {
  const { lower } = eqn.primitive;
  if (lower.kind === "reduction" && writtenOutTerms(eqn) > 0) return termReads(eqn, lower.axes(eqn.params));
  if (lower.kind !== "indexMap" && lower.kind !== "fold") return [];
  const inAvals = eqn.inputs.map((input) => input.aval);
  const context: LowerContext<Params> = { params: eqn.params, inAvals, outAval: result.aval, outIndex };
  const { shape } = result.aval;
  if (lower.kind === "indexMap") {
    const recorder = new ReadRecorder(eqn, shape);
    lower.emit(silentEmitter, recorder.axes, recorder.read, context);
    return recorder.reads;
  }
  const recorder = new ReadRecorder(eqn, [...shape, ...lower.extents(eqn.params, inAvals)]);
  const states = lower.states(context).map(({ init }, number) => symbol(`state ${number}`, init.type.dtype));
  lower.step(silentEmitter, recorder.axes.slice(0, shape.length), recorder.axes.slice(shape.length), states, recorder.read, context);
  return recorder.reads;
}

class ReadRecorder {
  readonly reads: OperandRead[] = [];
  readonly axes: readonly Expr[];
  readonly #eqn: Eqn;
  readonly #extents: readonly number[];
  /** The axes that each value read so far depends on: it may become part of an index. */
  readonly #axesOfValues: ReadonlySet<number>[] = [];

  constructor(eqn: Eqn, extents: readonly number[]) {
    this.#eqn = eqn;
    this.#extents = extents;
    this.axes = extents.map((_, axis) => symbol(`${axisPrefix}${axis}`, "int32"));
  }

  readonly read: ReadOperand = (operand, index) => {
    const { shape, dtype } = at(this.#eqn.inputs, operand).aval;
    const dimensions = index.map((expr) => this.#dimension(expr));
    this.reads.push({ operand, dimensions, repeats: this.#repeats(dimensions, shape) });
    const axes = new Set<number>();
    for (const expr of index) this.#collectAxes(expr, axes);
    this.#axesOfValues.push(axes);
    return symbol(`${valuePrefix}${this.#axesOfValues.length - 1}`, valueDType(dtype));
  };

  #dimension(index: Expr): DimensionRead {
    if (index.kind === "const") return { kind: "constant", value: index.value };
    if (index.kind === "ref" && index.name.startsWith(axisPrefix)) return { kind: "axis", axis: numberIn(index.name, axisPrefix) };
    const axes = new Set<number>();
    this.#collectAxes(index, axes);
    return { kind: "computed", axes: [...axes].sort((left, right) => left - right) };
  }

  #collectAxes(expr: Expr, axes: Set<number>): void {
    if (expr.kind === "ref") {
      if (expr.name.startsWith(axisPrefix)) axes.add(numberIn(expr.name, axisPrefix));
      if (expr.name.startsWith(valuePrefix)) for (const axis of this.#axesOfValues[numberIn(expr.name, valuePrefix)] ?? []) axes.add(axis);
    } else if (expr.kind === "op") {
      for (const operand of expr.args) this.#collectAxes(operand, axes);
    } else if (expr.kind === "convert" || expr.kind === "bitcast") {
      this.#collectAxes(expr.value, axes);
    }
  }

  #repeats(dimensions: readonly DimensionRead[], shape: readonly number[]): number {
    const axes = new Set<number>();
    let places = 1;
    dimensions.forEach((dimension, position) => {
      if (dimension.kind !== "computed") return;
      for (const axis of dimension.axes) axes.add(axis);
      places *= at(shape, position);
    });
    const reads = [...axes].reduce((product, axis) => product * at(this.#extents, axis), 1);
    return Math.max(1, reads / Math.max(1, places));
  }
}

/**
 * Whether the result has the elements of its one operand in the same order. A movement of equally many elements that may take
 * its operand's memory reads each element where it writes it.
 */
export function keepsOrder({ eqn, result }: Item, reads: readonly OperandRead[]): boolean {
  const operand = eqn.inputs[0];
  if (eqn.primitive.lower.kind !== "indexMap" || operand === undefined || eqn.inputs.length !== 1 || reads.length !== 1) return false;
  const { shape, dtype } = result.aval;
  if (sizeOf(operand.aval.shape) !== sizeOf(shape) || operand.aval.dtype !== dtype) return false;
  const { inPlace } = eqn.primitive;
  return (inPlace !== "none" && inPlace.includes(0)) || readsInOrder(at(reads, 0), operand.aval.shape, shape);
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
const valuePrefix = "value ";

function symbol(name: string, dtype: ValueDType): Expr {
  return { kind: "ref", type: { dtype, width: 1 }, name };
}

function numberIn(name: string, prefix: string): number {
  return Number(name.slice(prefix.length));
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
