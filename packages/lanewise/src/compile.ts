/** @file From a jaxpr to an executable on one device: through the session's programs, with the logging that options ask for. */

import type { Program } from "@lanewise/compiler/artifact/types";
import { shortName } from "@lanewise/compiler/base/dtype";
import type { ClosedJaxpr, Var } from "@lanewise/compiler/ir/types";
import { kernelSourceLines, type Compiled, type CompileOptions, type ExtentPattern } from "@lanewise/compiler/pipeline";
import { describeAval } from "@lanewise/compiler/trace/stack";
import type { Device, Executable, Executor } from "@lanewise/runtime";
import { capabilitiesOf } from "./capabilities.ts";
import { log, session } from "./session.ts";

/** Compiles a jaxpr without constants for a device and makes it ready there; it may write the memory of donated inputs. */
export function compileFor(executor: Executor, closed: ClosedJaxpr, name: string, donated: readonly number[] = []): Executable {
  const types = (): string => closed.jaxpr.inVars.map(({ aval }) => describeAval(aval)).join(", ");
  return loaded(executor, name, types, (logging) => programOf(executor.device, closed, name, { ...logging, donated }));
}

/** Compiles for arrays of any extents that fit a pattern. */
export function compileForExtents(executor: Executor, pattern: ExtentPattern, name: string): Executable {
  const typeOf = ({ aval: { dtype, shape } }: Var): string => `${shortName(dtype)}[${shape.map((extent) => (extent === 1 ? "1" : "any")).join(",")}]`;
  const types = (): string => pattern.jaxpr.inVars.map(typeOf).join(", ");
  return loaded(executor, name, types, (logging) => session.programs.compileForExtents(pattern, optionsFor(executor.device, name, logging)));
}

type Logging = Pick<CompileOptions, "clock" | "log">;

/** A program made ready, with a line in the log where stages have run for it and the log is wanted. */
function loaded(executor: Executor, name: string, types: () => string, compile: (logging: Logging) => Compiled): Executable {
  if (!session.config.logCompiles) return load(executor, compile({}));
  const stages = new Map<string, number>();
  const compiled = compile({
    clock: () => performance.now(), log: ({ stage, milliseconds }) => { stages.set(stage, (stages.get(stage) ?? 0) + (milliseconds ?? 0)); },
  });
  const isNew = stages.size > 0;
  const begin = performance.now();
  const executable = load(executor, compiled);
  stages.set("prepare", performance.now() - begin);
  if (isNew) logCompile(`${name}(${types()})`, compiled.program, stages);
  return executable;
}

function load(executor: Executor, compiled: Compiled): Executable {
  return executor.load(compiled.program, (kernel) => kernelSourceLines(compiled.artifacts(), kernel));
}

function logCompile(call: string, { target, kernels, steps }: Program, stages: ReadonlyMap<string, number>): void {
  const total = [...stages.values()].reduce((sum, milliseconds) => sum + milliseconds, 0);
  const times = [...stages].map(([stage, milliseconds]) => `${stage} ${milliseconds.toFixed(1)}`).join(", ");
  log(`compiled ${call} for ${target} in ${total.toFixed(1)} ms (${times}): ${kernels.length} kernels, ${steps.length} steps`);
}

function programOf(device: Device, closed: ClosedJaxpr, name: string, more: Partial<CompileOptions> = {}): Compiled {
  return session.programs.compile(closed, optionsFor(device, name, more));
}

function optionsFor(device: Device, name: string, more: Partial<CompileOptions>): CompileOptions {
  return { name, target: device.kind, capabilities: capabilitiesOf(device), verify: session.config.verify, ...more };
}
