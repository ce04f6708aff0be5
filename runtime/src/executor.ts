/**
 * @file Runs Programs on one device: keeps what the device has prepared for them, the most recently used up to a budget,
 * and checks what goes in where asked to.
 */

import type { Program } from "@lanewise/compiler/artifact/types";
import { InternalError } from "@lanewise/compiler/base/assert";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { LeastRecentlyUsed } from "@lanewise/compiler/base/least-recently-used";
import { sizeOf } from "@lanewise/compiler/base/shape";
import type { Device, DeviceBuffer, Executable, KernelSources } from "./device.ts";

const defaultBudget = 64 << 20;

export class Executor {
  readonly device: Device;
  readonly #prepared = new Map<Program, Executable>();
  readonly #order: LeastRecentlyUsed<Program>;

  constructor(device: Device, budget = defaultBudget) {
    this.device = device;
    this.#order = new LeastRecentlyUsed(budget, (program) => this.#prepared.delete(program));
  }

  /** The program made ready; prepared when it is new here or was dropped. Keep the result to call it again at once. */
  load(program: Program, sources?: KernelSources): Executable {
    const known = this.#prepared.get(program);
    if (known !== undefined) {
      this.#order.use(program);
      return known;
    }
    const executable = this.device.prepare(program, sources);
    this.#prepared.set(program, executable);
    this.#order.add(program, executable.bytes);
    return executable;
  }

  /** Loads and runs a program, after a check of the inputs. */
  run(program: Program, inputs: readonly DeviceBuffer[]): readonly DeviceBuffer[] {
    checkInputs(program, inputs);
    return this.load(program).run(inputs);
  }

  get programs(): number {
    return this.#order.size;
  }

  get bytes(): number {
    return this.#order.bytes;
  }

  /** Lets go of prepared programs, and of memory that waits to be used again. */
  clear(): void {
    this.#prepared.clear();
    this.#order.clear();
    this.device.trim();
  }
}

/** Throws an InternalError where the buffers do not have the number and sizes that the program states. */
export function checkInputs(program: Program, inputs: readonly DeviceBuffer[]): void {
  if (inputs.length !== program.inputs.length) {
    throw new InternalError(`${program.name} takes ${program.inputs.length} inputs, got ${inputs.length}`);
  }
  program.inputs.forEach((spec, index) => {
    const expected = sizeOf(spec.shape) * allocateHost(spec.dtype, 1).byteLength;
    const actual = inputs[index]?.byteLength;
    if (actual !== expected) throw new InternalError(`input ${index} of ${program.name} has ${String(actual)} bytes, expected ${expected}`);
  });
}
