/**
 * @file Operations on the bits of integers, and "and", "or", "not" of bools. Results are integers or bools, so they have
 * no derivative.
 */

import { byteSize, isInteger, isSigned, type DType } from "../base/dtype.ts";
import type { Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { arithmetic, commutativeArithmetic, nonDifferentiable, noParams, notLinear, type NoParams } from "./define.ts";
import { defineBinary, defineUnary, type BinaryEmit, type UnaryEmit } from "./elementwise.ts";

const integerOrBool = (dtype: DType): boolean => isInteger(dtype) || dtype === "bool";

const noDerivative = nonDifferentiable("its result is an integer or a bool");
const noTranspose = notLinear("an operation on bits is not linear");

// and, or, xor, not ----------------------------------------------------------------------------------------------------

function defineLogical(name: "and" | "or" | "xor"): Primitive<NoParams> {
  return defineBinary({
    name, accepts: integerOrBool, expected: "integers or bools", resultDType: null, jvp: noDerivative, transpose: noTranspose,
    emit: name, simplify: "none", facts: commutativeArithmetic,
  });
}

export const andP: Primitive<NoParams> = defineLogical("and");
export const orP: Primitive<NoParams> = defineLogical("or");
export const xorP: Primitive<NoParams> = defineLogical("xor");

export const notP: Primitive<NoParams> = defineUnary({
  name: "not", accepts: integerOrBool, expected: "integers or bools", resultDType: null, jvp: noDerivative, transpose: noTranspose,
  emit: "not", simplify: "none", facts: arithmetic,
});

/** Bit by bit; of bools, whether both hold. */
export const and = (x: Value, y: Value): Value => bind1(andP, [x, y], noParams);
/** Bit by bit; of bools, whether one holds. */
export const or = (x: Value, y: Value): Value => bind1(orP, [x, y], noParams);
/** Bit by bit; of bools, whether just one holds. */
export const xor = (x: Value, y: Value): Value => bind1(xorP, [x, y], noParams);
/** Every bit flipped; of bools, whether it does not hold. */
export const not = (x: Value): Value => bind1(notP, [x], noParams);

// Shifts ---------------------------------------------------------------------------------------------------------------

/** Bits of a 32-bit value that a small integer does not have. */
function unusedBits(dtype: DType): number {
  return 32 - 8 * byteSize(dtype);
}

/** The bits of a small integer alone, without those that its sign has filled above them. */
function ownBits(x: Expr, dtype: DType): Expr {
  const unused = unusedBits(dtype);
  return unused === 0 ? x : k.and(x, 2 ** (32 - unused) - 1);
}

/** The value with the small integer's upper bit copied into the bits above it. */
function signExtended(x: Expr, dtype: DType): Expr {
  const unused = unusedBits(dtype);
  return isSigned(dtype) || unused === 0 ? x : k.op("shiftRightArithmetic", k.op("shiftLeft", x, unused), unused);
}

function defineShift(name: "shift_left" | "shift_right_arithmetic" | "shift_right_logical", emit: BinaryEmit): Primitive<NoParams> {
  return defineBinary({
    name, accepts: isInteger, expected: "integers", resultDType: null, jvp: noDerivative, transpose: noTranspose,
    emit, simplify: "none", facts: arithmetic,
  });
}

export const shiftLeftP: Primitive<NoParams> = defineShift("shift_left", "shiftLeft");
export const shiftRightArithmeticP: Primitive<NoParams> = defineShift(
  "shift_right_arithmetic", (x, y, _emitter, dtype) => k.op("shiftRightArithmetic", signExtended(x, dtype), y),
);
export const shiftRightLogicalP: Primitive<NoParams> = defineShift(
  "shift_right_logical", (x, y, _emitter, dtype) => k.op("shiftRightLogical", ownBits(x, dtype), y),
);

/** `x << y`; 0 where y is negative or not less than the number of bits. */
export const shiftLeft = (x: Value, y: Value): Value => bind1(shiftLeftP, [x, y], noParams);
/** `x >> y` with copies of the upper bit; all copies where y is negative or not less than the number of bits. */
export const shiftRightArithmetic = (x: Value, y: Value): Value => bind1(shiftRightArithmeticP, [x, y], noParams);
/** `x >> y` with zeros; 0 where y is negative or not less than the number of bits. */
export const shiftRightLogical = (x: Value, y: Value): Value => bind1(shiftRightLogicalP, [x, y], noParams);

// Counts ---------------------------------------------------------------------------------------------------------------

function defineCount(name: "population_count" | "clz", emit: UnaryEmit): Primitive<NoParams> {
  return defineUnary({
    name, accepts: isInteger, expected: "integers", resultDType: null, jvp: noDerivative, transpose: noTranspose,
    emit, simplify: "none", facts: { cost: 4, commutative: false },
  });
}

export const populationCountP: Primitive<NoParams> = defineCount(
  "population_count", (x, _emitter, dtype) => k.op("populationCount", ownBits(x, dtype)),
);
export const clzP: Primitive<NoParams> = defineCount("clz", (x, _emitter, dtype) => {
  const count = k.op("countLeadingZeros", ownBits(x, dtype));
  return unusedBits(dtype) === 0 ? count : k.sub(count, unusedBits(dtype));
});

/** How many bits are set. */
export const populationCount = (x: Value): Value => bind1(populationCountP, [x], noParams);
/** How many zero bits stand above the highest set bit; all bits for 0. */
export const clz = (x: Value): Value => bind1(clzP, [x], noParams);
