/** @file Memory of one array on a WebGPU device: the handle that the layers above hold. It outlives the GPU device itself. */

import type { DType, HostArray } from "@lanewise/compiler/base/dtype";
import type { DeviceBuffer } from "../device.ts";
import type { Batch } from "./batch.ts";
import type { Connection } from "./connection.ts";
import type { Block } from "./pool.ts";

/** Elements that the host has, from which an array comes back on another device. */
export interface HostCopy {
  readonly dtype: DType;
  readonly host: HostArray;
}

export class GpuArray implements DeviceBuffer {
  /** Bytes of its elements in words. */
  readonly byteLength: number;
  /** What made it, for the message when it is lost. */
  madeBy: string;
  /** The GPU device that `block` is of. */
  connection: Connection;
  block: Block;
  /** The commands that fill it. */
  batch: Batch;
  copy: HostCopy | null;
  isFreed = false;

  constructor(place: { connection: Connection; block: Block; batch: Batch }, byteLength: number, madeBy: string, copy: HostCopy | null = null) {
    this.connection = place.connection;
    this.block = place.block;
    this.batch = place.batch;
    this.byteLength = byteLength;
    this.madeBy = madeBy;
    this.copy = copy;
  }
}
