/**
 * @file Random programs over every primitive: each step is a sample whose operands are results of earlier steps, fitted to
 * the shape and range that the sample wants, or fresh inputs. A program is data, so that a failing one can be cut down.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { aval as makeAval, scalarLiteral } from "@lanewise/compiler/ir/build";
import { printJaxpr } from "@lanewise/compiler/ir/print";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, mul } from "@lanewise/compiler/primitives/arith";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { pad, slice } from "@lanewise/compiler/primitives/structural";
import { sin } from "@lanewise/compiler/primitives/unary";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { bind } from "@lanewise/compiler/trace/stack";
import * as n from "./oracle/number.ts";
import { oracleOf } from "./oracle/primitives.ts";
import type { Tensor } from "./oracle/tensor.ts";
import { allSamples } from "./samples/all.ts";
import type { BoundSample, SampleInput } from "./samples/types.ts";
import { elementsOf, generator } from "./samples/values.ts";

/** Where an operand comes from: a result of an earlier step (counted over all results), or an input of the program. */
type Source = { readonly kind: "result"; readonly result: number } | { readonly kind: "input"; readonly input: number };

interface Step {
  readonly bound: BoundSample;
  readonly sources: readonly Source[];
  /** The number of its first result. */
  readonly firstResult: number;
}

export interface RandomProgram {
  readonly inputs: readonly Tensor[];
  readonly steps: readonly Step[];
  /** Numbers of the results that the program gives. */
  readonly outputs: readonly number[];
}

/** Operations that jump: a rounding error before them may change their result, so their operands are inputs, exact. */
const jumps = new Set([
  "eq", "ne", "lt", "le", "gt", "ge", "floor", "ceil", "round", "sign", "rem", "nextafter", "is_finite", "argmax", "argmin", "sort", "top_k",
  "convert_element_type", "bitcast_convert_type", "reduce_precision", "clamp", "select_and_scatter_add", "select_and_gather_add", "cholesky", "triangular_solve",
  "reduce_window_max", "reduce_window_min", "cummax", "cummin", "max", "min", "reduce_max", "reduce_min", "abs", "reduce_prod", "cumprod",
]);

/** Operations that want an operand with a property that random numbers lack: they take the numbers of their samples. */
const particular = new Set(["cholesky"]);

const usable = allSamples().filter(({ primitive, sample }) => sample.inputs.every((input) =>
  sizeOf(input.shape) > 0 && ["float32", "int32", "uint32", "bool"].includes(input.dtype) &&
  (!isFloat(input.dtype) || (particular.has(primitive.name) ? input.values?.every(Number.isFinite) === true : input.values === undefined))));
const byPrimitive = groupSamples();
const names = [...byPrimitive.keys()];

function groupSamples(): Map<string, BoundSample[]> {
  const groups = new Map<string, BoundSample[]>();
  for (const bound of usable) groups.set(bound.primitive.name, [...(groups.get(bound.primitive.name) ?? []), bound]);
  return groups;
}

/** Whether floats go into an operation that has no derivative rule, as in JAX. */
function hasNoDerivative({ primitive, sample }: BoundSample): boolean {
  return typeof primitive.jvp !== "function" && sample.inputs.some((input) => isFloat(input.dtype));
}

/** Whether a program may be moved about by tangents and batches. */
export function isSmooth(program: RandomProgram): boolean {
  return !program.steps.some(({ bound }) => particular.has(bound.primitive.name) || hasNoDerivative(bound));
}

/** Names of the primitives that random programs are made of. */
export const programPrimitives: readonly string[] = names;

