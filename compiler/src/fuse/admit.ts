/** @file Whether a group can compute a result, and why not: every rule of fusion that concerns one group. */

import { at } from "../base/assert.ts";
import { equalShapes, formatShape, sizeOf, stridesOf } from "../base/shape.ts";
import type { DotDimensions, Eqn, Var } from "../ir/types.ts";
import { bindingsOf, type Capabilities } from "../target.ts";
import { cheapCost, isCheap, operationCount, type ElementCost } from "./cost.ts";
import { operandNeeds, type GroupDraft, type LoopDraft, type OperandNeed, type Reading, type ResultNeed, type ScanDraft } from "./draft.ts";
import type { Item } from "./reads.ts";
import type { Obstacle } from "./types.ts";
import { axisDimension, reach, repetitions, type View, type ViewDimension, type ViewTable } from "./view.ts";

/** What changes in a group when it computes results of an equation. */
export interface Admission {
  readonly kind: "admission";
  readonly place: number;
  readonly results: readonly AdmittedResult[];
  /** The inner loop that the group gets with a fold; null where it has it already or needs none. */
  readonly loop: LoopDraft | null;
  /** The axis that the group runs through in order with a prefix; null for other equations. */
  readonly scan: ScanDraft | null;
  /** Whether the equation is computed by the group's inner loop. */
  readonly isFold: boolean;
  readonly operands: readonly OperandNeed[];
  readonly operations: number;
}

export interface AdmittedResult {
  readonly value: Var;
  readonly needed: ResultNeed;
  /** Where it is stored, if it is: once per iteration of the space, or in the inner loop. */
  readonly store: "outer" | "inner" | null;
}

export interface AdmissionContext {
  readonly views: ViewTable;
  readonly capabilities: Capabilities;
  readonly costOf: (value: Var) => ElementCost;
  readonly readingOf: (item: Item) => Reading;
}

/** Index maps that may lie between a store and a value; lowering recurs once for each. */
const deepest = 50;
/** Up to this cost a grid computes an element again instead of storing it for the blocks of a prefix. */
const blockCost = 40;
/** Views at which one kernel may compute a cheap value. */
const mostViews = 8;

type Refusal = Obstacle & { readonly kind?: undefined };

function obstacle(reason: Obstacle["reason"], detail: string): Refusal {
  return { reason, detail };
}

const ofRoutine = obstacle("routine", "a library algorithm works on whole arrays");

export function isAdmission(answer: Admission | Obstacle): answer is Admission {
  return "kind" in answer && answer.kind === "admission";
}

// Elementwise and movement ----------------------------------------------------------------------------------------------

/** How `group` would compute a result, and store it if it must; or what is in the way. */
export function admitResult(item: Item, group: GroupDraft, mustStore: boolean, context: AdmissionContext): Admission | Obstacle {
  if (group.isRoutine) return ofRoutine;
  const { eqn, place, result } = item;
  const need = group.needs.get(result.id);
  const views = [...(need?.views ?? [])];
  const target = mustStore ? storePlace(result, group, context.views) : null;
  if (mustStore && target === null) return otherShape(result, group);
  if (target !== null && !views.includes(target.view)) views.push(target.view);
  const inLoop = need?.inLoop === true || target?.store === "inner";
  const needed: ResultNeed = { views, inLoop, depth: need?.depth ?? 0 };
  const refusal = group.eqns.size === 0 ? null : refusalOf(item, group, needed, context);
  if (refusal !== null) return refusal;
  const operands = operandNeeds(context.readingOf(item), needed, group.space, context.views);
  return withinLimits(group, {
    kind: "admission", place, results: [{ value: result, needed, store: target?.store ?? null }],
    loop: null, scan: null, isFold: false, operands, operations: operationCount(eqn) * views.length,
  }, context);
}

function otherShape(result: Var, group: GroupDraft): Refusal {
  return obstacle("shape", `the kernel runs over ${formatShape(group.space)}, the value has the shape ${formatShape(result.aval.shape)}`);
}

function storePlace(result: Var, group: GroupDraft, views: ViewTable): { readonly store: "outer" | "inner"; readonly view: View } | null {
  const { shape } = result.aval;
  if (sizeOf(shape) === sizeOf(group.space)) return { store: "outer", view: views.inOrder(shape, group.space) };
  const operand = group.loop?.operand ?? null;
  return operand !== null && equalShapes(shape, operand.shape) ? { store: "inner", view: operand.view } : null;
}

