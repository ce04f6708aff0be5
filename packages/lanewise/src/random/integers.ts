/** @file Random integers of a range. */

import { at, InternalError } from "@lanewise/compiler/base/assert";
import { byteSize, integerRange, isInteger, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { isScalarLiteral, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, max, min, mul, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { rem } from "@lanewise/compiler/primitives/arith-rounding";
import { and } from "@lanewise/compiler/primitives/bits";
import { gt, le } from "@lanewise/compiler/primitives/compare";
import { fullOf } from "@lanewise/compiler/primitives/linear";
import { randomBits } from "@lanewise/compiler/primitives/random";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument, unsupportedDType } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveShape } from "../ops/axes.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { namedCall1 } from "../ops/named-call.ts";
import { addLeadingAxes, literalAs } from "../ops/operands.ts";
import type { ArrayLike, DType as AnyDType, NDArray } from "../types.ts";
import { readKey, requireFit, type Key } from "./operand.ts";
import { splitInTwo } from "./permutation.ts";

function limitsOf(dtype: DType): readonly [number, number] {
  const limits = integerRange(dtype);
  if (limits === null) throw new InternalError(`${dtype} is no dtype of integers`);
  return limits;
}

/** `min(max(x, low), high)` for bounds in the dtype of `x`: a call of `clip` in the jaxpr. */
function clipTo(x: Value, low: number, high: number): Value {
  const { dtype } = x.aval;
  const isWeak = x.aval.weakType && x.aval.shape.length === 0;
  const bounds = [low, high].map((bound) => scalarLiteral(bound, dtype, isWeak));
  return namedCall1("clip", { low: true, high: true }, [x, ...bounds], (args) => min(at(args, 2), max(at(args, 1), at(args, 0))));
}

/** The value in another dtype of integers, those out of its range at its limits. */
function clipped(x: Value, dtype: DType): Value {
  const [own, target] = [limitsOf(x.aval.dtype), limitsOf(dtype)];
  return convertElementType(clipTo(x, Math.max(own[0], target[0]), Math.min(own[1], target[1])), dtype);
}

/**
 * Integers in [minval, maxval) of int32 or uint32: a call of `_randint` in the jaxpr. Of 64 random bits
 * `h 2^32 + l` the remainder by the span s is ((h mod s) (2^32 mod s) + l mod s) mod s, all modulo 2^32 as JAX has it.
 */
export function randintOf(key: Value, shape: readonly number[], minval: Value, maxval: Value, dtype: DType): Value {
  return namedCall1("_randint", { shape, dtype }, [key, minval, maxval], (args) => {
    const [own, least, end] = args as readonly [Value, Value, Value];
    const beyond = gt(end, clipped(scalarLiteral(limitsOf(dtype)[1], dtype), end.aval.dtype));
    const bounds = [clipped(least, dtype), clipped(end, dtype)];
    const [low, high] = bounds.map((bound) => addLeadingAxes(bound, shape.length)) as [Value, Value];
    const [first, second] = splitInTwo(own);
    const [upper, lower] = [randomBits(first, 32, shape), randomBits(second, 32, shape)];
    const word = (value: number): Value => scalarLiteral(value, "uint32");
    const width = convertElementType(sub(high, low), "uint32");
    // An empty range gives minval.
    const notEmpty = selectN(le(high, low), [width, fullOf(1, width.aval)]);
    // A range that ends beyond the dtype has one more; all 2^32 are a span of 0, by which a remainder changes nothing.
    const span = selectN(and(beyond, gt(high, low)), [notEmpty, add(notEmpty, word(1))]);
    const half = rem(word(2 ** 16), span);
    const multiplier = rem(mul(half, half), span);
    const offset = rem(add(mul(rem(upper, span), multiplier), rem(lower, span)), span);
    return add(low, convertElementType(offset, dtype));
  });
}

/** A bound as integers: a JS number is a weak int32, floats are cut off. */
function boundOf(operation: string, argument: string, bound: unknown): Value {
  const value = read(bound, operation, argument);
  if (isInteger(value.aval.dtype)) return value;
  if (!isScalarLiteral(value)) return convertElementType(value, "int32");
  if (typeof bound === "number" && !Number.isInteger(bound)) {
    return raise(badArgument, { operation, argument, expected: "an integer", got: describeArgument(bound), fix: "give an integer, or use random.uniform for floats" });
  }
  return literalAs(operation, value, "int32", true);
}

/** A bound for a dtype of 8 or 16 bits, as an int32 in the range of the dtype; the upper one may be one beyond it. */
function narrowBound(bound: Value, dtype: DType, beyond: number): Value {
  const [least, most] = limitsOf(dtype);
  const wide = isScalarLiteral(bound) ? scalarLiteral(bound.value, "int32") : convertElementType(bound, "int32");
  return clipTo(wide, least, most + beyond);
}

export interface RandintOptions {
  readonly dtype?: AnyDType | null;
}

/**
 * Integers spread evenly over [minval, maxval): an array of a shape and a dtype (int32). The bounds broadcast to the shape;
 * where maxval is not above minval the result is minval.
 *
 * @throws LW3007 for what is no key or no integer; LW3004 for a dtype of other numbers; LW3005 for bounds that do not fit
 * @example random.randint(random.key(0), [4], 0, 10); random.randint(key, [2], 0, 256, "uint8")
 */
export function randint(key: Key, shape: readonly number[], minval: ArrayLike, maxval: ArrayLike, ...rest: Optional<["dtype"], RandintOptions>): NDArray {
  const operation = "random.randint";
  const given = parseOptional<RandintOptions>({ operation, positional: ["dtype"] }, rest);
  const { key: typed } = readKey(operation, key);
  const dtype = resolveOptionalDType(operation, given.dtype) ?? "int32";
  if (!isInteger(dtype)) raise(unsupportedDType, { operation, argument: "dtype", expected: "a dtype of integers", got: dtype, fix: 'use "int32", or random.uniform for floats' });
  const extents = resolveShape(operation, shape);
  const [low, high] = [boundOf(operation, "minval", minval), boundOf(operation, "maxval", maxval)];
  requireFit(operation, extents, [low, high], ["minval", "maxval"]);
  if (byteSize(dtype) === 4) return give(randintOf(typed, extents, low, high, dtype));
  const wide = randintOf(typed, extents, narrowBound(low, dtype, 0), narrowBound(high, dtype, 1), "int32");
  return give(convertElementType(wide, dtype));
}
