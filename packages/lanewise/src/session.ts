/**
 * @file The session: the caches, devices and options of one copy of the library. One object for the module, because
 * JAX's API has no handle that could carry it: `np.add(x, y)` has to find its device and its caches by itself.
 */

import type { Capabilities } from "@lanewise/compiler/target";
import type { Device, Executor, GpuLimits } from "@lanewise/runtime";
import { Session as ProgramCache } from "@lanewise/compiler/pipeline";
import { defaultConfig, type Config } from "./config-options.ts";
import { EagerCache } from "./eager-cache.ts";
import { NamedCalls } from "./named-calls.ts";

export interface Session {
  config: Config;
  /** Whether eager evaluation has been installed in the compiler. */
  installed: boolean;
  /** The devices in use, by name. */
  readonly executors: Map<string, Executor>;
  /** What the compiler may count on, by the name of the device. */
  readonly capabilities: Map<string, { readonly device: Device; readonly limits: GpuLimits | null; readonly capabilities: Capabilities }>;
  /** Name of the device of new arrays. */
  defaultDevice: string;
  /** Compiled programs, by the structure of their jaxprs. */
  readonly programs: ProgramCache;
  /** Executables of single equations, by the types of their operands. */
  readonly eager: EagerCache;
  /** Jaxprs of the library's own jitted functions. */
  readonly namedCalls: NamedCalls;
  /** Grows with every `clearCaches()`. Whoever has a cache of its own drops it when this has changed. */
  generation: number;
  /** Warnings given so far: each is given once. */
  readonly warnings: Set<string>;
}

function createSession(): Session {
  return {
    config: defaultConfig,
    installed: false,
    executors: new Map(),
    capabilities: new Map(),
    defaultDevice: "js:0",
    programs: new ProgramCache(),
    eager: new EagerCache(),
    namedCalls: new NamedCalls(),
    generation: 0,
    warnings: new Set(),
  };
}

/** Made when the module loads, empty: devices and caches come with the first use. */
export const session: Session = createSession();

/** Prints a line for who has asked for it. */
export function log(text: string): void {
  const { console } = globalThis;
  console.info(`lanewise: ${text}`);
}

/** Prints a warning, once for each text. */
export function warnOnce(text: string): void {
  if (session.warnings.has(text)) return;
  session.warnings.add(text);
  const { console } = globalThis;
  console.warn(`lanewise: ${text}`);
}

/** Drops compiled programs, everything remembered about functions, and memory that waits to be used again. */
export function clearCaches(): void {
  session.programs.clear();
  session.eager.clear();
  session.namedCalls.clear();
  for (const executor of session.executors.values()) executor.clear();
  session.generation++;
}
