/** @file Devices as users see them: names, the default, and what the session keeps for each. */

import { raise } from "@lanewise/compiler/base/errors";
import { Executor, JsDevice, type Device } from "@lanewise/runtime";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { describeArgument } from "./arguments.ts";
import { notAvailable, unknownDevice } from "./errors.ts";
import { session } from "./session.ts";

export type { Device } from "@lanewise/runtime";

/** A device, or its name: `"js"`, `"js:0"`. */
export type DeviceLike = string | Device;

const deviceName = /^(js|wasm|webgpu)(?::(\d+))?$/;

/** The executor of a device, made with the device at first use. */
export function executorOf(name: string): Executor {
  const known = session.executors.get(name);
  if (known !== undefined) return known;
  const executor = new Executor(new JsDevice());
  session.executors.set(executor.device.name, executor);
  return executor;
}

/** The executor that new arrays and operations without operands use. */
export function defaultExecutor(): Executor {
  return executorOf(session.defaultDevice);
}

/** The canonical name of a device that exists here; throws for any other. */
export function resolveDevice(operation: string, device: unknown): string {
  const name = isDevice(device) ? device.name : device;
  const match = typeof name === "string" ? deviceName.exec(name) : null;
  if (match === null) {
    return raise(unknownDevice, {
      operation, argument: "device", expected: '"js" or "js:0", or a Device', got: describeArgument(device), fix: "name a device that devices() lists",
    });
  }
  const [, kind = "", index = "0"] = match;
  if (kind !== "js") {
    return raise(notAvailable, {
      operation, argument: "device", expected: "a device that this version has: js", got: String(name), fix: 'leave the device out, or use "js"',
    });
  }
  if (Number(index) !== 0) {
    return raise(unknownDevice, {
      operation, argument: "device", expected: "js:0, the only js device", got: String(name), fix: "name a device that devices() lists",
    });
  }
  return "js:0";
}

function isDevice(value: unknown): value is Device {
  return typeof value === "object" && value !== null && "name" in value && "kind" in value && "prepare" in value;
}


/**
 * All devices, or those of one kind.
 *
 * @example devices().map(String) // ["js:0"]
 */
export function devices(kind?: string): readonly Device[] {
  if (kind !== undefined) resolveDevice("devices", kind);
  return [executorOf("js:0").device];
}

/** The devices that this process computes on: all of them. */
export function localDevices(kind?: string): readonly Device[] {
  return devices(kind);
}

/** How many devices there are. */
export function deviceCount(kind?: string): number {
  return devices(kind).length;
}

/**
 * The device of new arrays; with an argument, sets it.
 *
 * @throws LW3014 for a device that does not exist, LW3010 for one that this version does not have.
 */
export function defaultDevice(device?: DeviceLike): Device {
  if (device !== undefined) session.defaultDevice = resolveDevice("defaultDevice", device);
  return defaultExecutor().device;
}

export interface InitOptions {
  /** The default device. */
  readonly device?: DeviceLike;
  /** Runs kernels without generating code, for pages that forbid it. */
  readonly interpret?: boolean;
  /** How many CPU devices there are. */
  readonly cpuDevices?: number;
}

/**
 * Prepares what the options ask for. Calling it again merges; without options it does nothing.
 *
 * @throws LW3010 for what this version does not have, LW3014 for an unknown device.
 * @example await init({ device: "js" })
 */
export async function init(options: InitOptions = {}): Promise<void> {
  const known = ["device", "interpret", "cpuDevices"];
  if (!isPlainObject(options as unknown)) {
    raise(notAvailable, { operation: "init", expected: `an object with ${known.join(", ")}`, got: describeArgument(options), fix: 'init({ device: "js" })' });
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    raise(notAvailable, { operation: "init", argument: unknown, expected: `one of ${known.join(", ")}`, got: unknown, fix: "correct the name" });
  }
  if (options.interpret === true) {
    raise(notAvailable, {
      operation: "init", argument: "interpret", expected: "false or nothing: this version has no interpreter for pages that forbid code",
      got: "true", fix: "allow 'unsafe-eval' in the page's Content-Security-Policy",
    });
  }
  if (options.cpuDevices !== undefined && options.cpuDevices !== 1) {
    raise(notAvailable, {
      operation: "init", argument: "cpuDevices", expected: "1: this version has one CPU device", got: String(options.cpuDevices), fix: "leave cpuDevices out",
    });
  }
  if (options.device !== undefined) defaultDevice(options.device);
}

/** What one device holds, in bytes. */
export interface DeviceReport {
  readonly device: string;
  /** Bytes of live arrays; null where the engine's garbage collector owns them, as on js. */
  readonly arrayBytes: number | null;
  /** Bytes kept for the temporaries of compiled programs. */
  readonly arenaBytes: number;
  /** Compiled programs that are ready to run, and a rough size of them. */
  readonly programs: number;
  readonly programBytes: number;
}

/** What each device holds now. */
export function memory(): readonly DeviceReport[] {
  return [...session.executors.values()].map((executor) => ({
    device: executor.device.name, ...executor.device.memory(), programs: executor.programs, programBytes: executor.bytes,
  }));
}
