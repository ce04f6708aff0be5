/**
 * @file Words over transforms: a device function, its oracle and inputs, grown one transform at a time.
 *
 * A letter turns a function of a flat list of arrays into another one, on the device through the public API and in the
 * oracle by definition, and adds the inputs that it needs (tangents, cotangents, or batches of what there was).
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { isScalarLiteral } from "@lanewise/compiler/ir/build";
import type { Aval, Value } from "@lanewise/compiler/ir/types";
import { bind } from "@lanewise/compiler/trace/stack";
import { defaultDevice, devicePut, evalShape, jacfwd, jacrev, jit, jvp, linearize, numpy as np, random, vjp, vmap, type NDArray, type ShapeOfArray } from "lanewise";
import { real } from "./oracle/number.ts";
import { oracleOf } from "./oracle/primitives.ts";
import { stack, type Tensor } from "./oracle/tensor.ts";
import { jacobianOracle, jvpOracle, vjpOracle, vmapOracle, type OracleFunction } from "./oracle/transforms.ts";
import { operandsInOracle, operandsOf } from "./samples/forms.ts";
import type { BoundSample } from "./samples/types.ts";
import { elementsOf } from "./samples/values.ts";

export const letters = ["jit", "vmap(0)", "vmap(-1)", "jvp", "vjp", "linearize", "jacfwd", "jacrev"] as const;
export type Letter = (typeof letters)[number];

type DeviceFunction = (...args: NDArray[]) => NDArray[];

export interface Subject {
  readonly run: DeviceFunction;
  readonly oracle: OracleFunction;
  readonly inputs: readonly Tensor[];
}

/** The call of a sample as a function of its inputs. Inputs that are no floats are closed over. */
export function subjectOf({ primitive, sample }: BoundSample, random: () => number): Subject {
  const inputs = sample.inputs.map((input): Tensor => ({ shape: input.shape, dtype: input.dtype, data: Array.from(elementsOf(input, random)) }));
  const isOpen = inputs.map((input) => isFloat(input.dtype));
  const fixed = inputs.map((input, index) => (at(isOpen, index) ? null : toDevice(input)));
  const outAvals = (tensors: readonly Tensor[]): readonly Aval[] =>
    primitive.abstractEval(tensors.map(({ shape, dtype }) => ({ shape, dtype, weakType: false })), sample.params);
  return {
    run: (...args) => {
      let next = 0;
      const operands = isOpen.map((open, index) => (open ? at(args, next++) : at(fixed, index)) as unknown as Value);
      return bind(primitive, operandsOf(sample, operands), sample.params).map(toArray);
    },
    oracle: (args) => {
      let next = 0;
      const operands = inputs.map((input, index) => (at(isOpen, index) ? at(args, next++) : input));
      return oracleOf(primitive.name)(operandsInOracle(sample, operands), sample.params, outAvals(operands));
    },
    inputs: inputs.filter((_, index) => at(isOpen, index)),
  };
}

export function toArray(value: Value): NDArray {
  return (isScalarLiteral(value) ? np.array(value.value, value.aval.dtype as "float32") : value) as unknown as NDArray;
}

/** The tensor on the default device. It is made on js, so that no program is compiled for its type and shape elsewhere. */
export function toDevice(tensor: Tensor): NDArray {
  return devicePut(onJs(tensor), defaultDevice()) as NDArray;
}

function onJs({ dtype, shape, data }: Tensor): NDArray {
  const array = (numbers: Float64Array | Uint32Array | Int32Array): NDArray => np.array(numbers, { device: "js" }) as unknown as NDArray;
  if (dtype === "key<fry>") return random.wrapKeyData(array(new Uint32Array(Float64Array.from(data, real).buffer)).reshape([...shape, 2]));
  // A Float64Array becomes float32, which does not hold every integer.
  const numbers = dtype === "uint32" ? Uint32Array.from(data, real) : dtype === "int32" ? Int32Array.from(data, real) : Float64Array.from(data, real);
  return array(numbers).reshape(shape).astype(dtype as "float32");
}

