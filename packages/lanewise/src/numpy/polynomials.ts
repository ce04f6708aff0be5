/** @file np's arithmetic of polynomials: vectors of coefficients, the highest power first. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { promoteDTypes, promoteInexact } from "../ops/operands.ts";
import { requireVector } from "../ops/search.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { composed1, valueOf } from "./composed.ts";
import { arange, full, ones, zeros } from "./create.ts";
import { divide, maximum, multiply, subtract } from "./elementwise.ts";
import { flip } from "./indexing.ts";
import { trimZeros } from "./insertion.ts";
import { elementsNow } from "./now.ts";
import { give, read, readOptional } from "./operand.ts";
import { prod } from "./reductions.ts";
import { broadcastTo, concatenate, expandDims, reshape } from "./shapes.ts";
import { convolve } from "./signal.ts";
import { slice } from "./slice.ts";

type Promote = (operation: string, values: readonly Value[]) => readonly Value[];

/** Two vectors of coefficients in one dtype. */
function readPair(operation: string, names: readonly [string, string], given: readonly [ArrayLike, ArrayLike], promote: Promote): readonly [NDArray, NDArray] {
  const values = given.map((one, place) => {
    const value = read(one, operation, at(names, place));
    requireVector(operation, at(names, place), value);
    return value;
  });
  return promote(operation, values).map((value) => give(value)) as unknown as readonly [NDArray, NDArray];
}

function sumOf(first: NDArray, second: NDArray): NDArray {
  const [long, short] = second.size <= first.size ? [first, second] : [second, first];
  return long.at(slice(long.size - short.size)).add(short);
}

/** The sum of two polynomials. @throws LW3007 for what is no vector @example np.polyadd([1, 2], [1, 0, 0]) // [1, 1, 2] */
export function polyadd(a1: ArrayLike, a2: ArrayLike): NDArray {
  const pair = readPair("np.polyadd", ["a1", "a2"], [a1, a2], promoteDTypes);
  return composed1("polyadd", null, pair.map(valueOf), (first, second) => sumOf(first as NDArray, second as NDArray));
}

/** The difference of two polynomials. @throws LW3007 for what is no vector */
export function polysub(a1: ArrayLike, a2: ArrayLike): NDArray {
  const pair = readPair("np.polysub", ["a1", "a2"], [a1, a2], promoteDTypes);
  return composed1("polysub", null, pair.map(valueOf), (first, second) => polyadd(first as NDArray, (second as NDArray).neg()));
}

export interface TrimOptions {
  /** Leaves leading zeros out: not under jit. */
  readonly trimLeadingZeros?: boolean;
}

function trims(operation: string, rest: readonly unknown[]): boolean {
  const { trimLeadingZeros } = parseOptional<TrimOptions>({ operation, positional: [], named: ["trimLeadingZeros"] }, rest);
  return booleanArgument(operation, "trimLeadingZeros", trimLeadingZeros);
}

/** The product of two polynomials, in floats. @throws LW3007 for what is no vector @example np.polymul([1, 1], [1, -1]) // [1, 0, -1] */
export function polymul(a1: ArrayLike, a2: ArrayLike, ...rest: Optional<[], TrimOptions>): NDArray {
  const isTrimmed = trims("np.polymul", rest);
  const [first, second] = readPair("np.polymul", ["a1", "a2"], [a1, a2], promoteInexact).map((one) => {
    const row = isTrimmed ? trimZeros(one, "f") : one;
    return row.size === 0 ? zeros([1], row.dtype) : row;
  }) as [NDArray, NDArray];
  return convolve(first, second);
}

/** The quotient and the remainder of two polynomials, in floats. The remainder is as long as u. @throws LW3007 for what is no vector and an empty divisor @example const [q, r] = np.polydiv([1, 0, -1], [1, 1]) */
export function polydiv(u: ArrayLike, v: ArrayLike, ...rest: Optional<[], TrimOptions>): [quotient: NDArray, remainder: NDArray] {
  const operation = "np.polydiv";
  const isTrimmed = trims(operation, rest);
  const [dividend, divisor] = readPair(operation, ["u", "v"], [u, v], promoteInexact);
  if (divisor.size === 0) raise(badArgument, { operation, argument: "v", expected: "at least one coefficient", got: "none", fix: "give a divisor" });
  const scale = divide(1, divisor.get(0));
  const quotients = range(Math.max(0, dividend.size - divisor.size + 1));
  let remainder = dividend;
  const coefficients = quotients.map((place) => {
    const coefficient = multiply(scale, remainder.get(place));
    remainder = remainder.at(slice(place, place + divisor.size)).add(multiply(coefficient.neg(), divisor));
    return reshape(coefficient, [1]);
  });
  return [coefficients.length === 0 ? zeros([1], dividend.dtype) : concatenate(coefficients), isTrimmed ? withoutSmall(operation, remainder) : remainder];
}

