/**
 * @file New arrays from a rule. While a function is traced they are equations, so that a compiled program makes them where
 * it needs them; outside, the elements are written on the host.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { broadcastShapes, formatShape, normalizeAxis, range, sizeOf } from "@lanewise/compiler/base/shape";
import { isScalarLiteral, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import * as arith from "@lanewise/compiler/primitives/arith";
import { eq } from "@lanewise/compiler/primitives/compare";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { concatenate, iota } from "@lanewise/compiler/primitives/structural";
import { currentTrace } from "@lanewise/compiler/trace/stack";
import { arrayFromHost } from "../array/concrete.ts";
import { filledHost } from "../array/elements.ts";
import { badAxis, incompatibleShapes } from "../errors.ts";
import { broadcastTo } from "./elementwise.ts";
import { namedCall } from "./named-call.ts";
import { convertOperand } from "./operands.ts";

/** Every element this scalar. */
export function fill(scalar: Value, shape: readonly number[]): Value {
  if (shape.length === 0) return scalar;
  if (currentTrace() !== null || !isScalarLiteral(scalar)) return broadcastInDim(scalar, shape, []);
  const { dtype, weakType } = scalar.aval;
  return arrayFromHost({ dtype, shape, host: filledHost(dtype, sizeOf(shape), scalar.value) }, weakType);
}

/** `start`, `start + step`, ... : `count` elements. */
export function arange(start: number, step: number, count: number, dtype: DType): Value {
  if (currentTrace() === null && !isFloat(dtype)) {
    const host = filledHost(dtype, count, 0);
    for (let index = 0; index < count; index++) host[index] = start + index * step;
    return arrayFromHost({ dtype, shape: [count], host });
  }
  const counting = iota(dtype, [count], 0);
  const scaled = step === 1 ? counting : arith.mul(convertOperand("np.arange", scalarLiteral(step, dtype), dtype), counting);
  return start === 0 && step === 1 ? scaled : arith.add(scalarLiteral(start, dtype), scaled);
}

/** 1 on the diagonal `k` above the main one, 0 elsewhere. */
export function eye(rows: number, columns: number, k: number, dtype: DType): Value {
  if (currentTrace() === null) {
    const host = filledHost(dtype, rows * columns, 0);
    const one = at(filledHost(dtype, 1, 1), 0);
    for (let row = Math.max(0, -k); row < rows && row + k < columns; row++) host[row * columns + row + k] = one;
    return arrayFromHost({ dtype, shape: [rows, columns], host });
  }
  const shape = [rows, columns];
  const [row, column] = [iota("int32", shape, 0), iota("int32", shape, 1)];
  return arith.convertElementType(eq(arith.add(row, scalarLiteral(k, "int32")), column), dtype);
}

export interface LinspaceArguments {
  readonly num: number;
  readonly endpoint: boolean;
  readonly axis: number;
  readonly dtype: DType;
}

/**
 * `num` numbers from start to stop along a new axis, and the distance between them:
 * out[i] = start (1 - i / n) + stop (i / n), where n is num - 1 with the endpoint and num without.
 */
export function linspace(start: Value, stop: Value, given: LinspaceArguments): readonly [out: Value, step: Value] {
  const results = namedCall("_linspace", given, [start, stop], ([first, last]) => {
    const ends = [first as Value, last as Value].map((value) => convertOperand("np.linspace", value, given.dtype));
    return linspaceOf(at(ends, 0), at(ends, 1), given);
  });
  return [at(results, 0), at(results, 1)];
}

function linspaceOf(start: Value, stop: Value, { num, endpoint, axis, dtype }: LinspaceArguments): Value[] {
  const shape = broadcastShapes([start.aval.shape, stop.aval.shape]);
  if (shape === null) {
    return raise(incompatibleShapes, {
      operation: "np.linspace", expected: "start and stop that broadcast", got: `start of shape ${formatShape(start.aval.shape)} and stop of shape ${formatShape(stop.aval.shape)}`,
      fix: "reshape one of them",
    });
  }
  const place = normalizeAxis(axis, shape.length + 1);
  if (place === null) {
    return raise(badAxis, { operation: "np.linspace", argument: "axis", expected: `an axis of the result of ${shape.length + 1} axes`, got: String(axis), fix: "correct the axis" });
  }
  const scalar = (value: number): Value => scalarLiteral(value, dtype);
  const withAxis = (extent: number): number[] => [...shape.slice(0, place), extent, ...shape.slice(place)];
  const divisor = endpoint ? num - 1 : num;
  const [from, to] = [broadcastTo(start, shape), broadcastTo(stop, shape)];
  if (num === 0) return [broadcastInDim(scalar(0), withAxis(0), []), scalar(NaN)];
  if (num === 1) return [reshape(from, withAxis(1)), endpoint ? scalar(NaN) : arith.sub(stop, start)];
  const step = arith.div(arith.sub(stop, start), scalar(divisor));
  const counting = arith.div(iota(dtype, [divisor], 0), scalar(divisor));
  const fractions = reshape(counting, range(shape.length + 1).map((other) => (other === place ? divisor : 1)));
  const left = reshape(from, withAxis(1));
  const weighted = arith.mul(left, arith.sub(scalar(1), fractions));
  const out = arith.add(weighted, arith.mul(reshape(to, withAxis(1)), fractions));
  if (!endpoint) return [out, step];
  const end = broadcastInDim(to, withAxis(1), range(shape.length + 1).filter((other) => other !== place));
  return [concatenate([out, end], place), step];
}
