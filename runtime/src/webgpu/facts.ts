/** @file What is told of adapters and devices to whoever has no types of WebGPU: plain data. */

/** What the compiler and the runtime must know of a device. */
export interface GpuLimits {
  /** Workgroups in each dimension of a dispatch. */
  readonly maxWorkgroups: number;
  /** Storage buffers that one shader may bind. */
  readonly maxBuffers: number;
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  readonly maxInvocations: number;
  readonly workgroupBytes: number;
}

/** What is known of an adapter, as plain data. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Whether it runs on the CPU. */
  readonly isFallback: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export type PowerPreference = "low-power" | "high-performance";

/** The adapters of a machine; without any, why and what to do. */
export interface AdapterList {
  readonly adapters: readonly AdapterFacts[];
  readonly problem: { readonly reason: string; readonly fix: string } | null;
}

/** One dispatch, in the order of the commands. */
export interface DispatchTime {
  readonly kernel: string;
  readonly microseconds: number;
}

/** What some work took on a GPU. */
export interface GpuTimes {
  /** Whether the GPU's own clock measured each dispatch, or the host how long the submitted work took as a whole. */
  readonly source: "timestamp-query" | "wall clock";
  /** The sum over all dispatches; by wall clock from the first command to the end of the last. */
  readonly microseconds: number;
  /** Empty by wall clock. */
  readonly dispatches: readonly DispatchTime[];
}
