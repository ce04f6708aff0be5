/** @file Drafts as the groups that the plan shows. */

import { at } from "../base/assert.ts";
import { equalShapes, sizeOf, stridesOf } from "../base/shape.ts";
import type { Var } from "../ir/types.ts";
import type { GroupDraft } from "./draft.ts";
import { axesInRow, isStored, storedView, type Member, type RowCluster, type RowContext } from "./rows.ts";
import type { FusionGroup, FusionPart, KeptValue } from "./types.ts";
import type { ViewTable } from "./view.ts";

export function finishedGroup({ members, rows }: RowCluster, context: RowContext): FusionGroup {
  const [only] = members;
  if (members.length === 1 && only !== undefined) {
    const part = finishedPart({ group: only.group, rowAxes: [] }, new Set([only.group]), context);
    return { kind: part.kind, rows: [], parts: [part] };
  }
  const groups = new Set(members.map(({ group }) => group));
  return { kind: "rows", rows, parts: members.map((member) => finishedPart(member, groups, context)) };
}

function finishedPart({ group, rowAxes }: Member, members: ReadonlySet<GroupDraft>, context: RowContext): FusionPart {
  const ascending = (left: number, right: number): number => left - right;
  const { kind, loop, scan } = group;
  const { space, axisOf } = refinedSpace(group, [...rowAxes, ...(scan === null ? [] : [scan.axis]), ...(loop?.resultAxes ?? []).filter((axis) => axis !== null)], context.views);
  const stored = (values: readonly Var[]): readonly Var[] => values.filter((value) => isStored(value, members, context.loadersOf(value), context));
  const kept = (values: readonly Var[]): readonly KeptValue[] => values
    .filter((value) => members.size > 1 && context.loadersOf(value).some((reader) => members.has(reader)))
    .map((value) => ({ value, inRow: axesInRow(value, storedView(group, value, context.views), rowAxes) }));
  // Later equations joined a draft first, so that its lists run backwards.
  const outer = group.isRoutine ? group.stores : [...group.stores].reverse();
  const inner = loop === null ? [] : [...loop.stores].reverse();
  // An axis of one element is none of the refined space, where it would share its stride with another one.
  const isShort = scan !== null && at(group.space, scan.axis) === 1;
  return {
    kind, space: isShort ? [...space, 1] : space, rowAxes: rowAxes.map(axisOf),
    scan: scan === null ? null : { axis: isShort ? space.length : axisOf(scan.axis), reverse: scan.reverse },
    eqns: [...group.eqns].sort(ascending),
    loops: loop === null ? [] : [{
      folds: [...loop.folds].sort(ascending), extents: loop.extents, axes: loop.axes,
      resultAxes: loop.resultAxes?.map((axis) => (axis === null ? null : axisOf(axis))) ?? null, stores: stored(inner), keeps: kept(inner),
    }],
    stores: group.isRoutine ? outer : stored(outer), keeps: group.isRoutine ? [] : kept(outer),
  };
}

interface RefinedSpace {
  readonly space: readonly number[];
  /** The axis of it that an axis of the draft's space has become. */
  readonly axisOf: (axis: number) => number;
}

/**
 * The extents of the parallel loops, so fine that every value needed in the order of the iterations has whole loops for each
 * of its axes, where such extents exist: (4, 5) for values of the shapes (20,) and (4, 5). Axes in `whole` stay as they are.
 */
function refinedSpace(group: GroupDraft, whole: readonly number[], views: ViewTable): RefinedSpace {
  const asIs: RefinedSpace = { space: group.space, axisOf: (axis) => axis };
  const size = sizeOf(group.space);
  if (size <= 1) return asIs;
  const own = stridesOf(group.space);
  const strides = new Set<number>(own);
  for (const { value, views: needed } of group.needs.values()) {
    const { shape } = value.aval;
    if (sizeOf(shape) === size && !equalShapes(shape, group.space) && needed.includes(views.inOrder(shape, group.space))) {
      for (const stride of stridesOf(shape)) strides.add(stride);
    }
  }
  for (const axis of whole) {
    const low = at(own, axis);
    for (const stride of strides) if (stride > low && stride < low * at(group.space, axis)) strides.delete(stride);
  }
  const sorted = [size, ...[...strides].filter((stride) => stride < size).sort((left, right) => right - left)];
  const extents = sorted.map((stride, place) => stride / (sorted[place + 1] ?? 1));
  if (sorted.at(-1) === 1) extents.pop();
  return extents.every(Number.isInteger) ? { space: extents, axisOf: (axis) => sorted.indexOf(at(own, axis)) - 1 } : asIs;
}
