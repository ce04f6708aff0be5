/** @file np's functions of integers: common divisors and multiples, bits packed into bytes. */

import { at } from "@lanewise/compiler/base/assert";
import { byteSize, isInteger, isSigned } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { rem } from "@lanewise/compiler/primitives/arith-rounding";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveAxis } from "../ops/axes.ts";
import { broadcastOrThrow, promoteDTypes, settleNumbers } from "../ops/operands.ts";
import { broadcastTo } from "../ops/elementwise.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { composed1, valueOf } from "./composed.ts";
import { arange, ones } from "./create.ts";
import { equal, greater, multiply, notEqual } from "./elementwise.ts";
import { abs, bitwiseAnd, floorDivide, leftShift } from "./functions.ts";
import { where } from "./nonzero.ts";
import { flip } from "./indexing.ts";
import { give } from "./operand.ts";
import { pad } from "./padding.ts";
import { readPlaces } from "./places.ts";
import { sum } from "./reductions.ts";
import { expandDims, ravel, reshape, swapaxes } from "./shapes.ts";
import { slice } from "./slice.ts";

/** Two arrays of integers of one dtype and shape. */
function integerPair(name: string, x1: ArrayLike, x2: ArrayLike): readonly Value[] {
  const operation = `np.${name}`;
  const given = promoteDTypes(operation, settleNumbers(operation, [readPlaces(x1, operation, "x1"), readPlaces(x2, operation, "x2")]));
  const wrong = given.find(({ aval }) => !isInteger(aval.dtype));
  if (wrong !== undefined) raise(badArgument, { operation, expected: "integers", got: describeAval(wrong.aval), fix: 'convert them with astype("int32")' });
  const shape = broadcastOrThrow(operation, given, ["x1", "x2"]);
  return given.map((value) => broadcastTo(value, shape));
}

/** Euclid's algorithm takes longest for neighbours among Fibonacci's numbers, which grow by the golden ratio. */
function longestDivision(x: NDArray): number {
  const bits = 8 * byteSize(x.dtype) - (isSigned(x.dtype) ? 1 : 0);
  return Math.ceil((bits * Math.LN2) / Math.log((1 + Math.sqrt(5)) / 2)) + 1;
}

/** Euclid's algorithm with as many steps as the dtype can need: a known number. */
function divisorOf(first: NDArray, second: NDArray): NDArray {
  let [x, y] = [abs(first), abs(second)];
  for (let step = longestDivision(x); step > 0; step--) {
    const isLeft = notEqual(y, 0);
    const rest = give(rem(valueOf(x), valueOf(where(isLeft, y, 1))));
    [x, y] = [where(isLeft, y, x), where(isLeft, rest, 0)];
  }
  return x;
}

/** The largest integer that divides both; 0 of two zeros. @throws LW3007 for what is no integer @example np.gcd(12, 18) // 6 */
export const gcd = (x1: ArrayLike, x2: ArrayLike): NDArray => composed1("gcd", null, integerPair("gcd", x1, x2), (first, second) => divisorOf(first as NDArray, second as NDArray));

/** The smallest integer that both divide; 0 where one is 0. @throws LW3007 for what is no integer @example np.lcm(4, 6) // 12 */
export const lcm = (x1: ArrayLike, x2: ArrayLike): NDArray => composed1("lcm", null, integerPair("lcm", x1, x2), (first, second) => {
  const [x, y] = [abs(first as NDArray), abs(second as NDArray)];
  const divisor = divisorOf(x, y);
  return where(equal(divisor, 0), 0, multiply(x, floorDivide(y, divisor)));
});

// Bits -----------------------------------------------------------------------------------------------------------------

export interface PackbitsOptions {
  readonly axis?: number | null;
  /** Whether the first bit is the highest of its byte ("big", the default) or the lowest. */
  readonly bitorder?: "big" | "little";
}

/** The place of each of eight bits in its byte. */
function bitPlaces(bitorder: "big" | "little"): NDArray {
  const places = arange(8, { dtype: "uint8" });
  return bitorder === "big" ? flip(places) : places;
}