/** Why a group should not compute a result that it needs like this, or null. */
function refusalOf(item: Item, group: GroupDraft, { views, inLoop, depth }: ResultNeed, context: AdmissionContext): Refusal | null {
  if (views.length > mostViews) return obstacle("recomputed", `one kernel needs it at ${views.length} different indices`);
  if (depth >= deepest) return obstacle("depth", `${deepest} index maps lie between it and the kernel's stores`);
  if (item.eqn.primitive.lower.kind === "indexMap") {
    const { reads } = context.readingOf(item);
    const isCostly = views.length > 1 && reads.length > 2;
    return isCostly ? obstacle("recomputed", `one kernel needs it at ${views.length} indices, and each takes ${reads.length} reads`) : null;
  }
  const cost = context.costOf(item.result);
  const size = sizeOf(item.result.aval.shape);
  // On a grid a first kernel folds blocks of what a second one runs through.
  const isTwice = inLoop && group.scan !== null && context.capabilities.grid && cost.arithmetic > blockCost;
  const passes = isTwice ? 2 : 1;
  const evaluations = passes * views.reduce((sum, view) => sum + repetitions(view, group.extents, group.space.length) * reach(view, group.extents, size), 0);
  const inContraction = inLoop && group.kind === "contraction";
  if (evaluations <= 1) {
    const isHeavy = inContraction && !isCheap(item.result, cost);
    return isHeavy ? obstacle("contraction operand", `its cost of ${cost.arithmetic} is too much for the innermost loop of a contraction`) : null;
  }
  const detail = `each element would be computed ${Math.ceil(evaluations)} times at a cost of ${cost.arithmetic}`;
  if (!isCheap(item.result, cost)) return obstacle("recomputed", detail);
  return inContraction && cost.arithmetic * evaluations > cheapCost ? obstacle("contraction operand", detail) : null;
}

// Folds -----------------------------------------------------------------------------------------------------------------

/** How `group` would compute an equation with a loop, and store those of its results that `mustStore` names. */
export function admitFold(
  eqn: Eqn, place: number, group: GroupDraft, mustStore: (result: Var) => boolean, context: AdmissionContext,
): Admission | Obstacle {
  if (group.isRoutine) return ofRoutine;
  if (group.scan !== null) return obstacle("loop order", "the kernel runs along an axis in order");
  const { shape } = at(eqn.outVars, 0).aval;
  if (sizeOf(shape) !== sizeOf(group.space)) return otherShape(at(eqn.outVars, 0), group);
  const inOrder = context.views.inOrder(shape, group.space);
  // What is only read with its axes in another order is computed in that order.
  const own = eqn.outVars.some(mustStore) ? inOrder : permutedView(eqn, group) ?? inOrder;
  const results: AdmittedResult[] = [];
  for (const value of eqn.outVars) {
    const need = group.needs.get(value.id);
    if (need?.inLoop === true) return obstacle("fold result", "it is read inside the loop of another reduction or contraction");
    if (need?.views.some((view) => view !== own) === true) return obstacle("fold result", "it is read at another index than its own");
    if (need !== undefined || mustStore(value)) results.push({ value, needed: { views: [own], inLoop: false, depth: need?.depth ?? 0 }, store: mustStore(value) ? "outer" : null });
  }
  const fold = foldLoop(eqn, place, own, group, context);
  if (fold === null) return obstacle("loop order", "the kernel has an inner loop of its own already");
  const loop = fold.loop === null ? null : { ...fold.loop, resultAxes: own === inOrder ? null : own.dimensions.map(({ axes }) => axes[0] ?? null) };
  return withinLimits(group, { kind: "admission", place, results, loop, scan: null, isFold: true, operands: fold.operands, operations: 1 }, context);
}

