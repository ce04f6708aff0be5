/**
 * @file Kernels as one WebAssembly module. It imports `env.memory` and, where a kernel has arrays, the global `env.scratch`
 * with the address of `scratchBytes` bytes, aligned to 16, that belong to this instance alone.
 */

import { InternalError } from "../../base/assert.ts";
import type { Kernel } from "../../kernel/types.ts";
import { emitKernel, scratchGlobal } from "./emit-kernel.ts";
import { encodeModule } from "./encode.ts";
import { layOutScratch } from "./layout.ts";
import { printModule } from "./print.ts";
import type { WasmModule } from "./tree.ts";

export { reservedBytes } from "./addresses.ts";

export interface WasmOptions {
  /** Whether `env.memory` is shared between threads. */
  readonly shared?: boolean;
}

export interface WasmCode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What `env.scratch` must point to; 0 where the module does not import it. */
  readonly scratchBytes: number;
}

const importModule = "env";
/** 4 GiB: a shared memory's import has to name a maximum, and this one fits any memory. */
const mostPages = 65_536;

/** The legalised kernels as functions that are exported by their names. */
export function emitWasmModule(kernels: readonly Kernel[], options: WasmOptions = {}): WasmCode {
  const { module, scratchBytes } = moduleOf(kernels, options);
  return { bytes: encodeModule(module), scratchBytes };
}

/** The same module as text. */
export function printWasmModule(kernels: readonly Kernel[], options: WasmOptions = {}): string {
  return printModule(moduleOf(kernels, options).module);
}

function moduleOf(kernels: readonly Kernel[], options: WasmOptions): { readonly module: WasmModule; readonly scratchBytes: number } {
  const names = new Set(kernels.map(({ name }) => name));
  if (names.size < kernels.length) throw new InternalError(`kernels of one module share a name: ${kernels.map(({ name }) => name).join(" ")}`);
  const shared = options.shared ?? false;
  const layout = layOutScratch(kernels);
  const module: WasmModule = {
    memory: { module: importModule, name: "memory", minimumPages: 1, maximumPages: shared ? mostPages : null, shared },
    globals: layout.totalBytes === 0 ? [] : [{ module: importModule, name: scratchGlobal, type: "i32" }],
    functions: kernels.map((kernel) => emitKernel(kernel, layout)),
    data: layout.tables.length === 0 ? [] : [{ base: scratchGlobal, bytes: layout.tables }],
  };
  return { module, scratchBytes: layout.totalBytes };
}
