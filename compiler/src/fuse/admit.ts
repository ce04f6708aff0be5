/** @file Whether a group can compute an equation, and why not: every rule of fusion that concerns one group. */

import { at } from "../base/assert.ts";
import { equalShapes, formatShape, sizeOf } from "../base/shape.ts";
import type { DotDimensions, Eqn, Var } from "../ir/types.ts";
import type { Capabilities } from "../target.ts";
import { cheapCost, isCheap, operationCount, type ElementCost } from "./cost.ts";
import { operandNeeds, type GroupDraft, type LoopDraft, type OperandNeed, type ReadingEqn } from "./draft.ts";
import type { Obstacle } from "./types.ts";
import { repetitions, type View, type ViewTable } from "./view.ts";

/** What changes in a group when it computes an equation. */
export interface Admission {
  readonly kind: "admission";
  readonly views: readonly View[];
  readonly inLoop: boolean;
  /** Where the result is stored, if it is: once per iteration of the space, or in the inner loop. */
  readonly store: "outer" | "inner" | null;
  /** The inner loop that the group gets with a fold; null where it has it already or needs none. */
  readonly loop: LoopDraft | null;
  readonly operands: readonly OperandNeed[];
  readonly operations: number;
}

export interface AdmissionContext {
  readonly views: ViewTable;
  readonly capabilities: Capabilities;
  readonly costOf: (value: Var) => ElementCost;
  readonly reading: (place: number) => ReadingEqn;
}

/** Index maps that may lie between a store and a value; lowering recurs once for each. */
const deepest = 50;
/** Views at which one kernel may compute a cheap value. */
const mostViews = 4;

function obstacle(reason: Obstacle["reason"], detail: string): Obstacle {
  return { reason, detail };
}

/** How `group` would compute equation number `place`, and store its result if it must; or what is in the way. */
export function admit(eqn: Eqn, place: number, group: GroupDraft, mustStore: boolean, context: AdmissionContext): Admission | Obstacle {
  const result = at(eqn.outVars, 0);
  const need = group.needs.get(result.id);
  const views = [...(need?.views ?? [])];
  const target = mustStore ? storePlace(result, group, context.views) : null;
  if (mustStore && target === null) {
    return obstacle("shape", `the kernel runs over ${formatShape(group.space)}, the value has the shape ${formatShape(result.aval.shape)}`);
  }
  if (target !== null && !views.includes(target.view)) views.push(target.view);
  const inLoop = need?.inLoop === true || target?.store === "inner";
  const request: Request = { eqn, place, group, result, views, inLoop, store: target?.store ?? null };
  const kind = eqn.primitive.lower.kind;
  const admission = kind === "reduction" || kind === "contraction" ? admitFold(request, context) : admitElementwise(request, context);
  return admission.kind === "admission" ? withinLimits(request, admission, context) : admission;
}

interface Request {
  readonly eqn: Eqn;
  readonly place: number;
  readonly group: GroupDraft;
  readonly result: Var;
  readonly views: readonly View[];
  readonly inLoop: boolean;
  readonly store: "outer" | "inner" | null;
}

type Refusal = Obstacle & { readonly kind?: undefined };

function storePlace(result: Var, group: GroupDraft, views: ViewTable): { readonly store: "outer" | "inner"; readonly view: View } | null {
  const { shape } = result.aval;
  if (sizeOf(shape) === sizeOf(group.space)) return { store: "outer", view: views.inOrder(shape, group.space) };
  const operand = group.loop?.operand ?? null;
  return operand !== null && equalShapes(shape, operand.shape) ? { store: "inner", view: operand.view } : null;
}

// Elementwise and movement ----------------------------------------------------------------------------------------------

function admitElementwise(request: Request, context: AdmissionContext): Admission | Refusal {
  const { eqn, place, group, result, views, inLoop, store } = request;
  const reading = context.reading(place);
  const evaluations = views.reduce((sum, view) => sum + repetitions(view, group.extents), 0);
  if (views.length > mostViews) return obstacle("recomputed", `one kernel needs it at ${views.length} different indices`);
  if (views.some((view) => view.depth >= deepest)) return obstacle("depth", `${deepest} index maps lie between it and the kernel's stores`);
  const cost = context.costOf(result);
  if (eqn.primitive.lower.kind === "indexMap") {
    if (views.length > 1 && reading.reads.length > 2) {
      return obstacle("recomputed", `one kernel needs it at ${views.length} indices, and each takes ${reading.reads.length} reads`);
    }
  } else if (evaluations > 1) {
    const needed = `each element would be computed ${evaluations} times at a cost of ${cost.arithmetic}`;
    if (!isCheap(result, cost)) return obstacle("recomputed", needed);
    if (inLoop && group.kind === "contraction" && cost.arithmetic * evaluations > cheapCost) return obstacle("contraction operand", needed);
  } else if (inLoop && group.kind === "contraction" && !isCheap(result, cost)) {
    return obstacle("contraction operand", `its cost of ${cost.arithmetic} is too much for the innermost loop of a contraction`);
  }
  const operands = operandNeeds(reading, views, inLoop, group.space, context.views);
  return { kind: "admission", views, inLoop, store, loop: null, operands, operations: operationCount(eqn) * views.length };
}

