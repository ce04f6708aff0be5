/** @file A group while fusion puts it together: what it computes, what it needs and at which views. */

import { at, required } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { PrefixAxis, Var } from "../ir/types.ts";
import type { Item, OperandRead } from "./reads.ts";
import type { FusionPart } from "./types.ts";
import type { View, ViewTable } from "./view.ts";

/** A value that a group needs, or computes. */
export interface Need {
  readonly value: Var;
  /** The views at which it is needed; never empty. */
  readonly views: View[];
  /** Whether it is needed inside the group's inner loop, or before the states of a prefix take it in. */
  inLoop: boolean;
  /** Index maps between the group's stores and the value, at most. */
  depth: number;
  /** Whether the group computes it; otherwise it is loaded. */
  computed: boolean;
}

export interface ScanDraft extends PrefixAxis {
  /** Buffers that a kernel of the group binds beside its values: on a grid the states before each block. */
  readonly buffers: number;
}

export interface LoopDraft {
  readonly kind: "reduction" | "contraction" | "fold";
  readonly folds: number[];
  readonly extents: readonly number[];
  readonly axes: readonly number[];
  /** The shape of a reduction's operand, and the view of it that the loop runs over; null for the other kinds. */
  readonly operand: { readonly shape: readonly number[]; readonly view: View } | null;
  readonly stores: Var[];
  /** The axis of the space that each axis of the results is, null for extents of 1; null where the results are in order. */
  readonly resultAxes: readonly (number | null)[] | null;
}

/** One view at which an equation needs an operand. */
export interface OperandNeed {
  readonly value: Var;
  readonly view: View;
  readonly inLoop: boolean;
  readonly depth: number;
}

export class GroupDraft {
  /** Order of making. */
  readonly number: number;
  readonly space: readonly number[];
  /** Whether it is a library algorithm, which no other equation joins. */
  readonly isRoutine: boolean;
  readonly eqns = new Set<number>();
  readonly stores: Var[] = [];
  readonly needs = new Map<number, Need>();
  loop: LoopDraft | null = null;
  /** The axis of the space along which states of prefixes pass. */
  scan: ScanDraft | null = null;
  operations = 0;
  /** Bindings of the values that it loads. */
  loads = 0;
  firstEqn = Infinity;
  lastEqn = -1;

  readonly #bindingsOf: (value: Var) => number;

  constructor(number: number, space: readonly number[], bindingsOf: (value: Var) => number, isRoutine = false) {
    this.#bindingsOf = bindingsOf;
    this.number = number;
    this.space = space;
    this.isRoutine = isRoutine;
  }

  get kind(): FusionPart["kind"] {
    return this.isRoutine ? "routine" : this.scan === null ? this.loop?.kind ?? "map" : "prefix";
  }

  /** Extents of all loops, outermost first. */
  get extents(): readonly number[] {
    return this.loop === null ? this.space : [...this.space, ...this.loop.extents];
  }

  /** Everything that it stores. */
  get allStores(): readonly Var[] {
    return this.loop === null || this.loop.stores.length === 0 ? this.stores : [...this.stores, ...this.loop.stores];
  }

  /** Whether it needs a value that it does not compute. */
  isLoading(value: Var): boolean {
    return this.needs.get(value.id)?.computed === false;
  }

  /** Notes that a value is needed; true when the group did not know it yet. */
  need({ value, view, inLoop, depth }: OperandNeed): boolean {
    const known = this.needs.get(value.id);
    if (known === undefined) {
      this.needs.set(value.id, { value, views: [view], inLoop, depth, computed: false });
      this.loads += this.#bindingsOf(value);
      return true;
    }
    if (!known.views.includes(view)) known.views.push(view);
    known.inLoop ||= inLoop;
    known.depth = Math.max(known.depth, depth);
    return false;
  }

  /** Notes that the group computes a result, which it needs. */
  compute(place: number, result: Var, operations: number): void {
    const need = required(this.needs.get(result.id), "need of a computed value");
    if (!need.computed) this.loads -= this.#bindingsOf(result);
    need.computed = true;
    this.eqns.add(place);
    this.operations += operations;
    this.firstEqn = Math.min(this.firstEqn, place);
    this.lastEqn = Math.max(this.lastEqn, place);
  }
}

/** A result with how its operands are read. */
export interface Reading {
  readonly item: Item;
  readonly reads: readonly OperandRead[];
  /** Whether it gives the elements of its operand in their order, under another shape. */
  readonly keepsOrder: boolean;
}

/** How a result is needed. */
export interface ResultNeed {
  readonly views: readonly View[];
  readonly inLoop: boolean;
  readonly depth: number;
}

/** The operands that an elementwise or movement equation needs for its result. */
export function operandNeeds(
  { item, reads, keepsOrder }: Reading, { views: resultViews, inLoop, depth }: ResultNeed, space: readonly number[], views: ViewTable,
): OperandNeed[] {
  const { eqn, place, outIndex, result } = item;
  const needs: OperandNeed[] = [];
  const { shape } = result.aval;
  const inOrder = keepsOrder && sizeOf(shape) === sizeOf(space) ? views.inOrder(shape, space) : null;
  for (const view of resultViews) {
    if (eqn.primitive.lower.kind === "scalar") {
      for (const input of eqn.inputs) {
        if (input.kind === "var") needs.push({ value: input, view: views.ofElementwiseOperand(view, input.aval.shape), inLoop, depth });
      }
      continue;
    }
    reads.forEach((read, position) => {
      const input = at(eqn.inputs, read.operand);
      if (input.kind === "literal") return;
      const operandShape = input.aval.shape;
      const operandView = view === inOrder
        ? views.inOrder(operandShape, space)
        : views.ofRead(view, read, operandShape, { eqn: place, outIndex, place: position });
      needs.push({ value: input, view: operandView, inLoop, depth: depth + 1 });
    });
  }
  return needs;
}
