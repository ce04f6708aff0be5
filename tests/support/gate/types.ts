/**
 * @file What a gate kernel is: one program in kernel IR that a person would want on a GPU and that is decent on a CPU, with
 * the data to run it and a plain reference. Every target must run every one of them, so the runners need no other facts.
 */
import type { HostArray } from "@lanewise/compiler/base/dtype";
import type { Kernel, StorageDType } from "@lanewise/compiler/kernel/types";

/** An array of the program. Inputs come from `inputs`, outputs are compared with `reference`, temporaries hold anything at first. */
export interface GateBuffer {
  readonly name: string;
  readonly dtype: StorageDType;
  readonly length: number;
  readonly role: "input" | "output" | "temporary";
}

/** One dispatch. */
export interface GateStep {
  readonly kernel: Kernel;
  /** Names of the program's buffers, one per buffer parameter of the kernel, in order. */
  readonly buffers: readonly string[];
  /** One value per scalar parameter of the kernel, in order. */
  readonly scalars: readonly number[];
  /** Trip counts of the grid loops, outermost first; empty for a kernel without one, which is one workgroup. */
  readonly grid: readonly number[];
}

export interface GateProgram {
  readonly buffers: readonly GateBuffer[];
  readonly steps: readonly GateStep[];
}

export interface GateKernel {
  readonly name: string;
  /** The largest difference from the reference that rounding may cause: absolute, and relative to the reference. */
  readonly tolerance: { readonly absolute: number; readonly relative: number };
  /** The kernels and how they run for this size. */
  readonly build: (size: number) => GateProgram;
  /** The input arrays by name: the same ones at every call. */
  readonly inputs: (size: number) => Readonly<Record<string, HostArray>>;
  /** The output arrays by name, from plain loops in float64. */
  readonly reference: (inputs: Readonly<Record<string, HostArray>>, size: number) => Readonly<Record<string, HostArray>>;
}

/** The sizes every gate kernel runs at: empty, one, less than a tile, whole tiles, many tiles with a ragged edge. */
export const gateSizes: readonly number[] = [0, 1, 5, 64, 1000, 2500];

/** Deterministic numbers in [0, 1), for inputs. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 0x1000000;
  };
}

/** How many parts of `size` elements it takes to hold `count`. */
export function partsOf(count: number, size: number): number {
  return Math.ceil(count / size);
}
