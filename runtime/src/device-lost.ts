/** @file The error that ends every operation on a device which has gone away. */

import { LanewiseError } from "@lanewise/compiler/base/errors";
import { deviceLost } from "./errors.ts";

/** A device has gone away, and with it the arrays that lay there. A program may catch it and begin again on a new device. */
export class DeviceLostError extends LanewiseError {
  /** Name of the device: `webgpu:0`. */
  readonly device: string;

  constructor(device: string, reason: string) {
    super(deviceLost, { operation: device, expected: "a device that answers", got: reason, fix: "call init() again and make the arrays anew" });
    this.name = "DeviceLostError";
    this.device = device;
  }
}
