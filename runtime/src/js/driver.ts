/**
 * @file Makes the one function that runs a program on js. Its text holds the kernels and a straight line of calls, so that
 * a cached call looks up nothing: V8 sees constants, and inputs, outputs and temporaries as locals.
 */

import type { CopyStep, KernelCode, KernelStep, Program, ScalarArgument, Slot, Step, TableSpec } from "@lanewise/compiler/artifact/types";
import { assertNever, at, InternalError } from "@lanewise/compiler/base/assert";
import { allocateHost, byteSize, type DType, type HostArray } from "@lanewise/compiler/base/dtype";
import { mostInObject, type ArrayPool } from "./pool.ts";

/** Inputs, the views of the temporaries and the extents of a program for any extents in; outputs out. */
export type Driver = (inputs: readonly HostArray[], temporaries: readonly HostArray[], extents: readonly number[]) => HostArray[];

/** The constructors of typed arrays as the driver's text names them. */
const arrayNames: Readonly<Record<DType, string>> = {
  bool: "Uint8Array", int8: "Int8Array", int16: "Int16Array", int32: "Int32Array",
  uint8: "Uint8Array", uint16: "Uint16Array", uint32: "Uint32Array",
  bfloat16: "Uint16Array", float16: "Uint16Array", float32: "Float32Array", float64: "Float64Array",
  complex64: "Float32Array", float0: "Uint8Array", "key<fry>": "Uint32Array",
};

/** Turns text into a function; throws an EvalError where the page's policy forbids it. */
export function compileText(parameters: readonly string[], body: string): unknown {
  // The texts come from the compiler's own printer; nothing of a user's text reaches them.
  return new Function(...parameters, body) as unknown;
}

type MakeDriver = (constants: readonly HostArray[], tables: readonly HostArray[], pool: ArrayPool) => Driver;

/** The function that runs a program, with the memory of its outputs from a pool. */
export function makeDriver(program: Program, pool: ArrayPool): Driver {
  const make = compileText(["constants", "tables", "pool"], driverText(program)) as MakeDriver;
  return make(program.slots.filter((slot) => slot.kind === "constant").map(constantArray), program.tables.map(tableArray), pool);
}

/** Tables of the compiler's own, which many programs share, by the list of their values. */
const tableArrays = new WeakMap<readonly number[], HostArray>();

export function tableArray({ dtype, values }: TableSpec): HostArray {
  const known = tableArrays.get(values);
  if (known !== undefined) return known;
  const array = allocateHost(dtype, values.length);
  array.set(values);
  tableArrays.set(values, array);
  return array;
}

/** Views of the temporaries of `program`, in the order of its slots. */
export function viewTemporaries(program: Program, arena: ArrayBuffer): HostArray[] {
  return program.slots.flatMap((slot) => (slot.kind === "temporary" ? [viewOf(slot.dtype, arena, slot.offset, slot.length)] : []));
}

function constantArray(slot: Slot & { kind: "constant" }): HostArray {
  const array = allocateHost(slot.dtype, slot.length);
  array.set(slot.values);
  return array;
}

function viewOf(dtype: DType, buffer: ArrayBuffer, offset: number, length: number): HostArray {
  const constructor = allocateHost(dtype, 0).constructor as new (buffer: ArrayBuffer, offset: number, length: number) => HostArray;
  return new constructor(buffer, offset, length * wordsOf(dtype));
}

/**
 * The driver's text: the body of a function of `constants`, `tables` and `pool` that returns the driver. A kernel's text is an
 * expression whose value is `function (buffers..., scalars..., begin, end)`, or a function of tables that returns one.
 */
function driverText(program: Program): string {
  const lines = ['"use strict";'];
  program.kernels.forEach((kernel, index) => lines.push(`const kernel${index} = ${kernelText(kernel)};`));
  const counts = { constant: 0, temporary: 0 };
  const declarations: string[] = [];
  program.slots.forEach((slot, index) => {
    const name = `place${index}`;
    switch (slot.kind) {
      case "input": declarations.push(`const ${name} = inputs[${slot.input}];`); break;
      case "output": declarations.push(`const ${name} = ${outputText(slot)};`); break;
      case "constant": lines.push(`const ${name} = constants[${counts.constant++}];`); break;
      case "temporary": declarations.push(`const ${name} = temporaries[${counts.temporary++}];`); break;
      default: assertNever(slot, "slot");
    }
  });
  const outputs = program.outputSources.map((source) => (source.kind === "slot" ? `place${source.slot}` : `inputs[${source.input}]`));
  return [
    ...lines,
    "return function run(inputs, temporaries, extents) {",
    ...declarations.map((line) => `  ${line}`),
    ...program.steps.map((step) => `  ${stepText(step, program)}`),
    `  return [${outputs.join(", ")}];`,
    "};",
  ].join("\n");
}

/** The text of a kernel's function, in a scope that has `tables`. */
export function kernelText({ text, tables }: KernelCode): string {
  return tables === undefined ? text : `(${text})(${tables.map((table) => `tables[${table}]`).join(", ")})`;
}

function outputText(slot: Slot & { readonly kind: "output" }): string {
  const { dtype, length, extents } = slot;
  const isSmall = extents === undefined && length * byteSize(dtype) <= mostInObject;
  return isSmall ? `new ${arrayNames[dtype]}(${lengthText(slot)})` : `pool.take(${arrayNames[dtype]}, ${lengthText(slot)})`;
}

function lengthText({ dtype, length, extents }: Slot & { readonly kind: "output" }): string {
  if (extents === undefined) return String(length * wordsOf(dtype));
  return [...extents.map((extent) => `extents[${extent}]`), ...(wordsOf(dtype) === 1 ? [] : [String(wordsOf(dtype))])].join(" * ");
}

function stepText(step: Step, program: Program): string {
  switch (step.kind) {
    case "kernel": return kernelCall(step);
    case "copy": return copyText(step, program);
    default: return assertNever(step, "step");
  }
}

function kernelCall(step: KernelStep): string {
  const buffers = step.buffers.map((slot) => `place${slot}`);
  return `kernel${step.kernel}(${[...buffers, ...step.scalars.map(scalarText), "0", String(step.extent)].join(", ")});`;
}

function scalarText(scalar: ScalarArgument): string {
  switch (scalar.kind) {
    case "fixed": return Object.is(scalar.value, -0) ? "-0" : String(scalar.value);
    case "input": return `inputs[${scalar.input}][0]`;
    case "extent": return `extents[${scalar.extent}]`;
    default: return assertNever(scalar, "scalar argument");
  }
}

function copyText(step: CopyStep, program: Program): string {
  const from = at(program.slots, step.from);
  const to = at(program.slots, step.to);
  if (from.dtype !== to.dtype) throw new InternalError(`a copy step from ${from.dtype} to ${to.dtype}`);
  const words = wordsOf(from.dtype);
  const source = step.count === from.length ? `place${step.from}`
    : `place${step.from}.subarray(${step.fromOffset * words}, ${(step.fromOffset + step.count) * words})`;
  return `place${step.to}.set(${source}, ${step.toOffset * words});`;
}

/** Elements of a host array that make one of the dtype. */
export function wordsOf(dtype: DType): number {
  return dtype === "complex64" || dtype === "key<fry>" ? 2 : 1;
}
