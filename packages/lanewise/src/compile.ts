/** @file From a jaxpr to an executable on one device: through the session's programs, with the logging that options ask for. */

import type { Program } from "@lanewise/compiler/artifact/types";
import type { ClosedJaxpr } from "@lanewise/compiler/ir/types";
import { textOf, type Compiled, type CompileOptions, type StageName } from "@lanewise/compiler/pipeline";
import { describeAval } from "@lanewise/compiler/trace/stack";
import type { Device, Executable, Executor } from "@lanewise/runtime";
import { capabilitiesOf } from "./capabilities.ts";
import { defaultExecutor } from "./devices.ts";
import { log, session } from "./session.ts";

/** Compiles a jaxpr without constants for a device and makes it ready there. */
export function compileFor(executor: Executor, closed: ClosedJaxpr, name: string): Executable {
  const { device } = executor;
  if (!session.config.logCompiles) return executor.load(programOf(device, closed, name).program);
  // Stages run only for a jaxpr that is new to the session.
  const stages = new Map<string, number>();
  const compiled = programOf(device, closed, name, {
    clock: () => performance.now(), log: ({ stage, milliseconds }) => { stages.set(stage, (stages.get(stage) ?? 0) + (milliseconds ?? 0)); },
  });
  const isNew = stages.size > 0;
  const begin = performance.now();
  const executable = executor.load(compiled.program);
  if (isNew) logCompile(closed, name, compiled.program, stages.set("prepare", performance.now() - begin));
  return executable;
}

function logCompile({ jaxpr }: ClosedJaxpr, name: string, { target, kernels, steps }: Program, stages: ReadonlyMap<string, number>): void {
  const types = jaxpr.inVars.map(({ aval }) => describeAval(aval)).join(", ");
  const total = [...stages.values()].reduce((sum, milliseconds) => sum + milliseconds, 0);
  const times = [...stages].map(([stage, milliseconds]) => `${stage} ${milliseconds.toFixed(1)}`).join(", ");
  log(`compiled ${name}(${types}) for ${target} in ${total.toFixed(1)} ms (${times}): ${kernels.length} kernels, ${steps.length} steps`);
}

/** What a stage of the compiler makes of a jaxpr for the default device, as text; `all` gives every stage. */
export function textOfStage(closed: ClosedJaxpr, name: string, stage: StageName | "all"): string {
  return textOf(programOf(defaultExecutor().device, closed, name), stage);
}

function programOf(device: Device, closed: ClosedJaxpr, name: string, logging: Pick<CompileOptions, "clock" | "log"> = {}): Compiled {
  const options: CompileOptions = { name, target: device.kind, capabilities: capabilitiesOf(device), verify: session.config.verify, ...logging };
  return session.programs.compile(closed, options);
}
