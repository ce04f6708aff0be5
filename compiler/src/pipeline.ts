/** @file The compiler from a jaxpr to a program: what the library and the command line call. */

export { extentPattern, type ExtentPattern } from "./lower/extents.ts";
export { compile, textOf, type Compiled } from "./pipeline/compile.ts";
export type { Artifacts, CompileOptions, StageEvent } from "./pipeline/run.ts";
export { launchCosts, type LaunchCost } from "./pipeline/launches.ts";
export { kernelSourceLines } from "./pipeline/sources.ts";
export { Session } from "./pipeline/session.ts";
export { stageNames, stagesOf, type StageName } from "./pipeline/text.ts";
