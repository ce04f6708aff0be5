/** @file A sample is one call of a primitive that every test of the op table runs. Families are complete by type. */

import type { DType } from "@lanewise/compiler/base/dtype";
import type { Aval, Params, Primitive } from "@lanewise/compiler/ir/types";

export interface SampleInput {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The elements; random in [low, high) where absent. */
  readonly values?: readonly number[];
  readonly low?: number;
  readonly high?: number;
  /** What the elements are made into before the primitive gets them. */
  readonly form?: SampleForm;
}

/** Square matrices in the last two axes: with a diagonal that outweighs the rest; or symmetric, too. */
export type SampleForm = "dominantDiagonal" | "positiveDefinite";

export interface Sample<P> {
  readonly name: string;
  readonly inputs: readonly SampleInput[];
  readonly params: P;
}

type ParamsOf<T> = T extends { readonly kind: "primitive"; readonly abstractEval: (inputs: readonly Aval[], params: infer P) => unknown } ? P : never;

/** At least one sample for every primitive that a family's module exports. */
export type FamilySamples<Module> = {
  readonly [Name in keyof Module as ParamsOf<Module[Name]> extends never ? never : Name]: readonly [Sample<ParamsOf<Module[Name]>>, ...Sample<ParamsOf<Module[Name]>>[]];
};

/** A sample with the primitive it belongs to. */
export interface BoundSample {
  readonly primitive: Primitive;
  readonly sample: Sample<Params>;
}

export const f32 = (shape: readonly number[], low = -2, high = 2): SampleInput => ({ shape, dtype: "float32", low, high });
export const i32 = (shape: readonly number[], low = -9, high = 9): SampleInput => ({ shape, dtype: "int32", low, high });
export const u32 = (shape: readonly number[], low = 0, high = 20): SampleInput => ({ shape, dtype: "uint32", low, high });
export const bool = (shape: readonly number[]): SampleInput => ({ shape, dtype: "bool", low: 0, high: 2 });
export const values = (shape: readonly number[], dtype: DType, elements: readonly number[]): SampleInput => ({ shape, dtype, values: elements });

/** Samples of one primitive without params, each a list of inputs. */
export function calls(...inputs: readonly [readonly SampleInput[], ...(readonly SampleInput[])[]]): readonly [Sample<Record<string, never>>, ...Sample<Record<string, never>>[]] {
  const [first, ...rest] = inputs.map((list): Sample<Record<string, never>> => ({ name: list.map((input) => `${input.dtype}[${input.shape.join()}]`).join(" "), inputs: list, params: {} }));
  if (first === undefined) throw new Error("a primitive needs a sample");
  return [first, ...rest];
}

/** A sample with params. */
export function call<P>(name: string, inputs: readonly SampleInput[], params: P): Sample<P> {
  return { name, inputs, params };
}
