/** @file Prints a fusion plan for people: each kernel with its equations, and every cut with its reason. */

import { at } from "../base/assert.ts";
import { shortName } from "../base/dtype.ts";
import type { Eqn } from "../ir/types.ts";
import type { FusionPart, FusionPlan } from "./types.ts";

export function printFusion(plan: FusionPlan): string {
  const lines: string[] = [];
  plan.groups.forEach(({ kind, rows, parts }, number) => {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) {
      lines.push(`kernel ${number}: ${partText(only)}`, ...equationLines(plan, only, "  "));
      return;
    }
    lines.push(`kernel ${number}: ${kind} ${extents(rows)}`);
    for (const part of parts) lines.push(`  ${partText(part)}`, ...equationLines(plan, part, "    "));
  });
  if (plan.groups.length === 0) lines.push("no kernels");
  for (const cut of plan.cuts) {
    const eqn = equationText(at(plan.jaxpr.eqns, cut.eqn), cut.eqn);
    lines.push(`cut after ${eqn}: kernel ${cut.from} -> ${cut.to.join(", ")}: ${cut.reason}: ${cut.detail}`);
  }
  return lines.join("\n");
}

/** What a part runs over; the axes that are its kernel's rows, or that it runs along in order, say so. */
function partText({ kind, space, rowAxes, scan, loops }: FusionPart): string {
  const inOrder = scan?.reverse === true ? "from the end" : "in order";
  const axes = space.map((extent, axis) => (rowAxes.includes(axis) ? `row ${extent}` : axis === scan?.axis ? `${extent} ${inOrder}` : String(extent)));
  const over = kind === "routine" ? "" : ` over [${axes.join(",")}]`;
  return `${kind}${over}${loops.map((loop) => `, inner loop ${extents(loop.extents)}`).join("")}`;
}

function equationLines(plan: FusionPlan, { eqns, stores, keeps, loops }: FusionPart, indent: string): string[] {
  const stored = new Set([...stores, ...loops.flatMap((loop) => loop.stores)].map((value) => value.id));
  const kept = new Set([...keeps, ...loops.flatMap((loop) => loop.keeps)].map(({ value }) => value.id));
  return eqns.map((place) => {
    const eqn = at(plan.jaxpr.eqns, place);
    const notes = [stored, kept].map((values, kind) => (eqn.outVars.some((result) => values.has(result.id)) ? `  ${kind === 0 ? "stored" : "kept"}` : ""));
    return `${indent}${equationText(eqn, place)}${notes.join("")}`;
  });
}

function extents(shape: readonly number[]): string {
  return `[${shape.join(",")}]`;
}

function equationText(eqn: Eqn, place: number): string {
  const types = eqn.outVars.map(({ aval: { shape, dtype } }) => `${shortName(dtype)}${extents(shape)}`);
  return `#${place} ${eqn.primitive.name} ${types.join(" ")}`;
}
