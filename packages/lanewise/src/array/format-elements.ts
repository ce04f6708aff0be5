/**
 * @file Elements as NumPy prints them: the shortest digits that name a float, in columns of one width, with exponents for
 * all where one needs them.
 */

import type { DType } from "@lanewise/compiler/base/dtype";
import { fromBfloat16Bits, roundToFloat16, toBfloat16Bits } from "@lanewise/compiler/base/float-bits";

/** Digits after the decimal point at most. */
const precision = 8;

/** Prints one element, padded to the width of its column. */
export type ElementFormat = (value: number) => string;

/** How elements of these values are printed. `isScalar`: the only element of a 0-d array. */
export function elementFormat(dtype: DType, values: readonly number[], isScalar: boolean): ElementFormat {
  if (dtype === "bool") return (value) => (value === 0 ? "False" : isScalar ? "True" : " True");
  if (dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16") return floatFormat(dtype, values);
  const width = Math.max(0, ...values.map((value) => String(value).length));
  return (value) => String(value).padStart(width);
}

function floatFormat(dtype: DType, values: readonly number[]): ElementFormat {
  const finite = values.filter(Number.isFinite);
  const magnitudes = finite.filter((value) => value !== 0).map(Math.abs);
  // As NumPy, compares in the dtype itself.
  const round = roundingOf(dtype);
  const largest = Math.max(0, ...magnitudes);
  const smallest = Math.min(Infinity, ...magnitudes);
  const needsExponent = magnitudes.length > 0 && (largest >= exponentFrom(dtype) || smallest < round(1e-4) || round(largest / smallest) > 1000);
  const columns = needsExponent ? exponentColumns(dtype, finite) : pointColumns(dtype, finite);
  const width = columns.left + columns.right;
  const specials = values.filter((value) => !Number.isFinite(value)).map(specialText);
  const wider = Math.max(width, ...specials.map((text) => text.length));
  return (value) => (Number.isFinite(value) ? columns.print(value).padStart(wider) : specialText(value).padStart(wider));
}

/** From this magnitude on a column has exponents: where a dtype's digits end. */
function exponentFrom(dtype: DType): number {
  switch (dtype) {
    case "float64": return 1e8;
    case "float16": return 1e3;
    case "bfloat16": return 1e2;
    default: return 1e6;
  }
}

function specialText(value: number): string {
  return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
}

interface Columns {
  /** Characters before the decimal point, and from it on. */
  readonly left: number;
  readonly right: number;
  readonly print: (value: number) => string;
}

/** `1.`, `-2.5`: the points of a column stand below each other. */
function pointColumns(dtype: DType, values: readonly number[]): Columns {
  const split = (value: number): readonly [string, string] => {
    const text = positional(dtype, value);
    const point = text.indexOf(".");
    return [text.slice(0, point), text.slice(point)];
  };
  const parts = values.map(split);
  const left = Math.max(0, ...parts.map(([before]) => before.length));
  const right = Math.max(values.length === 0 ? 0 : 1, ...parts.map(([, after]) => after.length));
  const print = (value: number): string => {
    const [before, after] = split(value);
    return before.padStart(left) + after.padEnd(right);
  };
  return { left, right, print };
}

/** `1.5e+10`: all with equally many digits, and exponents of one width. */
function exponentColumns(dtype: DType, values: readonly number[]): Columns {
  const digits = Math.max(...values.map((value) => scientific(dtype, value, 0).fraction.length));
  const parts = values.map((value) => scientific(dtype, value, digits));
  const left = Math.max(...parts.map(({ before }) => before.length));
  const exponentDigits = Math.max(...parts.map(({ exponent }) => exponent.length));
  const print = (value: number): string => {
    const { before, fraction, sign, exponent } = scientific(dtype, value, digits);
    return `${before.padStart(left)}.${fraction}e${sign}${exponent.padStart(exponentDigits, "0")}`;
  };
  return { left, right: 1 + digits + 2 + exponentDigits, print };
}

/** The shortest digits that give the value back in its dtype, as JavaScript writes them with an exponent. */
function shortest(dtype: DType, value: number): string {
  if (dtype === "float64") return value.toExponential();
  const round = roundingOf(dtype);
  // Nine digits tell any two float32 values apart, and so any two of fewer bits.
  const most = 8;
  for (let digits = 0; digits < most; digits++) {
    const text = exponential(value, digits);
    if (round(Number(text)) === value) return text;
  }
  return exponential(value, most);
}

/** The value of the dtype nearest to a number. */
function roundingOf(dtype: DType): (value: number) => number {
  switch (dtype) {
    case "float64": return (value) => value;
    case "float16": return roundToFloat16;
    case "bfloat16": return (value) => fromBfloat16Bits(toBfloat16Bits(Math.fround(value)));
    default: return Math.fround;
  }
}

/** As many digits as `toExponential` gives: all that a float32 has. */
const allDigits = 100;

/** `toExponential` that rounds ties to the even digit, as NumPy does; JavaScript's own rounds them up. */
function exponential(value: number, digits: number): string {
  const text = value.toExponential(digits);
  const exact = fractionOf(value.toExponential(allDigits));
  const isTie = /^50*$/.test(exact.slice(digits));
  if (!isTie) return text;
  return text.replace(/([13579])(?=e)/, (digit) => String(Number(digit) - 1));
}

/** The parts of `1.5e+10`. Beyond the shortest digits, those of the exact value fill up to `fewest`. */
function scientific(dtype: DType, value: number, fewest: number): { before: string; fraction: string; sign: string; exponent: string } {
  const text = shortest(dtype, value);
  const length = fractionOf(text).length;
  const rounded = length > precision ? trimZeros(exponential(value, precision)) : text;
  const padded = fractionOf(rounded).length < fewest ? exponential(value, fewest) : rounded;
  const [mantissa = "", power = "+0"] = padded.split("e");
  const minus = Object.is(value, -0) ? "-" : "";
  return {
    before: minus + (mantissa.split(".")[0] ?? ""), fraction: fractionOf(padded),
    sign: power.charAt(0), exponent: power.slice(1).padStart(2, "0"),
  };
}

function fractionOf(text: string): string {
  return text.split("e")[0]?.split(".")[1] ?? "";
}

function trimZeros(text: string): string {
  const [mantissa = "", power = ""] = text.split("e");
  return `${mantissa.replace(/\.?0+$/, "")}e${power}`;
}

/** With a decimal point and no exponent: `0.001`, `1.`, `123456.`. */
function positional(dtype: DType, value: number): string {
  const magnitude = Math.abs(value);
  const text = shortest(dtype, magnitude);
  const places = fractionOf(text).length - powerOf(text);
  // More places than are shown: round the exact value to those.
  const shown = places > precision ? exponential(magnitude, precision + powerOf(text)) : text;
  const digits = (shown.split("e")[0] ?? "").replace(".", "");
  const point = powerOf(shown) + 1;
  const whole = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const fraction = point <= 0 ? "0".repeat(-point) + digits : digits.slice(point);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return sign + `${whole}.${fraction}`.replace(/0+$/, "");
}

function powerOf(text: string): number {
  return Number(text.split("e")[1] ?? 0);
}
