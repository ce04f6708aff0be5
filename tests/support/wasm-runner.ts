/** @file Runs gate programs through the WebAssembly code generator, each dispatch in a fresh memory. */
import { at } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { emitWasmModule, reservedBytes } from "@lanewise/compiler/codegen/wasm/emit-module";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { legalizeWasm } from "@lanewise/compiler/legalize/wasm";
import { vectorize } from "@lanewise/compiler/schedule/vectorize";
import type { GateStep } from "./gate-kernels.ts";
import { stepByStep } from "./gate-runner.ts";
import type { RunGateProgram } from "./gate-runner.ts";

type WasmFunction = (...args: readonly number[]) => void;

interface CompiledKernel {
  readonly module: WebAssembly.Module;
  readonly scratchBytes: number;
}

/** Elements of the vectors that a kernel's simd loops become; 1 leaves the loops as they are. */
export type SimdWidth = 1 | 2 | 4 | 8 | 16;

/** The kernel as code generation sees it. */
export function prepareWasm(kernel: Kernel, width: SimdWidth): Kernel {
  const scheduled = width === 1 ? kernel : vectorize(kernel, width).kernel;
  verifyKernel(scheduled);
  const legal = legalizeWasm(scheduled);
  verifyKernel(legal);
  return legal;
}

const pageBytes = 65_536;
/** Between buffers, so that an access beyond one shows as a changed byte. */
const gap = 64;
const gapByte = 0xa5;

/** One call of a kernel's function on copies of the bound arrays, which it changes in place. */
function call(compiled: CompiledKernel, kernel: Kernel, scalars: readonly number[], bound: readonly HostArray[], chunks: readonly (readonly [number, number])[]): void {
  const scratch = reservedBytes;
  let end = scratch + compiled.scratchBytes;
  const places = bound.map((array) => {
    const place = Math.ceil((end + gap) / 16) * 16;
    end = place + array.byteLength;
    return place;
  });
  const memory = new WebAssembly.Memory({ initial: Math.ceil((end + gap) / pageBytes) });
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(gapByte, scratch + compiled.scratchBytes);
  const bytesOf = (array: HostArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  bound.forEach((array, position) => bytes.set(bytesOf(array), at(places, position)));

  const instance = new WebAssembly.Instance(compiled.module, { env: { memory, scratch: new WebAssembly.Global({ value: "i32" }, scratch) } });
  const run = instance.exports[kernel.name] as WasmFunction;
  for (const [begin, until] of chunks) run(...places, ...scalars, begin, until);

  bound.forEach((array, position) => bytesOf(array).set(bytes.subarray(at(places, position), at(places, position) + array.byteLength)));
  for (const [position, array] of bound.entries()) {
    const after = at(places, position) + array.byteLength;
    const next = position + 1 < places.length ? at(places, position + 1) : bytes.length;
    if (bytes.subarray(after, next).some((byte) => byte !== gapByte)) {
      throw new Error(`${kernel.name} wrote beyond the end of buffer ${position}`);
    }
  }
}

/** Runs a kernel without a grid on arrays, which it changes in place. */
export function runKernelOnWasm(kernel: Kernel, scalars: readonly number[], bound: readonly HostArray[]): void {
  call(compileKernel(kernel, 1), kernel, scalars, bound, [[0, 0]]);
}

function compileKernel(kernel: Kernel, width: SimdWidth): CompiledKernel {
  const { bytes, scratchBytes } = emitWasmModule([prepareWasm(kernel, width)]);
  return { module: new WebAssembly.Module(bytes), scratchBytes };
}

/** A runner that vectorises with the given width and splits each grid in as many calls. */
export function runOnWasm(width: SimdWidth, calls = 1): RunGateProgram {
  const cache = new WeakMap<Kernel, CompiledKernel>();
  const compile = (kernel: Kernel): CompiledKernel => {
    const known = cache.get(kernel);
    if (known !== undefined) return known;
    const compiled = compileKernel(kernel, width);
    cache.set(kernel, compiled);
    return compiled;
  };
  return stepByStep(({ kernel, scalars, grid }: GateStep, bound) => {
    const [extent] = grid;
    const length = extent === undefined ? 0 : Math.ceil(extent / calls);
    const chunks = extent === undefined
      ? [[0, 0] as const]
      : Array.from({ length: calls }, (_, part) => [part * length, Math.min((part + 1) * length, extent)] as const);
    call(compile(kernel), kernel, scalars, bound, chunks);
  });
}
