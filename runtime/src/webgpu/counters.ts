/** @file Counts of what was asked of the GPU, for tests and for whoever tunes a program. */

export interface Counters {
  /** Command buffers. */
  submits: number;
  passes: number;
  dispatches: number;
  copies: number;
  /** Times memory was mapped to be read, and the bytes that came back. */
  maps: number;
  readBytes: number;
  uploads: number;
  pipelines: number;
}

export function newCounters(): Counters {
  return { submits: 0, passes: 0, dispatches: 0, copies: 0, maps: 0, readBytes: 0, uploads: 0, pipelines: 0 };
}
