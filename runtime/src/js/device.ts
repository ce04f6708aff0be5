/**
 * @file The js device: kernels are functions over typed arrays, and a buffer is the typed array of its dtype. The engine's
 * garbage collector owns the arrays; what is given back before it comes serves later results. Everything is synchronous.
 */

import type { Program } from "@lanewise/compiler/artifact/types";
import { at, InternalError } from "@lanewise/compiler/base/assert";
import type { DType, HostArray } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import type { Device, DeviceBuffer, DeviceMemory, DeviceProbe, Executable, RunsMove } from "../device.ts";
import { codeForbidden } from "../errors.ts";
import { Arena } from "./arena.ts";
import { compileText, makeDriver, viewTemporaries, wordsOf, type Driver } from "./driver.ts";
import { ArrayPool, type HostArrayClass } from "./pool.ts";
import { copyRuns } from "./runs.ts";

const allowCode = "allow 'unsafe-eval' in the page's Content-Security-Policy (script-src), or use another device";

export class JsDevice implements Device {
  readonly kind = "js";
  readonly index = 0;
  readonly name = "js:0";
  readonly ownsMemory = false;
  readonly #arena = new Arena();
  readonly #pool = new ArrayPool();

  toString(): string {
    return this.name;
  }

  async probe(): Promise<DeviceProbe> {
    try {
      compileText([], "return 0;");
      return { usable: true };
    } catch (error) {
      return { usable: false, reason: String(error), fix: allowCode };
    }
  }

  upload(host: HostArray): HostArray {
    return host.slice();
  }

  adopt(host: HostArray): HostArray {
    return host;
  }

  copyRange(buffer: DeviceBuffer, dtype: DType, begin: number, count: number): HostArray {
    const words = wordsOf(dtype);
    const host = hostOf(buffer);
    const copy = this.#pool.take(host.constructor as HostArrayClass, count * words);
    copy.set(host.length === copy.length ? host : host.subarray(begin * words, (begin + count) * words));
    return copy;
  }

  moveRuns(sources: readonly DeviceBuffer[], dtype: DType, lengths: readonly number[], moves: readonly RunsMove[]): readonly HostArray[] {
    const words = wordsOf(dtype);
    const arrayClass = hostOf(at(sources, 0)).constructor as HostArrayClass;
    const results = lengths.map((length) => this.#pool.take(arrayClass, length * words));
    for (const move of moves) copyRuns(hostOf(at(sources, move.from)), at(results, move.to), move, words);
    return results;
  }

  async read(buffer: DeviceBuffer): Promise<HostArray> {
    return hostOf(buffer).slice();
  }

  readSync(buffer: DeviceBuffer): HostArray {
    return hostOf(buffer).slice();
  }

  readElementSync(buffer: DeviceBuffer, _dtype: DType, index: number): number {
    return at(hostOf(buffer), index);
  }

  inspect(buffer: DeviceBuffer, _dtype: DType, check: (content: HostArray) => Error | null): void {
    const finding = check(hostOf(buffer));
    if (finding !== null) throw finding;
  }

  free(buffer: DeviceBuffer): void {
    this.#pool.give(hostOf(buffer));
  }

  trim(): void {
    this.#pool.clear();
  }

  prepare(program: Program): Executable {
    if (program.target !== "js") throw new InternalError(`a program for ${program.target} on the device js`);
    let driver: Driver;
    try {
      driver = makeDriver(program, this.#pool);
    } catch (error) {
      if (!(error instanceof EvalError)) throw error;
      return raise(codeForbidden, {
        operation: program.name, expected: "an environment where `new Function` works", got: error.message, fix: allowCode,
      });
    }
    return new JsExecutable(program, driver, this.#arena);
  }

  async settled(): Promise<void> {
    // Nothing is ever pending.
  }

  memory(): DeviceMemory {
    return { arrayBytes: null, arenaBytes: this.#arena.bytes, pooledBytes: this.#pool.bytes, budgetBytes: null };
  }
}

const noExtents: readonly number[] = [];

class JsExecutable implements Executable {
  readonly program: Program;
  readonly bytes: number;
  readonly #driver: Driver;
  readonly #arena: Arena;
  #temporaries: HostArray[] = [];
  /** The arena's buffer when `#temporaries` were made; it is another one after the arena has grown. */
  #viewed: ArrayBuffer | null = null;

  constructor(program: Program, driver: Driver, arena: Arena) {
    this.program = program;
    this.#driver = driver;
    this.#arena = arena;
    const textBytes = program.kernels.reduce((total, kernel) => total + kernel.text.length, 0);
    const constantBytes = program.slots.reduce((total, slot) => total + (slot.kind === "constant" ? slot.length * 8 : 0), 0);
    // A compiled function takes some ten bytes per character of its text.
    this.bytes = 1000 + 10 * textBytes + constantBytes;
  }

  async ready(): Promise<void> {
    // The driver was made with the executable.
  }

  run(inputs: readonly DeviceBuffer[], extents: readonly number[] = noExtents): readonly HostArray[] {
    // Only this device's buffers get here, and each is a typed array.
    const hosts = inputs as readonly HostArray[];
    if (this.program.arenaBytes === 0) return this.#driver(hosts, this.#temporaries, extents);
    return this.#arena.use(this.program.arenaBytes, (buffer) => {
      if (this.#viewed !== buffer) {
        this.#temporaries = viewTemporaries(this.program, buffer);
        this.#viewed = buffer;
      }
      return this.#driver(hosts, this.#temporaries, extents);
    });
  }
}

function hostOf(buffer: DeviceBuffer): HostArray {
  if (!ArrayBuffer.isView(buffer)) throw new InternalError("a buffer of another device on js");
  return buffer as DeviceBuffer as HostArray;
}
