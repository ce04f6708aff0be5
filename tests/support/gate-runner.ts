/**
 * @file Runs gate kernels on a target and compares them with their plain references. A target is one function that runs a
 * program on host arrays; `stepByStep` makes it from a function that runs one dispatch.
 */
import { at, required } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { it } from "vitest";
import { gateKernels, gateSizes } from "./gate-kernels.ts";
import type { GateKernel, GateProgram, GateStep } from "./gate-kernels.ts";

/** The arrays of a program by name. */
export type GateArrays = Readonly<Record<string, HostArray>>;

/** Runs a program on its arrays, in place. */
export type RunGateProgram = (program: GateProgram, arrays: GateArrays) => void | Promise<void>;

/** Runs one dispatch on the arrays that the kernel binds, in their order, in place. */
export type RunGateStep = (step: GateStep, bound: readonly HostArray[]) => void | Promise<void>;

/** A program runner from one that runs a single dispatch. */
export function stepByStep(runStep: RunGateStep): RunGateProgram {
  return async (program, arrays) => {
    for (const step of program.steps) {
      await runStep(step, step.buffers.map((name) => required(arrays[name], `array ${name}`)));
    }
  };
}

/** Runs a dispatch on the reference interpreter, its iterations in either order. */
export function interpretStep(order: "forward" | "reverse"): RunGateStep {
  return ({ kernel, scalars }, bound) => {
    interpret(kernel, {
      buffers: Object.fromEntries(kernel.buffers.map(({ name }, position) => [name, at(bound, position)])),
      scalars: Object.fromEntries(kernel.scalars.map(({ name }, position) => [name, at(scalars, position)])),
      order,
    });
  };
}

/** The value of what no kernel has written yet: not what any kernel writes, so that a missing store shows. */
const unwritten = 99;

/** The arrays of a program before its first step. */
export function gateArrays(gate: GateKernel, program: GateProgram, size: number): GateArrays {
  const inputs = gate.inputs(size);
  return Object.fromEntries(program.buffers.map(({ name, dtype, length, role }) => {
    const array = allocateHost(dtype, length);
    if (role === "input") array.set(required(inputs[name], `input ${name}`));
    else array.fill(unwritten);
    return [name, array];
  }));
}

/**
 * Runs a gate kernel at a size and compares every output with the reference.
 * @throws Error with the first difference and how many there are
 */
export async function checkGate(gate: GateKernel, size: number, run: RunGateProgram): Promise<void> {
  const program = gate.build(size);
  const arrays = gateArrays(gate, program, size);
  await run(program, arrays);
  const inputs = gate.inputs(size);
  const expected = gate.reference(inputs, size);
  for (const { name, role } of program.buffers) {
    if (role === "temporary") continue;
    const wanted = required(role === "input" ? inputs[name] : expected[name], `array ${name}`);
    const tolerance = role === "input" ? exactly : gate.tolerance;
    const difference = differenceOf(required(arrays[name], `array ${name}`), wanted, tolerance);
    if (difference !== null) throw new Error(`${gate.name} of size ${size}, ${role} ${name}: ${difference}`);
  }
}

interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

const exactly: Tolerance = { absolute: 0, relative: 0 };

/** What differs by more than the tolerance, in words, or null. NaN equals NaN. */
export function differenceOf(actual: HostArray, expected: HostArray, tolerance: Tolerance): string | null {
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`;
  const wrong = [...actual.keys()].filter((i) => {
    const wanted = at(expected, i);
    const difference = Math.abs(at(actual, i) - wanted);
    const isSame = Object.is(at(actual, i), wanted) || difference === 0;
    return !isSame && !(difference <= tolerance.absolute + tolerance.relative * Math.abs(wanted));
  });
  if (wrong.length === 0) return null;
  const first = at(wrong, 0);
  return `element ${first} is ${at(actual, first)} instead of ${at(expected, first)} (${wrong.length} of ${actual.length} differ)`;
}

/** Registers a test for every gate kernel at every size. */
export function itPassesEveryGate(run: RunGateProgram, sizes: readonly number[] = gateSizes): void {
  for (const gate of gateKernels) {
    it.each(sizes)(`${gate.name} of size %i`, async (size) => {
      await checkGate(gate, size, run);
    });
  }
}
