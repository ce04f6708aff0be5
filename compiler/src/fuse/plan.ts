/**
 * @file Fusion: puts the equations of a jaxpr into groups, one kernel each.
 *
 * One walk from the last equation to the first, so that everybody who needs a result is already in a group. An elementwise
 * or movement equation is computed where it is needed: in its only group, or in each of them when it is cheap. Everything
 * else is stored once: by one of the groups that need it if that makes no cycle, beside a sibling that reads the same array,
 * or in a group of its own, which the equations before it then join. `admit.ts` has the rules for one group.
 */

import { at, InternalError } from "../base/assert.ts";
import { equalShapes, sizeOf, stridesOf } from "../base/shape.ts";
import type { Eqn, Jaxpr, Var } from "../ir/types.ts";
import type { Capabilities } from "../target.ts";
import { admit, type Admission, type AdmissionContext } from "./admit.ts";
import { elementCosts, isCheap } from "./cost.ts";
import { GroupDraft, type ReadingEqn } from "./draft.ts";
import { runningOrder } from "./order.ts";
import { keepsOrder, readsOf } from "./reads.ts";
import type { Cut, FusionGroup, FusionPlan, Obstacle } from "./types.ts";
import { sameElements, ViewTable } from "./view.ts";

/** Values that a search for a shared operand may look at. */
const mostOperands = 16;
/** Groups that are tried as the one that stores a value, and edges that a search for a cycle may follow. */
const mostCandidates = 8;
const longestSearch = 256;

/**
 * Decides which equations share a kernel. Linear in the number of equations. The jaxpr has no calls left, and every
 * equation one result; an InternalError otherwise.
 */
export function planFusion(jaxpr: Jaxpr, capabilities: Capabilities): FusionPlan {
  return new Planner(jaxpr, capabilities).plan();
}

interface RecordedCut extends Obstacle {
  readonly eqn: number;
  readonly from: GroupDraft;
  readonly to: readonly GroupDraft[];
}

class Planner {
  readonly #jaxpr: Jaxpr;
  readonly #context: AdmissionContext;
  readonly #views = new ViewTable();
  readonly #readings = new Map<number, ReadingEqn>();
  readonly #groups: GroupDraft[] = [];
  /** The groups that need a value, by its id. */
  readonly #holders = new Map<number, GroupDraft[]>();
  /** Values that must be in memory at the end. */
  readonly #outputs: Set<number>;
  readonly #same: (readonly [value: Var, as: Var])[] = [];
  readonly #cuts: RecordedCut[] = [];
  readonly #producers: ReadonlyMap<number, Eqn>;

