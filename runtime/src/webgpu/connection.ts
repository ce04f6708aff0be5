/** @file Everything that belongs to one open GPU device and is gone with it. */

import type { OpenedGpu } from "./adapter.ts";
import type { Counters } from "./counters.ts";
import type { GpuLimits } from "./facts.ts";
import { limitsOf } from "./limits.ts";
import { Pipelines } from "./pipelines.ts";
import { BufferPool } from "./pool.ts";
import { Stream } from "./stream.ts";

/** Reads of one mapping together have no more bytes than this. */
const readBytesTogether = 256 << 20;

export class Connection {
  readonly opened: OpenedGpu;
  readonly gpu: GPUDevice;
  readonly limits: GpuLimits;
  readonly uniformAlignment: number;
  readonly stream: Stream;
  readonly pool: BufferPool;
  readonly pipelines: Pipelines;
  /** Why the device is gone; null while it is there. */
  lost: string | null = null;

  constructor(opened: OpenedGpu, tighter: Partial<GpuLimits>, budgetBytes: number, counters: Counters) {
    this.opened = opened;
    this.gpu = opened.device;
    this.limits = limitsOf(opened.device, tighter);
    this.uniformAlignment = opened.device.limits.minUniformBufferOffsetAlignment;
    const { maxBufferBytes } = this.limits;
    const stream = new Stream(opened.device, counters, { maxBufferBytes, maxReadBytes: readBytesTogether });
    this.stream = stream;
    this.pool = new BufferPool(opened.device, { maxBufferBytes, budgetBytes }, stream);
    stream.attach(this.pool);
    this.pipelines = new Pipelines(opened.device, stream, counters);
  }
}
