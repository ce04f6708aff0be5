/**
 * @file Accuracy of the elementwise functions on js over their whole range: in float32 against Math's functions and the
 * oracle's, evaluated in double precision and rounded once, in units in the last place.
 */

import { at } from "@lanewise/compiler/base/assert";
import { lax, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import { worstError } from "../support/accuracy.ts";
import * as special from "../support/oracle/special.ts";

/** What is allowed: the aim of the project is 4. */
const ulps = 4;

const samples = process.env["LANEWISE_FULL"] === "1" ? 2_000_000 : 60_000;

type Unary = (x: NDArray) => NDArray;

/** Bit patterns all over float32, evenly spread. */
function bitPatterns(count: number): Float32Array {
  const bits = new Uint32Array(count);
  for (let index = 0; index < count; index++) bits[index] = Math.imul(index, 0x9e3779b9);
  return new Float32Array(bits.buffer);
}

/** Evenly spaced numbers from low to high. */
function grid(low: number, high: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
}

const whole = bitPatterns(samples);
const names = [
  "exp", "exp2", "expm1", "log", "log1p", "logistic", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
  "sqrt", "rsqrt", "cbrt", "square", "erf", "erfc", "erfInv",
] as const;

const exact: Readonly<Record<(typeof names)[number], (x: number) => number>> = {
  exp: Math.exp, exp2: (x) => 2 ** x, expm1: Math.expm1, log: Math.log, log1p: Math.log1p,
  logistic: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin, acos: Math.acos, atan: Math.atan, sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh,
  asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh, sqrt: Math.sqrt, rsqrt: (x) => 1 / Math.sqrt(x), cbrt: Math.cbrt, square: (x) => x * x,
  erf: special.erf, erfc: special.erfc, erfInv: special.erfInv,
};

const functions = lax as unknown as Readonly<Record<string, Unary>>;

function apply(name: string, x: Float32Array): Float32Array {
  return at([functions[name]?.(x as unknown as NDArray).dataSync()], 0) as Float32Array;
}

describe("float32 over all bit patterns", () => {
  test.each(names)("%s", (name) => {
    const isSlow = name === "erfInv" || name === "erfc" || name === "erf";
    const x = isSlow ? whole.subarray(0, samples / 4) : whole;
    const worst = worstError("float32", [x], apply(name, x), exact[name]);
    expect(worst.ulps, worst.where).toBeLessThan(ulps);
  });
});

describe("float32 where functions are used most", () => {
  test.each([
    ["expm1", -20, 5], ["expm1", -0.01, 0.01], ["log1p", -0.999, 3], ["log1p", -0.001, 0.001], ["logistic", -105, 20], ["tan", -10, 10], ["asin", -1, 1], ["acos", -1, 1],
    ["acos", 0.99, 1], ["atan", -3, 3], ["sinh", -3, 3], ["sinh", 85, 90], ["cosh", -90, 90], ["asinh", -3, 3], ["acosh", 1, 1.01], ["acosh", 1, 30], ["atanh", -1, 1],
    ["cbrt", -8, 8], ["erf", -4, 4], ["erfc", -4, 4], ["erfc", 4, 10.2], ["erfInv", -1, 1], ["erfInv", 0.999, 1], ["erfInv", -0.001, 0.001],
  ] as const)("%s from %d to %d", (name, low, high) => {
    const x = grid(low, high, 5000);
    const worst = worstError("float32", [x], apply(name, x), exact[name]);
    expect(worst.ulps, worst.where).toBeLessThan(ulps);
  });
});

const gammas = { lgamma: special.lgamma, digamma: special.digamma } as const;

/** Within 4 units in the last place, or 2^-22 where the function has a zero. */
function gammaProblems(name: "lgamma" | "digamma", x: Float32Array): string[] {
  const got = apply(name, x);
  return [...x].flatMap((value, index) => {
    const want = Math.fround(gammas[name](value));
    const have = at(got, index);
    if (Object.is(have, want) || have === want) return [];
    const allowed = Math.max(2 ** -22, ulps * 2 ** (Math.floor(Math.log2(Math.abs(want))) - 23));
    return Math.abs(have - want) <= allowed ? [] : [`${name}(${value}) is ${have} instead of ${want}`];
  });
}

describe("gamma functions", () => {
  test.each(["lgamma", "digamma"] as const)("%s", (name) => {
    const positive = Float32Array.from(whole.subarray(0, samples / 4), Math.abs).filter((x) => x < 1e30 && x > 1e-30);
    const near = [grid(1e-3, 30, 4000), grid(0.9, 2.1, 3000), grid(1.461, 1.462, 500), grid(-12.3, -0.001, 6000), grid(-0.51, -0.5, 500), grid(-200.7, -180.1, 500)];
    expect([positive, ...near].flatMap((x) => gammaProblems(name, x)).slice(0, 5)).toEqual([]);
  });

  test("lgamma of numbers near 0 and very large ones", () => {
    const x = Float32Array.of(1e-40, -1e-40, 1e-45, -1e-45, 1e36, 3e36, 5e36);
    expect(gammaProblems("lgamma", x)).toEqual([]);
  });

  test("polygamma and zeta, negative arguments too", () => {
    const x = Float32Array.from([...grid(-25.3, -0.03, 200), ...grid(0.03, 25, 200)]);
    for (const order of [1, 2, 3, 5]) {
      const worst = worstError("float32", [x], lax.polygamma(order, x).dataSync() as Float32Array, (value) => special.polygamma(order, value));
      expect(worst.ulps, `order ${order}: ${worst.where}`).toBeLessThan(16);
    }
    const positive = grid(0.03, 25, 400);
    for (const s of [1.25, 2, 3.5, 10]) {
      const worst = worstError("float32", [positive], lax.zeta(s, positive).dataSync() as Float32Array, (value) => special.zeta(s, value));
      expect(worst.ulps, `s ${s}: ${worst.where}`).toBeLessThan(8);
    }
  });
});