  constructor(jaxpr: Jaxpr, capabilities: Capabilities) {
    this.#jaxpr = jaxpr;
    this.#outputs = new Set(jaxpr.outs.flatMap((out) => (out.kind === "var" ? [out.id] : [])));
    this.#producers = new Map(jaxpr.eqns.flatMap((eqn) => eqn.outVars.map((variable) => [variable.id, eqn] as const)));
    this.#context = {
      views: this.#views, capabilities, costOf: elementCosts(jaxpr), reading: (place) => this.#reading(place),
    };
  }

  plan(): FusionPlan {
    const { eqns } = this.#jaxpr;
    for (let place = eqns.length - 1; place >= 0; place--) this.#place(at(eqns, place), place);
    const ordered = runningOrder(this.#groups, (value) => this.#loaders(value));
    const numbers = new Map(ordered.map((group, number) => [group, number]));
    const numberOf = (group: GroupDraft): number => numbers.get(group) ?? -1;
    const cuts = this.#cuts.map(({ from, to, ...cut }): Cut => ({ ...cut, from: numberOf(from), to: to.map(numberOf).sort((a, b) => a - b) }));
    return {
      jaxpr: this.#jaxpr, groups: ordered.map((group) => finished(group, this.#views)), same: this.#same,
      cuts: cuts.sort((a, b) => a.eqn - b.eqn),
    };
  }

  #place(eqn: Eqn, place: number): void {
    const result = theResult(eqn);
    const holders = this.#holders.get(result.id) ?? [];
    if (this.#outputs.has(result.id)) this.#outputIsOperand(place, result);
    const isOutput = this.#outputs.has(result.id);
    if (!isOutput && holders.length === 0) return;
    if (!isOutput && !isFold(eqn) && this.#inline(eqn, place, holders)) return;
    this.#store(eqn, place, holders);
  }

  /** An output that only gives another shape to a value is that value's memory. */
  #outputIsOperand(place: number, result: Var): void {
    const { eqn, keepsOrder: sameOrder } = this.#reading(place);
    const operand = eqn.inputs[0];
    if (!sameOrder || operand?.kind !== "var") return;
    this.#outputs.delete(result.id);
    this.#outputs.add(operand.id);
    this.#same.push([result, operand]);
  }

  /** Computes the equation in every group that needs it, without storing it; false where that may not be. */
  #inline(eqn: Eqn, place: number, holders: readonly GroupDraft[]): boolean {
    if (holders.length > 1 && !this.#mayRepeat(eqn, place)) return false;
    const admissions: [GroupDraft, Admission][] = [];
    for (const group of holders) {
      const answer = admit(eqn, place, group, false, this.#context);
      if (!isAdmission(answer)) return false;
      admissions.push([group, answer]);
    }
    for (const [group, admission] of admissions) this.#join(eqn, place, group, admission);
    return true;
  }

  /** Whether several kernels may compute it. Movement of an expensive value may: that value is then stored itself. */
  #mayRepeat(eqn: Eqn, place: number): boolean {
    const result = theResult(eqn);
    if (eqn.primitive.lower.kind === "indexMap") return this.#reading(place).reads.length <= 2;
    return isCheap(result, this.#context.costOf(result));
  }

  #store(eqn: Eqn, place: number, holders: readonly GroupDraft[]): void {
    const result = theResult(eqn);
    const obstacles = new Map<GroupDraft, Obstacle>();
    let host = this.#host(eqn, place, this.#byFirstEqn(holders), holders, obstacles);
    host ??= this.#host(eqn, place, this.#siblings(eqn), holders, new Map());
    if (host === null) {
      const group = new GroupDraft(this.#groups.length, result.aval.shape);
      this.#groups.push(group);
      const admission = admit(eqn, place, group, true, this.#context);
      if (!isAdmission(admission)) throw new InternalError(`a group of its own refuses ${eqn.primitive.name}: ${admission.detail}`);
      host = { group, admission };
    }
    const { group, admission } = host;
    this.#join(eqn, place, group, admission);
    const to = holders.filter((holder) => holder !== group);
    if (to.length > 0) this.#cuts.push({ eqn: place, from: group, to, ...this.#whyStored(eqn, place, to, obstacles) });
  }

  /** The first candidate that can compute and store the result without making a cycle. */
  #host(
    eqn: Eqn, place: number, candidates: readonly GroupDraft[], holders: readonly GroupDraft[], obstacles: Map<GroupDraft, Obstacle>,
  ): { readonly group: GroupDraft; readonly admission: Admission } | null {
    const isOutput = this.#outputs.has(theResult(eqn).id);
    for (const group of candidates.slice(0, mostCandidates)) {
      const mustStore = isOutput || holders.some((holder) => holder !== group);
      const answer = admit(eqn, place, group, mustStore, this.#context);
      if (!isAdmission(answer)) {
        obstacles.set(group, answer);
      } else if (holders.some((holder) => holder !== group && this.#reaches(holder, group))) {
        obstacles.set(group, { reason: "cycle", detail: "another kernel that needs it comes before this one" });
      } else {
        return { group, admission: answer };
      }
    }
    return null;
  }

  /** Groups over the same elements that read a large array which the result is computed from, so that one pass serves both. */
  #siblings(eqn: Eqn): readonly GroupDraft[] {
    const found = new Set<GroupDraft>();
    const seen = new Set<number>();
    const pending: Eqn[] = [eqn];
    for (let next = pending.shift(); next !== undefined && seen.size < mostOperands; next = pending.shift()) {
      for (const input of next.inputs) {
        if (input.kind === "literal" || sizeOf(input.aval.shape) <= 1 || seen.has(input.id)) continue;
        seen.add(input.id);
        const holders = this.#holders.get(input.id) ?? [];
        for (const group of holders.slice(-mostCandidates)) {
          if (group.kind !== "contraction" && fitsBeside(eqn, group)) found.add(group);
        }
        const producer = this.#producers.get(input.id);
        if (holders.length === 0 && producer !== undefined && !isFold(producer)) pending.push(producer);
      }
    }
    return [...found];
  }

  #byFirstEqn(groups: readonly GroupDraft[]): readonly GroupDraft[] {
    return [...groups].sort((left, right) => left.firstEqn - right.firstEqn);
  }

  #whyStored(eqn: Eqn, place: number, to: readonly GroupDraft[], obstacles: ReadonlyMap<GroupDraft, Obstacle>): Obstacle {
    if (isFold(eqn) || this.#outputs.has(theResult(eqn).id)) {
      const known = to.map((group) => obstacles.get(group)).find((found) => found !== undefined);
      if (known !== undefined) return known;
    }
    for (const group of to) {
      const answer = admit(eqn, place, group, false, this.#context);
      if (!isAdmission(answer)) return answer;
    }
    const { arithmetic } = this.#context.costOf(theResult(eqn));
    return { reason: "reused", detail: `several kernels need it, and computing an element costs ${arithmetic}` };
  }

  #join(eqn: Eqn, place: number, group: GroupDraft, admission: Admission): void {
    const result = theResult(eqn);
    for (const view of admission.views) this.#need(group, { value: result, view, inLoop: admission.inLoop });
    if (admission.store === "outer") group.stores.push(result);
    if (admission.store === "inner") group.loop?.stores.push(result);
    if (admission.loop !== null) group.loop = admission.loop;
    if (isFold(eqn)) group.loop?.folds.push(place);
    group.compute(place, result, admission.operations);
    for (const operand of admission.operands) this.#need(group, operand);
  }

  #need(group: GroupDraft, operand: Parameters<GroupDraft["need"]>[0]): void {
    if (!group.need(operand)) return;
    const holders = this.#holders.get(operand.value.id);
    if (holders === undefined) this.#holders.set(operand.value.id, [group]);
    else holders.push(group);
  }

  /** The groups that load a value. */
  #loaders(value: Var): readonly GroupDraft[] {
    return (this.#holders.get(value.id) ?? []).filter((group) => group.needs.get(value.id)?.computed === false);
  }

  /** Whether `goal` waits for `start`. A search that takes too long says yes, which only costs a kernel. */
  #reaches(start: GroupDraft, goal: GroupDraft): boolean {
    const seen = new Set<GroupDraft>([start]);
    const pending = [start];
    let steps = 0;
    for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
      if (group === goal) return true;
      for (const value of [...group.stores, ...(group.loop?.stores ?? [])]) {
        for (const next of this.#holders.get(value.id) ?? []) {
          if (++steps > longestSearch) return true;
          // What the goal waits for has an equation before the goal's last one.
          const loads = next.needs.get(value.id)?.computed === false;
          if (!loads || seen.has(next) || next.firstEqn > goal.lastEqn) continue;
          seen.add(next);
          pending.push(next);
        }
      }
    }
    return false;
  }

  #reading(place: number): ReadingEqn {
    const known = this.#readings.get(place);
    if (known !== undefined) return known;
    const eqn = at(this.#jaxpr.eqns, place);
    const reads = readsOf(eqn);
    const reading: ReadingEqn = { eqn, place, reads, keepsOrder: keepsOrder(eqn, reads) };
    this.#readings.set(place, reading);
    return reading;
  }
}