/** A program that depends on the seed alone, of `length` steps, of these primitives. Every name comes up in turn. */
export function randomSampleProgram(seed: number, length: number, from: readonly string[] = names): RandomProgram {
  const random = generator(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const inputs: Tensor[] = [];
  const steps: Step[] = [];
  const results: { readonly dtype: string; readonly isSmall: boolean }[] = [];
  for (let step = 0; step < length; step++) {
    const name = at(from, step === 0 ? seed % from.length : below(from.length));
    const choices = byPrimitive.get(name) ?? [];
    const bound = at(choices, below(choices.length));
    const outAvals = bound.primitive.abstractEval(bound.sample.inputs.map(({ shape, dtype }) => makeAval(shape, dtype)), bound.sample.params);
    const sources = bound.sample.inputs.map((wanted): Source => {
      const candidates = results.flatMap((result, number) => (isFloat(wanted.dtype) && result.dtype === wanted.dtype && result.isSmall ? [number] : []));
      if (jumps.has(name) || candidates.length === 0 || below(4) === 0) {
        inputs.push({ shape: wanted.shape, dtype: wanted.dtype, data: Array.from(elementsOf(wanted, random)) });
        return { kind: "input", input: inputs.length - 1 };
      }
      return { kind: "result", result: at(candidates, below(candidates.length)) };
    });
    steps.push({ bound, sources, firstResult: results.length });
    for (const { shape, dtype } of outAvals) results.push({ dtype, isSmall: sizeOf(shape) > 0 && sizeOf(shape) <= 64 });
  }
  const outputs = results.flatMap((_, number) => (number === results.length - 1 || below(4) === 0 ? [number] : []));
  return { inputs, steps, outputs };
}

/** An earlier result as the operand that a sample wants: cut or filled to its shape, smoothly brought into its range. */
function fit(value: Value, wanted: SampleInput): Value {
  const count = sizeOf(wanted.shape);
  const flat = reshape(value, [sizeOf(value.aval.shape)]);
  const have = at(flat.aval.shape, 0);
  const sized = have === count ? flat : have > count ? slice(flat, [0], [count]) : pad(flat, scalarLiteral(0.25, wanted.dtype), [[0, count - have, 0]]);
  const { low = 0, high = 1 } = wanted;
  const scaled = mul(sin(sized), scalarLiteral((high - low) * 0.45, wanted.dtype));
  return reshape(add(scaled, scalarLiteral((high + low) / 2, wanted.dtype)), wanted.shape);
}

function fitTensor(tensor: Tensor, wanted: SampleInput): Tensor {
  const count = sizeOf(wanted.shape);
  const { low = 0, high = 1 } = wanted;
  const sized = Array.from({ length: count }, (_, index) => tensor.data[index] ?? 0.25);
  return { shape: wanted.shape, dtype: wanted.dtype, data: sized.map((x) => n.add(n.mul(n.sin(x), (high - low) * 0.45), (high + low) / 2)) };
}

/** The program on values, under whatever trace is at work. */
export function runProgram(program: RandomProgram, inputs: readonly Value[]): readonly Value[] {
  const results: Value[] = [];
  for (const { bound, sources } of program.steps) {
    const operands = sources.map((source, index) => (source.kind === "input" ? at(inputs, source.input) : fit(at(results, source.result), at(bound.sample.inputs, index))));
    results.push(...bind(bound.primitive, operands, bound.sample.params));
  }
  return program.outputs.map((output) => at(results, output));
}

/** The program as plain loops. */
export function interpretProgram(program: RandomProgram, inputs: readonly Tensor[]): readonly Tensor[] {
  const results: Tensor[] = [];
  for (const { bound, sources } of program.steps) {
    const operands = sources.map((source, index) => (source.kind === "input" ? at(inputs, source.input) : fitTensor(at(results, source.result), at(bound.sample.inputs, index))));
    const avals = bound.primitive.abstractEval(operands.map(({ shape, dtype }) => makeAval(shape, dtype)), bound.sample.params);
    results.push(...oracleOf(bound.primitive.name)(operands, bound.sample.params, avals));
  }
  return program.outputs.map((output) => at(results, output));
}

/** The shortest program found that still fails: steps are cut from the end, then dropped where nothing reads them. */
export async function shrinkProgram(program: RandomProgram, fails: (candidate: RandomProgram) => Promise<boolean>): Promise<RandomProgram> {
  let smallest = program;
  for (let length = 1; length < program.steps.length; length++) {
    const steps = program.steps.slice(0, length);
    const last = at(steps, -1);
    const count = (program.steps[length]?.firstResult ?? 0) - last.firstResult;
    const candidate = { ...program, steps, outputs: Array.from({ length: count }, (_, index) => last.firstResult + index) };
    if (await fails(candidate)) {
      smallest = candidate;
      break;
    }
  }
  for (let index = smallest.steps.length - 2; index >= 0; index--) {
    const candidate = withoutStep(smallest, index);
    if (candidate !== null && await fails(candidate)) smallest = candidate;
  }
  return smallest;
}

/** The program without one step, or null where something reads it. */
function withoutStep(program: RandomProgram, index: number): RandomProgram | null {
  const removed = at(program.steps, index);
  const next = at(program.steps, index + 1).firstResult;
  const isRemoved = (result: number): boolean => result >= removed.firstResult && result < next;
  const isRead = program.outputs.some(isRemoved) || program.steps.some(({ sources }) => sources.some((source) => source.kind === "result" && isRemoved(source.result)));
  if (isRead) return null;
  const moved = (result: number): number => (result >= next ? result - (next - removed.firstResult) : result);
  return {
    ...program,
    steps: program.steps.filter((step) => step !== removed).map((step) => ({
      ...step, firstResult: moved(step.firstResult),
      sources: step.sources.map((source) => (source.kind === "result" ? { kind: "result", result: moved(source.result) } : source)),
    })),
    outputs: program.outputs.map(moved),
  };
}

/** The program as a jaxpr that `parseJaxpr` reads, with its inputs. */
export function printProgram(program: RandomProgram): string {
  const { jaxpr } = traceToJaxpr((args) => runProgram(program, args), program.inputs.map(({ shape, dtype }) => makeAval(shape, dtype)), { functionName: "program" });
  return `${printJaxpr(jaxpr)}\n${program.inputs.map(({ dtype, shape, data }) => `${dtype}[${shape.join()}] ${data.map(String).join(" ")}`).join("\n")}`;
}
