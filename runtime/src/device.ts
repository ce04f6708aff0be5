/**
 * @file What a device is to everything above it: it holds buffers, and it runs programs compiled for its target.
 *
 * Ordering. Calls on one device take effect in the order they are made. `run` may return before its work is done: buffers
 * that it returns may be passed on at once, and a read of one waits for what fills it. A buffer never changes once a call
 * has returned it, so whoever holds one may read it at any later time, until it is freed.
 */

import type { Program } from "@lanewise/compiler/artifact/types";
import type { DType, HostArray } from "@lanewise/compiler/base/dtype";

export type DeviceKind = "js" | "wasm" | "webgpu";

/** Memory of one array on a device. What it is belongs to the device; on js it is the typed array itself. */
export interface DeviceBuffer {
  readonly byteLength: number;
}

/** Whether a device can work on this machine and in this page, and where it cannot, why and what to do. */
export type DeviceProbe =
  | { readonly usable: true }
  | { readonly usable: false; readonly reason: string; readonly fix: string };

/**
 * Elements that go from one buffer to another in runs of neighbours: `rows` runs of `run` elements, each of which begins a stride
 * behind the one before it. All in elements.
 */
export interface RunsMove {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly run: number;
  readonly fromBegin: number;
  readonly fromStride: number;
  readonly toBegin: number;
  readonly toStride: number;
}

/** What a device holds, in bytes. */
export interface DeviceMemory {
  /** Bytes of arrays; null where the engine's garbage collector owns them, as on js. */
  readonly arrayBytes: number | null;
  /** Bytes kept for the temporaries of programs, whatever program runs. */
  readonly arenaBytes: number;
  /** Bytes of buffers that wait to be used again. */
  readonly pooledBytes: number;
  /** Bytes that arrays may have together; null where only the machine's memory limits them. */
  readonly budgetBytes: number | null;
}

/** The lines of the user's program that a kernel comes from. Asked only when something is wrong with it. */
export type KernelSources = (kernel: number) => readonly string[];

/** A program made ready on a device. */
export interface Executable {
  readonly program: Program;
  /** A rough size of what is kept for it, for the caches that hold it. */
  readonly bytes: number;
  /**
   * Runs the program: one buffer per input in, one buffer per output out. The caller sees to it that the buffers have the
   * dtypes and lengths of `program.inputs` and belong to this device. Inputs are not changed. An output that is an input
   * passed through is that very buffer. A program for any extents, which only a target with `runtimeExtents` gets, takes
   * those of this run as numbers, and its inputs have the lengths that follow from them.
   */
  run(inputs: readonly DeviceBuffer[], extents?: readonly number[]): readonly DeviceBuffer[];
  /** Resolves when nothing is left to compile for the first run; rejects with what the device finds wrong. */
  ready(): Promise<void>;
}

export interface Device {
  readonly kind: DeviceKind;
  readonly index: number;
  /** `js:0`. */
  readonly name: string;
  /** The name. */
  toString(): string;
  /** Whether it can work here. Asks the machine each time; never throws. */
  probe(): Promise<DeviceProbe>;
  /** Whether buffers must be freed, because no garbage collector sees how large they are. */
  readonly ownsMemory: boolean;
  /** A new buffer with a copy of `host`. */
  upload(host: HostArray, dtype: DType): DeviceBuffer;
  /** A buffer with the content of `host`, which the caller gives away: a device may keep the array itself. */
  adopt(host: HostArray, dtype: DType): DeviceBuffer;
  /** A new buffer with `count` elements of `buffer` from element `begin`. */
  copyRange(buffer: DeviceBuffer, dtype: DType, begin: number, count: number): DeviceBuffer;
  /**
   * New buffers of `lengths` elements, to each element of which one of the moves brings an element of `sources`; null where a
   * program would do it better.
   */
  moveRuns(sources: readonly DeviceBuffer[], dtype: DType, lengths: readonly number[], moves: readonly RunsMove[]): readonly DeviceBuffer[] | null;
  /** A copy of the content. */
  read(buffer: DeviceBuffer, dtype: DType): Promise<HostArray>;
  /** The same at once; null where the device can only be waited for. */
  readonly readSync: ((buffer: DeviceBuffer, dtype: DType) => HostArray) | null;
  /** One element at once, without a copy of the rest; null as for `readSync`. */
  readonly readElementSync: ((buffer: DeviceBuffer, dtype: DType, index: number) => number) | null;
  /**
   * Has `check` look at the content: at once, and what it finds wrong is thrown; or when the content is there, on a device that
   * can only be waited for, and then the finding rejects every read of the buffer and of what is made from it.
   */
  inspect(buffer: DeviceBuffer, dtype: DType, check: (content: HostArray) => Error | null): void;
  /** Gives the memory back. The buffer must not be used afterwards, and no array may share it. */
  free(buffer: DeviceBuffer): void;
  /** Lets go of memory that waits to be used again. */
  trim(): void;
  /** Makes a program ready. Throws a LanewiseError where this environment forbids it. */
  prepare(program: Program, sources?: KernelSources): Executable;
  /**
   * Resolves when everything that was asked of the device before is done; rejects where the device is lost, and where the
   * commands that were to fill `buffer` have failed.
   */
  settled(buffer?: DeviceBuffer): Promise<void>;
  memory(): DeviceMemory;
}
