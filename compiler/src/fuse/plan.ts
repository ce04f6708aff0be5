/**
 * @file Fusion: puts the equations of a jaxpr into groups, one kernel each.
 *
 * One walk from the last equation to the first, so that everybody who needs a result is already in a group. An elementwise
 * or movement equation is computed where it is needed: in its only group, or in each of them when it is cheap. Everything
 * else is stored once: by one of the groups that need it if that makes no cycle, beside a sibling that reads the same array,
 * or in a group of its own, which the equations before it then join. `admit.ts` has the rules for one group. Groups that hand
 * each other values row by row then share a kernel (`rows.ts`).
 */

import { at, InternalError, required } from "../base/assert.ts";
import { equalShapes, sizeOf } from "../base/shape.ts";
import type { Eqn, Jaxpr, Var } from "../ir/types.ts";
import { bindingsOf, type Capabilities } from "../target.ts";
import { admitFold, admitPrefix, admitResult, isAdmission, type Admission, type AdmissionContext } from "./admit.ts";
import { elementCosts, isBornOfBroadcast, isCheap } from "./cost.ts";
import { GroupDraft, type OperandNeed, type Reading } from "./draft.ts";
import { finishedGroup } from "./finish.ts";
import { runningOrder } from "./order.ts";
import { keepsOrder, readsOf, writtenOutTerms, type Item } from "./reads.ts";
import { clusterRows, type RowCluster, type RowContext } from "./rows.ts";
import type { Cut, FusionPlan, Obstacle } from "./types.ts";
import { sameElements, ViewTable } from "./view.ts";

/** Values that a search for a shared operand may look at. */
const mostOperands = 16;
/** Groups that are tried as the one that stores a value, and edges that a search for a cycle may follow. */
const mostCandidates = 8;
const longestSearch = 256;

/**
 * Decides which equations share a kernel. Linear in the number of equations. The jaxpr has no calls left; an InternalError
 * otherwise.
 */
export function planFusion(jaxpr: Jaxpr, capabilities: Capabilities): FusionPlan {
  return new Planner(jaxpr, capabilities).plan();
}

interface RecordedCut extends Obstacle {
  readonly eqn: number;
  readonly from: GroupDraft;
  readonly to: readonly GroupDraft[];
}

/** Asks a group whether it can compute something, and store it if it must. */
type Ask = (group: GroupDraft, mustStore: boolean) => Admission | Obstacle;

class Planner {
  readonly #jaxpr: Jaxpr;
  readonly #context: AdmissionContext;
  readonly #rowContext: RowContext;
  readonly #views = new ViewTable();
  /** By number of the equation, then of the result. */
  readonly #readings = new Map<number, Reading[]>();
  readonly #groups: GroupDraft[] = [];
  /** The groups that need a value, by its id. */
  readonly #holders = new Map<number, GroupDraft[]>();
  readonly #loaders = new Map<number, readonly GroupDraft[]>();
  /** Values that must be in memory at the end. */
  readonly #outputs: Set<number>;
  readonly #same: (readonly [value: Var, as: Var])[] = [];
  readonly #cuts: RecordedCut[] = [];
  readonly #producers: ReadonlyMap<number, Eqn>;

  readonly #bindingsOf: (value: Var) => number;

