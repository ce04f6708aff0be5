/** @file The scalar table's reference functions, against results written out by hand and exact integer arithmetic. */
import {
  bitcastReference, convertReference, isFloatValue, isIntegerValue, operandDTypes, resultDType, roundTo, scalarOpNames, scalarOps,
  valueDTypes,
} from "@lanewise/compiler/base/scalar-ops";
import type { ScalarOpName, ValueDType } from "@lanewise/compiler/base/scalar-ops";
import { holdsValue } from "@lanewise/compiler/kernel/build";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { operandRows } from "../support/scalar-values.ts";

const lowest = -2147483648;
const highest = 2147483647;
const allBits = 4294967295;

type Case = readonly [op: ScalarOpName, dtype: ValueDType, args: readonly number[], result: number];

const cases: readonly Case[] = [
  ["add", "int32", [highest, 1], lowest], ["add", "uint32", [allBits, 2], 1], ["add", "float32", [16777216, 1], 16777216],
  ["add", "float64", [16777216, 1], 16777217], ["add", "float16", [2048, 1], 2048], ["add", "float16", [65504, 16], Infinity],
  ["sub", "uint32", [0, 1], allBits], ["sub", "int32", [lowest, 1], highest],
  ["mul", "int32", [65537, 65537], 131073], ["mul", "uint32", [allBits, allBits], 1], ["mul", "float32", [0, -1], -0],
  ["mul", "int32", [0, -1], 0], ["mul", "float32", [0, Infinity], NaN], ["mul", "float32", [3e38, 10], Infinity],
  ["div", "int32", [-7, 2], -3], ["div", "int32", [7, -2], -3], ["div", "int32", [5, 0], -1], ["div", "int32", [-5, 0], -1],
  ["div", "int32", [0, 0], -1], ["div", "uint32", [5, 0], allBits], ["div", "int32", [lowest, -1], lowest],
  ["div", "uint32", [allBits, 2], highest], ["div", "int32", [-1, 2], 0], ["div", "float32", [1, -0], -Infinity], ["div", "float32", [0, 0], NaN],
  ["rem", "int32", [-7, 2], -1], ["rem", "int32", [7, -2], 1], ["rem", "int32", [7, 0], 7], ["rem", "uint32", [7, 0], 7],
  ["rem", "int32", [lowest, -1], 0], ["rem", "int32", [-4, 2], 0], ["rem", "float32", [-5.5, 2], -1.5], ["rem", "float32", [-4, 2], -0],
  ["rem", "float32", [5, Infinity], 5], ["rem", "float32", [5, 0], NaN],
  ["neg", "int32", [lowest], lowest], ["neg", "uint32", [1], allBits], ["neg", "float32", [0], -0], ["neg", "int32", [0], 0],
  ["abs", "int32", [lowest], lowest], ["abs", "float32", [-0], 0], ["abs", "uint32", [allBits], allBits],
  ["sign", "float32", [NaN], NaN], ["sign", "float32", [-0], -0], ["sign", "float32", [-3], -1], ["sign", "int32", [-3], -1],
  ["sign", "uint32", [allBits], 1], ["sign", "int32", [0], 0],
  ["max", "float32", [-0, 0], 0], ["max", "float32", [0, -0], 0], ["max", "float32", [NaN, 1], NaN], ["max", "float32", [1, NaN], NaN],
  ["min", "float32", [0, -0], -0], ["min", "float32", [Infinity, NaN], NaN], ["min", "int32", [-1, 1], -1], ["max", "uint32", [allBits, 1], allBits],
  ["pow", "float32", [1, NaN], 1], ["pow", "float32", [NaN, 0], 1], ["pow", "float32", [-1, Infinity], 1], ["pow", "float64", [-1, -Infinity], 1],
  ["pow", "float32", [1, Infinity], 1], ["pow", "float32", [-8, 1 / 3], NaN], ["pow", "float32", [-2, 3], -8], ["pow", "float32", [0, -1], Infinity],
  ["pow", "int32", [3, 21], 1870418611], ["pow", "int32", [2, 31], lowest], ["pow", "int32", [2, 32], 0], ["pow", "int32", [-1, highest], -1],
  ["pow", "int32", [0, 0], 1], ["pow", "int32", [2, -1], 0], ["pow", "int32", [1, -5], 1], ["pow", "int32", [-1, -5], -1],
  ["pow", "int32", [-1, -4], 1], ["pow", "int32", [0, -1], 0], ["pow", "uint32", [3, allBits], 2863311531], ["pow", "int32", [3, 64], 2038349057],
  ["floor", "float32", [-0.5], -1], ["ceil", "float32", [-0.5], -0], ["trunc", "float32", [-1.5], -1], ["floor", "float32", [-0], -0],
  ["roundEven", "float32", [2.5], 2], ["roundEven", "float32", [3.5], 4], ["roundEven", "float32", [-0.5], -0], ["roundEven", "float32", [-2.5], -2],
  ["roundEven", "float64", [4503599627370497], 4503599627370497], ["roundEven", "float32", [0.49999997], 0], ["roundEven", "float32", [-Infinity], -Infinity],
  ["sqrt", "float32", [-0], -0], ["sqrt", "float32", [-1], NaN], ["sqrt", "float32", [2], 1.41421353816986083984375],
  ["exp", "float32", [1], 2.71828174591064453125], ["exp", "float32", [89], Infinity], ["log", "float32", [0], -Infinity],
  ["sin", "float32", [Infinity], NaN], ["cos", "float32", [0], 1], ["tanh", "float32", [-0], -0], ["tanh", "float32", [100], 1],
  ["expm1", "float32", [-0], -0], ["expm1", "float32", [-200], -1], ["expm1", "float32", [1e-10], 1.000000013351431960018e-10], ["expm1", "float32", [89], Infinity],
  ["log1p", "float32", [-1], -Infinity], ["log1p", "float32", [-1.5], NaN], ["log1p", "float32", [-0], -0], ["log1p", "float32", [1e-10], 1.000000013351431960018e-10],
  ["atan2", "float64", [0, -0], Math.PI], ["atan2", "float64", [-0, 1], -0], ["atan2", "float64", [-1, -Infinity], -Math.PI], ["atan2", "float64", [2, 2], Math.PI / 4],
  ["isNaN", "float32", [NaN], 1], ["isNaN", "float32", [Infinity], 0], ["isFinite", "float32", [Infinity], 0], ["isFinite", "float32", [NaN], 0],
  ["roundFloat32", "float64", [1 + 2 ** -40], 1], ["roundFloat32", "float32", [0.5], 0.5],
  ["eq", "float32", [NaN, NaN], 0], ["ne", "float32", [NaN, NaN], 1], ["lt", "float32", [NaN, 1], 0], ["ge", "float32", [NaN, 1], 0],
  ["eq", "float32", [0, -0], 1], ["le", "uint32", [1, allBits], 1], ["gt", "int32", [-1, 1], 0], ["eq", "bool", [1, 1], 1],
  ["and", "bool", [1, 0], 0], ["or", "bool", [1, 0], 1], ["xor", "bool", [1, 1], 0], ["not", "bool", [0], 1],
  ["and", "uint32", [allBits, 0x80000000], 0x80000000], ["or", "int32", [lowest, 1], lowest + 1], ["not", "int32", [0], -1], ["not", "uint32", [0], allBits],
  ["shiftLeft", "int32", [1, 31], lowest], ["shiftLeft", "uint32", [1, 31], 2147483648], ["shiftLeft", "int32", [1, 32], 0], ["shiftLeft", "int32", [1, -1], 0],
  ["shiftRightArithmetic", "int32", [-8, 1], -4], ["shiftRightArithmetic", "int32", [-8, 32], -1], ["shiftRightArithmetic", "int32", [8, -1], 0],
  ["shiftRightArithmetic", "uint32", [0x80000000, 4], 0xf8000000], ["shiftRightArithmetic", "uint32", [0x80000000, 40], allBits],
  ["shiftRightLogical", "int32", [-1, 28], 15], ["shiftRightLogical", "int32", [-1, 0], -1], ["shiftRightLogical", "uint32", [allBits, 32], 0],
  ["populationCount", "int32", [-1], 32], ["populationCount", "uint32", [0x80000001], 2], ["populationCount", "int32", [0], 0],
  ["countLeadingZeros", "int32", [0], 32], ["countLeadingZeros", "int32", [-1], 0], ["countLeadingZeros", "uint32", [1], 31],
  ["mulHigh", "int32", [-1, 1], -1], ["mulHigh", "uint32", [allBits, 1], 0],
  ["select", "float32", [1, 2, NaN], 2], ["select", "float32", [0, 2, NaN], NaN], ["select", "bool", [1, 0, 1], 0],
  ["fma", "float32", [1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)], 2 ** -24], ["fma", "float64", [1 + 2 ** -27, 1 + 2 ** -27, -(1 + 2 ** -26)], 2 ** -54],
  ["fma", "float32", [Infinity, 0, 1], NaN], ["fma", "float32", [-1, 1, 1], 0], ["fma", "float32", [-0, 1, -0], -0], ["fma", "float64", [1, 1, -1], 0],
];

