/** @file From a jaxpr to an executable on one device: through the session's programs, with the logging that options ask for. */

import type { ClosedJaxpr } from "@lanewise/compiler/ir/types";
import { textOf, type Compiled, type StageName } from "@lanewise/compiler/pipeline";
import type { TargetName } from "@lanewise/compiler/target";
import type { Executable, Executor } from "@lanewise/runtime";
import { defaultExecutor } from "./devices.ts";
import { log, session } from "./session.ts";

/** Compiles a jaxpr without constants for a device and makes it ready there. */
export function compileFor(executor: Executor, closed: ClosedJaxpr, name: string): Executable {
  return executor.load(programOf(executor.device.kind, closed, name).program);
}

/** What a stage of the compiler makes of a jaxpr for the default device, as text; `all` gives every stage. */
export function textOfStage(closed: ClosedJaxpr, name: string, stage: StageName | "all"): string {
  return textOf(programOf(defaultExecutor().device.kind, closed, name), stage);
}

function programOf(target: TargetName, closed: ClosedJaxpr, name: string): Compiled {
  const { verify, logCompiles } = session.config;
  if (!logCompiles) return session.programs.compile(closed, { name, target, verify });
  // Stages run only for a jaxpr that is new to the session.
  let milliseconds: number | null = null;
  const compiled = session.programs.compile(closed, {
    name, target, verify, clock: () => performance.now(), log: (event) => { milliseconds = (milliseconds ?? 0) + (event.milliseconds ?? 0); },
  });
  if (milliseconds !== null) {
    log(`compiled ${name} for ${target} in ${(milliseconds as number).toFixed(1)} ms: ${compiled.program.kernels.length} kernels, ${compiled.program.steps.length} steps`);
  }
  return compiled;
}