  constructor(jaxpr: Jaxpr, capabilities: Capabilities) {
    this.#jaxpr = jaxpr;
    this.#bindingsOf = ({ aval }) => bindingsOf(aval, capabilities);
    this.#outputs = new Set(jaxpr.outs.flatMap((out) => (out.kind === "var" ? [out.id] : [])));
    this.#producers = new Map(jaxpr.eqns.flatMap((eqn) => eqn.outVars.map((variable) => [variable.id, eqn] as const)));
    this.#rowContext = {
      views: this.#views, capabilities, isOutput: (value) => this.#outputs.has(value.id),
      loadersOf: (value) => this.#loadersOf(value),
    };
    this.#context = {
      views: this.#views, capabilities, costOf: elementCosts(jaxpr), readingOf: (item) => this.#readingOf(item),
    };
  }

  plan(): FusionPlan {
    const { eqns } = this.#jaxpr;
    for (let place = eqns.length - 1; place >= 0; place--) this.#place(at(eqns, place), place);
    const clusters = this.#clusters();
    const numbers = new Map(clusters.flatMap(({ members }, number) => members.map(({ group }) => [group, number] as const)));
    const numberOf = (group: GroupDraft): number => required(numbers.get(group), "number of a group");
    const cuts = this.#cuts.flatMap(({ from, to, ...cut }): Cut[] => {
      const others = new Set(to.map(numberOf));
      others.delete(numberOf(from));
      return others.size === 0 ? [] : [{ ...cut, from: numberOf(from), to: [...others].sort((a, b) => a - b) }];
    });
    return {
      jaxpr: this.#jaxpr, groups: clusters.map((cluster) => finishedGroup(cluster, this.#rowContext)), same: this.#same,
      cuts: cuts.sort((a, b) => a.eqn - b.eqn),
    };
  }

  /** The kernels, in an order in which they can run. */
  #clusters(): readonly RowCluster[] {
    const { loadersOf } = this.#rowContext;
    const groups = runningOrder(
      this.#groups.map((group) => ({ node: group, lastEqn: group.lastEqn })), (group) => group.allStores.flatMap(loadersOf),
    );
    const clusters = clusterRows(groups, this.#rowContext);
    if (clusters.length === groups.length) return clusters;
    const clusterOf = new Map(clusters.flatMap((cluster) => cluster.members.map(({ group }) => [group, cluster] as const)));
    return runningOrder(
      clusters.map((cluster) => ({ node: cluster, lastEqn: Math.max(...cluster.members.map(({ group }) => group.lastEqn)) })),
      ({ members }) => members.flatMap(({ group }) => group.allStores.flatMap(loadersOf)).map((reader) => required(clusterOf.get(reader), "cluster of a group")),
    );
  }

  #place(eqn: Eqn, place: number): void {
    if (writtenOutTerms(eqn) > 0) return this.#placeResult({ eqn, place, outIndex: 0, result: at(eqn.outVars, 0) });
    switch (eqn.primitive.lower.kind) {
      case "scalar": case "indexMap":
        for (let outIndex = eqn.outVars.length - 1; outIndex >= 0; outIndex--) {
          this.#placeResult({ eqn, place, outIndex, result: at(eqn.outVars, outIndex) });
        }
        return;
      case "reduction": case "contraction": case "fold": return this.#placeFold(eqn, place);
      case "prefix": return this.#placePrefix(eqn, place);
      case "routine": return this.#placeRoutine(eqn, place);
      case "physical": case "inlined": throw new InternalError(`${eqn.primitive.name} is left after the passes`);
    }
  }

  #holdersOf(value: Var): readonly GroupDraft[] {
    return this.#holders.get(value.id) ?? [];
  }

  /** The groups that load a value, when all groups are complete. */
  #loadersOf(value: Var): readonly GroupDraft[] {
    const known = this.#loaders.get(value.id);
    if (known !== undefined) return known;
    const loaders = this.#holdersOf(value).filter((group) => group.isLoading(value));
    this.#loaders.set(value.id, loaders);
    return loaders;
  }

  // Elementwise and movement --------------------------------------------------------------------------------------------

  #placeResult(item: Item): void {
    const { result } = item;
    if (this.#outputs.has(result.id)) this.#outputIsOperand(item);
    const holders = this.#holdersOf(result);
    const isOutput = this.#outputs.has(result.id);
    if (!isOutput && (holders.length === 0 || this.#inline(item, holders))) return;
    this.#store(item.eqn, item.place, [result], (group, mustStore) => admitResult(item, group, mustStore, this.#context));
  }

  /** An output that only gives another shape to a value is that value's memory. */
  #outputIsOperand(item: Item): void {
    const operand = item.eqn.inputs[0];
    if (!this.#readingOf(item).keepsOrder || operand?.kind !== "var") return;
    this.#outputs.delete(item.result.id);
    this.#outputs.add(operand.id);
    this.#same.push([item.result, operand]);
  }

  /** Computes the result in every group that needs it, without storing it; false where that may not be. */
  #inline(item: Item, holders: readonly GroupDraft[]): boolean {
    if (holders.length > 1 && !this.#mayRepeat(item)) return false;
    const admissions: [GroupDraft, Admission][] = [];
    for (const group of holders) {
      const answer = admitResult(item, group, false, this.#context);
      if (!isAdmission(answer)) return false;
      admissions.push([group, answer]);
    }
    for (const [group, admission] of admissions) this.#join(group, admission);
    return true;
  }

  /** Whether several kernels may compute it. Movement of an expensive value may: that value is then stored itself. */
  #mayRepeat(item: Item): boolean {
    if (item.eqn.primitive.lower.kind === "indexMap") return this.#readingOf(item).reads.length <= 2;
    const cost = this.#context.costOf(item.result);
    return isCheap(item.result, cost) || isBornOfBroadcast(item.result, cost);
  }

  // What is stored ------------------------------------------------------------------------------------------------------

  #placeFold(eqn: Eqn, place: number): void {
    if (!this.#isWanted(eqn)) return;
    this.#store(eqn, place, eqn.outVars, (group) => admitFold(eqn, place, group, (result) => this.#isNeededBeside(result, group), this.#context));
  }

  #placePrefix(eqn: Eqn, place: number): void {
    if (!this.#isWanted(eqn)) return;
    this.#store(eqn, place, eqn.outVars, (group, mustStore) => admitPrefix(eqn, place, group, mustStore, this.#context));
  }

  #placeRoutine(eqn: Eqn, place: number): void {
    if (!this.#isWanted(eqn)) return;
    const group = new GroupDraft(this.#groups.length, [], this.#bindingsOf, true);
    this.#groups.push(group);
    const whole = (value: Var): OperandNeed => ({ value, view: this.#views.inOrder(value.aval.shape, value.aval.shape), inLoop: false, depth: 0 });
    for (const result of eqn.outVars) {
      this.#need(group, whole(result));
      group.stores.push(result);
      group.compute(place, result, 1);
    }
    for (const input of eqn.inputs) if (input.kind === "var") this.#need(group, whole(input));
    const to = [...new Set(eqn.outVars.flatMap((result) => this.#holdersOf(result)))].filter((holder) => holder !== group);
    if (to.length > 0) this.#cuts.push({ eqn: place, from: group, to, reason: "routine", detail: "a library algorithm gives whole arrays" });
  }

  #isWanted({ outVars }: Eqn): boolean {
    return outVars.some((result) => this.#outputs.has(result.id) || this.#holdersOf(result).length > 0);
  }

  /** Whether a result has to be in memory although this group computes it. */
  #isNeededBeside(result: Var, group: GroupDraft): boolean {
    return this.#outputs.has(result.id) || this.#holdersOf(result).some((holder) => holder !== group);
  }

  /** Has one group compute and store the results: one that needs them, a sibling, or a new one. */
  #store(eqn: Eqn, place: number, results: readonly Var[], ask: Ask): void {
    const holders = [...new Set(results.flatMap((result) => this.#holdersOf(result)))];
    const obstacles = new Map<GroupDraft, Obstacle>();
    const isOutput = results.some((result) => this.#outputs.has(result.id));
    // What a contraction can compute behind its loop it stores itself, and whoever folds it reads it from memory.
    const isEpilogue = this.#followsContraction(eqn);
    const byFirstEqn = holders.filter((group) => !isEpilogue || results.every(({ id }) => group.needs.get(id)?.inLoop !== true))
      .sort((left, right) => left.firstEqn - right.firstEqn);
    let host = this.#host(byFirstEqn, holders, isOutput, ask, obstacles);
    host ??= this.#host(this.#siblings(eqn), holders, isOutput, ask, new Map());
    if (host === null) {
      const group = new GroupDraft(this.#groups.length, at(results, 0).aval.shape, this.#bindingsOf);
      this.#groups.push(group);
      const admission = ask(group, true);
      if (!isAdmission(admission)) throw new InternalError(`a group of its own refuses ${eqn.primitive.name}: ${admission.detail}`);
      host = { group, admission };
    }
    const { group, admission } = host;
    this.#join(group, admission);
    const to = holders.filter((holder) => holder !== group);
    if (to.length > 0) this.#cuts.push({ eqn: place, from: group, to, ...this.#whyStored(results, to, ask, obstacles) });
  }

  /** Whether an elementwise result is computed from a contraction's result of the same shape. */
  #followsContraction(eqn: Eqn): boolean {
    const seen = new Set<Eqn>();
    const pending = eqn.primitive.lower.kind === "scalar" ? [eqn] : [];
    for (let next = pending.pop(); next !== undefined && seen.size < mostOperands; next = pending.pop()) {
      seen.add(next);
      for (const input of next.inputs) {
        const producer = input.kind === "var" && equalShapes(input.aval.shape, at(eqn.outVars, 0).aval.shape) ? this.#producers.get(input.id) : undefined;
        if (producer?.primitive.lower.kind === "contraction") return true;
        if (producer?.primitive.lower.kind === "scalar" && !seen.has(producer)) pending.push(producer);
      }
    }
    return false;
  }

  /** The first candidate that can compute and store the results without making a cycle. */
  #host(
    candidates: readonly GroupDraft[], holders: readonly GroupDraft[], isOutput: boolean, ask: Ask, obstacles: Map<GroupDraft, Obstacle>,
  ): { readonly group: GroupDraft; readonly admission: Admission } | null {
    for (const group of candidates.slice(0, mostCandidates)) {
      const answer = ask(group, isOutput || holders.some((holder) => holder !== group));
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
        const producer = this.#producers.get(input.id);
        // Whoever needs another result of the same equation shares its operands, too.
        const holders = (producer?.outVars ?? [input]).flatMap((result) => this.#holdersOf(result).slice(-mostCandidates));
        for (const group of holders) if (fitsBeside(eqn, group)) found.add(group);
        const isPulled = producer?.primitive.lower.kind === "scalar" || producer?.primitive.lower.kind === "indexMap";
        if (holders.length === 0 && producer !== undefined && isPulled) pending.push(producer);
      }
    }
    return [...found];
  }

  #whyStored(results: readonly Var[], to: readonly GroupDraft[], ask: Ask, obstacles: ReadonlyMap<GroupDraft, Obstacle>): Obstacle {
    for (const group of to) {
      const known = obstacles.get(group);
      if (known !== undefined) return known;
    }
    for (const group of to) {
      const answer = ask(group, false);
      if (!isAdmission(answer)) return answer;
    }
    const { arithmetic } = this.#context.costOf(at(results, 0));
    return { reason: "reused", detail: `several kernels need it, and computing an element costs ${arithmetic}` };
  }

  #join(group: GroupDraft, admission: Admission): void {
    if (admission.loop !== null) group.loop = admission.loop;
    if (admission.scan !== null) group.scan = admission.scan;
    if (admission.isFold) group.loop?.folds.push(admission.place);
    for (const { value, needed: { views, inLoop, depth }, store } of admission.results) {
      for (const view of views) this.#need(group, { value, view, inLoop, depth });
      if (store === "outer") group.stores.push(value);
      if (store === "inner") group.loop?.stores.push(value);
      group.compute(admission.place, value, admission.operations);
    }
    for (const operand of admission.operands) this.#need(group, operand);
  }

  #need(group: GroupDraft, operand: OperandNeed): void {
    if (!group.need(operand)) return;
    const holders = this.#holders.get(operand.value.id);
    if (holders === undefined) this.#holders.set(operand.value.id, [group]);
    else holders.push(group);
  }

  /** Whether `goal` waits for `start`. A search that takes too long says yes, which only costs a kernel. */
  #reaches(start: GroupDraft, goal: GroupDraft): boolean {
    const seen = new Set<GroupDraft>([start]);
    const pending = [start];
    let steps = 0;
    for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
      if (group === goal) return true;
      for (const value of group.allStores) {
        for (const next of this.#holdersOf(value)) {
          if (++steps > longestSearch) return true;
          // What the goal waits for has an equation before the goal's last one.
          if (!next.isLoading(value) || seen.has(next) || next.firstEqn > goal.lastEqn) continue;
          seen.add(next);
          pending.push(next);
        }
      }
    }
    return false;
  }

  #readingOf(item: Item): Reading {
    const ofEqn = this.#readings.get(item.place) ?? [];
    const known = ofEqn[item.outIndex];
    if (known !== undefined) return known;
    const reads = readsOf(item);
    const reading: Reading = { item, reads, keepsOrder: keepsOrder(item, reads) };
    ofEqn[item.outIndex] = reading;
    this.#readings.set(item.place, ofEqn);
    return reading;
  }
}

/** Whether the result has the shape that the group stores, so that it needs no index arithmetic of its own. */
function fitsBeside(eqn: Eqn, group: GroupDraft): boolean {
  if (group.isRoutine || group.kind === "contraction") return false;
  const { shape } = at(eqn.outVars, 0).aval;
  return sameElements(shape, group.space) || sameElements(shape, group.loop?.operand?.shape ?? group.space);
}