describe("reference functions on written cases", () => {
  it.each(cases)("%s %s %j", (name, dtype, args, result) => {
    expect(scalarOps[name].reference(dtype, ...args)).toBe(result);
  });

  it("every op has a case", () => {
    const covered = new Set(cases.map(([name]) => name));
    expect(scalarOpNames.filter((name) => !covered.has(name))).toEqual([]);
  });
});

describe("every result is a value of its dtype", () => {
  const pairs = scalarOpNames.flatMap((name) => operandDTypes(name).map((dtype) => [name, dtype] as const));
  it.each(pairs)("%s %s", (name, dtype) => {
    const { arity, reference } = scalarOps[name];
    const operands = Array.from({ length: arity }, (_, position) => (name === "select" && position === 0 ? "bool" as const : dtype));
    const strays = operandRows(operands, 600, 100).filter((row) => !holdsValue(resultDType(name, dtype), reference(dtype, ...row)));
    expect(strays).toEqual([]);
  });
});

describe("integer ops agree with exact integers", () => {
  const asBits = (dtype: ValueDType, value: bigint): number =>
    Number(dtype === "int32" ? BigInt.asIntN(32, value) : BigInt.asUintN(32, value));
  const exact: Partial<Record<ScalarOpName, (a: bigint, b: bigint) => bigint>> = {
    add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, mulHigh: (a, b) => (a * b) >> 32n,
    div: (a, b) => (b === 0n ? -1n : a / b), rem: (a, b) => (b === 0n ? a : a % b),
    and: (a, b) => a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b,
  };
  for (const [name, compute] of Object.entries(exact)) {
    it.each(["int32", "uint32"] as const)(`${name} %s`, (dtype) => {
      const value = dtype === "int32" ? fc.integer({ min: lowest, max: highest }) : fc.integer({ min: 0, max: allBits });
      fc.assert(fc.property(value, value, (a, b) => {
        const result = scalarOps[name as ScalarOpName].reference(dtype, a, b);
        expect(result).toBe(asBits(dtype, compute(BigInt(a), BigInt(b))));
      }), { numRuns: 500 });
    });
  }
});

