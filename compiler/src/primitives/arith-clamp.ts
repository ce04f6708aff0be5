/** @file clamp: limits an array to bounds that are scalars or of its shape. */

import { at } from "../base/assert.ts";
import { isFloat, isInteger, type DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { equalShapes, formatShape } from "../base/shape.ts";
import { aval as makeAval, isZero } from "../ir/build.ts";
import type { Primitive, Tangent, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { selectN } from "./arith.ts";
import { and } from "./bits.ts";
import { gt, lt } from "./compare.ts";
import { arithmetic, definePrimitive, noParams, notLinear, parseNoParams, requireDType, type NoParams } from "./define.ts";
import { allWeak, commonDType, stretch } from "./elementwise.ts";
import { shapeMismatch } from "./errors.ts";
import { addTangents, batchFirst, broadcastInDim, fullOf } from "./linear.ts";

const ordered = (dtype: DType): boolean => isFloat(dtype) || isInteger(dtype) || dtype === "bool";

export const clampP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "clamp",
  abstractEval: (inAvals) => {
    const [low, operand, high] = [at(inAvals, 0), at(inAvals, 1), at(inAvals, 2)];
    const dtype = commonDType("clamp", inAvals);
    requireDType("clamp", operand, ordered, "numbers or bools");
    if ([low, high].some(({ shape }) => shape.length > 0 && !equalShapes(shape, operand.shape))) {
      raise(shapeMismatch, {
        operation: "clamp", expected: `bounds that are scalars or of the operand's shape ${formatShape(operand.shape)}`,
        got: `min ${formatShape(low.shape)} and max ${formatShape(high.shape)}`, fix: "broadcast the bounds, or use np.clip, which does",
      });
    }
    return [makeAval(operand.shape, dtype, allWeak(inAvals))];
  },
  effects: "pure",
  // Each tangent passes where its operand is the result, and strictly so.
  jvp: (primals, tangents) => {
    const [low, x, high] = [at(primals, 0), at(primals, 1), at(primals, 2)];
    const [dLow, dx, dHigh] = [at(tangents, 0), at(tangents, 1), at(tangents, 2)];
    const primal = clamp(low, x, high);
    const where = (tangent: Tangent, holds: () => Value): Tangent => {
      const whole = stretch(tangent, x.aval.shape);
      if (isZero(whole)) return whole;
      const condition = holds();
      return selectN(condition, [fullOf(0, x.aval), whole]);
    };
    const parts = [
      where(dLow, () => and(gt(low, x), lt(low, high))),
      where(dx, () => and(gt(x, low), lt(x, high))),
      where(dHigh, () => lt(high, x)),
    ];
    return { primals: [primal], tangents: [parts.reduce((sum, part) => addTangents(sum, part))] };
  },
  transpose: notLinear("clamp is not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes) => {
    const [low, x, high] = [at(operands, 0), at(operands, 1), at(operands, 2)];
    const [lowAxis, axis, highAxis] = [at(axes, 0), at(axes, 1), at(axes, 2)];
    const areScalars = low.aval.shape.length === 0 && high.aval.shape.length === 0;
    const agree = lowAxis === axis && highAxis === axis && [low, high].every((bound) => equalShapes(bound.aval.shape, x.aval.shape));
    if (axis !== null && (areScalars || agree)) return { outputs: [clamp(low, x, high)], axes: [axis] };
    const front = (operand: Value, operandAxis: number | null): Value =>
      operand.aval.shape.length === 0 ? operand : batchFirst(operand, operandAxis, frame.size);
    const [lows, highs, xs] = [front(low, lowAxis), front(high, highAxis), front(x, axis)];
    const { shape } = [lows, highs, xs].reduce((widest, operand) => (operand.aval.shape.length > widest.aval.shape.length ? operand : widest)).aval;
    // One number for all examples, then one for each.
    const whole = (operand: Value, rank: number): Value =>
      operand.aval.shape.length === rank && rank < shape.length ? broadcastInDim(operand, shape, rank === 0 ? [] : [0]) : operand;
    const [lowsOfAll, highsOfAll] = [whole(lows, 0), whole(highs, 0)];
    const [allLows, allHighs] = [whole(lowsOfAll, 1), whole(highsOfAll, 1)];
    return { outputs: [clamp(allLows, whole(whole(xs, 0), 1), allHighs)], axes: [0] };
  },
  lower: {
    kind: "scalar",
    emit: (_emitter, operands) => {
      const [low, x, high] = [at(operands, 0), at(operands, 1), at(operands, 2)];
      if (x.type.dtype !== "bool") return k.min(k.max(x, low), high);
      const number = (value: Expr): Expr => k.convert(value, "int32");
      return k.convert(k.min(k.max(number(x), number(low)), number(high)), "bool");
    },
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: [1],
  facts: { ...arithmetic, cost: 2 },
});

/** `min(max(x, low), high)`; NaN where any of them is. */
export const clamp = (low: Value, x: Value, high: Value): Value => bind1(clampP, [low, x, high], noParams);
