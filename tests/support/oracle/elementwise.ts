/** @file The oracle of the elementwise primitives beyond arithmetic: rounding, bits, functions of one number and of two. */

import { at } from "@lanewise/compiler/base/assert";
import { byteSize, isSigned, type DType } from "@lanewise/compiler/base/dtype";
import {
  bitsToFloat32, float32ToBits, fromBfloat16Bits, fromFloat16Bits, roundHalfEven, toBfloat16Bits, toFloat16Bits,
} from "@lanewise/compiler/base/float-bits";
import type { Aval } from "@lanewise/compiler/ir/types";
import type { ReducePrecisionParams, RoundParams } from "@lanewise/compiler/primitives/arith-rounding";
import type { BitcastParams } from "@lanewise/compiler/primitives/bits-bitcast";
import type { NoParams } from "@lanewise/compiler/primitives/define";
import * as n from "./number.ts";
import type { Num } from "./number.ts";
import * as special from "./special.ts";
import { readBroadcast, tabulate, type Tensor } from "./tensor.ts";

type Oracle<P> = (inputs: readonly Tensor[], params: P, outs: readonly Aval[]) => readonly Tensor[];

const isInteger = (dtype: DType): boolean => /^u?int/.test(dtype);

/** An integer brought into the range of its dtype; any other number as it is. */
function wrapped(dtype: DType, value: Num): Num {
  if (!isInteger(dtype)) return value;
  const bits = 8 * byteSize(dtype);
  const low = Number(BigInt.asUintN(bits, BigInt(n.real(value))));
  return isSigned(dtype) && low >= 2 ** (bits - 1) ? low - 2 ** bits : low;
}

function elementwise<P>(element: (operands: readonly Num[], dtype: DType, params: P) => Num): Oracle<P> {
  return (inputs, params, outs) => {
    const { shape, dtype } = at(outs, 0);
    return [tabulate(shape, dtype, (index) => wrapped(dtype, element(inputs.map((input) => readBroadcast(input, index)), at(inputs, 0).dtype, params)))];
  };
}

const unary = (f: (x: Num, dtype: DType) => Num): Oracle<NoParams> => elementwise(([x], dtype) => f(x as Num, dtype));
const binary = (f: (x: Num, y: Num, dtype: DType) => Num): Oracle<NoParams> => elementwise(([x, y], dtype) => f(x as Num, y as Num, dtype));

/** A function whose derivative is zero wherever it has one. */
const step = (f: (x: number) => number): Oracle<NoParams> => unary((x) => f(n.real(x)));
const steps = (f: (x: number, y: number, dtype: DType) => number): Oracle<NoParams> => binary((x, y, dtype) => f(n.real(x), n.real(y), dtype));
/** A function from its value and its derivative. */
const smooth = (value: (x: number) => number, derivative: (x: Num) => Num): Oracle<NoParams> => unary(n.chain(value, derivative));

const one = (x: Num, sign: 1 | -1): Num => n.add(1, n.mul(sign, n.mul(x, x)));
const inverseRoot = (x: Num): Num => n.recip(n.sqrt(x));
const bell = (factor: number): ((x: Num) => Num) => (x) => n.mul(factor, n.exp(n.neg(n.mul(x, x))));

const sinh: (x: Num) => Num = n.chain(Math.sinh, (x) => cosh(x));
const cosh: (x: Num) => Num = n.chain(Math.cosh, (x) => sinh(x));
const cbrt: (x: Num) => Num = n.chain(Math.cbrt, (x) => n.div(1 / 3, n.mul(cbrt(x), cbrt(x))));
const erfInv: (x: Num) => Num = n.chain(special.erfInv, (x) => n.mul(Math.sqrt(Math.PI) / 2, n.exp(n.mul(erfInv(x), erfInv(x)))));
const logistic: (x: Num) => Num = n.chain((x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))), (x) => n.mul(logistic(x), logistic(n.neg(x))));
const polygamma = (m: number): ((x: Num) => Num) => n.chain((x) => special.polygamma(m, x), (x) => polygamma(m + 1)(x));

/** Bits of an integer of the dtype, as a number that is not negative. */
const ownBits = (x: number, dtype: DType): number => Number(BigInt.asUintN(8 * byteSize(dtype), BigInt(x)));

