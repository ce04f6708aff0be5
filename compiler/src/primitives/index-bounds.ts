/** @file Index vectors in kernels: brought into bounds, or tested. Unsigned indices are compared as unsigned numbers. */

import { at } from "../base/assert.ts";
import * as k from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";

/** The nearest position in [0, upper], as int32. */
export function clampedPosition(component: Expr, upper: number): Expr {
  // An empty axis has an upper of -1, which no unsigned number is; nothing is read there.
  if (upper <= 0) return k.int(0);
  const below = k.min(component, upper);
  return component.type.dtype === "uint32" ? k.convert(below, "int32") : k.max(below, 0);
}

/** Whether every component lies in [0, upper]; null where nothing is to be tested. */
export function allInBounds(components: readonly Expr[], uppers: readonly number[]): Expr | null {
  const conditions = components.flatMap((component, place) => {
    const upper = at(uppers, place);
    return component.type.dtype === "uint32" ? [k.le(component, upper)] : [k.ge(component, 0), k.le(component, upper)];
  });
  const [first, ...rest] = conditions;
  return first === undefined ? null : rest.reduce((all, condition) => k.and(all, condition), first);
}

/** A component that is known to be in bounds, as int32. */
export function position(component: Expr): Expr {
  return k.convert(component, "int32");
}