// Folds -----------------------------------------------------------------------------------------------------------------

function admitFold(request: Request, context: AdmissionContext): Admission | Refusal {
  const { eqn, group, result, views, inLoop, store } = request;
  if (inLoop) return obstacle("fold result", "it is read inside the loop of another reduction or contraction");
  const { shape } = result.aval;
  if (sizeOf(shape) !== sizeOf(group.space)) {
    return obstacle("fold result", `the kernel runs over ${formatShape(group.space)}, the result has the shape ${formatShape(shape)}`);
  }
  const own = context.views.inOrder(shape, group.space);
  if (views.some((view) => view !== own)) return obstacle("fold result", "it is read at another index than its own");
  const { lower } = eqn.primitive;
  const fold = lower.kind === "reduction"
    ? reductionLoop(eqn, lower.axes(eqn.params), own, group, context.views)
    : lower.kind === "contraction" ? contractionLoop(eqn, lower.dimensions(eqn.params), own, group, context.views) : null;
  if (fold === null) return obstacle("loop order", "the kernel has an inner loop of other extents");
  return { kind: "admission", views: [own], inLoop: false, store, loop: fold.loop, operands: fold.operands, operations: 1 };
}

interface Fold {
  readonly loop: LoopDraft | null;
  readonly operands: readonly OperandNeed[];
}

/** The axes that a reduction folds, ascending. */
export function foldedAxes(axes: readonly number[]): number[] {
  return [...axes].sort((left, right) => left - right);
}

function reductionLoop(eqn: Eqn, unsorted: readonly number[], own: View, group: GroupDraft, views: ViewTable): Fold | null {
  const input = at(eqn.inputs, 0);
  const { shape } = input.aval;
  const axes = foldedAxes(unsorted);
  const view = views.ofFoldOperand(own, shape, axes, group.space.length);
  const operands = input.kind === "var" ? [{ value: input, view, inLoop: true }] : [];
  if (group.loop === null) {
    const extents = axes.map((axis) => at(shape, axis));
    return { loop: { kind: "reduction", folds: [], extents, axes, operand: { shape, view }, stores: [] }, operands };
  }
  const { operand } = group.loop;
  const shares = operand !== null && equalShapes(operand.shape, shape) && equalShapes(group.loop.axes, axes) && operand.view === view;
  return shares ? { loop: null, operands } : null;
}

function contractionLoop(eqn: Eqn, dimensions: DotDimensions, own: View, group: GroupDraft, views: ViewTable): Fold | null {
  if (group.loop !== null) return null;
  const [left, right] = [at(eqn.inputs, 0), at(eqn.inputs, 1)];
  const firstInner = group.space.length;
  const { batchLeft, batchRight, contractLeft, contractRight } = dimensions;
  const freeLeft = left.aval.shape.length - batchLeft.length - contractLeft.length;
  const sides = [
    { input: left, batch: batchLeft, contract: contractLeft, firstFree: batchLeft.length },
    { input: right, batch: batchRight, contract: contractRight, firstFree: batchLeft.length + freeLeft },
  ];
  const operands = sides.flatMap(({ input, batch, contract, firstFree }): OperandNeed[] => {
    if (input.kind === "literal") return [];
    let free = firstFree;
    const view = views.assemble(own, input.aval.shape.map((extent, dimension) => {
      if (extent === 1 && !batch.includes(dimension) && !contract.includes(dimension)) free += 1;
      if (extent === 1) return "zero";
      if (batch.includes(dimension)) return { result: batch.indexOf(dimension) };
      return contract.includes(dimension) ? { axis: firstInner + contract.indexOf(dimension) } : { result: free++ };
    }));
    return [{ value: input, view, inLoop: true }];
  });
  const extents = contractLeft.map((dimension) => at(left.aval.shape, dimension));
  return { loop: { kind: "contraction", folds: [], extents, axes: [], operand: null, stores: [] }, operands };
}

// Limits ----------------------------------------------------------------------------------------------------------------

function withinLimits(request: Request, admission: Admission, { capabilities }: AdmissionContext): Admission | Obstacle {
  const { group, result } = request;
  if (group.eqns.length === 0) return admission;
  const kind = admission.loop?.kind ?? group.kind;
  // A register tile computes the equations of a contraction's kernel once for each of its elements.
  const copies = kind === "contraction" ? capabilities.contractionTile[0] * capabilities.contractionTile[1] : 1;
  const operations = group.operations + admission.operations;
  if (operations * copies > capabilities.maxOpsPerKernel) {
    return obstacle("operations", `the kernel would have ${operations * copies} operations of at most ${capabilities.maxOpsPerKernel}`);
  }
  const fresh = new Set<number>();
  for (const { value } of admission.operands) if (!group.needs.has(value.id)) fresh.add(value.id);
  const loads = group.loads - (group.needs.has(result.id) ? 1 : 0) + fresh.size;
  const buffers = loads + group.storeCount + (admission.store === null ? 0 : 1);
  if (buffers > capabilities.maxBuffers) {
    return obstacle("buffers", `the kernel would bind ${buffers} buffers of at most ${capabilities.maxBuffers}`);
  }
  return admission;
}