/** Without leading coefficients that are only rounding; one is left. */
function withoutSmall(operation: string, remainder: NDArray): NDArray {
  const tolerance = Math.sqrt(2 ** -23);
  const elements = elementsNow(operation, "u", valueOf(remainder), "divide without trimLeadingZeros under jit");
  const first = elements.findIndex((element) => Math.abs(element) > tolerance);
  return remainder.get(slice(first < 0 ? remainder.size - 1 : first));
}

function orderOf(operation: string, m: unknown): number {
  if (typeof m === "number" && Number.isInteger(m) && m >= 0) return m;
  return raise(badArgument, { operation, argument: "m", expected: "an integer that is not negative", got: describeArgument(m), fix: "give how often" });
}

function readPolynomial(operation: string, p: ArrayLike): Value {
  const value = read(p, operation, "p");
  requireVector(operation, "p", value);
  return value;
}

/** Products of `order` neighbouring integers that start at `first`, `first + 1`, ...: what powers leave when they are differentiated. */
function factors(first: number, count: number, order: number, like: NDArray): NDArray {
  const grid = subtract(expandDims(arange(first, first + count), 0), expandDims(arange(order), 1)).astype(like.dtype);
  return flip(prod(maximum(1, grid), 0));
}

/** The m-th derivative of a polynomial, in floats. @throws LW3007 @example np.polyder([1, 2, 3]) // [2, 2] */
export function polyder(p: ArrayLike, ...rest: Optional<["m"], { readonly m?: number }>): NDArray {
  const operation = "np.polyder";
  const m = orderOf(operation, parseOptional<{ m?: number }>({ operation, positional: ["m"] }, rest).m ?? 1);
  return composed1("polyder", { m }, promoteInexact(operation, [readPolynomial(operation, p)]), (row) => {
    if (m === 0) return row;
    return row.size <= m ? zeros([0], row.dtype) : multiply(row.get(slice(0, row.size - m)), factors(m, row.size - m, m, row));
  });
}

export interface PolyintOptions {
  readonly m?: number;
  /** The constants of the m integrations; 0 by default. */
  readonly k?: ArrayLike | null;
}

/** The m-th integral of a polynomial, in floats. @throws LW3007 @example np.polyint([2, 2]) // [1, 2, 0] */
export function polyint(p: ArrayLike, ...rest: Optional<["m", "k"], PolyintOptions>): NDArray {
  const operation = "np.polyint";
  const given = parseOptional<PolyintOptions>({ operation, positional: ["m", "k"] }, rest);
  const m = orderOf(operation, given.m ?? 1);
  const constants = readOptional(given.k ?? 0, operation, "k") as Value;
  const { shape } = constants.aval;
  if (shape.length > 1 || (shape.length === 1 && shape[0] !== 1 && shape[0] !== m)) {
    raise(badArgument, { operation, argument: "k", expected: `a number, or a vector of ${m} constants`, got: `shape ${formatShape(shape)}`, fix: "give a constant per integration" });
  }
  return composed1("polyint", { m }, promoteInexact(operation, [readPolynomial(operation, p), constants]), (row, ends) => {
    const polynomial = row as NDArray;
    if (m === 0) return polynomial;
    return divide(concatenate([polynomial, broadcastTo(ends as NDArray, [m])]), factors(0, polynomial.size + m, m, polynomial));
  });
}

/** The polynomial with these zeros and leading coefficient 1. A matrix, whose eigenvalues JAX takes, is refused. @throws LW3007 @example np.poly([1, 2]) // [1, -3, 2] */
export function poly(seqOfZeros: ArrayLike): NDArray {
  const operation = "np.poly";
  const value = read(seqOfZeros, operation, "seqOfZeros");
  if (value.aval.shape.length > 1) raise(badArgument, { operation, argument: "seqOfZeros", expected: "a vector of zeros", got: `shape ${formatShape(value.aval.shape)}`, fix: "there are no eigenvalues of matrices here" });
  const zerosOf = promoteInexact(operation, [value]);
  if (value.aval.shape[0] === 0) return full([], 1, at(zerosOf, 0).aval.dtype);
  return composed1("poly", null, zerosOf, (roots) => {
    const row = reshape(roots, [-1]);
    const one = ones([1], row.dtype);
    return range(row.size).reduce<NDArray>((product, place) => convolve(product, concatenate([one, row.get(slice(place, place + 1)).neg()])), one);
  });
}
