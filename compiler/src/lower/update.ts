/**
 * @file Updates of a part of an array whose operand has no other use: the operand is copied, which costs nothing where the result
 * takes its memory, and then only the part is written.
 */

import { at, required } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { FusionGroup, FusionPlan } from "../fuse/types.ts";
import type { Eqn, Params, UpdateLowering, Var } from "../ir/types.ts";
import { contextOf } from "./elements.ts";
import { GroupEmitter, type GroupKernel } from "./emitter.ts";

export interface PartialUpdate {
  readonly operand: Var;
  readonly result: Var;
  /** One after the other: each writes its part of the result. */
  readonly kernels: readonly GroupKernel[];
}

/** Finds groups that update an array which is of no use behind them. `donated` are inputs that the program may overwrite. */
export class PartialUpdates {
  readonly #plan: FusionPlan;
  readonly #donated: ReadonlySet<number>;
  /** The last group that loads a value, by the value's id; Infinity for what is needed at the end. */
  #lastLoads: ReadonlyMap<number, number> | null = null;

  constructor(plan: FusionPlan, donated: readonly number[]) {
    this.#plan = plan;
    this.#donated = new Set(donated.map((input) => at(plan.jaxpr.inVars, input).id));
  }

  /** The kernels of group number `place`, where it is such an update, or several of one array. */
  of(group: FusionGroup, place: number): PartialUpdate | null {
    const [part] = group.parts;
    const [result] = part?.stores ?? [];
    if (part === undefined || result === undefined || part.kind !== "map" || group.parts.length > 1 || part.stores.length > 1 || part.keeps.length > 0) return null;
    const eqns = part.eqns.map((number) => at(this.#plan.jaxpr.eqns, number));
    const chain = updateChain(result, eqns);
    const operand = chain[0]?.inputs[0];
    if (operand?.kind !== "var" || sizeOf(result.aval.shape) === 0 || !this.#dies(operand, place)) return null;
    const updates = chain.filter((eqn) => sizeOf(required(eqn.inputs[1], "update").aval.shape) > 0);
    return { operand, result, kernels: updates.map((eqn) => this.#kernel(part.eqns, eqn, result)) };
  }

  #kernel(places: readonly number[], eqn: Eqn, result: Var): GroupKernel {
    const emitter = new GroupEmitter(this.#plan, `update_${eqn.primitive.name}`);
    emitter.computing(places);
    const { elements } = emitter;
    const update = required(eqn.inputs[1], "update");
    const { shape } = update.aval;
    emitter.nest(shape, ["grid", "simd"], (index) => {
      const value = elements.element(update, elements.index(index));
      const written = required(updateOf(eqn), "update lowering")(index, elements.readerOf(eqn), contextOf({ eqn, outIndex: 0 }));
      emitter.storePart(result, written, value);
    });
    return { ...emitter.finish(), inPlace: [], extent: shape.find((extent) => extent !== 1) ?? 1, asWritten: false };
  }

  #dies(value: Var, place: number): boolean {
    const { jaxpr } = this.#plan;
    const isInput = jaxpr.inVars.some(({ id }) => id === value.id);
    this.#lastLoads ??= lastLoads(this.#plan);
    return (!isInput || this.#donated.has(value.id)) && this.#lastLoads.get(value.id) === place;
  }
}

function updateOf({ primitive: { lower } }: Eqn): UpdateLowering<Params> | null {
  return lower.kind === "indexMap" ? lower.update ?? null : null;
}

/** The updates that make a result, the first one of an array in memory; none where it is made otherwise, or that array read beside. */
function updateChain(result: Var, eqns: readonly Eqn[]): readonly Eqn[] {
  const chain: Eqn[] = [];
  for (let value = result; ;) {
    const eqn = eqns.find(({ outVars }) => outVars.includes(value));
    const operand = eqn?.inputs[0];
    if (eqn === undefined) return chain;
    const readers = eqns.filter(({ inputs }) => inputs.some((input) => input === operand));
    if (updateOf(eqn) === null || operand?.kind !== "var" || readers.length > 1 || eqn.inputs.lastIndexOf(operand) > 0) return [];
    chain.unshift(eqn);
    value = operand;
  }
}

function lastLoads({ jaxpr, groups, same }: FusionPlan): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  groups.forEach(({ parts }, place) => {
    for (const { eqns } of parts) {
      for (const { inputs } of eqns.map((number) => at(jaxpr.eqns, number))) {
        for (const input of inputs) if (input.kind === "var") last.set(input.id, place);
      }
    }
  });
  for (const out of jaxpr.outs) if (out.kind === "var") last.set(out.id, Infinity);
  for (const [, as] of same) last.set(as.id, Infinity);
  return last;
}
