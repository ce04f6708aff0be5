/** @file Floats as a mantissa and a power of two: frexp, ldexp. */

import { raise } from "@lanewise/compiler/base/errors";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, mul, scalarLike, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { abs } from "@lanewise/compiler/primitives/arith-rounding";
import { and, not, or, shiftLeft, shiftRightLogical } from "@lanewise/compiler/primitives/bits";
import { bitcastConvertType } from "@lanewise/compiler/primitives/bits-bitcast";
import { eq, ge, gt, isFinite, lt } from "@lanewise/compiler/primitives/compare";
import { unsupportedDType } from "../errors.ts";
import { clip } from "./elementwise.ts";
import { callWithRule } from "./custom-rule.ts";

const integer = (value: number): Value => scalarLiteral(value, "int32");
const word = (value: number): Value => scalarLiteral(value, "uint32");

/** The parts are those of the float32 that holds the value exactly. */
function asFloat32(operation: string, x: Value): Value {
  if (x.aval.dtype === "float64") {
    raise(unsupportedDType, { operation, argument: "x", expected: "floats of at most 32 bits: those of float64 are out of reach", got: "float64", fix: 'convert them with astype("float32")' });
  }
  return convertElementType(x, "float32");
}

/** Zeros and what is not finite have no parts. */
function hasParts(x: Value): Value {
  return and(isFinite(x), not(eq(x, scalarLike(x, 0))));
}

/** The bits of a float32 that is no subnormal number, and by how much its exponent was raised for that. */
function normalBits(x: Value): readonly [bits: Value, raised: Value] {
  const isSmall = lt(abs(x), scalarLike(x, 2 ** -126));
  return [bitcastConvertType(selectN(isSmall, [x, mul(x, scalarLike(x, 2 ** 23))]), "uint32"), mul(convertElementType(isSmall, "int32"), integer(23))];
}

/** The exponent e of x = m 2^e with m in [0.5, 1), as int32. */
export function exponentOf(operation: string, given: Value): Value {
  const x = asFloat32(operation, given);
  const [bits, raised] = normalBits(x);
  const biased = convertElementType(and(shiftRightLogical(bits, word(23)), word(0xff)), "int32");
  const exponent = sub(sub(biased, integer(126)), raised);
  return mul(exponent, convertElementType(hasParts(x), "int32"));
}

/** 2^e for e in [-149, 128], of which the last is infinity: 0 below. */
function powerOfTwo(exponent: Value): Value {
  const isNormal = ge(exponent, integer(-126));
  const places = (value: Value): Value => convertElementType(value, "uint32");
  const normal = shiftLeft(places(clip(add(exponent, integer(127)), integer(0), integer(255))), word(23));
  const tiny = shiftLeft(word(1), places(clip(add(exponent, integer(149)), integer(0), integer(31))));
  const isZero = lt(exponent, integer(-149));
  const small = mul(tiny, convertElementType(not(isZero), "uint32"));
  return bitcastConvertType(selectN(isNormal, [small, normal]), "float32");
}

/** The mantissa m of x = m 2^e with |m| in [0.5, 1); zeros and what is not finite are their own. Its derivative is 2^-e. */
export function mantissaOf(operation: string, given: Value): Value {
  return callWithRule("_frexp", "_frexp_jvp", ([inner]) => {
    const x = asFloat32(operation, inner as Value);
    const [bits] = normalBits(x);
    const replaced = or(and(bits, word(0x807fffff)), word(126 * 2 ** 23));
    return convertElementType(selectN(hasParts(x), [x, bitcastConvertType(replaced, "float32")]), (inner as Value).aval.dtype);
  }, ([primal], [tangent]) => {
    const scale = powerOfTwo(sub(integer(0), exponentOf(operation, primal as Value)));
    return [mantissaOf(operation, primal as Value), mul(tangent as Value, convertElementType(scale, (tangent as Value).aval.dtype))];
  }, [given]);
}

/** x 2^n, rounded once. Both have one shape. */
export function scaled(operation: string, x: Value, n: Value): Value {
  const bounded = clip(n, integer(-1000), integer(1000));
  const sum = add(exponentOf(operation, x), convertElementType(bounded, "int32"));
  // The largest numbers have a mantissa above 1.
  const isPositive = gt(sum, integer(0));
  const exponent = sub(sum, convertElementType(isPositive, "int32"));
  const mantissa = convertElementType(mantissaOf(operation, x), "float32");
  const doubled = mul(mantissa, add(scalarLike(mantissa, 1), convertElementType(isPositive, "float32")));
  const result = convertElementType(mul(doubled, powerOfTwo(exponent)), x.aval.dtype);
  return selectN(hasParts(convertElementType(x, "float32")), [x, result]);
}

/** The parts of a float. */
export const partsOf = (operation: string, x: Value): readonly [mantissa: Value, exponent: Value] => [mantissaOf(operation, x), exponentOf(operation, x)];
