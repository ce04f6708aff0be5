/** @file Random choices: among the elements of an array, and among categories by their logits. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { range, sizeOf, withAxis, withoutAxis } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add } from "@lanewise/compiler/primitives/arith";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { argmax } from "@lanewise/compiler/primitives/reduce";
import { slice } from "@lanewise/compiler/primitives/structural";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveAxis, resolveShape } from "../ops/axes.ts";
import { arange, fill } from "../ops/create.ts";
import { namedCall1 } from "../ops/named-call.ts";
import { take } from "../ops/take.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { gumbelOf } from "./distributions.ts";
import { randintOf } from "./integers.ts";
import { readKey, requireFit, type Key } from "./operand.ts";
import { countOf, permuted, shuffle } from "./permutation.ts";

export interface CategoricalOptions {
  readonly axis?: number;
  readonly shape?: readonly number[] | null;
}

/**
 * Places along an axis (-1) of the logits, each with a probability in proportion to e^logit: int32 of the shape of the
 * logits without the axis, or of a shape that ends in it.
 *
 * @throws LW3007 for what is no key and for logits that are no floats; LW3006 for a bad axis; LW3005 for a bad shape
 * @example random.categorical(random.key(0), np.log(np.array([0.1, 0.9])), { shape: [5] })
 */
export function categorical(key: Key, logits: ArrayLike, ...rest: Optional<["axis", "shape"], CategoricalOptions>): NDArray<"int32"> {
  const operation = "random.categorical";
  const given = parseOptional<CategoricalOptions>({ operation, positional: ["axis", "shape"] }, rest);
  const { key: typed } = readKey(operation, key);
  const value = read(logits, operation, "logits");
  const { shape: logitsShape, dtype } = value.aval;
  if (!isFloat(dtype)) raise(badArgument, { operation, argument: "logits", expected: "floats", got: describeAval(value.aval), fix: 'convert them with astype("float32")' });
  const axis = resolveAxis(operation, given.axis ?? -1, logitsShape.length);
  const batch = withoutAxis(logitsShape, axis);
  const shape = given.shape === undefined || given.shape === null ? batch : resolveShape(operation, given.shape);
  requireFit(operation, shape, [{ aval: { ...value.aval, shape: batch } }], ["logits without the axis"]);
  const leading = shape.length - batch.length;
  const drawnShape = [...shape.slice(0, leading), ...withAxis(shape.slice(leading), axis, at(logitsShape, axis))];
  const drawn = namedCall1("_gumbel", { shape: drawnShape, dtype }, [typed], ([own]) => gumbelOf(own as Value, drawnShape, dtype));
  const aligned = leading === 0 ? value : broadcastInDim(value, [...new Array<number>(leading).fill(1), ...logitsShape], range(logitsShape.length).map((other) => other + leading));
  return give(argmax(add(drawn, aligned), leading + axis));
}

export interface ChoiceOptions {
  readonly shape?: readonly number[];
  readonly replace?: boolean;
  readonly axis?: number;
}

/**
 * Elements of the array `a` along an axis (0), or of the integers below `a`, all with the same probability: an array of a
 * shape ([]) of them. Without `replace` (true) no element comes twice.
 *
 * @throws LW3007 for what is no key, nothing to choose from, and more elements than there are without replacement
 * @example random.choice(random.key(0), 10, [3], { replace: false })
 */
export function choice(key: Key, a: ArrayLike, ...rest: Optional<["shape", "replace"], ChoiceOptions>): NDArray {
  const operation = "random.choice";
  const given = parseOptional<ChoiceOptions>({ operation, positional: ["shape", "replace"], named: ["axis"] }, rest);
  const { key: typed } = readKey(operation, key);
  const count = countOf(operation, "a", a);
  const array = count === null ? read(a, operation, "a") : null;
  const shape = resolveShape(operation, given.shape ?? []);
  const axis = array === null ? 0 : resolveAxis(operation, given.axis ?? 0, array.aval.shape.length);
  const extent = array === null ? (count ?? 0) : at(array.aval.shape, axis);
  const draws = sizeOf(shape);
  const replace = booleanArgument(operation, "replace", given.replace, true);
  if (draws === 0) return give(fill(scalarLiteral(0, array?.aval.dtype ?? "int32"), shape));
  if (extent <= 0 || (!replace && draws > extent)) {
    raise(badArgument, {
      operation, argument: "a", expected: replace ? "at least one element" : `at least ${draws} elements, because none may come twice`, got: String(Math.max(0, extent)),
      fix: "choose fewer, or with replacement",
    });
  }
  if (replace) {
    const places = randintOf(typed, shape, scalarLiteral(0, "int32", true), scalarLiteral(extent, "int32", true), "int32");
    return give(array === null ? places : take(array, places, { axis, mode: null, fillValue: null, uniqueIndices: false, indicesAreSorted: false }, operation));
  }
  const mixed = array === null ? shuffle(typed, arange(0, 1, extent, "int32"), 0) : permuted(typed, array, axis, false);
  const mixedShape = mixed.aval.shape;
  const first = slice(mixed, mixedShape.map(() => 0), mixedShape.map((full, other) => (other === axis ? draws : full)));
  return give(reshape(first, [...mixedShape.slice(0, axis), ...shape, ...mixedShape.slice(axis + 1)]));
}
