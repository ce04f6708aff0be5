/** @file Arithmetic of two operands, integer powers, conversion between dtypes and selection. */

import { at } from "../base/assert.ts";
import { isFloat, isInexact, isInteger, tangentDType, type DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { fromBfloat16Bits, roundToFloat16, toBfloat16Bits } from "../base/float-bits.ts";
import { equalShapes, formatShape } from "../base/shape.ts";
import { aval as makeAval, isZero, scalarLiteral, zero } from "../ir/build.ts";
import { formatPython } from "../ir/format-python.ts";
import type { Atom, Aval, Eqn, Params, Primitive, SimplifyRule, TransposeRule, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1, describeAval } from "../trace/stack.ts";
import { convertExpr } from "./arith-conversion.ts";
import { eq } from "./compare.ts";
import {
  arithmetic, commutativeArithmetic, definePrimitive, division, knownValue, linearAval, mapCotangent, noParams, notLinear,
  printed, refuseParameter, requireDType, type NoParams,
} from "./define.ts";
import { binaryJvp, defineBinary, elementwiseBatch, stretch, unbroadcast } from "./elementwise.ts";
import { badParameter, shapeMismatch } from "./errors.ts";
import { batchFirst, broadcastInDim, fullOf, neg } from "./linear.ts";
import { parseDType, parseNumber } from "./params.ts";

export const numeric = (dtype: DType): boolean => isFloat(dtype) || isInteger(dtype);
const ordered = (dtype: DType): boolean => numeric(dtype) || dtype === "bool";

/** A scalar of the value's dtype, weak as the value is: the nearest number that the dtype holds. */
export function scalarLike(value: Value, number: number): Value {
  const { dtype, weakType } = value.aval;
  return scalarLiteral(nearest(number, dtype), dtype, weakType);
}

function nearest(number: number, dtype: DType): number {
  switch (dtype) {
    case "float32": return Math.fround(number);
    case "float16": return roundToFloat16(number);
    case "bfloat16": return fromBfloat16Bits(toBfloat16Bits(Math.fround(number)));
    default: return number;
  }
}

// add, sub -------------------------------------------------------------------------------------------------------------

/** The transpose of a sum of both operands, each with its sign. */
function sumTranspose(signs: readonly ((cotangent: Value) => Value)[]): TransposeRule<NoParams> {
  return (cotangents, operands) => operands.map((operand, index) => {
    if (operand.kind === "known") return null;
    return mapCotangent(at(cotangents, 0), operand.aval, (ct) => unbroadcast(operand.aval, at(signs, index)(ct)));
  });
}

export const addP: Primitive<NoParams> = defineBinary({
  name: "add", accepts: numeric, expected: "numbers", resultDType: null,
  jvp: (primals, tangents) => {
    const out = bind1(addP, primals, noParams);
    const [dx, dy] = [at(tangents, 0), at(tangents, 1)];
    const tangent = isZero(dx) ? dy : isZero(dy) ? dx : add(dx, dy);
    return { primals: [out], tangents: [stretch(tangent, out.aval.shape)] };
  },
  transpose: sumTranspose([(ct) => ct, (ct) => ct]),
  emit: "add",
  // x + 0 = x for integers; not for floats, where -0 + 0 = 0.
  simplify: (eqn) => (isInteger(outAval(eqn).dtype) ? neutral(eqn, 0, "either") : null),
  facts: commutativeArithmetic,
});

/** `x + y`. Integers wrap. */
export const add = (x: Value, y: Value): Value => bind1(addP, [x, y], noParams);

export const subP: Primitive<NoParams> = defineBinary({
  name: "sub", accepts: numeric, expected: "numbers", resultDType: null,
  jvp: (primals, tangents) => {
    const out = bind1(subP, primals, noParams);
    const [dx, dy] = [at(tangents, 0), at(tangents, 1)];
    const tangent = isZero(dy) ? dx : isZero(dx) ? neg(dy) : sub(dx, dy);
    return { primals: [out], tangents: [stretch(tangent, out.aval.shape)] };
  },
  transpose: sumTranspose([(ct) => ct, neg]),
  emit: "sub",
  // x - 0 = x, for -0 and NaN too.
  simplify: (eqn) => neutral(eqn, 0, "right"),
  facts: arithmetic,
});

/** `x - y`. Integers wrap. */
export const sub = (x: Value, y: Value): Value => bind1(subP, [x, y], noParams);

// mul, div -------------------------------------------------------------------------------------------------------------

export const mulP: Primitive<NoParams> = defineBinary({
  name: "mul", accepts: numeric, expected: "numbers", resultDType: null,
  // d(xy) = dx y + x dy
  jvp: binaryJvp((x, y) => mul(x, y), (dx, _x, y) => mul(dx, y), (dy, x) => mul(x, dy)),
  transpose: (cotangents, operands) => {
    const [left, right] = [linearAval(operands, 0), linearAval(operands, 1)];
    return [
      left === null ? null : mapCotangent(at(cotangents, 0), left, (ct) => unbroadcast(left, mul(ct, knownValue(operands, 1)))),
      right === null ? null : mapCotangent(at(cotangents, 0), right, (ct) => unbroadcast(right, mul(knownValue(operands, 0), ct))),
    ];
  },
  emit: "mul",
  // x * 1 = x exactly. x * 0 stays: it is NaN where x is infinite.
  simplify: (eqn) => neutral(eqn, 1, "either"),
  facts: commutativeArithmetic,
});

/** `x * y`. Integers wrap. */
export const mul = (x: Value, y: Value): Value => bind1(mulP, [x, y], noParams);

export const divP: Primitive<NoParams> = defineBinary({
  name: "div", accepts: numeric, expected: "numbers", resultDType: null,
  // d(x / y) = dx / y - dy x y^-2
  jvp: binaryJvp((x, y) => div(x, y), (dx, _x, y) => div(dx, y), (dy, x, y) => mul(mul(neg(dy), x), integerPow(y, -2))),
  transpose: (cotangents, operands) => {
    const left = linearAval(operands, 0);
    if (left === null) return [null, null];
    return [mapCotangent(at(cotangents, 0), left, (ct) => unbroadcast(left, div(ct, knownValue(operands, 1)))), null];
  },
  emit: "div",
  simplify: (eqn) => neutral(eqn, 1, "right"),
  facts: division,
});

/** `x / y`. Integers divide towards zero. */
export const div = (x: Value, y: Value): Value => bind1(divP, [x, y], noParams);

// max, min -------------------------------------------------------------------------------------------------------------

/** 1 where x is the result, 1/2 where both are, 0 elsewhere: the derivative of max and min in x. */
function share(x: Value, out: Value, y: Value): Value {
  const chosen = selectN(eq(x, out), inOrder(() => fullOf(1, out.aval), () => fullOf(0, out.aval)));
  const ties = selectN(eq(y, out), inOrder(() => fullOf(2, out.aval), () => fullOf(1, out.aval)));
  return div(chosen, ties);
}

/** `[whenFalse, whenTrue]`, made in the order true, false as JAX's `where` does. */
function inOrder(whenTrue: () => Value, whenFalse: () => Value): [Value, Value] {
  const yes = whenTrue();
  return [whenFalse(), yes];
}

function defineExtremum(name: "max" | "min"): Primitive<NoParams> {
  const primitive: Primitive<NoParams> = defineBinary({
    name, accepts: ordered, expected: "numbers or bools", resultDType: null,
    jvp: binaryJvp(
      (x, y) => bind1(primitive, [x, y], noParams), (dx, x, y, out) => mul(dx, share(x, out, y)), (dy, x, y, out) => mul(dy, share(y, out, x)),
    ),
    transpose: notLinear(`${name} is not linear`), emit: name,
    simplify: "none", facts: commutativeArithmetic,
  });
  return primitive;
}

export const maxP: Primitive<NoParams> = defineExtremum("max");
export const minP: Primitive<NoParams> = defineExtremum("min");

/** The larger; NaN where either is NaN; -0 is below 0. */
export const max = (x: Value, y: Value): Value => bind1(maxP, [x, y], noParams);
/** The smaller; NaN where either is NaN; -0 is below 0. */
export const min = (x: Value, y: Value): Value => bind1(minP, [x, y], noParams);

// integer_pow ----------------------------------------------------------------------------------------------------------

export interface IntegerPowParams extends Params {
  readonly y: number;
}

export const integerPowP: Primitive<IntegerPowParams> = definePrimitive<IntegerPowParams>({
  name: "integer_pow",
  abstractEval: (inAvals, { y }) => {
    const inAval = at(inAvals, 0);
    requireDType("integer_pow", inAval, numeric, "numbers");
    if (!Number.isInteger(y)) refuseParameter("integer_pow", "an integer exponent", String(y), "use pow for other exponents");
    if (y < 0 && isInteger(inAval.dtype)) {
      refuseParameter("integer_pow", "a non-negative exponent for an integer base", String(y), "convert the base to a float dtype");
    }
    return [inAval];
  },
  effects: "pure",
  // d(x^n) = dx n x^(n-1)
  jvp: (primals, tangents, { y }) => {
    const [x, dx] = [at(primals, 0), at(tangents, 0)];
    const primal = bind1(integerPowP, [x], { y });
    if (isZero(dx)) return { primals: [primal], tangents: [dx] };
    if (y === 0) return { primals: [primal], tangents: [fullOf(0, dx.aval)] };
    return { primals: [primal], tangents: [y === 1 ? dx : mul(dx, mul(scalarLike(x, y), integerPow(x, y - 1)))] };
  },
  transpose: notLinear("a power is not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: elementwiseBatch(() => integerPowP),
  lower: {
    kind: "scalar",
    // Repeated squaring: the few products of the binary form of the exponent.
    emit: (emitter, operands, { params }) => {
      let square = at(operands, 0);
      let product: Expr | null = null;
      for (let rest = Math.abs(params.y); rest > 0; rest = Math.floor(rest / 2)) {
        if (rest % 2 === 1) product = product === null ? square : emitter.let(k.mul(product, square));
        if (rest > 1) square = emitter.let(k.mul(square, square));
      }
      const one = k.constant(1, square.type.dtype);
      if (product === null) return one;
      return params.y < 0 ? k.div(one, product) : product;
    },
  },
  simplify: (eqn) => (eqn.params.y === 1 ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ y }) => [printed("y", String(y))],
  parseParams: (params) => ({ y: parseNumber(params.get("y")) }),
  inPlace: [0],
  facts: { cost: 2, commutative: false },
});

/** `x ** y` for a static integer. */
export function integerPow(x: Value, y: number): Value {
  if (y === 0) return fullOf(1, x.aval);
  return y === 1 ? x : bind1(integerPowP, [x], { y });
}

// convert_element_type -------------------------------------------------------------------------------------------------

export interface ConvertParams extends Params {
  readonly newDType: DType;
  readonly weakType: boolean;
}

export const convertElementTypeP: Primitive<ConvertParams> = definePrimitive<ConvertParams>({
  name: "convert_element_type",
  abstractEval: (inAvals, { newDType, weakType }) => {
    const inAval = at(inAvals, 0);
    requireDType("convert_element_type", inAval, ordered, "numbers or bools");
    return [makeAval(inAval.shape, newDType, weakType)];
  },
  effects: "pure",
  jvp: (primals, tangents, params) => {
    const primal = bind1(convertElementTypeP, primals, params);
    const tangent = at(tangents, 0);
    if (isZero(tangent) || !isInexact(params.newDType)) {
      return { primals: [primal], tangents: [zero(makeAval(primal.aval.shape, tangentDType(params.newDType), params.weakType))] };
    }
    return { primals: [primal], tangents: [bind1(convertElementTypeP, [tangent], params)] };
  },
  transpose: (cotangents, operands) => {
    const operandAval = linearAval(operands, 0);
    if (operandAval === null) return [null];
    return [mapCotangent(at(cotangents, 0), operandAval, (ct) => convertElementType(ct, operandAval.dtype, operandAval.weakType))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: elementwiseBatch(() => convertElementTypeP),
  lower: {
    kind: "scalar",
    emit: (emitter, operands, { params }) => convertExpr(emitter.let(at(operands, 0)), params.newDType, emitter),
  },
  simplify: (eqn) => (at(eqn.inputs, 0).aval.dtype === eqn.params.newDType ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ newDType, weakType }) => [printed("new_dtype", newDType), printed("weak_type", formatPython(weakType))],
  parseParams: (params) => ({ newDType: parseDType(params.get("new_dtype")), weakType: params.get("weak_type") === true }),
  inPlace: "none",
  facts: arithmetic,
});

/** Converts the dtype; nothing happens where dtype and weakness are right. */
export function convertElementType(operand: Value, newDType: DType, weakType = false): Value {
  if (operand.aval.dtype === newDType && operand.aval.weakType === weakType) return operand;
  return bind1(convertElementTypeP, [operand], { newDType, weakType });
}

// select_n -------------------------------------------------------------------------------------------------------------

export const selectNP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "select_n",
  abstractEval: (inAvals) => {
    const [which, ...cases] = inAvals as readonly [Aval, ...Aval[]];
    const first = at(cases, 0);
    requireDType("select_n", which, (dtype) => dtype === "bool" || dtype === "int32", "bool or int32 for the first operand");
    if (which.dtype === "bool" && cases.length > 2) {
      raise(badParameter, { operation: "select_n", expected: "at most two cases for a bool", got: `${cases.length} cases`, fix: "select by an int32" });
    }
    const wrong = cases.find((other) => !equalShapes(other.shape, first.shape) || other.dtype !== first.dtype);
    if (wrong !== undefined || (which.shape.length > 0 && !equalShapes(which.shape, first.shape))) {
      raise(shapeMismatch, {
        operation: "select_n", expected: "cases of one type, and a selector that is a scalar or of their shape",
        got: `selector ${formatShape(which.shape)} and cases ${cases.map(describeAval).join(", ")}`,
        fix: "broadcast the operands to one shape, or use np.where, which does",
      });
    }
    return [makeAval(first.shape, first.dtype, cases.every((other) => other.weakType))];
  },
  effects: "pure",
  jvp: (primals, tangents) => {
    const primal = bind1(selectNP, primals, noParams);
    const caseTangents = tangents.slice(1);
    if (caseTangents.every(isZero)) return { primals: [primal], tangents: [at(caseTangents, 0)] };
    const zeros = fullOf(0, primal.aval);
    return { primals: [primal], tangents: [selectN(at(primals, 0), caseTangents.map((tangent) => (isZero(tangent) ? zeros : tangent)))] };
  },
  // Each case gets the cotangent where it was selected and zero elsewhere.
  transpose: (cotangents, operands) => {
    const cotangent = at(cotangents, 0);
    if (isZero(cotangent)) return operands.map((operand) => (operand.kind === "linear" ? zero(operand.aval) : null));
    const which = knownValue(operands, 0);
    const zeros = fullOf(0, cotangent.aval);
    return operands.map((operand, index) => {
      if (operand.kind === "known") return null;
      return selectN(which, operands.slice(1).map((_, position) => (position === index - 1 ? cotangent : zeros)));
    });
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes) => {
    const [which, ...cases] = operands as readonly [Value, ...Value[]];
    const [whichAxis, ...caseAxes] = axes as readonly [number | null, ...(number | null)[]];
    const first = at(caseAxes, 0);
    const casesAgree = first !== null && caseAxes.every((axis) => axis === first);
    if (casesAgree && (whichAxis === first ? which.aval.shape.length === at(cases, 0).aval.shape.length : whichAxis === null && which.aval.shape.length === 0)) {
      return { outputs: [bind1(selectNP, operands, noParams)], axes: [first] };
    }
    const scalarSelector = which.aval.shape.length === (whichAxis === null ? 0 : 1);
    const inFront = scalarSelector ? which : batchFirst(which, whichAxis, frame.size);
    const batchedCases = cases.map((value, index) => batchFirst(value, at(caseAxes, index), frame.size));
    const shape = at(batchedCases, 0).aval.shape;
    if (scalarSelector && whichAxis === null) return { outputs: [selectN(which, batchedCases)], axes: [0] };
    const selector = scalarSelector && shape.length > 1 ? broadcastInDim(which, shape, [0]) : inFront;
    return { outputs: [selectN(selector, batchedCases)], axes: [0] };
  },
  lower: {
    kind: "scalar",
    emit: (_emitter, [which, ...cases]) => {
      const selector = which as Expr;
      if (cases.length === 1) return at(cases, 0);
      if (selector.type.dtype === "bool") return k.select(selector, at(cases, 1), at(cases, 0));
      return cases.slice(1).reduce((chosen, value, index) => k.select(k.ge(selector, index + 1), value, chosen), at(cases, 0));
    },
  },
  simplify: (eqn) => (eqn.inputs.length === 2 ? [at(eqn.inputs, 1)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: () => noParams,
  inPlace: [1, 2],
  facts: arithmetic,
});

/** `cases[which]`, elementwise: for a bool `cases[0]` where false. The value of the other cases never matters. */
export function selectN(which: Value, cases: readonly Value[]): Value {
  return bind1(selectNP, [which, ...cases], noParams);
}

// Simplification -------------------------------------------------------------------------------------------------------

function outAval(eqn: Eqn<NoParams>): Aval {
  return at(eqn.outVars, 0).aval;
}

/** The other operand where one is the neutral literal and the other has the result's shape. */
function neutral(eqn: Parameters<SimplifyRule<NoParams>>[0], value: number, side: "right" | "either"): readonly Atom[] | null {
  const [left, right] = [at(eqn.inputs, 0), at(eqn.inputs, 1)];
  const fits = (candidate: Atom, other: Atom): boolean =>
    candidate.kind === "literal" && Object.is(candidate.value, value) && equalShapes(other.aval.shape, outAval(eqn).shape);
  if (fits(right, left)) return [left];
  return side === "either" && fits(left, right) ? [right] : null;
}
