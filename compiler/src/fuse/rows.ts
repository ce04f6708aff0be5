/**
 * @file Rows: kernels that hand each other values row by row become parts of one kernel, so that what passes between them is a
 * number or one row of numbers, and what they all read is read from memory once. A softmax is three parts: a maximum, a sum
 * of exponentials, a quotient.
 *
 * Two groups can share a kernel over some of their axes if every value between them is read at the same index in these axes
 * at which it is stored, and if nothing outside waits for one and is waited for by the other. Groups between which nothing
 * passes share one where both load the same large value.
 */

import { at, required } from "../base/assert.ts";
import { byteSize } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Var } from "../ir/types.ts";
import { bindingsOf, type Capabilities } from "../target.ts";
import type { GroupDraft } from "./draft.ts";
import { axisDimension, type View, type ViewDimension, type ViewTable } from "./view.ts";

/** Groups that become one kernel. */
export interface RowCluster {
  /** In an order in which they can run. */
  readonly members: readonly Member[];
  readonly rows: readonly number[];
  readonly firstEqn: number;
  readonly lastEqn: number;
}

export interface Member {
  readonly group: GroupDraft;
  /** The axis of the group's space for each of the cluster's rows. */
  readonly rowAxes: readonly number[];
}

export interface RowContext {
  readonly views: ViewTable;
  readonly capabilities: Capabilities;
  /** The groups that load a value. */
  readonly loadersOf: (value: Var) => readonly GroupDraft[];
  /** Whether a value must be in memory at the end. */
  readonly isOutput: (value: Var) => boolean;
}

/** Iterations of a reader for each element that it need not load from memory: with more of them a load does not count. */
const leastSaved = 8;
/** How much larger than its operands a contraction's result must be for the contraction to run row by row. */
const leastSaving = 2;
/** Readers of one value that are tried with each other. */
const mostReaders = 8;
/** Clusters that a search for a cycle may look at. */
const longestSearch = 256;

/** Puts groups, given in an order in which they can run, into clusters; a group that shares no rows is a cluster of its own. */
export function clusterRows(ordered: readonly GroupDraft[], context: RowContext): readonly RowCluster[] {
  return new Clustering(ordered, context).run();
}

class Clustering {
  readonly #ordered: readonly GroupDraft[];
  readonly #context: RowContext;
  readonly #places = new Map<GroupDraft, number>();
  readonly #clusters = new Map<GroupDraft, RowCluster>();
  readonly #spans: Spans;
  /** Clusters that cannot become one: neither changes without becoming another cluster. */
  readonly #refused = new Map<RowCluster, Set<RowCluster>>();
  readonly #shares = new Map<GroupDraft, boolean>();
  /** The groups that load what a cluster stores. */
  readonly #readers = new Map<RowCluster, readonly GroupDraft[]>();
  /** How many clusters there are. */
  #count: number;

  constructor(ordered: readonly GroupDraft[], context: RowContext) {
    this.#spans = new Spans(ordered.reduce((end, group) => Math.max(end, group.lastEqn + 1), 0));
    this.#ordered = ordered;
    this.#count = ordered.length;
    this.#context = context;
    ordered.forEach((group, place) => {
      this.#places.set(group, place);
      const rowAxes = group.isRoutine ? [] : group.space.flatMap((extent, axis) => (extent === 1 || axis === group.scan?.axis ? [] : [axis]));
      const { firstEqn, lastEqn } = group;
      this.#clusters.set(group, { members: [{ group, rowAxes }], rows: rowAxes.map((axis) => at(group.space, axis)), firstEqn, lastEqn });
    });
  }

