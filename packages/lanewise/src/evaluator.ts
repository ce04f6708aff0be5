/**
 * @file Eager evaluation: an operation on concrete arrays is compiled as a jaxpr of one equation, through the pipeline that
 * compiles jitted functions, and remembered by its primitive, params and types. Scalars are arguments and never part of
 * the program, so that a loop with changing numbers compiles once.
 */

import type { OutputSource } from "@lanewise/compiler/artifact/types";
import { at, InternalError } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { LanewiseError, raise } from "@lanewise/compiler/base/errors";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { currentUserFrame } from "@lanewise/compiler/base/source-location";
import { closeJaxpr, isScalarLiteral, makeEqn, makeJaxpr, newVar, strong } from "@lanewise/compiler/ir/build";
import type { Params, Primitive, ScalarLiteral, Value } from "@lanewise/compiler/ir/types";
import { inlineCalls } from "@lanewise/compiler/passes/inline";
import { extentPattern } from "@lanewise/compiler/pipeline";
import type { Evaluator } from "@lanewise/compiler/trace/stack";
import type { DeviceBuffer, Executor, RunsMove } from "@lanewise/runtime";
import { ConcreteArray } from "./array/concrete.ts";
import { decodeElement, filledHost } from "./array/elements.ts";
import { Storage } from "./array/storage.ts";
import { TracedArray } from "./array/traced.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { compileFor, compileForExtents } from "./compile.ts";
import { defaultExecutor, executorOf } from "./devices.ts";
import type { CompiledEquation } from "./eager-cache.ts";
import { foundNaN, mixedDevices } from "./errors.ts";
import { session } from "./session.ts";

export const evaluator: Evaluator = {
  evaluate(primitive, inputs, params) {
    const executor = executorFor(primitive.name, inputs);
    const moved = movedPieces(primitive, inputs, params, executor);
    if (moved !== null) return moved;
    const compiled = compiledEquation(primitive, inputs, params, executor);
    return runCompiled(compiled, inputs, executor, primitive.name);
  },
  createTracer: (trace, aval, payload, argument) => new TracedArray(trace, aval, payload, argument),
  scalarOf: (value) => (value instanceof ConcreteArray ? value.scalarNow() : null),
};

/** The device that all the arrays among the inputs are on; the default one where there are none. */
export function executorFor(operation: string, inputs: readonly Value[]): Executor {
  let device: string | null = null;
  for (const input of inputs) {
    if (!(input instanceof ConcreteArray)) continue;
    const other = input.storage.device.name;
    if (device !== null && other !== device) refuseMixed(operation, device, other);
    device = other;
  }
  return device === null ? defaultExecutor() : executorOf(device);
}

function refuseMixed(operation: string, device: string, other: string): never {
  return raise(mixedDevices, { operation, expected: "operands on one device", got: `operands on ${device} and ${other}`, fix: "move one with devicePut" });
}

function compiledEquation(primitive: Primitive, inputs: readonly Value[], params: Params, executor: Executor): CompiledEquation {
  const device = executor.device.name;
  const known = session.eager.find(primitive, inputs, params, device);
  if (known !== null) return known;
  const outAvals = primitive.abstractEval(inputs.map((input) => input.aval), params);
  const inVars = inputs.map((input) => newVar(strong(input.aval)));
  const outVars = outAvals.map(newVar);
  const jaxpr = makeJaxpr([], inVars, [makeEqn(primitive, inVars, params, outVars)], outVars);
  const name = nameOf(primitive, params);
  const capabilities = capabilitiesOf(executor.device);
  const pattern = capabilities.runtimeExtents ? extentPattern(inlineCalls(jaxpr), capabilities) : null;
  const executable = pattern === null ? compileFor(executor, closeJaxpr(jaxpr), name) : compileForExtents(executor, pattern, name);
  const compiled: CompiledEquation = { executable, outAvals, extents: pattern?.extents ?? [] };
  // Shapes that share a program cost little more than their entry.
  session.eager.add(primitive, inputs, params, device, compiled, pattern === null ? executable.bytes : bytesOfShape);
  return compiled;
}

/**
 * The results of an operation that only lays pieces side by side, or takes them apart: copies, so that no program is compiled for
 * each number of pieces. Null where that is not all.
 */