function isAdmission(answer: Admission | Obstacle): answer is Admission {
  return "kind" in answer;
}

/** Whether the result has the shape that the group stores, so that it needs no index arithmetic of its own. */
function fitsBeside(eqn: Eqn, group: GroupDraft): boolean {
  const { shape } = theResult(eqn).aval;
  return sameElements(shape, group.space) || sameElements(shape, group.loop?.operand?.shape ?? group.space);
}

function isFold(eqn: Eqn): boolean {
  const { kind } = eqn.primitive.lower;
  return kind === "reduction" || kind === "contraction";
}

function theResult(eqn: Eqn): Var {
  if (eqn.primitive.lower.kind === "inlined") throw new InternalError(`${eqn.primitive.name} is left after the passes`);
  if (eqn.outVars.length !== 1) throw new InternalError(`${eqn.primitive.name} has ${eqn.outVars.length} results, fusion knows one`);
  return at(eqn.outVars, 0);
}

function finished(group: GroupDraft, views: ViewTable): FusionGroup {
  const ascending = (left: number, right: number): number => left - right;
  const { kind, loop } = group;
  return {
    kind,
    space: refinedSpace(group, views),
    eqns: [...group.eqns].sort(ascending),
    loops: loop === null ? [] : [{ folds: [...loop.folds].sort(ascending), extents: loop.extents, axes: loop.axes, stores: [...loop.stores].reverse() }],
    stores: [...group.stores].reverse(),
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
