/** @file Devices as users see them: names, the default, and what the session keeps for each. */

import { raise } from "@lanewise/compiler/base/errors";
import { Executor, JsDevice, type Device } from "@lanewise/runtime";
import { describeArgument } from "./arguments.ts";
import { notAvailable, unknownDevice } from "./errors.ts";
import { session } from "./session.ts";

export type { Device } from "@lanewise/runtime";

/** A device, or its name: `"js"`, `"webgpu:0"`. */
export type DeviceLike = string | Device;

const deviceName = /^(js|wasm|webgpu)(?::(\d+))?$/;

/** The executor of a device by its canonical name; that of js is made at first use, the others by `init`. */
export function executorOf(name: string): Executor {
  const known = session.executors.get(name);
  if (known !== undefined) return known;
  if (name !== "js:0") return refuseUnopened("a device", name);
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
      operation, argument: "device", expected: '"js", "webgpu:0" or the like, or a Device', got: describeArgument(device), fix: "name a device that devices() lists",
    });
  }
  const [, kind = "", index = "0"] = match;
  const canonical = `${kind}:${Number(index)}`;
  if (canonical === "js:0" || session.executors.has(canonical)) return canonical;
  if (kind === "wasm") {
    return raise(notAvailable, {
      operation, argument: "device", expected: "a device that this version has: js, webgpu", got: String(name), fix: 'leave the device out, or use "js"',
    });
  }
  if (kind === "webgpu" && !session.executors.has("webgpu:0")) return refuseUnopened(operation, String(name));
  return raise(unknownDevice, {
    operation, argument: "device", expected: `one of ${devices().map(String).join(", ")}`, got: String(name),
    fix: kind === "js" ? "name a device that devices() lists" : "open more of them: await init({ webgpu: { devices: 2 } })",
  });
}

function refuseUnopened(operation: string, name: string): never {
  return raise(notAvailable, {
    operation, argument: "device", expected: "a device that has been opened", got: name, fix: "await init({ webgpu: true }) first",
  });
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
  const js = executorOf("js:0");
  const all = [js, ...[...session.executors.values()].filter((executor) => executor !== js)].map(({ device }) => device);
  return kind === undefined ? all : all.filter((device) => device.kind === kind || device.name === kind);
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

/** Runs `run` with another default device. */
export function withDefaultDevice<Result>(name: string, run: () => Result): Result {
  const before = session.defaultDevice;
  session.defaultDevice = name;
  try {
    return run();
  } finally {
    session.defaultDevice = before;
  }
}

/** What one device holds, in bytes. */
export interface DeviceReport {
  readonly device: string;
  /** Bytes of live arrays; null where the engine's garbage collector owns them, as on js. */
  readonly arrayBytes: number | null;
  /** Bytes kept for the temporaries of compiled programs. */
  readonly arenaBytes: number;
  /** Bytes of memory that was given back and waits to be used again; `clearCaches()` lets go of it. */
  readonly pooledBytes: number;
  /** Bytes that arrays may have together; null where only the machine limits them. */
  readonly budgetBytes: number | null;
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
