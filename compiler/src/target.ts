/** @file What each target can do. Stages after fusion read these facts and nothing else about a target. */

import { byteSize, type DType } from "./base/dtype.ts";
import { sizeOf } from "./base/shape.ts";

export type TargetName = "js" | "wasm" | "webgpu";

export interface Capabilities {
  readonly target: TargetName;
  /** Elements of a 32-bit simd vector: 1 where code is scalar. */
  readonly simdWidth: 1 | 2 | 4;
  /** Whether a fused multiply-add is one instruction. */
  readonly fma: boolean;
  /** Whether float32 arithmetic is done in float64 and rounded at the edges (design, "Numbers"). */
  readonly wideFloat32: boolean;
  /** Whether a kernel runs as workgroups of invocations with barriers; otherwise its grid is a serial loop. */
  readonly grid: boolean;
  /** Whether the invocations of a workgroup can fold values in subgroups, without memory. */
  readonly subgroups: boolean;
  /** Whether a program may take the extents of its arrays when it runs. */
  readonly runtimeExtents: boolean;
  /** Buffers that one kernel may bind. */
  readonly maxBuffers: number;
  readonly workgroupBytes: number;
  /** Bytes that the parts of one kernel may keep for each row between them. */
  readonly rowBytes: number;
  /** Rows that a kernel of several parts must have, so that the target is busy. */
  readonly leastRows: number;
  /** Whether a contraction may be one of several parts. */
  readonly rowContractions: boolean;
  readonly maxWorkgroup: number;
  /** Bytes of an array that one buffer parameter may see. */
  readonly maxBindingBytes: number;
  /** Workgroups in each dimension of a dispatch. */
  readonly maxWorkgroups: number;
  readonly maxOpsPerKernel: number;
  readonly threads: number;
  /**
   * How a dtype of the graph lies in a buffer: as on the host, `bits` being those of a half float, or each element in a 32-bit
   * word (a half float's bits, too). A dtype that is absent cannot be stored.
   */
  readonly storage: Readonly<Partial<Record<DType, "native" | "word" | "bits">>>;
  /** How a grid target is used best; null for CPUs. */
  readonly tuning: GridTuning | null;
  /** Register tile of a contraction: rows and columns of accumulators. */
  readonly contractionTile: readonly [rows: number, columns: number];
  /** Independent accumulators of a reduction's inner loop. */
  readonly accumulators: number;
}

/** What one class of adapters likes: sizes that cost speed and nothing else where they are wrong. */
export interface GridTuning {
  /** Invocations of a workgroup that share nothing. */
  readonly workgroup: number;
  /** Elements of an invocation that does the same to each of them: vectors of 4. */
  readonly elements: 4 | 16;
  /** Most invocations that work on one row together; 1 where meeting in workgroup memory costs more than it gives. */
  readonly rowInvocations: number;
  /** Invocations that keep the device busy: a fold with fewer results is split. */
  readonly invocations: number;
  readonly tile: TileTuning;
  /** Side of the square that a transpose brings into workgroup memory; 0 where reading across memory is as good. */
  readonly transposeTile: number;
  /** Whether a product is cheaper than a shift to the left. */
  readonly shiftsByProducts: boolean;
}

/** A tile of a contraction: what a workgroup computes, in steps of `inner` products, and what an invocation keeps in registers. */
export interface TileTuning {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly registers: readonly [rows: number, columns: number];
  /** Whether a step's operands lie in workgroup memory. */
  readonly staged: boolean;
}

/** Sizes that do well on discrete and integrated GPUs alike. */
export const gpuTuning: GridTuning = {
  workgroup: 64, elements: 4, rowInvocations: 256, invocations: 16_384,
  tile: { rows: 64, columns: 64, inner: 16, registers: [4, 4], staged: true }, transposeTile: 32, shiftsByProducts: false,
};

