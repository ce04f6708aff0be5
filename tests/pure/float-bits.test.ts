/** @file float16 and bfloat16 rounding and bits, and the fused multiply-add, against exact arithmetic on integers. */
import { at } from "@lanewise/compiler/base/assert";
import {
  bitsToFloat32, float32ToBits, fromBfloat16Bits, fromFloat16Bits, fusedMultiplyAdd, fusedMultiplyAddToOdd, roundHalfEven,
  roundToFloat16, toBfloat16Bits, toFloat16Bits,
} from "@lanewise/compiler/base/float-bits";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** A finite double times 2^1074, exactly. */
function asInteger(value: number): bigint {
  let scaled = value;
  let shift = 1074n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift -= 1n;
  }
  return BigInt(scaled) << shift;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

const allBits: readonly number[] = Array.from({ length: 0x10000 }, (_, bits) => bits);

/** Whether the exponent is all ones and the fraction is not 0, for a format whose infinity has the bits `infinity`. */
function isNaNBits(bits: number, infinity: number): boolean {
  return (bits & 0x7fff) > infinity;
}

describe("float16", () => {
  const finite = Array.from({ length: 0x7c00 }, (_, bits) => fromFloat16Bits(bits));

  it("bits and values belong to each other, one to one", () => {
    const strays = allBits.filter((bits) => toFloat16Bits(fromFloat16Bits(bits)) !== (isNaNBits(bits, 0x7c00) ? 0x7e00 : bits));
    expect(strays).toEqual([]);
  });

  it("values grow with their bits, in steps that start at 2^-24", () => {
    expect(finite[1]).toBe(2 ** -24);
    expect(finite.at(-1)).toBe(65504);
    expect(finite.filter((value, bits) => bits > 0 && !(value > at(finite, bits - 1)))).toEqual([]);
  });

  it("rounds to the nearest, ties to the even bits", () => {
    const strays = finite.slice(0, -1).filter((low, bits) => {
      const high = at(finite, bits + 1);
      const middle = (low + high) / 2;
      const tie = roundToFloat16(middle) === (bits % 2 === 0 ? low : high);
      return !(tie && roundToFloat16(middle * (1 + 2 ** -40)) === high && roundToFloat16(-middle * (1 - 2 ** -40)) === -low);
    });
    expect(strays).toEqual([]);
  });

  it("overflows to infinity from half a step above the largest", () => {
    expect(roundToFloat16(65519.999)).toBe(65504);
    expect(roundToFloat16(-65520)).toBe(-Infinity);
    expect(roundToFloat16(1e300)).toBe(Infinity);
    expect(roundToFloat16(-(2 ** -26))).toBe(-0);
    expect(roundToFloat16(5e-324)).toBe(0);
    expect(roundToFloat16(NaN)).toBe(NaN);
  });
});

describe("bfloat16", () => {
  it("bits and values belong to each other, one to one", () => {
    const strays = allBits.filter((bits) => toBfloat16Bits(fromBfloat16Bits(bits)) !== (isNaNBits(bits, 0x7f80) ? 0x7fc0 : bits));
    expect(strays).toEqual([]);
  });

  it("rounds to the nearest, ties to even", () => {
    expect(toBfloat16Bits(bitsToFloat32(0x3f808000))).toBe(0x3f80);
    expect(toBfloat16Bits(bitsToFloat32(0x3f818000))).toBe(0x3f82);
    expect(toBfloat16Bits(bitsToFloat32(0x3f808001))).toBe(0x3f81);
    expect(toBfloat16Bits(bitsToFloat32(0xff7fffff))).toBe(0xff80);
    expect(float32ToBits(fromBfloat16Bits(0xbf80))).toBe(0xbf800000);
  });
});

