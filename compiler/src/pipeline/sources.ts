/** @file Which lines of the user's program a kernel comes from. */

import { at } from "../base/assert.ts";
import { formatLocation } from "../base/source-location.ts";
import type { KernelStep } from "../artifact/types.ts";
import type { Artifacts } from "./run.ts";

/** The places in the user's files, each with the operations that were traced there, in the order of the program. */
function sourceLines({ passes }: Artifacts, steps: readonly KernelStep[]): readonly string[] {
  const operations = new Map<string, string[]>();
  for (const number of steps.flatMap(({ eqns }) => eqns ?? [])) {
    const { source, primitive } = at(passes.eqns, number);
    const location = source?.location() ?? null;
    if (location === null) continue;
    const place = formatLocation(location);
    const names = operations.get(place) ?? [];
    if (!names.includes(primitive.name)) operations.set(place, [...names, primitive.name]);
  }
  return [...operations].map(([place, names]) => `${place}: ${names.join(", ")}`);
}

/** The same for every step that runs a kernel. */
export function kernelSourceLines(artifacts: Artifacts, kernel: number): readonly string[] {
  return sourceLines(artifacts, artifacts.program.steps.filter((step): step is KernelStep => step.kind === "kernel" && step.kernel === kernel));
}
