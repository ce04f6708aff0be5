/**
 * @file What elementwise primitives share: how operands broadcast, how a batch axis passes through, and the definers
 * `defineUnary` and `defineBinary` that leave a family with the mathematics alone.
 *
 * As in JAX, a primitive takes operands of equal rank whose extents are equal or 1, and scalars beside them.
 */

import { at } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { operandDTypes } from "../base/scalar-ops.ts";
import { equalShapes, formatShape, range } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { Aval, BatchResult, BatchRule, Emitter, Facts, JvpRule, NoRule, Params, Primitive, SimplifyRule, Tangent, TransposeRule, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr, ScalarOpName } from "../kernel/types.ts";
import { bind, bind1, describeAval } from "../trace/stack.ts";
import { definePrimitive, noParams, parseNoParams, requireDType, type NoParams } from "./define.ts";
import { dtypeMismatch, shapeMismatch } from "./errors.ts";
import { addTangents, batchFirst, broadcastInDim, reduceSum } from "./linear.ts";
import { reshape } from "./linear-reshape.ts";

/** The shape of an elementwise result; throws where the operands do not broadcast. */
export function elementwiseShape(name: string, inAvals: readonly Aval[]): readonly number[] {
  const shapes = inAvals.map((inAval) => inAval.shape).filter((shape) => shape.length > 0);
  const first = shapes[0];
  if (first === undefined) return [];
  if (shapes.every((shape) => equalShapes(shape, first))) return first;
  const result = first.map((_, axis) => shapes.map((shape) => shape[axis]).find((extent) => extent !== 1) ?? 1);
  const fits = shapes.every((shape) => shape.length === result.length && shape.every((extent, axis) => extent === 1 || extent === result[axis]));
  if (!fits) {
    raise(shapeMismatch, {
      operation: name, expected: "operands of one rank with extents that are equal or 1, or scalars",
      got: `shapes ${inAvals.map((inAval) => formatShape(inAval.shape)).join(" and ")}`,
      fix: "reshape or broadcast an operand, or use the function of np, which broadcasts ranks",
    });
  }
  return result;
}

/** The one dtype of operands that must agree. */
export function commonDType(name: string, inAvals: readonly Aval[]): DType {
  const { dtype } = at(inAvals, 0);
  if (inAvals.some((inAval) => inAval.dtype !== dtype)) {
    raise(dtypeMismatch, {
      operation: name, expected: "operands of one dtype", got: inAvals.map(describeAval).join(" and "),
      fix: "convert one operand with astype, or use the function of np, which promotes",
    });
  }
  return dtype;
}

/** Weak only where every operand is. */
export function allWeak(inAvals: readonly Aval[]): boolean {
  return inAvals.every((inAval) => inAval.weakType);
}

/**
 * The batch rule of every elementwise primitive. Operands that agree in shape and batch axis, with scalars beside them,
 * pass as they are; otherwise batch axes go first and the others get an axis of extent 1, which the primitive broadcasts.
 */
export function elementwiseBatch<P extends Params>(primitive: () => Primitive<P>): BatchRule<P> {
  return (_frame, operands, axes, params) => {
    const shaped = operands.map((operand, index) => ({ shape: operand.aval.shape, axis: at(axes, index) })).filter(({ shape }) => shape.length > 0);
    const first = at(shaped, 0);
    if (first.axis !== null && shaped.every(({ shape, axis }) => axis === first.axis && equalShapes(shape, first.shape))) {
      return sharedAxis(bind(primitive(), operands, params), first.axis);
    }
    const inFront = operands.map((operand, index) => (operand.aval.shape.length === 0 ? operand : batchFirst(operand, at(axes, index), 1)));
    const rank = Math.max(...inFront.map((operand) => operand.aval.shape.length));
    const aligned = inFront.map((operand, index) => (at(axes, index) === null ? operand : withTrailingOnes(operand, rank)));
    return sharedAxis(bind(primitive(), aligned, params), 0);
  };
}

function sharedAxis(outputs: readonly Value[], axis: number): BatchResult {
  return { outputs, axes: outputs.map(() => axis) };
}

/** A batched operand of lower rank (a batch of scalars) with axes of extent 1 behind. */
function withTrailingOnes(operand: Value, rank: number): Value {
  const { shape } = operand.aval;
  if (shape.length === rank || shape.length === 0) return operand;
  return broadcastInDim(operand, [...shape, ...new Array<number>(rank - shape.length).fill(1)], range(shape.length));
}

/** The transpose of an operand's implicit broadcast: sums the cotangent over what was stretched. */
export function unbroadcast(operandAval: Aval, cotangent: Value): Value {
  const { shape } = operandAval;
  const from = cotangent.aval.shape;
  if (equalShapes(shape, from)) return cotangent;
  if (shape.length === 0) return reduceSum(cotangent, range(from.length));
  return reshape(reduceSum(cotangent, range(from.length).filter((axis) => shape[axis] === 1 && from[axis] !== 1)), shape);
}

/** A tangent stretched to the shape of the result. */
export function stretch(tangent: Tangent, shape: readonly number[]): Tangent {
  const from = tangent.aval.shape;
  if (equalShapes(from, shape)) return tangent;
  if (isZero(tangent)) return zero(makeAval(shape, tangent.aval.dtype, tangent.aval.weakType));
  return broadcastInDim(tangent, shape, from.length === 0 ? [] : range(from.length));
}

// Definers -------------------------------------------------------------------------------------------------------------

/**
 * How an element comes from those of the operands: an op of the scalar table, or an expression made of several. The dtype
 * is the operands'; small ones arrive as 32-bit values, and the result is narrowed to it again.
 */
