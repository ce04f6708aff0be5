/**
 * @file Where the arrays of kernels lie in the scratch memory of a module: constant tables first, each once, then one
 * stretch that the kernels share, because only one of them runs at a time.
 */

import { InternalError, required } from "../../base/assert.ts";
import type { ArrayDecl, Kernel, StorageDType } from "../../kernel/types.ts";
import { bytesOfStorage, writeStored } from "./storage.ts";

const alignment = 16;

export interface ScratchLayout {
  /** Initial contents, from the start of the scratch memory. */
  readonly tables: Uint8Array;
  readonly totalBytes: number;
  /** Offset of an array from the start of the scratch memory. */
  offsetOf(kernel: Kernel, array: ArrayDecl): number;
}

/** An array holds its dtype as a buffer of it does. */
export function storageOf(array: ArrayDecl): StorageDType {
  return array.dtype;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

function tableKey(array: ArrayDecl): string {
  return `${array.dtype}:${(array.values ?? []).map((value) => (Object.is(value, -0) ? "-0" : value)).join(" ")}`;
}

export function layOutScratch(kernels: readonly Kernel[]): ScratchLayout {
  const tableOffsets = new Map<string, number>();
  const tables: number[] = [];
  for (const array of kernels.flatMap((kernel) => kernel.arrays.filter(({ space }) => space === "constant"))) {
    if (tableOffsets.has(tableKey(array))) continue;
    tableOffsets.set(tableKey(array), tables.length);
    for (const value of array.values ?? []) tables.push(...writeStored(storageOf(array), value));
    while (tables.length % alignment !== 0) tables.push(0);
  }
  const offsets = new Map<Kernel, Map<string, number>>();
  let totalBytes = tables.length;
  for (const kernel of kernels) {
    const ofKernel = new Map<string, number>();
    let offset = tables.length;
    for (const array of kernel.arrays) {
      if (array.space === "constant") {
        ofKernel.set(array.name, required(tableOffsets.get(tableKey(array)), `table ${array.name}`));
      } else {
        ofKernel.set(array.name, offset);
        offset += aligned(array.length * bytesOfStorage(storageOf(array)));
      }
    }
    offsets.set(kernel, ofKernel);
    totalBytes = Math.max(totalBytes, offset);
  }
  return {
    tables: Uint8Array.from(tables),
    totalBytes,
    offsetOf: (kernel, array) => {
      const offset = offsets.get(kernel)?.get(array.name);
      if (offset === undefined) throw new InternalError(`${array.name} of ${kernel.name} has no place`);
      return offset;
    },
  };
}
