/** @file The kernels of a routine as a gate program, so that every target's runner can run them. */

import { InternalError, required } from "@lanewise/compiler/base/assert";
import { allocateHost, isFloat, type HostArray } from "@lanewise/compiler/base/dtype";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { aval } from "@lanewise/compiler/ir/build";
import type { Aval, Params, Primitive, RoutineNeeds } from "@lanewise/compiler/ir/types";
import type { GateProgram } from "./gate-kernels.ts";
import type { GateArrays } from "./gate-runner.ts";
import { elementsOf, generator } from "./samples/values.ts";
import type { BoundSample } from "./samples/types.ts";

export interface RoutineProgram {
  readonly program: GateProgram;
  /** The names of the results in order. */
  readonly outputs: readonly string[];
  /** Fresh arrays: the inputs, and memory with numbers that no kernel leaves. */
  readonly arrays: () => GateArrays;
}

/** The variant with these needs of a primitive that is a routine, for these inputs. */
export function routineProgram(
  primitive: Primitive, inAvals: readonly Aval[], params: Params, inputs: readonly HostArray[], needs: RoutineNeeds = "serial",
): RoutineProgram {
  const { lower } = primitive;
  if (lower.kind !== "routine") throw new InternalError(`${primitive.name} is no routine`);
  const outAvals = primitive.abstractEval(inAvals, params);
  const variant = required(lower.variants.find((each) => each.needs === needs), `variant of ${primitive.name} that needs ${needs}`);
  const plan = variant.build({ params, inAvals, outAvals });
  const named = (from: "input" | "output" | "scratch", index: number): string => `${from}${index}`;
  const unwritten = (dtype: Aval["dtype"], length: number): HostArray => allocateHost(dtype, length).fill(isFloat(dtype) ? 99 : dtype === "bool" ? 1 : 77);
  const buffersOf = (role: "input" | "output" | "temporary", from: "input" | "output" | "scratch", list: readonly { readonly dtype: Aval["dtype"]; readonly length: number }[]): GateProgram["buffers"] =>
    list.map(({ dtype, length }, index) => ({ name: named(from, index), dtype: dtype as "float32", length, role }));
  const flat = (avals: readonly Aval[]): { dtype: Aval["dtype"]; length: number }[] => avals.map(({ shape, dtype }) => ({ dtype, length: sizeOf(shape) }));
  return {
    program: {
      buffers: [...buffersOf("input", "input", flat(inAvals)), ...buffersOf("output", "output", flat(outAvals)), ...buffersOf("temporary", "scratch", plan.scratch)],
      steps: plan.steps.map(({ kernel, buffers, scalars = [], extent }) => ({ kernel, buffers: buffers.map(({ from, index }) => named(from, index)), scalars, grid: [extent] })),
    },
    outputs: outAvals.map((_, index) => named("output", index)),
    arrays: () => Object.fromEntries([
      ...inputs.map((input, index) => [named("input", index), input.slice()] as const),
      ...outAvals.map(({ shape, dtype }, index) => [named("output", index), unwritten(dtype, sizeOf(shape))] as const),
      ...plan.scratch.map(({ dtype, length }, index) => [named("scratch", index), unwritten(dtype, length)] as const),
    ]),
  };
}

/** The routine of a sample, with its elements. */
export function routineOfSample({ primitive, sample }: BoundSample, needs: RoutineNeeds = "serial"): RoutineProgram {
  const random = generator(11);
  return routineProgram(primitive, sample.inputs.map(({ shape, dtype }) => aval(shape, dtype)), sample.params, sample.inputs.map((input) => elementsOf(input, random)), needs);
}
