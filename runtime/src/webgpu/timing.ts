/** @file What dispatches take, from timestamps that the GPU writes before and behind each of them. */

import { at } from "@lanewise/compiler/base/assert";
import type { DispatchTime } from "./facts.ts";
import { mapModeRead, usage } from "./gpu.ts";

/** WebGPU allows so many timestamps in a set. */
const setLength = 4096;

export class DispatchTimer {
  readonly #device: GPUDevice;
  readonly #sets: GPUQuerySet[] = [];
  readonly #kernels: string[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Where the pass of the next dispatch writes its timestamps. */
  next(kernel: string): GPUComputePassTimestampWrites {
    const first = (2 * this.#kernels.length) % setLength;
    if (first === 0) this.#sets.push(this.#device.createQuerySet({ type: "timestamp", count: setLength }));
    this.#kernels.push(kernel);
    return { querySet: at(this.#sets, -1), beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  }

  /** The times of all dispatches, once their commands are submitted. The timer is used up. */
  async read(): Promise<readonly DispatchTime[]> {
    const times: DispatchTime[] = [];
    for (const [number, set] of this.#sets.entries()) {
      const kernels = this.#kernels.slice(number * setLength / 2, (number + 1) * setLength / 2);
      const stamps = await this.#resolved(set, 2 * kernels.length);
      kernels.forEach((kernel, place) => times.push({ kernel, microseconds: Number(at(stamps, 2 * place + 1) - at(stamps, 2 * place)) / 1000 }));
    }
    return times;
  }

  /** Timestamps in nanoseconds. */
  async #resolved(set: GPUQuerySet, count: number): Promise<BigInt64Array> {
    const size = 8 * count;
    const resolved = this.#device.createBuffer({ size, usage: usage.queryResolve | usage.copySource });
    const mapped = this.#device.createBuffer({ size, usage: usage.mapRead | usage.copyDestination });
    try {
      const encoder = this.#device.createCommandEncoder();
      encoder.resolveQuerySet(set, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, mapped, 0, size);
      this.#device.queue.submit([encoder.finish()]);
      await mapped.mapAsync(mapModeRead);
      return new BigInt64Array(mapped.getMappedRange().slice(0));
    } finally {
      for (const part of [set, resolved, mapped]) part.destroy();
    }
  }
}
