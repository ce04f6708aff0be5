/** @file Prints a fusion plan for people: each kernel with its equations, and every cut with its reason. */

import { at } from "../base/assert.ts";
import { shortName } from "../base/dtype.ts";
import type { Eqn } from "../ir/types.ts";
import type { FusionGroup, FusionPlan } from "./types.ts";

export function printFusion(plan: FusionPlan): string {
  const lines: string[] = [];
  plan.groups.forEach((group, number) => {
    lines.push(`kernel ${number}: ${group.kind}${group.kind === "routine" ? "" : ` over ${extents(group.space)}`}${loopsText(group)}`);
    const stored = new Set([...group.stores, ...group.loops.flatMap((loop) => loop.stores)].map((value) => value.id));
    for (const place of group.eqns) {
      const eqn = at(plan.jaxpr.eqns, place);
      lines.push(`  ${equationText(eqn, place)}${eqn.outVars.some((result) => stored.has(result.id)) ? "  stored" : ""}`);
    }
  });
  if (plan.groups.length === 0) lines.push("no kernels");
  for (const cut of plan.cuts) {
    const eqn = equationText(at(plan.jaxpr.eqns, cut.eqn), cut.eqn);
    lines.push(`cut after ${eqn}: kernel ${cut.from} -> ${cut.to.join(", ")}: ${cut.reason}: ${cut.detail}`);
  }
  return lines.join("\n");
}

function loopsText(group: FusionGroup): string {
  return group.loops.map((loop) => `, inner loop ${extents(loop.extents)}`).join("");
}

function extents(shape: readonly number[]): string {
  return `[${shape.join(",")}]`;
}

function equationText(eqn: Eqn, place: number): string {
  const types = eqn.outVars.map(({ aval: { shape, dtype } }) => `${shortName(dtype)}${extents(shape)}`);
  return `#${place} ${eqn.primitive.name} ${types.join(" ")}`;
}
