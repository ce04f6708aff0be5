/**
 * @file Program and Step: what the compiler hands to a runtime. Plain serialisable data with a schema version.
 *
 * Before planning, the buffers of a Step are values (numbers that name an array of the program); after planning they are
 * slots. `Code` is what a kernel is at this stage: kernel IR while compiling, printed code in a Program.
 */

import type { DType } from "../base/dtype.ts";
import type { ScalarOpName, ValueDType } from "../base/scalar-ops.ts";

export const schemaVersion = 1;

/**
 * A number an argument of a kernel takes at dispatch: fixed, read from a scalar input of the program, or one of the extents
 * that are given with each run of a program for arrays of any extents.
 */
export type ScalarArgument =
  | { readonly kind: "fixed"; readonly value: number }
  | { readonly kind: "input"; readonly input: number }
  | { readonly kind: "extent"; readonly extent: number };

export type Step = KernelStep | CopyStep;

/** Runs kernel number `kernel` over `begin` 0 to `extent` of its outermost grid loop. */
export interface KernelStep {
  readonly kind: "kernel";
  readonly kernel: number;
  /** One place per buffer parameter, in order. */
  readonly buffers: readonly number[];
  readonly scalars: readonly ScalarArgument[];
  readonly extent: number;
  /** Numbers of the equations that it computes, in the jaxpr after all passes: for messages. */
  readonly eqns?: readonly number[];
}

/** Copies `count` elements between two places of one dtype; offsets are in elements. */
export interface CopyStep {
  readonly kind: "copy";
  readonly from: number;
  readonly fromOffset: number;
  readonly to: number;
  readonly toOffset: number;
  readonly count: number;
}

/**
 * Where a value of the program lives; a temporary at `offset` bytes into a block of memory. An input or output with `extents` has
 * as many elements as the product of these extents of the run, and its `length` says nothing.
 */
export type Slot =
  | { readonly kind: "input"; readonly input: number; readonly dtype: DType; readonly length: number; readonly extents?: readonly number[] }
  | { readonly kind: "output"; readonly output: number; readonly dtype: DType; readonly length: number; readonly extents?: readonly number[] }
  | { readonly kind: "constant"; readonly dtype: DType; readonly length: number; readonly values: readonly number[] }
  | { readonly kind: "temporary"; readonly dtype: DType; readonly length: number; readonly block: number; readonly offset: number };

export interface ArraySpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export interface KernelCode {
  readonly name: string;
  readonly text: string;
  /** How a grid target runs the text; null where the text is a function of buffers, scalars, begin and end. */
  readonly launch: Launch | null;
  /** Tables of the program that the text is a function of; absent where it is the kernel itself. */
  readonly tables?: readonly number[];
}

/** Numbers that kernels look up, too many to stand in a text. */
export interface TableSpec {
  readonly dtype: ValueDType;
  readonly values: readonly number[];
}

/**
 * One dispatch of a shader. Buffer parameter `n` is binding `n` of group 0. If there are scalars, the binding after the last
 * buffer is a uniform struct of them, four bytes each.
 */
export interface Launch {
  readonly entryPoint: string;
  /** Invocations per workgroup, in one dimension. */
  readonly workgroupSize: number;
  readonly access: readonly ("read" | "readWrite")[];
  /** The part of its place that each binding holds, in elements; all of each where absent. */
  readonly windows?: readonly { readonly begin: number; readonly count: number }[];
  readonly scalars: readonly LaunchScalar[];
  /** Workgroups to dispatch, in any three dimensions that hold them (`artifact/dispatch.ts`). */
  readonly workgroups: number | HostExpr;
}

/** An int32 that the host computes from the scalars of a launch: part of kernel IR, as plain data. */
export type HostExpr =
  | { readonly kind: "const"; readonly type: HostType; readonly value: number }
  | { readonly kind: "scalar"; readonly type: HostType; readonly name: string }
  | { readonly kind: "op"; readonly type: HostType; readonly op: ScalarOpName; readonly args: readonly HostExpr[] }
  | { readonly kind: "convert" | "bitcast"; readonly type: HostType; readonly value: HostExpr };

interface HostType {
  readonly dtype: ValueDType;
}

export interface LaunchScalar {
  readonly name: string;
  readonly dtype: "float32" | "int32" | "uint32";
}

/** Where an output of the program comes from: an array that the program fills, or one of its inputs as it is. */
export type OutputSource =
  | { readonly kind: "slot"; readonly slot: number }
  | { readonly kind: "input"; readonly input: number };

export interface Program {
  readonly schemaVersion: number;
  readonly target: string;
  readonly name: string;
  readonly inputs: readonly ArraySpec[];
  readonly outputs: readonly ArraySpec[];
  readonly outputSources: readonly OutputSource[];
  readonly slots: readonly Slot[];
  /** Bytes of all blocks of memory that hold temporaries. */
  readonly arenaBytes: number;
  /** Bytes of each block: one on a CPU; on a GPU one for each temporary that lives while others do. */
  readonly blocks: readonly number[];
  readonly tables: readonly TableSpec[];
  readonly kernels: readonly KernelCode[];
  readonly steps: readonly Step[];
}

// Before planning ----------------------------------------------------------------------------------------------------

/** An array of a program that has no place in memory yet: an input, or what steps compute. */
export interface ValueSpec {
  readonly dtype: DType;
  readonly length: number;
  /** The number of the input that it is, or null. */
  readonly input: number | null;
  /** Extents of the run whose product is the length, where it is known no earlier. */
  readonly extents?: readonly number[];
}

/** A kernel on its way to code. */
export interface StagedKernel<Code> {
  readonly code: Code;
  /**
   * Pairs of buffer numbers: the second may lie in the first one's memory, because each element of the first is read before
   * the same element of the second is written, in whatever order iterations run (`lower/in-place`).
   */
  readonly inPlace: readonly (readonly [read: number, written: number])[];
  /** Whether it is a library algorithm's, which scheduling leaves as it stands. */
  readonly asWritten: boolean;
}

/** A program from lowering to planning. The buffers of its steps are numbers of values. */
export interface StepProgram<Code> {
  readonly name: string;
  readonly inputs: readonly ArraySpec[];
  readonly outputs: readonly ArraySpec[];
  readonly values: readonly ValueSpec[];
  /** The value of each output. */
  readonly results: readonly number[];
  readonly kernels: readonly StagedKernel<Code>[];
  readonly steps: readonly Step[];
}