describe("fused multiply-add", () => {
  /** Fails unless `result` is as near to the exact `a * b + c` as its neighbours in the format are. */
  const expectNearest = (a: number, b: number, c: number, result: number, neighbours: readonly number[]): void => {
    const scale = 1074n;
    const exact = asInteger(a) * asInteger(b) + (asInteger(c) << scale);
    const distance = (value: number): bigint => magnitude((asInteger(value) << scale) - exact);
    for (const neighbour of neighbours) {
      if (Number.isFinite(neighbour)) expect(distance(result) <= distance(neighbour), `${a} * ${b} + ${c} = ${result}`).toBe(true);
    }
  };
  const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });
  const near = fc.integer({ min: -3000, max: 3000 });

  it("float32: no float32 is nearer to the exact result", () => {
    fc.assert(fc.property(float32, float32, float32, near, (a, b, c, nudge) => {
      // Half the time c nearly cancels the product, or sits far below it on a tie.
      for (const summand of [c, Math.fround(-a * b * (1 + nudge * 2 ** -24)), Math.fround(a * b * 2 ** -24), Math.fround(-a * b * 2 ** -25 + nudge * 2 ** -149)]) {
        if (!Number.isFinite(summand)) continue;
        const result = Math.fround(fusedMultiplyAddToOdd(a, b, summand));
        if (!Number.isFinite(result)) continue;
        const bits = float32ToBits(result);
        const neighbours = [bits - 1, bits + 1].map((next) => bitsToFloat32(next >>> 0)).filter((value) => value * result >= 0);
        expectNearest(a, b, summand, result, neighbours);
      }
    }), { numRuns: 2000 });
  });

  it("float32: one unit of a double beside a tie, on either side", () => {
    const factor = fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 });
    let reached = 0;
    fc.assert(fc.property(factor, factor, (x, y) => {
      const a = x * 2 ** -23;
      const b = y * 2 ** -23;
      const product = a * b;
      if (product >= 2) return;
      const fromTie = (Math.floor(product * 2 ** 23) + 0.5) * 2 ** -23 - product;
      // As near to the tie as a summand of 24 bits can then bring the sum.
      if (Math.abs(fromTie) >= 2 ** -31) return;
      reached += 1;
      for (const beside of [2 ** -54, -(2 ** -54), 2 ** -52 - 2 ** -54, 2 ** -54 - 2 ** -52]) {
        const c = fromTie + beside;
        const result = Math.fround(fusedMultiplyAddToOdd(a, b, c));
        const bits = float32ToBits(result);
        expectNearest(a, b, c, result, [bitsToFloat32(bits - 1), bitsToFloat32(bits + 1)]);
      }
    }), { numRuns: 20_000 });
    expect(reached).toBeGreaterThan(20);
  });

  it("float64: no float64 is nearer to the exact result", () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    const words = new BigInt64Array(1);
    const view = new Float64Array(words.buffer);
    const neighbour = (value: number, by: bigint): number => {
      view[0] = value;
      words[0] = at(words, 0) + by;
      return at(view, 0);
    };
    fc.assert(fc.property(double, double, double, near, (a, b, c, nudge) => {
      for (const summand of [c, -a * b * (1 + nudge * 2 ** -53), a * b * 2 ** -53]) {
        if (!Number.isFinite(summand)) continue;
        const result = fusedMultiplyAdd(a, b, summand);
        if (!Number.isFinite(result) || result === 0) continue;
        expectNearest(a, b, summand, result, [neighbour(result, 1n), neighbour(result, -1n)]);
      }
    }), { numRuns: 500 });
  });

  it("breaks ties to even and keeps signs of zero", () => {
    expect(fusedMultiplyAdd(2 ** 53, 1, 1)).toBe(2 ** 53);
    expect(fusedMultiplyAdd(2 ** 53 + 2, 1, 1)).toBe(2 ** 53 + 4);
    expect(fusedMultiplyAdd(2 ** -1074, 0.5, 0)).toBe(0);
    expect(fusedMultiplyAdd(-(2 ** -1074), 0.5, 0)).toBe(-0);
    expect(fusedMultiplyAdd(2 ** -1074, 0.75, 0)).toBe(2 ** -1074);
    expect(fusedMultiplyAdd(1e308, 10, -1e308)).toBe(Infinity);
    expect(fusedMultiplyAdd(1e308, 10, -Infinity)).toBe(-Infinity);
    expect(fusedMultiplyAdd(0, -1, -0)).toBe(-0);
    expect(fusedMultiplyAdd(0, -1, 0)).toBe(0);
  });
});

it("roundHalfEven ties to even on both sides of zero", () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5].map(roundHalfEven)).toEqual([0, 2, 2, -0, -2, -2]);
});
