/** @file A group while fusion puts it together: what it computes, what it needs and at which views. */

import { at, required } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { Eqn, Var } from "../ir/types.ts";
import type { OperandRead } from "./reads.ts";
import type { View, ViewTable } from "./view.ts";

/** A value that a group needs, or computes. */
export interface Need {
  readonly value: Var;
  /** The views at which it is needed; never empty. */
  readonly views: View[];
  /** Whether it is needed inside the group's inner loop. */
  inLoop: boolean;
  /** Whether the group computes it; otherwise it is loaded. */
  computed: boolean;
}

export interface LoopDraft {
  readonly kind: "reduction" | "contraction";
  readonly folds: number[];
  readonly extents: readonly number[];
  readonly axes: readonly number[];
  /** The shape of a reduction's operand, and the view of it that the loop runs over; null for a contraction. */
  readonly operand: { readonly shape: readonly number[]; readonly view: View } | null;
  readonly stores: Var[];
}

/** What an equation needs from its operands: views by operand place. */
export interface OperandNeed {
  readonly value: Var;
  readonly view: View;
  readonly inLoop: boolean;
}

export class GroupDraft {
  /** Order of making. */
  readonly number: number;
  readonly space: readonly number[];
  readonly eqns: number[] = [];
  readonly stores: Var[] = [];
  readonly needs = new Map<number, Need>();
  loop: LoopDraft | null = null;
  operations = 0;
  /** Values that it loads. */
  loads = 0;
  firstEqn = Infinity;
  lastEqn = -1;

  constructor(number: number, space: readonly number[]) {
    this.number = number;
    this.space = space;
  }

  get kind(): "map" | "reduction" | "contraction" {
    return this.loop?.kind ?? "map";
  }

  /** Extents of all loops, outermost first. */
  get extents(): readonly number[] {
    return this.loop === null ? this.space : [...this.space, ...this.loop.extents];
  }

  get storeCount(): number {
    return this.stores.length + (this.loop?.stores.length ?? 0);
  }

  /** Notes that a value is needed; true when the group did not know it yet. */
  need({ value, view, inLoop }: OperandNeed): boolean {
    const known = this.needs.get(value.id);
    if (known === undefined) {
      this.needs.set(value.id, { value, views: [view], inLoop, computed: false });
      this.loads += 1;
      return true;
    }
    if (!known.views.includes(view)) known.views.push(view);
    known.inLoop ||= inLoop;
    return false;
  }

  /** Notes that the group computes the result of an equation, which it needs. */
  compute(place: number, result: Var, operations: number): void {
    const need = required(this.needs.get(result.id), "need of a computed value");
    if (!need.computed) this.loads -= 1;
    need.computed = true;
    this.eqns.push(place);
    this.operations += operations;
    this.firstEqn = Math.min(this.firstEqn, place);
    this.lastEqn = Math.max(this.lastEqn, place);
  }
}

/** An equation with how it reads its operands. */
export interface ReadingEqn {
  readonly eqn: Eqn;
  readonly place: number;
  readonly reads: readonly OperandRead[];
  /** Whether it gives the elements of its operand in their order, under another shape. */
  readonly keepsOrder: boolean;
}

/** The operands that an elementwise or movement equation needs when its result is needed at these views. */
export function operandNeeds(
  { eqn, place, reads, keepsOrder }: ReadingEqn, resultViews: readonly View[], inLoop: boolean, space: readonly number[], views: ViewTable,
): OperandNeed[] {
  const needs: OperandNeed[] = [];
  const { shape } = at(eqn.outVars, 0).aval;
  const inOrder = keepsOrder && sizeOf(shape) === sizeOf(space) ? views.inOrder(shape, space) : null;
  for (const view of resultViews) {
    if (eqn.primitive.lower.kind === "scalar") {
      for (const input of eqn.inputs) {
        if (input.kind === "var") needs.push({ value: input, view: views.ofElementwiseOperand(view, input.aval.shape), inLoop });
      }
      continue;
    }
    reads.forEach((read, position) => {
      const input = at(eqn.inputs, read.operand);
      if (input.kind === "literal") return;
      const operandShape = input.aval.shape;
      const operandView = view === inOrder ? views.inOrder(operandShape, space) : views.ofRead(view, read, operandShape, { eqn: place, place: position });
      needs.push({ value: input, view: operandView, inLoop });
    });
  }
  return needs;
}
