/** @file What scheduling makes of one kernel: kernels that run one after the other, and the memory that passes between them. */

import type { DType } from "../base/dtype.ts";
import type { Kernel } from "../kernel/types.ts";

/** What a buffer of a scheduled kernel is: a buffer of the kernel that was scheduled, or scratch memory, by number. */
export type ScheduledBuffer =
  | { readonly kind: "buffer"; readonly buffer: number }
  | { readonly kind: "scratch"; readonly scratch: number };

export interface ScheduledStep {
  readonly kernel: Kernel;
  readonly buffers: readonly ScheduledBuffer[];
}

export interface Scheduled {
  readonly scratch: readonly { readonly dtype: DType; readonly length: number }[];
  readonly steps: readonly ScheduledStep[];
}

/** A kernel that stands alone. */
export function singleStep(kernel: Kernel): Scheduled {
  return inOrder([kernel]);
}

/** Kernels that all bind what the original does. */
export function inOrder(kernels: readonly Kernel[]): Scheduled {
  return { scratch: [], steps: kernels.map((kernel) => ({ kernel, buffers: kernel.buffers.map((_, buffer) => ({ kind: "buffer", buffer })) })) };
}
