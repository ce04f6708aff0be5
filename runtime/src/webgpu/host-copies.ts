/** @file Which uploaded arrays keep their elements on the host, so that they come back after a device is lost. */

import type { GpuArray } from "./gpu-array.ts";

/** Bytes of all copies together; what comes later is not kept. */
const budgetBytes = 256 << 20;

export class HostCopies {
  #bytes = 0;

  keep(array: GpuArray): void {
    const bytes = array.copy?.host.byteLength ?? 0;
    if (this.#bytes + bytes > budgetBytes) array.copy = null;
    else this.#bytes += bytes;
  }

  drop(array: GpuArray): void {
    this.#bytes -= array.copy?.host.byteLength ?? 0;
    array.copy = null;
  }
}
