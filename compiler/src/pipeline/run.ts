/** @file Runs the stages one after the other: times and logs each, and checks what must hold around it where asked to. */

import { InternalError } from "../base/assert.ts";
import type { Program, StepProgram } from "../artifact/types.ts";
import type { FusionPlan } from "../fuse/types.ts";
import { printJaxpr } from "../ir/print.ts";
import type { ClosedJaxpr, Jaxpr } from "../ir/types.ts";
import type { Kernel } from "../kernel/types.ts";
import type { PlannedProgram } from "../plan/plan.ts";
import { targets, type Capabilities, type TargetName } from "../target.ts";
import {
  codegenStage, fuseStage, jaxprPasses, legalizeStage, lowerStage, planStage, scheduleStages, type Spec, type Stage, type StageContext,
} from "./stages.ts";

/** One stage that has run. */
export interface StageEvent {
  readonly program: string;
  readonly stage: string;
  /** By the clock of the options; null without one. */
  readonly milliseconds: number | null;
  /** Whether the stage gave something else than it got. */
  readonly changed: boolean;
}

export interface CompileOptions {
  /** For messages, and for the dump. */
  readonly name: string;
  readonly target: TargetName;
  /** What the device at hand can do; what every device of the target can, where absent. */
  readonly capabilities?: Capabilities | undefined;
  /** Inputs whose memory the program may write, ascending; none where absent. */
  readonly donated?: readonly number[];
  /** Checks what every stage requires and ensures; an InternalError names the stage. Slow: for tests and bug reports. */
  readonly verify?: boolean;
  readonly log?: (event: StageEvent) => void;
  /** Milliseconds from any beginning: the compiler has no clock of its own. */
  readonly clock?: () => number;
}

/** What each stage made. */
export interface Artifacts {
  readonly jaxpr: Jaxpr;
  readonly passes: Jaxpr;
  readonly fusion: FusionPlan;
  readonly steps: StepProgram<Kernel>;
  readonly kernel: StepProgram<Kernel>;
  readonly legal: StepProgram<Kernel>;
  readonly memory: PlannedProgram;
  readonly program: Program;
}

/**
 * Runs all stages. The jaxpr has no constants: arrays that a function closes over are arguments by now.
 *
 * @throws LanewiseError LW1701 for an array that indices cannot reach
 * @throws InternalError for what the target's pipeline does not know, and for a failed check
 */
export function runPipeline(source: Jaxpr | ClosedJaxpr, options: CompileOptions): Artifacts {
  const jaxpr = "jaxpr" in source ? source.jaxpr : source;
  if (jaxpr.constVars.length > 0) throw new InternalError(`${options.name} has constants, which must be arguments`, printJaxpr(jaxpr));
  const runner = new Runner(options);
  const passes = runner.runAll(jaxprPasses, jaxpr);
  const fusion = runner.run(fuseStage, passes);
  const steps = runner.run(lowerStage, fusion);
  const kernel = runner.runAll(scheduleStages, steps);
  const legal = runner.run(legalizeStage, kernel);
  const memory = runner.run(planStage, legal);
  const program = runner.run(codegenStage, { legal, memory });
  return { jaxpr, passes, fusion, steps, kernel, legal, memory, program };
}

/** Runs the stages behind lowering, for a program that was lowered apart. */
export function runFromSteps(steps: StepProgram<Kernel>, options: CompileOptions): Program {
  const runner = new Runner(options);
  const legal = runner.run(legalizeStage, runner.runAll(scheduleStages, steps));
  return runner.run(codegenStage, { legal, memory: runner.run(planStage, legal) });
}

class Runner {
  readonly #options: CompileOptions;
  readonly #context: StageContext;

  constructor(options: CompileOptions) {
    this.#options = options;
    this.#context = { name: options.name, capabilities: options.capabilities ?? targets[options.target], donated: options.donated ?? [] };
  }

  runAll<Subject>(stages: readonly Stage<Subject, Subject>[], subject: Subject): Subject {
    return stages.reduce((current, stage) => this.run(stage, current), subject);
  }

  run<Subject, Result>(stage: Stage<Subject, Result>, subject: Subject): Result {
    const { clock, log, verify, name } = this.#options;
    if (verify === true) check(name, `before ${stage.name}`, stage.requires, subject);
    const begin = clock?.() ?? null;
    const result = stage.run(subject, this.#context);
    const end = clock?.() ?? null;
    if (verify === true) check(name, `after ${stage.name}`, stage.ensures, result);
    log?.({
      program: name, stage: stage.name, milliseconds: begin === null || end === null ? null : end - begin,
      changed: !Object.is(subject, result),
    });
    return result;
  }
}

function check<Subject>(program: string, when: string, specs: readonly Spec<Subject>[], subject: Subject): void {
  for (const spec of specs) {
    const violation = spec.violation(subject);
    if (violation !== null) throw new InternalError(`${program}, ${when}: expected ${spec.name}, found: ${violation}`);
  }
}
