/** @file What an array owns: memory on one device, which several arrays of the same elements may share. */

import { raise } from "@lanewise/compiler/base/errors";
import type { Device, DeviceBuffer } from "@lanewise/runtime";
import { disposedArray } from "../errors.ts";

// What is held for the collector must not reach the storage, or it would never be collected.
const collected = new FinalizationRegistry<{ readonly device: Device; readonly buffer: DeviceBuffer }>(({ device, buffer }) => device.free(buffer));

export class Storage {
  readonly device: Device;
  #buffer: DeviceBuffer | null;
  #owners = 0;

  constructor(device: Device, buffer: DeviceBuffer) {
    this.device = device;
    this.#buffer = buffer;
    if (device.ownsMemory) collected.register(this, { device, buffer }, this);
  }

  /** The memory; throws where every owner has given it back. */
  get buffer(): DeviceBuffer {
    return this.#buffer ?? raiseDisposed("an operation");
  }

  /** Whether several arrays hold it. */
  get isShared(): boolean {
    return this.#owners > 1;
  }

  /** One more array holds it. */
  share(): this {
    this.#owners++;
    return this;
  }

  /** One array less holds it; the last one gives the memory back. */
  release(): void {
    this.#owners--;
    if (this.#owners > 0 || this.#buffer === null) return;
    if (this.device.ownsMemory) collected.unregister(this);
    this.device.free(this.#buffer);
    this.#buffer = null;
  }
}

export function raiseDisposed(operation: string): never {
  return raise(disposedArray, {
    operation, expected: "an array that holds its elements", got: "an array whose dispose() was called", fix: "dispose later, or leave it to the garbage collector",
  });
}
