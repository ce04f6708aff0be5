/** @file What each launch of a shader moves and computes: for whoever prints or times them. */

import { at } from "../base/assert.ts";
import { operationsOf } from "../ir/cost.ts";
import type { Artifacts } from "./run.ts";

export interface LaunchCost {
  readonly step: number;
  /** Its number and its name. */
  readonly kernel: number;
  readonly name: string;
  /** Bytes of the arrays that it binds, each counted once. */
  readonly bytes: number;
  /** Operations on numbers; those of an equation that several launches share are the first one's. */
  readonly flops: number;
}

/** In the order in which a call launches them. */
export function launchCosts({ program, passes }: Artifacts): readonly LaunchCost[] {
  const counted = new Set<number>();
  return program.steps.flatMap((step, number): readonly LaunchCost[] => {
    if (step.kind !== "kernel") return [];
    const bytes = [...new Set(step.buffers)].reduce((sum, slot) => sum + at(program.slots, slot).length * wordBytes, 0);
    const own = (step.eqns ?? []).filter((eqn) => !counted.has(eqn));
    for (const eqn of own) counted.add(eqn);
    const flops = own.reduce((sum, eqn) => sum + operationsOf(at(passes.eqns, eqn)), 0);
    return [{ step: number, kernel: step.kernel, name: at(program.kernels, step.kernel).name, bytes, flops }];
  });
}

/** A GPU has a word for each element of any dtype that programs store. */
const wordBytes = 4;
