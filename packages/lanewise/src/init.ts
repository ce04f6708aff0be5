/** @file `init`: opens the devices that a program asks for. */

import { equalStructure, isPlainObject } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { Executor, WebGpuDevice, type AdapterList, type GpuLimits } from "@lanewise/runtime";
import { describeArgument } from "./arguments.ts";
import { defaultDevice, type DeviceLike } from "./devices.ts";
import { notAvailable } from "./errors.ts";
import { ensureInstalled } from "./install.ts";
import { clearCaches, session } from "./session.ts";

/** `GPUDevice` where the types of WebGPU are known. */
export type GpuDeviceLike = typeof globalThis extends { readonly GPUDevice: { readonly prototype: infer Device } } ? Device : object;

export interface WebGpuOptions {
  /** A device that the program has opened itself. It is not opened again when it is lost. */
  readonly device?: GpuDeviceLike;
  readonly powerPreference?: "low-power" | "high-performance";
  /** How many devices to open, each with its own queue and memory: `webgpu:0`, `webgpu:1` and so on. */
  readonly devices?: number;
  /** Bytes that the buffers of one device may have together; 4 GiB where absent. */
  readonly memoryBudget?: number;
  /** Limits to keep below those of the device, to see how a program does on a smaller one. */
  readonly limits?: Partial<GpuLimits>;
}

export interface InitOptions {
  /** Opens WebGPU devices. */
  readonly webgpu?: boolean | WebGpuOptions;
  /** The default device. */
  readonly device?: DeviceLike;
  /** Runs kernels without generating code, for pages that forbid it. */
  readonly interpret?: boolean;
  /** How many CPU devices there are. */
  readonly cpuDevices?: number;
}

const known: readonly (keyof InitOptions)[] = ["webgpu", "device", "interpret", "cpuDevices"];
const limitNames: readonly (keyof GpuLimits)[] = ["maxWorkgroups", "maxBuffers", "maxBindingBytes", "maxBufferBytes", "maxInvocations", "workgroupBytes"];
const knownOfWebGpu: readonly (keyof WebGpuOptions)[] = ["device", "powerPreference", "devices", "memoryBudget", "limits"];

/**
 * Prepares what the options ask for. Calling it again merges: open devices stay, with another memory budget where one is
 * given; `webgpu: { device }` takes the place of the first one. Without options it does nothing.
 *
 * @throws LW3010 for what this version does not have and for other limits of a device that is open, LW3014 for an unknown
 *   device, LW2002 for a GPUDevice that is lost, LW2003 where there is no WebGPU.
 * @example await init({ webgpu: true, device: "webgpu" })
 */
export async function init(options: InitOptions = {}): Promise<void> {
  checkNames("init", options, known, 'init({ webgpu: true, device: "webgpu" })');
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
  const { webgpu } = options;
  if (webgpu !== undefined && webgpu !== false) await openWebGpu(webgpu === true ? {} : checkedWebGpu(webgpu));
  if (options.device !== undefined) defaultDevice(options.device);
}

function checkNames(operation: string, options: unknown, names: readonly string[], example: string): void {
  if (!isPlainObject(options)) {
    return raise(notAvailable, { operation, expected: `an object with ${names.join(", ")}`, got: describeArgument(options), fix: example });
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) raise(notAvailable, { operation, argument: unknown, expected: `one of ${names.join(", ")}`, got: unknown, fix: "correct the name" });
}

function checkedWebGpu(options: WebGpuOptions): WebGpuOptions {
  checkNames("init", options, knownOfWebGpu, "init({ webgpu: { devices: 2 } })");
  const { device, devices, powerPreference, memoryBudget, limits } = options;
  const refuse = (argument: string, expected: string, got: unknown, fix: string): never =>
    raise(notAvailable, { operation: "init", argument: `webgpu.${argument}`, expected, got: describeArgument(got), fix });
  if (device !== undefined && (typeof device !== "object" || device === null || !("createBuffer" in device))) refuse("device", "a GPUDevice", device, "await adapter.requestDevice()");
  if (devices !== undefined && !(Number.isInteger(devices) && devices >= 1)) refuse("devices", "an integer of 1 or more", devices, "devices: 2");
  if (device !== undefined && (devices ?? 1) !== 1) refuse("devices", "1 beside a device of one's own", devices, "leave devices or device out");
  if (powerPreference !== undefined && powerPreference !== "low-power" && powerPreference !== "high-performance") {
    refuse("powerPreference", '"low-power" or "high-performance"', powerPreference, "correct the name");
  }
  if (memoryBudget !== undefined && !(typeof memoryBudget === "number" && memoryBudget > 0)) refuse("memoryBudget", "a number of bytes", memoryBudget, "memoryBudget: 2 ** 30");
  if (limits !== undefined) {
    checkNames("init", limits, limitNames, "init({ webgpu: { limits: { maxBuffers: 8 } } })");
    for (const [name, limit] of Object.entries(limits)) if (!(Number.isInteger(limit) && limit > 0)) refuse(`limits.${name}`, "a positive integer", limit, `leave ${name} out`);
  }
  return options;
}

async function openWebGpu({ device, devices = 1, ...settings }: WebGpuOptions): Promise<void> {
  ensureInstalled();
  if (device !== undefined) await WebGpuDevice.requireUsable(device);
  for (let index = 0; index < devices; index++) {
    const opened = session.executors.get(`webgpu:${index}`)?.device;
    if (opened instanceof WebGpuDevice) {
      if (index === devices - 1) requireSame(opened, settings);
      merge(opened, device, settings.memoryBudget);
      continue;
    }
    const fresh = device === undefined ? await WebGpuDevice.open({ ...settings, index }) : WebGpuDevice.adopt(device, { ...settings, index });
    // Another call may have been faster.
    if (session.executors.has(fresh.name)) fresh.close();
    else session.executors.set(fresh.name, new Executor(fresh));
  }
}

/** What a later `init` asks of a device that is open. */
function merge(opened: WebGpuDevice, device: GpuDeviceLike | undefined, memoryBudget: number | undefined): void {
  if (memoryBudget !== undefined) opened.memoryBudget = memoryBudget;
  if (device === undefined) return;
  const before = opened.limits;
  opened.replace(device);
  // Programs were made for the limits of the device before.
  if (!equalStructure(before, opened.limits)) clearCaches();
}

/** Refuses what only a device that is being opened can be given, where every one is open and was given something else. */
function requireSame(opened: WebGpuDevice, { limits, powerPreference }: WebGpuOptions): void {
  const given = opened.settings;
  const refuse = (argument: string, known: string, got: string): never => raise(notAvailable, {
    operation: "init", argument: `webgpu.${argument}`, expected: `what ${opened.name} was opened with (${known})`, got, fix: "ask for it in the first init, which opens the device",
  });
  if (limits !== undefined && !equalStructure(limits, given.limits ?? {})) refuse("limits", limitsText(given.limits ?? {}), limitsText(limits));
  if (powerPreference !== undefined && powerPreference !== given.powerPreference) refuse("powerPreference", given.powerPreference ?? "none", powerPreference);
}

function limitsText(limits: Partial<GpuLimits>): string {
  const named = Object.entries(limits).map(([name, limit]) => `${name} ${limit}`);
  return named.length === 0 ? "none" : named.join(", ");
}

/**
 * The adapters that WebGPU offers here; none where something is missing, with the reason and the fix. Opens no device.
 *
 * @example (await adapters()).adapters.map(({ description }) => description)
 */
export function adapters(): Promise<AdapterList> {
  return WebGpuDevice.adapters();
}
