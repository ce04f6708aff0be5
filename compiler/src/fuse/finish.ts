/** @file A draft as the group that the plan shows. */

import { equalShapes, sizeOf, stridesOf } from "../base/shape.ts";
import type { GroupDraft } from "./draft.ts";
import type { FusionGroup } from "./types.ts";
import type { ViewTable } from "./view.ts";

export function finishedGroup(group: GroupDraft, views: ViewTable): FusionGroup {
  const ascending = (left: number, right: number): number => left - right;
  const { kind, loop } = group;
  return {
    kind,
    space: refinedSpace(group, views),
    eqns: [...group.eqns].sort(ascending),
    loops: loop === null ? [] : [{ folds: [...loop.folds].sort(ascending), extents: loop.extents, axes: loop.axes, stores: [...loop.stores].reverse() }],
    stores: group.isRoutine ? group.stores : [...group.stores].reverse(),
  };
}

/**
 * The extents of the parallel loops, so fine that every value needed in the order of the iterations has whole loops for each
 * of its axes, where such extents exist: (4, 5) for values of the shapes (20,) and (4, 5).
 */
function refinedSpace(group: GroupDraft, views: ViewTable): readonly number[] {
  const size = sizeOf(group.space);
  if (size <= 1) return group.space;
  const strides = new Set<number>(stridesOf(group.space));
  for (const { value, views: needed } of group.needs.values()) {
    const { shape } = value.aval;
    if (sizeOf(shape) === size && !equalShapes(shape, group.space) && needed.includes(views.inOrder(shape, group.space))) {
      for (const stride of stridesOf(shape)) strides.add(stride);
    }
  }
  const sorted = [size, ...[...strides].filter((stride) => stride < size).sort((left, right) => right - left)];
  const extents = sorted.map((stride, place) => stride / (sorted[place + 1] ?? 1));
  if (sorted.at(-1) === 1) extents.pop();
  return extents.every(Number.isInteger) ? extents : group.space;
}