export type UnaryEmit = ScalarOpName | ((x: Expr, emitter: Emitter, dtype: DType) => Expr);
export type BinaryEmit = ScalarOpName | ((x: Expr, y: Expr, emitter: Emitter, dtype: DType) => Expr);

export interface UnaryDefinition {
  readonly name: string;
  readonly accepts: (dtype: DType) => boolean;
  readonly expected: string;
  /** The result's dtype; null where it is the operand's. */
  readonly resultDType: DType | null;
  /** The derivative's product with the tangent `dx`, from the operand and the result. */
  readonly jvp: ((dx: Value, x: Value, y: Value) => Tangent) | NoRule;
  readonly transpose: TransposeRule<NoParams> | NoRule;
  readonly emit: UnaryEmit;
  readonly simplify: SimplifyRule<NoParams> | "none";
  readonly facts: Facts;
}

/** An elementwise primitive of one operand. */
export function defineUnary(definition: UnaryDefinition): Primitive<NoParams> {
  const { name, emit, jvp } = definition;
  const primitive: Primitive<NoParams> = definePrimitive<NoParams>({
    name,
    abstractEval: (inAvals) => {
      const inAval = at(inAvals, 0);
      requireDType(name, inAval, definition.accepts, definition.expected);
      return [definition.resultDType === null ? inAval : makeAval(inAval.shape, definition.resultDType)];
    },
    effects: "pure",
    jvp: isNone(jvp) ? jvp : (primals, tangents) => {
      const primal = bind1(primitive, primals, noParams);
      const tangent = at(tangents, 0);
      return { primals: [primal], tangents: [isZero(tangent) ? tangent : jvp(tangent, at(primals, 0), primal)] };
    },
    transpose: definition.transpose,
    partialEval: "plain",
    dce: "plain",
    batch: elementwiseBatch(() => primitive),
    lower: {
      kind: "scalar",
      emit: (emitter, operands, { inAvals }) =>
        typeof emit === "string" ? k.op(emit, at(operands, 0)) : emit(emitter.let(at(operands, 0)), emitter, at(inAvals, 0).dtype),
    },
    simplify: definition.simplify,
    subJaxprs: "none",
    inlinable: "never",
    printParams: "none",
    parseParams: parseNoParams,
    inPlace: definition.resultDType === null ? [0] : "none",
    facts: definition.facts,
  });
  return primitive;
}

export interface BinaryDefinition {
  readonly name: string;
  readonly accepts: (dtype: DType) => boolean;
  readonly expected: string;
  /** The result's dtype; null where it is the operands'. */
  readonly resultDType: DType | null;
  readonly jvp: JvpRule<NoParams> | NoRule;
  readonly transpose: TransposeRule<NoParams> | NoRule;
  readonly emit: BinaryEmit;
  readonly simplify: SimplifyRule<NoParams> | "none";
  readonly facts: Facts;
}

/** The scalar table orders numbers alone; bools are ordered as 0 and 1. */
function binaryExpr(name: ScalarOpName, x: Expr, y: Expr): Expr {
  if (x.type.dtype !== "bool" || operandDTypes(name).includes("bool")) return k.op(name, x, y);
  const result = k.op(name, k.convert(x, "int32"), k.convert(y, "int32"));
  return result.type.dtype === "bool" ? result : k.convert(result, "bool");
}

/** An elementwise primitive of two operands of one dtype. */
export function defineBinary(definition: BinaryDefinition): Primitive<NoParams> {
  const { name } = definition;
  const primitive: Primitive<NoParams> = definePrimitive<NoParams>({
    name,
    abstractEval: (inAvals) => {
      const dtype = commonDType(name, inAvals);
      requireDType(name, at(inAvals, 0), definition.accepts, definition.expected);
      const weak = definition.resultDType === null && allWeak(inAvals);
      return [makeAval(elementwiseShape(name, inAvals), definition.resultDType ?? dtype, weak)];
    },
    effects: "pure",
    jvp: definition.jvp,
    transpose: definition.transpose,
    partialEval: "plain",
    dce: "plain",
    batch: elementwiseBatch(() => primitive),
    lower: {
      kind: "scalar",
      emit: (emitter, operands, { inAvals }) => {
        const [x, y] = [at(operands, 0), at(operands, 1)];
        const { emit } = definition;
        return typeof emit === "string" ? binaryExpr(emit, x, y) : emit(emitter.let(x), emitter.let(y), emitter, at(inAvals, 0).dtype);
      },
    },
    simplify: definition.simplify,
    subJaxprs: "none",
    inlinable: "never",
    printParams: "none",
    parseParams: parseNoParams,
    inPlace: definition.resultDType === null ? [0, 1] : "none",
    facts: definition.facts,
  });
  return primitive;
}

function isNone(rule: unknown): rule is NoRule {
  return typeof rule === "object" && rule !== null && (rule as NoRule).kind === "none";
}

/**
 * The jvp of a binary operation from its partial derivatives: each gives its part of the tangent from the operand's
 * tangent, already of the result's shape or broadcast by the product; the parts are summed.
 */
export function binaryJvp(
  bindPrimal: (x: Value, y: Value) => Value,
  left: (dx: Value, x: Value, y: Value, out: Value) => Tangent,
  right: (dy: Value, x: Value, y: Value, out: Value) => Tangent,
): JvpRule<NoParams> {
  return (primals, tangents) => {
    const [x, y] = [at(primals, 0), at(primals, 1)];
    const [dx, dy] = [at(tangents, 0), at(tangents, 1)];
    const out = bindPrimal(x, y);
    const parts = [isZero(dx) ? dx : left(dx, x, y, out), isZero(dy) ? dy : right(dy, x, y, out)].map((part) => stretch(part, out.aval.shape));
    return { primals: [out], tangents: [addTangents(at(parts, 0), at(parts, 1))] };
  };
}