/** The view at which the group needs the results, if it runs over all axes of the space, each once; null otherwise. */
function permutedView(eqn: Eqn, group: GroupDraft): View | null {
  const [view] = eqn.outVars.flatMap((value) => group.needs.get(value.id)?.views ?? []);
  if (view === undefined) return null;
  const { shape } = at(eqn.outVars, 0).aval;
  const wide = group.space.flatMap((extent, axis) => (extent === 1 ? [] : [axis]));
  const fits = equalShapes(view.axes, wide) && view.dimensions.every((dimension, position) => {
    const axis = dimension.axes[0];
    return axis === undefined ? at(shape, position) === 1 : dimension.key === axisDimension(axis).key && at(group.space, axis) === at(shape, position);
  });
  return fits && view.dimensions.filter(({ axes }) => axes.length > 0).length === wide.length ? view : null;
}

interface Fold {
  readonly loop: Omit<LoopDraft, "resultAxes"> | null;
  readonly operands: readonly OperandNeed[];
}

function foldLoop(eqn: Eqn, place: number, own: View, group: GroupDraft, context: AdmissionContext): Fold | null {
  const { lower } = eqn.primitive;
  switch (lower.kind) {
    case "reduction": return reductionLoop(eqn, lower.axes(eqn.params), own, group, context.views);
    case "contraction": return group.loop === null ? contractionLoop(eqn, lower.dimensions(eqn.params), own, group, context.views) : null;
    case "fold": {
      if (group.loop !== null) return null;
      const { reads } = context.readingOf({ eqn, place, outIndex: 0, result: at(eqn.outVars, 0) });
      const operands = reads.flatMap((read, position): OperandNeed[] => {
        const input = at(eqn.inputs, read.operand);
        if (input.kind === "literal") return [];
        const view = context.views.ofRead(own, read, input.aval.shape, { eqn: place, outIndex: 0, place: position }, group.space.length);
        return [{ value: input, view, inLoop: true, depth: 1 }];
      });
      const extents = lower.extents(eqn.params, eqn.inputs.map((input) => input.aval));
      return { loop: { kind: "fold", folds: [], extents, axes: [], operand: null, stores: [] }, operands };
    }
    default: return null;
  }
}

function reductionLoop(eqn: Eqn, unsorted: readonly number[], own: View, group: GroupDraft, views: ViewTable): Fold | null {
  const input = at(eqn.inputs, 0);
  const { shape } = input.aval;
  const axes = [...unsorted].sort((left, right) => left - right);
  let kept = 0;
  const view = views.of(shape.map((_, dimension): ViewDimension => {
    const inner = axes.indexOf(dimension);
    return inner < 0 ? at(own.dimensions, kept++) : axisDimension(group.space.length + inner);
  }), shape);
  const operands = input.kind === "var" ? [{ value: input, view, inLoop: true, depth: 1 }] : [];
  if (group.loop === null) {
    const extents = axes.map((axis) => at(shape, axis));
    return { loop: { kind: "reduction", folds: [], extents, axes, operand: { shape, view }, stores: [] }, operands };
  }
  const { operand } = group.loop;
  const shares = operand !== null && equalShapes(operand.shape, shape) && equalShapes(group.loop.axes, axes) && operand.view === view;
  return shares ? { loop: null, operands } : null;
}

function contractionLoop(eqn: Eqn, dimensions: DotDimensions, own: View, group: GroupDraft, views: ViewTable): Fold {
  const [left, right] = [at(eqn.inputs, 0), at(eqn.inputs, 1)];
  const { batchLeft, batchRight, contractLeft, contractRight } = dimensions;
  let free = batchLeft.length;
  const sides = [{ input: left, batch: batchLeft, contract: contractLeft }, { input: right, batch: batchRight, contract: contractRight }];
  const operands = sides.flatMap(({ input, batch, contract }): OperandNeed[] => {
    const view = views.of(input.aval.shape.map((_, dimension): ViewDimension => {
      if (batch.includes(dimension)) return at(own.dimensions, batch.indexOf(dimension));
      return contract.includes(dimension) ? axisDimension(group.space.length + contract.indexOf(dimension)) : at(own.dimensions, free++);
    }), input.aval.shape);
    return input.kind === "literal" ? [] : [{ value: input, view, inLoop: true, depth: 1 }];
  });
  const extents = contractLeft.map((dimension) => at(left.aval.shape, dimension));
  return { loop: { kind: "contraction", folds: [], extents, axes: [], operand: null, stores: [] }, operands };
}

// Prefixes --------------------------------------------------------------------------------------------------------------

