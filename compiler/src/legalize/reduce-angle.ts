/**
 * @file Angles as a multiple of pi/2 and a rest in [-pi/4, pi/4], for float32 and float64 of any size.
 *
 * Moderate angles subtract the multiple of pi/2 in parts, each product exact. For large ones the angle is an integer m of
 * 24 or 53 bits times a power of two, and only the bits of 2/pi around the binary point of the product matter: those above
 * make multiples of 4, those far below vanish. They come from a table of 32-bit words at every byte, so that a shift of
 * less than 8 places is left, which m takes.
 */

import { at } from "../base/assert.ts";
import { float32ToBits } from "../base/float-bits.ts";
import {
  add, bitcast, constant, convert, eq, extract, gt, lt, mul, ne, neg, op, select, shuffle, simdReduce, splat, sub,
} from "../kernel/expressions.ts";
import type { Expr } from "../kernel/types.ts";
import type { CodeWriter, Table } from "./code-writer.ts";
import { mantissaAndExponent, nearestInteger, powerOfTwo, scaleToFloat32Range } from "./float-parts.ts";

export interface ReducedAngle {
  /** int32; only the lower two bits have a meaning. */
  readonly quadrant: Expr;
  /** In [-pi/4, pi/4] or a little beyond; NaN for infinities and NaN. */
  readonly rest: Expr;
}

/** The digits of 2/pi behind the binary point. */
const twoOverPi = [
  "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006",
  "492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c84",
  "5f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527ba",
  "c7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc209af4361da9e391",
].join("");

/** 32 bits of 2/pi from every eighth one on, behind `padding` zeros. */
function windowTable(padding: number, length: number): Table {
  const digits = "0".repeat(padding / 4) + twoOverPi;
  const values = Array.from({ length }, (_, byte) => Number.parseInt(digits.slice(2 * byte, 2 * byte + 8), 16));
  return { name: "twoOverPi", dtype: "uint32", values };
}

/** The bits of a number are 32 to a word, the first word has the upper ones. */
type Words = readonly Expr[];

function multiplyAdd(total: readonly (Expr | null)[], weight: number, term: Expr, code: CodeWriter): (Expr | null)[] {
  const words = [...total];
  let carried: Expr | null = term;
  // Word 0 is the upper one: what leaves it is a multiple of 4.
  for (let place = weight; carried !== null && place >= 0; place -= 1) {
    const before: Expr | null = words[place] ?? null;
    if (before === null) {
      words[place] = carried;
      carried = null;
    } else {
      const sum = code.name(add(before, carried), "word");
      words[place] = sum;
      carried = place === 0 ? null : convert(lt(sum, carried), "uint32");
    }
  }
  return words;
}

/** The upper `count` words of an integer times a window of 2/pi, up to a few units in the last of them. */
function windowProduct(integer: Words, window: Words, count: number, code: CodeWriter): Words {
  let total: (Expr | null)[] = Array.from({ length: count }, () => null);
  // Word i of the window and word j of the integer from the back meet at word i - j of the product.
  integer.forEach((digit, position) => {
    const fromBack = integer.length - 1 - position;
    window.forEach((word, i) => {
      const low = i - fromBack;
      if (low >= 0 && low < count) total = multiplyAdd(total, low, code.name(mul(digit, word), "low"), code);
      if (low - 1 >= 0 && low - 1 < count) total = multiplyAdd(total, low - 1, code.name(op("mulHigh", digit, word), "high"), code);
    });
  });
  return total.map((word) => word ?? constant(0, "uint32", at(window, 0).type.width));
}

/** Two bits of integer part, then the fraction: the nearest integer, and the magnitude and sign of what is left. */
function roundWords(words: Words, code: CodeWriter): { readonly quadrant: Expr; readonly magnitude: Words; readonly isNegative: Expr } {
  const { width } = at(words, 0).type;
  const word = (value: number): Expr => constant(value, "uint32", width);
  const top = at(words, 0);
  const quadrant = code.name(op("shiftRightLogical", add(top, 0x20000000), word(30)), "quadrant");
  const rest = code.name(sub(top, op("shiftLeft", quadrant, word(30))), "rest");
  const isNegative = code.name(ne(op("and", rest, word(0x80000000)), 0), "isNegative");
  // Flipping every bit negates, up to one unit of the last word.
  const flips = code.name(select(isNegative, word(0xffffffff), word(0)), "flips");
  const magnitude = [rest, ...words.slice(1)].map((each) => code.name(op("xor", each, flips), "magnitude"));
  return { quadrant, magnitude, isNegative };
}

