/**
 * @file Powers with a traced exponent, and angles of points. After the unary functions, because derivatives have logarithms
 * and squares.
 */

import { at } from "../base/assert.ts";
import { isFloat, isInteger, type DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { equalShapes, range } from "../base/shape.ts";
import { aval as makeAval, isScalarLiteral, scalarLiteral } from "../ir/build.ts";
import type { Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { bind1, describeAval } from "../trace/stack.ts";
import { add, convertElementType, div, mul, selectN, scalarLike, sub } from "./arith.ts";
import { eq } from "./compare.ts";
import { definePrimitive, noParams, notLinear, parseNoParams, requireDType, transcendental, type NoParams } from "./define.ts";
import { allWeak, binaryJvp, defineBinary, elementwiseBatch, elementwiseShape } from "./elementwise.ts";
import { dtypeMismatch } from "./errors.ts";
import { broadcastInDim, fullOf, neg } from "./linear.ts";
import { log, square } from "./unary.ts";

// pow ------------------------------------------------------------------------------------------------------------------

/** x where it is not 0, else 1. */
function replaceZero(x: Value): Value {
  const isZero = eq(x, scalarLike(x, 0));
  return selectN(isZero, [x, fullOf(1, x.aval)]);
}

/** x stretched to the shape that the operands have together. */
function stretched(x: Value, shape: readonly number[]): Value {
  if (equalShapes(x.aval.shape, shape)) return x;
  return broadcastInDim(x, shape, x.aval.shape.length === 0 ? [] : range(shape.length));
}

/** The value in a dtype that is not weak; numbers stay literals. */
function strong(x: Value, dtype: DType): Value {
  return isScalarLiteral(x) ? scalarLiteral(x.value, dtype) : convertElementType(x, dtype);
}

/** y x^(y-1); for integers y 0 where y is, so that x^(-1) does not count. */
function powerRate(x: Value, y: Value): Value {
  const hasIntegerExponent = isInteger(y.aval.dtype);
  let [base, exponent] = [strong(x, x.aval.dtype), strong(y, x.aval.dtype)];
  if (!hasIntegerExponent) return mul(exponent, pow(base, sub(exponent, fullOf(1, exponent.aval))));
  const shape = elementwiseShape("pow", [base.aval, exponent.aval]);
  [base, exponent] = [stretched(base, shape), stretched(exponent, shape)];
  const isConstant = eq(exponent, scalarLike(exponent, 0));
  const zeros = fullOf(0, exponent.aval);
  const factor = replaceZero(exponent);
  return selectN(isConstant, [mul(factor, pow(base, sub(exponent, fullOf(1, exponent.aval)))), zeros]);
}

export const powP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "pow",
  abstractEval: (inAvals) => {
    const [x, y] = [at(inAvals, 0), at(inAvals, 1)];
    requireDType("pow", x, isFloat, "a float base");
    if (y.dtype !== x.dtype && !isInteger(y.dtype)) {
      raise(dtypeMismatch, {
        operation: "pow", expected: "an exponent of the base's dtype, or of integers", got: `${describeAval(x)} and ${describeAval(y)}`,
        fix: "convert one operand with astype, or use np.power, which promotes",
      });
    }
    return [makeAval(elementwiseShape("pow", inAvals), x.dtype, allWeak(inAvals))];
  },
  effects: "pure",
  // d(x^y) = dx y x^(y-1) + dy log(x) x^y, with log(1) for log(0): 0^y does not change with y.
  jvp: binaryJvp(
    (x, y) => pow(x, y),
    (dx, x, y) => mul(dx, powerRate(x, y)),
    (dy, x, _y, out) => mul(dy, mul(log(replaceZero(x)), out)),
  ),
  transpose: notLinear("a power is not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: elementwiseBatch(() => powP),
  lower: {
    kind: "scalar",
    emit: (_emitter, operands) => {
      const x = at(operands, 0);
      return k.op("pow", x, k.convert(at(operands, 1), x.type.dtype));
    },
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: [0],
  facts: { ...transcendental, cost: 40 },
});

/** `x ** y` as IEEE has it: `pow(1, NaN)` is 1. The exponent may be of integers. */
export const pow = (x: Value, y: Value): Value => bind1(powP, [x, y], noParams);

// atan2 ----------------------------------------------------------------------------------------------------------------

export const atan2P: Primitive<NoParams> = defineBinary({
  name: "atan2", accepts: isFloat, expected: "floats", resultDType: null,
  // d atan2(x, y) = dx (y / (x^2 + y^2)) + dy (-x / (x^2 + y^2))
  jvp: binaryJvp(
    (x, y) => atan2(x, y),
    (dx, x, y) => mul(dx, div(y, squaredDistance(x, y))),
    (dy, x, y) => {
      const opposite = neg(x);
      return mul(dy, div(opposite, squaredDistance(x, y)));
    },
  ),
  transpose: notLinear("an angle is not linear"), emit: "atan2", simplify: "none", facts: { ...transcendental, cost: 30 },
});

function squaredDistance(x: Value, y: Value): Value {
  const first = square(x);
  return add(first, square(y));
}

/** The angle of the point (y, x), in [-pi, pi]: the quadrant by both signs. */
export const atan2 = (x: Value, y: Value): Value => bind1(atan2P, [x, y], noParams);
