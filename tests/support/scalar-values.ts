/** @file Operand values that find faults in scalar ops: the edges of each dtype, and random numbers of every magnitude. */
import { assertNever } from "@lanewise/compiler/base/assert";
import type { ValueDType } from "@lanewise/compiler/base/scalar-ops";
import { roundTo } from "@lanewise/compiler/base/scalar-ops";
import { randomNumbers } from "./gate/types.ts";

const ordinaryFloats = [
  0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2, 2.5, -2.5, 3, 3.5, 7, -7, 10, 0.1, -0.1, 1 / 3, Math.PI, -Math.PI, Math.PI / 2, Math.E,
  NaN, Infinity, -Infinity,
];

/** Where float32 subnormals end, integers stop being exact, conversions clamp, and exp overflows or vanishes. */
const float32Edges = [
  2 ** -149, -(2 ** -149), 2 ** -126, -(2 ** -126), 2 ** -126 - 2 ** -149, 1 + 2 ** -23, 1 - 2 ** -24, 2 ** 23 + 1, 2 ** 23 - 0.5,
  2 ** 24, -(2 ** 24), 2147483520, 2 ** 31, -(2 ** 31), -(2 ** 31) - 256, 4294967040, 2 ** 32, 1e10, -1e10, 88.5, 89, -87.5, -104,
  1e30, -1e30, 3.4028234663852886e38, -3.4028234663852886e38,
];

const float64Edges = [
  2 ** -1074, -(2 ** -1074), 2 ** -1022, 1 + 2 ** -52, 1 - 2 ** -53, 2 ** 52 + 1, 2 ** 53, 2147483647.5, -2147483648.5, 4294967295.5,
  1 + 2 ** -24, 1 + 2 ** -24 + 2 ** -50, 710, -746, 1e300, -1e300, Number.MAX_VALUE, -Number.MAX_VALUE,
];

const float16Edges = [2 ** -24, -(2 ** -24), 2 ** -14, 1 + 2 ** -10, 2047, 2048, 65504, -65504, 11, -17];

const int32Edges = [
  0, 1, -1, 2, -2, 3, 4, -4, 5, 7, -7, 8, 31, 32, 33, -31, -32, -33, 64, 255, 256, -255, 1000, 65535, 65536, -65536, 0x00ff00ff,
  0x55555555, 0x12345678, -0x12345678, 0x40000000, -0x40000000, 2147483646, 2147483647, -2147483647, -2147483648, 46341, -46341,
];

const uint32Edges = [
  0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 30, 31, 32, 33, 64, 255, 256, 1000, 65535, 65536, 65537, 0x00ff00ff, 0x55555555, 0xaaaaaaaa,
  0x12345678, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0xffff0000,
];

/** The edge values of a dtype; each is a value that the dtype holds. */
export function edgeValues(dtype: ValueDType): readonly number[] {
  switch (dtype) {
    case "float32": return [...ordinaryFloats, ...float32Edges].map(Math.fround);
    case "float64": return [...ordinaryFloats, ...float32Edges, ...float64Edges];
    case "float16": return [...ordinaryFloats, ...float16Edges].map((value) => roundTo("float16", value));
    case "int32": return int32Edges;
    case "uint32": return uint32Edges;
    case "bool": return [0, 1];
    default: return assertNever(dtype, "dtype");
  }
}

/** `count` random values of a dtype, of all magnitudes. */
export function randomValues(dtype: ValueDType, count: number, seed: number): readonly number[] {
  const next = randomNumbers(seed);
  const value = (): number => {
    const sign = next() < 0.5 ? -1 : 1;
    switch (dtype) {
      case "float32": return Math.fround(sign * next() * 2 ** (40 * next() - 20));
      case "float64": return sign * next() * 2 ** (40 * next() - 20);
      case "float16": return roundTo("float16", sign * next() * 2 ** (16 * next() - 8));
      case "int32": return roundTo("int32", sign * next() * 2 ** (32 * next()));
      case "uint32": return roundTo("uint32", next() * 2 ** (32 * next()));
      case "bool": return next() < 0.5 ? 0 : 1;
      default: return assertNever(dtype, "dtype");
    }
  };
  return Array.from({ length: count }, value);
}

/**
 * Rows of operands: every combination of edge values as far as `limit` rows reach (evenly thinned beyond), then random rows.
 */
export function operandRows(dtypes: readonly ValueDType[], limit = 2500, random = 500): readonly (readonly number[])[] {
  let rows: number[][] = [[]];
  for (const dtype of dtypes) {
    rows = rows.flatMap((row) => edgeValues(dtype).map((value) => [...row, value]));
  }
  if (rows.length > limit) {
    const next = randomNumbers(rows.length);
    rows = rows.filter(() => next() * rows.length < limit);
  }
  const columns = dtypes.map((dtype, position) => randomValues(dtype, random, 17 * position + 5));
  return [...rows, ...Array.from({ length: random }, (_, i) => columns.map((column) => column[i] ?? 0))];
}
