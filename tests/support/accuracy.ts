/** @file How far the results of a float function are from exact values, in units in the last place. */
import { at } from "@lanewise/compiler/base/assert";

/** The least magnitude of a float32 that is not subnormal. */
export const leastNormal = 2 ** -126;

/** A number as a device has it that reads subnormal ones as zeros. */
export function flushed(value: number): number {
  if (Math.abs(value) >= leastNormal || Number.isNaN(value)) return value;
  return value < 0 || Object.is(value, -0) ? -0 : 0;
}

export interface WorstError {
  readonly ulps: number;
  /** The operands of the worst result, what came, and what was expected. */
  readonly where: string;
}

const fractionBits = { float32: 23, float64: 52 } as const;
const minExponent = { float32: -126, float64: -1022 } as const;
const largest = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

/**
 * The distance of a result from an exact value (given in float64) in units of the exact value's last place. NaN must be
 * NaN, zeros must have their sign, and infinity is right where the exact value rounds to it.
 */
export function ulpError(dtype: "float32" | "float64", actual: number, exact: number): number {
  const rounded = dtype === "float32" ? Math.fround(exact) : exact;
  if (Object.is(actual, rounded)) return Number.isFinite(rounded) ? distance(dtype, actual, exact) : 0;
  if (Number.isNaN(actual) || Number.isNaN(exact) || actual === rounded) return Infinity;
  if (!Number.isFinite(actual)) return Math.sign(actual) === Math.sign(exact) && Math.abs(exact) > largest[dtype] / (1 + 2 ** -20) ? 1 : Infinity;
  return distance(dtype, actual, Number.isFinite(rounded) ? exact : Math.sign(exact) * largest[dtype]);
}

function distance(dtype: "float32" | "float64", actual: number, exact: number): number {
  const exponent = exact === 0 ? -Infinity : Math.floor(Math.log2(Math.abs(exact)));
  return Math.abs(actual - exact) / 2 ** (Math.max(exponent, minExponent[dtype]) - fractionBits[dtype]);
}

/** The largest error over rows of operands. */
export function worstError(
  dtype: "float32" | "float64", operands: readonly ArrayLike<number>[], results: ArrayLike<number>, exact: (...row: number[]) => number,
): WorstError {
  let worst: WorstError = { ulps: 0, where: "" };
  for (let i = 0; i < results.length; i += 1) {
    const row = operands.map((column) => at(column, i));
    const expected = exact(...row);
    const ulps = ulpError(dtype, at(results, i), expected);
    if (ulps > worst.ulps) worst = { ulps, where: `(${row.join(", ")}) gives ${at(results, i)} instead of ${expected}` };
  }
  return worst;
}
