/**
 * @file Typed random keys and what is made of them: seeding, splitting, folding in, bits, and the way to and from words.
 *
 * A traced program holds keys of dtype key<fry>. The pass `physicalize` turns them into uint32 with one more axis of extent 2.
 */

import { at } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { isInteger } from "../base/dtype.ts";
import { formatShape } from "../base/shape.ts";
import { aval as makeAval } from "../ir/build.ts";
import type { Aval, Params, ParsedParam, Primitive, PrintedParam, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import {
  batchedAxis, definePrimitive, movement, noParams, nonDifferentiable, notLinear, parseNoParams, printed, refuseParameter, requireDType, requireExtents,
  type NoParams,
} from "./define.ts";
import { elementwiseBatch, elementwiseShape } from "./elementwise.ts";
import { moveAxis } from "./linear.ts";
import { formatTuple, parseNumber, parseNumbers } from "./params.ts";
import { bitsOfWords, foldInWords, seedWords, splitWords } from "./random-keys.ts";

export * from "./random-threefry.ts";

const keyDType: DType = "key<fry>";
const wordsPerKey = 2;

/** The kind of key: Threefry-2x32 is the only one. */
export interface KeyParams extends Params {
  readonly impl: "fry";
}

const threefryKeys: KeyParams = { impl: "fry" };
const printKind = ({ impl }: KeyParams): readonly PrintedParam[] => [printed("impl", impl)];
const parseKind = (params: ReadonlyMap<string, ParsedParam>): KeyParams => {
  const impl = params.get("impl");
  return impl === "fry" ? threefryKeys : refuseParameter("a random key", "keys of the kind fry", typeof impl === "string" ? impl : "another param");
};

const noTangent = nonDifferentiable("keys and integers have no tangents");
const notLinearInKeys = notLinear("what is made of a key is not linear in it");
/** Roughly the two hashes that a key or a word takes. */
const hashing = { cost: 100, commutative: false };

function requireKeys(name: string, keys: Aval): void {
  requireDType(name, keys, (dtype) => dtype === keyDType, "random keys, as random.key makes them");
}

/** Arrays of keys keep their axes in front, so a batch axis stays where it is. */
function axisStays<P extends Params>(primitive: () => Primitive<P>): Primitive<P>["batch"] {
  return (_frame, operands, axes, params) => ({ outputs: [bind1(primitive(), operands, params)], axes: [batchedAxis(axes)] });
}

// random_seed ----------------------------------------------------------------------------------------------------------

export const randomSeedP: Primitive<KeyParams> = definePrimitive<KeyParams>({
  name: "random_seed",
  abstractEval: (inAvals) => {
    const seeds = at(inAvals, 0);
    requireDType("random_seed", seeds, isInteger, "an integer seed");
    return [makeAval(seeds.shape, keyDType)];
  },
  effects: "pure",
  jvp: noTangent,
  transpose: notLinearInKeys,
  partialEval: "plain",
  dce: "plain",
  batch: axisStays(() => randomSeedP),
  lower: { kind: "physical", expand: ([seeds]) => seedWords(seeds as Value) },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: printKind,
  parseParams: parseKind,
  inPlace: "none",
  facts: movement,
});

/** The key of each seed. */
export function randomSeed(seeds: Value): Value {
  return bind1(randomSeedP, [seeds], threefryKeys);
}

// random_wrap, random_unwrap -------------------------------------------------------------------------------------------

export const randomWrapP: Primitive<KeyParams> = definePrimitive<KeyParams>({
  name: "random_wrap",
  abstractEval: (inAvals) => {
    const words = at(inAvals, 0);
    requireDType("random_wrap", words, (dtype) => dtype === "uint32", "the words of keys, uint32");
    if (words.shape.at(-1) !== wordsPerKey) {
      refuseParameter("random_wrap", "words of shape (..., 2): two for each key", formatShape(words.shape), "pass keys as random.key or random.PRNGKey makes them");
    }
    return [makeAval(words.shape.slice(0, -1), keyDType)];
  },
  effects: "pure",
  jvp: noTangent,
  transpose: notLinearInKeys,
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes) => ({ outputs: [randomWrap(moveAxis(at(operands, 0), batchedAxis(axes), 0))], axes: [0] }),
  lower: { kind: "physical", expand: ([words]) => words as Value },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: printKind,
  parseParams: parseKind,
  inPlace: "none",
  facts: movement,
});

/** Keys from their words: uint32[..., 2]. */
export function randomWrap(words: Value): Value {
  return bind1(randomWrapP, [words], threefryKeys);
}

