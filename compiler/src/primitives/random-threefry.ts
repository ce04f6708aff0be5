/**
 * @file Threefry-2x32, the hash behind all random bits, as primitives over uint32: both words, and the two words xor-ed,
 * which is what 32 random bits are. They appear when typed keys are made into words; traced programs have typed keys.
 */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { aval as makeAval } from "../ir/build.ts";
import type { Aval, Emitter, Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";
import { bind, bind1, describeAval } from "../trace/stack.ts";
import { definePrimitive, noParams, nonDifferentiable, notLinear, parseNoParams, type NoParams } from "./define.ts";
import { elementwiseBatch, elementwiseShape } from "./elementwise.ts";
import { dtypeUnsupported } from "./errors.ts";

/** By how many bits each of the four rounds of a group rotates; the groups alternate. */
const rotations = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;
const groups = 5;
/** The parity constant of Threefry's key schedule, as an int32. */
const parity = 0x1bd11bda;

/**
 * Both words of the hash of (x1, x2) under the key (k1, k2). It computes in int32, whose bits are the same and which every
 * target adds without a correction.
 */
function hash(emitter: Emitter, words: readonly Expr[]): readonly [Expr, Expr] {
  const [k1, k2, x1, x2] = words.map((word) => emitter.let(k.bitcast(word, "int32"))) as [Expr, Expr, Expr, Expr];
  const keys = [k1, k2, emitter.let(k.op("xor", k.op("xor", k1, k2), parity))];
  let first = emitter.let(k.add(x1, k1));
  let second = emitter.let(k.add(x2, k2));
  for (let group = 0; group < groups; group++) {
    for (const rotation of at(rotations, group % 2)) {
      first = emitter.let(k.add(first, second));
      const rotated = k.or(k.op("shiftLeft", second, rotation), k.op("shiftRightLogical", second, 32 - rotation));
      second = emitter.let(k.op("xor", rotated, first));
    }
    first = emitter.let(k.add(first, at(keys, (group + 1) % 3)));
    second = emitter.let(k.add(second, k.add(at(keys, (group + 2) % 3), group + 1)));
  }
  return [first, second];
}

function hashAval(name: string, inAvals: readonly Aval[]): Aval {
  const wrong = inAvals.find(({ dtype }) => dtype !== "uint32");
  if (wrong !== undefined) {
    raise(dtypeUnsupported, { operation: name, expected: "four operands of uint32", got: describeAval(wrong), fix: 'convert the operand with astype("uint32")' });
  }
  return makeAval(elementwiseShape(name, inAvals), "uint32");
}

const integersOnly = nonDifferentiable("its operands and results are integers");
const notLinearHash = notLinear("a hash is not linear");
/** About a hundred operations on integers. */
const facts = { cost: 100, commutative: false };

export const threefry2x32P: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "threefry2x32",
  abstractEval: (inAvals) => {
    const word = hashAval("threefry2x32", inAvals);
    return [word, word];
  },
  effects: "pure",
  jvp: integersOnly,
  transpose: notLinearHash,
  partialEval: "plain",
  dce: "plain",
  batch: elementwiseBatch(() => threefry2x32P),
  lower: { kind: "scalar", emit: (emitter, operands, { outIndex }) => k.bitcast(at(hash(emitter, operands), outIndex), "uint32") },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: "none",
  facts,
});

export const threefry2x32XorP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "threefry2x32_xor",
  abstractEval: (inAvals) => [hashAval("threefry2x32_xor", inAvals)],
  effects: "pure",
  jvp: integersOnly,
  transpose: notLinearHash,
  partialEval: "plain",
  dce: "plain",
  batch: elementwiseBatch(() => threefry2x32XorP),
  lower: {
    kind: "scalar",
    emit: (emitter, operands) => {
      const [first, second] = hash(emitter, operands);
      return k.bitcast(k.op("xor", first, second), "uint32");
    },
  },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: "none",
  facts,
});

/** The two words of the hash of (x1, x2) under the key (k1, k2), elementwise; all uint32. */
export function threefry2x32(k1: Value, k2: Value, x1: Value, x2: Value): readonly [Value, Value] {
  return bind(threefry2x32P, [k1, k2, x1, x2], noParams) as readonly [Value, Value];
}

/** The two words of `threefry2x32` xor-ed. */
export function threefry2x32Xor(k1: Value, k2: Value, x1: Value, x2: Value): Value {
  return bind1(threefry2x32XorP, [k1, k2, x1, x2], noParams);
}