/** How `group` would run through an axis for a prefix, whose result and operand it then has at hand at each place. */
export function admitPrefix(eqn: Eqn, place: number, group: GroupDraft, mustStore: boolean, context: AdmissionContext): Admission | Obstacle {
  const { lower } = eqn.primitive;
  const value = at(eqn.outVars, 0);
  if (group.isRoutine || lower.kind !== "prefix") return ofRoutine;
  if (sizeOf(value.aval.shape) !== sizeOf(group.space)) return otherShape(value, group);
  if (group.loop !== null) return obstacle("loop order", "the kernel has an inner loop of its own already");
  const own = context.views.inOrder(value.aval.shape, group.space);
  const { axis, reverse } = lower.along(eqn.params);
  const scanned = sameAxis(value.aval.shape, axis, group.space);
  if (scanned === null) return otherShape(value, group);
  if (group.scan !== null && (group.scan.axis !== scanned || group.scan.reverse !== reverse)) {
    return obstacle("loop order", `the kernel runs along axis ${group.scan.axis}${group.scan.reverse ? " from the end" : ""} in order`);
  }
  // A grid takes a row in blocks, all states of one prefix before those of another could follow from them.
  if (group.scan !== null && context.capabilities.grid) return obstacle("loop order", "the kernel has a prefix already");
  const need = group.needs.get(value.id);
  if (need?.views.some((view) => view !== own) === true) return obstacle("fold result", "it is read at another index than its own");
  const input = at(eqn.inputs, 0);
  const states = lower.states({ params: eqn.params, inAvals: [input.aval], outAval: value.aval, outIndex: 0 });
  const buffers = context.capabilities.grid ? states.length : 0;
  const operands: readonly OperandNeed[] = input.kind === "literal" ? [] : [{ value: input, view: own, inLoop: true, depth: need?.depth ?? 0 }];
  return withinLimits(group, {
    kind: "admission", place, results: [{ value, needed: { views: [own], inLoop: need?.inLoop ?? false, depth: need?.depth ?? 0 }, store: mustStore ? "outer" : null }],
    loop: null, scan: { axis: scanned, reverse, buffers }, isFold: false, operands, operations: 1,
  }, context);
}

/** The axis of a space of as many elements that is an axis of a shape; null where it is part of one, or of several. */
function sameAxis(shape: readonly number[], axis: number, space: readonly number[]): number | null {
  if (equalShapes(shape, space)) return axis;
  const [stride, strides] = [at(stridesOf(shape), axis), stridesOf(space)];
  const found = space.findIndex((extent, other) => extent === at(shape, axis) && extent !== 1 && at(strides, other) === stride);
  return found < 0 ? null : found;
}

// Limits ----------------------------------------------------------------------------------------------------------------

function withinLimits(group: GroupDraft, admission: Admission, { capabilities }: AdmissionContext): Admission | Obstacle {
  if (group.eqns.size === 0) return admission;
  const kind = admission.loop?.kind ?? group.kind;
  // A register tile computes the equations of a contraction's kernel once for each of its elements.
  const copies = kind === "contraction" ? capabilities.contractionTile[0] * capabilities.contractionTile[1] : 1;
  const operations = group.operations + admission.operations;
  if (operations * copies > capabilities.maxOpsPerKernel) {
    return obstacle("operations", `the kernel would have ${operations * copies} operations of at most ${capabilities.maxOpsPerKernel}`);
  }
  let buffers = group.loads + ((admission.scan ?? group.scan)?.buffers ?? 0);
  const fresh = new Set<number>();
  for (const { value } of admission.operands) {
    if (group.needs.has(value.id) || fresh.has(value.id)) continue;
    fresh.add(value.id);
    buffers += bindingsOf(value.aval, capabilities);
  }
  for (const { value, store } of admission.results) {
    if (group.needs.has(value.id)) buffers -= bindingsOf(value.aval, capabilities);
    if (store !== null) buffers += bindingsOf(value.aval, capabilities);
  }
  for (const { aval } of group.allStores) buffers += bindingsOf(aval, capabilities);
  if (buffers > capabilities.maxBuffers) {
    return obstacle("buffers", `the kernel would bind ${buffers} buffers of at most ${capabilities.maxBuffers}`);
  }
  return admission;
}
