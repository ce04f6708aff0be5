/** @file Small programs for tests of the lower half of the compiler: tracing them, running their steps, and what is right. */
import { at, InternalError } from "@lanewise/compiler/base/assert";
import { allocateHost, fromShortName, isFloat, type DType, type HostArray } from "@lanewise/compiler/base/dtype";
import { sizeOf } from "@lanewise/compiler/base/shape";
import type { CopyStep, Program, Step, StepProgram } from "@lanewise/compiler/artifact/types";
import { aval } from "@lanewise/compiler/ir/build";
import type { Atom, Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { compileText, kernelText, tableArray } from "@lanewise/runtime/js/driver";
import { real } from "./oracle/number.ts";
import { oracleOf } from "./oracle/primitives.ts";
import type { Tensor } from "./oracle/tensor.ts";

/** `"f32[2,3]"` as an aval. */
export function spec(text: string): ReturnType<typeof aval> {
  const match = /^([a-z0-9]+)\[([0-9,]*)\]$/.exec(text);
  const dtype = fromShortName(match?.[1] ?? "");
  if (match === null || dtype === null) throw new Error(`not a spec: ${text}`);
  return aval(match[2] === "" ? [] : (match[2] ?? "").split(",").map(Number), dtype);
}

/** The jaxpr of a function of arrays; an array that it gives twice is given twice. */
export function jaxprOf(specs: readonly string[], run: (...inputs: Value[]) => Value | readonly Value[]): Jaxpr {
  const closed = traceToJaxpr((inputs) => [run(...inputs)].flat() as Value[], specs.map(spec), { functionName: "program" });
  if (closed.consts.length > 0) throw new Error("a program of a test closes over arrays");
  return closed.jaxpr;
}

/** A number in (0, 1) from a seed, the same in each run. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Inputs for a jaxpr: floats between -2 and 2, small integers, bools. */
export function randomInputs(jaxpr: Jaxpr, seed: number): HostArray[] {
  const next = randomNumbers(seed);
  return jaxpr.inVars.map(({ aval: { shape, dtype } }) => {
    const host = allocateHost(dtype, sizeOf(shape));
    for (let index = 0; index < host.length; index++) host[index] = randomElement(dtype, next());
    return host;
  });
}

function randomElement(dtype: DType, uniform: number): number {
  if (dtype === "bool") return uniform < 0.5 ? 0 : 1;
  if (isFloat(dtype)) return uniform * 4 - 2;
  return dtype.startsWith("u") ? Math.floor(uniform * 20) : Math.floor(uniform * 20) - 10;
}

/** The results of a jaxpr, one equation at a time, in double precision. */
export function reference(jaxpr: Jaxpr, inputs: readonly HostArray[]): readonly (readonly number[])[] {
  const known = new Map<number, Tensor>();
  jaxpr.inVars.forEach(({ id, aval: { shape, dtype } }, input) => known.set(id, { shape, dtype, data: [...at(inputs, input)] }));
  const tensor = (atom: Atom): Tensor => {
    const { shape, dtype } = atom.aval;
    if (atom.kind === "literal") return { shape, dtype, data: [atom.value] };
    const found = known.get(atom.id);
    if (found === undefined) throw new Error("an unbound variable");
    return found;
  };
  for (const { primitive, inputs: operands, params, outVars } of jaxpr.eqns) {
    const results = oracleOf(primitive.name)(operands.map(tensor), params, outVars.map((variable) => variable.aval));
    outVars.forEach((variable, index) => known.set(variable.id, at(results, index)));
  }
  return jaxpr.outs.map((out) => tensor(out).data.map(real));
}

/** Runs the steps of a program that has not been planned, each kernel by the interpreter, each array in memory of its own. */
export function runSteps(program: StepProgram<Kernel>, inputs: readonly HostArray[], order: "forward" | "reverse" = "forward"): readonly HostArray[] {
  const memory = program.values.map(({ dtype, length, input }) => {
    if (input !== null) return at(inputs, input).slice();
    // What no step writes must not look right by accident.
    const host = allocateHost(dtype, length);
    host.fill(isFloat(dtype) ? NaN : 99);
    return host;
  });
  for (const { code } of program.kernels) verifyKernel(code);
  for (const step of program.steps) runStep(step, program, memory, order);
  return program.results.map((result) => at(memory, result));
}

function copyElements({ from, fromOffset, to, toOffset, count }: CopyStep, memory: readonly HostArray[]): void {
  at(memory, to).set(at(memory, from).subarray(fromOffset, fromOffset + count), toOffset);
}

function runStep(step: Step, program: StepProgram<Kernel>, memory: readonly HostArray[], order: "forward" | "reverse"): void {
  if (step.kind === "copy") return copyElements(step, memory);
  const { code } = at(program.kernels, step.kernel);
  const buffers = Object.fromEntries(code.buffers.map(({ name }, position) => [name, at(memory, at(step.buffers, position))]));
  const scalars = Object.fromEntries(code.scalars.map(({ name }, position) => {
    const value = at(step.scalars, position);
    if (value.kind !== "fixed") throw new InternalError("a test knows no scalar inputs");
    return [name, value.value];
  }));
  // Two chunks: whatever the kernel does outside its grid loop must bear being done twice.
  const middle = step.extent >> 1;
  const hasGrid = code.body.some((statement) => statement.kind === "for" && statement.loop === "grid");
  // Backwards, subgroups are of several sizes, and no neighbours are together.
  const subgroupOf = order === "reverse" ? (invocation: number) => (invocation * invocation) % 7 : (invocation: number) => invocation >> 2;
  const options = { buffers, scalars, order, subgroupOf };
  if (!hasGrid) interpret(code, options);
  else for (const [begin, end] of [[0, middle], [middle, step.extent]] as const) interpret(code, { ...options, begin, end });
}

/** Throws unless every element is near what it should be; floats within `tolerance`, others exactly. */
export function expectNear(
  jaxpr: Jaxpr, actual: readonly ArrayLike<number>[], expected: readonly (readonly number[])[], tolerance = 1e-4,
): void {
  jaxpr.outs.forEach(({ aval: { dtype } }, output) => {
    const [got, wanted] = [at(actual, output), at(expected, output)];
    if (got.length !== wanted.length) throw new Error(`output ${output} has ${got.length} elements, expected ${wanted.length}`);
    wanted.forEach((value, index) => {
      const found = at(got, index);
      const same = Object.is(found, value) || found === value || (isFloat(dtype) && isNear(found, value, dtype, tolerance));
      if (!same) throw new Error(`output ${output} at ${index}: ${found}, expected ${value}`);
    });
  });
}

function isNear(found: number, value: number, dtype: DType, tolerance: number): boolean {
  if (dtype === "float32" && found === Math.fround(value)) return true;
  return Math.abs(found - value) <= tolerance * Math.max(1, Math.abs(value));
}

type JsKernel = (...args: readonly (HostArray | number)[]) => void;

/** Runs a finished program for js: a plain executor, so that tests of the compiler need no runtime. */
export function runProgram(program: Program, inputs: readonly HostArray[]): readonly HostArray[] {
  const arena = new ArrayBuffer(program.arenaBytes);
  // What no step writes must not look right by accident.
  new Uint8Array(arena).fill(0xee);
  const memory = program.slots.map((slot) => {
    switch (slot.kind) {
      case "input": return at(inputs, slot.input);
      case "constant": return Object.assign(allocateHost(slot.dtype, slot.length), slot.values);
      case "output": return allocateHost(slot.dtype, slot.length).fill(77);
      case "temporary": return viewOf(slot.dtype, arena, slot.offset, slot.length);
    }
  });
  const tables = program.tables.map(tableArray);
  const kernels = program.kernels.map((kernel) => (
    (compileText(["tables"], `"use strict";\nreturn ${kernelText(kernel)};`) as (given: typeof tables) => JsKernel)(tables)
  ));
  for (const step of program.steps) {
    if (step.kind === "copy") copyElements(step, memory);
    else at(kernels, step.kernel)(...step.buffers.map((slot) => at(memory, slot)), 0, step.extent);
  }
  return program.outputSources.map((source) => (source.kind === "input" ? at(inputs, source.input) : at(memory, source.slot)));
}

function viewOf(dtype: DType, buffer: ArrayBuffer, offset: number, length: number): HostArray {
  const constructor = allocateHost(dtype, 0).constructor as new (buffer: ArrayBuffer, offset: number, length: number) => HostArray;
  return new constructor(buffer, offset, length);
}