  run(): readonly RowCluster[] {
    // A group may have to wait until all readers of what it stores are one cluster.
    for (let count = Infinity; this.#count < count;) {
      count = this.#count;
      for (const group of this.#ordered) {
        for (const value of group.allStores) {
          for (const reader of this.#context.loadersOf(value)) this.#tryMerge(group, reader);
        }
      }
    }
    for (const readers of this.#readersOfOneValue()) {
      readers.forEach((reader, place) => readers.slice(place + 1).forEach((other) => this.#tryMerge(reader, other)));
    }
    return [...new Set(this.#ordered.map((group) => this.#of(group)))];
  }

  /** The groups for which loading a value counts, for every value with several of them. */
  #readersOfOneValue(): readonly (readonly GroupDraft[])[] {
    const readers = new Map<number, GroupDraft[]>();
    for (const group of this.#ordered) {
      for (const { value, computed } of group.needs.values()) {
        if (computed || !isMuch(value, group) || !this.#mayShare(group)) continue;
        const known = readers.get(value.id);
        if (known === undefined) readers.set(value.id, [group]);
        else known.push(group);
      }
    }
    return [...readers.values()].filter(({ length }) => length > 1).map((all) => all.slice(0, mostReaders));
  }

  #of(group: GroupDraft): RowCluster {
    return required(this.#clusters.get(group), "cluster of a group");
  }

  #tryMerge(writer: GroupDraft, reader: GroupDraft): void {
    const [first, second] = [this.#of(writer), this.#of(reader)];
    if (first === second || !this.#mayShare(writer) || !this.#mayShare(reader) || this.#refused.get(first)?.has(second) === true) return;
    const merged = saves(first, second) ? this.#merged(first, second) : null;
    if (merged === null || !this.#fits(merged) || !this.#contractionsPay(merged) || this.#waitsOutside(first, second) || this.#waitsOutside(second, first)) {
      this.#refused.set(first, (this.#refused.get(first) ?? new Set()).add(second));
      return;
    }
    this.#spans.join(merged.firstEqn, merged.lastEqn);
    for (const { group } of merged.members) this.#clusters.set(group, merged);
    this.#count -= 1;
  }

  /** Whether a group may be one of several parts at all. */
  #mayShare(group: GroupDraft): boolean {
    const known = this.#shares.get(group);
    if (known !== undefined) return known;
    const shares = isRowWork(group) && !(group.kind === "prefix" && this.#context.capabilities.grid) && (group.kind !== "contraction" || (this.#context.capabilities.rowContractions && isLopsided(group)));
    this.#shares.set(group, shares);
    return shares;
  }

  /** Both clusters over the rows that every value between them allows, or what both load; null where there are none. */
  #merged(first: RowCluster, second: RowCluster): RowCluster | null {
    let pairs: readonly Pair[] | null = null;
    for (const [from, to] of [[first, second], [second, first]] as const) {
      for (const { writer, reader, value } of this.#valuesBetween(from, to)) {
        const stored = storedView(writer.group, value, this.#context.views);
        const alike = rowsAlike(value, { member: writer, views: [stored] }, { member: reader, views: viewsOf(value, reader) });
        const found = alike.map(([fromRow, toRow]): Pair => (from === first ? [fromRow, toRow] : [toRow, fromRow]));
        pairs = pairs === null ? found : pairs.filter((pair) => found.some((other) => other[0] === pair[0] && other[1] === pair[1]));
      }
    }
    pairs ??= this.#rowsOfLoads(first, second);
    if (pairs.length === 0 || losesRows(first, pairs) || losesRows(second, pairs)) return null;
    const kept: readonly Pair[] = [...pairs].sort((left, right) => left[0] - right[0]);
    const chosen = (cluster: RowCluster, side: 0 | 1): Member[] => cluster.members.map(({ group, rowAxes }) => (
      { group, rowAxes: kept.map((pair) => at(rowAxes, pair[side])) }
    ));
    const members = [...chosen(first, 0), ...chosen(second, 1)].sort((left, right) => this.#placeOf(left.group) - this.#placeOf(right.group));
    return {
      members, rows: kept.map(([row]) => at(first.rows, row)), firstEqn: Math.min(first.firstEqn, second.firstEqn), lastEqn: Math.max(first.lastEqn, second.lastEqn),
    };
  }

  /** Rows at which both load the same large value alike, where nothing passes between them. */
  #rowsOfLoads(first: RowCluster, second: RowCluster): readonly Pair[] {
    for (const left of first.members) {
      for (const { value, views, computed } of left.group.needs.values()) {
        if (computed) continue;
        for (const right of second.members) {
          if (!right.group.isLoading(value) || !isMuch(value, left.group) || !isMuch(value, right.group)) continue;
          const pairs = rowsAlike(value, { member: left, views }, { member: right, views: viewsOf(value, right) });
          if (pairs.length > 0) return pairs;
        }
      }
    }
    return [];
  }

  *#valuesBetween(from: RowCluster, to: RowCluster): Generator<{ readonly writer: Member; readonly reader: Member; readonly value: Var }> {
    for (const writer of from.members) {
      for (const value of writer.group.allStores) {
        for (const reader of to.members) if (reader.group.isLoading(value)) yield { writer, reader, value };
      }
    }
  }

  /** Whether the kernel keeps to the limits of the target. */
  #fits({ members, rows }: RowCluster): boolean {
    const { capabilities, views } = this.#context;
    if (sizeOf(rows) < capabilities.leastRows) return false;
    const groups = new Set(members.map(({ group }) => group));
    const bound = new Map<number, Var>();
    let operations = 0;
    let bytes = 0;
    for (const { group } of members) {
      operations += group.operations;
      for (const { value, computed } of group.needs.values()) if (!computed) bound.set(value.id, value);
    }
    for (const { group, rowAxes } of members) {
      for (const value of group.allStores) {
        const readers = this.#context.loadersOf(value);
        if (isStored(value, groups, readers, this.#context)) bound.set(value.id, value);
        else bound.delete(value.id);
        if (readers.some((reader) => groups.has(reader))) bytes += sizeOf(axesInRow(value, storedView(group, value, views), rowAxes).map((axis) => at(value.aval.shape, axis))) * byteSize(value.aval.dtype);
      }
    }
    let bindings = 0;
    for (const { aval } of bound.values()) bindings += bindingsOf(aval, capabilities);
    return operations <= capabilities.maxOpsPerKernel && bindings <= capabilities.maxBuffers && bytes <= capabilities.rowBytes;
  }

  /**
   * A contraction among the parts reads those operands again in every row that the rows share: they must be small enough for
   * the cache, and much smaller than what then need not be stored, as scores of attention between queries and keys.
   */
  #contractionsPay({ members, rows }: RowCluster): boolean {
    const { capabilities } = this.#context;
    const groups = new Set(members.map(({ group }) => group));
    return members.every(({ group, rowAxes }) => {
      if (group.kind !== "contraction") return true;
      const between = (value: Var): boolean => group.allStores.includes(value) || members.some((member) => member.group !== group && member.group.allStores.includes(value));
      const saved = [...group.needs.values()].map(({ value }) => value)
        .filter((value) => between(value) && !isStored(value, groups, this.#context.loadersOf(value), this.#context));
      const operands = [...group.needs.values()].filter(({ value, computed, inLoop }) => !computed && inLoop && !between(value));
      const elements = operands.reduce((sum, { value }) => sum + sizeOf(value.aval.shape), 0);
      const shared = operands.filter(({ views }) => !views.some((view) => view.axes.includes(at(rowAxes, -1))));
      const sharedBytes = shared.reduce((sum, { value, views }) => {
        const slices = rowAxes.reduce((count, axis, row) => (views.some((view) => view.axes.includes(axis)) ? count * at(rows, row) : count), 1);
        return sum + sizeOf(value.aval.shape) * byteSize(value.aval.dtype) / slices;
      }, 0);
      const largest = saved.reduce((most, value) => Math.max(most, sizeOf(value.aval.shape)), 0);
      return sharedBytes <= capabilities.rowBytes && largest >= leastSaving * elements;
    });
  }

  /** Whether `second` waits for something else that waits for `first`. A search that takes too long says yes, which only costs a kernel. */
  #waitsOutside(first: RowCluster, second: RowCluster): boolean {
    const horizon = this.#spans.endOf(second.lastEqn);
    if (first.firstEqn > horizon) return false;
    const seen = new Set<RowCluster>([first]);
    const pending = [first];
    // The last readers are followed first: to a `second` that is far away, as a gradient's reader of a value is, the short way
    // leads through them.
    for (let cluster = pending.pop(); cluster !== undefined; cluster = pending.pop()) {
      for (const next of this.#readersOf(cluster)) {
        if (next === second && cluster !== first) return true;
        if (next === second || seen.has(next) || next.firstEqn > horizon) continue;
        if (seen.size >= longestSearch) return true;
        seen.add(next);
        pending.push(next);
      }
    }
    return false;
  }


  /** The clusters that load what a cluster stores, those with the last equations last; some of them twice. */
  #readersOf(cluster: RowCluster): readonly RowCluster[] {
    let groups = this.#readers.get(cluster);
    if (groups === undefined) {
      const found = new Set(cluster.members.flatMap(({ group }) => group.allStores.flatMap((value) => this.#context.loadersOf(value))));
      groups = [...found].sort((left, right) => left.lastEqn - right.lastEqn);
      this.#readers.set(cluster, groups);
    }
    return groups.map((group) => this.#of(group));
  }

  #placeOf(group: GroupDraft): number {
    return this.#places.get(group) ?? -1;
  }
}

/** The views at which a member needs a value. */
function viewsOf(value: Var, { group }: Member): readonly View[] {
  return group.needs.get(value.id)?.views ?? [];
}

interface Use {
  readonly member: Member;
  readonly views: readonly View[];
}

/** Rows of two members, each once, with which an axis of the value runs in both. */
function rowsAlike(value: Var, first: Use, second: Use): readonly Pair[] {
  const pairs: Pair[] = [];
  value.aval.shape.forEach((_, position) => {
    const [left, right] = [rowOfAll(first.member, first.views, position), rowOfAll(second.member, second.views, position)];
    if (left < 0 || right < 0 || extentOfRow(first.member, left) !== extentOfRow(second.member, right)) return;
    // Along a diagonal one row would be two axes: the second runs inside the row.
    if (pairs.every((pair) => pair[0] !== left && pair[1] !== right)) pairs.push([left, right]);
  });
  return pairs;
}

/** The member's row that an axis of a value runs with at all these views; -1 for none. */
function rowOfAll({ rowAxes }: Member, views: readonly View[], position: number): number {
  return rowAxes.findIndex((axis) => views.every((view) => isAxis(at(view.dimensions, position), axis)));
}

function extentOfRow({ group, rowAxes }: Member, row: number): number {
  return at(group.space, at(rowAxes, row));
}

/** Whether loading a value counts beside the group's work. */
function isMuch(value: Var, group: GroupDraft): boolean {
  // A contraction comes back to its operands so often that only its result counts; `#contractionsPay` looks at the operands.
  const work = group.kind === "contraction" ? sizeOf(group.space) : sizeOf(group.extents);
  return sizeOf(value.aval.shape) * leastSaved >= Math.max(1, work);
}

/** Whether it counts for a reader that what it reads is still at hand. */
function saves(writers: RowCluster, readers: RowCluster): boolean {
  const atHand = (value: Var): boolean => writers.members.some(({ group }) => group.needs.has(value.id) || group.allStores.includes(value));
  return readers.members.some(({ group }) => {
    for (const { value, computed } of group.needs.values()) if (!computed && atHand(value) && isMuch(value, group)) return true;
    return false;
  });
}

/** Whether a kernel of several parts would have fewer rows than it has. */
function losesRows({ members, rows }: RowCluster, pairs: readonly Pair[]): boolean {
  return members.length > 1 && pairs.length < rows.length;
}

/** A row of one cluster and the row of another that is the same. */
type Pair = readonly [first: number, second: number];

/** Whether a value of a cluster must be in memory: at the end, or for another kernel. */
export function isStored(value: Var, members: ReadonlySet<GroupDraft>, readers: readonly GroupDraft[], { isOutput }: Pick<RowContext, "isOutput">): boolean {
  return isOutput(value) || readers.some((reader) => !members.has(reader));
}

/** The view at which a group stores a value. */
export function storedView(group: GroupDraft, value: Var, views: ViewTable): View {
  const { operand, stores = [] } = group.loop ?? { operand: null };
  return operand !== null && stores.includes(value) ? operand.view : views.inOrder(value.aval.shape, group.space);
}

/** The axes of a value that do not run with the rows, ascending. */
export function axesInRow(value: Var, stored: View, rowAxes: readonly number[]): readonly number[] {
  return value.aval.shape.flatMap((_, axis) => (rowAxes.some((row) => isAxis(at(stored.dimensions, axis), row)) ? [] : [axis]));
}

function isAxis(dimension: ViewDimension, axis: number): boolean {
  return dimension.key === axisDimension(axis).key;
}

/** Whether a group may run row by row: a window reads across rows. */
function isRowWork(group: GroupDraft): boolean {
  if (group.kind === "routine") return false;
  if (group.kind !== "fold") return true;
  for (const { views } of group.needs.values()) if (views.some(({ repeats }) => repeats !== 1)) return false;
  return true;
}

/** Whether some value of a contraction is so much larger than another one that it might not have to be stored. */
function isLopsided({ needs, allStores }: GroupDraft): boolean {
  const sizes = [...[...needs.values()].map(({ value }) => value), ...allStores].map(({ aval }) => sizeOf(aval.shape));
  return Math.max(...sizes) >= leastSaving * Math.min(...sizes.filter((size) => size > 1));
}

/**
 * Runs of equations that clusters reach over. A cluster may wait for another one only through clusters that begin before the
 * end of the run that it lies in.
 */
class Spans {
  readonly #next: Int32Array;

  constructor(equations: number) {
    this.#next = Int32Array.from({ length: equations }, (_, place) => place);
  }

  /** Makes `first` to `last` one run. */
  join(first: number, last: number): void {
    for (let place = this.endOf(first); place < last; place = this.endOf(place)) this.#next[place] = place + 1;
  }

  endOf(place: number): number {
    let end = place;
    for (let next = this.#next[end] ?? end; next !== end; next = this.#next[end] ?? end) end = next;
    for (let walk = place; walk < end;) {
      const next = this.#next[walk] ?? end;
      this.#next[walk] = end;
      walk = next;
    }
    return end;
  }
}