/** For an adapter that is a CPU: a barrier is a loop over the invocations with their registers in memory. */
export const softwareTuning: GridTuning = {
  workgroup: 64, elements: 16, rowInvocations: 1, invocations: 256,
  tile: { rows: 64, columns: 64, inner: 16, registers: [8, 8], staged: false }, transposeTile: 0, shiftsByProducts: true,
};

/** What is known of an adapter that says how it likes to be used. */
export interface AdapterClass {
  readonly isFallback: boolean;
  readonly architecture: string;
  readonly description: string;
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

export function tuningFor({ isFallback, architecture, description }: AdapterClass): GridTuning {
  return isFallback || softwareNames.test(`${architecture} ${description}`) ? softwareTuning : gpuTuning;
}

/** Whether invocations do well to share work through the memory of their workgroup. */
export function meetsCheaply({ grid, tuning }: Capabilities): boolean {
  return grid && tuning !== null && tuning.rowInvocations > 1;
}

const cpuStorage = {
  bool: "native", int8: "native", int16: "native", int32: "native", uint8: "native", uint16: "native", uint32: "native",
  float16: "bits", bfloat16: "bits", float32: "native", float64: "native",
} as const;

export const jsTarget: Capabilities = {
  target: "js", simdWidth: 1, fma: false, wideFloat32: true, grid: false, subgroups: false, runtimeExtents: true,
  maxBuffers: 64, workgroupBytes: 1 << 20, rowBytes: 1 << 18, leastRows: 1, rowContractions: true, maxWorkgroup: 1024, maxWorkgroups: 2 ** 31 - 1, maxBindingBytes: 2 ** 53, maxOpsPerKernel: 1500, threads: 1,
  storage: cpuStorage, tuning: null, contractionTile: [4, 4], accumulators: 4,
};

export const wasmTarget: Capabilities = {
  target: "wasm", simdWidth: 4, fma: false, wideFloat32: false, grid: false, subgroups: false, runtimeExtents: false,
  maxBuffers: 256, workgroupBytes: 1 << 20, rowBytes: 1 << 18, leastRows: 1, rowContractions: false, maxWorkgroup: 1024, maxWorkgroups: 2 ** 31 - 1, maxBindingBytes: 2 ** 53, maxOpsPerKernel: 20_000, threads: 1,
  storage: cpuStorage, tuning: null, contractionTile: [4, 8], accumulators: 4,
};

export const webgpuTarget: Capabilities = {
  target: "webgpu", simdWidth: 1, fma: true, wideFloat32: false, grid: true, subgroups: false, runtimeExtents: true,
  maxBuffers: 8, workgroupBytes: 16_384, rowBytes: 8192, leastRows: 1, rowContractions: false, maxWorkgroup: 256, maxWorkgroups: 65_535, maxBindingBytes: 2 ** 27, maxOpsPerKernel: 1000, threads: 1,
  storage: {
    bool: "word", int8: "word", int16: "word", int32: "native", uint8: "word", uint16: "word", uint32: "native",
    float16: "word", bfloat16: "word", float32: "native",
  },
  tuning: gpuTuning, contractionTile: [4, 4], accumulators: 4,
};

/** Bytes of an array in memory of the target. */
export function storedBytes(dtype: DType, length: number, { storage }: Capabilities): number {
  return length * (storage[dtype] === "word" ? 4 : byteSize(dtype));
}

/** Bindings of a kernel that an array takes: several where it is larger than one may be. */
export function bindingsOf({ shape, dtype }: { readonly shape: readonly number[]; readonly dtype: DType }, capabilities: Capabilities): number {
  const { maxBindingBytes } = capabilities;
  if (maxBindingBytes >= unboundedBytes) return 1;
  // A binding begins at a multiple of 256 bytes.
  const most = Math.max(256, Math.floor(maxBindingBytes / 256) * 256);
  return Math.max(1, Math.ceil(storedBytes(dtype, sizeOf(shape), capabilities) / most));
}

/** More than any array has. */
const unboundedBytes = 2 ** 53;

export const targets: Readonly<Record<TargetName, Capabilities>> = { js: jsTarget, wasm: wasmTarget, webgpu: webgpuTarget };