/** The window of 2/pi whose first bit is at a place of the padded digits; what is left of the place goes to the integer. */
function windowAt(table: Table, place: Expr, count: number, code: CodeWriter): { readonly window: Words; readonly shift: Expr } {
  const { width } = place.type;
  const shift = code.name(op("and", place, constant(7, "int32", width)), "shift");
  const byte = code.name(op("shiftRightArithmetic", place, constant(3, "int32", width)), "byte");
  return { window: Array.from({ length: count }, (_, i) => code.look(table, byte, 4 * i)), shift };
}

/**
 * Moderate angles at once; the large ones, where there are any, by `reduce`, one element after the other: they are rare, and
 * some targets run through a branch that nothing takes.
 */
function withLargeAngles(
  magnitude: Expr, isLarge: (magnitude: Expr) => Expr, moderate: ReducedAngle, code: CodeWriter, reduce: (magnitude: Expr, inner: CodeWriter) => ReducedAngle,
): ReducedAngle {
  const { dtype, width } = magnitude.type;
  const areLarge = code.name(isLarge(magnitude), "isLarge");
  const quadrant = code.variable(moderate.quadrant, "quadrant");
  // A large angle stands in the place of its rest until its turn comes.
  const rest = code.variable(select(areLarge, magnitude, moderate.rest), "rest");
  const first = (vector: Expr): Expr => (width === 1 ? vector : extract(vector, 0));
  const turned = (vector: Expr, last: Expr): Expr => (
    width === 1 ? last : shuffle(vector, splat(last, width), Array.from({ length: width }, (_, lane) => lane + 1))
  );
  code.repeatWhere(simdReduce("any", areLarge), width, (inner) => {
    const own = inner.name(first(rest), "own");
    const isOwnLarge = inner.name(isLarge(own), "isOwnLarge");
    const large = reduce(own, inner);
    const exact = select(op("isFinite", own), large.rest, constant(NaN, dtype));
    inner.assign(quadrant, turned(quadrant, select(isOwnLarge, bitcast(large.quadrant, "int32"), first(quadrant))));
    inner.assign(rest, turned(rest, select(isOwnLarge, exact, own)));
  });
  return { quadrant, rest };
}

// ---------------------------------------------------------------------------------------------------------------------

const quarterTurnsPerRadian = 0.6366197723675814;
const quarterTurn = 1.5707963267948966;

/** pi/2 in parts of 13 bits, so that their products with 11 bits are exact, and a last one. */
const float32Parts = [1.570556640625, 0.0002396702766418457, 1.5890691429376602e-8, 2.5633440682570896e-12];
const float32Limit = 3000;

const float32Padding = 32;
const float32Table = windowTable(float32Padding, 25);
/** A float32 is its 24-bit mantissa times 2 to its biased exponent less this. */
const float32Bias = 150;

/** Of a magnitude, which may be infinite or NaN. */
export function reduceFloat32(magnitude: Expr, code: CodeWriter): ReducedAngle {
  const { float, integer } = nearestInteger(mul(magnitude, quarterTurnsPerRadian), code, "turns");
  const [last = 0, ...first] = [...float32Parts].reverse();
  // Exact differences; a compiler that sums in another order would lose that.
  const upper = first.reduceRight<Expr>((left, part) => op("roundFloat32", sub(left, mul(float, part))), magnitude);
  const rest = sub(upper, mul(float, last));
  // NaN counts as large: its bits are.
  const isLarge = (value: Expr): Expr => gt(bitcast(value, "int32"), float32ToBits(float32Limit));
  return withLargeAngles(magnitude, isLarge, { quadrant: integer, rest }, code, reduceLargeFloat32);
}

function reduceLargeFloat32(magnitude: Expr, code: CodeWriter): ReducedAngle {
  const { width } = magnitude.type;
  const integer = (value: number): Expr => constant(value, "int32", width);
  const bits = code.name(bitcast(magnitude, "int32"), "bits");
  // The window begins two bits above the binary point. An angle that is not large looks at its begin.
  const exponent = op("shiftRightArithmetic", bits, integer(23));
  const place = code.name(op("max", sub(exponent, float32Bias + 2 - float32Padding), integer(0)), "place");
  const { window, shift } = windowAt(float32Table, place, 3, code);
  const fraction = op("or", op("and", bits, integer(0x7fffff)), integer(0x800000));
  const mantissa = code.name(bitcast(op("shiftLeft", fraction, shift), "uint32"), "mantissa");
  const { quadrant, magnitude: words, isNegative } = roundWords(windowProduct([mantissa], window, 2, code), code);
  // The first word counts units of 2^-30.
  const upper = at(words, 0);
  const lower = at(words, 1);
  const coarse = code.name(op("and", upper, constant(0xffffffc0, "uint32", width)), "coarse");
  const fine = code.name(add(convert(sub(upper, coarse), "float32"), mul(convert(lower, "float32"), 2 ** -32)), "fine");
  const whole = code.name(convert(coarse, "float32"), "whole");
  const rest = code.name(add(mul(whole, quarterTurnUpper), add(mul(whole, quarterTurnLower), mul(fine, quarterTurn * 2 ** -30))), "left");
  return { quadrant, rest: select(isNegative, neg(rest), rest) };
}

