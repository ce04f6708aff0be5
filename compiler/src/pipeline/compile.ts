/** @file From a jaxpr to a program. */

import type { Program } from "../artifact/types.ts";
import { countEqns } from "../ir/walk.ts";
import type { ClosedJaxpr, Jaxpr } from "../ir/types.ts";
import { targets } from "../target.ts";
import { lowerForExtents, type ExtentPattern } from "../lower/extents.ts";
import { runFromSteps, runPipeline, type Artifacts, type CompileOptions } from "./run.ts";
import { artifactText, stagesOf, type StageName } from "./text.ts";

export interface Compiled {
  readonly program: Program;
  /** Roughly what is kept for it, for the caches that hold it. */
  readonly bytes: number;
  /** What each stage made. Only the program is kept: the first call compiles again. */
  artifacts(): Artifacts;
}

/**
 * Compiles a jaxpr without constants for a target.
 *
 * @throws LanewiseError LW1701 for an array of 2^31 elements or more
 * @example compile(jaxpr, { name: "loss", target: "js" }).program
 */
export function compile(source: Jaxpr | ClosedJaxpr, options: CompileOptions): Compiled {
  const { program, jaxpr } = runPipeline(source, options);
  let artifacts: Artifacts | null = null;
  return {
    program,
    bytes: bytesOf(program, jaxpr),
    artifacts: () => (artifacts ??= runPipeline(source, { ...options, log: undefined, clock: undefined })),
  };
}

/**
 * Compiles for arrays of any extents that fit a pattern; a run of the program takes the extents. Only for a
 * target with `runtimeExtents`.
 */
export function compileForExtents({ jaxpr }: ExtentPattern, options: CompileOptions): Compiled {
  const program = runFromSteps(lowerForExtents(options.name, jaxpr, options.capabilities ?? targets[options.target]), options);
  return { program, bytes: bytesOf(program, jaxpr), artifacts: () => runPipeline(jaxpr, { ...options, log: undefined, clock: undefined }) };
}

/** The text of a stage; `all` gives every stage under its name. */
export function textOf(compiled: Compiled, stage: StageName | "all"): string {
  const artifacts = compiled.artifacts();
  if (stage !== "all") return artifactText(artifacts, stage);
  return stagesOf(artifacts.program.target).map((name) => `--- ${name} ---\n${artifactText(artifacts, name)}`).join("\n\n");
}

function bytesOf(program: Program, jaxpr: Jaxpr): number {
  const text = program.kernels.reduce((sum, kernel) => sum + 2 * kernel.text.length, 0);
  return text + 200 * (program.steps.length + program.slots.length + countEqns(jaxpr));
}