/** The subject under one more transform, from the outside. */
export function apply(letter: Letter, subject: Subject, random: () => number): Subject {
  const { run, oracle, inputs } = subject;
  const like = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.map(() => Math.fround(random() * 2 - 1)) });
  switch (letter) {
    case "jit":
      return { ...subject, run: jit(run) as DeviceFunction };
    case "vmap(0)":
    case "vmap(-1)": {
      const size = 2;
      const axis = letter === "vmap(0)" ? 0 : -1;
      const nearby = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.map((value) => Math.fround(real(value) * (0.9 + 0.2 * random()))) });
      return {
        run: vmap(run, axis, axis) as DeviceFunction,
        oracle: vmapOracle(oracle, axis, axis, size),
        inputs: inputs.map((input) => stack([input, nearby(input)], axis === 0 ? 0 : input.shape.length)),
      };
    }
    case "jvp":
      return {
        run: (...args) => {
          const half = args.length / 2;
          return jvp(run, args.slice(0, half), args.slice(half)).flat() as NDArray[];
        },
        oracle: jvpOracle(oracle),
        inputs: [...inputs, ...inputs.map(like)],
      };
    case "linearize": {
      const count = inputs.length;
      return {
        run: (...args) => {
          const [outs, push] = linearize(run, args.slice(0, count));
          return [...(outs as NDArray[]), ...(push(...args.slice(count)) as NDArray[])];
        },
        oracle: jvpOracle(oracle),
        inputs: [...inputs, ...inputs.map(like)],
      };
    }
    case "jacfwd":
    case "jacrev": {
      const jacobian = letter === "jacfwd" ? jacfwd : jacrev;
      const derive = jacobian(run, inputs.map((_, index) => index)) as unknown as (...args: NDArray[]) => NDArray[][];
      return { ...subject, run: (...args) => derive(...args).flat(), oracle: jacobianOracle(oracle) };
    }
    case "vjp": {
      const count = inputs.length;
      return {
        run: (...args) => {
          const [outs, pullback] = vjp(run, args.slice(0, count));
          return [...(outs as NDArray[]), ...(pullback(args.slice(count)) as NDArray[])];
        },
        oracle: vjpOracle(oracle, count),
        inputs: [...inputs, ...oracle(inputs).map(like)],
      };
    }
  }
}

/** How many numbers the Jacobians of a subject hold. */
function jacobianSize({ run, inputs }: Subject): number {
  const outputs = evalShape(run, ...(inputs.map(({ shape, dtype }) => ({ shape, dtype })) as unknown as NDArray[])) as unknown as ShapeOfArray[];
  const count = (shapes: readonly { readonly shape: readonly number[] }[]): number => shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return count(inputs) * count(outputs);
}

/** The subject under a word, the last letter first; null where a Jacobian on the way would hold more than `limit` numbers. */
export function applyWord(word: readonly Letter[], subject: Subject, random: () => number, limit: number): Subject | null {
  return word.toReversed().reduce<Subject | null>((sofar, letter) => {
    if (sofar === null) return null;
    const isJacobian = letter === "jacfwd" || letter === "jacrev";
    return isJacobian && jacobianSize(sofar) > limit ? null : apply(letter, sofar, random);
  }, subject);
}

/** All words over the letters up to a length, the shortest first; the first letter is the outermost transform. */
export function wordsUpTo<Item>(alphabet: readonly Item[], length: number): readonly (readonly Item[])[] {
  let words: readonly (readonly Item[])[] = [[]];
  const all: (readonly Item[])[] = [[]];
  for (let count = 0; count < length; count++) {
    words = words.flatMap((word) => alphabet.map((letter) => [...word, letter]));
    all.push(...words);
  }
  return all;
}

/** Where device and oracle differ by more than the tolerance; null when they agree. The device is one that is read at once. */
export function difference(got: NDArray, expected: Tensor, tolerance = 2e-4): string | null {
  const words = got.dtype === "key<fry>" ? random.keyData(got).dataSync() : got.dataSync();
  return differenceOf(words, got, expected, tolerance);
}

/** The same of results on a device that is waited for: everything is read together. */
export async function differences(got: readonly NDArray[], expected: readonly Tensor[], tolerance = 2e-4): Promise<(string | null)[]> {
  const words = await Promise.all(got.map((array) => (array.dtype === "key<fry>" ? random.keyData(array) : array).data()));
  return got.map((array, index) => differenceOf(at(words, index), array, at(expected, index), tolerance));
}

function differenceOf(words: ArrayLike<number> & { readonly buffer: ArrayBufferLike }, got: NDArray, expected: Tensor, tolerance: number): string | null {
  const elements = got.dtype === "key<fry>" ? [...new Float64Array(words.buffer)] : Array.from(words, Number);
  const wanted = expected.data.map((value) => (expected.dtype === "float32" ? Math.fround(real(value)) : real(value)));
  if (got.shape.join() !== expected.shape.join()) return `shape [${got.shape.join()}] instead of [${expected.shape.join()}]`;
  for (const [index, want] of wanted.entries()) {
    const have = at(elements, index);
    const close = Object.is(have, want) || have === want || (Number.isNaN(have) && Number.isNaN(want)) || Math.abs(have - want) <= tolerance * (1 + Math.abs(want));
    if (!close) return `element ${index}: ${have} instead of ${want}`;
  }
  return null;
}