describe("conversions", () => {
  const conversions: readonly (readonly [from: ValueDType, to: ValueDType, value: number, result: number])[] = [
    ["float32", "int32", -2.75, -2], ["float32", "int32", 3e9, highest], ["float32", "int32", -3e9, lowest], ["float32", "int32", NaN, 0],
    ["float32", "int32", -0.5, 0], ["float32", "uint32", -1, 0], ["float32", "uint32", Infinity, allBits], ["float64", "uint32", 4294967295.5, allBits],
    ["float32", "bool", NaN, 1], ["float32", "bool", -0, 0], ["int32", "bool", -3, 1], ["bool", "float32", 1, 1], ["bool", "int32", 0, 0],
    ["int32", "uint32", -1, allBits], ["uint32", "int32", allBits, -1], ["int32", "float32", 16777217, 16777216],
    ["int32", "float64", 16777217, 16777217], ["uint32", "float16", 70000, Infinity], ["float64", "float32", 1e40, Infinity],
    ["float64", "float32", 0.1, Math.fround(0.1)], ["float64", "float32", -1e-60, -0],
  ];
  it.each(conversions)("%s to %s of %d is %d", (from, to, value, result) => {
    expect(convertReference(from, to, value)).toBe(result);
  });

  it("a conversion to the same dtype changes nothing", () => {
    for (const dtype of valueDTypes) {
      const values = operandRows([dtype]).flat();
      expect(values.map((value) => convertReference(dtype, dtype, value))).toEqual(values);
    }
  });

  it("a conversion gives a value of its dtype", () => {
    for (const from of valueDTypes) {
      for (const to of valueDTypes) {
        const strays = operandRows([from]).filter(([value = NaN]) => !holdsValue(to, convertReference(from, to, value)));
        expect(strays).toEqual([]);
      }
    }
  });
});

describe("bitcasts", () => {
  it.each([
    ["float32", "int32", -0, lowest], ["float32", "uint32", 1, 0x3f800000], ["uint32", "float32", 0xff800000, -Infinity],
    ["int32", "float32", 1, 2 ** -149], ["int32", "uint32", -1, allBits], ["float32", "int32", NaN, 0x7fc00000], ["uint32", "float32", 0x7f800001, NaN],
  ] as const)("%s to %s of %d is %d", (from, to, value, result) => {
    expect(bitcastReference(from, to, value)).toBe(result);
  });
});

it("classes of dtypes do not overlap", () => {
  for (const dtype of valueDTypes) expect(isFloatValue(dtype) && isIntegerValue(dtype)).toBe(false);
  expect(roundTo("float32", 0.1)).toBe(Math.fround(0.1));
});