function readBits(operation: string, a: ArrayLike, axis: number | null | undefined, bitorder: unknown, isFitting: (value: Value) => boolean, expected: string): readonly [value: Value, axis: number | null] {
  const value = readPlaces(a, operation, "a");
  if (!isFitting(value)) raise(badArgument, { operation, argument: "a", expected, got: describeAval(value.aval), fix: "convert it with astype" });
  if (bitorder !== "big" && bitorder !== "little") raise(badArgument, { operation, argument: "bitorder", expected: '"big" or "little"', got: describeArgument(bitorder), fix: "choose one" });
  return [value, axis === null || axis === undefined ? null : resolveAxis(operation, axis, value.aval.shape.length)];
}

/** Eight integers or bools along an axis (of the raveled array without one) as the bits of a byte: what is not 0 is 1. Zeros follow the last. @throws LW3006, LW3007 @example np.packbits([1, 0, 1]) // [160] */
export function packbits(a: ArrayLike, ...rest: Optional<["axis", "bitorder"], PackbitsOptions>): NDArray<"uint8"> {
  const operation = "np.packbits";
  const { axis, bitorder = "big" } = parseOptional<PackbitsOptions>({ operation, positional: ["axis", "bitorder"] }, rest);
  const [value, place] = readBits(operation, a, axis, bitorder, ({ aval: { dtype } }) => isInteger(dtype) || dtype === "bool", "integers or bools");
  return composed1("packbits", { place, bitorder }, [value], (given) => {
    const bits = notEqual(given as NDArray, 0).astype("uint8");
    const rows = place === null ? ravel(bits) : swapaxes(bits, place, -1);
    const extent = at(rows.shape, -1);
    const widths = rows.shape.map((_, other): [number, number] => [0, other === rows.ndim - 1 ? (8 - (extent % 8)) % 8 : 0]);
    const bytes = reshape(pad(rows, widths), [...rows.shape.slice(0, -1), Math.ceil(extent / 8), 8]);
    const packed = sum(leftShift(bytes, bitPlaces(bitorder)), -1).astype("uint8");
    return place === null ? packed : swapaxes(packed, -1, place);
  }) as NDArray<"uint8">;
}

export interface UnpackbitsOptions extends PackbitsOptions {
  /** How many bits to give: fewer than there are, or zeros behind them. */
  readonly count?: number | null;
}

/** The bits of bytes along an axis (of the raveled array without one), as uint8. @throws LW3006, LW3007 for what is not uint8 @example np.unpackbits(np.array([160], "uint8")) // [1, 0, 1, 0, 0, 0, 0, 0] */
export function unpackbits(a: ArrayLike, ...rest: Optional<["axis", "count", "bitorder"], UnpackbitsOptions>): NDArray<"uint8"> {
  const operation = "np.unpackbits";
  const { axis, count = null, bitorder = "big" } = parseOptional<UnpackbitsOptions>({ operation, positional: ["axis", "count", "bitorder"] }, rest);
  if (count !== null && !Number.isInteger(count)) raise(badArgument, { operation, argument: "count", expected: "an integer", got: describeArgument(count), fix: "correct count" });
  const [value, place] = readBits(operation, a, axis, bitorder, ({ aval: { dtype } }) => dtype === "uint8", "bytes: an array of uint8");
  return composed1("unpackbits", { place, count, bitorder }, [value], (given) => {
    const rows = place === null ? ravel(given as NDArray) : swapaxes(given as NDArray, place, -1);
    const masks = leftShift(ones([8], "uint8"), bitPlaces(bitorder));
    const isSet = greater(bitwiseAnd(expandDims(rows, -1), masks), 0).astype("uint8");
    const unpacked = reshape(isSet, [...rows.shape.slice(0, -1), -1]);
    const extent = at(unpacked.shape, -1);
    const wanted = count === null ? extent : count < 0 ? Math.max(0, extent + count) : count;
    const widths = unpacked.shape.map((_, other): [number, number] => [0, other === unpacked.ndim - 1 ? Math.max(0, wanted - extent) : 0]);
    const fitted = pad(unpacked, widths).get("...", slice(0, wanted));
    return place === null ? fitted : swapaxes(fitted, -1, place);
  }) as NDArray<"uint8">;
}