function shift(x: number, places: number, dtype: DType, apply: (value: bigint, places: bigint) => bigint, isUnsigned: boolean): number {
  const bits = 8 * byteSize(dtype);
  const value = isUnsigned ? BigInt.asUintN(bits, BigInt(x)) : BigInt.asIntN(bits, BigInt(x));
  return Number(BigInt.asIntN(bits, apply(value, BigInt(places < 0 || places >= bits ? bits : places))));
}

function atan2(x: Num, y: Num): Num {
  if (typeof x === "number" && typeof y === "number") return Math.atan2(x, y);
  // The angle of a point near one whose angle is known, turned so that the quotient is small.
  const [a, b] = [n.real(x), n.real(y)];
  const known = Math.atan2(a, b);
  const across = n.sub(n.mul(x, Math.cos(known)), n.mul(y, Math.sin(known)));
  const along = n.add(n.mul(y, Math.cos(known)), n.mul(x, Math.sin(known)));
  return n.add(known, atan(n.div(across, along)));
}

const atan: (x: Num) => Num = n.chain(Math.atan, (x) => n.recip(one(x, 1)));

function remainder(x: Num, y: Num, dtype: DType): Num {
  const [a, b] = [n.real(x), n.real(y)];
  if (isInteger(dtype)) return b === 0 ? a : a % b;
  return typeof x === "number" && typeof y === "number" ? a % b : n.sub(x, n.mul(Math.trunc(a / b), y));
}

function clamp(low: Num, x: Num, high: Num): Num {
  const [a, b, c] = [n.real(low), n.real(x), n.real(high)];
  if ([a, b, c].some(Number.isNaN)) return Number.NaN;
  if (a > b) return a < c ? low : high;
  return b > c ? high : x;
}

/** The neighbour of a float32 on the way to another, by counting bit patterns in order. */
function nextafter(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === y) return y;
  const rank = (value: number): number => (float32ToBits(value) >= 0x80000000 ? 0x80000000 - float32ToBits(value) : float32ToBits(value));
  const next = rank(x) + (y > x ? 1 : -1);
  return next < 0 ? -bitsToFloat32(-next) : bitsToFloat32(next);
}

function round(x: number, { roundingMethod }: RoundParams): number {
  if (roundingMethod === 1) return roundHalfEven(x);
  const whole = Math.trunc(x);
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole;
}

function reducePrecision(x: number, { exponentBits, mantissaBits }: ReducePrecisionParams): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), -126);
  const place = 2 ** (exponent - Math.min(mantissaBits, 23));
  // Without a mantissa, the last bit of the biased exponent decides a tie.
  const isTieOfExponents = mantissaBits === 0 && Math.abs(x / place) === 1.5;
  const rounded = isTieOfExponents ? Math.sign(x) * (exponent % 2 === 0 ? 2 : 1) * place : roundHalfEven(x / place) * place;
  if (exponentBits >= 8) return Math.fround(rounded);
  const bias = 2 ** (exponentBits - 1) - 1;
  if (Math.abs(rounded) >= 2 ** (bias + 1)) return Math.sign(x) * Infinity;
  return Math.abs(rounded) < 2 ** (1 - bias) ? (x < 0 ? -0 : 0) : rounded;
}

/** The bytes of an element, lowest first. */
function bytesOf(value: number, dtype: DType): number[] {
  const bits = dtype === "float32" ? float32ToBits(value) : dtype === "float16" ? toFloat16Bits(value) : dtype === "bfloat16" ? toBfloat16Bits(value) : ownBits(value, dtype);
  return Array.from({ length: byteSize(dtype) }, (_, place) => Math.floor(bits / 256 ** place) % 256);
}

function ofBytes(bytes: readonly number[], dtype: DType): number {
  const bits = bytes.reduce((sum, byte, place) => sum + byte * 256 ** place, 0);
  switch (dtype) {
    case "float32": return bitsToFloat32(bits);
    case "float16": return fromFloat16Bits(bits);
    case "bfloat16": return fromBfloat16Bits(bits);
    default: return n.real(wrapped(dtype, bits));
  }
}