export const randomUnwrapP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "random_unwrap",
  abstractEval: (inAvals) => {
    const keys = at(inAvals, 0);
    requireKeys("random_unwrap", keys);
    return [makeAval([...keys.shape, wordsPerKey], "uint32")];
  },
  effects: "pure",
  jvp: noTangent,
  transpose: notLinearInKeys,
  partialEval: "plain",
  dce: "plain",
  batch: axisStays(() => randomUnwrapP),
  lower: { kind: "physical", expand: ([keys]) => keys as Value },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: "none",
  facts: movement,
});

/** The words of keys: uint32[..., 2]. */
export function randomUnwrap(keys: Value): Value {
  return bind1(randomUnwrapP, [keys], noParams);
}

// random_split ---------------------------------------------------------------------------------------------------------

export interface SplitKeyParams extends Params {
  readonly shape: readonly number[];
}

export const randomSplitP: Primitive<SplitKeyParams> = definePrimitive<SplitKeyParams>({
  name: "random_split",
  abstractEval: (inAvals, { shape }) => {
    const keys = at(inAvals, 0);
    requireKeys("random_split", keys);
    requireExtents("random_split", "shape", shape);
    return [makeAval([...keys.shape, ...shape], keyDType)];
  },
  effects: "pure",
  jvp: noTangent,
  transpose: notLinearInKeys,
  partialEval: "plain",
  dce: "plain",
  batch: axisStays(() => randomSplitP),
  lower: { kind: "physical", expand: ([keys], { shape }) => splitWords(keys as Value, shape) },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ shape }) => [printed("shape", formatTuple(shape))],
  parseParams: (params) => ({ shape: parseNumbers(params.get("shape")) }),
  inPlace: "none",
  facts: hashing,
});

/** New keys, an array of this shape for each key. */
export function randomSplit(keys: Value, shape: readonly number[]): Value {
  return bind1(randomSplitP, [keys], { shape });
}

// random_fold_in -------------------------------------------------------------------------------------------------------

export const randomFoldInP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "random_fold_in",
  abstractEval: (inAvals) => {
    const [keys, data] = [at(inAvals, 0), at(inAvals, 1)];
    requireKeys("random_fold_in", keys);
    requireDType("random_fold_in", data, (dtype) => dtype === "uint32", "data of uint32");
    return [makeAval(elementwiseShape("random_fold_in", inAvals), keyDType)];
  },
  effects: "pure",
  jvp: noTangent,
  transpose: notLinearInKeys,
  partialEval: "plain",
  dce: "plain",
  batch: elementwiseBatch(() => randomFoldInP),
  lower: { kind: "physical", expand: ([keys, data]) => foldInWords(keys as Value, data as Value) },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: "none",
  facts: hashing,
});

/** A new key from each key and a number, elementwise. */
export function randomFoldIn(keys: Value, data: Value): Value {
  return bind1(randomFoldInP, [keys, data], noParams);
}

// random_bits ----------------------------------------------------------------------------------------------------------

export interface RandomBitsParams extends Params {
  readonly bitWidth: 8 | 16 | 32;
  readonly shape: readonly number[];
}

function checkedWidth(bitWidth: number): 8 | 16 | 32 {
  return bitWidth === 8 || bitWidth === 16 || bitWidth === 32 ? bitWidth : refuseParameter("random_bits", "a width of 8, 16 or 32 bits", String(bitWidth));
}

export const randomBitsP: Primitive<RandomBitsParams> = definePrimitive<RandomBitsParams>({
  name: "random_bits",
  abstractEval: (inAvals, { bitWidth, shape }) => {
    const keys = at(inAvals, 0);
    requireKeys("random_bits", keys);
    requireExtents("random_bits", "shape", shape);
    return [makeAval([...keys.shape, ...shape], `uint${checkedWidth(bitWidth)}`)];
  },
  effects: "pure",
  jvp: noTangent,
  transpose: notLinearInKeys,
  partialEval: "plain",
  dce: "plain",
  batch: axisStays(() => randomBitsP),
  lower: { kind: "physical", expand: ([keys], { bitWidth, shape }) => bitsOfWords(keys as Value, bitWidth, shape) },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ bitWidth, shape }) => [printed("bit_width", String(bitWidth)), printed("shape", formatTuple(shape))],
  parseParams: (params) => ({ bitWidth: checkedWidth(parseNumber(params.get("bit_width"))), shape: parseNumbers(params.get("shape")) }),
  inPlace: "none",
  facts: hashing,
});

/** Random bits as unsigned integers of this width, an array of this shape for each key. */
export function randomBits(keys: Value, bitWidth: 8 | 16 | 32, shape: readonly number[]): Value {
  return bind1(randomBitsP, [keys], { bitWidth, shape });
}