/** pi/2 in units of 2^-30, as a float32 and what that leaves. */
const quarterTurnUpper = Math.fround(quarterTurn * 2 ** -30);
const quarterTurnLower = quarterTurn * 2 ** -30 - quarterTurnUpper;

// ---------------------------------------------------------------------------------------------------------------------

/** pi/2 in parts of 33 bits, so that their products with 20 bits are exact, and a last one. */
const float64Parts = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];
const float64Limit = 2 ** 20;

const float64Padding = 64;
const float64Table = windowTable(float64Padding, 154);

/** Of a magnitude, which may be infinite or NaN. */
export function reduceFloat64(magnitude: Expr, code: CodeWriter): ReducedAngle {
  const { float, integer } = nearestInteger(mul(magnitude, quarterTurnsPerRadian), code, "turns");
  const [first = 0, second = 0, third = 0, fourth = 0] = float64Parts;
  const start = code.name(sub(magnitude, mul(float, first)), "start");
  const a = difference(start, mul(float, second), code);
  const b = difference(a.value, mul(float, third), code);
  const rest = add(b.value, sub(add(a.error, b.error), mul(float, fourth)));
  return withLargeAngles(magnitude, (value) => gt(value, float64Limit), { quadrant: integer, rest }, code, reduceLargeFloat64);
}

function difference(a: Expr, b: Expr, code: CodeWriter): { readonly value: Expr; readonly error: Expr } {
  const subtrahend = code.name(b, "subtrahend");
  const value = code.name(sub(a, subtrahend), "left");
  return { value, error: sub(sub(a, value), subtrahend) };
}

function reduceLargeFloat64(magnitude: Expr, code: CodeWriter): ReducedAngle {
  const { width } = magnitude.type;
  const integer = (value: number): Expr => constant(value, "int32", width);
  const { scaled, exponent: outer } = scaleToFloat32Range(magnitude, code);
  const { exponent: inner } = mantissaAndExponent(convert(scaled, "float32"), code);
  // An integer below 2^54, times 2^exponent.
  const whole = mul(mul(scaled, 2 ** 53), convert(powerOfTwo(neg(inner)), "float64"));
  const exponent = sub(add(outer, inner), 53);
  const place = op("min", op("max", add(exponent, float64Padding - 2), integer(0)), integer(float64LastPlace));
  const { window, shift } = windowAt(float64Table, code.name(place, "place"), 6, code);
  const shifted = code.name(mul(whole, convert(powerOfTwo(shift), "float64")), "shifted");
  const high = code.name(op("floor", mul(shifted, 2 ** -32)), "high");
  const words = [convert(high, "uint32"), convert(sub(shifted, mul(high, 2 ** 32)), "uint32")].map((word) => code.name(word, "digit"));
  const { quadrant, magnitude: rounded, isNegative } = roundWords(windowProduct(words, window, 4, code), code);
  const parts = rounded.map((word, position) => mul(convert(word, "float64"), 2 ** (-30 - 32 * position)));
  const rest = code.name(mul(parts.slice(0, -1).reduceRight((sum, part) => add(part, sum), at(parts, -1)), quarterTurn), "left");
  return { quadrant, rest: select(isNegative, neg(rest), rest) };
}

/** Of the largest float64; infinities may not look beyond the table. */
const float64LastPlace = 971 + float64Padding - 2;

/** Whether a quadrant is odd: sine and cosine change places. */
export function isOddQuadrant(quadrant: Expr): Expr {
  return eq(op("and", quadrant, constant(1, "int32", quadrant.type.width)), 1);
}

/** Whether the sign changes: in the third and fourth quadrant. */
function isUpperQuadrant(quadrant: Expr): Expr {
  return eq(op("and", quadrant, constant(2, "int32", quadrant.type.width)), 2);
}

/** Sine and cosine of the rest of a reduced angle. */
export interface RestFunctions {
  readonly sine: Expr;
  readonly cosine: Expr;
}

/** The sine of an angle from its quadrant and its rest. */
export function sineInQuadrant(quadrant: Expr, { sine, cosine }: RestFunctions, code: CodeWriter): Expr {
  const value = code.name(select(isOddQuadrant(quadrant), cosine, sine), "value");
  return select(isUpperQuadrant(quadrant), neg(value), value);
}

/** The cosine of an angle from its quadrant and its rest: the sine one quadrant further. */
export function cosineInQuadrant(quadrant: Expr, { sine, cosine }: RestFunctions, code: CodeWriter): Expr {
  const value = code.name(select(isOddQuadrant(quadrant), sine, cosine), "value");
  return select(isUpperQuadrant(add(quadrant, 1)), neg(value), value);
}