function bitcast([input]: readonly Tensor[], { newDType }: BitcastParams, outs: readonly Aval[]): readonly Tensor[] {
  const { data, dtype } = input as Tensor;
  const bytes = data.flatMap((value) => bytesOf(n.real(value), dtype));
  const size = byteSize(newDType);
  const elements = Array.from({ length: bytes.length / size }, (_, place) => ofBytes(bytes.slice(place * size, (place + 1) * size), newDType));
  return [{ shape: at(outs, 0).shape, dtype: newDType, data: elements }];
}

export const elementwiseOracles = {
  is_finite: step((x) => (Number.isFinite(x) ? 1 : 0)),
  and: steps((x, y) => x & y),
  or: steps((x, y) => x | y),
  xor: steps((x, y) => x ^ y),
  not: unary((x, dtype) => (dtype === "bool" ? 1 - n.real(x) : ~n.real(x))),
  shift_left: steps((x, y, dtype) => shift(x, y, dtype, (value, places) => value << places, true)),
  shift_right_arithmetic: steps((x, y, dtype) => shift(x, y, dtype, (value, places) => value >> places, false)),
  shift_right_logical: steps((x, y, dtype) => shift(x, y, dtype, (value, places) => value >> places, true)),
  population_count: unary((x, dtype) => ownBits(n.real(x), dtype).toString(2).replaceAll("0", "").length),
  clz: unary((x, dtype) => (n.real(x) === 0 ? 8 * byteSize(dtype) : 8 * byteSize(dtype) - ownBits(n.real(x), dtype).toString(2).length)),
  bitcast_convert_type: bitcast,

  sign: step(Math.sign),
  abs: unary((x) => (typeof x === "number" ? Math.abs(x) : n.real(x) >= 0 ? x : n.neg(x))),
  floor: step(Math.floor),
  ceil: step(Math.ceil),
  round: elementwise<RoundParams>(([x], _dtype, params) => round(n.real(x as Num), params)),
  rem: binary(remainder),
  nextafter: steps(nextafter),
  // As JAX has it, linear in form: the tangent is reduced too.
  reduce_precision: elementwise<ReducePrecisionParams>(([x], _dtype, params) => reducedNumber(x as Num, params)),
  clamp: elementwise<NoParams>(([low, x, high]) => clamp(low as Num, x as Num, high as Num)),

  exp2: smooth((x) => 2 ** x, (x) => n.mul(Math.LN2, n.exp(n.mul(Math.LN2, x)))),
  expm1: smooth(Math.expm1, n.exp),
  log1p: smooth(Math.log1p, (x) => n.recip(n.add(1, x))),
  logistic: unary(logistic),
  tan: smooth(Math.tan, (x) => n.recip(n.mul(n.cos(x), n.cos(x)))),
  asin: smooth(Math.asin, (x) => inverseRoot(one(x, -1))),
  acos: smooth(Math.acos, (x) => n.neg(inverseRoot(one(x, -1)))),
  atan: unary(atan),
  sinh: unary(sinh),
  cosh: unary(cosh),
  asinh: smooth(Math.asinh, (x) => inverseRoot(one(x, 1))),
  acosh: smooth(Math.acosh, (x) => inverseRoot(n.sub(n.mul(x, x), 1))),
  atanh: smooth(Math.atanh, (x) => n.recip(one(x, -1))),
  rsqrt: smooth((x) => 1 / Math.sqrt(x), (x) => n.div(-0.5, n.mul(x, n.sqrt(x)))),
  cbrt: unary(cbrt),
  square: unary((x, dtype) => (isInteger(dtype) ? Math.imul(n.real(x), n.real(x)) : n.mul(x, x))),
  erf: smooth(special.erf, bell(2 / Math.sqrt(Math.PI))),
  erfc: smooth(special.erfc, bell(-2 / Math.sqrt(Math.PI))),
  erf_inv: unary(erfInv),
  lgamma: smooth(special.lgamma, polygamma(0)),
  digamma: unary(polygamma(0)),
  polygamma: binary((m, x) => polygamma(n.real(m))(x)),
  zeta: steps(special.zeta),
  atan2: binary(atan2),
};

function reducedNumber(x: Num, params: ReducePrecisionParams): Num {
  return typeof x === "number" ? reducePrecision(x, params) : n.dual(x.tag, reducedNumber(x.re, params), reducedNumber(x.du, params));
}
