/** @file The samples of every primitive as calls: their inputs, what they give, and the batches of a vmap over them. */
import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { bind } from "@lanewise/compiler/trace/stack";
import type { NDArray } from "lanewise";
import { real } from "./oracle/number.ts";
import { flushed } from "./accuracy.ts";
import { oracleOf } from "./oracle/primitives.ts";
import { example, stack, type Tensor } from "./oracle/tensor.ts";
import { allSamples } from "./samples/all.ts";
import type { BoundSample } from "./samples/types.ts";
import { elementsOf, generator } from "./samples/values.ts";
import { differences, toArray } from "./words.ts";

export type Run = (...args: NDArray[]) => NDArray[];

export const samples = allSamples().map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const);

export function inputsOf({ sample }: BoundSample, seed: number): Tensor[] {
  const random = generator(seed);
  return sample.inputs.map((input) => ({ shape: input.shape, dtype: input.dtype, data: Array.from(elementsOf(input, random)) }));
}

export function runOf({ primitive, sample }: BoundSample): Run {
  return (...args) => bind(primitive, args as unknown as Value[], sample.params).map(toArray);
}

export function expected({ primitive, sample }: BoundSample, inputs: readonly Tensor[]): readonly Tensor[] {
  const avals = primitive.abstractEval(inputs.map(({ shape, dtype }) => ({ shape, dtype, weakType: false })), sample.params);
  return oracleOf(primitive.name)(inputs, sample.params, avals);
}

/** All choices of a batch axis (first, last) or none for each operand, with at least one axis. */
export function axisChoices(inputs: readonly Tensor[]): (number | null)[][] {
  const choices = inputs.reduce<(number | null)[][]>(
    (all, input) => all.flatMap((choice) => [null, ...new Set([0, input.shape.length])].map((axis) => [...choice, axis])), [[]],
  );
  return choices.filter((choice) => choice.some((axis) => axis !== null)).slice(0, 27);
}

/** Batches of operands that are mapped: examples of other seeds beside the first. */
export function batches(bound: BoundSample, axes: readonly (number | null)[], size: number): Tensor[] {
  const seeds = Array.from({ length: size }, (_, seed) => inputsOf(bound, seed + 1));
  return axes.map((axis, index) => (axis === null ? at(at(seeds, 0), index) : stack(seeds.map((inputs) => at(inputs, index)), axis)));
}

/** What a vmap over these axes gives for batches of `size`. */
export function expectedBatches(bound: BoundSample, batched: readonly Tensor[], axes: readonly (number | null)[], size: number): readonly Tensor[] {
  const perExample = Array.from({ length: size }, (_, position) =>
    expected(bound, batched.map((input, index) => (at(axes, index) === null ? input : example(input, at(axes, index) as number, position)))));
  return at(perExample, 0).map((_, index) => stack(perExample.map((outs) => at(outs, index)), 0));
}

/** The inputs with subnormal numbers as zeros, which a GPU may take them for. */
export function withoutSubnormals(inputs: readonly Tensor[]): readonly Tensor[] {
  return inputs.map((input) => (isFloat(input.dtype) ? { ...input, data: input.data.map((value) => flushed(real(value))) } : input));
}

/** Results on a device that is waited for, and the ways in which they may be right. */
interface Case {
  readonly what: string;
  readonly got: readonly NDArray[];
  readonly want: readonly (readonly Tensor[])[];
}

/** What is wrong in no way allowed, in all cases; the device is read once. */
export async function problemsOf(cases: readonly Case[], tolerance: number): Promise<string[]> {
  const ways = Math.max(...cases.map(({ want }) => want.length));
  const got = cases.flatMap((each) => each.got);
  const found = await Promise.all(Array.from({ length: ways }, (_, way) => differences(got, cases.flatMap(({ want }) => at(want, Math.min(way, want.length - 1))), tolerance)));
  const names = cases.flatMap(({ what, got: results }) => results.map((_, index) => `${what}, result ${index}`));
  return names.flatMap((name, index) => (found.some((problems) => problems[index] === null) ? [] : [`${name}: ${found[0]?.[index] ?? ""}`]));
}