function movedPieces(primitive: Primitive, inputs: readonly Value[], params: Params, executor: Executor): ConcreteArray[] | null {
  const { lower } = primitive;
  if (lower.kind !== "indexMap" || lower.pieces === undefined || session.config.debugNans) return null;
  const inAvals = inputs.map((input) => input.aval);
  const outAvals = primitive.abstractEval(inAvals, params);
  const axis = lower.pieces(params);
  const joins = outAvals.length === 1;
  const whole = at(joins ? outAvals : inAvals, 0);
  if (whole.dtype === "float0") return null;
  const rows = extentOf(whole.shape, 0, axis);
  const stride = extentOf(whole.shape, axis, whole.shape.length);
  const moves: RunsMove[] = [];
  let begin = 0;
  for (const { shape } of joins ? inAvals : outAvals) {
    const run = extentOf(shape, axis, shape.length);
    const piece = moves.length;
    moves.push(joins
      ? { from: piece, to: 0, rows, run, fromBegin: 0, fromStride: run, toBegin: begin, toStride: stride }
      : { from: 0, to: piece, rows, run, fromBegin: begin, fromStride: stride, toBegin: 0, toStride: run });
    begin += run;
  }
  const { device } = executor;
  const buffers = inputs.map((input) => bufferOf(input, executor, primitive.name));
  const results = device.moveRuns(buffers, whole.dtype, outAvals.map(({ shape }) => sizeOf(shape)), moves);
  if (device.ownsMemory) freeScalars(inputs, buffers, results ?? [], executor);
  return results?.map((buffer, index) => new ConcreteArray(at(outAvals, index), new Storage(device, buffer))) ?? null;
}

/** Places along some axes together. */
function extentOf(shape: readonly number[], begin: number, end: number): number {
  let extent = 1;
  for (let axis = begin; axis < end; axis++) extent *= at(shape, axis);
  return extent;
}

/** Roughly what remembering one more shape of an operation takes. */
const bytesOfShape = 500;

/** A call goes by the name of the function that it calls. */
function nameOf(primitive: Primitive, params: Params): string {
  const { name } = params;
  return typeof name === "string" ? name : primitive.name;
}

/** Runs a compiled equation or function on concrete values. */
export function runCompiled({ executable, outAvals, extents }: CompiledEquation, inputs: readonly Value[], executor: Executor, operation: string): ConcreteArray[] {
  const buffers: DeviceBuffer[] = [];
  for (let index = 0; index < inputs.length; index++) buffers.push(bufferOf(at(inputs, index), executor, operation));
  const results = executable.run(buffers, extents);
  if (executor.device.ownsMemory) freeScalars(inputs, buffers, results, executor);
  const { outputSources } = executable.program;
  const outputs: ConcreteArray[] = [];
  for (let index = 0; index < results.length; index++) {
    const source = at(outputSources, index);
    const shared = source.kind === "input" ? inputs[source.input] : earlierOutput(outputs, outputSources, source.slot);
    // An output that is an input, or another output, shares its memory, and with it the count of who holds it.
    const storage = shared instanceof ConcreteArray ? shared.storage : new Storage(executor.device, at(results, index));
    outputs.push(new ConcreteArray(at(outAvals, index), storage));
  }
  if (session.config.debugNans) refuseNaN(outputs, operation);
  return outputs;
}

function earlierOutput(outputs: readonly ConcreteArray[], sources: readonly OutputSource[], slot: number): ConcreteArray | undefined {
  return outputs.find((_, index) => {
    const source = at(sources, index);
    return source.kind === "slot" && source.slot === slot;
  });
}

function bufferOf(value: Value, executor: Executor, operation: string): DeviceBuffer {
  if (value instanceof ConcreteArray) {
    const { device, buffer } = value.storage;
    return device === executor.device ? buffer : refuseOtherDevice(operation, device.name, executor.device.name);
  }
  if (isScalarLiteral(value)) return scalarBuffer(value, executor);
  throw new InternalError("a value that is neither concrete nor a scalar reached the device");
}

function refuseOtherDevice(operation: string, of: string, wanted: string): never {
  return raise(mixedDevices, { operation, expected: `operands on ${wanted}`, got: `an operand on ${of}`, fix: `move it with devicePut(x, "${wanted}")` });
}

function scalarBuffer({ aval, value }: ScalarLiteral, executor: Executor): DeviceBuffer {
  return executor.device.adopt(filledHost(aval.dtype, 1, value), aval.dtype);
}

/** Gives back what was made for scalars alone, but for those that are results. */
function freeScalars(inputs: readonly Value[], buffers: readonly DeviceBuffer[], results: readonly DeviceBuffer[], { device }: Executor): void {
  inputs.forEach((input, index) => {
    const buffer = at(buffers, index);
    if (isScalarLiteral(input) && !results.includes(buffer)) device.free(buffer);
  });
}

/** Where a device can only be waited for, a NaN is found later, and told to whoever reads what came of it. */
function refuseNaN(outputs: readonly ConcreteArray[], operation: string): void {
  const location = currentUserFrame();
  outputs.forEach((output, index) => {
    const { dtype, storage: { device, buffer } } = output;
    if (!isFloat(dtype)) return;
    device.inspect(buffer, dtype, (content) => (!content.some((word) => Number.isNaN(decodeElement(dtype, word))) ? null : new LanewiseError(foundNaN, {
      operation, expected: "numbers or infinities", got: `NaN in result ${index} (${output.toString()})`, fix: "check the operands of this operation, or set debugNans to false", location,
    })));
  });
}
